"""When members began: who has a start that can be trusted, in which period it was, and what parts they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from siyu_cli.core.lifecycle.segment import GROUPINGS
from siyu_cli.core.retention.parts import Part, parts_of, told_apart
from siyu_cli.core.retention.periods import Periods
from siyu_cli.engines.step import step
from siyu_cli.errors import DataError

if TYPE_CHECKING:
    from siyu_cli.engines.protocol import Engine
    from siyu_cli.engines.step import Params

Rows = list[Mapping[str, Any]]


@dataclass(frozen=True)
class Following:
    """How members are followed; see ``question.Retention``."""

    start: Literal["first_order", "joined"] = "first_order"
    period: Literal["day", "week", "month"] = "month"
    by: str | None = None
    until: int | None = None
    on: str = "purchase"


@dataclass(frozen=True)
class Begun:
    """The tables ``milestones`` and ``starts`` were made: the periods, the day the log begins, who is in them.

    ``given`` are the parameters of later steps; ``excluded`` counts those without a start by why they have none.
    """

    periods: Periods
    log_began_on: date
    given: Params
    parts: tuple[Part, ...]
    excluded: Mapping[str, int]


def begin(engine: Engine, parameters: Params, how: Following) -> Begun:
    """Make the starts of the members of a labelled shop; ``DataError`` where nobody bought on a known date.

    Where events are looked at, ``event_days`` is made, too, and the periods reach back to the first of them.
    """
    (first,) = rows_of(engine, "openings", parameters)
    began_on = first["log_began_on"]
    if began_on is None:
        raise DataError(
            "Nobody bought on a date that is known: there is nobody to follow.",
            hint="Give the order log, not only the members' totals.",
        )
    days = [began_on, first["first_moved_on"], first["first_joined_on"] if how.start == "joined" else None]
    if how.on != "purchase":
        days.append(_first_event(engine, {**parameters, "kind": how.on}))
    as_of: Any = parameters["as_of"]
    periods = Periods.of(how.period, min(day for day in days if day is not None), as_of)
    given = {**parameters, "start": how.start, "began_on": began_on}
    engine.open("periods", periods.table())
    engine.run(step("milestones"), given)
    engine.run(told_apart(step("starts"), how.by, GROUPINGS), given)
    fates: dict[str, dict[str | None, int]] = {}
    for row in rows_of(engine, "start_counts", given):
        fates.setdefault(row["fate"], {})[row["part"]] = row["members"]
    parts = parts_of(fates.get("counted", {})) if how.by else ()
    excluded = {fate: sum(counts.values()) for fate, counts in sorted(fates.items()) if fate != "counted"}
    return Begun(periods, began_on, given, parts, excluded)


def _first_event(engine: Engine, given: Params) -> date:
    """Make ``event_days``, and return the first of them; ``DataError`` where there is none."""
    import pyarrow.compute as pc

    engine.run(step("event_days"), given)
    found: date | None = pc.min(engine.read("event_days", ()).column("ordered_on")).as_py()
    if found is None:
        raise DataError(
            "Nobody did anything of the kind {kind} on a date that is known.",
            hint="Give the export of events, such as 互动记录.xlsx, or another --on.", kind=given["kind"],
        )  # fmt: skip
    return found


def rows_of(engine: Engine, name: str, given: Params, instead: Mapping[str, str] = MappingProxyType({})) -> Rows:
    """Return the rows of a step, exact to the cent, in any order; its table is dropped again.

    ``instead`` names the tables that it reads in the place of its own.
    """
    engine.run(step(name).reading(instead), given)
    rows: Rows = engine.read(name, ()).to_pylist()
    engine.drop(name)
    return rows
