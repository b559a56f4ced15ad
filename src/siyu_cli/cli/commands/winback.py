"""``siyu winback``: who comes back by themselves after so long a silence, and when a message can pay."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from siyu_cli.cli.frame import asks
from siyu_cli.cli.options import number, parse_date, text
from siyu_cli.engines.lake import as_place
from siyu_cli.errors import UsageError
from siyu_cli.locale import get_language

if TYPE_CHECKING:
    from siyu_cli.core.question import Question

EXAMPLES = """siyu winback 客户.xlsx 订单.xlsx -o 回流.xlsx
siyu winback 订单.xlsx --silent 120 --horizon 60 --contact-cost 0.5
siyu winback 客户.xlsx 订单.xlsx --assigned 召回名单.csv --starts-on 2026-03-05 --contact-cost 0.5
"""
_SILENT = "Who is silent for longer than this; else stages.churned_after."
Silent = Annotated[int | None, number("--silent", "DAYS", (0, 5_000), _SILENT)]
Horizon = Annotated[int | None, number("--horizon", "DAYS", (1, 1_000), "Back within how many days; else 90.")]
Cost = Annotated[str | None, text("--contact-cost", "AMOUNT", "What it costs to reach one member.")]

_LIST = "A list with arms, as siyu campaign plan writes it: what the message added to who comes back anyway."
AssignedFile = Annotated[Path | None, typer.Option("--assigned", metavar="FILE", parser=as_place, help=_LIST)]
Control = Annotated[str | None, text("--control", "WORD", "With --assigned: which arm got nothing; else control.")]
_DRAWN = "With --assigned: the share drawn as control, such as 0.1; else what the list says."
ControlShare = Annotated[float | None, typer.Option("--control-share", metavar="SHARE", min=0.0, max=1.0, help=_DRAWN)]
_BEGAN = "With --assigned: the campaign's first day, if the list does not say."
StartsOn = Annotated[str | None, text("--starts-on", "DATE", _BEGAN)]


@asks("Looking for who came back…")
def winback(
    silent: Silent = None, horizon: Horizon = None, contact_cost: Cost = None, assigned: AssignedFile = None,
    control: Control = None, control_share: ControlShare = None, starts_on: StartsOn = None,
) -> Question:  # fmt: skip
    """Show how many of the silent come back by themselves, by how long they were silent, and what they bring.

    Looked back from the latest date whose horizon is over, and from earlier ones. What a message adds to it only a
    control group tells: siyu campaign plan makes one, --assigned reads it, by how long members had been silent.
    """
    cost = _amount(contact_cost)
    first = None if starts_on is None else parse_date("--starts-on", starts_on)
    if assigned is None and (control, control_share, starts_on) != (None, None, None):
        raise UsageError("--control, --control-share and --starts-on are of a list.", hint="Add --assigned FILE.")
    from siyu_cli.core.winback.question import Winback
    from siyu_cli.shop.campaigns import TrialOptions, read_assigned

    trial = None if assigned is None else read_assigned(assigned, TrialOptions(control, control_share, first))
    return Winback(silent, horizon, cost, trial, lang=get_language())


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
