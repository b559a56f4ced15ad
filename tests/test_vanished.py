"""A whole role that vanishes is a finding: told with the header that may be the missing column, ended with 3."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import openpyxl
import pytest

from commands import Run, runner

AS_OF = ("--as-of", "2026-03-01")
MEMBERS = "会员编号,手机号,姓名,注册时间\n" + "".join(
    f"V{n},1390000{n:04d},王小明,2025-01-0{n % 9 + 1}\n" for n in range(1, 9)
)
HEADER = "订单号,下单时间,买家手机号,实付金额,订单状态"
ORDERS = "".join(
    f"NO{n},2026-02-{n % 28 + 1:02d} 10:00:00,1390000{n % 8 + 1:04d},{n}.50,已完成\n" for n in range(1, 41)
)
INVITES = "邀请人手机号,被邀请人手机号,邀请时间\n13900000001,13900000002,2026-02-01\n"


@pytest.fixture
def shop(empty_folder: Path) -> Path:
    write(empty_folder, "会员.csv", MEMBERS)
    write(empty_folder, "订单.csv", f"{HEADER}\n{ORDERS}")
    write(empty_folder, "邀请.csv", INVITES)
    return empty_folder


@pytest.fixture
def run(shop: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(capsys)


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, "utf-8")


def rename(shop: Path, name: str, header: str, new: str) -> None:
    write(shop, name, (shop / name).read_text("utf-8").replace(header, new, 1))


def test_rows_rejected_for_what_any_column_may_have_are_told_with_that_column(run: Run, shop: Path):
    rows = "".join(f"NO{n},2026-02-01,V{n},9999999999999,5\n" for n in range(8))
    write(shop, "明细.csv", "订单号,下单时间,会员编号,单价,数量\n" + rows)
    ended = run("check", "明细.csv", *AS_OF)
    assert "8 of 8 rows were rejected because of what stands under 单价" in ended.err
    assert "–" not in ended.err


@pytest.mark.parametrize("header", [
    "household", "household_no", "shopper", "panelist", "family_code", "cust_ref_key", "家庭", "户主编号",
])  # fmt: skip
def test_whoever_buys_is_the_nearest_header_where_no_buyer_was_found(run: Run, shop: Path, header: str):
    columns = f"order_id,till_code,batch_id,journey_id,device_no,{header},campaign_no,date,price_paid"
    rows = "".join(f"o{n},T1{n},B{n},J{n},D{n},10{n},9{n},2026-02-0{n + 1},{n}.50\n" for n in range(3))
    write(shop, "账.csv", f"{columns}\n{rows}")
    ended = run("check", "账.csv", *AS_OF)
    assert f"Nearest headers: {header}," in ended.err
    assert f"--map orders.member_id={header}" in ended.err


@pytest.mark.parametrize(
    "command",
    [
        ("segment",), ("segment", "-o", "分层.xlsx"), ("churn",), ("churn", "--backtest"), ("check",),
        ("explain", "V1"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_every_command_ends_with_3_and_names_the_header_even_when_quiet(run: Run, shop: Path, command):
    files = ("会员.csv", "订单.csv", *AS_OF, "--quiet", *(["--force"] * ("-o" in command)))
    assert run(*command, *files).code == 0
    rename(shop, "订单.csv", "买家手机号", "尊享标记")
    ended = run(*command, *files)
    assert ended.code == 3
    assert ended.err.count("--map orders.phone=尊享标记") == 1
    mended = run(*command, *files, "--map", "orders.phone=尊享标记")
    assert (mended.code, "--map" in mended.err) == (0, False)


def test_the_referral_report_says_it_in_its_one_line(run: Run, shop: Path):
    rename(shop, "会员.csv", "会员编号", "甲")
    rename(shop, "会员.csv", "手机号", "乙")
    ended = run("referral-report", "邀请.csv", "会员.csv", "订单.csv", *AS_OF, "--quiet", "-o", "裂变.html")
    assert ended.code == 3
    assert ended.err.count("--map members.phone=乙") == 1
    assert "--map members.phone=乙" in (shop / "裂变.html").read_text("utf-8")


@pytest.mark.parametrize("command", [("segment",), ("check",), ("explain", "V1"), ("churn",), ("churn", "--backtest")])
def test_documents_carry_it_among_their_warnings(run: Run, shop: Path, command):
    rename(shop, "订单.csv", "买家手机号", "尊享标记")
    ended = run(*command, "会员.csv", "订单.csv", *AS_OF, "--format", "json")
    told = json.loads(ended.out)
    notes = told.get("warnings") or told["meta"]["warnings"]
    assert (ended.code, ended.err) == (3, "")
    assert any("--map orders.phone=尊享标记" in note for note in notes)


def test_so_does_the_sheet_on_data_quality(run: Run, shop: Path):
    rename(shop, "订单.csv", "买家手机号", "尊享标记")
    assert run("segment", "会员.csv", "订单.csv", *AS_OF, "-o", "分层.xlsx", "--lang", "zh").code == 3
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # openpyxl knows no data bars of its own age
        cells = [cell for row in openpyxl.load_workbook("分层.xlsx")["数据质量"].values for cell in row if cell]
    assert any("--map orders.phone=尊享标记" in str(cell) for cell in cells)


def check(run: Run, *files: str) -> str:
    """Return what check says first of files in which a role is gone; it ends with 3, and so does segment."""
    ended = run("check", *files, *AS_OF, "--format", "csv", "--quiet")
    assert ended.code == 3
    assert run("segment", *files, *AS_OF, "--format", "csv", "--quiet").code == 3
    return ended.err.splitlines()[0]


@pytest.mark.parametrize(
    ("header", "new", "option"),
    [
        ("下单时间", "发生于", "orders.ordered_at=发生于"),
        ("实付金额", "划付", "orders.paid_amount=划付"),
        ("买家手机号", "尊享标记", "orders.phone=尊享标记"),
    ],
)
def test_an_order_export_that_lost_a_column_beside_a_members_list(run: Run, shop: Path, header, new, option):
    rename(shop, "订单.csv", header, new)
    assert f"--map {option}" in check(run, "会员.csv", "订单.csv")
    assert run("check", "会员.csv", "订单.csv", *AS_OF, "--map", option).code == 0


def test_a_members_export_that_lost_its_keys(run: Run, shop: Path):
    write(shop, "会员.csv", MEMBERS.replace("会员编号,手机号", "甲,乙"))
    told = check(run, "会员.csv", "订单.csv")
    assert "乙" in told
    assert "甲" in told
    assert "--map members.phone=乙" in told


def test_members_and_orders_that_share_nobody(run: Run, shop: Path):
    write(shop, "订单.csv", f"{HEADER}\n{ORDERS}".replace(",1390000", ",1380000"))
    told = check(run, "会员.csv", "订单.csv")
    assert "会员.csv (会员编号, 手机号)" in told
    assert "订单.csv (买家手机号)" in told


def test_invites_and_members_that_share_nobody(run: Run, shop: Path):
    write(shop, "邀请.csv", INVITES.replace("1390000", "1380000"))
    ended = run("referral-report", "邀请.csv", "会员.csv", *AS_OF)
    assert ended.code == 3
    assert "share not one id, phone or account" in ended.err


def test_a_status_nobody_knows_in_most_rows_names_the_words(run: Run, shop: Path):
    write(shop, "订单.csv", f"{HEADER}\n{ORDERS.replace('已完成', '阶段七')}")
    assert "(阶段七)" in check(run, "会员.csv", "订单.csv")


def test_paying_times_that_are_blank_make_no_order_unpaid_in_silence(run: Run, shop: Path):
    rows = "".join(f"{line.rsplit(',', 1)[0]},\n" for line in ORDERS.splitlines())
    write(shop, "订单.csv", f"{HEADER.replace('订单状态', '付款时间')}\n{rows}")
    assert "付款时间 is blank in 40 of 40 rows" in check(run, "会员.csv", "订单.csv")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("邀请人手机号,小伙伴码,邀请时间\n13900000001,13900000002,2026-02-01\n", "no column is the invitee"),
        ("会员等级,积分,生日,代号\n银卡,10,1990-01-01,V1\n金卡,20,1991-01-01,V2\n", "no column says who they"),
        ("月份,广告费\n2026-01,100\n2026-02,80\n", "no column is their channel"),
        ("日期,金额,订单状态\n2026-01-02,100,已完成\n2026-01-03,80,已完成\n", "their number or their buyer"),
    ],
)  # fmt: skip
def test_other_sheets_that_lack_one_role(run: Run, shop: Path, text: str, said: str):
    write(shop, "其他.csv", text)
    assert said in check(run, "会员.csv", "订单.csv", "其他.csv")


@pytest.mark.parametrize(
    "text",
    [
        "订单号,快递公司,运单号,发货时间\nNO1,顺丰,SF1,2026-02-02\n",
        "日期,销售额,订单数,客单价\n2026-02-01,1000,20,50\n",
        "商品编码,商品名称,库存,进货价\nS1,茶,10,5.00\n",
        "退款编号,订单编号,申请时间,退款金额,退款状态\nT1,NO1,2026-02-03,10,退款成功\n",
    ],
)
def test_sheets_that_are_none_of_ours_stand_aside(run: Run, shop: Path, text: str):
    write(shop, "其他.csv", text)
    assert run("segment", "会员.csv", "订单.csv", "其他.csv", *AS_OF).code == 0


def test_guests_are_no_finding_until_they_are_the_most_of_it(run: Run, shop: Path):
    guests = "".join(f"G{n},2026-02-01 10:00:00,,5.00,已完成\n" for n in range(40))
    write(shop, "订单.csv", f"{HEADER}\n{ORDERS}{guests}")
    assert run("segment", "会员.csv", "订单.csv", *AS_OF).code == 0
    write(shop, "订单.csv", f"{HEADER}\n{ORDERS}{guests}G99,2026-02-01 10:00:00,,5.00,已完成\n")
    assert "买家手机号 is blank in 41 of 81 rows" in check(run, "会员.csv", "订单.csv")
    write(shop, "siyu.toml", "[load]\nmax_guest_share = 0.6\n")
    assert run("check", "会员.csv", "订单.csv", *AS_OF).code == 0


def test_cancelled_orders_and_details_of_known_orders_are_no_finding(run: Run, shop: Path):
    write(shop, "订单.csv", f"{HEADER}\n{ORDERS.replace('已完成', '已取消', 30)}")
    write(shop, "明细.csv", "订单号,商品,数量,金额,下单时间\nNO1,茶,1,1.50,2026-02-02\nNO2,茶,1,2.50,2026-02-03\n")
    ended = run("segment", "会员.csv", "订单.csv", "明细.csv", *AS_OF)
    assert ended.code == 0
    assert "明细.csv names no buyer and was left out." in ended.err


def test_orders_that_name_people_only_are_refused_with_the_map_that_settles_it(run: Run, shop: Path):
    write(shop, "订单.csv", "日期,客户姓名,商品,金额\n2026-02-01,张三,鲜花,100\n2026-02-02,李四,鲜花,120\n")
    ended = run("segment", "订单.csv", *AS_OF)
    assert ended.code == 65
    assert "names no buyer" in ended.err
    assert "--map orders.member_id=客户姓名" in ended.err
    settled = run("segment", "订单.csv", *AS_OF, "--format", "csv", "--map", "orders.member_id=客户姓名")
    assert (settled.code, len(settled.out.splitlines())) == (0, 3)


def test_receivers_who_stand_in_for_buyers_are_told(run: Run, shop: Path):
    rename(shop, "订单.csv", "买家手机号", "收货人手机号")
    ended = run("check", "会员.csv", "订单.csv", *AS_OF)
    assert ended.code == 0
    assert "no column says who the buyer is, so the receiver's phone (收货人手机号) stands in" in ended.err


def test_a_platform_that_names_buyers_and_this_time_does_not_is_a_finding(run: Run, shop: Path):
    header = "订单号,订单创建时间,买家付款时间,交易成功时间,订单实付金额,某人,收货人手机号,订单退款状态,订单已退款金额"
    row = "A1,2026-02-01 10:00:00,2026-02-01 10:00:00,,9.90,13900000001,13900000002,未退款,0"
    write(shop, "有赞.csv", f"{header}\n{row}\n")
    assert "--map orders.phone=某人" in check(run, "有赞.csv")


def test_orders_that_are_all_after_the_as_of_date(run: Run, shop: Path):
    ended = run("segment", "会员.csv", "订单.csv", "--as-of", "2025-12-31")
    assert ended.code == 3
    assert "All 40 rows of 订单.csv are after the as-of date" in ended.err
