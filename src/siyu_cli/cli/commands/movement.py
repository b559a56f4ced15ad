"""``siyu movement``: who went from which stage to which between two dates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from siyu_cli.cli.frame import asks
from siyu_cli.cli.options import TellApart, number, parse_date, text
from siyu_cli.core.lifecycle.tables import STAGES
from siyu_cli.errors import UsageError
from siyu_cli.locale import get_language
from siyu_cli.tables.column import find_label

if TYPE_CHECKING:
    from siyu_cli.core.question import Question

EXAMPLES = """siyu movement 客户.xlsx 订单.xlsx --from 2026-03-31 --as-of 2026-06-30 -o 阶段变动.xlsx
siyu movement 客户.xlsx 订单.xlsx --list declining:dormant -o 刚沉睡.xlsx
siyu movement 客户.xlsx 订单.xlsx --forecast 3 --dwell 12 -o 阶段预测.xlsx
"""
_FROM = "The earlier date; else that of the last list remembered here, else 90 days before."
From = Annotated[str | None, text("--from", "DATE", _FROM)]
_LIST = "List only those who went from one stage to another, such as declining:dormant."
List = Annotated[str | None, text("--list", "STAGE:STAGE", _LIST)]

_AHEAD = "Where members will stand so many months from now; withheld where no change was nearer the truth."
Forecast = Annotated[int | None, number("--forecast", "MONTHS", (1, 60), _AHEAD)]
_STAYS = "How long members stay in a stage, looked at month by month over so many months."
Dwell = Annotated[int | None, number("--dwell", "MONTHS", (1, 60), _STAYS)]


@asks("Comparing stages…")
def movement(
    from_on: From = None, listed: List = None, by: TellApart = None, forecast: Forecast = None, dwell: Dwell = None,
) -> Question:  # fmt: skip
    """Show who moved between stages: the matrix whose margins tie, what each stage gained and lost, and who they are.

    Both dates are worked out from the orders known today, by the same rules: --as-of is the later one. Points, tags and
    who left are those of today. --forecast and --dwell look at more dates, each as much work as siyu segment's stages.
    """
    earlier = None if from_on is None else parse_date("--from", from_on)
    chosen = None if listed is None else _stages(listed)
    from siyu_cli.core.movement.question import Movement

    return Movement(earlier, chosen, forecast, dwell, by, lang=get_language())


def _stages(given: str) -> tuple[str, str]:
    """Return the two stages of ``declining:dormant``, by key or by name in either language."""
    words = given.replace("：", ":").split(":")
    labels = {**{key: (key, *names) for key, names in STAGES.items()}, "new": ("new", "新增")}
    found = [find_label(labels, word) for word in words]
    if len(found) != 2 or found[0] is None or found[1] in {None, "new"}:
        raise UsageError(
            "--list {value} names no two stages.",
            hint="Write it as declining:dormant; stages are {stages}.", value=given, stages=", ".join(STAGES),
        )  # fmt: skip
    return str(found[0]), str(found[1])
