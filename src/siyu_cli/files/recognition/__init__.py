"""How a header row becomes a table: presets, names, words, and the values under them as evidence."""
