"""The shop's reach beyond its orders: who befriended whom on WeCom, and what each channel cost."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from siyu_cli.demo.behaviour import REGISTERED, Flags, People
from siyu_cli.demo.catalogue import CHANNELS
from siyu_cli.demo.columns import moments, money, pick
from siyu_cli.demo.sales import NEVER
from siyu_cli.demo.seasons import DAY_SECONDS, Floats, Period


def draw_contacts(
    rng: np.random.Generator, people: People, persons: pa.Table, period: Period
) -> tuple[pa.Table, Flags]:
    """Return one row per member and employee who added them, and who is still anybody's friend.

    Most were added by their own employee; those who stopped buying deleted them more often.
    """
    end, last = period.end, persons["last"].to_numpy()
    has_owner = np.asarray(persons["owner"].is_valid())
    first = np.flatnonzero(has_owner & (rng.random(len(people)) < 0.7))
    # Some were added by a second employee: somebody else's.
    second = first[rng.random(len(first)) < 0.06]
    others = first[rng.integers(0, max(len(first), 1), len(second))]
    differs = np.asarray(pc.not_equal(persons["owner"].take(second), persons["owner"].take(others)))
    person = np.concatenate([first, second[differs]])
    employee = np.concatenate([first, others[differs]])
    added = people.joined[person] + rng.exponential(2.0 * DAY_SECONDS, len(person)).astype(np.int64)
    silent = end - np.maximum(last, people.joined)[person]
    leaves = rng.random(len(person)) < np.where(silent > 180 * DAY_SECONDS, 0.2, 0.05)
    since = np.maximum(added, last[person])
    deleted = np.where(leaves, since + (rng.random(len(person)) * (end - since)).astype(np.int64), NEVER)
    happened = added <= end
    person, employee, added, deleted = (values[happened] for values in (person, employee, added, deleted))
    by_time = np.lexsort((employee, person, added))
    person, employee, added, deleted = (values[by_time] for values in (person, employee, added, deleted))
    table = pa.table(
        {
            **{name: persons[name].take(pa.array(person)) for name in ("member_id", "phone", "account", "name")},
            "owner": persons["owner"].take(pa.array(employee)),
            "added_at": moments(period, added),
            "deleted_at": moments(period, deleted),
        }
    )
    is_friend = np.bincount(person[deleted == NEVER], minlength=len(people)) > 0
    return table.combine_chunks(), is_friend


def draw_channel_costs(rng: np.random.Generator, people: People, period: Period) -> pa.Table:
    """Return what each channel cost in each month.

    Every new member costs about what their channel costs, dearer month by month.
    """
    day = np.datetime64(period.opening, "D") + np.arange(period.days)
    months, month_of_day = np.unique(day.astype("datetime64[M]"), return_inverse=True)
    registered = people.standing == REGISTERED
    cell = month_of_day[people.joined[registered] // DAY_SECONDS] * len(CHANNELS) + people.channel[registered]
    joined = np.bincount(cell, minlength=len(months) * len(CHANNELS))
    dearer: Floats = np.repeat(np.linspace(0.85, 1.25, len(months)), len(CHANNELS))

    def cost(unit: list[float]) -> Any:
        noise = rng.lognormal(0.0, 0.12, len(joined))
        return money(np.round(joined * np.tile(unit, len(months)) * dearer * noise).astype(np.int64) * 100)

    # From a source of its own, so that nothing else is drawn otherwise: messages to who joined, a yuan or so each.
    told = np.random.default_rng([len(joined), int(joined.sum())]).lognormal(0.0, 0.2, len(joined))
    contact = money(np.round(joined * dearer * told).astype(np.int64) * 100)
    names = np.tile(np.arange(len(CHANNELS)), len(months))
    return pa.table(
        {
            "month": pa.array(np.repeat(months.astype(str), len(CHANNELS)), pa.string()),
            "source_channel": pick([channel.name for channel in CHANNELS], names),
            "advertising": cost([channel.advertising for channel in CHANNELS]),
            "promotion": cost([channel.promotion for channel in CHANNELS]),
            "contact": contact,
        }
    )
