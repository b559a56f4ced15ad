"""The core's SQL and the oracle, which was written apart from it, say the same of every member of any shop."""

from __future__ import annotations

import math
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import oracle
from core_shop import demo_rows, gathered_shops, label_rows, open_rows
from shops import Row, Shop, shops
from siyu_cli.config.settings import OrderSettings, RfmSettings, Settings, StageSettings
from siyu_cli.core.lifecycle.windows import suggest_windows
from siyu_cli.core.parameters import parameters
from siyu_cli.engines.protocol import Engine
from siyu_cli.engines.step import step

TODAY = date(2026, 6, 30)
NO_BUYER = dict.fromkeys(("r_score", "f_score", "m_score", "rfm_segment"))
UNHURRIED = {"deadline": None, "suppress_health_check": list(HealthCheck)}


def assert_agreed(engine: Engine, shop: Shop, chosen: Settings, expected: oracle.Answer) -> None:
    labelled = label_rows(engine, shop.members, shop.order_lines, shop.as_of, chosen)
    found = labelled.rows("features")
    stages, scores = labelled.rows("stages"), labelled.rows("rfm")
    for key in found:
        found[key] |= {name: stages[key][name] for name in ("stage", "stage_rule")}
        found[key] |= scores.get(key, NO_BUYER)
    assert found.keys() == expected.members.keys()
    for key, member in found.items():
        assert different(member, expected.members[key]) == {}, key
    (norms,) = labelled.table("norms", "shop_norm").to_pylist()
    assert is_same(norms["shop_norm"], expected.shop_norm)


def different(found: Row, expected: Row) -> dict[str, tuple[Any, Any]]:
    assert found.keys() == expected.keys()
    return {key: (found[key], expected[key]) for key in found if not is_same(found[key], expected[key])}


def is_same(found: Any, expected: Any) -> bool:
    if isinstance(found, float) and expected is not None:
        return math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-9)
    return bool(found == expected)


@given(shops())
@settings(max_examples=50, **UNHURRIED)
def test_any_shop_at_the_defaults(duckdb_engine: Engine, shop: Shop):
    expected = oracle.segment(shop.members, shop.order_lines, shop.as_of)
    assert_agreed(duckdb_engine, shop, Settings(), expected)


SPLITS = st.sampled_from(("default", "median", "mean", (30, 2, Decimal("9.99")), (0, 1, 0), (91, Decimal("2.5"), 100)))


@st.composite
def choices(draw: st.DrawFn) -> Settings:
    dormant_after = draw(st.sampled_from((1, 14, 30, 89, 90, 180)))
    stages = StageSettings(
        new_days=draw(st.sampled_from((0, 5, 30, 90))),
        dormant_after=dormant_after,
        churned_after=dormant_after + draw(st.sampled_from((1, 30, 91))),
        declining_ratio=draw(st.sampled_from((1.1, 1.5, 2.0, 3.3))),
        mature_orders=draw(st.integers(1, 5)),
        welcome_points=draw(st.sampled_from((0, 10, 100))),
    )
    min_paid = draw(st.sampled_from((None, Decimal(0), Decimal("0.01"), Decimal(10))))
    rfm = RfmSettings(bins=draw(st.sampled_from((2, 3, 4, 10))), split=draw(SPLITS))
    return Settings(stages=stages, orders=OrderSettings(min_paid=min_paid), rfm=rfm)


def as_told(chosen: Settings) -> oracle.Parameters:
    split, min_paid = chosen.rfm.split, chosen.orders.min_paid
    return oracle.Parameters(
        min_paid=oracle.Parameters.min_paid if min_paid is None else min_paid,
        bins=chosen.rfm.bins,
        split=split if isinstance(split, str) else tuple(map(float, split)),
        **dict(chosen.stages),
    )


@given(shops(), choices())
@settings(max_examples=50, **UNHURRIED)
def test_any_shop_with_any_settings(duckdb_engine: Engine, shop: Shop, chosen: Settings):
    expected = oracle.segment(shop.members, shop.order_lines, shop.as_of, as_told(chosen))
    assert_agreed(duckdb_engine, shop, chosen, expected)


# Hundreds of drawn shops put into a few, so that rare meetings of oddities are many; and always the same ones.
CHOSEN = {
    "defaults": Settings(),
    "free orders count": Settings(orders=OrderSettings(min_paid=Decimal(0)), rfm=RfmSettings(split="mean", bins=3)),
    "short windows": Settings(
        stages=StageSettings(dormant_after=30, churned_after=60, new_days=5, mature_orders=2, welcome_points=10),
        rfm=RfmSettings(split=(30, 3, Decimal("9.99"))),
    ),
}


@pytest.mark.parametrize("chosen", CHOSEN.values(), ids=CHOSEN)
def test_a_crowd_of_odd_members(duckdb_engine: Engine, chosen: Settings):
    for shop in gathered_shops():
        expected = oracle.segment(shop.members, shop.order_lines, shop.as_of, as_told(chosen))
        assert_agreed(duckdb_engine, shop, chosen, expected)


@given(shops(most_members=16), st.sampled_from((None, Decimal(0))))
@settings(max_examples=40, **UNHURRIED)
def test_any_shops_silences(duckdb_engine: Engine, shop: Shop, min_paid: Decimal | None):
    assert_silences_agreed(duckdb_engine, shop, Settings(orders=OrderSettings(min_paid=min_paid)))


def test_the_silences_of_a_crowd_and_of_a_thousand(duckdb_engine: Engine):
    members, lines = demo_rows(1_000, TODAY)
    for shop in (gathered_shops()[0], Shop(members.to_pylist(), lines.to_pylist(), TODAY)):
        assert_silences_agreed(duckdb_engine, shop, Settings())


def assert_silences_agreed(engine: Engine, shop: Shop, chosen: Settings) -> None:
    open_rows(engine, shop.members, shop.order_lines)
    params = parameters(chosen, shop.as_of)
    engine.run(step("purchases"), params)
    expected = oracle.count_silences(shop.order_lines, shop.as_of, params["min_paid"])
    # The table has a row per change: between two, the counts are those of the row before.
    changes = {
        row.silent_days: (row.silent, row.returned) for row in engine.fetch(step("silences"), params).itertuples()
    }
    found, last = {}, (0, 0)
    for s in expected:
        found[s] = last = changes.get(s, last)
    assert found == expected
    suggested, windows = suggest_windows(engine, params), oracle.suggest_windows(expected)
    assert {key: suggested[key] for key in windows} == windows
    assert (suggested["reason"] is None) == (None not in windows.values())


# Days and amounts of a shop of any size, of which the lists of invented shops know nothing.


@pytest.fixture(scope="module")
def demo() -> tuple[pa.Table, pa.Table]:
    return demo_rows(20_000, TODAY)


@pytest.mark.parametrize("log_days", [None, 200])
def test_a_shop_of_twenty_thousand_members(
    duckdb_engine: Engine, demo: tuple[pa.Table, pa.Table], log_days: int | None
):
    members, lines = demo
    if log_days is not None:  # an export that begins lately, so that totals say more
        lines = lines.filter(pc.greater(lines["ordered_on"], pa.scalar(TODAY - timedelta(log_days))))
    shop = Shop(members.to_pylist(), lines.to_pylist(), TODAY)
    assert_agreed(duckdb_engine, shop, Settings(), oracle.segment(shop.members, shop.order_lines, TODAY))
