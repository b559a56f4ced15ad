"""What a rule comes to: who stands in which tier, what the tiers cost, who moves under another, all else unchanged."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from siyu_cli.core.levels.gains import Bought
from siyu_cli.core.levels.replay import LevelLog, replay_levels
from siyu_cli.core.levels.rules import Ints, LevelRule
from siyu_cli.core.levels.standing import Flags, Gains, Losses, Standing, standing_of

YEAR_DAYS = 365


@dataclass(frozen=True)
class Replay:
    """A rule replayed to a day: the log, and every member's level and its last day then (``NEVER``: none)."""

    rule: LevelRule
    standing: Standing
    log: LevelLog
    level: Ints
    valid_until: Ints
    as_of: int

    @property
    def is_in_grace(self) -> Flags:
        """Return whether each member's level is past its last day."""
        return (self.level > 0) & (self.valid_until < self.as_of)


@dataclass(frozen=True)
class PointWorth:
    """What a point costs the shop: money it buys, and the share of points that is spent in the end."""

    value: float = 0.0
    rate: float = 1.0


def replay_rule(rule: LevelRule, counted: tuple[Gains, Losses], joined: Ints, as_of: int) -> Replay:
    """Return a rule replayed on what counts under it."""
    standing = standing_of(rule, *counted, joined)
    log = replay_levels(rule, standing, as_of)
    everybody = np.arange(len(joined))
    level, valid = log.levels_on(everybody, np.full(len(joined), as_of))
    return Replay(rule, standing, log, level, valid, as_of)


def tier_costs(replay: Replay, bought: Bought, chosen: Flags, since: int, worth: PointWorth) -> list[float]:
    """Return what each tier's benefits cost from a day to that of the replay, for chosen members, in money.

    An order enjoys the level of the end of the day before: discount × paid, the points above one for one, shipping;
    a gift is spread over the days its members were in the tier.
    """
    orders = bought.orders
    is_counted = (orders.day >= since) & (orders.day <= replay.as_of) & chosen[orders.member]
    member, day, paid = orders.member[is_counted], orders.day[is_counted], orders.units[is_counted] / 100
    level, _ = replay.log.levels_on(member, day - 1)
    count = len(replay.rule.tiers)
    sales, orders_of = np.bincount(level, paid, count), np.bincount(level, minlength=count)
    years = days_in_tiers(replay, chosen, since) / YEAR_DAYS
    return [
        float(tier.discount) * sales[place]
        + (float(tier.multiplier) - 1) * sales[place] * float(replay.rule.points_per_yuan) * worth.value * worth.rate
        + float(tier.gift) * years[place]
        + float(tier.shipping) * orders_of[place]
        for place, tier in enumerate(replay.rule.tiers)
    ]


def days_in_tiers(replay: Replay, chosen: Flags, since: int) -> np.ndarray:
    """Return how many days chosen members spent in each tier from a day to that of the replay."""
    count, log = len(replay.rule.tiers), replay.log
    who = np.flatnonzero(chosen)
    before, _ = log.levels_on(who, np.full(len(who), since - 1))
    total = np.bincount(before, minlength=count) * float(replay.as_of - since + 1)
    entries = log.take((log.day >= since) & chosen[log.member])
    left = (replay.as_of - entries.day + 1).astype(np.float64)
    return total + np.bincount(entries.level_to, left, count) - np.bincount(entries.level_from, left, count)


def moves(now: Replay, proposed: Replay, chosen: Flags, sales: Ints) -> list[dict[str, Any]]:
    """Return how many of the chosen go from which tier to which, those who stay among them, with their sales."""
    count = len(proposed.rule.tiers)
    pair = (now.level * count + proposed.level)[chosen]
    members = np.bincount(pair)
    net = np.zeros(len(members), np.int64)
    np.add.at(net, pair, sales[chosen])
    return [
        {
            "level_from": now.rule.tiers[place // count].name,
            "level_to": proposed.rule.tiers[place % count].name,
            "members": int(members[place]),
            "net_sales_365d": Decimal(int(net[place])) / 100,
        }
        for place in np.flatnonzero(members).tolist()
    ]


def reached_on(log: LevelLog, members: int) -> Ints:
    """Return the day each member last rose, −1 for nobody who did."""
    found = np.full(members, -1)
    risen = log.take(log.level_to > log.level_from)
    found[risen.member] = risen.day
    return found


def last_fall(log: LevelLog, members: int) -> Ints:
    """Return the place of the entry by which each member last fell, −1 where there is none."""
    found = np.full(members, -1)
    fallen = np.flatnonzero(log.level_to < log.level_from)
    found[log.member[fallen]] = fallen
    return found
