"""Engines turn SQL steps into tables: DuckDB by default, Spark as an extra."""
