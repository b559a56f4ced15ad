"""``siyu value``: what members bring, who brings most of it, and what is to be expected of whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from siyu_cli.cli.frame import asks
from siyu_cli.cli.options import TellApart, number
from siyu_cli.locale import get_language

if TYPE_CHECKING:
    from siyu_cli.core.question import Question

EXAMPLES = """siyu value 客户.xlsx 订单.xlsx -o 会员价值.xlsx
siyu value 客户.xlsx 订单.xlsx --by source_channel --horizon 180
"""
_AHEAD = "How many days the forecast looks ahead, and how long the windows are; else 90."
Horizon = Annotated[int | None, number("--horizon", "DAYS", (1, 1_000), _AHEAD)]


@asks("Working out what members bring…")
def value(horizon: Horizon = None, by: TellApart = None) -> Question:
    """Show what members bring: per buyer, since their first order, who brings most, and what to expect.

    The forecast stands beside the simplest there is, that all goes on as in the same number of days before, with what
    each was off by one horizon ago; it says so where the model adds nothing. The list holds every buyer.
    """
    from siyu_cli.core.value.question import Value

    return Value(horizon, by, lang=get_language())
