"""Forms that operators fill in, as workbooks: written with notes and drop-downs, read back cell by cell."""
