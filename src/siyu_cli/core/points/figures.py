"""The figures of points: what is there and owed, what lapses when, what it costs, what stands in the accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from siyu_cli.core.points.cohorts import cohorts_of, redemption_rate
from siyu_cli.core.points.liability import allocated, cents, recognised
from siyu_cli.engines.step import Params, step

if TYPE_CHECKING:
    from siyu_cli.core.points.lots import Burns
    from siyu_cli.engines.protocol import Engine

_YEAR_DAYS = 365


@dataclass(frozen=True)
class Worth:
    """What a point is worth in money, and what share of points is expected to be spent, each if anybody says so."""

    value: Decimal | None = None
    expected_rate: float | None = None


def point_figures(engine: Engine, params: Params, burns: Burns, worth: Worth) -> dict[str, Any]:
    """Return the document of docs/points.md but for its lists; reads what ``replay_points`` and the steps made."""
    as_of = params["as_of"]
    assert isinstance(as_of, date)
    kinds = {row["kind"]: row for row in _rows(engine, "point_kinds", ("kind",), {**params, "starts_on": as_of})}
    first_on = min((row["first_on"] for row in kinds.values()), default=as_of)
    starts_on = max(first_on, as_of - timedelta(_YEAR_DAYS - 1))
    spans = {"first_on": first_on, "starts_on": starts_on}
    lately = {row["kind"]: row["points_lately"] for row in _rows(engine, "point_kinds", ("kind",), {**params, **spans})}
    (sales,) = _rows(engine, "point_sales", (), {**params, **spans})
    (totals,) = _rows(engine, "point_totals", (), params)
    cohorts, ladder_rate, ladder_se = cohorts_of(burns, as_of)
    told_rate = redemption_rate(burns, as_of)
    rate, rate_from = _expected(worth.expected_rate, ladder_rate, told_rate)
    issued = Decimal(int(burns.earned.sum())) / 100
    burned = Decimal(int(burns.burned.sum())) / 100
    return {
        "first_on": first_on,
        **{key: value for key, value in totals.items() if key not in ("lapsed", "told_lapsed")},
        "lots_expiring": _months(engine, worth.value),
        "lapsed": {"computed": totals["lapsed"], "told": totals["told_lapsed"]},
        "movements": {kind: {key: row[key] for key in ("movements", "points")} for kind, row in sorted(kinds.items())},
        "reconciliation": _reconciliation(engine, params),
        "redemption_rate": told_rate,
        "expected_rate": {"rate": rate, "from": rate_from, "se": ladder_se if rate_from == "chain_ladder" else None},
        "cohorts": cohorts,
        "liability": _liability(sales["net_sales"], issued, burned, worth.value, rate),
        "cost_rate": _cost_rates(sales["net_sales_lately"], lately, worth.value, rate) | {"since": starts_on},
    }


def _rows(engine: Engine, name: str, order_by: Sequence[str], params: Params) -> list[dict[str, Any]]:
    engine.run(step(name), params)
    rows: list[dict[str, Any]] = engine.read(name, order_by).to_pylist()
    return rows


def _expected(given: float | None, ladder: float | None, told: float | None) -> tuple[float | None, str | None]:
    """Return the share of points that is expected to be spent in the end, and who says so."""
    for rate, told_by in ((given, "settings"), (ladder, "chain_ladder"), (told, "redemption_rate")):
        if rate is not None:
            return rate, told_by
    return None, None


def _months(engine: Engine, value: Decimal | None) -> list[dict[str, Any]]:
    by_month: dict[str, Decimal] = {}
    for row in _rows(engine, "point_expiries", ("expires_on",), {}):
        month = f"{row['expires_on']:%Y-%m}"
        by_month[month] = by_month.get(month, Decimal(0)) + row["points"]
    return [
        {"month": month, "points": points, "value": None if value is None else cents(points * value)}
        for month, points in sorted(by_month.items())
    ]


def _reconciliation(engine: Engine, params: Params) -> dict[str, Any]:
    held = {row["held"]: row for row in _rows(engine, "point_agreement", ("held",), params)}
    return {
        "rows": held["movements"]["compared"],
        "agree": held["movements"]["agreed"],
        "members": {"of": held["members"]["compared"], "agree": held["members"]["agreed"]},
        "causes": _rows(engine, "point_causes", ("cause",), params),
    }


def _liability(
    sales: Decimal | None, issued: Decimal, burned: Decimal, value: Decimal | None, rate: float | None
) -> dict[str, Any]:
    """Return what the points issued since the log began come to in the accounts; empty where a part is not known."""
    found: dict[str, Any] = {
        "points": issued, "value": value, "expected_rate": rate, "allocated": None, "recognised": None, "balance": None,
    }  # fmt: skip
    if value is None or rate is None or not sales or sales <= 0:
        return found
    expected = issued * Decimal(str(rate))
    whole = allocated(sales, expected * value)
    earned = recognised(whole, burned, expected)
    return found | {"allocated": cents(whole), "recognised": cents(earned), "balance": cents(whole - earned)}


def _cost_rates(
    sales: Decimal | None, lately: Mapping[str, Decimal], value: Decimal | None, rate: float | None
) -> dict[str, float | None]:
    """Return what points cost of the past year's sales: by those that were spent, and by those that were issued."""
    if value is None or not sales or sales <= 0:
        return {"redeemed": None, "issued": None}
    spent = -lately.get("burn", Decimal(0)) - lately.get("return", Decimal(0))
    issued = lately.get("earn", Decimal(0)) + lately.get("clawback", Decimal(0))
    return {
        "redeemed": float(spent * value / sales),
        "issued": None if rate is None else float(issued * value / sales) * rate,
    }
