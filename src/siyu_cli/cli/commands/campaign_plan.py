"""``siyu campaign plan``: who gets which offer within the budget, who is left alone, and what can be proved."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from siyu_cli.cli.frame import Besides, asks
from siyu_cli.cli.loading import Asked
from siyu_cli.cli.options import Override, flag, parse_overrides, target, text
from siyu_cli.errors import Note
from siyu_cli.locale import get_language
from siyu_cli.render.reader import Reader
from siyu_cli.render.targets import TABLES, check_output

if TYPE_CHECKING:
    from siyu_cli.config.settings import Settings
    from siyu_cli.core.question import Question
    from siyu_cli.shop import Shop

EXAMPLES = """siyu campaign plan 活动方案.xlsx 客户.xlsx 订单.xlsx -o 活动名单.xlsx
siyu campaign plan plan.toml 客户.xlsx 订单.xlsx --explore -o 活动名单.csv
siyu campaign plan 活动方案.xlsx 客户.xlsx 订单.xlsx --excluded 未纳入.csv --format json
"""
PlanFile = Annotated[
    Path, typer.Argument(metavar="PLAN", help="The plan, filled in: the workbook of the template, or TOML.")
]
_RANDOM = "Give offers at random within segments, to measure what is only assumed."
Explore = Annotated[bool, flag("--explore", _RANDOM)]
Excluded = Annotated[Path | None, target("--excluded", "Write who gets nothing here, each with the one reason.")]
_LISTED = "Only members on this list: csv, xlsx, jsonl or parquet with member_id."
Audience = Annotated[Path | None, text("--audience", "LIST", _LISTED)]


@asks("Working out who gets what…")
def campaign_plan(
    plan: PlanFile,
    explore: Explore = False,
    excluded: Excluded = None,
    audience: Audience = None,
    override: Override = None,
) -> tuple[Question, Besides]:
    """Choose who gets which offer within the plan's budget, and who is left alone so that the effect can be told.

    The control group is drawn first. Everybody else gets the one offer that is worth most within budget, stock and
    limits, or one reason why not; no assignment brings more than the bound that stands beside it.

    Codes are made only when the list is written to a file, and a list with codes is never replaced: they may have been
    sent. Phones and accounts are masked unless --show-personal is given.
    """
    overrides = parse_overrides(override)
    from siyu_cli.core.campaign.question import PlanCampaign
    from siyu_cli.shop.campaigns import check_codes, read_audience, read_plan, write_excluded

    asked_plan = read_plan(plan)
    listed = None if audience is None else read_audience(audience)
    question = PlanCampaign(asked_plan, explore, overrides, audience=listed, lang=get_language())

    def check(asked: Asked, _settings: Settings) -> None:
        check_codes(asked_plan, asked.output)
        if excluded is not None:
            check_output(excluded, asked.files, force=asked.force, option="--excluded", suffixes=TABLES)

    def act(shop: Shop, asked: Asked) -> Sequence[Note]:
        if excluded is None:
            return ()
        found = shop.ask(question)
        shown = found if asked.show_personal else found.masked()
        return [write_excluded(shown, excluded, Reader(get_language()), force=asked.force)]

    return question, Besides(check, act)
