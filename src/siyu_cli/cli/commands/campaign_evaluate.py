"""``siyu campaign evaluate``: what a campaign did, from its list and the orders since, or from a table of outcomes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from siyu_cli.cli.frame import asks
from siyu_cli.cli.options import choice, number, parse_date, text
from siyu_cli.locale import get_language

if TYPE_CHECKING:
    from siyu_cli.core.question import Question

EXAMPLES = """siyu campaign evaluate 活动名单.xlsx 客户.xlsx 订单.xlsx -o 活动结果.xlsx
siyu campaign evaluate 活动名单.csv 订单.xlsx --cost 3200 --format json
siyu campaign evaluate outcomes.csv --arm segment --control "No E-Mail" --metrics visit,conversion,spend
"""
AssignedFile = Annotated[
    Path,
    typer.Argument(metavar="ASSIGNED", help="The list of siyu campaign plan, or with --arm a table of outcomes."),
]
ArmColumn = Annotated[str | None, text("--arm", "COLUMN", "ASSIGNED is a table of outcomes; its arms stand here.")]
ControlArm = Annotated[str | None, text("--control", "WORD", "With --arm: which arm got nothing.")]
_COMPARED = "With --arm: what is compared; a/b is a ratio."
MetricNames = Annotated[str | None, text("--metrics", "COLUMN,COLUMN…", _COMPARED)]
_DRAWN = "The share drawn as control, such as 0.1; else what the list says, or with --arm equal arms."
ControlShare = Annotated[float | None, typer.Option("--control-share", metavar="SHARE", min=0.0, max=1.0, help=_DRAWN)]
_BEGAN = "The campaign's first day, if the list does not say."
StartsOn = Annotated[str | None, text("--starts-on", "DATE", _BEGAN)]
_COUNTED = "Orders count for so many days, where the list does not say."
HorizonDays = Annotated[int | None, number("--days", "N", (1, 1_000), _COUNTED)]
_SPENT = "What was spent on offers and contact; else what the plan expected."
Spent = Annotated[float | None, text("--cost", "AMOUNT", _SPENT)]
_REACHED = "The column of ASSIGNED that says yes for who was really reached; else what siyu export has sent."
Reached = Annotated[str | None, text("--reached", "COLUMN", _REACHED)]
SegmentColumn = Annotated[str | None, text("--by", "COLUMN", "With --arm: each segment of this column by itself, too.")]
_PAST = "With --arm: what was known of a metric before, which takes noise away; repeatable."
PastColumns = Annotated[list[str] | None, text("--past", "METRIC=COLUMN", _PAST)]
_EMPTY = "With --arm: whether an empty outcome is nothing, or not known."
Missing = Annotated[str | None, choice("--missing", ("zero", "left_out"), _EMPTY)]


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
    cost: Spent = None,
) -> Question:
    """Tell what a campaign did beside its control group, how sure that is, and what to do next.

    Give it the list that siyu campaign plan wrote and the orders since; members count in the arm they were assigned
    to. Or a plain table with a row per person: --arm names the column of arms, --metrics what is compared.
    """
    from siyu_cli.shop.campaigns import ListOptions, TableOptions, list_question, outcome_question

    if arm is not None or control is not None or metrics is not None:
        table = TableOptions(arm, control, metrics, by, past, missing, reached, control_share)
        return outcome_question(assigned, table, get_language())
    first = parse_date("--starts-on", starts_on) if starts_on else None
    return list_question(assigned, ListOptions(control_share, first, days, cost, reached), get_language())
