"""The shades of a grid: one scale for all its numbers, so that equal shades are equal amounts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from siyu_cli.render.reader import plain_number

# From nothing to the largest.
SHADES = ("#FFFFFF", "#E4F0F4", "#C3DEE7", "#8FC1D4", "#5A9DB5")
_STEPS = (0.05, 0.2, 0.45, 0.75)


def limits(rows: Iterable[Mapping[str, Any]], keys: Sequence[str]) -> tuple[float, ...]:
    """Return from which number on each shade but the first holds; none for a grid without numbers.

    >>> limits([{"a": 100, "b": 10}], ["a", "b"])
    (5.0, 20.0, 45.0, 75.0)
    """
    numbers = [plain_number(row.get(key)) for row in rows for key in keys]
    largest = max((number for number in numbers if number is not None), default=0.0)
    return tuple(largest * step for step in _STEPS) if largest > 0 else ()


def shade(value: Any, edges: Sequence[float]) -> str:
    """Return the shade of one number of a grid."""
    number = plain_number(value)
    return SHADES[0 if number is None else sum(number >= edge for edge in edges)]
