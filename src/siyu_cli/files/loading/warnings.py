"""What an operator should know about a load before trusting its numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from siyu_cli.files.loading.report import Note, SheetReport
from siyu_cli.files.loading.scripts import first_row, script

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.loading.sheet import SheetSource

_OF_CELLS = {
    "id_digits_lost": "{count} rows have a number whose digits a spreadsheet lost (6.92E+17): orders may have fallen "
    "apart or together. siyu check … --rejects FILE.xlsx lists them",
    "unknown_status": "{count} rows have a refund status nobody knows: orders count as not refunded, rows of returns "
    "as returned. siyu check … --rejects FILE.xlsx lists them",
}
_SAMPLED_ROWS = 100_000
_MOST_LINES = 10
_MANY = 0.02


def load_notes(
    connection: duckdb.DuckDBPyConnection,
    sheets: Sequence[SheetSource],
    reports: Mapping[int, SheetReport],
    as_of: date,
    min_paid: Decimal | None,
) -> list[Note]:
    """Return the notes on stale or odd orders, totals and phones.

    ``min_paid`` is the amount from which an order counts; None is "above 0".
    """
    orders = [sheet for sheet in sheets if sheet.match.table == "orders"]
    notes: list[Note] = []
    if orders:
        rows = sum(report.rows_in for report in reports.values())
        notes += _order_notes(connection, as_of, rows, counts_free=min_paid is not None and min_paid <= 0)
    notes += [note for sheet in orders for note in _total_row_notes(connection, sheet)]
    notes += _exported_totals_notes(connection, as_of, has_orders=bool(orders))
    (shared,) = first_row(connection, script("warnings")["shared_phones"])
    if shared:
        notes.append(Note(
            "{count} phones stand on more than 3 ids, accounts or names each and link nothing (a clerk's phone?).",
            {"count": shared},
        ))  # fmt: skip
    return notes


def newest_order(connection: duckdb.DuckDBPyConnection, sheets: Sequence[SheetSource]) -> datetime | None:
    """Return when the last order was placed, by the shop's clock; None where there is none."""
    if not any(sheet.match.table == "orders" for sheet in sheets):
        return None
    found: datetime | None = first_row(connection, script("warnings")["newest_order"])[0]
    return found


def cell_notes(rejects: Sequence[tuple[str, str, int]]) -> list[Note]:
    """Return a finding for cells that were left out of rows that were used, where orders may be wrong without them."""
    return [
        Note(_OF_CELLS[reason], {"count": cells}, is_finding=True)
        for reason, effect, cells in rejects if effect == "cell" and reason in _OF_CELLS
    ]  # fmt: skip


def _order_notes(connection: duckdb.DuckDBPyConnection, as_of: date, rows: int, *, counts_free: bool) -> list[Note]:
    statements = script("warnings")
    newest, used_lines, free_lines, small_lines = first_row(connection, statements["used_lines"])
    notes = _stale_notes(newest, as_of)
    one_in = max(1, rows // _SAMPLED_ROWS)
    orders = small = 0
    # A small order has a small line, and ten lines to an order are more than any shop's average.
    if used_lines and _MOST_LINES * small_lines > _MANY * used_lines:
        orders, small = first_row(connection, statements["small_orders"], {"one_in": one_in})
    if orders and small > _MANY * orders:
        notes.append(Note(
            "{share} of the orders are under 10: deposits, samples or points exchanges may be among them.",
            {"share": f"{small / orders:.1%}"},
        ))  # fmt: skip
    orders, too_much = first_row(connection, statements["given_back_more"])
    if orders:
        notes.append(Note(
            "More was refunded than paid for {count} orders, by {sum} in all: look at their amounts and refunds.",
            {"count": orders, "sum": f"{too_much:,}"},
        ))  # fmt: skip
    (free,) = first_row(connection, statements["free_orders"]) if free_lines and not counts_free else (0,)
    if free:
        notes.append(Note(
            "{count} free orders are counted apart; orders.min_paid = 0 makes them purchases.", {"count": free}
        ))  # fmt: skip
    return notes


def _stale_notes(newest: date | None, as_of: date) -> list[Note]:
    if newest is None or (as_of - newest).days <= 2:
        return []
    return [Note(
        "The newest order is {days} days older than {as_of}: the export is probably stale.",
        {"days": (as_of - newest).days, "as_of": as_of.isoformat()},
    )]  # fmt: skip


def _total_row_notes(connection: duckdb.DuckDBPyConnection, sheet: SheetSource) -> list[Note]:
    statements = script("warnings")
    if first_row(connection, statements["has_total_row"], {"source": sheet.source}) is None:
        return []
    stated, in_parts, found, net = first_row(connection, statements["stated_totals"], {"source": sheet.source})
    if stated is None or {found, net} & {stated, in_parts}:
        return []
    return [Note(
        "{file}: the total row says {stated}, its rows add up to {found}.",
        {"file": sheet.raw.file, "stated": str(stated), "found": str(found or 0)},
    )]  # fmt: skip


def _exported_totals_notes(connection: duckdb.DuckDBPyConnection, as_of: date, *, has_orders: bool) -> list[Note]:
    (latest,) = first_row(connection, script("warnings")["latest_total"])
    if latest is None:
        return []
    if latest > as_of:
        return [Note(
            "The members were exported after {as_of}, on {latest} or later: totals and points are as of then.",
            {"as_of": as_of.isoformat(), "latest": latest.isoformat()},
        )]  # fmt: skip
    return [] if has_orders else _stale_notes(latest, as_of)
