"""What is told of who came back: the decision in a few sentences, the heat map, growth, waits, parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from siyu_cli.core.frames import arrow_schema
from siyu_cli.core.retention.parts import MIN_CELL, OTHER, UNKNOWN
from siyu_cli.core.retention.survival import LOOKED_AT
from siyu_cli.core.retention.tables import BRACKETS, COHORTS, GROWTH, HORIZONS, MONEY, PARTS, RETENTION, SURVIVAL
from siyu_cli.errors import Note, Spoken
from siyu_cli.report import Listing, Report, Section, Value, Words
from siyu_cli.tables.column import Column
from siyu_cli.tables.inputs import EVENT_KINDS

if TYPE_CHECKING:
    import pyarrow as pa

    from siyu_cli.core.retention.cohorts import Cohort
    from siyu_cli.core.retention.question import RetentionAnswer
    from siyu_cli.core.retention.retained import Retained

_LATEST, _FIRST_PERIODS = 12, 6  # rows and columns where there is little room
_MOST_PERIODS = 60  # columns of a sheet that anybody looks at; the list has all
_PERIODS_SHOWN = 13
_NAMES = {"day": Note("day"), "week": Note("week"), "month": Note("calendar month")}
# By whether purchases are looked at, or events.
_SOON = {
    True: Note("As of {as_of}: of {members} members {soon} bought again within 30 days, {later} within 90"),
    False: Note("As of {as_of}: of {members} members {soon} were seen again within 30 days, {later} within 90"),
}
_NEXT = {
    True: Note("{share} bought in the {period} after the one they began in"),
    False: Note("{share} were seen in the {period} after the one they began in"),
}
FATES = {
    "never_bought": Note("never bought"),
    "earlier_orders": Note("bought before the log begins, as totals prove"),
    "no_date": Note("no date of joining or of an order"),
}


def report(found: RetentionAnswer) -> Report:
    """Return what is told of an answer."""
    whole = found.found.whole
    return Report(
        Note("Retention as of {as_of}", {"as_of": found.meta["as_of"]}),
        tuple(_opening(found)),
        found.meta,
        found.load.account(),
        values=_values(found),
        sections=tuple(_sections(found)),
        facts=tuple(_facts(found)),
        listing=Listing(RETENTION, lambda keys: _listed(found).select(list(keys))),
        warnings=(*found.warnings, *_doubts(whole)),
        next_steps=(Note("siyu retention … -o FILE.xlsx writes the heat map as a workbook"),),
    )


def _opening(found: RetentionAnswer) -> Iterator[Words]:
    """Yield how many come back and how soon, how cohorts fare in the next period, and whether the shop grew."""
    whole, name = found.found.whole, _NAMES[found.question.period]
    facts = {"as_of": found.meta["as_of"], "members": Value(whole.members, "count")}
    back = {days: whole.rolling[days]["within"]["rate"] for days in (30, 90) if days in whole.rolling}
    if len(back) == len((30, 90)):
        facts |= {"soon": Value(back[30], "rate"), "later": Value(back[90], "rate")}
        yield replace(_SOON[found.question.on == "purchase"], facts=facts)
    else:
        yield Note("As of {as_of}: {members} members; nobody has been here for 90 days yet", facts)
    wait = whole.survival.get("1-2")
    if wait is not None and wait.median is not None:
        yield Note("Half have come back after {days} days", {"days": Value(wait.median, "count")})
    elif wait is not None:
        yield Note("Fewer than half have come back in all the time that was seen")
    if len(whole.average) > 1 and whole.average[1]["denominator"]:
        told = {"share": Value(whole.average[1]["rate"], "rate"), "period": name}
        yield replace(_NEXT[found.question.on == "purchase"], facts=told)
    over = [growth for growth in whole.growth if growth.is_complete and growth.quick_ratio is not None]
    if over:
        last = over[-1]
        facts = {"first_on": last.period, "came": Value(last.new + last.returned, "count")}
        facts |= {"lost": Value(last.lost, "count"), "ratio": Value(last.quick_ratio, "number"), "period": name}
        yield Note("The {period} of {first_on}: {came} came or came back, {lost} were lost; quick ratio {ratio}", facts)


def _sections(found: RetentionAnswer) -> Iterator[Section]:
    whole = found.found.whole
    yield from _cohorts(whole)
    if found.found.parts:
        yield _parts(found)
    yield _horizons(found)
    rows = [
        {"bracket": bracket, "ripe": rate["denominator"], "active": rate["numerator"], "rate": rate["rate"]}
        for bracket, rate in whole.brackets.items()
    ]
    yield Section(BRACKETS, rows, drawn="bars", measures=("rate",))
    yield _survival(whole)
    yield from _growth(whole, has_money=found.question.on == "purchase")


def _cohorts(whole: Retained) -> Iterator[Section]:
    """Yield the heat map twice: the latest cohorts over their first periods, and all of them."""
    mean = {"cohort": Note("Average"), "members": None, "repeat_0": None}
    mean |= {f"period_{at}": rate["rate"] for at, rate in enumerate(whole.average)}
    note = Note("Average over cohorts for which the period is over, without a cohort at which the log begins")
    for latest, width, room in ((_LATEST, _FIRST_PERIODS, "little"), (None, _MOST_PERIODS, "much")):
        shown = whole.cohorts if latest is None else whole.cohorts[-latest:]
        seen = max((at for cohort in shown for at, active in enumerate(cohort.active) if active is not None), default=0)
        columns = tuple(Column(f"period_{at}", "rate", f"+{at}", f"+{at}") for at in range(1, min(seen, width) + 1))
        rows = [*map(_cohort_row, shown), mean]
        measures = tuple(column.key for column in columns)
        drawn = "heat" if measures else "none"
        yield Section(COHORTS, rows, None, (*COHORTS.columns, *columns), drawn, measures, note=note, room=room)  # type: ignore[arg-type]


def _cohort_row(cohort: Cohort) -> dict[str, Any]:
    rates = {f"period_{at}": cohort.rate(at) for at in range(len(cohort.active))}
    began: Words = Note("{day} (log begins)", {"day": cohort.cohort}) if cohort.is_truncated else cohort.cohort  # type: ignore[assignment]
    return {"cohort": began, "members": cohort.members, "repeat_0": cohort.repeaters / cohort.members, **rates}


def _parts(found: RetentionAnswer) -> Section:
    rows = []
    for part, told in found.found.parts:
        rates = {f"within_{days}": _rate(told, days) for days in (30, 90, 180)}
        following = told.average[1]["rate"] if len(told.average) > 1 else None
        wait = told.survival.get("1-2")
        own = {"members": told.members, "period_1": following, "median_days": wait.median if wait else None}
        rows.append({"part": part_name(part.name), **own, **rates})
    note = Note("Parts of fewer than {count} members are told as one", {"count": MIN_CELL})
    return Section(PARTS, rows, drawn="bars", measures=("within_90",), note=note)


def part_name(name: str) -> Words:
    """Return what people read for a part: its value, others, or none."""
    return {OTHER: Note("(others)"), UNKNOWN: Note("(none)")}.get(name, name)


def _rate(told: Retained, days: int) -> float | None:
    return told.rolling[days]["within"]["rate"] if days in told.rolling else None


def _horizons(found: RetentionAnswer) -> Section:
    rows = [
        {
            "days": days,
            "ripe": rates["ripe"],
            **{key: rates[key]["rate"] for key in ("within", "day", "unbounded")},
            "bounded": rates["bounded"]["rate"] if days <= (found.question.until or 0) else None,
        }
        for days, rates in found.found.whole.rolling.items()
    ]
    keys = [key for key in HORIZONS.keys if key != "bounded" or found.question.until]
    note = Note("Only who began at least so many days ago is counted: nobody is taken for lost who could not come yet")
    return Section(HORIZONS, rows, columns=tuple(map(HORIZONS.__getitem__, keys)), note=note)


def _survival(whole: Retained) -> Section:
    rows = []
    for name, curve in whole.survival.items():
        told = {f"within_{days}": curve.back_within(days)["rate"] for days in LOOKED_AT}
        waits = {"quarter_back_days": curve.back_by(0.25), "median_days": curve.median, "mean_days": curve.mean_days}
        own = {"step": name.replace("-", " → "), "members": curve.members, "returned": curve.returned}
        rows.append({**own, **told, **waits})
    brief = ("step", "members", "within_30", "within_90", "within_180", "median_days")
    return Section(SURVIVAL, rows, brief=brief)


def _growth(whole: Retained, *, has_money: bool) -> Iterator[Section]:
    rows = [{**growth.as_dict(), "period": growth.period} for growth in whole.growth]
    money = [{"period": growth.period, **growth.net_sales} for growth in whole.growth]
    note = Note("A period that runs has no lost members yet: they may still come")
    for room, shown in (("little", _PERIODS_SHOWN), ("much", len(rows))):
        yield Section(GROWTH, rows[-shown:], note=note, room=room)  # type: ignore[arg-type]
    for room, shown in (("little", _PERIODS_SHOWN), ("much", len(rows))) if has_money else ():
        yield Section(MONEY, money[-shown:], room=room)  # type: ignore[arg-type]


def _facts(found: RetentionAnswer) -> Iterator[tuple[Words, Words]]:
    joined = Note("joining, or the first order if that came before it")
    start = joined if found.question.start == "joined" else Note("the first order")
    yield Note("Members begin with"), start
    if found.question.on == "event":
        yield Note("Coming back is"), Note("any event that members did themselves")
    elif found.question.on != "purchase":
        yield Note("Coming back is"), Spoken(*EVENT_KINDS[found.question.on])
    for fate, members in found.found.excluded.items():
        yield Note("Not counted"), Note("{why}: {members}", {"why": FATES[fate], "members": Value(members, "count")})


def _doubts(whole: Retained) -> Iterator[Note]:
    """Yield what makes the figures say less than they seem to."""
    truncated = [cohort for cohort in whole.cohorts if cohort.is_truncated]
    if truncated and len(whole.cohorts) > len(truncated):
        facts = {"day": truncated[-1].cohort, "members": Value(sum(cohort.members for cohort in truncated), "count")}
        yield Note(
            "The order log begins with the cohort of {day}: many of its {members} members bought before, so the "
            "average leaves it out.",
            facts,
        )


def _values(found: RetentionAnswer) -> dict[str, Any]:
    followed = found.found
    parts = [{"part": part.name, **told.as_dict()} for part, told in followed.parts]
    population = {"members": followed.whole.members, "excluded": dict(followed.excluded)}
    return {"population": population, **followed.whole.as_dict(), "by": parts}


def _listed(found: RetentionAnswer) -> pa.Table:
    """Return a row per cohort and period: of all members, then of each part."""
    import pyarrow as pa

    rows: list[Mapping[str, Any]] = []
    told: Sequence[tuple[str | None, Retained]] = [(part.name, of_part) for part, of_part in found.found.parts]
    for name, retained in told or [(None, found.found.whole)]:
        for cohort in retained.cohorts:
            own = {"part": name, **{key: getattr(cohort, key) for key in ("cohort", "members", "is_truncated")}}
            rows += [
                {**own, "period": at, "active": active, "retention": cohort.rate(at)}
                for at, active in enumerate(cohort.active)
            ]
    return pa.Table.from_pylist(rows, arrow_schema(RETENTION))
