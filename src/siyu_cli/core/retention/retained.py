"""What became of members: gathered from the steps, as cohorts, days, growth and waits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from siyu_cli.core.retention.beginnings import Following, Rows, begin, rows_of
from siyu_cli.core.retention.cohorts import Cohort, average, cohorts_of, rate_of
from siyu_cli.core.retention.growth import Growth, growth_of
from siyu_cli.core.retention.parts import Part
from siyu_cli.core.retention.periods import Periods
from siyu_cli.core.retention.survival import Survival
from siyu_cli.engines.step import step

if TYPE_CHECKING:
    from siyu_cli.engines.protocol import Engine
    from siyu_cli.engines.step import Params

HORIZONS = (1, 7, 14, 30, 60, 90, 180, 270, 365)
BRACKETS = ((1, 7), (8, 14), (15, 30), (31, 60), (61, 90), (91, 180))
_TOLD = ("cohort_sizes", "cohort_cells", "horizon_counts", "exact_days", "bracket_counts", "waits", "growth")
_MOST_DAYS = 100_000  # longer than any log


@dataclass(frozen=True)
class Retained:
    """What became of some members: their cohorts, the days they came back on, how their number and money moved."""

    members: int
    cohorts: tuple[Cohort, ...]
    average: list[dict[str, Any]]
    rolling: Mapping[int, Mapping[str, Any]]
    brackets: Mapping[str, Mapping[str, Any]]
    growth: tuple[Growth, ...]
    survival: Mapping[str, Survival]

    def as_dict(self) -> dict[str, Any]:
        """Return it for machines."""
        return {
            "members": self.members,
            "cohorts": [cohort.as_dict() for cohort in self.cohorts],
            "average": self.average,
            "rolling": {str(days): dict(rates) for days, rates in self.rolling.items()},
            "brackets": dict(self.brackets),
            "growth": [growth.as_dict() for growth in self.growth],
            "survival": {name: curve.as_dict() for name, curve in self.survival.items()},
        }


@dataclass(frozen=True)
class Followed:
    """What became of all members, of the parts that were asked for, and how many were not followed and why."""

    whole: Retained
    parts: tuple[tuple[Part, Retained], ...]
    excluded: Mapping[str, int]


def follow(engine: Engine, parameters: Params, how: Following) -> Followed:
    """Return what became of the members of a labelled shop; ``DataError`` where nobody bought on a known date."""
    began = begin(engine, parameters, how)
    rows = _asked(engine, {**began.given, "until": how.until or _MOST_DAYS, "kind": how.on})
    engine.drop("milestones", "starts")
    log_began = began.periods.number_of(began.log_began_on)
    return Followed(
        retained(rows, began.periods, log_began),
        tuple(
            (part, retained({name: part.of(rows[name]) for name in rows}, began.periods, log_began))
            for part in began.parts
        ),
        began.excluded,
    )


def grow(engine: Engine, parameters: Params, period: Literal["day", "week", "month"]) -> tuple[Growth, ...]:
    """Return the growth of a labelled shop, period by period; ``DataError`` where nobody bought on a known date."""
    began = begin(engine, parameters, Following(period=period))
    found = growth_of(rows_of(engine, "growth", began.given), began.periods)
    engine.drop("milestones", "starts")
    return found


def retained(rows: Mapping[str, Iterable[Mapping[str, Any]]], periods: Periods, log_began: int) -> Retained:
    """Return what became of the members that rows of the steps are about."""
    cohorts = cohorts_of(rows["cohort_sizes"], rows["cohort_cells"], periods, log_began)
    waits: dict[int, Rows] = {}
    for row in rows["waits"]:
        waits.setdefault(row["number"], []).append(row)
    return Retained(
        sum(cohort.members for cohort in cohorts),
        cohorts,
        average(cohorts),
        _rolling(rows["horizon_counts"], rows["exact_days"]),
        _brackets(rows["horizon_counts"], rows["bracket_counts"]),
        growth_of(rows["growth"], periods),
        {f"{number}-{number + 1}": Survival.of(waits[number]) for number in sorted(waits)},
    )


def _asked(engine: Engine, given: Params) -> dict[str, Rows]:
    """Return the rows of every step that is told; the tables are dropped again."""
    import pyarrow as pa

    engine.open("horizons", pa.table({"horizon": pa.array(HORIZONS, pa.int64())}))
    edges = {"first_day": pa.array([low for low, _ in BRACKETS], pa.int64())}
    engine.open("brackets", pa.table({**edges, "last_day": pa.array([high for _, high in BRACKETS], pa.int64())}))
    instead = {} if given["kind"] == "purchase" else _look_at_events(engine, given)
    engine.run(step("revisits").reading(instead), given)
    rows = {name: rows_of(engine, name, given, instead) for name in _TOLD}
    engine.drop("revisits", *instead.values())
    return rows


def _look_at_events(engine: Engine, given: Params) -> dict[str, str]:
    """Make the milestones of events; return which tables the steps read in the place of which."""
    instead = {"purchases": "event_days"}
    engine.drop("milestones")
    engine.run(step("milestones").reading(instead), given)
    engine.run(step("event_starts"), given)
    return {**instead, "starts": "event_starts"}


def _rolling(counts: Iterable[Mapping[str, Any]], exact: Iterable[Mapping[str, Any]]) -> dict[int, dict[str, Any]]:
    """Return the rates of each number of days that somebody is old enough for."""
    on_day = _summed(exact, "horizon", ("active",))
    found = {}
    keys = ("ripe", "within_horizon", "unbounded", "ripe_until", "bounded")
    for days, row in sorted(_summed(counts, "horizon", keys).items()):
        if row["ripe"]:
            found[days] = {
                "ripe": row["ripe"],
                "day": rate_of(on_day.get(days, {"active": 0})["active"], row["ripe"]),
                "within": rate_of(row["within_horizon"], row["ripe"]),
                "unbounded": rate_of(row["unbounded"], row["ripe"]),
                "bounded": rate_of(row["bounded"], row["ripe_until"]),
            }
    return found


def _brackets(counts: Iterable[Mapping[str, Any]], seen: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    ripe = _summed(counts, "horizon", ("ripe",))
    active = _summed(seen, "first_day", ("active",))
    return {
        f"{low}-{high}": rate_of(active.get(low, {"active": 0})["active"], ripe[high]["ripe"])
        for low, high in BRACKETS
        if high in ripe and ripe[high]["ripe"]
    }


def _summed(rows: Iterable[Mapping[str, Any]], key: str, summed: Iterable[str]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    for row in rows:
        known = found.setdefault(row[key], dict.fromkeys(summed, 0))
        for name in known:
            known[name] += row[name]
    return found
