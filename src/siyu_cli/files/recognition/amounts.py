"""Which amount a header means: what was paid, received, due, a total, goods before discounts; and in which unit.

The sum of an order log turns on this choice, so what a buyer paid or the shop received goes before what was due,
that before order totals, those before goods totals, and list prices come last, however well their names are known.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal

from siyu_cli.files.recognition import evidence, headers

PAID, RECEIVED, DUE, TOTAL, GOODS, LIST = range(6)
_BEFORE_DISCOUNT = re.compile(
    r"原价|吊牌|市场价|划线|折前|优惠前|标价|定价|gross|before|original|msrp|listprice|compareat"
)
_UNITS = {
    name: Decimal(unit)
    for name, unit in {"分": "0.01", "角": "0.1", "千元": "1000", "万元": "10000", "万": "10000"}.items()
}
_UNIT = re.compile(r"[(（\[【]\s*(?:单位\s*[:：]?)?\s*(分|角|千元|万元|万)\s*[)）\]】]")
_CENTS = re.compile(r"(?:^|[^a-z])(?:cents?|fen|minor units?)(?:$|[^a-z])")
_HANDED_OVER = re.compile(r"现金|收|tender|cash|received|collected", re.IGNORECASE)
_BARE_AMOUNTS = frozenset({"amount", "amt"})
_MOST_PIECES = 100
_MOSTLY = 0.8


def rank(header: str) -> int:
    """Return which amount a header means, from PAID, the best, to LIST.

    >>> [rank(name) for name in ("实付款", "商家实收金额", "应付金额", "订单金额", "商品总价", "Gross Sales")]
    [0, 1, 2, 3, 4, 5]
    """
    has = headers.concepts(header)[0]
    if _BEFORE_DISCOUNT.search(headers.plain(header)):
        return LIST
    if "PAID" in has or ("PAY" in has and has & {"AMOUNT", "TOTAL"}) or has == {"PAY"}:
        return PAID
    if "RECEIVED" in has:
        return RECEIVED
    if "DUE" in has:
        return DUE
    return GOODS if has & {"PRODUCT", "SUBTOTAL"} and "ORDER" not in has else TOTAL


def buyer_first(header: str) -> float:
    """Return a small bias: of two amounts of one rank the buyer's goes before the seller's."""
    has = headers.concepts(header)[0]
    return 0.01 * (("BUYER" in has) - ("SELLER" in has))


def is_handed_over(header: str) -> bool:
    """Return whether a header may mean the money that was handed over, with the change that went back in it."""
    return _HANDED_OVER.search(header) is not None and "DUE" not in headers.concepts(header)[0]


def is_nothing(values: Sequence[str]) -> bool:
    """Return whether a column of amounts holds zeros only."""
    return bool(values) and all(not any(digit in "123456789" for digit in value) for value in values)


def unit(header: str) -> Decimal:
    """Return what one of an amount is in yuan (or dollars): 0.01 for 实付金额(分) and ``total_cents``.

    >>> unit("实付金额(分)"), unit("消费(万元)"), unit("实付金额(元)")
    (Decimal('0.01'), Decimal('10000'), Decimal('1'))
    """
    text = unicodedata.normalize("NFKC", header).casefold()
    found = _UNIT.search(text)
    if found:
        return _UNITS[found[1]]
    return Decimal("0.01") if _CENTS.search(text.replace("_", " ")) else Decimal(1)


def counts_pieces(
    cells: Sequence[str | None],
    columns: Sequence[Sequence[str | None]],
    spot: int,
) -> bool:
    """Return whether a column called amount holds how many were bought: small whole numbers below a price beside it.

    ``cells``, ``columns``: the header, and the first rows by column; ``spot``: the column in question.
    """
    if headers.plain(cells[spot] or "") not in _BARE_AMOUNTS:
        return False
    own = [_number(cell) for cell in columns[spot]]
    told = [number for number in own if number is not None]
    if not told or any(not 0 < abs(number) < _MOST_PIECES or number != int(number) for number in told):
        return False
    others = [(at, headers.concepts(cell)[0]) for at, cell in enumerate(cells) if cell and at != spot]
    if any("COUNT" in has for _, has in others):
        return False
    return any(has & {"PRICE", "TOTAL", "PAID", "RECEIVED"} and _is_dearer(columns[at], own) for at, has in others)


def _is_dearer(prices: Sequence[str | None], pieces: Sequence[float | None]) -> bool:
    pairs = [
        (price, piece)
        for cell, piece in zip(prices, pieces, strict=True)
        if piece is not None and (price := _number(cell)) is not None
    ]
    return bool(pairs) and sum(price > piece for price, piece in pairs) >= _MOSTLY * len(pairs)


def _number(cell: str | None) -> float | None:
    if not cell or evidence.kind_of(cell) not in {"integer", "money"}:
        return None
    found = re.search(r"-?\d[\d,]*(?:\.\d+)?", cell)
    return float(found[0].replace(",", "")) if found else None
