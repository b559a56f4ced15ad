"""What a plan comes to with this shop's members: the assignment, those it is compared with, offers at random."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from siyu_cli.core.campaign.assignment import Assignment, assign
from siyu_cli.core.campaign.conflicts import within_owners
from siyu_cli.core.campaign.control import hash_ranks
from siyu_cli.core.campaign.eligibility import CONTROL, NOT_CHOSEN, NOT_DRAWN, NOT_WORTHWHILE, OWNER_FULL
from siyu_cli.core.campaign.explore import explore, people_per_cell
from siyu_cli.core.campaign.facts import word
from siyu_cli.core.campaign.limits import limits_of, stock_of
from siyu_cli.core.campaign.outlook import Outlook
from siyu_cli.core.campaign.plan import Plan
from siyu_cli.core.campaign.problem import Places, Values
from siyu_cli.core.campaign.spend import cells_of, detectable, prize_caps, spend_of

_UNKNOWN_RISE = 0.02  # what offers at random are sized by where the plan expects nothing of them
# What may still be treated or left alone: these had their chance.
ELIGIBLE_REASONS = ("", CONTROL, OWNER_FULL, NOT_CHOSEN, NOT_DRAWN, NOT_WORTHWHILE)


@dataclass(frozen=True)
class Trial:
    """An assignment, and who of the control group it is compared with: those who would have got an offer, too.

    The treated are chosen, so that all of the control group would be others than they are.
    """

    assignment: Assignment
    is_control: NDArray[np.bool_]
    is_compared: NDArray[np.bool_]

    @property
    def eligible(self) -> int:
        """Return how many could have been treated or left alone."""
        return int(np.isin(self.assignment.reasons, ELIGIBLE_REASONS).sum())


def carry_out(plan: Plan, facts: pa.Table, gross_margin: float, *, is_random: bool = False) -> Trial:
    """Return what becomes of each member of ``facts``; ``is_random`` gives offers at random within segments."""
    found = _assigned(plan, facts, gross_margin, is_random)
    is_control = found.reasons == CONTROL
    is_compared = np.zeros(len(is_control), np.bool_)
    if is_control.any():
        is_compared = is_control & (_assigned(_for_everybody(plan), facts, gross_margin, is_random).offer >= 0)
    cells = cells_of(found.outlook, found.offer)
    return Trial(replace(found, detectable=detectable(cells, int(is_compared.sum()))), is_control, is_compared)


def _for_everybody(plan: Plan) -> Plan:
    """Return the plan with nobody left alone, and with as much more of everything as there are then more members."""
    share = 1 - plan.campaign.control_share

    def more(count: int | None) -> int | None:
        return None if count is None else math.ceil(count / share)

    limits, factor = plan.limits, Decimal(1) / Decimal(str(share))

    def more_money(amount: Decimal) -> Decimal:
        return (amount - plan.fixed_fees) * factor + plan.fixed_fees

    most = {key: more(getattr(limits, key)) for key in ("usage", "points", "contacts_per_owner")}
    liability = None if limits.liability is None else more_money(limits.liability)
    campaign = {"budget": more_money(plan.campaign.budget), "control_share": 0.0}
    return plan.model_copy(update={
        "campaign": plan.campaign.model_copy(update=campaign),
        "limits": limits.model_copy(update={**most, "liability": liability}),
        "offers": tuple(offer.model_copy(update={"stock": more(offer.stock)}) for offer in plan.offers),
    })  # fmt: skip


def _assigned(plan: Plan, facts: pa.Table, gross_margin: float, is_random: bool) -> Assignment:
    found = assign(plan, facts, gross_margin)
    return _at_random(plan, facts, found) if is_random else found


def _at_random(plan: Plan, facts: pa.Table, found: Assignment) -> Assignment:
    """Return the assignment with offers at random; the bound stays that of the best one: what exploring costs."""
    outlook = found.outlook
    values, costs = outlook.matrices()
    offer = explore(
        found.members, outlook.segment, np.isfinite(values), costs, plan.budget_for_members,
        salt=plan.salt, most=_people_per_cell(outlook),
    )  # fmt: skip
    offer, is_full = _within_limits(plan, outlook, offer, found.members, word(facts, "owner"))
    may = np.isin(found.reasons, ELIGIBLE_REASONS) & (found.reasons != CONTROL)
    reasons = np.where(may, np.where(is_full, OWNER_FULL, NOT_DRAWN), found.reasons)
    reasons[offer >= 0] = ""
    value, cost = _taken(values, offer), _taken(costs, offer)
    used = np.bincount(offer[offer >= 0], minlength=len(outlook.offers))
    allocation = replace(
        found.allocation, offer=offer, value=math.fsum(value), cost=math.fsum(cost),
        bound=max(found.allocation.bound, math.fsum(value)), used=used,
    )  # fmt: skip
    spend = spend_of(cells_of(outlook, offer), prize_caps(outlook), float(plan.fixed_fees))
    return replace(
        found, offer=offer, reasons=reasons, value=value, cost=cost, allocation=allocation, spend=spend, limit_prices={}
    )


def _people_per_cell(outlook: Outlook) -> int:
    """Return how many of a segment each offer takes to tell what the plan expects of it: the most that any takes."""
    sizes = [1]
    for base, rise in zip(outlook.purchase.ravel().tolist(), outlook.uplift.ravel().tolist(), strict=True):
        if math.isfinite(base):
            top = min(max(rise, 0.0) or _UNKNOWN_RISE, 0.999 - min(base, 0.99))
            sizes.append(people_per_cell(min(base, 0.99), top))
    return max(sizes)


def _within_limits(
    plan: Plan, outlook: Outlook, offer: Places, ids: NDArray[np.str_], owner: NDArray[np.str_]
) -> tuple[Places, NDArray[np.bool_]]:
    """Return the offers that stock, limits and employees leave, the first of the line kept, and who lost theirs so."""
    ranks = hash_ranks(ids, f"{plan.salt}/explore/line")
    chosen, is_full = offer.copy(), np.zeros(len(offer), np.bool_)
    if plan.limits.contacts_per_owner is not None:
        got = np.flatnonzero((chosen >= 0) & (owner != ""))
        held = within_owners(owner[got], np.ones(len(got)), plan.limits.contacts_per_owner, ranks[got])
        is_full[got[~held]] = True
        chosen[is_full] = -1
    stock = stock_of(plan)
    takes = [(np.eye(len(stock))[place][None, :], stock[place]) for place in np.flatnonzero(np.isfinite(stock))]
    for taken, most in [*takes, *((limit.takes, limit.most) for limit in limits_of(plan, outlook))]:
        line = np.argsort(ranks, kind="stable")
        line = line[chosen[line] >= 0]
        amounts = np.broadcast_to(taken, outlook.order_value.shape)[line, chosen[line]]
        chosen[line[(np.cumsum(amounts) > most) & (amounts > 0)]] = -1
    return chosen, is_full


def _taken(matrix: Values, offer: Places) -> Values:
    picked: Values = np.where(offer >= 0, matrix[np.arange(len(offer)), offer], 0.0)
    return picked
