"""How much is bought on each day: campaigns, the lull of the Spring Festival, weekends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from siyu_cli.core.churn.calendar import spring_festival

Floats = NDArray[np.float64]

DAY_SECONDS = 86_400

# (first day, last day, factor): month × 100 + day; the largest that holds counts.
_CAMPAIGNS = (
    (306, 308, 1.7),
    (501, 505, 1.2),
    (601, 614, 1.3),
    (615, 617, 2.2),
    (618, 618, 3.6),
    (619, 620, 1.6),
    (909, 909, 1.5),
    (1001, 1005, 1.2),
    (1020, 1031, 1.2),
    (1101, 1109, 1.6),
    (1110, 1110, 3.0),
    (1111, 1111, 5.5),
    (1112, 1113, 1.8),
    (1211, 1212, 1.9),
)


@dataclass(frozen=True)
class Period:
    """The days a shop has been open, from ``opening`` on; moments count seconds from its midnight."""

    opening: date
    days: int

    @property
    def end(self) -> int:
        """Return the last second of the last day."""
        return self.days * DAY_SECONDS - 1


def _dates(period: Period) -> NDArray[np.datetime64]:
    return np.datetime64(period.opening, "D") + np.arange(period.days)


def _campaign_factors(period: Period) -> Floats:
    dates = _dates(period)
    months = dates.astype("datetime64[M]")
    month_day = (months.astype(int) % 12 + 1) * 100 + (dates - months).astype(int) + 1
    factors = np.ones(period.days)
    for start, end, factor in _CAMPAIGNS:
        held = (month_day >= start) & (month_day <= end)
        factors[held] = np.maximum(factors[held], factor)
    return factors


def _spring_factors(period: Period) -> Floats:
    factors = np.ones(period.days)
    for year in range(period.opening.year, (period.opening + timedelta(period.days)).year + 1):
        since = (spring_festival(year) - period.opening).days
        for start, end, factor in ((-25, -8, 1.4), (-7, -3, 0.8), (-2, 6, 0.3), (7, 12, 0.7)):
            factors[max(0, since + start) : max(0, since + end + 1)] = factor
    return factors


def daily_demand(period: Period) -> Floats:
    """Return demand per day as two rows around 1: ordinary members, and those who wait for campaigns.

    Shape ``(2, period.days)``.
    """
    weekday = _dates(period).astype("datetime64[D]").view("int64") + 3  # 1970 began on a Thursday
    week = np.array([0.93, 0.92, 0.95, 0.97, 1.03, 1.12, 1.08])[weekday % 7]
    campaign = _campaign_factors(period)
    spring = _spring_factors(period)
    waiting = np.where(campaign > 1.25, 2.4 * campaign, 0.12)
    return np.stack([week * spring * campaign, week * np.minimum(spring, 1.0) * waiting])
