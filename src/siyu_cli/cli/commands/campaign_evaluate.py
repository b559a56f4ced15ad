"""``siyu campaign evaluate``: what a campaign did, from its list and the orders since, or from a table of outcomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

import typer

from siyu_cli.cli.frame import asks
from siyu_cli.cli.offers import among
from siyu_cli.cli.options import one_of, parse_date, whole_number
from siyu_cli.errors import UsageError
from siyu_cli.locale import get_language

if TYPE_CHECKING:
    import pandas as pd

    from siyu_cli.core.campaign.evaluate import Cost as Spent
    from siyu_cli.core.campaign.evaluate import Evaluate
    from siyu_cli.core.campaign.evaluate_table import EvaluateTable
    from siyu_cli.core.question import Question

EXAMPLES = """siyu campaign evaluate 活动名单.xlsx 客户.xlsx 订单.xlsx -o 活动结果.xlsx
siyu campaign evaluate 活动名单.csv 订单.xlsx --cost 3200 --format json
siyu campaign evaluate outcomes.csv --arm segment --control "No E-Mail" --metrics visit,conversion,spend
"""
AssignedFile = Annotated[
    Path,
    typer.Argument(metavar="ASSIGNED", help="The list of siyu campaign plan, or with --arm a table of outcomes."),
]
ArmColumn = Annotated[
    str | None, typer.Option("--arm", metavar="COLUMN", help="ASSIGNED is a table of outcomes; its arms stand here.")
]
ControlArm = Annotated[str | None, typer.Option("--control", metavar="WORD", help="With --arm: which arm got nothing.")]
MetricNames = Annotated[
    str | None,
    typer.Option("--metrics", metavar="COLUMN,COLUMN…", help="With --arm: what is compared; a/b is a ratio."),
]
ControlShare = Annotated[
    float | None,
    typer.Option(
        "--control-share", metavar="SHARE", min=0.0, max=1.0,
        help="The share drawn as control, such as 0.1; else what the list says, or with --arm equal arms.",
    ),
]  # fmt: skip
StartsOn = Annotated[
    str | None,
    typer.Option("--starts-on", metavar="DATE", help="The campaign's first day, if the list does not say."),
]
HorizonDays = Annotated[
    int | None,
    typer.Option(
        "--days", metavar="N", parser=whole_number("--days", 1, 1_000),
        help="Orders count for so many days, where the list does not say.",
    ),
]  # fmt: skip
Cost = Annotated[
    float | None,
    typer.Option("--cost", metavar="AMOUNT", help="What was spent on offers and contact; else what the plan expected."),
]


Reached = Annotated[
    str | None,
    typer.Option(
        "--reached", metavar="COLUMN",
        help="The column of ASSIGNED that says yes for who was really reached; else what siyu export has sent.",
    ),
]  # fmt: skip
SegmentColumn = Annotated[
    str | None, typer.Option("--by", metavar="COLUMN", help="With --arm: each segment of this column by itself, too.")
]
PastColumns = Annotated[
    list[str] | None,
    typer.Option(
        "--past", metavar="METRIC=COLUMN",
        help="With --arm: what was known of a metric before, which takes noise away; repeatable.",
    ),
]  # fmt: skip
MISSING = ("zero", "left_out")
Missing = Annotated[
    str | None,
    typer.Option(
        "--missing", metavar="|".join(MISSING), callback=one_of("--missing", MISSING), autocompletion=among(MISSING),
        help="With --arm: whether an empty outcome is nothing, or not known.",
    ),
]  # fmt: skip


@asks("Comparing the arms…", needs_files=False)
def campaign_evaluate(  # noqa: PLR0913, PLR0917  each parameter is an option
    assigned: AssignedFile,
    arm: ArmColumn = None,
    control: ControlArm = None,
    metrics: MetricNames = None,
    by: SegmentColumn = None,
    past: PastColumns = None,
    missing: Missing = None,
    reached: Reached = None,
    control_share: ControlShare = None,
    starts_on: StartsOn = None,
    days: HorizonDays = None,
    cost: Cost = None,
) -> Question:
    """Tell what a campaign did beside its control group, how sure that is, and what to do next.

    Give it the list that siyu campaign plan wrote and the orders since; members count in the arm they were assigned
    to. Or a plain table with a row per person: --arm names the column of arms, --metrics what is compared.
    """
    if arm is not None or control is not None or metrics is not None:
        return outcome_question(
            assigned, TableOptions(arm, control, metrics, by, past, missing, reached, control_share)
        )
    return list_question(assigned, ListOptions(control_share, starts_on, days, cost, reached))


@dataclass(frozen=True)
class TableOptions:
    """The options of a table of outcomes."""

    arm: str | None
    control: str | None
    metrics: str | None
    by: str | None = None
    past: Sequence[str] | None = None
    missing: str | None = None
    reached: str | None = None
    control_share: float | None = None


@dataclass(frozen=True)
class ListOptions:
    """The options of a campaign's list."""

    control_share: float | None = None
    starts_on: str | None = None
    days: int | None = None
    cost: float | None = None
    reached: str | None = None


def outcome_question(path: Path, given: TableOptions) -> EvaluateTable:
    """Return the question about a table of outcomes; ``UsageError`` where arm, control or metrics is missing."""
    if given.arm is None or given.control is None or given.metrics is None:
        message = "A table of outcomes needs --arm, --control and --metrics."
        raise UsageError(message, hint="Write it as --arm segment --control none --metrics visit,spend.")
    from siyu_cli.core.campaign.evaluate_table import EvaluateTable
    from siyu_cli.files.plan.read_rows import read_rows
    from siyu_cli.guard import will_read

    will_read(path)
    read = read_rows(path)
    names = tuple(name.strip() for name in given.metrics.replace("，", ",").split(",") if name.strip())
    if not names:
        raise UsageError("--metrics names no column.", hint="Write it as --metrics visit,spend.")
    missing = cast("Literal['zero', 'left_out'] | None", given.missing)
    return EvaluateTable(
        read.frame, given.arm, given.control.strip(), names, given.control_share, parse_past(given.past, names),
        given.by, given.reached, missing, read.made_from, lang=get_language(),
    )  # fmt: skip


def parse_past(pairs: Sequence[str] | None, metrics: Sequence[str]) -> Mapping[str, str]:
    """Return ``{"spend": "history"}`` from ``spend=history``; else ``UsageError``."""
    found = {}
    for pair in pairs or ():
        metric, equals, name = (part.strip() for part in pair.partition("="))
        if not equals or not name or metric not in metrics:
            message, hint = "--past {pair} is not METRIC=COLUMN.", "The metrics are: {metrics}."
            raise UsageError(message, hint=hint, pair=pair, metrics=", ".join(metrics))
        found[metric] = name
    return found


def list_question(path: Path, given: ListOptions) -> Evaluate:
    """Return the question about a list and later orders; ``UsageError`` where nothing says when the campaign began."""
    from siyu_cli.core.campaign.assigned import assigned_rows
    from siyu_cli.core.campaign.evaluate import Evaluate, Window
    from siyu_cli.core.campaign.tables import ASSIGNED
    from siyu_cli.files.plan.read_rows import read_rows
    from siyu_cli.guard import will_read

    will_read(path)
    read = read_rows(path, (ASSIGNED["member_id"], ASSIGNED["arm"], *ASSIGNED.columns[1:2], *ASSIGNED.columns[3:]))
    said = read.parameters
    first = given.starts_on or said.get("starts_on")
    if first is None:
        raise UsageError("The list does not say when the campaign began.", hint="Add --starts-on 2026-07-01.")
    window = Window(parse_date("--starts-on", str(first)), given.days or int(float(said.get("horizon_days") or 30)))
    rows = assigned_rows(read.frame)
    share = given.control_share or float(said.get("control_share") or 0) or None
    name = str(said.get("campaign") or "")
    cost = cost_of(rows, said, given.cost)
    return Evaluate(rows, window, name, share, cost, given.reached, read.made_from, lang=get_language())


def cost_of(rows: pd.DataFrame, said: Mapping[str, Any], spent: float | None) -> Spent:
    """Return what the campaign cost: what was really spent, else as planned, fixed fees among it."""
    from siyu_cli.core.campaign.assigned import expected_cost
    from siyu_cli.core.campaign.evaluate import Cost as Spent

    planned = round(expected_cost(rows) + float(said.get("fixed_fees") or 0), 2)
    whole = planned if spent is None else spent
    if said.get("discounts") is None or not planned:
        return Spent(whole)
    return Spent(whole, whole * min(float(said["discounts"]) / planned, 1.0))
