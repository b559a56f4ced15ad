"""PRICE-16: a price an offer is compared with is held against what its product really sold for before the start."""

# Rows of a table stay on one line.
# ruff: noqa: E501

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from commands import Run, runner
from exports import write_csv

PLAN = """
[campaign]
name = "夏日"
starts_on = 2026-07-01
ends_on = 2026-07-10
budget = 300
salt = "s"
control_share = 0.1

[[offers]]
name = "c20"
kind = "coupon"
value = 20
{offer}

[[responses]]
offer = "c20"
redemption_rate = 0.3
purchase_rate = 0.3
purchase_rate_with = 0.4
order_value = 200
"""
HEADER = ["订单号", "会员编号", "付款时间", "商品名称", "货号", "单价", "数量", "实付金额"]
COMPARED = 'original_price = 99\nproduct = "{}"'

Sold = tuple[str, str, object, object, object]  # day, product, unit price, quantity, paid


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SIYU_SHOP__GROSS_MARGIN", "0.6")
    return runner(capsys)


def price_findings(run: Run, sold: tuple[Sold, ...], offer: str = COMPARED.format("面膜")) -> list[dict[str, Any]]:
    """Plan an offer for a shop that sold so; return what PRICE-16 says of it."""
    rows = [[f"A{n}", f"m{n}", day, name, f"S{name}", *rest] for n, (day, name, *rest) in enumerate(sold)]
    write_csv(Path("明细.csv"), [HEADER, *rows, ["A99", "m99", "2026-06-29", "发圈", "S9", 5, 1, 5]])
    Path("计划.toml").write_text(PLAN.format(offer=offer), "utf-8")
    ended = run(
        "campaign", "plan", "计划.toml", "明细.csv", "--as-of", "2026-06-30", "--lang", "en", "--format", "json"
    )
    assert ended.code in (0, 3), ended.err
    return [one for one in json.loads(ended.out)["compliance"] if one["code"] == "PRICE-16"]


@pytest.mark.parametrize(
    ("sold", "level", "words"),
    [
        ((("2026-06-29", "面膜", 120, 1, 100), ("2026-06-24", "面膜", 120, 2, 178)), "warning", "above 89.00, the lowest"),
        ((("2026-06-29", "面膜", 120, 1, 120),), "info", "no higher than 120.00, the lowest"),
        ((("2026-06-29", "面膜", 99, 1, 99),), "info", "no higher than 99.00"),
        ((("2026-06-23", "面膜", 80, 1, 80), ("2026-06-29", "面膜", 99, 1, 99)), "info", "no higher than 99.00"),
        ((("2026-06-01", "面膜", 80, 1, 80), ("2026-05-01", "面膜", 70, 1, 70)), "warning", "above 80.00, the last price paid before, on 2026-06-01"),
        ((("2026-06-01", "面膜", 99, 1, 99),), "info", "no higher than 99.00, the last price paid before"),
        ((("2026-06-29", "面膜", 120, 1, 0), ("2026-06-29", "面膜", 50, -1, -50)), "warning", "no sale of 面膜"),
        ((), "warning", "no sale of 面膜"),
    ],
    ids=["lowest of the week", "dearer", "the same", "eight days before", "last before", "last is the same", "given away", "never sold"],
)  # fmt: skip
def test_a_compared_price_is_no_higher_than_the_lowest_paid_in_the_week_before(
    run: Run, sold: tuple[Sold, ...], level: str, words: str
):
    (found,) = price_findings(run, sold)
    assert (found["level"], words in found["message"]) == (level, True), found


def test_a_product_goes_by_its_sku_and_an_offer_by_its_own_first_day(run: Run):
    """What is sold on the day the offer begins is sold under it."""
    sold = (("2026-06-10", "面膜", 90, 1, 90), ("2026-06-12", "面膜", 60, 1, 60))
    offer = COMPARED.format("s面膜") + "\nstarts_on = 2026-07-02\nends_on = 2026-07-05"
    (found,) = price_findings(run, sold, offer)
    assert "above 60.00, the last price paid before, on 2026-06-12" in found["message"]


def test_an_order_total_is_divided_before_a_price_is_read_off_it(run: Run):
    rows = [
        ["A1", "m1", "2026-06-28", name, f"S{name}", price, 1, 150] for name, price in (("面膜", 120), ("香水", 80))
    ]
    write_csv(Path("整单.csv"), [HEADER, *rows])
    Path("计划.toml").write_text(PLAN.format(offer=COMPARED.format("面膜")), "utf-8")
    ended = run(
        "campaign", "plan", "计划.toml", "整单.csv", "--as-of", "2026-06-30", "--lang", "en", "--format", "json"
    )
    (found,) = [one for one in json.loads(ended.out)["compliance"] if one["code"] == "PRICE-16"]
    assert "above 90.00, the lowest price really paid" in found["message"]


def test_without_a_product_or_with_a_stated_basis_no_sale_is_looked_for(run: Run):
    sold = (("2026-06-29", "面膜", 50, 1, 50),)
    assert "Name the product" in price_findings(run, sold, "original_price = 99")[0]["message"]
    assert price_findings(run, sold, COMPARED.format("面膜") + '\nprice_basis = "4 月起成交价"') == []
