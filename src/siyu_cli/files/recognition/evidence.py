"""Evidence: what the cells below a header look like, and whether they can be what the header claims."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache

from siyu_cli.spelling import visible

# Cells people write for "nothing".
BLANKS = frozenset(
    {
        "",
        "-",
        "--",
        "---",
        "—",
        "——",
        "–",
        "/",
        "\\",
        "无",
        "空",
        "暂无",
        "null",
        "none",
        "nan",
        "n/a",
        "#n/a",
        "nil",
    }
)
SAMPLE = 25
_ENOUGH = 0.3
_NEARLY_ALL = 0.9

_DATE = re.compile(
    r"(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?(?:[ t]?\s*\d{1,2}[:：时]\d{1,2}.*)?"
    r"|\d{1,2}[-/.]\d{1,2}[-/.](?:\d\d|\d{4})(?:[ t,]+\d{1,2}:\d\d.*)?"
    r"|(?:19|20)\d\d年\d{1,2}月"
    r"|(?:[a-z]{3,9},?\s+)?\d{1,2}(?:st|nd|rd|th)?[-\s][a-z]{3,9}\.?,?[-\s]\d{2,4}.*"
    r"|[a-z]{3}-\d{1,2}-\d{2,4}.*"
    r"|(?:[a-z]{3,9},?\s+)?[a-z]{3,9}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}.*"
)
_COMPACT_DATE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\d{6}|[ t]\d{1,2}:\d\d.*)?")
_MONTH = re.compile(r"(?:19|20)\d\d[-/.年]\d{1,2}月?|\d{1,2}月份?")
_TIME = re.compile(r"\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?:\s*[ap]m)?")
_EMAIL = re.compile(r"\S+@\S+\.\S+")
_MOBILE = re.compile(r"(?:(?:\+|00)?86)?1[3-9]\d{9}(?:\.0)?")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?e\+?\d{2}")
_MASKED = re.compile(r"(?=.*\d)[\d\s()+-]*[*x•]{2,}[\d*-]*")
_CIPHER = re.compile(r"(?:##|\$\$)\S{4,}|[#$~]\S{12,}|\S{20,}={1,2}")
_FOREIGN_PHONE = re.compile(r"\+\d{7,15}|0\d{2,3}-?\d{7,8}|0\d{8,10}|\(\d{2,4}\)\d{6,8}|\d{10}")
_INTEGER = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+|[-+]?\d+")
_MONEY = re.compile(
    r"[-+(]?\s*(?:[¥$€£]|rmb|cny|usd|hk\$|nt\$|rm|元)?\s*[-+]?(?:\d[\d,]*(?:\.\d+)?|\d{1,3}(?:\.\d{3})+,\d{1,2})\s*(?:元|€|块|rmb|cny|usd)?\)?(?:[(（].*)?"
)
_PERCENT = re.compile(r"[-+]?\d+(?:\.\d+)?\s*%")
_MAY_BE_A_VALUE = re.compile(r"\d|[@#$~]|=$")
_CODE = re.compile(r"[a-z0-9_#./-]*\d[a-z0-9_#./-]*")


def is_blank(cell: str | None) -> bool:
    """Return whether a cell says nothing: empty, spaces, or a dash or word people write for it."""
    return cell is None or visible(cell).casefold() in BLANKS


@lru_cache(maxsize=16384)
def kind_of(cell: str) -> str:
    """Return what one cell is: date, month, time, mobile, masked, cipher, email, integer, money, code, text…

    >>> [kind_of(cell) for cell in ("2026-03-01 10:00", "138****8000", "¥1,234.50", "张三")]
    ['date', 'masked', 'money', 'text']
    """
    if _MAY_BE_A_VALUE.search(cell) is None:
        return "text"
    text = visible(unicodedata.normalize("NFKC", cell)).casefold().strip('="').strip("'`").strip()
    compact = re.sub(r"[\s()-]", "", text)
    for name, pattern, form in _KINDS:
        if pattern.fullmatch(compact if form else text):
            return name
    return "text"


_KINDS: tuple[tuple[str, re.Pattern[str], bool], ...] = (
    ("date", _DATE, False),
    ("mobile", _MOBILE, True),
    ("compact_date", _COMPACT_DATE, False),
    ("month", _MONTH, False),
    ("time", _TIME, False),
    ("integer", _INTEGER, False),
    ("scientific", _SCIENTIFIC, False),
    ("percent", _PERCENT, False),
    ("email", _EMAIL, False),
    ("masked", _MASKED, False),
    ("money", _MONEY, False),
    ("phone", _FOREIGN_PHONE, True),
    ("code", _CODE, False),
    ("cipher", _CIPHER, False),
)

_DATES = frozenset({"date", "compact_date"})
_NUMBERS = frozenset({"integer", "money", "scientific", "percent"})
_PHONES = frozenset({"mobile", "masked", "cipher", "phone", "scientific"})
# What a cell that belongs to a data row, never to a header, may be.
VALUES = frozenset(
    {
        "date",
        "compact_date",
        "time",
        "mobile",
        "integer",
        "scientific",
        "percent",
        "email",
        "masked",
        "money",
        "phone",
        "cipher",
    }
)


def verdict(kind: str, values: Sequence[str]) -> int:
    """Return 1 where the values speak for a column of this kind, -1 where they speak against, else 0.

    ``kind`` is a column's kind in the contracts (``tables``), or ``bare_id`` for a header that only says whom (会员).
    ``values`` are cells that are not blank; without any there is no verdict.
    """
    return _VERDICTS.get(kind, _text)(_Cells(values[:SAMPLE])) if values else 0


def are_mobiles(values: Sequence[str]) -> bool:
    """Return whether nearly all cells are mobile numbers: an account people log in to by phone."""
    return bool(values) and _Cells(values[:SAMPLE]).share("mobile") >= _NEARLY_ALL


class _Cells:
    """Some cells of a column, and what each of them is."""

    def __init__(self, values: Sequence[str]) -> None:
        self.values = values
        self.kinds = [kind_of(value) for value in values]

    def share(self, *names: str) -> float:
        """Return the share of cells that are of these kinds."""
        return sum(kind in names for kind in self.kinds) / len(self.kinds)

    def share_of(self, test: Callable[[str, str], bool]) -> float:
        """Return the share of cells whose kind and text pass a test."""
        return sum(map(test, self.kinds, self.values)) / len(self.kinds)


def _date(cells: _Cells) -> int:
    if cells.share(*_DATES) >= _ENOUGH:
        return 1
    serials = cells.share_of(lambda kind, value: kind in {"integer", "money"} and _is_serial(value))
    return 0 if serials >= _ENOUGH else -1


def _month(cells: _Cells) -> int:
    return 1 if cells.share("month") >= _ENOUGH else _date(cells)


def _is_serial(value: str) -> bool:
    # Excel's day numbers from 1982 to 2064, and seconds or milliseconds since 1970.
    try:
        number = float(value.replace(",", ""))
    except ValueError:
        return False
    return 30000 <= number <= 60000 or 9e8 <= number <= 4e9 or 9e11 <= number <= 4e12


def _phone(cells: _Cells) -> int:
    if cells.share("compact_date", "date", "money") > 0.7:
        return -1
    if cells.share("mobile", "masked") >= _ENOUGH:
        return 1
    numbers = cells.share_of(lambda kind, value: kind == "integer" and len(value) >= 7)
    return 0 if cells.share(*_PHONES) + numbers >= _ENOUGH else -1


def _number(cells: _Cells) -> int:
    if cells.share("mobile", "date", "time", "email") > 0.5:
        return -1
    if cells.share(*_NUMBERS) >= _ENOUGH:
        return 1
    # Every cell of a sample may hold the same word for "none": 无退款申请.
    has_digits = any(character.isdigit() for value in cells.values for character in value)
    return 0 if not has_digits and len(set(cells.values)) <= 2 else -1


def _id(cells: _Cells) -> int:
    if cells.share("date", "time", "percent") > 0.5:
        return -1
    # pandas writes whole numbers with a .0 as soon as one is missing.
    cents = cells.share_of(lambda kind, value: kind == "money" and "." in value and not value.endswith(".0"))
    return -1 if cents > 0.7 else 0


def _bare_id(cells: _Cells) -> int:
    if _id(cells) < 0 or cells.share("text") > 0.5:
        return -1
    return -1 if cells.share_of(lambda _, value: len(value) < 3) > 0.5 else 0


def _name(cells: _Cells) -> int:
    against = cells.share("date", "mobile", "integer", "money", "compact_date", "time", "percent", "email", "phone")
    return -1 if against > 0.6 else int(cells.share("text") > 0.8)


def _bare_name(cells: _Cells) -> int:
    return -1 if cells.share("code") > 0.6 else _name(cells)


def _status(cells: _Cells) -> int:
    return -1 if cells.share("date", "money", "mobile", "compact_date", "time") > 0.5 else 0


def _text(cells: _Cells) -> int:
    return -1 if cells.share("date", "time") > 0.7 else 0


_VERDICTS = {
    "date": _date,
    "instant": _date,
    "month": _month,
    "phone": _phone,
    "money": _number,
    "count": _number,
    "number": _number,
    "id": _id,
    "bare_id": _bare_id,
    "name": _name,
    "bare_name": _bare_name,
    "status": _status,
    "text": _text,
}
