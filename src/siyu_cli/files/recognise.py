"""Recognition: which table a sheet is, which preset made it, and which header is which column.

A sheet is matched by its header row, wherever that is. A preset whose signature stands there decides most;
names and words known to mean the same find the rest, with the values below as evidence. What an operator
maps by hand goes first. A sheet that is neither members, contacts nor orders is told apart, never guessed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache

from siyu_cli.errors import Note, Where
from siyu_cli.files.recognition import headers
from siyu_cli.files.recognition.header_map import (
    Wanted,
    check_map,
    check_ties,
    mapped_columns,
    named_headers,
    read_map,
)
from siyu_cli.files.recognition.header_row import HeaderRow, Row, data_above, find_header, first_data_row, made_at
from siyu_cli.files.recognition.kinds_by_values import with_kind
from siyu_cli.files.recognition.list_prices import with_list_price
from siyu_cli.files.recognition.mapping import (
    EXACT,
    ColumnMatch,
    Found,
    Sheet,
    by_preset,
    find_columns,
    is_dropped,
    positions,
    sheet_of,
)
from siyu_cli.files.recognition.order_dates import with_date
from siyu_cli.files.recognition.order_numbers import with_order_number
from siyu_cli.files.recognition.presets import FEWEST_HEADERS, Preset, load_presets
from siyu_cli.files.recognition.sheet_kind import Missing, Verdict, kind_of_sheet
from siyu_cli.tables.inputs import INPUTS

__all__ = ["ColumnMatch", "Match", "Preset", "recognise"]

_OTHER_NAME = 0.5
_SAMPLE_ROWS = 30
_EDGES = " \t\r\n\ufeff\u200b\xa0\u3000"
_DATED = frozenset({"date", "month", "instant"})
_TYPED = frozenset({"money", "number", "count", "phone"})


@dataclass(frozen=True)
class Match:
    """What one sheet was taken for.

    ``table``: members, contacts, orders, or None with a ``reason``. ``header_row``, ``first_data_row``:
    0-based in the rows given; a sheet without a header has no header row. ``columns`` in the table's order;
    several of one key only where a preset lists them: the first cell that is not blank counts.
    ``alternatives``: headers that could have been a column and lost. ``unmapped``: headers that are not used;
    ``dropped``: ID cards and addresses, never stored. ``amount_scope``: order, item, or None for unknown.
    ``seen``: the header and the first rows it was recognised by. ``missing``: what a sheet taken for nothing lacks.
    """

    table: str | None
    preset: Preset | None
    header_row: int | None
    first_data_row: int
    columns: tuple[ColumnMatch, ...]
    unmapped: tuple[str, ...]
    dropped: tuple[str, ...]
    amount_scope: str | None
    exported_at: datetime | None
    confidence: float
    reason: Note | None = None
    alternatives: tuple[ColumnMatch, ...] = ()
    seen: Sheet | None = field(default=None, repr=False)
    missing: Missing | None = None

    def column(self, key: str) -> ColumnMatch | None:
        """Return the first column of a key, or None."""
        return next((column for column in self.columns if column.key == key), None)


def recognise(
    rows: Sequence[Row],
    *,
    file: str,
    sheet: str | None,
    header_map: Mapping[str, str],
    other_headers: Collection[str] = (),
    presets: tuple[Preset, ...] | None = None,
) -> Match:
    """Return what a sheet is: its table, preset, header row and columns.

    ``rows``: the first 60 rows or so, cells as text. ``header_map``: ``{"orders.member_id": "household_id"}``
    from ``--map`` and ``[map]``; ``实付金额#2`` is the second header of that name. ``other_headers``: headers
    of the other sheets, where a mapped header may stand instead. ``presets``: those to try, ours unless given; a
    shop's own go first. UsageError for an unknown column or header,
    DataError where two headers are equally good.
    """
    known = load_presets() if presets is None else presets
    wanted = read_map(header_map)
    grid = [tuple(_clean(cell) for cell in row) for row in rows]
    header = find_header(grid, named_headers(wanted), known)
    if header is None:
        return _headerless(grid, known) or _unknown(Note("No row of this sheet looks like a header."))
    place = _Place(file, sheet, wanted, other_headers, known)
    match = _under(grid, header, place)
    first = data_above(grid, header, _told(match.columns, match.table)) if match.table else None
    if first is None:
        return match
    # Sorted like any row, the header stands among the data.
    sorted_out = [*grid[:first], header.cells, *grid[first : header.row], *grid[header.row + 1 :]]
    match = _under(sorted_out, replace(header, row=first), place)
    return replace(match, header_row=header.row, first_data_row=match.first_data_row - 1)


@dataclass(frozen=True)
class _Place:
    """Where a sheet stands, and what is known of its headers."""

    file: str
    sheet: str | None
    wanted: Wanted
    other_headers: Collection[str]
    presets: tuple[Preset, ...]


def _under(grid: Sequence[Row], header: HeaderRow, place: _Place) -> Match:
    """Return what a sheet is under its header."""
    wanted = place.wanted
    below = [row for row in grid[header.row + 1 :] if any(row)][:_SAMPLE_ROWS]
    seen = sheet_of(header.cells, below)
    mapped = {table: mapped_columns(seen, columns) for table, columns in wanted.items()}
    preset, found, verdict = _choose(seen, wanted, mapped, place.presets)
    where = Where(file=place.file, sheet=place.sheet, row=header.row + 1)
    if found is None:
        made = made_at(grid, header.row)
        return replace(
            _unknown(verdict.reason),
            header_row=header.row,
            exported_at=made,
            unmapped=_rest(seen, ()),
            seen=seen,
            missing=verdict.missing,
        )
    found = with_order_number(seen, found)
    check_map(seen, found.table, wanted.get(found.table, {}), where, place.other_headers)
    check_ties(found, where)
    return _match(grid, header, seen, preset, found)


def _choose(
    seen: Sheet, wanted: Wanted, mapped: Mapping[str, list[ColumnMatch]], presets: Sequence[Preset]
) -> tuple[Preset | None, Found | None, Verdict]:
    preset = _preset_of(seen, presets)
    if preset is not None and not any(mapped[table] for table in mapped if table != preset.table):
        return preset, _with_preset(seen, preset, mapped.get(preset.table, [])), Verdict(preset.table)
    every = {table: find_columns(seen, table, mapped.get(table, [])) for table in INPUTS}
    others = [found for table, found in every.items() if table not in ("orders", "events")]
    every["orders"] = with_kind(seen, with_list_price(seen, with_date(seen, every["orders"], others)))
    verdict = kind_of_sheet(seen, every, frozenset(table for table in mapped if mapped[table]))
    if verdict.table is None and preset is None:
        # An operator who names the columns of a table knows what the sheet is.
        forced = [table for table, columns in wanted.items() if columns and len(mapped[table]) == len(columns)]
        if len(forced) == 1:
            return None, every[forced[0]], Verdict(forced[0])
        return None, None, verdict
    if preset is not None and verdict.table in {None, preset.table}:
        return preset, _with_preset(seen, preset, mapped.get(preset.table, [])), Verdict(preset.table)
    return None, every[verdict.table or ""], verdict


def _with_preset(seen: Sheet, preset: Preset, mapped: Sequence[ColumnMatch]) -> Found:
    spots = {column.position for column in mapped}
    keys = {column.key for column in mapped}
    given = [c for c in by_preset(seen, preset) if c.position not in spots and c.key not in keys]
    keys |= {column.key for column in given}
    listed = {headers.plain(name): key for key, names in preset.columns.items() for name in names}
    skip = {headers.plain(name) for name in preset.ignored} | {name for name, key in listed.items() if key in keys}
    found = find_columns(
        seen,
        preset.table,
        [*mapped, *given],
        skip=[at for at, cell in seen.named if headers.plain(cell) in skip],
    )
    columns = [
        replace(column, confidence=EXACT, how="preset")
        if column.how != "map" and listed.get(headers.plain(column.header)) == column.key
        else column
        for column in found.columns
    ]
    return replace(found, columns=tuple(columns))


def _preset_of(seen: Sheet, presets: Sequence[Preset]) -> Preset | None:
    at = positions(seen)
    best: Preset | None = None
    score = (0.0, False, 0)
    for preset in presets:
        if not preset.signature:
            continue
        hits = sum(
            1.0 if name in at else _OTHER_NAME * any(other in at for other in others)
            for name, others in _signature(preset)
        )
        share = hits / len(preset.signature)
        if hits >= FEWEST_HEADERS and share >= preset.least:
            columns = sum(headers.plain(name) in at for names in preset.columns.values() for name in names)
            own = (share, preset.file is not None, columns)
            best, score = (preset, own) if own > score else (best, score)
    return best


@cache
def _signature(preset: Preset) -> tuple[tuple[str, frozenset[str]], ...]:
    """Return each header of the signature, and the other names the preset lists for the same column."""
    groups = [frozenset(headers.plain(name) for name in names) for names in preset.columns.values()]
    plain = [headers.plain(name) for name in preset.signature]
    return tuple((name, next((group for group in groups if name in group), frozenset())) for name in plain)


@cache
def _with_buyer(preset: Preset) -> Preset:
    return replace(preset, has_buyer=True)


def _match(grid: Sequence[Row], header: HeaderRow, seen: Sheet, preset: Preset | None, found: Found) -> Match:
    scope = preset.amount_scope if preset else None
    if preset:
        for column in found.columns:
            mark = preset.order_scope_when.get(column.key)
            if mark and any(mark in value for value in seen.values[column.position]):
                scope = "order"
        if not preset.has_buyer and found.keys & {"member_id", "phone", "account"}:
            preset = _with_buyer(preset)
    return Match(
        table=found.table,
        preset=preset,
        header_row=header.row,
        first_data_row=first_data_row(grid, header.row, _told(found.columns, found.table)),
        columns=found.columns,
        unmapped=_rest(seen, found.columns),
        dropped=tuple(cell for _, cell in seen.named if is_dropped(cell) and cell not in _headers(found.columns)),
        amount_scope=scope,
        exported_at=made_at(grid, header.row),
        confidence=EXACT if preset else min((column.confidence for column in found.columns), default=EXACT),
        alternatives=found.alternatives,
        seen=seen,
    )


def _told(columns: Sequence[ColumnMatch], table: str) -> list[int]:
    """Return the columns that hold digits in every row of data: dates where there are any."""
    kinds = {column.position: INPUTS[table][column.key].kind for column in columns}
    dated = [spot for spot, kind in kinds.items() if kind in _DATED]
    return dated or [spot for spot, kind in kinds.items() if kind in _TYPED]


def _headerless(grid: Sequence[Row], presets: Sequence[Preset]) -> Match | None:
    rows = [tuple(cell for cell in row if cell) for row in grid if any(row)]
    for preset in presets:
        width = len(preset.headerless)
        if not width or not rows or any(len(row) != width for row in rows):
            continue
        columns = preset.headerless
        if all(column.pattern.fullmatch(cell) for row in rows for column, cell in zip(columns, row, strict=True)):
            first = next(at for at, row in enumerate(grid) if any(row))
            offset = next(at for at, cell in enumerate(grid[first]) if cell)
            found = tuple(
                ColumnMatch(column.key, column.title, offset + at, EXACT, "preset")
                for at, column in enumerate(columns)
                if column.key
            )
            unused = tuple(column.title for column in columns if not column.key)
            scope = preset.amount_scope
            return Match(preset.table, preset, None, first, found, unused, (), scope, None, EXACT)
    return None


def _unknown(reason: Note | None) -> Match:
    return Match(None, None, None, 0, (), (), (), None, None, 0.0, reason)


def _rest(seen: Sheet, columns: Sequence[ColumnMatch]) -> tuple[str, ...]:
    used = {column.position for column in columns}
    return tuple(cell for at, cell in seen.named if at not in used and not is_dropped(cell))


def _headers(columns: Sequence[ColumnMatch]) -> set[str]:
    return {column.header for column in columns}


def _clean(cell: str | None) -> str | None:
    text = cell.strip(_EDGES) if cell else ""
    if text[:1] in {"=", '"', "'", "`"}:
        # ="123", "123", '123 and `123 are how exports keep Excel from changing a cell.
        text = text.removeprefix("=").strip('"').lstrip("'`").strip(_EDGES)
    return text or None
