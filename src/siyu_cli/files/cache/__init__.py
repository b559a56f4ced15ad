"""What was read once, kept beside siyu.toml, so that the next command begins with cleaned tables."""
