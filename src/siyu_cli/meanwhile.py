"""Modules that take long to load, loaded while the program waits for something else."""

from __future__ import annotations

from importlib import import_module
from threading import Thread


def import_meanwhile(*modules: str) -> None:
    """Load modules, in order, beside what the caller does next; who imports one before it is there waits for it."""
    Thread(target=lambda: [import_module(name) for name in modules], daemon=True).start()
