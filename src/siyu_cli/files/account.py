"""Every row accounted for: what was used, skipped by which rule, rejected for which reason, cell by cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli.files.report import Note, SheetReport
from siyu_cli.files.scripts import create, first_row, script

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.sources import SheetSource

_JUDGED = {"members": "judged_members", "contacts": "judged_contacts", "orders": "settled_orders"}
# Which column a rejected row is shown with, when no single cell of it is at fault.
_COLUMN_OF = {
    "missing_date": ("paid_at", "ordered_at"),
    "missing_amount": ("paid_amount", "unit_price"),
    "unknown_status": ("status",),
    "order_conflict": ("order_id",),
    "shared_phone": ("phone", "receiver_phone"),
}

_SAMPLED_ROWS = 100_000

Rejects = tuple[tuple[str, str, int], ...]


def account_for(
    connection: duckdb.DuckDBPyConnection, sheets: Sequence[SheetSource], as_of: date
) -> tuple[dict[int, SheetReport], Rejects, list[Note]]:
    """Return a report per sheet, the rejects by reason and effect, and warnings; makes the table ``rejects``."""
    connection.execute(script("account")["rejects"])
    reports: dict[int, SheetReport] = {}
    for table in {sheet.match.table for sheet in sheets}:
        _collect_exceptions(connection, table or "")
    for sheet in sheets:
        verdicts = _verdicts(connection, sheet)
        _list_rejects(connection, sheet)
        reports[sheet.source] = _report(sheet, verdicts)
    counted = connection.execute(script("account")["reasons"]).fetchall()
    rejects = tuple((reason, effect, rows) for reason, effect, rows in counted)
    return reports, rejects, _warnings(connection, sheets, reports, as_of)


def _collect_exceptions(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    # One pass over the judged rows; those that were simply used, nearly all, need no second look.
    exceptions = exp.select("source", "row", "verdict", "faults").from_(_JUDGED[table]).where(
        exp.or_(exp.column("verdict").is_(exp.null()).not_(), exp.column("faults").is_(exp.null()).not_())
    )  # fmt: skip
    create(connection, table + "_exceptions", exceptions)


def _verdicts(connection: duckdb.DuckDBPyConnection, sheet: SheetSource) -> Counter[str]:
    excepted = exp.select("verdict", "count(*)").from_(f"{sheet.match.table}_exceptions").where(
        exp.column("source").eq(sheet.source), exp.column("verdict").is_(exp.null()).not_()
    ).group_by("verdict")  # fmt: skip
    verdicts = Counter(dict(connection.execute(excepted.sql("duckdb")).fetchall()))
    (rows,) = first_row(connection, exp.select("count(*)").from_(f"source_{sheet.source}").sql("duckdb"))
    verdicts["used"] = rows - verdicts.total()
    return verdicts


def _report(sheet: SheetSource, verdicts: Counter[str]) -> SheetReport:
    skipped = {key.removeprefix("skip:"): n for key, n in sorted(verdicts.items()) if key.startswith("skip:")}
    rejected = sum(n for key, n in verdicts.items() if key.startswith("reject:"))
    match, raw = sheet.match, sheet.raw
    header = None if match.header_row is None else raw.first_row + match.header_row
    return SheetReport(
        raw.file, raw.sheet, match.table, match.preset.name if match.preset else None, raw.encoding,
        None if raw.parquet else header, sum(verdicts.values()), verdicts["used"], rejected, skipped,
        match.columns, match.unmapped, match.dropped, sheet.scope if match.table == "orders" else None,
    )  # fmt: skip


def _list_rejects(connection: duckdb.DuckDBPyConnection, sheet: SheetSource) -> None:
    statements = script("account")
    faulty = exp.select("row", "verdict", "faults").from_(f"{sheet.match.table}_exceptions").where(
        exp.column("source").eq(sheet.source),
        exp.or_(exp.column("verdict").like("reject:%"), exp.column("faults").is_(exp.null()).not_()),
    )  # fmt: skip
    create(connection, "faulty", faulty)
    if first_row(connection, "select count(*) from faulty") == (0,):
        return
    connection.execute(statements["cells"])
    where = {"file": sheet.raw.file, "sheet": sheet.raw.sheet}
    for reason, keys in _COLUMN_OF.items():
        header = next((sheet.header_of(key) for key in keys if sheet.has(key)), None)
        connection.execute(statements["whole_rows"], {**where, "reason": reason, "header": header})
    for (key,) in connection.execute("select distinct key from faulty_cells").fetchall():
        _list_cells(connection, sheet, key)


def _list_cells(connection: duckdb.DuckDBPyConnection, sheet: SheetSource, key: str) -> None:
    assert sheet.origin is not None
    positions = [column.position for column in sheet.match.columns if column.key == key]
    is_personal = key != "row" and sheet.table[key].is_personal
    cells = [exp.cast(exp.column(sheet.origin.columns[place], quoted=True), "varchar") for place in positions]
    value: exp.Expr = exp.func("coalesce", *cells) if cells else exp.null()
    values = exp.select("row", exp.alias_(value, "value")).from_(sheet.origin.relation)
    create(connection, "cell_values", values, kind="VIEW")
    connection.execute(script("account")["cell_rejects"], {
        "file": sheet.raw.file, "sheet": sheet.raw.sheet, "key": key,
        "header": sheet.header_of(key), "is_personal": is_personal,
    })  # fmt: skip


def _warnings(
    connection: duckdb.DuckDBPyConnection,
    sheets: Sequence[SheetSource],
    reports: dict[int, SheetReport],
    as_of: date,
) -> list[Note]:
    notes: list[Note] = []
    blind = [report.file for report in reports.values() if "no_buyer_column" in report.skipped]
    if blind:
        notes.append(Note("{file} names no buyer and was left out.", {"file": ", ".join(blind)}))
    if any(sheet.match.table == "orders" for sheet in sheets):
        notes += _order_warnings(connection, as_of, sum(report.rows_in for report in reports.values()))
    notes += [
        note
        for sheet in sheets
        if sheet.match.table == "orders"
        for note in _total_warnings(connection, sheet)
    ]
    shared = first_row(connection, script("account")["shared_phones"])
    if shared and shared[0]:
        notes.append(Note(
            "{count} phones stand on more than 3 ids each and link nothing (a clerk's phone?).", {"count": shared[0]}
        ))  # fmt: skip
    return notes


def _order_warnings(connection: duckdb.DuckDBPyConnection, as_of: date, rows: int) -> list[Note]:
    statements = script("account")
    (newest,) = first_row(connection, statements["newest"])
    one_in = max(1, rows // _SAMPLED_ROWS)
    orders, small = first_row(connection, statements["small_orders"], {"one_in": one_in})
    (free,) = first_row(connection, statements["free_orders"])
    notes = []
    if newest is not None and (as_of - newest).days > 2:
        notes.append(Note(
            "The newest order is {days} days older than {as_of}: the export is probably stale.",
            {"days": (as_of - newest).days, "as_of": as_of.isoformat()},
        ))  # fmt: skip
    if orders and small > 0.02 * orders:
        notes.append(Note(
            "{share} of the orders are under 10: deposits, samples or points exchanges may be among them.",
            {"share": f"{small / orders:.1%}"},
        ))  # fmt: skip
    if free:
        notes.append(Note(
            "{count} free orders are counted apart; orders.min_paid = 0 makes them purchases.", {"count": free}
        ))  # fmt: skip
    return notes


def _total_warnings(connection: duckdb.DuckDBPyConnection, sheet: SheetSource) -> list[Note]:
    if first_row(connection, script("account")["has_total_row"], {"source": sheet.source}) is None:
        return []
    stated = first_row(connection, script("account")["stated_totals"], {"source": sheet.source})
    if stated is None or stated[0] is None or stated[0] == stated[1]:
        return []
    return [Note(
        "{file}: the total row says {stated}, its rows add up to {found}.",
        {"file": sheet.raw.file, "stated": str(stated[0]), "found": str(stated[1])},
    )]  # fmt: skip
