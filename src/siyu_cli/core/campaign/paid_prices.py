"""What a product really sold for before an offer begins: the price it may be compared with (明码标价规定 16)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from siyu_cli.engines.step import step

if TYPE_CHECKING:
    from siyu_cli.core.campaign.offer import Offer
    from siyu_cli.core.campaign.plan import Plan
    from siyu_cli.core.question import Study

_DAYS = 7


@dataclass(frozen=True)
class PricePaid:
    """The lowest price really paid in the seven days before; where none was, on the last day before, ``on``."""

    price: float
    on: date | None = None


def prices_paid(study: Study, plan: Plan) -> dict[str, PricePaid]:
    """Return, by offer, what the product sold for that its comparison price is of; no entry where no sale is known."""
    compared = [offer for offer in plan.offers if offer.original_price is not None and offer.product is not None]
    if not compared:
        return {}
    study.engine.run(step("items"), study.parameters)
    found = {offer.name: _paid_before(study, offer, plan.days_of(offer)[0]) for offer in compared}
    study.engine.drop("items")
    return {name: paid for name, paid in found.items() if paid is not None}


def _paid_before(study: Study, offer: Offer, starts_on: date) -> PricePaid | None:
    sold = study.engine.fetch(step("price_before"), {"product": offer.product, "starts_on": starts_on})
    lately = sold[sold["days_before"] <= _DAYS]
    if len(lately):
        return PricePaid(float(lately["lowest"].min()))
    if not len(sold):
        return None
    last = sold.sort_values("days_before").iloc[0]
    return PricePaid(float(last["lowest"]), last["ordered_on"].date())
