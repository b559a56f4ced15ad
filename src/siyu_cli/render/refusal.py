"""An error as people and programs read it: where, what, and what to try, in the operator's language, masked.

Why the system refuses something it says in English alone: that is told in words of ours.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from siyu_cli.errors import SiyuError, Spoken
from siyu_cli.locale import get_language
from siyu_cli.locale import translate as _
from siyu_cli.masks import mask_text
from siyu_cli.signs import escaped, one_line

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


def refusal_facts(error: SiyuError, *, is_verbose: bool) -> dict[str, Any]:
    """Return ``{code, message, hint, where}`` in the operator's language, masked."""
    error.facts = in_language(error.facts, is_verbose=is_verbose)
    facts = error.as_dict(_)
    facts |= {key: facts[key] and mask_text(facts[key]) for key in ("message", "hint")}
    facts["where"] = {key: mask_text(part) if isinstance(part, str) else part for key, part in facts["where"].items()}
    return facts


def refusal_text(facts: Mapping[str, Any]) -> str:
    """Return the message behind the place it is about, as far as it does not name that itself."""
    text, where = facts["message"], facts["where"]
    row = where["row"]
    told = None if row is None or f"{where['file']}:{row}" in text else _("row {row}").format(row=row)
    parts = (where["file"], where["sheet"], told, where["column"])
    place = " › ".join(part for part in parts if part and part not in text)
    return _("Error: {text}").format(text=_("{place}: {text}").format(place=place, text=text) if place else text)


def refusal_json(facts: Mapping[str, Any]) -> str:
    """Return the facts as one line of JSON that steers no screen."""
    return escaped(json.dumps(facts, ensure_ascii=False, default=str))


def in_language(facts: Mapping[str, object], *, is_verbose: bool) -> dict[str, object]:
    """Return an error's facts with reasons as people read them; one without a translation is for --verbose."""
    said = {key: _said(fact) for key, fact in facts.items()}
    return {key: _named(fact, is_verbose) if key in REASONS_OF else _in_one_line(fact) for key, fact in said.items()}


def _said(fact: object) -> object:
    return fact.zh if isinstance(fact, Spoken) and get_language() == "zh" else fact


def _in_one_line(fact: object) -> object:
    return one_line(fact) if isinstance(fact, str) else fact


def _named(reason: object, is_verbose: bool) -> object:
    if not isinstance(reason, str) or is_verbose or get_language() == "en" or not reason.isascii():
        return reason
    return _(REASONS.get(reason, "")) or _("its words are in English, --verbose shows them")
