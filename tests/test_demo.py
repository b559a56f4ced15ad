"""The demo shop looks like a shop: its people, its seasons, its orders, its friends."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from siyu_cli import open_shop
from siyu_cli.config.settings import Settings
from siyu_cli.demo import LAYOUTS, DemoShop, make_shop, write_shop
from siyu_cli.demo.catalogue import LEVELS
from siyu_cli.errors import UsageError

AS_OF = date(2026, 3, 31)
HEADERS = Path(__file__).parents[2] / "shared" / "data" / "formats" / "headers.json"


@pytest.fixture(scope="module")
def shop() -> DemoShop:
    return make_shop(20_000, seed=7, as_of=AS_OF)


@pytest.fixture(scope="module")
def small() -> DemoShop:
    return make_shop(300, seed=3, as_of=AS_OF)


@pytest.fixture(scope="module")
def members(shop: DemoShop) -> pd.DataFrame:
    return shop.members.to_pandas()


@pytest.fixture(scope="module")
def orders(shop: DemoShop) -> pd.DataFrame:
    frame = shop.orders.to_pandas()
    return frame.astype({name: float for name in frame if name.endswith("_amount")})


@pytest.fixture(scope="module")
def purchases(orders: pd.DataFrame) -> pd.DataFrame:
    bought = orders[(orders.paid_amount > 0) & (orders.refund_kind != "full_before_shipping")]
    return bought.assign(paid_on=bought.paid_at.dt.normalize())


@pytest.fixture(scope="module")
def order_days(purchases: pd.DataFrame) -> pd.Series:
    return purchases[purchases.is_member].groupby("member_id").paid_on.nunique()


# ---- people


def test_there_are_as_many_members_as_asked_for_numbered_as_they_joined(members: pd.DataFrame) -> None:
    assert len(members) == 20_000
    assert members.member_id.is_unique
    assert members.member_id.is_monotonic_increasing
    assert members.joined_at.is_monotonic_increasing


@pytest.mark.parametrize("count", [1, 2, 3, 10, 199, 200])
def test_a_shop_can_be_tiny(count: int, tmp_path: Path) -> None:
    shop = make_shop(count, seed=count, as_of=AS_OF)
    assert shop.members.num_rows == count
    for layout in LAYOUTS:
        assert write_shop(shop, tmp_path / layout, layout)


def test_the_same_arguments_give_the_same_shop(small: DemoShop) -> None:
    again = make_shop(300, seed=3, as_of=AS_OF)
    for name in ("members", "orders", "contacts", "invites", "channel_costs"):
        assert getattr(again, name).equals(getattr(small, name))
    assert not make_shop(300, seed=4, as_of=AS_OF).members.equals(small.members)


@pytest.mark.parametrize(
    "arguments",
    [
        {"members": 0, "seed": 1, "as_of": AS_OF},
        {"members": 10, "seed": -1, "as_of": AS_OF},
        {"members": 10, "seed": 1, "as_of": date(1900, 1, 1)},
    ],
)
def test_impossible_shops_are_refused(arguments: dict) -> None:
    with pytest.raises(UsageError):
        make_shop(arguments.pop("members"), **arguments)


def test_most_phones_are_whole_and_some_are_as_people_type_them(members: pd.DataFrame) -> None:
    phones = members.phone.dropna()
    assert 0.01 < members.phone.isna().mean() < 0.06
    assert phones.str.fullmatch(r"1[3-9]\d{9}").mean() > 0.95
    for style in (r"1\d\d\*{6}\d\d", r"1\d{9}", r"1\d\d \d{4} \d{4}", r"\+861\d{10}", r"86-1\d{10}"):
        assert phones.str.fullmatch(style).any(), style
    shared = phones[phones.str.fullmatch(r"\d{11}")].value_counts()
    assert (shared == 2).any(), "two members share a phone"
    assert (shared > 3).any(), "a clerk's phone stands for many"
    assert (shared == 1).mean() > 0.98


def test_levels_and_points_follow_from_spending(members: pd.DataFrame) -> None:
    medians = members.astype({"net_sales": float}).groupby("level").net_sales.median()
    assert list(medians.sort_values().index) == ["普通会员", "银卡会员", "金卡会员", "黑金会员"]
    assert members.points.astype(float).corr(members.net_sales.astype(float)) > 0.7
    assert (members.points >= 0).all()


def test_consents_are_given_refused_and_unknown(members: pd.DataFrame) -> None:
    for name in ("consent_sms", "consent_wecom", "consent_ads"):
        assert set(members[name].dropna().unique()) == {True, False}
        assert members[name].isna().any()


def test_members_belong_to_several_stores_and_employees(members: pd.DataFrame) -> None:
    assert members.store.nunique() > 3
    by_store = members.dropna(subset="owner").groupby("owner").store.nunique()
    assert len(by_store) > 10
    assert (by_store == 1).all(), "an employee works in one store"
    assert members.owner.isna().any()


# ---- behaviour


def test_nothing_happens_after_the_as_of_date(shop: DemoShop) -> None:
    for table in (shop.members, shop.orders, shop.contacts):
        frame = table.to_pandas()
        for name in frame.select_dtypes("datetime"):
            assert frame[name].max() < pd.Timestamp(AS_OF) + pd.Timedelta(days=1), name


def test_nobody_orders_before_they_join(members: pd.DataFrame, orders: pd.DataFrame) -> None:
    first = orders.groupby("member_id").ordered_at.min()
    joined = members.set_index("member_id").joined_at
    assert (joined[first.index] <= first).all()


def test_many_buy_once_and_a_few_buy_often(order_days: pd.Series, members: pd.DataFrame) -> None:
    assert 0.35 < (order_days == 1).mean() < 0.75
    assert 0.6 < len(order_days) / len(members) < 0.9
    assert order_days.var() > 3 * order_days.mean(), "purchase rates differ from member to member"
    assert order_days.max() > 30


def test_a_tenth_of_the_buyers_brings_a_large_part_of_sales(members: pd.DataFrame) -> None:
    sales = members.net_sales.astype(float).sort_values(ascending=False)
    assert 0.35 < sales.head(len(sales) // 10).sum() / sales.sum() < 0.85


def test_buyers_drop_out(purchases: pd.DataFrame) -> None:
    silent = (pd.Timestamp(AS_OF) - purchases.groupby("member_id").paid_on.max()).dt.days
    assert 0.15 < (silent <= 90).mean() < 0.5
    assert 0.3 < (silent > 180).mean() < 0.75


@pytest.mark.parametrize("year", [2023, 2024, 2025])
def test_double_eleven_and_618_are_busy(purchases: pd.DataFrame, year: int) -> None:
    daily = purchases.groupby("paid_on").size()
    usual = daily[f"{year}-04-15" : f"{year}-12-31"].mean()
    assert daily[f"{year}-11-07" : f"{year}-11-13"].mean() > 1.8 * usual
    assert daily[f"{year}-11-11"] > 3 * usual
    assert daily[f"{year}-06-16" : f"{year}-06-18"].mean() > 1.5 * usual


@pytest.mark.parametrize("first", ["2024-02-10", "2025-01-29", "2026-02-17"])
def test_the_spring_festival_is_quiet(purchases: pd.DataFrame, first: str) -> None:
    daily = purchases.groupby("paid_on").size()
    day = pd.Timestamp(first)
    before = daily[day - pd.Timedelta(days=25) : day - pd.Timedelta(days=10)].mean()
    assert daily[day : day + pd.Timedelta(days=5)].mean() < 0.5 * before


def test_channels_differ_in_what_their_members_are_worth_and_cost(shop: DemoShop, members: pd.DataFrame) -> None:
    worth = members.astype({"net_sales": float}).groupby("source_channel").net_sales.mean()
    assert worth["门店扫码"] > 1.5 * worth["抖音直播"]
    costs = shop.channel_costs.to_pandas()
    spent = (costs.advertising + costs.promotion).astype(float).groupby(costs.source_channel).sum()
    each = spent / members.groupby("source_channel").size()
    assert each["朋友圈广告"] > 20 > each["门店扫码"] > 1
    assert costs.month.nunique() == 36
    assert not costs.duplicated(["month", "source_channel"]).any()


# ---- orders


def test_an_order_s_moments_follow_each_other(orders: pd.DataFrame) -> None:
    for earlier, later in (
        ("ordered_at", "paid_at"),
        ("paid_at", "shipped_at"),
        ("shipped_at", "completed_at"),
        ("paid_at", "completed_at"),
        ("paid_at", "refunded_at"),
        ("ordered_at", "cancelled_at"),
    ):
        both = orders.dropna(subset=[earlier, later])
        assert len(both) > 100
        assert (both[earlier] <= both[later]).all(), (earlier, later)
    assert orders.order_id.is_unique


def test_every_status_occurs_and_agrees_with_the_moments(orders: pd.DataFrame) -> None:
    shares = orders.status.value_counts(normalize=True)
    assert set(shares.index) == {"unpaid", "paid", "shipped", "completed", "cancelled", "refunded"}
    assert shares["completed"] > 0.85
    without = orders[orders.status.isin(["unpaid", "cancelled"])]
    assert without.paid_at.isna().all()
    assert (without.paid_amount == 0).all()
    assert orders[orders.status == "paid"].shipped_at.isna().all()
    assert orders[orders.status == "completed"].completed_at.notna().all()


def test_refunds_are_partial_early_or_late(orders: pd.DataFrame) -> None:
    share = (orders.refunded_amount > 0).mean()
    assert 0.02 < share < 0.1
    assert (orders.refunded_at.notna() == (orders.refunded_amount > 0)).all()
    partial = orders[orders.refund_kind == "partial"]
    assert (partial.refunded_amount < partial.paid_amount).all()
    early = orders[orders.refund_kind == "full_before_shipping"]
    late = orders[orders.refund_kind == "full_after_delivery"]
    assert early.shipped_at.isna().all()
    assert late.completed_at.notna().all()
    for full in (early, late):
        assert len(full) > 100
        assert (full.refunded_amount == full.paid_amount).all()


def test_there_are_guests_strangers_free_orders_and_second_orders(orders: pd.DataFrame) -> None:
    guests = orders.member_id.isna() & orders.phone.isna()
    strangers = orders.member_id.isna() & orders.phone.notna()
    free = orders.paid_at.notna() & (orders.paid_amount == 0)
    for share in (guests.mean(), strangers.mean(), free.mean()):
        assert 0.002 < share < 0.1
    assert orders[guests].account.isna().all()
    assert orders.dropna(subset="member_id").duplicated(["member_id", "ordered_at"]).mean() < 0.001
    assert orders.groupby(["member_id", orders.ordered_at.dt.date]).size().max() > 1


def test_amounts_add_up(orders: pd.DataFrame) -> None:
    due = orders.goods_amount + orders.shipping_amount - orders.discount_amount
    paid = orders[orders.paid_amount > 0]
    assert (due[paid.index] - paid.paid_amount).abs().max() < 0.005
    assert (due >= 0).all()
    assert 80 < paid.paid_amount.median() < 300


def test_exported_totals_count_what_the_orders_hold(members: pd.DataFrame, purchases: pd.DataFrame) -> None:
    bought = purchases[purchases.is_member].groupby("member_id")
    totals = members.set_index("member_id")
    assert totals.order_count[totals.order_count > 0].to_dict() == bought.size().to_dict()
    assert totals.last_order_at.dropna().to_dict() == bought.paid_at.max().to_dict()
    net = bought.paid_amount.sum() - bought.refunded_amount.sum()
    assert (totals.net_sales[net.index].astype(float) - net).abs().max() < 0.005


# ---- referrals and friends


def test_referrals_are_a_forest(members: pd.DataFrame) -> None:
    referred = members.dropna(subset="inviter_id")
    assert 0.05 < len(referred) / len(members) < 0.25
    joined = members.set_index("member_id").joined_at
    # Every inviter joined earlier, so following them can never come back.
    assert (joined[referred.inviter_id].to_numpy() < referred.joined_at.to_numpy()).all()
    assert referred.inviter_id.value_counts().max() > 4
    assert referred.inviter_id.isin(referred.member_id).any(), "more than one level"


def test_referred_members_buy_more(members: pd.DataFrame) -> None:
    is_old = members.joined_at < pd.Timestamp(AS_OF) - pd.Timedelta(days=365)
    online = members[is_old & (members.source_channel != "门店扫码")]
    mean = online.groupby(online.inviter_id.notna()).order_count.mean()
    assert mean[True] > 1.1 * mean[False]


def test_friends_are_added_after_joining_and_some_delete_the_employee(shop: DemoShop, members: pd.DataFrame) -> None:
    contacts = shop.contacts.to_pandas()
    known = contacts.dropna(subset="member_id")
    assert not known.duplicated(["member_id", "owner"]).any()
    joined = members.set_index("member_id").joined_at
    assert (joined[known.member_id].to_numpy() <= known.added_at.to_numpy()).all()
    deleted = contacts.dropna(subset="deleted_at")
    assert 0.03 < len(deleted) / len(contacts) < 0.3
    assert (deleted.deleted_at >= deleted.added_at).all()


def test_levels_agree_with_the_rule_of_the_export_but_for_what_was_planted(small: DemoShop, tmp_path: Path) -> None:
    write_shop(small, tmp_path)
    tiers = [{"name": name, "from": lowest} for lowest, name in LEVELS]
    rule = {"window": "lifetime", "on_refund": "recheck", "down": "earned", "tiers": tiers}
    files = [tmp_path / f"{name}.xlsx" for name in ("会员", "订单", "等级记录")]
    with open_shop(files, as_of=AS_OF, settings=Settings.model_validate({"levels": rule})) as shop:
        held = shop.levels().figures["reconciliation"]
        (sheet,) = shop.load.report.sheets_of("level_log")
    assert held["is_trusted"]
    assert held["agree"] > 0.9 * held["of"]
    assert sheet.rows_used > 0
