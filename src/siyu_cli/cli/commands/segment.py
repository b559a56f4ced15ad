"""``siyu segment``: who is in which stage and why, the RFM groups, and that nothing of the files was lost."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from siyu_cli.cli.frame import Besides, asks
from siyu_cli.cli.loading import Asked
from siyu_cli.cli.offers import offer_columns
from siyu_cli.cli.options import By, SplitBy, Where, check_condition, text
from siyu_cli.core.lifecycle.list_columns import parse_columns
from siyu_cli.errors import Note
from siyu_cli.locale import get_language
from siyu_cli.render.names import check_name
from siyu_cli.render.targets import check_files

if TYPE_CHECKING:
    from siyu_cli.config.settings import Settings
    from siyu_cli.core.question import Question
    from siyu_cli.shop import Shop

EXAMPLES = """siyu segment 客户.xlsx 订单.xlsx -o 分层.xlsx
siyu segment orders.csv --as-of 2026-03-01 --format csv > members.csv
siyu segment 客户.xlsx 订单.xlsx --by owner --where "net_sales >= 1000"
siyu segment 客户.xlsx 订单.xlsx --split-by owner -o 分层.xlsx
"""
_CHOSEN = "Only these columns of the list, such as stage,net_sales,owner."
Columns = Annotated[str | None, text("--columns", "KEY,KEY…", _CHOSEN, offer_columns)]
DebugSteps = Annotated[
    Path | None, text("--debug-steps", "DIR", "Write every table in between to this folder, masked.")
]


@asks("Working out the stages…")
def segment(
    where: Where = None,
    by: By = None,
    columns: Columns = None,
    split_by: SplitBy = None,  # noqa: ARG001  the frame writes the parts
    debug_steps: DebugSteps = None,
) -> tuple[Question, Besides]:
    """Put every member in a stage of their life with the shop and in an RFM group, and say why.

    Give it the exports of members, of orders, or both, from any platform. With -o the list is written:
    .xlsx is a workbook to forward; .csv, .jsonl and .parquet hold a row per member; .json holds the summary.

    Phones, names and accounts are masked in every form, also where they serve as member ids; each mask stays distinct.
    """
    check_condition(where)
    chosen = parse_columns(columns)
    from siyu_cli.core.lifecycle.question import Segment

    def check(asked: Asked, _settings: Settings) -> None:
        if debug_steps is not None:
            check_steps(debug_steps, force=asked.force)

    def write_steps(shop: Shop, asked: Asked) -> Sequence[Note]:
        if debug_steps is not None:
            shop.write_steps(debug_steps, show_personal=asked.show_personal, force=asked.force)
        return ()

    return Segment(where=where, by=by, columns=chosen, lang=get_language()), Besides(check, write_steps)


def check_steps(folder: Path, *, force: bool) -> None:
    """Raise before any work is done when the tables of ``--debug-steps`` would replace a file."""
    check_name(folder, "--debug-steps")
    if folder.exists():
        from siyu_cli.shop.steps import step_files

        check_files(step_files(folder), force=force, option="--debug-steps")
