"""Columns that mark rows: yes or no to a return, to void, cancelled, valid and paid, or which way the money went."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from siyu_cli.files.recognition.presets import kind_of_row


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# The columns of marks, and what a row is where one says yes, and no. What is void is looked at first.
MARKS: dict[str, tuple[str, str]] = {
    "is_void": ("cancelled", "sale"),
    "is_cancelled": ("cancelled", "sale"),
    "is_valid": ("sale", "cancelled"),
    "is_paid": ("sale", "unpaid"),
    "is_return": ("return", "sale"),
    "direction": ("sale", "return"),
}
# Words that say which way money went in a ledger of two sides: which of them is a sale, the ledger has to tell.
CREDIT = frozenset({"贷", "贷方", "credit", "cr", "c"})
SIDES = CREDIT | {"借", "借方", "debit", "dr", "d"}
_YES = _set("是 y yes true t 1 √ ✓ ✔ 对 有 真 已")
_NO = _set("否 n no false f 0 × ✗ ✕ x 非 没有 未 假")
# Nothing is wrong with such a row, whatever its column asks.
_FINE = _set("正常 有效 normal valid ok")
_IN = _set("收入 收 收款 入 入账 进账 流入 收方 in income inflow received +")
_OUT = _set("支出 支 付 付款 出 出账 流出 付方 out expense outflow outgoing -")
_NO_PURCHASE = re.compile("废|取消|撤|删|关闭|挂单|测试|草稿|void|cancel|delete|test|closed|draft")
_NOT = re.compile("[未没非不无]|not|un")
_WORDS = {
    "is_valid": dict.fromkeys(("无效", "失效", "invalid"), "cancelled"),
    "is_paid": {
        **dict.fromkeys(("已付", "已支付", "已付款", "paid"), "sale"),
        **dict.fromkeys(("未付", "未支付", "未付款", "unpaid"), "unpaid"),
    },
    "is_return": {
        **dict.fromkeys(("销", "售", "卖", "未退", "未退货", "未退款", "非退货", "无退货", "不退"), "sale"),
        **dict.fromkeys(("s", "xs"), "sale"),
        **dict.fromkeys(("r", "th"), "return"),
    },
}
# Letters that stand for words where a column holds no others: sale, return, exchange, void; 销售, 退货.
_LETTERS = (
    {"s": "sale", "r": "return", "e": "exchange", "v": "cancelled"},
    {"xs": "sale", "th": "return", "hh": "exchange"},
)


def is_mark(word: str) -> bool:
    """Return whether a cell says yes or no: 是, N, 1, false."""
    return _plain(word) in _YES | _NO


def is_yes(word: str) -> bool:
    """Return whether a cell says yes: 是, Y, 1, true."""
    return _plain(word) in _YES


def is_sale_mark(word: str) -> bool:
    """Return whether a till's short word says that a row is no return: 销, 售."""
    return _by_words("is_return", _plain(word)) == "sale"


def kinds_of_letters(words: Iterable[str]) -> dict[str, str]:
    """Return what rows are by the letters in their column, nothing where it holds other words or no sale.

    >>> kinds_of_letters(["S", "R"]), kinds_of_letters(["S", "M", "L"])
    ({'S': 'sale', 'R': 'return'}, {})
    """
    told = {word: _plain(word) for word in words}
    for letters in _LETTERS:
        kinds = {word: letters[plain] for word, plain in told.items() if plain in letters}
        if len(kinds) == len(told) and "sale" in kinds.values():
            return kinds
    return {}


def kind_of_mark(key: str, word: str) -> str | None:
    """Return what a row is by the word in one of its columns of marks, None where the word says nothing known.

    >>> [kind_of_mark("is_return", "Y"), kind_of_mark("is_valid", "否"), kind_of_mark("is_void", "已作废")]
    ['return', 'cancelled', 'cancelled']
    """
    yes, no = MARKS[key]
    plain = _plain(word)
    if key == "direction":
        known = None if plain in SIDES else kind_of_row(word)
        return yes if plain in _IN else no if plain in _OUT else known
    if plain in _FINE:
        return "sale"
    if plain in _YES | _NO:
        return yes if plain in _YES else no
    return _by_words(key, plain) or kind_of_row(word)


def tells_marks(key: str, values: Sequence[str]) -> bool:
    """Return whether the cells below a header are marks: cells that say nothing known are none."""
    return all(kind_of_mark(key, value) or _plain(value) in SIDES for value in set(values))


def _by_words(key: str, plain: str) -> str | None:
    if key in {"is_void", "is_cancelled"} and _NO_PURCHASE.search(plain):
        return "sale" if _NOT.match(plain) else "cancelled"
    return _WORDS.get(key, {}).get(plain)


def _plain(word: str) -> str:
    return unicodedata.normalize("NFKC", word).strip().casefold().removesuffix(".0")
