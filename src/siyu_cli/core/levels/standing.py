"""What every member's figure is on any day: a step for what comes in, one for what is given back or leaves.

An order adds to the figure from the day it was paid to the last day its window holds it; a refund takes its part away
from its own day to that same last day, so that it leaves with its order. A figure is then a sum of steps, whatever the
window: one sort of the steps, one search a look-up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siyu_cli.core.levels.rules import NEVER, Ints, LevelRule

Flags = NDArray[np.bool_]
_DAYS = 1 << 22  # more than there are days: member and day are one number


@dataclass(frozen=True)
class Gains:
    """What counts towards a level: whose (members numbered from 0), when, how many hundredths."""

    member: Ints
    day: Ints
    units: Ints

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.day)


@dataclass(frozen=True)
class Losses:
    """What was given back: of the gain of which place, when, how many hundredths."""

    gain: Ints
    day: Ints
    units: Ints


@dataclass(frozen=True)
class Standing:
    """The figures of all members: steps by member and day, and the days on which one rose or a refund lowered it."""

    step_keys: Ints
    totals: Ints
    event_keys: Ints
    is_loss: Flags
    members: int

    def figures(self, member: Ints, day: Ints) -> Ints:
        """Return each member's figure at the end of a day, in hundredths, never below 0."""
        keys = key_of(member, day)
        places = np.searchsorted(self.step_keys, keys, "right")
        starts = np.searchsorted(self.step_keys, member * _DAYS, "left")
        return np.asarray(np.maximum(self.totals[places] - self.totals[starts], 0))


def key_of(member: Ints, day: Ints) -> Ints:
    """Return member and day as one number that sorts by both."""
    return member * _DAYS + day + (_DAYS >> 1)


def member_of(keys: Ints) -> Ints:
    """Return the members of keys."""
    return keys // _DAYS


def day_of(keys: Ints) -> Ints:
    """Return the days of keys."""
    return keys % _DAYS - (_DAYS >> 1)


def standing_of(rule: LevelRule, gains: Gains, losses: Losses, joined: Ints) -> Standing:
    """Return the figures under a rule; ``joined`` is the day each member joined, for windows of anniversaries."""
    leaves = rule.leaves_after(gains.day, joined[gains.member])
    who = gains.member[losses.gain]
    lost_on = np.maximum(losses.day, gains.day[losses.gain])
    is_felt = lost_on <= leaves[losses.gain]
    who, lost_on, lost = who[is_felt], lost_on[is_felt], losses.units[is_felt]
    gone_on = leaves[losses.gain][is_felt] + 1
    keys = np.concatenate([key_of(gains.member, gains.day), key_of(who, lost_on), *(
        [] if rule.window == "lifetime" else [key_of(gains.member, leaves + 1), key_of(who, gone_on)]
    )])  # fmt: skip
    units = np.concatenate([gains.units, -lost, *([] if rule.window == "lifetime" else [-gains.units, lost])])
    order = np.argsort(keys, kind="stable")
    totals = np.concatenate([[0], np.cumsum(units[order])])
    loss_keys = np.unique(key_of(who, lost_on)[lost > 0])
    event_keys = np.unique(np.concatenate([key_of(gains.member, gains.day)[gains.units > 0], loss_keys]))
    return Standing(keys[order], totals, event_keys, np.isin(event_keys, loss_keys), len(joined))


assert NEVER + 1 < _DAYS >> 1
