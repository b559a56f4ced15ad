"""``siyu campaign show``: what one campaign planned, did and taught."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from siyu_cli.cli.frame import asks
from siyu_cli.locale import get_language

if TYPE_CHECKING:
    from siyu_cli.core.question import Question

EXAMPLES = """siyu campaign show "618 会员召回"
siyu campaign show "618 会员召回" --format json
"""
Name = Annotated[str, typer.Argument(metavar="NAME", help="What the campaign is called in its plan.")]


@asks("Looking up…", needs_files=False)
def campaign_show(name: Name) -> Question:
    """Show one campaign from the shop's memory: what was planned, what each look at its result said, what it taught."""
    from siyu_cli.core.campaign.history import ShowCampaign

    return ShowCampaign(name, lang=get_language())
