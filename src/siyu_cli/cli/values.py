"""One value: as people read it (``show``, ``bar``) and as machines do (``plain``, ``plain_cell``)."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal
from typing import Any

from siyu_cli.locale import translate as _
from siyu_cli.signs import inert, visible

_EIGHTHS = " ▏▎▍▌▋▊▉█"


def is_gap(value: Any) -> bool:
    """Return whether a cell holds nothing: None, NaN, NaT or NA."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, float) and math.isnan(value)


def plain(value: Any) -> Any:
    """Return what JSON can carry, inside lists and dicts too: ISO dates, plain numbers, gaps as null."""
    if is_gap(value):
        return None
    if isinstance(value, date):
        return value.isoformat().removesuffix("T00:00:00")
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, Decimal) or hasattr(value, "item"):
        value = float(value) if isinstance(value, Decimal) else value.item()
    return value if isinstance(value, bool | int | float | str) else str(value)


def plain_cell(value: Any) -> str:
    """Return a cell of a csv file: decimals exact, flags true and false, gaps empty, text never a formula."""
    if isinstance(value, str):
        return visible(inert(value))
    if isinstance(value, Decimal):
        return format(value, "f")
    value = plain(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def plain_number(value: Any) -> float | None:
    """Return a cell as a float; nothing where there is none."""
    value = plain(value)
    return float(value) if isinstance(value, int | float) else None


def show(value: Any, kind: str) -> str:
    """Return a value as people read it: 1,234.50 for money, 12.3% for a rate, nothing for a gap."""
    value = plain(value)
    if value is None:
        return ""
    if kind == "rate":
        return f"{value:.1%}"
    if kind == "money":
        return f"{value:,.2f}"
    if kind == "flag":
        return _("yes") if value else _("no")
    if kind in ("count", "number") and not isinstance(value, str):
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    return visible(str(value))


def bar(share: float | None, columns: int) -> str:
    """Return ``share`` of a bar that many columns long, to an eighth of a column."""
    eighths = round(max(0.0, min(share or 0.0, 1.0)) * columns * 8)
    return ("█" * (eighths // 8) + _EIGHTHS[eighths % 8]).strip().ljust(columns)
