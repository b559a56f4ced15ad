"""Who is whose: a member in one campaign at a time, an employee with no more members than they can reach."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from siyu_cli.core.campaign.control import hash_ranks

Flags = NDArray[np.bool_]


def keeps_of_conflicts(claims: Mapping[str, NDArray[np.generic]], salt: str) -> Flags:
    """Return which claims of campaigns on members hold: of those in the same days, the one of the highest value.

    ``claims`` are columns member_id, value, starts_on, ends_on. Whichever campaign came first, and however the rows
    stand, the same hold; of equal values the member's place in the salted line of (member, campaign) decides.

    >>> days = {"starts_on": np.array(["2026-05-01", "2026-05-03"], "M8[D]"),
    ...         "ends_on": np.array(["2026-05-04", "2026-05-09"], "M8[D]")}
    >>> claims = {"member_id": np.array(["a", "a"]), "campaign": np.array(["x", "y"]), "value": np.array([3.0, 5.0])}
    >>> keeps_of_conflicts({**claims, **days}, "s").tolist()
    [False, True]
    """
    members = np.asarray(claims["member_id"], dtype=np.str_)
    names = np.char.add(np.char.add(members, "\n"), np.asarray(claims["campaign"], dtype=np.str_))
    order = np.lexsort((hash_ranks(names, salt), -np.asarray(claims["value"], np.float64), members))
    holds = np.ones(len(members), np.bool_)
    kept: list[int] = []
    for place in order.tolist():
        if kept and members[kept[0]] != members[place]:
            kept = []
        starts, ends = claims["starts_on"][place], claims["ends_on"][place]
        if any(claims["starts_on"][one] <= ends and starts <= claims["ends_on"][one] for one in kept):
            holds[place] = False
        else:
            kept.append(place)
    return holds


def within_owners(
    owner: NDArray[np.str_], worth: NDArray[np.float64], most: int | NDArray[np.int64], ranks: NDArray[np.int64]
) -> Flags:
    """Return whom each employee reaches: so many of their members at most, those worth most.

    ``most`` is the same for all, or for each member how many their employee can reach.

    >>> within_owners(np.array(["li", "li", "wu"]), np.array([1.0, 2.0, 0.5]), 1, np.arange(3)).tolist()
    [False, True, True]
    """
    order = np.lexsort((ranks, -worth, owner))
    starts = np.append(True, owner[order][1:] != owner[order][:-1]) if len(order) else np.zeros(0, np.bool_)
    first = np.maximum.accumulate(np.where(starts, np.arange(len(order)), 0))
    within = np.zeros(len(order), np.bool_)
    within[order] = np.arange(len(order)) - first < np.broadcast_to(most, len(order))[order]
    return within
