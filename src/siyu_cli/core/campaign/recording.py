"""What the shop keeps of a plan whose list was written: who is in which arm, and what the plan promised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from siyu_cli.core.campaign.compliance import rules_of
from siyu_cli.core.campaign.elsewhere import counts_until
from siyu_cli.core.campaign.facts import word
from siyu_cli.core.campaign.learned import terms_of
from siyu_cli.masks import mask_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from siyu_cli.core.campaign.plan import Plan
    from siyu_cli.core.campaign.trial import Trial

NAME = 200  # letters of a name that are kept


def keep_plan(book: Any, plan: Plan, carried: tuple[Trial, pa.Table], when: Mapping[str, Any]) -> None:
    """Keep a plan under the name and the first day of its campaign.

    ``carried`` is what it came to and the facts of the members; ``when`` holds planned_as_of and is_explore.
    """
    trial, facts = carried
    campaign, assignment = plan.campaign, trial.assignment
    named = plan.model_copy(update={
        "offers": tuple(offer.model_copy(update={"name": kept(offer.name)}) for offer in plan.offers)
    })  # fmt: skip
    spend = assignment.spend
    told = {
        "starts_on": campaign.starts_on, "ends_on": campaign.ends_on, "counts_until": counts_until(campaign),
        "campaign": kept(campaign.name),
        "rules": {"offers": rules_of(named), "terms": {kept(offer.name): terms_of(offer) for offer in plan.offers}},
        "figures": {
            "budget": float(campaign.budget), "expected_cost": round(spend.expected, 2),
            "worst_case_cost": round(spend.all_redeemed, 2),
            "expected_value": round(assignment.allocation.value, 2),
            "members_treated": assignment.allocation.members_treated,
            "members_control": int(trial.is_control.sum()), "mde": assignment.detectable.least,
        },
    }  # fmt: skip
    book.keep_plan(campaign.name, {**told, **when}, _seats(plan, trial, facts))


def kept(name: str) -> str:
    """Return a name as the ledger keeps it."""
    return mask_text(name)[:NAME]


def _seats(plan: Plan, trial: Trial, facts: pa.Table) -> dict[str, Sequence[Any]]:
    """Return one entry per treated member, and per member of the control group and offer they are compared for."""
    assignment, compared = trial.assignment, trial.compared_for
    treated = np.flatnonzero(assignment.offer >= 0)
    control, offer = np.nonzero(compared)
    idle = np.flatnonzero(trial.is_control & ~compared.any(axis=1))
    rows = np.concatenate([treated, control, idle])
    places = np.concatenate([assignment.offer[treated], offer, np.full(len(idle), -1)]).tolist()
    names = [kept(one.name) for one in plan.offers]
    segments = [kept(name) for name in assignment.outlook.segments]
    owner = word(facts, "owner")
    is_treated = assignment.offer[rows] >= 0
    return {
        "member": assignment.members[rows].tolist(),
        "offer": [names[place] if place >= 0 else "" for place in places],
        "arm": np.where(is_treated, "treatment", "control").tolist(),
        "segment": [segments[place] for place in assignment.outlook.segment[rows].tolist()],
        "worth": np.where(is_treated, assignment.value[rows] - assignment.cost[rows], 0.0).tolist(),
        "owner": [name or None for name in owner[rows].tolist()],
    }  # fmt: skip
