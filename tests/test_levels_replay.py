"""Levels are replayed event by event: as the vectors say, and as a slow look at every day says of any orders."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from levels_oracle import Paid, Standing, day_by_day
from siyu_cli.core.levels.known import known_of
from siyu_cli.core.levels.replay import WHYS, LevelLog, replay_levels
from siyu_cli.core.levels.rules import NEVER, LevelRule, Tier, day_number, hundredths
from siyu_cli.core.levels.standing import Gains, Losses, standing_of

VECTORS = Path(__file__).parents[2] / "shared" / "data" / "expected" / "membership" / "levels" / "levels_vectors.json"
START, AS_OF = date(2024, 1, 20), date(2026, 3, 10)


def vectors() -> dict[str, Any]:
    return json.loads(VECTORS.read_text("utf-8")) if VECTORS.is_file() else {}


def rule_of(said: dict[str, Any]) -> LevelRule:
    tiers = tuple(
        Tier(tier["name"], Decimal(str(tier["from_"])), Decimal(str(tier["keep"])) if "keep" in tier else None)
        for tier in said["tiers"]
    )
    return LevelRule(tiers, **{key: value for key, value in said.items() if key != "tiers"})


def columns(members: list[list[Paid]]) -> tuple[Gains, Losses]:
    paid = [(place, one) for place, member in enumerate(members) for one in member]
    back = [(at, one) for at, (_, one) in enumerate(paid) if one.back_on is not None]
    gains = [(place, day_number(one.day), hundredths(one.amount)) for place, one in paid]
    losses = [(at, day_number(one.back_on or one.day), hundredths(one.back)) for at, one in back]
    return (
        Gains(*np.array(gains, np.int64).reshape(-1, 3).T),
        Losses(*np.array(losses, np.int64).reshape(-1, 3).T),
    )


def replayed(said: dict[str, Any], members: list[list[Paid]], as_of: date, joined: list[date]) -> LevelLog:
    rule, (gains, losses) = rule_of(said), columns(members)
    standing = standing_of(rule, gains, losses, np.array([day_number(day) for day in joined]))
    return replay_levels(rule, standing, day_number(as_of))


def as_day(number: int) -> date:
    return date(1970, 1, 1) + timedelta(int(number))


def standings(log: LevelLog, members: int, as_of: date) -> list[Standing]:
    who = np.arange(members)
    level, valid = log.levels_on(who, np.full(members, day_number(as_of)))
    found = [Standing([], int(level[at]), None if valid[at] >= NEVER else as_day(valid[at])) for at in who]
    for at in range(len(log)):
        entry = (as_day(log.day[at]), int(log.level_from[at]), int(log.level_to[at]), WHYS[log.why[at]])
        found[log.member[at]].log.append((*entry, Decimal(int(log.figure[at])) / 100))  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize("name", vectors() or ["the shared vectors are not here"])
def test_a_members_levels_are_those_of_the_vector(name: str):
    said = vectors().get(name) or pytest.skip(name)
    as_of = date.fromisoformat(said["as_of"])
    rows = [
        Paid(
            date.fromisoformat(row[0]), Decimal(str(row[1])),
            *((date.fromisoformat(row[2]), Decimal(str(row[3]))) if len(row) > 2 else ()),
        )
        for row in said["rows"]
    ]  # fmt: skip
    joined = [min(one.day for one in rows)]
    log = replayed(said["rule"], [rows], as_of, joined)
    (found,) = standings(log, 1, as_of)
    assert found.level == said["level"]
    assert (found.valid_until and found.valid_until.isoformat()) == said["valid_until"]
    told = [(entry[0].isoformat(), *entry[1:3], entry[3].replace("_", " "), float(entry[4])) for entry in found.log]
    assert told == [tuple(entry) for entry in said["log"]]
    slow = day_by_day(said["rule"], rows, as_of)
    assert (slow.level, slow.valid_until) == (found.level, found.valid_until)
    if said["forecast"]:
        rule, (gains, losses) = rule_of(said["rule"]), columns([rows])
        known = known_of(gains, losses, np.array([day_number(joined[0])]))
        by, today = date.fromisoformat(said["forecast"]["by"]), np.array([day_number(as_of)])
        on = np.maximum(np.array([day_number(by)]), today)
        secured = known.still_counting(rule, np.array([0]), on, today)
        need = rule.thresholds()[1][found.level]
        assert (need / 100, secured[0] / 100) == (said["forecast"]["need"], said["forecast"]["secured"])
        assert max(need - secured[0], 0) / 100 == said["forecast"]["lack"]
        assert (by - as_of).days == said["forecast"]["days_left"]


DAYS = st.integers(0, (AS_OF - START).days).map(lambda days: START + timedelta(days))


@st.composite
def orders(draw: st.DrawFn) -> Paid:
    day, amount = draw(DAYS), draw(st.sampled_from([40, 99, 100, 160, 250, 400]))
    if draw(st.integers(0, 3)):
        return Paid(day, Decimal(amount))
    later = draw(st.integers(0, 200))
    part = draw(st.sampled_from([1, 2]))
    return Paid(day, Decimal(amount), min(day + timedelta(later), AS_OF), Decimal(amount) / part)


@st.composite
def rules(draw: st.DrawFn) -> dict[str, Any]:
    window = draw(st.sampled_from(["rolling", "rolling", "calendar", "anniversary", "lifetime"]))
    keeps = draw(st.sampled_from([(None, None), (60, 200), (0, 300)]))
    tiers: list[dict[str, Any]] = [{"name": "a", "from_": 0}, {"name": "b", "from_": 100}, {"name": "c", "from_": 300}]
    for tier, keep in zip(tiers[1:], keeps, strict=True):
        if keep is not None:
            tier["keep"] = keep
    days = draw(st.sampled_from([30, 90, 180]))
    return {
        "window": window, "days": days, "keep_days": draw(st.sampled_from([days - 1, days, 45])),
        "grace_days": draw(st.sampled_from([0, 10, 40])), "down": draw(st.sampled_from(["one", "earned", "base"])),
        "on_refund": draw(st.sampled_from(["review", "recheck"])), "tiers": tiers,
    }  # fmt: skip


MEMBERS = st.lists(st.lists(orders(), min_size=1, max_size=9), min_size=1, max_size=4)
JOINED = st.lists(st.sampled_from([date(2024, 1, 20), date(2023, 6, 1), date(2020, 2, 29)]), min_size=4, max_size=4)


@settings(max_examples=30, deadline=None)
@given(said=rules(), members=MEMBERS, joined=JOINED)
def test_event_by_event_is_day_by_day(said: dict[str, Any], members: list[list[Paid]], joined: list[date]):
    found = standings(replayed(said, members, AS_OF, joined[: len(members)]), len(members), AS_OF)
    for mine, paid, day in zip(found, members, joined, strict=False):
        slow = day_by_day(said, paid, AS_OF, day)
        assert [tuple(entry) for entry in slow.log] == mine.log
        assert (slow.level, slow.valid_until) == (mine.level, mine.valid_until)


@settings(max_examples=15, deadline=None)
@given(said=rules(), members=MEMBERS, joined=JOINED, earlier=st.integers(1, 400), seed=st.integers(0, 99))
def test_a_later_look_rewrites_nothing_and_no_order_of_rows_counts(
    said: dict[str, Any], members: list[list[Paid]], joined: list[date], earlier: int, seed: int
):
    day = AS_OF - timedelta(earlier)
    whole = standings(replayed(said, members, AS_OF, joined[: len(members)]), len(members), AS_OF)
    known = [
        [one._replace(back_on=None) if one.back_on and one.back_on > day else one for one in member if one.day <= day]
        for member in members
    ]
    rng = np.random.default_rng(seed)
    shuffled = [[member[at] for at in rng.permutation(len(member))] for member in known]
    if not any(shuffled):
        return
    then = standings(replayed(said, shuffled, day, joined[: len(members)]), len(members), day)
    for mine, past in zip(whole, then, strict=True):
        assert [entry for entry in mine.log if entry[0] <= day] == past.log


@settings(max_examples=15, deadline=None)
@given(said=rules(), members=MEMBERS, joined=JOINED, ahead=st.integers(0, 90), back=st.integers(0, 200))
def test_what_is_secured_is_the_figure_of_that_day_were_nothing_more_to_happen(
    said: dict[str, Any], members: list[list[Paid]], joined: list[date], ahead: int, back: int
):
    from levels_oracle import figure

    seen, day = AS_OF - timedelta(back), AS_OF - timedelta(back) + timedelta(ahead)
    rule, (gains, losses) = rule_of(said), columns(members)
    days = np.array([day_number(one) for one in joined[: len(members)]])
    who = np.arange(len(members))
    asked = (np.full(len(who), day_number(day)), np.full(len(who), day_number(seen)))
    found = known_of(gains, losses, days).still_counting(rule, who, *asked)
    for place, member in enumerate(members):
        known = [
            one._replace(back_on=None) if one.back_on and one.back_on > seen else one
            for one in member
            if one.day <= seen
        ]
        assert Decimal(int(found[place])) / 100 == figure(said, known, day, joined[place])
