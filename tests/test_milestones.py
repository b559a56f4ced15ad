"""The first five dates a member bought on: stated again in plain Python, and held against published figures."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from hypothesis import given

import oracle
from core_shop import gathered_shops, open_rows
from shops import Shop, shops
from siyu_cli import open_shop
from siyu_cli.config.settings import Settings
from siyu_cli.core.parameters import parameters
from siyu_cli.engines.protocol import Engine
from siyu_cli.engines.step import step

SAMPLE = Path(__file__).parent / "data" / "CDNOW_sample.txt"
SHARED = Path(__file__).parents[2] / "shared" / "data"
UCI = SHARED / "uci" / "online_retail_ii_2010.parquet"
EXPECTED = SHARED / "expected" / "lifecycle"
NAMES = ("first_on", "second_on", "third_on", "fourth_on", "fifth_on")
needs_data = pytest.mark.skipif(not UCI.is_file(), reason="the shared data are not here")

Reached = dict[str, tuple[int, list[date]]]  # member → how many dates, the first five of them


def milestones(engine: Engine) -> Reached:
    rows = engine.read("milestones", ["member_id"]).to_pylist()
    return {row["member_id"]: (row["order_days"], [row[name] for name in NAMES if row[name]]) for row in rows}


def assert_agreed(engine: Engine, shop: Shop) -> None:
    open_rows(engine, shop.members, shop.order_lines)
    params = parameters(Settings(), shop.as_of)
    for name in ("purchases", "milestones"):
        engine.run(step(name), params)
    orders = oracle.read_orders(shop.order_lines, shop.as_of, params["min_paid"])
    own: dict[str, list[oracle.Order]] = defaultdict(list)
    for order in orders:
        own[order.member_id].append(order)
    logs = {key: oracle.Log(found, shop.as_of) for key, found in own.items()}
    assert milestones(engine) == {key: (len(log.days), log.days[:5]) for key, log in logs.items() if log.days}


@given(shops())
def test_the_first_five_dates_of_any_shop(duckdb_engine: Engine, shop: Shop):
    assert_agreed(duckdb_engine, shop)


def test_the_first_five_dates_are_the_same_on_every_engine(engine: Engine):
    assert_agreed(engine, gathered_shops()[0])


def funnel(reached: Reached, as_of: date, window_days: int) -> dict[str, Any]:
    """Return, of those old enough, how many bought a second, third… time within the window, and how soon."""
    old_enough = [days for _, days in reached.values() if (as_of - days[0]).days >= window_days]
    spans = [[(day - days[0]).days for day in days] for days in old_enough]
    steps = [[span for span in spans if len(span) > place and span[place] <= window_days] for place in range(5)]
    return {
        "ripe": len(spans),
        "members": [len(step) for step in steps],
        "medians": [median(span[place] - span[place - 1] for span in steps[place]) for place in range(1, 5)],
    }


def opened_milestones(path: Path, as_of: str) -> Reached:
    with open_shop([path], as_of=as_of) as shop:
        shop.study.label()
        shop.engine.run(step("milestones"), shop.study.parameters)
        return milestones(shop.engine)


@pytest.fixture(scope="module")
def cdnow() -> Reached:
    return opened_milestones(SAMPLE, "1998-06-30")


@pytest.mark.parametrize(
    ("window_days", "members"),
    [(30, [2357, 410]), (60, [2357, 601]), (90, [2357, 687, 283, 136, 70]), (180, [2357, 887])],
)
def test_how_many_of_cdnow_bought_again_within_a_window(cdnow: Reached, window_days: int, members: Sequence[int]):
    found = funnel(cdnow, date(1998, 6, 30), window_days)
    assert (found["ripe"], found["members"][: len(members)]) == (2357, members)
    if window_days == 90:
        assert found["medians"][0] == 22
    assert sum(count > 1 for count, _ in cdnow.values()) == 1139


@needs_data
@pytest.mark.parametrize("name", ["uci", "cdnow_sample"])
def test_published_funnels_are_what_the_dates_say(cdnow: Reached, name: str):
    told = json.loads((EXPECTED / f"funnel_{name}.json").read_text("utf-8"))
    as_of = date.fromisoformat(told["as_of"])
    reached = cdnow if name == "cdnow_sample" else opened_milestones(UCI, told["as_of"])
    assert len(reached) == told["buyers"]
    for window, expected in told["funnel"].items():
        found = funnel(reached, as_of, int(window)) if window != "all" else funnel(reached, date.max, 99_999)
        assert found["ripe"] == expected["ripe"]
        assert found["members"] == [step["members"] for step in expected["steps"]]
        assert found["medians"] == [step["median_days_from_previous"] for step in expected["steps"][1:]]
