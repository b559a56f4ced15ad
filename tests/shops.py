"""Invented shops: rows with sensible blanks for worked examples, and Hypothesis strategies of whole shops.

The strategies keep what the loader promises (a line marked refunded gives back what it was paid, a shipped
line is delivered, one row per member) and are free in everything else. Days and amounts come from short
lists on either side of every threshold, so that ties and borderline cases are the rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

Row = dict[str, Any]


@dataclass(frozen=True)
class Shop:
    """What the core reads: rows of members and of order_lines, and the day it is asked about."""

    members: list[Row]
    order_lines: list[Row]
    as_of: date


def a_member(member_id: str, **known: Any) -> Row:
    """Return a row of members, blank but for what is known."""
    row: Row = {
        "member_id": member_id,
        "joined_on": None,
        "points": None,
        "coupons_redeemed": None,
        "last_event_on": None,
        "total_order_count": None,
        "total_net_sales": None,
        "total_last_order_on": None,
        "inviter_id": None,
        "is_registered": True,
        "is_unfriended": False,
        "has_invite_code": False,
    }
    assert known.keys() <= row.keys()
    return row | known


def a_line(member_id: str, order_id: str, ordered_on: date, paid: str | int | Decimal, **known: Any) -> Row:
    """Return a row of order_lines: paid and not sent yet, nothing refunded, but for what is known."""
    row: Row = {
        "member_id": member_id,
        "order_id": order_id,
        "ordered_on": ordered_on,
        "status": "paid",
        "is_delivered": False,
        "paid_amount": Decimal(paid),
        "refunded_amount": Decimal(0),
        "refunded_on": None,
    }
    assert known.keys() <= row.keys()
    return row | known


def a_history(member_id: str, gaps: Sequence[int], days_since_last: int, as_of: date, paid: int = 10) -> list[Row]:
    """Return one order per purchase day, given the gaps between them, oldest first."""
    ages = [days_since_last]
    for gap in reversed(gaps):
        ages.append(ages[-1] + gap)
    return [
        a_line(member_id, f"o{number}", as_of - timedelta(days=age), paid)
        for number, age in enumerate(reversed(ages), start=1)
    ]


AS_OF = (date(2024, 2, 29), date(2024, 2, 28), date(2024, 3, 1), date(2025, 2, 28), date(2025, 3, 1))
AGES = (0, 1, 5, 14, 15, 30, 31, 60, 89, 90, 91, 112, 113, 180, 181, 364, 365, 366, 540, 731, 1096, 1461)
FUTURE = (-1, -30, -366)
GAPS = (0, 1, 1, 7, 7, 21, 30, 30, 75, 180, 181, 200, 270, 365, 366)
AMOUNTS = tuple(map(Decimal, ("10", "10", "100", "20", "5", "1", "0", "0.01", "9.99", "-5")))
REFUND_DELAYS = (None, None, 0, 1, 14, 30, 90, 365)
KINDS = ("bought",) * 12 + (
    "free",
    "gone back",
    "partly back",
    "marked refunded",
    "back only",
    "unpaid",
    "cancelled",
)


def days_before(as_of: date, ages: Sequence[int]) -> st.SearchStrategy[date]:
    """Draw a date so many days before as_of; a negative age is a day to come."""
    return st.sampled_from(ages).map(lambda age: as_of - timedelta(days=age))


@st.composite
def order_rows(draw: st.DrawFn, member_id: str, order_id: str, ordered_on: date) -> list[Row]:
    """Draw one order of one to three lines, mostly a plain purchase."""
    kind = draw(st.sampled_from(KINDS))
    rows = []
    for amount in draw(st.lists(st.sampled_from(AMOUNTS), min_size=1, max_size=3)):
        status = draw(st.sampled_from(("completed", "paid", "shipped")))
        paid, refunded, delay = amount, Decimal(0), None
        if kind == "free":
            paid = Decimal(0)
        elif kind == "back only":
            paid = -abs(amount)
        elif kind in ("unpaid", "cancelled"):
            status = kind
        elif kind == "marked refunded":
            status = draw(st.sampled_from(("refunded", "refunded", status)))
        if status == "refunded" or kind == "gone back":
            refunded = max(paid, Decimal(0))
        elif kind == "partly back":
            refunded = draw(st.sampled_from((Decimal(1), Decimal(5), Decimal("9.99"))))
        if refunded:
            delay = draw(st.sampled_from(REFUND_DELAYS))
        is_delivered = status in ("shipped", "completed") or (status != "paid" and draw(st.booleans()))
        # Now and then a line of the same order is dated a day later.
        line_on = ordered_on + timedelta(days=draw(st.sampled_from((0,) * 9 + (1,))) if rows else 0)
        refunded_on = None if delay is None else line_on + timedelta(days=delay)
        rows.append(
            a_line(
                member_id, order_id, line_on, paid, status=status, is_delivered=is_delivered,
                refunded_amount=refunded, refunded_on=refunded_on,
            )
        )  # fmt: skip
    return rows


@st.composite
def order_logs(draw: st.DrawFn, member_id: str, as_of: date) -> list[Row]:
    """Draw one member's orders, none included: gaps back from the last; a gap of 0 is the same day."""
    gaps = draw(st.one_of(st.none(), *[st.lists(st.sampled_from(GAPS), max_size=6)] * 3))
    if gaps is None:
        return []
    ordered_on = draw(days_before(as_of, AGES * 3 + FUTURE))
    rows: list[Row] = []
    for number, gap in enumerate((0, *gaps), start=1):
        ordered_on -= timedelta(days=gap)
        rows += draw(order_rows(member_id, f"o{number}", ordered_on))
    return rows


def member_rows(member_id: str, keys: Sequence[str], as_of: date) -> st.SearchStrategy[Row]:
    """Draw one row of members: with or without points, totals that agree or do not, an inviter."""
    any_day = days_before(as_of, AGES * 3 + FUTURE)

    def rarely(some: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return st.one_of(st.none(), st.none(), st.none(), some)

    return st.builds(
        a_member,
        st.just(member_id),
        joined_on=st.none() | days_before(as_of, AGES[:7] * 2 + AGES[7:] + FUTURE),
        points=st.sampled_from((None, 0.0, 10.0, 100.5)),
        coupons_redeemed=rarely(st.integers(0, 2)),
        last_event_on=st.none() | any_day,
        total_order_count=rarely(st.sampled_from((0, 1, 2, 3, 5, 12))),
        total_net_sales=rarely(st.sampled_from(tuple(map(Decimal, ("0", "10", "20", "50.50", "-5"))))),
        total_last_order_on=rarely(any_day),
        inviter_id=rarely(st.sampled_from((*keys, "stranger"))),
        is_registered=st.booleans(),
        is_unfriended=st.booleans(),
    )


@st.composite
def shops(draw: st.DrawFn, most_members: int = 8) -> Shop:
    """Draw a whole shop: members without orders, orders without members, every kind of order."""
    as_of = draw(st.sampled_from(AS_OF))
    keys = [f"m{number}" for number in range(1, draw(st.integers(0, most_members)) + 1)]
    members = [draw(member_rows(key, keys, as_of)) for key in keys if draw(st.integers(0, 3))]
    order_lines = [row for key in keys for row in draw(order_logs(key, as_of))]
    return Shop(members, order_lines, as_of)
