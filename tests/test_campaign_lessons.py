"""What a campaign brought teaches the next: results go into the shop's memory, and plans begin with them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa

from campaign_shop import AUTUMN, SUMMER, fates, listed, of, orders, plan, write_shop
from commands import Run, runner
from ledgers import tables_of
from siyu_cli.guard import forget


@pytest.fixture
def run(empty_folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    write_shop()
    return runner(capsys)


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
    assert (offer["tau_squared"], offer["differs"]) == (0, False)  # one segment: there is nothing to differ from
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
        "limits": '[[responses]]\nsegment = "沉睡期"\noffer = "c10"\nredemption_rate = 0.3\npurchase_rate = 0.1',
        "value": '10\ntrigger = "with_code"',
    }
    played(run, rows)
    told(run, "learn", "夏日")
    forget()
    ended = run("campaign", "template", "会员.csv", "订单.csv", "--as-of", "2026-07-20", "-o", "下次.toml")
    assert ended.code in (0, 3), ended.err
    text = Path("下次.toml").read_text("utf-8")
    assert 'name = "c10"' in text
    assert 'value = "10"' in text
    assert 'trigger = "with_code"' in text  # else the next list would go out without codes
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


def test_without_memory_nothing_is_learned_and_that_is_said(run: Run, monkeypatch: pytest.MonkeyPatch):
    played(run, SUMMER)
    Path("siyu.toml").unlink()
    monkeypatch.setenv("SIYU_SHOP__GROSS_MARGIN", "0.5")
    forget()
    ended = run("campaign", "learn", "夏日.csv", "订单.csv", "--as-of", "2026-07-20", "--lang", "en")
    assert (ended.code, "memory" in ended.err) == (2, True)
