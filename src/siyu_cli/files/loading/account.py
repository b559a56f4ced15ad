"""Every row accounted for: what was used, skipped by which rule, rejected for which reason, cell by cell."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli.files.loading.faults import COLUMN_OF, WHOLE_ROW
from siyu_cli.files.loading.named import Named
from siyu_cli.files.loading.report import SheetReport
from siyu_cli.files.loading.scripts import create, script
from siyu_cli.masks import mask_broken, mask_key, mask_misplaced, mask_sentence, mask_text

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.loading.sheet import SheetSource
    from siyu_cli.tables.column import Column

_JUDGED = {
    "members": "judged_members",
    "contacts": "judged_contacts",
    "referrals": "judged_referrals",
    "points_log": "judged_points",
    "level_log": "judged_levels",
    "costs": "judged_costs",
    "events": "judged_events",
    "orders": "settled_orders",
}

_FIGURES = "[0-9]{0,7}([ .,:/¥￥$%+-]+[0-9]{1,6})*[ .,%]?"

_ORDER_FACTS = (
    "max(ordered_on) as newest_on",
    "max(cast(moment as timestamp)) as newest_at",
    "count(case when paid = 0 and row_kind is distinct from 'return' then 1 end) as free_lines",
    "count(case when paid <> 0 and paid < 10 then 1 end) as small_lines",
    "sum(abs(paid)) as paid_in_all",
    "sum(refunded) as refunded_in_all",
)

Rejects = tuple[tuple[str, str, int], ...]


def account_for(
    connection: duckdb.DuckDBPyConnection, sheets: Sequence[SheetSource]
) -> tuple[dict[int, SheetReport], Rejects]:
    """Return a report per sheet, and the rejects by reason and effect; makes the table ``rejects``."""
    connection.execute(script("account")["rejects"])
    reports: dict[int, SheetReport] = {}
    verdicts: dict[int, Counter[str]] = defaultdict(Counter)
    listed: set[int] = set()
    for table in {sheet.match.table for sheet in sheets}:
        _collect_verdicts(connection, table or "")
        for source, verdict, rows, has_listed in _count_verdicts(connection, table or ""):
            verdicts[source][verdict] += rows
            listed |= {source} if has_listed else set()
    for sheet in sheets:
        if sheet.source in listed:
            _list_rejects(connection, sheet)
        counted = verdicts[sheet.source] + _between_header_and_data(sheet)
        reports[sheet.source] = _report(sheet, counted)
    connection.execute("drop view if exists cell_values")
    connection.unregister("shown_values")
    found = connection.execute(script("account")["reasons"]).fetchall()
    rejects = tuple((reason, effect, rows) for reason, effect, rows in found)
    return reports, rejects


def _collect_verdicts(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Make ``<table>_verdicts``: rows counted by verdict, those that were rejected or have a fault one by one.

    One pass over the judged rows tells all that is asked of them later: for orders, what was newest, how many used
    lines paid nothing or little, and how much all of them paid.
    """
    is_listed = "verdict like 'reject:%' or faults is not null"
    verdicts = exp.select(
        "source", "verdict", "faults", f"case when {is_listed} then row end as row", "count(*) as rows",
        *(_ORDER_FACTS if table == "orders" else ()),
    ).from_(_JUDGED[table])  # fmt: skip
    create(connection, table + "_verdicts", verdicts.group_by("1", "2", "3", "4"))


def _count_verdicts(connection: duckdb.DuckDBPyConnection, table: str) -> list[tuple[int, str, int, bool]]:
    counted = exp.select(
        "source", "coalesce(verdict, 'used')", "cast(sum(rows) as bigint)", "count(row) > 0"
    ).from_(f"{table}_verdicts").group_by("1", "2")  # fmt: skip
    return connection.execute(counted.sql("duckdb")).fetchall()


def _between_header_and_data(sheet: SheetSource) -> Counter[str]:
    cells, match = sheet.raw.cells, sheet.match
    if cells is None or match.header_row is None:
        return Counter()
    # A header that stands among the data has none above them.
    first = min(match.header_row + 1, match.first_data_row)
    rows = cells.slice(first, match.first_data_row - first).to_pylist()
    return Counter("skip:units_row" if any(row.values()) else "skip:blank_row" for row in rows)


def _report(sheet: SheetSource, verdicts: Counter[str]) -> SheetReport:
    skipped = {key.removeprefix("skip:"): n for key, n in sorted(verdicts.items()) if key.startswith("skip:")}
    rejected = sum(n for key, n in verdicts.items() if key.startswith("reject:"))
    match, raw = sheet.match, sheet.raw
    header = None if match.header_row is None else raw.first_row + match.header_row
    return SheetReport(
        raw.file, raw.sheet, match.table, match.preset.name if match.preset else None, raw.encoding,
        None if raw.parquet else header, sum(verdicts.values()), verdicts["used"], rejected, skipped,
        match.columns, match.unmapped, match.dropped, sheet.scope if match.table == "orders" else None,
        stored=sheet.stored,
    )  # fmt: skip


def _list_rejects(connection: duckdb.DuckDBPyConnection, sheet: SheetSource) -> None:
    statements = script("account")
    faulty = exp.select("row", "verdict", "faults").from_(f"{sheet.match.table}_verdicts").where(
        exp.column("source").eq(sheet.source), exp.column("row").is_(exp.null()).not_()
    )  # fmt: skip
    create(connection, "faulty", faulty)
    connection.execute(statements["cells"])
    for reason, keys in COLUMN_OF.items():
        key = next((key for key in keys if sheet.has(key)), WHOLE_ROW)
        connection.execute(statements["whole_rows"], {"reason": reason, "key": key})
    for (key,) in connection.execute("select distinct key from faulty_cells").fetchall():
        _list_cells(connection, sheet, key)


def _list_cells(connection: duckdb.DuckDBPyConnection, sheet: SheetSource, key: str) -> None:
    assert sheet.origin is not None
    positions = [column.position for column in sheet.match.columns if column.key == key]
    cells = [exp.cast(exp.column(sheet.origin.columns[place], quoted=True), "varchar") for place in positions]
    value: exp.Expr = exp.func("coalesce", *cells) if cells else exp.cast(exp.null(), "varchar")
    values: exp.Query = exp.select("row", exp.alias_(value, "value")).from_(sheet.origin.relation)
    if sheet.faults:
        # What a reader could not read has no cell: it left its text with the fault.
        told = exp.select("row", "value").from_(f"faults_{sheet.source}").where(exp.column("key").eq(key))
        values = exp.select("row", exp.alias_(exp.func("max", exp.column("value")), "value")).from_(
            exp.union(values, told, distinct=False).subquery("seen")
        ).group_by("row")  # fmt: skip
    create(connection, "cell_values", values, kind="VIEW")
    _mask_values(connection, None if key == WHOLE_ROW else sheet.table[key])
    connection.execute(script("account")["cell_rejects"], {
        "file": sheet.raw.file, "sheet": sheet.raw.sheet, "key": key, "header": mask_text(sheet.header_of(key)) or None,
    })  # fmt: skip


def _mask_values(connection: duckdb.DuckDBPyConnection, column: Column | None) -> None:
    """Make ``shown_values``: how the cells of a column that could not be used are shown; figures are as they are."""
    import pyarrow as pa

    mask = column and column.mask
    figures = "" if mask in ("phone", "account", "name") else _FIGURES
    found = connection.execute(
        script("account")["unlike_values"], {"key": column.key if column else WHOLE_ROW, "figures": figures}
    ).fetchall()
    if column is None:  # what a reader left of a row tells of nobody
        shown = [value for value, _ in found]
    elif mask in ("phone", "account", "name"):
        shown = [mask_broken(value) for value, _ in found]
    elif mask == "key":
        shown = [mask_key(value) for value, _ in found]
    elif column.kind in ("text", "status", "id"):
        names = Named(connection).names_in({value for value, _ in found})
        shown = [mask_sentence(value, [value] if is_name else names.get(value, ())) for value, is_name in found]
    else:
        shown = [mask_misplaced(value) for value, _ in found]
    rows = {"value": [value for value, _ in found], "shown": shown}
    connection.register("shown_values", pa.table(rows, pa.schema(dict.fromkeys(rows, pa.string()))))
