"""The control group is drawn by salt and member alone: as published, the same in any order, and fair."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu_cli.core.campaign.control import hash_places, hash_ranks, hash_words, in_control
from siyu_cli.core.experiment import mismatch

CASES = Path(__file__).parent / "data" / "growthbook_hash_cases.json"
ids = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1), min_size=1, unique=True)


def fnv32a(text: str) -> int:
    word = 0x811C9DC5
    for letter in text:
        word = ((word ^ ord(letter)) * 0x01000193) % 2**32
    return word


def plain_place(member: str, salt: str) -> float:
    return fnv32a(str(fnv32a(salt + member))) % 10_000 / 10_000


@pytest.mark.parametrize(
    ("salt", "member", "place"),
    [(case[0], case[1], case[3]) for case in json.loads(CASES.read_text("utf-8"))["hash"] if case[2] == 2],
)
def test_the_draw_is_that_of_a_public_hash(salt: str, member: str, place: float):
    assert hash_places([member], salt).tolist() == [place]


@given(ids, st.text(max_size=5))
def test_the_draw_is_the_plain_formula_for_any_id(members: list[str], salt: str):
    assert hash_places(members, salt).tolist() == [plain_place(member, salt) for member in members]


@given(ids, st.randoms())
def test_the_order_of_the_rows_changes_nothing(members: list[str], chance: random.Random):
    shuffled = chance.sample(members, len(members))
    for draw in (lambda rows: in_control(rows, "s", 0.3), lambda rows: hash_ranks(rows, "s")):
        kept = dict(zip(members, draw(members).tolist(), strict=True))
        assert dict(zip(shuffled, draw(shuffled).tolist(), strict=True)) == kept


@given(ids)
def test_ranks_are_a_line_by_hash_then_id(members: list[str]):
    line = sorted(members, key=lambda member: (fnv32a(str(fnv32a("s" + member))), member))
    assert [line.index(member) for member in members] == hash_ranks(members, "s").tolist()


def test_members_whose_hashes_are_equal_stand_by_their_ids():
    members = [f"M{number}" for number in range(300_000)]
    words = hash_words(members, "s")
    values, counts = np.unique(words, return_counts=True)
    twice = [np.flatnonzero(words == value) for value in values[counts > 1]]
    assert twice  # 32 bits hold no 300,000 members apart
    ranks = hash_ranks(members[::-1], "s")[::-1]
    assert sorted(ranks.tolist()) == list(range(300_000))
    assert all((np.diff(ranks[pair]) > 0).all() == (members[pair[0]] < members[pair[1]]) for pair in twice)


@pytest.mark.parametrize("share", [0.05, 0.1, 0.5])
def test_the_share_that_is_drawn_is_the_share_asked_for(share: float):
    members = np.char.add("U", np.arange(200_000).astype(str))
    drawn = int(in_control(members, "spring", share).sum())
    assert mismatch([drawn, 200_000 - drawn], [share, 1 - share]) > 0.001


def test_two_salts_draw_independently():
    members = np.char.add("U", np.arange(100_000).astype(str))
    first, second = (in_control(members, salt, 0.2) for salt in ("spring", "autumn"))
    assert (first & second).mean() == pytest.approx(0.04, abs=0.002)


def test_nobody_draws_nobody():
    assert in_control([], "s", 0.5).tolist() == []
    assert hash_ranks([], "s").tolist() == []
    assert not in_control(["a"], "s", 0.0).any()
