"""What evaluated campaigns say of segments and offers, put to use in the next plan: measured, with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from siyu_cli.core.campaign.learning import Estimate, Learning, learn, over_campaigns, seen_effect
from siyu_cli.core.campaign.offer import Offer
from siyu_cli.core.campaign.plan import Plan, Response
from siyu_cli.masks import mask_text

# What an offer is worth to a member; under the same terms it is the same offer, whatever it is called.
_TERMS = (
    "kind", "minimum_amount", "discount_mode", "value", "discount_max_amount", "steps", "buy_quantity", "get_quantity",
    "item", "item_cost", "required_points", "prizes", "friend_value", "cap_per_advocate", "commission_rate",
    "trigger", "first_order_only",
)  # fmt: skip


@dataclass(frozen=True)
class Known:
    """One offer: its name, its terms (empty where not known), how many campaigns it was in, what was learned of it."""

    offer: str
    terms: Mapping[str, Any]
    campaigns: int
    learning: Learning

    def of(self, segment: str) -> Estimate | None:
        """Return what to expect of a segment; None where it was in none of the campaigns."""
        named = mask_text(segment)
        return next((one.expected for one in self.learning.segments if one.segment == named), None)


@dataclass(frozen=True)
class ResponseTable:
    """The shop's response table: what each offer adds, by segment, over all campaigns that were learned from."""

    offers: tuple[Known, ...] = field(default=())

    def find(self, offer: Offer) -> Known | None:
        """Return what is known of an offer: of one with the same terms; by name where the terms were not recorded."""
        terms = terms_of(offer)
        same = next((one for one in self.offers if one.terms and dict(one.terms) == terms), None)
        named = (one for one in self.offers if not one.terms and one.offer == mask_text(offer.name))
        return same or next(named, None)


def terms_of(offer: Offer) -> dict[str, Any]:
    """Return what makes two offers the same one, as JSON can hold it."""
    document = offer.model_dump(mode="json", include=set(_TERMS), exclude_defaults=True)
    return {"kind": offer.kind, **{key: _plain(value) for key, value in document.items()}}


def _plain(value: Any) -> Any:
    """Return amounts without the zeros behind the point: 20 and 20.00 are the same terms."""
    if isinstance(value, str):
        try:
            return f"{float(value):g}"
        except ValueError:
            return value
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return {key: _plain(one) for key, one in value.items()} if isinstance(value, dict) else value


def response_table(cells: Sequence[Mapping[str, Any]]) -> ResponseTable:
    """Return what the cells of all campaigns say together.

    A cell is one campaign, segment and offer with people, buyers, control_people and control_buyers. The campaigns of
    a segment are drawn together first, then the segments of an offer.
    """
    offers: dict[str, list[Mapping[str, Any]]] = {}
    for cell in cells:
        if cell["people"] and cell["control_people"]:
            offers.setdefault(_key(cell), []).append(cell)
    found = []
    for same in offers.values():
        segments: dict[str, list[Estimate]] = {}
        for cell in same:
            segments.setdefault(cell["segment"], []).append(estimate_of(cell))
        learning = learn({name: over_campaigns(estimates) for name, estimates in sorted(segments.items())})
        campaigns = {(cell["campaign"], cell["starts_on"]) for cell in same}
        found.append(Known(same[-1]["offer"], same[-1]["terms"], len(campaigns), learning))
    return ResponseTable(tuple(sorted(found, key=lambda one: one.offer)))


def estimate_of(cell: Mapping[str, Any]) -> Estimate:
    """Return what one campaign has seen of one segment and offer."""
    return seen_effect((cell["buyers"], cell["people"]), (cell["control_buyers"], cell["control_people"]))


def _key(cell: Mapping[str, Any]) -> str:
    return repr(sorted(cell["terms"].items())) if cell["terms"] else cell["offer"]


def rows_of(table: ResponseTable) -> list[dict[str, Any]]:
    """Return the response table as in ``tables.LEARNED``."""
    return [
        {
            "offer": known.offer, "segment": one.segment, "campaigns": known.campaigns, "seen": one.seen.effect,
            "seen_error": one.seen.error, "expected": one.expected.effect, "low": one.expected.low,
            "high": one.expected.high,
        }
        for known in table.offers for one in known.learning.segments
    ]  # fmt: skip


def with_learned(plan: Plan, table: ResponseTable) -> tuple[Plan, int, int]:
    """Return the plan with what was measured in place of what was stated, how many rows changed, how many lost it.

    Who would have bought anyway uses an offer as often as was stated; who comes because of it uses it. A row that is
    called measured of which this shop has measured nothing is an assumption.
    """
    rows, changed, lost = [], 0, 0
    known = {offer.name: table.find(offer) for offer in plan.offers}
    for row in plan.responses:
        of_offer = known[row.offer]
        estimate = of_offer.of(row.segment) if of_offer else None
        if estimate is not None:
            rows.append(measured(row, estimate))
            changed += rows[-1] != row
        elif row.source == "measured":
            rows.append(row.model_copy(update={"source": "assumption", "low": None, "high": None}))
            lost += 1
        else:
            rows.append(row)
    return plan.model_copy(update={"responses": tuple(rows)}), changed, lost


def with_rows(plan: Plan, table: ResponseTable, baseline: Sequence[Mapping[str, Any]]) -> Plan:
    """Return the plan with a response for each offer it says nothing of and each segment that is known to answer it.

    ``baseline`` are rows as in ``tables.BASELINE``: what the segments do without. Who buys with it is taken to use it.
    """
    rows = []
    for offer in plan.offers:
        known = table.find(offer)
        if known is None or any(row.offer == offer.name for row in plan.responses):
            continue
        for base in baseline:
            estimate = known.of(base["segment"])
            if estimate is not None and base["source"] == "measured":
                rows.append(answered(offer.name, base, estimate))
    return plan.model_copy(update={"responses": (*plan.responses, *rows)})


def answered(offer: str, base: Mapping[str, Any], estimate: Estimate) -> Response:
    """Return the response of a segment of which both are measured: what it does without, what the offer adds."""
    value = base.get("order_value")
    without = Response(
        segment=base["segment"], offer=offer, redemption_rate=base["purchase_rate"],
        purchase_rate=base["purchase_rate"], order_value=None if value is None else Decimal(str(value)),
        base_source="measured",
    )  # fmt: skip
    return measured(without, estimate)


def measured(row: Response, estimate: Estimate) -> Response:
    """Return a response whose uplift is what was measured.

    >>> row = Response(offer="c20", redemption_rate=0.08, purchase_rate=0.05)
    >>> found = measured(row, Estimate(0.01, 0.005))
    >>> found.source, round(found.uplift, 4), round(found.redemption_rate, 4), round(found.low, 4)
    ('measured', 0.01, 0.06, 0.0002)
    """
    with_it = min(max(row.purchase_rate + estimate.effect, 0.0), 1.0)
    anyway = max(row.redemption_rate - max(row.uplift, 0.0), 0.0)
    used = min(max(anyway + with_it - row.purchase_rate, 0.0), 1.0)
    return row.model_copy(update={
        "purchase_rate_with": round(with_it, 6), "redemption_rate": round(used, 6), "source": "measured",
        "low": max(estimate.low, -1.0), "high": min(estimate.high, 1.0),
    })  # fmt: skip
