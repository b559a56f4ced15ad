"""What columns of marks say of rows, 是否退货, void, 收支方向: it goes into ``told_kinds`` with the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli.files.loading.report import Note
from siyu_cli.files.loading.roles import sheet_name
from siyu_cli.files.loading.scripts import call, create, drop, first_row, script
from siyu_cli.files.recognition.marks import CREDIT, MARKS, SIDES, kind_of_mark

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.loading.sheet import SheetSource

_MOST_WORDS = 2_000
_MOST_SHOWN = 5
# 退货标志 marks documents; 是否退货 may as well be asked of an order.
_OF_DOCUMENTS = re.compile(r"[标单销]|flag|indicator|^is[ _]?return$", re.IGNORECASE)
# What is paid from a balance went out of it, and is a sale all the same.
SPENT = "消费|耗卡|划卡|扣卡|支付|付款|购|purchase|payment|charge|spen[dt]"
_BALANCE = re.compile(r"余额|结余|balance", re.IGNORECASE)


def tell_marks(
    connection: duckdb.DuckDBPyConnection, sheet: SheetSource, own_kinds: Mapping[str, str]
) -> Iterator[Note]:
    """Add what marks say of a sheet's rows to ``told_kinds``; yield what was inferred, and words nobody knows."""
    for key in MARKS:
        if not sheet.has(key):
            continue
        words = _counted_words(connection, sheet, key)
        kinds = {word: own_kinds.get(word.strip()) or kind_of_mark(key, word) for word in words}
        if key == "direction":
            yield from _settle_sides(sheet, words, kinds)
            kinds = _seen_from(sheet, kinds)
        for kind in dict.fromkeys(filter(None, kinds.values())):
            if kind != "sale":
                marked = [word for word, meant in kinds.items() if meant == kind]
                yield from _tell(connection, sheet, key, kind, exp.column(key).isin(*marked))
        unknown = [word for word, kind in kinds.items() if kind is None]
        if unknown:
            yield _unknown_note(sheet, key, unknown, sum(words[word] for word in unknown))


def tell(connection: duckdb.DuckDBPyConnection, sheet: SheetSource, kind: str, where: exp.Expr) -> None:
    """Add rows to ``told_kinds``, those that are in it already left as they are."""
    told = exp.select("row").from_("told_kinds").where(exp.column("source").eq(sheet.source))
    rows = exp.select(
        exp.Literal.number(sheet.source), exp.column("row"), exp.Literal.string(kind)
    ).from_(f"source_{sheet.source}").where(exp.and_(where, exp.not_(exp.column("row").isin(query=told))))  # fmt: skip
    connection.execute("insert into told_kinds " + rows.sql("duckdb"))


def _tell(
    connection: duckdb.DuckDBPyConnection, sheet: SheetSource, key: str, kind: str, where: exp.Expr
) -> Iterator[Note]:
    if key == "is_return" and kind == "return":
        yield from _tell_returns(connection, sheet, where)
    elif key == "direction" and kind == "return" and sheet.has("kind"):
        spent = call("regexp_matches", exp.func("coalesce", exp.column("kind"), exp.Literal.string("")),
                     exp.Literal.string(SPENT), exp.Literal.string("i"))  # fmt: skip
        tell(connection, sheet, kind, exp.and_(where, exp.not_(spent)))
    else:
        tell(connection, sheet, kind, where)


def _tell_returns(connection: duckdb.DuckDBPyConnection, sheet: SheetSource, where: exp.Expr) -> Iterator[Note]:
    """Tell rows that take a sale back from orders that came back, and yield how many were taken for these."""
    create(connection, "marked_rows", _marked(sheet, where))
    header = sheet.header_of("is_return") or ""
    is_document = _OF_DOCUMENTS.search(header) is not None
    connection.execute(script("marks")["taken_back"], {"is_document": is_document})
    marked, taken_back = first_row(connection, script("marks")["counted"])
    tell(connection, sheet, "return", exp.column("row").isin(query=exp.select("row").from_("taken_back")))
    tell(connection, sheet, "returned", where)
    drop(connection, "marked_rows")
    drop(connection, "taken_back")
    if marked > taken_back:
        yield Note(
            "{sheet}: {rows} rows that {header} marks were taken as orders that came back, and count as refunded in "
            "full. If they take back other orders: --map orders.kind={header}",
            {
                "sheet": sheet_name(sheet.raw.file, sheet.raw.sheet),
                "rows": marked - taken_back,
                "header": header,
            },
        )


def tell_parts(connection: duckdb.DuckDBPyConnection, sheet: SheetSource) -> None:
    """Add rows that name a whole they are parts of to ``told_kinds``: 原始单号 may name a parent, too."""
    if sheet.has("kind", "parent_id", "return_id") or not sheet.has("original_order_id"):
        return
    create(connection, "marked_rows", _marked(sheet, exp.false()))
    connection.execute(script("marks")["parts"])
    tell(connection, sheet, "part", exp.column("row").isin(query=exp.select("row").from_("parts")))
    drop(connection, "marked_rows")
    drop(connection, "parts")


def _marked(sheet: SheetSource, where: exp.Expr) -> exp.Select:
    """Return the rows of a sheet as marks.sql reads them, without those that are told apart already."""
    numbers = {"order_id", "original_order_id"}
    columns = [
        exp.alias_(exp.column(key) if sheet.has(key) else exp.cast(exp.null(), "varchar"), key)
        for key in sorted(numbers)
    ]
    told = exp.select("row").from_("told_kinds").where(exp.column("source").eq(sheet.source))
    return exp.select(
        "row",
        exp.alias_(first_of(sheet, "varchar", "member_id", "phone", "account", "order_id"), "who"),
        *columns,
        exp.alias_(first_of(sheet, "timestamp", "paid_at", "ordered_at"), "moment"),
        exp.alias_(_amount(sheet), "amount"),
        exp.alias_(exp.func("coalesce", where, exp.false()), "is_marked"),
    ).from_(f"source_{sheet.source}").where(exp.not_(exp.column("row").isin(query=told)))  # fmt: skip


def first_of(sheet: SheetSource, kind: str, *keys: str) -> exp.Expr:
    """Return the first of some columns a sheet has that is not null in a row, a null of that kind without any."""
    columns = [exp.column(key) for key in keys if sheet.has(key)]
    return exp.func("coalesce", *columns) if columns else exp.cast(exp.null(), kind)


def _amount(sheet: SheetSource) -> exp.Expr:
    """Return a row's amount, below zero where its quantity is."""
    amount = first_of(sheet, "decimal(18, 2)", "paid_amount", "refunded_amount", "unit_price")
    if not sheet.has("quantity"):
        return amount
    return exp.Case().when(exp.column("quantity") < exp.Literal.number(0), -call("abs", amount)).else_(amount)


def _settle_sides(sheet: SheetSource, words: Mapping[str, int], kinds: dict[str, str | None]) -> Iterator[Note]:
    """Settle which side of a ledger is sales: the one with more rows, of equals the one banks credit."""
    sides = [word for word in words if kinds[word] is None and word.strip().casefold() in SIDES]
    if not sides:
        return
    most = max(sides, key=lambda word: (words[word], word.strip().casefold() in CREDIT))
    kinds |= {word: "sale" if word == most else "return" for word in sides}
    yield Note(
        "{sheet}: {word} under {header} was taken for sales, since most rows are, and what is not for refunds. "
        "[kinds] says what they are.",
        {
            "sheet": sheet_name(sheet.raw.file, sheet.raw.sheet),
            "word": most,
            "header": sheet.header_of("direction"),
        },
    )


def _seen_from(sheet: SheetSource, kinds: dict[str, str | None]) -> dict[str, str | None]:
    """Return the kinds as the owner of a balance sees them, where the sheet has one: what comes in is a top-up."""
    if not is_of_balances(sheet):
        return kinds
    return {word: {"sale": "topup", "return": "spent"}.get(kind or "", kind) for word, kind in kinds.items()}


def is_of_balances(sheet: SheetSource) -> bool:
    """Return whether a sheet says beside each row what a balance came to."""
    return any(_BALANCE.search(header) for header in sheet.match.unmapped)


def _counted_words(connection: duckdb.DuckDBPyConnection, sheet: SheetSource, key: str) -> dict[str, int]:
    counted = exp.select(key, "count(*)").from_(f"source_{sheet.source}").where(
        exp.column(key).is_(exp.null()).not_()
    ).group_by(key).order_by(key).limit(_MOST_WORDS)  # fmt: skip
    return dict(connection.execute(counted.sql("duckdb")).fetchall())


def _unknown_note(sheet: SheetSource, key: str, words: list[str], rows: int) -> Note:
    return Note(
        "{sheet}: {header} says of {rows} rows what nobody knows ({words}), and they count as sales; [kinds] says what "
        "they are.",
        {
            "sheet": sheet_name(sheet.raw.file, sheet.raw.sheet),
            "header": sheet.header_of(key),
            "rows": rows,
            "words": ", ".join(words[:_MOST_SHOWN]),
        },
        is_finding=True,
    )
