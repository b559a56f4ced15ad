"""``siyu retention``: of those who began in one period, who came back, when, and what that did to the shop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from siyu_cli.cli.frame import asks
from siyu_cli.cli.options import TellApart, choice, number
from siyu_cli.core.retention.periods import PERIODS
from siyu_cli.locale import get_language
from siyu_cli.tables.inputs import EVENT_KINDS

if TYPE_CHECKING:
    from siyu_cli.core.question import Question

EXAMPLES = """siyu retention 客户.xlsx 订单.xlsx -o 留存.xlsx
siyu retention 订单.csv --period week --until 90
siyu retention 客户.xlsx 订单.xlsx --start joined --by source_channel
siyu retention 客户.xlsx 订单.xlsx 互动记录.xlsx --start joined --on checkin
"""
_STARTS = "Members begin with their first_order unless said otherwise; joined: when they joined, if that was earlier."
Start = Annotated[str, choice("--start", ("first_order", "joined"), _STARTS)]
Period = Annotated[str, choice("--period", PERIODS, "Cohorts by day, week (from Monday) or month.")]
_UNTIL = "Look no further than this many days after the start: so everybody was watched as long."
Until = Annotated[int | None, number("--until", "DAYS", (1, 10_000), _UNTIL)]

_ON = "What counts as coming back: purchase, event (whatever members did themselves), or a kind such as checkin."
On = Annotated[str, choice("--on", ("purchase", "event", *EVENT_KINDS), _ON)]


@asks("Working out who came back…")
def retention(
    start: Start = "first_order",
    period: Period = "month",
    by: TellApart = None,
    until: Until = None,
    on: On = "purchase",
) -> Question:
    """Show who came back: cohorts, days until the next order, and whether more came than were lost.

    A period that is not over is left empty, and nobody is counted as lost who could not have come yet. The cohort with
    which the order log begins stands apart: many of its members had bought before.
    """
    from siyu_cli.core.retention.question import Retention

    how: Any = {"start": start, "period": period}
    return Retention(**how, by=by, until=until, on=on, lang=get_language())
