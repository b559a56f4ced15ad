"""Who moved between stages: margins that tie, moves nobody can make, figures of a program that shares nothing."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import corner_shop
from commands import Run, runner
from core_shop import label_rows, open_rows
from real_shops import EXPECTED, needs_shared, uci_lines
from shops import Shop, a_history, a_line, a_member, shops
from siyu_cli.config.settings import Settings
from siyu_cli.core.experiment import wilson
from siyu_cli.core.parameters import parameters
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


@pytest.fixture
def run(empty_folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    corner_shop.write_shop(empty_folder)
    return runner(capsys)


SHOP = ("会员.csv", "订单.csv", "--as-of", "2026-03-01")


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
    "more", [("--from", "2026-03-01"), ("--from", "soon"), ("--list", "dormant"), ("--list", "dorment:churned")]
)
def test_what_names_no_move_is_a_mistake_in_the_command_line(run: Run, more: tuple[str, str]):
    assert run("movement", *SHOP, *more).code == 2
