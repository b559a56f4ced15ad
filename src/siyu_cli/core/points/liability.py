"""What points promised with sales come to in the accounts: a working figure (IFRS 15 B39–B43, CAS 14)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

_CENT = Decimal("0.01")


def cents(amount: Decimal) -> Decimal:
    """Return an amount in whole cents, half away from zero."""
    return amount.quantize(_CENT, ROUND_HALF_UP)


def allocated(price: Decimal, stand_alone: Decimal) -> Decimal:
    """Return the part of a price that points of a stand-alone value come to, exact: price · S / (price + S).

    >>> cents(allocated(Decimal(100_000), Decimal(9_500)))
    Decimal('8675.80')
    """
    whole = price + stand_alone
    return price * stand_alone / whole if whole > 0 else Decimal(0)


def recognised(allocation: Decimal, redeemed: Decimal, expected: Decimal) -> Decimal:
    """Return how much of an allocation was earned once so many points were redeemed of those ever expected to be.

    >>> cents(recognised(allocated(Decimal(100_000), Decimal(9_500)), Decimal(4_500), Decimal(9_500)))
    Decimal('4109.59')
    """
    if expected <= 0:
        return allocation if redeemed > 0 else Decimal(0)
    return allocation * min(Decimal(1), redeemed / expected)
