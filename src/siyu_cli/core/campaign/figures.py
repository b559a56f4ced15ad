"""The figures of a plan, for people and for machines: money, members, the bound, the curve, the cells."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from siyu_cli.core.campaign.allocation import Curve
from siyu_cli.core.campaign.limits import stock_of
from siyu_cli.core.campaign.reach import curve_within
from siyu_cli.core.campaign.spend import Scenario, cells_of, sensitivity, worthwhile_budget
from siyu_cli.core.experiment import least_effect

if TYPE_CHECKING:
    from siyu_cli.core.campaign.plan import Plan
    from siyu_cli.core.campaign.question import PlanAnswer
    from siyu_cli.core.campaign.spend import Cell

_KEYS = (
    "budget", "fixed_fees", "members_eligible", "members_treated", "members_control", "members_compared",
    "expected_cost", "p95_cost", "worst_case_cost", "expected_value", "bound", "gap", "lambda", "mde",
    "worthwhile_budget", "curve", "sensitivity", "excluded", "cells", "offers", "owners", "points",
)  # fmt: skip


def figures_of(found: PlanAnswer) -> dict[str, Any]:
    """Return every figure of a plan under its key; rows of its tables under theirs."""
    assignment, plan = found.trial.assignment, found.plan
    allocation, spend = assignment.allocation, assignment.spend
    fees = float(plan.fixed_fees)
    curve = curve_within(assignment.within) if len(assignment.members) else None
    worthwhile = None if curve is None else worthwhile_budget(curve)
    is_best = not found.question.explore and allocation.members_treated
    scenarios = sensitivity(assignment.outlook, assignment.within, allocation) if is_best else []
    return {
        "budget": float(plan.campaign.budget),
        "fixed_fees": fees,
        "members_eligible": found.trial.eligible,
        "members_treated": allocation.members_treated,
        "members_control": int(found.trial.is_control.sum()),
        "members_compared": int(found.trial.is_compared.sum()),
        "expected_cost": round(spend.expected, 2),
        "p95_cost": round(spend.p95, 2),
        "worst_case_cost": round(spend.all_redeemed, 2),
        "expected_value": round(allocation.value, 2),
        "bound": _up(allocation.bound),
        "gap": max(round(allocation.gap, 12), 0.0),  # sums differ in their last digits
        "lambda": allocation.price,
        "mde": assignment.detectable.least,
        "worthwhile_budget": round(fees + worthwhile, 2) if worthwhile else worthwhile,
        "curve": [] if curve is None else curve_rows(curve, fees),
        "sensitivity": [_scenario(one, fees) for one in scenarios],
        "excluded": [{"reason": reason, "members": count} for reason, count in assignment.excluded.items()],
        "cells": [_cell(plan, cell, control) for cell, control in _compared(found)],
        "offers": _offers(found),
        "owners": _owners(found),
        "points": _points(found),
        "is_sampled": curve is not None and curve.is_estimate,
    }


def values_of(found: PlanAnswer, figures: Mapping[str, Any]) -> dict[str, Any]:
    """Return the plan for machines."""
    campaign = found.plan.campaign
    return {
        "campaign": campaign.name,
        **{key: figures[key] for key in _KEYS},
        "limits": dict(found.trial.assignment.allocation.limit_prices),
        "compliance": [finding.as_dict() for finding in found.findings],
    }


def _up(bound: float) -> float:
    """Return a bound in cents that is still one."""
    return math.ceil(bound * 100 - 1e-6) / 100


def curve_rows(curve: Curve, fees: float) -> list[dict[str, float]]:
    """Return a budget curve as rows of ``tables.CURVE``; fixed fees are the part of each budget that brings nothing."""
    columns = zip(curve.budgets.tolist(), curve.values.tolist(), curve.prices.tolist(), strict=True)
    return [
        {"budget": round(fees + budget, 2), "expected_value": round(value, 2), "lambda": price}
        for budget, value, price in columns
    ]


def _scenario(one: Scenario, fees: float) -> dict[str, Any]:
    value, cost = round(one.value, 2), round(one.cost + fees, 2)
    return {
        "factor": one.factor,
        "expected_value": value,
        "expected_cost": cost,
        "net": round(value - cost, 2),
        "best_value": round(one.best_value, 2),
        "changed": one.changed,
        "flips": [{"from": old, "to": new, "members": count} for old, new, count in one.flips],
    }


def _compared(found: PlanAnswer) -> Iterator[tuple[Cell, int]]:
    """Yield each cell with how many of the control group it is compared with."""
    outlook, trial = found.trial.assignment.outlook, found.trial
    names, segments = [offer.name for offer in outlook.offers], list(outlook.segments)
    for cell in cells_of(outlook, trial.assignment.offer):
        is_theirs = outlook.segment == segments.index(cell.segment)
        yield cell, int((trial.compared_for[:, names.index(cell.offer)] & is_theirs).sum())


def _cell(plan: Plan, cell: Cell, control: int) -> dict[str, Any]:
    answer = plan.response(cell.segment, cell.offer)
    cost = cell.members * (cell.redemption_rate * cell.face_value + cell.contact_cost)
    is_measured = answer is not None and answer.source == "measured"
    return {
        "segment": cell.segment,
        "offer": cell.offer,
        "members": cell.members,
        "control": control,
        "redemption_rate": cell.redemption_rate,
        "purchase_rate": cell.purchase_rate,
        "uplift": cell.uplift,
        "uplift_low": answer.low if answer and is_measured else None,
        "uplift_high": answer.high if answer and is_measured else None,
        "break_even_uplift": cell.break_even_uplift,
        "mde": least_effect(cell.purchase_rate, cell.members, control) if control else None,
        "expected_cost": round(cost, 2),
        "worst_cost": round(cell.members * (cell.worst_value + cell.contact_cost), 2),
        "expected_value": round(cell.members * cell.uplift * cell.margin, 2),
        "base_source": answer.base_source if answer else "assumption",
        "uplift_source": "measured" if cell.is_measured else "assumption",
    }


def _points(found: PlanAnswer) -> dict[str, Any] | None:
    """Return the points to be exchanged, as expected and if everybody uses everything; None where none are."""
    offers = {offer.name: offer for offer in found.plan.offers if offer.required_points}
    if not offers:
        return None
    cells = cells_of(found.trial.assignment.outlook, found.trial.assignment.offer)
    taken = [(cell, offers[cell.offer]) for cell in cells if cell.offer in offers]
    each = [(cell.members * (offer.required_points or 0), cell, offer) for cell, offer in taken]
    return {
        "expected": round(sum(points * cell.redemption_rate for points, cell, _offer in each)),
        "worst": sum(points * offer.use_per_customer_limit for points, _cell, offer in each),
        "limit": found.plan.limits.points,
    }


def _offers(found: PlanAnswer) -> list[dict[str, Any]]:
    allocation = found.trial.assignment.allocation
    rows = []
    for place, (offer, stock) in enumerate(zip(found.plan.offers, stock_of(found.plan).tolist(), strict=True)):
        is_limited = math.isfinite(stock)
        rows.append({
            "offer": offer.name, "members": int(allocation.used[place]), "stock": int(stock) if is_limited else None,
            "price": float(allocation.stock_prices[place]) if is_limited else None,
        })  # fmt: skip
    return rows


def _owners(found: PlanAnswer) -> list[dict[str, Any]]:
    """Return one row per employee, most members first; nobody's members come last."""
    sums: dict[str | None, list[float]] = {}
    listed = found.arrow(("owner", "arm", "expected_cost", "expected_value")).to_pylist()
    for row in listed:
        if row["arm"] == "treatment":
            own = sums.setdefault(row["owner"], [0, 0.0, 0.0])
            for place, amount in enumerate((1, float(row["expected_cost"]), float(row["expected_value"]))):
                own[place] += amount
    order: Sequence[str | None] = sorted(sums, key=lambda owner: (owner is None, -sums[owner][0], owner or ""))
    most = found.plan.limits.contacts_per_owner
    return [
        {
            "owner": owner, "members": int(sums[owner][0]), "capacity": most if owner else None,
            "expected_cost": round(sums[owner][1], 2), "expected_value": round(sums[owner][2], 2),
        }
        for owner in order
    ]  # fmt: skip
