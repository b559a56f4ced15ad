"""``siyu campaign learn``: what a result teaches goes into the shop's response table, which the next plan goes by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from siyu_cli.cli.commands.campaign_evaluate import (
    ArmColumn,
    AssignedFile,
    ControlArm,
    ControlShare,
    HorizonDays,
    MetricNames,
    Missing,
    SegmentColumn,
    StartsOn,
)
from siyu_cli.cli.frame import asks
from siyu_cli.cli.options import parse_date, text
from siyu_cli.locale import get_language

if TYPE_CHECKING:
    from siyu_cli.core.question import Question

EXAMPLES = """siyu campaign learn 活动名单.xlsx 客户.xlsx 订单.xlsx
siyu campaign learn outcomes.csv --arm segment --control "No E-Mail" --metrics visit --by history_segment
"""
_KEPT = "With --arm: what the trial is kept as; else the file's name."
Campaign = Annotated[str | None, text("--campaign", "NAME", _KEPT)]


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
    from siyu_cli.shop.campaigns import ListOptions, TableOptions, list_question, outcome_question

    lang = get_language()
    first = parse_date("--starts-on", starts_on) if starts_on else None
    if arm is not None or control is not None or metrics is not None:
        table = TableOptions(arm, control, metrics, by, missing=missing, control_share=control_share)
        return Learn(outcome_question(assigned, table, lang), campaign or assigned.stem, first, lang=lang)
    result = list_question(assigned, ListOptions(control_share, first, days), lang)
    return Learn(result, result.campaign, result.window.starts_on, lang=lang)
