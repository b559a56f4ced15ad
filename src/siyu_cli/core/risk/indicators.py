"""One indicator: what was measured, from where it is medium or high, who or what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from siyu_cli.errors import Note
from siyu_cli.tables.column import Form

BANDS = ("low", "medium", "high")
MOST_EVIDENCE = 20

Evidence = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Indicator:
    """What is measured: ``value`` is None where its data are missing, and ``needs`` then says which file has them.

    ``limits`` are the values from which it is medium and high, None for what is told without a judgement.
    """

    code: str
    measure: str
    as_of: date
    value: float | None
    form: Form = "count"
    limits: tuple[float, float] | None = None
    by: str | None = None
    evidence: Evidence = field(default=(), repr=False)
    needs: Note | None = None

    @property
    def band(self) -> str | None:
        """Return low, medium or high; None where nothing is measured or judged.

        >>> [Indicator("STALE", "x", date(2026, 1, 1), days, limits=(7, 30)).band for days in (6, 7, 30, None)]
        ['low', 'medium', 'high', None]
        """
        if self.value is None or self.limits is None:
            return None
        return BANDS[sum(self.value >= limit for limit in self.limits)]

    @property
    def threshold(self) -> float | None:
        """Return the value that was reached, else the first there is."""
        if self.limits is None:
            return None
        return self.limits[1] if self.band == "high" else self.limits[0]

    def as_dict(self) -> dict[str, Any]:
        """Return it for machines."""
        return {
            "code": self.code, "measure": self.measure, "by": self.by, "value": self.value, "unit": self.form,
            "threshold": self.threshold, "band": self.band, "as_of": self.as_of, "needs": self.needs,
            "evidence": [dict(row) for row in self.evidence],
        }  # fmt: skip


@dataclass(frozen=True)
class Measuring:
    """Makes the indicators of one code as of one date."""

    code: str
    as_of: date

    def found(self, measure: str, value: float, limits: tuple[float, float] | None = None, **more: Any) -> Indicator:
        """Return what was measured; of the evidence the first rows are kept."""
        evidence = list(more.pop("evidence", ()))[:MOST_EVIDENCE]
        return Indicator(self.code, measure, self.as_of, value, limits=limits, evidence=evidence, **more)

    def missing(self, needs: Note, *measures: str, by: str | None = None) -> list[Indicator]:
        """Return what could not be measured, and what it needs."""
        return [Indicator(self.code, measure, self.as_of, None, by=by, needs=needs) for measure in measures]


def worst(indicators: Iterable[Indicator]) -> str | None:
    """Return the worst band, None where nothing was judged."""
    return max((one.band for one in indicators if one.band), key=BANDS.index, default=None)
