"""What is told of a week: five figures and whether they are unusual, what every part says, who has what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from siyu_cli.core.contacts.tables import REASONS
from siyu_cli.core.lifecycle.list_columns import PEOPLE
from siyu_cli.core.movement.tables import FLOWS
from siyu_cli.core.weekly.tables import (
    METRICS,
    STATES,
    TODO_OWNERS,
    TODO_TASKS,
    TODOS,
    WEEK_CHANGES,
    WEEK_FIGURES,
    WEEK_PARTS,
)
from siyu_cli.core.weekly.todos import MOST_TODOS, TOO_MANY
from siyu_cli.core.weekly.usual import FEWEST_CHANGES, Change
from siyu_cli.core.weekly.weeks import sunday_of
from siyu_cli.errors import Note, Spoken
from siyu_cli.report import Figure, Listing, Report, Section, Several, Value, Words, dotted

if TYPE_CHECKING:
    from siyu_cli.core.weekly.question import WeeklyAnswer

_SHOWN_TODOS = 400
_BRIEF_TODOS = ("owner", "member_id", "task", "why", "value")
_BRIEF_FLOWS = ("stage", "before", "now", "net")


def report(found: WeeklyAnswer) -> Report:
    """Return what is told of an answer: the shop's week, or one employee's to-dos."""
    return Report(
        _title(found),
        tuple(_opening(found)),
        found.meta,
        found.load.account(),
        values=_values(found),
        figures=() if found.is_part else tuple(_figures(found)),
        sections=tuple(_sections(found)),
        listing=Listing(
            TODOS, lambda keys: found.todo_rows(tuple(keys)), people=PEOPLE, brief=_BRIEF_TODOS, shown=_SHOWN_TODOS
        ),
        warnings=(*found.warnings, *_doubts(found)),
        log={"todos": len(found.todos.rows), **{key: change.state for key, change in found.figures.changes.items()}},
        next_steps=(Note("siyu report … -o FILE.html --split-by owner writes each employee's to-dos"),),
    )


def _title(found: WeeklyAnswer) -> Note:
    monday = found.figures.monday
    facts = {"monday": monday, "sunday": sunday_of(monday), "owner": found.part or ""}
    if found.part:
        return Note("To-dos of {owner} after the week {monday} to {sunday}", facts)
    return Note("The week {monday} to {sunday}", facts)


def _opening(found: WeeklyAnswer) -> Iterator[Words]:
    """Yield what was unusual, what is pressing, and what there is to do."""
    if not found.is_part:
        yield from _unusual(found)
        yield from _pressing(found)
    todos = found.todos
    owners = {todo.owner for todo in todos.rows} - {None}
    facts = {"todos": Value(len(todos.rows), "count"), "owners": Value(len(owners), "count")}
    yield Note("{todos} to-dos for {owners} employees", facts) if todos.rows else Note("Nobody has a to-do")
    reasons = [
        Note("{reason} {count}", {"reason": _reason(reason), "count": Value(count, "count")})
        for reason, count in todos.reasons.items()
    ]
    if reasons:
        yield Note("Not on the list though there is a reason: {reasons}", {"reasons": Several(tuple(reasons), "dots")})


def _unusual(found: WeeklyAnswer) -> Iterator[Words]:
    changes = found.figures.changes
    by_state = {state: [WEEK_FIGURES[key] for key in METRICS if changes[key].state == state] for state in STATES}
    if by_state["short"]:
        yield Note(
            "Whether a change is usual cannot be told of {figures}: that takes {weeks} weeks before",
            {"figures": Several(tuple(by_state["short"])), "weeks": FEWEST_CHANGES + 1},
        )
    told = [
        Note("{state}: {figures}", {"state": Spoken(*STATES[state]), "figures": Several(tuple(by_state[state]))})
        for state in ("up", "down", "usual")
        if by_state[state]
    ]
    if told:
        yield dotted(*told)


def _pressing(found: WeeklyAnswer) -> Iterator[Words]:
    """Yield what rings and what is overdue: a chat shows no more than these lines and the figures."""
    parts = found.parts_told
    if parts["alarms"].values.get("alarms"):
        yield parts["alarms"].said
    if any(risk["is_overdue"] for risk in parts["risks"].values.get("risks", ())):
        yield parts["risks"].said


def _reason(reason: str) -> Words:
    if reason == TOO_MANY:
        return Note("more than {count} for one employee", {"count": MOST_TODOS})
    return Spoken(*REASONS[reason])


def _figures(found: WeeklyAnswer) -> Iterator[Figure]:
    figures = found.figures
    for key, change in figures.changes.items():
        value = figures.weeks[figures.monday][key]
        yield Figure(WEEK_FIGURES[key], value, note=_note(key, change), past=figures.past(key))


def _note(key: str, change: Change) -> Words:
    """Return the word for a change, the change, and what is usual."""
    state = Spoken(*STATES[change.state])
    if change.compared is None:
        return state
    form = WEEK_FIGURES[key].form
    before = {"compared": Value(change.compared, form)}
    message = "{compared} in the same week of last lunar year" if change.is_lunar else "last week {compared}"
    if change.low is None or change.change is None:
        return dotted(state, Note(message, before))
    usual = {key: Value(change.usual(bound), "rate") for key, bound in (("low", change.low), ("high", change.high))}
    return dotted(
        Note("{state} {change}", {"state": state, "change": Value(change.change, "rate")}),
        Note("usual {low} to {high}", usual),
        Note(message, before),
    )


def _sections(found: WeeklyAnswer) -> Iterator[Section]:
    if found.is_part:
        yield Section(TODO_TASKS, found.todos.tasks)
        return
    figures = found.figures
    parts = found.parts_told
    yield Section(WEEK_PARTS, [{"part": key, "said": part.said} for key, part in parts.items()])
    yield Section(TODO_OWNERS, found.owners)
    if "margins" in parts["stages"].values:
        yield Section(FLOWS, parts["stages"].values["margins"], brief=_BRIEF_FLOWS)
    yield Section(WEEK_CHANGES, _changes(found), room="much")
    yield Section(WEEK_FIGURES, figures.shown, drawn="trend", measures=("orders", "buyers", "new_buyers"), room="much")


def _changes(found: WeeklyAnswer) -> list[Mapping[str, Any]]:
    figures = found.figures
    return [
        {
            "metric": key, "value": figures.weeks[figures.monday][key], "last_week": change.compared,
            "change": change.change, "usual_low": change.usual(change.low), "usual_high": change.usual(change.high),
            "state": change.state,
        }
        for key, change in figures.changes.items()
    ]  # fmt: skip


def _doubts(found: WeeklyAnswer) -> Iterator[Note]:
    """Yield that the files end before the week does: a finding where they tell nothing of it at all."""
    monday, newest_at = found.figures.monday, found.study.load.newest_at
    newest = None if newest_at is None else newest_at.date()
    if newest is None or newest >= sunday_of(monday):
        return
    if newest < monday:
        message = "The files hold no order after {newest}: of the week from {monday} they tell nothing."
        yield Note(message, {"newest": newest, "monday": monday}, is_finding=True)
        return
    message = "The newest order is of {newest}: the files may not hold the whole week to {sunday}."
    yield Note(message, {"newest": newest, "sunday": sunday_of(monday)})


def _values(found: WeeklyAnswer) -> dict[str, Any]:
    monday = found.figures.monday
    keys = ("owner", "member_id", "task", "why", "value")
    return {
        "week": {"from": monday, "to": sunday_of(monday)},
        "figures": _changes(found),
        "sections": {key: part.as_dict() for key, part in found.parts_told.items()},
        "todos": found.todo_rows(keys).to_pylist(),
        "todo_count": len(found.todos.rows),
        "left_out": found.todos.reasons,
    }
