"""``siyu explain``: everything known about one member, and why each label was given, rule by rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from siyu_cli.cli.frame import asks
from siyu_cli.locale import get_language

if TYPE_CHECKING:
    from siyu_cli.core.question import Question

EXAMPLES = """siyu explain 13800138000 客户.xlsx 订单.xlsx
siyu explain '138****8000' 客户.xlsx 订单.xlsx
siyu explain V10086 会员.csv 订单.csv --as-of 2026-03-01 --lang zh
"""
Member = Annotated[
    str,
    typer.Argument(
        metavar="MEMBER", help="Member id, phone or account, as it stands in the files or masked as in a list."
    ),
]


@asks("Looking the member up…")
def explain(member: Member) -> Question:
    """Tell everything known about one member, and why they are in their stage and RFM group.

    The stage rules are tried one by one, with this member's numbers, until one fits.
    """
    from siyu_cli.core.lifecycle.explain import Explain

    return Explain(member, lang=get_language())
