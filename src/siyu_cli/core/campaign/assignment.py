"""The plan carried out on the shop's members: who may, who is left alone, who gets what, why everybody else nothing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from siyu_cli.core.campaign.allocation import Allocation
from siyu_cli.core.campaign.control import hash_ranks
from siyu_cli.core.campaign.eligibility import (
    CONTROL,
    NOT_CHOSEN,
    NOT_WORTHWHILE,
    OWNER_FULL,
    count_reasons,
    draw_control,
    eligibility,
)
from siyu_cli.core.campaign.facts import number, word
from siyu_cli.core.campaign.limits import LimitedCampaign, Reach, affordable, limits_of, stock_of
from siyu_cli.core.campaign.outlook import Outlook, outlook_of
from siyu_cli.core.campaign.plan import Plan
from siyu_cli.core.campaign.problem import Places, Values
from siyu_cli.core.campaign.reach import Bounded, assign_within, left_out_by_reach
from siyu_cli.core.campaign.spend import Detectable, Spend, cells_of, detectable, prize_caps, spend_of
from siyu_cli.errors import Note


@dataclass(frozen=True)
class Assignment:
    """What becomes of each member: the column of their offer or −1, the reason they get none, value and cost.

    ``members`` are ids in the order of the facts; ``within`` is all that was kept; ``may_get`` what each might get,
    those left alone, too.
    """

    members: NDArray[np.str_]
    offer: Places
    reasons: NDArray[np.object_]
    value: Values
    cost: Values
    allocation: Allocation
    outlook: Outlook
    spend: Spend
    detectable: Detectable
    within: Bounded
    may_get: NDArray[np.bool_]

    @property
    def excluded(self) -> dict[str, int]:
        """Return how many get nothing for each reason, the control group among them."""
        return count_reasons(self.reasons)

    @property
    def notes(self) -> list[Note]:
        """Return what is to be known before anything is sent: money that does not come back, what cannot be proved."""
        found, loses = [], (self.offer >= 0) & (self.value < self.cost)
        if loses.any():
            facts = {
                "members": f"{int(loses.sum()):,}", "cost": f"{self.cost[loses].sum():,.2f}",
                "value": f"{self.value[loses].sum():,.2f}",
            }  # fmt: skip
            message = (
                "{members} members are expected to cost more than they bring ({cost} for {value} of margin): a smaller "
                "budget would leave them out."
            )
            found.append(Note(message, facts))
        if not self.detectable.is_enough and self.allocation.members_treated:
            least = "-" if self.detectable.least is None else f"{self.detectable.least:.2%}"
            message = (
                "A control group of {control} shows a rise of {least} at least, the plan expects {assumed}: its effect "
                "will probably not be proved."
            )
            facts = {
                "control": f"{self.detectable.control:,}", "least": least, "assumed": f"{self.detectable.assumed:.2%}",
            }  # fmt: skip
            found.append(Note(message, facts, is_finding=True))
        return found


def assign(
    plan: Plan, facts: pa.Table, gross_margin: float, *, bases: Collection[str] = (), enlarged: float = 1.0
) -> Assignment:
    """Return what becomes of each member of ``facts``, which has besides what ``eligibility`` reads: segment,
    order_value (what a member spends when they buy), owner, owner_reached (members their employee has in other
    campaigns). The order of its rows changes nothing. Employees reach ``enlarged`` times as many as the plan says.
    """
    ids = word(facts, "member_id")
    found = draw_control(eligibility(facts, plan, bases=bases), ids, plan)
    outlook = outlook_of(
        plan, word(facts, "segment").tolist(), number(facts, "order_value", 0.0), gross_margin, found.allowed
    )
    outlook = replace(outlook, allowed=found.allowed & affordable(plan, outlook))
    values, costs = outlook.matrices()
    campaign = LimitedCampaign(values, costs, plan.budget_for_members, hash_ranks(ids, plan.salt), stock_of(plan))
    within = Bounded(campaign, tuple(limits_of(plan, outlook)), reach_of(plan, facts, enlarged))
    allocation = assign_within(within)
    reasons = found.reasons.copy()
    is_left = found.is_eligible & (allocation.offer < 0)
    reasons[is_left] = np.where((values > 0).any(axis=1), NOT_CHOSEN, NOT_WORTHWHILE)[is_left]
    reasons[is_left & left_out_by_reach(within, allocation)] = OWNER_FULL
    cells = cells_of(outlook, allocation.offer)
    spend = spend_of(cells, prize_caps(outlook), float(plan.fixed_fees))
    return Assignment(
        ids, allocation.offer, reasons, _taken(values, allocation.offer), _taken(costs, allocation.offer), allocation,
        outlook, spend, detectable(cells, int((reasons == CONTROL).sum())), within, found.may_get,
    )  # fmt: skip


def reach_of(plan: Plan, facts: pa.Table, enlarged: float = 1.0) -> Reach | None:
    """Return how many members each one's employee can still reach; None where the plan does not say."""
    most = plan.limits.contacts_per_owner
    if most is None:
        return None
    left = (most - number(facts, "owner_reached", 0.0)).clip(0.0) * enlarged
    return Reach(word(facts, "owner"), np.ceil(left - 1e-9).astype(np.int64))


def _taken(matrix: Values, offer: Places) -> Values:
    picked: Values = np.where(offer >= 0, matrix[np.arange(len(offer)), offer], 0.0)
    return picked
