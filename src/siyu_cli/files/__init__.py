"""Files in and files out: read, recognise, clean, write."""
