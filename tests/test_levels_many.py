# ruff: noqa: E501  (rows are data, long as they come)
"""Levels over many shops: tiers, moves, costs and falls are those of a look at every day; CDNOW's are the published ones."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from levels_oracle import Paid, day_by_day
from real_shops import SHARED
from siyu_cli import open_shop
from siyu_cli.config.levels import LevelSettings
from siyu_cli.config.settings import Settings

AS_OF = date(2026, 6, 30)


def rule_settings(**said: Any) -> LevelSettings:
    tiers = [{"name": "a"}, {"name": "b", "from": 100, "keep": 60}, {"name": "c", "from": 300, "keep": 200}]
    return LevelSettings.model_validate({"days": 90, "keep_days": 60, "grace_days": 10, "tiers": tiers, **said})


def as_vector(rule: LevelSettings) -> dict[str, Any]:
    tiers = [
        {"name": tier.name, "from_": tier.from_, "keep": tier.from_ if tier.keep is None else tier.keep}
        for tier in rule.tiers
    ]
    keys = ("window", "days", "keep_days", "grace_days", "down", "on_refund")
    return {**{key: getattr(rule, key) for key in keys}, "tiers": tiers}


def a_shop(seed: int, members: int = 60) -> dict[str, list[Paid]]:
    rng = random.Random(seed)
    shop: dict[str, list[Paid]] = {}
    for place in range(members):
        orders = []
        for _ in range(rng.randint(1, 12)):
            day, amount = AS_OF - timedelta(rng.randint(0, 500)), Decimal(rng.choice([20, 40, 99, 100, 150, 300]))
            back = rng.random() < 0.2
            back_on = min(day + timedelta(rng.randint(0, 60)), AS_OF) if back else None
            orders.append(Paid(day, amount, back_on, amount / rng.choice([1, 2]) if back else Decimal(0)))
        shop[f"M{place:03}"] = orders
    return shop


def orders_frame(shop: dict[str, list[Paid]]) -> pd.DataFrame:
    rows = [
        (who, f"{who}-{place}", str(one.day), str(one.amount), str(one.back), str(one.back_on or ""))
        for who, orders in shop.items()
        for place, one in enumerate(orders)
    ]
    return pd.DataFrame(rows, columns=["会员编号", "订单号", "付款时间", "实付金额", "退款金额", "退款时间"])


NOW, NEW = rule_settings(), rule_settings(
    on_refund="recheck", keep_days=89,
    tiers=[{"name": "a"}, {"name": "b", "from": 80, "discount": "0.1", "shipping": "5"}, {"name": "c", "from": 250, "gift": "73", "multiplier": 3}],
)  # fmt: skip
POINTS = Settings.model_validate({"levels": NOW, "points": {"value": "0.05", "expected_rate": 0.5}})


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    with open_shop([orders_frame(a_shop(1))], as_of=AS_OF, settings=POINTS) as shop:
        answer = shop.levels(rules=NEW, due_days=30)
        return {"figures": dict(answer.figures), "due": answer.due.to_pylist(), "falls": answer.falls.to_pylist()}


def test_tiers_are_those_of_a_look_at_every_day_and_the_moves_tie_to_both(found: dict[str, Any]):
    figures = found["figures"]
    for which, rule, tiers in (("level_from", NOW, "tiers"), ("level_to", NEW, "tiers_proposed")):
        slow = [day_by_day(as_vector(rule), orders, AS_OF).level for orders in a_shop(1).values()]
        assert [row["members"] for row in figures[tiers]] == [slow.count(place) for place in range(3)]
        for row in figures[tiers]:
            moved = [move for move in figures["moves"] if move[which] == row["level"]]
            assert sum(move["members"] for move in moved) == row["members"]
            assert sum(move["net_sales_365d"] for move in moved) == row["net_sales"]


def test_who_falls_under_the_proposed_rule_is_told_with_the_day_and_the_figure(found: dict[str, Any]):
    shop = a_shop(1)
    lower = {}
    for who, orders in shop.items():
        now, new = (day_by_day(as_vector(rule), orders, AS_OF) for rule in (NOW, NEW))
        if new.level < now.level:
            lower[who] = [entry for entry in new.log if entry.level_to < entry.level_from]
    assert lower
    assert {row["member_id"] for row in found["falls"]} == {*lower}
    for row in found["falls"]:
        fell = lower[row["member_id"]]
        assert (row["fell_on"], row["figure"]) == ((fell[-1].day, fell[-1].figure) if fell else (None, None))
        assert row["why"] == ("not_reached" if not fell else "refund" if fell[-1].why == "refund" else "review")


def test_whose_review_is_near_is_who_a_look_at_every_day_says(found: dict[str, Any]):
    expected = {}
    for who, orders in a_shop(1).items():
        slow = day_by_day(as_vector(NOW), orders, AS_OF)
        if slow.valid_until is not None and slow.valid_until <= AS_OF + timedelta(30):
            expected[who] = slow
    assert {row["member_id"] for row in found["due"]} == {*expected}
    assert expected
    for row in found["due"]:
        slow = expected[row["member_id"]]
        assert (row["valid_until"], row["state"]) == (slow.valid_until, "due" if slow.valid_until >= AS_OF else "grace")
        assert row["lack"] == max(row["need"] - row["secured"], 0)


def test_an_order_enjoys_the_level_of_the_day_before_and_costs_what_that_gives(found: dict[str, Any]):
    cost, since = Decimal(0), max(AS_OF - timedelta(364), found["figures"]["cost"]["since"])
    for orders in a_shop(1).values():
        log = day_by_day(as_vector(NEW), orders, AS_OF).log

        def level_on(day: date, log: list[Any] = log) -> int:
            return next((entry.level_to for entry in reversed(log) if entry.day <= day), 0)

        for one in orders:
            if one.day >= since:
                tier = NEW.tiers[level_on(one.day - timedelta(1))]
                points = (tier.multiplier - 1) * one.amount * Decimal("0.05") * Decimal("0.5")
                cost += tier.discount * one.amount + points + tier.shipping
        days = sum(level_on(since + timedelta(place)) == 2 for place in range((AS_OF - since).days + 1))
        cost += Decimal(73) * days / 365
    told = found["figures"]["cost"]
    assert told["proposed"] == pytest.approx(cost, abs=Decimal("0.02"))
    assert told["difference"] == told["proposed"] - told["now"]
    assert sum(row["cost"] for row in found["figures"]["tiers_proposed"]) == pytest.approx(
        told["proposed"], abs=Decimal("0.02")
    )


def test_no_order_of_rows_or_files_changes_anything(found: dict[str, Any]):
    rows = orders_frame(a_shop(1)).sample(frac=1, random_state=3)
    with open_shop([rows.iloc[:100], rows.iloc[100:]], as_of=AS_OF, settings=POINTS) as shop:
        answer = shop.levels(rules=NEW, due_days=30)
        assert dict(answer.figures) == found["figures"]
        assert answer.due.to_pylist() == found["due"]
        assert answer.falls.to_pylist() == found["falls"]


def test_an_answer_is_what_it_was_whatever_is_asked_later():
    with open_shop([orders_frame(a_shop(1))], as_of=AS_OF, settings=POINTS) as shop:
        first = shop.levels(due_days=30)
        before = first.frame()
        shop.levels(due_days=1)
        assert shop.levels(due_days=30).frame().equals(before)
        assert first.frame().equals(before)
        assert "breaks" in first.report().values


METRICS = {
    "order_count": lambda orders: [one._replace(amount=Decimal(100), back=Decimal(100) if one.back == one.amount else Decimal(0)) for one in orders],
    "growth": lambda orders: [one._replace(amount=one.amount / 2 + 10, back=one.back / 2 + (10 if one.back == one.amount else 0)) for one in orders],
}  # fmt: skip


@pytest.mark.parametrize("metric", METRICS)
def test_orders_and_growth_count_as_net_sales_do(metric: str):
    scale = 100 if metric == "order_count" else 1
    tiers = [
        {"name": "a"},
        {"name": "b", "from": 100 // scale * (3 if scale > 1 else 1), "keep": 60 // scale},
        {"name": "c", "from": 6 if scale > 1 else 200, "keep": 200 // scale},
    ]
    rule = rule_settings(metric=metric, tiers=tiers, growth_per_yuan="0.5", growth_per_order=10)
    shop = a_shop(5, 40)
    vector = as_vector(rule)
    for tier in vector["tiers"]:
        tier["from_"], tier["keep"] = tier["from_"] * scale, tier["keep"] * scale
    slow = [day_by_day(vector, METRICS[metric](orders), AS_OF).level for orders in shop.values()]
    with open_shop([orders_frame(shop)], as_of=AS_OF, settings=Settings(levels=rule)) as opened:
        tiers_found = opened.levels().figures["tiers"]
    assert [row["members"] for row in tiers_found] == [slow.count(place) for place in range(3)]
    assert slow.count(1)
    assert slow.count(2)


def test_days_with_orders_count_once_until_all_of_them_went_back():
    rows = [
        ("M1", "a", "2026-05-01", 10, 0, ""), ("M1", "b", "2026-05-01", 10, 10, "2026-05-09"), ("M1", "c", "2026-05-02", 10, 0, ""),
        ("M2", "d", "2026-05-01", 10, 10, "2026-05-01"), ("M2", "e", "2026-05-02", 10, 0, ""), ("M2", "f", "2026-05-02", 10, 0, ""),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["会员编号", "订单号", "付款时间", "实付金额", "退款金额", "退款时间"])
    rule = LevelSettings.model_validate({"metric": "order_days", "tiers": [{"name": "a"}, {"name": "b", "from": 2}]})
    with open_shop([frame], as_of=AS_OF, settings=Settings(levels=rule)) as shop:
        assert [row["members"] for row in shop.levels().figures["tiers"]] == [1, 1]


def test_points_earned_count_and_are_taken_back_with_their_order():
    rows = [
        ("M1", "2026-05-01", 100, "消费", "A"), ("M1", "2026-05-03", -100, "退货扣回", "A"), ("M1", "2026-05-04", 60, "消费", "B"),
        ("M2", "2026-05-01", 100, "消费", "C"), ("M2", "2026-05-02", -90, "积分兑换", ""), ("M3", "2026-05-02", 10, "消费", "D"),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["会员编号", "变动时间", "变动积分", "变动原因", "关联订单号"])
    rule = LevelSettings.model_validate(
        {"metric": "points_earned", "on_refund": "recheck", "tiers": [{"name": "a"}, {"name": "b", "from": 100}]}
    )
    with open_shop([frame], as_of=AS_OF, settings=Settings(levels=rule)) as shop:
        assert [row["members"] for row in shop.levels().figures["tiers"]] == [2, 1]


CDNOW = SHARED / "cdnow" / "CDNOW_master.txt"


@pytest.mark.skipif(not CDNOW.is_file(), reason="the shared data are not here")
def test_cdnow_has_the_levels_moves_and_chances_that_were_computed_elsewhere():
    lines = [line.split() for line in CDNOW.read_text("ascii").splitlines()[1:] if line.strip()]
    rows = [
        (who, f"o{place}", f"{day[:4]}-{day[4:6]}-{day[6:]}", paid) for place, (who, day, _, paid) in enumerate(lines)
    ]
    frame = pd.DataFrame(rows, columns=["会员编号", "订单号", "付款时间", "实付金额"])

    def rule(*figures: int) -> LevelSettings:
        tiers = [
            {"name": "0"},
            {"name": "1", "from": figures[0], "keep": figures[1]},
            {"name": "2", "from": figures[2], "keep": figures[3]},
        ]
        return LevelSettings.model_validate({"days": 180, "keep_days": 180, "grace_days": 30, "tiers": tiers})

    with open_shop([frame], as_of=date(1998, 6, 30), settings=Settings(levels=rule(100, 70, 300, 210))) as shop:
        figures = shop.levels(rules=rule(80, 56, 250, 175)).figures
        assert [row["members"] for row in figures["tiers"]] == [21_164, 1_836, 502]
        assert [row["members"] for row in figures["tiers_proposed"]] == [20_561, 2_287, 654]
        moved = {(row["level_from"], row["level_to"]): row["members"] for row in figures["moves"]}
        assert {pair: count for pair, count in moved.items() if pair[0] != pair[1]} == {
            ("0", "1"): 686, ("0", "2"): 1, ("1", "0"): 84, ("1", "2"): 176, ("2", "1"): 25,
        }  # fmt: skip
        assert (figures["due_counts"]["due"], figures["due_counts"]["due_lacking"]) == (676, 475)
        tested = shop.levels(due_days=61).figures["chance"]["backtest"]
    assert (tested["seen_on"], tested["members"]) == (date(1998, 3, 31), 826)
    assert tested["kept"] == pytest.approx(0.107, abs=5e-4)
    assert (tested["auc_lack"], tested["auc_recency"]) == (
        pytest.approx(0.754, abs=5e-4),
        pytest.approx(0.787, abs=5e-4),
    )
    assert tested["auc"] >= 0.861
    assert tested["brier"] <= 0.0749
    assert abs(tested["predicted"] - tested["kept"]) < 0.02
