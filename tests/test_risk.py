"""``siyu risk``: indicators that are measured, decisions that are kept, what needs somebody this week."""

from __future__ import annotations

import json
import random
import warnings
from decimal import Decimal
from math import comb, exp, lgamma
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commands import Run, runner
from risk_shop import AS_OF, FILES, TOML, asked, of, write_shop
from siyu_cli import Risk, open_shop
from siyu_cli.cli.main import main
from siyu_cli.config.settings import load_settings
from siyu_cli.core.risk.refunds import Usual, named, outstanding
from siyu_cli.core.risk.register import IDS
from siyu_cli.core.risk.shares import shares_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    write_shop(folder)
    (folder / "siyu.toml").write_text(TOML, "utf-8")
    return folder


@pytest.fixture(scope="module")
def told(folder: Path) -> dict[str, Any]:
    """Give what one run on the whole shop says, written as JSON beside a workbook."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(["risk", *FILES, "--as-of", str(AS_OF), "-o", "风险.json", "--quiet"]) == 0
        assert main(["risk", *FILES, "--as-of", str(AS_OF), "-o", "风险.xlsx", "--quiet", "--lang", "zh"]) == 0
    return json.loads((folder / "风险.json").read_text("utf-8"))


@pytest.fixture
def run(empty_folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    (empty_folder / "siyu.toml").write_text("", "utf-8")
    return runner(capsys)


# --- what is measured ---------------------------------------------------------------------------------


def test_every_risk_has_its_number_for_good(told: dict[str, Any]):
    numbered = {one["code"]: one["risk_id"] for one in told["risks"]}
    assert numbered == IDS
    assert (numbered["PII-OLD"], numbered["REFUND"], numbered["NOTIFY"]) == ("R-1", "R-7", "R-12")


def test_half_a_third_and_a_fifth_are_as_concentrated_as_two_and_a_half_equal_ones():
    found = shares_of([(Decimal(5), 1), (Decimal(3), 1), (Decimal(2), 1), (Decimal(-4), 3)])
    assert found is not None
    assert (found.top, found.hhi, round(found.effective, 2)) == (0.5, 0.38, 2.63)
    assert shares_of([(Decimal(0), 4)]) is None


@settings(max_examples=20)
@given(st.lists(st.tuples(st.integers(-9, 99), st.integers(1, 5)), max_size=9), st.randoms(use_true_random=False))
def test_concentration_is_that_of_single_amounts_in_any_order(cells: list[tuple[int, int]], order: random.Random):
    found = shares_of((Decimal(amount) / 7, count) for amount, count in cells)
    single = [(Decimal(amount) / 7, 1) for amount, count in cells for _ in range(count)]
    order.shuffle(single)
    alike = shares_of(single)
    assert (found is None) == (alike is None) == all(amount <= 0 for amount, _count in cells)
    if found and alike:
        assert (found.top, found.hhi) == pytest.approx((alike.top, alike.hhi))


def test_sales_that_hang_on_few_are_told_by_employee_store_channel_and_member(told: dict[str, Any]):
    sales = {
        f"M{number:02}": 6 * (4_000 if number == 40 else 100) - {7: 500, 8: 100, 9: 100}.get(number, 0)
        for number in range(1, 41)
    }
    total = sum(sales.values())
    by_owner = [sum(money for key, money in sales.items() if int(key[1:]) % 5 == place) for place in range(5)]
    for by, parts in {"owner": by_owner, "member": list(sales.values()), "store": [total]}.items():
        assert of(told, "CONC", "top_share", by)["value"] == pytest.approx(max(parts) / total)
        hhi = sum((part / total) ** 2 for part in parts)
        assert of(told, "CONC", "hhi", by)["value"] == pytest.approx(hhi)
        assert of(told, "CONC", "effective", by)["value"] == pytest.approx(1 / hhi)
    assert of(told, "CONC", "top_share", "store")["band"] is None  # a shop of one store could have no other
    top = of(told, "CONC", "top_share", "member")
    assert (top["threshold"], top["band"], top["evidence"][0]["member_id"]) == (0.5, "high", "M40")


def test_a_friend_who_was_deleted_leaves_a_member_to_one_employee(told: dict[str, Any]):
    sole = of(told, "CONC", "sole_employee_share")
    total = 39 * 600 + 24_000 - 700
    assert sole["value"] == pytest.approx((total - 600) / total)  # M01 alone has a second one
    assert (sole["evidence"][0]["owner"], sole["evidence"][0]["members"]) == ("李娜", 39)


def test_offers_that_are_drained_are_told_by_who_never_buys_without_and_by_groups_who_share(told: dict[str, Any]):
    only = of(told, "PROMO", "only_with_coupon_rate")
    assert (only["value"], only["evidence"]) == (pytest.approx(6 / 9), [{"member_id": "M03", "redeemed": 6}])
    assert [one["member_id"] for one in of(told, "PROMO", "sharing_people")["evidence"]] == ["M01", "M02", "M03"]
    # The first order of all three had a coupon: two more than one.
    assert of(told, "PROMO", "extra_first_coupons")["value"] == 2


def test_who_gives_back_nearly_everything_is_suspicious_and_who_gives_back_one_is_not(told: dict[str, Any]):
    found = of(told, "REFUND", "suspicious_members")
    assert [(one["member_id"], one["orders"], one["given_back"]) for one in found["evidence"]] == [("M07", 6, 5)]
    assert of(told, "REFUND", "suspicious_refunds")["value"] == 500
    assert "fraud" not in json.dumps(told).casefold()


def test_promises_are_held_against_a_years_net_sales(told: dict[str, Any]):
    points = of(told, "LIAB", "points_liability")
    assert points["threshold"] == pytest.approx(0.02 * (39 * 600 + 24_000 - 700), abs=0.01)
    assert 0 < points["value"] < 10_000 * 0.01
    assert of(told, "LIAB", "offers_all_redeemed")["value"] == 0


def test_rewards_two_levels_deep_are_medium_whatever_the_settings_say(told: dict[str, Any]):
    depth = of(told, "PYRAMID", "reward_depth")
    assert (depth["value"], depth["threshold"], depth["band"], depth["evidence"]) == (
        2,
        2,
        "medium",
        [{"participants": 10}],
    )
    assert of(told, "PYRAMID", "depth_people")["value"] == 20


def test_files_with_id_cards_and_stale_exports_are_told(told: dict[str, Any]):
    cards = of(told, "PII-INPUT", "personal_inputs")
    assert (cards["value"], cards["band"]) == (1, "medium")
    assert [(one["file"], one["columns"]) for one in cards["evidence"]] == [("补充.csv", ["身份证号"])]
    assert of(told, "STALE", "newest_order_days")["value"] == 20


def test_the_model_is_held_against_recency_as_the_backtest_does(told: dict[str, Any], folder: Path):
    found = of(told, "MODEL", "behind_recency")
    with open_shop([folder / "客户.csv", folder / "订单.csv"], as_of=AS_OF) as shop:
        cuts = [cut["models"] | {"own": cut["models"][cut["model"]]} for cut in shop.backtest().cutoffs]
    known = [(cut["recency"]["auc"], cut["own"]["auc"]) for cut in cuts if cut["own"]["auc"] is not None]
    assert len(found["evidence"]) == len(known)
    if known:
        assert found["value"] == pytest.approx(sum(a - b for a, b in known) / len(known))
    else:
        assert found["value"] is None


def test_what_needs_a_file_says_which_and_is_never_zero(run: Run):
    Path("订单.csv").write_text("订单号,会员编号,付款时间,实付金额\nA1,V1,2026-06-01,90\n", "utf-8")
    document = asked(run, "订单.csv")
    missing = [one for risk in document["risks"] for one in risk["indicators"] if one["value"] is None]
    assert {one["code"] for one in missing} == {"CONC", "PROMO", "REFUND", "LIAB", "PYRAMID", "MODEL", "NOTIFY"}
    assert all(one["needs"] and one["band"] is None and one["threshold"] is None for one in missing)
    without = asked(run)
    assert {one["code"] for one in without["risks"] if one["band"]} == {"PII-OLD", "PII-MODE", "CONSENT", "LIAB"} - {
        "LIAB"
    }
    assert without["unmeasured"] == 8


def test_thresholds_are_the_shops_own(folder: Path, told: dict[str, Any]):
    own = load_settings(None, folder, {"SIYU_RISK__STALE_DAYS": "[15, 20]"})
    with open_shop([folder / "订单.csv"], as_of=AS_OF, settings=own) as shop:
        found = of(shop.ask(Risk()).report().values, "STALE", "newest_order_days")  # type: ignore[arg-type]
    assert (found["threshold"], found["band"]) == (20, "high")


def test_no_order_of_rows_or_files_matters(told: dict[str, Any], tmp_path: Path):
    write_shop(tmp_path, random.Random(4))
    (tmp_path / "siyu.toml").write_text(TOML, "utf-8")
    own = load_settings(None, tmp_path, {})
    names = sorted(FILES, reverse=True)
    with open_shop([tmp_path / name for name in names], as_of=AS_OF, settings=own) as shop:
        found = shop.ask(Risk())
        values = {(one.code, one.measure, one.by): one.value for risk in found.risks for one in risk.indicators}  # type: ignore[attr-defined]
    before = {
        (one["code"], one["measure"], one["by"]): one["value"] for risk in told["risks"] for one in risk["indicators"]
    }
    of_memory = ("PII-OLD", "PII-MODE", "CONSENT", "NOTIFY")
    kept = {key: value for key, value in before.items() if key[0] not in of_memory and "offers" not in key[1]}
    assert {key: values[key] for key in kept} == kept


# --- refunds by an oracle -----------------------------------------------------------------------------


def tail(alpha: float, beta: float, back: int, orders: int) -> float:
    def ln_beta(a: float, b: float) -> float:
        return lgamma(a) + lgamma(b) - lgamma(a + b)

    return sum(
        comb(orders, few) * exp(ln_beta(few + alpha, orders - few + beta) - ln_beta(alpha, beta))
        for few in range(back, orders + 1)
    )


@pytest.mark.parametrize(
    ("alpha", "beta", "back", "orders"), [(1.0, 19.0, 5, 6), (0.5, 4.0, 0, 9), (3.0, 27.0, 12, 40)]
)
def test_the_tail_is_that_of_the_definition(alpha: float, beta: float, back: int, orders: int):
    assert Usual(alpha, beta).at_least(back, orders) == pytest.approx(tail(alpha, beta, back, orders), rel=1e-9)


@settings(max_examples=30)
@given(st.lists(st.sampled_from([0.001, 0.004, 0.01, 0.02, 0.04, 0.2, 1.0]), min_size=1, max_size=12))
def test_who_is_named_is_who_benjamini_and_hochberg_name(tails: list[float]):
    count = len(tails)
    ranked = sorted(tails)
    limit = max((one for place, one in enumerate(ranked, start=1) if one <= 0.1 * place / count), default=-1.0)
    distinct = sorted(set(tails))
    people = np.array([tails.count(one) for one in distinct], float)
    assert dict(zip(distinct, named(np.array(distinct), people), strict=True)) == {
        one: one <= limit for one in distinct
    }


def test_nobody_is_named_where_orders_come_back_alike_or_others_are_too_few():
    alike = {"orders": [10] * 3, "given_back": [0, 1, 2], "people": [40, 30, 10]}
    assert outstanding(alike) == []
    assert outstanding({"orders": [100, 90, 80], "given_back": [5, 4, 60], "people": [1, 1, 1]}) == []
    assert outstanding({"orders": [], "given_back": [], "people": []}) == []
    four = {"orders": [100, 90, 110, 80], "given_back": [5, 4, 6, 60], "people": [1, 1, 1, 1]}
    assert [(orders, back) for orders, back, _tail in outstanding(four)] == [(80, 60)]


# --- what is told of it --------------------------------------------------------------------------------


def test_what_reached_a_threshold_is_identified_and_asks_for_an_owner(told: dict[str, Any], folder: Path):
    felt = {one["risk_id"] for one in told["risks"] if one["band"] in ("medium", "high")}
    assert {one["risk_id"] for one in told["risks"] if one["status"] == "identified"} == felt
    assert {one["risk_id"] for one in told["risks"] if "assign" in one["tasks"]} == felt
    assert told["waiting"] == len(felt) > 3


def test_the_first_sheet_says_what_needs_somebody_this_week_and_by_which_threshold(told: dict[str, Any], folder: Path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # openpyxl knows no data bars of its own age
        book = openpyxl.load_workbook(folder / "风险.xlsx")
    rows = [list(row) for row in book.worksheets[0].values]
    place = next(at for at, row in enumerate(rows) if row[0] == "风险编号")
    assert len(rows) - place - 1 >= told["waiting"]
    first = rows[place + 1]
    assert (first[0], first[1]) == ("R-5", "指定责任人和期限")
    assert "达到 50.0%" in first[4]
