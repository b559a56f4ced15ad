"""The points of the demo shop: a movement for every yuan, refund, gift and expiry, and what goes wrong in such logs."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa

from siyu_cli.demo.behaviour import REGISTERED, Flags, Ints, People
from siyu_cli.demo.columns import digits, join, moments, pick
from siyu_cli.demo.sales import NEVER, Sales
from siyu_cli.demo.seasons import DAY_SECONDS, Period

SCENES = ("消费获得", "退货扣回", "签到", "积分兑换", "积分过期", "下单冻结")
EARNED, TAKEN_BACK, SIGNED_IN, REDEEMED, EXPIRED, FROZEN = range(6)
WAYS = ("增加", "减少", "冻结")
_VALID_DAYS = 1_096
_SIGNED_IN_DAYS = 90
_SIGNED_IN_SHARE = 0.25
# What goes wrong, of every thousand rows: lost, exported twice, expired early, a sign against its direction, held back.
_LOST, _TWICE, _EARLY, _CONTRADICTED, _HELD = 2.0, 3.0, 1.0, 1.0, 2.0


@dataclass(frozen=True)
class Moves:
    """Movements as columns: whose, when, what, how many points, of which order, their last day (−1: of none, none)."""

    person: Ints
    at: Ints
    scene: Ints
    points: Ints
    order: Ints
    last_day: Ints

    def take(self, places: Ints | Flags) -> Moves:
        """Return some of them, in the order given."""
        return Moves(*(column[places] for column in vars(self).values()))


def draw_points(
    rng: np.random.Generator, people: People, sales: Sales, tables: tuple[pa.Table, pa.Table, pa.Table], period: Period
) -> pa.Table:
    """Return one row per movement, as a platform exports them, by the time they happened.

    ``tables`` are persons, members and orders. They end at the points the members' export has, but for what goes wrong:
    rows lost or exported twice, points expired early or held back, a sign that contradicts its direction.
    """
    persons, members, orders = tables
    held = np.zeros(len(people), np.int64)
    held[people.standing == REGISTERED] = members["points"].to_numpy()
    moves = _moves(rng, people, sales, held, period)
    by_person = moves.take(np.lexsort((moves.scene, moves.at, moves.person)))
    balance = _running(by_person)
    by_person, balance = _go_wrong(rng, by_person, balance)
    by_time = np.lexsort((by_person.scene, by_person.person, by_person.at))
    return _table(by_person.take(by_time), balance[by_time], (persons, orders), period)


def _moves(rng: np.random.Generator, people: People, sales: Sales, held: Ints, period: Period) -> Moves:
    is_members = (people.standing == REGISTERED)[sales.person] & sales.is_purchase
    bought = np.flatnonzero(is_members)
    returned = np.flatnonzero(is_members & (sales.refunded_amount > 0) & (sales.refunded != NEVER))
    person = np.concatenate([sales.person[bought], sales.person[returned]])
    at = np.concatenate([sales.paid[bought] + 60, sales.refunded[returned] + 60])
    fen = np.concatenate([sales.paid_amount[bought], -sales.refunded_amount[returned]])
    order = np.concatenate([bought, returned])
    by_time = np.lexsort((order, at, person))
    person, at, fen, order = person[by_time], at[by_time], fen[by_time], order[by_time]
    # A point per whole yuan of all that was spent so far: what an order adds is the difference it makes.
    points = np.diff(np.floor_divide(within(person, fen), 100), prepend=0)
    is_first = np.diff(person, prepend=-1) != 0
    points[is_first] = np.floor_divide(fen[is_first], 100)
    scene = np.where(points < 0, TAKEN_BACK, EARNED)
    bought_points = Moves(person, at, scene, points, order, np.where(points > 0, at // DAY_SECONDS + _VALID_DAYS, -1))
    settled = _to_balance(people, bought_points, held, period)
    parts = [bought_points.take(points != 0), settled]
    has_spent = np.zeros(len(people), bool)
    for part in parts:
        has_spent[part.person[part.points < 0]] = True
    # Who spends takes those that end first: only of the others does what they got for signing in lapse.
    parts += _signed_in(rng, people, ~has_spent, period)
    whole = Moves(*(np.concatenate(columns) for columns in zip(*(vars(part).values() for part in parts), strict=True)))
    return whole.take(whole.at <= period.end)


def _signed_in(rng: np.random.Generator, people: People, chosen: Flags, period: Period) -> list[Moves]:
    """Return points for signing in, soon gone again, as the platform says."""
    who = np.flatnonzero(chosen & (people.standing == REGISTERED) & (rng.random(len(people)) < _SIGNED_IN_SHARE))
    at = people.joined[who] + rng.integers(600, DAY_SECONDS, len(who))
    last_day = at // DAY_SECONDS + _SIGNED_IN_DAYS
    gone = (last_day + 1) * DAY_SECONDS + 300
    who, at, last_day, gone = (column[gone <= period.end] for column in (who, at, last_day, gone))
    points, none = np.full(len(who), 5), np.full(len(who), -1)
    return [
        Moves(who, at, np.full(len(who), SIGNED_IN), points, none, last_day),
        Moves(who, gone, np.full(len(who), EXPIRED), -points, none, none),
    ]


def _to_balance(people: People, bought: Moves, held: Ints, period: Period) -> Moves:
    """Return the last movement of each, by which they have what the members' export says: a gift, or an exchange."""
    have = np.zeros(len(people), np.int64)
    np.add.at(have, bought.person, bought.points)
    last = people.joined.copy()
    np.maximum.at(last, bought.person, bought.at)
    who = np.flatnonzero((people.standing == REGISTERED) & (held != have))
    points = held[who] - have[who]
    at = np.minimum(last[who] + (2 + who % 9) * DAY_SECONDS // 2, period.end)
    scene = np.where(points < 0, REDEEMED, SIGNED_IN)
    last_day = np.where(points > 0, at // DAY_SECONDS + _VALID_DAYS, -1)
    return Moves(who, at, scene, points, np.full(len(who), -1), last_day)


def within(person: Ints, values: Ints) -> Ints:
    """Return the running sum of each person, whose rows stand together."""
    total = np.cumsum(values)
    starts = np.flatnonzero(np.diff(person, prepend=-1))
    before = np.repeat(total[starts] - values[starts], np.diff(np.append(starts, len(person))))
    return np.asarray(total - before, np.int64)


def _running(moves: Moves) -> Ints:
    return within(moves.person, moves.points) if len(moves.person) else moves.points


def _go_wrong(rng: np.random.Generator, moves: Moves, balance: Ints) -> tuple[Moves, Ints]:
    """Return the movements with what goes wrong in such exports, and the balances as the platform tells them."""
    count = len(moves.person)
    chance = rng.random(count) * 1000
    edges = np.cumsum([0.0, _LOST, _TWICE, _EARLY, _CONTRADICTED, _HELD])
    lost, twice, early, contradicted, held = ((chance >= low) & (chance < high) for low, high in pairwise(edges))
    is_last = np.append(np.diff(moves.person) != 0, True) if count else lost
    early &= is_last & (balance > 20)
    held &= balance > 20
    kept = np.flatnonzero(~lost)
    more = [np.flatnonzero(twice & ~lost), np.flatnonzero(early), np.flatnonzero(held)]
    places = np.concatenate([kept, *more])
    what = np.repeat([0, 0, EXPIRED, FROZEN], [len(kept), *map(len, more)])
    found = moves.take(places)
    points = np.where(what == EXPIRED, -20, np.where(what == FROZEN, -10, found.points))
    told = balance[places] + np.where(what == EXPIRED, -20, 0)
    is_odd = what > 0
    found = Moves(
        found.person, found.at + np.where(is_odd, 30, 0), np.where(is_odd, what, found.scene), points,
        np.where(is_odd, -1, found.order), np.where(is_odd, -1, found.last_day),
    )  # fmt: skip
    _mark_contradicted(found, contradicted[places] & ~is_odd & (found.points > 0))
    return found, told


def _mark_contradicted(moves: Moves, chosen: Flags) -> None:
    moves.points[chosen] = -moves.points[chosen]


def _table(moves: Moves, balance: Ints, others: tuple[pa.Table, pa.Table], period: Period) -> pa.Table:
    persons, orders = others
    person, order = pa.array(moves.person), pa.array(moves.order, mask=moves.order < 0)
    is_up = np.isin(moves.scene, (EARNED, SIGNED_IN))
    way = np.where(moves.scene == FROZEN, 2, np.where(is_up, 0, 1))
    last = moves.last_day
    # One movement has one number, however often it stands there.
    key = np.unique(np.column_stack([moves.at, moves.person, moves.scene, moves.points]), axis=0, return_inverse=True)[
        1
    ]
    who = {
        name: persons["order_phone" if name == "phone" else name].take(person)
        for name in ("member_id", "phone", "account")
    }
    return pa.table(
        {
            **who,
            "log_id": join("P", digits(key.reshape(-1) + 1, 8)),
            "changed_at": moments(period, moves.at),
            "change": pa.array(moves.points),
            "direction": pick(WAYS, way),
            "scene": pick(SCENES, moves.scene),
            "balance_after": pa.array(balance),
            "expires_on": moments(period, np.where(last < 0, -1, last * DAY_SECONDS)).cast(pa.date32()),
            "order_id": orders["order_id"].take(order),
        }
    ).combine_chunks()
