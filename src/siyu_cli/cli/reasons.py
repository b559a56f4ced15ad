"""Why the system refuses something, in the operator's language; it says so in English alone."""

from __future__ import annotations

from siyu_cli.locale import translate as _

REASONS = {
    "Permission denied": "Permission denied",
    "Operation not permitted": "Operation not permitted",
    "No such file or directory": "No such file or directory",
    "Not a directory": "Not a directory",
    "Is a directory": "Is a directory",
    "File exists": "File exists",
    "File name too long": "File name too long",
    "No space left on device": "No space left on device",
    "Disk quota exceeded": "Disk quota exceeded",
    "Read-only file system": "Read-only file system",
    "Too many levels of symbolic links": "Too many levels of symbolic links",
    "Too many open files": "Too many open files",
    "Input/output error": "Input/output error",
    "Device or resource busy": "Device or resource busy",
    "Cannot allocate memory": "Cannot allocate memory",
    "File too large": "File too large",
    "Invalid argument": "Invalid argument",
    "embedded null byte": "embedded null byte",
}


def name_reason(reason: object) -> object:
    """Return a reason as people read it; one that is not known stays as it is."""
    return _(REASONS.get(reason, "")) or reason if isinstance(reason, str) else reason
