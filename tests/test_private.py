"""Personal data: planted in every column of every file, found in nothing that is written, unless it was asked for."""

from __future__ import annotations

import json
import re
import stat
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from commands import Ended, Run, runner
from siyu_cli import open_shop
from siyu_cli.cells import neutralise
from siyu_cli.cli.commands import COMMANDS
from siyu_cli.core.catalogue import TABLES
from siyu_cli.masks import mask_contacts, mask_key, mask_text
from siyu_cli.render.write import json_text, jsonl_text
from siyu_cli.signs import inert, visible
from siyu_cli.tables.column import MASKS

PHONES = ("13900139001", "13900239001", "13700137002", "13600136003", "15900159004", "18800188005", "13512345678")
NAMES = ("王小明", "欧阳若兰", "李雷雷", "赵一鸣", "Anna Smith")
EMAILS = ("wang.xm@example.com", "lilei99@example.cn", "anna@example.org")
CARDS = ("11010519491231002X", "440524188001010014")
STREETS = ("文三路138号2幢", "解放大道77号")
SPACED = ("139 0013 9001", "137-0013-7002", "１３６００１３６００３")
PLANTED = (*PHONES, *NAMES, *EMAILS, *CARDS, *STREETS, *SPACED)
TYPED = f"{NAMES[0]} {SPACED[0]} 另 {SPACED[2]}、{EMAILS[0]}、{CARDS[0]}、杭州市{STREETS[0]}"
# ruff: noqa: E501  the rows of the files
MEMBERS = f"""会员编号,手机号,姓名,昵称,邮箱,身份证号,联系地址,会员等级,门店,来源渠道,城市,归属员工,标签,推荐人,星座{PHONES[0]},{NAMES[3]},注册时间,积分
V1001,{PHONES[0]},{NAMES[0]},{NAMES[1]},{EMAILS[0]},{CARDS[0]},杭州市{STREETS[0]},金卡{PHONES[0]},门店{PHONES[1]},{NAMES[0]}介绍,杭州,导购{SPACED[1]},{TYPED},{PHONES[2]},,,2025-01-02,5
,{PHONES[1]},{NAMES[1]},,,,,银卡,东门店,扫码,杭州,小陈,{NAMES[1]}的妈妈,{NAMES[4]},,,2025-01-03,5
,{PHONES[2]},{NAMES[2]},,,,,银卡,东门店,扫码,杭州,小陈,,,,,2025-01-04,5
{CARDS[1]},,{NAMES[3]},,,,,银卡,西门店,扫码,杭州,小陈,,,,,2025-01-05,5
{EMAILS[1]},,{NAMES[4]},,,,,银卡,西门店,扫码,杭州,小陈,,,,,2025-01-06,5
+86 {PHONES[3]},,{NAMES[2]},,,,,银卡,西门店,扫码,杭州,小陈,,,,,2025-01-06,5
V1009,{NAMES[3]},{PHONES[4]},,,,,银卡,西门店,扫码,杭州,小陈,,,,,{NAMES[1]},{STREETS[1]}
V1010,{PHONES[4][:10]},,,,,,银卡,西门店,扫码,杭州,小陈,,,,,{PHONES[5]},{EMAILS[2]}
"""
ORDERS = f"""订单号,手机号,客户姓名,邮箱,收货地址,门店,订单状态,下单时间,实付金额
A1,{PHONES[0]},{NAMES[0]},,{STREETS[0]},门店,交易成功,2026-01-01,100
A2,{PHONES[1]},{NAMES[1]},,{STREETS[0]},门店,交易成功,2026-02-01,120
A3,{PHONES[0]},{NAMES[0]},,{STREETS[0]},门店,交易成功,2026-03-01,80
A4,,,{EMAILS[0]},,门店,交易成功,2026-02-11,90
A5,,,{EMAILS[2]},,门店,交易成功,2026-03-11,95
A6,{PHONES[5]},{NAMES[2]},,,门店,{NAMES[0]},2026-03-12,95
A7,{PHONES[5]},{NAMES[2]},,,门店,{PHONES[6]},2026-03-12,95
A8,{NAMES[2]},{PHONES[5]},,,门店,交易成功,{STREETS[1]},{NAMES[4]}
A9,{PHONES[5]},{NAMES[2]},,,门店,杭州市{STREETS[0]},{PHONES[6]},{CARDS[0]}
"""
CONTACTS = f"""手机号,姓名,添加人,添加时间,来源,标签
{PHONES[2]},{NAMES[2]},小陈{PHONES[6]},2025-01-05,{EMAILS[2]},{NAMES[2]}{PHONES[2]}
"""
INVITES = f"""活动名称,邀请人,被邀请人,被邀请人手机号,邀请人姓名,邀请时间,加入时间,海报版本,KOL,渠道,设备,收货地址,支付账户,奖励金额
春日{PHONES[6]},{PHONES[0]},,{PHONES[1]},{NAMES[0]},2025-01-01,2025-01-03,A,小鹿{PHONES[6]},{EMAILS[2]},{PHONES[6]},{STREETS[0]},{EMAILS[0]},10
春日{PHONES[6]},{NAMES[4]},{NAMES[3]},,,2025-01-01,2025-01-03,B,,扫码,,{STREETS[0]},{EMAILS[0]},10
春日{PHONES[6]},{PHONES[1]},{PHONES[1]},,,2025-01-01,2025-01-03,B,,扫码,,{STREETS[0]},{EMAILS[0]},{NAMES[1]}
春日{PHONES[6]},,,{PHONES[5]},{NAMES[1]},2025-01-02,2025-01-04,B,,扫码,,{STREETS[0]},{EMAILS[0]},10
"""
NOTES = f"{NAMES[0]},{PHONES[0]},杭州市{STREETS[0]}\n{NAMES[1]},{PHONES[1]},{EMAILS[0]}\n"
POINTS = f"""会员编号,手机号,变动时间,变动积分,变动类型,变动原因,变动后积分,失效日期,积分流水号
V1001,{PHONES[0]},2026-01-01,100,增加,{NAMES[0]}的订单{PHONES[6]},100,2026-07-10,L1{PHONES[6]}
,{PHONES[1]},2026-02-01,50,增加,购物,50,2026-07-20,L2
,{PHONES[1]},2026-03-01,-20,减少,{NAMES[1]}兑换,35,,L3
,{PHONES[2]},2026-03-01,20,减少,{NAMES[2]},35,,{PHONES[5]}
"""
LEVELS = f"""会员编号,手机号,姓名,变更时间,变更前等级,变更后等级,变更原因,等级有效期
V1001,{PHONES[0]},{NAMES[0]},2026-01-01,银卡,金卡{PHONES[0]},{NAMES[0]}申请人工调整,2026-12-31
,{PHONES[1]},{NAMES[1]},2026-02-01,{NAMES[1]}普通,银卡,自动,{NAMES[2]}
,{PHONES[2]},{NAMES[2]},2026-03-01,银卡,,{EMAILS[0]},2026-12-31
,{PHONES[3]},{NAMES[2]},{STREETS[0]},银卡,{NAMES[3]},付费{CARDS[0]},{PHONES[6]}
"""
RULES = '[levels]\ndays = 90\nkeep_days = 90\ntiers = [{ name = "普通" }, { name = "银卡", from = 90 }]\n'
FILES = {
    "积分.csv": POINTS,
    "等级.csv": LEVELS,
    "等级.toml": RULES,
    "会员.csv": MEMBERS,
    "订单.csv": ORDERS,
    "好友.csv": CONTACTS,
    "邀请.csv": INVITES,
    "便签.csv": NOTES,
}
PLAN = f"""
[campaign]
name = "夏{PHONES[6]}"
starts_on = 2026-07-01
ends_on = 2026-07-09
budget = 90
where = "tags = '{TYPED}' or net_sales >= 0"

[[offers]]
name = "礼{PHONES[5]}"
kind = "coupon"
value = 5

[[responses]]
offer = "礼{PHONES[5]}"
redemption_rate = 0.2
purchase_rate = 0.1
order_value = 90
"""
SHOP = ("会员.csv", "订单.csv", "好友.csv", "邀请.csv", "便签.csv", "--as-of", "2026-06-30")


@pytest.fixture
def shop(empty_folder: Path) -> Path:
    for name, text in FILES.items():
        (empty_folder / name).write_text(text, "utf-8")
    (empty_folder / "siyu.toml").write_text("[shop]\ngross_margin = 0.5\n", "utf-8")
    (empty_folder / "plan.toml").write_text(PLAN, "utf-8")
    return empty_folder


@pytest.fixture
def run(shop: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(capsys)


def written(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield all text that was written: every file's name and bytes, workbooks unzipped, Parquet read, the ledger's runs."""
    for path in sorted(folder.rglob("*")):
        if (
            path.is_dir()
            or path.name in (*FILES, "plan.toml", "siyu.toml", "lock")
            or path.suffix in (".db-wal", ".db-shm")
        ):
            continue
        name = path.relative_to(folder).as_posix()
        yield name, name
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                yield from ((f"{name}/{part}", book.read(part).decode("utf-8")) for part in book.namelist())
        elif "cache" in path.parts:  # sealed
            yield name, path.read_bytes().decode("utf-8", "replace")
        elif path.suffix == ".parquet":
            keys = "exclude (member_id)" if ".siyu" in path.parts else ""  # what later runs know members by
            rows = duckdb.sql(f"select * {keys} from '{path}'").fetchall()
            facts = duckdb.sql(f"select decode(value) from parquet_kv_metadata('{path}')").fetchall()
            yield name, f"{rows} {facts}"
        elif path.suffix == ".db":
            from siyu_cli.ledger.ledger import Ledger

            yield name, str(Ledger(path.parent).runs(100))
        else:
            yield name, path.read_bytes().decode("utf-8-sig")


def leaks(texts: Iterator[tuple[str, str]]) -> list[tuple[str, str, str]]:
    return [
        (name, value, text[max(0, text.find(value) - 30) : text.find(value) + 40])
        for name, text in texts
        for value in PLANTED
        if value in text
    ]


def said(ended: Ended) -> Iterator[tuple[str, str]]:
    assert ended.code in (0, 2, 3, 65, 66), ended.err
    yield "stdout", ended.out
    yield "stderr", ended.err


FORMS = [("table", ".xlsx"), ("csv", ".csv"), ("json", ".json"), ("jsonl", ".jsonl"), ("csv", ".parquet")]
RUNS = [
    *(("segment", *SHOP, "--by", "store", "--format", form, "-o", f"list{suffix}") for form, suffix in FORMS),
    ("segment", *SHOP, "--columns", "phone,name,tags", "-o", "who.csv", "--debug-steps", "steps"),
    ("segment", *SHOP, "--where", f"tags = '{TYPED}'", "--by", "owner", "--format", "json"),
    *(("churn", *SHOP, "--all", "--format", form, "-o", f"risk{suffix}") for form, suffix in FORMS[::2]),
    ("churn", *SHOP, "--all", "--split-by", "owner", "-o", "part.csv"),
    ("churn", *SHOP, "--backtest", "-o", "back.xlsx"),
    *(
        ("retention", *SHOP, "--by", by, "--format", form, "-o", f"back{suffix}")
        for by, (form, suffix) in zip(("owner", "store", "level", "source_channel", "owner", "level"), FORMS, strict=False)
    ),
    *(("points", "积分.csv", *SHOP, "--format", form, "-o", f"points{suffix}") for form, suffix in FORMS),
    *(("levels", "等级.csv", *SHOP, "--rules", "等级.toml", "--format", form, "-o", f"levels{suffix}") for form, suffix in FORMS),
    *(("risk", "积分.csv", *SHOP, "--set", f"R-7 owner=小陈{PHONES[6]} due=2026-01-01", "--format", form, "-o", f"risks{suffix}") for form, suffix in FORMS),
    *(("monitor", "积分.csv", *SHOP, "--by", by, "--since", "400d", "--format", form, "-o", f"watched{suffix}")
      for by, (form, suffix) in zip(("owner", "store", "source_channel"), FORMS[::2], strict=True)),
    *(("report", "积分.csv", *SHOP, "--format", form, "-o", f"week{suffix}") for form, suffix in FORMS[::2]),
    ("report", *SHOP, "-o", "todos.xlsx", "--split-by", "owner"),
    *(("movement", *SHOP, "--by", "owner", "--format", form, "-o", f"moved{suffix}") for form, suffix in FORMS),
    *(("acquisition", *SHOP, "--by", by, "--format", form, "-o", f"by-{by}{suffix}")
      for by, (form, suffix) in zip(("owner", "store"), FORMS[::3], strict=True)),
    *(("profile", *SHOP, "--where", f"owner = '{NAMES[0]}'", "--format", form, "-o", f"who{suffix}") for form, suffix in FORMS[::2]),
    *(("funnel", *SHOP, "--by", "store", "--list", "1", "--format", form, "-o", f"steps{suffix}") for form, suffix in FORMS),
    ("funnel", *SHOP, "--by", "owner", "--steps", "order,order", "--format", "csv", "-o", "steps.html"),
    *(("activation", *SHOP, "--format", form, "-o", f"new{suffix}") for form, suffix in FORMS),
    *(("winback", *SHOP, "--format", form, "-o", f"silent{suffix}") for form, suffix in FORMS[::3]),
    *(("value", *SHOP, "--by", "owner", "--format", form, "-o", f"worth{suffix}") for form, suffix in FORMS[::2]),
    ("referral-report", *SHOP, "-o", "campaign.xlsx", "--format", "json"),
    ("referral-report", *SHOP, "--campaign", f"春日{PHONES[6]}", "-o", "campaign.html", "--format", "markdown"),
    ("referral-report", *SHOP, "-o", "campaign.md", "--format", "table"),
    *(("check", *SHOP, "--rejects", f"rejects{suffix}", "--format", form) for form, suffix in FORMS[:3]),
    *(("explain", key, *SHOP, "--format", form) for key, form in zip((*PHONES[:2], *EMAILS[:1], CARDS[1]), ("table", "json", "csv", "jsonl"), strict=True)),
    ("explain", NAMES[0], *SHOP),
    *(("segment", *SHOP, "--where", f"{key} = '{NAMES[0][:2]}'") for key in ("tags", "source_channel")),
    ("segment", "订单.csv", "--map", f"orders.phone={PHONES[0]}"),
    ("check", "便签.csv"),
    ("campaign", "template", *SHOP, "-o", "form.xlsx"),
    *(("campaign", "plan", "plan.toml", *SHOP, "--excluded", "out.csv", "--format", form, "-o", f"list{suffix}") for form, suffix in FORMS),
]  # fmt: skip


@pytest.mark.parametrize("arguments", RUNS, ids=lambda arguments: " ".join((arguments[0], *arguments[-3:]))[:60])
def test_nothing_personal_is_written_or_said(run: Run, shop: Path, arguments: tuple[str, ...]):
    ended = run(*arguments)
    found = leaks(iter([*said(ended), *written(shop)]))
    assert found == []
    for path in shop.rglob("*"):
        if path.is_file() and path.name not in (*FILES, "plan.toml", "siyu.toml"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


@pytest.mark.parametrize(("form", "suffix"), [("table", "xlsx"), ("json", "html"), ("markdown", "md")])
def test_what_a_campaign_brought_names_nobody(run: Run, shop: Path, form: str, suffix: str):
    planned = run("campaign", "plan", "plan.toml", *SHOP, "-o", "list.csv")
    later = (*SHOP[:-1], "2026-07-20")
    evaluated = run("campaign", "evaluate", "list.csv", *later, "--format", form, "-o", f"told.{suffix}")
    power = run("campaign", "power", *SHOP, "--format", form, "-o", f"power.{suffix}")
    assert leaks(iter([*said(planned), *said(evaluated), *said(power), *written(shop)])) == []


def test_what_is_remembered_of_a_campaign_and_written_of_a_shop_names_nobody(run: Run, shop: Path):
    later = (*SHOP[:-1], "2026-08-20")
    told = [
        run("campaign", "plan", "plan.toml", *SHOP, "-o", "list.xlsx"),
        run("campaign", "learn", "list.xlsx", *later, "-o", "learnt.xlsx"),
        run("campaign", "list", "--format", "json", "-o", "all.html"),
        run("campaign", "show", f"夏{PHONES[6]}", "--format", "table", "-o", "one.xlsx"),
        run("campaign", "show", NAMES[0]),
        run("init", *SHOP, "-o", "new.toml"),
        run("config", "show", "--format", "json"),
        run("cache", "show", "--format", "json"),
        run("demo", "样", "--members", "9"),
    ]
    texts = [part for one in told for part in said(one)]
    assert leaks(iter([*texts, *((name, text) for name, text in written(shop) if not name.startswith("样"))])) == []


def test_every_command_is_held_to_it():
    here = Path(__file__).parent
    tests = "".join(here.joinpath(f"test_private{part}.py").read_text("utf-8") for part in ("", "_contacts", "_texts"))
    called = {" ".join(words) for words in re.findall(r'\("([a-z-]+)"(?:, "([a-z]+)")?', tests)}
    missing = [name for name in COMMANDS if not any(f"{one} ".startswith(f"{name} ") for one in called)]
    assert missing == []


# --- what is asked for is shown, and what is not personal stays ------------------------------------------


@pytest.mark.parametrize("command", ["segment", "churn", "referral-report", "check"])
def test_who_asks_sees_all(run: Run, shop: Path, command: str):
    file = {"check": ("--rejects", "r.csv"), "referral-report": ("-o", "r.json")}.get(command, ("-o", "r.csv"))
    more = ("--all",) if command == "churn" else ()
    assert run(command, *SHOP, *more, *file, "--show-personal").code in (0, 3)
    text = Path(file[1]).read_text("utf-8-sig")
    assert {"check": PHONES[6], "referral-report": PHONES[2]}.get(command, PHONES[1]) in text
    assert "****" not in text


def test_an_ordinary_id_an_order_number_and_a_date_are_not_personal():
    for text in ("V1001", "613812348000123456", "3700000000000000001", "2026-03-01 10:00", "110105194912310021",
                 "A-139001", "oAbc123456", "1,390,013.90", "SKU 2026"):  # fmt: skip
        assert mask_key(text) == mask_text(text) == text


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("电话+86 139 0013 9001。", "电话139****9001。"),
        ("0086-139-0013-9001/13700137002", "139****9001/137****7002"),
        ("１３９００１３９００１", "139****9001"),
        ("(86)139_0013_9001 139 00 13 90 01", "139****9001 139****9001"),
        ("wx:wang.xm@example.com", "wx:w***@example.com"),
        ("110105 19491231 002X", "110*************2X"),
        ("身份证11010519491231002x", "身份证110*************2x"),
        ("021-58886666 or +1 (415) 555-2671", "021-****66 or +1****71"),
    ],
)
def test_contact_details_are_found_however_they_are_typed(typed: str, shown: str):
    assert mask_contacts(typed) == shown


def crowd(folder: Path, phones: Sequence[str]) -> None:
    rows = [f"{phone},2025-01-{day:02}" for day, phone in enumerate(phones, start=1)]
    (folder / "群.csv").write_text("\n".join(["手机号,注册时间", *rows]), "utf-8")


CROWD = ("13900019001", "13900009001", "13900029001", "13800138002")


def listed(run: Run) -> list[str]:
    return [line.split(",")[0] for line in run("segment", "群.csv", "--as-of", "2025-02-01").out.splitlines()[1:]]


def test_who_looks_alike_is_told_apart_by_when_they_came_and_keeps_the_number(run: Run, shop: Path):
    crowd(shop, CROWD[:2])
    assert listed(run) == ["139****9001~2", "139****9001~1"]
    crowd(shop, CROWD)
    assert sorted(listed(run)) == ["138****8002", "139****9001~1", "139****9001~2", "139****9001~3"]
    for number, phone in enumerate(CROWD[:3], start=1):
        ended = run("explain", f"139****9001~{number}", "群.csv", "--as-of", "2025-02-01", "--show-personal")
        assert (ended.code, ended.out.split()[1]) == (0, f"member_id,{phone}")


def test_a_mask_of_several_asks_which_and_one_of_a_single_member_is_found(run: Run, shop: Path):
    crowd(shop, CROWD)
    asked = run("explain", "139****9001", "群.csv", "--as-of", "2025-02-01")
    assert asked.code == 2
    assert "139****9001~1, 139****9001~2, 139****9001~3" in asked.err
    found = run("explain", "138****8002", "群.csv", "--as-of", "2025-02-01")
    assert (found.code, found.out.split()[1]) == (0, "member_id,138****8002")
    assert run("explain", "\u202d13800138002\u202c", "群.csv", "--as-of", "2025-02-01").code == 0
    for typed in ("137****0000", "\udcff", "*", "%"):
        assert run("explain", typed, "群.csv", "--as-of", "2025-02-01").code == 66


@pytest.mark.parametrize("mask", ["139****9001~1", "account:a***@example.org", "a***@example.org", "V1001", EMAILS[2]])
def test_a_member_is_found_by_whatever_a_list_shows_of_them(run: Run, mask: str):
    assert run("explain", mask, *SHOP).code == 0


def test_every_column_that_tells_who_somebody_is_says_how_it_is_masked():
    columns = {column.key: column for table in TABLES.values() for column in table.columns}
    told_by_name = ("_id", "phone", "name", "account", "address", "payment")
    personal = {key for key, column in columns.items() if column.kind == "phone" or key.endswith(told_by_name)}
    assert {"member_id", "receiver_phone", "nickname", "inviter_name", "account", "address", "payment"} <= personal
    assert {key for key in personal if columns[key].mask is None} == set()
    assert set(MASKS) <= set(columns)


def test_a_column_of_keys_is_masked_as_one_key_is(shop: Path):
    keys = (*PHONES, *EMAILS, *CARDS, "account:shopper88", "taobao:tb甲", "V1001", "王小明", "+86 13900139001", "M-1")
    (shop / "k.csv").write_text("\n".join(["会员编号,注册时间", *(f"{key},2025-01-01" for key in keys)]), "utf-8")
    with open_shop([shop / "k.csv"], as_of="2026-06-30") as opened:
        real = opened.segment()
        shown = dict(zip(real.members["member_id"], real.masked().members["member_id"], strict=True))
    assert {key: mask.partition("~")[0] for key, mask in shown.items()} == {key: mask_key(key) for key in shown}
    assert len(set(shown.values())) == len(shown) >= len(keys) - 1


# --- signs that steer -------------------------------------------------------------------------------------

STEERING = "\x1b[2J\x7f\x9b\u202e\u2066\u200f\ufeff"


def test_signs_that_steer_reach_no_output(run: Run, shop: Path):
    rows = f"会员编号,门店,标签,注册时间\nV1,店{STEERING},标{STEERING},2025-01-01\nV2,店,a\xa0=1+1,2025-01-02\n"
    (shop / "会员.csv").write_text(rows, "utf-8")
    for form, suffix in FORMS[:4]:
        ended = run(
            "segment", "会员.csv", "--by", "store", "--as-of", "2026-06-30", "--format", form, "-o", f"s{suffix}"
        )
        texts = [text for name, text in written(shop) if name.startswith("s") and "theme" not in name]
        assert len(texts) >= 2
        for text in (ended.out, ended.err, *texts):
            assert not (set(STEERING) - set("[2J")) & set(text)


@pytest.mark.parametrize("sign", "=+-@＝＋－＠")
def test_a_formula_is_one_whatever_stands_before_it(sign: str):
    before = ["", " ", "\xa0", "\u3000", "\u200b", "\u202e", "\t", "\r", "\n", "\ufeff", "\u2060", "\xad"]
    texts = [f"{blank}{sign}1+1" for blank in before]
    quoted = [f"'{text}" for text in texts]
    assert [inert(text) for text in texts] == quoted
    assert neutralise(pa.array([*texts, "a=1"])).to_pylist() == [*map(visible, quoted), "a=1"]


@pytest.mark.parametrize(
    "sign", ["\x00", "\x1b", "\r", "\x7f", "\x85", "\u200e", "\u2028", "\u202e", "\u2069", "\U000e0041"]
)
def test_json_reads_back_what_it_shows_harmless(sign: str):
    [line] = jsonl_text(pa.table({"a": [f"x{sign}y"]}))
    assert json.loads(line) == json.loads(json_text({"a": f"x{sign}y"})) == {"a": f"x{sign}y"}
    assert sign not in line + json_text({"a": sign}) + visible(sign)
