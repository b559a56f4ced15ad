"""``siyu acquisition``: where new members come from, what they cost, and when they have brought that back."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from siyu_cli.cli.frame import asks
from siyu_cli.cli.options import choice, parse_date, text
from siyu_cli.locale import get_language

if TYPE_CHECKING:
    from siyu_cli.core.question import Question

EXAMPLES = """siyu acquisition 客户.xlsx 订单.xlsx 渠道费用.xlsx -o 获客.xlsx
siyu acquisition 客户.xlsx 订单.xlsx 好友关系.xlsx 渠道费用.xlsx --attribution even --from 2025-01 --to 2025-12
siyu acquisition 客户.xlsx 订单.xlsx 渠道费用.xlsx --by store
"""
_SOURCES = ("source_channel", "campaign", "partner", "store", "owner")
By = Annotated[str, choice("--by", _SOURCES, "What a source is; unless said, the source_channel.")]
_CREDIT = "Of several sources before the first order: the first one, the last one, or all even."
Attribution = Annotated[str, choice("--attribution", ("first", "last", "even"), _CREDIT)]
From = Annotated[
    str | None, text("--from", "MONTH", "The first month looked at, such as 2025-01; else the first of all.")
]
To = Annotated[str | None, text("--to", "MONTH", "The last month looked at; else the last that is over.")]
_SHARED = "Costs of no source are in the total alone (none), or shared out by members."
Allocate = Annotated[str, choice("--allocate", ("none", "members"), _SHARED)]


@asks("Working out what new members cost…")
def acquisition(
    by: By = "source_channel",
    attribution: Attribution = "first",
    first_month: From = None,
    last_month: To = None,
    allocate: Allocate = "none",
) -> Question:
    """Show where new members come from, what they cost, what they bring, and by which day that has paid.

    Only months that are over count, and what members brought by day 90 is held against the cost of those months alone
    in which everybody is that old. Costs come from a sheet with months, channels and amounts.
    """
    from siyu_cli.core.acquisition.question import Acquisition

    how: Any = {"by": by, "attribution": attribution, "allocate": allocate}
    first, last = _month("--from", first_month), _month("--to", last_month)
    return Acquisition(**how, first_month=first, last_month=last, lang=get_language())


def _month(option: str, given: str | None) -> date | None:
    """Return the first day of a month that was given as one, or as a date in it."""
    if given is None:
        return None
    parts = given.strip().replace("/", "-").split("-")
    return parse_date(option, f"{given.strip()}-01" if len(parts) == 2 else given).replace(day=1)
