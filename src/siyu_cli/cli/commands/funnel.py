"""``siyu funnel``: of those who took a first step, how many took the next ones in time, and who stopped where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from siyu_cli.cli.frame import asks
from siyu_cli.cli.options import choice, parse_date, text, whole_number
from siyu_cli.core.funnel.course import ENTRIES, ORDERS, PARTINGS, read_place, read_steps
from siyu_cli.locale import get_language

if TYPE_CHECKING:
    from siyu_cli.core.question import Question

EXAMPLES = """siyu funnel 客户.xlsx 订单.xlsx -o 漏斗.xlsx
siyu funnel 客户.xlsx 订单.xlsx 互动.xlsx --steps registered,coupon_claimed,order,order --window 90 --by store
siyu funnel 客户.xlsx 订单.xlsx --steps 注册,下单,下单 --list 2 -o 待复购.xlsx
"""
_STEPS = "The steps, such as registered,coupon_claimed,order,order; one named twice wants two dates."
Steps = Annotated[str, text("--steps", "STEP,STEP…", _STEPS)]
_WINDOW = "All steps within this many days of the first, the last one included; all: whenever."
Window = Annotated[str, text("--window", "DAYS", _WINDOW)]
_ORDER = "In what order they count: ordered, unordered (any), strict (nothing else between)."
Order = Annotated[str, choice("--order", ORDERS, _ORDER)]
_ENTRY = "Members enter on the first date of the first step; any: on the one that leads furthest."
Entry = Annotated[str, choice("--entry", ENTRIES, _ENTRY)]
From = Annotated[str | None, text("--from", "DATE", "Only who entered on this date or later.")]
To = Annotated[str | None, text("--to", "DATE", "Only who entered on this date or earlier.")]
_BY = "Tell these apart as well; entry_… is what the event says with which members entered."
By = Annotated[str | None, choice("--by", PARTINGS.keys, _BY, PARTINGS)]
List = Annotated[str | None, text("--list", "STEP", "List who stopped after this step, and how many days they have.")]


@asks("Following members from step to step…")
def funnel(  # noqa: PLR0913,PLR0917  each is optional
    steps: Steps = "registered,order,order", window: Window = "90", order: Order = "ordered", entry: Entry = "first",
    from_on: From = None, to_on: To = None, by: By = None, listed: List = None,
) -> Question:  # fmt: skip
    """Show how many came from one step to the next within a window, how soon, and who stopped where.

    Steps are registered, order (a day with a purchase) and kinds of events. Whoever entered too late to have had the
    whole window is counted apart, as nobody's loss.
    """
    kinds = read_steps(steps)
    days = None if window.strip().casefold() == "all" else whole_number("--window", 0, 10_000)(window)
    first, last = (
        None if day is None else parse_date(name, day) for name, day in (("--from", from_on), ("--to", to_on))
    )
    place = None if listed is None else read_place(listed, kinds)
    from siyu_cli.core.funnel.question import Funnel

    how: Any = {"order": order, "entry": entry}
    return Funnel(kinds, days, from_on=first, to_on=last, by=by, listed=place, lang=get_language(), **how)
