"""A plan is carried out on a shop: one offer or one reason each, a control group that is let alone, codes once."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest

from commands import Ended, Run, runner
from siyu_cli.core.campaign.control import in_control
from siyu_cli.core.campaign.tables import ASSIGNED

AS_OF = date(2026, 6, 30)
MEMBERS = 400
PLAN = """
[campaign]
name = "夏日"
starts_on = 2026-07-01
ends_on = 2026-07-10
budget = 300
salt = "s"
control_share = 0.25

[[offers]]
name = "c20"
kind = "coupon"
value = 20
{more}

[[responses]]
segment = "沉睡期"
offer = "c20"
redemption_rate = 0.2
purchase_rate = 0.1
purchase_rate_with = 0.25
order_value = 200
base_source = "measured"

[[responses]]
offer = "c20"
redemption_rate = 0.3
purchase_rate = 0.3
purchase_rate_with = 0.31
order_value = 200
{limits}
"""


def frames() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Half the members are dormant, half bought lately; every tenth withdrew consent, every seventh is under age."""
    numbers = range(MEMBERS)
    members = pd.DataFrame({
        "会员编号": [f"m{n:03}" for n in numbers],
        "导购": [f"导购{n % 4}" for n in numbers],
        "企微同意": ["否" if n % 10 == 0 else "是" for n in numbers],
        "生日": ["2015-01-01" if n % 7 == 0 else "1990-01-01" for n in numbers],
    })  # fmt: skip
    days = [AS_OF - timedelta(days=back) for n in numbers for back in ([130] if n % 2 else [60, 5])]
    ids = [f"m{n:03}" for n in numbers for _order in range(1 if n % 2 else 2)]
    orders = pd.DataFrame({"订单号": range(len(ids)), "会员编号": ids, "付款时间": map(str, days), "实付金额": 100})
    return members, orders


@pytest.fixture
def run(empty_folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    members, orders = frames()
    members.to_csv("会员.csv", index=False)
    orders.to_csv("订单.csv", index=False)
    monkeypatch.setenv("SIYU_SHOP__GROSS_MARGIN", "0.5")
    return runner(capsys, "campaign")


def plan(run: Run, *options: str, more: str = "", limits: str = "", files: tuple[str, ...] = ()) -> Ended:
    Path("plan.toml").write_text(PLAN.format(more=more, limits=limits), "utf-8")
    given = files or ("会员.csv", "订单.csv")
    return run("plan", "plan.toml", *given, "--as-of", str(AS_OF), *options)


def document(run: Run, **more: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(plan(run, "--format", "json", **more).out)  # type: ignore[arg-type]
    return found


def rows(path: str = "list.csv") -> list[dict[str, str]]:
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_figures_of_a_plan_add_up(run: Run):
    found = document(run)
    assert found["expected_cost"] <= found["budget"] == 300
    assert found["expected_cost"] <= found["p95_cost"] <= found["worst_case_cost"]
    assert found["expected_value"] <= found["bound"]
    assert found["gap"] == pytest.approx(1 - found["expected_value"] / found["bound"], abs=1e-4)
    out = {row["reason"]: row["members"] for row in found["excluded"]}
    assert sum(out.values()) + found["members_treated"] == MEMBERS
    assert out["consent_withdrawn"] == 34
    assert out["minor"] == 58
    assert found["members_eligible"] == MEMBERS - 34 - 58
    assert out["control"] == found["members_control"]
    assert [cell["segment"] for cell in found["cells"]] == ["dormant"]  # of the others 1 in 100 more costs more
    assert {"lambda", "mde", "curve", "sensitivity", "compliance"} <= found.keys()
    assert [row["factor"] for row in found["sensitivity"]] == [0.5, 1.0, 1.5]


def test_the_list_holds_both_arms_and_the_control_group_gets_nothing(run: Run):
    assert plan(run, "-o", "list.csv").code in (0, 3)
    listed = rows()
    assert tuple(listed[0]) == ASSIGNED.keys == (
        "member_id", "campaign", "arm", "offer", "offer_value", "code", "expected_cost", "expected_value", "reason",
        "owner", "valid_until",
    )  # fmt: skip
    drawn = in_control(np.array([row["member_id"] for row in listed]), "s", 0.25)
    assert [row["arm"] for row in listed] == np.where(drawn, "control", "treatment").tolist()
    for row in listed:
        assert (row["offer"] == "c20") == (row["arm"] == "treatment")
        assert (row["offer_value"], row["valid_until"]) == (
            ("20.00", "2026-07-10") if row["arm"] == "treatment" else ("", "")
        )
    cost = sum(float(row["expected_cost"]) for row in listed)
    assert cost == pytest.approx(document(run)["expected_cost"], abs=0.01)


def test_of_the_control_group_those_are_compared_who_would_have_got_an_offer_too(run: Run):
    plan(run, "-o", "list.csv")
    reasons = {row["member_id"]: row["reason"] for row in rows() if row["arm"] == "control"}
    dormant = {member for member in reasons if int(member[1:]) % 2}
    compared = {member for member, reason in reasons.items() if reason == "control"}
    assert compared
    assert compared <= dormant
    found = document(run)
    treated = found["members_treated"]
    assert found["members_compared"] == len(compared)
    # As many of a quarter as of three quarters, but for chance.
    assert len(compared) / (len(compared) + treated) == pytest.approx(0.25, abs=0.12)


def test_whoever_is_left_out_has_one_reason_in_a_file_of_its_own(run: Run):
    assert plan(run, "-o", "list.csv", "--excluded", "out.csv").code in (0, 3)
    out, listed = rows("out.csv"), rows()
    assert len(out) + len(listed) == MEMBERS
    assert {row["member_id"] for row in out}.isdisjoint(row["member_id"] for row in listed)
    counts = pd.Series([row["reason"] for row in out]).value_counts().to_dict()
    told = {row["reason"]: row["members"] for row in document(run)["excluded"]}
    assert counts == {reason: count for reason, count in told.items() if reason != "control"}


@pytest.mark.parametrize(
    ("more", "limits", "most"),
    [("stock = 7", "", 7), ("", "[limits]\nusage = 9", 9), ("", "[limits]\ncontacts_per_owner = 3", 12)],
)
@pytest.mark.parametrize("explore", [(), ("--explore",)])
def test_stock_limits_and_what_employees_can_reach_hold(
    run: Run, explore: tuple[str, ...], more: str, limits: str, most: int
):
    plan(run, "-o", "list.csv", *explore, more=more, limits=limits)
    owners = [row["owner"] for row in rows() if row["arm"] == "treatment"]
    assert 0 < len(owners) <= most
    assert "contacts_per_owner" not in limits or max(map(owners.count, owners)) <= 3


def test_the_order_of_files_and_rows_changes_no_byte(run: Run):
    plan(run, "-o", "list.csv")
    members, orders = frames()
    members.sample(frac=1, random_state=1).to_csv("会员.csv", index=False)
    orders.sample(frac=1, random_state=2).to_csv("订单.csv", index=False)
    plan(run, "-o", "again.csv", files=("订单.csv", "会员.csv"))
    assert Path("again.csv").read_bytes() == Path("list.csv").read_bytes()


def test_offers_at_random_go_to_every_segment_and_are_called_so(run: Run):
    plan(run, "--explore", "-o", "list.csv")
    treated = [row for row in rows() if row["arm"] == "treatment"]
    assert {row["reason"] for row in treated} == {"explore"}
    assert {int(row["member_id"][1:]) % 2 for row in treated} == {0, 1}
    again = json.loads(plan(run, "--explore", "--format", "json").out)
    assert again["expected_cost"] <= 300
    assert again["expected_value"] <= again["bound"]


def test_codes_are_made_for_a_file_alone_each_once_and_never_replaced(run: Run):
    with_code = 'trigger = "with_code"'
    printed = plan(run, "--format", "csv", more=with_code).out
    assert {row["code"] for row in csv.DictReader(printed.splitlines())} == {""}
    assert plan(run, "-o", "list.csv", more=with_code).code in (0, 3)
    codes = [row["code"] for row in rows() if row["arm"] == "treatment"]
    assert len(set(codes)) == len(codes) > 10
    assert all(len(code) >= 8 for code in codes)
    assert {row["code"] for row in rows() if row["arm"] == "control"} == {""}
    refused = plan(run, "-o", "list.csv", "--force", more=with_code)
    assert (refused.code, "may hold codes" in refused.err) == (73, True)
    assert [row["code"] for row in rows() if row["arm"] == "treatment"] == codes


def test_the_plans_own_code_is_everybodys(run: Run):
    plan(run, "-o", "list.csv", more='trigger = "with_code"\ncode = "SUMMER"')
    assert {row["code"] for row in rows() if row["arm"] == "treatment"} == {"SUMMER"}


def test_what_the_law_forbids_stops_the_plan_unless_somebody_answers_for_it(run: Run):
    draw = '[[offers]]\nname = "抽奖"\nkind = "giveaway"\n' + (
        'prizes = [{ item = "车", value = 60000, stock = 1, chance = 0.0001 }]'
    )
    refused = plan(run, "-o", "list.csv", more=draw)
    assert (refused.code, Path("list.csv").exists()) == (65, False)
    assert "--override PRIZE=" in refused.err
    assert plan(run, "-o", "list.csv", "--override", "PRIZE=法务已批", more=draw).code in (0, 3)


@pytest.mark.filterwarnings("ignore::UserWarning")  # openpyxl knows no data bars of its own age
def test_the_first_sheet_is_the_decision(run: Run):
    plan(run, "-o", "plan.xlsx", "--lang", "zh")
    sheet = openpyxl.load_workbook("plan.xlsx").worksheets[0]
    lines = [str(row[0].value) for row in sheet.iter_rows(max_row=5)]
    assert [line.split("：")[0] for line in lines[1:]] == ["给谁发什么", "要花多少", "应带来多少", "事后能证明什么"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('segment = "沉睡期"', 'segment = "没有的"', "no segment of this shop"),
        ("value = 20", 'value = 20\nstages = ["没有的"]', "is for the stage 没有的"),
        ("budget = 300", "budget = 0", "plan.toml:6"),
    ],
)
def test_a_plan_that_names_what_there_is_not_is_refused(run: Run, old: str, new: str, message: str):
    Path("plan.toml").write_text(PLAN.format(more="", limits="").replace(old, new, 1), "utf-8")
    ended = run("plan", "plan.toml", "会员.csv", "订单.csv", "--as-of", str(AS_OF), "--lang", "en")
    assert (ended.code, message in ended.err) == (78, True), ended.err


def test_without_a_margin_nothing_can_be_worth_anything(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("SIYU_SHOP__GROSS_MARGIN")
    ended = plan(run, "--lang", "en")
    assert (ended.code, "gross_margin" in ended.err) == (78, True)


def test_rules_that_change_once_the_campaign_runs_are_told(run: Run):
    Path("siyu.toml").write_text("[shop]\ngross_margin = 0.5\n", "utf-8")

    def told(more: str = "") -> bool:
        Path("plan.toml").write_text(PLAN.format(more=more, limits=""), "utf-8")
        asked = run("plan", "plan.toml", "会员.csv", "订单.csv", "--as-of", "2026-07-02", "--lang", "en")
        assert asked.code in (0, 3), asked.err
        return "rules changed after the start" in asked.err

    assert [told(), told(), told("minimum_amount = 50"), told()] == [False, False, True, False]


def test_a_shop_that_knows_nothing_can_plan_offers_at_random_and_measure_them(run: Run):
    """No response is stated: segments are the stages, bases are measured, costs count as if everybody used it."""
    knows_nothing = PLAN[: PLAN.index("[[responses]]")].format(more="") + (
        '[[offers]]\nname = "c10"\nkind = "coupon"\nvalue = 10\n'
    )
    Path("plan.toml").write_text(knows_nothing, "utf-8")
    asked = ("plan", "plan.toml", "会员.csv", "订单.csv", "--as-of", str(AS_OF), "--explore")
    found = json.loads(run(*asked, "--format", "json").out)
    assert {cell["offer"] for cell in found["cells"]} == {"c20", "c10"}
    assert {cell["segment"] for cell in found["cells"]} == {"dormant", "retained"}
    assert {cell["base_source"] for cell in found["cells"] if cell["segment"] == "dormant"} == {"measured"}
    assert {cell["uplift_source"] for cell in found["cells"]} == {"assumption"}
    assert all(cell["mde"] > 0 and cell["control"] > 0 for cell in found["cells"])
    assert found["expected_cost"] == found["worst_case_cost"] <= 300
    told = run(*asked, "-o", "list.csv", "--lang", "en")
    assert (told.code, "too small to tell" in told.err, "control_share nearer 33.3%" in told.err) == (3, True, True)
    offers = [row["offer"] for row in rows() if row["arm"] == "treatment"]
    # As likely either, within the noise of so few.
    assert abs(offers.count("c20") - offers.count("c10")) < len(offers) / 3
    assert json.loads(run(*asked[:-1], "--format", "json").out)["members_treated"] == 0


def test_the_control_group_at_random_is_as_large_a_share_as_was_drawn(run: Run):
    """Cells are full long before the shop's members are: both arms stop at the same place in the line."""
    plan(run, "--explore", "-o", "list.csv")
    listed = rows()
    treated = sum(row["arm"] == "treatment" for row in listed)
    compared = sum(row["arm"] == "control" and row["reason"] == "control" for row in listed)
    assert compared / (compared + treated) == pytest.approx(0.25, abs=0.1)


def test_curve_and_doubts_keep_every_limit_the_plan_keeps(run: Run):
    free, tight = (document(run, limits=limits) for limits in ("", "[limits]\nusage = 20\ncontacts_per_owner = 9\n"))
    assert tight["members_treated"] == 20
    assert max(point["expected_value"] for point in tight["curve"]) == pytest.approx(tight["bound"], rel=0.05)
    assert max(point["expected_value"] for point in free["curve"]) > 2 * tight["bound"]
    for row in tight["sensitivity"]:
        assert row["best_value"] <= row["factor"] * tight["bound"] * 1.001
    assert tight["expected_value"] <= tight["bound"] <= tight["expected_value"] * 1.1


def test_the_list_adds_up_to_the_plan_and_so_do_employees_and_doubts(run: Run):
    """Each member's value is of a third of a cent and more: rounded one by one, a hundred of them would be off."""
    Path("plan.toml").write_text(
        PLAN.format(more="", limits="").replace("order_value = 200", "order_value = 199.91"), "utf-8"
    )
    asked = ("plan", "plan.toml", "会员.csv", "订单.csv", "--as-of", str(AS_OF))
    found = json.loads(run(*asked, "--format", "json").out)
    run(*asked, "-o", "list.csv")
    for key in ("expected_cost", "expected_value"):
        assert sum(round(float(row[key]) * 100) for row in rows()) == round(found[key] * 100)
        assert sum(row[key] for row in found["owners"]) == pytest.approx(found[key])
    each = 0.15 * 199.91 * 0.5
    assert all(abs(float(row["expected_value"]) - each) < 0.01 for row in rows() if row["arm"] == "treatment")
    for row in found["sensitivity"]:
        assert row["net"] == pytest.approx(row["expected_value"] - row["expected_cost"])


def test_what_a_draw_may_cost_holds_the_luck_of_its_prizes(run: Run):
    """Everybody draws, one in twenty wins 100: the cost is as uncertain as the prizes are."""
    draw = '[[offers]]\nname = "抽奖"\nkind = "giveaway"\nprizes = [{item="券", value=100, stock=400, chance=0.05}]\n'
    answer = '[[responses]]\noffer = "抽奖"\nredemption_rate = 1\npurchase_rate = 0.1\norder_value = 900\n'
    Path("plan.toml").write_text(
        PLAN[: PLAN.index("[[offers]]")].replace("budget = 300", "budget = 3000") + draw + answer, "utf-8"
    )
    ended = run("plan", "plan.toml", "会员.csv", "订单.csv", "--as-of", str(AS_OF), "--format", "json")
    found = json.loads(ended.out)
    people = found["members_treated"]
    assert found["expected_cost"] == people * 5
    assert found["p95_cost"] == pytest.approx(people * 5 + 1.6449 * (people * 100**2 * 0.05 * 0.95) ** 0.5, abs=0.5)


def test_the_law_names_kinds_of_offers_in_the_readers_language(run: Run):
    more = '[[offers]]\nname = "c30"\nkind = "coupon"\nvalue = 30\n'
    for lang, words in (("zh", "同类优惠（优惠券）"), ("en", "same kind (coupon)")):
        assert words in plan(run, "--lang", lang, "-o", f"{lang}.md", more=more).err


@pytest.mark.parametrize("basis", [False, True])
def test_unknown_consent_is_a_reason_unless_the_shop_names_another_basis(run: Run, basis: bool):
    members, _orders = frames()
    members["企微同意"] = ["" if n % 2 else "是" for n in range(MEMBERS)]
    members.to_csv("会员.csv", index=False)
    named = '\n[consent.wecom]\nbasis = "会员合同"\non = 2026-01-01\ndocument = "HT-1"\n' if basis else ""
    Path("siyu.toml").write_text(f"[shop]\ngross_margin = 0.5\n{named}", "utf-8")
    found = document(run)
    reasons = {row["reason"] for row in found["excluded"]}
    assert ("consent_unknown" in reasons) is not basis
    assert any(rule["code"] == "PIPL-13" for rule in found["compliance"]) is basis


def test_a_measured_uplift_stands_beside_its_interval(run: Run):
    measured = (
        '[[responses]]\nsegment = "成熟期"\noffer = "c20"\nredemption_rate = 0.4\npurchase_rate = 0.3\n'
        'purchase_rate_with = 0.4\nsource = "measured"\nlow = 0.05\nhigh = 0.15\n'
    )
    Path("siyu.toml").unlink(missing_ok=True)
    cells = document(run, limits=measured)["cells"]
    assert all((cell["uplift_low"] is None) == (cell["uplift_source"] == "assumption") for cell in cells)
