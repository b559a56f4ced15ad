"""The monitor's rule: held against published run lengths, simulated rates, and the same rule said slowly."""

from __future__ import annotations

import json
import math
from datetime import date, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor_oracle import closed_days, drift_slowly, judge_slowly, unscale
from real_shops import SHARED
from siyu_cli.core.monitor.arl import limit_for, shewhart, two_sided
from siyu_cli.core.monitor.budget import RATES, Budget, jump_limit
from siyu_cli.core.monitor.days import Calendar, last_whole_day, public_holidays
from siyu_cli.core.monitor.drift import Drift, find_drift
from siyu_cli.core.monitor.judging import is_closed, judge
from siyu_cli.core.monitor.power import WITHIN, Rule, power
from siyu_cli.core.monitor.rates import Law, past_of
from siyu_cli.core.monitor.stages import watch_stages
from siyu_cli.core.monitor.watched import Daily, judge_days, without_a_sale

FIGURES = SHARED / "expected" / "membership" / "monitor"
needs_figures = pytest.mark.skipif(not FIGURES.is_dir(), reason="the shared data are not here")
MONDAY = date(2024, 1, 1)
OPENED = 126  # days after which a day is judged by all that is learned


def figures(name: str) -> Any:
    return json.loads((FIGURES / f"{name}.json").read_text("utf-8"))


# --- Run lengths, limits, laws -----------------------------------------------------------------------------


@needs_figures
def test_run_lengths_of_the_cusum_are_those_of_the_integral_equation():
    for name, told in figures("cusum_arl")["two_sided"].items():
        limit, shift = (float(part.split("=")[1]) for part in name.split()[1:])
        assert two_sided(limit, shift) == pytest.approx(told["integral"], rel=0.002), name
    for name, shifts in figures("cusum_arl")["shewhart"].items():
        for shift, told in shifts.items():
            assert shewhart(float(name[2:]), float(shift[6:])) == pytest.approx(told, abs=0.0051), (name, shift)


def test_the_limit_of_drift_is_the_one_whose_run_length_was_asked_for():
    for length in (5, 32.6, 167.7, 465.4, 5_000, 1e6):
        assert two_sided(limit_for(length)) == pytest.approx(length, rel=1e-4)


@needs_figures
def test_limits_are_read_off_the_calibrated_rates_and_the_budget_is_shared():
    for kind, name in (("count", "normal"), ("money", "GMV 40 orders")):
        assert {str(limit).removesuffix(".0"): rate for limit, rate in RATES[kind]} == figures("thresholds")[name]
        for limit, rate in RATES[kind]:
            assert jump_limit(kind, rate) == pytest.approx(limit)
    # One a month for 20 stores with 8 figures each.
    assert (round(jump_limit("count", 12 / 160), 1), round(jump_limit("money", 12 / 160), 1)) == (4.4, 4.9)
    assert Budget(1, 12).each == pytest.approx(0.75)
    assert Budget(1, 160).jump("count") > Budget(1, 6).jump("count") > Budget(4, 6).jump("count")


@needs_figures
def test_tails_of_shares_are_exact_with_and_without_weeks_that_hang_together():
    told = figures("binomial")
    for row in told["tails"]:
        law = Law.of(row["n"], row["p0"])
        assert (law.many[row["k"]], law.few[row["k"]]) == pytest.approx((row["upper"], row["lower"]), rel=1e-9)
    for row in told["thresholds"]:
        law = Law.of(row["n"], row["p0"])
        assert int(np.argmax(law.many < 0.002)) == row["first_k_alarm_alpha_.002"]
    for row in told["beta_binomial"]:
        assert Law.of(row["n"], row["p0"], row["rho"]).many[27] == pytest.approx(row["P(X>=27)"], rel=1e-9)


def test_a_share_that_moves_from_week_to_week_rings_as_rarely_as_one_that_does_not():
    """A plain binomial rings 4.2 times a year at 300 a week and ρ .01; the one that learns ρ stays near its budget."""
    rng = np.random.default_rng(7)
    rung = {0.0: 0, 0.01: 0}
    plain = weeks = 0
    for alike in rung:
        for _year in range(12):
            together = (1 - alike) / alike if alike else 1e9
            shares = rng.beta(0.05 * together, 0.95 * together, 78)
            counts, sizes = rng.binomial(300, shares).astype(float), np.full(78, 300.0)
            for week in range(26, 78):
                past = past_of(counts[:week], sizes[:week])
                assert past is not None
                law, count = past.law(300), int(counts[week])
                rung[alike] += min(law.few[count], law.many[count]) < 0.001
                plain += bool(alike) and Law.of(300, counts[week - 26 : week].sum() / 7_800).many[count] < 0.002
                weeks += 1
    assert plain / 12 > 2.5
    assert max(rung.values()) / 12 <= 0.35


# --- Rates of false alarms, simulated ----------------------------------------------------------------------


def noise(name: str, rng: np.random.Generator, days: int) -> tuple[np.ndarray[Any, Any], str]:
    if name == "iid normal":
        return np.exp(rng.normal(0, 1, days)), "money"
    if name == "AR1 0.5":
        steps = rng.normal(0, 1, days)
        for day in range(1, days):
            steps[day] = 0.5 * steps[day - 1] + math.sqrt(0.75) * steps[day]
        return np.exp(steps), "money"
    if name == "GMV: 40 orders, lognormal sizes":
        return np.array([rng.lognormal(0, 0.8, orders).sum() for orders in rng.poisson(40, days)]), "money"
    return rng.poisson(60, days).astype(float), "count"


@needs_figures
@pytest.mark.parametrize("name", ["iid normal", "AR1 0.5", "Poisson 60", "GMV: 40 orders, lognormal sizes"])
def test_days_and_the_textbooks_drift_ring_as_often_as_was_simulated(name: str):
    told, rng, years, none = figures("false_alarms")[name], np.random.default_rng(3), 60, np.zeros(OPENED + 730, bool)
    jumps, drifts = {3.0: 0, 3.5: 0}, 0
    for _shop in range(years // 2):
        values, kind = noise(name, rng, OPENED + 730)
        z = judge(values, kind, ~none, none).z[OPENED:]
        jumps = {limit: rung + int((np.abs(z) > limit).sum()) for limit, rung in jumps.items()}
        drifts += len(find_drift(z, 0, Drift(5, days=1, is_scaled=False)))
    assert jumps[3.0] / years == pytest.approx(told["B |z|>3"], rel=0.35)
    assert jumps[3.5] / years == pytest.approx(told["B |z|>3.5"], abs=0.45)
    # It is silent for four weeks after each alarm, so that a shop that wanders rings less often.
    assert drifts / years <= told["C cusum"] * 1.4
    assert drifts / years >= told["C cusum"] * 0.4


@needs_figures
@pytest.mark.parametrize(("level", "drop"), [(5, 0.3), (20, 0.3), (60, 0.5), (300, 0.3)])
def test_what_a_shop_can_see_is_what_was_simulated(level: int, drop: float):
    """Those shops scatter by 16 % besides chance."""
    told = figures("power")[f"{level} orders a day, drop {round(drop * 100)}%"]
    found = power(level, math.sqrt(1 + level / 40), drop, Rule(3.5, Drift(5, days=1, is_scaled=False)))
    for within in WITHIN:
        assert found[within] == pytest.approx(told[f"within {within}"], abs=0.11), within


# --- The rule, said slowly ---------------------------------------------------------------------------------

levels = st.sampled_from([0, 0, 1, 2, 3, 5, 8, 9, 10, 11, 40])


@settings(max_examples=25, deadline=None)
@given(
    values=st.lists(levels, min_size=80, max_size=130),
    special=st.sets(st.integers(0, 129), max_size=12),
    shut=st.sampled_from([None, 5, 6]),
    kind=st.sampled_from(["count", "money"]),
)
def test_days_are_judged_as_the_slow_rule_judges_them(values, special, shut, kind):
    days = [0.0 if day % 7 == shut else float(value) for day, value in enumerate(values)]
    is_special = [day in special for day in range(len(days))]
    array, ordinary = np.array(days), ~np.array(is_special)
    closed = is_closed(array, ordinary)
    assert closed.tolist() == closed_days(days, is_special)
    found = judge(array, kind, ordinary, closed)
    for day, told in enumerate(judge_slowly(days, kind, is_special, closed.tolist())):
        if told is None:
            assert math.isnan(found.z[day]), day
        else:
            assert (found.expected[day], found.spread[day], found.z[day]) == pytest.approx(told, abs=1e-9), day
            assert found.told(3)[0][day] == pytest.approx(unscale(told[0], kind))


@settings(max_examples=30, deadline=None)
@given(
    z=st.lists(st.sampled_from([None, -5.0, -1.0, -0.5, 0.0, 0.25, 1.0, 2.0, 6.0]), min_size=60, max_size=250),
    weekday=st.integers(0, 6),
    limit=st.sampled_from([1.0, 2.5, 4.0]),
)
def test_drift_is_found_as_the_slow_rule_finds_it(z, weekday, limit):
    array = np.array([math.nan if one is None else one for one in z])
    found = [(rung.place, rung.since) for rung in find_drift(array, weekday, Drift(limit))]
    assert found == drift_slowly(z, weekday, limit)


# --- What is told of a day ---------------------------------------------------------------------------------


def a_series(values: list[float], special: set[int] = frozenset(), kind: str = "count") -> Daily:
    array, days = np.array(values, float), np.zeros(len(values), bool)
    days[list(special)] = True
    return Daily("orders", "orders", None, MONDAY, array, judge_days(array, kind, days, array, 0), days)


STEADY = [20.0, 22, 19, 21, 24, 30, 28, 21, 20, 23, 18, 26, 33, 27] * 15


def test_a_jump_rings_and_its_episode_has_one_beginning():
    values = [*STEADY, 2.0, 1.0, 20.0]
    found = a_series(values).watch(Budget(1, 6))
    rung = [(point.on.toordinal() - MONDAY.toordinal() - len(STEADY), point.since) for point in found.rings]
    assert [day for day, _since in rung] == [0, 1]
    assert len({since for _day, since in rung}) == 1
    first = found.rings[0]
    assert first.value == 2
    assert first.z < -3
    assert first.low > 2
    assert first.expected == pytest.approx(20.6, abs=2)


def test_a_lasting_change_drifts_once_and_is_silent_for_four_weeks():
    found = a_series([*STEADY, *[value * 0.75 for value in STEADY[:84]]]).watch(Budget(1, 6))
    drifts = [point for point in found.rings if point.state == "drift"]
    assert len(drifts) == 1
    assert drifts[0].on.weekday() == 6
    assert drifts[0].value < drifts[0].expected
    assert 0 <= (drifts[0].on - MONDAY).days - len(STEADY) < 28


def test_special_days_are_neither_judged_nor_learned_from():
    sale = set(range(100, 110))
    values = [300.0 if day in sale else value for day, value in enumerate(STEADY)]
    found = a_series(values, sale)
    assert {point.state for point in found.watch(Budget(1, 6)).points[100:110]} == {"special"}
    without = a_series(STEADY, sale)
    assert np.array_equal(found.judged.z, without.judged.z, equal_nan=True)


def test_a_weekday_on_which_the_shop_is_closed_is_not_watched():
    values = [0.0 if day % 7 == 6 else value for day, value in enumerate(STEADY)]
    states = [point.state for point in a_series(values).watch(Budget(1, 6)).points]
    assert set(states[6::7]) == {"unwatched"}
    assert "jump" not in states


def test_a_day_without_a_sale_is_judged_by_its_count():
    values = np.array([*STEADY, 0.0])
    none = np.zeros(len(values), bool)
    counts, sums = judge_days(values, "count", none, values, 0), judge_days(values * 50, "money", none, values, 0)
    assert math.isnan(sums.z[-1])
    assert without_a_sale(sums, counts).z[-1] == counts.z[-1] < -4


def test_stages_are_watched_once_there_are_thirteen_weekly_lists():
    looks: Any = [
        (date.fromordinal(MONDAY.toordinal() + 7 * week), {"dormant": 900 + 7 * (week * week % 5)})
        for week in range(20)
    ]
    few = watch_stages(looks[:12], 0.01)
    assert not any(series.is_watched for series in few)
    assert {series.needs for series in few} == {"snapshots"}
    leap = (date.fromordinal(looks[-1][0].toordinal() + 7), {"dormant": 1_400})
    dormant = next(series for series in watch_stages([*looks, leap], 0.01) if series.metric == "stage_dormant")
    assert [point.value for point in dormant.rings] == [1_400]
    assert 880 < dormant.rings[0].expected < 950


# --- Days like no others, and days that are not over --------------------------------------------------------


def test_a_country_keeps_the_holidays_that_most_of_its_parts_keep():
    found = public_holidays("GB", date(2010, 1, 1), date(2010, 12, 31))
    assert {date(2010, 4, day) for day in (2, 3, 4, 5)} <= set(found)  # Good Friday to Easter Monday
    assert {date(2010, 5, 3), date(2010, 5, 31), date(2010, 8, 30)} <= set(found)
    assert date(2010, 3, 17) not in found  # Northern Ireland's alone
    assert date(2010, 3, 17) in public_holidays("GB-NIR", date(2010, 1, 1), date(2010, 12, 31))


def test_chinese_festivals_are_china_s_and_the_shops_own_days_everybodys():
    own = {"店庆": (date(2026, 9, 9), date(2026, 9, 10))}
    span = date(2026, 1, 1), date(2026, 12, 31)
    chinese, british = (Calendar(country, own).special(*span) for country in ("CN", "GB"))
    for day in (date(2026, 11, 11), date(2026, 6, 18), date(2026, 2, 17), date(2026, 10, 4), date(2026, 2, 28)):
        assert day in chinese, day  # the last one is a Saturday that is worked
    assert date(2026, 11, 11) not in british
    assert date(2026, 9, 9) in chinese.keys() & british.keys()


@pytest.mark.parametrize(
    ("newest_at", "as_of", "last"),
    [
        ("2026-06-30 19:59:59", "2026-06-30", "2026-06-29"),
        ("2026-06-30 20:00:00", "2026-06-30", "2026-06-30"),
        ("2026-06-30 00:00:00", "2026-06-30", "2026-06-30"),
        ("2026-07-02 09:00:00", "2026-06-30", "2026-06-30"),
        ("2026-06-28 11:00:00", "2026-06-30", "2026-06-27"),
    ],
)
def test_a_day_whose_last_order_came_before_eight_is_not_over(newest_at: str, as_of: str, last: str):
    moment = datetime.fromisoformat(newest_at)
    newest_on = min(moment.date(), date.fromisoformat(as_of))
    assert str(last_whole_day(newest_on, moment, date.fromisoformat(as_of))) == last
