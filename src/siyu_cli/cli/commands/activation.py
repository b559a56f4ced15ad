"""``siyu activation``: who orders after joining, who orders again, and what goes with that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siyu_cli.cli.frame import asks
from siyu_cli.locale import get_language

if TYPE_CHECKING:
    from siyu_cli.core.question import Question

EXAMPLES = """siyu activation 客户.xlsx 订单.xlsx -o 激活.xlsx
siyu activation 客户.xlsx 订单.xlsx 互动.xlsx -o 激活.xlsx
siyu activation 客户.xlsx 订单.xlsx -o 待下单.csv
"""


@asks("Working out who ordered after joining…")
def activation() -> Question:
    """Show who orders after joining and who orders again within 90 days, what goes with it, and who is still awaited.

    First orders are compared with others of the same month, channel and order value: what goes with coming back need
    not bring it about. A trial whose arms stand in the events earns a verdict.
    """
    from siyu_cli.core.activation.question import Activation

    return Activation(lang=get_language())
