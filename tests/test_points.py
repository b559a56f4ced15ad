# ruff: noqa: E501  (rows are data, long as they come)
"""``siyu points``: whose balance is wrong and since which row, who loses points soon, what the promise costs."""

from __future__ import annotations

import csv
import itertools
import json
import warnings
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import points_oracle
from commands import Run, runner
from points_oracle import Row
from siyu_cli import open_shop
from siyu_cli.config.points import PointSettings
from siyu_cli.config.settings import Settings
from siyu_cli.errors import DataError

AS_OF = date(2026, 6, 30)
HEADER = "手机号,变动时间,变动积分,变动类型,变动原因,变动后积分,失效时间,关联订单号,积分流水号"
MEMBERS = """会员编号,手机号,姓名,等级,积分,导购
M1,13800138001,王小明,金卡,70,李娜
M2,13800138002,陈静,银卡,0,周强
M3,13800138003,赵一鸣,银卡,9,周强
M4,13800138004,钱多多,银卡,12,
"""
LOG = """13800138001,2026-01-05 10:00:00,100,增加,消费,100,2026-07-10,A1,1
13800138001,2026-02-05 10:00:00,30,减少,积分兑换,70,,,2
13800138002,2026-02-06,20,增加,消费,20,2026-12-31,B1,3
13800138002,2026-02-07,15,减少,兑换,5,,,4
13800138002,2026-02-09,20,减少,退货扣回,0,,B1,5
13800138003,2026-02-09,20,增加,消费,25,2026-07-01,,6
13800138003,2026-03-09,20,增加,消费,55,2026-07-31,,7
"""
ORDERS = "订单号,手机号,付款时间,实付金额\nA1,13800138001,2026-01-05,1000\nB1,13800138002,2026-02-06,200\n"


@pytest.fixture
def run(empty_folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    for name, text in (("客户.csv", MEMBERS), ("明细.csv", f"{HEADER}\n{LOG}"), ("订单.csv", ORDERS)):
        (empty_folder / name).write_text(text, "utf-8")
    return runner(capsys)


def asked(run: Run, *more: str, log: str | None = None) -> dict[str, Any]:
    if log is not None:
        Path("明细.csv").write_text(f"{HEADER}\n{log}", "utf-8")
    ended = run("points", "明细.csv", "客户.csv", "订单.csv", "--as-of", str(AS_OF), "--format", "json", *more)
    assert ended.code in (0, 3), ended.err
    return json.loads(ended.out)


def rows_of(log: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(log)


def test_the_balance_is_what_came_in_less_what_went(run: Run):
    found = asked(run, "--show-personal")
    assert (found["balance"], found["debt"], found["members"]) == (100, 15, 2)
    assert found["lots_expiring"] == [{"month": "2026-07", "points": 110, "value": None}]
    assert found["debts"] == [{"member_id": "M2", "debt": 15}]
    assert (found["opening"], found["opening_members"]) == (5, 1)


def test_the_first_row_at_which_a_members_balances_part_is_named_with_its_place_and_cause(run: Run):
    held = asked(run, "--show-personal")["reconciliation"]
    assert (held["rows"], held["agree"]) == (7, 5)
    first, second = held["breaks"]
    assert (first["member_id"], first["log_id"], first["told"], first["computed"]) == ("M2", "5", 0, -15)
    assert (first["cause"], first["difference"]) == ("debt", 15)
    assert {key: second[key] for key in ("member_id", "log_id", "changed_on", "file", "row", "difference", "cause")} == {
        "member_id": "M3", "log_id": "7", "changed_on": "2026-03-09", "file": "明细.csv", "row": 8, "difference": 10,
        "cause": "missing_rows",
    }  # fmt: skip
    assert held["members"] == {"of": 4, "agree": 1}
    assert {row["cause"]: (row["breaks"], row["accounts"]) for row in held["causes"]} == {
        "debt": (1, 1), "missing_rows": (1, 2),
    }  # fmt: skip


def test_balances_that_part_are_a_finding_and_agreeing_ones_are_none(run: Run):
    assert run("points", "明细.csv", "客户.csv", "--as-of", str(AS_OF)).code == 3
    Path("客户.csv").write_text("会员编号,手机号,等级,积分\nM1,13800138001,金卡,70\n", "utf-8")
    Path("明细.csv").write_text(f"{HEADER}\n" + "".join(LOG.splitlines(keepends=True)[:2]), "utf-8")
    assert run("points", "明细.csv", "客户.csv", "--as-of", str(AS_OF)).code == 0


CAUSES = {
    "missing_rows": ["2026-01-05,100,增加,消费,100,,,1", "2026-02-05,10,减少,兑换,60,,,2"],
    "frozen": ["2026-01-05,100,增加,消费,100,,,1", "2026-02-05,40,冻结,下单,60,,,2", "2026-02-06,10,减少,兑换,50,,,3"],
    "opening": ["2026-01-05,100,增加,消费,,,,1", "2026-02-05,10,减少,兑换,390,,,2"],
    # The platform forgot that the first hundred had lapsed.
    "expiry_rule": ["2026-01-05,100,增加,消费,100,2026-01-31,,1", "2026-02-05,10,增加,消费,110,,,2"],
    "debt": ["2026-01-05,10,增加,消费,10,,A,1", "2026-01-06,10,减少,兑换,0,,,2", "2026-01-07,10,减少,退货扣回,0,,A,3"],
}


@pytest.mark.parametrize("cause", CAUSES)
def test_why_balances_part_is_told(run: Run, cause: str):
    held = asked(run, log="\n".join(f"13800138001,{row}" for row in CAUSES[cause]))["reconciliation"]
    assert [row["cause"] for row in held["breaks"]] == [cause]


def test_points_the_platform_expired_that_count_by_the_rule_are_another_rule(run: Run):
    log = "13800138001,2026-01-05,100,增加,消费,100,2026-12-31,,1\n13800138001,2026-02-05,100,减少,积分过期,0,,,2\n"
    found = asked(run, log=log)
    assert found["lapsed"] == {"computed": 0, "told": 100}
    assert [row["cause"] for row in found["reconciliation"]["breaks"]] == ["expiry_rule"]
    assert found["balance"] == 100


def test_points_the_platform_expired_on_time_are_not_taken_twice(run: Run):
    log = "13800138001,2026-01-05,100,增加,消费,100,2026-01-31,,1\n13800138001,2026-02-01,100,减少,积分过期,0,,,2\n"
    found = asked(run, log=log)
    assert (found["lapsed"], found["balance"]) == ({"computed": 100, "told": 100}, 0)
    assert found["reconciliation"]["breaks"] == []


def test_several_movements_of_one_moment_agree_in_whatever_order_they_happened(run: Run):
    rows = [
        "2026-01-05,100,增加,消费,100,,,1",
        "2026-01-06,20,减少,兑换,80,,,2",
        "2026-01-06,50,增加,消费,130,,,3",
        "2026-01-06,30,减少,兑换,100,,,4",
    ]
    for order in list(itertools.permutations(rows))[::5]:
        held = asked(run, log="\n".join(f"13800138001,{row}" for row in order))["reconciliation"]
        assert (held["rows"], held["agree"]) == (4, 4)


def test_the_rule_of_the_shop_says_how_long_points_count_where_the_log_does_not(run: Run):
    log = "13800138001,2025-06-30,100,增加,消费,,,,1\n13800138001,2025-07-01,50,增加,消费,,,,2\n"
    assert asked(run, log=log)["never"] == 150
    Path("siyu.toml").write_text("[points]\nvalid_days = 365\nvalue = 0.01\n", "utf-8")
    found = asked(run, log=log)
    assert (found["balance"], found["expiring"]) == (150, 150)
    assert found["lots_expiring"] == [
        {"month": "2026-06", "points": 100, "value": 1}, {"month": "2026-07", "points": 50, "value": 0.5},
    ]  # fmt: skip
    Path("siyu.toml").write_text("[points]\nend_of_year = 0\n", "utf-8")
    assert asked(run, log=log)["lapsed"]["computed"] == 150


@pytest.mark.parametrize(
    "text",
    ["valid_days = 0", "value = 0", "value = -1", "expected_rate = 2", "valid_days = 365\nend_of_year = 1", "days = 1"],
)
def test_settings_that_mean_nothing_are_refused_where_they_stand(run: Run, text: str):
    Path("siyu.toml").write_text(f"[points]\n{text}\n", "utf-8")
    ended = run("points", "明细.csv", "--as-of", str(AS_OF))
    assert ended.code == 78
    assert "siyu.toml" in ended.err


@pytest.mark.parametrize("days", ["0d", "soon", "-3d", "99999d", "３０d"])
def test_days_that_are_none_are_refused(run: Run, days: str):
    assert run("points", "明细.csv", "--expiring", days).code == 2


def test_who_loses_points_within_the_days_asked_for_is_listed_most_first(run: Run):
    ended = run("points", "明细.csv", "客户.csv", "--as-of", str(AS_OF), "--expiring", "1d", "--show-personal")
    rows = list(csv.DictReader(ended.out.splitlines()))
    assert [(row["member_id"], row["points_expiring"], row["first_expires_on"]) for row in rows] == [
        ("M3", "20.00", "2026-07-01")
    ]
    ended = run("points", "明细.csv", "客户.csv", "--as-of", str(AS_OF), "--show-personal")
    rows = list(csv.DictReader(ended.out.splitlines()))
    assert [(row["member_id"], row["points_expiring"]) for row in rows] == [("M1", "70.00"), ("M3", "20.00")]


def test_each_employee_gets_the_list_of_theirs_with_names_to_call(run: Run):
    ended = run(
        "points", "明细.csv", "客户.csv", "--as-of", str(AS_OF), "--expiring", "31d", "--split-by", "owner", "--lang", "zh",
        "--show-personal", "-o", "到期.xlsx",
    )  # fmt: skip
    assert ended.code == 3, ended.err
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl leaves out what it does not know
        book = openpyxl.load_workbook("到期_周强.xlsx")
    header, *rows = book["即将过期积分"].iter_rows(values_only=True)
    book.close()
    assert header[:4] == ("会员编号", "手机号", "姓名", "即将过期积分")
    assert [row[:4] for row in rows] == [("M3", "13800138003", "赵一鸣", 40)]


def test_nobodys_phone_or_name_is_shown_unless_asked_for(run: Run):
    for form in ("table", "csv", "json", "jsonl", "markdown"):
        shown = run("points", "明细.csv", "--as-of", str(AS_OF), "--format", form).out
        assert "13800138" not in shown
        assert "王小明" not in shown


def test_files_without_a_log_say_what_to_give(run: Run):
    ended = run("points", "客户.csv", "订单.csv", "--as-of", str(AS_OF))
    assert ended.code == 65
    assert "points_log.change" in ended.err
    Path("明细.csv").write_text(f"{HEADER}\n13800138001,2026-08-01,5,增加,x,,,,1\n", "utf-8")
    with open_shop(["明细.csv", "客户.csv"], as_of=AS_OF) as shop, pytest.raises(DataError, match="can be used"):
        shop.points()


def test_what_points_cost_and_come_to_in_the_accounts_is_told_once_a_point_has_a_value(run: Run):
    found = asked(run)
    assert found["liability"]["balance"] is None
    assert found["cost_rate"]["redeemed"] is None
    Path("siyu.toml").write_text("[points]\nvalue = 1\nexpected_rate = 0.5\n", "utf-8")
    found = asked(run)
    # 160 earned, 15 of them taken back beyond what was left: 5 at once, nothing since.
    books = found["liability"]
    expected = Decimal(books["points"]) / 2
    whole = 1200 * expected / (1200 + expected)
    assert books["allocated"] == pytest.approx(float(whole), abs=0.005)
    assert books["recognised"] == pytest.approx(float(whole * Decimal(45) / expected), abs=0.005)
    assert books["balance"] == pytest.approx(books["allocated"] - books["recognised"], abs=1e-9)
    assert found["cost_rate"]["redeemed"] == pytest.approx(45 / 1200)
    assert found["cost_rate"]["issued"] == pytest.approx((160 - 20) / 1200 / 2)


def test_twelve_months_of_cohorts_tell_what_will_be_spent_and_eleven_do_not():
    def log(months: int) -> pd.DataFrame:
        days = [date(2025 + (place + 6) // 12, (place + 6) % 12 + 1, 3) for place in range(12)][-months:]
        rows: list[tuple[str, date, int, str]] = []
        for place, day in enumerate(days):
            rows.append((f"M{place}", day, 100, "消费"))
            rows += [(f"M{place}", day + timedelta(31 * later), -30 + 10 * later, "兑换") for later in range(2)]
        kept = [row for row in rows if row[1] <= AS_OF]
        return pd.DataFrame(kept, columns=["会员编号", "变动时间", "变动积分", "变动原因"])

    for months, is_told in ((12, True), (11, False)):
        with open_shop([log(months)], as_of=AS_OF) as shop:
            figures = shop.points().figures
        assert (figures["expected_rate"]["from"] == "chain_ladder") == is_told
        if is_told:
            assert figures["expected_rate"]["rate"] == pytest.approx(0.5)
            assert [row["ultimate_rate"] for row in figures["cohorts"]] == [pytest.approx(0.5)] * 12


DAYS = st.integers(0, 12).map(lambda days: date(2026, 1, 28) + timedelta(days))
MOVES = st.lists(
    st.tuples(DAYS, st.sampled_from(["earn", "burn", "claw", "return", "adjust"]), st.integers(1, 30), st.sampled_from([None, 2, 9])),
    min_size=2, max_size=10,
)  # fmt: skip
WORDS = {"earn": "消费", "burn": "积分兑换", "claw": "退货扣回", "return": "退货返还", "adjust": "手动调整"}


def platform(moves: list[tuple[date, str, int, int | None]]) -> list[dict[str, Any]]:
    """Return a log as a platform that counts as we do would write it, by the clock."""
    rows = [
        Row(
            day,
            kind,
            -points if kind in ("burn", "claw") else points,
            None,
            None if lasts is None else day + timedelta(lasts),
        )
        for day, kind, points, lasts in sorted(moves, key=lambda move: move[0])
    ]
    slow = points_oracle.kept(rows, AS_OF)
    log: list[dict[str, Any]] = []
    for place, row in enumerate(rows):
        lapsed = sum(points for _, ends, lot, points in slow.log if max(ends, rows[lot].day) < row.day)
        log.append({
            "会员编号": "M1", "变动时间": f"{row.day} 10:00:{place:02}", "变动积分": row.points, "变动原因": WORDS[row.kind],
            "变动后积分": sum(other.points for other in rows[: place + 1]) - lapsed,
            "失效时间": None if row.points < 0 else row.expires_on, "流水号": str(place + 1),
        })  # fmt: skip
    return log


@settings(max_examples=12, deadline=None)
@given(moves=MOVES)
def test_a_platform_that_counts_alike_agrees_in_every_row(moves: list[tuple[date, str, int, int | None]]):
    log = [
        {
            "会员编号": "M0",
            "变动时间": "2026-01-01",
            "变动积分": -1,
            "变动原因": "兑换",
            "失效时间": None,
            "流水号": "x",
        },
        *platform(moves),
    ]
    with open_shop([rows_of(log)], as_of=AS_OF) as shop:
        held = shop.points().figures["reconciliation"]
    assert (held["rows"], held["agree"]) == (len(moves), len(moves))


@settings(max_examples=12, deadline=None)
@given(moves=MOVES, lost=st.integers(0, 30))
def test_a_row_that_is_missing_is_found_at_the_next_one(moves: list[tuple[date, str, int, int | None]], lost: int):
    log = platform([(day, "earn" if kind == "return" else kind, points, None) for day, kind, points, _ in moves])
    gone = 1 + lost % (len(log) - 1) if len(log) > 2 else None
    if gone is None or gone == len(log) - 1:
        return
    del log[gone]
    with open_shop([rows_of(log)], as_of=AS_OF) as shop:
        breaks = shop.points().breaks.to_pylist()
    assert [(row["log_id"], row["cause"]) for row in breaks] in (
        [(str(gone + 2), "missing_rows")], [(str(gone + 2), "debt")],
    )  # fmt: skip


def test_no_order_of_rows_or_files_changes_anything(run: Run):
    lines = LOG.splitlines()
    seen = []
    for order in (lines, lines[::-1], lines[3:] + lines[:3]):
        for cut in (0, 4):
            parts = [part for part in (order[:cut], order[cut:]) if part]
            for number, part in enumerate(parts):
                Path(f"部分{number}.csv").write_text("\n".join([HEADER, *part, ""]), "utf-8")
            files = [f"部分{number}.csv" for number in range(len(parts))]
            with open_shop([*files, "客户.csv", "订单.csv"], as_of=AS_OF) as shop:
                found = shop.points()
                figures = dict(found.figures)
                seen.append((figures, found.expiring.to_pylist(), [row["log_id"] for row in found.breaks.to_pylist()]))
    assert all(each == seen[0] for each in seen)


def test_an_answer_is_what_it_was_whatever_is_asked_later():
    log = rows_of(
        [
            {
                "会员编号": "M1",
                "变动时间": "2026-06-01",
                "变动积分": 5,
                "变动原因": "消费",
                "失效时间": "2026-07-05",
                "流水号": "1",
            }
        ]
    )
    with open_shop([log], as_of=AS_OF, settings=Settings(points=PointSettings(value=Decimal(1)))) as shop:
        first = shop.points(expiring_days=30)
        shop.points(expiring_days=1)
        assert first.frame()["expiring_value"].tolist() == [5.0]


@pytest.mark.parametrize(
    "row",
    [
        "13800138001,2026-01-05,-20,减少,积分过期,0,,,1", "13800138001,2026-01-05,20,冻结,,0,,,1", "13800138001,2026-01-05,0,增加,,0,,,1",
        "13800138001,1950-01-05,20,增加,消费,20,1951-01-01,,1", "13800138001,2026-01-05,20,增加,消费,-99999,,,1",
    ],
)  # fmt: skip
def test_a_log_of_one_odd_row_is_told_of_as_any(run: Run, row: str):
    found = asked(run, log=row)
    lapsed = 20 if ",1950-" in row else 0
    assert found["lapsed"]["computed"] == lapsed
    # What was expired or frozen had been there before the log.
    assert found["balance"] == (0 if ",0,增加" in row or lapsed else 20)


def test_numbers_that_are_no_points_are_rejected_and_the_largest_are_still_added(run: Run):
    rows = [f"13800138001,2026-01-05,{points},增加,,,,,{points}" for points in (9_999_999_998, 9_999_999_999, 10**10)]
    found = asked(run, log="\n".join(rows))
    assert found["balance"] == 19_999_999_997
    assert found["meta"]["rows_rejected"] == 1
