"""``siyu points``: are the balances of points right, whose points lapse soon, what the promise costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from siyu_cli.cli.frame import asks
from siyu_cli.cli.options import choice, parse_days, text
from siyu_cli.core.points.tables import POINTS_EXPIRING
from siyu_cli.locale import get_language

if TYPE_CHECKING:
    from siyu_cli.core.question import Question

EXAMPLES = """siyu points 积分明细.xlsx 客户.xlsx 订单.xlsx -o 积分.xlsx
siyu points 积分明细.xlsx 客户.xlsx 订单.xlsx --expiring 60d --split-by owner -o 积分到期.xlsx
siyu points 积分明细.xlsx --format json
"""
_SOON = "Who loses points within so many days, today among them; else 30d."
Expiring = Annotated[str | None, text("--expiring", "30d", _SOON)]
SplitBy = Annotated[
    str | None, choice("--split-by", ("owner",), "One file per employee, named after them.", POINTS_EXPIRING)
]


@asks("Replaying the ledger of points…")
def points(
    expiring: Expiring = None,
    split_by: SplitBy = None,  # noqa: ARG001  the frame reads it
) -> Question:
    """Replay every member's points lot by lot, and name the first row at which the platform's balance parts from it.

    The list holds who loses points soon. What a point buys and how long it counts is said under [points] in siyu.toml,
    where the log does not say it.
    """
    days = parse_days("--expiring", expiring)
    from siyu_cli.core.points.question import EXPIRING_DAYS, Points

    return Points(EXPIRING_DAYS if days is None else days, lang=get_language())
