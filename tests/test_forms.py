"""Every command has every form, in both languages: what each looks like over one small shop is pinned."""

from __future__ import annotations

import json
import os
import re
import warnings
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

import corner_shop
import siyu_cli
from commands import Ended, Run, runner
from siyu_cli.cli.commands import QUESTIONS
from siyu_cli.guard import forget

GOLDENS = Path(__file__).parent / "goldens" / "forms"
FILES = ("会员.csv", "订单.csv", "邀请.csv")
COSTS = """月份,渠道,广告费,人工费
2025-02,直播,100,20
2025-05,门店,0,30
2026-02,小程序,60,
2026-02,,,15
"""
INVITES = """邀请人,被邀请人,邀请时间,加入时间,奖励金额
V001,V002,2024-03-10,2024-03-11,10
V001,V003,2025-06-01,2025-06-02,10
V002,V004,2025-08-20,,
V003,V003,2025-09-01,2025-09-01,
"""
POINTS = """会员编号,变动时间,变动积分,变动原因,变动后积分,失效时间,流水号
V001,2025-10-01 10:01:00,300,消费,820,2026-03-20,P1
V001,2025-12-08 12:00:00,-100,积分兑换,720,,P2
V001,2026-02-20 09:00:00,-50,退货扣回,670,,P3
V002,2025-12-01 20:00:30,88,消费,88,2026-03-31,P4
V002,2026-01-02 20:00:30,92,消费,310,2026-04-30,P5
V003,2025-09-01 12:00:10,30,消费,30,2025-12-31,P6
V003,2026-01-01 00:10:00,-30,积分过期,0,,P7
V005,2026-02-10 15:00:40,10,消费,10,,P8
V005,2026-02-11 15:00:40,-25,积分兑换,0,,P9
"""
SILENT = """会员编号,组别
V001,实验组
V003,实验组
V006,实验组
V004,对照组
V009,对照组
"""
LEVELS = """会员编号,变更时间,变更前等级,变更后等级,变更原因,等级有效期
V001,2025-11-05 10:02:00,普通,银卡,自动升级,2026-05-04
V003,2025-12-20 09:00:00,金卡,银卡,人工调整,
V009,2025-03-01 09:02:00,普通,银卡,自动升级,2025-08-28
"""
# Orders day by day, many of them on the last.
DAILY = [date(2026, 2, 28) - timedelta(days=back) for back in range(110)]
DAILY_ORDERS = [
    f"D{back}-{order},V{(back + order) % 4 + 1:03},{day},{50 + (back * 7 + order) % 30}"
    for back, day in enumerate(DAILY) for order in range(24 if back == 0 else 3 + back * 5 % 4)
]  # fmt: skip
RULE = {
    "SIYU_LEVELS__TIERS": '[{"name": "普通"}, {"name": "银卡", "from": 180, "keep": 150}, '
    '{"name": "金卡", "from": 880}]',
    "SIYU_LEVELS__DAYS": "80", "SIYU_LEVELS__KEEP_DAYS": "90", "SIYU_LEVELS__GRACE_DAYS": "30",
}  # fmt: skip
PROPOSED = """
days = 80
grace_days = 30

[[tiers]]
name = "普通"

[[tiers]]
name = "银卡"
from = 150
discount = 0.05

[[tiers]]
name = "金卡"
from = 1200
keep = 1000
gift = 50
lift = 0.1
"""
# What a command needs to have something to tell of this shop.
OPTIONS = {
    "segment": ("--by", "store"),
    "churn": ("--all",),
    "referral-report": ("--since", "90d"),
    "funnel": ("--window", "all", "--by", "store"),
    "points": ("积分明细.csv",),
    "acquisition": ("费用.csv",),
    "profile": ("--where", "store = '徐家汇店'"),
    "winback": ("--assigned", "回流名单.csv", "--starts-on", "2025-12-01", "--contact-cost", "1"),
    "movement": ("--forecast", "2", "--dwell", "9", "--by", "owner"),
    "levels": ("等级记录.csv", "--rules", "rules.toml", "--due", "90d"),
    "report": ("积分明细.csv",),
    "risk": ("积分明细.csv", "--set", "R-7 owner=李娜 due=2026-02-27 likelihood=3 consequence=4 status=analysed"),
    "monitor": ("逐日订单.csv", "--since", "3d"),
    "explain": ("V002",),
    "campaign plan": ("plan.toml",),
    "campaign evaluate": ("list.csv", "--starts-on", "2026-01-01", "--days", "59"),
    "campaign learn": (
        "trial.csv",
        "--arm",
        "arm",
        "--control",
        "none",
        "--metrics",
        "visit",
        "--by",
        "group",
        "--campaign",
        "试发",
    ),
    "campaign power": ("--members", "4000"),
    "campaign show": ("春季召回",),
}
COMMANDS = {name.replace(" ", "-"): (*name.split(" "), *OPTIONS.get(name, ())) for name in QUESTIONS} | {
    "churn-backtest": ("churn", "--backtest")
}
PLAN = """
[campaign]
name = "春季召回"
starts_on = 2026-03-05
ends_on = 2026-03-20
budget = 120
control_share = 0.2
salt = "f"
price_reason = "召回成本不同"

[[offers]]
name = "满100减20"
kind = "coupon"
minimum_amount = 100
value = 20
contact_cost = 0.1
stock = 4

[[offers]]
name = "九折"
kind = "discount"
discount_mode = "percent"
value = 10

[[responses]]
segment = "成熟期"
offer = "九折"
redemption_rate = 0.5
purchase_rate = 0.4
purchase_rate_with = 0.45
base_source = "measured"

[[responses]]
offer = "满100减20"
redemption_rate = 0.1
purchase_rate = 0.05
order_value = 120
"""
# What the shop has to remember before it can tell of it.
BEFORE = {
    "risk": (),
    "campaign-learn": (),
    "campaign-list": (("plan", "plan.toml", "-o", "planned.csv"),),
    "campaign-show": (("plan", "plan.toml", "-o", "planned.csv"), ("evaluate", "planned.csv", "--days", "10")),
}
PRINTED = ("table", "csv", "json", "jsonl", "markdown")
BESIDE = {"json": "xlsx", "markdown": "html"}  # what is printed, and what is written by the same command
PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")


@pytest.fixture
def run(
    empty_folder: Path,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> Run:
    corner_shop.write_shop(empty_folder)
    if request.node.callspec.params["command"].startswith("campaign"):
        (empty_folder / "plan.toml").write_text(PLAN, "utf-8")
        arms = [f"V00{number},{'control' if number > 5 else 'treatment'},20" for number in range(1, 9)]
        (empty_folder / "list.csv").write_text("\n".join(["member_id,arm,expected_cost", *arms, ""]), "utf-8")
        agree(empty_folder)
        monkeypatch.setenv("SIYU_SHOP__GROSS_MARGIN", "0.5")
    if request.node.callspec.params["command"] == "report":
        agree(empty_folder)
    (empty_folder / "邀请.csv").write_text(INVITES, "utf-8")
    (empty_folder / "积分明细.csv").write_text(POINTS, "utf-8")
    (empty_folder / "费用.csv").write_text(COSTS, "utf-8")
    (empty_folder / "回流名单.csv").write_text(SILENT, "utf-8")
    if request.node.callspec.params["command"] == "monitor":
        rows = "\n".join(["订单号,会员编号,付款时间,实付金额", *DAILY_ORDERS, ""])
        (empty_folder / "逐日订单.csv").write_text(rows, "utf-8")
        monkeypatch.setenv("SIYU_MONITOR__COUNTRY", "GB")
    if request.node.callspec.params["command"] == "levels":
        (empty_folder / "等级记录.csv").write_text(LEVELS, "utf-8")
        (empty_folder / "rules.toml").write_text(PROPOSED, "utf-8")
        for variable, text in RULE.items():
            monkeypatch.setenv(variable, text)
    found = runner(capsys)
    remembered(found, request.node.callspec.params["command"])
    return found


def agree(folder: Path) -> None:
    """Have all members but one agree to be written to."""
    title, *rows = corner_shop.MEMBERS.splitlines()
    agreed = [f"{row},{word}" for row, word in zip(rows, ("企微同意", *"是是是是是是是是否"), strict=True)]
    (folder / "会员.csv").write_text("\n".join([title, *agreed, ""]), "utf-8")


def remembered(run: Run, command: str) -> None:
    """Have the shop remember a campaign, where a command tells of those."""
    if command not in BEFORE:
        return
    Path("siyu.toml").write_text("", "utf-8")
    people = [(arm, every, place) for arm, every in (("card", 4), ("none", 6)) for place in range(60)]
    rows = [f"{arm},{int(place % every == 0)},{'old' if place % 3 else 'new'}" for arm, every, place in people]
    Path("trial.csv").write_text("\n".join(["arm,visit,group", *rows, ""]), "utf-8")
    for step in BEFORE[command]:
        ended = run("campaign", *step, *FILES, "--as-of", "2026-03-01" if step[0] == "plan" else "2026-03-31")
        assert ended.code in (0, 3), ended.err
        forget()


def ask(run: Run, command: str, *more: str) -> Ended:
    name, *options = COMMANDS[command]
    ended = run(name, *options, *FILES, "--as-of", corner_shop.AS_OF, *more)
    assert ended.code in (0, 3), ended.err
    return ended


def hold_to_golden(name: str, text: str) -> None:
    text = text.replace(f'"{siyu_cli.__version__}"', '"VERSION"').replace(
        f"siyu {siyu_cli.__version__}", "siyu VERSION"
    )
    path = GOLDENS / name
    if os.environ.get("UPDATE_GOLDENS"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text("utf-8"), f"{name} changed: look at it, then run with UPDATE_GOLDENS=1"


def cells_of(path: Path) -> str:
    """Return a workbook as text: each sheet's title, then its rows, and how many charts it has."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # openpyxl knows no data bars of its own age
        book = openpyxl.load_workbook(path)
    lines = []
    for sheet in book:
        lines.append(f"== {sheet.title} ({len(sheet._charts)} charts)")
        lines += ["\t".join("" if cell is None else str(cell) for cell in row).rstrip() for row in sheet.values]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("form", PRINTED)
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_every_form_in_both_languages(run: Run, command: str, form: str, lang: str):
    written = BESIDE.get(form)
    ended = ask(run, command, "--format", form, "--lang", lang, *(("-o", f"out.{written}") if written else ()))
    shown = {form: ended.out, f"{form}.stderr": re.sub(r"^\d{4}-\d\d-\d\dT\S+", "NOW", ended.err)}
    if written:
        path = Path(f"out.{written}")
        shown[written] = cells_of(path) if written == "xlsx" else path.read_text("utf-8")
    assert not any(map(PHONE.search, shown.values()))
    for name, text in shown.items():
        hold_to_golden(f"{command}.{lang}.{name}", text)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_holds_what_is_printed(run: Run, command: str):
    for suffix, form in {"csv": "csv", "jsonl": "jsonl", "json": "json", "md": "markdown"}.items():
        ended = ask(run, command, "--format", form, "-o", f"out.{suffix}")
        assert Path(f"out.{suffix}").read_text("utf-8-sig") == ended.out
    ask(run, command, "-o", "out.parquet")
    rows = [json.loads(line) for line in Path("out.jsonl").read_text("utf-8").splitlines()]
    table = pq.read_table("out.parquet")
    assert table.num_rows == len(rows)
    assert table.column_names == (list(rows[0]) if rows else table.column_names)


def pinned(command: str, lang: str, form: str) -> str:
    """Return what the form is held to: that it looks so, the first of these tests says."""
    return (GOLDENS / f"{command}.{lang}.{form}").read_text("utf-8")


@pytest.mark.parametrize("command", COMMANDS)
def test_whatever_one_form_warns_of_all_of_them_do(command: str):
    warned = json.loads(pinned(command, "en", "json"))["meta"]["warnings"]
    forms = {
        "markdown": pinned(command, "en", "markdown").replace("＿", "_"),
        "xlsx": pinned(command, "en", "xlsx"),
        "html": pinned(command, "en", "html"),
        "stderr": pinned(command, "en", "csv.stderr"),
    }
    assert warned
    for name, text in forms.items():
        told = [note for note in warned if re.sub(r"\W+", "", note) in re.sub(r"\W+|&#\d+;|&\w+;", "", text)]
        # Those made for schedules say findings alone, in one line.
        assert told == warned or (name == "stderr" and command in ("referral-report", "report")), name


@pytest.mark.parametrize("command", COMMANDS)
def test_what_machines_read_does_not_depend_on_the_language(command: str):
    texts = [pinned(command, lang, "json") for lang in ("en", "zh")]
    if command not in ("segment", "churn", "explain", "report"):  # their reasons are sentences
        assert texts[0] == texts[1]
    assert json.loads(texts[0]).keys() == json.loads(texts[1]).keys()
