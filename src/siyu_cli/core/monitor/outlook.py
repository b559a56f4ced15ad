"""What the shop, and the typical part of it, can hope to see: said before the first alarm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from siyu_cli.core.monitor.drift import Drift
from siyu_cli.core.monitor.judging import unscaled
from siyu_cli.core.monitor.power import DROPS, Rule, power

if TYPE_CHECKING:
    from siyu_cli.core.monitor.budget import Budget
    from siyu_cli.core.monitor.watched import Daily

METRIC = "orders"


@dataclass(frozen=True)
class Outlook:
    """How soon a lasting drop in orders is seen: days → chance; ``level`` is a day's orders of late.

    ``spread`` is how much they scatter, 1 as chance alone has it.
    """

    part: str | None
    level: float
    spread: float
    drop: float
    within: Mapping[int, float]


def outlooks(daily: Sequence[Daily], budget: Budget) -> Iterator[Outlook]:
    """Yield the outlook of the whole shop, then that of the part in the middle by its orders."""
    rule = Rule(budget.jump("count"), Drift(budget.drift))
    levels = {series.part: _level(series) for series in daily if series.metric == METRIC and series.is_watched}
    parts = sorted((level, part) for part, level in levels.items() if part is not None)
    shown = [part for part in (None,) if part in levels] + [part for _level, part in parts[len(parts) // 2 :][:1]]
    for part in shown:
        level, spread = levels[part]
        for drop in DROPS:
            yield Outlook(part, level, spread, drop, power(level, spread, drop, rule))


def _level(series: Daily) -> tuple[float, float]:
    """Return a day's orders of late, as expected, and how much they scatter, both to three digits."""
    import numpy as np

    judged = series.judged
    known = ~np.isnan(judged.z)
    level = float(np.mean(unscaled(judged.expected[known][-28:], "count")))
    return float(f"{level:.3g}"), max(1.0, round(float(judged.spread[known][-1]), 2))
