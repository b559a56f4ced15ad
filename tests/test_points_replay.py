"""The ledger of points is replayed lot by lot: as the vectors say, and as a slow ledger says of any rows."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import points_oracle
from points_oracle import Row
from siyu_cli.core.points.lots import replay_points
from siyu_cli.core.points.replay import Rule
from siyu_cli.engines.duckdb import DuckDBEngine

VECTORS = Path(__file__).parents[2] / "shared" / "data" / "expected" / "membership" / "points" / "fifo_vectors.json"
KINDS = {"claw": "clawback"}
SCHEMA = pa.schema({
    "member_id": pa.string(), "log_id": pa.string(), "changed_on": pa.date32(), "second_of_day": pa.int64(),
    "kind": pa.string(), "change": pa.decimal128(18, 2), "balance_after": pa.decimal128(18, 2),
    "expires_on": pa.date32(), "order_id": pa.string(), "sheet_number": pa.int64(), "sheet_row": pa.int64(),
})  # fmt: skip


def a_log(rows: list[Row], member: str = "m") -> list[dict[str, Any]]:
    return [
        dict.fromkeys(SCHEMA.names) | {
            "member_id": member, "changed_on": row.day, "second_of_day": 0, "kind": KINDS.get(row.kind, row.kind),
            "change": Decimal(row.points), "expires_on": row.expires_on, "order_id": row.order, "sheet_number": 1,
            "sheet_row": place,
        }
        for place, row in enumerate(rows)
    ]  # fmt: skip


def replayed(
    log: list[dict[str, Any]], as_of: date, rule: Rule
) -> tuple[list[dict[str, Any]], dict[str, dict[str, Any]]]:
    """Return the lots, and per member what the steps say of them."""
    engine = DuckDBEngine()
    engine.open("points_log", pa.Table.from_pylist(log, SCHEMA))
    replay_points(engine, {"as_of": as_of}, rule)
    from siyu_cli.engines.step import step

    engine.run(step("point_balances"), {"as_of": as_of, "expiring_days": 30})
    order = ["member_id", "earned_on", "expires_on", "points", "remaining"]
    lots = engine.read("point_lots", order).to_pylist()
    balances = {row["member_id"]: row for row in engine.read("point_balances", ["member_id"]).to_pylist()}
    engine.close()
    return lots, balances


def vectors() -> dict[str, Any]:
    return json.loads(VECTORS.read_text("utf-8")) if VECTORS.exists() else {}


@pytest.mark.parametrize("name", vectors() or ["the shared vectors are not here"])
def test_every_vector_is_met(name: str):
    said = vectors().get(name) or pytest.skip(name)
    rows = [
        Row(
            date.fromisoformat(day),
            kind,
            points,
            more.get("order"),
            more.get("expires_on") and date.fromisoformat(more["expires_on"]),
        )
        for day, kind, points, more in said["rows"]
    ]
    as_of, rule = date.fromisoformat(said["as_of"]), Rule(**said["rule"])
    lots, balances = replayed(a_log(rows), as_of, rule)
    found = balances["m"]
    asked = ("balance", "debt", "lapsed", "told_lapsed")
    assert {key: int(found[key]) for key in asked} == {key: said[key] for key in asked}
    left = [(lot["earned_on"], int(lot["remaining"]), lot["expires_on"]) for lot in lots if lot["remaining"]]
    assert left == [
        (rows[lot["row"]].day, lot["left"], lot["expires_on"] and date.fromisoformat(lot["expires_on"]))
        for lot in said["lots"]
    ]
    lapsed = [(lot["expires_on"].isoformat(), lot["earned_on"], int(lot["lapsed"])) for lot in lots if lot["lapsed"]]
    assert lapsed == [(day, rows[row].day, points) for _, day, row, points in said["log"]]
    slow = points_oracle.kept(rows, as_of, **said["rule"])
    assert (slow.balance, slow.debt, slow.lapsed, slow.told_lapsed) == tuple(said[key] for key in asked)


DAYS = st.integers(0, 40).map(lambda days: date(2025, 12, 10) + timedelta(days))
ORDERS = st.sampled_from([None, "A", "B"])
GAINS = st.builds(
    Row, DAYS, st.sampled_from(["earn", "return", "adjust"]), st.integers(0, 30), ORDERS, st.none() | DAYS
)
SPENDS = st.builds(
    Row, DAYS, st.sampled_from(["burn", "claw", "adjust", "expire", "freeze"]), st.integers(-40, -1), ORDERS
)
RULES = st.sampled_from([{}, {"valid_days": 5}, {"valid_days": 30}, {"end_of_year": 0}, {"end_of_year": 1}])


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(GAINS | SPENDS, max_size=14), as_of=DAYS, rule=RULES, seed=st.randoms(use_true_random=False))
def test_a_slow_ledger_says_the_same_of_every_ledger(rows: list[Row], as_of: date, rule: dict[str, int], seed: Any):
    slow = points_oracle.kept(rows, as_of, **rule)
    log = a_log(rows)
    seed.shuffle(log)
    lots, balances = replayed([*log, *a_log(rows[:3], "another")], as_of, Rule(**rule))
    if not any(row.day <= as_of for row in rows):
        assert "m" not in balances
        return
    found = balances["m"]
    assert (found["balance"], found["debt"], found["lapsed"]) == (slow.balance, slow.debt, slow.lapsed)
    assert found["told_lapsed"] == slow.told_lapsed
    moved = sum(row.points for row in rows if row.day <= as_of and row.kind not in ("expire", "freeze"))
    assert found["balance"] + found["lapsed"] == moved
    mine = [lot for lot in lots if lot["member_id"] == "m"]
    assert sum(lot["remaining"] for lot in mine) == found["balance"] + found["debt"]
    assert all(lot["points"] == lot["burned"] + lot["taken"] + lot["lapsed"] + lot["remaining"] for lot in mine)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(GAINS | SPENDS, min_size=1, max_size=12), rule=RULES)
def test_a_later_date_rewrites_nothing_that_lapsed(rows: list[Row], rule: dict[str, int]):
    first, later = date(2026, 1, 5), date(2026, 2, 1)
    before, after = (replayed(a_log(rows), day, Rule(**rule))[0] for day in (first, later))

    def gone(lots: list[dict[str, Any]]) -> list[Any]:
        return [
            (lot["earned_on"], lot["expires_on"], lot["lapsed"])
            for lot in lots
            if lot["lapsed"] and max(lot["expires_on"], lot["earned_on"]) < first
        ]

    assert sorted(gone(before)) == sorted(gone(after))


def test_hundredths_of_points_are_exact():
    rows = [Row(date(2026, 1, 1), "earn", 0), Row(date(2026, 1, 2), "burn", 0)]
    log = a_log(rows)
    log[0]["change"], log[1]["change"] = Decimal("90071992547409.93"), Decimal("-0.01")
    _, balances = replayed(log, date(2026, 1, 3), Rule())
    assert balances["m"]["balance"] == Decimal("90071992547409.92")
