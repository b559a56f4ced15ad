"""The oracle itself, held against histories worked out by hand: one test per sentence of the domain."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings

from oracle import RULES, Answer, Parameters, segment
from shops import Shop, a_history, a_line, a_member, shops
from siyu_cli.core.lifecycle.tables import FEATURES, RFM_SEGMENTS, STAGES

SHARED = Path(__file__).parents[2] / "shared"
TODAY = date(2026, 6, 30)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def only(*lines: dict[str, Any], as_of: date = TODAY, **parameters: Any) -> dict[str, Any]:
    """Return the one member of a shop that has nothing but these lines of "m"."""
    return segment([], lines, as_of, Parameters(**parameters)).members["m"]


def line(days_ago: int, paid: str | int = 10, order_id: str | None = None, **known: Any) -> dict[str, Any]:
    return a_line("m", order_id or f"o{days_ago}", ago(days_ago), paid, **known)


def known_as(*lines: dict[str, Any], **known: Any) -> dict[str, Any]:
    """Return the one member "m" of the members export, with these lines."""
    return segment([a_member("m", **known)], lines, TODAY).members["m"]


def stages(*histories: tuple[list[int], int]) -> list[str]:
    """Return the stages of a shop of such histories: gaps, oldest first, and days since the last."""
    lines = [row for i, (gaps, d) in enumerate(histories) for row in a_history(f"m{i}", gaps, d, TODAY)]
    answer = segment([], lines, TODAY)
    return [answer.members[f"m{i}"]["stage"] for i in range(len(histories))]


# --- Time ---------------------------------------------------------------------------------------------


def test_what_comes_after_as_of_does_not_exist():
    member = only(line(3), line(-1), as_of=TODAY)
    assert (member["order_count"], member["last_order_on"]) == (1, ago(3))
    assert segment([a_member("m", joined_on=ago(-1))], [line(-1)], TODAY).members == {}


def test_who_bought_before_joining_exists_without_a_joining_date():
    member = known_as(line(3), joined_on=ago(-1))
    assert (member["joined_on"], member["is_registered"]) == (None, True)


def test_days_are_calendar_days_across_a_leap_day():
    member = only(a_line("m", "o1", date(2024, 2, 28), 10), as_of=date(2024, 3, 1))
    assert member["days_since_last"] == 2


# --- Orders -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["unpaid", "cancelled"])
def test_unpaid_and_cancelled_lines_do_not_exist(status):
    assert segment([], [line(3, status=status)], TODAY).members == {}
    assert known_as(line(3, status=status))["stage"] == "nurturing"


def test_free_orders_are_no_purchase_unless_min_paid_says_so():
    assert (only(line(3, 0))["order_count"], only(line(3, 0))["stage"]) == (0, "nurturing")
    assert only(line(3, 0), min_paid=Decimal(0))["order_count"] == 1


def test_an_order_is_the_sum_of_its_lines_on_its_first_date():
    member = only(line(3, "0", "o"), line(5, "7.50", "o"), line(4, "2.50", "o"))
    assert (member["order_count"], member["order_days"], member["net_sales"]) == (1, 1, 10)
    assert member["first_order_on"] == member["last_order_on"] == ago(5)


def test_purchases_of_one_day_are_one_purchase_day():
    member = only(line(3, 10, "a"), line(3, 10, "b"), line(10, 10, "c"))
    assert (member["order_days"], member["order_count"], member["median_gap_days"]) == (2, 3, 7)


def test_the_same_order_number_of_two_members_is_two_orders():
    answer = segment([], [a_line("a", "1", ago(3), 10), a_line("b", "1", ago(9), 10)], TODAY)
    assert {key: member["days_since_last"] for key, member in answer.members.items()} == {"a": 3, "b": 9}


@pytest.mark.parametrize(
    "in_full", [{"refunded_amount": Decimal(10)}, {"status": "refunded", "refunded_amount": Decimal(10)}]
)
def test_an_order_refunded_in_full_is_a_purchase_only_if_delivered(in_full):
    sent = only(line(3, **in_full, is_delivered=True))
    kept = only(line(3, **in_full, is_delivered=False))
    assert (sent["order_count"], sent["stage"]) == (1, "converted")
    assert (kept["order_count"], kept["stage"]) == (0, "unknown")
    assert sent["net_sales"] == kept["net_sales"] == 0  # subtracted once
    assert sent["refund_rate"] == kept["refund_rate"] == 1


def test_an_order_of_which_one_line_went_back_is_still_a_purchase():
    back = line(3, 4, "o", status="refunded", refunded_amount=Decimal(4))
    member = only(back, line(3, 6, "o"))
    assert (member["order_count"], member["net_sales"]) == (1, 6)
    rest = line(3, 6, "o", status="refunded", refunded_amount=Decimal(6))
    assert only(back, rest)["order_count"] == 0


def test_a_refund_after_as_of_has_not_happened():
    member = only(line(3, status="refunded", refunded_amount=Decimal(10), refunded_on=ago(-1)))
    assert (member["order_count"], member["net_sales"], member["refund_rate"]) == (1, 10, 0)


def test_a_partial_refund_leaves_a_purchase():
    member = only(line(3, refunded_amount=Decimal("9.99")))
    assert (member["order_count"], member["net_sales"]) == (1, Decimal("0.01"))


def test_a_refund_only_row_is_negative_and_never_a_purchase():
    member = only(line(3, -4), min_paid=Decimal(0))
    assert (member["order_count"], member["net_sales"], member["stage"]) == (0, -4, "unknown")
    both = only(line(3, -4), line(9, 10))
    assert (both["order_count"], both["net_sales"], both["refund_rate"]) == (1, 6, 0.4)
    assert both["days_since_last"] == 9


# --- Features -----------------------------------------------------------------------------------------


def test_the_features_of_one_member():
    lines = (line(500, 30), line(300, 20), line(60, 20, "a"), line(60, 15, "b"))
    refund = line(100, 20, refunded_amount=Decimal(5), refunded_on=ago(10))
    member = known_as(*lines, refund, joined_on=ago(501), is_unfriended=True)
    assert member == {
        "member_id": "m", "joined_on": ago(501), "first_order_on": ago(500), "last_order_on": ago(60),
        "days_since_last": 60, "tenure_days": 500, "order_days": 4, "order_count": 5, "net_sales": 100,
        "average_order_value": 20, "median_gap_days": 200, "orders_90d": 2, "orders_365d": 4,
        "net_sales_90d": 30, "net_sales_365d": 70, "refund_rate": pytest.approx(5 / 105),
        "referred_count": 0, "is_referrer": False, "is_registered": True, "is_unfriended": True,
        "history": "full", "is_active": False, "has_evidence": True, "stage": "mature", "stage_rule": 10,
        "r_score": 5, "f_score": 1, "m_score": 1, "rfm_segment": "general_value",
    }  # fmt: skip


def test_a_window_is_so_many_dates_ending_at_as_of():
    member = only(*(line(age) for age in (0, 89, 90, 364, 365)))
    assert (member["orders_90d"], member["orders_365d"]) == (2, 4)
    assert (member["net_sales_90d"], member["net_sales_365d"]) == (20, 40)


def test_a_member_without_orders_has_zeros_and_blanks():
    member = known_as()
    zeros = ("order_days", "order_count", "net_sales", "orders_90d", "net_sales_365d", "referred_count")
    blanks = (
        "last_order_on",
        "tenure_days",
        "average_order_value",
        "median_gap_days",
        "refund_rate",
        "r_score",
    )
    assert [member[key] for key in zeros] == [0] * len(zeros)
    assert [member[key] for key in blanks] == [None] * len(blanks)
    assert member["history"] == "none"


def test_buyers_in_no_members_export_are_members_too():
    assert only(line(3))["is_registered"] is False


def test_valid_invitees_are_other_existing_members():
    members = [a_member("a", inviter_id="a"), a_member("b", inviter_id="a"), a_member("c", inviter_id="gone")]
    members.append(a_member("late", inviter_id="b", joined_on=ago(-1)))
    answer = segment(members, [a_line("late", "1", ago(3), 10)], TODAY)
    counts = {key: member["referred_count"] for key, member in answer.members.items()}
    assert counts == {"a": 1, "b": 0, "c": 0, "late": 0}
    assert [key for key, member in answer.members.items() if member["is_referrer"]] == ["a"]


def test_totals_alone_give_counts_money_and_the_last_date():
    member = known_as(total_order_count=7, total_net_sales=Decimal(700), total_last_order_on=ago(20))
    assert (member["history"], member["order_count"], member["order_days"]) == ("totals", 7, 7)
    assert (member["net_sales"], member["average_order_value"], member["days_since_last"]) == (700, 100, 20)
    nulls = (
        "first_order_on",
        "tenure_days",
        "median_gap_days",
        "refund_rate",
        "orders_90d",
        "net_sales_365d",
    )
    assert [member[key] for key in nulls] == [None] * len(nulls)
    assert member["stage"] == "mature"
    assert known_as(total_last_order_on=ago(20))["order_days"] == 1


def test_totals_beside_a_log_that_holds_less():
    totals = {"total_order_count": 9, "total_net_sales": Decimal(900), "total_last_order_on": ago(2)}
    member = known_as(line(40), line(10), **totals)
    assert (member["history"], member["order_count"], member["order_days"]) == ("partial", 9, 9)
    assert (member["net_sales"], member["days_since_last"]) == (900, 2)
    assert (member["median_gap_days"], member["orders_90d"], member["net_sales_90d"]) == (30, 2, 20)
    assert (member["first_order_on"], member["stage"]) == (ago(40), "mature")


@pytest.mark.parametrize("last_on", [ago(10), ago(-1)])
def test_totals_that_add_nothing_or_come_later_leave_the_log_alone(last_on):
    count = 2 if last_on == ago(10) else 9
    totals = {"total_order_count": count, "total_net_sales": Decimal(900), "total_last_order_on": last_on}
    member = known_as(line(40), line(10), **totals)
    assert (member["history"], member["order_count"], member["net_sales"]) == ("full", 2, 20)


# --- Stages -------------------------------------------------------------------------------------------


def test_every_rule_names_a_stage_of_the_contract():
    assert [number for number, *_ in RULES] == list(range(1, 12))
    assert {stage for _, stage, _ in RULES} == set(STAGES)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared histories are not here")
def test_the_agreed_histories_get_their_stages():
    shop = json.loads((SHARED / "data" / "stage_histories.json").read_text(encoding="utf-8"))
    as_of = date.fromisoformat(shop["as_of"])
    people = {person["member"]: person for person in shop["members"]}
    assert len(people) == 28
    lines = [
        row
        for name, person in people.items()
        for row in a_history(name, person["gaps_days"], person["days_since_last"], as_of)
    ]
    answer = segment([], lines, as_of)
    assert answer.shop_norm == shop["shop_norm"]
    got = {name: member["stage"] for name, member in answer.members.items()}
    assert got == {name: person["stage"] for name, person in people.items()}


@pytest.mark.parametrize(
    "evidence",
    [{"total_order_count": 3}, {"total_net_sales": Decimal(5)}, {"total_last_order_on": ago(-1)}],
)
def test_evidence_of_purchases_without_a_date_is_unknown(evidence):
    assert known_as(joined_on=ago(3), **evidence)["stage"] == "unknown"
    assert known_as(total_order_count=0, total_net_sales=Decimal(0))["stage"] == "nurturing"


def test_newcomers_are_acquired_for_new_days_and_activated_by_a_sign():
    assert known_as(joined_on=ago(30))["stage"] == "acquired"
    assert known_as(joined_on=ago(31), points=5.0)["stage"] == "nurturing"
    for sign in ({"points": 5.0}, {"coupons_redeemed": 1}, {"last_event_on": ago(29)}):
        assert known_as(joined_on=ago(30), **sign)["stage"] == "activated"
    for no_sign in ({"points": 0.0}, {"last_event_on": ago(30)}, {"last_event_on": ago(-1)}):
        assert known_as(joined_on=ago(30), **no_sign)["stage"] == "acquired"


def test_welcome_points_are_no_sign():
    answer = segment([a_member("m", joined_on=TODAY, points=50.0)], [], TODAY, Parameters(welcome_points=50))
    assert answer.members["m"]["stage"] == "acquired"


def test_silence_is_measured_by_the_windows_or_by_the_own_rhythm():
    assert stages(([], 90), ([], 91), ([], 180), ([], 181)) == ["converted", "dormant", "dormant", "churned"]
    assert stages(([100] * 2, 200), ([100] * 2, 201)) == ["declining", "dormant"]
    assert stages(([100] * 2, 300), ([100] * 2, 301)) == ["dormant", "churned"]
    assert stages(([900] * 3, 1095), ([900] * 3, 1096)) == ["dormant", "churned"]  # own is a year at most


def test_declining_is_late_by_the_members_norm_but_never_under_15_days():
    assert stages(([20] * 2, 30), ([20] * 2, 31)) == ["retained", "declining"]
    assert stages(([2] * 2, 14), ([2] * 2, 15)) == ["retained", "declining"]


def test_two_purchases_are_judged_by_the_larger_of_their_gap_and_the_shops():
    weekly = ([7] * 4, 1)
    assert stages(weekly, ([3], 14), ([3], 15))[1:] == ["retained", "declining"]
    assert stages(weekly, ([40], 60), ([40], 61))[1:] == ["retained", "declining"]
    assert stages(([3], 90)) == ["retained"]  # 60 days where nobody has a rhythm


def test_totals_without_a_gap_are_judged_by_the_shops_norm():
    lapsed = a_member("m", total_order_count=7, total_last_order_on=ago(46))
    assert segment([lapsed], [], TODAY).members["m"]["stage"] == "mature"
    shop = segment([lapsed], a_history("b", [30, 30], 1, TODAY), TODAY)
    assert (shop.shop_norm, shop.members["m"]["stage"]) == (30, "declining")


def test_returned_is_back_from_a_long_silence_lately_and_with_few_purchase_days_since():
    assert stages(([180], 5), ([181], 5)) == ["retained", "returned"]
    assert stages(([181], 90), ([181], 91)) == ["returned", "dormant"]
    # 3 × the median of two gaps before; one gap before says nothing yet.
    assert stages(([70, 70, 210], 5), ([70, 70, 211], 5), ([70, 181], 5)) == [
        "mature",
        "returned",
        "returned",
    ]
    # Few is one or two: the day of coming back is the first of them.
    assert stages(([20, 20, 200], 5), ([20, 20, 200, 7], 5)) == ["returned", "returned"]
    assert stages(([20, 20, 200, 7, 7], 5)) == ["mature"]
    # Back for a second time, or back a while ago and then every month.
    assert stages(([30, 200, 30, 220], 5), ([30, 200, 30, 30, 30], 5)) == ["returned", "mature"]


# --- RFM ----------------------------------------------------------------------------------------------


def scores(answer: Answer, key: str) -> list[Any]:
    return [member[key] for _, member in sorted(answer.members.items())]


def test_scores_rank_buyers_and_equal_values_get_equal_scores():
    lines = [a_line(f"m{i}", "1", ago(age), 10 * age + 1) for i, age in enumerate((1, 1, 2, 3, 4, 5))]
    answer = segment([a_member("m9")], lines, TODAY)
    assert scores(answer, "r_score") == [5, 5, 4, 3, 2, 1, None]
    assert scores(answer, "m_score") == [1, 1, 2, 3, 4, 5, None]
    assert scores(answer, "f_score") == [1] * 6 + [None]
    halves = segment([], lines, TODAY, Parameters(bins=2))
    assert scores(halves, "r_score") == [2, 2, 2, 1, 1, 1]


def test_segments_split_at_the_window_two_days_and_the_median():
    money = {"HHH": 100, "HLH": 100, "LHH": 100, "LLH": 100, "HHL": 6, "HLL": 10, "LHL": 6, "LLL": 10}
    lines = []
    for letters, paid in money.items():
        days_since_last = 90 if letters[0] == "H" else 91
        lines += a_history(letters, [1] if letters[1] == "H" else [], days_since_last, TODAY, paid)
    answer = segment([], lines, TODAY)
    assert answer.splits == {"recency_days": 90, "order_days": 2, "net_sales": 56}
    for key, (letters, *_) in RFM_SEGMENTS.items():
        assert answer.members[letters]["rfm_segment"] == key


@pytest.mark.parametrize(
    ("split", "used", "segments"),
    [
        ("default", (90, 2, 20), ["general_value", "general_develop", "general_winback", "important_keep"]),
        ("median", (60, 1.5, 20), ["general_value", "general_develop", "general_winback", "important_keep"]),
        (
            "mean",
            (132.5, 1.75, 27.5),
            ["general_value", "general_develop", "general_develop", "important_keep"],
        ),
        (
            (20, 3, 10),
            (20, 3, 10),
            ["important_develop", "general_develop", "important_winback", "important_keep"],
        ),
    ],
)
def test_the_split_may_be_medians_means_or_three_numbers(split, used, segments):
    people = (([5], 10, 10), ([], 20, 10), ([], 100, 20), ([1, 1], 400, 20))
    lines = [row for i, person in enumerate(people) for row in a_history(f"m{i}", *person[:2], TODAY, person[2])]
    answer = segment([], lines, TODAY, Parameters(split=split))
    assert tuple(answer.splits.values()) == used
    assert scores(answer, "rfm_segment") == segments


@pytest.mark.parametrize("split", ["median", "mean"])
def test_the_middle_is_not_above_itself_but_is_recent(split):
    lines = [row for i in range(3) for row in a_history(f"m{i}", [5], 100, TODAY)]
    answer = segment([], lines, TODAY, Parameters(split=split))
    assert scores(answer, "rfm_segment") == ["general_develop"] * 3  # HLL


# --- The whole ----------------------------------------------------------------------------------------


@pytest.mark.skipif(not SHARED.is_dir(), reason="the retail log is not here")
def test_a_real_shops_year_gives_the_published_figures():
    log = duckdb.sql(
        """select "Customer ID"::varchar, Invoice::varchar, InvoiceDate::date,
                  sum(round(Quantity * Price, 2)::decimal(18, 2))
           from read_parquet(?) where "Customer ID" is not null group by all""",
        params=[str(SHARED / "data" / "uci" / "online_retail_ii_2010.parquet")],
    ).fetchall()
    answer = segment([], [a_line(*row, is_delivered=True) for row in log], date(2010, 12, 9))
    buyers = [member for member in answer.members.values() if member["order_count"]]
    assert (len(answer.members), len(buyers)) == (4383, 4312)
    assert sum(member["order_count"] for member in buyers) == 19213
    assert sum(member["order_days"] for member in buyers) == 16999
    assert sum(member["net_sales"] for member in buyers) == Decimal("8410820.03")
    assert (answer.shop_norm, answer.splits["net_sales"]) == (46, 676.69)
    stage = Counter(scores(answer, "stage"))
    assert stage == {
        "mature": 1143, "churned": 816, "retained": 673, "converted": 658, "dormant": 537, "returned": 312,
        "declining": 173, "unknown": 69, "nurturing": 2,
    }  # fmt: skip
    group = Counter(RFM_SEGMENTS[key][0] for key in scores(answer, "rfm_segment") if key)
    assert group == {
        "HHH": 1716, "LLL": 780, "HLL": 587, "HHL": 511, "LHH": 313, "LHL": 278, "HLH": 71, "LLH": 56,
    }  # fmt: skip


@given(shops())
@settings(max_examples=60, deadline=None)
def test_every_member_has_every_feature_and_exactly_one_stage(shop: Shop):
    labels = {"stage", "stage_rule", "rfm_segment", "r_score", "f_score", "m_score"}
    for key, member in segment(shop.members, shop.order_lines, shop.as_of).members.items():
        assert member["member_id"] == key
        assert member.keys() == {*FEATURES.keys, *labels}
        assert member["stage"] in STAGES
        is_buyer = member["last_order_on"] is not None
        assert is_buyer == (member["rfm_segment"] in RFM_SEGMENTS) == (member["r_score"] is not None)


@given(shops())
@settings(max_examples=40, deadline=None)
def test_the_order_of_rows_and_the_future_change_nothing(shop: Shop):
    past = [row for row in shop.order_lines if row["ordered_on"] <= shop.as_of]
    answer = segment(shop.members, shop.order_lines, shop.as_of)
    assert segment(shop.members[::-1], past[::-1], shop.as_of) == answer


def test_the_invented_shops_reach_every_stage_segment_and_history():
    reached: set[Any] = set()

    @given(shops())
    @settings(max_examples=200, deadline=None, derandomize=True)
    def visit(shop: Shop) -> None:
        for member in segment(shop.members, shop.order_lines, shop.as_of).members.values():
            reached.update((member["stage"], member["rfm_segment"], member["history"]))

    visit()
    assert reached >= {*STAGES, *RFM_SEGMENTS, None, "full", "partial", "totals", "none"}
