"""What a plan comes to with this shop's members: the assignment, those it is compared with, offers at random."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
import pyarrow as pa

from siyu_cli.core.campaign.assignment import Assignment, assign
from siyu_cli.core.campaign.conflicts import within_owners
from siyu_cli.core.campaign.control import hash_ranks, in_control
from siyu_cli.core.campaign.eligibility import CONTROL, NOT_CHOSEN, NOT_DRAWN, NOT_WORTHWHILE, OWNER_FULL
from siyu_cli.core.campaign.elsewhere import has_rivals, settled
from siyu_cli.core.campaign.explore import explore, people_per_cell
from siyu_cli.core.campaign.facts import Flags
from siyu_cli.core.campaign.limits import limits_of, stock_of
from siyu_cli.core.campaign.plan import Plan
from siyu_cli.core.campaign.problem import Places, Values
from siyu_cli.core.campaign.spend import cells_of, detectable, prize_caps, spend_of

UNKNOWN_RISE = 0.02  # what offers at random are sized by where the plan expects nothing of them
# What may still be treated or left alone: these had their chance.
ELIGIBLE_REASONS = ("", CONTROL, OWNER_FULL, NOT_CHOSEN, NOT_DRAWN, NOT_WORTHWHILE)


@dataclass(frozen=True)
class Trial:
    """An assignment, and who of the control group it is compared with: those who would have got an offer, too.

    The treated are chosen, so that all of the control group would be others than they are. ``compared_for`` says, of
    the control group × offers, with whom each offer is compared.
    """

    assignment: Assignment
    is_control: Flags
    is_compared: Flags
    compared_for: Flags

    @property
    def eligible(self) -> int:
        """Return how many could have been treated or left alone."""
        return int(np.isin(self.assignment.reasons, ELIGIBLE_REASONS).sum())


@dataclass(frozen=True)
class TrialManner:
    """How a plan is carried out: at random within segments; channels that need no consent; the campaign's mark."""

    is_random: bool = False
    bases: Collection[str] = ()
    mark: str = ""


Given = tuple[pa.Table, float, TrialManner]


def carry_out(plan: Plan, facts: pa.Table, gross_margin: float, manner: TrialManner | None = None) -> Trial:
    """Return what becomes of each member of ``facts``, other campaigns in the same days first (``elsewhere``)."""
    given: Given = (facts, gross_margin, manner or TrialManner())
    everybody = _for_everybody(plan)
    if has_rivals(facts):
        alone = _assigned(everybody, given, plan)
        worth = np.where(alone.offer >= 0, alone.value - alone.cost, -np.inf)
        given = (settled(facts, worth, given[2].mark), given[1], given[2])
    # Before the plan itself: of this one nothing but the offers is kept.
    wanted = _assigned(everybody, given, plan).offer if plan.campaign.control_share else None
    found = _assigned(plan, given, plan)
    is_control = found.reasons == CONTROL
    compared_for = np.zeros(found.may_get.shape, np.bool_)
    if wanted is not None:
        compared_for[is_control] = wanted[is_control, None] == np.arange(len(plan.offers))
    is_compared = np.asarray(compared_for.any(axis=1))
    if given[2].is_random:
        compared_for |= _alike(found) & is_control[:, None]
    cells = cells_of(found.outlook, found.offer)
    found = replace(found, detectable=detectable(cells, int(is_compared.sum())))
    return Trial(found, is_control, is_compared, compared_for)


def _alike(found: Assignment) -> Flags:
    """Return, members × offers, who may get an offer in segments whose members may all get the same.

    There the whole control group is what each offer is compared with, as it went to anybody at random.
    """
    may, segment = found.may_get, found.outlook.segment
    is_eligible = may.any(axis=1)
    weights = 1 << np.arange(may.shape[1], dtype=np.int64) if may.shape[1] < 63 else np.ones(may.shape[1], np.int64)
    kinds = may @ weights
    low, high = (np.zeros(len(found.outlook.segments), np.int64) for _ in range(2))
    low[:] = np.iinfo(np.int64).max
    np.minimum.at(low, segment[is_eligible], kinds[is_eligible])
    np.maximum.at(high, segment[is_eligible], kinds[is_eligible])
    same: Flags = may & (low == high)[segment][:, None]
    return same


def _for_everybody(plan: Plan) -> Plan:
    """Return the plan with nobody left alone, and with as much more of everything as there are then more members."""
    share = 1 - plan.campaign.control_share

    def more(count: int | None) -> int | None:
        return None if count is None else math.ceil(count / share)

    limits, factor = plan.limits, Decimal(1) / Decimal(str(share))

    def more_money(amount: Decimal) -> Decimal:
        return (amount - plan.fixed_fees) * factor + plan.fixed_fees

    most = {key: more(getattr(limits, key)) for key in ("usage", "points")}
    liability = None if limits.liability is None else more_money(limits.liability)
    campaign = {"budget": more_money(plan.campaign.budget), "control_share": 0.0}
    return plan.model_copy(update={
        "campaign": plan.campaign.model_copy(update=campaign),
        "limits": limits.model_copy(update={**most, "liability": liability}),
        "offers": tuple(offer.model_copy(update={"stock": more(offer.stock)}) for offer in plan.offers),
    })  # fmt: skip


def _assigned(plan: Plan, given: Given, real: Plan) -> Assignment:
    """Return the assignment of a plan; ``real`` is the one that leaves a control group alone."""
    facts, gross_margin, manner = given
    share = real.campaign.control_share
    enlarged = 1.0 if plan is real else 1 / (1 - share)
    found = assign(plan, facts, gross_margin, bases=manner.bases, enlarged=enlarged)
    if not manner.is_random:
        return found
    control = in_control(found.members, real.salt, share) & np.isin(found.reasons, ELIGIBLE_REASONS)
    return _at_random(plan, found, _people_per_cell(found, control), enlarged)


def _at_random(plan: Plan, found: Assignment, sizes: Places, enlarged: float) -> Assignment:
    """Return the assignment with offers at random; the bound stays that of the best one: what exploring costs."""
    outlook = found.outlook
    values, costs = outlook.matrices()
    offer = explore(
        found.members, outlook.segment, np.isfinite(values), costs, plan.budget_for_members,
        salt=plan.salt, most=np.ceil(sizes * enlarged).astype(np.int64),
    )  # fmt: skip
    offer, is_full = _within_limits(plan, found, offer)
    may = np.isin(found.reasons, ELIGIBLE_REASONS) & (found.reasons != CONTROL)
    reasons = np.where(may, np.where(is_full, OWNER_FULL, NOT_DRAWN), found.reasons)
    reasons[offer >= 0] = ""
    value, cost = _taken(values, offer), _taken(costs, offer)
    used = np.bincount(offer[offer >= 0], minlength=len(outlook.offers))
    allocation = replace(
        found.allocation, offer=offer, value=math.fsum(value), cost=math.fsum(cost),
        bound=max(found.allocation.bound, math.fsum(value)), used=used, limit_prices={},
    )  # fmt: skip
    spend = spend_of(cells_of(outlook, offer), prize_caps(outlook), float(plan.fixed_fees))
    return replace(found, offer=offer, reasons=reasons, value=value, cost=cost, allocation=allocation, spend=spend)


def _people_per_cell(found: Assignment, is_control: Flags) -> Places:
    """Return, segments × offers, how many members it takes to tell what the plan expects beside the control there is.

    Where the control group is too small for that, as many as it would take beside one of the same size.
    """
    outlook = found.outlook
    sizes = np.ones(outlook.purchase.shape, np.int64)
    for (row, column), base in np.ndenumerate(outlook.purchase):
        if math.isfinite(base):
            rise = max(float(outlook.uplift[row, column]), 0.0) or UNKNOWN_RISE
            low = min(base, 0.99)
            theirs = is_control & (outlook.segment == row) & found.may_get[:, column]
            sizes[row, column] = people_per_cell(low, min(rise, 0.999 - low), int(theirs.sum()))
    return sizes


def _within_limits(plan: Plan, found: Assignment, offer: Places) -> tuple[Places, Flags]:
    """Return the offers that stock, limits and employees leave, the first of the line kept, and who lost theirs so."""
    ranks = hash_ranks(found.members, f"{plan.salt}/explore/line")
    chosen, is_full = offer.copy(), np.zeros(len(offer), np.bool_)
    reach = found.within.reach
    if reach is not None:
        got = np.flatnonzero((chosen >= 0) & (reach.owner != ""))
        held = within_owners(reach.owner[got], np.ones(len(got)), reach.most[got], ranks[got])
        is_full[got[~held]] = True
        chosen[is_full] = -1
    stock = stock_of(plan)
    takes = [(np.eye(len(stock))[place][None, :], stock[place]) for place in np.flatnonzero(np.isfinite(stock))]
    for taken, most in [*takes, *((limit.takes, limit.most) for limit in limits_of(plan, found.outlook))]:
        line = np.argsort(ranks, kind="stable")
        line = line[chosen[line] >= 0]
        amounts = np.broadcast_to(taken, found.outlook.order_value.shape)[line, chosen[line]]
        chosen[line[(np.cumsum(amounts) > most) & (amounts > 0)]] = -1
    return chosen, is_full


def _taken(matrix: Values, offer: Places) -> Values:
    picked: Values = np.where(offer >= 0, matrix[np.arange(len(offer)), offer], 0.0)
    return picked
