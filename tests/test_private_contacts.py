"""Personal data in what belongs to contacts: the files for a tool hold what it asks for, and nothing else tells of anybody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands import Ended, Run, runner
from ledgers import everything_in

PHONES = ("13900139001", "13900239001", "13700137002", "13600136003", "15900159004")
NAMES = ("王小明", "欧阳若兰", "李雷雷", "赵一鸣")
OTHERS = ("wang.xm@example.com", "11010519491231002X", "文三路138号2幢")
PLANTED = (*PHONES, *NAMES, *OTHERS, "139 0013 9001", "137-0013-7002")
NOTE = f"{NAMES[0]}来电 139 0013 9001，{OTHERS[0]}，{OTHERS[1]}，杭州市{OTHERS[2]}"
# ruff: noqa: E501  the rows of the files
MEMBERS = f"""会员编号,手机号,姓名,昵称,生日,导购,门店,标签,备注,会员等级,短信同意,企微同意,广告同意,拒绝画像,注册时间
V001,{PHONES[0]},{NAMES[0]},{NAMES[0]}的号,1990-01-01,李娜,西湖店,{NOTE},{NOTE},金卡{PHONES[3]},是,是,是,否,2024-01-05
,{PHONES[1]},{NAMES[1]},,1990-01-01,李娜,西湖店,,,金卡,是,是,是,否,2024-01-05
{PHONES[2]},,{NAMES[2]},,1990-01-01,李娜,西湖店,,,金卡,是,是,是,否,2024-01-05
{OTHERS[1]},{PHONES[3]},{NAMES[3]},,1990-01-01,周强,西湖店,,,金卡,是,是,是,否,2024-01-05
{OTHERS[0]},{PHONES[4]},{NAMES[0]},,1990-01-01,周强,西湖店,,,金卡,,,,否,2024-01-05
"""
ORDERS = "订单号,会员编号,手机号,付款时间,实付金额\n" + "".join(
    f"A{number},,{PHONES[number % 2]},2025-1{number % 2}-1{number % 9},{number}0\n" for number in range(1, 12)
)
LIST = (
    f"member_id,offer,tags\nV001,满100减20,{NOTE}\n{PHONES[1]},,\n{PHONES[2]},,\n{OTHERS[1]},,\n{OTHERS[0]},,\nV404,,\n"
)
GIVEN = {"会员.csv": MEMBERS, "订单.csv": ORDERS, "名单.csv": LIST}
FILES = ("会员.csv", "订单.csv", "--as-of", "2026-03-01")
TEXT = "【某某店】您好，新品到店，拒收请回复R"
CAMPAIGN = f"召回{PHONES[0]}"
TOLD = ("--campaign", CAMPAIGN, "--purpose", NOTE, "--override", f"PIPL-55={NOTE}", "--text", TEXT)


@pytest.fixture
def shop(empty_folder: Path) -> Path:
    for name, text in GIVEN.items():
        (empty_folder / name).write_text(text, "utf-8")
    (empty_folder / "siyu.toml").write_text("[shop]\ngross_margin = 0.5\n", "utf-8")
    return empty_folder


@pytest.fixture
def run(shop: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(capsys)


def written(shop: Path) -> Iterator[tuple[str, str]]:
    """Yield every file but those given and those for the tool: as it lies on the disk, and its name."""
    for path in sorted(shop.rglob("*")):
        if path.is_file() and path.name not in (*GIVEN, "siyu.toml", "lock") and "out" not in path.parts:
            yield path.name, path.name
            if path.suffix != ".parquet":  # members' ids: what later runs know them by
                yield path.name, path.read_bytes().decode("utf-8", "replace")
    yield from (("out", path.name) for path in shop.glob("out/*"))


def leaks(shop: Path, *ended: Ended) -> list[tuple[str, str]]:
    texts = [*written(shop), *(("said", one.out + one.err) for one in ended)]
    return [(name, value) for name, text in texts for value in PLANTED if value in text]


@pytest.mark.parametrize("form", ["table", "json", "markdown"])
def test_an_export_tells_of_nobody_but_in_its_files(run: Run, shop: Path, form: str):
    suffix = {"table": "xlsx", "markdown": "parquet"}.get(form, form)
    arguments = ("export", "名单.csv", *FILES, "--to", "sms-huawei", *TOLD, "--format", form)
    tried = run(*arguments, "--dry-run", "--reasons", f"r.{suffix}")
    ended = run(*arguments, "-o", "out", "--reasons", f"r.{suffix}", "--force")
    assert (tried.code, ended.code) == (3, 3), ended.err  # V404 stands in no file
    assert list(shop.glob("out/*"))
    assert leaks(shop, tried, ended) == []


@pytest.mark.parametrize("to", ["staff", "wecom-checklist", "csv", "tencent-ads"])
def test_no_destination_names_anybody_beside_its_files(run: Run, shop: Path, to: str):
    ended = run("export", "名单.csv", *FILES, "--to", to, "-o", "out", *TOLD)
    assert leaks(shop, ended) == []


def test_a_refusal_names_nobody(run: Run, shop: Path):
    refused = [
        run("export", "名单.csv", *FILES, "--to", "sms-huawei", "-o", "out", "--text", f"{NOTE}{{unknown}}"),
        run("export", "名单.csv", *FILES, "--to", "sms-huawei", "-o", "out", "--text", NOTE),
        run("export", "名单.csv", *FILES, "--to", NAMES[0], "-o", "out"),
        run("export", "名单.csv", *FILES, "--to", "csv", "-o", "out", "--override", NOTE),
        run("export", "名单.csv", *FILES, "--to", "csv", "-o", "out", "--where", f"tags = '{NOTE}' and x"),
        run("export", f"{PHONES[0]}.csv", *FILES, "--to", "csv", "-o", "out"),
        run("contacts", NOTE),
        run("contacts", "--campaign", NOTE),
        run("suppress", "add", NOTE, "--channel", NAMES[0]),
        run("suppress", PHONES[0]),
        run("audit", NOTE),
        *(
            run("audit", "verify", "--head", text)
            for text in (NOTE, NAMES[0], PHONES[0], f"12-{PHONES[0]}", f"{PHONES[0]}-ab")
        ),
    ]
    Path("名单.csv").write_text(f"member_id\n139****9001\n{PHONES[0][:5]}****\n", "utf-8")
    refused.append(run("export", "名单.csv", *FILES, "--to", "csv", "-o", "out"))
    assert {one.code for one in refused} <= {0, 2, 3, 65, 66, 78}
    assert leaks(shop, *refused) == []


@pytest.mark.parametrize("form", ["table", "json"])
def test_what_is_remembered_of_contacts_tells_of_nobody(run: Run, shop: Path, form: str):
    run("export", "名单.csv", *FILES, "--to", "sms-huawei", "-o", "out", *TOLD)
    Path("退订.csv").write_text(f"手机号,姓名\n{PHONES[2]},{NAMES[2]}\n", "utf-8")
    told = [
        run("suppress", "add", PHONES[1], OTHERS[1], "--reason", NOTE, "--format", form),
        run("suppress", "add", "--file", "退订.csv", "--reason", NAMES[3], "--format", form),
        run("suppress", "list", "--format", form),
        run("suppress", "list", PHONES[1], "--format", form),
        run("contacts", PHONES[0], "--format", form),
        run("contacts", "--campaign", CAMPAIGN, "--format", form),
        run("forget", "V001", PHONES[0], OTHERS[0], "--yes"),
        run("segment", *FILES, "-o", f"after.{form if form != 'table' else 'html'}"),
        run("audit", "verify", "--format", form),
        run("suppress", "remove", PHONES[1], "--format", form),
    ]
    Path("退订.csv").unlink()
    assert {one.code for one in told} <= {0, 3}, [one.err for one in told]
    assert leaks(shop, *told) == []


def test_the_files_of_a_destination_are_what_it_asks_for(run: Run, shop: Path):
    run("export", "名单.csv", *FILES, "--to", "sms-huawei", "-o", "out", *TOLD)
    text = "".join(path.read_text("utf-8-sig") for path in shop.glob("out/*.csv"))
    assert json.loads(run("contacts", "--campaign", CAMPAIGN, "--format", "json").out)["contact_history"]
    assert PHONES[0] in text
    assert not [value for value in (*NAMES, *OTHERS) if value in text]


LINES = "夏\nError: 日\r\x1b[31m红\u202e\t退"


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_a_name_of_several_lines_stays_on_the_line_it_is_named_in(run: Run, shop: Path, form: str):
    plan = """[campaign]
name = "夏\\nError: 日\\r\\u001b[31m红\\u202e\\t退"
starts_on = 2026-03-02
ends_on = 2026-03-12
budget = 90
[[offers]]
name = "礼\\nError: 日"
kind = "coupon"
value = 5
[[responses]]
offer = "礼\\nError: 日"
redemption_rate = 0.2
purchase_rate = 0.1
order_value = 90
"""
    (shop / "plan.toml").write_text(plan, "utf-8")
    later = (*FILES[:-1], "2026-04-20")
    told = [
        run("campaign", "plan", "plan.toml", *FILES, "-o", "plan.csv", "--format", form),
        run("campaign", "evaluate", "plan.csv", *later, "--format", form),
        run("campaign", "list", "--format", form),
        run("campaign", "show", LINES, "--format", form),
        run("campaign", "show", "nobody", "--format", form),
        run("export", "名单.csv", *FILES, "--to", "csv", "-o", "out", "--campaign", LINES, "--format", form),
        run("contacts", "--campaign", LINES, "--format", "table"),
        run("contacts", "V001", "--format", "table"),
    ]
    assert {one.code for one in told} <= {0, 2, 3, 65, 66}, [one.err for one in told]
    lines = [line for one in told for line in (one.out + one.err).split("\n")]
    assert [line for line in lines if line.strip(" │#*").startswith("Error: 日")] == []
    assert not {"\r", "\x1b", "\u202e"} & set("".join(lines))


# --- a playbook -------------------------------------------------------------------------------------------

PLAYBOOK = f"""
[playbook]
name = "{CAMPAIGN}"
as_of = {{day}}
inputs = ["会员.csv", "订单.csv"]

[[step]]
id = "seg"
run = "segment --by owner"
output = "out/{{{{as_of}}}}.csv"

[[step]]
id = "came"
trigger = "entered churned"

[[step]]
id = "export"
run = "export --to csv --campaign {CAMPAIGN} --purpose {NAMES[0]}"
audience = "came"

[[step]]
id = "wrong"
run = "churn --where \\"owner = '{NAMES[1]}{PHONES[0]}'\\""
"""


def test_a_playbook_names_nobody_but_in_the_files_of_its_export(run: Run, shop: Path):
    ended = []
    for day in ("2026-03-01", "2026-05-20"):
        text = PLAYBOOK.format(day=day)
        wrong = text.index('[[step]]\nid = "wrong"')  # a run that fails is none to compare with
        (shop / "week.toml").write_text(text if ended else text[:wrong], "utf-8")
        ended.append(run("run", "week.toml", "--format", "table"))
    ended += [run("run", "status"), run("run", "week.toml", "--dry-run", "--format", "json")]
    (shop / "week.toml").unlink()
    assert ended[1].code == 2, ended[1].out + ended[1].err
    texts = [("said", part) for one in ended for part in (one.out, one.err)]
    texts += [("ledger", everything_in(shop)), ("list", (shop / "out" / "2026-05-20.csv").read_text("utf-8-sig"))]
    found = [(name, value) for name, text in texts for value in PLANTED if value in text]
    assert found == []
    assert list((shop / "out" / "2026-05-20").rglob("*.csv")), "somebody was to be reached"
