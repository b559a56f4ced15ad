"""What new members cost and bring, by where they came from: held against a shop that was worked out by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from acquisition_oracle import Newcomer, count, month_end
from commands import runner
from core_shop import ARROW_TYPES, COST_TYPES, label_rows, typed
from exports import table, write_csv
from real_shops import EXPECTED, needs_shared
from shops import Row, a_line, a_member
from siyu_cli.core.acquisition.question import ATTRIBUTIONS, Acquisition, Found, acquire
from siyu_cli.engines.duckdb import DuckDBEngine
from siyu_cli.engines.protocol import Engine
from siyu_cli.tables.cleaned import TOUCHES

AS_OF = date(2026, 4, 15)
HALF = Fraction(1, 2)


def found(
    engine: Engine,
    members: Sequence[Row],
    lines: Sequence[Row],
    touches: Sequence[Row],
    costs: Sequence[Row],
    **asked: Any,
) -> Found:
    """Return what is found of a shop as the loader leaves it."""
    import pyarrow as pa

    as_of = asked.pop("as_of", AS_OF)
    shop = label_rows(engine, members, lines, as_of)
    engine.open("touches", typed(touches, TOUCHES.columns))
    spent = {key: pa.array([row.get(key) for row in costs], ARROW_TYPES[kind]) for key, kind in COST_TYPES.items()}
    engine.open("costs", pa.table(spent))
    return acquire(engine, shop.params, Acquisition(**asked), HALF)


def joined(member: str, joined_on: date | None) -> Row:
    return a_member(member, joined_on=joined_on)


def touch(member: str, on: str | date, source: str, kind: str = "member") -> Row:
    day = on if isinstance(on, date) else date.fromisoformat(on)
    return {"member_id": member, "touched_on": day, "kind": kind, "source_channel": source}


def cost(month: str, source: str | None, **parts: str | int) -> Row:
    """Return a row of costs; what is advertising was paid to others."""
    amounts = {key: Decimal(value) for key, value in parts.items()}
    paid = amounts.get("advertising_cost", Decimal(0))
    return {
        "spent_on": date.fromisoformat(month), "source_channel": source, **amounts,
        "cac_cost": sum(amounts.values(), Decimal(0)), "paid_cac_cost": paid,
    }  # fmt: skip


@pytest.fixture(scope="module")
def by_hand() -> Mapping[str, Any]:
    told: Mapping[str, Any] = json.loads((EXPECTED / "acquisition.json").read_text("utf-8"))
    return told


def hand_shop(case: Mapping[str, Any]) -> tuple[list[Row], list[Row], list[Row], list[Row]]:
    members = [joined(name, date.fromisoformat(day)) for name, (day, _) in case["members"].items()]
    touches = [touch(name, day, source) for name, (day, source) in case["members"].items() if source]
    lines = [
        a_line(name, f"{name}{n}", date.fromisoformat(day), paid, refunded_amount=Decimal(refunded))
        for name, orders in case["purchases"].items()
        for n, (day, _, paid, refunded) in enumerate(orders)
    ]
    return members, lines, touches, [cost(month, source, **parts) for month, source, parts in case["costs"]]


def same(told: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    """Hold what is told of a source against what is expected, figure by figure."""
    quality = told["quality"]
    for key, value in expected.items():
        if key == "ltv":
            for days, row in value.items():
                for name, figure in row.items():
                    near(told["ltv"][days][name], figure)
        elif key in quality:
            (numerator, denominator) = (value["members"], value.get("ripe_members", value.get("ripe_buyers")))
            assert (quality[key]["numerator"], quality[key]["denominator"]) == (numerator, denominator), key
        else:
            near(told[key], value)


def near(told: Any, expected: Any) -> None:
    assert (told is None) == (expected is None)
    if told is not None:
        assert told == pytest.approx(float(expected), abs=1e-6)


@needs_shared
def test_the_shop_worked_out_by_hand(engine: Engine, by_hand: Mapping[str, Any]):
    case = by_hand["by_hand"]
    told = found(engine, *hand_shop(case))
    expected = case["expected"]
    assert [told.first_month, told.last_month] == [date.fromisoformat(month) for month in expected["months"]]
    assert {one.name or "unknown" for one in told.sources} == set(expected["channels"])
    for one in told.sources:
        same(one.as_dict(), expected["channels"][one.name or "unknown"])
    same(told.total.as_dict(), expected["total"])
    assert told.shared_costs == int(expected["shared_costs"])
    assert told.outside["unfinished_month"] == expected["in_an_unfinished_month"]


@needs_shared
@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_a_member_of_several_sources_is_given_to_them_by_the_rule(
    duckdb_engine: Engine, by_hand: Mapping[str, Any], attribution: str
):
    members, lines, touches = [], [], []
    for n, case in enumerate(by_hand["attribution_cases"]):
        name = f"M{n}"
        members.append(joined(name, date(2026, 1, 1)))
        touches += [touch(name, *source) for source in case["sources"]]
        if case["first_order_on"]:
            lines.append(a_line(name, name, date.fromisoformat(case["first_order_on"]), 10))
    told = found(duckdb_engine, members, lines, touches, [], attribution=attribution)
    expected: dict[str, float] = {}
    for case in by_hand["attribution_cases"]:
        for source, share in case[attribution].items():
            expected[source] = expected.get(source, 0) + share
    assert {one.name or "unknown": float(one.members) for one in told.sources} == pytest.approx(expected)


def test_costs_of_no_source_are_in_the_total_alone_or_shared_out_by_members(duckdb_engine: Engine):
    members = [joined(name, date(2026, 1, 5)) for name in "ABCD"]
    touches = [touch("A", "2026-01-05", "ads"), *(touch(name, "2026-01-05", "store") for name in "BC")]
    costs = [cost("2026-01-01", None, staff_cost=40), cost("2026-01-01", "ads", advertising_cost=7)]
    shop = (members, [a_line("A", "1", date(2026, 1, 6), 10)], touches, costs)
    apart = found(duckdb_engine, *shop)
    assert {one.name: one.cost() for one in apart.sources} == {"ads": 7, "store": None, None: None}
    assert (apart.total.cost(), apart.shared_costs) == (47, 40)
    shared = found(duckdb_engine, *shop, allocate="members")
    assert {one.name: one.cost() for one in shared.sources} == {"ads": 17, "store": 20, None: 10}
    assert shared.total.cost() == 47


def test_a_cost_of_nothing_is_a_cost_and_one_without_members_is_not_lost(duckdb_engine: Engine):
    members = [joined(name, date(2026, 1, 5)) for name in "AB"]
    touches = [touch("A", "2026-01-05", "store")]
    costs = [cost("2026-01-01", "store", staff_cost=0), cost("2026-02-01", "KOL", advertising_cost=9)]
    costs.append(cost("2025-11-01", "store", staff_cost=5))  # before anybody came
    told = found(duckdb_engine, members, [a_line("A", "1", date(2026, 1, 6), 10)], touches, costs)
    sources = {one.name: one.as_dict() for one in told.sources}
    assert (sources["store"]["cac_member"], sources["store"]["payback_days"]) == (0, 0)
    assert (sources["KOL"]["new_members"], sources["KOL"]["cost"], sources["KOL"]["cac_member"]) == (0, 9, None)
    assert (told.total.cost(), told.costs_outside) == (9, 5)


def test_who_only_buys_is_no_new_member_of_a_shop_that_has_a_list_of_members(duckdb_engine: Engine):
    orders = [a_line(name, name, date(2026, 1, 6), 10) for name in "AB"]
    listed = found(duckdb_engine, [joined("A", date(2026, 1, 5))], orders, [], [])
    assert (listed.total.members, listed.outside["on_no_list"]) == (1, 1)
    assert found(duckdb_engine, [], orders, [], []).total.members == 2


DAYS = st.integers(0, 400).map(lambda days: date(2025, 3, 1) + timedelta(days=days))
TOUCHED = st.tuples(DAYS, st.sampled_from(("ads", "live", "store")), st.sampled_from(("member", "invite", "contact")))
PEOPLE = st.lists(
    st.builds(
        lambda joined_on, touches, money: Newcomer(joined_on, touches, list(money), money),
        DAYS,
        st.lists(TOUCHED, max_size=3),
        st.dictionaries(DAYS, st.sampled_from((Fraction(10), Fraction(25, 2), Fraction(90))), max_size=4),
    ),
    min_size=1,
    max_size=9,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=PEOPLE, attribution=st.sampled_from(ATTRIBUTIONS), rows=st.randoms(use_true_random=False))
def test_random_shops_are_counted_as_one_counts_by_hand(
    duckdb_engine: DuckDBEngine, people: list[Newcomer], attribution: str, rows: Any
):
    people = [Newcomer(date(2025, 2, 1), (), [date(2025, 2, 1)], {date(2025, 2, 1): Fraction(5)}), *people]
    names = [f"M{n}" for n in range(len(people))]
    named = list(zip(names, people, strict=True))
    members = [joined(name, person.joined_on) for name, person in named]
    touches = [touch(name, on, source, kind) for name, person in named for on, source, kind in person.touches]
    lines = [
        a_line(name, f"{name}{n}", day, Decimal(amount.numerator) / amount.denominator)
        for name, person in named
        for n, (day, amount) in enumerate(person.money.items())
    ]
    costs = [cost("2025-04-01", "ads", advertising_cost=30), cost("2025-05-01", "store", staff_cost=3)]
    for given_rows in (members, touches, lines, costs):
        rows.shuffle(given_rows)
    told = found(duckdb_engine, members, lines, touches, costs, attribution=attribution)
    came = [person for person in people if month_end(person.acquired_on) <= AS_OF]
    assert told.total.members == sum((one.members for one in told.sources), Fraction(0)) == len(came)
    spent = {"ads": Fraction(30), "store": Fraction(3)}
    for one in told.sources:
        expected = count(people, one.name, attribution, AS_OF, HALF, spent.get(one.name or ""))
        assert (one.members, one.buyers) == (expected["new_members"], expected["new_buyers"])
        for days in (30, 90, 180, 365):
            brought = one.brought(days)
            assert (brought.members, brought.sales) == (expected[f"ripe_{days}"], expected[f"sales_{days}"]), days
        payback = one.payback()
        assert (payback.days if payback else None) == expected["payback_days"]


def test_the_command_tells_months_sources_and_costs_and_what_is_missing(
    empty_folder: Path, capsys: pytest.CaptureFixture[str]
):
    members = table("""
        会员编号 | 会员等级 | 积分 | 注册时间 | 来源渠道 | 门店
        M1 | 金 | 1 | 2026-01-09 | 门店扫码 | 一店
        M2 | 金 | 1 | 2026-02-09 | 抖音直播 | 一店
        M3 | 金 | 1 | 2026-03-09 | 抖音直播 |
        """)
    orders = table("""
        订单号 | 会员编号 | 下单时间 | 实付金额 | 订单状态
        1 | M1 | 2026-01-10 | 100.00 | 已完成
        2 | M2 | 2026-02-10 | 50.00 | 已完成
        """)
    costs = table("""
        月份 | 渠道 | 广告费 | 人工费
        2026-01 | 门店扫码 | 0 | 30
        2026-02 | 抖音直播 | 200 | 10
        """)
    write_csv(Path("会员.csv"), members)
    write_csv(Path("订单.csv"), orders)
    write_csv(Path("费用.csv"), costs)
    Path("siyu.toml").write_text("[shop]\ngross_margin = 0.5\n", encoding="utf-8")
    run = runner(capsys)
    usual = ("--as-of", "2026-03-31", "--format", "json")
    told = json.loads(run("acquisition", "会员.csv", "订单.csv", "费用.csv", *usual).out)
    assert told["months"] == ["2026-01", "2026-03"]
    assert [(one["channel"], one["new_members"], one["cac_member"]) for one in told["channels"]] == [
        ("抖音直播", 2, 105), ("门店扫码", 1, 30),
    ]  # fmt: skip
    stores = json.loads(run("acquisition", "会员.csv", "订单.csv", "费用.csv", "--by", "store", *usual).out)
    assert [(one["channel"], one["new_members"], one["cost"]) for one in stores["channels"]] == [
        ("一店", 2, None), (None, 1, None),
    ]  # fmt: skip
    assert stores["shared_costs"] == 240
    part = json.loads(run("acquisition", "会员.csv", "订单.csv", "--from", "2026-02", "--to", "2026-02", *usual).out)
    assert (part["months"], part["total"]["cost"]) == (["2026-02", "2026-02"], None)
    early = run("acquisition", "会员.csv", "订单.csv", "--to", "2025-12", *usual)
    assert early.code == 65
    assert "2026-01" in early.err
