"""The monitor's rule once more, slowly and in plain Python: it shares nothing with the vectorised one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

Days = Sequence[float]


def scale(value: float, kind: str) -> float | None:
    if kind == "count":
        return 2 * math.sqrt(value + 0.375)
    return math.log(value) if value > 0 else None


def unscale(value: float, kind: str) -> float:
    if kind == "count":
        return max((max(value, 0) / 2) ** 2 - 0.375, 0)
    return math.exp(value)


def spread(rests: Sequence[float]) -> float:
    middle = median(rests)
    return 1.4826 * median([abs(rest - middle) for rest in rests])


def closed_days(values: Days, special: Sequence[bool]) -> list[bool]:
    found = []
    for day in range(len(values)):
        weeks = [values[one] <= 0 for one in range(day % 7, day, 7) if not special[one]][-8:]
        found.append(sum(weeks) >= 6)
    return found


def judge_slowly(
    values: Days, kind: str, special: Sequence[bool], closed: Sequence[bool]
) -> list[tuple[float, float, float] | None]:
    """Return expected (on the scale), spread and z of each day, None where it is not judged."""
    rests: list[float] = []
    found: list[tuple[float, float, float] | None] = []
    for day, value in enumerate(values):
        weeks = [scale(values[one], kind) for one in range(day % 7, day, 7) if not special[one]]
        known = [week for week in weeks if week is not None][-8:]
        x = None if special[day] else scale(value, kind)
        if special[day] or closed[day] or len(known) < 6 or x is None:
            found.append(None)
            continue
        expected = median(known)
        if len(rests) >= 28:
            width = spread(rests[-56:])
            if kind == "count" and (unscale(expected, kind) < 1 or width == 0):
                width = max(width, 1.0)
            found.append((expected, width, (x - expected) / width) if width > 0 else None)
        else:
            found.append(None)
        rests.append(x - expected)
    return found


def drift_slowly(z: Sequence[float | None], weekday: int, limit: float) -> list[tuple[int, int]]:
    """Return the last day of each week that rang and the first day of the run that led there."""
    rang: list[tuple[int, int]] = []
    past: list[float] = []
    up = down = 0.0
    up_since = down_since = 0
    quiet = -1
    monday = -weekday % 7
    while monday + 7 <= len(z):
        week = [min(max(one, -3.0), 3.0) for one in z[monday : monday + 7] if one is not None]
        if len(week) >= 3:
            value = sum(week) / math.sqrt(len(week))
            if len(past) >= 8 and monday > quiet:
                step = value / width(past[-52:])
                up_since = up_since if up > 0 else monday
                down_since = down_since if down > 0 else monday
                up, down = max(0.0, up + step - 0.5), max(0.0, down - step - 0.5)
                if max(up, down) > limit:
                    rang.append((monday + 6, up_since if up > down else down_since))
                    up = down = 0.0
                    quiet = monday + 6 + 28
            past.append(min(max(value, -4.0), 4.0))
        monday += 7
    return rang


def width(past: Sequence[float]) -> float:
    squares = sum(one * one for one in past)
    if squares == 0:
        return 1.0
    followed = sum(past[place] * past[place + 1] for place in range(len(past) - 1)) / squares
    followed = min(max(followed, 0.0), 0.7)
    return max(1.0, math.sqrt(squares / len(past))) * math.sqrt((1 + followed) / (1 - followed))
