"""One reader: their language, and how they read numbers, labels and texts; nobody else makes words of values."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from siyu_cli import locale
from siyu_cli.errors import Note, Spoken
from siyu_cli.report import Figure, Several, Value, Words
from siyu_cli.signs import one_line, visible
from siyu_cli.tables.column import Column, Form, Table

NOTHING = "–"


@dataclass(frozen=True)
class Reader:
    """Who reads: ``en`` or ``zh``.

    >>> Reader("en").say(Note("{sales} of {share}", {"sales": Value(1234.5, "money"), "share": Value(0.1, "rate")}))
    '1,234.50 of 10.0%'
    """

    lang: str = "en"

    def translate(self, text: str) -> str:
        """Return a text of the code in this language."""
        return locale.translate(text, self.lang)

    def choose(self, words: Sequence[str]) -> str:
        """Return the one of the last two words, English and Chinese, that is in this language."""
        return words[-1] if self.lang == "zh" else words[-2]

    def title(self, named: Column | Table) -> str:
        """Return the name of a column or a table for people."""
        return named.zh if self.lang == "zh" else named.en

    def say(self, words: Words | None) -> str:
        """Return a text with its facts filled in; data in it stay as they are, but on one line."""
        said: object = words or ""
        match words:
            case Note():
                facts = {key: self._fact(fact) for key, fact in words.facts.items()}
                said = self.translate(words.message).format(**facts)
            case Several():
                apart = {"list": self.translate(", "), "dots": " · ", "blanks": " "}[words.apart]
                said = apart.join(filter(None, map(self.say, words.parts)))
            case Value():
                said = self.show(words.value, words.form)
            case Column() | Table():
                said = self.title(words)
            case Spoken() if self.lang == "zh":
                said = words.zh
        return str(said)

    def _fact(self, fact: object) -> object:
        if isinstance(fact, Note | Several | Value | Column | Table | Spoken):  # a Spoken is a text as well
            return self.say(fact)
        return one_line(fact) if isinstance(fact, str) else fact

    def label(self, column: Column, value: Any) -> str:
        """Return what people read for a key of a column that has labels; another text as it is."""
        words = (column.labels or {}).get(value)
        return self.choose(words) if words else self.show(value, "text")

    def cell(self, value: Any, column: Column) -> str:
        """Return one cell of a table."""
        if isinstance(value, Note | Several | Value | Column | Table | Spoken):
            return self.say(value)
        return self.label(column, value) if column.labels else self.show(value, column.form)

    def show(self, value: Any, form: Form) -> str:
        """Return a value as people read it: 1,234.50 for money, 12.3% for a rate, nothing for a gap."""
        value = plain(value)
        if value is None:
            return ""
        if form in _FORMATS and not isinstance(value, str):
            return _FORMATS[form].format(value)
        if form == "flag":
            return self.translate("yes") if value else self.translate("no")
        if form in ("count", "number") and not isinstance(value, str):
            return f"{value:,.2f}".rstrip("0").rstrip(".")
        return visible(str(value))

    def figure(self, figure: Figure) -> str:
        """Return a figure's value."""
        return self.cell(figure.value, figure.column) or NOTHING

    def made_of(self, figure: Figure) -> str:
        """Return what a figure is made of: ``44.7% (118 / 264)`` for a count, ``3 / 264`` for a rate; or its note."""
        if figure.note is not None:
            return self.say(figure.note)
        top, bottom = figure.numerator, figure.denominator
        if top is None or bottom is None:
            return ""
        parts = f"{self.show(top, 'count')} / {self.show(bottom, 'count')}"
        if figure.column.kind not in ("count", "money"):
            return parts
        return f"{self.show(top / bottom, 'rate')} ({parts})" if bottom else ""

    def cells(self, row: Mapping[str, Any], columns: Iterable[Column]) -> list[str]:
        """Return a row as texts, in the order of the columns."""
        return [self.cell(row.get(column.key), column) for column in columns]


_FORMATS: dict[str, str] = {"rate": "{:.1%}", "money": "{:,.2f}", "mark": "{:.3f}", "digits": "{:.4g}"}


def is_gap(value: Any) -> bool:
    """Return whether a cell holds nothing: None, NaT, NA, or a float that is no number."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, float) and not math.isfinite(value)


def plain(value: Any) -> Any:  # noqa: PLR0911  one kind, one line
    """Return what JSON can carry, inside lists and dicts too: ISO dates, plain numbers, English texts, gaps as null."""
    if is_gap(value):
        return None
    if isinstance(value, date):
        return value.isoformat().removesuffix("T00:00:00")
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, Note | Several | Value | Column | Table):
        return Reader().say(value)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if hasattr(value, "item"):  # numpy's numbers
        return plain(value.item())
    return value if isinstance(value, bool | int | float | str) else str(value)


def plain_number(value: Any) -> float | None:
    """Return a cell as a float; nothing where there is none."""
    value = plain(value)
    return float(value) if isinstance(value, int | float) else None
