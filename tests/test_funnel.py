"""Funnels: who came from step to step, held against published cases and figures and an oracle that shares nothing."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import corner_shop
import funnel_oracle as oracle
from commands import Run, runner
from core_shop import label_rows
from funnel_oracle import Asked, Happened
from real_shops import CDNOW_ENDS, EXPECTED, UCI_ENDS, cdnow_lines, needs_shared, uci_lines
from retention_oracle import kaplan_meier
from shops import Row, a_line, a_member
from siyu_cli.config.settings import OrderSettings, Settings
from siyu_cli.core.funnel.course import Course, read_place, read_steps
from siyu_cli.core.funnel.passage import Passage
from siyu_cli.core.funnel.ways import Followed, dropped, follow
from siyu_cli.engines.protocol import Engine
from siyu_cli.errors import UsageError

TODAY = date(2026, 3, 1)
MARKS = ("title", "campaign", "source_channel", "owner", "store")
EVENT_TYPES = pa.schema(
    [("member_id", pa.string()), ("happened_on", pa.date32()), ("kind", pa.string())]
    + [(key, pa.string()) for key in MARKS]
)


def opened(engine: Engine, people: Mapping[str, Happened], as_of: date, **known: Mapping[str, Any]) -> Any:
    """Give an engine a shop in which these things happened: joining, purchases, and events of any other kind."""
    members, lines, events = [], [], []
    for name, happened in people.items():
        joined = min(happened.get("registered", ()), default=None)
        members.append(a_member(name, joined_on=joined) | known.get(name, {}))  # type: ignore[operator]
        lines += [a_line(name, f"{name}{day}", day, 10) for day in happened.get("order", ())]
        events += [
            {"member_id": name, "happened_on": day, "kind": kind} | dict.fromkeys(MARKS, f"{name[0]}{day.day}")
            for kind, days in happened.items()
            if kind not in ("registered", "order")
            for day in days
        ]
    engine.open("events", pa.Table.from_pylist(events, EVENT_TYPES))
    return label_rows(engine, members, lines, as_of)


def course(asked: Asked, by: str | None = None) -> Course:
    dates = (asked.from_on if asked.from_on > date.min else None, asked.to_on if asked.to_on < date.max else None)
    return Course(tuple(asked.steps), asked.window_days, asked.order, asked.entry, *dates, by)  # type: ignore[arg-type]


def followed(
    engine: Engine, people: Mapping[str, Happened], asked: Asked, as_of: date = TODAY, by: str | None = None,
    **known: Mapping[str, Any],
) -> Followed:  # fmt: skip
    return follow(engine, opened(engine, people, as_of, **known).params, course(asked, by))


def told(passage: Passage) -> tuple[int, int, list[int]]:
    return passage.ripe, passage.too_young, [step.members for step in passage.steps]


def on(*days: str) -> frozenset[date]:
    return frozenset(map(date.fromisoformat, days))


def cells(passage: Passage) -> list[Any]:
    return [passage.ripe, *(step.as_dict() | {"wait": None} for step in passage.steps)]


# --- By hand ------------------------------------------------------------------------------------------


def test_a_window_ends_with_its_last_day_and_begins_with_the_first_step(engine: Engine):
    people = {
        "in": {"registered": on("2026-01-01"), "order": on("2026-01-31")},
        "out": {"registered": on("2026-01-01"), "order": on("2026-02-01")},
        "later": {"registered": on("2026-01-01"), "order": on("2026-01-25", "2026-02-10")},
        "young": {"registered": on("2026-01-31"), "order": on("2026-02-01")},
    }
    found = followed(engine, people, Asked(["registered", "order", "order"], 30)).whole
    assert told(found) == (3, 1, [3, 2, 0])
    step = found.steps[1]
    assert (step.dropped_off, step.days.median, step.step_rate) == (
        1, 27.0, {"rate": 2 / 3, "numerator": 2, "denominator": 3},
    )  # fmt: skip


def test_who_stopped_is_listed_with_what_is_left_of_the_window(engine: Engine):
    people = {
        "over": {"registered": on("2026-01-01"), "order": on("2026-01-02")},
        "last day": {"registered": on("2026-01-30"), "order": on("2026-01-30")},
        "open": {"registered": on("2026-02-20"), "order": on("2026-02-21")},
        "through": {"registered": on("2026-02-20"), "order": on("2026-02-21", "2026-02-22")},
        "before": {"registered": on("2026-02-20")},
    }
    asked = Asked(["registered", "order", "order"], 30)
    shop = opened(engine, people, TODAY)
    follow(engine, shop.params, course(asked))
    rows = dropped(engine, shop.params, course(asked), 2).to_pylist()
    assert {row["member_id"]: row["days_left"] for row in rows} == {"over": None, "last day": 0, "open": 21}


def test_who_bought_before_the_log_is_followed_on_no_way_with_orders(engine: Engine):
    before = {"total_order_count": 9, "total_last_order_on": date(2026, 1, 2)}
    people = {"A": {"registered": on("2026-01-01"), "order": on("2026-01-02"), "checkin": on("2026-01-03")}, "B": {}}
    found = followed(engine, people, Asked(["registered", "order"]), A=before)
    assert (told(found.whole), found.excluded) == ((0, 0, [0, 0]), {"earlier_orders": 1, "never_entered": 1})
    found = followed(engine, people, Asked(["registered", "checkin"], 30), A=before)
    assert told(found.whole) == (1, 0, [1, 1])


def test_nothing_that_tells_of_a_step_is_noticed(engine: Engine):
    people = {"A": {"registered": on("2026-01-01")}}
    found = followed(engine, people, Asked(["registered", "coupon_claimed", "registered"], 30))
    assert found.missing == ("coupon_claimed",)


def test_a_funnel_of_orders_says_that_the_log_begins_with_it_unless_members_had_just_joined(engine: Engine):
    people = {"A": {"order": on("2025-01-05", "2025-01-09")}, "B": {"order": on("2025-03-05")}}
    asked = Asked(["order", "order"])
    assert followed(engine, people, asked).openers == (date(2025, 1, 5), 1)
    assert followed(engine, people, Asked(["order", "order"], from_on=date(2025, 2, 1))).openers is None
    assert followed(engine, people | {"A": {**people["A"], "registered": on("2025-01-05")}}, asked).openers is None


def test_parts_by_an_event_are_those_of_the_event_with_which_members_entered(engine: Engine):
    early = {
        f"A{number}": {"coupon_claimed": on("2025-11-01", "2025-11-09"), "order": on("2025-11-10")}
        for number in range(6)
    }
    late = {f"B{number}": {"coupon_claimed": on("2025-11-09")} for number in range(5)}
    found = followed(engine, early | late, Asked(["coupon_claimed", "order"], 30), by="entry_title")
    assert [(part.name, told(passage)) for part, passage in found.parts] == [
        ("A1", (6, 0, [6, 6])),
        ("B9", (5, 0, [5, 0])),
    ]
    with pytest.raises(UsageError, match="--by"):
        Course(("order", "coupon_claimed"), by="entry_title").check()


# --- Published cases and figures ----------------------------------------------------------------------


def cases() -> list[Any]:
    path = EXPECTED / "vectors.json"
    known = json.loads(path.read_text("utf-8"))["funnel"] if path.is_file() else []
    return [pytest.param(case, id=case["name"]) for case in known]


@needs_shared
@pytest.mark.parametrize("case", cases())
def test_conformance(duckdb_engine: Engine, case: dict[str, Any]):
    happened: dict[str, set[date]] = {}
    for day, kind in case["events"]:
        happened.setdefault(kind, set()).add(date.fromisoformat(day))
    frozen = {kind: frozenset(days) for kind, days in happened.items()}
    asked = Asked(case["steps"], case["window_days"], case["mode"], case["entry"])
    as_of = date.fromisoformat(case["as_of"])
    followed(duckdb_engine, {"A": frozen}, asked, as_of)
    ways = duckdb_engine.read("funnel_ways", ()).to_pylist()
    reached = duckdb_engine.read("funnel_reached", ["place"]).to_pylist()
    inside = [str(row["reached_on"]) for row in reached for way in ways if row["entry_on"] == way["entry_on"]]
    assert inside[: ways[0]["depth"] if ways else 0] == case["reached_on"]
    seen = {kind: frozenset(day for day in days if day <= as_of) for kind, days in frozen.items()}
    assert [str(day) for day in oracle.way(seen, asked)] == case["reached_on"]


@needs_shared
@pytest.mark.parametrize("name", ["cdnow_sample", "uci"])
def test_funnels_of_orders_are_those_of_a_program_that_shares_nothing(duckdb_engine: Engine, name: str):
    expected = json.loads((EXPECTED / f"funnel_{name}.json").read_text("utf-8"))
    free = Settings(orders=OrderSettings(min_paid=Decimal(0)))  # CDNOW's figures count free orders
    lines, ends, chosen = (cdnow_lines(), CDNOW_ENDS, free) if name == "cdnow_sample" else (uci_lines(), UCI_ENDS, None)
    shop = label_rows(duckdb_engine, [], lines, ends, chosen)
    duckdb_engine.open("events", EVENT_TYPES.empty_table())
    for window, row in expected["funnel"].items():
        asked = Course(("order",) * 5, None if window == "all" else int(window))
        found = follow(duckdb_engine, shop.params, asked).whole
        assert (found.ripe, found.too_young) == (row["ripe"], row["too_young"])
        for step, own in zip(found.steps, row["steps"], strict=True):
            is_later = step.number > 1
            assert (step.number, step.members, step.dropped_off) == (own["step"], own["members"], own["dropped_off"])
            assert (step.days.median if is_later else None) == own["median_days_from_previous"]
            assert (step.days_from_entry.median if is_later else None) == own["median_days_from_first"]
            assert step.days.mean == pytest.approx(own["mean_days_from_previous"], abs=1e-6)
            assert (step.step_rate or {"rate": None})["rate"] == pytest.approx(own["step_rate"], abs=1e-6)
            assert step.total_rate["rate"] == pytest.approx(own["total_rate"], abs=1e-6)
    for number, pair in enumerate(("1->2", "2->3", "3->4"), start=1):
        curve, own = found.steps[number].wait, expected["km"][pair]
        assert curve is not None
        assert (curve.members, curve.returned, curve.median, curve.back_by(0.25)) == (
            own["members"], own["events"], own["median_days"], own["quarter_back_by"],
        )  # fmt: skip
        for days, at in own["at"].items():
            back = curve.back_within(int(days))
            assert back["rate"] == pytest.approx(at and at["returned"], abs=1e-6)
            assert (at is None) or back["low"] == pytest.approx(1 - at["high"], abs=1e-6)


# --- Any shop -----------------------------------------------------------------------------------------

DAYS = st.integers(0, 40).map(lambda age: TODAY - timedelta(days=age * 3))
PEOPLE = st.dictionaries(
    st.sampled_from([f"M{number}" for number in range(9)]),
    st.dictionaries(
        st.sampled_from(("registered", "order", "order", "checkin", "coupon_claimed")),
        st.frozensets(DAYS, min_size=1, max_size=4),
        max_size=4,
    ).map(lambda happened: {k: frozenset([min(v)]) if k == "registered" else v for k, v in happened.items()}),
    max_size=9,
)
STEPS = st.lists(st.sampled_from(("registered", "order", "order", "checkin", "coupon_claimed")), min_size=2, max_size=4)
ASKED = st.builds(
    Asked,
    STEPS,
    st.sampled_from((None, 0, 9, 30, 90)),
    st.sampled_from(("ordered", "ordered", "unordered", "strict")),
    st.sampled_from(("first", "any")),
)


@given(PEOPLE, ASKED)
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_shop_has_the_funnel_that_can_be_counted_by_hand(duckdb_engine: Engine, people: Any, asked: Asked):
    found = followed(duckdb_engine, people, asked).whole
    assert told(found) == oracle.counts(people, asked, TODAY)
    for step in found.steps[1:]:
        waits = oracle.waits(people, asked, step.number - 1, TODAY)
        if asked.entry == "any" or not waits:
            assert step.wait is None
            continue
        assert step.wait is not None
        assert (step.wait.members, step.wait.returned) == (len(waits), sum(came for _, came in waits))
        if (back := step.wait.back_within(30)["rate"]) is not None:
            assert math.isclose(back, 1 - kaplan_meier(waits, 30), abs_tol=1e-9)


@pytest.mark.parametrize("order", ["ordered", "unordered", "strict"])
def test_every_engine_follows_the_same_ways(engine: Engine, order: str):
    drawn = random.Random(7)
    kinds = ("registered", "order", "checkin")
    people = {
        f"M{number:02}": {
            kind: frozenset(
                TODAY - timedelta(days=drawn.randrange(0, 120))
                for _ in range(1 if kind == "registered" else drawn.randrange(1, 6))
            )
            for kind in drawn.sample(kinds, drawn.randrange(1, 4))
        }
        for number in range(60)
    }
    owners = {name: {"owner": ("小美", "小丽", None)[place % 3]} for place, name in enumerate(people)}
    asked = Asked(["registered", "order", "checkin", "order"], 45, order, "any" if order == "strict" else "first")
    found = followed(engine, people, asked, by="owner", **owners)
    assert told(found.whole) == oracle.counts(people, asked, TODAY)
    for part, passage in found.parts:
        name = None if part.name == "unknown" else part.name
        theirs = {key: happened for key, happened in people.items() if owners[key]["owner"] == name}
        assert told(passage) == oracle.counts(theirs, asked, TODAY)


@given(PEOPLE, ASKED, st.randoms(use_true_random=False), st.integers(1, 300))
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_neither_the_order_of_rows_nor_a_later_date_changes_what_is_ripe(
    duckdb_engine: Engine, people: Any, asked: Asked, drawn: random.Random, later: int
):
    closed = Asked(
        asked.steps, asked.window_days or 0, asked.order, asked.entry, TODAY - timedelta(days=99), TODAY - timedelta(90)
    )
    before = followed(duckdb_engine, people, closed).whole
    names = list(people)
    drawn.shuffle(names)
    assert cells(followed(duckdb_engine, {name: people[name] for name in names}, closed).whole) == cells(before)
    after = followed(duckdb_engine, people, closed, TODAY + timedelta(days=later)).whole
    assert (before.too_young, cells(after)) == (0, cells(before))


@given(PEOPLE, ASKED, st.lists(st.sampled_from(("小美", "小丽", None)), min_size=9, max_size=9))
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_parts_sum_to_the_whole(duckdb_engine: Engine, people: Any, asked: Asked, owners: Sequence[str | None]):
    known = {name: {"owner": owners[int(name[1:])]} for name in people}
    found = followed(duckdb_engine, people, asked, by="owner", **known)
    parts = [told(passage) for _, passage in found.parts]
    assert sum(part[0] for part in parts) == found.whole.ripe
    assert sum(part[1] for part in parts) == found.whole.too_young
    for place, step in enumerate(found.whole.steps):
        assert sum(part[2][place] for part in parts) == step.members


# --- Words --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["order", "order,", "order,dinner", "", ",".join(["order"] * 11)])
def test_words_that_are_no_funnel_are_a_mistake(text: str):
    with pytest.raises(UsageError, match="--steps"):
        read_steps(text)


@pytest.mark.parametrize("text", ["0", "3", "order", "checkin", "9999999999999999999999"])
def test_a_step_after_which_nobody_can_stop_is_a_mistake(text: str):
    with pytest.raises(UsageError, match="--list"):
        read_place(text, ["registered", "order", "order"])


# --- The command --------------------------------------------------------------------------------------

EVENTS = """会员编号,事件时间,事件
V001,2024-02-01,领券
V002,2024-04-01,领券
V006,2026-02-21,领券
"""
SHOP = ("会员.csv", "订单.csv", "互动.csv", "--as-of", "2026-03-01")


@pytest.fixture
def run(empty_folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    corner_shop.write_shop(empty_folder)
    (empty_folder / "互动.csv").write_text(EVENTS, "utf-8")
    return runner(capsys)


def document(run: Run, *more: str) -> Row:
    found: Row = json.loads(run("funnel", *SHOP, "--format", "json", *more).out)
    return found


def test_the_document_has_the_steps_with_what_their_rates_are_made_of(run: Run):
    found = document(run, "--steps", "注册,领券,下单", "--window", "all", "--by", "store")
    assert [(step["step"], step["kind"], step["members"]) for step in found["steps"]] == [
        (1, "registered", 9), (2, "coupon_claimed", 3), (3, "order", 2),
    ]  # fmt: skip
    last = found["steps"][2]
    assert last["step_rate"] == {"rate": 2 / 3, "numerator": 2, "denominator": 3}
    assert last["days"].keys() >= {"median", "p25", "p75"}
    assert (found["ripe"], found["too_young"], found["population"]["members"]) == (9, 0, 9)
    assert sum(part["ripe"] for part in found["by"]) == 9
    assert (
        found["meta"]["parameters"].items() >= {"steps": "registered,coupon_claimed,order", "window_days": None}.items()
    )


def test_the_list_names_who_stopped_and_how_long_they_have(run: Run):
    ended = run("funnel", *SHOP, "--steps", "registered,coupon_claimed,order", "--list", "领券", "--format", "jsonl")
    rows = [json.loads(line) for line in ended.out.splitlines()]
    assert [(row["entry_on"], row["reached_on"], row["days_left"]) for row in rows] == [
        ("2026-02-20", "2026-02-21", 81), ("2024-03-11", "2024-04-01", None), ("2024-01-05", "2024-02-01", None),
    ]  # fmt: skip


def test_a_step_that_no_file_tells_of_is_a_finding(run: Run):
    ended = run("funnel", *SHOP, "--steps", "registered,live", "--format", "json", "--lang", "en")
    found = json.loads(ended.out)
    assert (ended.code, found["steps"][1]["members"]) == (3, 0)
    assert any("live stream" in warning for warning in found["meta"]["warnings"])


@pytest.mark.parametrize(
    "more",
    [
        ("--window", "-1"), ("--window", "soon"), ("--order", "random"), ("--entry", "last"), ("--from", "soon"),
        ("--from", "2026-02-01", "--to", "2026-01-01"), ("--from", "2027-01-01"), ("--list", "3"), ("--steps", "order"),
        ("--by", "entry_title"), ("--by", "colour"),
    ],
)  # fmt: skip
def test_what_makes_no_funnel_is_a_mistake_in_the_command_line(run: Run, more: Sequence[str]):
    ended = run("funnel", *SHOP, *more)
    assert (ended.code, more[0] in ended.err) == (2, True)
