"""How unevenly buyers bring what they bring: Gini (1912), shares of the top, and tiers that members go up and down."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

SHARES = (Fraction(1, 100), Fraction(5, 100), Fraction(10, 100), Fraction(20, 100), Fraction(50, 100))
HALF, MOST = Fraction(1, 2), Fraction(4, 5)
# Up to which share of the buyers of a window each tier goes, the most valuable first.
_TIERS = {"top": Fraction(5, 100), "high": Fraction(20, 100), "middle": Fraction(50, 100)}
_MOST_MONEY = Decimal("9999999999999999.99")


@dataclass(frozen=True)
class Concentration:
    """Of buyers, the most valuable first: what the top of them bring; who is below zero brought nothing."""

    buyers: int
    below_zero: int
    total: Decimal
    gini: float | None
    top: Mapping[str, Mapping[str, Any]]
    members_for_half: int | None
    members_for_most: int | None

    def as_dict(self) -> dict[str, Any]:
        """Return it for machines."""
        return dict(vars(self))


def concentration_of(rows: Iterable[Mapping[str, Any]]) -> Concentration:
    """Return how uneven ``net_sales, members`` are.

    >>> even = concentration_of([{"net_sales": Decimal(5), "members": 4}])
    >>> even.gini, even.members_for_half
    (0.0, 2)
    """
    given = sorted(((row["net_sales"], row["members"]) for row in rows), reverse=True)
    below = sum(members for sales, members in given if sales < 0)
    cents = np.array([max(int(sales * 100), 0) for sales, _ in given], np.int64)
    members = np.array([members for _, members in given], np.int64)
    buyers, total = int(members.sum()), int((cents * members).sum())
    if not total:
        return Concentration(buyers, below, Decimal(0), None, {}, None, None)
    until, brought = members.cumsum(), (cents * members).cumsum()

    def share_of(count: int) -> float:
        at = int(np.searchsorted(until, count))
        before = int(until[at - 1]) if at else 0
        sales = (int(brought[at - 1]) if at else 0) + (count - before) * int(cents[at])
        return sales / total

    def needed(share: Fraction) -> int:
        wanted = share * total
        at = int(np.searchsorted(brought, math.ceil(wanted)))
        before, sales = (int(until[at - 1]), int(brought[at - 1])) if at else (0, 0)
        return before + math.ceil((wanted - sales) / int(cents[at]))

    # Σ (2i − n − 1) x over ranks from the smallest: those alike have the mean of their ranks.
    ranks = buyers - until + (members + 1) / 2
    gini = float(((2 * ranks - buyers - 1) * cents * members).sum()) / (buyers * total)
    counts = {share: math.ceil(share * buyers) for share in SHARES}
    top = {f"{int(share * 100)}%": {"members": count, "share": share_of(count)} for share, count in counts.items()}
    return Concentration(buyers, below, Decimal(total) / 100, gini, top, needed(HALF), needed(MOST))


def tier_cuts(rows: Iterable[Mapping[str, Any]]) -> dict[str, Decimal]:
    """Return what a buyer must bring at least to be in each tier; out of reach where nobody bought."""
    given = sorted(((row["net_sales"], row["members"]) for row in rows), reverse=True)
    buyers = sum(members for _, members in given)
    return {tier: _at_rank(given, math.ceil(share * buyers)) for tier, share in _TIERS.items()}


def _at_rank(given: Sequence[tuple[Decimal, int]], rank: int) -> Decimal:
    seen = 0
    for sales, members in given:
        seen += members
        if seen >= rank > 0:
            return sales
    return _MOST_MONEY
