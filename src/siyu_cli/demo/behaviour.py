"""Who joins when, how often they buy and when they stop: every member with rates of their own.

The shape is Pareto/NBD's: purchase rates are gamma over members, lifetimes exponential with gamma rates; on
top of it demand moves with the seasons, some members keep a steadier rhythm, some buy only at campaigns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siyu_cli.demo.catalogue import CHANNELS, REFERRAL
from siyu_cli.demo.seasons import DAY_SECONDS, Floats

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

REGISTERED, UNREGISTERED, GUEST = 0, 1, 2

_MEAN_RATE = 1 / 60  # purchases per ordinary day while a member stays
_RATE_SHAPE = 0.62
_LIFE_SHAPE = 0.85
_LIFE_SCALE_DAYS = 130.0
_STRANGER_SHARE = 0.14
_GUEST_SHARE = 0.65  # of the strangers
_REFERRAL_WINDOW_SECONDS = 300 * DAY_SECONDS
# 0:00 to 22:59, so that somebody who joins late in the evening can still buy that day.
_HOURS = np.array([4, 2, 1, 0.4, 0.4, 1, 2, 4, 8, 12, 16, 16, 14, 12, 12, 12, 12, 12, 12, 16, 20, 20, 14])


@dataclass(frozen=True)
class People:
    """Everybody who ever came, by the time they joined; times are seconds since the opening's midnight."""

    standing: Ints  # REGISTERED, UNREGISTERED (orders, but in no members export) or GUEST
    channel: Ints  # index into CHANNELS
    inviter: Ints  # index into People, -1 where nobody did
    joined: Ints
    first_day: Ints  # day of the first purchase, -1 for those who never bought
    last_day: Ints  # last day on which they could still buy
    rate: Floats
    beat: Ints  # 1: purchases at random, 3: a steady rhythm
    waits: Flags  # buys mostly at campaigns
    spend: Floats  # usual order value in yuan
    offline: Floats  # share of their orders made in a store, 0 for those who belong to none
    refunds: Floats  # leaning to ask for refunds, 1 on average

    def __len__(self) -> int:
        return len(self.standing)


def seconds_of_day(rng: np.random.Generator, count: int) -> Ints:
    """Return ``count`` times of day in seconds, before 23:00, with the peaks of a shop's day."""
    edges = np.concatenate([[0.0], np.cumsum(_HOURS / _HOURS.sum())])
    return (np.interp(rng.random(count), edges, np.arange(len(edges))) * 3600).astype(np.int64)


def _join_times(rng: np.random.Generator, count: int, demand: Floats) -> Ints:
    """More join as the shop grows, and when it is busy."""
    days = demand.shape[1]
    weights = (1 + 2.2 * np.arange(days) / days) * np.sqrt(demand[0])
    edges = np.concatenate([[0.0], np.cumsum(weights)])
    day = np.searchsorted(edges, rng.random(count) * edges[-1], side="right") - 1
    return np.sort(day * DAY_SECONDS + seconds_of_day(rng, count))


def _channels(rng: np.random.Generator, joined: Ints, days: int) -> Ints:
    """The mix of channels moves from the early one to the late one over the shop's life."""
    mixes = np.array([[c.early_weight, c.late_weight] for c in CHANNELS]).T
    early, late = (rng.choice(len(CHANNELS), len(joined), p=mix / mix.sum()) for mix in mixes)
    return np.where(rng.random(len(joined)) < joined / (days * DAY_SECONDS), late, early)


def _inviters(rng: np.random.Generator, standing: Ints, channel: Ints, joined: Ints) -> Ints:
    """Give referred members somebody who joined before them: a few invite many, most invite nobody."""
    count = len(joined)
    keen = (standing == REGISTERED) & (rng.random(count) < 0.3)
    weight = np.concatenate([[0.0], np.cumsum(np.where(keen, rng.gamma(0.6, 1.0, count), 0.0))])
    referral = next(i for i, c in enumerate(CHANNELS) if c.name == REFERRAL)
    invited = np.flatnonzero((channel == referral) & (standing == REGISTERED))
    upper = np.searchsorted(joined, joined[invited], side="left")
    lower = np.searchsorted(joined, joined[invited] - _REFERRAL_WINDOW_SECONDS, side="left")
    target = weight[lower] + rng.random(len(invited)) * (weight[upper] - weight[lower])
    inviter = np.full(count, -1, dtype=np.int64)
    # A target in (weight[j], weight[j + 1]] is person j's; the bound holds it below the invitee's own place.
    found = np.minimum(np.searchsorted(weight, target, side="left") - 1, upper - 1)
    has_weight = weight[upper] > weight[lower]
    inviter[invited[has_weight]] = np.maximum(found[has_weight], lower[has_weight])
    return inviter


def _first_days(rng: np.random.Generator, standing: Ints, joined: Ints, buy_share: Floats, days: int) -> Ints:
    count = len(joined)
    at_once = (rng.random(count) < 0.62) | (standing != REGISTERED)
    lag = np.where(at_once, 0, 1 + rng.exponential(26.0, count).astype(np.int64))
    day = joined // DAY_SECONDS + lag
    buys = (rng.random(count) < buy_share) | (standing != REGISTERED)
    return np.where(buys & (day < days), day, -1)


def draw_people(rng: np.random.Generator, members: int, demand: Floats) -> People:
    """Return ``members`` registered people and the strangers who bought beside them, in order of joining."""
    days = demand.shape[1]
    strangers = round(members * _STRANGER_SHARE)
    count = members + strangers
    standing = np.zeros(count, dtype=np.int64)
    kinds = np.where(rng.random(strangers) < _GUEST_SHARE, GUEST, UNREGISTERED)
    standing[rng.permutation(count)[:strangers]] = kinds
    joined = _join_times(rng, count, demand)
    channel = _channels(rng, joined, days)
    inviter = _inviters(rng, standing, channel, joined)
    is_referred = inviter >= 0

    facts = np.array([[c.buy_share, c.loyalty, c.spend] for c in CHANNELS])[channel]
    first_day = _first_days(rng, standing, joined, facts[:, 0] + 0.06 * is_referred, days)
    rate = rng.gamma(_RATE_SHAPE, _MEAN_RATE / _RATE_SHAPE, count) * facts[:, 1] * (1 + 0.3 * is_referred)
    rate[standing == GUEST] = 0.0
    leaving = rng.gamma(_LIFE_SHAPE, 1 / _LIFE_SCALE_DAYS, count)
    stays = np.minimum(rng.exponential(1.0, count) / np.maximum(leaving, 1e-9), days).astype(np.int64)
    in_store = np.where(channel == 0, 0.75, 0.2)
    offline = rng.beta(4 * in_store, 4 * (1 - in_store))
    return People(
        standing=standing,
        channel=channel,
        inviter=inviter,
        joined=joined,
        first_day=first_day,
        last_day=np.minimum(first_day + stays, days - 1),
        rate=np.minimum(rate, 0.25),
        beat=np.where(rng.random(count) < 0.35, 3, 1),
        waits=rng.random(count) < 0.14,
        spend=150.0 * 2.6 / rng.gamma(3.6, 1.0, count) * facts[:, 2] * (1 + 0.08 * is_referred),
        offline=np.where(rng.random(count) < 0.15 + 0.75 * offline, offline, 0.0),
        refunds=rng.gamma(0.6, 1 / 0.6, count),
    )


def draw_purchases(rng: np.random.Generator, people: People, demand: Floats) -> tuple[Ints, Ints]:
    """Return who buys on which day, as two arrays sorted by person and day; a day may come up twice.

    Purchases after the first are a Poisson process in seasonal time. A steady member's is three times as
    dense and keeps every third arrival, which gives Erlang gaps at the same rate.
    """
    edges = np.concatenate([np.zeros((2, 1)), np.cumsum(demand, axis=1)], axis=1)
    curve = people.waits.astype(np.int64)
    buyers = np.flatnonzero(people.first_day >= 0)
    start = edges[curve[buyers], people.first_day[buyers] + 1]
    span = edges[curve[buyers], people.last_day[buyers] + 1] - start
    arrivals = rng.poisson(people.rate[buyers] * people.beat[buyers] * np.maximum(span, 0.0))

    who = np.repeat(np.arange(len(buyers)), arrivals)
    # One sort orders everybody's arrivals: whole part the buyer, fraction the place in their own span.
    placed = np.sort(who + rng.random(len(who)))
    position = np.arange(len(who)) - np.repeat(np.cumsum(arrivals) - arrivals, arrivals)
    beat = people.beat[buyers][who]
    kept = position % beat == beat - 1
    who, moment = who[kept], start[who[kept]] + (placed - who)[kept] * span[who[kept]]

    again = buyers[who]
    later = np.empty(len(who), dtype=np.int64)
    for index in (0, 1):
        here = curve[again] == index
        later[here] = np.searchsorted(edges[index], moment[here], side="right") - 1
    person = np.concatenate([buyers, again])
    day = np.concatenate([people.first_day[buyers], np.minimum(later, people.last_day[again])])
    order = np.argsort(person * demand.shape[1] + day, kind="stable")
    return person[order], day[order]
