"""What Tab may offer for the value of an option: each function takes the beginning of a word and returns its ends."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from siyu_cli.cli.commands import COMMANDS
from siyu_cli.core.lifecycle.tables import SEGMENTS
from siyu_cli.tables.column import Column, find_column
from siyu_cli.tables.inputs import INPUTS

_OPEN_TEXT = re.compile(r"(\w+)\s*(?:=|<>|!=|(?:not\s+)?in\s*\((?:\s*'[^']*'\s*,)*)\s*'([^']*)$", re.IGNORECASE)

Offer = Callable[[str], list[str]]


def among(choices: Sequence[str]) -> Offer:
    """Return what offers the choices that begin as the word does."""

    def offer(incomplete: str) -> list[str]:
        return [choice for choice in choices if choice.startswith(incomplete)]

    return offer


def offer_columns(incomplete: str) -> list[str]:
    """Return what ``--columns`` may go on with; what stands before the last comma stays."""
    from siyu_cli.core.lifecycle.list_columns import PEOPLE

    before, word = _cut(incomplete, r"[,，、]")
    chosen = re.split("[,，、]", before)
    known = [column for column in (*SEGMENTS.columns, *PEOPLE) if not {column.key, column.zh} & set(chosen)]
    return [before + name for name in _names(known, word)]


def offer_condition(incomplete: str) -> list[str]:
    """Return what ``--where`` may go on with: a column, or a label of one where a text is open."""
    from siyu_cli.core.condition_words import allowed

    if text := _OPEN_TEXT.search(incomplete):
        column = find_column(SEGMENTS.columns, text[1])
        labels = (column and column.labels) or {}
        words = [word for key, titles in labels.items() for word in (key, titles[-1])]
        before = incomplete[: text.start(2)]
        return [f"{before}{word}'" for word in words if word.startswith(text[2]) and (text[2] or word.isascii())]
    if incomplete.count("'") % 2:
        return []
    before, word = _cut(incomplete, r"\W")
    return [before + name for name in _names(allowed(SEGMENTS), word)]


def offer_inputs(incomplete: str) -> list[str]:
    """Return the columns ``--map`` may name, ready for the header."""
    known = (f"{name}.{key}=" for name, table in INPUTS.items() for key in table.keys)
    return [name for name in known if name.startswith(incomplete)]


def offer_commands(incomplete: str) -> list[str]:
    """Return the commands ``siyu help`` may be asked for."""
    return among(list(dict.fromkeys(name.split()[0] for name in (*COMMANDS, "help"))))(incomplete)


def _cut(text: str, between: str) -> tuple[str, str]:
    """Return a text up to the last character that stands between words, and the word behind."""
    place = max((found.end() for found in re.finditer(between, text)), default=0)
    return text[:place], text[place:]


def _names(columns: Iterable[Column], word: str) -> list[str]:
    """Return the keys that begin as the word does; Chinese titles once one was begun."""
    keys = [column.key for column in columns if column.key.startswith(word)]
    return keys or [column.zh for column in columns if column.zh.startswith(word)]
