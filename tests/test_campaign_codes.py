"""A personal code cannot be guessed, is nobody else's, and is read right."""

from __future__ import annotations

from collections import Counter

import pytest

from siyu_cli.core.campaign.codes import LETTERS, code_length, make_codes


def test_no_sign_looks_like_another():
    for alike in ("0OQD", "1IL", "2Z", "5S", "8B", "UV"):
        assert not set(alike) & set(LETTERS)
    assert len(set(LETTERS)) == len(LETTERS) == 20
    assert LETTERS.upper() == LETTERS


def test_no_code_is_given_twice_even_to_another_campaign():
    first = make_codes(5_000)
    second = make_codes(5_000, taken=first)
    assert len({*first, *second}) == 10_000


@pytest.mark.parametrize("count", [1, 100, 30_000, 1_000_000])
def test_a_guess_hits_one_time_in_a_million_at_most(count: int):
    assert count / len(LETTERS) ** code_length(count) <= 1e-6


def test_every_sign_is_as_likely_at_every_place():
    codes = make_codes(20_000, prefix="X")
    for place in range(1, len(codes[0])):
        counts = Counter(code[place] for code in codes)
        # A fair draw of twenty thousand lies within six standard deviations, but for once in ten million runs.
        fair = 20_000 / len(counts)
        assert all(abs(count - fair) < 6 * fair**0.5 for count in counts.values())


def test_two_runs_have_nothing_in_common():
    assert not set(make_codes(1_000)) & set(make_codes(1_000))


@pytest.mark.parametrize("length", [4, 7, 40])
def test_a_code_too_short_to_be_safe_is_refused(length: int):
    with pytest.raises(ValueError, match="codes take"):
        make_codes(1_000, length=length)
