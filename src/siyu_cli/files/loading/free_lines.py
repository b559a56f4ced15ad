"""Lines of an order that cost nothing and have a list price all the same: gifts, and what a combo is made of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli.files.loading.marks import tell
from siyu_cli.files.loading.report import Note
from siyu_cli.files.loading.roles import sheet_name
from siyu_cli.files.loading.scripts import call, create, drop, first_row, script
from siyu_cli.files.recognition import amounts
from siyu_cli.files.recognition.marks import is_yes
from siyu_cli.files.recognition.presets import plain_word

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.loading.sheet import SheetSource

_MOST_WORDS = 2_000
_GIFT = re.compile(r"赠|非卖品|[0零]元购|\bgift\b|\bgwp\b", re.IGNORECASE)
_NO_GIFT = re.compile(r"[非不无未]赠|gift ?card|礼品卡", re.IGNORECASE)
_PART = re.compile(r"子商品|子件|子项|子品|组件|套餐明细|套餐内|组合明细|套装明细|component|bundle item", re.IGNORECASE)
# A product is a gift where its name says so and no more: 【赠小样】精华 is sold with one.
_GIFTS = "赠品|赠送|赠|非卖品|free gift"
_OF_PRODUCTS = {
    "gift": rf"^(?:[【\[(（<《「]\s*(?:{_GIFTS})\s*[】\])）>》」]|赠品|赠送|free gift)"
    rf"|[【\[(（]\s*(?:{_GIFTS})\s*[】\])）]$|[-—_]\s*赠品$",
    "free": r"[0零]元购",
    "part": r"^[└├┗┣↳]",
    "combo": r"套餐|组合|套装|套件|礼盒|\b(?:bundle|combo|kit|set)\b",
}
_MAY_BE = r"赠|[0零]元购|^[└├┗┣↳]|free gift"
# Several products in one cell are an order, not a line of it.
_SEVERAL = r"[;；、\n]"


def tell_free_lines(connection: duckdb.DuckDBPyConnection, sheet: SheetSource) -> Iterator[Note]:
    """Add gifts and the parts of combos to ``told_kinds``; yield what their prices come to, and gifts that stand alone.

    What a header calls paid is believed: gifts may have their share of it.
    """
    words = _words(connection, sheet)
    if not words and not (sheet.has("product") and _may_have(connection, sheet)):
        return
    create(connection, "marked_lines", _marked(sheet, words))
    header = sheet.header_of("paid_amount")
    is_list_price = header is None or amounts.rank(header) > amounts.RECEIVED
    connection.execute(script("free_lines")["free"], {"is_list_price": is_list_price})
    tell(
        connection, sheet, "gift", exp.column("row").isin(query=exp.select("row").from_("free_lines").where("is_free"))
    )
    facts: dict[str, object] = {"sheet": sheet_name(sheet.raw.file, sheet.raw.sheet)}
    rows, total, alone, alone_total = first_row(connection, script("free_lines")["counted"])
    drop(connection, "marked_lines")
    drop(connection, "free_lines")
    if rows:
        yield Note(
            "{sheet}: {rows} gifts and parts of combos with a price, {sum} in all, were counted as free. If they were "
            "paid for, choose the column that says it: --map orders.paid_amount=HEADER",
            facts | {"rows": rows, "sum": f"{total:,}"},
        )
    if alone and is_list_price:
        yield Note(
            "{sheet}: {rows} orders hold nothing but what is called a gift, {sum} in all, and were counted as paid. If "
            "they were free, choose the column that says it: --map orders.paid_amount=HEADER",
            facts | {"rows": alone, "sum": f"{alone_total:,}"},
            is_finding=True,
        )


def _words(connection: duckdb.DuckDBPyConnection, sheet: SheetSource) -> dict[str, str]:
    """Return the words for gifts, combos and their parts in the column of kinds of lines."""
    header = sheet.header_of("line_kind")
    if header is None:
        return {}
    asked = exp.select("line_kind").distinct().from_(f"source_{sheet.source}").limit(_MOST_WORDS)
    found = [word for (word,) in connection.execute(asked.sql("duckdb")).fetchall() if word]
    asks_for = "part" if _PART.search(header) else "gift" if _GIFT.search(header) else None
    kinds = {word: _kind(word, asks_for) for word in found}
    return {word: kind for word, kind in kinds.items() if kind is not None}


def _kind(word: str, asks_for: str | None) -> str | None:
    if asks_for is not None and is_yes(word):
        return asks_for
    if _PART.search(word):
        return "part"
    if _GIFT.search(word) and not _NO_GIFT.search(word):
        return "gift"
    is_combo = re.search(_OF_PRODUCTS["combo"] + "|主商品|主品", plain_word(word), re.IGNORECASE)
    return "combo" if is_combo else None


def _may_have(connection: duckdb.DuckDBPyConnection, sheet: SheetSource) -> bool:
    asked = exp.select("1").from_(f"source_{sheet.source}").where(_says(_MAY_BE)).limit(1)
    return first_row(connection, asked.sql("duckdb")) is not None


def _marked(sheet: SheetSource, words: dict[str, str]) -> exp.Select:
    """Return the rows of a sheet as free_lines.sql reads them: their purchase, their amount, what they are called."""
    said: exp.Expr = exp.cast(exp.null(), "varchar")
    if words:
        case = exp.Case()
        for kind in dict.fromkeys(words.values()):
            own = [word for word, meant in words.items() if meant == kind]
            case = case.when(exp.column("line_kind").isin(*own), exp.Literal.string(kind))
        said = case
    named: exp.Expr = exp.cast(exp.null(), "varchar")
    if sheet.has("product"):
        several = exp.func("coalesce", _says(_SEVERAL), exp.false())
        case = exp.Case().when(several, exp.cast(exp.null(), "varchar"))
        for kind, pattern in _OF_PRODUCTS.items():
            case = case.when(_says(pattern), exp.Literal.string(kind))
        named = case
    price = [exp.cast(exp.column(key), "decimal(18, 3)") for key in ("unit_price", "quantity") if sheet.has(key)]
    amount: exp.Expr = exp.cast(exp.null(), "decimal(18, 2)")
    if sheet.has("paid_amount"):
        amount = exp.column("paid_amount")
    elif len(price) > 1:
        amount = exp.cast(exp.Mul(this=price[0], expression=price[1]), "decimal(18, 2)")
    row = exp.cast(exp.column("row"), "varchar")
    purchase = exp.func("coalesce", exp.column("order_id"), row) if sheet.has("order_id") else row
    return exp.select(
        "row", exp.alias_(purchase, "purchase"), exp.alias_(amount, "amount"), exp.alias_(said, "said"),
        exp.alias_(named, "named"),
    ).from_(f"source_{sheet.source}").where(exp.column("has_total_word").not_())  # fmt: skip


def _says(pattern: str) -> exp.Expr:
    return call("regexp_matches", exp.column("product"), exp.Literal.string(pattern), exp.Literal.string("i"))
