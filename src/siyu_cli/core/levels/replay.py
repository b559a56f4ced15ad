"""Levels replayed event by event: who rose, kept, fell, and why, for all members at once.

A level depends on what was decided before, so no window of SQL says it. Each round takes the next thing that happens to
every member still open (a rise, a refund that is rechecked, a review, the end of grace) as columns of numbers, so there
are as many rounds as the longest log has entries. Only members who ever reach a level are taken up: some 50 bytes for
each step of their figure and 12 for each day they bought and level.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from siyu_cli.core.levels.rules import NEVER, Ints, LevelRule
from siyu_cli.core.levels.standing import Flags, Standing, day_of, key_of, member_of

WHYS = ("up", "kept", "kept_in_grace", "down", "refund")
UP, KEPT, KEPT_IN_GRACE, DOWN, REFUND = range(5)


@dataclass(frozen=True)
class LevelLog:
    """Every change and renewal, by member and day: which level before and after, why, the figure of that day."""

    member: Ints
    day: Ints
    level_from: Ints
    level_to: Ints
    why: Ints
    figure: Ints
    valid_until: Ints

    def __len__(self) -> int:
        """Return how many entries it has."""
        return len(self.day)

    def take(self, places: Ints | Flags) -> Self:
        """Return some entries, in the order given."""
        return type(self)(*(getattr(self, field.name)[places] for field in fields(self)))

    def levels_on(self, member: Ints, day: Ints) -> tuple[Ints, Ints]:
        """Return the level of each member at the end of a day, and until when it is valid (``NEVER``: no level)."""
        if not len(self):
            return np.zeros(len(member), np.int64), np.full(len(member), NEVER)
        places = np.searchsorted(key_of(self.member, self.day), key_of(member, day), "right") - 1
        is_own = (places >= 0) & (self.member[places] == member)
        return np.where(is_own, self.level_to[places], 0), np.where(is_own, self.valid_until[places], NEVER)


def replay_levels(rule: LevelRule, standing: Standing, as_of: int) -> LevelLog:
    """Return what happened to levels by a day, under a rule."""
    reached, kept = rule.thresholds()
    events = _events(standing, reached, kept, as_of)
    players = _Players(rule, standing, events, as_of, (reached, kept))
    while players.play():
        pass
    return players.log()


@dataclass(frozen=True)
class _Events:
    """The days on which a figure rose or fell by a refund, of those who ever reach a level, and what comes next.

    ``rise[level]`` is at each place the first place from there whose figure earns more than that level; ``keep`` the
    first that keeps it, ``fall`` the first refund below what reaches and keeps it. Places may be another member's.
    """

    keys: Ints
    rise: tuple[Ints, ...]
    keep: tuple[Ints, ...]
    fall: tuple[Ints, ...]


def _events(standing: Standing, reached: Ints, kept: Ints, as_of: int) -> _Events:
    keys = standing.event_keys
    figures = standing.figures(member_of(keys), day_of(keys))
    earned = np.searchsorted(reached, figures, "right") - 1
    is_player = np.zeros(standing.members, bool)
    is_player[member_of(keys)[earned > 0]] = True
    chosen = is_player[member_of(keys)] & (day_of(keys) <= as_of)
    keys, figures, earned, is_loss = keys[chosen], figures[chosen], earned[chosen], standing.is_loss[chosen]
    levels = range(len(reached))
    return _Events(
        keys,
        tuple(_next(earned > level) for level in levels),
        tuple(_next(figures >= kept[level]) for level in levels),
        tuple(_next(is_loss & (figures < min(reached[level], kept[level]))) for level in levels),
    )


def _next(is_one: Flags) -> Ints:
    """Return at each place the first place from there on that is one; the last entry and where none is: the length."""
    count = len(is_one)
    places = np.full(count + 1, count, np.int32)
    places[:count][is_one] = np.flatnonzero(is_one)
    return np.minimum.accumulate(places[::-1])[::-1]


class _Players:
    """The members who are still open: their level, until when it holds, which levels they held on the way up."""

    def __init__(
        self, rule: LevelRule, standing: Standing, events: _Events, as_of: int, thresholds: tuple[Ints, Ints]
    ) -> None:
        self.rule, self.standing, self.events, self.as_of = rule, standing, events, as_of
        self.reached, self.kept = thresholds
        self.member = np.unique(member_of(events.keys))
        count = len(self.member)
        self.seen_on = np.full(count, -NEVER)
        self.level, self.held = np.zeros(count, np.int64), np.zeros(count, np.int64)
        self.valid = np.full(count, NEVER)
        self.in_grace = np.zeros(count, bool)
        self.entries: list[LevelLog] = []

    def play(self) -> bool:
        """Let the next thing happen to everybody; return whether anybody is open afterwards."""
        rise, fall, keep = self._ahead()
        is_level = self.level > 0
        ends = np.where(is_level, self.valid + np.where(self.in_grace, self.rule.grace_days, 0), NEVER)
        renewed = np.where(self.in_grace, keep, NEVER)
        renewed = np.where(renewed <= ends, renewed, NEVER)
        day = np.minimum(np.minimum(rise, fall), np.minimum(renewed, ends))
        is_open = day <= self.as_of
        self._keep_open(is_open)
        if not len(self.member):
            return False
        rise, fall, renewed, day = rise[is_open], fall[is_open], renewed[is_open], day[is_open]
        figure = self.standing.figures(self.member, day)
        is_up, is_fall = rise == day, fall == day
        is_kept = np.where(self.in_grace, renewed == day, figure >= self.kept[self.level])
        why = np.select([is_up, is_fall, is_kept], [UP, REFUND, np.where(self.in_grace, KEPT_IN_GRACE, KEPT)], DOWN)
        waits = (why == DOWN) & ~self.in_grace & (self.rule.grace_days > 0)
        self._happen(day, why, figure, waits)
        return True

    def _ahead(self) -> tuple[Ints, Ints, Ints]:
        """Return the next day of a rise, of a refund that is felt, and of a figure that keeps the level."""
        keys, count = self.events.keys, len(self.events.keys)
        start = np.searchsorted(keys, key_of(self.member, self.seen_on), "right")
        found = []
        for ahead in (self.events.rise, self.events.fall, self.events.keep):
            places = np.zeros(len(self.member), np.int64)
            for level, places_of in enumerate(ahead):
                places = np.where(self.level == level, places_of[start], places)
            known = np.minimum(places, count - 1)
            is_own = (places < count) & (member_of(keys[known]) == self.member)
            found.append(np.where(is_own, day_of(keys[known]), NEVER))
        rise, fall, keep = found
        is_rechecked = (self.level > 0) & (self.rule.on_refund == "recheck")
        return rise, np.where(is_rechecked, fall, NEVER), keep

    def _keep_open(self, is_open: Flags) -> None:
        for name in ("member", "seen_on", "level", "held", "valid", "in_grace"):
            setattr(self, name, getattr(self, name)[is_open])

    def _happen(self, day: Ints, why: Ints, figure: Ints, waits: Flags) -> None:
        """Put down what happened, and everybody's new level; who waits is in grace from this day."""
        earned = np.searchsorted(self.reached, figure, "right") - 1
        down = {"one": np.maximum(self.level - 1, earned), "earned": earned, "base": np.zeros_like(earned)}
        level = np.select(
            [why == UP, why == REFUND, why == DOWN],
            [earned, np.maximum(earned, _highest(self.held)), down[self.rule.down]],
            self.level,
        )
        level = np.where(waits, self.level, level)
        valid = np.where(waits, self.valid, np.where(level > 0, self.rule.valid_until(day), NEVER))
        entry = LevelLog(self.member, day, self.level, level, why, figure, valid)
        self.entries.append(entry.take(~waits))
        risen = self.held | (1 << self.level)
        self.held = np.where(level > self.level, risen, self.held & ((1 << level) - 1))
        self.seen_on, self.level, self.valid, self.in_grace = day, level, valid, waits

    def log(self) -> LevelLog:
        """Return all that was put down, by member and day."""
        none = np.zeros(0, np.int64)
        columns = ([getattr(entry, field.name) for entry in self.entries] for field in fields(LevelLog))
        whole = LevelLog(*(np.concatenate([none, *column]) for column in columns))
        return whole.take(np.lexsort((whole.day, whole.member)))


def _highest(held: Ints) -> Ints:
    """Return the highest level in each set of levels, 0 where there is none."""
    return np.maximum(np.frexp(held.astype(np.float64))[1].astype(np.int64) - 1, 0)
