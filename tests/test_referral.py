"""What a referral campaign really brought: the figures of a small one, and who is who in its files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from referral_files import AS_OF, FILES, INVITES, MEMBERS, SHARED, frame, report_of
from siyu_cli import open_shop
from siyu_cli.cli.main import main
from siyu_cli.config.settings import ReferralSettings, Settings, ShopSettings
from siyu_cli.errors import DataError

NYJAZZ = SHARED / "referral" / "nyjazz.csv"


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


@pytest.fixture
def found(folder: Path) -> dict[str, Any]:
    own = Settings(shop=ShopSettings(gross_margin="0.1"), referral=ReferralSettings(milestones=(1, 2)))
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
    assert cost["channels"] == [{"source_channel": "门店", "cost": 200.0, "buyers": 1, "invited": 0, "cac": 200.0}]


def test_milestones_count_new_members_without_a_reason_to_look(found: dict[str, Any]):
    assert found["milestones"] == [{"milestone": 1, "inviters": 2}, {"milestone": 2, "inviters": 1}]


def test_reasons_to_look_name_their_rows(folder: Path):
    own = Settings(shop=ShopSettings(gross_margin="0.1"))
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
    with open_shop([members, frame("订单号,会员编号,付款时间,实付金额\nA1,M1,2026-02-01,10")], as_of=AS_OF) as shop:
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


def valued(people: str) -> dict:
    """Return referred against organic for people given as ``name month channel inviter sales``, a line each."""
    known = [line.split() for line in people.strip().splitlines()]
    members = pd.DataFrame(
        [(name, f"{month}-05", channel, {"-": None}.get(by, by)) for name, month, channel, by, _sales in known],
        columns=["会员编号", "注册时间", "来源渠道", "推荐人"],
    )
    orders = pd.DataFrame(
        [(f"A{name}", name, "2026-05-05", sales) for name, *_rest, sales in known],
        columns=["订单号", "会员编号", "付款时间", "实付金额"],
    )
    return report_of(members, orders)["value"]


def test_a_cell_of_one_member_has_the_spread_of_the_others():
    value = valued("""
        S  2025-01 w - 10
        R1 2026-02 w S 300
        R2 2026-02 w S 100
        O1 2026-02 w - 50
        O2 2026-02 w - 70
        R3 2026-03 w S 200
        O3 2026-03 w - 60
    """)
    assert (value["matched_on"], value["difference"]) == ("month and channel", 140)
    # Variances within cells: 20,000 of the referred, 200 of the organic; weights 2/3 and 1/3.
    error = ((4 / 9) * (20_000 / 2 + 200 / 2) + (1 / 9) * (20_000 + 200)) ** 0.5
    assert (value["low"], value["high"]) == pytest.approx((140 - 1.96 * error, 140 + 1.96 * error), abs=0.02)


def test_cells_of_one_member_each_are_compared_by_the_year():
    value = valued("""
        S  2025-01 w - 10
        R1 2026-02 w S 300
        O1 2026-02 w - 50
        R2 2026-03 w S 100
        O2 2026-03 w - 70
    """)
    assert (value["matched_on"], value["matched"], value["difference"]) == ("year", 2, 140)
    assert value["low"] < 140 < value["high"]


def test_an_interval_that_cannot_be_worked_out_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    for lang, words in (("en", "(too few members to say how sure)"), ("zh", "（人数太少，无法给出置信区间）")):
        invites = tmp_path / "邀请.csv"
        invites.write_text("邀请人,被邀请人,邀请时间\nS,R,2026-02-02\n", "utf-8")
        people = tmp_path / "会员.csv"
        people.write_text("会员编号,注册时间\nS,2025-01-01\nR,2026-02-03\nO,2026-02-05\nP,2026-02-07\n", "utf-8")
        files = [str(invites), str(people), "--as-of", "2026-06-30", "--format", "table", "--lang", lang]
        main(["referral-report", *files])
        assert words in "".join(capsys.readouterr().out.split("\n")).replace("  ", " ")


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
    from siyu_cli.config.settings import ExcludeSettings

    members = frame("会员编号,注册时间,邀请人\nM1,2026-01-01,\nM2,2026-03-10,M1\nM3,2026-03-10,M2")
    totals = report_of(members, settings=Settings(exclude=ExcludeSettings(ids=("M1",))))["totals"]
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
