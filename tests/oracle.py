"""The domain stated a second time: plain Python over lists of dicts, slow and obvious, no table engine.

``segment`` answers for a whole shop, ``count_silences`` for its silences. Nothing here is shared with the
SQL it is held against: when the two disagree, one of them has misread the domain, and this file is meant to
be short enough to settle which.
Rows are those of the contracts ``members`` and ``order_lines``, already cleaned: one row per member, dates
in the shop's calendar, money as ``Decimal``.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from statistics import mean, median
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Parameters:
    """What the operator may set, at the defaults."""

    min_paid: Decimal = Decimal("0.01")
    new_days: int = 30
    dormant_after: int = 90
    churned_after: int = 180
    declining_ratio: float = 1.5
    mature_orders: int = 4
    welcome_points: float = 0
    bins: int = 5
    split: str | Sequence[float] = "default"


@dataclass(frozen=True)
class Answer:
    """Every member's labels, the shop's own rhythm, and where high begins for R, F and M."""

    members: dict[str, dict[str, Any]]
    shop_norm: float
    splits: dict[str, float | None]


def segment(
    members: Sequence[Row], order_lines: Sequence[Row], as_of: date, parameters: Parameters | None = None
) -> Answer:
    """Return every existing member's features, stage and RFM labels as of one calendar date."""
    p = parameters or Parameters()
    orders = defaultdict(list)
    for order in read_orders(order_lines, as_of, p.min_paid):
        orders[order.member_id].append(order)
    rows = existing_members(members, orders, as_of)
    logs = {key: Log(orders[key], as_of) for key in rows}
    invitees = count_invitees(members, rows, as_of)
    table = {key: features(row, logs[key], invitees[key], p) for key, row in rows.items()}

    owns = [own for own in map(own_rhythm, table.values()) if own is not None]
    shop_norm = float(median(owns)) if owns else 60.0
    for key, member in table.items():
        case = make_case(member, logs[key], shop_norm, p)
        member["stage_rule"], member["stage"] = first_match(case)
    splits = score_rfm(table, p)
    return Answer(table, shop_norm, splits)


# --- Orders -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Order:
    """One order as it stood on as_of; ``refunds`` are (date, amount), those known by then."""

    member_id: str
    ordered_on: date
    paid: Decimal
    refunds: tuple[tuple[date, Decimal], ...]
    is_purchase: bool


def read_orders(order_lines: Sequence[Row], as_of: date, min_paid: Decimal) -> list[Order]:
    """Return the orders that exist; unpaid, cancelled and later lines do not."""
    lines = defaultdict(list)
    for line in order_lines:
        if line["ordered_on"] <= as_of and line["status"] not in ("unpaid", "cancelled"):
            lines[line["member_id"], line["order_id"]].append(line)
    return [read_order(key[0], group, as_of, min_paid) for key, group in lines.items()]


def read_order(member_id: str, lines: Sequence[Row], as_of: date, min_paid: Decimal) -> Order:
    """Return one order made of its existing lines."""
    ordered_on = min(line["ordered_on"] for line in lines)
    paid = sum((line["paid_amount"] for line in lines), Decimal(0))
    known = [line for line in lines if (line["refunded_on"] or ordered_on) <= as_of]
    refunds = [(line["refunded_on"] or ordered_on, line["refunded_amount"]) for line in known]
    refunded = sum((amount for _, amount in refunds), Decimal(0))
    if paid < 0:  # a refund-only row: all of it is money given back
        return Order(member_id, ordered_on, Decimal(0), (*refunds, (ordered_on, -paid)), is_purchase=False)
    is_refunded = 0 < paid <= refunded
    is_delivered = any(line["is_delivered"] for line in lines)
    is_purchase = paid >= min_paid and (not is_refunded or is_delivered)
    return Order(member_id, ordered_on, paid, tuple(refunds), is_purchase)


class Log:
    """What one member's orders alone say."""

    def __init__(self, orders: Sequence[Order], as_of: date):
        purchases = [order for order in orders if order.is_purchase]
        refunds = [refund for order in orders for refund in order.refunds]
        paid_on = [(order.ordered_on, order.paid) for order in orders]
        moves = paid_on + [(on, -amount) for on, amount in refunds]

        def orders_within(days: int) -> int:
            return sum(1 for order in purchases if 0 <= (as_of - order.ordered_on).days < days)

        def net_sales_within(days: int) -> Decimal:
            return sum((amount for on, amount in moves if 0 <= (as_of - on).days < days), Decimal(0))

        self.as_of = as_of
        self.order_count = len(purchases)
        self.days = sorted({order.ordered_on for order in purchases})
        self.gaps = [(later - earlier).days for earlier, later in pairwise(self.days)]
        self.paid = sum((amount for _, amount in paid_on), Decimal(0))
        self.refunded = sum((amount for _, amount in refunds), Decimal(0))
        self.has_money = any(order.paid for order in orders) or any(amount for _, amount in refunds)
        self.windows = {
            "orders_90d": orders_within(90),
            "orders_365d": orders_within(365),
            "net_sales_90d": net_sales_within(90),
            "net_sales_365d": net_sales_within(365),
        }


# --- Members ------------------------------------------------------------------------------------------

NOBODY: Row = {
    "joined_on": None, "points": None, "coupons_redeemed": None, "last_event_on": None,
    "total_order_count": None, "total_net_sales": None, "total_last_order_on": None,
    "inviter_id": None, "is_registered": False, "is_unfriended": False,
}  # fmt: skip


def existing_members(members: Sequence[Row], orders: Mapping[str, Any], as_of: date) -> dict[str, Row]:
    """Return the members there are on as_of: joined by then, or known from an order by then."""
    rows: dict[str, Row] = {key: {**NOBODY, "member_id": key} for key in orders}
    for row in members:
        key = row["member_id"]
        if row["joined_on"] is None or row["joined_on"] <= as_of:
            rows[key] = row
        elif key in orders:
            rows[key] = {**row, "joined_on": None}
    return rows


def count_invitees(members: Sequence[Row], rows: Mapping[str, Row], as_of: date) -> Counter[str]:
    """Return how many others each member brought; a referral is as old as the invitee's joining."""
    return Counter(
        row["inviter_id"]
        for row in members
        if row["member_id"] in rows
        and row["inviter_id"] not in (None, row["member_id"])
        and (row["joined_on"] is None or row["joined_on"] <= as_of)
    )


def totals_are_evidence(row: Row) -> bool:
    """Return whether the exported totals speak of any purchase at all."""
    return (
        (row["total_order_count"] or 0) > 0
        or (row["total_net_sales"] or 0) > 0
        or row["total_last_order_on"] is not None
    )


def history_of(row: Row, log: Log) -> str:
    """Return where the member's figures come from: full, partial, totals or none."""
    last_on = row["total_last_order_on"]
    are_usable = last_on is None or last_on <= log.as_of
    if not log.days:
        return "totals" if are_usable and totals_are_evidence(row) else "none"
    log_holds_less = (row["total_order_count"] or 0) > log.order_count or (
        last_on is not None and last_on > log.days[-1]
    )
    return "partial" if are_usable and log_holds_less else "full"


def has_sign(row: Row, as_of: date, p: Parameters) -> bool:
    """Return whether the member did anything after joining: points, a coupon, an event."""
    joined_on, event_on = row["joined_on"], row["last_event_on"]
    return (
        (row["points"] or 0) > p.welcome_points
        or (row["coupons_redeemed"] or 0) > 0
        or (joined_on is not None and event_on is not None and joined_on < event_on <= as_of)
    )


def features(row: Row, log: Log, referred_count: int, p: Parameters) -> dict[str, Any]:
    """Return one member's features."""
    history = history_of(row, log)
    first_on = log.days[0] if log.days else None
    last_on = log.days[-1] if log.days else None
    order_days, order_count = len(log.days), log.order_count
    net_sales = log.paid - log.refunded
    if history in ("totals", "partial"):
        last_on = max((on for on in (last_on, row["total_last_order_on"]) if on), default=None)
        at_least = 1 if last_on else 0
        order_days = max(order_days, row["total_order_count"] or 0, at_least)
        order_count = max(order_count, row["total_order_count"] or 0, at_least)
        if row["total_net_sales"] is not None:
            net_sales = row["total_net_sales"]
    from_totals_alone = history == "totals"
    return {
        "member_id": row["member_id"],
        "joined_on": row["joined_on"],
        "first_order_on": first_on,
        "last_order_on": last_on,
        "days_since_last": (log.as_of - last_on).days if last_on else None,
        "tenure_days": (log.as_of - first_on).days if first_on else None,
        "order_days": order_days,
        "order_count": order_count,
        "net_sales": net_sales,
        "average_order_value": float(net_sales) / order_count if order_count else None,
        "median_gap_days": float(median(log.gaps)) if log.gaps else None,
        **(dict.fromkeys(log.windows) if from_totals_alone else log.windows),
        "refund_rate": float(log.refunded / log.paid) if log.paid and not from_totals_alone else None,
        "referred_count": referred_count,
        "is_referrer": referred_count > 0,
        "is_registered": row["is_registered"],
        "is_unfriended": row["is_unfriended"],
        "history": history,
        "is_active": has_sign(row, log.as_of, p),
        "has_evidence": totals_are_evidence(row) or log.has_money or bool(log.days),
    }


# --- Stages -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """What the stage rules look at; ``d`` is None where no purchase date is known."""

    k: int
    d: int | None
    own: float | None
    norm: float
    has_evidence: bool
    is_new: bool
    has_sign: bool
    came_back: bool
    p: Parameters

    def is_silent_over(self, days: float, times_own: float) -> bool:
        """Return d > max(days, times_own · own), or d > days where own is unknown."""
        return self.d > (days if self.own is None else max(days, times_own * self.own))


# The first rule that holds names the stage.
RULES = (
    (1, "unknown", lambda c: c.has_evidence and c.d is None),
    (2, "activated", lambda c: c.k == 0 and c.is_new and c.has_sign),
    (3, "acquired", lambda c: c.k == 0 and c.is_new),
    (4, "nurturing", lambda c: c.k == 0),
    (5, "churned", lambda c: c.is_silent_over(c.p.churned_after, 3)),
    (6, "dormant", lambda c: c.is_silent_over(c.p.dormant_after, 2)),
    (7, "declining", lambda c: c.k >= 2 and c.d > max(14, c.p.declining_ratio * c.norm)),
    (8, "returned", lambda c: c.came_back),
    (9, "converted", lambda c: c.k == 1),
    (10, "mature", lambda c: c.k >= c.p.mature_orders),
    (11, "retained", lambda _: True),
)


def first_match(case: Case) -> tuple[int, str]:
    """Return the number and key of the first rule that holds."""
    return next((number, stage) for number, stage, holds in RULES if holds(case))


def make_case(member: Row, log: Log, shop_norm: float, p: Parameters) -> Case:
    """Return what the rules need to know of one member."""
    own, joined_on = own_rhythm(member), member["joined_on"]
    norm = shop_norm if own is None else own
    if member["order_days"] == 2:
        norm = max(member["median_gap_days"] or 0, shop_norm)
    return Case(
        k=member["order_days"],
        d=member["days_since_last"],
        own=own,
        norm=norm,
        has_evidence=member["has_evidence"],
        is_new=joined_on is not None and (log.as_of - joined_on).days <= p.new_days,
        has_sign=member["is_active"],
        came_back=came_back(log, p),
        p=p,
    )


def own_rhythm(member: Row) -> float | None:
    """Return the member's usual gap, at most a year; None under three purchase days."""
    if member["order_days"] < 3 or member["median_gap_days"] is None:
        return None
    return min(member["median_gap_days"], 365.0)


def came_back(log: Log, p: Parameters) -> bool:
    """Return whether a long silence ended lately, with few purchase days since."""
    for position, gap in enumerate(log.gaps):
        back_on = log.days[position + 1]
        before = log.gaps[:position]
        long_silence = max(p.churned_after, 3 * median(before)) if len(before) >= 2 else p.churned_after
        days_since_back = sum(1 for day in log.days if day >= back_on)  # the day of coming back is the first
        if (log.as_of - back_on).days <= p.dormant_after and gap > long_silence and days_since_back < 3:
            return True
    return False


# --- RFM ----------------------------------------------------------------------------------------------

# key by (recency, frequency, money), high or low.
RFM_SEGMENTS = {
    "HHH": "important_value",
    "HLH": "important_develop",
    "LHH": "important_keep",
    "LLH": "important_winback",
    "HHL": "general_value",
    "HLL": "general_develop",
    "LHL": "general_keep",
    "LLL": "general_winback",
}


def score_rfm(table: Mapping[str, dict[str, Any]], p: Parameters) -> dict[str, float | None]:
    """Set scores and segment of every buyer, None for the others; return the splits used."""
    buyers = [m for m in table.values() if m["order_days"] >= 1 and m["last_order_on"] is not None]
    n = len(buyers)
    all_d = sorted(m["days_since_last"] for m in buyers)
    all_k = sorted(m["order_days"] for m in buyers)
    all_money = sorted(m["net_sales"] for m in buyers)
    splits = rfm_splits(all_d, all_k, all_money, p)
    for m in table.values():
        m.update(r_score=None, f_score=None, m_score=None, rfm_segment=None)
    for m in buyers:
        d, k, money = m["days_since_last"], m["order_days"], m["net_sales"]
        m["r_score"] = p.bins - p.bins * strictly_lower(all_d, d) // n
        m["f_score"] = 1 + p.bins * strictly_lower(all_k, k) // n
        m["m_score"] = 1 + p.bins * strictly_lower(all_money, money) // n
        r_is_high = d <= splits["recency_days"]
        # Two purchase days are frequent when two is the split; a middle value is not above itself.
        f_is_high = k > splits["order_days"] if p.split in ("median", "mean") else k >= splits["order_days"]
        m_is_high = float(money) > splits["net_sales"]
        letters = "".join("H" if is_high else "L" for is_high in (r_is_high, f_is_high, m_is_high))
        m["rfm_segment"] = RFM_SEGMENTS[letters]
    return splits


def strictly_lower(ordered: Sequence[Any], value: Any) -> int:
    """Return how many of the sorted values are below this one."""
    return bisect_left(ordered, value)


def rfm_splits(
    all_d: Sequence[int], all_k: Sequence[int], all_money: Sequence[Decimal], p: Parameters
) -> dict[str, float | None]:
    """Return where high begins; what is taken from the buyers is None in a shop without any."""

    def middle(values: Sequence[Any]) -> float | None:
        average = mean if p.split == "mean" else median
        return float(average(values)) if values else None

    if p.split == "default":
        splits = (p.dormant_after, 2, middle(all_money))
    elif p.split in ("median", "mean"):
        splits = (middle(all_d), middle(all_k), middle(all_money))
    else:
        splits = tuple(p.split)
    return dict(zip(("recency_days", "order_days", "net_sales"), splits, strict=True))


# --- Windows ------------------------------------------------------------------------------------------

# A window is suggested where fewer than this share of the silences still end within 90 days.
RARE = {"dormant_after": Fraction(1, 5), "churned_after": Fraction(1, 10)}


def count_silences(
    order_lines: Sequence[Row], as_of: date, min_paid: Decimal = Parameters.min_paid
) -> dict[int, tuple[int, int]]:
    """Return, by days of silence, how many silences lasted so long, and how many of them ended within 90 days.

    Only those count whose 90 days after are over by as_of.
    """
    days = defaultdict(set)
    for order in read_orders(order_lines, as_of, min_paid):
        if order.is_purchase:
            days[order.member_id].add(order.ordered_on)
    silences = [
        ((as_of - start).days, (end - start).days if end else None)
        for visits in days.values()
        for start, end in pairwise([*sorted(visits), None])
    ]
    counts = {}
    for s in range(max((age for age, _ in silences), default=0) + 1):
        silent = [length for age, length in silences if s + 90 <= age and (length is None or length > s)]
        ended = [length for length in silent if length is not None and length <= s + 90]
        counts[s] = len(silent), len(ended)
    return counts


def suggest_windows(counts: Mapping[int, tuple[int, int]]) -> dict[str, int | None]:
    """Return the first silence of a day or more after which few come back, None where none is seen to be rare."""
    return {
        window: next((s for s, (silent, ended) in counts.items() if s >= 1 and ended < share * silent), None)
        for window, share in RARE.items()
    }
