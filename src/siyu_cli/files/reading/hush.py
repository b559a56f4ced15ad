"""Silence for a native library that reports its own failure on the terminal before it tells us."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import IO

_STDERR = 2
_one_at_a_time = threading.Lock()  # standard error is one for the whole process


def _holder() -> IO[bytes]:
    # In memory where the system can: there may be no folder for temporary files.
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("stderr"), "w+b")
    return tempfile.TemporaryFile()


@contextmanager
def hushed() -> Iterator[None]:
    """Hold back what is written to standard error meanwhile; it is lost if the body fails, else passed on.

    A Rust panic prints its place in the source there, past Python, and then arrives here as an exception
    that ends in an error of ours: the operator shall see that one only.
    """
    with _one_at_a_time, ExitStack() as at_end:
        try:
            held = at_end.enter_context(_holder())
            real = os.dup(_STDERR)
        except OSError:  # no standard error, or no room for what it says: nothing is held back
            yield
            return
        try:
            os.dup2(held.fileno(), _STDERR)
            try:
                yield
            finally:
                os.dup2(real, _STDERR)
            held.seek(0)
            if written := held.read():
                os.write(_STDERR, written)
        finally:
            os.close(real)
