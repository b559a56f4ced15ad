"""A shop's members beside the replay of the present rule."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from siyu_cli.core.levels.known import Known, known_of
from siyu_cli.core.levels.members import Members
from siyu_cli.core.levels.rules import LevelRule
from siyu_cli.core.levels.simulation import Replay, replay_rule
from siyu_cli.core.levels.standing import Flags


@dataclass(frozen=True)
class Replayed:
    """A shop's members beside the present rule's replay: who is a member, who of them the rule decides on."""

    members: Members
    present: Replay
    known: Known
    is_member: Flags
    is_ruled: Flags
    starts_on: int


def replayed_of(members: Members, rule: LevelRule, as_of: int) -> Replayed:
    """Return members beside the replay of a rule to a day: who is one, and of whom the rule decides."""
    gains, losses = members.gains_of(rule)
    joined = members.joined
    now = replay_rule(rule, (gains, losses), joined, as_of)
    is_member = members.are_members(gains)
    is_given = np.array([word is not None for word in members.given_by], bool)
    starts_on = int(gains.day.min()) if len(gains) else as_of
    return Replayed(members, now, known_of(gains, losses, joined), is_member, is_member & ~is_given, starts_on)
