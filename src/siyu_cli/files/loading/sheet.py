"""One recognised sheet on its way into the load, and where its rows come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from siyu_cli.errors import Note
from siyu_cli.tables.column import Table
from siyu_cli.tables.inputs import INPUTS

if TYPE_CHECKING:
    import pyarrow as pa

    from siyu_cli.files.reading.sheets import CellFault, RawSheet
    from siyu_cli.files.recognise import Match


@dataclass(frozen=True)
class RowSpan:
    """The rows of a sheet from one on, up to the next span's, and their kind."""

    row: int
    kind: str


@dataclass(frozen=True)
class Origin:
    """Where a sheet's rows come from: its number in the load, the relation to read, how its dates are written.

    ``is_typed`` says that a Parquet file brings dates and amounts as such, so that nothing has to be parsed;
    ``blanked`` are its columns in which words such as nan stand for nothing; ``doubted`` those of a typed file
    that are read as text all the same, since they hold what no shop has; ``unsettled`` those of amounts in which
    1.234 may be a thousand and more; ``commas`` those in which a comma parts the cents
    throughout, ``half_commas`` those in which it does so in some; ``plain`` are keys of columns whose every cell is
    written as its kind is.
    """

    source: int
    relation: str
    column_types: dict[str, str]
    zone: str
    date_order: str
    is_typed: bool
    blanked: frozenset[str] = frozenset()
    doubted: frozenset[str] = frozenset()
    unsettled: frozenset[str] = frozenset()
    commas: frozenset[str] = frozenset()
    half_commas: frozenset[str] = frozenset()
    plain: frozenset[str] = frozenset()

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the raw columns' names in order, the row counter left out."""
        return tuple(name for name in self.column_types if name != "row")


@dataclass
class SheetSource:
    """One recognised sheet on its way into the load."""

    source: int
    raw: RawSheet
    match: Match
    rows: int
    origin: Origin | None = None
    scope: str | None = None
    is_returns: bool = False
    is_said_back: bool = False
    names_currency: bool = False
    cells: pa.Table | None = field(default=None, repr=False)
    faults: tuple[CellFault, ...] = field(default=(), repr=False)
    shared: str | None = None
    notes: tuple[Note, ...] = ()
    sections: tuple[RowSpan, ...] = ()
    stored: tuple[tuple[str, int], ...] = ()

    @property
    def relation(self) -> str:
        """Return the table its cleaned rows are in: its own, or one shared with sheets like it."""
        return self.shared or f"source_{self.source}"

    @property
    def table(self) -> Table:
        """Return the contract the sheet was taken for."""
        return INPUTS[self.match.table or ""]

    def header_of(self, key: str) -> str | None:
        """Return the header a column key was mapped from, as the operator wrote it."""
        return next((column.header for column in self.match.columns if column.key == key), None)

    def has(self, *keys: str) -> bool:
        """Return whether any of the keys is mapped."""
        return any(column.key in keys for column in self.match.columns)

    @property
    def exported_at(self) -> datetime | None:
        """Return when the sheet says it was exported, in the shop's time."""
        return self.match.exported_at
