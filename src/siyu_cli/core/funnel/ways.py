"""The ways of members through a funnel, a step of SQL for each step of theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from siyu_cli.core.funnel.course import EARLIEST, KINDS, MOST_DAYS, Course
from siyu_cli.core.funnel.passage import Passage, passage_of
from siyu_cli.core.lifecycle.segment import GROUPINGS
from siyu_cli.core.retention.beginnings import rows_of
from siyu_cli.core.retention.parts import Part, parts_of, told_apart
from siyu_cli.engines.step import Step, step

if TYPE_CHECKING:
    from siyu_cli.engines.protocol import Engine
    from siyu_cli.engines.step import Params

_COUNTED = ("funnel_counts", "funnel_spans")
TABLES = ("funnel_happenings", "funnel_entries", "funnel_reached", "funnel_ways")
# From so large a share on who joined no earlier than the log began, its first month holds new members indeed.
_NEWCOMERS = 0.9


@dataclass(frozen=True)
class Followed:
    """What became of all who entered, of the parts that were asked for, and how many were not followed and why.

    ``missing`` are kinds of steps of which the shop knows nothing, ``openers`` the first day of the log and how many
    entered in its first month, where many of them must have bought before.
    """

    whole: Passage
    parts: tuple[tuple[Part, Passage], ...]
    excluded: Mapping[str, int]
    missing: tuple[str, ...]
    openers: tuple[date, int] | None


def follow(engine: Engine, parameters: Params, course: Course) -> Followed:
    """Return how members of a labelled shop went through a funnel.

    Tables that a list is made of stay (``TABLES``).
    """
    given = {**parameters, **_asked(course, parameters)}
    known = _happened(engine, given, course)
    _enter(engine, {**given, "kind": course.steps[0]}, course)
    (_together if course.order == "unordered" else _one_after_another)(engine, given, course)
    engine.run(step("funnel_ways"), given)
    rows = {name: rows_of(engine, name, given) for name in _COUNTED}
    if course.entry == "first":
        rows["funnel_waits"] = rows_of(engine, "funnel_waits", given)
    sizes: dict[str | None, int] = {}
    for row in rows["funnel_counts"]:
        sizes[row["part"]] = sizes.get(row["part"], 0) + row["members"]
    excluded: dict[str, int] = {}
    for row in rows_of(engine, "funnel_fates", given):
        excluded[row["fate"]] = excluded.get(row["fate"], 0) + row["members"]
    missing = tuple(dict.fromkeys(kind for kind in course.steps if kind not in known))
    parts = parts_of(sizes) if course.by else ()
    told = tuple((part, passage_of({name: part.of(rows[name]) for name in rows}, course)) for part in parts)
    return Followed(
        passage_of(rows, course), told, dict(sorted(excluded.items())), missing, _openers(engine, given, course)
    )


def dropped(engine: Engine, parameters: Params, course: Course, place: int) -> Any:
    """Return who took a step in time and not the next, as Arrow; the tables of ``follow`` must be there."""
    given = {**parameters, **_asked(course, parameters), "place": place, "is_bounded": course.window_days is not None}
    engine.run(step("funnel_dropped"), given)
    rows = engine.read("funnel_dropped", ())
    engine.drop("funnel_dropped")
    return rows


def _asked(course: Course, parameters: Params) -> dict[str, Any]:
    return {
        "order": course.order,
        "entry": course.entry,
        "from_on": course.from_on or EARLIEST,
        "to_on": course.to_on or parameters["as_of"],
        "asks_orders": "order" in course.steps,
        "window_days": MOST_DAYS if course.window_days is None else course.window_days,
        "ripe_days": course.window_days or 0,
        "steps": course.length,
    }


def _happened(engine: Engine, given: Params, course: Course) -> set[str]:
    """Make ``funnel_happenings`` of the kinds of the steps, for ``strict`` of all; return the kinds there are."""
    import pyarrow as pa

    kinds = sorted({*course.steps, *(KINDS if course.order == "strict" else ())})
    engine.open("funnel_kinds", pa.table({"kind": kinds}))
    engine.run(step("funnel_happenings"), given)
    return {row["kind"] for row in rows_of(engine, "funnel_kind_counts", given)}


def _enter(engine: Engine, given: Params, course: Course) -> None:
    """Make ``funnel_entries``, with what members are told apart by."""
    own = None if course.is_parted_by_event else course.by
    engine.run(told_apart(step("funnel_entries"), own, GROUPINGS), given)
    if course.is_parted_by_event:
        engine.run(_named("funnel_marked", "funnel_entries"), {**given, "parted_by": course.by})


def _one_after_another(engine: Engine, given: Params, course: Course) -> None:
    """Make ``funnel_reached``, following each way to one step after the other."""
    import pyarrow as pa

    nobody = {"member_id": pa.string(), "entry_on": pa.date32(), "reached_on": pa.date32()}
    engine.open("funnel_used", pa.table({key: pa.array([], kind) for key, kind in nobody.items()}))
    places = [_named("funnel_first", _place(1))]
    engine.run(places[0], given)
    for number, kind in enumerate(course.steps[1:], start=2):
        previous, before = course.steps[number - 2], course.place_before(number)
        # One of the step before is another date by itself.
        read = {"funnel_latest": _place(number - 1)}
        if before is not None and before < number - 1:
            read["funnel_used"] = _place(before)
        places.append(_named("funnel_next", _place(number), read))
        engine.run(places[-1], {**given, "kind": kind, "previous_kind": previous})
    gathered = " union all ".join(
        f"select member_id, entry_on, cast({number} as bigint) as place, previous_on, reached_on from {one.name}"
        for number, one in enumerate(places, start=1)
    )
    sql = f"select member_id, entry_on, place, previous_on, reached_on from ({gathered}) as gathered"
    engine.run(Step("funnel_reached", sql, tuple(one.name for one in places), ()), given)
    engine.drop(*(one.name for one in places))


def _together(engine: Engine, given: Params, course: Course) -> None:
    """Make ``funnel_reached`` of steps in any order."""
    import pyarrow as pa

    kinds = sorted(set(course.steps))
    times = pa.array([course.steps.count(kind) for kind in kinds], pa.int64())
    engine.open("funnel_wanted", pa.table({"kind": kinds, "times": times}))
    engine.run(_named("funnel_together", "funnel_reached"), given)


def _place(number: int) -> str:
    return f"funnel_place_{number}"


def _named(name: str, result: str, read: Mapping[str, str] | None = None) -> Step:
    """Return a step whose table has another name, and that reads tables of other names."""
    return replace(step(name).reading(read or {}), name=result)


def _openers(engine: Engine, given: Params, course: Course) -> tuple[date, int] | None:
    """Return the day the log begins, and who entered in its first month, unless that is asked for or they are new."""
    if course.steps[0] != "order" or course.from_on is not None:
        return None
    (first,) = rows_of(engine, "openings", given)
    began = first["log_began_on"]
    if began is None:
        return None
    month_ends = (began.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    (row,) = rows_of(engine, "funnel_openers", {**given, "began_on": began, "month_ends": month_ends})
    return None if row["newcomers"] >= _NEWCOMERS * row["members"] else (began, row["members"])
