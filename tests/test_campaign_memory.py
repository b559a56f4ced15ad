"""What the shop remembers of campaigns: control groups are left alone by all, conflicts go by worth, results teach."""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from commands import Ended, Run, runner
from ledgers import tables_of
from siyu_cli.core.campaign.control import in_control
from siyu_cli.guard import forget

AS_OF = "2026-06-30"
MEMBERS = 300
PLAN = """
[campaign]
name = "{name}"
starts_on = {starts}
ends_on = {ends}
budget = {budget}
control_share = 0.2
horizon_days = 10
{more}

[[offers]]
name = "{offer}"
kind = "coupon"
value = {value}

[[responses]]
offer = "{offer}"
redemption_rate = {used}
purchase_rate = 0.1
order_value = {order}
{limits}
"""
SUMMER = {
    "name": "夏日", "starts": "2026-07-01", "ends": "2026-07-10", "budget": 9000, "offer": "c10", "value": 10,
    "used": 0.3, "order": 200, "more": "", "limits": "",
}  # fmt: skip
AUTUMN = SUMMER | {"name": "秋日", "starts": "2026-07-08", "ends": "2026-07-20", "offer": "c20", "value": 20}


@pytest.fixture
def run(empty_folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    Path("siyu.toml").write_text("[shop]\ngross_margin = 0.5\n", "utf-8")
    numbers = range(MEMBERS)
    pd.DataFrame({
        "会员编号": [f"m{n:03}" for n in numbers], "导购": [f"导购{n % 3}" for n in numbers], "企微同意": "是",
        "手机号": [f"138{n:08}" for n in numbers],
    }).to_csv("会员.csv", index=False)  # fmt: skip
    orders(lambda _number: False).to_csv("订单.csv", index=False)
    return runner(capsys)


def orders(buys: Callable[[int], bool], day: str = "2026-07-03") -> pd.DataFrame:
    """Everybody ordered in May; who ``buys`` does on a day of the campaign."""
    rows = [(f"m{n:03}", str(date(2026, 5, 1) + timedelta(n % 20)), 200.0) for n in range(MEMBERS)]
    rows += [(f"m{n:03}", day, 200.0) for n in range(MEMBERS) if buys(n)]
    return pd.DataFrame(rows, columns=["会员编号", "付款时间", "实付金额"]).assign(订单号=range(len(rows)))


def plan(run: Run, facts: dict[str, Any], *options: str, as_of: str = AS_OF) -> Ended:
    path = Path(f"{facts['name']}.toml")
    path.write_text(PLAN.format(**facts), "utf-8")
    forget()
    ended = run("campaign", "plan", str(path), "会员.csv", "订单.csv", "--as-of", as_of, "--lang", "en", *options)
    assert ended.code in (0, 3), ended.err
    return ended


def listed(run: Run, facts: dict[str, Any], *options: str, as_of: str = AS_OF) -> dict[str, str]:
    """Return the arm of each member on the list of a plan."""
    file = Path(f"{facts['name']}.csv")
    for old in Path().glob(f"{file.name}*"):
        old.unlink()
    plan(run, facts, "-o", str(file), *options, as_of=as_of)
    with file.open(encoding="utf-8-sig", newline="") as rows:
        return {row["member_id"]: row["arm"] for row in csv.DictReader(rows)}


def of(arms: dict[str, str], arm: str) -> set[str]:
    return {member for member, one in arms.items() if one == arm}


def fates(run: Run, name: str, *options: str) -> dict[str, str]:
    forget()
    ended = run(
        "export", f"{name}.csv", "会员.csv", "订单.csv", "--to", "csv", "-o", f"{name}送", "--reasons",
        f"{name}去向.csv", "--as-of", AS_OF, "--force", *options,
    )  # fmt: skip
    assert ended.code in (0, 3), ended.err
    with Path(f"{name}去向.csv").open(encoding="utf-8-sig", newline="") as rows:
        return {row["member_id"]: row["fate"] for row in csv.DictReader(rows)}


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


# --- Results, and what they teach -----------------------------------------------------------------------


def played(run: Run, facts: dict[str, Any], effect: float = 0.3) -> dict[str, str]:
    """Plan a campaign, and have its treated buy more by ``effect`` than its control."""
    arms = listed(run, facts)
    rates = {"treatment": 0.1 + effect, "control": 0.1, None: 0.1}
    place = {member: at for arm in ("treatment", "control") for at, member in enumerate(sorted(of(arms, arm)))}
    sizes = {arm: max(len(of(arms, arm)), 1) for arm in ("treatment", "control")}

    def buys(number: int) -> bool:
        arm = arms.get(f"m{number:03}")
        return arm is not None and place[f"m{number:03}"] < rates[arm] * sizes[arm]

    orders(buys).to_csv("订单.csv", index=False)
    return arms


def told(run: Run, command: str, name: str, *options: str, as_of: str = "2026-07-20") -> dict[str, Any]:
    forget()
    ended = run(
        "campaign", command, f"{name}.csv", "会员.csv", "订单.csv", "--as-of", as_of, "--format", "json", *options
    )  # fmt: skip
    assert ended.code in (0, 3), ended.err
    found: dict[str, Any] = json.loads(ended.out)
    return found


def test_what_was_learned_is_measured_in_the_next_template_and_plan(run: Run):
    played(run, SUMMER)
    learned = told(run, "learn", "夏日")
    (offer,) = learned["offers"]
    assert (learned["kept"], offer["offer"], offer["campaigns"]) == (True, "c10", 1)
    assert offer["mean"] == pytest.approx(0.3, abs=0.01)
    forget()
    # The same offer under another name; what is stated stays an assumption.
    other = AUTUMN | {"starts": "2026-09-01", "ends": "2026-09-09", "value": 10, "offer": "十元"}
    ended = plan(run, other, "--format", "json", as_of="2026-08-01")
    (cell,) = json.loads(ended.out)["cells"]
    assert cell["uplift_source"] == "measured"
    assert cell["uplift"] == pytest.approx(0.3, abs=0.01)
    assert cell["uplift_low"] < cell["uplift"] < cell["uplift_high"]
    assert "1 uplifts are what evaluated campaigns measured" in plan(run, other, "-o", "x.md", as_of="2026-08-01").err
    (unknown,) = json.loads(plan(run, other | {"value": 30}, "--format", "json", as_of="2026-08-01").out)["cells"]
    assert (unknown["uplift_source"], unknown["uplift_low"]) == ("assumption", None)


def test_a_plan_says_which_of_what_was_measured_may_be_nothing(run: Run):
    """What 240 members did differently by two in a hundred is measured, and may as well be none."""
    played(run, SUMMER, effect=0.02)
    told(run, "learn", "夏日")
    other = AUTUMN | {"starts": "2026-09-01", "ends": "2026-09-09", "value": 10, "offer": "十元"}
    ended = plan(run, other, "-o", "x.md", as_of="2026-08-01")
    assert ended.code == 3
    assert "1 of the uplifts that were measured may be none: their intervals hold 0" in ended.err
    played(run, SUMMER, effect=0.3)
    told(run, "learn", "夏日")
    sure = plan(run, other, "-o", "y.md", as_of="2026-08-01")
    assert "may be none" not in sure.err


def test_the_template_begins_with_offers_that_were_measured(run: Run):
    rows = SUMMER | {
        "limits": '[[responses]]\nsegment = "沉睡期"\noffer = "c10"\nredemption_rate = 0.3\npurchase_rate = 0.1'
    }
    played(run, rows)
    told(run, "learn", "夏日")
    forget()
    ended = run("campaign", "template", "会员.csv", "订单.csv", "--as-of", "2026-07-20", "-o", "下次.toml")
    assert ended.code in (0, 3), ended.err
    text = Path("下次.toml").read_text("utf-8")
    assert 'name = "c10"' in text
    assert 'value = "10"' in text
    assert "source" in text


def test_a_result_that_came_too_early_or_uneven_teaches_nothing(run: Run):
    played(run, SUMMER)
    early = told(run, "learn", "夏日", as_of="2026-07-05")
    assert (early["kept"], told(run, "learn", "夏日", "--control-share", "0.6")["kept"]) == (False, False)
    again = told(run, "learn", "夏日")
    assert again["offers"][0]["campaigns"] == 1


def test_a_result_is_taken_apart_by_offer_and_segment(run: Run):
    more = (
        '[[offers]]\nname = "c5"\nkind = "coupon"\nvalue = 5\nstock = 90\n'
        '[[responses]]\noffer = "c5"\nredemption_rate = 0.2\npurchase_rate = 0.1\norder_value = 200\n'
    )
    played(run, SUMMER | {"limits": more, "budget": 400})
    found = told(run, "evaluate", "夏日")
    parts = {part["offer"]: part for part in found["parts"] if part["metric"] == "purchase"}
    assert set(parts) == {"c10", "c5"}
    treated = next(arm["n"] for arm in found["arms"] if arm["arm"] == "treatment")
    assert sum(part["people"] for part in parts.values()) == treated
    assert all(part["p"] <= part["p_holm"] for part in parts.values())


def test_who_was_reached_after_all_is_counted_from_what_was_exported(run: Run):
    arms = played(run, SUMMER)
    assert told(run, "evaluate", "夏日")["contamination"]["control_treated"] is None
    rows = pd.read_csv("夏日.csv", dtype=str)
    treated = rows.index[rows["arm"] == "treatment"]
    rows.drop(index=treated[:5]).to_csv("夏日一半.csv", index=False)
    fates(run, "夏日一半")
    mixed = told(run, "evaluate", "夏日")["contamination"]
    assert (mixed["control_treated"], mixed["treated_missed"]) == (0, 5)
    assert (mixed["control"], mixed["treated"]) == (len(of(arms, "control")), len(of(arms, "treatment")))


def test_campaigns_are_listed_and_shown_with_what_became_of_them(run: Run):
    played(run, SUMMER)
    listed(run, AUTUMN | {"starts": "2026-09-01", "ends": "2026-09-09"})
    told(run, "evaluate", "夏日")
    told(run, "evaluate", "夏日", as_of="2026-07-21")
    told(run, "learn", "夏日", as_of="2026-07-21")
    found = json.loads(run("campaign", "list", "--as-of", "2026-07-21", "--format", "json").out)["campaigns"]
    assert [(row["campaign"], row["status"], row["looks"], row["verdict"]) for row in found] == [
        ("夏日", "learned", 2, "effective"), ("秋日", "planned", 0, None),
    ]  # fmt: skip
    shown = json.loads(run("campaign", "show", "夏日", "--as-of", "2026-07-21", "--format", "json").out)
    assert shown["rules"]["c10"]["value"] == "10"
    assert [row["as_of"] for row in shown["results"]] == ["2026-07-20"] * 2 + ["2026-07-21"] * 2
    assert [row["segment"] for row in shown["learned"]] == ["*"]
    missing = run("campaign", "show", "冬日", "--lang", "en")
    assert (missing.code, "夏日" in missing.err) == (65, True)


def test_the_loop_goes_round_on_either_database(run: Run, ledger_toml: str):
    """Plan, export, evaluate, learn, list, show, forget: the same on SQLite and on PostgreSQL."""
    with Path("siyu.toml").open("a", encoding="utf-8") as file:
        file.write(ledger_toml)
    arms = played(run, SUMMER)
    sent = fates(run, "夏日")
    assert {member for member, fate in sent.items() if fate == "sent"} == of(arms, "treatment")
    found = told(run, "evaluate", "夏日")
    assert found["contamination"]["treated_missed"] == found["contamination"]["control_treated"] == 0
    assert told(run, "learn", "夏日")["offers"][0]["mean"] == pytest.approx(0.3, abs=0.01)
    (row,) = json.loads(run("campaign", "list", "--as-of", "2026-07-20", "--format", "json").out)["campaigns"]
    assert (row["status"], row["members_treated"], row["verdict"]) == (
        "learned",
        len(of(arms, "treatment")),
        "effective",
    )
    shown = json.loads(run("campaign", "show", "夏日", "--as-of", "2026-07-20", "--format", "json").out)
    assert [one["segment"] for one in shown["learned"]] == ["*"]
    autumn = listed(run, AUTUMN)
    assert not of(autumn, "treatment") & (of(arms, "treatment") | of(arms, "control"))
    again = listed(run, SUMMER)  # planned anew, it takes its own place
    assert of(again, "control") == of(arms, "control")
    member = sorted(of(arms, "treatment"))[0]
    with tables_of(Path()) as connection:
        kept = connection.scalar(sa.text("select count(*) from campaign_members"))
    assert run("forget", member, "--yes").code == 0
    with tables_of(Path()) as connection:
        assert connection.scalar(sa.text("select count(*) from campaign_members")) == kept - 1


def test_the_memory_holds_nobody_by_name_and_lets_the_forgotten_go(run: Run):
    summer = listed(run, SUMMER)
    member = sorted(of(summer, "treatment"))[0]
    connection = sqlite3.connect(".siyu/ledger.db")
    kept = connection.execute("select count(*) from campaign_members").fetchone()[0]
    assert kept == len(summer)
    assert not any(member in str(row) for row in connection.execute("select * from campaign_members"))
    assert run("forget", member, "--yes").code == 0 or run("forget", member).code == 0
    assert connection.execute("select count(*) from campaign_members").fetchone()[0] == kept - 1


def test_without_memory_nothing_is_learned_and_that_is_said(run: Run, monkeypatch: pytest.MonkeyPatch):
    played(run, SUMMER)
    Path("siyu.toml").unlink()
    monkeypatch.setenv("SIYU_SHOP__GROSS_MARGIN", "0.5")
    forget()
    ended = run("campaign", "learn", "夏日.csv", "订单.csv", "--as-of", "2026-07-20", "--lang", "en")
    assert (ended.code, "memory" in ended.err) == (2, True)


def test_the_same_draw_comes_out_of_the_list_as_out_of_the_hash(run: Run):
    summer = listed(run, SUMMER)
    drawn = in_control(np.array(sorted(summer)), "夏日/2026-07-01", 0.2)
    assert [summer[member] == "control" for member in sorted(summer)] == drawn.tolist()
