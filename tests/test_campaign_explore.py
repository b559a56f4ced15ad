"""A shop that knows nothing gives offers at random within segments, as many as tell something, always the same."""

from __future__ import annotations

import numpy as np
import pytest

from siyu_cli.core.campaign.control import in_control
from siyu_cli.core.campaign.explore import explore, people_per_cell
from siyu_cli.core.experiment import mismatch

MEMBERS = 12_000
IDS = np.array([f"m{number}" for number in range(MEMBERS)])
SEGMENT = np.arange(MEMBERS) % 3


def drawn(allowed: np.ndarray | None = None, budget: float = 1e9, most: int = 10**9) -> np.ndarray:
    may = np.ones((MEMBERS, 4), np.bool_) if allowed is None else allowed
    return explore(IDS, SEGMENT, may, np.full((MEMBERS, 4), 2.0), budget, salt="s", most=most)


def sizes(chosen: np.ndarray) -> np.ndarray:
    return np.array([[((row == SEGMENT) & (chosen == column)).sum() for column in range(4)] for row in range(3)])


def test_each_offer_is_as_likely_within_each_segment():
    for row in sizes(drawn()):
        assert mismatch(row.tolist()) > 0.001


def test_who_is_left_after_the_control_group_is_spread_as_evenly():
    rest = ~in_control(IDS, "s", 0.3)
    chosen = drawn(np.broadcast_to(rest[:, None], (MEMBERS, 4)))
    assert (chosen[~rest] == -1).all()
    assert mismatch(sizes(chosen).sum(axis=0).tolist()) > 0.001


def test_only_what_a_member_may_get_is_drawn():
    allowed = np.random.default_rng(1).random((MEMBERS, 4)) < 0.5
    chosen = drawn(allowed)
    got = chosen >= 0
    assert allowed[np.flatnonzero(got), chosen[got]].all()
    assert (got == allowed.any(axis=1)).all()


def test_cells_are_no_larger_than_what_tells_something():
    assert sizes(drawn(most=150)).tolist() == [[150] * 4] * 3


def test_a_short_budget_leaves_cells_of_one_size():
    chosen = drawn(budget=2_400.0)
    assert sizes(chosen).tolist() == [[100] * 4] * 3


def test_the_order_of_the_rows_changes_nothing():
    order = np.random.default_rng(2).permutation(MEMBERS)
    costs, may = np.full((MEMBERS, 4), 2.0), np.ones((MEMBERS, 4), np.bool_)
    again = explore(IDS[order], SEGMENT[order], may, costs, 999.0, salt="s", most=80)
    assert again.tolist() == drawn(budget=999.0, most=80)[order].tolist()


@pytest.mark.parametrize(("base", "uplift", "people"), [(0.2, 0.05, 1_094), (0.1, 0.02, 3_841)])
def test_a_cell_is_as_large_as_the_effect_needs(base: float, uplift: float, people: int):
    assert people_per_cell(base, uplift) == people
