"""What is told of a plan: who gets what, what it costs at worst, what it should bring, what can be proved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from siyu_cli.core.campaign.figures import figures_of, values_of
from siyu_cli.core.campaign.plan_sections import sections_of
from siyu_cli.core.campaign.tables import ASSIGNED, PLAN_FIGURES
from siyu_cli.core.campaign.trial import UNKNOWN_RISE
from siyu_cli.errors import Note
from siyu_cli.report import Figure, Listing, Report, Value, Words

if TYPE_CHECKING:
    from siyu_cli.core.campaign.plan import Plan
    from siyu_cli.core.campaign.question import PlanAnswer

_BRIEF = ("member_id", "arm", "offer", "expected_cost", "expected_value", "reason", "owner")
_MARGIN = ("members_treated", "members_control")


def report(found: PlanAnswer) -> Report:
    """Return what is told of an answer."""
    figures = figures_of(found)
    return Report(
        Note("Plan of {campaign}, as of {as_of}", _facts(found)),
        tuple(_opening(found, figures)),
        found.meta,
        found.load.account(),
        values=values_of(found, figures),
        figures=tuple(_figures(figures)),
        sections=tuple(sections_of(found, figures)),
        facts=tuple(_rests_on(found, figures)),
        listing=Listing(ASSIGNED, found.arrow, title=Note("List"), brief=()),
        warnings=(*found.warnings, *_warnings(found, figures)),
        log={key: figures[key] for key in ("members_treated", "members_control", "expected_cost", "expected_value")},
        next_steps=(Note("siyu campaign plan … -o FILE.xlsx writes who gets what, with codes"),),
    )


def _facts(found: PlanAnswer) -> dict[str, Any]:
    campaign = found.plan.campaign
    return {
        "campaign": campaign.name, "as_of": found.meta["as_of"],
        "starts_on": campaign.starts_on, "ends_on": campaign.ends_on,
    }  # fmt: skip


def _opening(found: PlanAnswer, figures: dict[str, Any]) -> Iterator[Words]:
    """Yield the decision: who gets what, the cost at worst, what it should bring, what can be proved afterwards."""
    facts: dict[str, Any] = {column.key: Value(figures[column.key], column.form) for column in PLAN_FIGURES.columns}
    facts |= _facts(found) | {
        "left_out": Value(sum(row["members"] for row in figures["excluded"]) - figures["members_control"], "count"),
        "net": Value(figures["expected_value"] - figures["expected_cost"], "money"),
        "assumed": Value(found.trial.assignment.detectable.assumed, "rate"),
    }
    yield Note(
        "Who gets what: in {campaign} ({starts_on} to {ends_on}) {members_treated} members get an offer, "
        "{members_control} are left alone as the control group, {left_out} are left out.",
        facts,
    )
    yield Note(
        "What it costs: {worst_case_cost} at worst, {p95_cost} or less in 95 of 100 cases, {expected_cost} as "
        "expected; the budget is {budget}.",
        facts,
    )
    yield _brings(found, figures, facts)
    yield _provable(found, figures, facts)


def _brings(found: PlanAnswer, figures: dict[str, Any], facts: dict[str, Any]) -> Note:
    if found.question.explore:
        return Note(
            "What it brings: measurements. Offers went out at random within segments, so that evaluating them turns "
            "assumptions into measurements; {expected_value} of margin would come if the assumptions hold.",
            facts,
        )
    if figures["expected_value"] < figures["expected_cost"]:
        return Note(
            "What it should bring: {expected_value} of margin that would not come otherwise, which is less than its "
            "cost: {net}. Up to a budget of {worthwhile} one more brings more than itself.",
            facts | {"worthwhile": Value(figures["worthwhile_budget"], "money")},
        )
    return Note(
        "What it should bring: {expected_value} of margin that would not come otherwise, {net} after its cost. "
        "Nothing within this budget brings more than {bound}.",
        facts,
    )


def _provable(found: PlanAnswer, figures: dict[str, Any], facts: dict[str, Any]) -> Note:
    if figures["mde"] is None:
        return Note("What can be proved afterwards: nothing, the control group is too small or there is none.")
    if found.question.explore:
        return Note(
            "What can be proved afterwards: a rise of the purchase rate by {mde} or more, of all together; of each "
            "segment and offer what stands beside them.",
            facts,
        )
    if found.trial.assignment.detectable.is_enough:
        return Note(
            "What can be proved afterwards: a rise of the purchase rate by {mde} or more; the plan expects {assumed}.",
            facts,
        )
    return Note(
        "What can be proved afterwards: a rise of the purchase rate by {mde} or more. The plan expects {assumed}: its "
        "effect will probably not be proved.",
        facts,
    )


def _figures(figures: dict[str, Any]) -> Iterator[Figure]:
    whole = figures["members_eligible"]
    for column in PLAN_FIGURES.columns:
        made_of = (figures[column.key], whole) if column.key in _MARGIN and whole else (None, None)
        yield Figure(column, figures[column.key], *made_of)


def _rests_on(found: PlanAnswer, figures: dict[str, Any]) -> Iterator[tuple[Words, Words]]:
    cells = figures["cells"]
    facts = {
        "cells": Value(len(cells), "count"),
        "base": Value(sum(cell["base_source"] == "measured" for cell in cells), "count"),
        "uplift": Value(sum(cell["uplift_source"] == "measured" for cell in cells), "count"),
        "share": Value(found.plan.campaign.control_share, "rate"),
        "budget": Value(figures["worthwhile_budget"], "money"),
    }
    message = "{base} of {cells} rates without an offer and {uplift} of {cells} uplifts were measured, others assumed"
    yield Note("Rests on"), Note(message, facts)
    message = "{share} of the eligible by a salted hash: the same salt draws the same members"
    yield Note("Control group"), Note(message, facts)
    if figures["fixed_fees"]:
        fees = {"fees": Value(figures["fixed_fees"], "money")}
        yield Note("Fixed fees"), Note("{fees}: paid in any case, a part of every cost above", fees)
    if figures["points"]:
        points = {key: Value(figures["points"][key], "count") for key in ("expected", "worst")}
        yield Note("Points"), Note("{expected} as expected, {worst} if everybody uses everything", points)
    if figures["worthwhile_budget"]:
        yield Note("Budget worth spending"), Note("{budget}: beyond it one more brings less than itself", facts)


def _warnings(found: PlanAnswer, figures: dict[str, Any]) -> Iterator[Note]:
    yield from _unprovable(figures, found.plan) if found.question.explore else found.trial.assignment.notes
    yield from found.told
    unsure = [cell for cell in figures["cells"] if cell["uplift_low"] is not None and cell["uplift_low"] <= 0]
    if unsure:
        message = (
            "{cells} of the uplifts that were measured may be none: their intervals hold 0, for {members} members at a "
            "cost of {cost}. --explore would tell more."
        )
        facts = {
            "cells": Value(len(unsure), "count"), "members": Value(sum(cell["members"] for cell in unsure), "count"),
            "cost": Value(sum(cell["expected_cost"] for cell in unsure), "money"),
        }  # fmt: skip
        yield Note(message, facts, is_finding=True)
    for finding in found.findings:
        if finding.level != "info":
            yield finding.note
    nothing = _without_value(found)
    if nothing:
        message = (
            "{members} eligible members have no order yet, and the plan states no order value for them: they count as "
            "worth nothing."
        )
        yield Note(message, {"members": Value(nothing, "count")})
    if found.plan.campaign.starts_on < found.study.as_of:
        yield Note("The campaign begins on {starts_on}, before the date the members are looked at.", _facts(found))
    if found.is_masked and found.assigned["member_id"].to_pylist() != _real_ids(found):
        message = (
            "Members go by phone or account, and the list shows masks: add --show-personal for one to send and "
            "evaluate."
        )
        yield Note(message)


def _unprovable(figures: dict[str, Any], plan: Plan) -> Iterator[Note]:
    """Yield what offers at random will not tell, and the share left alone that would tell most."""
    few = [cell for cell in figures["cells"] if cell["mde"] is None or cell["mde"] > (cell["uplift"] or UNKNOWN_RISE)]
    if few:
        message = (
            "{few} of {cells} segments and offers are too small to tell what is expected of them: more members, more "
            "budget, fewer offers, or a control_share nearer {share}."
        )
        best = 1 / (len(plan.offers) + 1)
        facts = {"few": len(few), "cells": len(figures["cells"]), "share": Value(best, "rate")}
        yield Note(message, facts, is_finding=True)


def _real_ids(found: PlanAnswer) -> list[str]:
    assignment = found.trial.assignment
    ids: list[str] = assignment.members[(assignment.offer >= 0) | found.trial.is_control].tolist()
    return ids


def _without_value(found: PlanAnswer) -> int:
    import numpy as np

    from siyu_cli.core.campaign.trial import ELIGIBLE_REASONS

    assignment = found.trial.assignment
    is_eligible = np.isin(assignment.reasons, ELIGIBLE_REASONS)
    return int((is_eligible & (assignment.outlook.order_value <= 0).all(axis=1)).sum())
