"""What members bring: the question, and what a shop answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Self

from siyu_cli.core.churn.histories import Lookback
from siyu_cli.core.frames import arrow_schema
from siyu_cli.core.parameters import churn_parameters
from siyu_cli.core.question import Answer, Question, Study
from siyu_cli.core.retention.beginnings import Following, Rows, begin, rows_of
from siyu_cli.core.retention.parts import Part
from siyu_cli.core.value.concentration import Concentration, concentration_of, tier_cuts
from siyu_cli.core.value.forecast import Forecast, foresee, window
from siyu_cli.core.value.lifetimes import Lifetime, lifetimes_of, stacked
from siyu_cli.core.value.tables import LOOKED_AT, VALUE
from siyu_cli.engines.step import step
from siyu_cli.errors import Note

if TYPE_CHECKING:
    import pyarrow as pa

    from siyu_cli.engines.protocol import Engine
    from siyu_cli.engines.step import Params

_YEAR = 365
_EARLIEST = date(1900, 1, 1)


@dataclass(frozen=True)
class Value(Question):
    """What do members bring, who brings most of it, and what is to be expected of whom?

    ``horizon_days`` is how far ahead the forecast looks and how long the windows are (that of ``[churn]`` unless
    given); ``by`` also tells owners, stores, channels or levels apart.
    """

    command: ClassVar[str] = "value"
    horizon_days: int | None = None
    by: str | None = None
    lang: str = "en"

    def answer(self, study: Study) -> ValueAnswer:
        """Return lifetimes, unevenness, tiers and the forecast; ``DataError`` where nobody bought on a known date."""
        study.label()
        own = churn_parameters(study.settings, self.horizon_days)
        given = {**study.parameters, **own}
        brought = bring(study.engine, given, self.by)
        forecast, rows = foresee(Lookback(study.engine, given))
        meta = study.describe(self.command, parameters={"horizon_days": own["horizon_days"]})
        margin = study.settings.shop.gross_margin
        return ValueAnswer(
            study, meta, self, brought, forecast, _listed(study, rows), None if margin is None else float(margin),
            lang=self.lang,
        )  # fmt: skip


@dataclass(frozen=True)
class Tiers:
    """Members by what they brought in one window and in the next: cuts of both, and how many went where."""

    before: tuple[date, date]
    after: tuple[date, date]
    cuts_before: Mapping[str, Decimal]
    cuts_after: Mapping[str, Decimal]
    moves: Rows


@dataclass(frozen=True)
class Brought:
    """What members brought: of everybody (``None``) and each part per member and by days, then unevenness and tiers."""

    since: date
    per_member: tuple[tuple[Part | None, Mapping[str, Any]], ...]
    lifetimes: tuple[Lifetime, ...]
    stacked: tuple[tuple[Part | None, Mapping[int, Mapping[str, Any]]], ...]
    concentration: Concentration
    concentration_year: Concentration
    tiers: Tiers
    excluded: Mapping[str, int]


@dataclass(frozen=True)
class ValueAnswer(Answer):
    """What members brought, and what is to be expected of them; ``forecast`` is a Note where there is none, and why."""

    told_by: ClassVar[str] = "siyu_cli.core.value.report"
    question: Value = field(repr=False)
    brought: Brought
    forecast: Forecast | Note
    rows: pa.Table = field(repr=False)
    margin: float | None = None

    def masked(self) -> Self:
        """Return the same with keys, employees and stores masked."""
        masks = self.study.masks

        def named(part: Part | None) -> Part | None:
            return None if part is None else replace(part, name=masks.text(part.name) or "")

        per_member = tuple((named(part), told) for part, told in self.brought.per_member)
        by_days = tuple((named(part), told) for part, told in self.brought.stacked)
        brought = replace(self.brought, per_member=per_member, stacked=by_days)
        return replace(super().masked(), brought=brought, rows=masks.rows(self.rows))


def bring(engine: Engine, given: Params, by: str | None = None) -> Brought:
    """Return what the members of a labelled shop brought; ``given`` holds ``as_of`` and ``horizon_days``."""
    import pyarrow as pa

    began = begin(engine, given, Following(by=by))
    as_of: Any = given["as_of"]
    days: Any = given["horizon_days"]
    given = {**began.given, "from_on": window(as_of, days), "to_on": as_of}
    engine.open("horizons", pa.table({"horizon": pa.array(LOOKED_AT, pa.int64())}))
    engine.run(step("value_days"), given)
    rows = {
        name: rows_of(engine, name, given)
        for name in ("lifetime_cells", "lifetime_line", "start_ages", "window_totals")
    }
    engine.drop("value_days", "milestones", "starts")
    everybody: tuple[Part | None, ...] = (None, *began.parts)

    def of(part: Part | None, name: str) -> Rows:
        return rows[name] if part is None else part.of(rows[name])

    return Brought(
        window(as_of, days),
        tuple((part, _per_member(of(part, "window_totals"))) for part in everybody),
        lifetimes_of(rows["lifetime_cells"], rows["start_ages"], began.periods),
        tuple((part, stacked(of(part, "lifetime_line"), of(part, "start_ages"))) for part in everybody),
        concentration_of(rows_of(engine, "sales_counts", {**given, "from_on": _EARLIEST})),
        concentration_of(rows_of(engine, "sales_counts", {**given, "from_on": window(as_of, _YEAR)})),
        _tiers(engine, given, as_of, days),
        began.excluded,
    )


def _per_member(rows: Rows) -> dict[str, Any]:
    keys = ("ever_buyers", "active", "buyers", "orders", "net_sales")
    total: dict[str, Any] = {key: sum(row[key] for row in rows) for key in keys}

    def share(denominator: str) -> float | None:
        return float(total["net_sales"]) / total[denominator] if total[denominator] else None

    return {
        **total,
        "arpu": share("active"),
        "arppu": share("buyers"),
        "per_ever_buyer": share("ever_buyers"),
        "average_order_value": share("orders"),
        "purchase_frequency": total["orders"] / total["buyers"] if total["buyers"] else None,
    }


def _tiers(engine: Engine, given: Params, as_of: date, days: int) -> Tiers:
    """Return who went from tier to tier between the last two windows of as many days."""
    after = window(as_of, days)
    before, last_before = window(as_of, 2 * days), window(as_of, days + 1)
    cuts = {
        name: tier_cuts(rows_of(engine, "sales_counts", {**given, "from_on": from_on, "to_on": to_on}))
        for name, from_on, to_on in (("before", before, last_before), ("after", after, as_of))
    }
    flat = {f"{name}_{tier}": cut for name, of_tier in cuts.items() for tier, cut in of_tier.items()}
    moves = rows_of(engine, "tier_moves", {**given, **flat, "before_from": before, "after_from": after})
    return Tiers((before, last_before), (after, as_of), cuts["before"], cuts["after"], moves)


def _listed(study: Study, rows: pa.Table | None) -> pa.Table:
    """Return a row per buyer: what is to be expected of them, the most first, beside what they brought before."""
    if rows is None:
        return arrow_schema(VALUE).empty_table()
    own = ["member_id", "net_sales", "order_days", "days_since_last"]
    features = study.engine.read("features", ["member_id"]).select(own)
    found = rows.append_column("spent_before", rows["net_before"]).join(features, "member_id", join_type="left outer")
    return found.select(VALUE.keys).sort_by([("expected_spend", "descending"), ("member_id", "ascending")])
