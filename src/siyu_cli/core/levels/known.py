"""What was known of members on a day: what they had bought by then and will still count later, and how they buy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from siyu_cli.core.levels.rules import NEVER, Ints, LevelRule
from siyu_cli.core.levels.standing import Gains, Losses, day_of, key_of, member_of


@dataclass(frozen=True)
class Known:
    """Gains and losses by member and day, with running sums: one search a look-up."""

    keys: Ints
    units: Ints
    loss_keys: Ints
    loss_days: Ints
    loss_units: Ints
    joined: Ints

    def still_counting(self, rule: LevelRule, member: Ints, day: Ints, known_on: Ints) -> Ints:
        """Return each member's figure on a day by what was known on another, in hundredths, never below 0."""
        starts = rule.starts_on(day, self.joined[member])
        gained = self.units[self._by(member, known_on)] - self.units[self._by(member, starts - 1)]
        return np.asarray(np.maximum(gained - self._lost(member, starts, known_on), 0))

    def orders(self, member: Ints, since: Ints, until: Ints) -> Ints:
        """Return how often each member gained from one day to another, both among them."""
        return np.asarray(np.maximum(self._by(member, until) - self._by(member, since - 1), 0))

    def gained(self, member: Ints, until: Ints) -> Ints:
        """Return what each member had gained by a day, in hundredths."""
        return self.units[self._by(member, until)] - self.units[self._by(member, np.full(len(member), -NEVER))]

    def last_day(self, member: Ints, until: Ints) -> Ints:
        """Return the last day by then on which each member gained; ``-NEVER`` where there is none."""
        places = self._by(member, until) - 1
        keys = self.keys[np.maximum(places, 0)] if len(self.keys) else np.zeros(len(member), np.int64)
        is_own = (places >= 0) & (member_of(keys) == member)
        return np.where(is_own, day_of(keys), -NEVER)

    def _by(self, member: Ints, day: Ints) -> Ints:
        return np.searchsorted(self.keys, key_of(member, np.maximum(day, -NEVER)), "right")

    def _lost(self, member: Ints, starts: Ints, known_on: Ints) -> Ints:
        first = np.searchsorted(self.loss_keys, key_of(member, np.maximum(starts, -NEVER)), "left")
        end = np.searchsorted(self.loss_keys, key_of(member, known_on), "right")
        counts = np.maximum(end - first, 0)
        who = np.repeat(np.arange(len(member)), counts)
        places = np.arange(len(who)) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(first, counts)
        is_known = self.loss_days[places] <= known_on[who]
        lost = np.zeros(len(member), np.int64)
        np.add.at(lost, who[is_known], self.loss_units[places[is_known]])
        return lost


def known_of(gains: Gains, losses: Losses, joined: Ints) -> Known:
    """Return gains and losses as they are looked up; a loss stands with its gain's day."""
    keys = key_of(gains.member, gains.day)
    order = np.argsort(keys, kind="stable")
    of_loss = keys[losses.gain]
    by_loss = np.argsort(of_loss, kind="stable")
    return Known(
        keys[order], np.concatenate([[0], np.cumsum(gains.units[order])]),
        of_loss[by_loss], losses.day[by_loss], losses.units[by_loss], joined,
    )  # fmt: skip
