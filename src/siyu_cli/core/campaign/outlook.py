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
        values = more[self.segment] * self.order_value * self.gross_margin
        costs = np.column_stack([
            np.nan_to_num(redeemed[self.segment, place]) * offer.face_values(self.order_value[:, place])
            + float(offer.contact_cost)
            for place, offer in enumerate(self.offers)
        ])  # fmt: skip
        is_open = self.allowed & np.isfinite(values)
        return np.where(is_open, values, -np.inf), costs


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
    own = np.asarray(order_value, dtype=np.float64)
    stated = spent[place]
    of_member = np.where(np.isnan(stated), np.nan_to_num(own)[:, None], stated)
    may = np.ones(of_member.shape, np.bool_) if allowed is None else allowed
    return Outlook(
        plan.offers, tuple(names.tolist()), place.astype(np.int64), of_member, redemption, purchase, uplift,
        is_measured, error, gross_margin, may,
    )  # fmt: skip
