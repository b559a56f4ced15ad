"""The words of a workbook in its reader's language: titles from the contracts, the rest from a catalogue."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from siyu_cli.files.writing.workbook import SheetColumn
from siyu_cli.tables.catalogue import LABELS
from siyu_cli.tables.column import Column

_ARROW = {"count": pa.int64(), **dict.fromkeys(("money", "number", "rate"), pa.float64())}


@dataclass(frozen=True)
class Words:
    """One reader's language: ``zh`` or ``en`` for the contracts, ``translate`` for every other text."""

    lang: str
    translate: Callable[[str], str]

    def choose(self, english_and_chinese: Sequence[str]) -> str:
        """Return the one of two words that is in this language."""
        return english_and_chinese[1 if self.lang == "zh" else 0]

    def title(self, column: Column) -> str:
        """Return a column's title."""
        return column.title(self.lang)

    def labels(self, key: str) -> dict[str, str]:
        """Return ``{key: label}`` for the values of a column of ``tables.LABELS``."""
        return {value: self.choose(words[-2:]) for value, words in LABELS[key].items()}

    def columns(self, columns: Sequence[Column]) -> tuple[SheetColumn, ...]:
        """Return columns as people see them: labels for keys, yes or no, money where it is money."""
        _ = self.translate
        flags = {"true": _("Yes"), "false": _("No")}
        shown = []
        for column in columns:
            labels = self.labels(column.key) if column.key in LABELS else None
            kind = "money" if column.key == "average_order_value" else column.kind
            shown.append(
                SheetColumn(column.key, self.title(column), kind, labels=flags if column.kind == "flag" else labels)
            )
        return tuple(shown)


def table_of(rows: Sequence[Mapping[str, Any]], columns: Sequence[SheetColumn]) -> pa.Table:
    """Return a small table of dictionaries, typed by the columns; a missing key is an empty cell."""
    return pa.table(
        {
            column.key: pa.array([row.get(column.key) for row in rows], _ARROW.get(column.kind, pa.string()))
            for column in columns
        }
    )
