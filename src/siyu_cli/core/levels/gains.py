"""What counts towards levels under a rule: gains and losses of members, from orders, refunds, points and joining."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from siyu_cli.core.levels.rules import Ints, LevelRule
from siyu_cli.core.levels.standing import Gains, Losses, key_of
from siyu_cli.core.points.replay import hundredths
from siyu_cli.engines.step import Params, step

if TYPE_CHECKING:
    import pyarrow as pa

    from siyu_cli.engines.protocol import Engine

_ONE = 100  # an order, in hundredths


@dataclass(frozen=True)
class Bought:
    """Orders and what was given back of them, by member and day; members are numbered, amounts are hundredths."""

    orders: Gains
    refunds: Losses


def read_bought(engine: Engine, params: Params, members: pa.Array) -> Bought:
    """Return every order of which something was paid, and refunds; returns of no known order are of the latest."""
    for name in ("level_orders", "level_refunds"):
        engine.run(step(name), params)
    orders = engine.read("level_orders", ("member_id", "ordered_on", "order_id"))
    refunds = engine.read("level_refunds", ("member_id", "lost_on", "order_id"))
    engine.drop("level_orders", "level_refunds")
    member, day = _places(orders["member_id"], members), _days(orders["ordered_on"])
    paid = hundredths(orders["paid_amount"].combine_chunks())
    lost_member, lost_on = _places(refunds["member_id"], members), _days(refunds["lost_on"])
    amount = hundredths(refunds["refunded_amount"].combine_chunks())
    is_sale = paid > 0
    place = _matched(
        (refunds["member_id"], refunds["order_id"]), (orders["member_id"], orders["order_id"]), np.arange(len(paid))
    )
    place_of_sale = np.cumsum(is_sale) - 1
    has_order = (place >= 0) & is_sale[place] if len(paid) else np.zeros(len(place), bool)
    sales = Gains(member[is_sale], day[is_sale], paid[is_sale])
    known = Losses(place_of_sale[place[has_order]], lost_on[has_order], amount[has_order])
    is_stray = paid < 0
    strays = (member[is_stray], day[is_stray], -paid[is_stray])
    loose = (lost_member[~has_order], lost_on[~has_order], amount[~has_order])
    return Bought(sales, _spread(sales, known, [np.concatenate(pair) for pair in zip(strays, loose, strict=True)]))


def gains_of(rule: LevelRule, bought: Bought, joined: Ints, has_joined: np.ndarray) -> tuple[Gains, Losses]:
    """Return what counts by net sales, orders, days with orders, or growth; points are ``read_points``."""
    if rule.metric == "net_sales":
        return bought.orders, bought.refunds
    orders = Gains(bought.orders.member, bought.orders.day, np.full(len(bought.orders), _ONE))
    lost = _given_back(bought)
    if rule.metric == "order_count":
        return orders, lost
    if rule.metric == "order_days":
        return _by_day(orders, lost)
    return _growth(rule, bought, (orders, lost), (joined, has_joined))


def read_points(engine: Engine, params: Params, members: pa.Array) -> tuple[Gains, Losses]:
    """Return points earned, and taken back of the order they were earned for, else of the latest earned before."""
    engine.run(step("level_points"), params)
    rows = engine.read("level_points", ("member_id", "changed_on", "order_id", "change"))
    engine.drop("level_points")
    member, day = _places(rows["member_id"], members), _days(rows["changed_on"])
    units = hundredths(rows["change"].combine_chunks())
    is_gain = (units > 0) & (member >= 0)
    is_loss = (units < 0) & (member >= 0)
    gains = Gains(member[is_gain], day[is_gain], units[is_gain])
    import pyarrow as pa

    earned, taken = rows.filter(pa.array(is_gain)), rows.filter(pa.array(is_loss))
    place = _matched(
        (taken["member_id"], taken["order_id"]), (earned["member_id"], earned["order_id"]), np.arange(len(gains))
    )
    is_known = place >= 0
    lost = (member[is_loss], day[is_loss], -units[is_loss])
    known = Losses(place[is_known], lost[1][is_known], lost[2][is_known])
    return gains, _spread(gains, known, [column[~is_known] for column in lost])


def _places(ids: Any, members: pa.Array) -> Ints:
    import pyarrow.compute as pc

    found = pc.fill_null(pc.index_in(ids.combine_chunks(), members), -1)
    return np.asarray(found.to_numpy(zero_copy_only=False), np.int64)


def _days(dates: Any) -> Ints:
    import pyarrow as pa

    return np.asarray(dates.combine_chunks().cast(pa.int32()).to_numpy(zero_copy_only=False), np.int64)


def _matched(wanted: Sequence[Any], known: Sequence[Any], places: Ints) -> Ints:
    """Return for each pair of keys the place of the same pair among the known ones, −1 where there is none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not len(places) or not len(wanted[0]):
        return np.full(len(wanted[0]), -1)
    codes = [
        pc.dictionary_encode(pa.chunked_array([*left.chunks, *right.chunks], left.type)).combine_chunks()
        for left, right in zip(wanted, known, strict=True)
    ]
    numbers = [
        pc.fill_null(code.indices if isinstance(code, pa.DictionaryArray) else code.chunk(0).indices, -1)
        .to_numpy(zero_copy_only=False)
        .astype(np.int64)
        for code in codes
    ]
    is_told = (numbers[0] >= 0) & (numbers[1] >= 0)
    pair = np.where(is_told, numbers[0] * (numbers[1].max() + 2) + numbers[1], -1)
    asked, given = pair[: len(wanted[0])], pair[len(wanted[0]) :]
    order = np.argsort(given, kind="stable")
    at = np.searchsorted(given[order], asked)
    is_there = (at < len(given)) & (asked >= 0)
    found = order[np.minimum(at, len(given) - 1)]
    return np.where(is_there & (given[found] == asked), places[found], -1)


def _spread(gains: Gains, known: Losses, loose: Sequence[Ints]) -> Losses:
    """Return losses, none larger than its gain; one of no gain that is known is taken from the latest before."""
    order = np.lexsort((known.day, known.gain))
    gain, day, units = known.gain[order], known.day[order], known.units[order]
    starts = np.flatnonzero(np.diff(gain, prepend=-1))
    total = np.cumsum(units)
    before = total - units
    first = np.repeat(before[starts], np.diff(np.append(starts, len(gain)))) if len(gain) else before
    most = gains.units[gain]
    taken = np.clip(most - (before - first), 0, units)
    columns = [[gain], [day], [taken]]
    if len(loose[0]):
        rest = gains.units.copy()
        np.subtract.at(rest, gain, taken)
        for column, more in zip(columns, _from_latest(gains, rest, loose), strict=True):
            column.append(more)
    found = Losses(*(np.concatenate(column) for column in columns))
    is_felt = found.units > 0
    return Losses(found.gain[is_felt], found.day[is_felt], found.units[is_felt])


def _from_latest(gains: Gains, rest: Ints, loose: Sequence[Ints]) -> tuple[Ints, Ints, Ints]:
    """Return loose losses taken from what is left of a member's gains, the latest on or before their day first."""
    keys = key_of(gains.member, gains.day)
    order = np.argsort(keys, kind="stable")
    sorted_keys = keys[order]
    found: list[tuple[int, int, int]] = []
    for place in np.lexsort((loose[2], loose[1], loose[0])).tolist():
        member, day, units = (int(column[place]) for column in loose)
        at = int(np.searchsorted(sorted_keys, key_of(np.array(member), np.array(day)), "right")) - 1
        while units and at >= 0 and gains.member[order[at]] == member:
            gain = int(order[at])
            taken = min(units, int(rest[gain]))
            if taken:
                rest[gain] -= taken
                units -= taken
                found.append((gain, day, taken))
            at -= 1
    columns = np.array(found, np.int64).reshape(-1, 3)
    return columns[:, 0], columns[:, 1], columns[:, 2]


def _given_back(bought: Bought) -> Losses:
    """Return the orders of which nothing is left, each on the day its last part went back."""
    count = len(bought.orders)
    lost, last = np.zeros(count, np.int64), np.full(count, -(1 << 40))
    np.add.at(lost, bought.refunds.gain, bought.refunds.units)
    np.maximum.at(last, bought.refunds.gain, bought.refunds.day)
    gain = np.flatnonzero((lost >= bought.orders.units) & (lost > 0))
    return Losses(gain, last[gain], np.full(len(gain), _ONE))


def _by_day(orders: Gains, lost: Losses) -> tuple[Gains, Losses]:
    """Return days with orders: a day counts once, and no longer once all its orders went back."""
    keys, first, day_of_order = np.unique(key_of(orders.member, orders.day), return_index=True, return_inverse=True)
    days = Gains(orders.member[first], orders.day[first], np.full(len(keys), _ONE))
    place = day_of_order[lost.gain]
    count = np.bincount(day_of_order, minlength=len(keys))
    gone = np.bincount(place, minlength=len(keys))
    last = np.full(len(keys), -(1 << 40))
    np.maximum.at(last, place, lost.day)
    ended = np.flatnonzero((gone == count) & (count > 0))
    return days, Losses(ended, last[ended], np.full(len(ended), _ONE))


def _growth(
    rule: LevelRule, bought: Bought, orders: tuple[Gains, Losses], joining: tuple[Ints, np.ndarray]
) -> tuple[Gains, Losses]:
    """Return growth: for each yuan, for each order, for joining."""
    rate = float(rule.growth_per_yuan)
    joined, has_joined = joining
    who = np.flatnonzero(has_joined)
    counted, lost = orders
    each, welcome = int(rule.growth_per_order * _ONE), int(rule.growth_on_joining * _ONE)
    by_yuan = np.floor(bought.orders.units * rate + 0.5).astype(np.int64)
    refunded = np.floor(bought.refunds.units * rate + 0.5).astype(np.int64)
    parts = [
        (bought.orders.member, bought.orders.day, by_yuan),
        (counted.member, counted.day, np.full(len(counted), each)),
        (who, joined[who], np.full(len(who), welcome)),
    ]
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    gains = Gains(columns[0], columns[1], columns[2])
    losses = Losses(
        np.concatenate([bought.refunds.gain, lost.gain + len(bought.orders)]),
        np.concatenate([bought.refunds.day, lost.day]),
        np.concatenate([refunded, np.full(len(lost.gain), each)]),
    )
    return gains, _spread(gains, losses, [np.zeros(0, np.int64)] * 3)
