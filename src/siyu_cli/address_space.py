"""Where the system limits a process's address space (``ulimit -v``), what is only reserved counts as used."""

from __future__ import annotations

import ctypes
import os
from contextlib import suppress

# Each library keeps room for itself once per thread; with one thread each, and malloc's memory for all, little is kept.
_SPARING = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
}
_ARENA_MAX = -8  # of malloc.h: glibc gives each thread an arena of 64 MB


def address_space() -> int | None:
    """Return the bytes of address space this process may use; None where there is no limit."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    return None if limit == resource.RLIM_INFINITY else limit


def spare_address_space() -> None:
    """Have libraries that are not loaded yet reserve little, where there is a limit."""
    if address_space() is None:
        return
    for name, value in _SPARING.items():
        os.environ.setdefault(name, value)
    with suppress(OSError, AttributeError):  # no glibc
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)
