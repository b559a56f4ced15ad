"""What is told of the shop's past at several dates: where members will stand, how long they stay in a stage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from siyu_cli.core.lifecycle.tables import STAGES
from siyu_cli.core.movement.tables import BACKTEST, DWELL, FORECAST, ROLL_UPS, ROLLED_UP
from siyu_cli.errors import Note, Spoken
from siyu_cli.report import Section, Value, Words, dotted

if TYPE_CHECKING:
    from siyu_cli.core.movement.forecast import Forecast, Judged
    from siyu_cli.core.movement.question import MovementAnswer
    from siyu_cli.core.retention.survival import Survival

_AFTER = (1, 3, 6)


def tell_past(found: MovementAnswer) -> Iterator[Words]:
    """Yield the forecast by groups of stages and how it fared one horizon ago, or why there is none."""
    asked, told = found.question.forecast_months, found.forecast
    if asked is not None and (told is None or told.judged is None):
        facts = {"months": asked, "days": found.study.settings.stages.churned_after}
        yield Note(
            "No forecast: to judge one, the order log must reach back {days} days and twice {months} months more", facts
        )
    elif told is not None and told.judged is not None:
        yield _judged(told, told.judged)
        if not told.is_withheld:
            yield Note("By {until}, of those here now: {groups}", {"until": told.until, "groups": _groups(told)})
    if found.question.dwell_months is not None and found.dwell is None:
        yield Note("The order log is shorter than a month: nobody can be seen coming into a stage and leaving it")


def _judged(told: Forecast, judged: Judged) -> Note:
    facts = {
        "made_on": judged.made_on, "until": judged.until,
        "off": Value(judged.total_variation, "rate"), "still": Value(judged.no_change, "rate"),
    }  # fmt: skip
    if told.is_withheld:
        return Note(
            "No forecast: the one made on {made_on} for {until} was off by {off} of members, no change at all by "
            "{still}",
            facts,
        )
    return Note(
        "The forecast made on {made_on} for {until} was off by {off} of members, no change at all by {still}",
        facts,
    )


def _groups(told: Forecast) -> Words:
    parts = []
    for group, words in ROLL_UPS.items():
        ahead, now = (
            sum(members for stage, members in counts.items() if ROLLED_UP.get(stage) == group)
            for counts in (told.expected, told.members)
        )
        facts = {"group": Spoken(*words), "ahead": Value(round(ahead), "count"), "now": Value(now, "count")}
        parts.append(Note("{group} {ahead} (now {now})", facts))
    return dotted(*parts)


def past_sections(found: MovementAnswer) -> Iterator[Section]:
    """Yield the forecast where it is told, what came of the last one, and the stays."""
    told = found.forecast
    if told is not None and told.judged is not None:
        if not told.is_withheld:
            note = Note(
                "If members move as in the last {matrices} times {months} months; it knows of no festival",
                {"matrices": told.matrices, "months": told.months},
            )
            yield Section(FORECAST, _whole(forecast_values(found)["forecast"]), note=note)
        judged = told.judged
        facts = {"made_on": judged.made_on, "until": judged.until}
        note = Note("Made on {made_on}, for {until}; who came in between is left out", facts)
        yield Section(BACKTEST, _whole(_backtest(judged)), note=note, room="much")
    if found.dwell is not None:
        first, *_, last = found.dwell.dates
        looks = {"looks": Value(len(found.dwell.dates), "count"), "first": first, "last": last}
        note = Note("Looked at {looks} times from {first} to {last}; a stay between two looks is not seen", looks)
        yield Section(DWELL, [_stay(row) for row in dwell_values(found) or ()], note=note)


def _whole(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows with nobody in parts: machines get what was worked out."""
    return [{key: round(one) if isinstance(one, float) else one for key, one in row.items()} for row in rows]


def _stay(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, **{f"after_{months}": row["still_there_after"].get(str(months)) for months in _AFTER}}


def forecast_values(found: MovementAnswer) -> dict[str, Any]:
    """Return the forecast, empty where it is withheld, and how the last one fared, for machines."""
    told = found.forecast
    if told is None or told.judged is None:
        return {"forecast": [], "backtest": None}
    judged = told.judged
    backtest = {
        "made_on": judged.made_on, "until": judged.until, "total_variation": judged.total_variation,
        "total_variation_no_change": judged.no_change, "is_withheld": told.is_withheld, "stages": _backtest(judged),
    }  # fmt: skip
    rows = [
        {
            "stage": stage, "now": told.members.get(stage, 0), "expected": told.expected.get(stage, 0.0),
            "change": told.expected.get(stage, 0.0) - told.members.get(stage, 0),
            "newcomers": told.newcomers.get(stage, 0),
        }
        for stage in STAGES
    ]  # fmt: skip
    return {"forecast": [] if told.is_withheld else rows, "backtest": backtest}


def _backtest(judged: Judged) -> list[dict[str, Any]]:
    return [
        {
            "stage": stage, "before": judged.before.get(stage, 0), "forecast": judged.forecast.get(stage, 0.0),
            "actual": judged.actual.get(stage, 0),
        }
        for stage in STAGES
    ]  # fmt: skip


def dwell_values(found: MovementAnswer) -> list[dict[str, Any]] | None:
    """Return the stays in each stage, for machines; None where nobody asked, or the log is too short."""
    if found.dwell is None:
        return None
    return [
        {
            "stage": stage, "spells": stays.members, "ended": stays.returned, "median_months": stays.median,
            "still_there_after": _still_there(stays),
        }
        for stage, stays in found.dwell.by_stage.items()
    ]  # fmt: skip


def _still_there(stays: Survival) -> dict[str, float]:
    last = int(stays.waits[-1])
    told = {months: stays.back_within(months)["rate"] for months in range(1, last + 1)}
    return {str(months): 1 - rate for months, rate in told.items() if rate is not None}
