"""A plan says what is offered to whom, and a wrong one is refused with the place and what is allowed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from siyu_cli.config.layers import key_lines
from siyu_cli.core.campaign.offer import Offer
from siyu_cli.core.campaign.plan import Plan, plan_of, read_plan_toml
from siyu_cli.core.campaign.plan_errors import Places
from siyu_cli.errors import ConfigError, InputError

SEEDS = """
[campaign]
name = "双11召回"
starts_on = 2026-11-01
ends_on = 2026-11-11
budget = 20000
where = "阶段 in ('沉睡期', '流失期')"
channels = ["wecom", "sms"]

[[offers]]
name = "限时折扣"
kind = "discount"
discount_mode = "percent"
value = 10
starts_on = 2026-11-10
discount_max_amount = 50

[[offers]]
name = "满减"
kind = "coupon"
steps = [{ minimum = 100, value = 10 }, { minimum = 200, value = 30 }]

[[offers]]
name = "买赠"
kind = "gift"
buy_quantity = 2
item = "面膜"
item_cost = 8.5

[[offers]]
name = "积分兑换"
kind = "points"
required_points = 500
discount_mode = "per_point"
value = 0.01

[[offers]]
name = "首单立减"
kind = "coupon"
value = 20
trigger = "with_code"
first_order_only = true

[[offers]]
name = "金卡礼"
kind = "coupon"
value = 30
levels = ["金卡"]

[[offers]]
name = "召回"
kind = "coupon"
value = 40
trigger = "with_code"
stages = ["churned", "dormant"]

[[offers]]
name = "分享奖励"
kind = "referral"
value = 10
friend_value = 15
cap_per_advocate = 100

[[offers]]
name = "集合奖励"
kind = "referral"
steps = [{ minimum = 3, value = 30 }, { minimum = 5, value = 60 }]

[[offers]]
name = "KOL"
kind = "kol"
code = "LINA"
fixed_fee = 2000
commission_rate = 0.1

[[offers]]
name = "抽奖"
kind = "giveaway"
prizes = [{ item = "手机", value = 4000, stock = 1, chance = 0.0001 }]

[[offers]]
name = "包邮"
kind = "free_shipping"
value = 8

[limits]
contacts_per_member = 2

[[responses]]
offer = "召回"
segment = "dormant"
redemption_rate = 0.08
purchase_rate = 0.05

[[responses]]
offer = "召回"
redemption_rate = 0.02
purchase_rate = 0.01
"""


def document(**changes: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "campaign": {"name": "May", "starts_on": date(2026, 5, 1), "ends_on": date(2026, 5, 5), "budget": 1000},
        "offers": [{"name": "c20", "kind": "coupon", "value": 20}],
    }
    return base | changes


def made(**changes: Any) -> Plan:
    return plan_of(document(**changes), Places("plan.toml"))


@pytest.fixture
def seeds(tmp_path: Path) -> Plan:
    path = tmp_path / "plan.toml"
    path.write_text(SEEDS, "utf-8")
    return read_plan_toml(path)


def test_every_kind_of_the_trade_can_be_said(seeds: Plan):
    assert len(seeds.offers) == 12
    assert {offer.kind for offer in seeds.offers} == {
        "coupon", "discount", "gift", "points", "free_shipping", "giveaway", "referral", "kol",
    }  # fmt: skip
    assert seeds.campaign.control_share == 0.1
    assert seeds.salt == "双11召回/2026-11-01"
    assert seeds.days_of(seeds.offer("限时折扣")) == (date(2026, 11, 10), date(2026, 11, 11))


@pytest.mark.parametrize(
    ("name", "order_value", "expected", "worst"),
    [
        ("限时折扣", 200, 20, 50),
        ("限时折扣", 900, 50, 50),
        ("满减", 99, 0, 30),
        ("满减", 150, 10, 30),
        ("满减", 500, 30, 30),
        ("买赠", 80, 8.5, 8.5),
        ("积分兑换", 80, 5, 5),
        ("首单立减", 80, 20, 20),
        ("首单立减", 12, 12, 12),
        ("分享奖励", 80, 25, 115),
        ("集合奖励", 80, 10, 60),
        ("KOL", 80, 8, 8),
        ("抽奖", 80, 0.4, 4000),
        ("包邮", 80, 8, 8),
    ],
)
def test_one_use_costs_its_face_value_and_never_more_than_the_worst(
    seeds: Plan, name: str, order_value: float, expected: float, worst: float
):
    offer = seeds.offer(name)
    assert offer.face_value(order_value) == pytest.approx(expected)
    assert offer.worst_value(order_value) == pytest.approx(worst)


def test_a_segment_without_an_answer_of_its_own_has_everybodys(seeds: Plan):
    own, others = seeds.response("dormant", "召回"), seeds.response("churned", "召回")
    assert own is not None
    assert others is not None
    assert (own.uplift, others.uplift) == pytest.approx((0.03, 0.01))
    assert seeds.response("dormant", "包邮") is None


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "message"),
    [
        ("budget = 20000", "budget = -1", 6, "campaign.budget", "campaign.budget cannot be -1"),
        ("budget = 20000", 'budgett = "2"', 6, "campaign.budgett", "a plan has no campaign.budgett"),
        ("budget = 20000", "", 2, "campaign.budget", "campaign.budget is missing"),
        ("value = 10\nstarts", "value = 120\nstarts", 14, "offers.0.value", "takes off 120 percent"),
        ("item_cost = 8.5", "", 23, "offers.2.item_cost", "says no item_cost"),
        ("first_order_only = true", 'first_order_only = "maybe"', 42, "offers.4.first_order_only", "cannot be maybe"),
        ("ends_on = 2026-11-11", "ends_on = 2026-10-11", 5, "campaign.ends_on", "before it starts"),
        ("starts_on = 2026-11-10", "starts_on = 2026-10-10", 15, "offers.0.starts_on", "the campaign from"),
        ("minimum = 200, value = 30", "minimum = 200, value = 3", 21, "offers.1.steps", "do not rise"),
        ('code = "LINA"', 'code = "LINA"\nitem = "x"', 73, "offers.9.item", "which has no item"),
        ('name = "包邮"', 'name = "抽奖"', 82, "offers.11.name", "two offers"),
        ('offer = "召回"\nseg', 'offer = "召唤"\nseg', 90, "responses.0.offer", "no offer 召唤"),
        ("contacts_per_member = 2", "contacts_per_member = true", 87, "limits.contacts_per_member", "cannot be true"),
    ],
)
def test_a_wrong_plan_is_refused_with_its_line_and_key(
    tmp_path: Path, old: str, new: str, line: int, key: str, message: str
):
    assert SEEDS.count(old) == 1
    path = tmp_path / "plan.toml"
    path.write_text(SEEDS.replace(old, new), "utf-8")
    with pytest.raises(ConfigError) as caught:
        read_plan_toml(path)
    error = caught.value
    assert message in str(error)
    assert str(error).startswith(f"{path}:{line}: ")
    assert (error.where.file, error.where.row, error.where.column) == (str(path), line, key)
    assert error.hint
    assert error.as_dict()["hint"]


def test_a_misspelt_key_is_told_the_nearest():
    with pytest.raises(ConfigError) as caught:
        made(offers=[{"name": "c20", "kind": "coupon", "valeu": 20}])
    assert (str(caught.value), caught.value.as_dict()["hint"]) == (
        "plan.toml: a plan has no offers.1.valeu.", "Did you mean value?",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"source": "measured", "low": 0.01}, "has no interval"),
        ({"source": "measured", "low": 0.02, "high": 0.01}, "below its beginning"),
    ],
)
def test_what_is_called_measured_has_an_interval(row: dict[str, Any], message: str):
    answer = {"offer": "c20", "redemption_rate": 0.1, "purchase_rate": 0.1, **row}
    with pytest.raises(ConfigError, match=message):
        made(responses=[answer])


def test_one_segment_answers_one_offer_once():
    answer = {"offer": "c20", "redemption_rate": 0.1, "purchase_rate": 0.1}
    with pytest.raises(ConfigError, match="given twice"):
        made(responses=[answer, answer])


def test_a_plan_that_is_no_text_or_not_there_is_no_bug_of_ours(tmp_path: Path):
    with pytest.raises(InputError, match="There is no plan"):
        read_plan_toml(tmp_path / "none.toml")
    with pytest.raises(InputError, match="cannot be read"):
        read_plan_toml(tmp_path)
    (tmp_path / "gbk.toml").write_bytes('name = "召回活动"'.encode("gbk"))
    with pytest.raises(ConfigError, match="not UTF-8"):
        read_plan_toml(tmp_path / "gbk.toml")
    (tmp_path / "text.toml").write_text("name : May", "utf-8")
    with pytest.raises(ConfigError, match="line 1: this is not TOML"):
        read_plan_toml(tmp_path / "text.toml")


def test_a_chance_is_never_above_one_in_all():
    prizes = [{"item": "cup", "value": 5, "stock": 10, "chance": 0.6}] * 2
    with pytest.raises(ConfigError, match="add up to more than 1"):
        made(offers=[{"name": "draw", "kind": "giveaway", "prizes": prizes}])


def test_lines_of_tables_in_arrays_are_counted_anew_in_each():
    text = "[[a]]\n[[a.b]]\nx = 1\n[[a.b]]\nx = 2\n[[a]]\n[[a.b]]\nx = 3\n"
    lines = key_lines(text)
    assert [lines["a", "0", "b", "0", "x"], lines["a", "0", "b", "1", "x"], lines["a", "1", "b", "0", "x"]] == [3, 5, 8]


def test_use_is_counted_as_often_as_a_member_may():
    assert Offer(name="c", kind="coupon", value=5, use_per_customer_limit=3).worst_value(100) == 15
