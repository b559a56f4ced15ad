"""What a shop of so many orders a day can hope to see, and how soon: its rule tried on invented shops like it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from siyu_cli.core.monitor.drift import SILENT_DAYS, WEEK, Drift, find_drift
from siyu_cli.core.monitor.judging import DAYS_LEAST, DAYS_USED, WEEKDAYS_USED, judge

if TYPE_CHECKING:
    import numpy as np

DROPS = (0.15, 0.3, 0.5)
WITHIN = (1, 3, 7, 14, 28)
_SHOPS = 200
_SEED = 20100927
# What is held against: weeks of the weekdays, days of the spread, and weeks that say how wide weeks are.
_BEFORE = 7 * WEEKDAYS_USED + DAYS_USED + DAYS_LEAST + 7 * 8


@dataclass(frozen=True)
class Rule:
    """The limit on |z| of a day, and the rule of drift."""

    jump: float
    drift: Drift


def power(level: float, spread: float, drop: float, rule: Rule, shops: int = _SHOPS) -> Mapping[int, float]:
    """Return days → share of shops in which a lasting drop has rung by then; the same for the same question.

    Days have ``level`` orders on average, as scattered as those of the shop (``spread`` on the scale of counts, 1 is
    Poisson's). A shop that had just rung is left out; changes begin on any weekday.
    """
    import numpy as np

    rng = np.random.default_rng(_SEED)
    days = _BEFORE + WITHIN[-1]
    seen = []
    for shop in range(shops):
        begin = _BEFORE - shop % WEEK
        levels = np.full(days, float(level))
        levels[begin:] *= 1 - drop
        found = _rung_after(_counts(rng, levels, spread), begin, rule)
        if found is not None:
            seen.append(found)
    return {within: float(np.mean([days < within for days in seen])) for within in WITHIN}


def _counts(rng: np.random.Generator, levels: np.ndarray[Any, Any], spread: float) -> np.ndarray[Any, Any]:
    """Return counts whose variance is ``spread``² times their mean, and no less than the mean."""
    import numpy as np

    extra = spread**2 - 1
    if extra <= 0.01:
        return rng.poisson(levels).astype(float)
    return rng.poisson(rng.gamma(levels / extra, extra)).astype(np.float64)


def _rung_after(counts: np.ndarray[Any, Any], begin: int, rule: Rule) -> float | None:
    """Return so many days after the change the rule rang, infinity for never; None where it was silent at that time."""
    import numpy as np

    none = np.zeros(len(counts), dtype=bool)
    z = judge(counts, "count", ~none, none).z
    drifts = [rung.place for rung in find_drift(z, 0, rule.drift)]
    if any(begin - SILENT_DAYS <= place < begin for place in drifts):
        return None
    rings = [int(place) - begin for place in np.flatnonzero(np.abs(z) > rule.jump) if place >= begin]
    return min([*rings, *(place - begin for place in drifts if place >= begin)], default=float("inf"))
