"""Who comes back by themselves: by silence and purchase days, held against figures of programs that share nothing."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import corner_shop
from commands import Run, runner
from core_shop import label_rows
from real_shops import EXPECTED, UCI_ENDS, needs_shared, uci_lines
from retention_oracle import Person, people_of
from shops import Row, Shop, a_line, shops
from siyu_cli.core.winback.natural import SPANS, Band, look_back, worth_until
from siyu_cli.engines.protocol import Engine

DAYS = 90


def natural(engine: Engine, orders: Any, as_of: date, looked_from: date, members: Any = ()) -> tuple[Band, ...]:
    shop = label_rows(engine, members, orders, as_of)
    return look_back(engine, {**shop.params, "horizon_days": DAYS}, looked_from)


def bought(member: str, *orders: tuple[str, int]) -> list[Row]:
    return [a_line(member, f"{member}{n}", date.fromisoformat(day), paid) for n, (day, paid) in enumerate(orders)]


def of(bands: tuple[Band, ...], silent_from: int, order_days: str | None = None) -> Band:
    return next(band for band in bands if (band.silent_from, band.order_days) == (silent_from, order_days))


def test_silence_ends_with_the_date_and_the_horizon_with_its_last_day(engine: Engine):
    cut = date(2026, 1, 31)
    orders = [
        *bought("A", ("2026-01-01", 10), ("2026-05-01", 70)),  # silent 30 days, back on day 90
        *bought("B", ("2025-12-31", 10), ("2026-05-02", 99)),  # silent 31 days, back on day 91: too late
        *bought("C", ("2026-01-31", 10), ("2026-02-01", 5)),  # bought on the very day: silent for 0
    ]
    bands = natural(engine, orders, date(2026, 6, 30), cut)
    assert [(of(bands, start).members, of(bands, start).returned) for start in (0, 31)] == [(2, 2), (1, 0)]
    recent = of(bands, 0)
    assert (recent.value_per_returner, recent.value_per_member, recent.median_days) == (37.5, 37.5, 1)


def test_those_who_bought_once_and_often_are_told_apart(engine: Engine):
    orders = [*bought("A", ("2026-01-01", 10)), *bought("B", *((f"2025-12-0{day}", 10) for day in (1, 2, 3, 4)))]
    bands = natural(engine, orders, date(2026, 6, 30), date(2026, 1, 31))
    assert (of(bands, 0, "1").members, of(bands, 31, "4+").members, of(bands, 31, "1").members) == (1, 1, 0)


def test_a_contact_is_worth_it_as_long_as_more_comes_back_than_it_costs(engine: Engine):
    orders = [
        *bought("A", ("2026-01-20", 10), ("2026-02-20", 50)),
        *bought("B", ("2025-12-20", 10), ("2026-02-20", 4)),
        *bought("C", ("2025-10-01", 10)),
    ]
    bands = natural(engine, orders, date(2026, 6, 30), date(2026, 1, 31))
    assert [worth_until(bands, cost, 0.5) for cost in (1.0, 2.0, 30.0)] == [60, 30, None]


@needs_shared
def test_natural_return_is_that_of_a_program_that_shares_nothing(engine: Engine):
    expected = json.loads((EXPECTED / "winback.json").read_text("utf-8"))["uci|2010-09-09|90"]
    bands = natural(engine, uci_lines(), UCI_ENDS, date(2010, 9, 9))
    for row in expected["natural"]:
        band = of(bands, row["silent_from"])
        assert (band.silent_to, band.members, band.returned) == (row["silent_to"], row["members"], row["returned"])
        assert (band.median_days, str(band.net_sales)) == (row["median_days_to_return"], row["net_sales_of_returners"])
    for name, row in expected["by_order_days"].items():
        span, order_days = name.split("|")
        band = of(bands, int(span.split("-")[0]), order_days)
        assert (band.members, band.returned) == (row["members"], row["returned"])


@given(shops(), st.integers(1, 800))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_shop_has_the_returns_that_can_be_counted_by_hand(duckdb_engine: Engine, shop: Shop, ago: int):
    cut = shop.as_of - timedelta(days=ago)
    bands = natural(duckdb_engine, shop.order_lines, shop.as_of, cut, shop.members)
    people = people_of(duckdb_engine, "first_order")
    for start, following in zip(SPANS, (*SPANS[1:], 99_999), strict=True):
        silent = [person for person in people if start <= silence(person, cut) < following]
        came = [p for p in silent if any(cut < day <= cut + timedelta(days=DAYS) for day in p.bought_on)]
        assert (of(bands, start).members, of(bands, start).returned) == (len(silent), len(came))


def silence(person: Person, cut: date) -> int:
    return min(((cut - day).days for day in person.bought_on if day <= cut), default=-1)


@pytest.fixture
def run(empty_folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    corner_shop.write_shop(empty_folder)
    return runner(capsys)


def test_the_document_has_bands_dates_and_what_a_contact_may_cost(run: Run):
    ended = run("winback", "会员.csv", "订单.csv", "--as-of", "2026-03-01", "--contact-cost", "0.5", "--format", "json")
    document = json.loads(ended.out)
    assert {"bands", "dates", "looked_from", "worth_until"} < document.keys()
    assert document["looked_from"] == "2025-12-01"


def test_a_log_too_short_to_look_back_says_so(run: Run):
    ended = run("winback", "会员.csv", "订单.csv", "--as-of", "2026-03-01", "--horizon", "1000")
    assert (ended.code, "shorter than 1000 days" in ended.err) == (65, True)


def test_a_cost_that_is_no_amount_is_a_mistake_in_the_command_line(run: Run):
    assert [run("winback", "订单.csv", "--contact-cost", cost).code for cost in ("half", "-1", "nan")] == [2, 2, 2]
