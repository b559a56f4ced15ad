"""What is told of acquisition: what a new member costs, which source pays back and when, and how its members fare."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from siyu_cli.core.acquisition.figures import HORIZONS, LEAST_RIPE, Acquired, plain
from siyu_cli.core.acquisition.tables import ACQUISITION, COSTS_SHOWN, QUALITY
from siyu_cli.core.frames import arrow_schema
from siyu_cli.core.retention.report import FATES
from siyu_cli.errors import Note
from siyu_cli.report import Listing, Report, Section, Value, Words, dotted
from siyu_cli.tables.column import Column

if TYPE_CHECKING:
    import pyarrow as pa

    from siyu_cli.core.acquisition.question import AcquisitionAnswer

_BUYING = ("converted", "retained", "mature", "returned")
_UNKNOWN, _ALL = Note("(not known)"), Note("All together")
_OUTSIDE = {
    "on_no_list": Note("buys, and is on no list of members"),
    "earlier_month": Note("came in an earlier month"),
    "later_month": Note("came in a later month"),
    "unfinished_month": Note("came in the month that runs"),
}
_ATTRIBUTED = {
    "first": Note("the first source before the first order"),
    "last": Note("the last source before the first order"),
    "even": Note("all sources before the first order, alike"),
}


def report(found: AcquisitionAnswer) -> Report:
    """Return what is told of an answer."""
    return Report(
        Note("New members and what they cost, as of {as_of}", {"as_of": found.meta["as_of"]}),
        tuple(_opening(found)),
        found.meta,
        found.load.account(),
        values=_values(found),
        sections=tuple(_sections(found)),
        facts=tuple(_facts(found)),
        listing=Listing(
            ACQUISITION, lambda keys: _listed(found).select(list(keys)), tuple(_columns(found, ACQUISITION.keys))
        ),
        warnings=(*found.warnings, *_doubts(found)),
        next_steps=(Note("siyu acquisition … --attribution last shows how much hangs on the rule"),),
    )


def _opening(found: AcquisitionAnswer) -> Iterator[Words]:
    told, whole = found.found, found.found.total
    facts: dict[str, Any] = {"first": f"{told.first_month:%Y-%m}", "last": f"{told.last_month:%Y-%m}"}
    facts |= {"members": Value(plain(whole.members), "count"), "buyers": Value(plain(whole.buyers), "count")}
    came = Note("{first} to {last}: {members} new members, of whom {buyers} bought", facts)
    if not told.has_costs:
        yield came
        yield Note("What they cost is not known: give the costs (渠道费用.xlsx) beside these files")
        return
    spent = {key: _money(whole.per(key, whole.members)) for key in ("cost", "paid_cost")}
    cost = Note("each cost {cost}, {paid_cost} of it paid to others", spent)
    yield dotted(came, cost)
    yield from _best_and_worst(found)


def _best_and_worst(found: AcquisitionAnswer) -> Iterator[Words]:
    """Yield which sources paid back soonest, and which have not in all the time that was seen."""
    known = [(one, one.payback()) for one in found.found.sources if one.name is not None]
    seen = [(one, payback) for one, payback in known if payback is not None]
    back = sorted((payback.days, one.name) for one, payback in seen if payback.days is not None)
    if found.found.total.margin is None:
        yield Note("When that comes back is not known: set gross_margin in siyu.toml")
    if back:
        days, name = back[-1]
        slowest = {"count": len(back), "name": name, "days": days}
        yield Note("{count} sources have brought back what they cost; the slowest, {name}, by day {days}", slowest)
    for one, payback in seen:
        if payback.days is None:
            facts: dict[str, Any] = {
                "name": one.name,
                "days": payback.seen_days,
                "cost": _money(one.per("cost", one.members)),
            }
            yield Note("{name} has not brought back its {cost} per member in {days} days", facts)


def _sections(found: AcquisitionAnswer) -> Iterator[Section]:
    sources = found.found.sources
    rows = [_row(one, _named(one)) for one in (*sources, found.found.total)]
    rows[-1]["channel"] = _ALL
    costs = tuple(map(ACQUISITION.__getitem__, COSTS_SHOWN))
    brief = tuple(key for key in COSTS_SHOWN if key != "paid_cac_member")
    note, drawn = _shared(found), ("cac_member",)
    yield Section(ACQUISITION, rows, None, costs, "bars", drawn, brief=brief, note=note)
    back = "ltv_cac" if found.found.total.margin is not None else "sales_cac"
    brought = "margin" if found.found.total.margin is not None else "sales"
    keys = ("channel", *(f"{name}_{days}" for name in (brought, back) for days in HORIZONS))
    brief = ("channel", *(f"{brought}_{days}" for days in (30, 365)), *(f"{back}_{days}" for days in (30, 90, 365)))
    title = Note("What members bring, and for each unit of cost")
    note = Note("Of months in which everybody is that old, against what the same months cost")
    yield Section(ACQUISITION, rows, title, tuple(map(ACQUISITION.__getitem__, keys)), brief=brief, note=note)
    yield Section(
        QUALITY, [{**row, **_stages(one)} for one, row in zip((*sources, found.found.total), rows, strict=True)]
    )


def _shared(found: AcquisitionAnswer) -> Words | None:
    if not found.found.shared_costs:
        return None
    facts = {"cost": _money(found.found.shared_costs)}
    if found.question.allocate == "members":
        return Note("Costs of no source, {cost}, are shared out by members", facts)
    return Note("Costs of no source, {cost}, are in the total alone", facts)


def _named(one: Acquired) -> Words:
    return _UNKNOWN if one.name is None else one.name


def _row(one: Acquired, name: Any) -> dict[str, Any]:
    told = one.as_dict()
    quality = told["quality"]
    rates = {key: quality[key]["rate"] for key in ("first_order_within_30", "second_order_within_90")}
    by_days: dict[str, Any] = {}
    for days, row in told["ltv"].items():
        by_days |= {f"sales_{days}": row["sales_per_member"], f"sales_cac_{days}": row["sales_cac"]}
        by_days |= {f"margin_{days}": row.get("margin_per_member"), f"ltv_cac_{days}": row.get("ltv_cac")}
    own = {key: told[key] for key in ACQUISITION.keys if key in told}
    return {**own, **rates, **by_days, "refund_rate_90": quality["refund_rate_90"], "channel": name}


def _stages(one: Acquired) -> dict[str, Any]:
    stages, none = one.tally.stages, Fraction(0)
    aged, buying = (sum((stages.get(stage, none) for stage in of), none) for of in (stages, _BUYING))
    shares = {"buying": plain(buying / aged), "churned": plain(stages.get("churned", none) / aged)} if aged else {}
    return {"aged": plain(aged), **shares}


def _facts(found: AcquisitionAnswer) -> Iterator[tuple[Words, Words]]:
    told = found.found
    yield Note("A member's source"), _ATTRIBUTED[found.question.attribution]
    for why, members in told.outside.items():
        if members:
            yield (
                Note("Not counted"),
                Note("{why}: {members}", {"why": _OUTSIDE[why], "members": Value(members, "count")}),
            )
    for fate, members in told.excluded.items():
        yield Note("Not counted"), Note("{why}: {members}", {"why": FATES[fate], "members": Value(members, "count")})
    if told.costs_outside:
        yield Note("Costs of other months"), _money(told.costs_outside)


def _doubts(found: AcquisitionAnswer) -> Iterator[Note]:
    """Yield what makes a figure say less than it seems to."""
    for one in found.found.sources:
        payback = one.payback()
        if one.name is not None and payback and payback.days and payback.ripe_members < LEAST_RIPE:
            facts = {"name": one.name, "days": payback.days, "members": Value(plain(payback.ripe_members), "number")}
            yield Note("The payback of {name} by day {days} rests on {members} members alone.", facts)


def _money(amount: Any) -> Words:
    return "" if amount is None else Value(float(amount), "money")


def _columns(found: AcquisitionAnswer, keys: tuple[str, ...]) -> Iterator[Column]:
    """Yield the columns that are of use: margins where one is set, else sales."""
    left_out = (
        ("sales_cac_",) if found.found.total.margin is not None else ("margin_", "ltv_cac_", "payback", "seen_days")
    )
    yield from (ACQUISITION[key] for key in keys if not key.startswith(left_out))


def _values(found: AcquisitionAnswer) -> dict[str, Any]:
    told = found.found
    total = told.total.as_dict()
    total.pop("channel")
    return {
        "population": {"members": plain(told.total.members), "excluded": {**told.excluded, **told.outside}},
        "months": [f"{told.first_month:%Y-%m}", f"{told.last_month:%Y-%m}"],
        "gross_margin": plain(told.total.margin),
        "channels": [one.as_dict() for one in told.sources],
        "shared_costs": plain(told.shared_costs),
        "costs_outside": plain(told.costs_outside),
        "total": total,
        "unfinished": told.outside["unfinished_month"],
    }


def _listed(found: AcquisitionAnswer) -> pa.Table:
    import pyarrow as pa

    rows = [_row(one, one.name) for one in found.found.sources]
    return pa.Table.from_pylist(rows, arrow_schema(ACQUISITION, has_means=True))
