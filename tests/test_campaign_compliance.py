"""What the law looks at in a plan is found, and what it does not is left in peace."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from siyu_cli.core.campaign.compliance import check_plan, rules_of, words_of_praise
from siyu_cli.core.campaign.plan import Plan, plan_of
from siyu_cli.core.campaign.plan_errors import Places

COUPON = {"name": "c20", "kind": "coupon", "value": 20}
DRAW = {"name": "draw", "kind": "giveaway"}


def planned(*offers: dict[str, Any], **campaign: Any) -> Plan:
    days = {"starts_on": date(2026, 5, 1), "ends_on": date(2026, 5, 5)}
    document = {"campaign": {"name": "May", "budget": 1000, **days, **campaign}, "offers": list(offers)}
    return plan_of(document, Places("plan.toml"))


def found(*offers: dict[str, Any], **campaign: Any) -> list[tuple[str, str]]:
    return [(one.code, one.level) for one in check_plan(planned(*offers, **campaign))]


def prize(value: float) -> dict[str, Any]:
    return {"item": "car", "value": value, "stock": 1, "chance": 0.001}


@pytest.mark.parametrize(
    ("offer", "expected"),
    [
        (COUPON, []),
        (DRAW | {"prizes": [prize(50_000)]}, []),
        (DRAW | {"prizes": [prize(50_001)]}, [("PRIZE", "refusal")]),
        (DRAW | {"prizes": [prize(30_000)], "use_per_customer_limit": 2}, [("PRIZE", "refusal")]),
        (COUPON | {"original_price": 199}, [("PRICE-16", "warning")]),
        (COUPON | {"original_price": 199, "price_basis": "4 月 24 日起成交价"}, []),
        ({"name": "g", "kind": "gift", "item": "面膜", "item_cost": 8, "message": "买就送"}, [("PRICE-16", "warning")]),
        ({"name": "g", "kind": "gift", "item": "面膜", "item_cost": 8, "message": "买就送面膜 1 片"}, []),
        (COUPON | {"message": "全网 第一"}, [("AD-09", "warning")]),
        ({"name": "r", "kind": "referral", "value": 5, "reward_depth": 2}, [("PYRAMID", "warning")]),
        ({"name": "r", "kind": "referral", "value": 5, "reward_depth": 3}, [("PYRAMID", "refusal")]),
    ],
)
def test_each_rule_finds_what_it_is_for(offer: dict[str, Any], expected: list[tuple[str, str]]):
    assert found(offer) == expected


def test_different_values_of_one_kind_need_a_stated_reason():
    more = COUPON | {"name": "c30", "value": 30}
    assert found(COUPON, more) == [("PIPL-24", "warning")]
    assert found(COUPON, more, price_reason="召回老客的成本更高") == []
    assert found(COUPON, COUPON | {"name": "other"}) == []


def test_the_rules_may_not_change_once_the_campaign_runs_but_the_text_may():
    rules = rules_of(planned(COUPON))
    assert check_plan(planned(COUPON | {"message": "今天到账", "stock": 10}), rules) == []
    (changed,) = check_plan(planned(COUPON | {"value": 25}), rules)
    assert (changed.code, str(changed.note)) == ("PRIZE", "The rules changed after the start of the campaign: c20.")


def test_a_word_of_praise_is_found_however_it_is_spaced():
    assert words_of_praise("最 佳 的礼物") == ["最佳"]
    assert words_of_praise("最近到店的会员") == []
