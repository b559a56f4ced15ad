"""``--columns``: which columns a list is to have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from siyu_cli.core.condition_words import named
from siyu_cli.core.lifecycle.tables import SEGMENTS
from siyu_cli.errors import UsageError
from siyu_cli.tables.column import Column, find_column
from siyu_cli.tables.inputs import MEMBERS

PEOPLE = (MEMBERS["phone"], MEMBERS["name"])


def parse_columns(text: str | None) -> tuple[Column, ...] | None:
    """Return the columns ``--columns`` asks for, the key first; ``UsageError`` for a column there is not."""
    if text is None:
        return None
    keys = list(dict.fromkeys(("member_id", *_named_columns(text))))
    known = {column.key: column for column in (*SEGMENTS.columns, *PEOPLE)}
    return tuple(known[key] for key in keys)


def _named_columns(text: str) -> Iterator[str]:
    """Yield the keys of the columns named in ``--columns``: by keys, or titles, some of which hold a comma."""
    columns = (*SEGMENTS.columns, *PEOPLE)
    words = [word for word in map(str.strip, re.split("[,，、]", text)) if word]
    if not words:
        raise UsageError("--columns names no column.", hint="Write it as --columns stage,net_sales,owner.")
    while words:
        taken = 2 if find_column(columns, ",".join(words[:2]), titles_only=True) and len(words) > 1 else 1
        word = ",".join(words[:taken])
        found = find_column(columns, word)
        if found is None:
            raise _no_column(word, columns)
        yield found.key
        del words[:taken]


def _no_column(word: str, columns: Sequence[Column]) -> UsageError:
    known = {name: column for column in columns for name in (column.key, column.zh)}
    close = get_close_matches(word, known, n=3) or ("stage", "rfm_segment", "net_sales")
    near = named(dict.fromkeys(known[name] for name in close))
    return UsageError("--columns {column}: no such column.", hint="Did you mean {near}?", column=word, near=near)
