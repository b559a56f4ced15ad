# ruff: noqa: E501  (rows are data, long as they come)
"""``siyu risk``: indicators that are measured, decisions that are kept, what needs somebody this week."""

from __future__ import annotations

import json
import random
import warnings
from datetime import date, timedelta
from decimal import Decimal
from math import comb, exp, lgamma
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import contact_shop
from commands import Run, runner
from ledgers import open_ledger
from siyu_cli import Risk, open_shop
from siyu_cli.cli.main import main
from siyu_cli.config.settings import load_settings
from siyu_cli.core.risk.refunds import Usual, named, outstanding
from siyu_cli.core.risk.register import IDS, MOVES, Entry, apply, parse_said
from siyu_cli.core.risk.shares import shares_of
from siyu_cli.errors import UsageError
from siyu_cli.ledger.run import open_run

AS_OF = date(2026, 6, 30)
TOML = "[shop]\ngross_margin = 0.5\n[points]\nvalue = 0.01\nexpected_rate = 0.8\n"
STAFF = ("李娜", "周强", "陈晨", "吴桐", "钱进")


def day(before: int) -> str:
    return (AS_OF - timedelta(days=before)).isoformat()


def members() -> list[str]:
    """Forty members, eight of each employee; M01 and M02 share a device, M40 brings half of all sales."""
    rows = [
        f"M{number:02},1380013{8000 + number},{STAFF[number % 5]},总店,{'直播' if number % 2 else '门店'},2025-06-01"
        for number in range(1, 41)
    ]
    return ["会员编号,手机号,导购,门店,来源渠道,注册时间", *rows]


def orders() -> list[str]:
    """Six orders each; M07 gives five back, M08 one; M03 has a coupon for every order."""
    rows = []
    for number in range(1, 41):
        for place in range(6):
            refund = 100 if (number == 7 and place < 5) or (number in (8, 9) and place == 0) else 0
            amount = 4_000 if number == 40 else 100
            rows.append(f"O{number:02}{place},M{number:02},{day(20 + 50 * place)},{amount},{refund}")
    return ["订单号,会员编号,付款时间,实付金额,退款金额", *rows]


def events() -> list[str]:
    rows = [f"M03,{day(20 + 50 * place)} 12:00:00,核销,满100减20,O03{place}" for place in range(6)]
    rows += [f"M{number:02},{day(270)} 12:00:00,核销,首单券," for number in (1, 2)]
    rows += [f"M04,{day(20)} 12:00:00,核销,满100减20,O040"]
    return ["会员编号,互动时间,互动类型,内容,订单号", *rows]


INVITES = [
    "邀请人,被邀请人,邀请时间,加入时间,设备,奖励层级,奖励金额",
    *(f"M10,M{number:02},2025-05-20,2025-06-01,设备{number if number > 3 else 'X'},2,5" for number in range(1, 10)),
]
FRIENDS = [
    "手机号,添加人,添加时间,删除时间",
    *(f"1380013{8000 + number},李娜,2025-06-01," for number in range(1, 41)),
    *(f"1380013{8000 + number},周强,2025-06-02,{'2026-01-01' if number == 2 else ''}" for number in (1, 2)),
]
POINTS = [
    "会员编号,变动时间,变动积分,变动原因",
    *(f"M{number:02},{day(30)},1000,购物" for number in range(1, 11)),
    f"M01,{day(9)},-100,兑换",
]
CARDS = ["会员编号,身份证号,注册时间", "M01,11010519491231002X,2025-06-01"]
FILES = {
    "客户.csv": members(), "订单.csv": orders(), "互动记录.csv": events(), "邀请记录.csv": INVITES, "好友.csv": FRIENDS,
    "积分明细.csv": POINTS, "补充.csv": CARDS,
}  # fmt: skip


def write_shop(folder: Path, order: random.Random | None = None) -> None:
    for name, (title, *rows) in FILES.items():
        if order is not None:
            order.shuffle(rows)
        (folder / name).write_text("\n".join([title, *rows, ""]), "utf-8")


def of(document: dict[str, Any], code: str, measure: str, by: str | None = None) -> dict[str, Any]:
    risk = next(one for one in document["risks"] if one["code"] == code)
    return next(one for one in risk["indicators"] if one["measure"] == measure and one["by"] == by)


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


def asked(run: Run, *more: str, as_of: date = AS_OF) -> dict[str, Any]:
    ended = run("risk", "--as-of", str(as_of), "--format", "json", *more)
    assert ended.code in (0, 3), ended.err
    return json.loads(ended.out)


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


# --- what people decide -------------------------------------------------------------------------------


def test_likelihood_times_consequence_is_the_level_and_all_of_it_is_kept(run: Run):
    words = ("R-7", "owner=王店长", "due=2026-07-10", "status=analysed", "likelihood=3", "consequence=4")
    first = asked(run, "--set", *words)["risks"][6]
    again = asked(run)["risks"][6]
    assert first | {"indicators": []} == again | {"indicators": []}
    assert [again[key] for key in ("level", "owner", "due_on", "status")] == [12, "王店长", "2026-07-10", "analysed"]
    asked(run, "--set", "R-7 责任人=周强 应对方式=降低 剩余风险=6", "--set", "R-2", "owner=李 娜")
    held = asked(run)["risks"]
    assert [held[6][key] for key in ("owner", "treatment", "residual", "level")] == ["周强", "reduce", 6, 12]
    assert (held[1]["owner"], held[1]["status"]) == ("李 娜", "identified")
    said = open_ledger(Path()).begin()
    with said as connection:
        rows = connection.exec_driver_sql("select risk_id, seq from risk_changes order by 1, 2").all()
    assert rows == [("R-2", 1), ("R-7", 1), ("R-7", 2)]


def test_a_move_that_is_not_allowed_names_those_that_are(run: Run):
    ended = run("risk", "--as-of", str(AS_OF), "--set", "R-7", "status=closed")
    assert (ended.code, "analysed" in ended.err.partition("Hint")[2]) == (2, True)
    for status in ("analysed", "treating", "monitoring", "treating", "monitoring", "closed", "identified"):
        assert asked(run, "--set", "R-7", f"status={status}")["risks"][6]["status"] == status
    told = run("risk", "--as-of", str(AS_OF), "--set", "R-7", "status=监控中", "--lang", "zh")
    assert (told.code, "已分析" in told.err) == (2, True)


@pytest.mark.parametrize("before", list(MOVES))
def test_a_risk_moves_only_where_the_machine_lets_it(before: str):
    held = {"R-1": Entry(status=before)}
    for wanted in MOVES:
        if wanted == before or wanted in MOVES[before]:
            assert apply(held, [parse_said(f"R-1 status={wanted}")])["R-1"].status == wanted
        else:
            with pytest.raises(UsageError):
                apply(held, [parse_said(f"R-1 status={wanted}")])


@pytest.mark.parametrize("text", [
    "R-99 owner=x", "R-7", "", "R-7 owner", "R-7 mood=bad", "R-7 likelihood=6", "R-7 likelihood=0", "R-7 consequence=two",
    "R-7 status=done", "R-7 status=", "R-7 due=2026-02-30", "R-7 due=soon", "R-7 residual=26", "R-7 nonsense owner=x",
])  # fmt: skip
def test_what_cannot_be_said_of_a_risk_is_a_usage_error_and_nothing_is_kept(run: Run, text: str):
    ended = run("risk", "--set", text)
    assert (ended.code, bool(ended.err)) == (2, True)
    assert asked(run)["opened"] == 0


def test_a_risk_is_overdue_the_day_after_its_date_and_not_on_it(run: Run):
    asked(run, "--set", "R-7", f"due={AS_OF}", "owner=李娜")
    assert asked(run)["overdue"] == 0
    assert run("risk", "--as-of", str(AS_OF), "--fail-on", "overdue > 0").code == 0
    after = AS_OF + timedelta(days=1)
    ended = run("risk", "--as-of", str(after), "--fail-on", "overdue > 0")
    assert (ended.code, "overdue > 0" in ended.err) == (3, True)
    assert asked(run, as_of=after)["risks"][6]["tasks"] == ["overdue"]
    for status in ("analysed", "treating", "monitoring", "closed"):
        asked(run, "--set", "R-7", f"status={status}")
    assert asked(run, as_of=after)["overdue"] == 0


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


def test_without_a_memory_risks_are_shown_and_nothing_can_be_set(
    empty_folder: Path, capsys: pytest.CaptureFixture[str]
):
    run = runner(capsys)
    Path("订单.csv").write_text("订单号,会员编号,付款时间,实付金额\nA1,V1,2026-06-01,90\n", "utf-8")
    document = asked(run, "订单.csv")
    assert of(document, "STALE", "newest_order_days")["value"] == 29
    assert "siyu init" in of(document, "PII-OLD", "old_files")["needs"]
    ended = run("risk", "订单.csv", "--set", "R-1", "owner=x")
    assert (ended.code, "siyu init" in ended.err) == (2, True)


def test_a_condition_that_is_none_is_a_usage_error(run: Run):
    assert run("risk", "--fail-on", "nonsense > 0").code == 2


# --- what the ledger tells ----------------------------------------------------------------------------


@pytest.fixture
def exported(run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Give a shop that has exported one list of members who agreed."""
    contact_shop.write_shop(Path())
    contact_shop.set_day(monkeypatch, contact_shop.DAY)
    contact_shop.told(contact_shop.export(run, "wecom-checklist", "--format", "json"))
    return run


def without_basis(run: Run, as_of: date) -> dict[str, Any]:
    return of(asked(run, "会员.csv", "订单.csv", as_of=as_of), "CONSENT", "unknown_basis")


def test_lists_that_lie_about_or_are_open_to_others_are_counted(exported: Run):
    later = contact_shop.DAY + timedelta(days=400)
    fresh = asked(exported, as_of=contact_shop.DAY)
    assert [
        of(fresh, code, measure)["value"]
        for code, measure in (("PII-OLD", "old_files"), ("PII-MODE", "readable_files"))
    ] == [0, 0]
    files = [path for path in Path("out").iterdir() if path.is_file()]
    files[0].chmod(0o644)
    old = asked(exported, as_of=later)
    assert of(old, "PII-OLD", "old_files")["value"] == len(files)
    assert of(old, "PII-MODE", "readable_files")["value"] == 1
    assert {"folder", "file", "rows", "days"} == set(of(old, "PII-OLD", "old_files")["evidence"][0])
    for path in files:
        path.unlink()
    assert of(asked(exported, as_of=later), "PII-OLD", "old_files")["value"] == 0


def test_contacts_whose_basis_nobody_knows_any_more_are_counted(exported: Run):
    after = contact_shop.DAY + timedelta(days=3)
    assert without_basis(exported, after)["value"] == 0
    assert "members" in of(asked(exported, "订单.csv", as_of=after), "CONSENT", "unknown_basis")["needs"]
    Path("会员.csv").write_text(contact_shop.MEMBERS.replace("老客,是,是,是,否", "老客,,,,否"), "utf-8")
    found = without_basis(exported, after)
    assert (found["value"], found["band"], found["evidence"][0]["member_id"]) == (1, "medium", "V001")
    assert without_basis(exported, contact_shop.DAY + timedelta(days=91))["value"] == 0
    Path("siyu.toml").write_text(
        '[consent]\nwecom = { basis = "会员协议", on = 2026-01-01, document = "v3.pdf" }\nsms = { basis = "会员协议", on = 2026-01-01, document = "v3.pdf" }\n',
        "utf-8",
    )
    assert without_basis(exported, after)["value"] == 0


def test_one_contact_after_a_refusal_is_high(exported: Run):
    assert exported("suppress", "add", "V001", "--reason", "退订").code == 0
    with open_ledger(Path()).begin() as connection:
        connection.exec_driver_sql("update suppressions set added_at = '2026-02-01T08:00:00+00:00'")
    found = of(asked(exported, as_of=contact_shop.DAY), "CONSENT", "after_withdrawal")
    assert (found["value"], found["threshold"], found["band"]) == (1, 1, "high")
    assert found["evidence"] == [{"sent_on": "2026-03-02", "destination": "wecom-checklist", "contacts": 1}]


def test_a_notification_that_is_refused_is_remembered_until_one_is_taken(run: Run):
    own = load_settings(None, Path(), {})
    for taken in (True, False, False):
        with open_run(own, "report", AS_OF, {}, lambda _stop: lambda: None) as memory:
            memory.note_sent([("wecombot://…", taken), ("dingtalk://…", True)])
    found = of(asked(run), "NOTIFY", "failed_notices")
    assert (found["value"], found["band"]) == (2, "medium")
    assert found["evidence"] == [{"service": "wecombot://…", "failed": 2, "last_on": str(AS_OF)}]
    with open_run(own, "report", AS_OF, {}, lambda _stop: lambda: None) as memory:
        memory.note_sent([("wecombot://…", True)])
    assert of(asked(run), "NOTIFY", "failed_notices")["value"] == 0


def test_the_register_holds_in_a_teams_database_too(
    kind: str, tmp_path: Path, ledger_toml: str, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "siyu.toml").write_text(ledger_toml, "utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["risk", "--as-of", str(AS_OF), "--set", "R-7 owner=李娜 due=2026-06-29", "--quiet"]) == 0
    assert main(["risk", "--as-of", str(AS_OF), "--fail-on", "overdue > 0", "--quiet"]) == 3
