"""Memory that a reader freed, given back before the engine, or another reader, needs as much again."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of malloc.h. Left alone, glibc raises both with what was freed before.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_WHILE_READING, _USUALLY = 256 * 1024, 32 * 1024 * 1024


@contextmanager
def freed_at_once() -> Iterator[None]:
    """Have glibc give blocks of a quarter of a megabyte and more back to the system as soon as they are free.

    A column of a small sheet is as large, and would otherwise stay with the process while a large sheet is read.
    Elsewhere nothing happens.
    """
    for threshold in (_TRIM_THRESHOLD, _MMAP_THRESHOLD):
        _ask("mallopt", threshold, _WHILE_READING)
    try:
        yield
    finally:
        for threshold in (_TRIM_THRESHOLD, _MMAP_THRESHOLD):
            _ask("mallopt", threshold, _USUALLY)


def give_back_memory() -> None:
    """Ask the C library to return freed memory to the system; where it cannot be asked, nothing happens.

    A sheet is parsed into many small values that are freed at once: glibc keeps them for itself, and the peak
    of the process would be that of reading plus that of the engine.
    """
    _ask("malloc_trim", 0)


def _ask(name: str, *arguments: int) -> None:
    function: Any = getattr(ctypes.CDLL(None), name, None) if hasattr(ctypes, "CDLL") else None
    if function is not None and hasattr(ctypes.CDLL(None), "malloc_trim"):  # glibc, whose numbers these are
        function(*arguments)
