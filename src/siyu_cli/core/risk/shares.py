"""How far sales hang on few: share of the first, Herfindahl–Hirschman index, and how many equal ones that is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction


@dataclass(frozen=True)
class Shares:
    """``top`` is the share of the first, ``hhi`` the sum of all squared shares; ``effective`` is 1 / hhi."""

    top: float
    hhi: float
    total: Decimal

    @property
    def effective(self) -> float:
        """Return how many of equal size would be as concentrated."""
        return 1 / self.hhi


def shares_of(cells: Iterable[tuple[Decimal, int]]) -> Shares | None:
    """Return the concentration of ``(amount, how many have just that)``; None where nobody has anything.

    What is below zero counts as nothing. Exact, so that no order of rows matters.

    >>> found = shares_of([(Decimal(5), 1), (Decimal(3), 1), (Decimal(2), 1)])
    >>> found.top, found.hhi, round(found.effective, 2)
    (0.5, 0.38, 2.63)
    """
    known = [(amount, count) for amount, count in cells if amount > 0 and count]
    total = sum((amount * count for amount, count in known), Decimal(0))
    if not total:
        return None
    squares = sum((Fraction(amount) ** 2 * count for amount, count in known), Fraction(0))
    top = max(amount for amount, _count in known)
    return Shares(float(Fraction(top) / Fraction(total)), float(squares / Fraction(total) ** 2), total)
