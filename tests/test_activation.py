"""From joining to the first and the second order, and what goes with it: by hand, and against an oracle."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import activation_oracle as oracle
import corner_shop
from activation_oracle import FirstOrder
from commands import Run, runner
from core_shop import label_rows, typed
from retention_oracle import kaplan_meier
from shops import Row, a_line, a_member
from siyu_cli.core.activation.activated import Activated, activate
from siyu_cli.core.activation.effects import LEAST, Effect
from siyu_cli.engines.protocol import Engine
from siyu_cli.engines.step import step
from siyu_cli.errors import DataError
from siyu_cli.tables.cleaned import CLEANED_EVENTS, ORDER_ITEMS

TODAY = date(2026, 3, 31)


def day(ago: int) -> date:
    return TODAY - timedelta(days=ago)


def an_event(member: str, happened_on: date, kind: str, **known: Any) -> Row:
    return {"member_id": member, "happened_on": happened_on, "kind": kind, **known}


def opened(
    engine: Engine, members: Sequence[Row], lines: Sequence[Row], events: Sequence[Row] = (),
    items: Sequence[Row] = (), as_of: date = TODAY,
) -> Any:  # fmt: skip
    for name, rows, table in (("events", events, CLEANED_EVENTS), ("order_items", items, ORDER_ITEMS)):
        engine.open(name, typed(rows, table.columns))
    return label_rows(engine, list(members), list(lines), as_of)


def activated(engine: Engine, *rows: Any, **more: Any) -> Activated:
    return activate(engine, opened(engine, *rows, **more).params)[0]


def counts(rate: Mapping[str, Any]) -> tuple[int, int]:
    return rate["numerator"], rate["denominator"]


# --- Joining → first order ----------------------------------------------------------------------------


def test_only_who_joined_long_enough_ago_is_counted_and_the_last_day_is_in(engine: Engine):
    joined = {"in": 30, "out": 31, "never": 90, "young": 29, "bought before": 40, "no date": None}
    members = [a_member(name, joined_on=None if ago is None else day(ago)) for name, ago in joined.items()]
    members.append(a_member("log is short", joined_on=day(50), total_order_count=9, total_last_order_on=day(3)))
    ordered = {"in": 0, "out": 0, "young": 20, "bought before": 60, "no date": 5, "log is short": 3}
    found = activated(engine, members, [a_line(name, name, day(ago), 10) for name, ago in ordered.items()])
    assert {days: counts(rate) for days, rate in found.whole.within.items()} == {7: (0, 4), 30: (1, 3), 90: (0, 1)}
    assert (found.whole.members, found.whole.bought) == (4, 3)
    assert found.excluded == {"bought_before": 1, "earlier_orders": 1, "no_date": 1}


def test_who_was_given_a_coupon_on_joining_stands_apart_and_a_later_one_is_none(engine: Engine):
    members = [a_member(f"M{number}", joined_on=day(40)) for number in range(12)]
    events = [
        *(an_event(f"M{number}", day(40), ("coupon_issued", "coupon_claimed")[number % 2]) for number in range(6)),
        an_event("M6", day(39), "coupon_claimed"), an_event("M7", day(40), "browse"),
    ]  # fmt: skip
    found = activated(engine, members, [a_line(f"M{n}", f"o{n}", day(35), 10) for n in range(3)], events)
    parts = found.joined_by["first_coupon"]
    assert {part.name: counts(joined.within[7]) for part, joined in parts} == {"yes": (3, 6), "no": (0, 6)}
    assert "source_channel" not in found.joined_by  # nobody's is known: there is nothing to tell apart


def test_any_shop_joins_and_orders_as_can_be_counted_by_hand(engine: Engine):
    drawn = random.Random(3)
    people = {}
    for number in range(80):
        joined = day(drawn.randrange(0, 200))
        wait = drawn.choice((None, 0, 3, 7, 8, 30, 31, 90, 91))
        first = None if wait is None else joined + timedelta(days=wait)
        people[f"M{number:02}"] = (joined, first if first and first <= TODAY else None)
    owners = {name: drawn.choice(("小美", "小丽", None)) for name in people}
    members = [a_member(name, joined_on=joined) | {"owner": owners[name]} for name, (joined, _) in people.items()]
    lines = [a_line(name, name, first, 10) for name, (_, first) in people.items() if first]
    found = activated(engine, members, lines)
    told = {None if part.name == "unknown" else part.name: joined for part, joined in found.joined_by["owner"]}
    for name, joined in (*told.items(), ("all", found.whole)):
        theirs = [known for key, known in people.items() if name in ("all", owners[key])]
        for days in (7, 30, 90):
            assert counts(joined.within[days]) == oracle.within(theirs, days, TODAY)
        waits = [((first or TODAY) - began, first is not None) for began, first in theirs]
        expected = 1 - kaplan_meier([(wait.days, came) for wait, came in waits], 30)
        assert joined.wait.back_within(30)["rate"] == pytest.approx(expected, abs=1e-9)
    assert sum(joined.members for joined in told.values()) == found.whole.members == len(people)


# --- First → second order -----------------------------------------------------------------------------


def test_whose_first_order_is_not_90_days_old_is_not_judged(engine: Engine):
    firsts = {"back": (90, 0), "late": (91, 0), "once": (95, None), "young": (89, 80)}
    lines = [
        a_line(name, f"{name}{ago}", day(ago), 10) for name, days in firsts.items() for ago in days if ago is not None
    ]
    found = activated(engine, [], lines)
    assert (counts(found.returned), found.too_young) == ((1, 3), 1)


def test_what_is_known_of_a_first_order_is_read_from_its_items(engine: Engine):
    def an_item(member: str, product: str, quantity: float, price: float | None, paid: int | None, **known: Any) -> Row:
        return {
            "member_id": member, "order_id": member, "ordered_on": day(100), "product": product, "quantity": quantity,
            "unit_price": price, "paid_amount": None if paid is None else Decimal(paid), "category": "护肤", **known,
        }  # fmt: skip

    items = [
        an_item("A", "面膜", 2, 50.0, 100), an_item("A", "口红", 1, 120.0, 120, category="彩妆"),
        an_item("B", "面膜", 2, 50.0, 90), an_item("C", "面膜", 1, None, 50), an_item("D", "面膜", 1, 50.0, None),
        an_item("A", "退货", -1, 900.0, -900),
    ]  # fmt: skip
    lines = [a_line(name, name, day(100), 300) for name in "ABCDE"]
    shop = opened(
        engine,
        [],
        lines,
        [an_event("B", day(100), "coupon_redeemed"), an_event("C", day(99), "coupon_redeemed")],
        items,
    )
    given = {**shop.params, "within_days": 90}
    engine.open("periods", pa.table({"day": pa.array([day(100)]), "period": pa.array([0], pa.int64())}))
    engine.open("named_festivals", pa.table({"day": pa.array([day(100)]), "festival": ["双12"]}))
    for name in ("milestones", "items", "first_orders"):
        engine.run(step(name), given)
    rows = {row["member_id"]: row for row in engine.read("first_orders", ["member_id"]).to_pylist()}
    keys = ("product", "category", "discount", "price_cents", "coupon", "festival", "paid_cents")
    assert {name: tuple(row[key] for key in keys) for name, row in rows.items()} == {
        "A": ("口红", "彩妆", "no", 7333, "no", "双12", 30000),
        "B": ("面膜", "护肤", "yes", 4500, "yes", "双12", 30000),
        "C": ("面膜", "护肤", None, 5000, "no", "双12", 30000),
        "D": ("面膜", "护肤", None, None, "no", "双12", 30000),
        "E": (None, None, None, None, "no", "双12", 30000),
    }


def coupons(
    sizes: Mapping[tuple[str, str], tuple[int, int]],
) -> tuple[list[Row], list[Row], list[Row], list[FirstOrder]]:
    """Return a shop of (channel, coupon) → (first orders, of which came back), and the same for the oracle."""
    members, lines, events, orders = [], [], [], []
    for (channel, coupon), (buyers, back) in sizes.items():
        for number in range(buyers):
            name = f"{channel}{coupon}{number:03}"
            members.append(a_member(name, joined_on=day(120)) | {"source_channel": channel})
            lines.append(a_line(name, f"{name}1", day(110), 10))
            if number < back:
                lines.append(a_line(name, f"{name}2", day(60), 10))
            if coupon == "yes":
                events.append(an_event(name, day(110), "coupon_redeemed"))
            orders.append(FirstOrder((channel,), coupon == "yes", number < back))
    return members, lines, events, orders


def the_coupon(found: Activated) -> Effect:
    return next(effect for effect in found.effects if effect.factor == "coupon")


def test_a_channel_that_brings_good_customers_and_coupons_is_no_effect_of_coupons(engine: Engine):
    shop = {("店", "yes"): (80, 64), ("店", "no"): (20, 16), ("网", "yes"): (20, 4), ("网", "no"): (80, 16)}
    members, lines, events, orders = coupons(shop)
    effect = the_coupon(activated(engine, members, lines, events))
    assert (effect.state, effect.members, effect.others, effect.matched) == ("yes", 100, 100, 1.0)
    assert (effect.rate, effect.other_rate) == (pytest.approx(0.5), pytest.approx(0.5))  # .68 and .32 as they are
    assert not effect.is_told
    share, other, people, others = oracle.standardised(orders)
    assert (effect.difference.low, effect.difference.high) == pytest.approx(
        oracle.newcombe(share, people, other, others)
    )


def test_buyers_without_a_counterpart_are_left_out_and_their_share_is_told(duckdb_engine: Engine):
    shop = {("店", "yes"): (60, 50), ("店", "no"): (50, 20), ("网", "yes"): (40, 1), ("群", "no"): (90, 9)}
    members, lines, events, orders = coupons(shop)
    effect = the_coupon(activated(duckdb_engine, members, lines, events))
    share, other, people, others = oracle.standardised(orders)
    assert (effect.members, effect.others, effect.matched) == (60, 50, 0.6)
    assert (effect.rate, effect.other_rate, effect.is_told) == (pytest.approx(share), pytest.approx(other), True)
    assert (effect.difference.low, effect.difference.high) == pytest.approx(
        oracle.newcombe(share, people, other, others)
    )


def test_few_buyers_tell_nothing(duckdb_engine: Engine):
    members, lines, events, _ = coupons({("店", "yes"): (LEAST - 1, 20), ("店", "no"): (90, 9)})
    assert not any(effect.factor == "coupon" for effect in activated(duckdb_engine, members, lines, events).effects)


# --- Trials -------------------------------------------------------------------------------------------


def test_only_who_was_drawn_into_an_arm_earns_a_verdict(engine: Engine):
    members, lines, events = [], [], []
    for number in range(200):
        name, arm = f"M{number:03}", ("coupon", "对照组")[number % 2]
        members.append(a_member(name, joined_on=day(120)))
        events.append(an_event(name, day(100), "coupon_issued", campaign="新客券", assigned_arm=arm))
        if (number % 2 == 0 and number < 120) or number < 20:
            lines.append(a_line(name, name, day(95), 10))
    events.append(an_event("M001", day(100), "coupon_issued", campaign="新客券", assigned_arm="coupon"))  # in both arms
    events.append(
        an_event("M003", day(10), "coupon_issued", campaign="新客券", assigned_arm="coupon")
    )  # the first counts
    events += [
        an_event(f"M{n:03}", day(100), "signup", title="抽奖", assigned_arm="乙") for n in range(50)
    ]  # no control
    (trial,) = activated(engine, members, lines, events).trials
    assert (trial.trial, trial.step, trial.arm, trial.control, trial.verdict) == (
        "新客券", "first_order", "coupon", "对照组", "effective",
    )  # fmt: skip
    assert (trial.bought, trial.members, trial.bought_control, trial.members_control) == (60, 100, 9, 99)
    low, high = oracle.newcombe(60 / 100, 100, 9 / 99, 99)
    assert (trial.difference.low, trial.difference.high) == (pytest.approx(low), pytest.approx(high))


# --- The whole ----------------------------------------------------------------------------------------


def test_neither_the_order_of_rows_nor_a_later_date_changes_what_is_ripe(duckdb_engine: Engine):
    members, lines, events, _ = coupons({("店", "yes"): (60, 50), ("店", "no"): (50, 20)})
    before = activated(duckdb_engine, members, lines, events)
    shuffled = [list(rows) for rows in (members, lines, events)]
    for rows in shuffled:
        random.Random(5).shuffle(rows)
    for found in (
        activated(duckdb_engine, *shuffled),
        activated(duckdb_engine, members, lines, events, as_of=TODAY + timedelta(days=99)),
    ):
        assert found.whole.within == before.whole.within
        assert (found.returned, found.effects) == (before.returned, before.effects)


def test_who_may_still_come_in_time_is_awaited(engine: Engine):
    members = [
        a_member(name, joined_on=day(ago)) for name, ago in (("new", 90), ("gone", 91), ("one", 200), ("two", 9))
    ]
    lines = [a_line("one", "1", day(80), 10), a_line("two", "2", day(9), 10), a_line("two", "3", day(2), 10)]
    _, rows = activate(engine, opened(engine, members, lines).params)
    assert [(row["member_id"], row["awaited"], row["days_left"]) for row in rows.to_pylist()] == [
        ("new", "first_order", 0), ("one", "second_order", 10),
    ]  # fmt: skip


def test_a_shop_without_dates_says_so(duckdb_engine: Engine):
    with pytest.raises(DataError, match="Nobody joined or bought"):
        activated(duckdb_engine, [a_member("A")], [])


@pytest.fixture
def run(empty_folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    corner_shop.write_shop(empty_folder)
    return runner(capsys)


def test_the_document_has_both_ways_and_the_list_who_is_awaited(run: Run):
    document = json.loads(run("activation", "会员.csv", "订单.csv", "--as-of", "2026-03-01", "--format", "json").out)
    assert document.keys() > {"population", "first_order", "second_order", "trials"}
    first = document["first_order"]
    assert first["within"]["30"].keys() == {"rate", "numerator", "denominator"}
    assert document["population"]["members"] == sum(part["members"] for part in first["by"]["owner"])
    rows = run("activation", "会员.csv", "订单.csv", "--as-of", "2026-03-01", "--format", "jsonl").out.splitlines()
    assert [json.loads(row)["awaited"] for row in rows] == ["first_order", "first_order", "second_order"]
