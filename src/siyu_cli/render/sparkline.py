"""A figure's past as a small line: characters in a terminal, points of a drawing on a page."""

from __future__ import annotations

from collections.abc import Sequence

_STEPS = "▁▂▃▄▅▆▇█"


def steps(past: Sequence[float | None]) -> str:
    """Return one character per value, the lowest ▁ and the highest █, a blank for a gap.

    >>> steps([1, 4, None, 8])
    '▁▄ █'
    """
    return "".join(" " if height is None else _STEPS[round(height * (len(_STEPS) - 1))] for height in heights(past))


def points(past: Sequence[float | None], width: float, height: float) -> str:
    """Return the points of an SVG line through the values that are there.

    >>> points([0, 5, 10], 10, 4)
    '0.0,4.0 5.0,2.0 10.0,0.0'
    """
    step = width / max(len(past) - 1, 1)
    found = enumerate(heights(past))
    return " ".join(f"{at * step:.1f},{height - value * height:.1f}" for at, value in found if value is not None)


def heights(past: Sequence[float | None]) -> list[float | None]:
    """Return each value between the lowest, 0, and the highest, 1; the middle where all are the same."""
    known = [value for value in past if value is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    span = high - low
    return [None if value is None else (value - low) / span if span else 0.5 for value in past]
