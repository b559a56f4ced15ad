"""What a day is held against: the same weekday of the weeks before, and how far days usually lie from that.

Counts are looked at as 2√(y+⅜), which has the same spread at every level, money as its logarithm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Floats = np.ndarray[Any, np.dtype[np.float64]]
    Flags = np.ndarray[Any, np.dtype[np.bool_]]

WEEKDAYS_USED, WEEKDAYS_LEAST = 8, 6
DAYS_USED, DAYS_LEAST = 56, 28
_TO_SIGMA = 1.4826
_FEW = 1.0  # below so many a day most days are alike, and none is taken to be steadier than chance has it
_HALF_COUNT = 0.375


@dataclass(frozen=True)
class Judged:
    """Of every day what was expected, the usual spread, and how many of these it lies away; NaN where nothing is known.

    All on the scale of ``scaled``.
    """

    scaled: Floats
    expected: Floats
    spread: Floats
    z: Floats
    kind: str

    def told(self, limit: float) -> tuple[Floats, Floats, Floats]:
        """Return expected, low and high in the figure's own unit; between the last two a day does not ring."""
        reach = limit * self.spread
        return (
            unscaled(self.expected, self.kind),
            unscaled(self.expected - reach, self.kind),
            unscaled(self.expected + reach, self.kind),
        )


def scaled(values: Floats, kind: str) -> Floats:
    """Return figures on the scale they are judged on; money of 0 or less has none."""
    import numpy as np

    if kind == "count":
        return 2 * np.sqrt(values + _HALF_COUNT)
    return np.log(np.where(values > 0, values, np.nan))


def unscaled(values: Floats, kind: str) -> Floats:
    """Return figures from that scale."""
    import numpy as np

    if kind == "count":
        return np.maximum((np.maximum(values, 0) / 2) ** 2 - _HALF_COUNT, 0)
    return np.exp(values)


def judge(values: Floats, kind: str, ordinary: Flags, closed: Flags) -> Judged:
    """Return what each day was held against. Days follow each other; ``ordinary`` ones are learnt from and judged.

    ``closed`` days are neither, but stand among the weeks before.
    """
    import numpy as np

    x = np.where(ordinary, scaled(values, kind), np.nan)
    expected = np.full(len(x), np.nan)
    for weekday in range(7):
        places = np.arange(weekday, len(x), 7)
        expected[places] = before(x[places], WEEKDAYS_USED, WEEKDAYS_LEAST, medians)
    expected = np.where(ordinary & ~closed, expected, np.nan)
    spread = before(x - expected, DAYS_USED, DAYS_LEAST, spreads)
    if kind == "count":
        is_few = (unscaled(expected, kind) < _FEW) | (spread == 0)
        spread = np.where(is_few, np.maximum(spread, 1), spread)
    spread = np.where((spread > 0) & ~np.isnan(expected), spread, np.nan)
    return Judged(x, expected, spread, (x - expected) / spread, kind)


def is_closed(values: Floats, ordinary: Flags) -> Flags:
    """Return the days whose weekday brought nothing on six of the last eight."""
    import numpy as np

    nothing = np.where(ordinary, (values <= 0).astype(float), np.nan)
    found = np.full(len(values), np.nan)
    for weekday in range(7):
        places = np.arange(weekday, len(values), 7)
        found[places] = before(nothing[places], WEEKDAYS_USED, WEEKDAYS_LEAST, _sums)
    return found >= WEEKDAYS_LEAST


def before(values: Floats, used: int, least: int, measure: Any) -> Floats:
    """Return a measure of the last ``used`` known values before each one, NaN where there are fewer than ``least``."""
    import numpy as np

    known = ~np.isnan(values)
    padded = np.concatenate([np.full(used, np.nan), values[known]])
    measured = measure(np.lib.stride_tricks.sliding_window_view(padded, used))
    measured[:least] = np.nan
    found: Floats = measured[np.cumsum(known) - known]
    return found


def medians(windows: Floats) -> Floats:
    """Return the median of what is known of each row."""
    import numpy as np

    ordered = np.sort(windows, axis=1)  # with what is not known last
    counts = (~np.isnan(windows)).sum(axis=1)
    rows = np.arange(len(windows))
    low, high = (
        ordered[rows, np.maximum(counts - 1, 0) // 2],
        ordered[rows, np.minimum(counts // 2, windows.shape[1] - 1)],
    )
    found: Floats = (low + high) / 2
    return found


def spreads(windows: Floats) -> Floats:
    """Return 1.4826 · the median absolute deviation of each row: the standard deviation of what is normal."""
    import numpy as np

    return _TO_SIGMA * medians(np.abs(windows - medians(windows)[:, None]))


def _sums(windows: Floats) -> Floats:
    import numpy as np

    found: Floats = np.nansum(windows, axis=1)
    return found
