"""What a plan may cost, how far it can be wrong and still pay, and what could be proved afterwards."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from siyu_cli.core.campaign.allocation import Allocation, Curve
from siyu_cli.core.campaign.outlook import Outlook
from siyu_cli.core.campaign.problem import Places
from siyu_cli.core.campaign.reach import Bounded, assign_within
from siyu_cli.core.experiment import least_difference, least_effect

FACTORS = (0.5, 1.0, 1.5)
_P95 = 1.6448536269514722  # of a normal distribution


@dataclass(frozen=True)
class Cell:
    """The members of one segment who get one offer, and what is expected of them.

    Rates are per member; ``face_value``, ``worst_value``, ``contact_cost`` and ``margin`` (of one order, before the
    discount) are means in money. ``rate_error`` is the standard error of the redemption rate, 0 where it is assumed;
    ``prize_variance`` that of one use of a draw.
    """

    segment: str
    offer: str
    members: int
    redemption_rate: float
    purchase_rate: float
    uplift: float
    face_value: float
    worst_value: float
    contact_cost: float
    margin: float
    is_measured: bool = False
    rate_error: float = 0.0
    prize_variance: float = 0.0

    @property
    def break_even_uplift(self) -> float | None:
        """Return the uplift at which margin and cost are equal; None where no uplift would pay.

        Of u more buyers in a hundred each brings the margin and takes the face value, which is also taken by those
        who would have bought anyway: u = (anyway × face value + contact) / (margin − face value).

        >>> round(Cell("all", "c20", 100, 0.08, 0.05, 0.03, 20.0, 20.0, 0.1, 80.0).break_even_uplift, 4)
        0.0183
        """
        anyway = max(self.redemption_rate - self.uplift, 0.0)
        left = self.margin - self.face_value
        return (anyway * self.face_value + self.contact_cost) / left if left > 0 else None


@dataclass(frozen=True)
class Spend:
    """Three numbers for what a plan costs: as expected, at most in 19 of 20 cases, and if everybody uses everything."""

    expected: float
    p95: float
    all_redeemed: float


@dataclass(frozen=True)
class Scenario:
    """What comes of the plan if offers add ``factor`` times as much as was thought.

    ``value`` and ``cost`` are those of the plan as it is, ``best_value`` what the best plan for that case brings
    within the same budget and limits, ``changed`` how many members it would treat otherwise, ``flips`` from which offer
    to which (None is none), most frequent first.
    """

    factor: float
    value: float
    cost: float
    best_value: float
    changed: int
    flips: tuple[tuple[str | None, str | None, int], ...]


def cells_of(outlook: Outlook, chosen: Places) -> list[Cell]:
    """Return the cells of an assignment: ``chosen`` is the column of each member's offer, −1 for none."""
    cells = []
    for place, offer in enumerate(outlook.offers):
        for row, segment in enumerate(outlook.segments):
            members = np.flatnonzero((chosen == place) & (outlook.segment == row))
            if not len(members):
                continue
            orders = outlook.order_value[members, place]
            at = row, place
            face, worst = offer.face_values(orders).mean(), offer.worst_values(orders).mean()
            cells.append(
                Cell(
                    segment, offer.name, len(members), float(outlook.redemption[at]), float(outlook.purchase[at]),
                    float(outlook.uplift[at]), float(face), float(worst),
                    float(offer.contact_cost), float(orders.mean()) * outlook.gross_margin,
                    bool(outlook.is_measured[at]), float(outlook.rate_error[at]), offer.prize_variance,
                )
            )  # fmt: skip
    return cells


def spend_of(cells: Sequence[Cell], most: Mapping[str, float] | None = None, fixed: float = 0.0) -> Spend:
    """Return what the cells cost.

    ``p95`` = expected + 1.645 √(Σ members × p (1 − p) × face² + Σ (members × face × error of the rate)²): members
    redeem independently, a rate is wrong for all of a cell at once, and in a draw Σ members × p × variance of a prize
    is added; never above ``all_redeemed``. ``most`` caps an
    offer's face values in all, such as the prizes of a draw; ``fixed`` is spent in any case, such as a leader's fee.

    >>> spend = spend_of([Cell("all", "c20", 100, 0.1, 0.05, 0.05, 20.0, 20.0, 0.1, 80.0)])
    >>> spend.expected, round(spend.p95, 2), spend.all_redeemed
    (210.0, 308.69, 2010.0)
    """
    contact = fixed + math.fsum(cell.members * cell.contact_cost for cell in cells)
    faces = [cell.members * cell.redemption_rate * cell.face_value for cell in cells]
    variance = math.fsum(
        cell.members * cell.redemption_rate * (1 - cell.redemption_rate) * cell.face_value**2
        + cell.members * cell.redemption_rate * cell.prize_variance
        + (cell.members * cell.face_value * cell.rate_error) ** 2
        for cell in cells
    )
    worst: dict[str, float] = {}
    for cell in cells:
        worst[cell.offer] = worst.get(cell.offer, 0.0) + cell.members * cell.worst_value
    highest = contact + math.fsum(min(amount, (most or {}).get(offer, math.inf)) for offer, amount in worst.items())
    expected = contact + math.fsum(faces)
    return Spend(expected, min(expected + _P95 * math.sqrt(variance), max(highest, expected)), max(highest, expected))


def prize_caps(outlook: Outlook) -> dict[str, float]:
    """Return what the prizes of each draw are worth in all: no draw costs more."""
    return {
        offer.name: sum(float(prize.value) * prize.stock for prize in offer.prizes)
        for offer in outlook.offers
        if offer.prizes
    }


def sensitivity(
    outlook: Outlook, within: Bounded, allocation: Allocation, factors: Sequence[float] = FACTORS
) -> list[Scenario]:
    """Return what comes of an allocation if the uplift is ``factors`` times the expected one.

    The best plan for each case keeps all that the allocation keeps.
    """
    names: list[str | None] = [*(offer.name for offer in outlook.offers), None]
    chosen = allocation.offer
    treated = np.flatnonzero(chosen >= 0)
    scenarios = []
    for factor in factors:
        values, costs = outlook.matrices(factor)
        best = allocation if factor == 1 else assign_within(within.with_answers(values, costs))
        moved = np.flatnonzero(best.offer != chosen)
        pairs = Counter(zip(chosen[moved].tolist(), best.offer[moved].tolist(), strict=True))
        flips = sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))
        scenarios.append(
            Scenario(
                factor, math.fsum(values[treated, chosen[treated]]), math.fsum(costs[treated, chosen[treated]]),
                best.value, len(moved), tuple((names[old], names[new], count) for (old, new), count in flips),
            )
        )  # fmt: skip
    return scenarios


def worthwhile_budget(curve: Curve) -> float:
    """Return the budget up to which each further unit brings more than itself: where λ falls to 1.

    >>> worthwhile_budget(Curve(np.array([0.0, 5.0, 9.0]), np.array([0.0, 9.0, 11.0]), np.array([2.0, 0.5, 0.0])))
    5.0
    """
    pays = np.flatnonzero(curve.prices >= 1)
    return float(curve.budgets[min(pays[-1] + 1, len(curve.budgets) - 1)]) if len(pays) else 0.0


@dataclass(frozen=True)
class Detectable:
    """What the control group can show: the least rise of the purchase rate, whether the one assumed is as large.

    ``amount`` is the least difference of sales per member, for a standard deviation of sales; None without one.
    """

    treated: int
    control: int
    base_rate: float
    least: float | None
    assumed: float
    amount: float | None = None

    @property
    def is_enough(self) -> bool:
        """Return whether the assumed rise would be told from none, with power .8 at α .05."""
        return self.least is not None and self.assumed >= self.least


def detectable(cells: Sequence[Cell], control: int, deviation: float | None = None) -> Detectable:
    """Return what a control group of so many members can show of the cells together.

    The formula is that of ``experiment.least_effect``, for arms of unequal size.
    """
    treated = sum(cell.members for cell in cells)
    if not treated:
        return Detectable(0, control, 0.0, None, 0.0)
    base, assumed = (
        math.fsum(cell.members * rate for cell, rate in pairs) / treated
        for pairs in ([(cell, cell.purchase_rate) for cell in cells], [(cell, cell.uplift) for cell in cells])
    )
    amount = None if deviation is None or not control else least_difference(deviation, treated, control)
    return Detectable(treated, control, base, least_effect(base, treated, control), assumed, amount)


def discounts_of(outlook: Outlook, chosen: Places) -> float:
    """Return what is expected to be taken off orders: the part of the cost that paid amounts no longer hold."""
    off = {offer.name for offer in outlook.offers if offer.kind in ("coupon", "discount", "free_shipping")}
    cells = cells_of(outlook, chosen)
    return math.fsum(cell.members * cell.redemption_rate * cell.face_value for cell in cells if cell.offer in off)
