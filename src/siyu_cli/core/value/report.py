"""What is told of value: the decision in a few sentences, lifetimes, who brings it, tiers, the forecast's record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from siyu_cli.core.retention.parts import MIN_CELL, Part
from siyu_cli.core.retention.report import FATES, part_name
from siyu_cli.core.value.forecast import AS_BEFORE, MODEL, Forecast
from siyu_cli.core.value.tables import (
    CONCENTRATION,
    FORECASTS,
    LIFETIMES,
    LOOKED_AT,
    PER_MEMBER,
    TIER_MOVES,
    TIERS,
    VALUE,
)
from siyu_cli.errors import Note
from siyu_cli.report import Figure, Listing, Report, Section, Value, Words, dotted, label

if TYPE_CHECKING:
    from siyu_cli.core.value.question import ValueAnswer

_LATEST = 12
_BRIEF_LIST = ("member_id", "expected_spend", "spent_before", "p_alive", "net_sales", "days_since_last")
_WAYS = {MODEL: Note("the model (MBG/NBD and Gamma–Gamma)"), AS_BEFORE: Note("as the same number of days before")}


def report(found: ValueAnswer) -> Report:
    """Return what is told of an answer."""
    return Report(
        Note("Value of members as of {as_of}", {"as_of": found.meta["as_of"]}),
        tuple(_opening(found)),
        found.meta,
        found.load.account(),
        values=_values(found),
        figures=tuple(_figures(found)),
        sections=tuple(_sections(found)),
        facts=tuple(_facts(found)),
        listing=Listing(VALUE, lambda keys: found.rows.select(list(keys)), brief=_BRIEF_LIST),
        warnings=(*found.warnings, *(found.forecast.notes if isinstance(found.forecast, Forecast) else ())),
        next_steps=(Note("siyu value … -o FILE.xlsx writes the list as a workbook"),),
    )


def _opening(found: ValueAnswer) -> Iterator[Words]:
    """Yield what a buyer brings, how few bring most, what is to be expected, and whether to believe the model."""
    brought, (_, whole) = found.brought, found.brought.per_member[0]
    facts = {"as_of": found.meta["as_of"], "since": brought.since, "buyers": Value(whole["buyers"], "count")}
    facts |= {"net_sales": Value(whole["net_sales"], "money")}
    if whole["arppu"] is None:
        yield Note("As of {as_of}: nobody bought since {since}", facts)
    else:
        facts["arppu"] = Value(round(whole["arppu"], 2), "money")
        yield Note("As of {as_of}: since {since} {buyers} buyers brought {net_sales}, {arppu} each", facts)
    uneven = brought.concentration
    if uneven.members_for_most:
        told = {"members": Value(uneven.members_for_most, "count"), "buyers": Value(uneven.buyers, "count")}
        told |= {"share": Value(uneven.members_for_most / uneven.buyers, "rate")}
        yield Note("{members} of {buyers} buyers ({share}) brought four fifths of all net sales", told)
    yield _foreseen(found.forecast)


def _foreseen(forecast: Forecast | Note) -> Words:
    if isinstance(forecast, Note):
        return Note("No forecast: {why}", {"why": forecast})
    facts = {"days": forecast.horizon_days, "spend": Value(forecast.spend, "money")}
    facts |= {"members": Value(forecast.members, "count")}
    expected = Note("To be expected of {members} buyers within {days} days: {spend}", facts)
    return dotted(expected, _verdict(forecast))


def _verdict(forecast: Forecast) -> Note:
    """Return which way of telling was nearer the truth one horizon ago."""
    if forecast.is_model_nearer is None:
        return Note("the log is too short to hold that against what came")
    errors = {name: Value(forecast.judged[name]["mean_error"], "money") for name in (MODEL, AS_BEFORE)}
    if forecast.is_model_nearer:
        return Note(
            "here the model was nearer the truth ({model}) than the same number of days before ({as_before})", errors
        )
    return Note(
        "the model adds nothing here: it was off by {model} per member, the same number of days before by {as_before}",
        errors,
    )


def _figures(found: ValueAnswer) -> Iterator[Figure]:
    _, whole = found.brought.per_member[0]
    for key in ("arpu", "arppu", "per_ever_buyer", "average_order_value"):
        if whole[key] is not None:
            yield Figure(PER_MEMBER[key], round(whole[key], 2))


def _sections(found: ValueAnswer) -> Iterator[Section]:
    brought = found.brought
    if len(brought.per_member) > 1:
        rows = [{"part": _named(part), **told} for part, told in brought.per_member]
        note = Note("Parts of fewer than {count} members are told as one", {"count": MIN_CELL})
        brief = ("part", "net_sales", "buyers", "arppu", "average_order_value", "purchase_frequency")
        yield Section(PER_MEMBER, rows, drawn="bars", measures=("arppu",), brief=brief, note=note)
    yield from _lifetimes(found)
    yield _concentration(found)
    yield _tiers(found)
    if isinstance(found.forecast, Forecast) and found.forecast.judged:
        told = [{"told_by": _WAYS[name], **row} for name, row in found.forecast.judged.items()]
        note = Note("Forecast on {day}, held against the {days} days after it", {
            "day": found.forecast.judged_on, "days": found.forecast.horizon_days,
        })  # fmt: skip
        yield Section(FORECASTS, told, note=note)


def _lifetimes(found: ValueAnswer) -> Iterator[Section]:
    """Yield what members had brought by each day: the latest cohorts, and all of them; below them all together."""
    below = [
        {
            "cohort": _named(part),
            "members": told[0]["ripe"] if 0 in told else 0,
            **{f"day_{days}": row["per_member"] for days, row in told.items()},
        }
        for part, told in found.brought.stacked
    ]
    if found.margin is not None:
        _, whole = found.brought.stacked[0]
        margins = {f"day_{days}": row["per_member"] * found.margin for days, row in whole.items()}
        below.append({"cohort": Note("Margin, all together"), "members": None, **margins})
    note = Note("All together: each day's mean over all members old enough for it, summed; nobody old is taken for all")
    for latest, room in ((_LATEST, "little"), (None, "much")):
        shown = found.brought.lifetimes if latest is None else found.brought.lifetimes[-latest:]
        rows = [
            {
                "cohort": one.cohort,
                "members": one.members,
                **{f"day_{days}": one.per_member(days) for days in LOOKED_AT},
            }
            for one in shown
        ]
        brief = ("cohort", "members", "day_0", "day_30", "day_90", "day_180", "day_365")
        yield Section(LIFETIMES, [*rows, *below], brief=brief, note=note, room=room)  # type: ignore[arg-type]


def _concentration(found: ValueAnswer) -> Section:
    uneven = found.brought.concentration
    rows = [
        {"of_buyers": int(share[:-1]) / 100, "members": row["members"], "sales_share": row["share"]}
        for share, row in uneven.top.items()
    ]
    gini = Value(uneven.gini, "mark") if uneven.gini is not None else ""
    facts = {"gini": gini, "below": Value(uneven.below_zero, "count")}
    note = Note(
        "Gini {gini}: 0 where all bring the same, 1 where one brings all; {below} below zero count as nothing", facts
    )
    return Section(CONCENTRATION, rows, drawn="bars", measures=("sales_share",), note=note)


def _tiers(found: ValueAnswer) -> Section:
    tiers = found.brought.tiers
    cells: dict[str, dict[str, Any]] = {tier: {"before": label(TIER_MOVES["before"], tier)} for tier in TIERS}
    for row in tiers.moves:
        of_tier = cells[row["tier_from"]]
        of_tier[row["tier_to"]] = row["members"]
        of_tier["net_sales_before"] = of_tier.get("net_sales_before", 0) + row["net_sales_before"]
    cells["none"].pop("net_sales_before", None)
    facts = {"first": tiers.before[0], "until": tiers.before[1], "then": tiers.after[0], "last": tiers.after[1]}
    note = Note("Rows: {first} to {until}; columns: {then} to {last}. Who ties with the last of a tier is in it", facts)
    return Section(TIER_MOVES, list(cells.values()), drawn="heat", measures=tuple(TIERS), note=note)


def _named(part: Part | None) -> Words:
    return Note("All together") if part is None else part_name(part.name)


def _facts(found: ValueAnswer) -> Iterator[tuple[Words, Words]]:
    if isinstance(found.forecast, Forecast):
        yield Note("Model"), _WAYS[MODEL]
    tiers = found.brought.tiers
    for name, cuts in ((Note("Tiers before from"), tiers.cuts_before), (Note("Tiers after from"), tiers.cuts_after)):
        told = (
            Note("{tier} {cut}", {"tier": label(TIER_MOVES["before"], tier), "cut": Value(cut, "money")})
            for tier, cut in cuts.items()
        )
        yield name, dotted(*told)
    for fate, members in found.brought.excluded.items():
        yield (
            Note("Not in the lifetimes"),
            Note("{why}: {members}", {"why": FATES[fate], "members": Value(members, "count")}),
        )


def _values(found: ValueAnswer) -> dict[str, Any]:
    brought, forecast = found.brought, found.forecast
    tiers: dict[str, dict[str, int]] = {tier: dict.fromkeys(TIERS, 0) for tier in TIERS}
    for row in brought.tiers.moves:
        tiers[row["tier_from"]][row["tier_to"]] = row["members"]
    foreseen: Mapping[str, Any] | None = None
    if isinstance(forecast, Forecast):
        foreseen = {
            "horizon_days": forecast.horizon_days, "members": forecast.members, "expected_orders": forecast.orders,
            "expected_spend": forecast.spend,
        }  # fmt: skip
    return {
        "population": {"members": brought.stacked[0][1].get(0, {}).get("ripe", 0), "excluded": dict(brought.excluded)},
        "per_user": {"since": brought.since, **brought.per_member[0][1]},
        "ltv": {
            "cohorts": [one.as_dict() for one in brought.lifetimes],
            "stacked": {str(days): row for days, row in brought.stacked[0][1].items()},
            "gross_margin": found.margin,
        },
        "concentration": brought.concentration.as_dict(),
        "concentration_365d": brought.concentration_year.as_dict(),
        "tiers": {"before": brought.tiers.cuts_before, "after": brought.tiers.cuts_after},
        "tier_migration": {"before": brought.tiers.before, "after": brought.tiers.after, "matrix": tiers},
        "forecast": foreseen,
        "backtest": _backtest(forecast),
        "by": [
            {"part": part.name, **told, "stacked": {str(days): row for days, row in by_days.items()}}
            for (part, told), (_, by_days) in zip(brought.per_member[1:], brought.stacked[1:], strict=True)
            if part is not None
        ],
    }


def _backtest(forecast: Forecast | Note) -> dict[str, Any] | None:
    if isinstance(forecast, Note) or not forecast.judged:
        return None
    verdict = MODEL if forecast.is_model_nearer else AS_BEFORE
    return {"on": forecast.judged_on, **forecast.judged, "nearer": verdict}
