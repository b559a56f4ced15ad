"""What a stored number is shown as: a date, a time of day, a length of time, or the number itself."""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

Shown = Literal["number", "date", "duration"]

DAYS_TO_1904 = 1462
_BUILT_IN: dict[int, Shown] = {**dict.fromkeys((*range(14, 23), 45, 47), "date"), 46: "duration"}
# Dates of the Chinese, Japanese and Korean built-in formats (ECMA-376, 18.8.30).
_BUILT_IN |= dict.fromkeys((*range(27, 37), *range(50, 59)), "date")
_LAST_SERIAL = 2_958_466  # the day after 9999-12-31
_LITERALS = re.compile(r'"[^"]*"?|[\\_*].')
_LENGTH = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_BRACKETS = re.compile(r"\[[^\]]*\]?")


def built_in(number: int) -> Shown:
    """Return what a format with no code of its own shows."""
    return _BUILT_IN.get(number, "number")


def shown_as(code: str) -> Shown:
    """Return what a number format's code shows; its first section decides.

    >>> shown_as('yyyy"年"m"月"'), shown_as("[h]:mm"), shown_as("#,##0.00_);[Red]0"), shown_as("[Red]General")
    ('date', 'duration', 'number', 'number')
    """
    plain = _LITERALS.sub("", code).split(";")[0]
    if _LENGTH.search(plain):
        return "duration"
    return "date" if re.search("[ymdhs]", _BRACKETS.sub("", plain).lower()) else "number"


def shown(value: float, kind: Shown, counts_from_1904: bool) -> str:
    """Return a number as a person sees it, dates in ISO form; no date beyond the calendar.

    >>> shown(45717.5, "date", False), shown(0.5, "date", False), shown(1.25, "duration", False)
    ('2025-03-01 12:00:00', '12:00:00', '30:00:00')
    >>> shown(44255.0, "date", True), shown(0.1 + 0.2, "number", False), shown(-5.0, "date", False)
    ('2025-03-01 00:00:00', '0.3', '-5')
    """
    earlier = DAYS_TO_1904 if counts_from_1904 else 0
    if kind == "number" or not 0 <= value < _LAST_SERIAL - 1 - earlier:
        return plain_number(value)
    moment = timedelta(milliseconds=round(value * 86_400_000))
    if kind == "duration" or value < 1:
        return _hours(moment)
    if not counts_from_1904 and value < 60:  # Excel believes in 1900-02-29
        earlier = 1
    day = datetime(1899, 12, 30) + timedelta(days=earlier) + moment
    return day.isoformat(" ", "milliseconds" if day.microsecond else "seconds")


def _hours(length: timedelta) -> str:
    seconds = round(length.total_seconds())
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def plain_digits(text: str) -> str:
    """Return a number as a file writes it, in digits: all of a whole number, 15 of another; itself if it is none.

    >>> plain_digits("1.38E10"), plain_digits("19.989999999999998"), plain_digits("691796901234567671")
    ('13800000000', '19.99', '691796901234567671')
    """
    try:
        value = float(text)
    except ValueError:
        return text.strip()
    if abs(value) < 1e15:
        return plain_number(value)
    try:
        return str(int(Decimal(text))) if math.isfinite(value) else text.strip()
    except ArithmeticError:
        return text.strip()


def plain_number(value: float) -> str:
    """Return a double in the 15 digits a sheet shows at most, without an exponent; "" when it is none."""
    if not math.isfinite(value):
        return ""
    if value.is_integer():
        return str(int(value))
    text = f"{value:.15g}"
    return format(Decimal(text), "f") if "e" in text else text
