"""What a plan does not say, for offers at random: what members do without them as measured, the rest as unknown.

Of an unknown answer the cost counts as if everybody used the offer, so that no budget is passed; nothing is expected of
it, and cells are as large as it takes to tell ``trial.UNKNOWN_RISE``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from siyu_cli.core.campaign.plan import ANY, Plan, Response

UNKNOWN_BASE = 0.05  # where nothing was measured, either


def with_unknown(plan: Plan, baseline: Sequence[Mapping[str, Any]]) -> Plan:
    """Return the plan with a response to every offer: by stage where it has none at all, else by ``*``.

    ``baseline`` are rows as in ``tables.BASELINE``.
    """
    stages = [row for row in baseline if row["grouping"] == "stage"]
    told = {row.offer for row in plan.responses}
    found = []
    for offer in plan.offers:
        if offer.name not in told:
            found += [_response(row["segment"], offer.name, row) for row in stages]
        if not any(row.segment == ANY and row.offer == offer.name for row in plan.responses):
            found.append(_response(ANY, offer.name, _together(stages)))
    return plan.model_copy(update={"responses": (*plan.responses, *found)})


def _together(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    then, buyers = (sum(row.get(key) or 0 for row in rows) for key in ("members_then", "buyers"))
    if not then:
        return {"source": "assumption"}
    spent = sum(float(row["order_value"]) * row["buyers"] for row in rows if row.get("order_value") is not None)
    value = round(spent / buyers, 2) if buyers else None
    return {"source": "measured", "purchase_rate": buyers / then, "order_value": value}


def _response(segment: str, offer: str, row: Mapping[str, Any]) -> Response:
    base = row["purchase_rate"] if row["source"] == "measured" else UNKNOWN_BASE
    value = row.get("order_value")
    return Response(
        segment=segment, offer=offer, redemption_rate=1.0, purchase_rate=base, purchase_rate_with=base,
        order_value=None if value is None else Decimal(str(value)), base_source=row["source"],
    )  # fmt: skip
