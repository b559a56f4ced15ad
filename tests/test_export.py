"""``siyu export`` and what it remembers, as an operator meets it: files, reasons, refusals, nobody twice."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import shutil
import stat
import subprocess
import tempfile
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest

from commands import Ended, Run, runner
from siyu_cli.ledger import run as runs

DAY = date(2026, 3, 2)
MEMBERS = """会员编号,手机号,姓名,昵称,生日,导购,门店,标签,短信同意,企微同意,广告同意,拒绝画像,注册时间
V001,13800138001,王小明,小鱼,1990-01-01,李娜,徐家汇店,老客,是,是,是,否,2024-01-05
V002,13800138002,欧阳若兰,=1+1,1990-01-01,李娜,徐家汇店,,是,是,否,否,2024-01-05
V003,13800138003,陈静,,1990-01-01,周强,西湖店,,是,是,,否,2024-01-05
V004,13800138004,赵一鸣,,2015-01-01,周强,西湖店,,是,是,是,否,2024-01-05
V005,13800138005,孙悦,,1990-01-01,李娜,徐家汇店,,,,,否,2024-01-05
V006,138****8006,钱多多,,1990-01-01,,,,是,是,是,否,2024-01-05
V007,13800138007,吴桐,,,周强,西湖店,,否,否,否,是,2024-01-05
,13800138009,冯程,,1990-01-01,李娜,徐家汇店,,是,是,是,否,2024-01-05
"""
ORDERS = """订单号,会员编号,手机号,下单时间,付款时间,订单状态,实付金额
A1,V001,,2025-10-01 10:00:00,2025-10-01 10:01:00,交易成功,300.00
A2,V003,,2025-11-05 10:00:00,2025-11-05 10:01:00,交易成功,280.00
A3,,13800138009,2025-11-05 10:00:00,2025-11-05 10:01:00,交易成功,280.00
"""
PERSONAL = [*re.findall(r"138\d{8}", MEMBERS), "王小明", "欧阳若兰", "陈静", "赵一鸣", "孙悦", "钱多多", "吴桐", "冯程"]
EVERYBODY = "member_id,offer\n" + "".join(f"V00{number},满100减20\n" for number in range(1, 8)) + "13800138009,\n"
TEXT = "【某某店】{name}您好，新品到店，拒收请回复R"
FILES = ("会员.csv", "订单.csv", "--as-of", "2026-03-01")


@pytest.fixture
def shop(empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in {"会员.csv": MEMBERS, "订单.csv": ORDERS, "名单.csv": EVERYBODY}.items():
        (empty_folder / name).write_text(text, "utf-8")
    (empty_folder / "siyu.toml").write_text('[contacts]\nassessment = "PIA-2026-03"\n', "utf-8")
    set_day(monkeypatch, DAY)
    return empty_folder


def set_day(monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    monkeypatch.setattr(runs, "today", lambda _timezone: day)


@pytest.fixture
def run(shop: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(capsys)


def export(
    run: Run, to: str, *more: str, listed: str = "名单.csv", folder: str = "out", campaign: str = "春季召回"
) -> Ended:
    text = ("--text", TEXT) if to in ("sms-aliyun", "sms-tencent", "sms-huawei", "wecom", "wecom-checklist") else ()
    return run("export", listed, *FILES, "--to", to, "-o", folder, "--campaign", campaign, *text, *more)


def told(ended: Ended) -> dict:
    assert ended.code == 0, ended.err
    return json.loads(ended.out)


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def only(pattern: str, folder: str = "out") -> Path:
    (path,) = sorted(Path(folder).glob(pattern))
    return path


# --- Who goes -----------------------------------------------------------------------------------------


def test_everybody_listed_is_sent_or_has_one_reason(run: Run):
    found = told(export(run, "sms-aliyun", "--format", "json"))
    assert found["listed"] == found["sent"] + sum(found["excluded"].values()) == 8
    assert (found["sent"], found["excluded"]) == (4, {"no_consent": 1, "opted_out": 1, "minor": 1, "no_key": 1})
    assert [row[0] for row in rows_of(only("*.csv"))] == [
        "phone_number", "13800138001", "13800138002", "13800138003", "13800138009",
    ]  # fmt: skip


def test_the_same_export_again_reaches_nobody(run: Run, monkeypatch: pytest.MonkeyPatch):
    export(run, "sms-aliyun")
    before = only("*.csv").read_bytes()
    for day in (DAY, DAY + timedelta(60)):
        set_day(monkeypatch, day)
        found = told(export(run, "sms-aliyun", "--format", "json"))
        assert (found["sent"], found["excluded"]["already_sent"]) == (0, 4)
    assert only("*.csv").read_bytes() == before


def test_a_member_is_not_contacted_again_within_the_quiet_days_nor_over_the_cap(run: Run, monkeypatch):
    Path("siyu.toml").write_text('[contacts]\nassessment = "P"\nmax_contacts = 2\nquiet_days = 3\n', "utf-8")
    fates = []
    for number, days in enumerate((0, 2, 3, 10, 29, 30)):
        set_day(monkeypatch, DAY + timedelta(days))
        ended = run(
            "export", "名单.csv", *FILES, "--to", "sms-aliyun", "-o", f"o{number}", "--text", TEXT, "--campaign",
            f"c{number}", "--format", "json",
        )  # fmt: skip
        found = told(ended)
        fates.append(
            next((key for key in ("quiet_period", "frequency_cap") if key in found["excluded"]), found["sent"])
        )
    assert fates == [4, "quiet_period", 4, "frequency_cap", "frequency_cap", 4]


def test_nothing_is_written_or_remembered_in_a_trial(run: Run):
    ended = run("export", "名单.csv", *FILES, "--to", "staff", "--dry-run", "--format", "json")
    assert told(ended)["sent"] == 5
    assert not Path("out").exists()
    assert json.loads(run("audit", "--format", "json").out) == {"audit_chain": []}


def test_a_trial_tells_refusals_and_an_export_stops_at_them(run: Run):
    Path("siyu.toml").write_text("", "utf-8")
    arguments = ("export", "名单.csv", *FILES, "--to", "sms-aliyun", "--text", "新品到店")
    tried = run(*arguments, "--dry-run", "--format", "json")
    assert tried.code == 3
    refused = {one["code"] for one in json.loads(tried.out)["compliance"] if one["level"] == "refusal"}
    assert refused == {"PIPL-55", "AD-43"}
    ended = run(*arguments, "-o", "out")
    assert ended.code == 65
    assert "--override PIPL-55=" in ended.err
    assert not list(Path().glob("out/*"))
    some = run(*arguments, "-o", "out", "--override", "PIPL-55=评估进行中")
    assert "--override AD-43=" in some.err
    done = run(
        *arguments, "-o", "out", "--override", "PIPL-55=评估进行中", "--override", "AD-43=模板由平台审核 13800138001"
    )
    assert done.code == 0, done.err
    (entry,) = json.loads(run("audit", "--format", "json").out)["audit_chain"]
    assert json.loads(entry["facts"])["overrides"] == {"PIPL-55": "评估进行中", "AD-43": "模板由平台审核 138****8001"}


def test_the_control_group_of_a_list_gets_nothing(run: Run):
    Path("名单.csv").write_text("member_id,arm\nV001,control\nV002,treated\nV003,对照组\n", "utf-8")
    assert told(export(run, "staff", "--format", "json"))["excluded"] == {"control": 2}


def test_without_memory_nobody_is_contacted_and_a_trial_is(run: Run):
    Path("siyu.toml").unlink()
    ended = export(run, "staff")
    assert (ended.code, "siyu init" in ended.err) == (2, True)
    assert run("export", "名单.csv", *FILES, "--to", "staff", "--dry-run").code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "what"),
    [
        (("--to", "xiaohongshu", "-o", "out"), 2, "does not know xiaohongshu"),
        (("-o", "out"), 2, "names no destination"),
        (("--to", "csv"), 2, "-o DIR"),
        (("--to", "sms-aliyun", "-o", "out"), 2, "needs a text"),
        (("--to", "staff", "-o", "out", "--text", "{phone}"), 2, "nothing fills {phone}"),
        (("--to", "staff", "-o", "out", "--override", "PIPL-13=x"), 2, "is not CODE=REASON"),
        (("--to", "staff", "-o", "out", "--where", "stage = 'dormant'"), 2, "cannot use 'stage'"),
        (("--to", "csv", "-o", "会员.csv"), 73, "会员.csv"),
    ],
)
def test_what_cannot_be_understood_is_said_before_anything_is_done(run: Run, arguments, code, what):
    ended = run("export", "名单.csv", *FILES, *arguments)
    assert (ended.code, what in ended.err) == (code, True), ended.err
    assert not Path("out").exists()


# --- Lists --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "jsonl", "parquet"])
@pytest.mark.parametrize("command", [("segment",), ("churn", "--all")])
def test_a_list_in_any_form_names_the_same_people(run: Run, suffix: str, command: tuple):
    assert run(*command, *FILES, "-o", f"list.{suffix}", "--lang", "zh").code == 0
    run(*command, *FILES, "-o", "whole.jsonl", "--show-personal")
    given, whole = (
        run("export", name, *FILES, "--to", "staff", "--dry-run", "--format", "json", "--campaign", "x").out
        for name in (f"list.{suffix}", "whole.jsonl")
    )
    assert json.loads(given)["excluded"] == json.loads(whole)["excluded"]
    assert json.loads(given)["sent"] == json.loads(whole)["sent"] > 0


def test_a_mask_that_stands_for_one_member_is_that_member(run: Run):
    Path("名单.csv").write_text("member_id\n138****8009\n", "utf-8")
    assert told(export(run, "sms-aliyun", "--format", "json"))["sent"] == 1
    assert rows_of(only("*.csv"))[1] == ["13800138009", "冯程"]


@pytest.mark.parametrize("mask", ["138****80**", "139****0000"])
def test_a_mask_that_stands_for_several_or_nobody_refuses_the_list(run: Run, mask: str):
    Path("名单.csv").write_text(f"member_id\nV001\n{mask}\n", "utf-8")
    ended = export(run, "staff")
    assert (ended.code, "--show-personal" in ended.err) == (65, True)


def test_a_list_without_member_ids_is_none(run: Run):
    Path("名单.csv").write_text("城市,人数\n上海,3\n", "utf-8")
    ended = export(run, "staff")
    assert (ended.code, "no column member_id" in ended.err) == (65, True)


def test_people_of_whom_the_files_do_not_tell_are_told_of(run: Run):
    Path("名单.csv").write_text("member_id\nV001\nV999\n", "utf-8")
    ended = export(run, "staff")
    assert ended.code == 3
    assert "1 of the list stand in none of these files" in ended.err


def test_a_condition_is_about_the_columns_of_the_list(run: Run):
    run("segment", *FILES, "-o", "list.xlsx", "--lang", "zh")
    for where, listed in (
        ("生命周期阶段 = '沉睡期'", 3),
        ("stage = 'dormant' and owner = '李娜'", 2),
        ("net_sales > 290", 1),
    ):
        ended = run("export", "list.xlsx", *FILES, "--to", "staff", "--dry-run", "--format", "json", "--where", where)
        assert told(ended)["listed"] == listed, where


# --- Files --------------------------------------------------------------------------------------------


def test_an_employees_workbook_is_a_days_work(run: Run):
    export(run, "staff", "--lang", "zh")
    assert sorted(path.name for path in Path("out").iterdir()) == [
        "春季召回-2026-03-02_周强.xlsx", "春季召回-2026-03-02_李娜.xlsx", "春季召回-2026-03-02_（无）.xlsx",
    ]  # fmt: skip
    (sheet,) = openpyxl.load_workbook(only("*李娜.xlsx"))
    cells = [list(row) for row in sheet.values]
    assert cells[0][0] == "李娜 · 2026-03-02"
    header = next(row for row in cells if row[0] == "完成")
    assert header == ["完成", "姓名", "手机号", "备注/查找", "为什么联系", "说什么", "给什么", "回复"]
    first = cells[cells.index(header) + 1]
    assert first[1:4] == ["王小明", "138****8001", "小鱼 · 老客"]
    assert first[5].startswith("王小明您好")
    assert first[6] == "满100减20"
    assert cells[cells.index(header) + 2][3] == "'=1+1", "a nickname runs nowhere"
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    assert sheet.freeze_panes.endswith(str(cells.index(header) + 2))
    assert sheet.auto_filter.ref
    assert "✓" in sheet.data_validations.dataValidation[0].formula1


def test_platforms_get_hashes_of_those_who_agreed_and_nothing_else(run: Run):
    found = told(export(run, "tencent-ads", "--format", "json"))
    assert found["excluded"] == {"no_consent": 2, "opted_out": 2, "minor": 1, "no_key": 1}
    hashes = [hashlib.md5(phone.encode()).hexdigest() for phone in ("13800138001", "13800138009")]
    assert only("*.txt").read_text() == "".join(f"{one}\n" for one in hashes)


def test_phones_are_text_and_cells_unformatted_where_the_sheet_is_imported(run: Run):
    export(run, "sms-tencent")
    (sheet,) = openpyxl.load_workbook(only("*.xlsx"))
    assert [cell.value for cell in sheet[1]] == ["手机号", "变量1"]
    assert [cell.value for cell in sheet[2]] == ["13800138001", "王小明"]
    assert {cell.number_format for row in sheet.iter_rows(min_row=2) for cell in row} == {"General"}
    assert {cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row} == {"s"}


@pytest.mark.parametrize("to", ["wecom", "wecom-checklist", "csv", "weiban", "sms-huawei", "wechatpay-brand"])
def test_every_destination_writes_what_it_says(run: Run, to: str):
    from siyu_cli.destinations.model import destination

    found = told(export(run, to, "--format", "json"))
    assert found["sent"] > 0
    assert len(found["files"]) >= 1
    place = destination(to)
    if place.has_header and place.format == "csv":
        assert rows_of(only("*.csv"))[0][: len(place.columns)] == [column.header("en") for column in place.columns]


def test_one_file_per_employee_where_asked(run: Run):
    found = told(export(run, "csv", "--split-by", "owner", "--format", "json"))
    assert len(found["files"]) == 3


def test_all_files_are_for_their_owner_alone(run: Run):
    export(run, "staff", "--reasons", "原因.csv")
    written = [
        path
        for path in Path().rglob("*")
        if path.is_file() and (path.suffix in (".xlsx", ".db", "") or path.name == "原因.csv")
    ]
    assert len(written) > 4
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in written} == {0}


def test_reasons_are_listed_masked_unless_asked(run: Run):
    export(run, "sms-aliyun", "--reasons", "原因.csv")
    fates = {row[0]: row[1] for row in rows_of(Path("原因.csv"))[1:]}
    assert fates == {
        "V001": "sent", "V002": "sent", "V003": "sent", "V004": "minor", "V005": "no_consent", "V006": "no_key",
        "V007": "opted_out", "138****8009": "sent",
    }  # fmt: skip


def test_a_name_that_is_taken_leaves_neither_files_nor_contacts(run: Run):
    Path("out").mkdir()
    Path("out/春季召回-2026-03-02_李娜.xlsx").write_text("yesterday's")
    ended = export(run, "staff")
    assert ended.code == 73
    assert [path.name for path in Path("out").iterdir()] == ["春季召回-2026-03-02_李娜.xlsx"]
    assert json.loads(run("contacts", "--campaign", "春季召回", "--format", "json").out) == {"contact_history": []}
    assert run("audit", "verify").code == 0
    assert export(run, "staff", "--force").code == 0


def test_files_are_cut_exactly_at_the_limits(tmp_path: Path):
    from itertools import product

    import pyarrow as pa

    from siyu_cli.destinations.model import destination
    from siyu_cli.render.contact_files import Filing, write_contacts
    from siyu_cli.render.reader import Reader

    rows = pa.table({"phone": [f"138{number:08}" for number in range(10)], "name": ["王"] * 10, "owner": ["a"] * 10})
    for number, (encoding, limit) in enumerate(product(("utf-8", "utf-8-sig", "gb18030"), ("rows", "bytes"))):
        whole = destination("sms-huawei").model_copy(update={"encoding": encoding, "max_rows": None, "max_bytes": None})
        filing = Filing(tmp_path / f"cut{number}", "c", DAY, variables=("name",))
        one = cut_files(write_contacts, rows, whole.model_copy(update={"max_rows": 10}), filing, Reader())
        assert [rows_ for _size, rows_ in one] == [10]
        if limit == "rows":
            cut = whole.model_copy(update={"max_rows": 4})
            assert [n for _s, n in cut_files(write_contacts, rows, cut, filing, Reader())] == [4, 4, 2]
            continue
        size = one[0][0]
        exact = whole.model_copy(update={"max_bytes": size})
        assert cut_files(write_contacts, rows, exact, filing, Reader()) == [(size, 10)]
        less = whole.model_copy(update={"max_bytes": size - 1})
        found = cut_files(write_contacts, rows, less, filing, Reader())
        assert [n for _s, n in found] == [9, 1]
        assert all(one <= size - 1 for one, _n in found)


def cut_files(write, rows, place, filing, reader) -> list[tuple[int, int]]:
    import shutil

    shutil.rmtree(filing.folder, ignore_errors=True)
    filing.folder.mkdir()
    return [(one.path.stat().st_size, one.rows) for one in write(rows, place, filing, reader)]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_spreadsheet_program_shows_phones_as_text_and_runs_no_name(run: Run):
    Path("siyu.toml").write_text('[contacts]\nassessment = "P"\nquiet_days = 0\n', "utf-8")
    export(run, "sms-tencent", campaign="一")
    export(run, "staff", campaign="二")
    export(run, "csv", campaign="三")
    sheets = [str(path) for path in sorted(Path("out").iterdir()) if "李娜" in path.name or "二" not in path.name]
    office = ["soffice", "--headless", f"-env:UserInstallation={Path('office').absolute().as_uri()}"]
    shown = ["--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false", "--outdir", "shown"]
    subprocess.run([*office, *shown, *sheets], check=True, capture_output=True, timeout=120)
    texts = {path.name: path.read_text("utf-8") for path in Path("shown").iterdir()}
    assert len(texts) == 3
    for name, text in texts.items():
        assert re.search(r"13800138001|138\*{4}8001", text), f"{name}: a phone is shown with all its digits"
        assert not re.search(r"(^|,)2(,|$)", text, re.MULTILINE), f"{name}: =1+1 was worked out"
    assert "'=1+1" in next(text for name, text in texts.items() if "李娜" in name)


PLATFORMS = ("tencent-ads", "google", "tiktok")


def test_nobody_is_in_any_byte_of_what_a_platform_gets_or_a_run_leaves(run: Run, shop: Path):
    Path("siyu.toml").write_text(
        '[contacts]\nassessment = "P"\nabroad = "SCC"\nquiet_days = 0\nmax_contacts = 99\n', "utf-8"
    )
    before = {path for path in shop.rglob("*") if path.is_file()}
    said = [export(run, to, "--verbose", folder=f"out/{to}") for to in PLATFORMS]
    assert {ended.code for ended in said} == {0}
    left = {path: path.read_bytes() for path in shop.rglob("*") if path.is_file() and path not in before}
    left |= {path: path.read_bytes() for path in Path(tempfile.gettempdir()).rglob("*") if path.is_file()}
    left |= {Path(f"said of {to}"): (one.out + one.err).encode() for to, one in zip(PLATFORMS, said, strict=True)}
    assert len(left) > 2 * len(PLATFORMS)
    for path, content in left.items():
        assert [value for value in PERSONAL if value.encode() in content or value.encode("gb18030") in content] == [], (
            path
        )


# --- Locked files -------------------------------------------------------------------------------------


def test_an_employees_workbook_opens_with_the_password_alone(run: Run, monkeypatch):
    monkeypatch.setenv("PASSWORD", "春江花月夜 9")
    assert export(run, "staff", "--encrypt", "password", "--password-env", "PASSWORD").code == 0
    locked = only("*李娜.xlsx")
    assert stat.S_IMODE(locked.stat().st_mode) == 0o600
    assert "王小明".encode() not in locked.read_bytes()
    assert not locked.read_bytes().startswith(b"PK")
    assert run("check", str(locked)).code == 66
    monkeypatch.setenv("PASSWORD", "wrong")
    assert run("check", str(locked), "--password-env", "PASSWORD").code == 66
    import msoffcrypto

    with locked.open("rb") as file, Path("open.xlsx").open("wb") as opened:
        office = msoffcrypto.OfficeFile(file)
        office.load_key(password="春江花月夜 9")
        office.decrypt(opened)
    assert "王小明" in [cell.value for cell in openpyxl.load_workbook("open.xlsx").active["B"]]
    assert {row["is_there"] for row in json.loads(run("audit", "files", "--format", "json").out)["exported_files"]} == {
        "yes"
    }


def test_an_age_file_opens_for_its_recipient_alone(run: Run):
    pyrage = pytest.importorskip("pyrage")
    key = pyrage.x25519.Identity.generate()
    assert export(run, "csv", "--encrypt", str(key.to_public())).code == 0
    content = only("*.csv.age").read_bytes()
    assert content.startswith(b"age-encryption.org/v1")
    assert "王小明" in pyrage.decrypt(content, [key]).decode("utf-8-sig")
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(content, [pyrage.x25519.Identity.generate()])


@pytest.mark.parametrize(
    ("to", "how", "more", "told"),
    [
        ("staff", "password", (), "--password-env"),
        ("staff", "password", ("--password-env", "NOT_THERE"), "no such variable"),
        ("staff", "hunter2", (), "neither password nor to whom"),
        ("staff", "age1nobody", (), "no age recipient"),
        ("csv", "password", ("--password-env", "PASSWORD"), "Possible there: age"),
        ("tencent-ads", "password", ("--password-env", "PASSWORD"), "could not open them"),
    ],
)
def test_a_lock_that_cannot_be_is_refused_before_anything_is_done(run: Run, monkeypatch, to, how, more, told):
    monkeypatch.setenv("PASSWORD", "secret")
    ended = export(run, to, "--encrypt", how, *more)
    assert (ended.code, told in ended.err, Path("out").exists()) == (2, True, False)


# --- Memory -------------------------------------------------------------------------------------------


def test_who_is_suppressed_by_id_or_phone_gets_nothing_until_they_are_removed(run: Run):
    assert (
        run("suppress", "add", "V001", "+86 138 0013 8002", "--channel", "sms", "--reason", "来电 13800138001").code
        == 0
    )
    assert told(export(run, "sms-aliyun", "--format", "json"))["excluded"]["suppressed"] == 2
    listed = json.loads(run("suppress", "list", "--format", "json").out)["suppressed"]
    assert {row["reason"] for row in listed} == {"来电 138****8001"}
    assert json.loads(run("suppress", "list", "V003", "--format", "json").out) == {"suppressed": []}
    assert run("suppress", "remove", "V001").code == 0
    assert told(export(run, "sms-aliyun", "--format", "json", folder="next"))["sent"] == 1


def test_a_file_of_those_who_unsubscribed_is_taken_whole(run: Run):
    Path("退订.csv").write_text("手机号,时间\n13800138001,\n13800138003,\n", "utf-8")
    assert run("suppress", "add", "--file", "退订.csv").code == 0
    assert told(export(run, "sms-aliyun", "--format", "json"))["excluded"]["suppressed"] == 2


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "parquet"])
def test_a_file_of_people_names_them_in_its_columns_of_ids_and_phones_alone(run: Run, suffix: str):
    from exports import write_csv, write_parquet, write_xlsx

    rows = [["手机号", "退订时间", "金额"], ["13800138001", "2026-01-02", "8"], ["138 0013 8003", "2026-01-03", "12.5"]]
    path = Path(f"退订.{suffix}")
    if suffix == "parquet":
        write_parquet(path, {name: [row[at] for row in rows[1:]] for at, name in enumerate(rows[0])})
    else:
        (write_csv if suffix == "csv" else write_xlsx)(path, rows)
    assert "2 people are left alone" in run("suppress", "add", "--file", str(path)).err
    assert told(export(run, "sms-aliyun", "--format", "json"))["excluded"]["suppressed"] == 2


def test_a_value_that_nobody_on_the_list_has_is_refused_with_those_there_are(run: Run):
    ended = export(run, "csv", "--where", "offer = '满100减2'", "--dry-run")
    assert (ended.code, "Did you mean 满100减20?" in ended.err) == (2, True)


def test_who_asked_to_be_forgotten_is_in_no_load_no_snapshot_and_no_export(run: Run):
    run("segment", *FILES)
    export(run, "staff")
    ended = run("forget", "V001", "13800138001")
    assert ended.code == 0, ended.err
    assert "out/春季召回-2026-03-02_*.xlsx" in ended.err, "files that left are the operator's"
    assert run("explain", "V001", *FILES).code == 66
    members = run("segment", *FILES, "--format", "jsonl").out
    assert "V001" not in members
    assert '"V002"' in members
    found = export(run, "sms-aliyun", "--format", "json")
    assert json.loads(found.out)["excluded"]["forgotten"] == 1
    assert run("audit", "verify").code == 0


def test_files_that_left_are_told_of_until_they_are_deleted(run: Run, monkeypatch):
    Path("siyu.toml").write_text("[contacts]\nquiet_days = 0\n", "utf-8")
    export(run, "staff", folder="今日/清单")
    export(run, "csv", "--split-by", "owner", folder="../elsewhere", campaign="夏季")
    ended = run("audit", "files", "--format", "json")
    files = json.loads(ended.out)["exported_files"]
    assert (ended.code, len(files)) == (0, 6)
    assert {(row["folder"], row["file"], row["is_there"]) for row in files} == {
        ("今日/清单", "春季召回-2026-03-02_*.xlsx", "yes"), ("../elsewhere", "csv-夏季-2026-03-02_*.csv", "yes"),
    }  # fmt: skip
    set_day(monkeypatch, DAY + timedelta(31))
    ended = run("audit", "files", "--format", "json")
    assert (ended.code, [row["is_overdue"] for row in json.loads(ended.out)["exported_files"]]) == (3, [True] * 6)
    assert "PIPL-06: 6 files" in run("audit", "files").err
    for path in Path("../elsewhere").iterdir():
        path.unlink()
    ticked, gone, _whole = sorted(Path("今日/清单").iterdir())
    ticked.write_bytes(b"ticked")
    gone.unlink()
    ended = run("audit", "files", "--format", "json")
    there = [row["is_there"] for row in json.loads(ended.out)["exported_files"]]
    assert (ended.code, sorted(there)) == (3, ["changed", *["gone"] * 4, "yes"])


def test_no_employees_name_is_in_the_ledger_by_way_of_a_files_name(run: Run, shop: Path):
    export(run, "staff")
    run("segment", *FILES, "-o", "list.xlsx", "--split-by", "owner")
    ledger = b"".join(path.read_bytes() for path in (shop / ".siyu").iterdir() if path.is_file())
    assert [
        name for name in ("李娜", "周强") if name.encode() in ledger or json.dumps(name)[1:-1].encode() in ledger
    ] == []
    assert json.dumps("春季召回-2026-03-02_*.xlsx")[1:-1].encode() in ledger


def test_a_member_and_a_campaign_are_told_of(run: Run):
    export(run, "sms-aliyun")
    export(run, "staff")
    (one, *_) = json.loads(run("contacts", "V001", "--format", "json").out)["contact_history"]
    assert (one["sent_on"], one["campaign"], one["destination"], one["fate"]) == (
        "2026-03-02", "春季召回", "sms-aliyun", "sent",
    )  # fmt: skip
    reached = json.loads(run("contacts", "--campaign", "春季召回", "--format", "json").out)["contact_history"]
    assert {(row["destination"], row["fate"]): row["members"] for row in reached}["sms-aliyun", "sent"] == 4
    by_phone = json.loads(run("contacts", "13800138001", "--format", "json").out)["contact_history"]
    assert [row["fate"] for row in by_phone if row["destination"] == "sms-aliyun"] == ["sent"]
    assert run("contacts").code == run("contacts", "V001", "--campaign", "x").code == 2
    assert run("contacts", "138****8001").code == 2


def test_the_head_is_printed_with_every_export_and_holds(run: Run):
    Path("siyu.toml").write_text('[contacts]\nassessment = "P"\nquiet_days = 0\n', "utf-8")
    head = re.search(r"Audit head: (\d+-[0-9a-f]{16})", export(run, "staff").err)[1]
    assert run("audit", "verify", "--head", head).code == 0
    assert run("audit", "verify", "--head", "7-0123456789abcdef").code == 3
    assert told(export(run, "sms-aliyun", "--format", "json", folder="b"))["audit_head"].startswith("2-")


def test_nothing_personal_is_in_what_a_run_leaves_beside_the_lists_themselves(run: Run, shop: Path):
    said = [
        export(run, "staff", "--verbose", "--purpose", "给王小明 13800138001 发券"),
        export(run, "sms-aliyun", "--format", "json", "--reasons", "原因.csv"),
        run("suppress", "add", "13800138003", "--reason", "13800138003 来电"), run("forget", "13800138009"),
        run("audit", "--format", "json"), run("contacts", "V001"), export(run, "staff"), run("audit", "verify"),
        run("export", "名单.csv", *FILES, "--to", "nowhere", "--campaign", "13800138001"),
    ]  # fmt: skip
    texts = {f"run {number}": ended.out + ended.err for number, ended in enumerate(said)}
    texts |= {str(path): path.read_bytes().decode("latin-1") for path in (shop / ".siyu").rglob("*") if path.is_file()}
    texts["原因.csv"] = Path("原因.csv").read_text("utf-8-sig")
    phones = [value for value in PERSONAL if value.isdigit()]
    for name, text in texts.items():
        assert [value for value in phones if value in text] == [], name
        if name.startswith("run"):
            assert [value for value in PERSONAL if value in text and value != "王小明"] == [], name
    ledger = (shop / ".siyu" / "ledger.db").read_bytes()
    assert [value for value in PERSONAL if value.encode() in ledger and value != "王小明"] == []
