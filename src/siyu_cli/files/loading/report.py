"""What a load found: every sheet, every column, every row accounted for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from siyu_cli.errors import DataError, Note, Spoken
from siyu_cli.masks import mask_contacts, mask_header, mask_name, mask_sentence, mask_text, mask_word
from siyu_cli.report import Account, Section
from siyu_cli.tables.cleaned import FATES, REJECT_REASONS, SKIP_RULES
from siyu_cli.tables.inputs import INPUTS

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

    ``reason`` says in a sentence why a sheet was taken for nothing; ``stored`` is, of a table elsewhere, the type each
    column has there and how many of its rows hold nothing, in the order of ``columns``.
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
    stored: tuple[tuple[str, int], ...] = ()

    @property
    def rows_skipped(self) -> int:
        """Return the rows left out by a named rule."""
        return sum(self.skipped.values())

    def masked(self, names: Collection[str] = ()) -> SheetReport:
        """Return the same for others to see: what stands for a header may be a phone, or one of ``names``.

        Where nothing was recognised, or a phone stands beside them, the first row may be no header but a person.
        """
        is_person = not self.table or any(mask_contacts(header) != header for header in self.unmapped)
        mask = mask_word if is_person else mask_header

        def shown(header: str) -> str:
            masked = mask_name(header) if header.strip() in names else mask(mask_text(header, names))
            return masked if masked == header else mask_word(masked)

        return replace(
            self,
            sheet=self.sheet and mask_text(self.sheet),
            columns=tuple(replace(match, header=shown(match.header)) for match in self.columns),
            unmapped=tuple(map(shown, self.unmapped)),
            dropped=tuple(map(shown, self.dropped)),
        )


@dataclass(frozen=True)
class LoadReport:
    """The whole load: rows_in = rows_used + rows_rejected + rows_skipped, always.

    ``rejects`` lists ``(reason, effect, rows)``; effect ``cell`` means that the row was used without the cell.
    ``newest_at`` is when the last order in the files was placed, at midnight where only days are known.
    ``links`` leads from every member id that goes by another key to that key; ``names`` are those of people that stand
    in headers and notes.
    """

    inputs: tuple[Input, ...]
    sheets: tuple[SheetReport, ...]
    rejects: tuple[tuple[str, str, int], ...] = ()
    warnings: tuple[Note, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict, repr=False)
    names: frozenset[str] = field(default=frozenset(), repr=False)
    newest_at: datetime | None = None

    def masked(self) -> LoadReport:
        """Return the same for others to see: no header, no name of a sheet, no note tells who somebody is."""
        notes = tuple(replace(note, facts=_masked(note.facts, self.names)) for note in self.warnings)
        return replace(self, sheets=tuple(sheet.masked(self.names) for sheet in self.sheets), warnings=notes)

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

    def account(self) -> Account:
        """Return what became of every row, as reports tell it."""
        inputs = tuple({"file": given.file, "sha256": given.sha256, "rows": given.rows} for given in self.inputs)
        return Account(
            self.rows_in, self.rows_used, self.rows_rejected, self.rows_skipped, self.skipped,
            fates(self), self.as_dict(), inputs,
        )  # fmt: skip

    def sheets_of(self, table: str) -> list[SheetReport]:
        """Return the sheets that were taken for a table."""
        return [sheet for sheet in self.sheets if sheet.table == table]

    def as_dict(self) -> dict[str, object]:
        """Return ``{rows_in, rows_used, rows_rejected, rows_skipped, skipped, rejects}`` for machine formats."""
        return {
            "rows_in": self.rows_in,
            "rows_used": self.rows_used,
            "rows_rejected": self.rows_rejected,
            "rows_skipped": self.rows_skipped,
            "skipped": self.skipped,
            "rejects": [{"reason": reason, "rows": rows} for reason, effect, rows in self.rejects if effect == "row"],
            "cells_rejected": [
                {"reason": reason, "cells": rows} for reason, effect, rows in self.rejects if effect == "cell"
            ],
        }


def fates(report: LoadReport) -> Section:
    """Return where the rows of every sheet went, then what could not be used and why."""
    rows = [row for sheet in report.sheets for row in _fates_of(sheet)]
    for reason, effect, count in report.rejects:
        item = "Row rejected: {reason}" if effect == "row" else "Cell left out, row used: {reason}"
        why = Spoken(*REJECT_REASONS.get(reason, (reason, reason)))
        rows.append({"file": Note("All files"), "item": Note(item, {"reason": why}), "rows": count})
    return Section(FATES, rows)


def _fates_of(sheet: SheetReport) -> Iterator[dict[str, Any]]:
    known = INPUTS.get(sheet.table or "")
    place = {"file": sheet.file, "sheet": sheet.sheet, "table": known or Note("not recognised")}
    counts = [
        (Note("Rows read"), sheet.rows_in),
        (Note("Used"), sheet.rows_used),
        (Note("Rejected"), sheet.rows_rejected),
    ]
    for rule, skipped in sheet.skipped.items():
        counts.append((Note("Skipped: {rule}", {"rule": Spoken(*SKIP_RULES.get(rule, (rule, rule)))}), skipped))
    for item, count in counts:
        yield {**place, "item": item, "rows": count, "share": count / sheet.rows_in if sheet.rows_in else None}


def _masked(facts: Mapping[str, object], names: Collection[str]) -> dict[str, object]:
    """Return what a note tells, masked; words that nobody knows may be sentences about people."""
    return {
        key: (mask_sentence if key == "words" else mask_text)(fact, names) if isinstance(fact, str) else fact
        for key, fact in facts.items()
    }


class UnusableError(DataError):
    """Files that hold neither members nor orders; ``report`` says what each sheet was found to be."""

    report: LoadReport


__all__ = ["Input", "LoadReport", "Note", "SheetReport", "UnusableError"]
