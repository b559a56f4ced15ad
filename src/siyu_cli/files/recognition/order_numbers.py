"""The order number by its values, where no header says so: each number is one member's at one time.

A store, a till or a product goes with many members, a line's own number with one row alone; an order's number is
on all rows of one purchase and on no other.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from siyu_cli.files.recognition import evidence, headers
from siyu_cli.files.recognition.mapping import ColumnMatch, Found, Sheet

_SURE = 0.8
_FEWEST = 3
_FEWEST_NAMELESS = 5
_CODES = frozenset({"integer", "code", "cipher", "phone", "compact_date", "text"})
_WHOSE = ("member_id", "phone", "account", "receiver_phone", "name")
_WHEN = ("ordered_at", "paid_at")
# What a number may be of beside an order, so that it is not the order's.
_OF_OTHERS = frozenset(
    {"SHOP", "STAFF", "PRODUCT", "BUYER", "RECEIVER", "CARD", "PHONE", "ACCOUNT", "NAME", "NICK", "STATUS", "KIND"}
    | {"SOURCE", "LEVEL", "LOGISTICS", "COUPON", "CITY", "TAG", "TIME", "AMOUNT", "TOTAL", "PRICE", "COUNT", "POINTS"}
    | {"PERIOD", "AGE", "ADDRESS", "REFERRER", "AFFILIATE", "SUB", "INVOICING"}
)
_SERIALS = frozenset({"序号", "行号", "no", "id", "编号", "row", "index", "line", "lineno", "seq", "rowid", "rowno"})


def with_order_number(seen: Sheet, found: Found) -> Found:
    """Return the columns of an order sheet with the order number its values tell, if they tell one."""
    if found.table != "orders" or "order_id" in found.keys:
        return found
    used = {column.position for column in found.columns if column.how != "similar"}
    purchases = _purchases(seen, found)
    told = [
        (_kinship(seen, spot), spot)
        for spot, header in seen.named
        if spot not in used and _is_number_of(seen, spot, header, purchases)
    ]
    if not told:
        return found
    _, spot = max(told, key=lambda one: (one[0], -one[1]))
    number = ColumnMatch("order_id", seen.cells[spot] or "", spot, _SURE, "values")
    others = [column for column in found.columns if column.position != spot]
    return replace(found, columns=(number, *others))


def _purchases(seen: Sheet, found: Found) -> list[tuple[str, str] | None]:
    """Return whose and when each of the first rows is, None where a row does not say."""
    at = {column.key: column.position for column in found.columns}
    whose = [seen.columns[at[key]] for key in _WHOSE if key in at][:1]
    when = [seen.columns[at[key]] for key in _WHEN if key in at][:1]
    if not whose or not when:
        return []
    return [(who, day) if who and day else None for who, day in zip(whose[0], when[0], strict=True)]


def _is_number_of(seen: Sheet, spot: int, header: str, purchases: list[tuple[str, str] | None]) -> bool:
    has, _ = headers.concepts(header)
    if has & _OF_OTHERS or headers.plain(header) in _SERIALS:
        return False
    of = defaultdict(set)
    rows = 0
    for cell, purchase in zip(seen.columns[spot], purchases, strict=False):
        if purchase is None:
            continue
        if not cell or evidence.kind_of(cell) not in _CODES:
            return False
        of[cell].add(purchase)
        rows += 1
    if rows < _FEWEST or len(of) < 2 or any(len(one) > 1 for one in of.values()):
        return False
    if has & {"ORDER", "PURCHASE", "ID", "UNIQUE"}:
        return True
    # A name that says nothing needs many numbers, so that it is no till, on several rows, so that it is no line's own.
    return _FEWEST_NAMELESS <= len(of) < rows


def _kinship(seen: Sheet, spot: int) -> int:
    has, _ = headers.concepts(seen.cells[spot] or "")
    return 2 * ("ORDER" in has) + ("ID" in has)
