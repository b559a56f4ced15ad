"""Breakage and liability of points: published figures to the digit."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from siyu_cli.core.points.chain_ladder import project
from siyu_cli.core.points.liability import allocated, cents, recognised

EXPECTED = Path(__file__).parents[2] / "shared" / "data" / "expected" / "membership" / "points"
# Reinsurance Association of America, as in Mack (1993).
RAA = [
    [5012, 8269, 10907, 11805, 13539, 16181, 18009, 18608, 18662, 18834],
    [106, 4285, 5396, 10666, 13782, 15599, 15496, 16169, 16704],
    [3410, 8992, 13873, 16141, 18735, 22214, 22863, 23466],
    [5655, 11555, 15766, 21266, 23425, 26083, 27067],
    [1092, 9565, 15836, 22169, 25955, 26180],
    [1513, 6445, 11702, 12935, 15852],
    [557, 4020, 10946, 12314],
    [1351, 6947, 13112],
    [3133, 5395],
    [2063],
]


def square(rows: list[list[float]]) -> Any:
    return np.array([[*row, *[np.nan] * (len(rows) - len(row))] for row in rows])


def said(name: str) -> Any:
    path = EXPECTED / name
    return json.loads(path.read_text("utf-8")) if path.exists() else pytest.skip("the shared figures are not here")


def test_the_published_triangle_comes_to_what_was_published():
    found = project(square(RAA))
    reserve = found.total - sum(row[-1] for row in RAA)
    assert (round(found.total), round(reserve), round(found.se)) == (213_122, 52_135, 26_909)
    assert [round(factor, 4) for factor in found.factors] == [
        2.9994, 1.6235, 1.2709, 1.1717, 1.1134, 1.0419, 1.0333, 1.0169, 1.0092,
    ]  # fmt: skip


def test_points_cohorts_come_near_the_rate_they_were_drawn_with():
    points = said("breakage.json")["points"]
    found = project(square(points["triangle"]))
    assert found.total / points["issued"] == pytest.approx(points["estimated"], abs=5e-5)
    assert found.se / points["issued"] == pytest.approx(points["se_rate"], abs=5e-5)
    assert sum(row[-1] for row in points["triangle"]) / points["issued"] == pytest.approx(
        points["redeemed_so_far"], abs=5e-5
    )


@pytest.mark.parametrize("rows", [[[0.0, 0, 0], [0, 0], [0]], [[10.0, 10, 10], [0, 5], [3]], [[4.0]], [[1.0, 2], [3]]])
def test_cohorts_of_nothing_come_to_something_finite(rows: list[list[float]]):
    found = project(square(rows))
    assert np.isfinite([*found.ultimate, *found.se_of_each, found.se]).all()


# name in the figures: price of the goods, points issued, value of a point, expected to be redeemed.
PRICES = {
    "IFRS15 IE52": (100_000, 9_500), "CAS14 (CAMPAIGN.md)": (100_000, 9_500),
    "KPMG 10A (price allocated 9,000 as printed)": None, "KPMG 10B": None,
}  # fmt: skip


@pytest.mark.parametrize("name", PRICES)
def test_published_liabilities_are_met_to_the_cent(name: str):
    figures = said("liability.json")[name]
    given = PRICES[name]
    whole = Decimal(9_000) if given is None else allocated(*map(Decimal, given))
    if given is not None:
        assert (str(cents(whole)), str(cents(given[0] - whole))) == (figures["points"], figures["goods"])
    earlier = Decimal(0)
    for step in figures["steps"]:
        sofar = recognised(whole, Decimal(step["redeemed_cum"]), Decimal(step["expected_total"]))
        assert str(cents(sofar)) == step["recognised_cum"]
        assert str(cents(sofar - earlier)) == step["revenue"]
        assert str(cents(whole - sofar)) == step["liability_left"]
        earlier = sofar


def test_more_than_was_expected_recognises_no_more_than_there_is_and_nothing_expected_nothing():
    figures = said("liability.json")
    whole = Decimal(figures["redeemed beyond expectation"]["points"])
    assert recognised(whole, Decimal(900), Decimal(800)) == whole
    assert cents(whole - recognised(whole, Decimal(500), Decimal(800))) == Decimal("2.98")
    assert (allocated(Decimal(1000), Decimal(0)), allocated(Decimal(0), Decimal(0))) == (0, 0)
    airline = allocated(Decimal(100_000), Decimal(7_600))
    assert (str(cents(airline)), str(cents(100_000 - airline))) == (
        figures["chinaacca 2015 airline"]["points"], figures["chinaacca 2015 airline"]["goods"],
    )  # fmt: skip
    shop = allocated(Decimal(1_000_000), Decimal(6_000))
    assert str(cents(shop)) == figures["1 % shop"]["points"]
