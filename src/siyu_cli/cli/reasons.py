"""Why the system refuses something, in the operator's language; it says so in English alone."""

from __future__ import annotations

from collections.abc import Mapping

from siyu_cli.errors import Spoken
from siyu_cli.locale import get_language
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
    "Bad file descriptor": "it is closed",
    "embedded null byte": "embedded null byte",
}


# Facts of an error that hold what the system or a library says.
REASONS_OF = ("reason", "problem")


def in_language(facts: Mapping[str, object], *, is_verbose: bool) -> dict[str, object]:
    """Return an error's facts with reasons as people read them; one without a translation is for --verbose."""
    said = {key: _said(fact) for key, fact in facts.items()}
    return {key: _named(fact, is_verbose) if key in REASONS_OF else fact for key, fact in said.items()}


def _said(fact: object) -> object:
    return fact.zh if isinstance(fact, Spoken) and get_language() == "zh" else fact


def _named(reason: object, is_verbose: bool) -> object:
    if not isinstance(reason, str) or is_verbose or get_language() == "en" or not reason.isascii():
        return reason
    return _(REASONS.get(reason, "")) or _("its words are in English, --verbose shows them")
