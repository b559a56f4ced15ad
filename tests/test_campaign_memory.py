"""What the shop remembers of campaigns: control groups are left alone by all, conflicts go by worth."""

from __future__ import annotations

import csv
import shutil
import sqlite3
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from campaign_shop import AS_OF, AUTUMN, MEMBERS, SUMMER, fates, listed, of, write_shop
from commands import Run, runner
from siyu_cli.core.campaign.control import in_control
from siyu_cli.guard import forget


@pytest.fixture
def run(empty_folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    write_shop()
    return runner(capsys)


# --- Control groups, and campaigns in the same days -----------------------------------------------------


def test_a_control_group_is_in_no_campaign_that_overlaps(run: Run):
    summer = listed(run, SUMMER)
    autumn = listed(run, AUTUMN)
    assert of(summer, "control")
    assert of(summer, "control").isdisjoint(autumn)
    again = listed(run, SUMMER)
    assert of(autumn, "control").isdisjoint(of(again, "treatment"))
    assert of(again, "control") == of(summer, "control") - of(autumn, "control")


def test_a_campaign_of_other_days_is_no_obstacle(run: Run):
    listed(run, SUMMER)
    assert len(listed(run, AUTUMN | {"starts": "2026-08-01", "ends": "2026-08-09"})) == MEMBERS


@pytest.mark.parametrize("dearer", ["夏日", "秋日"])
@pytest.mark.parametrize("first", ["夏日", "秋日"])
def test_a_member_of_two_campaigns_is_in_the_one_that_is_worth_more_whichever_came_first(
    run: Run, first: str, dearer: str
):
    both = {"夏日": dict(SUMMER), "秋日": dict(AUTUMN, value=10)}
    both[dearer]["order"] = 400
    other = next(name for name in both if name != first)
    for name in (first, other, first):  # the first is planned again, knowing of the other
        arms = {name: listed(run, both[name])}
        both[name]["arms"] = arms[name]
    cheaper = next(name for name in both if name != dearer)
    assert of(both[dearer]["arms"], "treatment")
    assert of(both[dearer]["arms"], "treatment").isdisjoint(both[cheaper]["arms"])


def test_nobody_who_is_left_alone_is_in_any_contact_list(run: Run, monkeypatch: pytest.MonkeyPatch):
    import siyu_cli.ledger.run as remembering

    monkeypatch.setattr(remembering, "today", lambda _zone: date(2026, 7, 2))
    summer = listed(run, SUMMER)
    sent = fates(run, "夏日", "--show-personal")
    assert {fate for member, fate in sent.items() if summer[member] == "control"} == {"control"}
    assert of(summer, "treatment") == {member for member, fate in sent.items() if fate == "sent"}
    # A list that knows nothing of the campaign.
    pd.DataFrame({"member_id": [f"m{n:03}" for n in range(MEMBERS)]}).to_csv("全员.csv", index=False)
    others = fates(run, "全员")
    assert {member for member, fate in others.items() if fate == "control"} == of(summer, "control")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet", "xlsx"])
def test_the_list_alone_tells_its_control_group_whatever_its_form_and_language(run: Run, suffix: str, lang: str):
    control = of(listed(run, SUMMER), "control")
    run(
        "campaign",
        "plan",
        "夏日.toml",
        "会员.csv",
        "订单.csv",
        "--as-of",
        AS_OF,
        "--lang",
        lang,
        "-o",
        f"名单.{suffix}",
    )
    shutil.rmtree(".siyu")  # nothing but the list knows it now
    forget()
    told = run(
        "export", f"名单.{suffix}", "会员.csv", "订单.csv", "--to", "csv", "--dry-run", "--reasons", "去向.csv",
        "--as-of", AS_OF, "--lang", "en",
    )  # fmt: skip
    assert "(csv) for 夏**" in told.out, "it is what the list is for, and might be a name"
    with Path("去向.csv").open(encoding="utf-8-sig", newline="") as rows:
        fate = {row["member_id"]: row["fate"] for row in csv.DictReader(rows)}
    assert control
    assert {fate[member] for member in control} == {"control"}


def test_a_control_group_is_left_alone_whatever_its_column_was_called_by_hand(run: Run):
    control = of(listed(run, SUMMER), "control")
    whole = pd.read_csv("夏日.csv", dtype=str)
    words = {"control": "对照组", "treatment": "实验组"}
    by_hand = {
        "another title": whole.rename(columns={"arm": "小组"}),
        "in Chinese": whole.assign(arm=whole["arm"].map(words)).rename(columns={"arm": "小组"}),
        "by its reason": whole.drop(columns="arm"),
        "little else": whole[["member_id", "arm"]].rename(columns={"arm": "谁"}),
    }
    shutil.rmtree(".siyu")  # nothing but the list knows it now
    for what, rows in by_hand.items():
        rows.to_csv("手改.csv", index=False)
        found = fates(run, "手改", "--dry-run", "--show-personal")
        assert {member for member, fate in found.items() if fate == "control"} == control, what
        forget()


def test_a_campaigns_list_that_does_not_tell_its_control_group_is_refused_unless_memory_does(run: Run, monkeypatch):
    import siyu_cli.ledger.run as remembering

    monkeypatch.setattr(remembering, "today", lambda _zone: date(2026, 7, 2))
    control = of(listed(run, SUMMER), "control")
    whole = pd.read_csv("夏日.csv", dtype=str).drop(columns=["arm", "reason"])
    whole.to_csv("手改.csv", index=False)
    found = fates(run, "手改", "--dry-run", "--show-personal")
    assert {member for member, fate in found.items() if fate == "control"} == control
    shutil.rmtree(".siyu")
    forget()
    ended = run("export", "手改.csv", "会员.csv", "订单.csv", "--to", "csv", "-o", "送", "--as-of", AS_OF)
    assert ended.code == 65
    assert "control group" in ended.err
    assert "组别" in ended.err
    assert not Path("送").exists()


def test_whom_a_dearer_campaign_took_is_not_sent_the_cheaper_one(run: Run):
    summer = listed(run, SUMMER)
    autumn = listed(run, AUTUMN | {"order": 400})
    sent = fates(run, "夏日")
    taken = of(autumn, "treatment") & of(summer, "treatment")
    assert taken
    assert {sent[member] for member in taken} == {"other_campaign"}
    assert {sent[member] for member in of(autumn, "control") & of(summer, "treatment")} == {"control"}


def test_whom_a_campaign_has_reached_is_not_taken_from_it(run: Run):
    summer = listed(run, SUMMER)
    assert set(fates(run, "夏日").values()) == {"sent", "control"}
    autumn = listed(run, AUTUMN | {"order": 400})
    assert of(summer, "treatment").isdisjoint(autumn)


# --- Contacts, employees --------------------------------------------------------------------------------


def test_contacts_that_were_made_count_against_the_limit(run: Run, monkeypatch: pytest.MonkeyPatch):
    import siyu_cli.ledger.run as remembering

    monkeypatch.setattr(remembering, "today", lambda _zone: date(2026, 6, 29))
    pd.DataFrame({"member_id": [f"m{n:03}" for n in range(100)]}).to_csv("早.csv", index=False)
    assert set(fates(run, "早").values()) == {"sent"}
    reached = {f"m{n:03}" for n in range(100)}
    limited = listed(run, SUMMER | {"limits": "[limits]\ncontacts_per_member = 1"})
    assert reached.isdisjoint(limited)
    assert len(limited) == MEMBERS - 100
    assert len(listed(run, SUMMER | {"limits": "[limits]\ncontacts_per_member = 2"})) == MEMBERS
    assert reached.isdisjoint(listed(run, SUMMER | {"limits": "[limits]\ndays_between_contacts = 3"}))
    assert len(listed(run, SUMMER | {"limits": "[limits]\ndays_between_contacts = 2"})) == MEMBERS


def test_an_employee_reaches_no_more_members_over_all_campaigns_of_the_same_days(run: Run):
    limits = {"limits": "[limits]\ncontacts_per_owner = 30"}
    summer = listed(run, SUMMER | {"limits": "[limits]\ncontacts_per_owner = 20"})
    assert len(of(summer, "treatment")) == 60
    autumn = listed(run, AUTUMN | {"order": 150} | limits)
    assert len(of(autumn, "treatment")) == 30
    assert of(autumn, "treatment").isdisjoint(summer)


def test_the_memory_holds_nobody_by_name_and_lets_the_forgotten_go(run: Run):
    summer = listed(run, SUMMER)
    member = sorted(of(summer, "treatment"))[0]
    connection = sqlite3.connect(".siyu/ledger.db")
    kept = connection.execute("select count(*) from campaign_members").fetchone()[0]
    assert kept == len(summer)
    assert not any(member in str(row) for row in connection.execute("select * from campaign_members"))
    assert run("forget", member, "--yes").code == 0 or run("forget", member).code == 0
    assert connection.execute("select count(*) from campaign_members").fetchone()[0] == kept - 1


def test_the_same_draw_comes_out_of_the_list_as_out_of_the_hash(run: Run):
    summer = listed(run, SUMMER)
    drawn = in_control(np.array(sorted(summer)), "夏日/2026-07-01", 0.2)
    assert [summer[member] == "control" for member in sorted(summer)] == drawn.tolist()
