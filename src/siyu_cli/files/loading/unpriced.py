"""Refunds without an amount: a quantity or a status says that something was given back, and nothing says how much."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli.files.loading.report import Note
from siyu_cli.files.loading.returned_shares import is_net
from siyu_cli.files.loading.roles import sheet_name
from siyu_cli.files.loading.scripts import create, drop, first_row, script

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.loading.sheet import SheetSource


def unpriced_notes(connection: duckdb.DuckDBPyConnection, sheets: Sequence[SheetSource]) -> Iterator[Note]:
    """Yield a finding per sheet with rows that count as paid in full although something of them was given back."""
    for sheet in sheets:
        if sheet.match.table != "orders" or sheet.is_returns:
            continue
        claims = _all_claims(connection, sheet)
        if not claims:
            continue
        create(connection, "claimed_refunds", _claimed(sheet, list(claims.values())))
        (rows,) = first_row(connection, script("unpriced")["counted"], {"source": sheet.source})
        drop(connection, "claimed_refunds")
        if rows:
            yield Note(
                "{sheet}: {rows} rows say that something was given back ({headers}) and nothing says how much: they "
                "count as paid in full. If a column says it: --map orders.refunded_amount=HEADER",
                {
                    "sheet": sheet_name(sheet.raw.file, sheet.raw.sheet),
                    "rows": rows,
                    "headers": ", ".join(sheet.header_of(key) or "" for key in claims),
                },
                is_finding=True,
            )


def _all_claims(connection: duckdb.DuckDBPyConnection, sheet: SheetSource) -> dict[str, exp.Expr]:
    """Return the columns that say that something was given back, with the test of each for its rows."""
    keys = [key for key in ("returned_quantity", "refund_status") if sheet.has(key)]
    if is_net(sheet):
        keys = [key for key in keys if key != "returned_quantity"]
    found = {key: _claims(connection, sheet, key) for key in keys}
    return {key: claim for key, claim in found.items() if claim is not None}


def _claims(connection: duckdb.DuckDBPyConnection, sheet: SheetSource, key: str) -> exp.Expr | None:
    """Return whether a row says by a column that something was given back; None where no row does."""
    states = ["partial"] if key == "refund_status" else ["pending"]
    asked = exp.select("word").from_("refund_status_words").where(
        exp.and_(exp.column("source").eq(sheet.source), exp.column("status").isin(*states))
    )  # fmt: skip
    if key == "refund_status":
        return None if first_row(connection, asked.sql("duckdb")) is None else exp.column(key).isin(query=asked)
    is_some = exp.column(key) > exp.Literal.number(0)
    if not sheet.has("refund_status"):
        return is_some
    is_pending = exp.func("coalesce", exp.column("refund_status").isin(query=asked), exp.false())
    return exp.and_(is_some, exp.not_(is_pending))


def _claimed(sheet: SheetSource, claims: Sequence[exp.Expr]) -> exp.Select:
    rows = exp.select("row").from_(f"source_{sheet.source}").where(exp.or_(*claims))
    has_amount = sheet.has("refunded_amount")
    return rows.where(exp.column("refunded_amount").is_(exp.null())) if has_amount else rows
