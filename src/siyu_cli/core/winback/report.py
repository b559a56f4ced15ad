"""What is told of win-back: how many come back by themselves, what that is worth, what only a control group says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from siyu_cli.core.frames import arrow_schema
from siyu_cli.core.winback.natural import Band, silent_longer
from siyu_cli.core.winback.tables import DATES, NATURAL_RETURN, NO_END, ORDER_BANDS, RETURNS
from siyu_cli.core.winback.trial_report import tell_trial, trial_sections, trial_values, trial_warnings
from siyu_cli.errors import Note
from siyu_cli.report import Listing, Report, Section, Several, Value, Words

if TYPE_CHECKING:
    import pyarrow as pa

    from siyu_cli.core.winback.question import WinbackAnswer

_BRIEF = (
    "silent_from", "silent_to", "members", "returned", "natural_rate", "median_days", "value_per_member",
)  # fmt: skip


def report(found: WinbackAnswer) -> Report:
    """Return what is told of an answer."""
    return Report(
        Note("Coming back by themselves, as of {as_of}", {"as_of": found.meta["as_of"]}),
        tuple(_opening(found)),
        found.meta,
        found.load.account(),
        values=_values(found),
        sections=tuple(_sections(found)),
        facts=tuple(_facts(found)),
        listing=Listing(NATURAL_RETURN, lambda keys: _listed(found).select(list(keys))),
        warnings=(*found.warnings, *_festivals(found), *_trial_warnings(found)),
        next_steps=tuple(_next(found)),
    )


def _opening(found: WinbackAnswer) -> Iterator[Words]:
    latest, limits = found.looks[0], found.limits
    if found.trial is not None:
        yield from tell_trial(found.trial, limits)
    members, returned = silent_longer(latest.bands, limits.silent_days)
    facts = {"day": latest.looked_from, "silent": limits.silent_days, "days": limits.horizon_days}
    facts |= {"members": Value(members, "count"), "returned": Value(returned, "count")}
    if members:
        facts["share"] = Value(returned / members, "rate")
        yield Note(
            "Of {members} members silent for more than {silent} days on {day}, {returned} ({share}) came back within "
            "{days} days by themselves",
            facts,
        )
    else:
        yield Note("On {day} nobody had been silent for more than {silent} days", facts)
    if found.trial is None:
        yield Note("As many would have come without a message: what it adds, only a control group tells")
    if limits.contact_cost is not None and found.trial is None:
        yield _worth(found)


def _worth(found: WinbackAnswer) -> Note:
    cost = Value(found.limits.contact_cost, "money")
    if found.worth_until is None:
        return Note(
            "At {cost} per contact no span of silence is worth it: less comes back than it costs", {"cost": cost}
        )
    facts = {"cost": cost, "days": found.worth_until}
    if found.limits.gross_margin is None:
        return Note("Up to {days} days of silence more comes back in sales than the {cost} a contact costs", facts)
    return Note("Up to {days} days of silence more comes back in margin than the {cost} a contact costs", facts)


def _next(found: WinbackAnswer) -> Iterator[Note]:
    if found.trial is None:
        yield Note("siyu campaign plan … with a control group tells what a message adds")


def _sections(found: WinbackAnswer) -> Iterator[Section]:
    if found.trial is not None:
        yield from trial_sections(found.trial, found.limits)
    latest = found.looks[0]
    whole = [band for band in latest.bands if band.order_days is None and band.members]
    facts = {"day": latest.looked_from, "days": found.limits.horizon_days}
    note = Note("Looked back from {day}: who bought again in the {days} days after it", facts)
    rows = [{**band.as_dict(), "silent_to": band.silent_to or NO_END} for band in whole]
    yield Section(NATURAL_RETURN, rows, drawn="bars", measures=("natural_rate",), brief=_BRIEF, note=note)
    yield Section(RETURNS, [_by_orders(latest.bands, band) for band in whole], drawn="heat", measures=RETURNS.keys[2:])
    if len(found.looks) > 1:
        yield Section(DATES, [_at_date(found, place) for place in range(len(found.looks))])


def _by_orders(bands: tuple[Band, ...], whole: Band) -> dict[str, Any]:
    rates = {b.order_days: b.natural_rate for b in bands if b.silent_from == whole.silent_from and b.order_days}
    told = {key: rates.get(name) for key, name in zip(RETURNS.keys[2:], ORDER_BANDS, strict=True)}
    return {"silent_from": whole.silent_from, "silent_to": whole.silent_to or NO_END, **told}


def _at_date(found: WinbackAnswer, place: int) -> dict[str, Any]:
    look = found.looks[place]
    members, returned = silent_longer(look.bands, found.limits.silent_days)
    festivals = Several(tuple(festival.name for festival in look.festivals))
    rate = returned / members if members else None
    return {"looked_from": look.looked_from, "members": members, "natural_rate": rate, "festivals": festivals}


def _facts(found: WinbackAnswer) -> Iterator[tuple[Words, Words]]:
    yield Note("Silent"), Note("for more than {days} days, in whole spans", {"days": found.limits.silent_days})
    yield (
        Note("Came back"),
        Note("bought within {days} days after the date looked back from", {"days": found.limits.horizon_days}),
    )


def _festivals(found: WinbackAnswer) -> Iterator[Note]:
    for festival in found.looks[0].festivals:
        yield Note(
            "{name} ({first_on} to {last_on}) falls into the days that were looked at: fewer come back at other times.",
            vars(festival),
        )


def _trial_warnings(found: WinbackAnswer) -> Iterator[Note]:
    if found.trial is not None:
        yield from trial_warnings(found.trial, found.study.as_of)


def _values(found: WinbackAnswer) -> dict[str, Any]:
    return {
        "bands": [band.as_dict() for band in found.looks[0].bands],
        "looked_from": found.looks[0].looked_from,
        "dates": [
            {**_at_date(found, place), "festivals": [day.name for day in look.festivals]}
            for place, look in enumerate(found.looks)
        ],
        "worth_until": found.worth_until,
        **trial_values(found.trial, found.limits),
    }


def _listed(found: WinbackAnswer) -> pa.Table:
    import pyarrow as pa

    rows = [band.as_dict() for band in found.looks[0].bands]
    return pa.Table.from_pylist(rows, arrow_schema(NATURAL_RETURN, has_means=True))
