"""The figures that are watched, each as one number a day from its first to its last whole day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from siyu_cli.core.monitor.days import last_whole_day
from siyu_cli.core.retention.beginnings import Rows
from siyu_cli.core.retention.parts import Part, parts_of, told_apart
from siyu_cli.engines.step import step

if TYPE_CHECKING:
    from siyu_cli.core.monitor.judging import Floats
    from siyu_cli.core.question import Study

PARTINGS = ("owner", "store", "source_channel")
_MOST_DAYS = 900  # a year that is told, and what its first days are held against
_MADE = ("monitor_sales", "monitor_joined", "monitor_refunds", "monitor_points", "monitor_complaints",
         "monitor_unfriended")  # fmt: skip


@dataclass(frozen=True)
class Metric:
    """One figure: the step and column it stands in, what it is (``count`` or ``money``), and the table it needs.

    ``counted_by`` is the count whose days make up the sum: on a day without one there is nothing to take the logarithm
    of, and that count tells.
    """

    key: str
    made_by: str
    column: str
    kind: str
    needs: str
    counted_by: str | None = None
    unit: str = "orders"


DAILY = (
    Metric("gmv", "monitor_sales", "gmv", "money", "orders", "orders", "money"),
    Metric("net_sales", "monitor_sales", "net_sales", "money", "orders", "orders", "money"),
    Metric("orders", "monitor_sales", "orders", "count", "orders"),
    Metric("buyers", "monitor_sales", "buyers", "count", "orders", unit="members"),
    Metric("new_buyers", "monitor_sales", "new_buyers", "count", "orders", unit="members"),
    Metric("new_members", "monitor_joined", "new_members", "count", "members.joined_on", unit="members"),
    Metric("unfriended", "monitor_unfriended", "unfriended_members", "count", "contacts.deleted_on", unit="members"),
    Metric("complaints", "monitor_complaints", "complaints", "count", "events.complaint", unit="complaints"),
    Metric("points_burned", "monitor_points", "points_burned", "money", "points_log", "burns", "points"),
)


@dataclass(frozen=True)
class Days:
    """What happened in one part of the shop, or in all of it (``part`` None), a number a day."""

    part: str | None
    first_on: date
    columns: Mapping[str, Floats] = field(repr=False)


@dataclass(frozen=True)
class Log:
    """The rows of one step, and its first and last whole day; None where there are no rows.

    ``earlier_days`` of it are too far back to be looked at.
    """

    rows: Rows = field(repr=False)
    span: tuple[date, date] | None
    earlier_days: int = 0

    def days(self, part: Part | None, columns: Sequence[str]) -> Days:
        """Return the columns of one part, 0 on days without a row."""
        import numpy as np

        assert self.span is not None
        first_on, last_on = self.span
        found = {key: np.zeros((last_on - first_on).days + 1) for key in columns}
        for row in self.rows if part is None else part.of(self.rows):
            place = (row["day"] - first_on).days
            for key in columns if 0 <= place < len(found[columns[0]]) else ():
                found[key][place] += float(row[key])
        return Days(None if part is None else part.name, first_on, found)


def read_logs(study: Study, by: str | None) -> dict[str, Log]:
    """Return the rows of every step by its name: up to the last whole day, no further back than is needed."""
    engine = study.engine
    rows: dict[str, Rows] = {}
    for name in _MADE:
        engine.run(told_apart(step(name), by, PARTINGS), study.parameters)
        rows[name] = engine.read(name, ()).to_pylist()
        engine.drop(name)
    sold = [row["day"] for row in rows["monitor_sales"] if row["orders"]]
    last_sold = last_whole_day(max(sold), study.load.newest_at, study.as_of) if sold else None
    return {name: _log(of_step, last_sold) for name, of_step in rows.items()}


def _log(rows: Rows, last_sold: date | None) -> Log:
    """Return a log: it ends with its newest row, and no later than the orders do."""
    days = [row["day"] for row in rows]
    if not days or (last_sold is not None and min(days) > last_sold):
        return Log([], None)
    last_on = min(max(days), last_sold or max(days))
    first_on = max(min(days), last_on - timedelta(days=_MOST_DAYS - 1))
    return Log(rows, (first_on, last_on), (first_on - min(days)).days)


def read_parts(study: Study, by: str | None) -> tuple[Part, ...]:
    """Return the parts of the shop by the members each has, small ones as one; nothing for no ``by``."""
    if by is None:
        return ()
    engine = study.engine
    engine.run(told_apart(step("monitor_parts"), by, PARTINGS), study.parameters)
    counted = engine.read("monitor_parts", ()).to_pylist()
    engine.drop("monitor_parts")
    return parts_of({row["part"]: row["members"] for row in counted})
