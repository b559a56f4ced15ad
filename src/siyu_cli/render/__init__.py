"""How results become files: whole or not at all, inert, masked, as text or as a workbook."""
