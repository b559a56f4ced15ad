"""Refunds that were asked for and not given: an amount beside a status that says closed or refused may be either."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli.files.loading.report import Note
from siyu_cli.files.loading.roles import sheet_name
from siyu_cli.files.loading.scripts import call, first_row
from siyu_cli.files.recognition import headers

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.loading.sheet import SheetSource

# Words for no refund that tell of one asked for; 无 and 正常 tell of none at all.
_REFUSED = "关闭|取消|拒绝|撤销|失败|reject|cancel|fail"


def refused_notes(connection: duckdb.DuckDBPyConnection, sheets: Sequence[SheetSource]) -> Iterator[Note]:
    """Yield what was subtracted from orders although the status of the refund says that it came to nothing.

    A platform's own export is known to say one or the other, and 已退款金额 is what was given back.
    """
    for sheet in sheets:
        amount = sheet.header_of("refunded_amount")
        if amount is None or not sheet.has("refund_status") or sheet.is_returns or sheet.match.preset is not None:
            continue
        if "ALREADY" in headers.concepts(amount)[0]:
            continue
        rows, total, word = first_row(connection, _refused(sheet).sql("duckdb"))
        if rows:
            yield Note(
                "{sheet}: {rows} refunds, {sum} in all, were subtracted although {header} says of them {word}. If "
                "nothing was given back, leave {amount} empty in these rows.",
                {
                    "sheet": sheet_name(sheet.raw.file, sheet.raw.sheet),
                    "rows": rows,
                    "sum": f"{total:,}",
                    "header": sheet.header_of("refund_status"),
                    "word": word,
                    "amount": amount,
                },
            )


def _refused(sheet: SheetSource) -> exp.Select:
    """Return the select of how many refunds were refused, what they come to, and one of the words for it."""
    none = exp.select("word").from_("refund_status_words").where(
        exp.and_(exp.column("source").eq(sheet.source), exp.column("status").eq(exp.Literal.string("none")))
    )  # fmt: skip
    status = exp.column("refund_status")
    is_refused = call("regexp_matches", status, exp.Literal.string(_REFUSED), exp.Literal.string("i"))
    asked = call("abs", exp.column("refunded_amount"))
    return (
        exp.select(exp.func("count", exp.Star()), exp.func("sum", asked), exp.func("min", status.copy()))
        .from_(f"source_{sheet.source}")
        .where(exp.and_(asked.copy() > exp.Literal.number(0), is_refused, status.copy().isin(query=none)))
    )
