"""The five figures of a week, each beside what it usually does; they are those of ``siyu retention --period week``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from siyu_cli.core.retention.growth import Growth
from siyu_cli.core.weekly.tables import METRICS
from siyu_cli.core.weekly.usual import WATCHED_WEEKS, Change, judge
from siyu_cli.core.weekly.weeks import WEEK


@dataclass(frozen=True)
class WeekFigures:
    """Every figure of the weeks up to one, and what that one's are worth."""

    monday: date
    weeks: Mapping[date, Mapping[str, Any]] = field(repr=False)
    changes: Mapping[str, Change]

    @property
    def shown(self) -> list[dict[str, Any]]:
        """Return the last 26 weeks that there are, the first one first, as in ``tables.WEEK_FIGURES``."""
        known = [week for week in self.weeks if self.monday - week < WATCHED_WEEKS * WEEK]
        return [{"week": week, **self.weeks[week]} for week in sorted(known)]

    def past(self, metric: str) -> tuple[float, ...]:
        """Return a figure of these weeks."""
        return tuple(float(row[metric]) for row in self.shown)


def week_figures(growth: Sequence[Growth], monday: date) -> WeekFigures:
    """Return the figures of the week from a Monday; weeks in which nothing happened are zero."""
    told = {row.period: _row(row) for row in growth if row.period <= monday}
    first = min(told, default=monday)
    weeks = {first + number * WEEK: dict.fromkeys(METRICS, 0) for number in range((monday - first).days // 7 + 1)}
    weeks |= told
    # The log may have begun within its first week: what follows that is no change.
    whole = {week: row for week, row in weeks.items() if week != first or week == monday}
    by_metric = {metric: {week: float(row[metric]) for week, row in whole.items()} for metric in METRICS}
    return WeekFigures(monday, weeks, {metric: judge(values, monday) for metric, values in by_metric.items()})


def _row(row: Growth) -> dict[str, Any]:
    return {
        "net_sales": row.net_sales["total"], "orders": row.orders, "buyers": row.active, "new_buyers": row.new,
        "repeat_buyers": row.active - row.new,
    }  # fmt: skip
