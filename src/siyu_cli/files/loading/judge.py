"""A verdict for every row: used, skipped by a named rule, or rejected for a reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli.engines.spark_connection import SparkConnection
from siyu_cli.files.loading.currencies import currency_notes, settle_currency, weigh_currencies
from siyu_cli.files.loading.levels import judge_levels
from siyu_cli.files.loading.payments import settle_payments
from siyu_cli.files.loading.points import judge_points
from siyu_cli.files.loading.referrals import gather_referrals, judge_referrals
from siyu_cli.files.loading.report import Note
from siyu_cli.files.loading.scripts import call, first_row, script, without_empty_lookups

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.loading.sheet import SheetSource

# A row with one of them tells of an item.
_ITEM_COLUMNS = ("product", "sku", "category")


def describe_sources(connection: duckdb.DuckDBPyConnection, sheets: Sequence[SheetSource]) -> None:
    """Make ``sources``: what each sheet has and which platform its accounts and amounts are of."""
    connection.execute(
        "create or replace temp table sources (source integer, platform varchar, scope varchar, has_buyer boolean, "
        "has_status boolean, has_paid_at boolean, has_amount boolean, exported_at timestamp)"
    )
    platforms = {sheet.match.preset.platform for sheet in sheets if sheet.match.preset and sheet.has("account")}
    # An account of a sheet nobody knows belongs to the one platform in sight, if there is just one.
    unknown = platforms.pop() if len(platforms) == 1 else "account"
    for sheet in sheets:
        preset = sheet.match.preset
        has_items = sheet.has("item_id", "product", "sku", "quantity", "unit_price")
        if sheet.scope is None and not has_items and not _repeats_orders(connection, sheet):
            sheet.scope = "item"
        connection.execute("insert into sources values (?, ?, ?, ?, ?, ?, ?, ?)", [
            sheet.source, preset.platform if preset and preset.platform else unknown, sheet.scope,
            sheet.has("member_id", "phone", "account"), sheet.has("status"),
            sheet.has("paid_at") and sheet.has("ordered_at"), sheet.has("paid_amount"), sheet.exported_at,
        ])  # fmt: skip


def _repeats_orders(connection: duckdb.DuckDBPyConnection, sheet: SheetSource) -> bool:
    """Return whether an order has rows of several statuses: its total may stand on a row per status it went through."""
    if sheet.match.table != "orders" or not (sheet.has("order_id") and sheet.has("status")):
        return False
    several = exp.GT(
        this=exp.Count(this=exp.Distinct(expressions=[exp.column("status")])), expression=exp.Literal.number(1)
    )
    repeated = (
        exp.select("1")
        .from_(f"source_{sheet.source}")
        .where(exp.column("order_id").is_(exp.null()).not_())
        .group_by("order_id")
        .having(several)
        .limit(1)
    )
    return first_row(connection, repeated.sql("duckdb")) is not None


def judge_orders(
    connection: duckdb.DuckDBPyConnection, sheets: Sequence[SheetSource], currency: str | None
) -> list[Note]:
    """Make ``settled_orders`` (a verdict for every row), ``order_lines``, ``order_items``; return what was inferred.

    ``currency`` is that of ``[shop]``.
    """
    statements = script("orders")
    orders = [sheet for sheet in sheets if sheet.match.table == "orders"]
    currencies = weigh_currencies(connection, orders, currency)
    are_told = _are_told_apart(connection, orders)
    connection.execute(without_empty_lookups(connection, statements["looked_up"]))
    connection.execute(statements["weighed" if are_told else "unweighed"])
    connection.execute(statements["keyed"])
    connection.execute(statements["restarting"])
    notes = _settle_scopes(connection, orders)
    has_totals = any(sheet.scope == "order" and sheet.has("order_id") for sheet in orders)
    connection.execute(statements["order_rows" if has_totals else "no_order_rows"])
    has_links = _has_links(connection, orders, are_told=are_told)
    connection.execute(script("links")["lent_members" if has_links else "no_lent_members"])
    kept = settle_currency(connection, currencies)
    connection.execute(without_empty_lookups(connection, statements["judged"]))
    if len(orders) > 1:
        connection.execute(script("overlaps")["contested"])
        notes += settle_payments(connection, orders)
    connection.execute(statements["agreed" if len(orders) > 1 else "uncontested"])
    if has_links:
        connection.execute(script("links")["linked"])
    connection.execute(statements["settled" if has_links else "unlinked"])
    has_items = any(sheet.has(*_ITEM_COLUMNS) for sheet in orders)
    is_text = not all(sheet.origin and sheet.origin.is_typed for sheet in orders)
    # On other machines lines are kept as well: what they are judged by is not worked out anew for each reader.
    is_kept = is_text or isinstance(connection, SparkConnection)
    for name in _ways_to_lines(is_kept=is_kept, has_items=has_items):
        connection.execute(statements[name])
    return notes + currency_notes(connection, currencies, kept)


def _ways_to_lines(*, is_kept: bool, has_items: bool) -> tuple[str, ...]:
    """Return the statements that make ``order_lines`` and ``order_items``: rows that came as text are kept, once."""
    if not has_items:
        return ("lines", "order_lines", *(("kept_lines",) if is_kept else ()), "no_order_items")
    return ("lines", *(("kept_rows",) if is_kept else ()), "order_lines", "order_items")


def _are_told_apart(connection: duckdb.DuckDBPyConnection, orders: Sequence[SheetSource]) -> bool:
    """Return whether anything says what rows are: a word, a sheet, a quantity, a product, an order they name."""
    lookups = ("sheet_kinds", "kind_words", "status_kind_words", "told_kinds")
    return any(sheet.has("original_order_id") for sheet in orders) or any(
        first_row(connection, exp.select("1").from_(name).limit(1).sql("duckdb")) for name in lookups
    )


def _has_links(connection: duckdb.DuckDBPyConnection, orders: Sequence[SheetSource], *, are_told: bool) -> bool:
    """Return whether any row is a part of another's purchase."""
    is_named = are_told or any(sheet.has("parent_id") for sheet in orders)
    if is_named and first_row(connection, script("links")["has_links"]):
        return True
    without_item = exp.and_(exp.column("item_id").is_(exp.null()), exp.column("order_id").is_(exp.null()).not_())
    return any(
        sheet.has("item_id") and sheet.scope == "item" and first_row(
            connection,
            exp.select("1").from_(f"source_{sheet.source}").where(without_item).limit(1).sql("duckdb"),
        )
        for sheet in orders if sheet.has("order_id")
    )  # fmt: skip


def judge_members(
    connection: duckdb.DuckDBPyConnection, sheets: Sequence[SheetSource], totals: str | None
) -> list[Note]:
    """Make ``members`` and what is told of them, ``referrals``, logs of points and levels, all judged.

    ``totals`` is that of ``[orders]``. Returns what it would decide, where it is not said.
    """
    statements = script("members")
    late = first_row(connection, statements["late_members"])
    connection.execute(statements["early_buyers" if late else "no_early_buyers"])
    for name in ("judged", "judged_contacts"):
        connection.execute(statements[name])
    judge_referrals(connection, sheets)
    connection.execute(statements["members"])
    notes = _settle_totals(connection, totals)
    for name in ("touches", "friends", "unfriended", "people", "names"):
        connection.execute(statements[name])
    gather_referrals(connection, sheets)
    notes += judge_points(connection, sheets)
    judge_levels(connection, sheets)
    named = any(sheet.match.table == "orders" and sheet.has("phone", "name") for sheet in sheets)
    if named and first_row(connection, statements["has_strangers"]):
        connection.execute(statements["strangers"])
    return notes


def _settle_totals(connection: duckdb.DuckDBPyConnection, totals: str | None) -> list[Note]:
    statements = script("members")
    if totals == "log":
        connection.execute(statements["log_wins"])
    if totals is not None or first_row(connection, statements["has_counted"]) is None:
        return []
    (members,) = first_row(connection, statements["counted_cancelled"])
    if not members:
        return []
    return [Note(
        "The exported totals of {count} members count orders that the log holds as cancelled or refunded: "
        'orders.totals = "log" goes by the log, "larger" by the totals, as now.',
        {"count": members},
        is_finding=True,
    )]  # fmt: skip


def _settle_scopes(connection: duckdb.DuckDBPyConnection, orders: Sequence[SheetSource]) -> list[Note]:
    notes: list[Note] = []
    evidence: dict[int, tuple[int, int]] = {}
    if any(sheet.scope is None for sheet in orders):
        found = connection.execute(script("scopes")["evidence"]).fetchall()
        evidence = {source: (for_order, for_item) for source, for_order, for_item in found}
    for sheet in orders:
        is_inferred = sheet.scope is None
        if is_inferred:
            for_order, for_item = evidence.get(sheet.source, (0, 0))
            sheet.scope = "order" if for_order > for_item else "item"
        elif not _lists_orders(connection, sheet):
            continue
        else:
            sheet.scope = "order"
        connection.execute("update sources set scope = ? where source = ?", [sheet.scope, sheet.source])
        if is_inferred and sheet.scope == "order":
            notes.append(Note(
                "{file}: the amount repeats on every item row, so it was counted once per order.",
                {"file": sheet.raw.file},
            ))  # fmt: skip
    return notes


def _lists_orders(connection: duckdb.DuckDBPyConnection, sheet: SheetSource) -> bool:
    """Return whether an item export turns out to have a row per order, as its preset says how to tell."""
    marks = sheet.match.preset.order_scope_when if sheet.match.preset and sheet.scope == "item" else {}
    return any(
        first_row(
            connection,
            exp.select("1").from_(f"source_{sheet.source}")
            .where(call("contains", exp.column(key), exp.Literal.string(mark))).limit(1).sql("duckdb"),
        )
        for key, mark in marks.items() if sheet.has(key)
    )  # fmt: skip
