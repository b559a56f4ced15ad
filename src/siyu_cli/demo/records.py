"""The members and orders of the demo shop as tables, from what was drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from siyu_cli.demo.behaviour import GUEST, REGISTERED, Ints, People
from siyu_cli.demo.catalogue import (
    ADD_ON,
    CHANNELS,
    LEVELS,
    ONLINE_STORE,
    ORDER_CHANNELS,
    PRODUCTS,
    SAMPLE,
    WEB_CHANNEL,
    category_of,
)
from siyu_cli.demo.columns import choose, digits, join, moments, money, pick
from siyu_cli.demo.sales import AFTER_DELIVERY, BEFORE_SHIPPING, NEVER, REFUND_KINDS, STATUSES, Sales
from siyu_cli.demo.seasons import DAY_SECONDS, Period


def _points(rng: np.random.Generator, net_yuan: Ints) -> Ints:
    """A point per yuan, less what some have spent again; a few signed in for points before buying."""
    count = len(net_yuan)
    used = np.where(rng.random(count) < 0.4, rng.random(count) * 0.9, 0.0)
    signed_in = np.where(rng.random(count) < 0.3, rng.integers(1, 13, count) * 5, 0)
    kept: Ints = (net_yuan * (1 - used)).astype(np.int64)
    return kept + signed_in


def _last_events(rng: np.random.Generator, people: People, last: Ints, end: int) -> Ints:
    """When they last looked at the shop: some days after the last order or the joining, if at all."""
    count = len(people)
    lag = rng.exponential(np.where(last != NEVER, 25.0, 12.0) * DAY_SECONDS, count).astype(np.int64)
    seen = np.minimum(np.maximum(last, people.joined) + lag, end)
    return np.where((last != NEVER) | (rng.random(count) < 0.55), seen, NEVER)


def member_records(
    rng: np.random.Generator, people: People, persons: pa.Table, totals: dict[str, Ints], period: Period
) -> pa.Table:
    """Return one row per registered member: what ``persons`` says, and what follows from their orders."""
    net = totals["paid"] - totals["refunded"]
    level = np.searchsorted([100 * lowest for lowest, _ in LEVELS], net, side="right") - 1
    inviter = pa.array(people.inviter, mask=people.inviter < 0)
    events = _last_events(rng, people, totals["last"], period.end)
    orders = totals["orders"]
    columns = {
        **{name: persons[name] for name in persons.column_names if name not in ("order_phone", "receiver_phone")},
        "joined_at": moments(period, people.joined),
        "source_channel": pick([channel.name for channel in CHANNELS], people.channel),
        "level": pick([name for _, name in LEVELS], np.maximum(level, 0)),
        "points": pa.array(_points(rng, np.maximum(net, 0) // 100)),
        "growth": pa.array(np.maximum(net, 0) // 100),
        "inviter_id": persons["member_id"].take(inviter),
        "inviter_phone": persons["order_phone"].take(inviter),
        "inviter_account": persons["account"].take(inviter),
        "last_event_at": moments(period, events),
        "coupons_redeemed": pa.array(totals["coupons"]),
        "order_count": pa.array(orders),
        "net_sales": money(net),
        "refunded_amount": money(totals["refunded"]),
        "refund_count": pa.array(totals["refunds"]),
        "average_order_value": money(np.round(net / np.maximum(orders, 1)).astype(np.int64), orders == 0),
        "last_order_at": moments(period, totals["last"]),
    }
    return pa.table(columns).filter(pa.array(people.standing == REGISTERED)).combine_chunks()


def _order_ids(period: Period, ordered: Ints) -> Any:
    """Return ids that begin with the date and go on counting: ``D2025111100001234``."""
    days = moments(period, ordered).cast(pa.date32()).cast(pa.string())
    return join("D", pc.replace_substring(days, "-", ""), digits(np.arange(1, len(ordered) + 1), 8))


def _products(sales: Sales) -> Any:
    name = pick([name for name, _ in PRODUCTS], sales.product)
    name = choose(sales.has_add_on, join(name, ";", ADD_ON[0]), name)
    return choose(sales.is_free, SAMPLE, name)


def _order_times(period: Period, sales: Sales) -> dict[str, Any]:
    names = ("ordered", "paid", "shipped", "completed", "cancelled", "refunded")
    return {f"{name}_at": moments(period, getattr(sales, name)) for name in names}


def order_records(
    rng: np.random.Generator, people: People, persons: pa.Table, sales: Sales, period: Period
) -> pa.Table:
    """Return one row per order with what the shop knows of its buyer."""
    person = pa.array(sales.person)
    is_guest = people.standing[sales.person] == GUEST
    channel = np.where(sales.is_offline, 0, 1 + rng.choice(3, len(sales), p=np.array([0.6, 0.25, 0.15])))
    is_web = channel == ORDER_CHANNELS.index(WEB_CHANNEL)
    has_receiver = ~sales.is_offline & (~is_guest | (rng.random(len(sales)) < 0.6))
    who = {
        name: persons[name].take(person)
        for name in ("member_id", "account", "name", "nickname", "city", "province", "store", "owner")
    }
    who["store"] = choose(is_web, ONLINE_STORE, who["store"])
    who["owner"] = choose(is_web, None, who["owner"])
    columns = {
        "order_id": _order_ids(period, sales.ordered),
        **who,
        "phone": persons["order_phone"].take(person),
        "receiver_phone": choose(has_receiver, persons["receiver_phone"].take(person), None),
        "is_member": pa.array(people.standing[sales.person] == REGISTERED),
        **_order_times(period, sales),
        "status": pick(STATUSES, sales.status),
        "refund_kind": pick(REFUND_KINDS, sales.refund_kind),
        "sales_channel": pick(ORDER_CHANNELS, channel),
        "product": _products(sales),
        "sku": choose(
            sales.is_free, "P00", pick([f"P{place:02}" for place in range(1, len(PRODUCTS) + 1)], sales.product)
        ),
        "category": pick([category_of(name) for name, _ in PRODUCTS], sales.product),
        "quantity": pa.array(sales.quantity),
    }
    for name in ("goods_amount", "shipping_amount", "discount_amount", "paid_amount", "refunded_amount"):
        columns[name] = money(getattr(sales, name))
    is_full = (sales.refund_kind == BEFORE_SHIPPING) | (sales.refund_kind == AFTER_DELIVERY)
    columns["is_fully_refunded"] = pa.array(is_full)
    return pa.table(columns).combine_chunks()
