"""The load: files in, typed tables and a full account of every row out.

    read → recognise → project (clean) → who is who → judge every row → order_lines, members, people

Everything after the projection is SQL over one DuckDB connection (see orders.sql, members.sql, identity.sql).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from siyu_cli.errors import DataError
from siyu_cli.files.account import account_for
from siyu_cli.files.clean import load_macros
from siyu_cli.files.identity import link_members
from siyu_cli.files.read import Source, read_sources
from siyu_cli.files.recognise import recognise
from siyu_cli.files.report import Input, LoadReport, Note, SheetReport
from siyu_cli.files.scripts import script
from siyu_cli.files.sources import LOADED, SheetSource, project, unite
from siyu_cli.files.words import map_status_words

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.config import Settings
    from siyu_cli.files.read import RawSheet

_LOOK = 60
_PLAIN_COLUMNS = ("phone", "account", "receiver_phone", "status", "refund_status", "cancelled_at")


@dataclass
class Load:
    """What a load left on its connection: tables ``order_lines``, ``members``, ``people``, ``rejects``."""

    connection: duckdb.DuckDBPyConnection
    report: LoadReport
    min_paid: Decimal | None
    links: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LoadRequest:
    """What to load, and how: the as-of date, headers settled by hand, a password, ids known by another key."""

    paths: Sequence[Path]
    as_of: date
    header_map: Mapping[str, str] = field(default_factory=dict)
    password: str | None = None
    aliases: Mapping[str, str] = field(default_factory=dict)


def load(connection: duckdb.DuckDBPyConnection, settings: Settings, request: LoadRequest) -> Load:
    """Return the loaded shop; raises a ``SiyuError`` that names the file when nothing can be made of it."""
    sources = read_sources(request.paths, password=request.password)
    sheets, reports = _recognised(connection, sources, request.header_map)
    load_macros(connection)
    for sheet in sheets:
        project(connection, sheet, settings.shop.timezone)
    _check_usable(sheets, reports, sources)
    connection.execute("set variable as_of = $as_of", {"as_of": request.as_of})
    unite(connection, sheets)
    _describe_sources(connection, sheets)
    map_status_words(connection, sheets)
    links = link_members(connection, request.aliases)
    _exclude(connection, settings)
    notes = _judge_orders(connection, sheets)
    _judge_members(connection)
    accounted, rejects, more = account_for(connection, sheets, request.as_of)
    inputs = tuple(_input(source, reports | accounted) for source in sources)
    ordered = tuple((reports | accounted)[key] for key in sorted(reports | accounted))
    if links:
        notes.append(Note("{count} member ids were joined to another by a shared phone.", {"count": len(links)}))
    report = LoadReport(inputs, ordered, rejects, (*notes, *more))
    return Load(connection, report, _least_paid(sheets), links)


def _input(source: Source, reports: Mapping[int, SheetReport]) -> Input:
    rows = sum(report.rows_in for report in reports.values() if report.file.split("/")[0] == source.file)
    return Input(source.file, source.sha256, source.size, rows)


def _recognised(
    connection: duckdb.DuckDBPyConnection, sources: Sequence[Source], header_map: Mapping[str, str]
) -> tuple[list[SheetSource], dict[int, SheetReport]]:
    sheets: list[SheetSource] = []
    reports: dict[int, SheetReport] = {}
    seen: set[str] = set()
    number = 0
    for source in sources:
        is_repeated = source.sha256 in seen
        seen.add(source.sha256)
        for raw in source.sheets:
            rows = _row_count(connection, raw)
            rule = "duplicate_file" if is_repeated else "hidden_sheet" if raw.is_hidden else None
            match = None
            if rule is None:
                match = recognise(_first_rows(connection, raw), file=raw.file, sheet=raw.sheet, header_map=header_map)
                rule = "unrecognised_sheet" if match.table is None else None
            if match is not None and match.preset is not None and not match.preset.has_buyer:
                rule = "no_buyer_column"
            if rule is None and match is not None:
                data = rows if raw.parquet else max(0, rows - match.first_data_row)
                sheets.append(SheetSource(number, raw, match, data, scope=match.amount_scope))
            else:
                reports[number] = _skipped_sheet(raw, rule or "", rows, match)
            number += 1
    return sheets, reports


def _skipped_sheet(raw: RawSheet, rule: str, rows: int, match) -> SheetReport:  # type: ignore[no-untyped-def]
    first = 0 if raw.parquet else (match.first_data_row if match is not None and match.table else 1)
    data = max(0, rows - first)
    return SheetReport(
        raw.file, raw.sheet, match.table if match else None,
        match.preset.name if match is not None and match.preset else None, raw.encoding, None,
        data, 0, 0, {rule: data} if data else {},
        match.columns if match else (), match.unmapped if match else (), match.dropped if match else (),
    )  # fmt: skip


def _row_count(connection: duckdb.DuckDBPyConnection, raw: RawSheet) -> int:
    if raw.cells is not None:
        return int(raw.cells.num_rows)
    counted = connection.read_parquet(str(raw.parquet)).aggregate("count(*)").fetchone()
    return int(counted[0]) if counted else 0


def _first_rows(connection: duckdb.DuckDBPyConnection, raw: RawSheet) -> list[list[str | None]]:
    if raw.cells is not None:
        columns = [column.to_pylist() for column in raw.cells.slice(0, _LOOK).columns]
        return [list(row) for row in zip(*columns, strict=True)]
    relation = connection.read_parquet(str(raw.parquet))
    rows = relation.limit(_LOOK).fetchall()
    return [list(relation.columns), *([None if cell is None else str(cell) for cell in row] for row in rows)]


def _check_usable(
    sheets: Sequence[SheetSource], reports: Mapping[int, SheetReport], sources: Sequence[Source]
) -> None:
    blind = [report.file for report in reports.values() if "no_buyer_column" in report.skipped]
    if not sheets and blind:
        raise DataError(
            "{file} names no buyer: neither an id, nor a phone, nor an account.",
            hint="This platform's export serves shop totals only. Export orders with the buyer's phone or id.",
            file=", ".join(blind),
        )
    if not sheets:
        raise DataError(
            "No members and no orders were found in {files}.",
            hint="Say what the columns are: --map orders.member_id=HEADER --map orders.paid_amount=HEADER. "
            "siyu check shows what each sheet was taken for.",
            files=", ".join(source.file for source in sources),
        )


def _describe_sources(connection: duckdb.DuckDBPyConnection, sheets: Sequence[SheetSource]) -> None:
    connection.execute(
        "create or replace temp table sources (source integer, platform varchar, scope varchar, has_buyer boolean, "
        "has_status boolean, has_paid_at boolean, exported_at timestamp)"
    )
    platforms = {sheet.match.preset.platform for sheet in sheets if sheet.match.preset and sheet.has("account")}
    # An account of a sheet nobody knows belongs to the one platform in sight, if there is just one.
    unknown = platforms.pop() if len(platforms) == 1 else "account"
    for sheet in sheets:
        preset = sheet.match.preset
        if sheet.scope is None and not sheet.has("item_id", "product", "sku", "quantity", "unit_price"):
            sheet.scope = "item"
        connection.execute("insert into sources values (?, ?, ?, ?, ?, ?, ?)", [
            sheet.source, preset.platform if preset and preset.platform else unknown, sheet.scope,
            sheet.has("member_id", "phone", "account"), sheet.has("status"),
            sheet.has("paid_at") and sheet.has("ordered_at"), sheet.exported_at,
        ])  # fmt: skip


def _exclude(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    names = [*settings.exclude.ids, *settings.exclude.phones]
    folder = settings.path.parent if settings.path else Path()
    for listed in settings.exclude.files:
        for source in read_sources([folder / listed]):
            names += [cell for sheet in source.sheets if sheet.cells is not None for cell in _cells(sheet)]
    connection.execute("create or replace temp table excluded_names (name varchar)")
    if names:
        connection.executemany("insert into excluded_names values (?)", [[str(name)] for name in sorted(set(names))])
    connection.execute(script("orders")["excluded"])


def _cells(sheet: RawSheet) -> list[str]:
    cells = sheet.cells
    assert cells is not None
    return [str(value).strip() for column in cells.columns for value in column.to_pylist() if value]


def _judge_orders(connection: duckdb.DuckDBPyConnection, sheets: Sequence[SheetSource]) -> list[Note]:
    statements = script("orders")
    orders = [sheet for sheet in sheets if sheet.match.table == "orders"]
    has_exclusions = connection.execute("select count(*) from excluded_names").fetchone() != (0,)
    is_plain = len(sheets) == 1 and len(orders) == 1 and not orders[0].has(*_PLAIN_COLUMNS) and not has_exclusions
    connection.execute(statements["plain" if is_plain else "keyed"])
    notes = _settle_scopes(connection, orders)
    has_totals = any(sheet.scope == "order" and sheet.has("order_id") for sheet in orders)
    connection.execute(statements["order_rows" if has_totals else "no_order_rows"])
    connection.execute(statements["judged"])
    if len(orders) > 1:
        connection.execute(statements["contested"])
    connection.execute(statements["settled" if len(orders) > 1 else "uncontested"])
    connection.execute(statements["lines"])
    return notes


def _settle_scopes(connection: duckdb.DuckDBPyConnection, orders: Sequence[SheetSource]) -> list[Note]:
    notes: list[Note] = []
    found = {row[0]: row[1:] for row in connection.execute(script("orders")["scopes"]).fetchall()} if any(
        sheet.scope is None for sheet in orders
    ) else {}  # fmt: skip
    for sheet in orders:
        if sheet.scope is not None:
            continue
        repeating, repeated, adds_up = found.get(sheet.source, (0, 0, 0))
        is_total = repeating > 0 and (2 * adds_up > repeating or repeated == repeating)
        sheet.scope = "order" if is_total else "item"
        connection.execute("update sources set scope = ? where source = ?", [sheet.scope, sheet.source])
        if is_total:
            notes.append(Note(
                "{file}: the amount repeats on every item row, so it was counted once per order.",
                {"file": sheet.raw.file},
            ))  # fmt: skip
    return notes


def _judge_members(connection: duckdb.DuckDBPyConnection) -> None:
    statements = script("members")
    late = connection.execute(statements["late_members"]).fetchone()
    connection.execute(statements["early_buyers" if late else "no_early_buyers"])
    for name in ("judged", "judged_contacts", "members", "people"):
        connection.execute(statements[name])


def _least_paid(sheets: Sequence[SheetSource]) -> Decimal | None:
    asked = [
        sheet.match.preset.min_paid for sheet in sheets
        if sheet.match.preset is not None and sheet.match.preset.min_paid is not None
    ]  # fmt: skip
    return min(asked) if asked else None


__all__ = ["LOADED", "Load", "LoadRequest", "load"]
