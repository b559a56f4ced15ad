"""``siyu winback``: who comes back by themselves after so long a silence, and when a message can pay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from siyu_cli.cli.frame import asks
from siyu_cli.cli.options import number, text
from siyu_cli.errors import UsageError
from siyu_cli.locale import get_language

if TYPE_CHECKING:
    from siyu_cli.core.question import Question

EXAMPLES = """siyu winback 客户.xlsx 订单.xlsx -o 回流.xlsx
siyu winback 订单.xlsx --silent 120 --horizon 60 --contact-cost 0.5
"""
_SILENT = "Who is silent for longer than this; else stages.churned_after."
Silent = Annotated[int | None, number("--silent", "DAYS", (0, 5_000), _SILENT)]
Horizon = Annotated[int | None, number("--horizon", "DAYS", (1, 1_000), "Back within how many days; else 90.")]
Cost = Annotated[str | None, text("--contact-cost", "AMOUNT", "What it costs to reach one member.")]


@asks("Looking for who came back…")
def winback(silent: Silent = None, horizon: Horizon = None, contact_cost: Cost = None) -> Question:
    """Show how many of the silent come back by themselves, by how long they were silent, and what they bring.

    Looked back from the latest date whose horizon is over, and from earlier ones. What a message adds to it only a
    control group tells: siyu campaign plan makes one, siyu campaign evaluate reads it.
    """
    cost = _amount(contact_cost)
    from siyu_cli.core.winback.question import Winback

    return Winback(silent, horizon, cost, lang=get_language())


def _amount(given: str | None) -> float | None:
    if given is None:
        return None
    try:
        amount = float(given)
    except ValueError:
        amount = -1.0
    if not 0 <= amount < 1e9:
        raise UsageError("--contact-cost {value}: this is no amount.", hint="Write it as 0.5.", value=given)
    return amount
