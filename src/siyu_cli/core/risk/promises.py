"""What was promised and may still be asked for: points, and the offers of campaigns that run."""

from __future__ import annotations

from collections.abc import Iterator

from siyu_cli.core.points.question import Points
from siyu_cli.core.risk.asked import MEMORY, Asked
from siyu_cli.core.risk.indicators import Indicator
from siyu_cli.errors import DataError, Note

_POINTS = Note("the log of points, such as 积分明细.xlsx")
_VALUE = Note("what one point buys, its expected rate and net sales: [points] in siyu.toml, orders")
_OFFERS = ("offers_all_redeemed", "offers_expected")


def promises(asked: Asked) -> Iterator[Indicator]:
    """Yield liabilities in money; thresholds are parts of a year's net sales, where those are known."""
    make = asked.measuring("LIAB")
    limits = _limits(asked)
    points = _points(asked)
    if isinstance(points, Note):
        yield from make.missing(points, "points_liability")
    else:
        yield make.found("points_liability", points, limits, form="money")
    if asked.known is None:
        yield from make.missing(MEMORY, *_OFFERS)
        return
    running = [plan for plan in asked.known.plans if plan["starts_on"] <= asked.as_of <= plan["ends_on"]]
    evidence = [
        {
            "campaign": plan["campaign"], "ends_on": plan["ends_on"],
            "all_redeemed": plan["figures"]["worst_case_cost"], "expected": plan["figures"]["expected_cost"],
        }
        for plan in running
    ]  # fmt: skip
    for measure, key in zip(_OFFERS, ("worst_case_cost", "expected_cost"), strict=True):
        amount = round(sum(plan["figures"][key] for plan in running), 2)
        yield make.found(measure, amount, limits, form="money", evidence=evidence)


def _limits(asked: Asked) -> tuple[float, float] | None:
    sales = float(asked.net_sales)
    if not sales:
        return None
    medium, high = (round(share * sales, 2) for share in asked.limits.liability_share)
    return medium, high


def _points(asked: Asked) -> float | Note:
    """Return the liability, or what it needs."""
    if not asked.has("points_log"):
        return _POINTS
    try:
        found = Points().answer(asked.study)
    except DataError:  # siyu points says why
        return _POINTS
    liability = found.figures["liability"]["balance"]
    return _VALUE if liability is None else float(liability)
