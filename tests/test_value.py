"""What members bring: per buyer, by days since the first order, how unevenly, tier to tier, and what to expect."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import corner_shop
from commands import Run, runner
from core_shop import label_rows
from real_shops import CDNOW_ENDS, EXPECTED, UCI_ENDS, cdnow_lines, needs_shared, uci_lines
from retention_oracle import people_of
from shops import Row, Shop, a_line, a_member, shops
from siyu_cli.config.settings import OrderSettings, Settings
from siyu_cli.core.parameters import churn_parameters
from siyu_cli.core.value.concentration import concentration_of
from siyu_cli.core.value.question import Brought, bring
from siyu_cli.core.value.tables import LOOKED_AT
from siyu_cli.engines.protocol import Engine
from siyu_cli.errors import DataError

COUNTED = Settings(orders=OrderSettings(min_paid=Decimal(0)))


def brought(
    engine: Engine, orders: Any, as_of: date, members: Any = (), chosen: Settings | None = None, **how: Any
) -> Brought:
    shop = label_rows(engine, members, orders, as_of, chosen)
    return bring(engine, {**shop.params, **churn_parameters(Settings(), 90)}, **how)


def bought(member: str, *orders: tuple[str, int]) -> list[Row]:
    return [
        a_line(member, f"{member}{number}", date.fromisoformat(day), paid) for number, (day, paid) in enumerate(orders)
    ]


# --- By hand ------------------------------------------------------------------------------------------


def test_a_cohort_has_a_value_once_all_of_it_are_that_old(engine: Engine):
    orders = [*bought("A", ("2026-01-01", 100), ("2026-01-31", 50)), *bought("B", ("2026-01-31", 30))]
    (cohort,) = brought(engine, orders, date(2026, 3, 1)).lifetimes
    assert (cohort.per_member(0), cohort.per_member(30)) == (65.0, None)  # B is 29 days old
    assert cohort.as_dict()["ltv"]["30"] == {
        "ripe": 1, "net_sales": Decimal("150.00"), "per_member": 150.0, "is_whole_cohort": False,
    }  # fmt: skip


def test_nobody_old_is_taken_for_all(engine: Engine):
    orders = [*bought("A", ("2026-01-01", 100), ("2026-01-31", 50)), *bought("B", ("2026-01-31", 30))]
    (_, line), *_ = brought(engine, orders, date(2026, 3, 1)).stacked
    # Day 0: 130 over both. Day 30: 50 over A, the only one that old.
    assert {days: (row["per_member"], row["ripe"]) for days, row in line.items()} == {0: (65.0, 2), 30: (115.0, 1)}


def test_a_refund_lowers_the_day_it_falls_on(engine: Engine):
    order = a_line("A", "A1", date(2026, 1, 1), 100, refunded_amount=Decimal(40), refunded_on=date(2026, 1, 20))
    (cohort,) = brought(engine, [order], date(2026, 3, 1)).lifetimes
    assert (cohort.per_member(0), cohort.per_member(30)) == (100.0, 60.0)


def test_who_returned_more_than_they_kept_brought_nothing():
    rows = [{"net_sales": Decimal(value), "members": members} for value, members in (("60", 1), ("20", 2), ("-5", 1))]
    found = concentration_of(rows)
    assert (found.buyers, found.below_zero, found.total) == (4, 1, Decimal(100))
    assert (found.members_for_half, found.members_for_most) == (1, 2)
    assert found.gini == pytest.approx(0.45)


def test_who_ties_with_the_last_of_a_tier_is_in_it(engine: Engine):
    orders = [row for number in range(20) for row in bought(f"M{number:02}", ("2026-02-01", 500 if number < 3 else 10))]
    tiers = brought(engine, orders, date(2026, 3, 1)).tiers
    moves = {(row["tier_from"], row["tier_to"]): row["members"] for row in tiers.moves}
    assert tiers.cuts_after["top"] == Decimal(500)
    assert moves == {("none", "top"): 3, ("none", "high"): 17}


def test_parts_sum_to_the_whole(engine: Engine):
    orders = [row for number in range(12) for row in bought(f"M{number:02}", ("2026-02-01", number + 1))]
    members = [a_member(f"M{number:02}") | {"owner": "小美" if number < 7 else None} for number in range(12)]
    (_, whole), *parts = brought(engine, orders, date(2026, 3, 1), members, by="owner").per_member
    assert [part.name for part, _ in parts if part] == ["小美", "unknown"]
    for key in ("buyers", "orders", "net_sales"):
        assert whole[key] == sum(told[key] for _, told in parts)


def test_a_shop_where_nobody_bought_says_so(engine: Engine):
    with pytest.raises(DataError, match="Nobody bought on a date"):
        brought(engine, [], date(2026, 4, 30), [a_member("A")])


# --- Published figures --------------------------------------------------------------------------------


@needs_shared
@pytest.mark.parametrize("name", ["cdnow_sample", "uci"])
def test_every_figure_is_that_of_a_program_that_shares_nothing(engine: Engine, name: str):
    expected = json.loads((EXPECTED / f"value_{name}.json").read_text("utf-8"))
    found = brought(engine, *log_of(name))
    for cohort, row in zip(found.lifetimes, expected["ltv"]["by_cohort"], strict=True):
        told = cohort.as_dict()
        assert (str(told["cohort"]), told["members"]) == (row["cohort"], row["members"])
        assert_lifetime(told["ltv"], row["ltv"])
    (_, line), *_ = found.stacked
    assert {
        str(days): round(row["per_member"], 6) for days, row in line.items() if str(days) in expected["ltv"]["stacked"]
    } == (expected["ltv"]["stacked"])
    for key, uneven in (("concentration", found.concentration), ("concentration_365d", found.concentration_year)):
        row = expected[key]
        assert (uneven.buyers, uneven.below_zero, uneven.total) == (
            row["buyers"], row["below_zero"], Decimal(row["total"]),
        )  # fmt: skip
        assert uneven.gini == pytest.approx(row["gini"], abs=1e-6)
        assert {share: (top["members"], round(top["share"], 6)) for share, top in uneven.top.items()} == {
            share: (top["members"], top["share"]) for share, top in row["top"].items()
        }
        assert (uneven.members_for_half, uneven.members_for_most) == (row["members_for_half"], row["members_for_80%"])
    assert_tiers(found, expected["tier_migration_90d"])
    (_, whole), *_ = found.per_member
    row = expected["per_user_90d"]
    assert (str(found.since), whole["net_sales"], whole["buyers"], whole["orders"], whole["ever_buyers"]) == (
        row["from"], Decimal(row["net_sales"]), row["buyers"], row["orders"], row["members_who_ever_bought"],
    )  # fmt: skip
    assert round(whole["arppu"], 6) == row["arppu"]


def assert_lifetime(found: dict[str, Any], expected: dict[str, Any]) -> None:
    for days, row in expected.items():
        if row is None:
            assert found[days] is None
            continue
        assert found[days] | {"per_member": round(found[days]["per_member"], 6)} == row | {
            "net_sales": Decimal(row["net_sales"])
        }


def assert_tiers(found: Brought, expected: dict[str, Any]) -> None:
    tiers = found.tiers
    assert [str(cut) for cut in tiers.cuts_before.values()] == expected["cuts_before"]
    assert [str(cut) for cut in tiers.cuts_after.values()] == expected["cuts_after"]
    moves = {(row["tier_from"], row["tier_to"]): row["members"] for row in tiers.moves}
    matrix = expected["matrix"]
    assert moves == {(old, new): n for old, row in matrix.items() for new, n in row.items() if n}


def log_of(name: str) -> tuple[Any, date, tuple[()], Settings]:
    return (uci_lines(), UCI_ENDS, (), Settings()) if name == "uci" else (cdnow_lines(), CDNOW_ENDS, (), COUNTED)


# --- Any shop -----------------------------------------------------------------------------------------


@given(shops())
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_shop_has_the_value_that_can_be_added_up_by_hand(duckdb_engine: Engine, shop: Shop):
    try:
        found = brought(duckdb_engine, shop.order_lines, shop.as_of, shop.members)
    except DataError:
        return
    people = people_of(duckdb_engine, "first_order")
    for days in LOOKED_AT:
        old = [person for person in people if person.start and person.start + timedelta(days=days) <= shop.as_of]
        expected = sum(
            amount
            for person in old
            for day, amount in person.money.items()
            if person.start and 0 <= (day - person.start).days <= days
        )
        ripe = [cohort.brought[days] for cohort in found.lifetimes if days in cohort.brought]
        assert (sum(sales for sales, _ in ripe), sum(count for _, count in ripe)) == (expected, len(old))
    sums = [max(sum(person.money.values()), Decimal(0)) for person in people if person.bought_on]
    assert found.concentration.total == sum(sums)
    if found.concentration.gini is not None:
        pairs = sum(abs(one - other) for one in sums for other in sums)
        gini = Fraction(pairs) / (2 * len(sums) * Fraction(sum(sums)))
        assert found.concentration.gini == pytest.approx(float(gini))


@given(st.lists(st.integers(0, 50), min_size=1, max_size=30))
def test_as_many_members_as_are_needed_and_no_more(values: list[int]):
    rows = [{"net_sales": Decimal(value), "members": values.count(value)} for value in set(values)]
    found = concentration_of(rows)
    ordered, total = sorted(values, reverse=True), sum(values)
    for share, needed in ((Fraction(1, 2), found.members_for_half), (Fraction(4, 5), found.members_for_most)):
        if total:
            assert needed == next(n for n in range(1, len(values) + 1) if sum(ordered[:n]) >= share * total)


# --- The command --------------------------------------------------------------------------------------


@pytest.fixture
def run(empty_folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    corner_shop.write_shop(empty_folder)
    return runner(capsys)


def test_a_shop_too_small_for_a_model_says_so_and_tells_the_rest(run: Run):
    ended = run("value", "会员.csv", "订单.csv", "--as-of", "2026-03-01", "--format", "json")
    document = json.loads(ended.out)
    assert ended.code == 3  # the shop has rows that were rejected
    assert (document["forecast"], document["backtest"]) == (None, None)
    assert {"per_user", "ltv", "concentration", "tier_migration", "population"} < document.keys()


def test_the_forecast_stands_beside_the_simplest_there_is(run: Run):
    assert run("demo", "样", "--members", "900", "--as-of", "2026-06-30").code == 0
    files = [str(path) for path in sorted(Path("样").glob("*.xlsx")) if path.stem in ("会员", "订单")]
    ended = run("value", *files, "--as-of", "2026-06-30", "--format", "json")
    told = json.loads(ended.out)["backtest"]
    assert told["nearer"] == min(("model", "as_before"), key=lambda name: told[name]["mean_error"])
    assert told["model"]["actual"] == told["as_before"]["actual"]
