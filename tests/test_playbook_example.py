"""The example's week, on a shop of the demo: by hand as its README says, then by what a schedule is given."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from commands import Run, runner
from siyu_cli.cli.main import main
from siyu_cli.cli.playbooks import open_ledger
from siyu_cli.ledger.playbooks import PlaybookBook

EXAMPLE = Path(__file__).parents[1] / "examples"
BEFORE, DAY = "2026-06-02", "2026-06-30"
BOOK = "每周.toml"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("week")
    assert main(["demo", str(folder), "--members", "150", "--seed", "42", "--as-of", DAY, "--quiet"]) == 0
    shutil.copy(EXAMPLE / "siyu.toml", folder)
    shutil.copytree(EXAMPLE / "playbook", folder / "playbook", ignore=shutil.ignore_patterns("out"))
    return folder / "playbook"


@pytest.fixture
def run(demo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(demo)
    return runner(capsys, "run")


def as_of(day: str) -> None:
    text = (EXAMPLE / "playbook" / BOOK).read_text("utf-8")
    assert f"as_of = {DAY}" in text
    Path(BOOK).write_text(text.replace(f"as_of = {DAY}", f"as_of = {day}"), "utf-8")


def test_the_week_of_the_example_is_run_by_hand_and_by_a_schedule(run: Run, demo: Path):
    as_of(BEFORE)
    first = run(BOOK, "--format", "json", "--quiet")
    assert first.code in (0, 3), first.err
    as_of(DAY)
    # What cron is given runs in a shell that knows nothing, from another folder.
    command = run("schedule", BOOK, "--cron", "--lang", "zh").out.split(" * * * ", 1)[1].replace("\\%", "%")
    told = subprocess.run(
        ["/bin/sh", "-c", command], cwd="/", env={"PATH": "/usr/bin:/bin"}, capture_output=True, encoding="utf-8",
        check=False,
    )  # fmt: skip
    assert told.returncode in (0, 3), told.stderr
    assert told.stdout == "", "cron mails what is printed"
    rows = json.loads(run("status", "--format", "json").out)["playbook_runs"]
    states = {row["step"]: row["state"] for row in rows if row["run_as_of"] == DAY}
    assert states == {
        "seg": "done", "risk": "done", "new_dormant": "done", "plan": "done", "export": "done", "week": "done",
        "arrived": "skipped",
    }  # fmt: skip
    memory = PlaybookBook(open_ledger(None))
    figures = {row["step"]: row["figures"] for row in memory.steps(memory.last_runs(1)[0]["run_key"])}
    assert 0 < figures["plan"]["members_eligible"] <= figures["new_dormant"]["members"], "its audience, and nobody else"
    assert figures["export"]["listed"] <= figures["new_dormant"]["members"]
    files = {path.relative_to(demo / "out" / DAY).as_posix() for path in (demo / "out" / DAY).rglob("*.*")}
    assert {"分层.xlsx", "流失风险.xlsx", "召回名单.csv", "召回名单.csv.meta.json", "周报.html"} <= files
    assert run(BOOK).code == 3, "nothing new"


@pytest.mark.skipif(not shutil.which("cron") or os.geteuid() != 0, reason="needs Debian's cron, and root")
def test_cron_itself_runs_it(run: Run, demo: Path, tmp_path: Path):
    as_of("2026-06-29")
    line = run("schedule", BOOK, "--cron").out
    mark = tmp_path / "ended"
    table = Path("/etc/cron.d/siyu-example-test")
    table.write_text(line.replace("10 6 * * * ", "* * * * * root ").rstrip() + f"; echo $? > {mark}\n", "utf-8")
    table.chmod(0o644)
    daemon = subprocess.Popen(["cron", "-f"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 90
        while not mark.exists() and time.monotonic() < until:
            time.sleep(1)
        assert mark.read_text() in ("0\n", "3\n")
        assert (demo / "out" / "2026-06-29" / "分层.xlsx").exists()
    finally:
        table.unlink()
        daemon.kill()
        daemon.wait()
