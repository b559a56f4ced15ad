"""What new members cost, where they came from, and what they brought back."""
