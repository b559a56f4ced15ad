"""Who moved between stages: margins that tie, moves nobody can make, figures of a program that shares nothing."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import corner_shop
from commands import Run, runner
from core_shop import label_rows, open_rows
from real_shops import EXPECTED, UCI_ENDS, needs_shared, uci_lines
from shops import Shop, a_history, a_line, a_member, shops
from siyu_cli.config.settings import Settings
from siyu_cli.core.experiment import wilson
from siyu_cli.core.lifecycle.tables import STAGES
from siyu_cli.core.movement.forecast import expect, foresee
from siyu_cli.core.movement.looks import dwell_in, labels_of, months_before, moves_between
from siyu_cli.core.parameters import parameters
from siyu_cli.core.retention.survival import Survival
from siyu_cli.engines.protocol import Engine
from siyu_cli.engines.step import step


def moves(engine: Engine, shop: Shop, from_on: date) -> tuple[dict[tuple[str, str], int], int]:
    """Return (stage then, stage now) → members, and how many of these moves nobody can make."""
    earlier = label_rows(engine, shop.members, shop.order_lines, from_on)
    stages = earlier.table("stages").select(["member_id", "stage"])
    days = earlier.table("features").select(["order_days"])
    label_rows(engine, shop.members, shop.order_lines, shop.as_of)
    engine.open("earlier_labels", stages.append_column("order_days", days["order_days"]))
    for name in ("stage_moves", "stage_move_counts"):
        engine.run(step(name), parameters(Settings(), shop.as_of))
    rows = engine.read("stage_move_counts", ["stage_from", "stage_to"]).to_pylist()
    return {(row["stage_from"], row["stage_to"]): row["members"] for row in rows}, sum(r["impossible"] for r in rows)


def stages_of(engine: Engine, shop: Shop, as_of: date) -> dict[str, str]:
    labelled = label_rows(engine, shop.members, shop.order_lines, as_of)
    return {key: row["stage"] for key, row in labelled.rows("stages").items()}


def test_who_came_later_is_new_and_everybody_is_in_one_cell(engine: Engine):
    as_of = date(2026, 6, 30)
    shop = Shop(
        [a_member("新", joined_on=date(2026, 6, 1)), a_member("旧", joined_on=date(2026, 1, 1))],
        [*a_history("买", [20, 20], 100, as_of), *a_history("停", [], 300, as_of)],
        as_of,
    )
    found, impossible = moves(engine, shop, date(2026, 3, 31))
    assert found == {
        ("new", "acquired"): 1, ("nurturing", "nurturing"): 1, ("retained", "dormant"): 1, ("churned", "churned"): 1,
    }  # fmt: skip
    assert impossible == 0


def test_who_bought_twice_and_then_once_moved_as_nobody_can(engine: Engine):
    # The second order was paid in March, and all of it given back in May before it was sent.
    undone = a_line("A", "A2", date(2026, 3, 1), 100, refunded_amount=Decimal(100), refunded_on=date(2026, 5, 1))
    shop = Shop([], [a_line("A", "A1", date(2026, 2, 1), 100), undone], date(2026, 4, 10))
    assert moves(engine, shop, date(2026, 3, 20)) == ({("retained", "retained"): 1}, 0)
    later = Shop([], shop.order_lines, date(2026, 5, 2))
    found, impossible = moves(engine, later, date(2026, 3, 20))
    assert (found, impossible) == ({("retained", "converted"): 1}, 1)


@given(shops(), st.integers(1, 500))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_both_margins_are_the_stages_of_their_dates(duckdb_engine: Engine, shop: Shop, ago: int):
    from_on = shop.as_of - timedelta(days=ago)
    found, _ = moves(duckdb_engine, shop, from_on)
    then, now = stages_of(duckdb_engine, shop, from_on), stages_of(duckdb_engine, shop, shop.as_of)
    expected = Counter((then.get(key, "new"), now.get(key, "gone")) for key in then.keys() | now.keys())
    assert found == expected


@needs_shared
@pytest.mark.parametrize("dates", ["2010-06-09->2010-09-09", "2010-09-09->2010-12-09"])
def test_moves_are_those_of_a_program_that_shares_nothing(engine: Engine, dates: str):
    expected = json.loads((EXPECTED / "movement_uci.json").read_text("utf-8"))["matrices"][dates]
    orders = uci_lines()
    before, after = map(date.fromisoformat, dates.split("->"))
    open_rows(engine, [], orders)
    found, impossible = moves(engine, Shop([], orders, after), before)
    assert impossible == 0
    for stage, row in expected.items():
        if stage == "new":
            continue
        assert sum(members for (old, _), members in found.items() if old == stage) == row["members"]
        for target, cell in row["to"].items():
            assert found[stage, target] == cell["members"]
            low, high = wilson(cell["members"] / row["members"], row["members"])
            assert [round(low, 6), round(high, 6)] == cell["interval"]


def monthly(engine: Engine, shop: Shop, months: int) -> dict[date, pa.Table]:
    """Return the stages of a shop at as_of and on the same day of so many months before."""
    looks = {}
    for day in (months_before(shop.as_of, back) for back in range(months, -1, -1)):
        label_rows(engine, shop.members, shop.order_lines, day)
        looks[day] = labels_of(engine)
    return looks


def test_a_stay_is_counted_from_the_look_it_was_first_seen_at(engine: Engine):
    # One who bought once is converted for 90 days: at the looks of January, February and March; then dormant.
    once = [a_line(name, f"{name}1", day, 10) for name, day in (("A", date(2026, 1, 5)), ("B", date(2026, 1, 20)))]
    before = a_line("C", "C1", date(2025, 12, 20), 10)  # converted at the first look: nobody saw it begin
    found = dwell_in(engine, monthly(engine, Shop([], [*once, before], date(2026, 5, 31)), 5))
    assert found.dates[0] == date(2025, 12, 31)
    converted = found.by_stage["converted"]
    assert (converted.members, converted.returned, converted.median) == (2, 2, 3)
    dormant = found.by_stage["dormant"]
    assert (dormant.members, dormant.returned, dormant.median) == (3, 0, None)


def test_newcomers_are_no_part_of_what_is_foreseen_for_those_there(engine: Engine):
    shop = Shop(
        [], [a_line("A", "A1", date(2026, 1, 5), 10), a_line("B", "B1", date(2026, 2, 20), 10)], date(2026, 3, 31)
    )
    looks = monthly(engine, shop, 2)
    moves = moves_between(engine, looks)
    assert moves == [
        {("converted", "converted"): 1, ("new", "converted"): 1}, {("converted", "converted"): 2}
    ]  # fmt: skip
    found = foresee(list(looks), moves, 1, date(2026, 4, 30))
    assert (found.members, found.expected, found.newcomers) == ({"converted": 2}, {"converted": 2.0}, {})
    assert found.judged is not None
    assert (found.judged.before, found.judged.actual) == ({"converted": 2}, {"converted": 2})


def test_a_forecast_that_no_change_beats_is_withheld():
    dates = [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]
    leaving = {("mature", "dormant"): 8, ("mature", "mature"): 2, ("dormant", "dormant"): 1, ("new", "mature"): 8}
    staying = {("mature", "mature"): 10, ("dormant", "dormant"): 9, ("new", "converted"): 3}
    lost = foresee(dates, [leaving, staying], 1, date(2026, 4, 30))
    assert lost.judged is not None
    assert (lost.judged.total_variation, lost.judged.no_change) == (pytest.approx(8 / 19), 0)
    assert lost.is_withheld
    again = {("mature", "dormant"): 8, ("mature", "mature"): 2, ("dormant", "dormant"): 9}
    won = foresee(dates, [leaving, again], 1, date(2026, 4, 30))
    assert not won.is_withheld
    assert foresee(dates[1:], [leaving], 1, date(2026, 4, 30)).is_withheld  # nothing to judge it by


STAGE = st.sampled_from(list(STAGES))
MOVES = st.dictionaries(st.tuples(STAGE, STAGE), st.integers(1, 99))


@given(st.lists(MOVES, max_size=4), st.dictionaries(STAGE, st.integers(1, 999)))
@settings(max_examples=30, deadline=None)
def test_nobody_is_lost_or_made_up_in_a_forecast(moves: list[dict[tuple[str, str], int]], now: dict[str, int]):
    found = expect(moves, now)
    assert sum(found.values()) == pytest.approx(sum(now.values()))


@needs_shared
def test_stays_and_forecast_are_those_of_a_program_that_shares_nothing(engine: Engine):
    expected = json.loads((EXPECTED / "movement_uci.json").read_text("utf-8"))
    looks = monthly(engine, Shop([], uci_lines(), UCI_ENDS), 9)
    found = dwell_in(engine, looks)
    engine.run(step("stage_spells"), {"last_look": 9})
    spells = engine.read("stage_spells", ["stage", "days"]).to_pylist()
    for stage, told in expected["dwell_monthly"].items():
        stays = found.by_stage[stage]
        assert (stays.members, stays.returned) == (told["spells"], told["ended"])
        # That program watches who is still there for one look more than there was: with it, to the digit.
        rows = [row for row in spells if row["stage"] == stage]
        watched = [(row["days"] + 1, row["members"] - row["returned"], 0) for row in rows]
        watched += [(row["days"], row["returned"], row["returned"]) for row in rows]
        curve = Survival.of([{"days": days, "members": n, "returned": left} for days, n, left in watched if n])
        assert curve.median == told["median_snapshots"]
        for after, share in told["still_there_after"].items():
            at = int(curve.waits.searchsorted(int(after), side="right")) - 1
            assert curve.silent[at] == pytest.approx(share, abs=1e-6)
    dates = [date(2010, 6, 9), date(2010, 9, 9), UCI_ENDS]
    moves = moves_between(engine, {day: looks[day] for day in dates})
    # Two who brought back what nobody saw them buy are no members there.
    buyers = [{pair: members for pair, members in cells.items() if "nurturing" not in pair} for cells in moves]
    judged = foresee(dates, buyers, 3, date(2011, 3, 9)).judged
    assert judged is not None
    chain = expected["markov"]
    assert judged.actual == chain["actual"]
    assert judged.before == chain["no_change"]
    # Its shares are rounded to six places before they are multiplied.
    assert judged.forecast == pytest.approx(chain["forecast_of_members_there_at_start"], abs=1e-3)
    assert round(judged.total_variation, 6) == chain["total_variation_forecast"]
    assert round(judged.no_change, 6) == chain["total_variation_no_change"]


@pytest.fixture
def run(empty_folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    corner_shop.write_shop(empty_folder)
    return runner(capsys)


SHOP = ("会员.csv", "订单.csv", "--as-of", "2026-03-01")


def test_the_document_has_the_forecast_and_how_the_last_one_fared(run: Run):
    document = json.loads(run("movement", *SHOP, "--forecast", "2", "--dwell", "9", "--format", "json").out)
    backtest = document["backtest"]
    assert (backtest["made_on"], backtest["until"]) == ("2026-01-01", "2026-03-01")
    assert backtest["total_variation"] < backtest["total_variation_no_change"]
    assert sum(row["expected"] for row in document["forecast"]) == pytest.approx(
        sum(row["now"] for row in document["forecast"])
    )
    assert [row["now"] for row in document["forecast"]] == [row["now"] for row in document["margins"]]
    assert {row["stage"]: row["spells"] for row in document["dwell"]}["converted"] == 5


def test_parts_sum_to_the_whole(run: Run):
    document = json.loads(run("movement", *SHOP, "--from", "2025-10-01", "--by", "导购", "--format", "json").out)
    summed: Counter[tuple[str, str]] = Counter()
    for part in document["by"]:
        for cell in part["matrix"]:
            summed[cell["stage_from"], cell["stage_to"]] += cell["members"]
    assert summed == {(cell["stage_from"], cell["stage_to"]): cell["members"] for cell in document["matrix"]}
    assert [part["part"] for part in document["by"]] == ["other", "unknown"]  # four of one employee, three of another
    assert sum(part["buying_now"] for part in document["by"]) == sum(
        row["now"] for row in document["margins"] if row["stage"] in {"converted", "retained", "mature", "returned"}
    )


def test_a_log_too_short_to_judge_a_forecast_has_none(run: Run):
    ended = run("movement", *SHOP, "--forecast", "12", "--format", "json")
    document = json.loads(ended.out)
    assert (document["forecast"], document["backtest"], document["dwell"]) == ([], None, None)
    told = run("movement", *SHOP, "--forecast", "12", "--format", "markdown", "--lang", "en")
    assert "No forecast" in told.out


def test_the_document_has_the_matrix_and_its_margins(run: Run):
    ended = run("movement", *SHOP, "--from", "2025-10-01", "--format", "json")
    document = json.loads(ended.out)
    for row in document["margins"]:
        cells = [cell for cell in document["matrix"] if cell["stage_to"] == row["stage"]]
        assert row["now"] == sum(cell["members"] for cell in cells)
        assert row["net"] == row["came"] - row["left"] == row["now"] - row["before"]
    assert (document["from"], document["is_recomputed"], document["impossible"]) == ("2025-10-01", True, [])


def test_the_list_holds_who_went_the_way_that_was_asked_for_in_either_language(run: Run):
    every = run("movement", *SHOP, "--from", "2025-10-01", "--format", "jsonl", "--show-personal").out.splitlines()
    rows = [json.loads(line) for line in every]
    assert rows
    assert all(row["stage_from"] != row["stage_to"] for row in rows)
    one = rows[0]
    asked = run(
        "movement", *SHOP, "--from", "2025-10-01", "--format", "jsonl", "--show-personal",
        "--list", f"{one['stage_from']}:{one['stage_to']}",
    )  # fmt: skip
    assert [json.loads(line) for line in asked.out.splitlines()] == [
        row for row in rows if (row["stage_from"], row["stage_to"]) == (one["stage_from"], one["stage_to"])
    ]
    assert run("movement", *SHOP, "--from", "2025-10-01", "--list", "衰退期：沉睡期").code in (0, 3)


@pytest.mark.parametrize(
    "more",
    [
        ("--from", "2026-03-01"),
        ("--from", "soon"),
        ("--list", "dormant"),
        ("--list", "dorment:churned"),
        ("--forecast", "0"),
        ("--dwell", "all"),
    ],
)
def test_what_names_no_move_is_a_mistake_in_the_command_line(run: Run, more: tuple[str, str]):
    assert run("movement", *SHOP, *more).code == 2
