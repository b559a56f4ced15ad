"""Sheets that are left out as a whole: a finding where one lacks but one role, or names no buyer of new orders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from siyu_cli.files.loading.report import Note, SheetReport
from siyu_cli.files.loading.roles import WHOSE, nearest_facts, sheet_facts
from siyu_cli.files.loading.scripts import first_row, script
from siyu_cli.files.recognition.sheet_kind import Missing

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.recognise import Match

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
    ("points_log", "member_id"): "{sheet} looks like a log of points, but no column says whose they are (id, phone or "
    "account), so all {rows} rows were left out. Nearest headers: {near}. To choose one: --map {option}",
    (
        "points_log",
        "changed_at",
    ): "{sheet} looks like a log of points, but no column says when they changed, so all {rows} "
    "rows were left out. Nearest headers: {near}. To choose one: --map {option}",
    ("level_log", "member_id"): "{sheet} looks like a log of levels, but no column says whose they are (id, phone or "
    "account), so all {rows} rows were left out. Nearest headers: {near}. To choose one: --map {option}",
    (
        "level_log",
        "changed_on",
    ): "{sheet} looks like a log of levels, but no column says when they changed, so all "
    "{rows} rows were left out. Nearest headers: {near}. To choose one: --map {option}",
    ("costs", "amount"): "{sheet} looks like costs, but no column is their amount, so all {rows} "
    "rows were left out. Nearest headers: {near}. To choose one: --map {option}",
    ("costs", "source_channel"): "{sheet} looks like costs, but no column is their channel or campaign, so all {rows} "
    "rows were left out. Nearest headers: {near}. To choose one: --map {option}",
}


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
                unknown.append(str(sheet_facts(report)["sheet"]))
    if details:
        notes.append(Note("{file} names no buyer and was left out.", {"file": ", ".join(dict.fromkeys(details))}))
    if unknown:
        notes.append(Note(
            "{sheets} holds neither members nor orders and was left out.", {"sheets": ", ".join(unknown)}
        ))  # fmt: skip
    return notes


def blind_note(report: SheetReport, match: Match) -> Note:
    """Return the finding on an order export without a buyer: whom it may name all the same."""
    facts = sheet_facts(report) | nearest_facts(match, WHOSE["orders"])
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
    facts = sheet_facts(report) | nearest_facts(match, missing.keys, missing.table)
    return Note(_MISSING[missing.table, missing.keys[0]], facts, is_finding=True)


def _is_detail(connection: duckdb.DuckDBPyConnection, match: Match) -> bool:
    """Return whether a sheet without buyers holds details of orders that another sheet has, by a look at some."""
    columns = [column for key in ("order_id", "original_order_id") if (column := match.column(key)) is not None]
    if match.seen is None:
        return False
    for column in columns:
        numbers = list(dict.fromkeys(match.seen.values[column.position]))
        (known,) = first_row(connection, script("warnings")["known_orders"], {"numbers": numbers})
        if 2 * int(known) >= len(numbers) > 0:
            return True
    return False
