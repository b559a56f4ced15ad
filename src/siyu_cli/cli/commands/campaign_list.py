"""``siyu campaign list``: the campaigns the shop remembers, and where each stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siyu_cli.cli.frame import asks
from siyu_cli.locale import get_language

if TYPE_CHECKING:
    from siyu_cli.core.question import Question

EXAMPLES = """siyu campaign list
siyu campaign list --format csv
"""


@asks("Looking up…", needs_files=False)
def campaign_list() -> Question:
    """List the campaigns whose lists were written: planned, running, evaluated, learned from; and their verdicts."""
    from siyu_cli.core.campaign.history import ListCampaigns

    return ListCampaigns(lang=get_language())
