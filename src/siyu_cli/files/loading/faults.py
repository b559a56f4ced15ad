"""What only a reader can see: bytes that are no text, digits a spreadsheet lost, formulas without a value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli.files.loading.scripts import call, create

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from siyu_cli.files.loading.sheet import SheetSource
    from siyu_cli.files.reading.sheets import CellFault

WHOLE_ROW = "row"
OF_ROWS = ("undecodable", "extra_cells", "split_amount")
# Which column a rejected row is shown with, when no single cell of it is at fault.
COLUMN_OF = {
    "missing_date": ("paid_at", "ordered_at", "refunded_at", "spent_on", "happened_at", "changed_at", "changed_on"),
    "missing_level": ("level_to",),
    "missing_amount": ("paid_amount", "unit_price", "refunded_amount", "amount", "change"),
    "unknown_status": ("status", "direction"),
    "sign_conflict": ("direction", "change"),
    "order_conflict": ("order_id",),
    "shared_phone": ("phone", "receiver_phone"),
}


def faults_of(reasons: Mapping[str, str]) -> exp.Expr:
    """Return the faults of a row, given columns that hold a reason or nothing and which cell each is about."""
    if not reasons:
        return no_faults()
    each = [call("fault", exp.Literal.string(key), exp.column(name)) for name, key in reasons.items()]
    # Few rows have any: only for those a list is made.
    is_any = exp.func("coalesce", *map(exp.column, reasons)).is_(exp.null()).not_()
    return exp.Case().when(is_any, call("faults_among", exp.Array(expressions=each)))


def no_faults() -> exp.Expr:
    """Return the faults of a row that has none."""
    return exp.cast(exp.null(), exp.DataType.build("struct(key varchar, reason varchar)[]", dialect="duckdb"))


def mark_faults(connection: duckdb.DuckDBPyConnection, sheet: SheetSource) -> None:
    """Add what the reader found at mapped cells to the ``faults`` of ``source_<n>``, before those of its cells.

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
    read = pa.table({
        "row": pa.array([fault.row for fault, _ in found], pa.int64()),
        "key": [key for _, key in found],
        "value": [_shown(fault) for fault, _ in found],
    })  # fmt: skip
    connection.register(name + "_read", read)
    create(connection, name, exp.select("*").from_(name + "_read"), is_temporary=False)
    connection.register(name + "_told", _by_row(found))
    told = call("list_concat", exp.column("told"), exp.column("faults"))
    update = exp.update(
        f"source_{sheet.source}", {"faults": told, "is_blank": exp.false(), "is_title": exp.false()},
        where=exp.column("row").eq(exp.column("at")), from_=exp.From(this=exp.to_table(name + "_told")),
    )  # fmt: skip
    connection.execute(update.sql("duckdb"))


def _by_row(found: Iterable[tuple[CellFault, str]]) -> pa.Table:
    """Return the faults of each row as a list, the first of OF_ROWS first."""
    import pyarrow as pa

    told: dict[int, list[dict[str, str]]] = {}
    ranks = {reason: place for place, reason in enumerate(OF_ROWS)}
    for fault, key in sorted(found, key=lambda one: ranks.get(one[0].reason, len(ranks))):
        told.setdefault(fault.row, []).append({"key": key, "reason": fault.reason})
    kind = pa.list_(pa.struct([("key", pa.string()), ("reason", pa.string())]))
    return pa.table({"at": pa.array(told, pa.int64()), "told": pa.array(told.values(), kind)})


def shown_keys(connection: duckdb.DuckDBPyConnection, relation: str) -> set[str]:
    """Return the columns whose cells a reject may be shown with: those that have faults or may be found to have."""
    each = exp.alias_(call("unnest", call("keys_of", exp.column("faults"))), "key")
    found = connection.execute(exp.select(each).distinct().from_(relation).sql("duckdb"))
    judged = {"refund_status", *(key for keys in COLUMN_OF.values() for key in keys)}
    return judged | {key for (key,) in found.fetchall()}


def _shown(fault: CellFault) -> str:
    # A row of text may hold a person's name beside the bytes that did not decode: only those are shown.
    if fault.reason != "undecodable":
        return fault.value
    import re

    return " ".join(re.findall(r"(?:\\x[0-9a-f]{2})+", fault.value))[:60]
