"""Remarks made where nobody can be told at once, kept until the command line tells them: each of them once."""

from __future__ import annotations

from siyu_cli.errors import Note

READ_BEFORE = "Read before, and not again: {files}."

_kept: dict[str, tuple[Note, bool]] = {}


def remark(note: Note, *, is_warning: bool = True) -> None:
    """Keep a note for the operator: a warning, or what is only good to know."""
    _kept.setdefault(str(note), (note, is_warning))


def take_remarks() -> list[tuple[Note, bool]]:
    """Return the notes kept so far, in order, and whether each is a warning; forget them."""
    notes = list(_kept.values())
    _kept.clear()
    return notes


def leave_unsaid(message: str) -> None:
    """Forget the notes of one message: where a log has one line a run, they are not for it."""
    for text in [text for text, (note, _is_warning) in _kept.items() if note.message == message]:
        del _kept[text]
