"""Six in the morning: the referral report unattended, killed, locked out, on a full disk, in cron."""

from __future__ import annotations

import json
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from commands import Ended, Run
from referral_files import AS_OF, FILES
from siyu_cli import open_shop
from siyu_cli.errors import ConditionError

CRON = ("--as-of", AS_OF, "-o", "r.html", "--force")


def start(*arguments: str, environ: dict[str, str] | None = None, **more: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "siyu_cli", "referral-report", *arguments]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        env=environ,
        **more,
    )


def ended(*arguments: str, **more: Any) -> Ended:
    """Return how a run of its own process ended."""
    with start(*arguments, **more) as started:
        out, err = started.communicate()
    return Ended(started.returncode, out, err)


def test_a_run_says_one_line_and_nothing_when_quiet(run: Run):
    told = run(*FILES, *CRON)
    assert (told.code, told.out, len(told.err.splitlines())) == (0, "", 1)
    assert " referral-report as_of=2026-06-30 " in told.err
    quiet = run(*FILES, *CRON, "--quiet")
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")


def test_it_needs_neither_home_nor_language_nor_terminal(folder: Path):
    assert ended(*FILES, *CRON, "--quiet", environ={}, cwd=folder) == Ended(0, "", "")
    assert (folder / "r.html").read_text("utf-8").rstrip().endswith("</html>")


def test_a_condition_that_holds_ends_with_three_and_the_report_is_written(run: Run):
    told = run(*FILES, *CRON, "--quiet", "--fail-on", "duplicate_rate > 0.05 or k_joined > 5")
    assert (told.code, Path("r.html").exists()) == (3, True)
    assert "duplicate_rate > 0.05" in told.err
    assert run(*FILES, *CRON, "--fail-on", "duplicate_rate > 0.5").code == 0
    assert run(*FILES, *CRON, "--fail-on", "cost_per_activated > 1000").code == 0


def test_a_condition_may_only_name_figures(run: Run):
    told = run(*FILES, *CRON, "--fail-on", "net_worth > 1")
    assert told.code == 2
    assert "net_worth" in told.err
    with open_shop(["邀请.csv"], as_of=AS_OF) as shop, pytest.raises(ConditionError):
        shop.referral_report().meets("stage = 'churned'")


def test_since_last_counts_from_the_day_after_the_last_finished_report(run: Run, folder: Path):
    (folder / "siyu.toml").write_text("", "utf-8")
    first = json.loads(run(*FILES, "--as-of", "2026-03-10", "--since", "last", "--format", "json").out)
    assert first["since"] is None
    second = json.loads(run(*FILES, "--as-of", "2026-03-12", "--since", "last", "--format", "json").out)
    assert (second["since"]["from"], second["since"]["joined"]) == ("2026-03-11", 1)
    again = json.loads(run(*FILES, "--as-of", "2026-03-12", "--since", "last", "--format", "json").out)
    assert again["since"] == second["since"]
    other = json.loads(
        run(*FILES, "--as-of", "2026-06-30", "--since", "last", "--campaign", "夏日裂变", "--format", "json").out
    )
    assert other["since"] is None


@pytest.mark.parametrize(
    "arguments",
    [
        ("--fail-on", ""), ("--fail-on", "'abc'"), ("--fail-on", "invites is 1"), ("--since", "²d"), ("--since", "0d"),
        ("--since", "2027-01-01"), ("--override", "PYRAMID"), ("--notify", "693a1x6-7aoc-4bc4"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_told_before_anything_is_written(run: Run, arguments: tuple[str, str]):
    told = run(*FILES, *CRON, *arguments)
    assert (told.code, Path("r.html").exists()) == (2, False)
    assert "693a" not in told.err


@pytest.mark.parametrize("setting", ["mature_days = -1", "milestones = [3, 1]", "milestones = [0]", 'notify = "x"'])
def test_a_setting_that_cannot_be_is_named(run: Run, folder: Path, setting: str):
    (folder / "siyu.toml").write_text(f"[referral]\n{setting}\n", "utf-8")
    told = run(*FILES, *CRON)
    assert told.code == 78
    assert f"referral.{setting.split(' = ', maxsplit=1)[0]}" in told.err


def test_since_last_needs_a_memory(run: Run):
    told = run(*FILES, *CRON, "--since", "last")
    assert told.code == 2
    assert "siyu init" in told.err


@pytest.mark.parametrize("seconds", [0.5, 1.1, 1.7])
def test_killed_at_any_moment_the_last_report_and_the_memory_stay_whole(folder: Path, seconds: float):
    (folder / "siyu.toml").write_text("", "utf-8")
    assert ended(*FILES, "--as-of", "2026-03-31", "-o", "r.html", cwd=folder).code == 0
    before = (folder / "r.html").read_bytes()
    with start(*FILES, "--as-of", AS_OF, "-o", "r.html", "--force", "--since", "last", cwd=folder) as started:
        time.sleep(seconds)
        started.kill()
    after = (folder / "r.html").read_bytes()
    assert after == before or after.rstrip().endswith(b"</html>")
    again = ended(*FILES, "--as-of", AS_OF, "-o", "r.json", "--since", "last", "--force", cwd=folder)
    assert again.code == 0, again.err
    assert json.loads((folder / "r.json").read_text("utf-8"))["since"]["from"] == "2026-04-01"
    assert not list(folder.glob(".siyu-tmp-*"))


def test_two_at_once_never_overlap(folder: Path):
    from siyu_cli.ledger.ledger import Ledger

    (folder / "siyu.toml").write_text("", "utf-8")
    with Ledger(folder / ".siyu").lock():
        second = ended(*FILES, *CRON, "--quiet", cwd=folder)
    assert second.code == 75
    assert "process" in second.err
    assert not (folder / "r.html").exists()


def test_a_full_disk_leaves_the_last_report(folder: Path):
    (folder / "r.html").write_text("the last report", "utf-8")

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, 4_000))

    told = ended(*FILES, *CRON, cwd=folder, preexec_fn=limit)
    assert told.code == 73
    assert "disk is full" in told.err
    assert (folder / "r.html").read_text("utf-8") == "the last report"


def test_a_full_disk_leaves_the_memory_whole(folder: Path):
    (folder / "siyu.toml").write_text("", "utf-8")
    assert ended(*FILES, *CRON, cwd=folder).code == 0
    before = (folder / "r.html").read_bytes()

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, 4_000))

    told = ended(*FILES, *CRON, cwd=folder, preexec_fn=limit)
    assert told.code == 73
    assert "Traceback" not in told.err
    assert (folder / "r.html").read_bytes() == before
    again = ended(*FILES, "--as-of", "2026-07-01", "--since", "last", "--format", "json", cwd=folder)
    assert json.loads(again.out)["since"]["from"] == "2026-07-01"


def test_an_output_that_cannot_be_written_is_told_before_anything_is_read(run: Run):
    assert run(*FILES, "--as-of", AS_OF, "-o", "nowhere/r.html").code == 73
    assert run(*FILES, "--as-of", AS_OF, "-o", "r.docx").code == 2


def test_malformed_rows_are_counted_and_too_many_of_them_end_with_three(run: Run, folder: Path):
    rows = [f"M1,1390013900{place},2026-03-0{place + 1},{'昨天' if place > 5 else '2026-03-20'}" for place in range(8)]
    rows += ["M1,139****9000,2026-03-01,", "M1,1390013,2026-03-01,", ",,,"]
    (folder / "乱.csv").write_text("\n".join(["邀请人,被邀请人手机号,邀请时间,加入时间", *rows]), "utf-8")
    told = run("乱.csv", "--as-of", AS_OF, "--format", "json")
    found = json.loads(told.out)
    load = found["load"]
    assert load["rows_in"] == load["rows_used"] + load["rows_rejected"] + load["rows_skipped"] == 11
    assert {row["reason"]: row["rows"] for row in load["rejects"]} == {"masked_phone": 1, "bad_phone": 1}
    assert (told.code, found["totals"]["links"], found["totals"]["joined"]) == (3, 8, 6)
    assert "max_rejected_share" in told.err


WRAPPER = Path(__file__).parents[1] / "examples" / "cron" / "referral-report.sh"


@pytest.mark.skipif(not Path("/bin/sh").exists(), reason="needs a shell")
def test_the_example_for_cron_is_silent_keeps_a_log_and_waits_for_the_lock(folder: Path, tmp_path: Path):
    from siyu_cli.ledger.ledger import Ledger

    shop = tmp_path / "店"
    shutil.copytree(WRAPPER.parents[1], shop, ignore=shutil.ignore_patterns(".siyu", "cron"))
    command = ["/bin/sh", str(WRAPPER), str(shop), str(Path(sys.executable).with_name("siyu"))]
    environ = {"PATH": "/usr/bin:/bin", "AS_OF": AS_OF, "RETRY_SECONDS": "0"}

    def morning() -> Ended:
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
        return Ended(done.returncode, done.stdout, done.stderr)

    assert morning() == Ended(0, "", "")
    assert morning() == Ended(0, "", "")
    assert len((shop / "裂变.log").read_text("utf-8").splitlines()) == 2
    assert (shop / "裂变.html").stat().st_size > 10_000
    with Ledger(shop / ".siyu").lock():
        waited = morning()
    assert (waited.code, waited.err) == (75, "")
    assert "另一个 siyu" in waited.out
