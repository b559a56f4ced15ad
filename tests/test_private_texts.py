"""Personal data where nobody looks for it: names in remarks about others, phones in order numbers, homes of staff."""

from __future__ import annotations

import zipfile
from pathlib import Path

import duckdb
import pytest

from commands import Run, runner
from siyu_cli.masks import mask_place, mask_text, mask_word

# Rows of a table stay on one line.
# ruff: noqa: E501
MEMBERS = """会员编号,手机号,姓名,昵称,会员等级,门店,导购,来源渠道,城市,标签,注册时间
V1,13900139001,王小明,小明,金卡,东门店,小陈,扫码,杭州,老客,2025-01-02
V2,13900239001,欧阳若兰,兰兰,银卡,西湖区文三路12号3单元,小陈 解放路77号302室,王小明介绍,金华,王小明的妈妈;Anna Smith's friend,2025-01-03
V3,13700137002,张三,高兴,金卡,人民路2号店,小陈,扫码,杭州,很高兴;朋友张三丰,2025-01-04
V4,13700137003,高兴,金卡,金卡,银泰城3楼,小陈,扫码,金华,张三说要退款,2025-01-04
V5,13700137005,Anna Smith,anna,金卡,东门店,小陈,扫码,金华,张三;今天很高兴;高兴先生,2025-01-04
V6,13700137006,金华,金华人,金卡,东门店,小陈,张三,杭州,住在金华;金华,2025-01-04
"""
ORDERS = """订单号,手机号,客户姓名,订单状态,下单时间,实付金额
13900139001-1,13900139001,王小明,交易成功,2026-01-01,100
wang.xm@example.com,13900239001,欧阳若兰,交易成功,2026-01-01,100
A3,13900239001,欧阳若兰,张三说要退款,2026-02-01,120
A4,13700137002,张三,退给冷小雪13512345678,2026-02-01,120
A5,13700137009,冷小雪,交易成功,2026-02-01,120
A6,13700137009,冷小雪,交易成功,2026-02-02,120
"""
SHOP = ("会员.csv", "订单.csv", "--as-of", "2026-06-30")


@pytest.fixture
def run(empty_folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    (empty_folder / "会员.csv").write_text(MEMBERS, "utf-8")
    (empty_folder / "订单.csv").write_text(ORDERS, "utf-8")
    (empty_folder / "siyu.toml").write_text("", "utf-8")
    return runner(capsys)


# --- names of others in what was typed ---------------------------------------------------------------------


def test_a_name_of_anybody_is_masked_in_what_is_said_of_others(run: Run):
    assert run("segment", *SHOP, "-o", "list.parquet").code in (0, 3)
    rows = duckdb.sql("select member_id, source_channel, tags, city, level from 'list.parquet'").fetchall()
    found = {member: rest for member, *rest in rows}
    assert found["V2"] == ["王**介绍", "王**的妈妈;A**'s friend", "金华", "银卡"]
    assert found["V4"] == ["扫码", "张**说要退款", "金华", "金卡"]
    assert found["V5"] == ["扫码", "张**;今天很高兴;高**先生", "金华", "金卡"]
    assert found["V6"][0] == "张**"
    run("segment", *SHOP, "-o", "all.parquet", "--show-personal")
    assert "王小明的妈妈" in str(duckdb.sql("select tags from 'all.parquet'").fetchall())


def test_a_word_that_is_also_somebody_s_name_stays_a_word(run: Run):
    run("segment", *SHOP, "-o", "list.csv")
    text = Path("list.csv").read_text("utf-8-sig")
    assert "很高兴" in text  # a member is called 高兴
    assert text.count(",金华,") == 3  # and one 金华
    assert text.count(",金卡,") == 5  # the nickname of another


def test_what_a_sentence_says_of_somebody_is_told_from_longer_words():
    assert mask_text("很高兴,高兴的妈妈;不高兴;客户高兴", ["高兴"]) == "很高兴,高**的妈妈;不高兴;客户高**"
    assert mask_text("Tommy, Tom的妈妈", ["Tom"]) == "Tommy, T**的妈妈"


def test_a_breakdown_names_nobody(run: Run):
    ended = run("segment", *SHOP, "--by", "source_channel", "--format", "json")
    assert "王**介绍" in ended.out
    assert not {"王小明", "张三"} & set(ended.out.replace('"', " ").split())


# --- homes where somebody works or belongs ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("西湖区文三路12号3单元", "西湖区文三路***"),
        ("小陈 解放路77号302室", "小陈 解放路***"),
        ("阳光小区5幢2单元1001室", "阳光小区***"),
        ("文三路138号2幢 13800138000", "文三路*** 138****8000"),
        ("人民路2号店", "人民路2号店"),
        ("南京路18号旗舰店", "南京路18号旗舰店"),
        ("银泰城3楼", "银泰城3楼"),
        ("东门店", "东门店"),
    ],
)
def test_a_house_number_is_masked_and_a_shop_s_number_is_none(typed: str, shown: str):
    assert mask_place(typed) == shown


def test_a_home_in_the_column_of_shops_or_staff_is_masked_in_every_form(run: Run):
    for form, file in (("csv", "l.csv"), ("json", "l.json")):
        for by in ("owner", "store"):
            ended = run("segment", *SHOP, "--by", by, "--format", form, "-o", file, "--force")
            text = ended.out + ended.err + Path(file).read_text("utf-8-sig")
            assert "单元" not in text
            assert "302" not in text


# --- what stands where it does not belong -----------------------------------------------------------------


def test_a_sentence_where_a_status_was_looked_for_names_nobody(run: Run):
    ended = run("check", *SHOP, "--rejects", "r.csv", "--format", "table")
    text = ended.out + ended.err + Path("r.csv").read_text("utf-8-sig")
    for value in ("张三", "冷小雪", "13512345678"):
        assert value not in text
    assert "张**说要退款" in text
    run("check", *SHOP, "--rejects", "all.csv", "--show-personal")
    assert "张三说要退款" in Path("all.csv").read_text("utf-8-sig")


def test_a_name_nobody_knows_is_told_by_what_is_said_of_it():
    assert mask_word("李雷雷打来电话") == "李**打来电话"
    assert mask_word("马冬梅的订单") == "马**的订单"
    assert mask_word("交易已关闭") == "交易已关闭"


def test_the_warning_of_unknown_statuses_names_nobody(run: Run, empty_folder: Path):
    rows = "".join(f"B{at},13700137009,冷小雪,张三说要退款,2026-02-02,120\n" for at in range(10))
    (empty_folder / "订单.csv").write_text(ORDERS + rows + rows.replace("张三", "冷小雪"), "utf-8")
    for command in (("check", *SHOP), ("check", *SHOP, "--format", "json"), ("segment", *SHOP)):
        ended = run(*command)
        assert "说要退款" in ended.out + ended.err, command
        for name in ("张三", "冷小雪"):
            assert f"{name}说" not in ended.out + ended.err, command


# --- a person where a header was looked for ---------------------------------------------------------------

HEADERLESS = "王小明,13900139001,wang.xm@example.com,2025-01-01,的\n欧阳若兰,13900239001,li@example.com,2025-01-01,的\n"


def test_a_person_in_place_of_a_header_is_not_echoed(run: Run, empty_folder: Path):
    people = (
        ("无头.csv", HEADERLESS),
        ("混.csv", "会员编号,王小明的手机,张三,13900139001,注册时间\nV1,x,y,z,2025-01-01\n"),
        ("单.csv", "订单号,王小明,13900139001,实付金额,下单时间\nA1,x,y,10,2025-01-01\n"),
    )
    for name, text in people:
        (empty_folder / name).write_text(text, "utf-8")
        for more in ((), ("--map", "orders.member_id=nobody"), ("--map", "members.name=nobody")):
            for command in (("check", name, "会员.csv"), ("check", name, "--format", "json"), ("segment", name)):
                ended = run(*command, *more)
                for value in ("王小明", "13900139001", "wang.xm", "欧阳若兰"):
                    assert value not in ended.out + ended.err, (command, more)


@pytest.mark.parametrize("command", ["check", "segment"])
def test_a_column_for_each_employee_names_none_of_them(run: Run, empty_folder: Path, command: str):
    names = ("冷小雪", "佟湘玉", "端木蓉", "李秀莲")
    (empty_folder / "业绩.csv").write_text(
        f"会员编号,{','.join(names)},尺寸,颜色,高价值,注册时间\n" + "V1,1,2,3,4,5,6,7,2025-01-01\n" * 3, "utf-8"
    )
    (empty_folder / "表.csv").write_text(f"日期,{','.join(names)}\n2025-01-01,1,2,3,4\n", "utf-8")
    for given in ("业绩.csv", "表.csv"):
        for form in ("table", "json"):
            ended = run(command, given, "--format", form)
            assert not [name for name in names if name in ended.out + ended.err], (given, form)
    told = run("check", "业绩.csv", "--format", "json").out
    assert all(header in told for header in ("冷**", "佟**", "端**", "尺寸", "颜色", "高价值"))


# --- columns of lists -------------------------------------------------------------------------------------


def test_a_phone_an_address_or_a_card_among_campaigns_channels_levels_and_cities_is_masked(
    run: Run, empty_folder: Path
):
    phone, email, card = "13600136003", "wang.xm@example.com", "11010519491231002X"
    head = "活动名称,邀请人,被邀请人手机号,邀请时间,加入时间,渠道,海报版本"
    rows = [f"{head}\n{one},V1,13900239001,2025-01-01,2025-01-03,{two},{three}\n{one},V1,13700137002,2025-01-01,2025-01-03,{two},B\n"
            for one, two, three in ((f"春日{email}", phone, card), (phone, card, email))]  # fmt: skip
    values = (phone, email, card)
    people = "会员编号,会员等级,城市,来源渠道,注册时间\n" + "".join(
        f"V{at},{values[at % 3]},{values[(at + 1) % 3]},{values[(at + 2) % 3]},2025-01-01\n" for at in range(6)
    )
    (empty_folder / "人.csv").write_text(people, "utf-8")
    for place, text in enumerate(rows):
        (empty_folder / "邀请.csv").write_text(text, "utf-8")
        named = ("--campaign", (f"春日{email}", phone)[place])
        for more in ((), named, ("--campaign", "nobody's")):
            for form in ("json", "table", "markdown"):
                ended = run("referral-report", "邀请.csv", *SHOP, *more, "--format", form, "-o", "r.json", "--force")
                written = Path("r.json").read_text("utf-8") if Path("r.json").exists() else ""
                assert not [value for value in values if value in ended.out + ended.err + written], (more, form)
    for by in ("level", "source_channel"):
        ended = run(
            "segment", "人.csv", "--as-of", "2026-06-30", "--by", by, "--format", "json", "-o", "l.csv", "--force"
        )
        assert not [value for value in values if value in ended.out + ended.err + Path("l.csv").read_text("utf-8-sig")]


# --- conditions -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "condition",
    ["name = '冷小雪'", "姓名 = “冷小雪”", "手机号 = '13900139001'", "member_id = '冷小雪'", "tags = '冷小雪的妈妈'", "标签 = '冷小雪的妈妈'",
     "name in ('冷小雪', '冷小雪')", "name = '冷小雪", "tags like '%冷小雪%' and net_sales = 'x'", "tags = '王小明的妈妈'"],
)  # fmt: skip
def test_what_is_compared_with_somebody_is_neither_told_nor_kept(run: Run, empty_folder: Path, condition: str):
    for form, file in (("table", "l.xlsx"), ("csv", "l.csv"), ("json", "l.json")):
        ended = run("segment", *SHOP, "--where", condition, "--format", form, "-o", file, "--force")
        written = read_all(empty_folder)
        for value in ("王小明", "13900139001", "冷小雪"):
            assert value not in ended.out + ended.err + written, (form, value)


def read_all(folder: Path) -> str:
    from siyu_cli.ledger.ledger import Ledger

    written = str(Ledger(folder / ".siyu").runs(100))
    for path in folder.glob("l.*"):
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                written += "".join(book.read(part).decode("utf-8") for part in book.namelist())
        else:
            written += path.read_text("utf-8-sig")
    return written


# --- steps and Parquet ------------------------------------------------------------------------------------


def test_an_order_number_that_is_a_phone_or_an_address_is_masked_in_every_step(run: Run):
    run("segment", *SHOP, "--debug-steps", "steps", "-o", "l.csv")
    rows = duckdb.sql("select order_id from 'steps/order_lines.parquet' order by 1").fetchall()
    assert sorted(number for (number,) in rows) == ["139****9001-1", "A5", "A6", "w***@example.com"]
    run("segment", *SHOP, "--debug-steps", "all", "-o", "m.csv", "--show-personal")
    assert "13900139001-1" in str(duckdb.sql("select order_id from 'all/order_lines.parquet'").fetchall())


def test_orders_whose_numbers_look_alike_stay_apart(run: Run, empty_folder: Path):
    rows = "".join(
        f"139{middle}9001-1,13900139001,王小明,交易成功,2026-01-01,100\n" for middle in ("0013", "0023", "0033")
    )
    (empty_folder / "订单.csv").write_text(ORDERS.splitlines(keepends=True)[0] + rows, "utf-8")
    run("segment", *SHOP, "--debug-steps", "steps", "-o", "l.csv")
    rows = duckdb.sql("select order_id from 'steps/order_lines.parquet'").fetchall()
    assert len({number for (number,) in rows}) == 3


STEERING = "\x1b[2J\x9b\u202e\u2066\u200f"


@pytest.mark.parametrize("more", [(), ("--show-personal",)])
def test_signs_that_steer_reach_no_parquet(run: Run, empty_folder: Path, more: tuple[str, ...]):
    (empty_folder / "人.csv").write_text(
        f"会员编号,姓名,门店,标签,注册时间\nV1,张{STEERING},店{STEERING},=1+1{STEERING},2025-01-01\n", "utf-8"
    )
    run("segment", "人.csv", "--as-of", "2026-06-30", "-o", "l.parquet", "--debug-steps", "steps", *more)
    for path in (path for path in empty_folder.rglob("*.parquet") if "cache" not in path.parts):  # sealed
        signs = "".join(
            cell for row in duckdb.sql(f"select * from '{path}'").fetchall() for cell in row if isinstance(cell, str)
        )
        assert not set(STEERING) - set("[2J") & set(signs), path
    assert "=1+1" in str(duckdb.sql("select tags from 'l.parquet'").fetchall())
