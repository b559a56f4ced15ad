"""Invites and costs: every row judged, and one table of each, wherever the invites stood (see referrals.sql)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from siyu_cli.files.loading.scripts import script, without_empty_lookups

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.config.sections import MetricsSettings
    from siyu_cli.files.loading.sheet import SheetSource


def judge_referrals(connection: duckdb.DuckDBPyConnection, sheets: Sequence[SheetSource]) -> None:
    """Make ``judged_referrals`` and ``judged_costs`` from the judged members; and who issued which code."""
    statements = script("referrals")
    lists = [sheet for sheet in sheets if sheet.match.table == "referrals"]
    names = (
        "invite_codes" if any(sheet.has("own_codes") for sheet in sheets) else "no_invite_codes",
        "account_owners" if lists or any(sheet.has("inviter_id") for sheet in sheets) else "no_account_owners",
        "judged",
        "judged_costs",
        *(("seen_twice", "without_overlaps") if len(lists) > 1 else ()),
        "first_inviters" if lists and _has_members(sheets) else "no_first_inviters",
    )
    for name in names:
        statement = statements[name]
        if name == "judged" and lists:
            statement = without_empty_lookups(connection, statement)
        connection.execute(statement)


def gather_referrals(connection: duckdb.DuckDBPyConnection, sheets: Sequence[SheetSource]) -> None:
    """Make ``referrals``, once the members are known, and ``sheets_read``: where their rows stand."""
    connection.execute(
        "create or replace temp table sheets_read "
        "(sheet_number bigint, file varchar, sheet varchar, has_joined boolean)"
    )
    for sheet in sheets:
        row = [sheet.source, sheet.raw.file, sheet.raw.sheet, sheet.has("joined_on")]
        connection.execute("insert into sheets_read values (?, ?, ?, ?)", row)
    for name in ("listed_referrals", "referrals" if _has_members(sheets) else "lists_alone"):
        connection.execute(script("referrals")[name])


def gather_costs(connection: duckdb.DuckDBPyConnection, metrics: MetricsSettings) -> None:
    """Make ``costs``: what was spent, by part, and what of it the cost of acquisition counts."""
    chosen = {"cac": list(metrics.cac), "paid_cac": list(metrics.paid_cac)}
    connection.execute(script("referrals")["costs"], chosen)


def _has_members(sheets: Sequence[SheetSource]) -> bool:
    return any(sheet.match.table in ("members", "contacts") for sheet in sheets)
