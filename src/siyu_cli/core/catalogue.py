"""Every table siyu reads or writes: the contracts of what is read, and those of every topic."""

from __future__ import annotations

from importlib import import_module
from importlib.resources import files

from siyu_cli.tables import cleaned, inputs
from siyu_cli.tables.column import Table

# A topic's contracts are its own: whatever folder here has some is found.
_TOPICS = sorted(item.name for item in files("siyu_cli.core").iterdir() if (item / "tables.py").is_file())
TABLES = {
    table.name: table
    for contracts in (inputs, cleaned, *(import_module(f"siyu_cli.core.{topic}.tables") for topic in _TOPICS))
    for table in vars(contracts).values()
    if isinstance(table, Table)
}
