"""Headers settled by hand, as they are typed: ``orders.member_id=household_id``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches

from siyu_cli.errors import Spoken, UsageError
from siyu_cli.tables.inputs import INPUTS, find_input


def parse_map(pairs: Sequence[str] | None) -> dict[str, str]:
    """Return ``{"orders.member_id": "household_id"}`` from ``TABLE.COLUMN=HEADER``; else ``UsageError``.

    >>> parse_map(["orders.member_id=household_id"])
    {'orders.member_id': 'household_id'}
    """
    return dict(_parse_pair(pair) for pair in pairs or ())


def _parse_pair(pair: str) -> tuple[str, str]:
    column, equals, header = re.sub("^([^=]*?)＝", r"\1=", pair).partition("=")
    key = find_input(column.strip())
    if not equals or not header.strip():
        hint = "Write it as --map orders.member_id=household_id."
        raise UsageError("--map {pair} is not TABLE.COLUMN=HEADER.", hint=hint, pair=pair)
    if key is None:
        known = [f"{name}.{key}" for name, table in INPUTS.items() for key in table.keys]
        near = get_close_matches(column, known, n=3) or ["members.member_id", "orders.member_id"]
        named = Spoken(", ".join(near), ", ".join(map(_in_chinese, near)))
        raise UsageError("--map {column}: no such column.", hint="Did you mean {near}?", column=column, near=named)
    return key, header.strip()


def _in_chinese(name: str) -> str:
    """Return what a column of a table is called where one has to be chosen: by the titles of both."""
    table, _, key = name.partition(".")
    return f"{INPUTS[table].zh}.{INPUTS[table][key].zh}（{name}）"
