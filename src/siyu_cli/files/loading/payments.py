"""Payments beside the orders they pay: a ledger (支付流水) holds the same money under numbers of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from siyu_cli.files.loading.report import Note
from siyu_cli.files.loading.roles import sheet_name
from siyu_cli.files.loading.scripts import script

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.loading.sheet import SheetSource

# What lists of payments are called, and their numbers.
_LEDGER = re.compile(r"支付|付款|收款|流水|账单|交易|payments?|transactions?|\bbill\b", re.IGNORECASE)
_OF_LEDGERS = re.compile(
    r"(?:支付|付款|收款|流水|交易|商户|微信|支付宝).*(?:号|编号|单|id)$|(?:payment|transaction|txn)[ _]?(?:id|no|ref)",
    re.IGNORECASE,
)
# A balance that names its deposit is no payment of it.
_OF_HALVES = re.compile("定金|订金|deposit", re.IGNORECASE)
_TWICE_TOLD = {
    "other_buyers": "{sheet} and {other} have {rows} orders of one number and amount in common, of {of}, but under "
    "other buyers: they count twice. Leave one of the files out, or choose the same buyer in both: "
    "--map orders.member_id=HEADER",
    "other_numbers": "{sheet}: {rows} of {of} orders have the buyer, the day and the amount of an order in {other}, "
    "under another number: they may be its payments and count twice. If so, leave the file out, or choose the column "
    "that names the order: --map orders.order_id=HEADER",
}


def settle_payments(connection: duckdb.DuckDBPyConnection, orders: Sequence[SheetSource]) -> Iterator[Note]:
    """Add rows to ``contested`` that pay orders of another sheet, which they name; yield how many they are."""
    naming = [
        sheet.source
        for sheet in orders
        if sheet.has("original_order_id") and not _OF_HALVES.search(sheet.header_of("original_order_id") or "")
    ]
    if not naming:
        return
    connection.execute(script("payments")["payments"], {"naming": naming})
    counted = connection.execute(script("payments")["counted"]).fetchall()
    connection.execute(script("payments")["contested"])
    sheets = {sheet.source: sheet for sheet in orders}
    for source, other, rows, total in counted:
        yield Note(
            "{sheet}: {rows} rows pay orders that {other} holds, {sum} in all, and were counted once.",
            {"sheet": _named(sheets[source]), "other": _named(sheets[other]), "rows": rows, "sum": f"{total:,}"},
        )


def twice_told_notes(connection: duckdb.DuckDBPyConnection, sheets: Sequence[SheetSource]) -> Iterator[Note]:
    """Yield a finding where two sheets hold the same money and nothing says so but numbers, days and amounts."""
    orders = {sheet.source: sheet for sheet in sheets if sheet.match.table == "orders" and not sheet.is_returns}
    ledgers = {"ledgers": [source for source, sheet in orders.items() if _looks_like_ledger(sheet)]}
    if len(orders) < 2 or not ledgers["ledgers"]:
        return
    for part in ("other_buyers", "other_numbers"):
        for source, other, rows, of in connection.execute(script("payments")[part], ledgers).fetchall():
            facts = {"sheet": _named(orders[source]), "other": _named(orders[other]), "rows": rows, "of": of}
            yield Note(_TWICE_TOLD[part], facts, is_finding=True)


def _looks_like_ledger(sheet: SheetSource) -> bool:
    if _LEDGER.search(sheet.raw.sheet or "") or _LEDGER.search(sheet.raw.file):
        return True
    return any(_OF_LEDGERS.search(header) for _, header in (sheet.match.seen.named if sheet.match.seen else ()))


def _named(sheet: SheetSource) -> str:
    return sheet_name(sheet.raw.file, sheet.raw.sheet)
