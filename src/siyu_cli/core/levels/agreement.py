"""Whether the exported levels are those the rule gives: how many agree, and why the others do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from siyu_cli.core.levels.rules import Ints
from siyu_cli.core.levels.standing import Flags

LEAST_AGREED = 0.9
UNTOLD = -1  # no level in the exports
UNKNOWN = -2  # a level the rule has not
_REASONS = ("paid", "manual", "unknown_level", "totals_only", "history_too_short", "grace", "other")


@dataclass(frozen=True)
class Told:
    """What exports say of each member: the place of their level among the tiers, who gave it, what history is short."""

    level: Ints
    given_by: Sequence[str | None]
    has_totals: Flags
    is_short: Flags


@dataclass(frozen=True)
class Agreement:
    """The comparison: who was compared, who agrees, and each other one's reason (a place among the reasons; −1)."""

    is_compared: Flags
    agrees: Flags
    reason: Ints

    @property
    def of(self) -> int:
        """Return how many were compared."""
        return int(self.is_compared.sum())

    @property
    def agree(self) -> int:
        """Return how many agree."""
        return int(self.agrees.sum())

    @property
    def ruled(self) -> int:
        """Return how many of those compared no hand or payment gave another level."""
        given = np.isin(self.reason, [_REASONS.index("paid"), _REASONS.index("manual")])
        return int((self.is_compared & ~given).sum())

    @property
    def share(self) -> float | None:
        """Return the share that agrees of those whose level the rule decides; None where nobody was compared."""
        return self.agree / self.ruled if self.ruled else None

    @property
    def is_trusted(self) -> bool:
        """Return whether the rule may be judged by its replay: nothing to compare, or enough that agree."""
        return self.share is None or self.share >= LEAST_AGREED

    def reasons(self) -> list[dict[str, Any]]:
        """Return how many do not agree for each reason that occurs, most first."""
        counts = np.bincount(self.reason[self.reason >= 0], minlength=len(_REASONS))
        found = [{"reason": name, "members": int(count)} for name, count in zip(_REASONS, counts, strict=True) if count]
        return sorted(found, key=lambda row: (-row["members"], row["reason"]))

    def reason_of(self, place: int) -> str | None:
        """Return the reason of one member."""
        return _REASONS[self.reason[place]] if self.reason[place] >= 0 else None


def compare(told: Told, level: Ints, is_in_grace: Flags) -> Agreement:
    """Return exported levels beside computed ones; the first reason that fits is a member's."""
    is_compared = told.level != UNTOLD
    agrees = is_compared & (told.level == level)
    given = np.array(told.given_by, dtype=object)
    fits: Mapping[str, Flags] = {
        "paid": np.asarray(given == "paid", bool),
        "manual": np.asarray(given == "manual", bool),
        "unknown_level": told.level == UNKNOWN,
        "totals_only": told.has_totals,
        "history_too_short": told.is_short,
        # The platform knows no grace, or ends it on another day.
        "grace": is_in_grace & (told.level < level),
        "other": np.ones(len(level), bool),
    }
    reason = np.select([fits[name] for name in _REASONS], range(len(_REASONS)), len(_REASONS) - 1)
    return Agreement(is_compared, agrees, np.where(is_compared & ~agrees, reason, -1))
