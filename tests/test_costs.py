"""Costs are read by what they were spent on and for whom; what acquisition cost counts of them is named."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from exports import assert_every_row_is_accounted_for, opened, rejects, table, write_csv
from siyu_cli import Shop
from siyu_cli.config.settings import Settings

PARTED = """
    月份 | 渠道 | 门店 | 导购 | 合作方 | 广告费 | 推广费 | 人工费 | 奖励费 | 短信费
    2026-01 | 朋友圈广告 | 一店 | 小李 |  | 200 | 40 | 30 | 20 | 10
    2026-02 |  | 二店 |  | 咖啡馆 |  | 15 |  |  |
    2026-03 | 朋友圈广告 |  |  |  |  |  |  |  | x
    """

MEMBERS = table("会员编号 | 等级 | 积分\nM1 | 金 | 1")


def costs(shop: Shop, *keys: str) -> list[tuple[Any, ...]]:
    return [tuple(row[key] for key in keys) for row in shop.engine.read("costs", ("spent_on",)).to_pylist()]


def test_costs_are_of_channels_stores_employees_and_partners_in_all_their_parts(tmp_path: Path):
    with opened(write_csv(tmp_path / "费用.csv", table(PARTED))) as shop:
        assert costs(shop, "source_channel", "store", "owner", "partner") == [
            ("朋友圈广告", "一店", "小李", None), (None, "二店", None, "咖啡馆"),
        ]  # fmt: skip
        assert costs(shop, "amount", "contact_cost", "unsplit_cost") == [(300, 10, 0), (15, None, 0)]
        assert [(row["column"], row["reason"]) for row in rejects(shop)] == [("短信费", "bad_money")]
        assert_every_row_is_accounted_for(shop)


@pytest.mark.parametrize(
    ("metrics", "loaded", "paid"),
    [
        ({}, [300, 15], [200, 0]),
        ({"cac": ["advertising", "reward"], "paid_cac": ["advertising", "promotion"]}, [220, 0], [240, 15]),
    ],
    ids=["fully loaded", "as the shop counts"],
)
def test_what_acquisition_cost_is_fully_loaded_and_what_of_it_was_paid(
    tmp_path: Path, metrics: dict[str, Any], loaded: list[int], paid: list[int]
):
    settings = Settings.model_validate({"metrics": metrics})
    with opened(write_csv(tmp_path / "费用.csv", table(PARTED)), settings=settings) as shop:
        assert costs(shop, "cac_cost", "paid_cac_cost") == [*zip(loaded, paid, strict=True)]


def test_an_amount_that_nothing_parts_was_paid_and_what_is_beyond_its_parts_is_unsplit(tmp_path: Path):
    rows = table("""
        月份 | 渠道 | 花费 | 奖励费
        2026-01 | 抖音 | 100 |
        2026-02 | 抖音 | 100 | 30
        2026-03 | 抖音 | 0 |
        """)
    with opened(write_csv(tmp_path / "费用.csv", rows)) as shop:
        assert costs(shop, "unsplit_cost", "cac_cost", "paid_cac_cost") == [(100, 100, 100), (70, 100, 70), (0, 0, 0)]


@pytest.mark.parametrize(
    "text",
    [
        "月份 | 门店 | 触达费用 | 人工成本\n2026-01 | 一店 | 5 | 10",
        "月份 | 员工姓名 | 奖励费用\n2026-01 | 小李 | 10",
        "月份 | 合作伙伴 | 推广费用\n2026-01 | 咖啡馆 | 10",
        "Month | Affiliate | SMS cost\n2026-01 | Coffee | 10",
    ],
)
def test_what_was_spent_on_members_at_a_store_by_an_employee_or_with_a_partner_are_costs(tmp_path: Path, text: str):
    with opened(write_csv(tmp_path / "费用.csv", table(text)), write_csv(tmp_path / "m.csv", MEMBERS)) as shop:
        (sheet,) = [sheet for sheet in shop.load.report.sheets if sheet.table == "costs"]
        assert sheet.rows_used == 1
        assert sum(costs(shop, "amount")[0]) >= Decimal(10)


@pytest.mark.parametrize(
    "text",
    [
        "月份 | 门店 | 采购成本\n2026-01 | 一店 | 5000",
        "月份 | 员工 | 工资\n2026-01 | 小李 | 6000",
        "日期 | 门店 | 销售额 | 成本\n2026-01-01 | 一店 | 9 | 5",
    ],
)
def test_what_goods_and_wages_cost_is_not_spent_on_members(tmp_path: Path, text: str):
    with opened(write_csv(tmp_path / "表.csv", table(text)), write_csv(tmp_path / "m.csv", MEMBERS)) as shop:
        assert {sheet.file: sheet.table for sheet in shop.load.report.sheets}["表.csv"] != "costs"
