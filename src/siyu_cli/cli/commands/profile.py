"""``siyu profile``: what sets a segment apart from the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from siyu_cli.cli.frame import asks
from siyu_cli.cli.offers import offer_condition
from siyu_cli.cli.options import Where, text
from siyu_cli.locale import get_language

if TYPE_CHECKING:
    from siyu_cli.core.question import Question

EXAMPLES = """siyu profile 客户.xlsx 订单.xlsx --where "stage = 'dormant'"
siyu profile 客户.xlsx 订单.xlsx --where "阶段 = '沉睡期'" --against "阶段 = '成熟期'" -o 画像.xlsx
"""
_AGAINST = "Whom they are held against: \"stage = 'mature'\"; else all other members."
Against = Annotated[str | None, text("--against", "CONDITION", _AGAINST, offer_condition)]


@asks("Comparing members…")
def profile(where: Where = None, against: Against = None) -> Question:
    """Show who the members of a segment are: where they differ from the others, by how much, and how sure that is.

    Shares are of those of whom a trait is known; what is told is ordered by how far the groups are apart, never by the
    index, which favours what is rare. It describes, and is no cause.
    """
    from siyu_cli.core.profile.question import Profile

    return Profile(where, against, lang=get_language())
