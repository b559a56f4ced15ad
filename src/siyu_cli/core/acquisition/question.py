"""Where new members come from, what they cost and what they bring back: the question, and what a shop answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from siyu_cli.core.acquisition.figures import HORIZONS, Acquired, Months, Tally
from siyu_cli.core.question import Answer, Question, Study
from siyu_cli.core.retention.beginnings import Begun, Following, Rows, begin, rows_of
from siyu_cli.core.retention.periods import Periods
from siyu_cli.engines.step import step
from siyu_cli.errors import DataError, UsageError

if TYPE_CHECKING:
    from siyu_cli.engines.protocol import Engine
    from siyu_cli.engines.step import Params

SOURCES = ("source_channel", "campaign", "partner", "store", "owner")
ATTRIBUTIONS = ("first", "last", "even")
_TOLD = (
    "acquired_counts", "acquired_ages", "acquired_line", "acquired_cells", "acquired_stages", "acquired_costs",
)  # fmt: skip


@dataclass(frozen=True)
class Acquisition(Question):
    """Where did new members come from, what did they cost, and when had they brought that back?

    ``by``: what a source is. ``attribution``: of several sources the ``first`` one, the ``last`` one, or all ``even``.
    ``first_month`` and ``last_month`` bound the months looked at (all that are over unless given; any date in them).
    ``allocate``: costs of no source are given to ``members`` alike, else to none.
    """

    command: ClassVar[str] = "acquisition"
    by: Literal["source_channel", "campaign", "partner", "store", "owner"] = "source_channel"
    attribution: Literal["first", "last", "even"] = "first"
    first_month: date | None = None
    last_month: date | None = None
    allocate: Literal["none", "members"] = "none"
    lang: str = "en"

    def answer(self, study: Study) -> AcquisitionAnswer:
        """Return sources with costs and returns; ``DataError`` where no month is over, or nobody bought on a date."""
        study.label()
        margin = study.settings.shop.gross_margin
        found = acquire(study.engine, study.parameters, self, None if margin is None else Fraction(str(margin)))
        asked = {key: str(value) for key, value in self.options(study.settings).items() if value is not None}
        return AcquisitionAnswer(study, study.describe(self.command, parameters=asked), self, found, lang=self.lang)

    def options(self, settings: Any) -> dict[str, Any]:  # noqa: ARG002
        """Return what it was asked with."""
        months = {"from": self.first_month, "to": self.last_month}
        told = {key: f"{month:%Y-%m}" if month else None for key, month in months.items()}
        return {"by": self.by, "attribution": self.attribution, **told, "allocate": self.allocate}


@dataclass(frozen=True)
class Found:
    """Sources, the largest first and then what is not known; all together; what is outside of the months or sources.

    ``shared_costs`` are of no source, ``costs_outside`` of no month looked at, members ``outside`` likewise.
    """

    first_month: date
    last_month: date
    sources: tuple[Acquired, ...]
    total: Acquired
    shared_costs: Fraction
    costs_outside: Fraction
    outside: Mapping[str, int]
    excluded: Mapping[str, int]

    @property
    def has_costs(self) -> bool:
        """Return whether anything was spent in the months looked at."""
        return bool(self.total.tally.costs)


@dataclass(frozen=True)
class AcquisitionAnswer(Answer):
    """Where new members came from, what they cost and brought back."""

    told_by: ClassVar[str] = "siyu_cli.core.acquisition.report"
    question: Acquisition = field(repr=False)
    found: Found

    def masked(self) -> Self:
        """Return the same with the names of employees and stores masked."""
        named = (replace(one, name=self.study.masks.text(one.name)) for one in self.found.sources)
        return replace(super().masked(), found=replace(self.found, sources=tuple(named)))


def acquire(engine: Engine, parameters: Params, asked: Acquisition, margin: Fraction | None) -> Found:
    """Return what is known of the sources of a labelled shop."""
    import pyarrow as pa

    begun = begin(engine, parameters, Following(start="joined"))
    months = _months(begun, asked)
    given = {
        **begun.given, "by": asked.by, "attribution": asked.attribution, "first_period": months.first,
        "last_period": months.last,
    }  # fmt: skip
    came = rows_of(engine, "acquired_months", given)
    given["listed_only"] = any(row["is_listed"] for row in came)
    engine.open("horizons", pa.table({"horizon": pa.array(HORIZONS, pa.int64())}))
    for name in ("sources", "acquired", "acquired_days"):
        engine.run(step(name), given)
    rows = {name: rows_of(engine, name, given) for name in _TOLD}
    engine.drop("acquired_days", "acquired", "sources", "starts", "milestones")
    spent = rows.pop("acquired_costs")
    looked_at = range(months.first, months.last + 1)
    inside = [row for row in spent if row["period"] in looked_at]
    outside = sum((Fraction(row["cost"]) for row in spent if row["period"] not in looked_at), Fraction(0))
    starts = begun.periods.starts
    return Found(
        starts[months.first],
        starts[months.last],
        *_sources({**rows, "acquired_costs": inside}, months, asked, margin),
        outside,
        _outside(came, months, begun.periods),
        begun.excluded,
    )


def _months(begun: Begun, asked: Acquisition) -> Months:
    """Return the months that are asked for and over; ``DataError`` where there is none."""
    periods = begun.periods
    over = range(periods.complete)
    first = next((at for at in over if asked.first_month is None or _after(periods, at) > asked.first_month), None)
    last = [at for at in over if asked.last_month is None or periods.starts[at] <= asked.last_month]
    if asked.first_month and asked.last_month and asked.first_month > asked.last_month:
        raise UsageError(
            "--from {first} is after --to {last}.", first=f"{asked.first_month:%Y-%m}", last=f"{asked.last_month:%Y-%m}"
        )
    if first is None or not last or last[-1] < first:
        raise DataError(
            "No month to look at is over by {as_of}: whoever came in one that runs is not judged yet.",
            hint="Members were first seen in {month}; ask for months from then on, or give older exports.",
            as_of=periods.as_of, month=f"{periods.starts[0]:%Y-%m}",
        )  # fmt: skip
    ripe = {
        days: sum(_after(periods, at) + timedelta(days=days - 1) <= periods.as_of for at in range(first, last[-1] + 1))
        for days in HORIZONS
    }
    return Months(first, last[-1], ripe)


def _after(periods: Periods, at: int) -> date:
    """Return the first day after a month."""
    return (periods.starts[at] + timedelta(days=31)).replace(day=1)


def _sources(
    rows: Mapping[str, Rows], months: Months, asked: Acquisition, margin: Fraction | None
) -> tuple[tuple[Acquired, ...], Acquired, Fraction]:
    """Return each source, all together, and the costs that are of none of them."""
    shared = [row for row in rows["acquired_costs"] if row["source"] is None]
    shared_costs = sum((Fraction(row["cost"]) for row in shared), Fraction(0))
    whole = Tally()
    whole.add(rows)
    total = Acquired(None, whole, months, margin)
    names = {row["source"] for name in ("acquired_counts", "acquired_costs") for row in rows[name]}
    if not any(row["source"] is None for row in rows["acquired_counts"]):
        names.discard(None)
    found = []
    for source in names:
        tally = Tally()
        own = {name: [row for row in told if row["source"] == source] for name, told in rows.items()}
        tally.add({**own, "acquired_costs": [] if source is None else own["acquired_costs"]})
        if asked.allocate == "members" and total.members:
            tally.spend(shared, tally.counts["members"] / total.members)
        found.append(Acquired(source, tally, months, margin))
    found.sort(key=lambda one: (one.name is None, -one.members, one.name or ""))
    return tuple(found), total, shared_costs


def _outside(came: Rows, months: Months, periods: Periods) -> dict[str, int]:
    """Return how many are not counted: on no list of members, or of a month that is not looked at or runs."""
    counts = dict.fromkeys(("on_no_list", "earlier_month", "later_month", "unfinished_month"), 0)
    is_listed = any(row["is_listed"] for row in came)
    for row in came:
        if is_listed and not row["is_listed"]:
            counts["on_no_list"] += row["members"]
        elif row["cohort"] < months.first:
            counts["earlier_month"] += row["members"]
        elif row["cohort"] >= periods.complete:
            counts["unfinished_month"] += row["members"]
        elif row["cohort"] > months.last:
            counts["later_month"] += row["members"]
    return counts
