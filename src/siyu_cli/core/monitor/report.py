"""What is told of the monitor: what rings, against how many false alarms, and what it cannot see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from siyu_cli.core.frames import arrow_schema
from siyu_cli.core.monitor.tables import (
    METRICS,
    MONITOR,
    MONITOR_ALARMS,
    MONITOR_FIGURES,
    MONITOR_NEEDS,
    MONITOR_PAST,
    MONITOR_POWER,
    MONITOR_STATES,
)
from siyu_cli.errors import Note, Spoken
from siyu_cli.report import Figure, Listing, Report, Section, Value, Words, label

if TYPE_CHECKING:
    import pyarrow as pa

    from siyu_cli.core.monitor.outlook import Outlook
    from siyu_cli.core.monitor.question import MonitorAnswer
    from siyu_cli.core.monitor.watched import Point, Watched
    from siyu_cli.tables.column import Column, Table

_SAID, _SHOWN = 3, 60
_BRIEF_STATES = ("metric", "part", "date", "value", "expected", "state")
_TOLD_DROP = 0.3
_WHOLE_FROM = 100.0  # numbers from here on are told without decimals


def report(found: MonitorAnswer) -> Report:
    """Return what is told of an answer."""
    return Report(
        Note("Monitor as of {as_of}", {"as_of": found.meta["as_of"]}),
        tuple(_opening(found)),
        found.meta,
        found.load.account(),
        values=_values(found),
        figures=tuple(Figure(MONITOR_FIGURES[key], value) for key, value in found.row.items()),
        sections=tuple(_sections(found)),
        facts=tuple(_facts(found)),
        listing=Listing(MONITOR, lambda keys: _listed(found).select(list(keys))),
        warnings=found.warnings,
        log={key: found.row[key] for key in ("alarms", "series_watched", "past_alarms")},
        next_steps=(
            Note("siyu monitor … --fail-on alarms --notify URL tells a group chat, and nobody while nothing rings"),
        ),
        episodes=found.episodes,
    )


def _opening(found: MonitorAnswer) -> Iterator[Words]:
    """Yield what rings, how often it rings for nothing and would have rung, and what a shop of this size can see."""
    alarms, counts = found.alarms, found.row
    facts = {
        "day": found.last_on, "first": found.since or found.last_on,
        "alarms": Value(len(alarms), "count"), "series": Value(counts["series_watched"], "count"),
    }  # fmt: skip
    if not counts["series_watched"]:
        yield Note("Up to {day} nothing can be judged yet: that takes ten weeks of days with a date", facts)
        return
    if alarms:
        yield Note("Alarms: {alarms} since {first}, in {series} series watched up to {day}", facts)
        yield from (_said(series, point) for series, point in alarms[-_SAID:])
    else:
        yield Note("No alarm since {first}: {series} series are as usual up to {day}", facts)
    yield Note(
        "Limits are set so that all series together ring for nothing no oftener than this a month: {budget}. In the "
        "past year they would have rung {past} times",
        {"budget": Value(found.budget.a_month, "number"), "past": Value(counts["past_alarms"], "count")},
    )
    yield from (_hoped(one) for one in found.outlooks if one.part is None and one.drop == _TOLD_DROP)


def _said(series: Watched, point: Point) -> Note:
    facts = {
        "metric": _metric(series), "day": point.on, "value": _number(series, point.value),
        "expected": _number(series, point.expected), "since": point.since or point.on,
    }  # fmt: skip
    if point.state == "drift":
        return Note("{metric} has drifted since {since}: {value} a day in the week to {day}, not {expected}", facts)
    return Note("{metric} on {day}: {value} instead of {expected}", facts)


def _metric(series: Watched) -> Words:
    name = Spoken(*METRICS[series.metric])
    return Note("{metric} ({part})", {"metric": name, "part": series.part}) if series.part else name


def _number(series: Watched, value: float | None) -> Words:
    if value is None:
        return "–"
    if series.unit in ("money", "share"):
        return Value(value, "money" if series.unit == "money" else "rate")
    return Value(round(value) if value >= _WHOLE_FROM else round(value, 1), "number")


def _hoped(one: Outlook) -> Note:
    facts = {
        "level": Value(one.level, "number"), "drop": Value(one.drop, "rate"),
        "week": Value(one.within[7], "rate"), "fortnight": Value(one.within[14], "rate"),
    }  # fmt: skip
    return Note(
        "At {level} orders a day a lasting drop of {drop} is seen within 7 days with a chance of {week}, within 14 of "
        "{fortnight}",
        facts,
    )


def _sections(found: MonitorAnswer) -> Iterator[Section]:
    yield Section(
        MONITOR_ALARMS, [_cells(*pair) for pair in found.alarms[-_SHOWN:]], columns=_shown(found, MONITOR_ALARMS)
    )
    last = [(series, series.points[-1]) for series in found.watched if series.is_watched]
    yield Section(
        MONITOR_STATES,
        [_cells(*pair) for pair in last[:_SHOWN]],
        None,
        _shown(found, MONITOR_STATES),
        brief=_BRIEF_STATES,
    )
    note = Note("How often it rings in this shop: what rang in the past year and was nothing, was a false alarm")
    past = [_cells(*pair) for pair in found.past_alarms[:_SHOWN]]
    yield Section(MONITOR_PAST, past, None, _shown(found, MONITOR_PAST), note=note, room="much")
    note = Note("Tried on invented shops of so many orders a day that scatter as these do")
    yield Section(MONITOR_POWER, [_seen(one) for one in found.outlooks], None, _shown(found, MONITOR_POWER), note=note)
    yield Section(MONITOR_NEEDS, [_lacks(series) for series in found.watched if not series.is_watched])


def _shown(found: MonitorAnswer, table: Table) -> tuple[Column, ...]:
    """Return the columns of a table, that of parts only where some are watched."""
    return tuple(column for column in table.columns if column.key != "part" or found.question.by)


def _cells(series: Watched, point: Point) -> dict[str, Any]:
    told = _row(series, point)
    known = [key for key in ("value", "expected", "low", "high") if told[key] is not None]
    return {**told, **{key: _number(series, told[key]) for key in known}}


def _lacks(series: Watched) -> dict[str, Any]:
    return {"metric": _metric(series), "needs": label(MONITOR["needs"], series.needs) or Note("ten weeks of days")}


def _seen(one: Outlook) -> dict[str, Any]:
    within = {f"within_{days}": chance for days, chance in one.within.items()}
    return {"part": one.part, "level": one.level, "drop": one.drop, **within}


def _facts(found: MonitorAnswer) -> Iterator[tuple[Words, Words]]:
    budget = found.budget
    yield Note("Last whole day"), Value(found.last_on, "date")
    limits = {"count": Value(round(budget.jump("count"), 2), "number")}
    limits |= {"money": Value(round(budget.jump("money"), 2), "number")}
    limits |= {"drift": Value(round(budget.drift, 2), "number")}
    yield Note("Limits"), Note("{count} spreads for counts, {money} for money; weeks add up to {drift}", limits)
    yield Note("Public holidays of"), str(found.meta["parameters"]["country"])


def _values(found: MonitorAnswer) -> dict[str, Any]:
    return {
        "series": [_row(series, point) for series, point in found.told],
        **found.row,
        "budget": {
            "false_alarms_per_month": found.budget.a_month, "series": found.budget.series,
            "limit_counts": found.budget.jump("count"), "limit_money": found.budget.jump("money"),
            "limit_drift": found.budget.drift, "chance_of_a_week": found.budget.chance,
        },
        "last_whole_day": found.last_on,
        "past_alarms": [_row(series, point) for series, point in found.past_alarms],
        "power": [_seen(one) | {"metric": "orders", "spread": one.spread} for one in found.outlooks],
    }  # fmt: skip


def _row(series: Watched, point: Point | None) -> dict[str, Any]:
    numbers = {
        key: _rounded(getattr(point, key)) if point else None for key in ("value", "expected", "low", "high", "z")
    }
    return {
        "metric": series.metric, "unit": series.unit, "part": series.part, "date": point.on if point else None,
        **numbers, "state": point.state if point else "unwatched", "since": point.since if point else None,
        "needs": series.needs,
    }  # fmt: skip


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), 6)


def _listed(found: MonitorAnswer) -> pa.Table:
    import pyarrow as pa

    rows: Sequence[Mapping[str, Any]] = [_row(series, point) for series, point in found.told]
    return pa.Table.from_pylist(list(rows), arrow_schema(MONITOR))
