"""``siyu campaign power``: how many members it takes to prove a rise, before anything is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from siyu_cli.cli.frame import asks
from siyu_cli.cli.options import number
from siyu_cli.errors import UsageError
from siyu_cli.locale import get_language

if TYPE_CHECKING:
    from siyu_cli.core.question import Question

EXAMPLES = """siyu campaign power --base 5% --uplift 2%
siyu campaign power --base 0.1087 --uplift 0.03 --members 4000 --control-share 0.2
"""


def share(name: str) -> Callable[[str | float], float]:
    """Return what reads a share of an option, 0.05 or 5%, above 0 and below 1; else ``UsageError``."""

    def read(text: str | float) -> float:
        word = str(text).strip().replace("％", "%")
        try:
            value = float(word.rstrip("%")) / (100 if word.endswith("%") else 1)
        except ValueError:
            value = 0.0
        if 0 < value < 1:
            return value
        message = "{option} {value}: this is not a share above 0 and below 1."
        raise UsageError(message, hint="Write it as 0.05 or 5%.", option=name, value=text)

    return read


def _share(name: str, help: str) -> Any:
    return typer.Option(name, metavar="SHARE", parser=share(name), help=help)


Base = Annotated[float, _share("--base", "How many buy without an offer: 0.05 or 5%.")]
Uplift = Annotated[float, _share("--uplift", "How many more an offer is to bring.")]
Members = Annotated[int | None, number("--members", "N", (2, 10**9), "How many there are.")]
ControlShare = Annotated[float, _share("--control-share", "The share that is left alone.")]


@asks("Counting…", needs_files=False)
def campaign_power(
    base: Base = 0.05, uplift: Uplift = 0.02, members: Members = None, control_share: ControlShare = 0.1
) -> Question:
    """Tell how many members it takes to prove a rise of the purchase rate, before anything is sent.

    Two-sided at alpha 5 percent with power 80 percent. It needs no files; siyu campaign template measures the base.
    """
    if base + uplift >= 1:
        raise UsageError("--base and --uplift together are no share: they come to 1 or more.")
    from siyu_cli.core.campaign.power import Power

    return Power(base, uplift, members, control_share, lang=get_language())
