"""Failures of the machine, wherever they come up: too little memory, a full disk. They are no bug of ours."""

from __future__ import annotations

import errno
from collections.abc import Iterator

from siyu_cli.errors import EngineError, OutputError, SiyuError

# What libraries say when the system gives them no more memory, or no further thread to use it. The last one is the
# engine's, of a library that is installed and could not be loaded.
_NO_MEMORY = (
    "cannot allocate memory",
    "can't start new thread",
    "failed to map segment",
    "bad_alloc",
    "but it was not installed",
)


def as_known(error: BaseException) -> SiyuError | None:
    """Return the error an operator can do something about, or None: then it is a bug of ours."""
    chain = list(_causes(error))
    if any(_is_memory(cause) for cause in chain):
        return EngineError(
            "There is not enough memory.",
            hint='Close other programs, or set [engine] memory_limit = "1GB" in siyu.toml: then disk is used instead.',
        )
    if isinstance(error, SiyuError):
        return error
    for cause in chain:
        if _is_of(cause, "IOException"):
            return EngineError(
                "The engine cannot use its temporary files: {reason}",
                hint="Free some space, or set TMPDIR to a folder on another disk.",
                reason=str(cause).splitlines()[0],
            )
    if isinstance(error, OSError):
        return OutputError("The system refuses: {reason}.", reason=error.strerror or str(error))
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _is_memory(error: BaseException) -> bool:
    if isinstance(error, MemoryError) or _is_of(error, "OutOfMemoryException"):
        return True
    if isinstance(error, OSError) and error.errno == errno.ENOMEM:
        return True
    if isinstance(error, SiyuError):  # its cause says more
        return False
    return any(words in str(error).lower() for words in _NO_MEMORY)


def _is_of(error: BaseException, name: str) -> bool:
    """Return whether it is an error of the engine's, without loading the engine to ask."""
    kind = type(error)
    return kind.__name__ == name and kind.__module__.partition(".")[0].lstrip("_") == "duckdb"
