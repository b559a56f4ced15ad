"""``siyu segment``: who is in which stage and why, the RFM groups, and that nothing of the files was lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from siyu_cli.cli.columns import parse_columns
from siyu_cli.cli.frame import Besides, asks
from siyu_cli.cli.loading import Asked
from siyu_cli.cli.options import By, Columns, DebugSteps, SplitBy, Where, check_condition
from siyu_cli.cli.writing import check_steps
from siyu_cli.locale import get_language

if TYPE_CHECKING:
    from siyu_cli import Shop
    from siyu_cli.core.question import Question

EXAMPLES = """siyu segment 客户.xlsx 订单.xlsx -o 分层.xlsx
siyu segment orders.csv --as-of 2026-03-01 --format csv > members.csv
siyu segment 客户.xlsx 订单.xlsx --by owner --where "net_sales >= 1000"
siyu segment 客户.xlsx 订单.xlsx --split-by owner -o 分层.xlsx
"""


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

    def write_steps(shop: Shop, asked: Asked) -> Sequence[str]:
        if debug_steps is not None:
            shop.write_steps(debug_steps, show_personal=asked.show_personal, force=asked.force)
        return ()

    besides = Besides(lambda asked, _settings: check_steps(debug_steps, force=asked.force), write_steps)
    return Segment(where=where, by=by, columns=chosen, lang=get_language()), besides
