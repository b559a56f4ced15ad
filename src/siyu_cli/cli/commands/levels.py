"""``siyu levels``: do levels agree with the rule, whose is about to be lost, what would another rule do."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from siyu_cli.cli.frame import asks
from siyu_cli.cli.options import choice, parse_days, text
from siyu_cli.core.levels.tables import LEVELS_DUE
from siyu_cli.engines.lake import as_place
from siyu_cli.errors import UsageError
from siyu_cli.locale import get_language

if TYPE_CHECKING:
    from siyu_cli.core.question import Question

EXAMPLES = """siyu levels 客户.xlsx 订单.xlsx -o 等级.xlsx
siyu levels 客户.xlsx 订单.xlsx --rules 新规则.toml -o 新规则测算.xlsx
siyu levels 客户.xlsx 订单.xlsx --due 30d --lack-max 200 --split-by owner -o 保级.xlsx
"""
_RULES = "What would this rule do? TOML as [levels] has it, or a workbook with a row for each level."
Rules = Annotated[Path | None, typer.Option("--rules", metavar="FILE", parser=as_place, help=_RULES)]
Due = Annotated[str | None, text("--due", "60d", "Whose level is reviewed within so many days; else 60d.")]
LackMax = Annotated[str | None, text("--lack-max", "N", "List only who lacks something, and no more than this.")]
SplitBy = Annotated[
    str | None, choice("--split-by", ("owner",), "One file per employee, named after them.", LEVELS_DUE)
]


@asks("Replaying the levels…")
def levels(
    rules: Rules = None,
    due: Due = None,
    lack_max: LackMax = None,
    split_by: SplitBy = None,  # noqa: ARG001  the frame reads it
) -> Question:
    """Replay the shop's rule for levels on every member: do exported levels agree, who is about to lose one?

    The rule is [levels] in siyu.toml. The list holds whose level is reviewed soon, what they lack and how likely they
    are to keep it; --rules tells what another rule would do and cost, behaviour unchanged.
    """
    days = parse_days("--due", due)
    most = _amount(lack_max)
    from siyu_cli.core.levels.question import DUE_DAYS, Levels
    from siyu_cli.shop.levels import read_rules

    said = None if rules is None else read_rules(rules)
    return Levels(said, DUE_DAYS if days is None else days, most, lang=get_language())


def _amount(given: str | None) -> Decimal | None:
    """Return the amount of ``--lack-max``; ``UsageError`` for what is none."""
    if given is None:
        return None
    try:
        amount = Decimal(given.strip().strip("¥￥元"))
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or not 0 < amount <= 10**12:
        raise UsageError("--lack-max {amount} is no amount.", hint="Write it as --lack-max 200.", amount=given)
    return amount.quantize(Decimal("0.01"))
