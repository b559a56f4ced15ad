"""``siyu campaign plan``: who gets which offer within the budget, who is left alone, and what can be proved."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from siyu_cli.cli.frame import Besides, asks
from siyu_cli.cli.loading import Asked
from siyu_cli.cli.options import Override, parse_overrides, target
from siyu_cli.errors import Note, OutputError, Where
from siyu_cli.locale import get_language
from siyu_cli.render.targets import TABLES, check_output, wrote

if TYPE_CHECKING:
    from siyu_cli.config.settings import Settings
    from siyu_cli.core.campaign.plan import Plan
    from siyu_cli.core.campaign.question import PlanAnswer, PlanCampaign
    from siyu_cli.core.question import Question
    from siyu_cli.shop import Shop

EXAMPLES = """siyu campaign plan 活动方案.xlsx 客户.xlsx 订单.xlsx -o 活动名单.xlsx
siyu campaign plan plan.toml 客户.xlsx 订单.xlsx --explore -o 活动名单.csv
siyu campaign plan 活动方案.xlsx 客户.xlsx 订单.xlsx --excluded 未纳入.csv --format json
"""
PlanFile = Annotated[
    Path, typer.Argument(metavar="PLAN", help="The plan, filled in: the workbook of the template, or TOML.")
]
Explore = Annotated[
    bool,
    typer.Option("--explore", help="Give offers at random within segments, to measure what is only assumed."),
]
Excluded = Annotated[Path | None, target("--excluded", "Write who gets nothing here, each with the one reason.")]


def read_plan(path: Path) -> Plan:
    """Return the plan of a workbook or of TOML; errors name the sheet and cell, or the line and key."""
    from siyu_cli.guard import will_read

    will_read(path)
    if path.suffix.lower() == ".toml":
        from siyu_cli.core.campaign.plan import read_plan_toml

        return read_plan_toml(path)
    from siyu_cli.core.campaign.plan_form import plan_form, plan_from_form
    from siyu_cli.files.plan.read_form import read_form

    return plan_from_form(read_form(path, plan_form()))


@asks("Working out who gets what…")
def campaign_plan(
    plan: PlanFile,
    explore: Explore = False,
    excluded: Excluded = None,
    override: Override = None,
) -> tuple[Question, Besides]:
    """Choose who gets which offer within the plan's budget, and who is left alone so that the effect can be told.

    The control group is drawn first. Everybody else gets the one offer that is worth most within budget, stock and
    limits, or one reason why not; no assignment brings more than the bound that stands beside it.

    Codes are made only when the list is written to a file, and a list with codes is never replaced: they may have been
    sent. Phones and accounts are masked unless --show-personal is given.
    """
    overrides = parse_overrides(override)
    asked_plan = read_plan(plan)
    from siyu_cli.core.campaign.question import PlanCampaign

    question = PlanCampaign(asked_plan, explore, overrides, lang=get_language())

    def check(asked: Asked, _settings: Settings) -> None:
        check_codes(asked_plan, asked.output)
        if excluded is not None:
            check_output(excluded, asked.files, force=asked.force, option="--excluded", suffixes=TABLES)

    def act(shop: Shop, asked: Asked) -> Sequence[Note]:
        return write_excluded(shop, question, excluded, asked) if excluded is not None else ()

    return question, Besides(check, act)


def check_codes(plan: Plan, output: Path | None) -> None:
    """Raise ``OutputError`` where a list with personal codes would be replaced, even with --force: they may be sent."""
    from siyu_cli.core.campaign.question import takes_codes

    if output is not None and output.exists() and any(takes_codes(offer) for offer in plan.offers):
        raise OutputError(
            "{file} already exists, and may hold codes that were sent: it is not replaced.",
            hint="Choose another name, or move it away.", where=Where(file=str(output)), file=output,
        )  # fmt: skip


def write_excluded(shop: Shop, question: PlanCampaign, path: Path, asked: Asked) -> Sequence[Note]:
    """Write who is in neither arm, and say so."""
    from siyu_cli.core.campaign.tables import EXCLUDED_MEMBERS
    from siyu_cli.render.reader import Reader
    from siyu_cli.render.write import write_rows

    found = cast("PlanAnswer", shop.ask(question))
    shown = found if asked.show_personal else found.masked()
    write_rows(shown.excluded(), EXCLUDED_MEMBERS, path, Reader(get_language()), force=asked.force)
    return (wrote(path),)
