"""Who comes back by themselves: by silence and purchase days, held against figures of programs that share nothing."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import corner_shop
from commands import Run, runner
from core_shop import label_rows
from real_shops import EXPECTED, SHARED, UCI_ENDS, needs_shared, uci_lines
from retention_oracle import Person, people_of
from shops import Row, Shop, a_line, shops
from siyu_cli.config.settings import Settings
from siyu_cli.core.parameters import parameters
from siyu_cli.core.winback.natural import SPANS, Band, look_back, open_spans, worth_until
from siyu_cli.core.winback.trial import compare
from siyu_cli.engines.protocol import Engine
from siyu_cli.engines.step import step

DAYS = 90


def natural(engine: Engine, orders: Any, as_of: date, looked_from: date, members: Any = ()) -> tuple[Band, ...]:
    shop = label_rows(engine, members, orders, as_of)
    return look_back(engine, {**shop.params, "horizon_days": DAYS}, looked_from)


def bought(member: str, *orders: tuple[str, int]) -> list[Row]:
    return [a_line(member, f"{member}{n}", date.fromisoformat(day), paid) for n, (day, paid) in enumerate(orders)]


def of(bands: tuple[Band, ...], silent_from: int, order_days: str | None = None) -> Band:
    return next(band for band in bands if (band.silent_from, band.order_days) == (silent_from, order_days))


def test_silence_ends_with_the_date_and_the_horizon_with_its_last_day(engine: Engine):
    cut = date(2026, 1, 31)
    orders = [
        *bought("A", ("2026-01-01", 10), ("2026-05-01", 70)),  # silent 30 days, back on day 90
        *bought("B", ("2025-12-31", 10), ("2026-05-02", 99)),  # silent 31 days, back on day 91: too late
        *bought("C", ("2026-01-31", 10), ("2026-02-01", 5)),  # bought on the very day: silent for 0
    ]
    bands = natural(engine, orders, date(2026, 6, 30), cut)
    assert [(of(bands, start).members, of(bands, start).returned) for start in (0, 31)] == [(2, 2), (1, 0)]
    recent = of(bands, 0)
    assert (recent.value_per_returner, recent.value_per_member, recent.median_days) == (37.5, 37.5, 1)


def test_those_who_bought_once_and_often_are_told_apart(engine: Engine):
    orders = [*bought("A", ("2026-01-01", 10)), *bought("B", *((f"2025-12-0{day}", 10) for day in (1, 2, 3, 4)))]
    bands = natural(engine, orders, date(2026, 6, 30), date(2026, 1, 31))
    assert (of(bands, 0, "1").members, of(bands, 31, "4+").members, of(bands, 31, "1").members) == (1, 1, 0)


def test_a_contact_is_worth_it_as_long_as_more_comes_back_than_it_costs(engine: Engine):
    orders = [
        *bought("A", ("2026-01-20", 10), ("2026-02-20", 50)),
        *bought("B", ("2025-12-20", 10), ("2026-02-20", 4)),
        *bought("C", ("2025-10-01", 10)),
    ]
    bands = natural(engine, orders, date(2026, 6, 30), date(2026, 1, 31))
    assert [worth_until(bands, cost, 0.5) for cost in (1.0, 2.0, 30.0)] == [60, 30, None]


@needs_shared
def test_natural_return_is_that_of_a_program_that_shares_nothing(engine: Engine):
    expected = json.loads((EXPECTED / "winback.json").read_text("utf-8"))["uci|2010-09-09|90"]
    bands = natural(engine, uci_lines(), UCI_ENDS, date(2010, 9, 9))
    for row in expected["natural"]:
        band = of(bands, row["silent_from"])
        assert (band.silent_to, band.members, band.returned) == (row["silent_to"], row["members"], row["returned"])
        assert (band.median_days, str(band.net_sales)) == (row["median_days_to_return"], row["net_sales_of_returners"])
    for name, row in expected["by_order_days"].items():
        span, order_days = name.split("|")
        band = of(bands, int(span.split("-")[0]), order_days)
        assert (band.members, band.returned) == (row["members"], row["returned"])


@given(shops(), st.integers(1, 800))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_shop_has_the_returns_that_can_be_counted_by_hand(duckdb_engine: Engine, shop: Shop, ago: int):
    cut = shop.as_of - timedelta(days=ago)
    bands = natural(duckdb_engine, shop.order_lines, shop.as_of, cut, shop.members)
    people = people_of(duckdb_engine, "first_order")
    for start, following in zip(SPANS, (*SPANS[1:], 99_999), strict=True):
        silent = [person for person in people if start <= silence(person, cut) < following]
        came = [p for p in silent if any(cut < day <= cut + timedelta(days=DAYS) for day in p.bought_on)]
        assert (of(bands, start).members, of(bands, start).returned) == (len(silent), len(came))


def silence(person: Person, cut: date) -> int:
    return min(((cut - day).days for day in person.bought_on if day <= cut), default=-1)


@pytest.fixture
def run(empty_folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    corner_shop.write_shop(empty_folder)
    return runner(capsys)


def test_the_document_has_bands_dates_and_what_a_contact_may_cost(run: Run):
    ended = run("winback", "会员.csv", "订单.csv", "--as-of", "2026-03-01", "--contact-cost", "0.5", "--format", "json")
    document = json.loads(ended.out)
    assert {"bands", "dates", "looked_from", "worth_until"} < document.keys()
    assert document["looked_from"] == "2025-12-01"


# --- A list with arms -----------------------------------------------------------------------------------

FIRST = ("--as-of", "2026-03-01", "--starts-on", "2025-12-01", "--format", "json")


@pytest.fixture
def trial(run: Run) -> Run:
    """Return what asks a shop of 60 who were silent for 182 days: of 40 written to 30 came back, of 20 left alone 4."""
    people = [("触达", number < 30) for number in range(40)] + [("留白", number < 4) for number in range(20)]
    bought = [f"O{at},M{at},2025-06-01,50" for at in range(60)]
    bought += [f"P{at},M{at},2026-02-{1 + at % 28:02d},100" for at, (_, came) in enumerate(people) if came]
    bought.append("Q,N,2026-02-03,100")  # never bought before: no win-back, whatever the list says
    listed = [f"M{at},{arm}" for at, (arm, _) in enumerate(people)] + ["N,触达"]
    Path("订单.csv").write_text("\n".join(["订单号,会员编号,付款时间,实付金额", *bought, ""]), "utf-8")
    Path("名单.csv").write_text("\n".join(["会员编号,组别", *listed, ""]), "utf-8")
    return lambda *more: run("winback", "订单.csv", "--assigned", "名单.csv", "--control", "留白", *FIRST, *more)


def test_what_a_message_added_is_what_came_beside_those_left_alone(trial: Run):
    document = json.loads(trial("--contact-cost", "1").out)
    found = document["incremental"]
    assert (document["verdict"], document["left_out"], document["srm"]) == ("effective", 1, {"p": None})
    assert (found["return_rate"], found["natural_rate"], found["would_have_come_anyway"]) == (0.75, 0.2, 0.2 / 0.75)
    assert (found["returned"], found["net_sales"]) == (pytest.approx(22), pytest.approx(2_200))
    assert 0 < found["returned_low"] < 22 < found["returned_high"] < 40
    assert found["cost_per_return"] == pytest.approx(1 / 0.55)
    (span,) = document["by_silence"]
    assert (span["silent_from"], span["silent_to"], span["targeted"], span["control"]) == (181, 270, 40, 20)
    assert (span["pays"], document["pays_until"]) == ("yes", 270)
    assert {arm["arm"]: (arm["members"], arm["returned"]) for arm in document["arms"]} == {
        "触达": (40, 30),
        "留白": (20, 4),
    }


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from(SPANS), st.integers(0, 1), st.integers(-50, 900)), min_size=4
    )
)
@settings(max_examples=25, deadline=None)
def test_spans_of_silence_sum_to_all_together(people: list[tuple[str, int, int, int]]):
    people += [("a", 0, 1, 5), ("b", 31, 0, 0)]
    rows = pd.DataFrame(people, columns=["arm", "silent_from", "returned", "net_sales"])
    whole, spans = compare(rows, "a")
    for side in ("targeted", "control"):
        arms = [getattr(span, side) for span in spans]
        assert sum(arm.people for arm in arms) == getattr(whole, side).people
        assert sum(arm.sums["net_sales"] for arm in arms) == getattr(whole, side).sums["net_sales"]
    assert compare(rows.iloc[::-1], "a") == (whole, spans)


def test_a_contact_that_costs_more_than_it_adds_surely_does_not_pay(trial: Run):
    document = json.loads(trial("--contact-cost", "200").out)
    assert (document["by_silence"][0]["pays"], document["pays_until"]) == ("no", None)
    assert json.loads(trial("--contact-cost", "55").out)["by_silence"][0]["pays"] == "unsure"


def test_arms_that_are_not_what_was_drawn_get_no_verdict(trial: Run):
    ended = trial("--control-share", "0.9")
    document = json.loads(ended.out)
    assert (ended.code, document["verdict"], document["by_silence"][0]["verdict"]) == (3, "withheld", "withheld")
    assert document["srm"]["p"] < 0.001


def test_of_a_list_those_silent_for_longer_can_be_looked_at_alone(trial: Run):
    assert json.loads(trial("--silent", "181").out)["incremental"]["targeted"] == 40
    ended = trial("--silent", "182")
    assert (ended.code, "--control names" in ended.err) == (65, True)


def test_a_list_that_says_too_little_is_a_mistake_in_the_command_line(trial: Run, run: Run):
    assert trial("--control", "不发").code == 2
    assert run("winback", "订单.csv", "--assigned", "名单.csv", "--control", "留白").code == 2  # since when?
    assert run("winback", "订单.csv", "--control", "留白").code == 2


def hillstrom(engine: Engine) -> pd.DataFrame:
    """Return the published mail experiment as assigned members: months of silence are days in their middle."""
    began = date(2008, 3, 1)
    rows = duckdb.sql(
        """select 'h' || row_number() over () as member_id, segment as arm, recency, conversion, spend
           from read_csv($file)""",
        params={"file": str(SHARED / "hillstrom" / "hillstrom.csv")},
    ).to_arrow_table()  # fmt: skip
    assert rows.num_rows
    lines = duckdb.sql(
        """select member_id, member_id || kind as order_id, day as ordered_on, 'paid' as status,
                  false as is_delivered, cast(paid as decimal(18, 2)) as paid_amount,
                  cast(0 as decimal(18, 2)) as refunded_amount, cast(null as date) as refunded_on
           from (select member_id, 'a' as kind, $began - cast(30 * recency - 14 as integer) as day, 10 as paid from rows
                 union all select member_id, 'b', $began + 5, spend from rows where conversion = 1)""",
        params={"began": began},
    ).to_arrow_table()  # fmt: skip
    engine.open("order_lines", lines)
    engine.run(step("purchases"), parameters(Settings(), date(2008, 6, 1)))
    engine.open("assigned_members", rows.select(["member_id", "arm"]))
    open_spans(engine)
    given = {"looked_from": began - timedelta(days=1), "horizon_days": 14, "silent_days": -1}
    return engine.fetch(step("assigned_returns"), given)


@needs_shared
def test_a_published_trial_comes_out_by_how_long_its_people_had_been_silent(duckdb_engine: Engine):
    expected = json.loads((EXPECTED / "winback.json").read_text("utf-8"))["hillstrom_by_months_silent"]
    rows = hillstrom(duckdb_engine)
    quarters = {"1-3": (0, 31, 61), "4-6": (91, 121), "7-9": (181,), "10-12": (271,)}
    arms = {"mens": ["Mens E-Mail"], "womens": ["Womens E-Mail"], "any": ["Mens E-Mail", "Womens E-Mail"]}
    none = "No E-Mail"
    for months, told in expected.items():
        part = rows if months == "all" else rows[rows["silent_from"].isin(quarters[months])]
        for name, mails in arms.items():
            found, _ = compare(part[part["arm"].isin([*mails, none])], none)
            row = told[name]
            assert (found.targeted.people, found.targeted.sums["returned"]) == (row["n"], row["conversions"])
            assert (found.control.people, found.control.sums["returned"]) == (
                told["control"]["n"], told["control"]["conversions"],
            )  # fmt: skip
            assert found.came is not None
            assert found.brought is not None
            came = (found.came.estimate, found.came.low, found.came.high)
            assert came == pytest.approx(row["uplift"], abs=1e-6)
            # Its intervals of money are normal, not Student's.
            brought = (found.brought.estimate, found.brought.low, found.brought.high)
            assert brought == pytest.approx(row["spend_uplift"], abs=2e-4)
            anyway = row["share_of_returners_who_would_have_come_anyway"]
            assert found.would_have_come_anyway == pytest.approx(anyway, abs=1e-6)
    whole, spans = compare(rows, none)
    assert whole.verdict == "effective"
    assert {span.silent_from: span.verdict for span in spans}[271] == "effective"


def test_a_workbook_holds_a_silence_without_an_end(run: Run):
    Path("久.csv").write_text("订单号,会员编号,付款时间,实付金额\nA,M1,2024-01-01,50\nB,M2,2025-06-01,50\n", "utf-8")
    assert run("winback", "久.csv", "--as-of", "2026-03-01", "-o", "久.xlsx").code in (0, 3)


def test_a_log_too_short_to_look_back_says_so(run: Run):
    ended = run("winback", "会员.csv", "订单.csv", "--as-of", "2026-03-01", "--horizon", "1000")
    assert (ended.code, "shorter than 1000 days" in ended.err) == (65, True)


def test_a_cost_that_is_no_amount_is_a_mistake_in_the_command_line(run: Run):
    assert [run("winback", "订单.csv", "--contact-cost", cost).code for cost in ("half", "-1", "nan")] == [2, 2, 2]
