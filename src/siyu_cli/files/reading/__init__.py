"""How bytes become sheets of text: what a file is, archives, locks, bombs, workbooks, delimited text."""
