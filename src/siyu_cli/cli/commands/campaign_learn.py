"""``siyu campaign learn``: what a result teaches goes into the shop's response table, which the next plan goes by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from siyu_cli.cli.commands.campaign_evaluate import (
    ArmColumn,
    AssignedFile,
    ControlArm,
    ControlShare,
    HorizonDays,
    ListOptions,
    MetricNames,
    Missing,
    SegmentColumn,
    StartsOn,
    TableOptions,
    list_question,
    outcome_question,
)
from siyu_cli.cli.frame import asks
from siyu_cli.cli.options import parse_date
from siyu_cli.locale import get_language

if TYPE_CHECKING:
    from siyu_cli.core.question import Question

EXAMPLES = """siyu campaign learn 活动名单.xlsx 客户.xlsx 订单.xlsx
siyu campaign learn outcomes.csv --arm segment --control "No E-Mail" --metrics visit --by history_segment
"""
Campaign = Annotated[
    str | None,
    typer.Option("--campaign", metavar="NAME", help="With --arm: what the trial is kept as; else the file's name."),
]


@asks("Learning from the result…", needs_files=False)
def campaign_learn(  # noqa: PLR0913, PLR0917  each parameter is an option
    assigned: AssignedFile,
    arm: ArmColumn = None,
    control: ControlArm = None,
    metrics: MetricNames = None,
    by: SegmentColumn = None,
    missing: Missing = None,
    campaign: Campaign = None,
    control_share: ControlShare = None,
    starts_on: StartsOn = None,
    days: HorizonDays = None,
) -> Question:
    """Learn from a campaign that is over: what each offer added in each segment, for the next template and plan.

    Segments are drawn towards their mean as far as noise demands. What was learned of the same campaign before is
    replaced; of several campaigns with the same offer all count.

    A plain table of outcomes teaches as well: --arm, --control, --metrics with the one of 0 and 1 that is learned of
    first, --by for the column of segments.
    """
    from siyu_cli.core.campaign.learn import Learn

    if arm is not None or control is not None or metrics is not None:
        table = TableOptions(arm, control, metrics, by, missing=missing, control_share=control_share)
        first = parse_date("--starts-on", starts_on) if starts_on else None
        return Learn(outcome_question(assigned, table), campaign or assigned.stem, first, lang=get_language())
    result = list_question(assigned, ListOptions(control_share, starts_on, days))
    return Learn(result, result.campaign, result.window.starts_on, lang=get_language())
