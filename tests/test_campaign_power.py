"""What can be proved is known before anything is sent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commands import Run, runner


@pytest.fixture
def run(empty_folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(capsys, "campaign", "power")


def test_the_people_an_arm_takes_are_those_of_the_books(run: Run):
    found = json.loads(run("--base", "20%", "--uplift", "0.05", "--control-share", "0.5", "--format", "json").out)
    assert (found["per_arm"], found["per_arm_cohen"]) == (1094, 1092)
    (half,) = [row for row in found["shares"] if row["control_share"] == 0.5]
    assert half["members_needed"] == 2188


def test_so_many_members_show_a_rise_of_so_much_or_none(run: Run):
    shown = run("--base", "0.2", "--uplift", "0.05", "--members", "6220", "--lang", "en", "--format", "table").out
    assert "it takes 6,220 members, 10.0% of them left alone" in shown
    assert "6,220 members show a rise of 5.0% or more" in shown
    assert "show no rise at all" in run("--members", "5", "--lang", "en", "--format", "table").out


@pytest.mark.parametrize(
    "options", [("--base", "0"), ("--base", "5 of 10"), ("--base", "0.9", "--uplift", "0.2"), ("--control-share", "1")]
)
def test_what_is_no_share_is_refused(run: Run, options: tuple[str, ...]):
    assert run(*options).code == 2
