"""What each purchase was: goods, discount, payment, delivery, refund, each with its own moment."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from siyu_cli.demo.behaviour import GUEST, Flags, Ints, People, seconds_of_day
from siyu_cli.demo.catalogue import ADD_ON, PRODUCTS
from siyu_cli.demo.seasons import DAY_SECONDS, Floats

NEVER = np.int64(-1)
UNPAID, PAID, SHIPPED, COMPLETED, CANCELLED, REFUNDED = range(6)
STATUSES = ("unpaid", "paid", "shipped", "completed", "cancelled", "refunded")
NO_REFUND, PARTIAL, BEFORE_SHIPPING, AFTER_DELIVERY = range(4)
REFUND_KINDS = ("none", "partial", "full_before_shipping", "full_after_delivery")

_FREE_SHARE = 0.008
_ABANDONED_SHARE = 0.045
_SECOND_SHARE = 0.025
_SHIPPING_FEE = 800
_FREE_SHIPPING_FROM = 8800


# Columns of Sales under way, and the flags they are decided by.
Draft = dict[str, np.ndarray[Any, Any]]


@dataclass(frozen=True)
class Sales:
    """One entry per order, by the time it was made; times in seconds since opening, money in fen."""

    person: Ints
    ordered: Ints
    paid: Ints  # NEVER: not paid
    shipped: Ints
    completed: Ints
    cancelled: Ints
    refunded: Ints
    status: Ints  # index into STATUSES
    refund_kind: Ints  # index into REFUND_KINDS
    is_offline: Flags
    is_free: Flags
    product: Ints  # index into PRODUCTS
    quantity: Ints
    has_add_on: Flags
    goods_amount: Ints
    shipping_amount: Ints
    discount_amount: Ints
    paid_amount: Ints
    refunded_amount: Ints

    def __len__(self) -> int:
        return len(self.person)

    @property
    def is_purchase(self) -> Flags:
        """Return which orders are purchases: paid for, and not called back before they were shipped."""
        return np.asarray((self.paid_amount > 0) & (self.refund_kind != BEFORE_SHIPPING))


def _moments(rng: np.random.Generator, people: People, person: Ints, day: Ints) -> Ints:
    """The first order follows the joining by minutes when both fall on one day."""
    moment = day * DAY_SECONDS + seconds_of_day(rng, len(person))
    joined = people.joined[person]
    at_joining = joined + rng.integers(45, 2400, len(person))
    moment = np.where(day == joined // DAY_SECONDS, np.maximum(moment, at_joining), moment)
    return np.asarray(np.minimum(moment, day * DAY_SECONDS + DAY_SECONDS - 60))


def _repeat_some(rng: np.random.Generator, ordered: Ints, share: float) -> tuple[Ints, Ints]:
    """Pick some orders that are followed by another on the same day; return their places and its times."""
    picked = np.flatnonzero(rng.random(len(ordered)) < share)
    later = ordered[picked] + rng.integers(200, 9000, len(picked))
    return picked, np.minimum(later, ordered[picked] // DAY_SECONDS * DAY_SECONDS + DAY_SECONDS - 60)


def _goods(rng: np.random.Generator, amount: Floats) -> Draft:
    """Fill a basket worth about ``amount`` yuan from the price list."""
    count = len(amount)
    prices = np.array([price for _, price in PRODUCTS])
    quantity = rng.choice(np.array([1, 2, 3, 4, 6]), count, p=[0.62, 0.24, 0.08, 0.04, 0.02])
    quantity = np.where(amount * 100 < prices[0] * quantity, 1, quantity)
    place = np.searchsorted(prices, amount * 100 / quantity) + rng.integers(-1, 1, count, endpoint=True)
    product = np.clip(place, 0, len(prices) - 1)
    has_add_on = rng.random(count) < 0.12
    goods = prices[product] * quantity + ADD_ON[1] * has_add_on
    return {"product": product, "quantity": quantity, "has_add_on": has_add_on, "goods_amount": goods}


def _discounts(rng: np.random.Generator, goods: Ints, heat: Floats) -> Ints:
    """Coupons of whole yuan now and then; at campaigns most orders get money off by steps."""
    at_campaign = (heat > 1.4) & (rng.random(len(goods)) < 0.7)
    steps = goods // 20_000 * 3_000 + (goods >= 9_900) * 1_000
    coupon = np.array([0, 0, 0, 500, 1000, 2000])[rng.integers(0, 6, len(goods))]
    return np.where(at_campaign, steps, np.where(goods > 3 * coupon, coupon, 0))


def _amounts(rng: np.random.Generator, people: People, base: Draft, heat: Floats) -> Draft:
    person = base["person"]
    wanted = people.spend[person] * rng.gamma(3.2, 1 / 3.2, len(person)) * np.sqrt(np.sqrt(heat))
    goods = _goods(rng, wanted)
    discount = _discounts(rng, goods["goods_amount"], heat)
    due = goods["goods_amount"] - discount
    shipping = np.where(~base["is_offline"] & (due < _FREE_SHIPPING_FROM), _SHIPPING_FEE, 0)
    free = base["is_free"]
    goods["has_add_on"] &= ~free
    goods["quantity"] = np.where(free, 1, goods["quantity"])
    goods["goods_amount"] = np.where(free, 0, goods["goods_amount"])
    return {
        **goods,
        "shipping_amount": np.where(free, 0, shipping),
        "discount_amount": np.where(free, 0, discount),
        "paid_amount": np.where(free | base["is_abandoned"], 0, due + shipping),
    }


def _deliver(rng: np.random.Generator, base: Draft, end: int) -> Draft:
    """Pay within minutes, ship within days, complete a week later; nothing happens after ``end``."""
    count = len(base["ordered"])
    is_offline = base["is_offline"]
    wait = np.where(is_offline, rng.integers(5, 60, count), rng.integers(8, 900, count))
    paid = np.minimum(base["ordered"] + wait, end)
    packing = (rng.lognormal(10.9, 0.6, count)).astype(np.int64)
    shipped = np.where(is_offline, NEVER, paid + packing)
    on_the_way = rng.integers(2 * DAY_SECONDS, 11 * DAY_SECONDS, count)
    completed = np.where(is_offline, paid, shipped + on_the_way)
    cancelled = base["ordered"] + rng.integers(1800, DAY_SECONDS, count)
    for times in (paid, shipped, completed):
        times[base["is_abandoned"]] = NEVER
    cancelled[~base["is_abandoned"]] = NEVER
    shipped[shipped > end] = NEVER
    completed[(completed > end) | (~is_offline & (shipped == NEVER))] = NEVER
    cancelled[cancelled > end] = NEVER
    return {"paid": paid, "shipped": shipped, "completed": completed, "cancelled": cancelled}


def _refund_kinds(rng: np.random.Generator, people: People, base: Draft) -> Ints:
    """Decide who asks for what: some ask often, and nothing bought over the counter can be held back."""
    chance = np.minimum(0.055 * people.refunds[base["person"]], 0.6)
    kinds = rng.choice(np.array([PARTIAL, BEFORE_SHIPPING, AFTER_DELIVERY]), len(chance), p=[0.4, 0.27, 0.33])
    asks = (rng.random(len(chance)) < chance) & (base["paid_amount"] > 0)
    asks &= ~(base["is_offline"] & (kinds == BEFORE_SHIPPING))
    asks &= (kinds == BEFORE_SHIPPING) | (base["completed"] != NEVER)
    return np.where(asks, kinds, NO_REFUND)


def _refund(rng: np.random.Generator, base: Draft, kind: Ints, end: int) -> Draft:
    count = len(kind)
    early = base["paid"] + rng.integers(1800, 18 * 3600, count)
    late = base["completed"] + rng.integers(3600, 9 * DAY_SECONDS, count)
    refunded = np.where(kind == BEFORE_SHIPPING, early, late)
    kind = np.where(refunded > end, NO_REFUND, kind)
    part = np.round(base["paid_amount"] * rng.uniform(0.1, 0.6, count) / 100) * 100
    part = np.clip(part, 100, np.maximum(base["paid_amount"] - 100, 100)).astype(np.int64)
    amount = np.where(kind == PARTIAL, np.minimum(part, base["paid_amount"]), base["paid_amount"])
    called_back = kind == BEFORE_SHIPPING
    return {
        "refund_kind": kind,
        "refunded": np.where(kind == NO_REFUND, NEVER, refunded),
        "refunded_amount": np.where(kind == NO_REFUND, 0, amount),
        "shipped": np.where(called_back, NEVER, base["shipped"]),
        "completed": np.where(called_back, NEVER, base["completed"]),
    }


def _statuses(base: Draft) -> Ints:
    conditions = [
        (base["refund_kind"] == BEFORE_SHIPPING) | (base["refund_kind"] == AFTER_DELIVERY),
        base["cancelled"] != NEVER,
        base["paid"] == NEVER,
        base["completed"] != NEVER,
        base["shipped"] != NEVER,
    ]
    return np.select(conditions, [REFUNDED, CANCELLED, UNPAID, COMPLETED, SHIPPED], default=PAID)


def draw_sales(rng: np.random.Generator, people: People, purchases: tuple[Ints, Ints], demand: Floats) -> Sales:
    """Return every order of the shop up to the end of the last day, guests' and abandoned ones included."""
    person, day = purchases
    end = demand.shape[1] * DAY_SECONDS - 1
    ordered = _moments(rng, people, person, day)
    second, second_at = _repeat_some(rng, ordered, _SECOND_SHARE)
    left, left_at = _repeat_some(rng, ordered, _ABANDONED_SHARE)
    count = len(person) + len(second)
    base: Draft = {
        "person": np.concatenate([person, person[second], person[left]]),
        "ordered": np.concatenate([ordered, second_at, left_at]),
    }
    by_time = np.argsort(base["ordered"], kind="stable")
    base = {key: values[by_time] for key, values in base.items()}
    base["is_abandoned"] = by_time >= count
    base["is_free"] = (rng.random(len(by_time)) < _FREE_SHARE) & ~base["is_abandoned"]
    base["is_free"] &= people.standing[base["person"]] != GUEST
    base["is_offline"] = rng.random(len(by_time)) < people.offline[base["person"]]
    base |= _amounts(rng, people, base, demand[0][base["ordered"] // DAY_SECONDS])
    base |= _deliver(rng, base, end)
    base |= _refund(rng, base, _refund_kinds(rng, people, base), end)
    base["status"] = _statuses(base)
    return Sales(**{field.name: base[field.name] for field in fields(Sales)})
