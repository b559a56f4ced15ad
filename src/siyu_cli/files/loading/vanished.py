"""Roles that vanish: a column nobody found, so that members, orders or invites are left out as if by a rule.

What is told here makes every figure doubtful, so each of these notes is a finding.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli.files.loading.faults import COLUMN_OF
from siyu_cli.files.loading.report import Note, SheetReport
from siyu_cli.files.loading.roles import WHOSE, data_rows, nearest_facts, sheet_facts, sheet_name
from siyu_cli.files.loading.scripts import first_row, script

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.loading.sheet import SheetSource

# Reasons that have a column of their own in every table.
_KEYS_OF = {
    "bad_date": ("paid_at", "ordered_at", "spent_on", "changed_at", "changed_on"),
    "placeholder_date": ("paid_at", "ordered_at", "spent_on", "changed_at", "changed_on"),
    "ambiguous_date": ("paid_at", "ordered_at", "spent_on", "changed_at", "changed_on"),
    "bad_money": ("paid_amount", "unit_price", "amount"),
    "bad_number": ("quantity", "change"),
    "bad_phone": ("phone", "receiver_phone", "inviter_phone", "invitee_phone"),
    "masked_phone": ("phone", "receiver_phone", "inviter_phone", "invitee_phone"),
    "phone_digits_lost": ("phone", "receiver_phone", "inviter_phone", "invitee_phone"),
    "id_digits_lost": ("member_id", "account", "inviter_id", "invitee_id"),
}
_ROLES = {"members": ("members", "contacts"), "orders": ("orders",), "referrals": ("referrals",), "events": ("events",)}
_NOBODY_SHARED = (
    "Nobody of {members} stands in {others}: they share not one id, phone or account. If a wrong column was taken: "
    "--map {option} (nearest other headers: {near})"
)
_UNSHARED = {
    "orders": "No member of {members} has an order in {others}: they share not one id, phone or account. If a wrong "
    "column was taken: --map {option} (nearest other headers: {near})",
    "referrals": _NOBODY_SHARED,
    "events": _NOBODY_SHARED,
}
_MOST = 0.5
_WORDS_SHOWN = 5
_REJECTED = {
    "unknown_status": "{sheet}: nobody knows the status of {count} of {rows} rows ({words}), which were rejected. "
    "A preset of your own says what these words mean: siyu check --make-preset NAME",
    "missing_amount": "{sheet}: {count} of {rows} rows have no amount ({columns}) and were rejected. "
    "Nearest headers: {near}. To choose one: --map {option}",
    "missing_date": "{sheet}: {count} of {rows} rows have no date ({columns}) and were rejected. "
    "Nearest headers: {near}. To choose one: --map {option}",
    "any": "{sheet}: {count} of {rows} rows were rejected because of what stands under {columns}. "
    "Nearest other headers: {near}. To choose one: --map {option}",
}
_REJECTED_WITHOUT_COLUMN = {
    "missing_amount": "{sheet}: no column says what was paid, so {count} of {rows} rows were rejected. "
    "Nearest headers: {near}. To choose one: --map {option}",
    "missing_date": "{sheet}: no column says when it was, so {count} of {rows} rows were rejected. "
    "Nearest headers: {near}. To choose one: --map {option}",
    "any": "{sheet}: {count} of {rows} rows were rejected; siyu check --rejects FILE lists each with its reason. "
    "Nearest headers: {near}. To choose one: --map {option}",
}


def vanished_notes(
    connection: duckdb.DuckDBPyConnection,
    sheets: Sequence[SheetSource],
    reports: Mapping[int, SheetReport],
    max_guest_share: float,
) -> list[Note]:
    """Return a finding for every sheet most of whose rows came to nothing, and for roles that share no member."""
    notes = []
    for sheet in sheets:
        report = reports[sheet.source]
        rows = data_rows(report)
        if report.skipped.get("no_member", 0) > max_guest_share * rows:
            notes += _nobodys_note(sheet, report)
        elif report.rows_rejected > _MOST * rows:
            notes += _rejected_note(connection, sheet, report)
        elif report.skipped.get("unpaid", 0) > _MOST * rows and not sheet.has("status"):
            facts = sheet_facts(report) | {"count": report.skipped["unpaid"], "header": sheet.header_of("paid_at")}
            notes.append(Note(
                "{sheet}: {header} is blank in {count} of {rows} rows, and without a status these count as not paid. "
                "If they are paid, map another column: --map orders.paid_at=HEADER",
                facts, is_finding=True,
            ))  # fmt: skip
    notes += [note for sheet in sheets for note in (*_by_values_notes(sheet), *_received_notes(sheet))]
    notes += _unnumbered_notes(connection, sheets)
    return notes + _unshared_notes(connection, sheets, reports)


def _nobodys_note(sheet: SheetSource, report: SheetReport) -> list[Note]:
    keys = WHOSE[sheet.match.table or ""]
    found = [column.header for column in sheet.match.columns if column.key in (*keys, "receiver_phone")]
    facts = sheet_facts(report) | nearest_facts(sheet.match, keys)
    facts |= {"count": report.skipped["no_member"], "columns": ", ".join(found)}
    if not found:
        return [Note(
            "{sheet}: no column says whose the rows are (id, phone or account), so {count} of {rows} were left out. "
            "Nearest headers: {near}. To choose one: --map {option}",
            facts, is_finding=True,
        )]  # fmt: skip
    if sheet.match.table == "contacts":
        # Few friends leave their phone: these rows are no members, and nothing is wrong.
        return []
    return [Note(
        "{sheet}: {columns} is blank in {count} of {rows} rows, which were left out. If another column says whose they "
        "are: --map {option} (nearest headers: {near}). If so many are guests, raise [load] max_guest_share.",
        facts, is_finding=True,
    )]  # fmt: skip


def _rejected_note(connection: duckdb.DuckDBPyConnection, sheet: SheetSource, report: SheetReport) -> list[Note]:
    table = sheet.match.table or ""
    counted = exp.select("verdict", "cast(sum(rows) as bigint) as rows").from_(f"{table}_verdicts").where(
        exp.column("source").eq(sheet.source), exp.column("verdict").like("reject:%")
    ).group_by("verdict").order_by("2 desc", "1").limit(1)  # fmt: skip
    verdict, count = first_row(connection, counted.sql("duckdb"))
    if count <= _MOST * data_rows(report):
        return []
    reason = verdict.removeprefix("reject:")
    keys = [key for key in COLUMN_OF.get(reason, _KEYS_OF.get(reason, ())) if key in sheet.table.keys]
    if not keys:
        keys = _keys_at_fault(connection, sheet, reason)
    found = [column.header for column in sheet.match.columns if column.key in keys]
    facts = sheet_facts(report) | {"count": count, "columns": ", ".join(found)}
    facts |= nearest_facts(sheet.match, keys or WHOSE.get(table, sheet.table.keys))
    if reason == "unknown_status":
        words = connection.execute(script("warnings")["unknown_words"], {"source": sheet.source}).fetchall()
        facts["words"] = ", ".join(word for (word,) in words[:_WORDS_SHOWN])
    known = _REJECTED if found else _REJECTED_WITHOUT_COLUMN
    message = known[reason if reason in known else "any"]
    return [Note(message, facts, is_finding=True)]


def _keys_at_fault(connection: duckdb.DuckDBPyConnection, sheet: SheetSource, reason: str) -> list[str]:
    """Return the column under which most of a sheet's rejects of a reason stand that any column may have."""
    own = {"file": sheet.raw.file, "sheet": sheet.raw.sheet, "reason": reason}
    headers = connection.execute(script("warnings")["faulty_headers"], own).fetchall()
    return [column.key for (header,) in headers for column in sheet.match.columns if column.header == header]


def _by_values_notes(sheet: SheetSource) -> Iterator[Note]:
    """Yield what was taken for a column by its values alone: a date so found is a finding until it is settled."""
    for column in sheet.match.columns:
        if column.how != "values":
            continue
        facts = {"sheet": sheet_name(sheet.raw.file, sheet.raw.sheet), "header": column.header}
        facts["option"] = f"{sheet.match.table}.{column.key}={column.header}"
        if column.key == "ordered_at":
            yield Note(
                "{sheet}: no header says when the orders were. {header}, the only column of dates, was taken. "
                "To settle it: --map {option}",
                facts, is_finding=True,
            )  # fmt: skip
        elif column.key == "kind":
            yield Note(
                "{sheet}: no header is known for what rows are. {header} was taken, by its values. "
                "To settle it: --map {option}",
                facts,
            )
        else:
            yield Note(
                "{sheet}: no header is known for the order number. {header} was taken, by its values. "
                "To settle it: --map {option}",
                facts,
            )


def _received_notes(sheet: SheetSource) -> Iterator[Note]:
    """Yield that receivers stand in for buyers: a finding where the platform's export names buyers otherwise."""
    header = sheet.header_of("receiver_phone")
    if sheet.match.table != "orders" or header is None or sheet.has(*WHOSE["orders"]):
        return
    preset = sheet.match.preset
    facts: dict[str, object] = {"sheet": sheet_name(sheet.raw.file, sheet.raw.sheet), "header": header}
    yield Note(
        "{sheet}: no column says who the buyer is, so the receiver's phone ({header}) stands in. "
        "Nearest headers: {near}. To choose one: --map {option}",
        facts | nearest_facts(sheet.match, WHOSE["orders"]),
        is_finding=preset is not None and any(key in preset.columns for key in WHOSE["orders"]),
    )


def _unnumbered_notes(connection: duckdb.DuckDBPyConnection, sheets: Sequence[SheetSource]) -> list[Note]:
    """Return what is told of orders that had to be put together by member and time, where that merged rows."""
    notes = []
    for sheet in sheets:
        preset = sheet.match.preset
        if sheet.match.table != "orders" or sheet.has("order_id") or (preset and "order_id" not in preset.columns):
            continue
        rows, orders = first_row(connection, script("warnings")["orders_by_time"], {"source": sheet.source})
        if rows > orders:
            facts = {"sheet": sheet_name(sheet.raw.file, sheet.raw.sheet), "orders": orders, "rows": rows}
            notes.append(Note(
                "{sheet} has no order number: what a member bought at one time counts as one order ({orders} orders of "
                "{rows} rows). To name the column: --map {option} (nearest headers: {near})",
                facts | nearest_facts(sheet.match, ("order_id",)),
            ))  # fmt: skip
    return notes


def _unshared_notes(
    connection: duckdb.DuckDBPyConnection, sheets: Sequence[SheetSource], reports: Mapping[int, SheetReport]
) -> list[Note]:
    """Return a finding for two roles that were given and used, and have not one member in common."""
    used = {
        role: [sheet for sheet in sheets if sheet.match.table in tables and reports[sheet.source].rows_used]
        for role, tables in _ROLES.items()
    }
    notes = [*_early_notes(sheets, reports)]
    for one, other in (("members", "orders"), ("members", "referrals"), ("members", "events")):
        if not used[one] or not used[other] or first_row(connection, script("warnings")[f"shared_with_{other}"]):
            continue
        facts: dict[str, object] = {"members": _named(used[one]), "others": _named(used[other])}
        sheet = used[other][0]
        facts |= nearest_facts(sheet.match, WHOSE[sheet.match.table or ""])
        notes.append(Note(_UNSHARED[other], facts, is_finding=True))
    return notes


def _early_notes(sheets: Sequence[SheetSource], reports: Mapping[int, SheetReport]) -> Iterator[Note]:
    """Yield that all orders are after the as-of date: as of then there is no order."""
    orders = [sheet for sheet in sheets if sheet.match.table == "orders"]
    late = sum(reports[sheet.source].skipped.get("after_as_of", 0) for sheet in orders)
    if late and late == sum(data_rows(reports[sheet.source]) for sheet in orders):
        yield Note(
            "All {rows} rows of {others} are after the as-of date: as of then there is not one order.",
            {"rows": late, "others": ", ".join(dict.fromkeys(sheet.raw.file for sheet in orders))},
            is_finding=True,
        )


def _named(sheets: Sequence[SheetSource]) -> str:
    """Return files with the columns that say whose their rows are: ``会员.csv (会员编号, 手机号)``."""
    named = []
    for sheet in sheets:
        keys = (*WHOSE[sheet.match.table or ""], "receiver_phone")
        found = ", ".join(column.header for column in sheet.match.columns if column.key in keys)
        named.append(f"{sheet.raw.file} ({found})" if found else sheet.raw.file)
    return ", ".join(dict.fromkeys(named))
