"""What a row of an order export is where no word beside it says so: a return, a top-up, a deposit or a balance."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from pathlib import PurePath
from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli.files.loading.change import settle_change
from siyu_cli.files.loading.discounts import settle_discounts
from siyu_cli.files.loading.free_lines import tell_free_lines
from siyu_cli.files.loading.marks import tell, tell_marks, tell_parts
from siyu_cli.files.loading.merged_payments import settle_merged_payments
from siyu_cli.files.loading.refund_rows import tell_refund_rows
from siyu_cli.files.loading.refund_totals import settle_refund_totals
from siyu_cli.files.loading.return_lists import is_list_of_returns, returned_order_notes
from siyu_cli.files.loading.returned_shares import tell_returned_shares
from siyu_cli.files.loading.scripts import call, first_row
from siyu_cli.files.loading.spending import tell_spending
from siyu_cli.files.loading.titles import kind_of_title
from siyu_cli.files.loading.voided import tell_voided

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.loading.report import Note
    from siyu_cli.files.loading.sheet import SheetSource

# How orders stand is said beside what they are: a column of kinds does not answer it.
_OF_STATES = ("cancelled", "unpaid")
_NAMELESS = re.compile(r"(?:(?:sheet|工作表|data|数据|table|表)\s*\d*)?", re.IGNORECASE)
_SENT_BACK = re.compile(r"退货|退回|return|rma", re.IGNORECASE)
# Products that are money on a card, and halves of a price.
_OF_PRODUCTS = {
    "topup": r"^(?:[\x{4e00}-\x{9fa5}]{0,4}(?:充值|储值|预存|礼品卡|购物卡)(?:卡|金|款|余额|套餐|活动|赠送)?"
    r"|(?:digital |physical |virtual |e-?)?gift ?(?:card|certificate)s?)(?:[\s:：_(（¥￥$€£-]*[0-9].*)?$",
    "deposit": r"(?:定金|订金)$",
    "balance": r"尾款$",
}
_MAY_BE = r"充值|储值|预存|礼品卡|购物卡|gift ?c|定金$|订金$|尾款$"
# What is told, each row or sheet by its number.
_TABLES = {
    "sheet_kinds": "source integer, kind varchar, is_returned boolean",
    "told_kinds": "source integer, row bigint, kind varchar",
    "repeated_refunds": "source integer, row bigint",
    "returned_shares": "source integer, row bigint, share double",
    "discounts": "source integer, row bigint, factor decimal(9, 6)",
    "stored_values": "source integer",
    "given_change": "source integer",
}


def tell_kinds(
    connection: duckdb.DuckDBPyConnection, sheets: Sequence[SheetSource], own_kinds: Mapping[str, str]
) -> list[Note]:
    """Make ``sheet_kinds`` and ``told_kinds``: sheets of returns, and rows told apart by marks, quantity or product.

    ``stored_values`` lists the sheets whose paid amount leaves out what was paid from stored value, ``given_change``
    those whose paid amount holds the change, ``repeated_refunds`` the rows that repeat their order's refund,
    ``returned_shares`` what part of an item came back where no amount says it.

    ``is_returned`` says that goods came back, and not only money. A negative quantity beside an amount is a return
    whatever the amount's sign. ``own_kinds`` are those of ``[kinds]``. Return what was inferred.
    """
    notes: list[Note] = []
    for name, columns in _TABLES.items():
        connection.execute(f"create or replace temp table {name} ({columns})")
    for sheet in sheets:
        if sheet.match.table != "orders":
            continue
        if _leaves_out_stored_value(connection, sheet):
            connection.execute("insert into stored_values values (?)", [sheet.source])
        notes += settle_change(connection, sheet)
        notes += tell_marks(connection, sheet, own_kinds)
        _tell_sections(connection, sheet)
        tell_parts(connection, sheet)
        tell_refund_rows(connection, sheet)
        notes += settle_refund_totals(connection, sheet)
        tell_returned_shares(connection, sheet)
        notes += settle_discounts(connection, sheet)
        notes += settle_merged_payments(connection, sheet)
        tell_voided(connection, sheet, own_kinds)
        notes += tell_spending(connection, sheet, own_kinds)
        kind = _kind_of_name(sheet)
        sheet.is_returns = is_list_of_returns(connection, sheet, sheets, kind)
        kind = "return" if sheet.is_returns else kind
        if kind is not None and (sheet.is_returns or kind != "return"):
            is_returned = sheet.is_returns and _is_sent_back(sheet)
            connection.execute("insert into sheet_kinds values (?, ?, ?)", [sheet.source, kind, is_returned])
            continue
        notes += tell_free_lines(connection, sheet)
        if sheet.has("quantity") and sheet.has("paid_amount"):
            tell(connection, sheet, "return", exp.column("quantity") < exp.Literal.number(0))
        if sheet.has("product") and _sells_more_than_goods(connection, sheet):
            for kind, pattern in _OF_PRODUCTS.items():
                tell(connection, sheet, kind, _matches("product", pattern))
    return notes + returned_order_notes(connection, sheets)


def _tell_sections(connection: duckdb.DuckDBPyConnection, sheet: SheetSource) -> None:
    """Tell the rows below a title of returns, of top-ups or of what was not paid, up to the next title."""
    ends = [section.row for section in sheet.sections[1:]]
    for section, end in zip_longest(sheet.sections, ends):
        if section.kind == "sale" or (sheet.has("kind") and section.kind not in _OF_STATES):
            continue
        below = exp.column("row") > exp.Literal.number(section.row)
        is_in = exp.and_(below, exp.column("row") < exp.Literal.number(end)) if end is not None else below
        tell(connection, sheet, section.kind, is_in)


def _leaves_out_stored_value(connection: duckdb.DuckDBPyConnection, sheet: SheetSource) -> bool:
    # A part is no more than its whole: where more was paid from stored value than was paid, it is no part of that.
    if not sheet.has("stored_value_amount"):
        return False
    paid = exp.column("paid_amount") if sheet.has("paid_amount") else exp.null()
    more = exp.column("stored_value_amount") > exp.func("coalesce", paid, exp.Literal.number(0))
    asked = exp.select("1").from_(f"source_{sheet.source}").where(more).limit(1)
    return first_row(connection, asked.sql("duckdb")) is not None


def _title(sheet: SheetSource) -> str:
    """Return the sheet's name, or the file's where the sheet has none of its own."""
    name = sheet.raw.sheet or ""
    return PurePath(sheet.raw.file).stem if _NAMELESS.fullmatch(name) else name


def _kind_of_name(sheet: SheetSource) -> str | None:
    """Return the kind a sheet's name says all of its rows are; None where it says no more, or a column does."""
    kind = kind_of_title(_title(sheet))
    return None if sheet.has("kind") and kind not in _OF_STATES else kind


def _is_sent_back(sheet: SheetSource) -> bool:
    told = (sheet.header_of("return_id"), sheet.header_of("refunded_at"), sheet.header_of("refunded_amount"))
    return any(_SENT_BACK.search(text) for text in (*told, _title(sheet)) if text)


def _sells_more_than_goods(connection: duckdb.DuckDBPyConnection, sheet: SheetSource) -> bool:
    asked = exp.select("1").from_(f"source_{sheet.source}").where(_matches("product", _MAY_BE)).limit(1)
    return first_row(connection, asked.sql("duckdb")) is not None


def _matches(key: str, pattern: str) -> exp.Expr:
    return call("regexp_matches", exp.column(key), exp.Literal.string(pattern), exp.Literal.string("i"))
