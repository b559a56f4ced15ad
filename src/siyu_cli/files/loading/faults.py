"""What only a reader can see: bytes that are no text, digits a spreadsheet lost, formulas without a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli.files.loading.scripts import call, create

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.loading.sheet import SheetSource
    from siyu_cli.files.reading.sheets import CellFault

WHOLE_ROW = "row"
OF_ROWS = ("undecodable", "extra_cells", "split_amount")
# Which column a rejected row is shown with, when no single cell of it is at fault.
COLUMN_OF = {
    "missing_date": ("paid_at", "ordered_at", "refunded_at", "spent_on"),
    "missing_amount": ("paid_amount", "unit_price", "refunded_amount", "amount"),
    "unknown_status": ("status",),
    "order_conflict": ("order_id",),
    "shared_phone": ("phone", "receiver_phone"),
}


def mark_faults(connection: duckdb.DuckDBPyConnection, sheet: SheetSource) -> None:
    """Add what the reader found at mapped cells to the ``faults`` of ``source_<n>``.

    The faults kept on the sheet are then those that matter: of a column that is used, or of a whole row.
    """
    import pyarrow as pa

    keys = {column.position: column.key for column in sheet.match.columns}
    first = sheet.raw.first_row + sheet.match.first_data_row
    found = [
        (fault, WHOLE_ROW if fault.reason in OF_ROWS else keys[fault.column])
        for fault in (*sheet.raw.faults, *sheet.faults)
        if fault.row >= first and (fault.reason in OF_ROWS or fault.column in keys)
    ]
    sheet.faults = tuple(fault for fault, _ in found)
    if not found:
        return
    name = f"faults_{sheet.source}"
    connection.register(name + "_read", pa.table({
        "row": pa.array([fault.row for fault, _ in found], pa.int64()),
        "key": [key for _, key in found],
        "fault": [f"{key}:{fault.reason}" for fault, key in found],
        "value": [_shown(fault) for fault, _ in found],
    }))  # fmt: skip
    create(connection, name, exp.select("*").from_(name + "_read"), is_temporary=False)
    by_row = exp.select(
        exp.alias_(exp.column("row"), "at"),
        exp.alias_(call("string_agg", exp.column("fault"), exp.Literal.string(";")), "told"),
    ).from_(name).group_by("row")  # fmt: skip
    told = call("concat_ws", exp.Literal.string(";"), exp.column("told"), exp.column("faults"))
    update = exp.update(
        f"source_{sheet.source}", {"faults": told, "is_blank": exp.false(), "is_title": exp.false()},
        where=exp.column("row").eq(exp.column("at")), from_=exp.From(this=by_row.subquery("found")),
    )  # fmt: skip
    connection.execute(update.sql("duckdb"))


def shown_keys(connection: duckdb.DuckDBPyConnection, relation: str) -> set[str]:
    """Return the columns whose cells a reject may be shown with: those that have faults or may be found to have."""
    each = call("unnest", call("string_split", exp.column("faults"), exp.Literal.string(";")))
    faults = exp.select(exp.alias_(each, "fault")).from_(relation).where(
        exp.column("faults").is_(exp.null()).not_()
    )  # fmt: skip
    key = call("split_part", exp.column("fault"), exp.Literal.string(":"), exp.Literal.number(1))
    found = connection.execute(exp.select(key).distinct().from_(faults.subquery("told")).sql("duckdb"))
    judged = {"refund_status", *(key for keys in COLUMN_OF.values() for key in keys)}
    return judged | {key for (key,) in found.fetchall()}


def _shown(fault: CellFault) -> str:
    # A row of text may hold a person's name beside the bytes that did not decode: only those are shown.
    if fault.reason != "undecodable":
        return fault.value
    import re

    return " ".join(re.findall(r"(?:\\x[0-9a-f]{2})+", fault.value))[:60]
