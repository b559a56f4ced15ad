"""What each offer would bring and cost with each member: the plan's answers put to the members' order values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siyu_cli.core.campaign.offer import Offer
from siyu_cli.core.campaign.plan import Plan
from siyu_cli.core.campaign.problem import Places, Values

Answers = tuple[Values, Values]


@dataclass(frozen=True)
class Outlook:
    """Members × offers: which segment answers for whom, what they are expected to do with and without each offer.

    ``redemption``, ``purchase`` (without the offer) and ``uplift`` are segments × offers, NaN where the plan says
    nothing; ``order_value`` is members × offers; ``allowed`` says who may get what.
    """

    offers: tuple[Offer, ...]
    segments: tuple[str, ...]
    segment: Places
    order_value: Values
    redemption: Values
    purchase: Values
    uplift: Values
    is_measured: NDArray[np.bool_]
    rate_error: Values
    gross_margin: float
    allowed: NDArray[np.bool_]

    def matrices(self, factor: float = 1.0) -> Answers:
        """Return values (margin that would not come otherwise, before the discount) and costs, the uplift × ``factor``.

        value = uplift × order value × gross margin; cost = P(redeem) × face value + contact, where P(redeem) falls
        with the uplift but never below what those use who would have bought anyway. −inf: not allowed, or no answer.
        """
        more = self.uplift * factor
        redeemed = (self.redemption + more - self.uplift).clip(0.0, 1.0)
        values, costs = (np.empty(self.order_value.shape) for _matrix in range(2))
        for place, offer in enumerate(self.offers):  # one at a time: whole matrices on the way are the most memory
            orders = self.order_value[:, place]
            worth = more[self.segment, place] * orders * self.gross_margin
            values[:, place] = np.where(self.allowed[:, place] & np.isfinite(worth), worth, -np.inf)
            costs[:, place] = np.nan_to_num(redeemed[self.segment, place]) * offer.face_values(orders)
            costs[:, place] += float(offer.contact_cost)
        return values, costs


def outlook_of(
    plan: Plan,
    segment: Sequence[str],
    order_value: Sequence[float] | Values,
    gross_margin: float,
    allowed: NDArray[np.bool_] | None = None,
) -> Outlook:
    """Return the outlook of a plan; ``segment`` and ``order_value`` are per member, ``allowed`` members × offers.

    A response's own order value goes before the member's. Where an interval of what an offer adds was measured, its
    width is the error of the redemption rate.
    """
    names, place = np.unique(np.asarray(segment, dtype=np.str_), return_inverse=True)
    shape = (len(names), len(plan.offers))
    redemption, purchase, uplift, spent = (np.full(shape, np.nan) for _ in range(4))
    is_measured, error = np.zeros(shape, np.bool_), np.zeros(shape)
    for row, name in enumerate(names.tolist()):
        for column, offer in enumerate(plan.offers):
            answer = plan.response(name, offer.name)
            if answer is None:
                continue
            at = row, column
            redemption[at], purchase[at], uplift[at] = answer.redemption_rate, answer.purchase_rate, answer.uplift
            is_measured[at] = answer.source == "measured"
            if answer.low is not None and answer.high is not None:
                error[at] = (answer.high - answer.low) / (2 * 1.959963984540054)
            if answer.order_value is not None:
                spent[at] = float(answer.order_value)
    of_member = _orders(np.nan_to_num(np.asarray(order_value, dtype=np.float64)), spent, place)
    may = np.ones(of_member.shape, np.bool_) if allowed is None else allowed
    return Outlook(
        plan.offers, tuple(names.tolist()), place.astype(np.int64), of_member, redemption, purchase, uplift,
        is_measured, error, gross_margin, may,
    )  # fmt: skip


def _orders(own: Values, stated: Values, segment: Places) -> Values:
    """Return the order value of each member with each offer: one column for all where offers do not differ in it."""
    is_same = bool(np.array_equal(stated, np.broadcast_to(stated[:, :1], stated.shape), equal_nan=True))
    columns = [
        np.where(np.isnan(spent := stated[segment, place]), own, spent)
        for place in range(1 if is_same else stated.shape[1])
    ]
    if is_same:
        return np.broadcast_to(columns[0][:, None], (len(own), stated.shape[1]))
    return np.column_stack(columns)
