"""From joining to the first order: how many bought within so many days, and how long it takes, by part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from siyu_cli.core.retention.cohorts import rate_of
from siyu_cli.core.retention.parts import Part, parts_of
from siyu_cli.core.retention.survival import Survival

HORIZONS = (7, 30, 90)  # activation_waits.sql says them, too
ATTRIBUTES = ("source_channel", "owner", "first_coupon")
Rows = Iterable[Mapping[str, Any]]


@dataclass(frozen=True)
class Joined:
    """Members who joined: how many, who of those old enough had bought within so many days, and how long they wait."""

    members: int
    bought: int
    within: Mapping[int, Mapping[str, Any]]
    wait: Survival

    def as_dict(self) -> dict[str, Any]:
        """Return it for machines."""
        within = {str(days): dict(rate) for days, rate in self.within.items()}
        return {"members": self.members, "bought": self.bought, "within": within, "wait": self.wait.as_dict()}


def joined(rows: Rows) -> Joined:
    """Return what rows of ``activation_waits`` say.

    >>> row = {"ripe_days": 30, "days": 9, "members": 4, "returned": 3}
    >>> [rate["numerator"] for rate in joined([row]).within.values()]
    [0, 3, 0]
    """
    kept = list(rows)
    within = {}
    for days in HORIZONS:
        old = [row for row in kept if row["ripe_days"] >= days]
        within[days] = rate_of(
            sum(row["returned"] for row in old if row["days"] <= days), sum(row["members"] for row in old)
        )
    wait = Survival.of(kept)
    return Joined(wait.members, wait.returned, within, wait)


def joined_by(rows: Rows) -> dict[str, tuple[tuple[Part, Joined], ...]]:
    """Return the parts by each attribute that tells any apart."""
    found = {}
    kept = list(rows)
    for attribute in ATTRIBUTES:
        own = [row for row in kept if row["attribute"] == attribute]
        sizes: dict[str | None, int] = {}
        for row in own:
            sizes[row["part"]] = sizes.get(row["part"], 0) + row["members"]
        if len(sizes) > 1:
            found[attribute] = tuple((part, joined(part.of(own))) for part in parts_of(sizes))
    return found
