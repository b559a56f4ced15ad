"""The levels of the demo shop: a row for every rise and fall by what was spent, and what goes wrong in such logs."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from siyu_cli.demo.behaviour import REGISTERED, Ints, People
from siyu_cli.demo.catalogue import LEVELS
from siyu_cli.demo.columns import moments, pick
from siyu_cli.demo.points import within
from siyu_cli.demo.sales import NEVER, Sales
from siyu_cli.demo.seasons import DAY_SECONDS, Period

_REASONS = ("自动升级", "自动降级", "人工调整", "付费开通")
_UP, _DOWN, _BY_HAND, _PAID = range(4)
# What goes wrong, of every thousand rows: lost, exported twice, without the level after it.
_LOST, _TWICE, _BLANK = 4.0, 4.0, 2.0
# And of every thousand members: lifted by hand, or for money, whatever they spent.
_LIFTED, _BOUGHT = 6.0, 4.0


def draw_levels(rng: np.random.Generator, people: People, sales: Sales, persons: pa.Table, period: Period) -> pa.Table:
    """Return one row per change of a registered member's level, by the time it happened.

    The rule is that of the members' export: all that was spent, less what went back. Some members were lifted by
    hand or paid for it; some rows are lost, there twice, or do not say the level.
    """
    person, at, before, after = _changes(people, sales, period)
    reason = np.where(after > before, _UP, _DOWN)
    lifted = _lifted(rng, people, period)
    person, at, before, after, reason = (
        np.concatenate(pair) for pair in zip((person, at, before, after, reason), lifted, strict=True)
    )
    chance = rng.random(len(person)) * 1000
    kept = np.flatnonzero(chance >= _LOST)
    twice = np.flatnonzero((chance >= _LOST) & (chance < _LOST + _TWICE))
    is_blank = (chance >= _LOST + _TWICE) & (chance < _LOST + _TWICE + _BLANK)
    places = np.concatenate([kept, twice])
    places = places[np.lexsort((places, person[places], at[places]))]
    names = [name for _, name in LEVELS]
    who = pa.array(person[places])
    until = np.where(reason == _PAID, at + 365 * DAY_SECONDS, -1)[places]
    level_to = pick(names, after[places]).to_pylist()
    blank = is_blank[places].tolist()
    return pa.table(
        {
            **{
                name: persons["order_phone" if name == "phone" else name].take(who)
                for name in ("member_id", "phone", "account")
            },
            "changed_at": moments(period, at[places]),
            "level_from": pick(names, before[places]),
            "level_to": pa.array(
                [None if gone else name for name, gone in zip(level_to, blank, strict=True)], pa.string()
            ),
            "reason": pick(_REASONS, reason[places]),
            "valid_until": moments(period, until).cast(pa.date32()),
        }
    ).combine_chunks()


def _changes(people: People, sales: Sales, period: Period) -> tuple[Ints, Ints, Ints, Ints]:
    """Return whose level changed when, from which to which, by what they had spent."""
    is_members = (people.standing == REGISTERED)[sales.person] & sales.is_purchase
    bought = np.flatnonzero(is_members)
    returned = np.flatnonzero(is_members & (sales.refunded_amount > 0) & (sales.refunded != NEVER))
    person = np.concatenate([sales.person[bought], sales.person[returned]])
    at = np.concatenate([sales.paid[bought] + 90, sales.refunded[returned] + 90])
    fen = np.concatenate([sales.paid_amount[bought], -sales.refunded_amount[returned]])
    order = np.lexsort((np.concatenate([bought, returned]), at, person))
    person, at, fen = person[order], at[order], fen[order]
    if not len(person):
        return person, at, person, person
    level = np.searchsorted([100 * lowest for lowest, _ in LEVELS], within(person, fen), side="right") - 1
    level = np.maximum(level, 0)
    before = np.where(np.diff(person, prepend=-1) != 0, 0, np.roll(level, 1))
    changed = (before != level) & (at <= period.end)
    return person[changed], at[changed], before[changed], level[changed]


def _lifted(rng: np.random.Generator, people: People, period: Period) -> tuple[Ints, ...]:
    """Return who was lifted to the second level or higher by hand or for money, late in the period."""
    chance = rng.random(len(people)) * 1000
    who = np.flatnonzero((people.standing == REGISTERED) & (chance < _LIFTED + _BOUGHT))
    reason = np.where(chance[who] < _LIFTED, _BY_HAND, _PAID)
    at = period.end - rng.integers(1, 60 * DAY_SECONDS, len(who))
    who, reason, at = (column[at > people.joined[who]] for column in (who, reason, at))
    return who, at, np.zeros(len(who), np.int64), np.where(reason == _PAID, 2, 1), reason
