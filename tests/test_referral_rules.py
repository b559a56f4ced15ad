"""What the law looks at in a referral campaign: levels of pay, entry fees, prizes, rules that change."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest

from commands import Run
from referral_files import AS_OF, frame, last_run, report_of


def levels(depth: int) -> str:
    people = [f"p{place}" for place in range(depth + 1)]
    rows = [f"{a},{b},2026-03-0{place + 1},1" for place, (a, b) in enumerate(pairwise(people))]
    # Everybody above is paid for the last one, too.
    rows += [f"{person},{people[-1]},2026-03-09,1" for person in people[:-2]]
    return "邀请人,被邀请人,邀请时间,奖励金额\n" + "\n".join(rows) + "\n"


@pytest.mark.parametrize(("depth", "level"), [(1, "info"), (2, "warning"), (3, "refusal")])
def test_rewards_for_other_peoples_invitees_are_counted_in_levels(depth: int, level: str):
    found = report_of(frame(levels(depth)))["compliance"]
    assert [(row["code"], row["level"]) for row in found] == [("PYRAMID", level)]
    assert str(depth) in found[0]["message"]


def test_levels_of_invites_without_any_reward_are_no_levels_of_pay():
    rows = frame("邀请人,被邀请人,邀请时间,奖励层级\na,b,2026-03-01,1\nb,c,2026-03-02,2\nc,d,2026-03-03,3")
    assert [row["level"] for row in report_of(rows)["compliance"]] == ["info"]


def test_three_paid_levels_are_refused_and_an_override_is_kept_on_record(run: Run, folder: Path):
    (folder / "siyu.toml").write_text("", "utf-8")
    (folder / "三级.csv").write_text(levels(3), "utf-8")
    refused = run("三级.csv", "--as-of", AS_OF, "-o", "r.json")
    assert (refused.code, Path("r.json").exists()) == (65, False)
    assert "--override PYRAMID" in refused.err
    allowed = run("三级.csv", "--as-of", AS_OF, "-o", "r.json", "--override", "PYRAMID=法务核查用")
    assert (allowed.code, Path("r.json").exists()) == (0, True)
    assert last_run(folder)["parameters"]["override"] == {"PYRAMID": "法务核查用"}


def test_an_entry_fee_is_refused():
    fee = frame("邀请人,被邀请人,邀请时间,加盟费\na,b,2026-03-01,99")
    assert [row["level"] for row in report_of(fee)["compliance"]] == ["refusal"]


def test_a_prize_above_the_limit_and_rules_that_changed_are_warned_of(run: Run, folder: Path):
    (folder / "奖.csv").write_text("邀请人,被邀请人,邀请时间,奖励金额\na,b,2026-03-01,60000\n", "utf-8")
    Path("siyu.toml").write_text("[referral]\nmilestones = [3]\n", "utf-8")
    run("奖.csv", "--as-of", "2026-06-01", "-o", "r.json")
    Path("siyu.toml").write_text("[referral]\nmilestones = [5]\n", "utf-8")
    run("奖.csv", "--as-of", "2026-06-02", "-o", "r.json", "--force")
    told = json.loads(Path("r.json").read_text("utf-8"))["compliance"]
    assert [row["code"] for row in told] == ["PYRAMID", "PRIZE", "PRIZE"]
    assert "milestones" in told[2]["message"]
