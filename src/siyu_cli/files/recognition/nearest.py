"""The headers that come nearest to a column which was not found: by their letters, and by the cells below them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from siyu_cli.files.recognition import evidence, headers
from siyu_cli.files.recognition.mapping import Sheet, is_dropped, known
from siyu_cli.tables.column import Column
from siyu_cli.tables.inputs import INPUTS

_MOST = 3
_WORTH = {"phone": 0.6, "date": 0.5, "instant": 0.5, "month": 0.5, "money": 0.5, "id": 0.3}
_AGAINST = 2.0
_SUGGESTED = 0.9  # as alike as two spellings of one name


@dataclass(frozen=True)
class Lead:
    """A header that may be the missing column: the column's key, the header, how near it is."""

    key: str
    header: str
    nearness: float


def nearest_headers(seen: Sheet, table: str, keys: Sequence[str], used: Collection[int] = ()) -> tuple[Lead, ...]:
    """Return up to three headers of a sheet that may be one of some columns of a table, the nearest first.

    ``used``: positions of columns that are something else.
    """
    leads = []
    for spot, header in seen.named:
        if spot in used or is_dropped(header) or (seen.has_rows and not seen.values[spot]):
            continue
        ways = [Lead(key, header, _nearness(seen, table, key, spot)) for key in keys]
        leads.append(max(ways, key=lambda lead: lead.nearness))
    leads.sort(key=lambda lead: -lead.nearness)
    return tuple(leads[:_MOST])


def _nearness(seen: Sheet, table: str, key: str, spot: int) -> float:
    name = headers.plain(seen.cells[spot] or "")
    alike = max(
        SequenceMatcher(None, name, other).ratio()
        for other, columns in known(table).items()
        if any(column == key for column, _, _ in columns)
    )
    if headers.suggests(key, seen.cells[spot] or ""):
        alike = max(alike, _SUGGESTED)
    return alike + _told_by(seen.values[spot], INPUTS[table][key])


def _told_by(values: Sequence[str], column: Column) -> float:
    if column.key == "account":
        mails = sum(evidence.kind_of(value) == "email" for value in values)
        return 0.6 if values and mails > 0.5 * len(values) else 0.0
    verdict = evidence.verdict("bare_id" if column.kind == "id" else column.kind, values)
    if column.kind == "id":
        # What no id would be speaks against; else codes of any kind may be ids.
        codes = sum(evidence.kind_of(value) in {"integer", "code", "cipher", "phone"} for value in values)
        verdict = min(verdict, 0) or int(bool(values) and codes > 0.8 * len(values))
    return verdict * (_WORTH.get(column.kind, 0.0) if verdict > 0 else _AGAINST)
