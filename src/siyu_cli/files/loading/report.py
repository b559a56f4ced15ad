"""What a load found: every sheet, every column, every row accounted for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from siyu_cli.errors import DataError, Note

if TYPE_CHECKING:
    from siyu_cli.files.recognise import ColumnMatch


@dataclass(frozen=True)
class Input:
    """A file as it was given: name, fingerprint, size in bytes, rows of data in it."""

    file: str
    sha256: str
    size: int
    rows: int


@dataclass(frozen=True)
class SheetReport:
    """One sheet: what it was taken for, how its columns were mapped, where its rows went.

    ``reason`` says in a sentence why a sheet was taken for nothing.
    """

    file: str
    sheet: str | None
    table: str | None
    preset: str | None
    encoding: str | None
    header_row: int | None
    rows_in: int
    rows_used: int
    rows_rejected: int
    skipped: Mapping[str, int]
    columns: tuple[ColumnMatch, ...] = ()
    unmapped: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    amount_scope: str | None = None
    reason: Note | None = None

    @property
    def rows_skipped(self) -> int:
        """Return the rows left out by a named rule."""
        return sum(self.skipped.values())


@dataclass(frozen=True)
class LoadReport:
    """The whole load: rows_in = rows_used + rows_rejected + rows_skipped, always.

    ``rejects`` lists ``(reason, effect, rows)``; effect ``cell`` means that the row was used without the cell.
    ``links`` leads from every member id that goes by another key to that key.
    """

    inputs: tuple[Input, ...]
    sheets: tuple[SheetReport, ...]
    rejects: tuple[tuple[str, str, int], ...] = ()
    warnings: tuple[Note, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)

    @property
    def rows_in(self) -> int:
        """Return the rows of data in all sheets."""
        return sum(sheet.rows_in for sheet in self.sheets)

    @property
    def rows_used(self) -> int:
        """Return the rows the result rests on."""
        return sum(sheet.rows_used for sheet in self.sheets)

    @property
    def rows_rejected(self) -> int:
        """Return the rows that could not be used."""
        return sum(sheet.rows_rejected for sheet in self.sheets)

    @property
    def rows_skipped(self) -> int:
        """Return the rows left out by a named rule."""
        return sum(sheet.rows_skipped for sheet in self.sheets)

    @property
    def skipped(self) -> dict[str, int]:
        """Return ``{rule: rows}`` over all sheets."""
        return dict(sum((Counter(sheet.skipped) for sheet in self.sheets), Counter()))

    @property
    def rejected_share(self) -> float:
        """Return rejected rows / rows in; 0 when nothing came in."""
        return self.rows_rejected / self.rows_in if self.rows_in else 0.0

    @property
    def findings(self) -> tuple[Note, ...]:
        """Return the warnings that make the result doubtful: a command that has one ends with exit code 3."""
        return tuple(note for note in self.warnings if note.is_finding)

    def as_dict(self) -> dict[str, object]:
        """Return ``{rows_in, rows_used, rows_rejected, rows_skipped, skipped, rejects}`` for machine formats."""
        return {
            "rows_in": self.rows_in,
            "rows_used": self.rows_used,
            "rows_rejected": self.rows_rejected,
            "rows_skipped": self.rows_skipped,
            "skipped": self.skipped,
            "rejects": [
                {"reason": reason, "rows": rows} for reason, effect, rows in self.rejects if effect == "row"
            ],
            "cells_rejected": [
                {"reason": reason, "cells": rows} for reason, effect, rows in self.rejects if effect == "cell"
            ],
        }


class UnusableError(DataError):
    """Files that hold neither members nor orders; ``report`` says what each sheet was found to be."""

    report: LoadReport


__all__ = ["Input", "LoadReport", "Note", "SheetReport", "UnusableError"]
