"""Roles that vanish: a column nobody found, so that members, orders or invites are left out as if by a rule.

What is told here makes every figure doubtful, so each of these notes is a finding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from siyu_cli.files.loading.report import Note, SheetReport
from siyu_cli.files.recognition.nearest import nearest_headers

if TYPE_CHECKING:
    from siyu_cli.files.loading.sources import SheetSource

# The columns that say whose a row is.
_WHOSE = {
    "orders": ("member_id", "phone", "account"),
    "members": ("member_id", "phone", "account"),
    "contacts": ("member_id", "phone"),
    "referrals": ("inviter_id", "inviter_phone", "invitee_id", "invitee_phone"),
}
# Rows that are no data, whatever is in the sheet.
_NO_DATA = ("blank_row", "title_row", "units_row", "total_row")


def vanished_notes(
    sheets: Sequence[SheetSource], reports: Mapping[int, SheetReport], max_guest_share: float
) -> list[Note]:
    """Return a finding for every sheet most of whose rows belong to nobody."""
    return [
        _nobodys_note(sheet, reports[sheet.source])
        for sheet in sheets
        if reports[sheet.source].skipped.get("no_member", 0) > max_guest_share * _data_rows(reports[sheet.source])
    ]


def _nobodys_note(sheet: SheetSource, report: SheetReport) -> Note:
    table = sheet.match.table or ""
    keys = _WHOSE[table]
    found = [column.header for column in sheet.match.columns if column.key in (*keys, "receiver_phone")]
    facts = {
        "sheet": " › ".join(part for part in (report.file, report.sheet) if part),
        "count": report.skipped["no_member"],
        "rows": _data_rows(report),
        "columns": ", ".join(found),
        **_nearest(sheet, keys),
    }
    if not found:
        return Note(
            "{sheet}: no column says whose the rows are (id, phone or account), so {count} of {rows} were left out. "
            "Nearest headers: {near}. To choose one: --map {option}",
            facts,
            is_finding=True,
        )
    return Note(
        "{sheet}: {columns} is blank in {count} of {rows} rows, which were left out. If another column says whose they "
        "are: --map {option} (nearest headers: {near}). If so many are guests, raise [load] max_guest_share.",
        facts,
        is_finding=True,
    )


def _nearest(sheet: SheetSource, keys: Sequence[str]) -> dict[str, str]:
    """Return the facts ``near`` and ``option``: the headers nearest to missing columns, and how to choose the first."""
    assert sheet.match.seen is not None
    used = [column.position for column in sheet.match.columns]
    leads = nearest_headers(sheet.match.seen, sheet.match.table or "", keys, used)
    key, header = (leads[0].key, leads[0].header) if leads else (keys[0], "HEADER")
    return {
        "near": ", ".join(lead.header for lead in leads) or "–",
        "option": f"{sheet.match.table}.{key}={header}",
    }


def _data_rows(report: SheetReport) -> int:
    return report.rows_in - sum(report.skipped.get(rule, 0) for rule in _NO_DATA)
