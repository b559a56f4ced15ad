"""Whom ``siyu export`` sends and whom not, from which lists, and what it remembers: nobody twice."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

import contact_shop
from commands import Run, runner
from contact_shop import DAY, FILES, PERSONAL, TEXT, export, only, rows_of, set_day, told


@pytest.fixture
def shop(empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    contact_shop.write_shop(empty_folder)
    contact_shop.set_day(monkeypatch, contact_shop.DAY)
    return empty_folder


@pytest.fixture
def run(shop: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(capsys)


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


def test_what_a_text_is_filled_with_is_told_and_kept_among_the_fields_that_leave(run: Run):
    found = told(export(run, "sms-huawei", "--format", "json"))
    (fields,) = [one["message"] for one in found["compliance"] if one["code"] == "PIPL-06"]
    assert fields == "Others get 手机号, {name}, and nothing else of the members."
    (entry,) = json.loads(run("audit", "--format", "json").out)["audit_chain"][-1:]
    assert json.loads(entry["facts"])["carries"] == ["phone", "name"]


def test_a_text_of_the_list_is_filled_and_who_cannot_be_named_in_it_is_left_out(run: Run):
    Path("名单.csv").write_text(
        "member_id,message\nV001,{name}您好\nV002,{offer}等您\nV003,{shoe_size}您好\nV004,您好\n", "utf-8"
    )
    to = ("--to", "wecom", "-o", "out", "--campaign", "一", "--format", "json")
    found = told(run("export", "名单.csv", *FILES, *to))
    assert found["excluded"] == {"minor": 1, "unfilled": 2}
    assert [row[3] for row in rows_of(only("*.csv"))[1:]] == ["王小明您好"]


INVITES = (("V001", "V002"), ("V001", "V001"), ("V003", "V004"), ("V003", "V003"))


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("suffix", ["csv", "xlsx", "jsonl", "parquet"])
def test_a_referral_report_lists_those_who_invite(run: Run, suffix: str, lang: str):
    invites = "".join(f"{one},{other},2026-01-0{n}\n" for n, (one, other) in enumerate(INVITES, start=1))
    Path("邀请.csv").write_text(f"邀请人会员编号,被邀请人会员编号,邀请时间\n{invites}", "utf-8")
    report = run("referral-report", "邀请.csv", *FILES, "--lang", lang, "--show-personal", "-o", f"裂变.{suffix}")
    assert report.code in (0, 3), report.err
    found = told(export(run, "csv", "--dry-run", "--format", "json", listed=f"裂变.{suffix}"))
    assert found["sent"] == 2, "V001 and V003"
    assert set(found["excluded"]) <= {"duplicate"}


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
