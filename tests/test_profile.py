"""Who a segment is: shares among those known, index, standardised differences, Cramér's V, what may be chance."""

from __future__ import annotations

import json
import math
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from commands import Run, runner
from core_shop import label_rows, typed
from exports import write_csv
from real_shops import SHARED, needs_shared
from shops import a_line
from siyu_cli.core.churn.calendar import named_festivals
from siyu_cli.core.profile.figures import cramer, of_numbers, of_values
from siyu_cli.engines.protocol import Engine
from siyu_cli.engines.step import step
from siyu_cli.tables.cleaned import CLEANED_EVENTS, ORDER_ITEMS

# Demographics known of most of the segment and of few others: 46 of 60, 70 of 250 (a panel's proportions).
SIDES = np.array([True] * 60 + [False] * 250)
AGES = pa.array(["35-44"] * 23 + ["25-34"] * 23 + [None] * 14 + ["35-44"] * 20 + ["25-34"] * 50 + [None] * 180)


def test_shares_are_of_those_of_whom_it_is_known_and_the_unknown_are_no_value():
    trait = of_values("age_band", AGES, SIDES)
    assert trait.known == (46, 70)
    assert [share.value for share in trait.values] == ["25-34", "35-44"]
    middle = trait.values[1]
    assert middle.shares == (0.5, pytest.approx(20 / 70))
    assert middle.tgi == pytest.approx(100 * 0.5 / (43 / 116))  # 135; 276 were the unknown a value
    assert middle.lift == pytest.approx(1.75)
    assert middle.smd == pytest.approx((0.5 - 2 / 7) / math.sqrt((0.25 + 2 / 7 * 5 / 7) / 2))
    assert trait.is_unevenly_known


def test_v_and_p_are_those_of_chi_square_without_correction():
    pairs = [(30, 20), (25, 40), (45, 40)]
    chi, p, _, _ = stats.chi2_contingency(np.array(pairs), correction=False)
    assert cramer(pairs, (100, 100)) == (pytest.approx(math.sqrt(chi / 200)), pytest.approx(p))


def test_values_that_too_few_are_expected_in_are_one_and_without_enough_of_them_there_is_no_p():
    pooled = cramer([(40, 40), (52, 48), (3, 5), (4, 3), (1, 4)], (100, 100))
    assert pooled == cramer([(40, 40), (52, 48), (8, 12)], (100, 100))
    strength, p = cramer([(96, 99), (4, 1)], (100, 100))
    assert (strength is not None, p) == (True, None)
    assert cramer([(100, 100)], (100, 100)) == (None, None)
    assert cramer([(0, 100)], (0, 100)) == (None, None)


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.booleans(), st.sampled_from([None, 0.0, 0.25, 1.0, 2.5, 1e9])), min_size=4, max_size=40),
    st.randoms(use_true_random=False),
)
def test_a_number_is_compared_by_means_that_no_order_changes(rows: list[tuple[bool, float | None]], shuffled: Any):
    def told(rows: list[tuple[bool, float | None]]) -> Any:
        column = np.array([math.nan if value is None else value for _, value in rows])
        return of_numbers("refund_rate", column, np.array([side for side, _ in rows]))

    trait = told(rows)
    sides = [[value for side, value in rows if side is chosen and value is not None] for chosen in (True, False)]
    for mean, middle, values in zip(trait.means, trait.medians, sides, strict=True):
        assert (mean, middle) == (
            (pytest.approx(np.mean(values)), pytest.approx(np.median(values))) if values else (None, None)
        )
    if trait.strength is not None:
        spread = math.sqrt(sum(np.var(values, ddof=1) for values in sides) / 2)
        assert trait.strength == pytest.approx(
            (np.mean(sides[0]) - np.mean(sides[1])) / spread if spread else 0, rel=1e-6
        )
    counted = [sum(part["members"][place] for part in trait.parts) for place in (0, 1)]
    assert counted == [len(values) for values in sides]
    again = list(rows)
    shuffled.shuffle(again)
    assert told(again).as_dict()["median"] == trait.as_dict()["median"]
    assert told(again).strength == pytest.approx(trait.strength, rel=1e-9) if trait.strength else True


def test_what_members_like_comes_from_their_items(engine: Engine):
    """Of A: 3 dates, skin care on 2 of them, dear and at a discount; B bought on too few dates for a favourite."""
    bought = [
        ("A", "1", date(2026, 5, 2), "护肤", 10.0, "8"),  # a Saturday
        ("A", "2", date(2026, 6, 1), "护肤", 30.0, "30"),  # 618 has begun
        ("A", "3", date(2026, 6, 30), "彩妆", 40.0, "40"),
        ("B", "4", date(2026, 5, 4), "护肤", 10.0, "10"),
        ("B", "5", date(2026, 5, 5), "彩妆", 10.0, "10"),
    ]
    lines = [a_line(member, order, day, paid) for member, order, day, _, _, paid in bought]
    shop = label_rows(engine, [], lines, date(2026, 6, 30))
    items = [
        {"member_id": member, "order_id": order, "ordered_on": day, "category": category, "quantity": 1.0,
         "unit_price": price, "paid_amount": Decimal(paid)}
        for member, order, day, category, price, paid in bought
    ]  # fmt: skip
    engine.open("order_items", typed(items, ORDER_ITEMS.columns))
    redeemed = {"member_id": "B", "order_id": "5", "kind": "coupon_redeemed", "happened_on": date(2026, 5, 5)}
    engine.open("events", typed([redeemed], CLEANED_EVENTS.columns))
    engine.open("named_festivals", named_festivals(date(2026, 5, 2), date(2026, 6, 30)))
    for name in ("items", "category_prices", "member_prices", "favourite_categories", "member_habits"):
        engine.run(step(name), {**shop.params, "monday": date(1900, 1, 1)})
    habits = {row["member_id"]: row for row in engine.read("member_habits", ["member_id"]).to_pylist()}
    assert (habits["A"]["favourite_category"], habits["B"]["favourite_category"]) == ("护肤", None)
    assert (habits["A"]["price_band"], habits["B"]["price_band"]) == ("high", "low")  # middles: 10 and 25
    assert habits["A"]["promotion_share"] == pytest.approx(8 / 78)
    assert habits["B"]["promotion_share"] == pytest.approx(10 / 20)
    assert habits["A"]["weekend_share"] == habits["A"]["festival_share"] == pytest.approx(1 / 3)


@pytest.fixture
def run(empty_folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    people, orders = [], []
    for place in range(80):
        is_live = place % 2 == 0
        channel = "直播" if is_live and place % 10 else "门店"
        sex = "未知" if place % 8 == 1 else "女" if is_live else "男"
        people.append(
            [f"M{place:02}", "金" if is_live else "银", "5", "2025-01-02", channel, sex, "1991-06-30", "小李"]
        )
        for n in range(3):
            number, kind = f"{place}-{n}", "护肤" if is_live or n == 0 else "彩妆"
            day = f"2026-0{2 + n}-0{1 + place % 7}"
            paid = 80 if is_live else 100
            orders.append([number, f"M{place:02}", day, str(paid), "已完成", f"{kind}品", kind, "100", "1"])
    write_csv(Path("会员.csv"), [
        ["会员编号", "会员等级", "积分", "注册时间", "来源渠道", "性别", "生日", "导购"], *people,
    ])  # fmt: skip
    write_csv(Path("订单.csv"), [
        ["订单号", "会员编号", "下单时间", "实付金额", "订单状态", "商品名称", "商品类目", "单价", "数量"], *orders,
    ])  # fmt: skip
    return runner(capsys)


def asked(run: Run, *more: str) -> dict[str, Any]:
    ended = run("profile", "会员.csv", "订单.csv", "--as-of", "2026-06-29", "--format", "json", *more)
    assert ended.code == 0, ended.err
    found: dict[str, Any] = json.loads(ended.out)
    return found


def test_a_segment_is_told_by_what_sets_it_apart(run: Run):
    found = asked(run, "--where", "level = '金'")
    traits = {trait["attribute"]: trait for trait in found["attributes"]}
    assert (found["segment"], found["others"]) == (40, 40)
    assert traits["level"]["is_by_construction"]
    assert "level" not in [one["attribute"] for one in found["sentences"]]
    favourites = {value["value"]: value["members"] for value in traits["favourite_category"]["values"]}
    assert favourites == {"护肤": [40, 0], "彩妆": [0, 40]}
    assert traits["promotion_share"]["mean"] == [1, 0]
    assert traits["gender"]["known_share"] == [1, 0.75]
    live = next(value for value in traits["source_channel"]["values"] if value["value"] == "直播")
    assert (live["members"], live["share"], live["tgi"]) == ([32, 0], 0.8, 200)


def test_the_others_may_be_chosen_too_and_nobody_is_in_both(run: Run):
    found = asked(run, "--where", "source_channel = '直播'", "--against", "level = '金'")
    assert (found["segment"], found["others"]) == (32, 8)
    both = run(
        "profile",
        "会员.csv",
        "订单.csv",
        "--as-of",
        "2026-06-29",
        "--where",
        "level = '金'",
        "--against",
        "level = '金'",
    )
    assert both.code == 65
    assert "40" in both.err


def test_whom_has_to_be_said(run: Run):
    ended = run("profile", "会员.csv", "订单.csv", "--as-of", "2026-06-29")
    assert ended.code == 2
    assert "--where" in ended.err


def test_the_birthday_itself_makes_them_a_year_older(run: Run):
    def ages(as_of: str) -> list[str]:
        traits = asked(run, "--where", "level = '金'", "--as-of", as_of)["attributes"]
        return [value["value"] for trait in traits if trait["attribute"] == "age_band" for value in trait["values"]]

    assert (ages("2026-06-29"), ages("2026-06-30")) == (["25_34"], ["35_44"])


@needs_shared
def test_the_best_tenth_of_a_wholesaler_lives_abroad_more_often_than_the_others():
    rows = duckdb.sql(
        """select "Customer ID" as buyer, max(Country) as country, sum(Quantity * Price) as net
           from read_parquet($file) where "Customer ID" is not null group by buyer
           having count(*) filter (Quantity > 0 and Price > 0) > 0 order by net desc, buyer""",
        params={"file": str(SHARED / "uci" / "online_retail_ii_2010.parquet")},
    ).to_arrow_table()
    places = np.arange(rows.num_rows)
    abroad = pa.array(["UK" if country == "United Kingdom" else "elsewhere" for country in rows["country"].to_pylist()])
    assert rows.num_rows == 4312
    trait = of_values("city", abroad, places < 432)
    elsewhere = next(share for share in trait.values if share.value == "elsewhere")
    assert (round(elsewhere.tgi or 0), round(elsewhere.smd, 3)) == (160, 0.177)
