"""What a referral campaign really brought: the figures, what stands out, and manners at six in the morning."""

from __future__ import annotations

import io
import json
import os
import re
import resource
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

import networkx
import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import siyu_cli
from siyu_cli import open_shop
from siyu_cli.cli.main import main
from siyu_cli.config import Referral, Settings, Shop
from siyu_cli.core import experiment
from siyu_cli.core.experiment import Sample
from siyu_cli.core.forest import grow_forest
from siyu_cli.errors import ConditionError, DataError

SHARED = Path(__file__).parents[2] / "shared" / "data"
NYJAZZ = SHARED / "referral" / "nyjazz.csv"
HILLSTROM = SHARED / "hillstrom" / "hillstrom.csv"
GOLDENS = Path(__file__).parent / "goldens" / "referral"
AS_OF = "2026-06-30"

MEMBERS = """会员编号,手机号,姓名,注册时间,来源渠道
M1,13800138001,王小明,2026-01-05,门店
M2,13800138002,欧阳若兰,2026-03-10,裂变
M3,13800138003,陈静,2026-03-12,裂变
M4,13800138004,赵一鸣,2026-04-02,裂变
M5,13800138005,孙悦,2025-05-15,门店
M6,13800138006,钱多多,2026-03-11,门店
M7,13800138007,吴桐,2026-03-15,门店
"""
ORDERS = """订单号,会员编号,付款时间,实付金额
A1,M2,2026-03-20,100
A2,M2,2026-04-20,120
A3,M3,2026-03-14,80
A4,M5,2025-06-01,60
A5,M5,2026-04-01,70
A6,M6,2026-03-20,50
A7,M1,2026-01-06,90
"""
INVITES = """活动名称,邀请人,被邀请人,邀请时间,加入时间,海报版本,KOL,奖励金额,邀请码
春日裂变,M1,M2,2026-03-09,2026-03-10,A,小鹿,10,
春日裂变,M1,M3,2026-03-11,2026-03-12,B,,10,
春日裂变,M6,M3,2026-03-13,,B,,,
春日裂变,M1,,2026-03-15,,A,,,
春日裂变,M2,M4,2026-04-01,2026-04-02,A,小鹿,,
春日裂变,M4,M4,2026-04-03,2026-04-03,B,,,
春日裂变,M2,M5,2026-03-30,2026-03-31,A,,10,
夏日裂变,13800138001,13900139000,2026-06-01,2026-06-02,A,,,
夏日裂变,M1,M9,2026-07-15,2026-07-16,A,,,
夏日裂变,,M7,2026-03-14,2026-03-15,B,,,QQ88
"""
SPENT = "月份,渠道,活动,广告费\n2026-03,门店,,200\n2026-03,,春日裂变,60\n"
FILES = ("邀请.csv", "会员.csv", "订单.csv", "费用.csv")


@dataclass
class Ended:
    code: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith(("SIYU_", "LC_", "LANG"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NO_COLOR", "1")
    work = tmp_path / "shop"
    work.mkdir()
    for name, text in zip(FILES, (INVITES, MEMBERS, ORDERS, SPENT), strict=True):
        (work / name).write_text(text, "utf-8")
    monkeypatch.chdir(work)
    return work


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str) -> Ended:
        capsys.readouterr()
        code = main(["referral-report", *arguments])
        return Ended(code, *capsys.readouterr())

    return run


def report_of(*sources: Any, **asked: Any) -> dict[str, Any]:
    chosen = asked.pop("settings", None)
    with open_shop(sources, as_of=asked.pop("as_of", AS_OF), settings=chosen) as shop:
        return shop.referral_report(**asked).as_dict()


def frame(rows: str) -> pd.DataFrame:
    header, *lines = [line.split(",") for line in rows.strip().splitlines()]
    return pd.DataFrame(lines, columns=header).replace("", None)


# --- The forest ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("people", [2, 3, 10, 1000])
def test_the_virality_of_a_star_is_nearly_two_and_of_a_chain_a_third_of_its_length(people: int):
    star = grow_forest(np.array([-1] + [0] * (people - 1)))
    chain = grow_forest(np.arange(-1, people - 1))
    assert star.cascades()[2] == pytest.approx([2 - 2 / people])
    assert chain.cascades()[2] == pytest.approx([(people + 1) / 3])
    assert (star.depth, chain.depth) == (1, people - 1)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-1, 30), min_size=2, max_size=30), st.randoms(use_true_random=False))
def test_the_virality_of_any_forest_is_networkx_wiener_index_over_pairs(drawn: list[int], random: Any):
    parent = np.array([min(above, place - 1) for place, above in enumerate(drawn)])
    names = list(range(len(parent)))
    random.shuffle(names)
    shuffled = np.full(len(parent), -1)
    for place, above in enumerate(parent):
        shuffled[names[place]] = names[above] if above >= 0 else -1
    seeds, sizes, virality = grow_forest(shuffled).cascades()
    graph = networkx.Graph((int(above), place) for place, above in enumerate(shuffled) if above >= 0)
    graph.add_nodes_from(range(len(shuffled)))
    for seed, size, found in zip(seeds, sizes, virality, strict=True):
        tree = graph.subgraph(networkx.node_connected_component(graph, int(seed)))
        assert size == len(tree)
        pairs = len(tree) * (len(tree) - 1) / 2
        assert found == pytest.approx(networkx.wiener_index(tree) / pairs if pairs else 0)


def test_whoever_is_on_a_circle_or_below_one_has_no_generation():
    forest = grow_forest(np.array([1, 2, 0, 2, 3, -1, 5]))
    assert forest.is_cyclic.tolist() == [True] * 5 + [False] * 2
    assert forest.generations() == [1, 1]


@pytest.mark.skipif(not NYJAZZ.exists(), reason="needs the shared data")
def test_the_jazz_musicians_coupons_make_eight_cascades_eleven_deep():
    found = report_of(NYJAZZ)
    totals = found["totals"]
    assert {key: totals[key] for key in ("participants", "links", "seeds", "unknown_inviters", "inviters")} == {
        "participants": 264, "links": 251, "seeds": 10, "unknown_inviters": 3, "inviters": 118,
    }  # fmt: skip
    assert found["depth"]["max"] == 11
    assert found["depth"]["by_generation"][0] == {"generation": 0, "members": 10}
    assert (found["load"]["rows_in"], found["load"]["rows_used"]) == (264, 264)


# --- Figures of a small campaign ----------------------------------------------------------------------


@pytest.fixture
def found(folder: Path) -> dict[str, Any]:
    own = Settings(shop=Shop(gross_margin="0.1"), referral=Referral(milestones=(1, 2)))
    return report_of(*FILES, settings=own)


def test_every_invite_is_of_one_kind_and_they_add_up(found: dict[str, Any]):
    totals = found["totals"]
    parts = {"links": 5, "duplicates": 1, "open": 1, "self_invites": 1}
    assert {key: totals[key] for key in parts} == parts
    assert totals["invites"] == sum(parts.values()) + 1 == 9  # and one by a code that nobody issued
    assert totals["unknown_inviters"] == 1
    assert totals["unknown_invitees"] == 1  # 13900139000 is in no list


def test_who_was_a_member_before_joins_but_is_no_new_member(found: dict[str, Any]):
    totals = found["totals"]
    assert (totals["joined"], totals["existing"], totals["new_members"]) == (5, 1, 4)
    assert (totals["ordered"], totals["retained"]) == (2, 1)  # M5 had bought before the invite


def test_a_rate_names_what_it_is_made_of(found: dict[str, Any]):
    rate = found["rates"]["order_rate"]
    assert rate == {"rate": 2 / 5, "numerator": 2, "denominator": 5, "of": "ordered / joined"}
    assert found["rates"]["retention_rate"]["denominator"] == found["totals"]["ordered"]


def test_a_phone_names_the_member_it_belongs_to(found: dict[str, Any]):
    top = {row["inviter_id"]: row["joined"] for row in found["top_inviters"]}
    assert top == {"M1": 3, "M2": 2}


def test_generations_follow_the_links(found: dict[str, Any]):
    assert found["depth"] == {
        "max": 2,
        "by_generation": [{"generation": place, "members": people} for place, people in enumerate((2, 3, 2))],
    }  # fmt: skip


def test_what_an_activated_invitee_cost_stands_beside_the_channels(found: dict[str, Any]):
    cost = found["cost"]
    assert (cost["reward_amount"], cost["campaign_costs"], cost["activated"]) == (30.0, 60.0, 2)
    assert cost["cost_per_activated"] == 45.0
    # M6 is the one buyer of the channel who joined since its costs began and was brought by nobody.
    assert cost["channels"] == [
        {"source_channel": "门店", "cost": 200.0, "buyers": 1, "invited": 0, "cac": 200.0}
    ]


def test_milestones_count_new_members_without_a_reason_to_look(found: dict[str, Any]):
    assert found["milestones"] == [{"milestone": 1, "inviters": 2}, {"milestone": 2, "inviters": 1}]


def test_reasons_to_look_name_their_rows(folder: Path):
    own = Settings(shop=Shop(gross_margin="0.1"))
    with open_shop(FILES, as_of=AS_OF, settings=own) as shop:
        rows = shop.referral_report().suspicions.to_pylist()
    named = {(row["reason"], row["invitee_id"], row["file"], row["row"]) for row in rows}
    assert named == {
        ("existing_member", "M5", "邀请.csv", 8),
        ("second_inviter", "M3", "邀请.csv", 4),
        ("self_invite", "M4", "邀请.csv", 7),
        ("reward_above_margin", "M3", "邀请.csv", 3),
    }


def test_one_campaign_counts_only_its_own(folder: Path):
    found = report_of(*FILES, campaign="夏日裂变")
    assert (found["totals"]["invites"], found["totals"]["joined"]) == (2, 1)
    with pytest.raises(DataError, match="no campaign 秋"):
        report_of(*FILES, campaign="秋")


def test_periods_that_meet_add_up_to_the_whole(folder: Path):
    whole = report_of(*FILES)["totals"]
    early = report_of(*FILES, as_of="2026-03-31")["totals"]
    late = report_of(*FILES, since=pd.Timestamp("2026-04-01").date())["since"]
    for key in ("invites", "joined", "new_members"):
        assert early[key] + late[key] == whole[key]


def test_the_order_of_rows_and_files_changes_nothing(folder: Path):
    first = report_of(*FILES)
    header, *lines = INVITES.splitlines()
    (folder / "邀请.csv").write_text("\n".join([header, *reversed(lines)]), "utf-8")
    again = report_of(*reversed(FILES))
    for one in (first, again):
        one.pop("meta")
    assert again == first


def test_an_inviter_column_of_the_members_is_read_beside_a_list_that_names_the_same_pair():
    members = frame("会员编号,注册时间,推荐人\nM1,2026-01-01,\nM2,2026-03-10,M1\nM3,2026-03-11,M1")
    invites = frame("邀请人,被邀请人,邀请时间,加入时间\nM1,M2,2026-03-09,2026-03-10")
    totals = report_of(members, invites)["totals"]
    assert (totals["invites"], totals["links"], totals["duplicates"]) == (2, 2, 0)


@pytest.mark.parametrize("header", ["推荐人", "邀请人", "分销员", "推荐人手机号"])
def test_whatever_the_members_export_calls_the_inviter(header: str):
    rows = "M1,13800138001,2026-01-01,\nM2,13800138002,2026-03-10,13800138001"
    members = frame(f"会员编号,手机号,注册时间,{header}\n{rows}")
    found = report_of(members)
    assert (found["totals"]["links"], found["totals"]["unknown_inviters"]) == (1, 0)
    assert [row["inviter_id"] for row in found["top_inviters"]] == ["M1"]


def test_a_list_of_invites_makes_referrers_of_members():
    members = frame("会员编号,注册时间\nM1,2026-01-01\nM2,2026-03-10")
    invites = frame("邀请人,被邀请人,邀请时间\nM1,M2,2026-03-09")
    with open_shop([members, invites], as_of=AS_OF) as shop:
        listed = shop.segment().members.set_index("member_id")
    assert listed["is_referrer"].to_dict() == {"M1": True, "M2": False}


def test_a_members_own_code_and_the_code_they_used_tell_who_brought_whom():
    members = frame(
        "会员编号,注册时间,我的邀请码,使用的邀请码\nM1,2026-01-01,AA,\nM2,2026-03-10,BB,AA\nM3,2026-03-11,CC,ZZ"
    )
    found = report_of(members)
    assert (found["totals"]["links"], found["totals"]["unknown_inviters"], found["totals"]["seeds"]) == (
        1,
        1,
        1,
    )
    with open_shop(
        [members, frame("订单号,会员编号,付款时间,实付金额\nA1,M1,2026-02-01,10")], as_of=AS_OF
    ) as shop:
        listed = shop.segment().members.set_index("member_id")
    assert listed["is_referrer"].to_dict() == {"M1": True, "M2": False, "M3": False}


def test_a_month_without_costs_for_a_channel_leaves_its_cac_empty():
    members = frame("会员编号,注册时间,来源渠道,推荐人\nM1,2026-01-01,门店,\nM2,2026-02-01,裂变,M1")
    costs = frame("月份,渠道,广告费\n2026年3月,门店,100\n202604,门店,50")
    (row,) = report_of(members, costs)["cost"]["channels"]
    assert (row["cost"], row["buyers"], row["cac"]) == (150.0, 0, None)


def test_referred_members_are_compared_with_those_of_their_own_month():
    people = [
        ("R1", "2026-02-03", "S"),
        ("R2", "2026-02-20", "S"),
        ("O1", "2026-02-10", ""),
        ("O2", "2026-02-11", ""),
    ]
    people += [("S", "2025-01-01", ""), ("X", "2026-03-01", "")]
    members = pd.DataFrame(people, columns=["会员编号", "注册时间", "推荐人"]).replace("", None)
    spent = {"R1": 300, "R2": 100, "O1": 50, "O2": 70, "X": 9_999}
    orders = pd.DataFrame(
        [(f"A{name}", name, "2026-03-05", amount) for name, amount in spent.items()],
        columns=["订单号", "会员编号", "付款时间", "实付金额"],
    )
    value = report_of(members, orders)["value"]
    assert (value["matched"], value["referred_mean"], value["organic_mean"], value["difference"]) == (
        2,
        200,
        60,
        140,
    )
    assert value["low"] < 140 < value["high"]


NICKNAMES = """邀请人昵称,邀请人手机号,被邀请人昵称,被邀请人手机号,邀请时间,加入时间
微信用户,13800138001,微信用户,13800138002,2026-03-01,2026-03-02
微信用户,13800138003,微信用户,13800138004,2026-03-01,2026-03-02
小红,13800138003,小绿,13800138005,2026-03-01,2026-03-02"""


@pytest.mark.parametrize(
    "header",
    ["邀请人昵称,邀请人手机号,被邀请人昵称,被邀请人手机号", "邀请人,邀请人手机号,被邀请人,被邀请人手机号"],
)
def test_a_nickname_that_many_bear_joins_nobody(header: str):
    rows = "\n".join([header + ",邀请时间,加入时间", *NICKNAMES.splitlines()[1:]])
    members = frame(MEMBERS)
    with open_shop([frame(rows), members], as_of=AS_OF) as shop:
        totals = shop.referral_report().figures["totals"]
        assert (totals["links"], totals["self_invites"], totals["unknown_invitees"]) == (3, 0, 0)
        assert len(shop.segment().members) == len(members)


def test_an_invite_list_of_addresses_finds_members_and_buyers_known_by_theirs():
    members = frame("Email,Name,Created At\na@x.com,A,2026-01-01\nb@x.com,B,2026-03-02")
    orders = frame("Order ID,Email,Date,Total\n1,b@x.com,2026-03-20,10\n2,c@x.com,2026-03-21,10")
    invites = frame("Advocate Email,Friend Email,Referral Date\nA@x.com,B@x.com,2026-03-01\na@x.com,c@x.com,2026-03-02")
    totals = report_of(members, orders, invites)["totals"]
    assert (totals["links"], totals["unknown_inviters"], totals["unknown_invitees"]) == (2, 0, 0)


def test_overlapping_exports_count_an_invite_and_its_reward_once():
    early = frame("邀请人,被邀请人,邀请时间,加入时间,奖励金额\nM1,M2,2026-03-01,,\nM1,M3,2026-03-01,2026-03-02,10")
    later = "M1,M2,2026-03-01,2026-03-05,10\nM1,M3,2026-03-01,2026-03-02,10"
    late = frame(f"邀请人,被邀请人,邀请时间,加入时间,奖励金额\n{later}")
    for files in ([early, late], [late, early]):
        found = report_of(*files)
        assert (found["totals"]["invites"], found["totals"]["joined"], found["cost"]["reward_amount"]) == (2, 2, 20.0)
        assert found["load"]["skipped"] == {"duplicate": 2}


@pytest.mark.parametrize(
    ("header", "row", "table"),
    [
        ("会员编号,手机号,昵称,上级,下级,注册时间", "M1,13800138001,a,M2,3,2026-01-01", "members"),
        ("会员编号,姓名,上级会员,下级会员,注册时间,等级", "M1,王五,M2,M3,2026-01-01,金卡", "members"),
        ("订单编号,手机号,付款时间,实付金额,分销员,下级,佣金", "A1,13800138001,2026-01-01,10,D1,D2,1", "orders"),
        ("订单编号,手机号,付款时间,实付金额,优惠码,新会员,新客ID", "A1,13800138001,2026-01-01,10,C,是,9", "orders"),
        ("Order ID,Date,Customer ID,Total,Coupon Code,New Customer", "1,2026-01-01,7,10,C,yes", "orders"),
        ("月份,平台,营业额,成本,毛利", "2026-03,门店,700,400,300", None),
        ("日期,新客,老客,销售额", "2026-03-01,3,9,700", None),
    ],
)  # fmt: skip
def test_what_only_looks_like_invites_or_costs_is_what_it_was(header: str, row: str, table: str | None):
    from siyu_cli.files.recognise import recognise

    assert recognise([header.split(","), row.split(",")], file="f", sheet=None, header_map={}).table == table


def test_a_plan_of_an_ad_platform_is_no_cost_of_the_campaign_and_a_total_no_cost_at_all():
    invites = frame("邀请人,被邀请人,邀请时间,活动名称\nM1,M2,2026-03-01,春\nM1,M3,2026-03-01,夏")
    spent = "2026-03,春,,100\n2026-03,夏,,50\n2026-03,合计,,150\n2026-03,品牌,抖音,70\n2026-03,,,5"
    costs = frame(f"月份,活动,渠道,费用\n{spent}")
    cost = report_of(invites, costs)["cost"]
    assert (cost["campaign_costs"], cost["unassigned_costs"]) == (150.0, 5.0)
    assert [(row["source_channel"], row["cost"]) for row in cost["channels"]] == [("抖音", 70.0)]


@pytest.mark.parametrize(("own", "used"), [("邀请码", "使用的邀请码"), ("我的邀请码", "邀请码")])
def test_a_column_called_just_code_is_what_the_other_is_not(own: str, used: str):
    rows = "M1,13800138001,2026-01-01,AA,\nM2,13800138002,2026-03-10,BB,aa"
    members = frame(f"会员编号,手机号,注册时间,{own},{used}\n{rows}")
    totals = report_of(members)["totals"]
    assert (totals["links"], totals["unknown_inviters"]) == (1, 0)


def test_no_order_of_rows_decides_which_of_two_equal_invites_counts():
    rows = [("M1", f"N{number}", "2026-03-01", "2026-03-02", "D") for number in (1, 2, 3)]
    rows.append(("M1", "N1", "2026-03-01", "2026-03-02", "E"))
    columns = ["邀请人", "被邀请人", "邀请时间", "加入时间", "设备"]
    found = [report_of(pd.DataFrame(order, columns=columns)) for order in (rows, rows[::-1])]
    assert found[0]["suspicions"] == found[1]["suspicions"]


def test_staff_who_are_excluded_invited_nobody(tmp_path: Path):
    from siyu_cli.config import Exclude

    members = frame("会员编号,注册时间,邀请人\nM1,2026-01-01,\nM2,2026-03-10,M1\nM3,2026-03-10,M2")
    totals = report_of(members, settings=Settings(exclude=Exclude(ids=("M1",))))["totals"]
    assert (totals["invites"], totals["inviters"]) == (1, 1)


def test_masked_phones_in_a_column_of_people_name_nobody():
    with pytest.raises(DataError, match="2 rows rejected"):
        report_of(frame("邀请人,被邀请人,邀请时间\n138****8001,138****8003,2026-03-01\n138****8001,M9,2026-03-01"))


def test_whom_another_campaign_brought_is_nobodys_organic_member():
    people = [("R", "2026-02-03"), ("O", "2026-02-05"), ("P", "2026-02-07"), ("Z", "2026-02-09"), ("S", "2025-01-01")]
    members = pd.DataFrame(people, columns=["会员编号", "注册时间"])
    bought = [(name, amount) for name, amount in (("R", 300), ("O", 50), ("P", 70), ("Z", 9_999))]
    orders = pd.DataFrame(
        [(f"A{name}", name, "2026-03-05", amount) for name, amount in bought],
        columns=["订单号", "会员编号", "付款时间", "实付金额"],
    )
    invites = frame("邀请人,被邀请人,邀请时间,活动名称\nS,R,2026-02-02,春\nS,Z,2026-02-08,夏")
    value = report_of(members, orders, invites, campaign="春")["value"]
    assert (value["referred_mean"], value["organic_mean"], value["low"]) == (300, 60, None)


# --- Reasons to look ----------------------------------------------------------------------------------


def campaign_with(extra: list[dict[str, Any]], honest: int = 300) -> list[pd.DataFrame]:
    """Return a campaign of honest inviters of one to four, half of whose invitees order, and of what is added."""
    rng = np.random.default_rng(5)
    rows = [
        {"邀请人": f"i{number}", "被邀请人": f"i{number}/{place}", "邀请时间": f"2026-0{1 + place % 4}-1{number % 9}",
         "加入时间": f"2026-0{1 + place % 4}-1{number % 9}", "设备号": f"d{number}/{place}"}
        for number in range(honest) for place in range(1 + number % 4)
    ]  # fmt: skip
    bought = [row["被邀请人"] for row in rows if rng.random() < 0.5]
    bought += [row["被邀请人"] for row in extra if row.get("orders")]
    invites = pd.DataFrame(rows + [{key: row[key] for key in row if key != "orders"} for row in extra])
    orders = pd.DataFrame({
        "订单号": [f"o{name}" for name in bought], "会员编号": bought, "付款时间": "2026-05-20", "实付金额": 50.0,
    })  # fmt: skip
    return [invites, orders]


def reasons(sources: list[pd.DataFrame], **referral: Any) -> dict[str, set[str]]:
    with open_shop(sources, as_of=AS_OF, settings=Settings(referral=Referral(**referral))) as shop:
        rows = shop.referral_report().suspicions.to_pylist()
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row["reason"], set()).add(row["inviter_id"])
    return found


def invitees(inviter: str, count: int, **more: Any) -> list[dict[str, Any]]:
    day = {"邀请时间": "2026-03-01", "加入时间": "2026-03-02"}
    return [{"邀请人": inviter, "被邀请人": f"{inviter}/{place}", **day, **more} for place in range(count)]


def test_an_honest_campaign_gives_no_reason_to_look():
    assert reasons(campaign_with([]), milestones=(3,)) == {}


def test_forty_invitees_who_never_order_are_a_star():
    found = reasons(campaign_with(invitees("star", 40)))
    assert found["star_of_inactive"] == {"star"}


def test_forty_invitees_who_order_like_others_are_none():
    keen = [{**row, "orders": place % 2 == 0} for place, row in enumerate(invitees("keen", 40))]
    assert "star_of_inactive" not in reasons(campaign_with(keen))


def test_three_on_one_device_are_named_and_two_are_not():
    found = reasons(campaign_with([*invitees("three", 3, 设备号="same"), *invitees("two", 2, 设备号="pair")]))
    assert found["shared_device"] == {"three"}


def test_a_shops_own_tablet_says_nothing():
    public = [row for number in range(8) for row in invitees(f"p{number}", 3, 设备号="tablet")]
    assert "shared_device" not in reasons(campaign_with(public))


def test_a_family_of_three_at_one_address_is_no_reason_and_five_strangers_are():
    found = reasons(
        campaign_with(
            [*invitees("home", 3, 收货地址="一号楼 101"), *invitees("many", 5, 收货地址="二号楼101")]
        )
    )
    assert found["shared_address"] == {"many"}


def test_a_ring_is_named_with_whoever_is_below_it():
    ring = [
        {"邀请人": a, "被邀请人": b, "邀请时间": "2026-03-01", "加入时间": "2026-03-02"}
        for a, b in (("a", "b"), ("b", "c"), ("c", "a"), ("c", "below"))
    ]
    assert reasons(campaign_with(ring))["cycle"] == {"a", "b", "c"}


def test_many_who_stop_at_a_milestone_with_invitees_who_never_order_are_named():
    huggers = [row for number in range(40) for row in invitees(f"h{number}", 5)]
    found = reasons(campaign_with(huggers), milestones=(5,))
    assert found["milestone"] == {f"h{number}" for number in range(40)}
    assert "milestone" not in reasons(campaign_with(huggers), milestones=(3,))


# --- Reading an experiment ----------------------------------------------------------------------------


@pytest.mark.skipif(not HILLSTROM.exists(), reason="needs the shared data")
def test_the_published_mail_experiment_is_read_as_published():
    rows = pd.read_csv(HILLSTROM)
    arms = {name.split()[0]: part for name, part in rows.groupby("segment")}
    none = arms.pop("No")
    assert experiment.mismatch([len(arms["Mens"]), len(arms["Womens"]), len(none)]) == pytest.approx(
        0.9037, abs=5e-5
    )

    def events(part: pd.DataFrame, key: str) -> tuple[int, int]:
        return int(part[key].sum()), len(part)

    def spend(part: pd.DataFrame) -> Sample:
        return Sample(len(part), float(part["spend"].sum()), float((part["spend"] ** 2).sum()))

    visit = experiment.compare_proportions(
        events(arms["Mens"], "visit"), events(none, "visit"), interval="wald"
    )
    assert (visit.estimate, visit.low, visit.high) == pytest.approx((0.076590, 0.069954, 0.083226), abs=5e-7)
    bought = experiment.compare_proportions(events(arms["Mens"], "conversion"), events(none, "conversion"))
    assert (bought.estimate, bought.low, bought.high) == pytest.approx(
        (0.006805, 0.005014, 0.008641), abs=5e-7
    )
    assert bought.statistic == pytest.approx(7.3851, abs=5e-5)
    spent = experiment.compare_means(spend(arms["Mens"]), spend(none))
    assert (spent.estimate, spent.low, spent.high) == pytest.approx((0.769827, 0.485140, 1.054515), abs=5e-7)
    assert spent.p_value == pytest.approx(1.1638e-7, rel=1e-4)
    womens = experiment.compare_proportions(events(arms["Womens"], "conversion"), events(none, "conversion"))
    assert womens.p_value == pytest.approx(1.571e-4, rel=1e-3)
    assert experiment.compare_means(spend(arms["Womens"]), spend(none)).p_value == pytest.approx(
        1.1294e-3, rel=1e-4
    )


@pytest.mark.skipif(not HILLSTROM.exists(), reason="needs the shared data")
def test_what_segments_learn_from_each_other_is_as_published():
    rows = pd.read_csv(HILLSTROM)
    effects, errors = [], []
    for _name, part in rows.groupby("history_segment"):
        shares = [part[part["segment"] == arm]["visit"] for arm in ("Mens E-Mail", "No E-Mail")]
        effects.append(shares[0].mean() - shares[1].mean())
        # Half an event more and half a person without one, as the published figures have it.
        rates = [(share.sum() + 0.5) / (len(share) + 1) for share in shares]
        variances = [rate * (1 - rate) / len(share) for rate, share in zip(rates, shares, strict=True)]
        errors.append(sum(variances) ** 0.5)
    spread = experiment.draw_together(effects, errors)
    assert spread.q == pytest.approx(9.525, abs=5e-4)
    assert spread.tau_squared == pytest.approx(5.34e-5, rel=1e-3)
    assert (min(spread.shrunk), max(spread.shrunk)) == pytest.approx((0.0717, 0.0830), abs=5e-5)


def test_people_needed_by_either_formula():
    told = [
        experiment.people_needed(*pair, formula=formula)
        for formula in ("normal", "cohen")
        for pair in ((0.2, 0.25), (0.1, 0.12))
    ]
    assert told == [1094, 3841, 1092, 3835]
    assert experiment.people_needed(0.2, 0.2 + experiment.least_effect(0.2, 1094)) <= 1094


def test_cuped_takes_away_what_the_past_explains():
    rng = np.random.default_rng(1)
    past = rng.normal(100, 20, 5_000)
    now = past + rng.normal(5, 5, 5_000)
    samples = [Sample(5_000, float(x.sum()), float((x**2).sum())) for x in (now, past)]
    theta = float(np.cov(now, past)[0, 1] / past.var(ddof=1))
    less = experiment.adjusted_for_past(*samples, float((now * past).sum()), theta, float(past.mean()))
    assert less.mean == pytest.approx(now.mean())
    assert less.variance == pytest.approx((now - theta * past).var(ddof=1), rel=1e-6)


def test_a_ratio_of_sums_has_the_variance_of_the_delta_method():
    rng = np.random.default_rng(2)
    orders = rng.integers(1, 6, 4_000).astype(float)
    sales = orders * rng.normal(50, 10, 4_000)
    tops, bottoms = (Sample(4_000, float(x.sum()), float((x**2).sum())) for x in (sales, orders))
    ratio = experiment.ratio_sample(4_000, tops, bottoms, float((sales * orders).sum()))
    linear = (sales - ratio.mean * orders) / orders.mean()
    assert ratio.mean == pytest.approx(sales.sum() / orders.sum())
    assert ratio.variance == pytest.approx(linear.var(ddof=1), rel=1e-6)


def test_arms_that_are_not_what_was_planned_get_no_verdict():
    rows = [{"邀请人": "s", "被邀请人": f"p{place}", "邀请时间": "2026-03-01", "海报版本": "A" if place % 3 else "B",
             "加入时间": "2026-03-02" if place % 2 else None} for place in range(900)]  # fmt: skip
    found = report_of(pd.DataFrame(rows))["variant_comparison"]
    assert found["srm_p_value"] < 0.001
    assert {row["verdict"] for row in found["comparisons"]} == {"withheld"}


def test_a_better_poster_is_told_from_the_control_and_a_like_one_is_not():
    shares = {"A": 0.30, "B": 0.45, "C": 0.30}
    rows = [
        {"邀请人": "s", "被邀请人": f"{name}{place}", "邀请时间": "2026-03-01", "海报版本": name,
         "加入时间": "2026-03-02" if place < 1000 * share else None}
        for name, share in shares.items() for place in range(1000)
    ]  # fmt: skip
    found = report_of(pd.DataFrame(rows))["variant_comparison"]
    verdicts = {row["variant"]: row["verdict"] for row in found["comparisons"] if row["metric"] == "joined"}
    assert found["control"] == "A"
    assert verdicts == {"B": "effective", "C": "not_enough_evidence"}


# --- What the law looks at ----------------------------------------------------------------------------


def levels(depth: int) -> str:
    people = [f"p{place}" for place in range(depth + 1)]
    rows = [
        f"{a},{b},2026-03-0{place + 1},1"
        for place, (a, b) in enumerate(pairwise(people))
    ]
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


# --- Every output -------------------------------------------------------------------------------------


def hold_to_golden(name: str, text: str) -> None:
    text = text.replace(f'"{siyu_cli.__version__}"', '"VERSION"').replace(
        f"siyu {siyu_cli.__version__}", "siyu VERSION"
    )
    path = GOLDENS / name
    if os.environ.get("UPDATE_GOLDENS"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text("utf-8"), f"{name} changed: look at it, then run with UPDATE_GOLDENS=1"


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("format", ["table", "json", "markdown"])
def test_output(run: Run, format: str, lang: str):
    told = run(*FILES, "--as-of", AS_OF, "--since", "90d", "--format", format, "--lang", lang)
    assert told.code == 0
    hold_to_golden(f"{lang}.{format}", told.out)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_page_needs_nothing_but_itself(run: Run, lang: str):
    assert run(*FILES, "--as-of", AS_OF, "-o", "r.html", "--lang", lang).code == 0
    page = Path("r.html").read_text("utf-8")
    hold_to_golden(f"{lang}.html", page)
    assert not re.search(r"<script|<link|<img|https?:|url\(", page)
    assert stat.S_IMODE(Path("r.html").stat().st_mode) == 0o600
    assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", page)


def test_what_stands_in_a_file_is_text_in_the_page(run: Run, folder: Path):
    row = '"<b onmouseover=alert(1)>春</b>",M1,M2,2026-03-09,2026-03-10'
    (folder / "坏.csv").write_text(f"活动名称,邀请人,被邀请人,邀请时间,加入时间\n{row}\n", "utf-8")
    assert run("坏.csv", "--as-of", AS_OF, "-o", "r.html").code == 0
    page = Path("r.html").read_text("utf-8")
    assert "<b onmouseover" not in page
    assert "&lt;b onmouseover" in page


BROWSER = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")


@pytest.mark.skipif(BROWSER is None, reason="needs a browser")
@pytest.mark.parametrize("width", [390, 1280])
def test_a_browser_draws_the_page_as_wide_as_its_window_and_asks_for_nothing(
    run: Run, folder: Path, width: int
):
    run(*FILES, "--as-of", AS_OF, "-o", "r.html")
    probe = (
        "<script>document.title=[document.documentElement.scrollWidth,"
        "document.querySelectorAll('svg rect,svg polyline').length,"
        "performance.getEntriesByType('resource').length].join(' ')</script>"
    )
    page = (
        Path("r.html")
        .read_text("utf-8")
        .replace("default-src 'none'", "default-src 'none'; script-src 'unsafe-inline'")
    )
    Path("probe.html").write_text(page.replace("</body>", probe + "</body>"), "utf-8")
    shown = subprocess.run(
        [str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", f"--window-size={width},800", "--dump-dom",
         f"--user-data-dir={folder}/browser", (folder / "probe.html").as_uri()],
        capture_output=True, text=True, check=True, timeout=120,
    ).stdout  # fmt: skip
    found = re.search(r"<title>(\d+) (\d+) (\d+)</title>", shown)
    assert found, shown[:300]
    across, drawings, asked = map(int, found.groups())
    assert across <= max(width, 500)  # headless windows are not narrower
    assert drawings > 10
    assert asked == 0


def test_the_workbook_names_the_rows_to_look_at(run: Run):
    assert run(*FILES, "--as-of", AS_OF, "-o", "r.xlsx", "--lang", "zh").code == 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # openpyxl knows no data bars of its own age
        book = openpyxl.load_workbook(io.BytesIO(Path("r.xlsx").read_bytes()))
    assert {"概览", "邀请人排行", "裂变层级", "可疑明细", "口径", "数据质量"} <= set(book.sheetnames)
    rows = list(book["可疑明细"].values)
    assert ("自己邀请自己", "M4", "M4", None, "邀请.csv", None, 7) in rows


def test_nobody_is_named_in_full_on_a_page_or_in_a_workbook(run: Run, folder: Path):
    rows = ["春,王小明,欧阳若兰,2026-03-01,2026-03-02,@小鹿13812345678", "春,王小明,王小明,2026-03-01,2026-03-02,"]
    rows += ["春,z@x.com,z@x.com,2026-03-01,2026-03-02,", "春,id13800138001,id13800138001,2026-03-01,2026-03-02,"]
    (folder / "名.csv").write_text("\n".join(["活动,邀请人,被邀请人,邀请时间,加入时间,KOL", *rows]), "utf-8")
    shown = run("名.csv", "--as-of", AS_OF).out
    for suffix in ("html", "md", "xlsx"):
        run("名.csv", "--as-of", AS_OF, "-o", f"r.{suffix}")
    shown += Path("r.html").read_text("utf-8") + Path("r.md").read_text("utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        book = openpyxl.load_workbook(io.BytesIO(Path("r.xlsx").read_bytes()))
    shown += str([row for sheet in book for row in sheet.values])
    assert not [secret for secret in ("王小明", "欧阳", "z@x", "13800138001", "13812345678") if secret in shown]


def test_the_markdown_fits_into_a_message_of_a_group_robot(run: Run):
    assert run(*FILES, "--as-of", AS_OF, "-o", "r.md").code == 0
    assert len(Path("r.md").read_bytes()) < 2048


def test_equal_inputs_give_equal_bytes(run: Run):
    for suffix in ("json", "html", "md"):
        texts = []
        for _time in range(2):
            run(*FILES, "--as-of", AS_OF, "-o", f"r.{suffix}", "--force")
            texts.append(Path(f"r.{suffix}").read_bytes())
        assert texts[0] == texts[1]


def test_files_without_an_invite_are_told_so(run: Run):
    told = run("订单.csv", "--as-of", AS_OF)
    assert told.code == 65
    assert "--map referrals.inviter_id" in told.err


def test_invites_alone_are_a_report_but_no_segmentation(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["referral-report", "邀请.csv", "--as-of", AS_OF, "--quiet"]) == 0
    assert main(["segment", "邀请.csv", "--as-of", AS_OF]) == 65


# --- Six in the morning -------------------------------------------------------------------------------

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


def last_run(folder: Path) -> dict[str, Any]:
    from siyu_cli.ledger import Ledger

    return Ledger(folder / ".siyu").runs(1)[0]


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
        run(
            *FILES, "--as-of", "2026-06-30", "--since", "last", "--campaign", "夏日裂变", "--format", "json"
        ).out
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


@pytest.mark.parametrize("seconds", [0.3, 0.8, 1.2, 1.6, 2.0])
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
    from siyu_cli.ledger import Ledger

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
    rows = [
        f"M1,1390013900{place},2026-03-0{place + 1},{'昨天' if place > 5 else '2026-03-20'}"
        for place in range(8)
    ]
    rows += ["M1,139****9000,2026-03-01,", "M1,1390013,2026-03-01,", ",,,"]
    (folder / "乱.csv").write_text("\n".join(["邀请人,被邀请人手机号,邀请时间,加入时间", *rows]), "utf-8")
    told = run("乱.csv", "--as-of", AS_OF, "--format", "json")
    found = json.loads(told.out)
    load = found["load"]
    assert load["rows_in"] == load["rows_used"] + load["rows_rejected"] + load["rows_skipped"] == 11
    assert {row["reason"]: row["rows"] for row in load["rejects"]} == {"masked_phone": 1, "bad_phone": 1}
    assert (told.code, found["totals"]["links"], found["totals"]["joined"]) == (3, 8, 6)
    assert "max_rejected_share" in told.err


apprise_is_old = pytest.mark.filterwarnings("ignore::DeprecationWarning")


WRAPPER = Path(__file__).parents[1] / "examples" / "cron" / "referral-report.sh"


@pytest.mark.skipif(not Path("/bin/sh").exists(), reason="needs a shell")
def test_the_example_for_cron_is_silent_keeps_a_log_and_waits_for_the_lock(folder: Path, tmp_path: Path):
    from siyu_cli.ledger import Ledger

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


@pytest.fixture
def hook() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A group chat's webhook: a real server that keeps what it is sent."""
    received: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(500 if self.path.startswith("/broken") else 200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"json://127.0.0.1:{server.server_port}", received
    server.shutdown()
    server.server_close()


@apprise_is_old
def test_the_short_report_is_sent_where_it_was_asked_to(run: Run, hook: tuple[str, list[dict[str, Any]]]):
    url, received = hook
    assert run(*FILES, *CRON, "--quiet", "--notify", url).code == 0
    assert "K" in received[0]["message"]
    assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", received[0]["message"])


@apprise_is_old
def test_a_notification_that_fails_is_told_and_loses_nothing(
    run: Run, folder: Path, hook: tuple[str, list[Any]]
):
    url, _received = hook
    (folder / "siyu.toml").write_text("", "utf-8")
    told = run(*FILES, *CRON, "--quiet", "--notify", f"{url}/broken?token=SECRET")
    assert (told.code, Path("r.html").exists()) == (3, True)
    assert "json://…" in told.err
    assert "SECRET" not in told.err + json.dumps(last_run(folder), default=str)
    assert run(*FILES, *CRON, "--notify", "nosuch://x").code == 2
