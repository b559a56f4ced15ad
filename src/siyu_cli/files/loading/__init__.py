"""How recognised sheets become one shop: cleaned, judged row by row, known by one key, accounted for."""
