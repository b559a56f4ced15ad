"""Who came back: cohorts, days, growth and waits, held against published figures and an oracle that shares nothing."""

from __future__ import annotations

import json
import math
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import corner_shop
import retention_oracle as oracle
from commands import Run, runner
from core_shop import label_rows, typed
from real_shops import CDNOW_ENDS, EXPECTED, UCI_ENDS, cdnow_lines, needs_shared, uci_lines
from retention_oracle import Person, people_of
from shops import Row, Shop, a_line, a_member, shops
from siyu_cli.config.settings import OrderSettings, Settings
from siyu_cli.core.retention.beginnings import Following
from siyu_cli.core.retention.cohorts import average
from siyu_cli.core.retention.parts import MIN_CELL
from siyu_cli.core.retention.periods import PERIODS
from siyu_cli.core.retention.retained import BRACKETS, HORIZONS, Followed, Retained, follow
from siyu_cli.engines.protocol import Engine
from siyu_cli.errors import DataError
from siyu_cli.tables.cleaned import CLEANED_EVENTS


def followed(
    engine: Engine, orders: Any, as_of: date, members: Any = (), chosen: Settings | None = None, **how: Any
) -> Followed:
    shop = label_rows(engine, members, orders, as_of, chosen)
    return follow(engine, shop.params, Following(**how))


def bought(dates: dict[str, list[str]]) -> list[Row]:
    return [
        a_line(member, f"{member}{number}", date.fromisoformat(day), 10)
        for member, days in dates.items()
        for number, day in enumerate(days)
    ]


def counts(rate: dict[str, Any]) -> tuple[int, int]:
    return rate["numerator"], rate["denominator"]


def cdnow(engine: Engine, **how: Any) -> Retained:
    counted = Settings(orders=OrderSettings(min_paid=Decimal(0)))  # the figures count free orders
    return followed(engine, cdnow_lines(), CDNOW_ENDS, chosen=counted, **how).whole


def uci(engine: Engine, **how: Any) -> Retained:
    return followed(engine, uci_lines(), UCI_ENDS, **how).whole


# --- By hand ------------------------------------------------------------------------------------------


def test_a_period_that_is_not_over_is_empty_and_one_without_anybody_is_0(engine: Engine):
    dates = {"A": ["2026-01-31", "2026-02-01", "2026-03-02", "2026-05-01"]}
    months = followed(engine, bought(dates), date(2026, 5, 10)).whole
    (cohort,) = months.cohorts
    assert (cohort.cohort, cohort.active, cohort.open_so_far) == (date(2026, 1, 1), (1, 1, 1, 0, None), 1)
    weeks = followed(engine, bought(dates), date(2026, 5, 10), period="week").whole.cohorts[0]
    assert (weeks.cohort, *(weeks.active[at] for at in (0, 1, 5, 13))) == (date(2026, 1, 26), 1, 0, 1, 1)


def test_only_who_is_old_enough_is_counted(engine: Engine):
    found = followed(engine, bought({"A": ["2026-01-30"], "B": ["2026-01-31", "2026-02-02"]}), date(2026, 3, 1)).whole
    assert counts(found.rolling[30]["within"]) == (0, 1)  # A is 30 days old on that day, B is 29
    assert counts(found.rolling[14]["within"]) == (1, 2)
    assert 60 not in found.rolling


def test_who_was_new_stayed_came_back_and_was_lost(engine: Engine):
    dates = {
        "A": ["2026-01-05", "2026-02-05", "2026-04-01"], "B": ["2026-01-20"],
        "C": ["2026-02-11", "2026-03-11", "2026-04-11"], "D": ["2026-04-29"],
    }  # fmt: skip
    growth = followed(engine, bought(dates), date(2026, 4, 30)).whole.growth
    found = [(row.active, row.new, row.retained, row.returned, row.lost, row.quick_ratio) for row in growth]
    assert found == [
        (2, 2, 0, 0, 0, None), (2, 1, 1, 0, 1, 1.0), (1, 0, 1, 0, 1, 0.0), (3, 1, 1, 1, 0, None),
    ]  # fmt: skip


def test_nobody_is_lost_while_the_period_runs(engine: Engine):
    growth = followed(engine, bought({"A": ["2026-01-05"], "B": ["2026-02-03"]}), date(2026, 2, 10)).whole.growth
    last = growth[-1]
    assert (last.is_complete, last.new, last.lost, last.quick_ratio, last.net_sales["lost"]) == (
        False, 1, None, None, None,
    )  # fmt: skip


def test_the_cohort_with_which_the_log_begins_stands_apart_unless_its_members_had_just_joined(engine: Engine):
    dates = {f"M{number}": ["2026-01-05", "2026-02-05"] for number in range(10)} | {"N": ["2026-02-09"]}
    first, second = followed(engine, bought(dates), date(2026, 3, 31)).whole.cohorts
    assert (first.is_truncated, second.is_truncated) == (True, False)
    assert counts(average([first, second])[1]) == (0, 1)
    joined = [
        a_member(name, joined_on=date(2026, 1, 5)) for name in dates if name != "M9"
    ]  # 9 of 10 are known to be new
    first, second = followed(engine, bought(dates), date(2026, 3, 31), joined).whole.cohorts
    assert not first.is_truncated
    assert counts(average([first, second])[1]) == (10, 11)
    first, _ = followed(engine, bought(dates), date(2026, 3, 31), joined[1:]).whole.cohorts
    assert first.is_truncated


def test_members_begin_with_joining_if_that_is_asked_and_was_earlier(engine: Engine):
    members = [a_member("A", joined_on=date(2026, 1, 20)), a_member("B", joined_on=date(2026, 3, 9)), a_member("C")]
    orders = bought({"A": ["2026-02-01"], "B": ["2026-02-08"]})
    found = followed(engine, orders, date(2026, 3, 31), members, start="joined")
    assert [(cohort.cohort, cohort.members, cohort.active) for cohort in found.whole.cohorts] == [
        (date(2026, 1, 1), 1, (0, 1, 0)), (date(2026, 2, 1), 1, (1, 0)),
    ]  # fmt: skip
    assert found.excluded == {"no_date": 1}


def test_who_bought_before_the_log_has_no_start_and_is_never_new(engine: Engine):
    members = [a_member("A", total_order_count=9, total_last_order_on=date(2026, 2, 1)), a_member("B")]
    found = followed(engine, bought({"A": ["2026-02-01"], "C": ["2026-02-03"]}), date(2026, 2, 28), members)
    assert found.excluded == {"earlier_orders": 1, "never_bought": 1}
    assert (found.whole.members, found.whole.growth[0].new, found.whole.growth[0].returned) == (1, 1, 1)


def test_then_or_later_can_end_when_everybody_was_watched_as_long(engine: Engine):
    dates = {"A": ["2026-01-01", "2026-04-30"], "B": ["2026-01-01", "2026-02-15"], "C": ["2026-04-01", "2026-04-20"]}
    found = followed(engine, bought(dates), date(2026, 4, 30), until=90).whole
    assert counts(found.rolling[14]["unbounded"]) == (3, 3)
    assert counts(found.rolling[14]["bounded"]) == (1, 2)


def test_a_shop_where_nobody_bought_says_so(engine: Engine):
    with pytest.raises(DataError, match="Nobody bought on a date"):
        followed(engine, [], date(2026, 4, 30), [a_member("A")])


def test_small_parts_are_one_and_parts_sum_to_the_whole(engine: Engine):
    dates = {f"M{number:02}": ["2026-01-05", "2026-02-0" + str(number % 9 + 1)] for number in range(20)}
    owners = ["小美"] * 9 + ["小丽"] * MIN_CELL + ["小红"] * 4 + [None] * 2
    members = [a_member(name) | {"owner": owner} for name, owner in zip(dates, owners, strict=True)]
    found = followed(engine, bought(dates), date(2026, 3, 31), members, by="owner")
    assert [(part.name, told.members) for part, told in found.parts] == [
        ("小美", 9), ("小丽", MIN_CELL), ("other", 4), ("unknown", 2),
    ]  # fmt: skip


# --- Published figures --------------------------------------------------------------------------------


def test_cdnow_comes_back_as_published(engine: Engine):
    found = cdnow(engine)
    expected = {30: (410, 2357), 60: (601, 2357), 90: (687, 2357), 180: (887, 2357)}
    assert {days: counts(found.rolling[days]["within"]) for days in expected} == expected
    wait = found.survival["1-2"]
    assert [round(value or 0, 3) for value in wait.back_within(90).values()] == [0.291, 0.274, 0.310]
    assert wait.median is None


@needs_shared
@pytest.mark.parametrize("name", ["cdnow_sample", "uci"])
@pytest.mark.parametrize("period", ["month", "week"])
def test_cohorts_days_and_growth_are_those_of_programs_that_share_nothing(engine: Engine, name: str, period: str):
    expected = json.loads((EXPECTED / f"retention_{name}.json").read_text("utf-8"))
    found = cdnow(engine, period=period) if name == "cdnow_sample" else uci(engine, period=period)
    of_period = expected["month" if period == "month" else "week_first_8_cohorts"]
    for cohort, row in zip(found.cohorts, of_period, strict=period == "month" and name == "uci"):
        active = [*cohort.active, *[None] * 60][: len(row["active"])]
        own = (str(cohort.cohort), cohort.members, active, cohort.repeaters, cohort.open_so_far)
        assert own == tuple(
            row[key] for key in ("cohort", "members", "active", "repeat_in_period_0", "open_period_so_far")
        )
    for days, row in expected["rolling"]["by_day"].items():
        rates = found.rolling[int(days)]
        own = (rates["ripe"], *(rates[key]["numerator"] for key in ("day", "within", "unbounded")))
        assert own == tuple(row[key] for key in ("ripe", "day_n", "within_n", "unbounded_n"))
    for bracket, row in expected["rolling"]["brackets"].items():
        assert counts(found.brackets[bracket]) == (row["active"], row["ripe"])
    rows = json.loads((EXPECTED / f"growth_{name}.json").read_text("utf-8"))[period]
    for growth, row in zip(found.growth, rows, strict=True):
        assert str(growth.period) == row["period"]
        told = ("active", "new", "retained", "returned", *(["lost"] if row["is_complete"] else []))
        assert {key: getattr(growth, key) for key in told} == {key: row[key] for key in told}
        if row["is_complete"]:
            assert growth.net_sales == {key: Decimal(value) for key, value in row["net_sales"].items()}
            assert growth.quick_ratio == pytest.approx(row["quick_ratio"], abs=1e-6)


@needs_shared
def test_waits_until_the_next_order_are_the_published_ones(engine: Engine):
    survival = uci(engine).survival
    assert [round(value or 0, 3) for value in survival["1-2"].back_within(90).values()] == [0.480, 0.464, 0.496]
    assert [round(survival[name].back_within(90)["rate"] or 0, 3) for name in ("2-3", "3-4")] == [0.623, 0.736]
    assert [survival[name].median for name in ("1-2", "2-3", "3-4")] == [96, 62, 49]


# --- Any shop -----------------------------------------------------------------------------------------


@given(shops(), st.sampled_from(PERIODS), st.sampled_from(("first_order", "joined")))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_shop_has_the_retention_that_can_be_counted_by_hand(
    duckdb_engine: Engine, shop: Shop, period: str, start: str
):
    try:
        found = followed(duckdb_engine, shop.order_lines, shop.as_of, shop.members, period=period, start=start).whole
    except DataError:
        assert not any(person.bought_on for person in people_of(duckdb_engine, start))
        return
    people, as_of = people_of(duckdb_engine, start), shop.as_of
    told = {c.cohort: (c.members, list(c.active), c.repeaters) for c in found.cohorts}
    assert told == oracle.cohorts(people, period, as_of)
    for days in HORIZONS:
        ripe = oracle.back(people, 1, days, days, as_of)[1]
        assert (days in found.rolling) == bool(ripe)
        if ripe:
            rates = found.rolling[days]
            assert counts(rates["within"]) == oracle.back(people, 1, days, days, as_of)
            assert counts(rates["day"]) == oracle.back(people, days, days, days, as_of)
            assert counts(rates["unbounded"]) == oracle.back(people, days, 99_999, days, as_of)
    for low, high in BRACKETS:
        if f"{low}-{high}" in found.brackets:
            assert counts(found.brackets[f"{low}-{high}"]) == oracle.back(people, low, high, high, as_of)
    assert_growth(found, people, period)
    for name, curve in found.survival.items():
        waits = oracle.waits_of(people, int(name[0]), as_of)
        assert curve.members == len(waits)
        for days in (30, 90):
            back = curve.back_within(days)["rate"]
            assert back is None or math.isclose(back, 1 - oracle.kaplan_meier(waits, days), abs_tol=1e-9)


# --- By events ----------------------------------------------------------------------------------------


def event(member: str, day: date, kind: str) -> Row:
    return {"member_id": member, "happened_on": day, "kind": kind}


def test_events_are_what_coming_back_is_where_they_are_asked_for(engine: Engine):
    engine.open("events", typed([
        event("A", date(2026, 1, 10), "checkin"), event("A", date(2026, 3, 1), "checkin"),
        event("A", date(2026, 2, 3), "contact"), event("B", date(2026, 2, 3), "live"),
    ], CLEANED_EVENTS.columns))  # fmt: skip
    orders = bought({"A": ["2026-01-05", "2026-02-20"], "B": ["2026-01-06"]})
    shop = label_rows(engine, (), orders, date(2026, 3, 31))
    (checkins,) = follow(engine, shop.params, Following(on="checkin")).whole.cohorts
    (anything,) = follow(engine, shop.params, Following(on="event")).whole.cohorts
    assert (checkins.members, checkins.active) == (2, (1, 0, 1))
    assert anything.active == (1, 1, 1)  # being contacted is nothing that a member did
    with pytest.raises(DataError):
        follow(engine, shop.params, Following(on="signup"))


@given(shops(), st.data(), st.sampled_from(("first_order", "joined")))
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_shop_has_the_retention_by_events_that_can_be_counted_by_hand(
    duckdb_engine: Engine, shop: Shop, data: st.DataObject, start: str
):
    label_rows(duckdb_engine, shop.members, shop.order_lines, shop.as_of)
    people = people_of(duckdb_engine, start)
    if not any(person.bought_on for person in people):
        return
    names = [row["member_id"] for row in duckdb_engine.read("features", ["member_id"]).to_pylist()]
    ages = st.lists(st.sampled_from((0, 1, 20, 31, 45, 90, 200, 400)), max_size=4, unique=True)
    seen = [[shop.as_of - timedelta(days=age) for age in data.draw(ages)] for _ in names]
    events = [event(name, day, "checkin") for name, days in zip(names, seen, strict=True) for day in days]
    events.append(event(names[0], shop.as_of, "checkin"))
    seen[0] = sorted({*seen[0], shop.as_of})
    duckdb_engine.open("events", typed(events, CLEANED_EVENTS.columns))
    found = followed(duckdb_engine, shop.order_lines, shop.as_of, shop.members, start=start, on="checkin").whole
    people = [Person(days, {}, person.start) for days, person in zip(seen, people, strict=True)]
    assert {c.cohort: (c.members, list(c.active), c.repeaters) for c in found.cohorts} == oracle.cohorts(
        people, "month", shop.as_of
    )
    for days, rates in found.rolling.items():
        assert counts(rates["within"]) == oracle.back(people, 1, days, days, shop.as_of)
    for row in found.growth:
        moves = oracle.growth(people, row.period, "month")
        assert (row.new, row.retained, row.returned) == (moves["new"], moves["retained"], moves["returned"])
    for name, curve in found.survival.items():
        assert curve.members == len(oracle.waits_of(people, int(name[0]), shop.as_of))


def assert_growth(found: Retained, people: list[Person], period: str) -> None:
    """Hold the moves against the oracle, and their sums against what was there before, to the cent."""
    active, total = 0, Decimal(0)
    for row in found.growth:
        moves = oracle.growth(people, row.period, period)
        assert {key: getattr(row, key) for key in ("new", "retained", "returned")} == {
            key: moves[key] for key in ("new", "retained", "returned")
        }
        assert row.net_sales["total"] == oracle.money(people, row.period, period)
        if row.is_complete:
            net: Any = row.net_sales
            assert row.lost == moves["lost"]
            assert row.active == active + row.new + row.returned - moves["lost"]
            assert (
                net["total"]
                == total + net["new"] + net["returned"] + net["expansion"] - net["contraction"] - net["lost"]
            )
        active, total = row.active, row.net_sales["total"] or Decimal(0)


@given(shops(), st.integers(1, 400))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_is_over_stays_as_it_was(duckdb_engine: Engine, shop: Shop, later: int):
    try:
        before = followed(duckdb_engine, shop.order_lines, shop.as_of).whole
    except DataError:
        return
    after = followed(duckdb_engine, shop.order_lines, shop.as_of + timedelta(days=later)).whole
    known = {cohort.cohort: cohort for cohort in after.cohorts}
    # Refunds that come later may undo a purchase, as everywhere; nothing else changes what is over.
    if any(row["refunded_amount"] for row in shop.order_lines):
        return
    for cohort in before.cohorts:
        over = [active for active in cohort.active if active is not None]
        if over:
            assert list(known[cohort.cohort].active[: len(over)]) == over


# --- The command --------------------------------------------------------------------------------------


@pytest.fixture
def run(empty_folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    corner_shop.write_shop(empty_folder)
    return runner(capsys)


def test_the_document_has_the_figures_with_what_they_are_made_of(run: Run):
    ended = run("retention", "会员.csv", "订单.csv", "--as-of", "2026-03-01", "--format", "json", "--by", "owner")
    document = json.loads(ended.out)
    assert {"population", "cohorts", "average", "rolling", "brackets", "growth", "survival", "by"} < document.keys()
    assert document["meta"]["parameters"].items() >= {"period": "month", "start": "first_order"}.items()
    members = document["population"]["members"]
    assert members == sum(cohort["members"] for cohort in document["cohorts"])
    assert members == sum(part["members"] for part in document["by"])
    assert document["rolling"]["30"]["within"]["denominator"] == document["rolling"]["30"]["ripe"]


def test_who_means_another_period_is_told_the_nearest(run: Run):
    ended = run("retention", "会员.csv", "订单.csv", "--period", "months")
    assert (ended.code, "month" in ended.err) == (2, True)


def test_members_alone_have_nobody_who_came_back(run: Run):
    ended = run("retention", "会员.csv", "--as-of", "2026-03-01")
    assert ended.code == 65
    assert "order log" in ended.err
