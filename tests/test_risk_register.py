"""What people decide of risks is kept, moves as it may, and is held against what the shop's memory tells."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

import contact_shop
from commands import Run, runner
from ledgers import open_ledger
from risk_shop import AS_OF, asked, of
from siyu_cli.cli.main import main
from siyu_cli.config.settings import load_settings
from siyu_cli.core.risk.register import MOVES, Entry, apply, parse_said
from siyu_cli.errors import UsageError
from siyu_cli.ledger.run import open_run


@pytest.fixture
def run(empty_folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    (empty_folder / "siyu.toml").write_text("", "utf-8")
    return runner(capsys)


# --- what people decide -------------------------------------------------------------------------------


def test_likelihood_times_consequence_is_the_level_and_all_of_it_is_kept(run: Run):
    words = ("R-7", "owner=王店长", "due=2026-07-10", "status=analysed", "likelihood=3", "consequence=4")
    first = asked(run, "--set", *words)["risks"][6]
    again = asked(run)["risks"][6]
    assert first | {"indicators": []} == again | {"indicators": []}
    assert [again[key] for key in ("level", "owner", "due_on", "status")] == [12, "王店长", "2026-07-10", "analysed"]
    asked(run, "--set", "R-7 责任人=周强 应对方式=降低 剩余风险=6", "--set", "R-2", "owner=李 娜")
    held = asked(run)["risks"]
    assert [held[6][key] for key in ("owner", "treatment", "residual", "level")] == ["周强", "reduce", 6, 12]
    assert (held[1]["owner"], held[1]["status"]) == ("李 娜", "identified")
    said = open_ledger(Path()).begin()
    with said as connection:
        rows = connection.exec_driver_sql("select risk_id, seq from risk_changes order by 1, 2").all()
    assert rows == [("R-2", 1), ("R-7", 1), ("R-7", 2)]


def test_a_move_that_is_not_allowed_names_those_that_are(run: Run):
    ended = run("risk", "--as-of", str(AS_OF), "--set", "R-7", "status=closed")
    assert (ended.code, "analysed" in ended.err.partition("Hint")[2]) == (2, True)
    for status in ("analysed", "treating", "monitoring", "treating", "monitoring", "closed", "identified"):
        assert asked(run, "--set", "R-7", f"status={status}")["risks"][6]["status"] == status
    told = run("risk", "--as-of", str(AS_OF), "--set", "R-7", "status=监控中", "--lang", "zh")
    assert (told.code, "已分析" in told.err) == (2, True)


@pytest.mark.parametrize("before", list(MOVES))
def test_a_risk_moves_only_where_the_machine_lets_it(before: str):
    held = {"R-1": Entry(status=before)}
    for wanted in MOVES:
        if wanted == before or wanted in MOVES[before]:
            assert apply(held, [parse_said(f"R-1 status={wanted}")])["R-1"].status == wanted
        else:
            with pytest.raises(UsageError):
                apply(held, [parse_said(f"R-1 status={wanted}")])


@pytest.mark.parametrize("text", [
    "R-99 owner=x", "R-7", "", "R-7 owner", "R-7 mood=bad", "R-7 likelihood=6", "R-7 likelihood=0",
    "R-7 consequence=two",
    "R-7 status=done", "R-7 status=", "R-7 due=2026-02-30", "R-7 due=soon", "R-7 residual=26", "R-7 nonsense owner=x",
])  # fmt: skip
def test_what_cannot_be_said_of_a_risk_is_a_usage_error_and_nothing_is_kept(run: Run, text: str):
    ended = run("risk", "--set", text)
    assert (ended.code, bool(ended.err)) == (2, True)
    assert asked(run)["opened"] == 0


def test_a_risk_is_overdue_the_day_after_its_date_and_not_on_it(run: Run):
    asked(run, "--set", "R-7", f"due={AS_OF}", "owner=李娜")
    assert asked(run)["overdue"] == 0
    assert run("risk", "--as-of", str(AS_OF), "--fail-on", "overdue > 0").code == 0
    after = AS_OF + timedelta(days=1)
    ended = run("risk", "--as-of", str(after), "--fail-on", "overdue > 0")
    assert (ended.code, "overdue > 0" in ended.err) == (3, True)
    assert asked(run, as_of=after)["risks"][6]["tasks"] == ["overdue"]
    for status in ("analysed", "treating", "monitoring", "closed"):
        asked(run, "--set", "R-7", f"status={status}")
    assert asked(run, as_of=after)["overdue"] == 0


def test_without_a_memory_risks_are_shown_and_nothing_can_be_set(
    empty_folder: Path, capsys: pytest.CaptureFixture[str]
):
    run = runner(capsys)
    Path("订单.csv").write_text("订单号,会员编号,付款时间,实付金额\nA1,V1,2026-06-01,90\n", "utf-8")
    document = asked(run, "订单.csv")
    assert of(document, "STALE", "newest_order_days")["value"] == 29
    assert "siyu init" in of(document, "PII-OLD", "old_files")["needs"]
    ended = run("risk", "订单.csv", "--set", "R-1", "owner=x")
    assert (ended.code, "siyu init" in ended.err) == (2, True)


def test_a_condition_that_is_none_is_a_usage_error(run: Run):
    assert run("risk", "--fail-on", "nonsense > 0").code == 2


# --- what the ledger tells ----------------------------------------------------------------------------


@pytest.fixture
def exported(run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Give a shop that has exported one list of members who agreed."""
    contact_shop.write_shop(Path())
    contact_shop.set_day(monkeypatch, contact_shop.DAY)
    contact_shop.told(contact_shop.export(run, "wecom-checklist", "--format", "json"))
    return run


def without_basis(run: Run, as_of: date) -> dict[str, Any]:
    return of(asked(run, "会员.csv", "订单.csv", as_of=as_of), "CONSENT", "unknown_basis")


def test_lists_that_lie_about_or_are_open_to_others_are_counted(exported: Run):
    later = contact_shop.DAY + timedelta(days=400)
    fresh = asked(exported, as_of=contact_shop.DAY)
    assert [
        of(fresh, code, measure)["value"]
        for code, measure in (("PII-OLD", "old_files"), ("PII-MODE", "readable_files"))
    ] == [0, 0]
    files = [path for path in Path("out").iterdir() if path.is_file()]
    files[0].chmod(0o644)
    old = asked(exported, as_of=later)
    assert of(old, "PII-OLD", "old_files")["value"] == len(files)
    assert of(old, "PII-MODE", "readable_files")["value"] == 1
    assert {"folder", "file", "rows", "days"} == set(of(old, "PII-OLD", "old_files")["evidence"][0])
    for path in files:
        path.unlink()
    assert of(asked(exported, as_of=later), "PII-OLD", "old_files")["value"] == 0


def test_contacts_whose_basis_nobody_knows_any_more_are_counted(exported: Run):
    after = contact_shop.DAY + timedelta(days=3)
    assert without_basis(exported, after)["value"] == 0
    assert "members" in of(asked(exported, "订单.csv", as_of=after), "CONSENT", "unknown_basis")["needs"]
    Path("会员.csv").write_text(contact_shop.MEMBERS.replace("老客,是,是,是,否", "老客,,,,否"), "utf-8")
    found = without_basis(exported, after)
    assert (found["value"], found["band"], found["evidence"][0]["member_id"]) == (1, "medium", "V001")
    assert without_basis(exported, contact_shop.DAY + timedelta(days=91))["value"] == 0
    basis = '{ basis = "会员协议", on = 2026-01-01, document = "v3.pdf" }'
    Path("siyu.toml").write_text(f"[consent]\nwecom = {basis}\nsms = {basis}\n", "utf-8")
    assert without_basis(exported, after)["value"] == 0


def test_one_contact_after_a_refusal_is_high(exported: Run):
    assert exported("suppress", "add", "V001", "--reason", "退订").code == 0
    with open_ledger(Path()).begin() as connection:
        connection.exec_driver_sql("update suppressions set added_at = '2026-02-01T08:00:00+00:00'")
    found = of(asked(exported, as_of=contact_shop.DAY), "CONSENT", "after_withdrawal")
    assert (found["value"], found["threshold"], found["band"]) == (1, 1, "high")
    assert found["evidence"] == [{"sent_on": "2026-03-02", "destination": "wecom-checklist", "contacts": 1}]


def test_a_notification_that_is_refused_is_remembered_until_one_is_taken(run: Run):
    own = load_settings(None, Path(), {})
    for taken in (True, False, False):
        with open_run(own, "report", AS_OF, {}, lambda _stop: lambda: None) as memory:
            memory.note_sent([("wecombot://…", taken), ("dingtalk://…", True)])
    found = of(asked(run), "NOTIFY", "failed_notices")
    assert (found["value"], found["band"]) == (2, "medium")
    assert found["evidence"] == [{"service": "wecombot://…", "failed": 2, "last_on": str(AS_OF)}]
    with open_run(own, "report", AS_OF, {}, lambda _stop: lambda: None) as memory:
        memory.note_sent([("wecombot://…", True)])
    assert of(asked(run), "NOTIFY", "failed_notices")["value"] == 0


def test_the_register_holds_in_a_teams_database_too(
    kind: str, tmp_path: Path, ledger_toml: str, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "siyu.toml").write_text(ledger_toml, "utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["risk", "--as-of", str(AS_OF), "--set", "R-7 owner=李娜 due=2026-06-29", "--quiet"]) == 0
    assert main(["risk", "--as-of", str(AS_OF), "--fail-on", "overdue > 0", "--quiet"]) == 3
