"""Put an invented shop together: its people, what they bought, who befriended them, what channels cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from siyu_cli.demo.behaviour import Flags, Ints, People, draw_people, draw_purchases
from siyu_cli.demo.events import draw_events
from siyu_cli.demo.invites import draw_invites
from siyu_cli.demo.levels import draw_levels
from siyu_cli.demo.outreach import draw_channel_costs, draw_contacts
from siyu_cli.demo.people import describe
from siyu_cli.demo.points import draw_points
from siyu_cli.demo.records import member_records, order_records
from siyu_cli.demo.sales import NEVER, Sales, draw_sales
from siyu_cli.demo.seasons import Period, daily_demand
from siyu_cli.errors import UsageError

_HISTORY_DAYS = 1096
_EARLIEST, _LATEST = date(1990, 1, 1), date(2199, 12, 31)
_MAX_MEMBERS = 50_000_000


@dataclass(frozen=True)
class DemoShop:
    """An invented shop as Arrow tables; times are the shop's own, money is decimal yuan.

    members
        one row per registered member, by the time they joined; totals count purchases as siyu does.
    orders
        one row per order, by the time it was made: guests', free, unpaid and cancelled ones too.
    contacts
        one row per member and employee who added them on WeCom.
    invites
        one row per invite: of those who were referred, and of those who never came.
    channel_costs
        one row per month and acquisition channel.
    events
        one row per thing that a member did beside buying, or that was done for them.
    points_log
        one row per movement of a member's points, a few of them wrong as such logs are.
    level_log
        one row per change of a member's level, a few of them lost, twice there or made by hand.
    """

    as_of: date
    members: pa.Table
    orders: pa.Table
    contacts: pa.Table
    invites: pa.Table
    channel_costs: pa.Table
    events: pa.Table
    points_log: pa.Table
    level_log: pa.Table


def make_shop(members: int, *, seed: int, as_of: date) -> DemoShop:
    """Return a shop with exactly ``members`` members and three years of history up to ``as_of``.

    The same arguments give the same values. Buyers who never registered, and guests, come on top.
    Raises UsageError for a number of members, a seed or a date that cannot be used.

    >>> shop = make_shop(50, seed=1, as_of=date(2026, 3, 31))
    >>> shop.members.num_rows, str(shop.members["member_id"][0])
    (50, 'M0000001')
    """
    _check(members, seed, as_of)
    rng = np.random.default_rng(seed)
    period = Period(as_of - timedelta(_HISTORY_DAYS - 1), _HISTORY_DAYS)
    demand = daily_demand(period)
    people = draw_people(rng, members, demand)
    sales = draw_sales(rng, people, draw_purchases(rng, people, demand), demand)
    persons = describe(rng, people, np.datetime64(as_of, "D"))
    totals = _totals(people, sales)
    contacts, is_friend = draw_contacts(rng, people, persons.append_column("last", pa.array(totals["last"])), period)
    persons = persons.append_column("is_friend", pa.array(is_friend))
    records = member_records(rng, people, persons, totals, period)
    orders = order_records(rng, people, persons, sales, period)
    return DemoShop(
        as_of=as_of,
        members=records,
        orders=orders,
        contacts=contacts,
        # From a source of its own, so that nothing else is drawn otherwise.
        invites=draw_invites(np.random.default_rng([seed, 1]), people, persons, period),
        channel_costs=draw_channel_costs(rng, people, period),
        events=draw_events(np.random.default_rng([seed, 2]), records),
        points_log=draw_points(np.random.default_rng([seed, 3]), people, sales, (persons, records, orders), period),
        level_log=draw_levels(np.random.default_rng([seed, 4]), people, sales, persons, period),
    )


def _check(members: int, seed: int, as_of: date) -> None:
    if not 1 <= members <= _MAX_MEMBERS:
        message = "A demo shop has 1 to {most} members, not {members}."
        raise UsageError(message, members=members, most=_MAX_MEMBERS)
    if seed < 0:
        raise UsageError("The seed is a whole number from 0, not {seed}.", seed=seed)
    if not _EARLIEST <= as_of <= _LATEST:
        message = "A demo shop can be made as of {first} to {last}, not {as_of}."
        raise UsageError(message, first=_EARLIEST, last=_LATEST, as_of=as_of)


def _totals(people: People, sales: Sales) -> dict[str, Ints]:
    """Sum up every person's purchases; money in fen, ``last`` in seconds, NEVER for those without."""
    count = len(people)

    def total(values: Ints | Flags) -> Ints:
        return np.bincount(sales.person, weights=values, minlength=count).astype(np.int64)

    last = np.full(count, NEVER)
    np.maximum.at(last, sales.person[sales.is_purchase], sales.paid[sales.is_purchase])
    return {
        "orders": total(sales.is_purchase),
        "paid": total(sales.paid_amount),
        "refunded": total(sales.refunded_amount),
        "refunds": total(sales.refunded_amount > 0),
        "coupons": total(sales.is_purchase & (sales.discount_amount > 0)),
        "last": last,
    }
