"""What the core says of a shop, through its own doors: labels, the list, the summaries, movement.

Each engine labels one invented shop once, and every statement is about that; ``-m spark`` makes them of Spark.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core_shop import Labelled, gathered_shops, label, label_rows
from real_shops import SHARED, UCI_ENDS, uci_lines
from shops import a_history, a_line, a_member
from siyu_cli.config.settings import RfmSettings, Settings
from siyu_cli.core.lifecycle.explain import explain_member
from siyu_cli.core.lifecycle.movement import compare_stages
from siyu_cli.core.lifecycle.segment import (
    GROUPINGS,
    EarlierList,
    describe_splits,
    summarise_by,
    summarise_rfm,
    summarise_stages,
)
from siyu_cli.core.lifecycle.tables import RFM_SEGMENTS, RFM_SUMMARY, SEGMENTS, STAGE_SUMMARY, STAGES
from siyu_cli.core.lifecycle.windows import suggest_windows
from siyu_cli.engines.protocol import Engine
from siyu_cli.errors import ConditionError, InputError, UsageError

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data are not here")
TODAY = date(2026, 6, 30)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def bought(member_id: str, gaps: list[int], days_since_last: int, paid: int = 10) -> list[dict[str, Any]]:
    return a_history(member_id, gaps, days_since_last, TODAY, paid)


# One member per stage, each with what the sentence must say of them.
PEOPLE = {
    "赵": ("acquired", "Joined 3 days ago; no order yet"),
    "钱": ("activated", "Joined 30 days ago and active since; no order yet"),
    "孙": ("nurturing", "Joined 31 days ago; still no order"),
    "李": ("nurturing", "No order yet; joining date not known"),
    "周": ("converted", "First purchase 10 days ago"),
    "吴": ("retained", "3 purchase days, the last 15 days ago; mature from 4"),
    "郑": ("mature", "5 purchase days, the last 2 days ago"),
    "王": ("declining", "40 days since the last order, 2.0 × their usual 20"),
    "冯": ("declining", "50 days since the last order, 2.4 × the 21 expected of them"),
    "陈": ("dormant", "91 days since the last order, 4.3 × their usual 21; dormant after 90"),
    "褚": ("dormant", "100 days since the last order; dormant after 90"),
    "卫": ("churned", "200 days since the last order; gone after 180"),
    "蒋": ("churned", "700 days since the last order, 3.5 × their usual 200; gone after 600"),
    "沈": ("returned", "Came back 5 days ago after 200 days of silence"),
    "韩": ("unknown", "Purchases are on record, but no purchase date"),
}


def everyone() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    members = [
        a_member("赵", joined_on=ago(3)) | {"owner": "小美", "level": "金卡"},
        a_member("钱", joined_on=ago(30), points=5.0) | {"owner": "小美"},
        a_member("孙", joined_on=ago(31)) | {"owner": "小丽"},
        a_member("李"),
        a_member("周", is_unfriended=True) | {"owner": "小丽", "joined_by": "added_on"},
        a_member("韩", total_order_count=2),
    ]
    lines = [
        *bought("周", [], 10, 500),
        *bought("吴", [21, 21], 15, 100),
        *bought("郑", [7, 7, 7, 7], 2),
        *bought("王", [20, 20], 40),
        *bought("冯", [3], 50),
        *bought("陈", [21, 21], 91),
        *bought("褚", [], 100),
        *bought("卫", [], 200),
        *bought("蒋", [200, 200], 700, 1000),
        *bought("沈", [200], 5),
    ]
    return members, lines


@pytest.fixture(scope="module")
def shop(lasting_engine: Engine) -> Labelled:
    return label_rows(lasting_engine, *everyone(), TODAY)


# --- The list -----------------------------------------------------------------------------------------


def test_everyone_is_in_one_stage_with_the_reason_in_a_sentence(shop: Labelled):
    shop.list_members()
    assert {key: (row["stage"], row["stage_reason"]) for key, row in shop.rows("segments").items()} == PEOPLE


def test_the_reason_is_in_the_readers_language(shop: Labelled):
    shop.list_members(lang="zh")
    reasons = {key: row["stage_reason"] for key, row in shop.rows("segments").items()}
    assert reasons["陈"] == "距上次消费 91 天，是其平常间隔 21 天的 4.3 倍，超过 90 天即沉睡"
    assert reasons["李"] == "尚未下单，加入日期未知"
    assert not any(mark in reason for reason in reasons.values() for mark in "{}")


def test_the_list_carries_the_members_own_attributes_and_the_contracts_columns(shop: Labelled):
    shop.list_members()
    assert tuple(shop.table("segments").column_names) == SEGMENTS.keys
    rows = shop.rows("segments")
    assert (rows["赵"]["owner"], rows["赵"]["level"], rows["赵"]["joined_on"]) == ("小美", "金卡", ago(3))
    assert (rows["周"]["is_unfriended"], rows["周"]["joined_by"], rows["周"]["net_sales"]) == (
        True,
        "added_on",
        500,
    )
    assert (rows["吴"]["is_registered"], rows["吴"]["owner"]) == (False, None)


def test_a_condition_chooses_who_is_listed_and_changes_no_score(shop: Labelled):
    shop.list_members()
    whole = shop.rows("segments")
    shop.list_members(where="net_sales >= 300.00 and stage not in ('dormant', 'mature')")
    few = shop.rows("segments")
    assert set(few) == {"周", "吴", "蒋"}
    assert few == {key: whole[key] for key in few}


def test_own_segments_are_named_in_the_order_they_are_written(shop: Labelled):
    own = {"花钱多": "net_sales > 100", "小美的": "owner = '小美'", "新人": "joined_on >= '2026-05-31'"}
    shop.list_members(segments=own)
    names = {key: row["custom_segments"] for key, row in shop.rows("segments").items()}
    assert (names["赵"], names["周"], names["吴"], names["郑"]) == ("小美的;新人", "花钱多", "花钱多", "")


def test_a_condition_on_what_is_no_column_of_the_list_is_refused(shop: Labelled):
    with pytest.raises(ConditionError, match="'phone'"):
        shop.list_members(where="phone = '13800138000'")


# --- Summaries ----------------------------------------------------------------------------------------


def test_stages_are_summed_up_in_the_order_of_a_members_life(shop: Labelled):
    shop.list_members()
    stages = summarise_stages(shop.engine)
    assert tuple(stages.columns) == STAGE_SUMMARY.keys
    assert tuple(stages["stage"]) == tuple(STAGES)
    counts = dict(zip(stages["stage"], stages["members"], strict=True))
    assert counts == {stage: [kind for kind, _ in PEOPLE.values()].count(stage) for stage in STAGES}
    assert stages["member_share"].sum() == pytest.approx(1)
    assert stages["sales_share"].sum() == pytest.approx(1)
    assert stages["net_sales"].sum() == sum(row["net_sales"] for row in shop.rows("segments").values())


def test_rfm_segments_are_shares_of_the_buyers(shop: Labelled):
    shop.list_members()
    rfm = summarise_rfm(shop.engine)
    assert tuple(rfm.columns) == RFM_SUMMARY.keys
    assert tuple(rfm["rfm_segment"]) == tuple(RFM_SEGMENTS)
    assert rfm["members"].sum() == 10
    assert rfm["member_share"].sum() == pytest.approx(1)


def test_a_rate_of_nobody_is_empty(shop: Labelled):
    shop.list_members(where="member_id = 'nobody'")
    stages = summarise_stages(shop.engine)
    assert list(stages["members"]) == [0] * len(STAGES)
    assert stages[["member_share", "sales_share"]].isna().all(axis=None)


def test_each_owner_has_stages_of_their_own(shop: Labelled):
    shop.list_members(where="stage not in ('unknown', 'nurturing') or owner is not null")
    by_owner = summarise_by(shop.engine, "owner")
    rows = by_owner[by_owner["owner"].notna()][["owner", "stage", "members", "member_share"]]
    assert sorted(map(tuple, rows.to_numpy())) == [
        ("小丽", "converted", 1, 0.5),
        ("小丽", "nurturing", 1, 0.5),
        ("小美", "acquired", 1, 0.5),
        ("小美", "activated", 1, 0.5),
    ]
    assert by_owner[by_owner["owner"].isna()]["members"].sum() == 9


def test_only_a_few_columns_group(shop: Labelled):
    with pytest.raises(UsageError, match="tags"):
        summarise_by(shop.engine, "tags")
    assert "owner" in GROUPINGS


def test_splits_and_bands_say_where_high_begins(shop: Labelled):
    splits = describe_splits(shop.engine, shop.params)
    assert (splits["recency_days"], splits["order_days"], splits["net_sales"]) == (90, 2, 30)
    assert (splits["mode"], splits["bins"], splits["shop_norm"]) == ("default", 5, 21)
    recency = {band["score"]: (band["lowest"], band["highest"]) for band in splits["bands"][-5:]}
    assert recency == {1: (200, 700), 2: (91, 100), 3: (40, 50), 4: (10, 15), 5: (2, 5)}
    assert sum(band["buyers"] for band in splits["bands"]) == 3 * 10


def test_movement_counts_who_came_and_who_left(shop: Labelled, tmp_path: Path):
    before = tmp_path / "before.parquet"
    earlier = {"member_id": ["郑", "王", "卫", "left"], "stage": ["mature", "mature", "dormant", "churned"]}
    pq.write_table(pa.table(earlier), before)
    shop.list_members(snapshot=EarlierList(before, date(2026, 3, 31)))
    rows = shop.rows("segments")
    assert [rows[key]["previous_stage"] for key in ("郑", "王", "卫")] == ["mature", "mature", "dormant"]
    assert sum(row["previous_stage"] is not None for row in rows.values()) == 3
    assert {row["previous_stage_on"] for row in rows.values() if row["previous_stage"]} == {date(2026, 3, 31)}
    assert {row["previous_stage_on"] for row in rows.values() if not row["previous_stage"]} == {None}
    moved = compare_stages(shop.engine).set_index(["stage_from", "stage_to"])["members"]
    assert moved["mature", "mature"] == moved["mature", "declining"] == moved["dormant", "churned"] == 1
    assert moved["churned", "gone"] == 1
    assert moved.drop("gone", level="stage_to").sum() == len(PEOPLE)
    assert moved["new"].sum() == len(PEOPLE) - 3


# --- Whole shops --------------------------------------------------------------------------------------


def test_a_shop_without_anyone(engine: Engine):
    shop = label(engine, [], [], TODAY)
    assert shop.rows("segments") == {}
    splits = describe_splits(engine, shop.params)
    assert (splits["net_sales"], splits["shop_norm"], splits["bands"]) == (None, 60, [])
    assert suggest_windows(engine, shop.params)["reason"] == "not enough history"


@needs_shared
def test_the_agreed_histories_get_their_stages(engine: Engine):
    given = json.loads((SHARED / "stage_histories.json").read_text("utf-8"))
    as_of = date.fromisoformat(given["as_of"])
    lines = [
        row
        for person in given["members"]
        for row in a_history(person["member"], person["gaps_days"], person["days_since_last"], as_of)
    ]
    shop = label_rows(engine, [], lines, as_of)
    found = {key: row["stage"] for key, row in shop.rows("stages").items()}
    assert found == {person["member"]: person["stage"] for person in given["members"]}
    assert describe_splits(engine, shop.params)["shop_norm"] == given["shop_norm"]


@needs_shared
def test_a_real_shops_year_gives_the_published_figures(engine: Engine):
    shop = label(engine, [], uci_lines(), UCI_ENDS)
    stages, rfm = summarise_stages(engine), summarise_rfm(engine)
    assert {stage: count for stage, count in zip(stages["stage"], stages["members"], strict=True) if count} == {
        "mature": 1143, "churned": 816, "retained": 673, "converted": 658, "dormant": 537, "returned": 312,
        "declining": 173, "unknown": 69, "nurturing": 2,
    }  # fmt: skip
    letters = [RFM_SEGMENTS[key][0] for key in rfm["rfm_segment"]]
    assert dict(zip(letters, rfm["members"], strict=True)) == {
        "HHH": 1716, "LLL": 780, "HLL": 587, "HHL": 511, "LHH": 313, "LHL": 278, "HLH": 71, "LLH": 56,
    }  # fmt: skip
    assert round(rfm["net_sales"].sum(), 2) == 8_410_820.03
    splits = describe_splits(engine, shop.params)
    assert (splits["shop_norm"], splits["net_sales"]) == (46, 676.69)


# --- Fine points, on one engine -----------------------------------------------------------------------


def test_buyers_who_all_paid_the_same_are_not_above_the_mean(duckdb_engine: Engine):
    lines = [a_line(key, "o1", ago(3), "1.10") for key in "abc"]
    shop = label(duckdb_engine, [], lines, TODAY, Settings(rfm=RfmSettings(split="mean")))
    assert {row["rfm_segment"] for row in shop.rows("segments").values()} == {"general_develop"}


def test_who_is_known_by_totals_alone_has_the_shops_windows_and_no_rhythm(duckdb_engine: Engine):
    lapsed = a_member("m", total_order_count=12, total_net_sales=Decimal(900), total_last_order_on=ago(200))
    shop = label(duckdb_engine, [lapsed], [], TODAY)
    assert shop.rows("stages")["m"]["own_gap_days"] is None
    assert shop.rows("segments")["m"]["stage_reason"] == "200 days since the last order; gone after 180"


def test_ties_too_many_to_tell_apart_leave_scores_out(duckdb_engine: Engine):
    lines = [a_line(f"m{number}", "o1", ago(number), 10) for number in range(10)]
    shop = label_rows(duckdb_engine, [], lines, TODAY)
    bands = describe_splits(duckdb_engine, shop.params)["bands"]
    assert [band["score"] for band in bands if band["measure"] == "frequency"] == [1]
    assert [band["score"] for band in bands if band["measure"] == "recency"] == [1, 2, 3, 4, 5]


def test_the_rule_that_is_explained_to_decide_is_the_first_that_fits(duckdb_engine: Engine):
    odd = gathered_shops()[0]
    shop = label(duckdb_engine, odd.members, odd.order_lines, odd.as_of)
    for key, row in list(shop.rows("segments").items())[::4]:
        explained = explain_member(duckdb_engine, shop.params, key)
        first = next(rule for rule in explained.rules if rule.fits)
        assert first.decides, (key, explained.stages)
        assert first.stage == row["stage"]
    with pytest.raises(InputError, match="nobody"):
        explain_member(duckdb_engine, shop.params, "nobody")
