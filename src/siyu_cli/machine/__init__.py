"""The process and its machine: signals, streams, and failures that are nobody's bug."""
