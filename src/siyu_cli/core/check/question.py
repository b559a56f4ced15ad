"""What was every sheet and column taken for, and what became of every row?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from siyu_cli.core.question import Answer, Loaded, Question, Study
from siyu_cli.errors import Note
from siyu_cli.report import Listing, Report, Section, Several, Words, tie
from siyu_cli.tables.cleaned import MAPPING, REASONS, SHEETS, STORED
from siyu_cli.tables.inputs import INPUTS

if TYPE_CHECKING:
    import pyarrow as pa

_SHEET_KEYS = ("file", "sheet", "table", "preset", "encoding", "header_row", "rows_in", "rows_used", "rows_rejected")
_BRIEF = ("file", "sheet", "table", "header_row", "rows_in", "rows_used", "rows_rejected", "rows_skipped")


@dataclass(frozen=True)
class Check(Question):
    """What was every sheet and column taken for, and what became of every row?"""

    command: ClassVar[str] = "check"
    is_remembered: ClassVar[bool] = False
    lang: str = "en"

    def answer(self, study: Study) -> CheckAnswer:
        """Return what was found while the files were read."""
        return CheckAnswer(study, study.describe(self.command), lang=self.lang)

    def unusable(self, load: Loaded) -> Report:
        """Return what was found of files that hold neither members nor orders."""
        return report(load, {"command": self.command})


@dataclass(frozen=True)
class CheckAnswer(Answer):
    """What was found while the files were read; any rejected row or cell is a finding here."""

    def report(self) -> Report:
        """Return what is told of it."""
        return report(self.load, self.meta)

    @property
    def warnings(self) -> tuple[Note, ...]:
        """Return what to be aware of."""
        return _warnings(self.load)


def report(load: Any, meta: Mapping[str, Any]) -> Report:
    """Return what is told of a load, also of one that nothing can be made of."""
    rejects = [dict(zip(REASONS.keys, reject, strict=True)) for reject in load.rejects]
    sheets = [{**describe_sheet(sheet), "table": _taken_for(sheet)} for sheet in load.sheets]
    stored = list(_stored(load.sheets))
    return Report(
        Note("What the files were taken for"),
        tuple(_opening(load)),
        meta,
        load.account(),
        values={"sheets": [describe_sheet(sheet) for sheet in load.sheets]},
        sections=(
            Section(SHEETS, sheets, brief=_BRIEF),
            Section(MAPPING, list(_mapping(load.sheets))),
            *([Section(STORED, stored)] if stored else []),
            Section(REASONS, rejects),
        ),
        facts=tuple(_left_alone(load.sheets)),
        listing=Listing(SHEETS, lambda keys: _listed(load.sheets, keys)),
        warnings=_warnings(load),
        next_steps=(Note("add --rejects FILE.xlsx to see each of them"),) if rejects else (),
    )


def _warnings(load: Any) -> tuple[Note, ...]:
    """Return what makes every result doubtful first, then what else to mind, then that something was rejected."""
    notes = sorted(load.warnings, key=lambda note: not note.is_finding)
    rejected = sum(count for _reason, _effect, count in load.rejects)
    if not rejected:
        return tuple(notes)
    return (*notes, Note("{count} rows or cells could not be used.", {"count": rejected}, is_finding=True))


def _opening(load: Any) -> Iterator[Words]:
    """Yield that every row is accounted for, and what was recognised as nothing, and why."""
    yield tie(load)
    for sheet in load.sheets:
        if sheet.reason:
            yield Several((f"{_place(sheet)}:", sheet.reason), "blanks")


def _place(sheet: Any) -> str:
    return " › ".join(filter(None, (sheet.file, sheet.sheet)))


def _taken_for(sheet: Any) -> Words:
    return INPUTS.get(sheet.table or "") or Note("not recognised")


def _mapping(sheets: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """Yield one row per column recognised; where it stands is said once."""
    for sheet in sheets:
        place = _place(sheet)
        for match in sheet.columns if sheet.table else ():
            yield {**vars(match), "place": place, "column": match.key, "title": INPUTS[sheet.table][match.key]}
            place = ""


def _stored(sheets: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """Yield one row per column of a table that lies elsewhere: how it is stored, and how often it holds nothing."""
    for sheet in sheets:
        place = _place(sheet)
        for match, (kind, nulls) in zip(sheet.columns, sheet.stored, strict=False):
            yield {"place": place, "column": match.key, "header": match.header, "stored_as": kind, "nulls": nulls}
            place = ""


def _left_alone(sheets: Sequence[Any]) -> Iterator[tuple[Words, Words]]:
    for sheet in sheets:
        for what, headers in ((Note("not used"), sheet.unmapped), (Note("never stored"), sheet.dropped)):
            yield Several((_place(sheet), what), "blanks"), Several(tuple(headers))


def describe_sheet(sheet: Any) -> dict[str, Any]:
    """Return one sheet as machines read it."""
    columns: list[dict[str, Any]] = [
        {"column": match.key, "header": match.header, "confidence": match.confidence, "how": match.how}
        for match in sheet.columns
    ]
    for described, (kind, nulls) in zip(columns, sheet.stored, strict=False):
        described |= {"stored_as": kind, "nulls": nulls}
    return {
        **{key: getattr(sheet, key) for key in _SHEET_KEYS},
        "rows_skipped": sheet.rows_skipped,
        "skipped": dict(sheet.skipped),
        "columns": columns,
        "unmapped": list(sheet.unmapped),
        "dropped": list(sheet.dropped),
        "amount_scope": sheet.amount_scope,
    }


def _listed(sheets: Sequence[Any], keys: Sequence[str]) -> pa.Table:
    import pyarrow as pa

    rows = [describe_sheet(sheet) for sheet in sheets]
    kinds = {key: pa.int64() if SHEETS[key].kind == "count" else pa.string() for key in keys}
    return pa.table({key: pa.array([row[key] for row in rows], kinds[key]) for key in keys})
