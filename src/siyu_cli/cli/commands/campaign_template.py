"""``siyu campaign template``: a plan to fill in, with what the shop's own past says of its segments."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from siyu_cli.cli.frame import Writer, asks
from siyu_cli.cli.offers import among
from siyu_cli.cli.options import one_of, whole_number
from siyu_cli.core.lifecycle.tables import SEGMENTS
from siyu_cli.locale import get_language, translate

if TYPE_CHECKING:
    from siyu_cli.core.campaign.template import TemplateAnswer
    from siyu_cli.core.question import Answer, Question

EXAMPLES = """siyu campaign template 客户.xlsx 订单.xlsx -o 活动方案.xlsx
siyu campaign template 客户.xlsx 订单.xlsx --horizon 14 --by rfm_segment -o plan.toml
"""
SEGMENTED_BY = ("stage", "rfm_segment", "custom_segments")

Horizon = Annotated[
    int,
    typer.Option(
        "--horizon", metavar="DAYS", parser=whole_number("--horizon", 1, 1_000),
        help="Who buys within so many days; what is measured began so many days ago.",
    ),
]  # fmt: skip
By = Annotated[
    str,
    typer.Option(
        "--by", metavar="|".join(SEGMENTED_BY), callback=one_of("--by", SEGMENTED_BY, SEGMENTS),
        autocompletion=among(SEGMENTED_BY), help="The segments that responses are filled in for.",
    ),
]  # fmt: skip


def write_plan(answer: Answer, path: Path, force: bool) -> tuple[Path, ...]:
    """Write the form with what is known filled in, and return the file; what it rests on stands on its first sheet."""
    from siyu_cli.core.campaign.plan_form import plan_form
    from siyu_cli.files.plan.write_form import toml_form, write_form
    from siyu_cli.render.reader import Reader
    from siyu_cli.render.replace import replacing

    found, lang = cast("TemplateAnswer", answer), get_language()
    options: dict[str, Any] = {"lang": lang, "translate": partial(translate, lang=lang)}
    guide = _guide(found, Reader(lang))
    with replacing(path, force=force) as temporary:
        if path.suffix.lower() == ".toml":
            temporary.write_text(toml_form(plan_form(), found.filled, guide=guide, **options), "utf-8", newline="\n")
        else:
            temporary.write_bytes(write_form(plan_form(), found.filled, guide=guide, **options))
    return (path,)


def _guide(found: TemplateAnswer, reader: Any) -> list[list[str]]:
    """Return what stands before the form: the report's words, its warnings, and the rows that were measured."""
    from siyu_cli.core.campaign.tables import BASELINE

    report, columns = found.report(), BASELINE.columns
    warning = reader.translate("Warning: {text}")
    lines = [[reader.say(text)] for text in (report.title, *report.opening)]
    lines += [[warning.format(text=reader.say(note))] for note in report.warnings]
    rows = [reader.cells(row, columns) for row in found.baseline.rows]
    return [*lines, [], [reader.title(column) for column in columns], *rows]


@asks("Looking back one horizon…", writer=Writer((".xlsx", ".toml"), write_plan))
def campaign_template(horizon: Horizon = 30, by: By = "stage") -> Question:
    """Write a plan to fill in, with what the shop's own past says of its segments.

    Of the members of each segment one horizon ago it is known who bought since, and what: that is what they do
    without an offer, and is called measured. What an offer would add is yours to state, and is called an assumption.

    With -o plan.xlsx it is a workbook with drop-downs and notes, with -o plan.toml the same as text.
    """
    from siyu_cli.core.campaign.template import Template

    return Template(horizon, by, lang=get_language())
