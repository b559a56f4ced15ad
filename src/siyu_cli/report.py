"""What is told of an answer, before anybody shows it: texts with their facts, numbers with their kinds, tables.

A topic says what there is to know; how it looks (a terminal, a sheet, a page, a line of JSON) and in which language is
the renderers' part. So whatever one of them warns of, all of them do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from siyu_cli.errors import Note, Spoken
from siyu_cli.tables.cleaned import SKIP_RULES
from siyu_cli.tables.column import Column, Form, Table

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

# bars: one measure per row; stacked: measures of a row on each other; trend: measures over the rows, which are dates;
# heat: a grid of one kind of measure.
Drawn: TypeAlias = Literal["none", "bars", "stacked", "trend", "heat"]
Row: TypeAlias = Mapping[Any, Any]


@dataclass(frozen=True)
class Value:
    """A number or date within a text: what it is, and as what it is read (money, rate, count, …)."""

    value: Any
    form: Form


@dataclass(frozen=True)
class Several:
    """Texts in a row: a list (a, b), or parts set apart by dots (a · b) or blanks (a b)."""

    parts: tuple[Words, ...]
    apart: Literal["list", "dots", "blanks"] = "list"


# What can be said in a reader's language; a plain ``str`` is data and stays as it is.
Words: TypeAlias = Note | Value | Several | Column | Table | Spoken | str


@dataclass(frozen=True)
class Figure:
    """One number of a report: its column says what it is; of counts the share, of rates what they are made of.

    ``note`` says something else of it instead; ``past`` are its values before, this one last, drawn as a line.
    """

    column: Column
    value: Any
    numerator: float | None = None
    denominator: float | None = None
    note: Words | None = None
    past: tuple[float | None, ...] = ()


@dataclass(frozen=True)
class Section:
    """One table of few rows, perhaps drawn.

    ``measures`` are the numbers drawn, ``brief`` the columns that are enough where there is little room, ``title`` and
    ``columns`` those of the table unless given. A cell is a value of its column, or ``Words``. ``room`` says where a
    table belongs that stands in two shapes: a terminal and a chat have little room, a workbook and a page much.
    """

    table: Table
    rows: Sequence[Row]
    title: Words | None = None
    columns: tuple[Column, ...] = ()
    drawn: Drawn = "none"
    measures: tuple[str, ...] = ()
    brief: tuple[str, ...] = ()
    note: Words | None = None
    room: Literal["any", "little", "much"] = "any"

    def fits(self, room: Literal["little", "much"]) -> bool:
        """Return whether there is anything to show, and it belongs where there is so much room."""
        return bool(self.rows) and self.room in ("any", room)

    @property
    def every_column(self) -> tuple[Column, ...]:
        """Return the columns in order."""
        return self.columns or self.table.columns

    @property
    def brief_columns(self) -> tuple[Column, ...]:
        """Return the columns for a place with little room, all of them unless some are enough."""
        return tuple(column for column in self.every_column if not self.brief or column.key in self.brief)

    @property
    def shares(self) -> tuple[str, ...]:
        """Return the columns that are parts of a whole, drawn as bars within their cells."""
        return tuple(c.key for c in self.every_column if c.kind == "rate" and c.key.endswith("_share"))


@dataclass(frozen=True)
class Listing:
    """The long table: a row per member, invite or sheet.

    ``read`` returns its rows under the keys asked for, ``write`` has the engine write them as Parquet with what the
    file was made with, where that is cheaper. ``people`` are columns by which staff know a person: a workbook has them
    right beside the key; ``count`` says how many rows it has without reading them, ``is_parted`` that the engine writes
    a folder of parts. The first rows are shown under ``brief`` where the list itself has no room; ``shown`` of them on
    a page.
    """

    table: Table
    read: Callable[[Sequence[str]], pa.Table] = field(repr=False)
    columns: tuple[Column, ...] = ()
    people: tuple[Column, ...] = ()
    brief: tuple[str, ...] = ()
    title: Words | None = None
    write: Callable[[Path, Mapping[str, str], Sequence[str]], None] | None = field(default=None, repr=False)
    count: Callable[[], int] | None = field(default=None, repr=False)
    is_parted: bool = False
    shown: int = 20

    @property
    def every_column(self) -> tuple[Column, ...]:
        """Return the columns of machine formats, in order."""
        return self.columns or self.table.columns

    def rows(self) -> int:
        """Return how many rows it has."""
        if self.count is not None:
            return self.count()
        return int(self.read([self.every_column[0].key]).num_rows)

    @property
    def sheet_columns(self) -> tuple[Column, ...]:
        """Return the columns of a workbook: people right beside their key, unless columns were chosen."""
        key, *others = self.every_column
        return (key, *self.people, *(column for column in others if column.key not in {p.key for p in self.people}))


@dataclass(frozen=True)
class Definition:
    """What a term means here: its value in this run, if it has one, and the rule in words."""

    term: Words
    value: Words
    meaning: Words


@dataclass(frozen=True)
class Account:
    """What became of every row that was read: rows in = used + rejected + skipped by a named rule.

    ``skipped`` is rule → rows; ``fates`` says the same per sheet, ``rejects`` per reason; ``document`` is all of it for
    machines, ``inputs`` the files with their fingerprints.
    """

    rows_in: int
    rows_used: int
    rows_rejected: int
    rows_skipped: int
    skipped: Mapping[str, int]
    fates: Section
    document: Mapping[str, Any] = field(repr=False)
    inputs: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Report:
    """All that is told of one answer; ``opening`` is the decision in a few sentences, the first thing read.

    ``facts`` are names and what they are, further down; ``next_steps`` what to do now; ``values`` the answer for
    machines, keys never translated; ``log`` the numbers a line of a log has; ``meta`` with what it was made: version,
    command, date, parameters, inputs; ``episodes`` what a group chat is told of, each once;
    with none of them it hears nothing, None is worth telling always.
    """

    title: Words
    opening: tuple[Words, ...]
    meta: Mapping[str, Any]
    account: Account
    values: Mapping[str, Any] = field(default_factory=dict)
    figures: tuple[Figure, ...] = ()
    sections: tuple[Section, ...] = ()
    facts: tuple[tuple[Words, Words], ...] = ()
    listing: Listing | None = None
    definitions: tuple[Definition, ...] = ()
    warnings: tuple[Note, ...] = ()
    log: Mapping[str, Any] = field(default_factory=dict)
    next_steps: tuple[Note, ...] = ()
    episodes: tuple[str, ...] | None = field(default=None, repr=False)

    @property
    def command(self) -> str:
        """Return the command that tells this."""
        return str(self.meta["command"])

    @property
    def findings(self) -> tuple[Note, ...]:
        """Return the warnings that make the result doubtful: a command that has one ends with exit code 3."""
        return tuple(note for note in self.warnings if note.is_finding)


def dotted(*parts: Words | None) -> Several:
    """Return the parts that are there, set apart by dots."""
    return Several(tuple(part for part in parts if part), "dots")


def label(column: Column, key: str | None) -> Words:
    """Return what people read for a key of a column that has labels; nothing for none."""
    words = (column.labels or {}).get(key or "")
    return Spoken(*words[-2:]) if words else key or ""


def tie(counted: Any) -> Note:
    """Return ``9 rows in = 7 used + 0 rejected + 2 skipped (not paid 2)`` for an account, a load or one sheet of it."""
    rules = Several(
        tuple(
            Several((Spoken(*SKIP_RULES.get(rule, (rule, rule))), Value(rows, "count")), "blanks")
            for rule, rows in counted.skipped.items()
            if rows
        )
    )
    keys = ("rows_in", "rows_used", "rows_rejected", "rows_skipped")
    facts = {
        **{key: Value(getattr(counted, key), "count") for key in keys},
        "rules": Note(" ({listed})", {"listed": rules}) if rules.parts else "",
    }
    return Note(
        "{rows_in} rows in = {rows_used} used + {rows_rejected} rejected + {rows_skipped} skipped{rules}", facts
    )
