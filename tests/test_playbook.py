"""A playbook's week: each step in its place, nobody twice, nothing from old exports, and what is asked of people."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import time
import tomllib
from contextlib import redirect_stdout
from datetime import date, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

import commands
import playbook_shop
import siyu_cli
from commands import Run, runner
from contact_shop import set_day
from playbook_shop import FIRST
from siyu_cli.cli import playbooks
from siyu_cli.cli.commands import QUESTIONS
from siyu_cli.cli.main import main
from siyu_cli.cli.playbooks import open_ledger
from siyu_cli.playbook.figures import figures_of
from siyu_cli.playbook.lines import COMMANDS
from siyu_cli.playbook.model import read_playbook
from siyu_cli.playbook.runner import Ended

BOOK = "每周.toml"


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a shop whose playbook has been run as of the first day: all that follows has a list to compare with."""
    folder = tmp_path_factory.mktemp("begun")
    playbook_shop.write_shop(folder)
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(io.StringIO()):
        patch.chdir(folder)
        set_day(patch, FIRST + timedelta(days=1))
        assert main(["run", BOOK, "--quiet", "--format", "json"]) == 0
    return folder


@pytest.fixture
def shop(begun: Path, empty_folder: Path) -> Path:
    shutil.copytree(begun, empty_folder, dirs_exist_ok=True)
    return empty_folder


@pytest.fixture
def run(shop: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(capsys, "run")


def on(day: date, run: Run, patch: pytest.MonkeyPatch, *more: str, new: bool = True) -> commands.Ended:
    """Run the playbook on the morning after a day, on the exports of that day."""
    if new:
        playbook_shop.new_export(Path(), day)
    set_day(patch, day + timedelta(days=1))
    return run(BOOK, "--format", "json", *more)


def steps(ended: commands.Ended) -> dict[str, dict]:
    return {row["step"]: row for row in json.loads(ended.out)["run_steps"]}


def states(ended: commands.Ended) -> dict[str, str]:
    return {step: row["state"] for step, row in steps(ended).items()}


def reached(folder: Path) -> list[str]:
    """Return whom the files of all exports name, once for each time."""
    found = []
    for file in folder.glob("out/*/名单/*.csv"):
        with file.open(encoding="utf-8-sig", newline="") as text:
            found += [row["Member ID"] for row in csv.DictReader(text)]
    return sorted(found)


def replaced(old: str, new: str) -> None:
    path = Path(BOOK)
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


# --- Triggers -----------------------------------------------------------------------------------------


def test_the_first_run_has_nothing_to_compare_with_and_tells_nobody(run: Run, shop: Path):
    rows = json.loads(run("status", "--format", "json").out)["playbook_runs"]
    assert [(row["run_as_of"], row["step"], row["state"]) for row in rows] == [
        (str(FIRST), "seg", "done"), (str(FIRST), "new_dormant", "done"), (str(FIRST), "export", "skipped"),
    ]  # fmt: skip
    assert "no list of an earlier run" in rows[1]["told"]
    assert run("status").out.startswith("playbook,run_as_of,")


def test_who_enters_a_stage_is_told_of_once_and_missed_days_are_caught_up(run: Run, monkeypatch, shop: Path):
    second = on(FIRST + timedelta(days=1), run, monkeypatch)
    assert "1 came in; 2 are there" in steps(second)["new_dormant"]["told"]
    # Three days nobody ran it; somebody looked by hand on one of them.
    playbook_shop.new_export(shop, FIRST + timedelta(days=2))
    day = (FIRST + timedelta(days=3)).isoformat()
    assert main(["segment", "导出/会员.csv", "导出/订单.csv", "--as-of", day, "--format", "json", "--quiet"]) == 0
    third = on(FIRST + timedelta(days=5), run, monkeypatch)
    assert "4 came in; 6 are there" in steps(third)["new_dormant"]["told"]
    assert reached(shop) == ["M02", "M03", "M04", "M05", "M06"]


# --- Which run it is ----------------------------------------------------------------------------------


def test_nothing_is_done_with_the_exports_of_the_last_run_or_with_old_ones(run: Run, monkeypatch, shop: Path):
    for days in (0, 1, 9):
        again = on(FIRST + timedelta(days=days), run, monkeypatch, new=False)
        assert (again.code, json.loads(again.out)["run_steps"]) == (3, [])
        assert "Nothing new" in json.loads(again.out)["nothing_new"]
    stale = on(date.today() + timedelta(days=60), run, monkeypatch)
    assert (stale.code, "older than 36 days" in json.loads(stale.out)["nothing_new"]) == (3, True)
    assert reached(shop) == []


def test_a_second_run_at_the_same_time_ends_with_75(run: Run, monkeypatch, shop: Path):
    holding = open_ledger(None).hold_playbooks()
    holding.take()
    second = on(FIRST, run, monkeypatch)
    holding.release()
    assert (second.code, "Another siyu" in second.err) == (75, True)


def end_at(command: str) -> pytest.MonkeyPatch:
    """Have runs end before a step's command as if they were killed there; ``undo`` takes it back."""
    patch, ask = pytest.MonkeyPatch(), playbooks.ask

    def ask_or_die(words: list[str]) -> Ended:
        if words[0] == command:
            raise RuntimeError("nothing more is recorded")
        return ask(words)

    patch.setattr(playbooks, "ask", ask_or_die)
    return patch


def test_a_playbook_that_was_changed_before_its_run_was_finished_is_refused(run: Run, monkeypatch, shop: Path):
    day, killed = FIRST + timedelta(days=1), end_at("export")
    assert on(day, run, monkeypatch).code == 1
    killed.undo()
    text = Path(BOOK).read_text("utf-8")
    replaced("cooldown_days = 30", "cooldown_days = 31")
    refused = on(day, run, monkeypatch)
    assert (refused.code, "playbook" in refused.err, reached(shop)) == (75, True, [])
    Path(BOOK).write_text(text, "utf-8")
    asked = on(day, run, monkeypatch)
    assert (asked.code, "--confirm export=done" in asked.err) == (75, True), "it was about to be exported"
    done = on(day, run, monkeypatch, "--confirm", "export=repeat")
    assert (done.code, reached(shop)) == (0, ["M02"])


def test_an_unfinished_run_may_be_given_up_for_a_changed_playbook(run: Run, monkeypatch, shop: Path):
    day, killed = FIRST + timedelta(days=1), end_at("segment")
    on(day, run, monkeypatch)
    replaced("cooldown_days = 30", "cooldown_days = 31")
    assert on(day, run, monkeypatch).code == 75
    assert on(day, run, monkeypatch, "--new").code == 1, "as far as the same end"
    killed.undo()
    past = json.loads(run("status", "--format", "json").out)["playbook_runs"]
    assert [row["run_state"] for row in past if row["step"] == "seg"] == ["running", "given_up", "done"]


def test_a_clock_that_jumps_changes_nothing(run: Run, monkeypatch, shop: Path):
    day, killed = FIRST + timedelta(days=1), end_at("segment")
    on(day, run, monkeypatch)
    killed.undo()
    ask = playbooks.ask

    def at_another_time(words: list[str]) -> Ended:
        set_day(monkeypatch, day + timedelta(days=700))
        return ask(words)

    monkeypatch.setattr(playbooks, "ask", at_another_time)
    resumed = on(day - timedelta(days=400), run, monkeypatch, new=False)
    assert json.loads(resumed.out)["as_of"] == day.isoformat()
    assert (resumed.code, reached(shop)) == (0, ["M02"])


def test_an_export_that_changes_while_it_runs_stops_it(run: Run, monkeypatch, shop: Path):
    ask = playbooks.ask

    def write_meanwhile(words: list[str]) -> Ended:
        ended = ask(words)
        playbook_shop.write_orders(shop, ("M01", FIRST))
        return ended

    monkeypatch.setattr(playbooks, "ask", write_meanwhile)
    stopped = on(FIRST + timedelta(days=1), run, monkeypatch)
    assert (stopped.code, "was changed while the playbook ran" in stopped.err) == (75, True)


# --- Steps --------------------------------------------------------------------------------------------


def test_every_figure_a_condition_may_name_stands_in_its_commands_document():
    forms = Path(__file__).parent / "goldens" / "forms"
    said = tomllib.loads((Path(siyu_cli.__file__).parent / "playbook" / "figures.toml").read_text("utf-8"))
    for kind in said.keys() - {"trigger", "export"}:
        document = json.loads((forms / f"{kind.replace(' ', '-')}.en.json").read_text("utf-8"))
        found = figures_of(kind, document, 0)
        assert [name for name, value in found.items() if value is None] == [], kind


def test_every_command_about_a_shop_may_be_a_step():
    of_one_person_or_without_exports = {"explain", "campaign list", "campaign show"}
    assert set(QUESTIONS) - of_one_person_or_without_exports == set(COMMANDS) - {"export", "notify"}


RISKY = """
[[step]]
id = "risk"
run = "churn --where 'stage = 1'"

[[step]]
id = "after"
run = "retention"
when = "risk.listed > 0"

[[step]]
id = "sorry"
run = "check"
on = "failure"
when = "seg.dormant > 0 and seg.code = 0"

[[step]]
id = "always"
run = "check"
on = "always"
"""


def test_what_needs_a_failed_step_is_left_out_and_the_rest_is_done(run: Run, monkeypatch, shop: Path):
    playbook_shop.write_shop(shop, more=RISKY)
    ended = on(FIRST, run, monkeypatch)
    assert ended.code == 2, "the worst of them"
    assert states(ended) == {
        "seg": "done", "new_dormant": "done", "export": "skipped", "risk": "failed", "after": "skipped",
        "sorry": "done", "always": "done",
    }  # fmt: skip
    assert steps(ended)["after"]["told"] == "risk was not done."


def test_a_run_that_failed_goes_on_at_what_failed_and_is_repeated_but_for_what_reached_people(
    run: Run, monkeypatch, shop: Path
):
    ask, asked = playbooks.ask, []

    def fail(words: list[str]) -> Ended:
        asked.append(words[0])
        return Ended(69, said="no engine") if words[0] == "export" else ask(words)

    monkeypatch.setattr(playbooks, "ask", fail)
    day = FIRST + timedelta(days=1)
    assert on(day, run, monkeypatch).code == 69
    monkeypatch.setattr(playbooks, "ask", lambda words: (asked.append(words[0]), ask(words))[1])
    assert on(day, run, monkeypatch, new=False).code == 0
    assert asked == ["segment", "export", "export"]
    written = Path(f"out/{day}/分层.csv")
    before = written.read_bytes()
    written.unlink()
    again = on(day, run, monkeypatch, "--from", "seg", new=False)
    assert (again.code, written.read_bytes(), reached(shop)) == (0, before, ["M02"])
    assert asked[3:] == ["segment"]
    for more, said in (
        (("--from", "nothing"), "no such step"), (("--confirm", "export=repeat"), "not in doubt"),
    ):  # fmt: skip
        refused = on(day, run, monkeypatch, *more, new=False)
        assert (refused.code, said in refused.err) == (2, True)
    early = on(FIRST + timedelta(days=2), run, monkeypatch, "--from", "export")
    assert (early.code, "seg before it was not done" in early.err) == (2, True)


def test_a_step_waits_for_a_shop_that_is_busy(run: Run, monkeypatch, shop: Path):
    answers, waited = [69, 75, 75], []
    monkeypatch.setattr(time, "sleep", waited.append)
    monkeypatch.setattr(playbooks, "ask", lambda _words: Ended(answers.pop()))
    assert on(FIRST + timedelta(days=1), run, monkeypatch).code == 69
    assert waited == [1, 2]


# --- Trying -------------------------------------------------------------------------------------------


def everything(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else b""
        for path in sorted(folder.rglob("*"))
    }


def test_a_trial_says_whom_it_would_reach_and_why_not_others_and_writes_nothing(run: Run, monkeypatch, shop: Path):
    playbook_shop.new_export(shop, FIRST + timedelta(days=2))
    text = (shop / "导出" / "会员.csv").read_text("utf-8")
    (shop / "导出" / "会员.csv").write_text(text.replace("某M03,李娜,是,是", "某M03,李娜,否,否"), "utf-8")
    before = everything(shop)
    tried = on(FIRST + timedelta(days=2), run, monkeypatch, "--dry-run", new=False)
    assert (tried.code, everything(shop)) == (0, before)
    told = steps(tried)
    assert told["export"]["condition"] == "new_dormant.members >= 1 (new_dormant.members = 2)"
    assert told["export"]["told"] == "1 of 2 listed; left out: Has said no 1."
    assert told["new_dormant"]["told"].startswith("2 came in; 3 are there in all")


def test_a_trial_of_a_shop_that_remembers_nothing_yet_leaves_it_so(run: Run, monkeypatch, shop: Path):
    shutil.rmtree(".siyu")
    before = everything(shop)
    set_day(monkeypatch, FIRST + timedelta(days=1))
    told = run(BOOK, "--dry-run", "--lang", "zh")
    assert (told.code, everything(shop)) == (0, before), told.err
    assert "步骤" in told.out
    assert "已完成" in told.out
    assert "没有可对比的上次名单" in told.out


# --- What it needs ------------------------------------------------------------------------------------


def test_without_a_memory_nothing_is_run(run: Run, monkeypatch, shop: Path):
    Path("siyu.toml").unlink()
    told = on(FIRST, run, monkeypatch)
    assert (told.code, "siyu init" in told.err) == (2, True)


# --- As it is written ---------------------------------------------------------------------------------

RUN = 'run = "export --to csv"'
WRONG = [
    ('audience = "new_dormant"', "audiance = 1", "audiance"), ('as_of = "yesterday"', 'as_of = "soon"', "as_of"),
    (RUN, 'run = "exprt"', "no command exprt"), (RUN, 'run = "export"', "where to"),
    (RUN, 'run = "export --to csv --force"', "--force"), (RUN, "run = \"export --to 'csv\"", "quotation mark"),
    ("entered dormant", "entered doormat", "entered doormat"), ('id = "seg"', 'id = "a b"', "a b"),
    ('id = "export"', 'id = "seg"', "two steps are called seg"), ('"new_dormant"\neffect', '"seg2"\neffect', "seg2"),
    ('effect = "external"', 'effect = "pure"', "pure"), (">= 1", ">= 'a'", "number"),
    ("new_dormant.members", "new_dormant.membres", "new_dormant.membres"),
    ("new_dormant.members", "export.sent", "export.sent"), ("new_dormant.members", "read_csv('x')", "x"),
    ("cooldown_days = 30", "cooldown_days = true", "cooldown_days"),
]  # fmt: skip
TWOFOLD = [
    (RUN, 'run = "notify"', "takes no audience"),
    ('id = "new_dormant"', 'id = "new_dormant"\nrun = "check"', "run or trigger"),
    ("segment --columns", "segment --where 'net_sales > 1' --columns", "in their stages"),
]


def test_a_mistake_is_told_with_its_line_before_anything_runs(run: Run, shop: Path):
    right = Path(BOOK).read_text("utf-8")
    for old, new, said in WRONG:
        replaced(old, new)
        refusal, text = refused(run), Path(BOOK).read_text("utf-8")
        assert said in refusal["message"], new
        assert "__" not in refusal["message"] + (refusal["hint"] or ""), new
        assert refusal["where"]["row"] == text[: text.rindex(new)].count("\n") + 1, new
        Path(BOOK).write_text(right, "utf-8")
    for old, new, said in TWOFOLD:
        replaced(old, new)
        assert said in refused(run)["message"], new
        Path(BOOK).write_text(right, "utf-8")


def refused(run: Run) -> dict:
    told = run(BOOK, "--format", "json")
    assert told.code == 78, told.err
    assert len(list(Path(".siyu/snapshots").iterdir())) == 1
    refusal = json.loads(told.err)
    assert refusal["where"]["file"] == BOOK
    return refusal


def test_files_and_options_that_cannot_be_are_told(run: Run, monkeypatch, shop: Path):
    for arguments, code in (
        (("none.toml",), 66), (("status", "more"), 0), ((BOOK, "more"), 2), ((BOOK, "--confirm", "x"), 2),
        ((BOOK, "--confirm", "x=yes"), 2), ((BOOK, "--confirm", "export=done"), 2), (("schedule",), 2),
        (("schedule", BOOK), 2), (("schedule", BOOK, "--cron", "--systemd"), 2), (("导出",), 66),
    ):  # fmt: skip
        told = run(*arguments)
        assert told.code == code, (arguments, told.err)
        assert "bug of ours" not in told.err
    text = Path(BOOK).read_text("utf-8")
    replaced("导出/*.csv", "别处/*.csv")
    assert run(BOOK).code == 66
    Path(BOOK).write_text(text.replace("out/{as_of}/分层.csv", "siyu.toml/分层.csv"), "utf-8")
    playbook_shop.write_orders(shop, ("M01", FIRST))
    assert steps(on(FIRST, run, monkeypatch, new=False))["seg"]["code"] == 73


def test_the_template_is_a_playbook_in_both_languages(run: Run, shop: Path):
    assert run("template", "-o", "new.toml").code == 0
    assert run("template", "-o", "new.toml").code == 73
    text = Path("new.toml").read_text("utf-8")
    assert text == run("template").out
    assert [step.id for step in read_playbook(Path("new.toml")).step] == ["seg", "new_dormant", "export"]
    chinese = run("template", "--lang", "zh").out
    every = chinese.replace("#[[", "[[").replace("\n#notify", "\nnotify")
    Path("every.toml").write_text(re.sub(r"\n#(\w+ = )", r"\n\1", every), "utf-8")
    assert [step.id for step in read_playbook(Path("every.toml")).step] == ["seg", "new_dormant", "export", "tell"]


def test_a_schedule_is_printed_with_whole_paths(run: Run, shop: Path):
    here = shop.resolve()
    cron = run("schedule", BOOK, "--cron").out
    assert cron.startswith("10 6 * * * cd ")
    assert f"'{here / BOOK}'" in cron
    assert "PYTHONUTF8=1" in cron
    assert cron.count("\n") == 1
    systemd = run("schedule", BOOK, "--systemd").out
    assert "Persistent=true" in systemd
    assert f"{here / BOOK}" in systemd
    assert "PYTHONUTF8=1" in systemd
    windows = run("schedule", BOOK, "--windows").out
    assert "<StartWhenAvailable>true</StartWhenAvailable>" in windows
    assert "PYTHONUTF8=1" in windows
    assert f"{here / BOOK}" in windows

    ElementTree.fromstring(windows)
