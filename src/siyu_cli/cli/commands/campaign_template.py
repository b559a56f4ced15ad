"""``siyu campaign template``: a plan to fill in, with what the shop's own past says of its segments."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from siyu_cli.cli.frame import Writer, asks
from siyu_cli.cli.options import choice, number
from siyu_cli.core.lifecycle.tables import SEGMENTS
from siyu_cli.locale import get_language
from siyu_cli.render.reader import Reader

if TYPE_CHECKING:
    from siyu_cli.core.question import Answer, Question

EXAMPLES = """siyu campaign template 客户.xlsx 订单.xlsx -o 活动方案.xlsx
siyu campaign template 客户.xlsx 订单.xlsx --horizon 14 --by rfm_segment -o plan.toml
"""
SEGMENTED_BY = ("stage", "rfm_segment", "custom_segments")

_DAYS = "Who buys within so many days; what is measured began so many days ago."
Horizon = Annotated[int, number("--horizon", "DAYS", (1, 1_000), _DAYS)]
By = Annotated[str, choice("--by", SEGMENTED_BY, "The segments that responses are filled in for.", SEGMENTS)]


def write(answer: Answer, path: Path, force: bool) -> tuple[Path, ...]:
    """Write the form, in the operator's language."""
    from siyu_cli.shop.campaigns import write_plan

    return write_plan(answer, path, Reader(get_language()), force=force)


@asks("Looking back one horizon…", writer=Writer((".xlsx", ".toml"), write))
def campaign_template(horizon: Horizon = 30, by: By = "stage") -> Question:
    """Write a plan to fill in, with what the shop's own past says of its segments.

    Of the members of each segment one horizon ago it is known who bought since, and what: that is what they do
    without an offer, and is called measured. What an offer would add is yours to state, and is called an assumption.

    With -o plan.xlsx it is a workbook with drop-downs and notes, with -o plan.toml the same as text.
    """
    from siyu_cli.core.campaign.template import Template

    return Template(horizon, by, lang=get_language())
