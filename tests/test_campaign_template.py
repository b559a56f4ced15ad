"""A plan begins with what the shop's own past says; what nobody has seen is left for the operator to say."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from commands import Run, runner
from siyu_cli import open_shop
from siyu_cli.config.settings import Settings
from siyu_cli.core.campaign.plan_form import plan_form, plan_from_form
from siyu_cli.core.campaign.template import Template, TemplateAnswer
from siyu_cli.errors import ConfigError
from siyu_cli.files.plan.read_form import read_form
from siyu_cli.guard import forget

AS_OF = date(2026, 6, 30)


def days_ago(*days: int) -> list[date]:
    return [AS_OF - timedelta(days=day) for day in days]


# Who is what 30 days ago (2026-05-31): a and b mature (four days, the last a month before), c and d dormant.
BOUGHT = {
    "a": days_ago(150, 120, 90, 60, 10),
    "b": days_ago(151, 121, 91, 61),
    "c": days_ago(140, 130, 20, 5),
    "d": days_ago(141, 131),
    "e": days_ago(12),  # nobody 30 days ago
    "f": days_ago(300, 30),  # on the day looked back from itself: that is no order since
}


def orders(bought: dict[str, list[date]] = BOUGHT) -> pd.DataFrame:
    rows = [
        {"订单号": f"{member}{number}", "会员编号": member, "付款时间": str(day), "实付金额": 100.0 + number}
        for member, dates in bought.items()
        for number, day in enumerate(dates)
    ]
    return pd.DataFrame(rows)


def measured(horizon: int = 30, by: str = "stage", **settings: Any) -> TemplateAnswer:
    with open_shop([orders()], as_of=AS_OF, settings=Settings(**settings)) as shop:
        found = shop.ask(Template(horizon, by))
    assert isinstance(found, TemplateAnswer)
    return found


def row_of(found: TemplateAnswer, segment: str) -> dict[str, Any]:
    (row,) = [row for row in found.baseline.rows if row["segment"] == segment]
    return dict(row)


def test_the_purchase_rate_without_an_offer_is_that_of_who_was_in_the_segment_one_horizon_ago():
    mature = row_of(measured(), "mature")
    assert {key: mature[key] for key in ("members_then", "buyers", "purchase_rate", "order_value", "source")} == {
        "members_then": 2, "buyers": 1, "purchase_rate": 0.5, "order_value": 104.0, "source": "measured",
    }  # fmt: skip
    assert mature["purchase_rate_low"] < 0.5 < mature["purchase_rate_high"]


def test_an_order_of_the_day_looked_back_from_is_no_order_since():
    stages = [row for row in measured().baseline.rows if row["grouping"] == "stage"]
    assert sum(row["members"] for row in stages) == 6
    assert sum(row["members_then"] for row in stages) == 5
    assert sum(row["buyers"] for row in stages) == 2


def test_own_segments_are_measured_too_and_a_segment_nobody_was_in_has_no_rate():
    found = measured(segments={"常客": "order_days >= 4", "新客": "order_days = 1"})
    assert row_of(found, "常客")["purchase_rate"] == 0.5
    new = row_of(found, "新客")
    assert (new["members"], new["members_then"], new["source"]) == (1, 0, "assumption")
    assert "purchase_rate" not in new


def test_looking_back_leaves_the_shop_as_it_is_today():
    with open_shop([orders()], as_of=AS_OF) as shop:
        before = shop.segment().frame()
        kept = shop.segment()
        shop.ask(Template())
        pd.testing.assert_frame_equal(shop.segment().frame(), before)
        pd.testing.assert_frame_equal(kept.frame(), before)


def test_a_log_that_does_not_reach_back_measures_nothing_and_says_so():
    found = measured(400)
    assert not any("purchase_rate" in row for row in found.baseline.rows)
    assert any("no purchase rate could be measured" in str(note) for note in found.report().warnings)


def test_a_shop_without_orders_is_told_that_there_are_none(tmp_path: Path):
    (tmp_path / "orders.csv").write_text("member_id,order_id,order_time,amount\n", encoding="utf-8")
    with open_shop([tmp_path / "orders.csv"], as_of=AS_OF) as shop:
        told = [str(note) for note in shop.ask(Template()).report().warnings]
    assert any(line.startswith("There are no orders: no purchase rate") for line in told)


@pytest.fixture
def run(empty_folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    orders().to_csv("订单.csv", index=False)
    return runner(capsys, "campaign", "template", "订单.csv", "--as-of", str(AS_OF))


def test_the_form_is_filled_in_up_to_what_only_the_operator_can_say(run: Run):
    assert run("-o", "plan.xlsx", "--lang", "zh").code == 0
    book = openpyxl.load_workbook("plan.xlsx")
    forget()  # that run is over
    assert book.sheetnames == ["说明", "活动", "优惠", "上限", "预计响应"]
    with pytest.raises(ConfigError, match=r"campaign\.name is missing"):
        plan_from_form(read_form(Path("plan.xlsx"), plan_form()))
    for key, value in {"name": "召回", "starts_on": "2026-07-01", "ends_on": "2026-07-10", "budget": "1000"}.items():
        sheet = book["活动"]
        place = next(row[0].row for row in sheet.iter_rows() if row[0].value == key)
        sheet.cell(place, 2).value = value
    offers, responses = book["优惠"], book["预计响应"]
    offers.cell(5, [cell.value for cell in offers[1]].index("value") + 1).value = "20"
    keys = [cell.value for cell in responses[1]]
    for row in range(5, responses.max_row + 1):
        responses.cell(row, keys.index("redemption_rate") + 1).value = "10%"
        without = responses.cell(row, keys.index("purchase_rate") + 1)
        without.value = without.value or "5%"  # of a segment nobody was in nothing was measured
    book.save("plan.xlsx")
    plan = plan_from_form(read_form(Path("plan.xlsx"), plan_form()))
    answer = plan.response("成熟期", "优惠1")
    assert answer is not None
    assert (answer.purchase_rate, answer.base_source, answer.source) == (0.5, "measured", "assumption")


def test_the_same_as_text_says_the_same(run: Run):
    assert run("-o", "plan.toml", "--lang", "en").code == 0
    plan = tomllib.loads(Path("plan.toml").read_text("utf-8"))
    mature = next(one for one in plan["responses"] if one["segment"] == "mature")
    assert (mature["purchase_rate"], mature["order_value"], mature["base_source"]) == (0.5, 104.0, "measured")
    assert plan["campaign"] == {"control_share": 0.1, "channels": ["wecom"], "horizon_days": 30}
    assert "redemption_rate" not in mature


def test_a_plan_that_is_there_is_not_replaced_unless_one_says_so(run: Run):
    assert run("-o", "plan.toml").code == 0
    again = run("-o", "plan.toml")
    assert again.code == 73
    assert "plan.toml" in again.err
