"""How long it takes until the next order, those counted who have not come yet: Kaplan and Meier (1958)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LOOKED_AT = (30, 60, 90, 180)
MEAN_WITHIN = 180
_Z = 1.959963984540054  # of a 95 % interval


@dataclass(frozen=True)
class Survival:
    """Waits for the next order: at each length of wait, the share who have not come by then.

    ``waits`` are the distinct lengths in days, ``silent`` the share still waiting after each, ``spread`` the running
    sum of Greenwood (1926), d / (n (n − d)).
    """

    members: int
    returned: int
    waits: NDArray[np.int64] = field(repr=False)
    silent: NDArray[np.float64] = field(repr=False)
    spread: NDArray[np.float64] = field(repr=False)

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]]) -> Survival:
        """Return the curve of ``days, members, returned``: how many waited so long, and how many of them then came.

        >>> curve = Survival.of([{"days": 5, "members": 2, "returned": 1}, {"days": 9, "members": 1, "returned": 1}])
        >>> curve.median, round(curve.back_within(5)["rate"], 4)
        (9, 0.3333)
        """
        counted: dict[int, list[int]] = {}
        for row in rows:
            known = counted.setdefault(int(row["days"]), [0, 0])
            known[0] += int(row["members"])
            known[1] += int(row["returned"])
        waits = np.array(sorted(counted), np.int64)
        ended, came = np.array([counted[wait] for wait in waits.tolist()], np.float64).reshape(-1, 2).T
        waiting = ended[::-1].cumsum()[::-1]
        with np.errstate(divide="ignore", invalid="ignore"):
            spread = np.cumsum(came / (waiting * (waiting - came)))
        return cls(int(ended.sum()), int(came.sum()), waits, np.cumprod(1 - came / waiting), spread)

    def back_within(self, days: int) -> dict[str, float | None]:
        """Return the share who came within so many days and its 95 % interval (log–log); nothing past what was seen."""
        if not len(self.waits) or days > self.waits[-1]:
            return {"rate": None, "low": None, "high": None}
        at = int(np.searchsorted(self.waits, days, side="right")) - 1
        silent, spread = (1.0, 0.0) if at < 0 else (float(self.silent[at]), float(self.spread[at]))
        if not 0 < silent < 1:
            return {"rate": 1 - silent, "low": 1 - silent, "high": 1 - silent}
        width = _Z * math.sqrt(spread) / math.log(silent)
        edges = sorted(1 - silent ** math.exp(sign * width) for sign in (-1, 1))
        return {"rate": 1 - silent, "low": edges[0], "high": edges[1]}

    def back_by(self, share: float) -> int | None:
        """Return after how many days so large a share has come; None where it never has."""
        reached = np.flatnonzero(self.silent <= 1 - share)
        return int(self.waits[reached[0]]) if len(reached) else None

    @property
    def median(self) -> int | None:
        """Return after how many days half of them have come."""
        return self.back_by(0.5)

    @property
    def mean_days(self) -> float | None:
        """Return the mean wait, longer ones counted as ``MEAN_WITHIN`` days; None where so long a wait was not seen."""
        if not len(self.waits) or (self.waits[-1] < MEAN_WITHIN and self.silent[-1] > 0):
            return None
        inside = self.waits < MEAN_WITHIN
        edges = np.concatenate(([0], self.waits[inside], [MEAN_WITHIN]))
        return float((np.diff(edges) * np.concatenate(([1.0], self.silent[inside]))).sum())

    def as_dict(self) -> dict[str, Any]:
        """Return the curve at ``LOOKED_AT`` days, its quartile, median and mean."""
        return {
            "members": self.members,
            "returned": self.returned,
            "back_within": {str(days): self.back_within(days) for days in LOOKED_AT},
            "quarter_back_days": self.back_by(0.25),
            "median_days": self.median,
            "mean_days": self.mean_days,
        }
