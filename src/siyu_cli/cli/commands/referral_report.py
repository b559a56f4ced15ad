"""``siyu referral-report``: what a referral campaign really brought; made to be run every morning by cron."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Annotated

from siyu_cli.cli.frame import asks
from siyu_cli.cli.options import Notify, Override, check_condition, parse_date, parse_overrides, text
from siyu_cli.core.referral.tables import REFERRAL_FIGURES
from siyu_cli.locale import get_language
from siyu_cli.meanwhile import import_meanwhile

if TYPE_CHECKING:
    from siyu_cli.core.question import Question

EXAMPLES = """siyu referral-report 邀请记录.xlsx 客户.xlsx 订单.xlsx -o 裂变.html
siyu referral-report 导出/*.xlsx --since last --fail-on "suspicious_rate > 0.1" -o 裂变.xlsx --force --quiet
siyu referral-report 邀请记录.xlsx --campaign 春日裂变 --format markdown
"""

_NEW = "Also count what is new since then; last is the last report."
Since = Annotated[str | None, text("--since", "DATE|7d|last", _NEW)]
CampaignName = Annotated[str | None, text("--campaign", "NAME", "Only this campaign's invites.")]
_ENDS = "End with exit code 3 when it holds, such as 'suspicious_rate > 0.1'."
FailOn = Annotated[str | None, text("--fail-on", "CONDITION", _ENDS)]


@asks("Following the invites…", is_scheduled=True, notifies="referral")
def referral_report(
    since: Since = None,
    campaign: CampaignName = None,
    fail_on: FailOn = None,
    notify: Notify = None,  # noqa: ARG001  the frame sends it
    override: Override = None,
) -> Question:
    """Report what invites really brought: who joined, ordered and stayed, what it cost, which rows to look at.

    Give it the invite list, and the members and orders beside it; inviter columns and invite codes of a members
    export are read too. In cron it says one line, nothing with --quiet unless something is wrong.
    """
    check_condition(fail_on, REFERRAL_FIGURES)
    overrides = parse_overrides(override)
    first_day = parse_since(since)
    import_meanwhile("pandas", "scipy.optimize", "jinja2", "siyu_cli.render.write")
    from siyu_cli.core.referral.question import ReferralReport

    return ReferralReport(campaign, first_day, overrides=overrides, lang=get_language())


def parse_since(given: str | None) -> date | str | None:
    """Return a date, or ``last``, or so many days such as ``7d``; else ``UsageError``."""
    if given is None or given == "last" or re.fullmatch(r"[1-9][0-9]{0,4}d", given, re.ASCII):
        return given
    return parse_date("--since", given)
