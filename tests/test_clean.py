"""Cells as people, platforms and spreadsheets write them become the values they mean, or are rejected by name."""

# Rows of a table stay on one line.
# ruff: noqa: E501

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from columns import Column, load_column, read_lines
from exports import (
    members,
    opened,
    order_lines,
    people,
    rejects,
    write_csv,
    write_xlsx,
)
from siyu_cli.config.settings import Settings, ShopSettings
from workbooks import number_cell, parts, rows_xml, sheet_xml, zipped


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clean")


# ---- dates

DATES = {
    "2025-03-01": date(2025, 3, 1),
    "2025-3-1": date(2025, 3, 1),
    "2025/3/1 9:05": date(2025, 3, 1),
    "2025/03/01 09:05:30": date(2025, 3, 1),
    "2025年3月1日": date(2025, 3, 1),
    "2025年3月1日 下午3:05": date(2025, 3, 1),
    "2025 年 3 月 1 日": date(2025, 3, 1),
    "２０２５年３月１日": date(2025, 3, 1),
    "2025.3.1": date(2025, 3, 1),
    "20250301": date(2025, 3, 1),
    "202503010905": date(2025, 3, 1),
    "20250301090530": date(2025, 3, 1),
    "2025-03-01T09:05:00": date(2025, 3, 1),
    "2025-03-01 09:05:00.123": date(2025, 3, 1),
    "2025-03-01T09:05:00+08:00": date(2025, 3, 1),
    "2025-02-28T17:30:00Z": date(2025, 3, 1),
    "2025-02-28 12:30:00 -0500": date(2025, 3, 1),
    "2025-03-01 00:30:00 +0900": date(2025, 2, 28),
    "2025-02-28 17:30:00 UTC": date(2025, 3, 1),
    "45717": date(2025, 3, 1),
    "45717.999": date(2025, 3, 1),
    "43891": date(2020, 3, 1),
    "1740791100": date(2025, 3, 1),
    "1740791100000": date(2025, 3, 1),
    "Mar 1, 2025": date(2025, 3, 1),
    "Mar 1, 2025 10:00:00 AM": date(2025, 3, 1),
    "1 Mar 2025": date(2025, 3, 1),
    "March 1, 2025": date(2025, 3, 1),
    "\t2025-03-01 ": date(2025, 3, 1),
    '="2025-03-01"': date(2025, 3, 1),
    "2024-02-29": date(2024, 2, 29),
}
BAD_DATES = {
    "25-03-01": "ambiguous_date",
    "25/3/1": "ambiguous_date",
    "25年3月1日": "ambiguous_date",
    "01/02/2025": "ambiguous_date",
    "1.2.2025": "ambiguous_date",
    "3/1": "ambiguous_date",
    "01-Mar-25": "ambiguous_date",
    "Mar-01-25": "ambiguous_date",
    "2025-02-29": "bad_date",
    "2025-13-01": "bad_date",
    "2025年": "bad_date",
    "昨天": "bad_date",
    "12:30": "bad_date",
    "60": "bad_date",
    "": "missing_date",
    "-": "missing_date",
    "0000-00-00 00:00:00": "missing_date",
}


@pytest.fixture(scope="module")
def dates(folder: Path) -> Column:
    return load_column(folder, "下单时间", [*DATES, *BAD_DATES], read_lines("ordered_on"))


@pytest.mark.parametrize("written", DATES)
def test_a_date_is_read_in_the_shop_s_own_calendar(dates: Column, written: str) -> None:
    assert dates.value[written] == DATES[written]
    assert dates.reason[written] is None


@pytest.mark.parametrize("written", BAD_DATES)
def test_a_date_that_cannot_be_known_is_rejected_never_guessed(dates: Column, written: str) -> None:
    assert dates.value[written] is None
    assert dates.reason[written] == BAD_DATES[written]


@pytest.mark.parametrize(("settling", "expected"), [("25/12/2025", date(2025, 2, 1)), ("12/25/2025", date(2025, 1, 2))])
def test_one_unmistakable_date_settles_the_others_of_its_file(folder: Path, settling: str, expected: date) -> None:
    cells = ["01/02/2025", "1/2/2025 10:30", settling]
    column = load_column(folder, "下单时间", cells, read_lines("ordered_on"))
    assert [column.value[cell] for cell in cells] == [expected, expected, date(2025, 12, 25)]


def test_dates_that_contradict_each_other_settle_nothing(folder: Path) -> None:
    cells = ["01/02/2025", "25/12/2025", "12/25/2025", "2025-01-01"]
    column = load_column(folder, "下单时间", cells, read_lines("ordered_on"))
    assert [column.value[cell] for cell in cells] == [None, None, None, date(2025, 1, 1)]


def test_a_time_with_an_offset_moves_to_the_shop_s_zone_and_any_other_is_there_already(folder: Path) -> None:
    zone = Settings(shop=ShopSettings(timezone="America/New_York"))
    cells = ["2025-03-02T01:00:00Z", "2025-03-02 01:00:00"]
    column = load_column(folder, "下单时间", cells, read_lines("ordered_on"), settings=zone)
    assert [column.value[cell] for cell in cells] == [date(2025, 3, 1), date(2025, 3, 2)]


def test_spreadsheet_dates_and_their_day_numbers_are_the_same_days(folder: Path) -> None:
    rows = [
        ["订单号", "会员编号", "下单时间", "实付金额"],
        ["A1", "M1", datetime(2025, 3, 1, 9, 5), 10],
        ["A2", "M2", 45717.378, 10],
        ["A3", "M3", date(2025, 3, 1), 10],
        ["A4", "M4", "2025-03-01", 10],
    ]
    with opened(write_xlsx(folder / "serials.xlsx", rows)) as shop:
        assert {line["ordered_on"] for line in order_lines(shop)} == {date(2025, 3, 1)}


@given(
    st.dates(date(1990, 1, 1), date(2026, 6, 30)),
    st.sampled_from(["{0:%Y-%m-%d}", "{0.year}/{0.month}/{0.day} 8:09", "{0.year}年{0.month}月{0.day}日", "{0:%Y%m%d}"]),
)  # fmt: skip
@settings(max_examples=15, deadline=None)
def test_any_day_in_any_of_the_usual_forms_is_that_day(
    tmp_path_factory: pytest.TempPathFactory, day: date, form: str
) -> None:
    folder = tmp_path_factory.mktemp("day")
    written = form.format(day)
    serial = str((day - date(1899, 12, 30)).days)
    column = load_column(folder, "下单时间", [written, serial], read_lines("ordered_on"))
    assert [column.value[cell] for cell in (written, serial)] == [day, day]


# ---- money

MONEY = {
    "1234": "1234.00",
    "¥1,234.00": "1234.00",
    "￥1234": "1234.00",
    "1,234元": "1234.00",
    "1,234,567.8": "1234567.80",
    "１，２３４．５０": "1234.50",
    "人民币12元": "12.00",
    "12.00 CNY": "12.00",
    "¥ 1,234": "1234.00",
    "499.00（系统计算中，该值仅供参考）": "499.00",
    "\t12.5 ": "12.50",
    "'12.75'": "12.75",
    "1.005": "1.01",
    "2.675": "2.68",
    "0.29": "0.29",
    "99999999.99": "99999999.99",
    ".5": "0.50",
    "0元": "0.00",
    "(1,234.00)": "-1234.00",
    "（12.5）": "-12.50",
    "-¥12.5": "-12.50",
    "¥-12.5": "-12.50",
    "−5": "-5.00",
    "40.00-": "-40.00",
    "30元-": "-30.00",
    "－20": "-20.00",
    "– 15": "-15.00",
    "¥ 1,000.50": "1000.50",
    "1 000.50": "1000.50",
    "2\u00a0000.50": "2000.50",
    "3\u2009000.50": "3000.50",
    "\u202d7.50\u202c": "7.50",
    "100元整": "100.00",
    "1.2345": "1.23",
    "9999999999.99": "9999999999.99",
}
BAD_MONEY = {
    "1.234,56": "bad_money",
    "1,23": "bad_money",
    "1,234 567": "bad_money",
    "1 23": "bad_money",
    "--5": "bad_money",
    "-5-": "bad_money",
    "1.2万": "bad_money",
    "12万": "bad_money",
    "10000000000": "out_of_range",
    "1000000000000": "out_of_range",
    "-10000000000000000": "out_of_range",
    "1e20": "out_of_range",
    "1.2.3": "bad_money",
    "(12": "bad_money",
    "5%": "bad_money",
    "面议": "bad_money",
    "NaN": "missing_amount",
    "": "missing_amount",
    "——": "missing_amount",
    " ": "missing_amount",
}


@pytest.fixture(scope="module")
def money(folder: Path) -> Column:
    return load_column(folder, "实付金额", [*MONEY, *BAD_MONEY], read_lines("paid_amount"))


@pytest.mark.parametrize("written", MONEY)
def test_an_amount_is_kept_to_the_cent_whatever_stands_around_it(money: Column, written: str) -> None:
    assert money.value[written] == Decimal(MONEY[written])
    assert money.reason[written] is None


@pytest.mark.parametrize("written", BAD_MONEY)
def test_what_is_no_amount_is_rejected(money: Column, written: str) -> None:
    assert money.value[written] is None
    assert money.reason[written] == BAD_MONEY[written]


@given(st.integers(-(10**12) + 1, 10**12 - 1))
@settings(max_examples=15, deadline=None)
def test_amounts_never_pass_through_a_float(tmp_path_factory: pytest.TempPathFactory, cents: int) -> None:
    amount = Decimal(cents) / 100
    cells = [f"{amount:.2f}", f"¥{amount:,.2f}"]
    column = load_column(tmp_path_factory.mktemp("cents"), "实付金额", cells, read_lines("paid_amount"))
    assert [column.value[cell] for cell in cells] == [amount, amount]


def test_no_refund_requested_is_a_refund_of_nothing_and_a_negative_refund_is_a_refund(folder: Path) -> None:
    cells = ["无退款申请", "-", "3", "-4", "(5)"]
    column = load_column(folder, "退款金额", cells, read_lines("refunded_amount"))
    assert [column.value[cell] for cell in cells] == [0, 0, 3, 4, 5]


# ---- phones

PHONES = dict.fromkeys(
    [
        "tel:+8613800138000",
        "'13800138000'",
        "13800138000",
        "+8613800138000",
        "+86 138 0013 8000",
        "0086-138-0013-8000",
        "8613800138000",
        "(86)13800138000",
        "138-0013-8000",
        "１３８００１３８０００",
        "13800138000.0",
        "1.3800138000E+10",
        "'13800138000",
        '="13800138000"',
        "\t13800138000",
        "\u202d13800138000\u202c",
        "138\u00a00013\u00a08000",
        "\u200e13800138000\u2060",
        "138\u200b0013\u200b8000",
    ],
    "13800138000",
)
BAD_PHONES = {
    "138****8000": "masked_phone",
    "1******6198": "masked_phone",
    "##密文AbC=": "masked_phone",
    "$$密文AbC=": "masked_phone",
    "1.38E+10": "phone_digits_lost",
    "1.3800138E+10": "phone_digits_lost",
    "1380013800": "bad_phone",
    "12800138000": "bad_phone",
    "010-12345678": "bad_phone",
    "13800138000/13900139000": "bad_phone",
    "无手机": "bad_phone",
}


@pytest.fixture(scope="module")
def phones(folder: Path) -> Column:
    # The whole numbers get an id each, so that they are told apart; they may not link the members either.
    cells = [*PHONES, *BAD_PHONES]
    rows = [[f"M{at:03}", cell, "2025-01-01"] for at, cell in enumerate(cells)]
    with opened(write_csv(folder / "phones.csv", [["会员编号", "手机号", "注册时间"], *rows])) as shop:
        return Column(shop, cells, lambda shop: {key: phone for key, (phone, _) in people(shop).items()})


@pytest.mark.parametrize("written", PHONES)
def test_a_phone_is_eleven_digits_however_it_was_typed(phones: Column, written: str) -> None:
    assert phones.value[written] == PHONES[written]


@pytest.mark.parametrize("written", BAD_PHONES)
def test_a_phone_that_is_not_whole_is_left_out_never_completed(phones: Column, written: str) -> None:
    assert phones.value[written] is None
    assert phones.reason[written] == BAD_PHONES[written]


def test_a_phone_stored_as_a_number_is_the_same_phone(folder: Path) -> None:
    rows = [
        ["手机号", "姓名", "注册时间"],
        [13800138000, "甲", "2025-01-01"],
        ["13800138001", "乙", "2025-01-01"],
    ]
    with opened(write_xlsx(folder / "number.xlsx", rows)) as shop:
        assert list(members(shop)) == ["13800138000", "13800138001"]


# ---- ids

IDS = {
    "00123": "00123",
    "'00123": "00123",
    '="00123"': "00123",
    "\t6917123456789012345": "6917123456789012345",
    "123.0": "123",
    "１２３": "123",
    " A-1 ": "A-1",
    "123456789012345678": "123456789012345678",
    "1E5": "1E5",
    "wmAbC_dE": "wmAbC_dE",
    "会员7": "会员7",
    "ＡＢ1001": "AB1001",
    "V1001\u00a0": "V1001",
    "\u202dV1001\u202c": "V1001",
    "V\u200b1001\u2060": "V1001",
    "A\u20111": "A-1",
    "'1001'": "1001",
    " 'A 1001' ": "A 1001",
    "O'Brien": "O'Brien",
    "mailto:Li.Lei@Example.com": "li.lei@example.com",
    "MAILTO: a@b.com?subject=订单": "a@b.com",
}


@pytest.mark.parametrize("written", IDS)
def test_an_id_keeps_every_digit_and_loses_what_a_spreadsheet_put_around_it(folder: Path, written: str) -> None:
    rows = [["会员编号", "姓名", "注册时间"], [written, "甲", "2025-01-01"]]
    with opened(write_csv(folder / "id.csv", rows)) as shop:
        assert list(members(shop)) == [IDS[written]]


@pytest.mark.parametrize("written", ["3.10012E+17", "3E+17"])
def test_an_id_whose_digits_are_gone_is_rejected(folder: Path, written: str) -> None:
    rows = [["会员编号", "姓名", "注册时间"], [written, "甲", "2025-01-01"], ["M1", "乙", "2025-01-01"]]
    with opened(write_csv(folder / "lost.csv", rows)) as shop:
        assert list(members(shop)) == ["M1"]
        assert [(row["reason"], row["effect"], row["row"]) for row in rejects(shop)] == [("id_digits_lost", "row", 2)]


def test_eighteen_digits_stored_as_numbers_are_kept_exactly_or_rejected(folder: Path) -> None:
    header = ["会员编号", "姓名", "注册时间"]
    number = "123456789012345671"
    exact = sheet_xml(rows_xml([header, [number_cell("A2", number), "甲", "2025-01-01"]]))
    path = folder / "exact.xlsx"
    path.write_bytes(zipped(parts({"Sheet1": exact})))
    with opened(path) as shop:
        assert list(members(shop)) == [number]
    rows = [header, [int(number), "甲", "2025-01-01"], ["M1", "乙", "2025-01-01"]]
    with opened(write_xlsx(folder / "cut.xlsx", rows)) as shop:  # written by way of a float
        assert list(members(shop)) == ["M1"]
        (lost,) = rejects(shop)
        assert (lost["reason"], lost["effect"], lost["column"], lost["row"]) == (
            "id_digits_lost",
            "row",
            "会员编号",
            2,
        )
        assert lost["value"].startswith("1.23456789012345")


# ---- other kinds


def test_a_blank_is_a_blank_in_any_of_its_forms(folder: Path) -> None:
    blanks = ["", " ", "　", "-", "--", "——", "/", "无", "暂无", "NULL", "nan", "None", "N/A", "\\N", "#N/A"]
    rows = [[f"M{at}", blank, blank, "2025-01-01"] for at, blank in enumerate(blanks)]
    with opened(write_csv(folder / "blank.csv", [["会员编号", "会员等级", "积分", "注册时间"], *rows])) as shop:
        assert {(row["level"], row["points"]) for row in members(shop).values()} == {(None, None)}
        assert not rejects(shop)


def test_yes_and_no_are_understood_and_anything_else_is_not(folder: Path) -> None:
    words = {
        "是": True,
        "yes": True,
        "1": True,
        "已同意": True,
        "否": False,
        "N": False,
        "未授权": False,
        "看情况": None,
    }
    rows = [[f"M{at}", word, "2025-01-01"] for at, word in enumerate(words)]
    with opened(write_csv(folder / "flags.csv", [["会员编号", "短信同意", "注册时间"], *rows])) as shop:
        read = members(shop)
        assert [read[f"M{at}"]["consent_sms"] for at in range(len(words))] == list(words.values())
        assert [(row["reason"], row["effect"], row["value"]) for row in rejects(shop)] == [("bad_flag", "cell", "看**")]


def test_counts_and_points_may_carry_their_unit(folder: Path) -> None:
    rows = [
        ["会员编号", "积分", "消费次数", "注册时间"],
        ["M1", "1,250 分", "3次", "2025-01-01"],
        ["M2", "多", "2.0", "2025-01-01"],
        ["M3", "7", "2", "2025-01-01"],
    ]
    with opened(write_csv(folder / "counts.csv", rows)) as shop:
        read = members(shop)
        assert (read["M1"]["points"], read["M1"]["total_order_count"]) == (1250, 3)
        assert (read["M2"]["points"], read["M2"]["total_order_count"]) == (None, 2)
        assert [(row["reason"], row["effect"]) for row in rejects(shop)] == [("bad_number", "cell")]


def test_the_amount_is_price_times_quantity_only_where_no_amount_is_exported(folder: Path) -> None:
    header = ["订单号", "会员编号", "下单时间", "商品", "单价", "数量"]
    rows = [["A1", "M1", "2025-03-01", "茶", "19.99", "3"], ["A2", "M2", "2025-03-01", "茶", "5", "-1"]]
    with opened(write_csv(folder / "priced.csv", [header, *rows])) as shop:
        assert [line["paid_amount"] for line in order_lines(shop)] == [Decimal("59.97"), Decimal("-5.00")]
    paid = [[*row, amount] for row, amount in zip(rows, ("50", ""), strict=True)]
    with opened(write_csv(folder / "paid.csv", [[*header, "实付金额"], *paid])) as shop:
        assert [line["paid_amount"] for line in order_lines(shop)] == [Decimal(50)]
        assert [row["reason"] for row in rejects(shop)] == ["missing_amount"]


# ---- columns without anything odd in them

HEADER = ["订单号", "会员编号", "手机号", "付款时间", "实付金额", "退款金额", "订单状态", "数量", "单价"]
CANONICAL = [
    ["A1", "M1", "13800138001", "2026-03-01 09:05:30", "300.00", "0", "交易成功", "2", "150"],
    ["A2", "M2", "13800138002", "2026-03-02 00:00:00", "0.01", "0.01", "交易成功", "1", "0.01"],
    ["A3", "M3", "13800138003", "2026-03-03 10:00:00", "1234567.89", "0", "交易关闭", "1", "99"],
    ["A4", "M4", "13800138004", "1970-01-01 00:00:00", "9.00", "0", "交易成功", "1", "9"],  # a day that stands for none
    ["A5", "0", "13800138005", "2026-03-05 10:00:00", "9" * 17, "0", "交易成功", "1", "9"],  # nobody, and no amount
]
ODD = ["Ａ６", "Ｍ６", "138 0013 8006", "2026年3月6日", "￥1，000", "－", " 交易成功 ", "１", "￥10"]


def test_one_odd_row_changes_nothing_in_the_others(tmp_path: Path):
    plain = write_csv(tmp_path / "plain.csv", [HEADER, *CANONICAL])
    odd = write_csv(tmp_path / "odd.csv", [HEADER, *CANONICAL, ODD])

    def told(path: Path) -> tuple[list[object], list[tuple[object, ...]]]:
        with opened(path, as_of="2026-06-30") as shop:
            lines = [line for line in order_lines(shop) if line["order_id"] != "A6"]
            cells = [
                (row["row"], row["column"], row["value"], row["reason"]) for row in rejects(shop) if row["row"] != 7
            ]
            return lines, cells

    assert told(plain) == told(odd)
    assert len(told(plain)[1]) >= 2  # each path finds what no shop has
