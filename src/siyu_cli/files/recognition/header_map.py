"""What an operator maps by hand: ``--map orders.member_id=household_id`` and ``[map]`` in siyu.toml."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping

from siyu_cli.errors import DataError, UsageError, Where
from siyu_cli.files.recognition import headers
from siyu_cli.files.recognition.mapping import EXACT, ColumnMatch, Found, Sheet, is_dropped
from siyu_cli.masks import mask_word
from siyu_cli.tables.inputs import INPUTS, find_input

Wanted = Mapping[str, Mapping[str, str]]


def read_map(header_map: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return ``{table: {key: header}}``; UsageError for a table or column that does not exist."""
    wanted: dict[str, dict[str, str]] = {}
    known = [f"{name}.{key}" for name, table in INPUTS.items() for key in table.keys]
    for given, header in header_map.items():
        name = find_input(given) or given
        table, _, key = name.partition(".")
        if name not in known:
            same = [other for other in known if other.endswith(f".{key or name}")]
            close = same or difflib.get_close_matches(name, known, 3, 0.6)
            hint = "Perhaps {close}." if close else "Columns are named like orders.member_id or members.phone."
            raise UsageError("There is no column {name}.", hint=hint, name=name, close=", ".join(close))
        wanted.setdefault(table, {})[key] = header
    return wanted


def named_headers(wanted: Wanted) -> frozenset[str]:
    """Return the headers mapped by hand, in their plain form."""
    return frozenset(headers.plain(_base(name)) for columns in wanted.values() for name in columns.values())


def mapped_columns(seen: Sheet, columns: Mapping[str, str]) -> list[ColumnMatch]:
    """Return the columns whose mapped header stands in a sheet; ``实付金额#2`` is the second of that name.

    UsageError for an ID card or an address: those are never read.
    """
    found = []
    for key, header in columns.items():
        spots = _spots(seen, header)
        if not spots and _base(header) != header:
            nth = int(header.rpartition("#")[2])
            spots = _spots(seen, _base(header))[nth - 1 : nth] if nth else []
        if spots and is_dropped(seen.cells[spots[0]] or ""):
            raise UsageError(
                "{header} is an ID card or an address: it is never read.",
                hint="Map {name} to another header.",
                header=header,
                name=key,
            )
        if spots:
            found.append(ColumnMatch(key, seen.cells[spots[0]] or header, spots[0], EXACT, "map"))
    return found


def check_map(seen: Sheet, table: str, columns: Mapping[str, str], where: Where, elsewhere: Collection[str]) -> None:
    """Raise UsageError for a mapped header that stands neither here nor in another sheet."""
    others = {headers.plain(name) for name in elsewhere}
    found = {column.key for column in mapped_columns(seen, columns)}
    for key, header in columns.items():
        if key in found or headers.plain(_base(header)) in others:
            continue
        named = [cell for _, cell in seen.named]
        close = difflib.get_close_matches(header, named, 3, 0.4) or named[:8]
        raise UsageError(
            "{file} has no header {header}, which {name} is mapped to.",
            hint="Its headers are like: {close}.",
            where=where,
            file=where.file,
            header=header,
            name=f"{table}.{key}",
            close=", ".join(map(mask_word, close)),  # where no headers are, these are people
        )


def check_ties(found: Found, where: Where) -> None:
    """Raise DataError where two headers are equally good for one decisive column."""
    for one, other in found.ties:
        first, second = one.header, other.header
        if headers.plain(first) == headers.plain(second):
            first, second = f"{first}#1", f"{second}#2"
        raise DataError(
            "Both {first} and {second} could be {column}.",
            hint="Choose one of them, for example with --map {option}",
            where=where,
            first=first,
            second=second,
            column=f"{found.table}.{one.key}",
            option=f"{found.table}.{one.key}={first}",
        )


def _spots(seen: Sheet, header: str) -> list[int]:
    return [at for at, cell in seen.named if cell == header or headers.plain(cell) == headers.plain(header)]


def _base(header: str) -> str:
    name, mark, number = header.rpartition("#")
    return name if mark and name and number.isdigit() else header
