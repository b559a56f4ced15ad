"""The rule of a shop's levels, as the replay takes it: what counts, over which days, what a tier takes and gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from siyu_cli.config.levels import LevelSettings

Ints = NDArray[np.int64]
Metric = Literal["net_sales", "order_count", "order_days", "points_earned", "growth"]
Window = Literal["rolling", "calendar", "anniversary", "lifetime"]
NEVER = 1 << 20  # a day after every day: the year 4840
_EPOCH_YEAR = 1970


@dataclass(frozen=True)
class Tier:
    """A level: from which figure it is reached, which keeps it (else the same), what its members get."""

    name: str
    reached_from: Decimal = Decimal(0)
    kept_from: Decimal | None = None
    discount: Decimal = Decimal(0)
    multiplier: Decimal = Decimal(1)
    gift: Decimal = Decimal(0)
    shipping: Decimal = Decimal(0)
    lift: Decimal = Decimal(0)

    @property
    def keep(self) -> Decimal:
        """Return the figure that keeps it at a review."""
        return self.reached_from if self.kept_from is None else self.kept_from


@dataclass(frozen=True)
class LevelRule:
    """How levels are reached, kept and lost; the first of ``tiers`` is what everybody has."""

    tiers: tuple[Tier, ...]
    metric: Metric = "net_sales"
    window: Window = "rolling"
    days: int = 365
    keep_days: int = 365
    grace_days: int = 0
    down: Literal["one", "earned", "base"] = "one"
    on_refund: Literal["review", "recheck"] = "review"
    growth_per_yuan: Decimal = Decimal(1)
    growth_per_order: Decimal = Decimal(0)
    growth_on_joining: Decimal = Decimal(0)
    points_per_yuan: Decimal = Decimal(1)

    @property
    def better_keep_days(self) -> int | None:
        """Return how long a level should hold where what earned it has left the window by its review; else None."""
        is_trap = self.window == "rolling" and self.keep_days >= self.days > 1
        return self.days - 1 if is_trap and any(tier.keep > 0 for tier in self.tiers[1:]) else None

    @property
    def reach_days(self) -> int:
        """Return how far back a present level may stand on orders: the window and how long a level holds."""
        window = {"rolling": self.days, "calendar": 366, "anniversary": 366, "lifetime": NEVER}[self.window]
        held = 731 if self.window == "calendar" else self.keep_days
        return min(window + held + self.grace_days, NEVER)

    def thresholds(self) -> tuple[Ints, Ints]:
        """Return from which figures tiers are reached and kept, in hundredths."""
        return (
            np.array([hundredths(tier.reached_from) for tier in self.tiers], np.int64),
            np.array([hundredths(tier.keep) for tier in self.tiers], np.int64),
        )

    def leaves_after(self, days: Ints, joined: Ints) -> Ints:
        """Return the last day on which what happened on each day is still in the window."""
        if self.window == "rolling":
            return days + self.days - 1
        if self.window == "calendar":
            return year_start(year_of(days) + 1) - 1
        if self.window == "anniversary":
            return next_anniversary(days, joined) - 1
        return np.full(len(days), NEVER)

    def starts_on(self, days: Ints, joined: Ints) -> Ints:
        """Return the first day of the window that ends on each day."""
        if self.window == "rolling":
            return days - self.days + 1
        if self.window == "calendar":
            return year_start(year_of(days))
        if self.window == "anniversary":
            return last_anniversary(days, joined)
        return np.full(len(days), -NEVER)

    def valid_until(self, days: Ints) -> Ints:
        """Return the day of the review of levels that were reached or kept on these days."""
        return year_start(year_of(days) + 2) - 1 if self.window == "calendar" else days + self.keep_days


def rule_of(said: LevelSettings) -> LevelRule:
    """Return the rule that settings say."""
    tiers = tuple(
        Tier(
            tier.name, tier.from_, tier.keep, tier.discount, tier.multiplier, tier.gift, tier.shipping, tier.lift,
        )
        for tier in said.tiers
    )  # fmt: skip
    window_days = said.days if said.window == "rolling" else 365
    names = (
        "metric", "window", "days", "grace_days", "down", "on_refund", "growth_per_yuan", "growth_per_order",
        "growth_on_joining", "points_per_yuan",
    )  # fmt: skip
    keep_days = said.keep_days or max(window_days - 1, 1)
    return LevelRule(tiers, keep_days=keep_days, **{name: getattr(said, name) for name in names})


def hundredths(amount: Decimal) -> int:
    """Return an amount as whole hundredths, half a hundredth up."""
    return int((amount * 100).quantize(Decimal(1), ROUND_HALF_UP))


def day_number(day: date) -> int:
    """Return a day as days since 1970."""
    return (day - date(_EPOCH_YEAR, 1, 1)).days


def year_of(days: Ints) -> Ints:
    """Return the year of each day."""
    return days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + _EPOCH_YEAR


def year_start(years: Ints) -> Ints:
    """Return the first day of each year."""
    return (years - _EPOCH_YEAR).astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)


def next_anniversary(days: Ints, joined: Ints) -> Ints:
    """Return the first anniversary of joining after each day; of 29 February it is the 28th in other years."""
    years = year_of(days)
    this_year = _anniversary(joined, years)
    return np.where(this_year > days, this_year, _anniversary(joined, years + 1))


def last_anniversary(days: Ints, joined: Ints) -> Ints:
    """Return the last anniversary on or before each day."""
    years = year_of(days)
    this_year = _anniversary(joined, years)
    return np.where(this_year <= days, this_year, _anniversary(joined, years - 1))


def _anniversary(joined: Ints, years: Ints) -> Ints:
    as_days = joined.astype("datetime64[D]")
    months = as_days.astype("datetime64[M]")
    month, day = months.astype(np.int64) % 12, (as_days - months.astype("datetime64[D]")).astype(np.int64)
    first = ((years - _EPOCH_YEAR) * 12 + month).astype("datetime64[M]")
    length = ((first + 1).astype("datetime64[D]") - first.astype("datetime64[D]")).astype(np.int64)
    return np.asarray(first.astype("datetime64[D]").astype(np.int64) + np.minimum(day, length - 1))
