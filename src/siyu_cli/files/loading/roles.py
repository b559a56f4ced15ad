"""What findings on vanished roles say: which sheet, how many rows, the nearest headers and the --map to try."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from siyu_cli.files.loading.report import SheetReport
from siyu_cli.files.recognition.mapping import find_columns
from siyu_cli.files.recognition.nearest import nearest_headers
from siyu_cli.masks import mask_contacts, mask_header, mask_word

if TYPE_CHECKING:
    from siyu_cli.files.recognise import Match

# The columns that say whose a row is.
WHOSE = {
    "orders": ("member_id", "phone", "account"),
    "members": ("member_id", "phone", "account"),
    "contacts": ("member_id", "phone"),
    "events": ("member_id", "phone", "account"),
    "level_log": ("member_id", "phone", "account"),
    "points_log": ("member_id", "phone", "account"),
    "referrals": ("inviter_id", "inviter_phone", "invitee_id", "invitee_phone"),
}
# Rows that are no data, whatever is in the sheet.
_NO_DATA = ("blank_row", "title_row", "units_row", "total_row")
# Nearer than this a header is worth trying.
_NEAR = 0.5


def nearest_facts(match: Match, keys: Sequence[str], table: str | None = None) -> dict[str, str]:
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
    is_person = any(mask_contacts(name) != name for name in named)  # no headers, but somebody's row
    named = [(mask_word if is_person else mask_header)(name) for name in named]
    return {"near": ", ".join(named), "option": f"{table}.{key}={header}"}


def sheet_facts(report: SheetReport) -> dict[str, object]:
    """Return the facts ``sheet`` and ``rows``: which sheet, and how many rows of data it has."""
    return {"sheet": sheet_name(report.file, report.sheet), "rows": data_rows(report)}


def sheet_name(file: str, sheet: str | None) -> str:
    """Return a sheet as it is named to people: ``orders.xlsx › Sheet1``."""
    return " › ".join(part for part in (file, sheet) if part)


def data_rows(report: SheetReport) -> int:
    """Return the rows of a sheet that are data: without blank rows, titles, units and totals."""
    return report.rows_in - sum(report.skipped.get(rule, 0) for rule in _NO_DATA)
