"""The life of the process ``siyu``: its streams, the signals that end it, and an end that leaves nothing behind."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NoReturn

from siyu_cli.address_space import spare_address_space
from siyu_cli.private import half_done, remove_own_folders

EXIT_INTERRUPTED = 130
# A program a signal ended has, for its shell, 128 and the signal's number as exit code.
_ENDING = {
    getattr(signal, name): 128 + getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP")
    if hasattr(signal, name)
}
_GRACE = 0.3  # seconds in which what runs may end by itself
_PATIENCE = 0.5  # seconds for each of the last words
_SHOW_CURSOR = b"\x1b[?25h"

_last_words: list[Callable[[], object]] = []
_ended_by: list[int] = []


def begin() -> None:
    """Prepare the process: streams that can be used, files for nobody else, an orderly end on every signal."""
    _open_streams()
    os.umask(0o077)
    spare_address_space()
    # A thread that fails has somebody who waits for it and meets the error; nobody shall see it twice.
    threading.excepthook = lambda _: None
    _listen()


def leave(code: int) -> NoReturn:
    """End the process at once, without its folders; the interpreter would first look through all that is left.

    The exit code is that of the signal, if one came: libraries have their own ideas of what it is.
    """
    with suppress(KeyboardInterrupt):
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        remove_own_folders()
    os._exit(signal_code() if _ended_by else code)


def at_signal(act: Callable[[], object]) -> Callable[[], None]:
    """Have ``act`` called when a signal ends the process and nothing else can; return what takes it back."""
    _last_words.append(act)
    return lambda: _last_words.remove(act) if act in _last_words else None


def is_ending() -> bool:
    """Return whether a signal has come: whatever fails from then on fails because of it."""
    return bool(_ended_by)


def signal_code() -> int:
    """Return the exit code of an interrupted command: that of the signal that came, else Ctrl-C's."""
    return _ENDING[_ended_by[0]] if _ended_by else EXIT_INTERRUPTED


def _open_streams() -> None:
    """Open what the caller has closed (``<&- >&- 2>&-``): else a result file would be given the stream's number.

    Nothing comes in and nothing is heard; writing a result to a closed stdout fails, as on a full disk.
    """
    modes = (os.O_RDONLY, os.O_RDONLY, os.O_WRONLY)
    for number, mode in enumerate(modes):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, mode)  # gets the lowest number that is free: this one
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, "w" if number else "r", encoding="utf-8", closefd=False))  # noqa: SIM115


def _listen() -> None:
    """Let a signal raise ``KeyboardInterrupt`` in the main thread, and end the process where that is not enough.

    A thread is told of the signal through a pipe: the main one may be waiting for a reader or inside a library.
    """
    heard = False
    for number in _ENDING:
        if signal.getsignal(number) != signal.SIG_IGN:  # nohup, or a job in the background
            signal.signal(number, _interrupt)
            heard = True
    if heard and hasattr(os, "set_blocking"):
        told, tell = os.pipe()
        os.set_blocking(tell, False)
        signal.set_wakeup_fd(tell, warn_on_full_buffer=False)
        threading.Thread(target=_await_signal, args=(told,), daemon=True).start()


def _interrupt(number: int, _frame: Any) -> None:
    if not _ended_by:  # a second signal finds the end on its way
        _ended_by.append(number)
        raise KeyboardInterrupt


def _await_signal(told: int) -> None:
    while (number := os.read(told, 1)[0]) not in _ENDING:
        pass
    time.sleep(_GRACE)
    with half_done:
        for act in _last_words:
            last = threading.Thread(target=act, daemon=True)
            last.start()
            last.join(_PATIENCE)
        if sys.stderr.isatty():
            os.write(2, _SHOW_CURSOR)
        remove_own_folders()
        os._exit(_ENDING[number])
