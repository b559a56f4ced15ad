"""Roles that vanish: a column nobody found, so that members, orders or invites are left out as if by a rule.

What is told here makes every figure doubtful, so each of these notes is a finding.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli.files.loading.faults import COLUMN_OF
from siyu_cli.files.loading.report import Note, SheetReport
from siyu_cli.files.loading.scripts import first_row, script
from siyu_cli.files.recognition.mapping import find_columns
from siyu_cli.files.recognition.nearest import nearest_headers
from siyu_cli.files.recognition.sheet_kind import Missing

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.loading.sources import SheetSource
    from siyu_cli.files.recognise import Match

# The columns that say whose a row is.
WHOSE = {
    "orders": ("member_id", "phone", "account"),
    "members": ("member_id", "phone", "account"),
    "contacts": ("member_id", "phone"),
    "referrals": ("inviter_id", "inviter_phone", "invitee_id", "invitee_phone"),
}
# Reasons that have a column of their own in every table.
_KEYS_OF = {
    "bad_date": ("paid_at", "ordered_at", "spent_on"),
    "ambiguous_date": ("paid_at", "ordered_at", "spent_on"),
    "bad_money": ("paid_amount", "unit_price", "amount"),
    "bad_number": ("quantity",),
    "bad_phone": ("phone", "receiver_phone", "inviter_phone", "invitee_phone"),
    "masked_phone": ("phone", "receiver_phone", "inviter_phone", "invitee_phone"),
    "phone_digits_lost": ("phone", "receiver_phone", "inviter_phone", "invitee_phone"),
    "id_digits_lost": ("member_id", "account", "inviter_id", "invitee_id"),
}
_ROLES = {"members": ("members", "contacts"), "orders": ("orders",), "referrals": ("referrals",)}
_UNSHARED = {
    "orders": "No member of {members} has an order in {others}: they share not one id, phone or account. If a wrong "
    "column was taken: --map {option} (nearest other headers: {near})",
    "referrals": "Nobody of {members} stands in {others}: they share not one id, phone or account. If a wrong column "
    "was taken: --map {option} (nearest other headers: {near})",
}
# Rows that are no data, whatever is in the sheet.
_NO_DATA = ("blank_row", "title_row", "units_row", "total_row")
_MOST = 0.5
_WORDS_SHOWN = 5
# Nearer than this a header is worth trying.
_NEAR = 0.5
# What a sheet lacks to be a table, by the table and the first column of the role.
_MISSING = {
    ("orders", "paid_amount"): "{sheet} looks like orders, but no column is their amount, so all {rows} "
    "rows were left out. Nearest headers: {near}. To choose one: --map {option}",
    ("orders", "ordered_at"): "{sheet} looks like orders, but no column is their date, so all {rows} "
    "rows were left out. Nearest headers: {near}. To choose one: --map {option}",
    ("orders", "order_id"): "{sheet} looks like orders, but no column is their number or their buyer, so all {rows} "
    "rows were left out. Nearest headers: {near}. To choose one: --map {option}",
    ("members", "member_id"): "{sheet} looks like members, but no column says who they are (id, phone or account), so "
    "all {rows} rows were left out. Nearest headers: {near}. To choose one: --map {option}",
    ("referrals", "inviter_id"): "{sheet} looks like invites, but no column is the inviter, so all {rows} "
    "rows were left out. Nearest headers: {near}. To choose one: --map {option}",
    ("referrals", "invitee_id"): "{sheet} looks like invites, but no column is the invitee, so all {rows} "
    "rows were left out. Nearest headers: {near}. To choose one: --map {option}",
    ("costs", "amount"): "{sheet} looks like costs, but no column is their amount, so all {rows} "
    "rows were left out. Nearest headers: {near}. To choose one: --map {option}",
    ("costs", "source_channel"): "{sheet} looks like costs, but no column is their channel or campaign, so all {rows} "
    "rows were left out. Nearest headers: {near}. To choose one: --map {option}",
}
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
        rows = _data_rows(report)
        if report.skipped.get("no_member", 0) > max_guest_share * rows:
            notes += _nobodys_note(sheet, report)
        elif report.rows_rejected > _MOST * rows:
            notes += _rejected_note(connection, sheet, report)
        elif report.skipped.get("unpaid", 0) > _MOST * rows and not sheet.has("status"):
            facts = _facts(report) | {"count": report.skipped["unpaid"], "header": sheet.header_of("paid_at")}
            notes.append(Note(
                "{sheet}: {header} is blank in {count} of {rows} rows, and without a status these count as not paid. "
                "If they are paid, map another column: --map orders.paid_at=HEADER",
                facts, is_finding=True,
            ))  # fmt: skip
    notes += [note for sheet in sheets for note in _by_values_notes(sheet)]
    notes += _unnumbered_notes(connection, sheets)
    return notes + _unshared_notes(connection, sheets, reports)


def left_out_notes(
    connection: duckdb.DuckDBPyConnection, left_out: Mapping[int, tuple[SheetReport, Match]]
) -> list[Note]:
    """Return a note for every sheet that was left out as a whole: a finding where it lacks but one role."""
    notes: list[Note] = []
    details: list[str] = []
    unknown: list[str] = []
    for _, (report, match) in sorted(left_out.items()):
        if "no_buyer_column" in report.skipped:
            if _is_detail(connection, match):
                details.append(report.file)
            else:
                notes.append(blind_note(report, match))
        elif "unrecognised_sheet" in report.skipped:
            if match.missing is not None:
                notes.append(_missing_note(report, match, match.missing))
            else:
                unknown.append(str(_facts(report)["sheet"]))
    if details:
        notes.append(Note("{file} names no buyer and was left out.", {"file": ", ".join(dict.fromkeys(details))}))
    if unknown:
        notes.append(Note(
            "{sheets} holds neither members nor orders and was left out.", {"sheets": ", ".join(unknown)}
        ))  # fmt: skip
    return notes


def blind_note(report: SheetReport, match: Match) -> Note:
    """Return the finding on an order export without a buyer: whom it may name all the same."""
    facts = _facts(report) | _nearest(match, WHOSE["orders"])
    name = match.column("name")
    if name is not None and str(facts["option"]).endswith("=HEADER"):
        return Note(
            "{sheet} names no buyer but by name ({header}), so all {rows} rows were left out. Where no two customers "
            "share a name: --map orders.member_id={header}",
            facts | {"header": name.header},
            is_finding=True,
        )
    return Note(
        "{sheet} names no buyer (no id, phone or account), so all {rows} rows were left out. "
        "Nearest headers: {near}. To choose one: --map {option}",
        facts,
        is_finding=True,
    )


def missing_notes(reports: Mapping[int, SheetReport], matches: Mapping[int, Match]) -> list[Note]:
    """Return the finding on every sheet taken for nothing that lacks but one role."""
    return [
        _missing_note(reports[place], match, match.missing)
        for place, match in sorted(matches.items()) if match.missing is not None
    ]  # fmt: skip


def _missing_note(report: SheetReport, match: Match, missing: Missing) -> Note:
    facts = _facts(report) | _nearest(match, missing.keys, missing.table)
    return Note(_MISSING[missing.table, missing.keys[0]], facts, is_finding=True)


def _nobodys_note(sheet: SheetSource, report: SheetReport) -> list[Note]:
    keys = WHOSE[sheet.match.table or ""]
    found = [column.header for column in sheet.match.columns if column.key in (*keys, "receiver_phone")]
    facts = _facts(report) | _nearest(sheet.match, keys)
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
    if count <= _MOST * _data_rows(report):
        return []
    reason = verdict.removeprefix("reject:")
    keys = [key for key in COLUMN_OF.get(reason, _KEYS_OF.get(reason, ())) if key in sheet.table.keys]
    found = [column.header for column in sheet.match.columns if column.key in keys]
    facts = _facts(report) | {"count": count, "columns": ", ".join(found) or "–"}
    facts |= _nearest(sheet.match, keys or WHOSE.get(table, sheet.table.keys))
    if reason == "unknown_status":
        words = connection.execute(script("warnings")["unknown_words"], {"source": sheet.source}).fetchall()
        facts["words"] = ", ".join(word for (word,) in words[:_WORDS_SHOWN])
    message = _REJECTED[reason if reason in _REJECTED else "any"]
    return [Note(message, facts, is_finding=True)]


def _by_values_notes(sheet: SheetSource) -> Iterator[Note]:
    """Yield what was taken for a column by its values alone: a date so found is a finding until it is settled."""
    for column in sheet.match.columns:
        if column.how != "values":
            continue
        facts = {"sheet": _name(sheet.raw.file, sheet.raw.sheet), "header": column.header}
        facts["option"] = f"{sheet.match.table}.{column.key}={column.header}"
        if column.key == "ordered_at":
            yield Note(
                "{sheet}: no header says when the orders were. {header}, the only column of dates, was taken. "
                "To settle it: --map {option}",
                facts, is_finding=True,
            )  # fmt: skip
        else:
            yield Note(
                "{sheet}: no header is known for the order number. {header} was taken, by its values. "
                "To settle it: --map {option}",
                facts,
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
            facts = {"sheet": _name(sheet.raw.file, sheet.raw.sheet), "orders": orders, "rows": rows}
            notes.append(Note(
                "{sheet} has no order number: what a member bought at one time counts as one order ({orders} orders of "
                "{rows} rows). To name the column: --map {option} (nearest headers: {near})",
                facts | _nearest(sheet.match, ("order_id",)),
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
    notes = []
    for one, other in (("members", "orders"), ("members", "referrals")):
        if not used[one] or not used[other] or first_row(connection, script("warnings")[f"shared_with_{other}"]):
            continue
        facts: dict[str, object] = {"members": _named(used[one]), "others": _named(used[other])}
        sheet = used[other][0]
        facts |= _nearest(sheet.match, WHOSE[sheet.match.table or ""])
        notes.append(Note(_UNSHARED[other], facts, is_finding=True))
    return notes


def _named(sheets: Sequence[SheetSource]) -> str:
    """Return files with the columns that say whose their rows are: ``会员.csv (会员编号, 手机号)``."""
    named = []
    for sheet in sheets:
        keys = (*WHOSE[sheet.match.table or ""], "receiver_phone")
        found = ", ".join(column.header for column in sheet.match.columns if column.key in keys)
        named.append(f"{sheet.raw.file} ({found})" if found else sheet.raw.file)
    return ", ".join(dict.fromkeys(named))


def _is_detail(connection: duckdb.DuckDBPyConnection, match: Match) -> bool:
    """Return whether a sheet without buyers holds details of orders that another sheet has, by a look at some."""
    column = match.column("order_id")
    if column is None or match.seen is None:
        return False
    numbers = list(dict.fromkeys(match.seen.values[column.position]))
    (known,) = first_row(connection, script("warnings")["known_orders"], {"numbers": numbers})
    return 2 * int(known) >= len(numbers) > 0


def _nearest(match: Match, keys: Sequence[str], table: str | None = None) -> dict[str, str]:
    """Return the facts ``near`` and ``option``: the headers nearest to missing columns, and how to choose the first."""
    if match.seen is None:  # an export without a header has no other
        return {"near": "–", "option": f"{match.table}.{keys[0]}=HEADER"}
    table = table or match.table or ""
    columns = match.columns or find_columns(match.seen, table).columns
    taken = [column.position for column in columns if column.how != "similar"]
    leads = nearest_headers(match.seen, table, keys, taken)
    named = [lead.header for lead in leads] or [header for _, header in match.seen.named][:8]
    key, header = keys[0], "HEADER"
    if leads and leads[0].nearness >= _NEAR:
        key, header = leads[0].key, leads[0].header
    return {"near": ", ".join(named), "option": f"{table}.{key}={header}"}


def _facts(report: SheetReport) -> dict[str, object]:
    return {"sheet": _name(report.file, report.sheet), "rows": _data_rows(report)}


def _name(file: str, sheet: str | None) -> str:
    return " › ".join(part for part in (file, sheet) if part)


def _data_rows(report: SheetReport) -> int:
    return report.rows_in - sum(report.skipped.get(rule, 0) for rule in _NO_DATA)
