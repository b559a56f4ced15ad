"""``siyu churn``: who may be leaving, how likely, what is at stake, and how often such words came true here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated

from siyu_cli.cli.frame import asks
from siyu_cli.cli.options import Where, check_condition, choice, flag, number, parse_date, text
from siyu_cli.core.churn.tables import CHURN, MODELS
from siyu_cli.errors import UsageError
from siyu_cli.locale import get_language

if TYPE_CHECKING:
    from siyu_cli.core.question import Question

EXAMPLES = """siyu churn 客户.xlsx 订单.xlsx -o 流失风险.xlsx
siyu churn 客户.xlsx 订单.xlsx --horizon 60 --top 200 --split-by owner -o 流失风险.xlsx
siyu churn 订单.xlsx --backtest
"""
_MODELS = (
    "blend unless said otherwise: MBG/NBD and what the shop's own past teaches; mbg; bg; pareto; ensemble, which needs "
    "siyu-cli[ml]."
)
Horizon = Annotated[int | None, number("--horizon", "DAYS", (1, 1_000), "How many days ahead to look; else 90.")]
Model = Annotated[str | None, choice("--model", MODELS, _MODELS)]
Top = Annotated[int | None, number("--top", "N", (1, 10**9), "Only the N members with most at stake.")]
Everyone = Annotated[bool, flag("--all", "Every buyer, also those at low risk and those gone.")]
SplitBy = Annotated[str | None, choice("--split-by", ("owner",), "One file per employee, named after them.", CHURN)]
Looking = Annotated[bool, flag("--backtest", "Hold the model against the shop's own past instead.")]
Cutoff = Annotated[str | None, text("--cutoff", "DATE", "With --backtest: look back from this date alone.")]


@asks("Working out who may be leaving…")
def churn(  # noqa: PLR0913, PLR0917  each parameter is an option
    horizon: Horizon = None,
    model: Model = None,
    where: Where = None,
    top: Top = None,
    everyone: Everyone = False,
    split_by: SplitBy = None,
    backtest: Looking = False,
    cutoff: Cutoff = None,
) -> Question:
    """List the members who may be leaving, most at stake first, with the chance that no order comes.

    Those are buyers not yet gone whose risk is high or medium. Chances come from how all members of this shop buy
    and stop; how often they came true in the past year stands beside them.

    Phones, names and accounts are masked in every form, also where they serve as member ids; each mask stays distinct.
    """
    check_condition(where)
    of_lists = {"--where": where, "--top": top, "--all": everyone, "--split-by": split_by}
    back_to = check_backtest(backtest, cutoff, of_lists)
    from siyu_cli.core.churn.question import Backtest, Churn

    if backtest:
        return Backtest(horizon, model, back_to, lang=get_language())
    return Churn(horizon, model, where, top, everyone, lang=get_language())


def check_backtest(is_asked: bool, cutoff: str | None, of_lists: Mapping[str, object]) -> date | None:
    """Return the date ``--cutoff`` names; ``UsageError`` for what says nothing with or without ``--backtest``."""
    if cutoff is not None and not is_asked:
        raise UsageError("--cutoff needs --backtest.", hint="Add --backtest, or leave --cutoff out.")
    for option, value in of_lists.items():
        if is_asked and value:
            message = "{option} is about the list, and --backtest makes none."
            raise UsageError(message, hint="Leave out one of them.", option=option)
    return None if cutoff is None else parse_date("--cutoff", cutoff)
