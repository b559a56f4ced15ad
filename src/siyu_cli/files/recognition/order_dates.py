"""When an order was, where no header says so: when it was completed, or the one column of dates nobody else needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from siyu_cli.files.recognition import evidence, headers
from siyu_cli.files.recognition.mapping import ColumnMatch, Found, Sheet

_SURE = 0.75
_LIKELY = 0.8
_OF_SALE = frozenset({"product", "quantity", "unit_price", "status"})
# What a date may be of beside an order.
_OF_OTHERS = frozenset(
    {"BIRTH", "JOIN", "REGISTER", "EXPIRES", "UPDATE", "SHIPPED", "REFUND", "CANCEL", "DELETE", "LAST", "FIRST", "ADD"}
)


def with_date(seen: Sheet, found: Found, others: Iterable[Found]) -> Found:
    """Return the columns of an order sheet with a date, if one can be told. ``others``: it as other tables."""
    if found.keys & {"ordered_at", "paid_at"} or not found.keys & {"paid_amount", "unit_price"}:
        return found
    if "completed_at" in found.keys:
        columns = [
            replace(column, key="ordered_at") if column.key == "completed_at" else column for column in found.columns
        ]
        return replace(found, columns=tuple(columns))
    if not _is_order(found):
        return found
    used = {column.position for one in (found, *others) for column in one.columns}
    dates = [
        (spot, header)
        for spot, header in seen.named
        if spot not in used
        and not headers.concepts(header)[0] & _OF_OTHERS
        and evidence.verdict("date", seen.values[spot]) > 0
    ]
    if len(dates) != 1:
        return found
    ((spot, header),) = dates
    return replace(found, columns=(*found.columns, ColumnMatch("ordered_at", header, spot, _SURE, "values")))


def _is_order(found: Found) -> bool:
    has_buyer = bool(found.keys & {"member_id", "phone", "account"})
    return found.sure("order_id") >= _LIKELY or (has_buyer and bool(found.keys & _OF_SALE))
