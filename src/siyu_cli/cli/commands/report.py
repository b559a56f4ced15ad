"""``siyu report``: the shop's week on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from siyu_cli.cli.frame import asks
from siyu_cli.cli.options import choice, text
from siyu_cli.core.lifecycle.tables import SEGMENTS
from siyu_cli.locale import get_language

if TYPE_CHECKING:
    from siyu_cli.core.question import Question

EXAMPLES = """siyu report 客户.xlsx 订单.xlsx -o 周报.html
siyu report 导出/*.xlsx -o 周报.html --notify wecombot://BOTKEY
siyu report 导出/*.xlsx -o 待办.xlsx --split-by owner
"""
_SPLIT = "One file of to-dos per employee, named after them; needs -o."
SplitBy = Annotated[str | None, choice("--split-by", ("owner",), _SPLIT, SEGMENTS)]
_SENT = "Send the short report there, with the page where files are taken. May be repeated."
Notify = Annotated[list[str] | None, text("--notify", "URL", _SENT)]


@asks("Looking at the week…", is_scheduled=True, attaches=True)
def report(split_by: SplitBy = None, notify: Notify = None) -> Question:  # noqa: ARG001  the frame splits and sends
    """Tell how the last whole week was, what is unusual about it, and who has what to do now.

    Figures are those of the other commands. Up and down are said only where a change is larger than the shop's own
    from week to week; to-dos are at most 20 per employee, of members who may be contacted. What is missing is named.
    """
    from siyu_cli.core.weekly.question import WeeklyReport

    return WeeklyReport(lang=get_language())
