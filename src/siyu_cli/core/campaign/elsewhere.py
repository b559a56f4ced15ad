"""Other campaigns in the same days: whose control group a member is in, which campaign is worth more with them.

What the shop remembers comes in as columns of the facts, by member; whoever planned first has no right of way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from siyu_cli.core.campaign.conflicts import keeps_of_conflicts
from siyu_cli.core.campaign.facts import Flags, number, word
from siyu_cli.core.campaign.plan import Campaign, Plan

OTHER = "is_in_other_campaign"


class Known(Protocol):
    """What the shop remembers of some members, in their order."""

    @property
    def is_control(self) -> Sequence[bool]:
        """Return who is in the control group of another campaign."""

    @property
    def worth(self) -> Sequence[float]:
        """Return what the dearest other campaign is worth with each, inf where it has reached them, −inf for none."""

    @property
    def rival(self) -> Sequence[str]:
        """Return which campaign that is."""

    @property
    def contacts(self) -> Sequence[int]:
        """Return how many contacts they have had."""

    @property
    def contacted_on(self) -> Sequence[date | None]:
        """Return when the last one was."""

    @property
    def reached(self) -> Mapping[str, int]:
        """Return how many members of these campaigns each employee has."""


def counts_until(campaign: Campaign) -> date:
    """Return the last day a campaign is at work: its own last, or the last whose orders count."""
    return max(campaign.ends_on, campaign.starts_on + timedelta(days=campaign.horizon_days - 1))


def contact_days_of(plan: Plan) -> int:
    """Return over how many days before the campaign contacts matter to its limits; 0 where none does."""
    limits = plan.limits
    counted = limits.contact_days if limits.contacts_per_member is not None else 0
    return max(counted, limits.days_between_contacts or 0)


def with_known(facts: pa.Table, known: Known) -> pa.Table:
    """Return the facts with what is remembered of their members."""
    owners = {name: known.reached.get(name, 0) for name in set(word(facts, "owner").tolist())}
    reached = [owners[name] for name in word(facts, "owner").tolist()]
    columns: dict[str, Any] = {
        "is_control_elsewhere": pa.array(known.is_control, pa.bool_()),
        "worth_elsewhere": pa.array(known.worth, pa.float64()),
        "rival": pa.array(known.rival, pa.string()),
        "contacts": pa.array(known.contacts, pa.int64()),
        "last_contact_on": pa.array(known.contacted_on, pa.date32()),
        "owner_reached": pa.array(reached, pa.int64()),
    }
    for name, values in columns.items():
        facts = facts.append_column(name, values)
    return facts


def has_rivals(facts: pa.Table) -> bool:
    """Return whether any member is wanted by another campaign, too."""
    return bool((number(facts, "worth_elsewhere", -np.inf) > -np.inf).any())


def settled(facts: pa.Table, worth: NDArray[np.float64], own: str) -> pa.Table:
    """Return the facts with ``is_in_other_campaign``: whom another campaign is worth more with, or has reached.

    ``worth`` is what this campaign, whose mark is ``own``, is worth with each member; −inf: it has no use for them.
    """
    rows = np.flatnonzero(number(facts, "worth_elsewhere", -np.inf) > -np.inf)
    lost = np.zeros(facts.num_rows, np.bool_)
    lost[rows] = outbid(
        word(facts, "member_id")[rows], (own, worth[rows]),
        (word(facts, "rival")[rows], number(facts, "worth_elsewhere", -np.inf)[rows]),
    )  # fmt: skip
    return facts.append_column(OTHER, pa.array(lost))


def outbid(
    members: NDArray[np.str_], own: tuple[str, NDArray[np.float64]],
    others: tuple[NDArray[np.str_], NDArray[np.float64]],
) -> Flags:  # fmt: skip
    """Return whom a campaign loses to others of the same days; each side is its mark and its worth with each member.

    >>> ids, worth = np.array(["a", "b"]), np.array([2.0, 2.0])
    >>> outbid(ids, ("x", worth), (np.array(["y", "y"]), np.array([1.0, 3.0]))).tolist()
    [False, True]
    """
    mark, worth = own
    marks, elsewhere = others
    day = np.zeros(2 * len(members), "M8[D]")  # the same for all: only campaigns in the same days come here
    claims = {
        "member_id": np.concatenate([members, members]),
        "campaign": np.concatenate([np.full(len(members), mark), marks]),
        "value": np.concatenate([worth, elsewhere]), "starts_on": day, "ends_on": day,
    }  # fmt: skip
    return ~keeps_of_conflicts(claims, "")[: len(members)]
