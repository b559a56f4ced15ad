"""Memory that a reader freed, given back before the engine needs as much again."""

from __future__ import annotations

import ctypes


def give_back_memory() -> None:
    """Ask the C library to return freed memory to the system; where it cannot be asked, nothing happens.

    A sheet is parsed into many small values that are freed at once: glibc keeps them for itself, and the peak
    of the process would be that of reading plus that of the engine.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if hasattr(ctypes, "CDLL") else None
    if trim is not None:
        trim(0)
