"""``siyu monitor``: which figures of the shop are out of the ordinary; made to be run every morning by cron."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Annotated

from siyu_cli.cli.frame import asks
from siyu_cli.cli.options import Notify, check_condition, choice, parse_date, parse_days, text
from siyu_cli.core.lifecycle.tables import SEGMENTS
from siyu_cli.core.monitor.tables import MONITOR_FIGURES, written_out
from siyu_cli.locale import get_language
from siyu_cli.meanwhile import import_meanwhile

if TYPE_CHECKING:
    from siyu_cli.core.question import Question

EXAMPLES = """siyu monitor 订单.xlsx 客户.xlsx
siyu monitor 导出/*.xlsx --by store --since 30d -o 监测.xlsx
siyu monitor 导出/*.xlsx --fail-on alarms --notify wecombot://KEY --quiet
"""
_BY = "Watch these apart as well; all share the budget."
By = Annotated[str | None, choice("--by", ("store", "owner", "source_channel"), _BY, SEGMENTS)]
_SINCE = "Tell every day from then on, such as 30d; else the last whole one."
Since = Annotated[str | None, text("--since", "DATE|30d", _SINCE)]
_ENDS = "End with exit code 3 when it holds: alarms, or such as 'jumps > 1'."
FailOn = Annotated[str | None, text("--fail-on", "CONDITION", _ENDS)]


@asks("Watching the figures…", notifies="monitor")
def monitor(
    by: By = None,
    since: Since = None,
    fail_on: FailOn = None,
    notify: Notify = None,  # noqa: ARG001  the frame sends it
) -> Question:
    """Watch sales, orders, buyers, members, refunds, points and stages day by day, and ring rarely.

    A day is held against the same weekday of the weeks before. How far off it must be to ring follows from
    [monitor] false_alarms_per_month. Holidays and the days of [calendar] are left out. --notify tells of alarms, and
    nobody where nothing rings.
    """
    check_condition(fail_on and written_out(fail_on), MONITOR_FIGURES)
    first_on = None if since is None else _parse_since(since)
    import_meanwhile("pandas", "scipy.special", "holidays.utils")
    from siyu_cli.core.monitor.question import Monitor

    return Monitor(by, first_on, lang=get_language())


def _parse_since(given: str) -> date | int | None:
    is_date = re.match(r"\s*[0-9]{4}[-/0-9]", given)
    return parse_date("--since", given) if is_date else parse_days("--since", given)
