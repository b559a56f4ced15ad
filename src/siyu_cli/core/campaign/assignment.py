"""The plan carried out on the shop's members: who may, who is left alone, who gets what, why everybody else nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from siyu_cli.core.campaign.allocation import Allocation
from siyu_cli.core.campaign.conflicts import within_owners
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
from siyu_cli.core.campaign.limits import Campaign, Limit, affordable, allocate_within, limits_of, stock_of
from siyu_cli.core.campaign.outlook import Outlook, outlook_of
from siyu_cli.core.campaign.plan import Plan
from siyu_cli.core.campaign.problem import Places, Values
from siyu_cli.core.campaign.spend import Detectable, Spend, cells_of, detectable, prize_caps, spend_of
from siyu_cli.errors import Note

_OWNER_ROUNDS = 3


@dataclass(frozen=True)
class Assignment:
    """What becomes of each member: the column of their offer or −1, the reason they get none, value and cost.

    ``members`` are ids in the order of the facts; ``limit_prices`` what one more unit of each limit would bring.
    """

    members: NDArray[np.str_]
    offer: Places
    reasons: NDArray[np.str_]
    value: Values
    cost: Values
    allocation: Allocation
    limit_prices: dict[str, float]
    outlook: Outlook
    spend: Spend
    detectable: Detectable

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


def assign(plan: Plan, facts: pa.Table, gross_margin: float, *, bases: Collection[str] = ()) -> Assignment:
    """Return what becomes of each member of ``facts``, which has besides what ``eligibility`` reads: segment,
    order_value (what a member spends when they buy), owner. The order of its rows changes nothing.
    """  # fmt: skip
    ids = word(facts, "member_id")
    found = draw_control(eligibility(facts, plan, bases=bases), ids, plan)
    outlook = outlook_of(
        plan, word(facts, "segment").tolist(), number(facts, "order_value", 0.0), gross_margin, found.allowed
    )
    outlook = replace(outlook, allowed=found.allowed & affordable(plan, outlook))
    values, costs = outlook.matrices()
    campaign = Campaign(values, costs, plan.budget_for_members, hash_ranks(ids, plan.salt), stock_of(plan))
    limits = limits_of(plan, outlook)
    (allocation, prices), is_full = allocate_within(campaign, limits), np.zeros(len(ids), np.bool_)
    if plan.limits.contacts_per_owner is not None:
        owner, most = word(facts, "owner"), plan.limits.contacts_per_owner
        (allocation, prices), is_full = _within_owners(campaign, limits, allocation.price, (owner, most))
    reasons = np.array(found.reasons)
    is_left = found.is_eligible & (allocation.offer < 0)
    reasons[is_left] = np.where((values > 0).any(axis=1), NOT_CHOSEN, NOT_WORTHWHILE)[is_left]
    reasons[is_left & is_full] = OWNER_FULL
    cells = cells_of(outlook, allocation.offer)
    spend = spend_of(cells, prize_caps(outlook), float(plan.fixed_fees))
    return Assignment(
        ids, allocation.offer, reasons, _taken(values, allocation.offer), _taken(costs, allocation.offer), allocation,
        prices, outlook, spend, detectable(cells, int((reasons == CONTROL).sum())),
    )  # fmt: skip


def _within_owners(
    campaign: Campaign, limits: Sequence[Limit], price: float, owners: tuple[NDArray[np.str_], int]
) -> tuple[tuple[Allocation, dict[str, float]], NDArray[np.bool_]]:
    """Return the best assignment in which employees reach no more than they can, and who is beyond their reach.

    Each keeps the members worth most at the price of the budget; money that is freed by it makes it cheaper, so that
    is tried again at the new price. The bound is that of the members who are kept.
    """
    owner, most = owners
    found = []
    for _round in range(_OWNER_ROUNDS):
        worth = np.where(campaign.values > 0, campaign.values - price * campaign.costs, -np.inf).max(axis=1)
        is_theirs = (owner != "") & np.isfinite(worth)
        beyond = np.zeros(len(owner), np.bool_)
        beyond[is_theirs] = ~within_owners(owner[is_theirs], worth[is_theirs], most, campaign.ranks[is_theirs])
        kept = replace(campaign, values=np.where(beyond[:, None], -np.inf, campaign.values))
        answer = allocate_within(kept, limits)
        found.append((answer, beyond))
        if answer[0].price == price:
            break
        price = answer[0].price
    return max(found, key=lambda one: one[0][0].value)


def _taken(matrix: Values, offer: Places) -> Values:
    picked: Values = np.where(offer >= 0, matrix[np.arange(len(offer)), offer], 0.0)
    return picked
