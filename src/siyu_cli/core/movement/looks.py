"""Stages at several dates of the shop's past: how many went where between two, how long members stay in a stage."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from siyu_cli.core.lifecycle.segment import label_members
from siyu_cli.core.lifecycle.tables import STAGES
from siyu_cli.core.retention.beginnings import Rows, rows_of
from siyu_cli.core.retention.survival import Survival

if TYPE_CHECKING:
    import pyarrow as pa

    from siyu_cli.core.question import Study
    from siyu_cli.engines.protocol import Engine

Cells = Mapping[tuple[str, str], int]  # (stage then, stage one look later) → members; new: not there then


def months_before(day: date, months: int) -> date:
    """Return the same day so many months earlier (later for a negative number), the last one of a shorter month.

    >>> months_before(date(2026, 3, 31), 1), months_before(date(2026, 3, 31), -1)
    (datetime.date(2026, 2, 28), datetime.date(2026, 4, 30))
    """
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def stages_at(study: Study, dates: Iterable[date]) -> dict[date, pa.Table]:
    """Return everybody's ``member_id, stage, order_days`` as of each date, sorted; no labels are left behind."""
    engine = study.engine
    study.forget_labels()
    found = {}
    for day in sorted(set(dates)):
        label_members(engine, {**study.parameters, "as_of": day})
        found[day] = labels_of(engine)
    study.forget_labels()
    return found


def labels_of(engine: Engine) -> pa.Table:
    """Return ``member_id, stage, order_days`` as members are labelled now, sorted."""
    stages = engine.read("stages", ["member_id"]).select(["member_id", "stage"])
    days = engine.read("features", ["member_id"]).select(["order_days"])
    return stages.append_column("order_days", days["order_days"])


@dataclass(frozen=True)
class Dwell:
    """How long members stay in a stage, in looks: of stays whose beginning was seen; ``dates`` are those of the looks.

    Who is still there was watched for as long as there were looks after the first one, and no longer.
    """

    dates: tuple[date, ...]
    by_stage: Mapping[str, Survival]


def moves_between(engine: Engine, looks: Mapping[date, pa.Table]) -> list[Cells]:
    """Return for each two dates that follow each other how many went from which stage to which."""
    _open(engine, looks)
    cells: list[dict[tuple[str, str], int]] = [{} for _ in range(len(looks) - 1)]
    for row in rows_of(engine, "stage_steps", {}):
        cells[row["look"] - 1][row["stage_from"], row["stage_to"]] = row["members"]
    return list(cells)


def dwell_in(engine: Engine, looks: Mapping[date, pa.Table]) -> Dwell:
    """Return how long members stay in each stage that anybody was seen to come into."""
    _open(engine, looks)
    rows: Rows = rows_of(engine, "stage_spells", {"last_look": len(looks) - 1})
    by_stage = {stage: [row for row in rows if row["stage"] == stage] for stage in STAGES}
    return Dwell(tuple(sorted(looks)), {stage: Survival.of(one) for stage, one in by_stage.items() if one})


def _open(engine: Engine, looks: Mapping[date, pa.Table]) -> None:
    import pyarrow as pa

    numbered = [
        looks[day].select(["member_id", "stage"]).append_column("look", pa.repeat(pa.scalar(number, pa.int64()), rows))
        for number, day in enumerate(sorted(looks))
        for rows in (looks[day].num_rows,)
    ]
    engine.open("stage_looks", pa.concat_tables(numbered))
