"""Who is who: ids, phones and accounts of several files lead to one member, and to no one else."""

# Rows of a table stay on one line.
# ruff: noqa: E501

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports import (
    assert_every_row_is_accounted_for,
    export,
    listed,
    members,
    opened,
    order_lines,
    people,
    rejects,
    segment_bytes,
    table,
    warnings,
    write_csv,
    write_parquet,
    write_xlsx,
)
from siyu_cli import Shop, open_shop
from siyu_cli.config.settings import ExcludeSettings, Settings
from siyu_cli.errors import InputError, SiyuError, UsageError
from siyu_cli.files.loading.identity import joined_ids

A, B, C = "13800000001", "13800000002", "13800000003"


def files(folder: Path, *tables: str, **more: object) -> Shop:
    paths = [write_csv(folder / f"{number}.csv", table(text)) for number, text in enumerate(tables)]
    shop = opened(*paths, **more)
    assert_every_row_is_accounted_for(shop)
    return shop


def keys(shop: Shop) -> list[str]:
    """Return the member key of every order line, in the order of the order numbers."""
    return [line["member_id"] for line in sorted(order_lines(shop), key=lambda line: line["order_id"])]


# ---- which column is the key


@pytest.mark.parametrize(
    ("cells", "key"),
    [
        (("M1", A, "tb甲", B), "M1"),
        (("", A, "tb甲", B), A),
        (("", "138****0001", "tb甲", B), "account:tb甲"),
        (("", "", "tb甲", B), "account:tb甲"),
    ],
)
def test_an_id_comes_before_a_phone_before_an_account_and_the_receiver_is_nobody(
    tmp_path: Path, cells: tuple[str, ...], key: str
) -> None:
    text = "订单号 | 会员编号 | 买家手机号 | 买家账号 | 收货人手机号 | 下单时间 | 实付金额\nA1 | " + " | ".join(cells)
    with files(tmp_path, text + " | 2026-06-01 | 10") as shop:
        assert keys(shop) == [key]


def test_the_receiver_stands_for_the_buyer_only_where_no_column_names_one(tmp_path: Path) -> None:
    with files(tmp_path, f"订单号 | 收货人手机号 | 下单时间 | 实付金额\nA1 | {A} | 2026-06-01 | 10") as shop:
        assert keys(shop) == [A]
    text = f"订单号 | 买家手机号 | 收货人手机号 | 下单时间 | 实付金额\nA1 | {B} | {A} | 2026-06-01 | 10\nA2 | | {A} | 2026-06-01 | 10"
    with files(tmp_path, text) as shop:
        assert keys(shop) == [B]
        assert shop.load.report.skipped == {"no_member": 1}


def test_a_masked_phone_is_never_a_key(tmp_path: Path) -> None:
    text = "订单号 | 手机号 | 下单时间 | 实付金额\nA1 | 138****0001 | 2026-06-01 | 10\nA2 | | 2026-06-01 | 10"
    with files(tmp_path, text) as shop:
        assert keys(shop) == []
        assert shop.load.report.skipped == {"no_member": 1}
        assert [(row["reason"], row["row"]) for row in rejects(shop)] == [("masked_phone", 2)]


def test_accounts_belong_to_their_platform(tmp_path: Path) -> None:
    jd = export(
        "jd",
        {
            "订单号": "1",
            "下单时间": "2026-06-01 10:00:00",
            "结算金额": "10",
            "订单状态": "完成",
            "下单帐号": "甲",
        },
    )
    taobao = export("taobao_orders", {"订单编号": "2", "买家会员名": "甲", "买家实际支付金额": "10", "订单状态": "交易成功",
                                      "订单创建时间": "2026-06-01 10:00:00"})  # fmt: skip
    with opened(write_csv(tmp_path / "jd.csv", jd), write_csv(tmp_path / "tb.csv", taobao, "gbk")) as shop:
        assert keys(shop) == ["京东:甲", "淘宝/天猫:甲"]


# ---- one member in several files

MEMBERS = f"会员编号 | 姓名 | 手机号 | 注册时间\nM1 | 张三 | {A} | 2025-01-01\nM2 | 李四 | {B} | 2025-01-01"


def test_a_phone_in_one_file_leads_to_the_id_of_another(tmp_path: Path) -> None:
    orders = f"订单号 | 手机号 | 下单时间 | 实付金额\nA1 | +86 {A} | 2026-06-01 | 10\nA2 | {C} | 2026-06-01 | 10"
    with files(tmp_path, MEMBERS, orders) as shop:
        assert keys(shop) == ["M1", C]
        assert listed(shop)["M1"]["is_registered"] is True
        assert listed(shop)[C]["is_registered"] is False
        assert shop.load.links == {}


def test_an_account_leads_to_the_id_or_phone_it_stands_beside(tmp_path: Path) -> None:
    accounts = f"会员名 | 手机 | 等级 | 入会时间\ntb甲 | {A} | 银卡 | 2025-01-01\ntb乙 | | 金卡 | 2025-01-01"
    taobao = export("taobao_orders", *(
        {"订单编号": number, "买家会员名": name, "买家实际支付金额": "10", "订单状态": "交易成功", "订单创建时间": "2026-06-01 10:00:00"}
        for number, name in (("1", "tb甲"), ("2", "tb乙"), ("3", "tb丙"))
    ))  # fmt: skip
    paths = [
        write_csv(tmp_path / "会员.csv", table(accounts)),
        write_csv(tmp_path / "订单.csv", taobao, "gbk"),
    ]
    with opened(*paths) as shop:
        assert keys(shop) == [A, "淘宝/天猫:tb乙", "淘宝/天猫:tb丙"]
        assert [listed(shop)[key]["level"] for key in keys(shop)] == ["银卡", "金卡", None]


def test_two_members_files_linked_by_a_phone_hold_one_member_and_say_so(tmp_path: Path) -> None:
    other = f"客户编号 | 手机号 | 注册时间 | 等级\nK9 | {A} | 2024-03-01 | 金卡"
    orders = "订单号 | 会员编号 | 下单时间 | 实付金额\nA1 | M1 | 2026-06-01 | 10\nA2 | K9 | 2026-06-02 | 20"
    with files(tmp_path, MEMBERS, other, orders) as shop:
        assert keys(shop) == ["K9", "K9"], "the least of the ids is the key"
        member = listed(shop)["K9"]
        assert (member["order_count"], member["net_sales"], member["level"]) == (2, 30, "金卡")
        assert member["joined_on"] == date(2024, 3, 1)
        assert sorted(listed(shop)) == ["K9", "M2"]
        assert shop.load.links == shop.load.report.links == {"M1": "K9"}
        assert "1 member ids were joined to another by a shared phone." in warnings(shop)
        assert shop.explain("M1").member_id == shop.explain(A).member_id == "K9"


def test_ids_may_be_joined_through_a_third(tmp_path: Path) -> None:
    text = f"会员编号 | 手机号 | 注册时间\nM3 | {A} | 2025-01-01\nM1 | {A} | 2025-01-01\nM3 | {B} | 2025-01-01\nM2 | {B} | 2025-01-01"
    with files(tmp_path, text) as shop:
        assert list(members(shop)) == ["M1"]
        assert shop.load.links == {"M2": "M1", "M3": "M1"}


def test_two_customers_of_one_phone_without_ids_are_one_member(tmp_path: Path) -> None:
    pair = [{"客户姓名": name, "客户手机号": A, "成为客户时间": "2025-01-01 10:00:00"} for name in ("张三", "李四")]
    with opened(write_csv(tmp_path / "客户.csv", export("youzan_customers", *pair))) as shop:
        assert list(members(shop)) == [A]


def test_a_clerk_s_phone_links_nothing_and_is_reported(tmp_path: Path) -> None:
    text = "会员编号 | 手机号 | 注册时间\n" + "\n".join(f"M{at} | {A} | 2025-01-01" for at in range(1, 5))
    orders = f"订单号 | 会员编号 | 手机号 | 下单时间 | 实付金额\nA1 | M1 | {A} | 2026-06-01 | 10\nA2 | | {A} | 2026-06-01 | 10"
    with files(tmp_path, text, orders) as shop:
        assert list(members(shop)) == ["M1", "M2", "M3", "M4"]
        assert keys(shop) == ["M1"]
        assert [(row["reason"], row["effect"], row["value"]) for row in rejects(shop)] == [
            ("shared_phone", "row", "138****01")
        ]
        assert any("1 phones stand on more than 3 ids" in note for note in warnings(shop))
        assert shop.load.links == {}
    three = "\n".join(text.splitlines()[:4])
    with files(tmp_path, three) as shop:
        assert list(members(shop)) == ["M1"]
        assert not any("more than 3 ids" in note for note in warnings(shop))


def test_a_clerk_s_phone_is_told_by_names_where_there_are_no_ids(tmp_path: Path) -> None:
    names = ["张三", "李四", "王五", "赵六"]
    customers = [{"客户姓名": name, "客户手机号": A, "成为客户时间": "2025-01-01 10:00:00"} for name in names]
    known = {"客户姓名": "钱七", "客户手机号": B, "成为客户时间": "2025-01-01 10:00:00"}
    order = {"订单号": "E1", "订单状态": "交易完成", "订单创建时间": "2026-06-01 10:00:00", "买家付款时间": "2026-06-01 10:01:00",
             "订单实付金额": "100", "买家手机号": A}  # fmt: skip
    orders = write_csv(tmp_path / "订单.csv", export("youzan_orders", order))
    for crowd, is_shared in ((customers, True), (customers[:3], False), (customers[:1] * 4, False)):
        path = write_csv(tmp_path / "客户.csv", export("youzan_customers", *crowd, known))
        with opened(path, orders) as shop:
            assert list(members(shop)) == ([B] if is_shared else [A, B])
            assert {row["reason"] for row in rejects(shop)} == ({"shared_phone"} if is_shared else set())
            assert keys(shop) == ([] if is_shared else [A])
            assert any("more than 3 ids" in note for note in warnings(shop)) is is_shared


@pytest.mark.parametrize(
    ("header", "is_kept"), [("买家账号", True), ("买家姓名", False), ("客户名称", False), ("买家昵称", None)]
)
def test_a_clerk_s_phone_on_four_accounts_or_names_of_orders_makes_no_member_of_them(
    tmp_path: Path, header: str, is_kept: bool | None
) -> None:
    def orders(buyers: str) -> str:
        lines = (f"A{at} | {buyer} | {A} | 2026-0{at + 1}-01 | 100" for at, buyer in enumerate(buyers))
        return f"订单号 | {header} | 买家手机号 | 下单时间 | 实付金额\n" + "\n".join(lines)

    with files(tmp_path, orders("甲乙丙丁戊")) as shop:
        if is_kept:
            assert keys(shop) == [f"account:{buyer}" for buyer in "甲乙丙丁戊"]
        else:  # a nickname may change, so that it tells nobody apart
            assert keys(shop) == ([] if is_kept is False else [A] * 5)
        assert {row["reason"] for row in rejects(shop)} == ({"shared_phone"} if is_kept is False else set())
        assert any("more than 3 ids" in note for note in warnings(shop)) is (is_kept is not None)
    with files(tmp_path, orders("甲乙丙")) as shop:
        assert keys(shop) == [A] * 3


@pytest.mark.parametrize("inviter", ["wang@example.com", "Wang@Example.com\u200b"])
def test_an_inviter_known_by_account_only_is_the_member_of_that_account(tmp_path: Path, inviter: str) -> None:
    members_file = f"""
        邮箱 | 姓名 | 注册时间 | 推荐人
        wang@example.com | 王 | 2025-01-01 |
        li@example.com | 李 | 2025-02-01 | {inviter}
        """
    invites = f"邀请人 | 被邀请人 | 邀请时间\n{inviter} | li@example.com | 2026-05-01"
    with files(tmp_path, members_file) as shop:
        assert members(shop)["account:li@example.com"]["inviter_id"] == "account:wang@example.com"
        assert listed(shop)["account:wang@example.com"]["is_referrer"] is True
    with files(tmp_path, members_file, invites) as shop:
        (row,) = shop.engine.read("referrals", ["inviter_id"]).to_pylist()
        assert (row["inviter_id"], row["invitee_id"]) == (
            "account:wang@example.com",
            "account:li@example.com",
        )
    buyers = f"订单号 | 买家邮箱 | 买家手机号 | 下单时间 | 实付金额\nA1 | wang@example.com | {A} | 2026-05-01 | 10"
    with files(tmp_path, buyers, invites) as shop:
        (row,) = shop.engine.read("referrals", ["inviter_id"]).to_pylist()
        assert row["inviter_id"] == A


def test_an_id_that_is_the_phone_of_another_file_s_member_is_that_member(tmp_path: Path) -> None:
    orders = f"订单号 | 会员编号 | 下单时间 | 实付金额\nA1 | {A} | 2026-06-01 | 10\nA2 | M2 | 2026-06-01 | 10"
    with files(tmp_path, MEMBERS, orders) as shop:
        assert keys(shop) == ["M1", "M2"]
        assert shop.load.links == {A: "M1"}


@given(
    st.lists(st.tuples(st.sampled_from("pqrstu"), st.sampled_from("abcdefgh")), max_size=12),
    st.randoms(use_true_random=False),
)
def test_groups_of_ids_depend_on_no_order(pairs: list[tuple[str, str]], chance: random.Random) -> None:
    groups = joined_ids(pairs)
    chance.shuffle(pairs)
    assert joined_ids(pairs) == groups
    for phone in "pqrstu":
        assert len({groups[member] for other, member in pairs if other == phone}) <= 1
    assert all(key == min(member for member in groups if groups[member] == key) for key in groups.values())


@given(st.data())
@settings(max_examples=6, deadline=None)
def test_no_order_of_files_or_rows_makes_another_member_of_anyone(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("who")
    person = st.tuples(
        st.sampled_from(["M1", "M2", "M3", "K1", ""]),
        st.sampled_from([A, B, C, ""]),
        st.sampled_from(["甲", "乙", ""]),
    )
    people_drawn = data.draw(st.lists(person, min_size=2, max_size=6))
    buyers = data.draw(st.lists(person, min_size=2, max_size=6))
    first = [
        ["会员编号", "手机号", "会员名", "注册时间"],
        *[[*who, f"2025-01-0{1 + at}"] for at, who in enumerate(people_drawn)],
    ]
    second = [["订单号", "会员编号", "手机号", "买家会员名", "下单时间", "实付金额"],
              *[[f"A{at}", *who, f"2026-05-0{1 + at}", str(10 + at)] for at, who in enumerate(buyers)]]  # fmt: skip
    seen = set()
    for turned in (False, True):
        paths = [
            write_csv(folder / f"{name}.csv", [header, *(rows[::-1] if turned else rows)])
            for name, (header, *rows) in (("会员", first), ("订单", second))
        ]
        with opened(*(paths[::-1] if turned else paths)) as shop:
            assert_every_row_is_accounted_for(shop)
            seen.add(segment_bytes(shop))
            linked = shop.load.links
            assert not set(linked) & set(members(shop))
    assert len(seen) == 1


# ---- the ledger's memory


def test_a_member_first_known_by_phone_keeps_that_key_when_an_id_turns_up(tmp_path: Path) -> None:
    orders = f"订单号 | 手机号 | 下单时间 | 实付金额\nA1 | {A} | 2026-06-01 | 10"
    with files(tmp_path, MEMBERS, orders, aliases={"M1": A}) as shop:
        assert keys(shop) == [A]
        assert sorted(members(shop)) == [A, "M2"]
        assert shop.explain("M1").member_id == A
    by_id = "订单号 | 会员编号 | 下单时间 | 实付金额\nA1 | M1 | 2026-06-01 | 10"
    with files(tmp_path, by_id, aliases={"M1": A}) as shop:
        assert keys(shop) == [A], "an export of ids alone knows it too"


# ---- --map and [exclude]


def test_a_header_settled_by_hand_is_the_one(tmp_path: Path) -> None:
    text = "订单号 | 会员编号 | household_id | 下单时间 | 实付金额\nA1 | M1 | H7 | 2026-06-01 | 10"
    with files(tmp_path, text, header_map={"orders.member_id": "household_id"}) as shop:
        assert keys(shop) == ["H7"]
        (sheet,) = shop.load.report.sheets
        assert [(column.header, column.how) for column in sheet.columns if column.key == "member_id"] == [
            ("household_id", "map")
        ]
    path = write_csv(tmp_path / "a.csv", table(text))
    for wrong in ({"orders.member_id": "住户"}, {"orders.membre": "household_id"}):
        with pytest.raises(UsageError):
            opened(path, header_map=wrong)


def test_a_mapped_header_may_stand_in_one_of_several_files(tmp_path: Path) -> None:
    mapped = "订单号 | household_id | 下单时间 | 实付金额\nA1 | H7 | 2026-06-01 | 10"
    plain = "订单号 | 会员编号 | 下单时间 | 实付金额\nA2 | M1 | 2026-06-01 | 10"
    for texts in ((mapped, plain), (plain, mapped)):
        with files(tmp_path, *texts, header_map={"orders.member_id": "household_id"}) as shop:
            assert keys(shop) == ["H7", "M1"]


def test_two_headers_that_could_both_be_the_member_are_an_error_that_names_both(tmp_path: Path) -> None:
    text = "订单号 | 会员编号 | 会员编号 | 下单时间 | 实付金额\nA1 | M1 | H7 | 2026-06-01 | 10"
    with pytest.raises(SiyuError) as caught:
        files(tmp_path, text)
    assert "会员编号#1" in str(caught.value)
    assert "--map" in caught.value.as_dict()["hint"]
    with files(tmp_path, text, header_map={"orders.member_id": "会员编号#2"}) as shop:
        assert keys(shop) == ["H7"]


def test_staff_and_test_accounts_are_excluded_by_id_phone_account_or_file(tmp_path: Path) -> None:
    rows = [
        "会员编号 | 姓名 | 手机号 | 注册时间",
        *(f"M{at} | 某 | 1380000000{at} | 2025-01-01" for at in range(1, 6)),
    ]
    orders = ["订单号 | 会员编号 | 手机号 | 买家账号 | 下单时间 | 实付金额",
              *(f"A{at} | M{at} | | | 2026-06-01 | 10" for at in range(1, 6)),
              "A6 | | 13900000006 | | 2026-06-01 | 10", "A7 | | | 店员小号 | 2026-06-01 | 10", "A8 | M8 | | | 2026-06-01 | 10"]  # fmt: skip
    listed_staff = write_xlsx(
        tmp_path / "staff.xlsx",
        [["员工手机", "备注"], ["+86 138-0000-0003", "试"], [13900000006, ""], ["店员小号", ""]],
    )
    chosen = Settings(exclude=ExcludeSettings(ids=("M1",), phones=("13800000002",), files=(listed_staff,)))
    with files(tmp_path, "\n".join(rows), "\n".join(orders), settings=chosen) as shop:
        assert sorted(listed(shop)) == ["M4", "M5", "M8"]
        assert shop.load.report.skipped == {"excluded": 8}
    missing = Settings(exclude=ExcludeSettings(files=(tmp_path / "none.xlsx",)))
    with pytest.raises(InputError, match=r"none\.xlsx"):
        files(tmp_path, MEMBERS, settings=missing)


@pytest.mark.parametrize("name", ["员工.csv", "员工.parquet"])
def test_a_file_of_staff_names_them_in_its_columns_of_ids_alone(tmp_path: Path, name: str) -> None:
    staff = {"会员编号": ["8", "9"], "姓名": ["甲", "乙"], "奖金": ["2000", "3000"]}
    rows = [list(staff), *zip(*staff.values(), strict=True)]
    write_csv(tmp_path / name, rows) if name.endswith("csv") else write_parquet(tmp_path / name, staff)
    orders = table("""
        单号 | 会员编号 | 日期       | 金额
        1    | 8        | 2026-05-01 | 10
        2    | 2000     | 2026-05-01 | 20
        3    | 9        | 2026-05-01 | 40
    """)
    settings = Settings(exclude=ExcludeSettings(files=[str(tmp_path / name)]))
    with opened(write_csv(tmp_path / "a.csv", orders), settings=settings) as shop:
        assert list(listed(shop)) == ["2000"]


def test_whoever_is_excluded_is_so_under_every_name(tmp_path: Path) -> None:
    other = f"客户编号 | 手机号 | 注册时间\nK9 | {A} | 2024-03-01"
    for excluded in (ExcludeSettings(ids=("M1",)), ExcludeSettings(ids=("K9",)), ExcludeSettings(phones=(A,))):
        with files(tmp_path, MEMBERS, other, settings=Settings(exclude=excluded)) as shop:
            assert list(members(shop)) == ["M2"]


# ---- what is known of a member


@pytest.mark.parametrize(
    ("days", "by"),
    [
        (
            {"成为客户时间": "2025-03-01", "成为会员时间": "2025-02-01", "注册时间": "2025-04-01"},
            "became_member_on",
        ),
        ({"成为客户时间": "2025-02-01 08:00", "成为会员时间": "2025-02-01 09:00"}, "became_customer_on"),
        ({"添加时间": "2025-02-01", "注册时间": "2025-02-02"}, "added_on"),
        ({"注册时间": "2025-02-01"}, "registered_on"),
        ({"加入日期": "2025-02-01"}, "joined_on"),
    ],
)
def test_a_member_joined_at_the_earliest_of_their_times_and_it_is_said_which(
    tmp_path: Path, days: dict[str, str], by: str
) -> None:
    text = " | ".join(["会员编号", "姓名", "积分", *days]) + "\n" + " | ".join(["M1", "张三", "5", *days.values()])
    with files(tmp_path, text) as shop:
        assert (members(shop)["M1"]["joined_on"], members(shop)["M1"]["joined_by"]) == (date(2025, 2, 1), by)


def test_contacts_name_the_employee_who_added_last_and_tell_who_is_lost(tmp_path: Path) -> None:
    contacts = f"""
        手机号 | 添加人 | 添加时间 | 删除时间
        {A} | 小王 | 2025-03-01 10:00 | 2025-04-01 10:00
        {A} | 小李 | 2025-05-01 10:00 |
        {B} | 小王 | 2024-05-01 10:00 | 2026-06-30 10:00
        {C} | 小赵 | 2026-07-01 10:00 |
        """
    with files(tmp_path, MEMBERS, contacts) as shop:
        read = members(shop)
        assert (read["M1"]["owner"], read["M1"]["is_unfriended"]) == ("小李", False)
        assert (read["M2"]["owner"], read["M2"]["is_unfriended"]) == ("小王", True)
        assert (read["M2"]["joined_on"], read["M2"]["joined_by"]) == (date(2024, 5, 1), "added_on")
        assert C not in read, "added after the as-of date"
        assert shop.load.report.skipped == {"after_as_of": 1}
    with files(tmp_path, MEMBERS, contacts, as_of="2026-06-29") as shop:
        assert members(shop)["M2"]["is_unfriended"] is False


def test_a_wecom_list_has_a_row_per_employee_and_tags_in_several_columns(tmp_path: Path) -> None:
    one = {"客户名称": "小鹿", "添加人": "李导购", "添加时间": "2025-03-01 10:00", "手机": A, "标签组1(学员等级)": "A类",
           "标签组2(来源)": "抖音"}  # fmt: skip
    two = {**one, "添加人": "王导购", "添加时间": "2025-06-01 10:00", "标签组2(来源)": ""}
    nobody = {"客户名称": "阿木", "添加人": "李导购", "添加时间": "2025-03-01 10:00"}
    with opened(write_xlsx(tmp_path / "客户列表.xlsx", export("wecom", one, two, nobody))) as shop:
        member = members(shop)[A]
        assert (member["owner"], member["tags"], member["is_registered"]) == ("王导购", "A类;抖音", False)
        assert people(shop) == {A: (A, "小鹿")}
        assert shop.load.report.skipped == {"no_member": 1}
        assert shop.load.report.sheets[0].dropped == ("地址",)
        assert_every_row_is_accounted_for(shop)


@pytest.mark.parametrize("inviter", ["M1", A, f"+86 {A}"])
def test_an_inviter_may_be_named_by_id_or_phone(tmp_path: Path, inviter: str) -> None:
    text = f"会员编号 | 姓名 | 手机号 | 注册时间 | 推荐人\nM1 | 张三 | {A} | 2025-01-01 |\nM2 | 李四 | {B} | 2025-02-01 | {inviter}"
    with files(tmp_path, text) as shop:
        assert members(shop)["M2"]["inviter_id"] == "M1"
        assert listed(shop)["M1"]["is_referrer"] is True


def test_an_inviter_may_be_named_by_account_and_one_known_by_phone_alone_by_phone(tmp_path: Path) -> None:
    text = f"会员名 | 手机 | 入会时间 | 推荐人\n甲 | {A} | 2025-01-01 |\n乙 | {B} | 2025-02-01 | 甲\n丙 | {C} | 2025-03-01 | {B}"
    with files(tmp_path, text) as shop:
        read = members(shop)
        assert (read[B]["inviter_id"], read[C]["inviter_id"]) == (A, B)


def test_members_alone_are_placed_by_their_totals(tmp_path: Path) -> None:
    text = """
        会员编号 | 注册时间 | 消费次数 | 消费金额 | 上次消费时间
        M1 | 2025-01-01 | 5 | 500 | 2026-06-20
        M2 | 2025-01-01 | 0 | 0 |
        M3 | 2026-06-20 | | |
        """
    with files(tmp_path, text) as shop:
        read = listed(shop)
        assert (read["M1"]["history"], read["M1"]["order_count"], read["M1"]["net_sales"]) == (
            "totals",
            5,
            500,
        )
        assert (read["M1"]["stage"], read["M1"]["median_gap_days"]) == ("mature", None)
        assert [read[member]["stage"] for member in ("M2", "M3")] == ["nurturing", "acquired"]


def test_totals_beside_a_short_log_keep_an_old_member_old(tmp_path: Path) -> None:
    text = "会员编号 | 注册时间 | 消费次数 | 消费金额 | 上次消费时间\nM1 | 2020-01-01 | 40 | 9000.50 | 2026-06-20\nM2 | 2026-01-01 | 1 | 10 | 2026-06-01"
    orders = "订单号 | 会员编号 | 下单时间 | 实付金额\nA1 | M1 | 2026-06-20 | 100\nA2 | M2 | 2026-06-01 | 10"
    with files(tmp_path, text, orders) as shop:
        read = listed(shop)
        assert (read["M1"]["history"], read["M1"]["order_count"], read["M1"]["net_sales"]) == (
            "partial",
            40,
            Decimal("9000.50"),
        )
        assert read["M1"]["stage"] == "mature"
        assert (read["M2"]["history"], read["M2"]["stage"]) == ("full", "converted")


def test_members_of_after_the_as_of_date_do_not_exist_unless_they_had_ordered(tmp_path: Path) -> None:
    text = "会员编号 | 姓名 | 注册时间\nM1 | 甲 | 2026-07-01\nM2 | 乙 | 2026-07-01\nM3 | 丙 | 2026-06-30 23:00"
    orders = "订单号 | 会员编号 | 下单时间 | 实付金额\nA1 | M1 | 2026-06-20 | 100\nA2 | M4 | 2026-07-20 | 10"
    with files(tmp_path, text, orders) as shop:
        assert sorted(listed(shop)) == ["M1", "M3"]
        assert shop.load.report.skipped == {"after_as_of": 2}


def test_several_exports_of_members_are_one_list(tmp_path: Path) -> None:
    again = (
        "会员编号 | 姓名 | 注册时间 | 积分 | 等级\nM1 | 张三 | 2024-06-01 | 90 | \nM3 | 王五 | 2025-01-01 | 7 | 银卡"
    )
    with files(tmp_path, MEMBERS, again) as shop, files(tmp_path, again, MEMBERS) as turned:
        assert segment_bytes(shop) == segment_bytes(turned)
        assert list(members(shop)) == ["M1", "M2", "M3"]
        member = members(shop)["M1"]
        assert (member["joined_on"], member["points"]) == (date(2024, 6, 1), 90)
        assert people(shop)["M1"] == (A, "张三")


def test_buyers_on_no_list_are_recognised_by_what_their_orders_say(tmp_path: Path) -> None:
    orders = f"""
        订单号 | 会员编号 | 手机号 | 买家姓名 | 收货人手机号 | 下单时间 | 实付金额
        A1 | M1 | {C} | 张先生 | {C} | 2026-06-01 | 10
        A2 | M7 | {B} | 孙七 | {C} | 2026-06-01 | 10
        A3 | M8 | | | {C} | 2026-06-01 | 10
        """
    with files(tmp_path, f"会员编号 | 姓名 | 手机号 | 注册时间\nM1 | 张三 | {A} | 2025-01-01", orders) as shop:
        assert people(shop) == {"M1": (A, "张三"), "M7": (B, "孙七")}
    with files(tmp_path, orders) as shop:
        assert people(shop)["M1"] == (C, "张先生")
        assert "M8" not in people(shop)
    with files(
        tmp_path, "订单号 | 会员编号 | 买家姓名 | 下单时间 | 实付金额\nA1 | M1 | 张三 | 2026-06-01 | 10"
    ) as shop:
        assert people(shop) == {"M1": (None, "张三")}


def test_who_said_no_once_has_not_agreed_whatever_another_row_of_theirs_says(tmp_path: Path):
    rows = "M1,13800138001,是,否\nM1,13800138001,否,是\nM2,13800138002,是,否\n"
    (tmp_path / "会员.csv").write_text(f"会员编号,手机号,短信同意,拒绝画像\n{rows}", "utf-8")
    with open_shop([tmp_path / "会员.csv"], as_of="2026-06-30") as shop:
        said = shop.engine.read("members", ["member_id"]).select(["consent_sms", "opt_out_profiling"]).to_pylist()
    assert said == [
        {"consent_sms": False, "opt_out_profiling": True},
        {"consent_sms": True, "opt_out_profiling": False},
    ]
