"""What is told of a funnel: who comes through, where most are lost, how soon, and who stopped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from siyu_cli.core.frames import arrow_schema
from siyu_cli.core.funnel.tables import FUNNEL, FUNNEL_DAYS, FUNNEL_PARTS, FUNNEL_SHOWN, STOPPED
from siyu_cli.core.retention.parts import MIN_CELL
from siyu_cli.core.retention.report import FATES as NO_START
from siyu_cli.core.retention.report import part_name
from siyu_cli.errors import Note, Spoken
from siyu_cli.report import Listing, Report, Section, Value, Words, dotted, label
from siyu_cli.tables.column import Column

if TYPE_CHECKING:
    import pyarrow as pa

    from siyu_cli.core.funnel.passage import Passage, Taken
    from siyu_cli.core.funnel.question import FunnelAnswer

_BRIEF_DAYS = ("name", "members", "days_p25", "days_median", "days_p75", "wait_median")
_LIST_BRIEF = ("member_id", "reached_on", "days_left", "owner")
FATES = {**NO_START, "never_entered": Note("never took the first step, or not on these dates")}
_NEXT = Note("siyu funnel … --list 2 -o FILE.xlsx lists who stopped after step 2, and how long they have")
_IN = {
    "ordered": Note("one after the other; others may lie between"),
    "unordered": Note("in any order"),
    "strict": Note("one after the other, nothing else between"),
}
_FROM = {
    "first": Note("each member's first date of the first step"),
    "any": Note("the date that led each member furthest"),
}


def report(found: FunnelAnswer) -> Report:
    """Return what is told of an answer."""
    return Report(
        Note("Funnel as of {as_of}", {"as_of": found.meta["as_of"]}),
        tuple(_opening(found)),
        found.meta,
        found.load.account(),
        values=_values(found),
        sections=tuple(_sections(found)),
        facts=tuple(_facts(found)),
        listing=_listing(found),
        warnings=(*found.warnings, *_doubts(found)),
        next_steps=(
            Note("siyu funnel … --list 2 -o FILE.xlsx lists who stopped after step 2, and how long they have"),
        ),
    )


def step_name(found: FunnelAnswer, place: int) -> Words:
    """Return what people read for a step."""
    return Spoken(*found.question.course.named(place))


def _opening(found: FunnelAnswer) -> Iterator[Words]:
    """Yield how many come through, before which step most are lost, and how many have still time."""
    whole, window = found.found.whole, found.question.window_days
    last = whole.steps[-1]
    facts: dict[str, Any] = {
        "members": Value(whole.ripe, "count"),
        "entry": step_name(found, 1),
        "step": step_name(found, last.number),
    }
    facts |= {"as_of": found.meta["as_of"], "came": Value(last.members, "count")}
    facts |= {"share": Value(last.total_rate["rate"], "rate"), "days": window}
    if not whole.members:
        yield Note("As of {as_of}: nobody took the first step, {entry}", facts)
    elif not whole.ripe:
        yield Note("As of {as_of}: nobody took the first step, {entry}, {days} days ago or earlier", facts)
    elif window is None:
        yield Note("As of {as_of}: of {members} members from “{entry}”, {came} ({share}) came to “{step}”", facts)
    else:
        yield Note(
            "As of {as_of}: of {members} members from “{entry}”, {came} ({share}) came to “{step}” within {days} days",
            facts,
        )
    if whole.worst is not None and not found.found.missing:
        yield _worst(found, whole.worst)
    if whole.too_young:
        young = {"young": Value(whole.too_young, "count"), "days": window}
        yield Note("{young} more entered less than {days} days ago: they have still time, and are not counted", young)


def _worst(found: FunnelAnswer, worst: Taken) -> Note:
    facts = {"count": Value(worst.dropped_off, "count"), "before": step_name(found, worst.number - 1)}
    facts |= {"step": step_name(found, worst.number), "members": Value(worst.before, "count")}
    facts["share"] = Value((worst.dropped_off or 0) / (worst.before or 1), "rate")
    return Note("Most are lost between “{before}” and “{step}”: {count} of {members} ({share})", facts)


def _sections(found: FunnelAnswer) -> Iterator[Section]:
    whole = found.found.whole
    rows = [_row(found, step) for step in whole.steps]
    yield Section(FUNNEL_SHOWN, rows, drawn="bars", measures=("total_rate",), note=_note(found))
    if any(step.members for step in whole.steps[1:]):
        note = Note(
            "Days are those of members who came, which favours the quick; the last column counts those still expected"
        )
        yield Section(FUNNEL_DAYS, rows[1:], brief=_BRIEF_DAYS, note=note)
    if found.found.parts:
        yield _parts(found)


def _note(found: FunnelAnswer) -> Note:
    if found.question.window_days is None:
        return Note("Whoever entered early had longer to come than others: give a --window to compare")
    facts = {"days": found.question.window_days}
    return Note("All steps within {days} days of the first, of members who entered at least so long ago", facts)


def _row(found: FunnelAnswer, step: Taken) -> dict[str, Any]:
    return {**_cells(step), "name": step_name(found, step.number)}


def _cells(step: Taken) -> dict[str, Any]:
    is_later = step.before is not None
    rate = step.step_rate
    days = {f"days_{key}": getattr(step.days, key) for key in ("median", "p25", "p75")} if is_later else {}
    return {
        "step": step.number, "kind": step.kind, "members": step.members, "dropped_off": step.dropped_off,
        "step_rate": rate and rate["rate"], "total_rate": step.total_rate["rate"], **days,
        "entry_median": step.days_from_entry.median if is_later else None,
        "wait_median": step.wait.median if step.wait else None,
    }  # fmt: skip


def _parts(found: FunnelAnswer) -> Section:
    """Return a row per part with the share that came to each step."""
    course = found.question.course
    columns = tuple(Column(f"step_{place}", "rate", *course.named(place)) for place in range(2, course.length + 1))
    rows = [
        {
            "part": part_name(part.name), "ripe": told.ripe, "too_young": told.too_young,
            **{f"step_{step.number}": step.total_rate["rate"] for step in told.steps[1:]},
        }
        for part, told in found.found.parts
    ]  # fmt: skip
    note = Note("Shares of those who entered; parts of fewer than {count} members are told as one", {"count": MIN_CELL})
    own = tuple(FUNNEL_PARTS[key] for key in ("part", "ripe", "too_young"))
    return Section(
        FUNNEL_PARTS, rows, None, (*own, *columns), "heat", tuple(column.key for column in columns), note=note
    )


def _facts(found: FunnelAnswer) -> Iterator[tuple[Words, Words]]:
    asked = found.question
    yield Note("Steps"), dotted(*(label(FUNNEL["kind"], kind) for kind in asked.steps))
    yield Note("They count"), _IN[asked.order]
    yield Note("Members enter with"), _FROM[asked.entry]
    if asked.from_on or asked.to_on:
        dates = {"from_on": asked.from_on or "…", "to_on": asked.to_on or found.meta["as_of"]}
        yield Note("Entered"), Note("from {from_on} to {to_on}", dates)
    for fate, members in found.found.excluded.items():
        yield Note("Not counted"), Note("{why}: {members}", {"why": FATES[fate], "members": Value(members, "count")})


def _doubts(found: FunnelAnswer) -> Iterator[Note]:
    """Yield what makes the figures say less than they seem to."""
    for kind in found.found.missing:
        yield Note(
            "Nothing in these files tells of the step {step}: nobody can have taken it.",
            {"step": label(FUNNEL["kind"], kind)},
            is_finding=True,
        )
    if found.found.openers is not None:
        began, members = found.found.openers
        facts = {"day": began, "members": Value(members, "count")}
        yield Note(
            "The order log begins on {day}: many of the {members} who entered in that month had bought before; "
            "--from leaves them out.",
            facts,
        )


def _values(found: FunnelAnswer) -> dict[str, Any]:
    followed = found.found
    parts = [{"part": part.name, **told.as_dict()} for part, told in followed.parts]
    population = {"members": followed.whole.members, "excluded": dict(followed.excluded)}
    own: dict[str, Any] = {"population": population, "window_days": found.question.window_days}
    return {**own, **followed.whole.as_dict(), "by": parts}


def _listing(found: FunnelAnswer) -> Listing:
    """Return who stopped after the step that was asked for, else a row per part and step."""
    if found.rows is None:
        return Listing(FUNNEL, lambda keys: _steps(found).select(list(keys)))
    place = found.question.listed or 1
    title = Note("Who stopped after “{step}”", {"step": step_name(found, place)})
    return Listing(STOPPED, lambda keys: _stopped(found).select(list(keys)), brief=_LIST_BRIEF, title=title)


def _steps(found: FunnelAnswer) -> pa.Table:
    import pyarrow as pa

    told: list[tuple[str | None, Passage]] = [(part.name, of_part) for part, of_part in found.found.parts]
    rows: list[Mapping[str, Any]] = [
        {**dict.fromkeys(FUNNEL.keys), **_cells(step), "part": name}
        for name, passage in told or [(None, found.found.whole)]
        for step in passage.steps
    ]
    return pa.Table.from_pylist(rows, arrow_schema(FUNNEL))


def _stopped(found: FunnelAnswer) -> pa.Table:
    """Return the list, those first whose window ends soonest."""
    import pyarrow as pa

    assert found.rows is not None
    asked = found.question
    place = asked.listed or 1
    kind = None if asked.order == "unordered" else asked.steps[place - 1]
    own = {"step": pa.array([place] * found.rows.num_rows, pa.int64())}
    own["kind"] = pa.array([kind] * found.rows.num_rows, pa.string())
    rows = found.rows
    for key, values in own.items():
        rows = rows.append_column(key, values)
    order = [("days_left", "ascending"), ("reached_on", "descending"), ("member_id", "ascending")]
    return rows.sort_by(order).select(list(STOPPED.keys)).cast(arrow_schema(STOPPED))
