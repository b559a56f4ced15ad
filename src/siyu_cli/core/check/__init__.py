"""What every sheet and column was taken for, and what became of every row."""
