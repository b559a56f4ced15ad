"""An assignment keeps within budget and stock, and proves how good it is: held against the exact optimum."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from siyu_cli.core.campaign.allocation import allocate, budget_curve
from siyu_cli.core.campaign.hulls import climb
from siyu_cli.core.campaign.problem import Prices, Problem

INF = float("inf")
Case = tuple[np.ndarray, np.ndarray, float, np.ndarray]


@st.composite
def cases(draw: Any, members: int = 5, offers: int = 3) -> Case:
    """Draw a small campaign: whole numbers, so that ties and exact fits happen; some offers not allowed."""
    count, kinds = draw(st.integers(1, members)), draw(st.integers(1, offers))
    value = st.one_of(st.integers(-3, 12).map(float), st.just(-INF))
    values = np.array([[draw(value) for _ in range(kinds)] for _ in range(count)])
    costs = np.array([[float(draw(st.integers(0, 6))) for _ in range(kinds)] for _ in range(count)])
    stock = np.array([draw(st.one_of(st.just(INF), st.integers(0, count).map(float))) for _ in range(kinds)])
    return values, costs, float(draw(st.integers(0, 15))), stock


def by_trying_all(values: np.ndarray, costs: np.ndarray, budget: float, stock: np.ndarray) -> float:
    best = 0.0
    kinds = values.shape[1]
    for choice in product(range(-1, kinds), repeat=len(values)):
        given_to = [(member, offer) for member, offer in enumerate(choice) if offer >= 0]
        enough = all(sum(offer == kind for _member, offer in given_to) <= stock[kind] for kind in range(kinds))
        if enough and sum(costs[pair] for pair in given_to) <= budget:
            best = max(best, sum(values[pair] for pair in given_to))
    return best


def by_integer_program(values: np.ndarray, costs: np.ndarray, budget: float, stock: np.ndarray) -> float:
    count, kinds = values.shape
    of_member = np.kron(np.eye(count), np.ones(kinds))
    of_offer = np.kron(np.ones(count), np.eye(kinds))
    rows = np.vstack([of_member, costs.reshape(1, -1), of_offer])
    most = np.concatenate([np.ones(count), [budget], np.where(np.isfinite(stock), stock, count)])
    found = milp(
        -values.ravel(), constraints=LinearConstraint(rows, -np.inf, most), integrality=np.ones(values.size),
        bounds=Bounds(0, 1), options={"mip_rel_gap": 1e-9},
    )  # fmt: skip
    return -found.fun


def drawn(seed: int, members: int, offers: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a campaign as they are: small uplifts, costs for those who would have bought anyway too."""
    rng = np.random.default_rng(seed)
    base, uplift = rng.beta(2, 20, (members, 1)), rng.gamma(1, 0.02, (members, offers))
    face, order = np.linspace(5, 60, offers), rng.lognormal(5, 0.5, (members, 1))
    return uplift * order * 0.5 * (1 + 0.3 * np.log(face)), np.minimum(base + uplift, 1) * face + 0.05


@settings(max_examples=300, deadline=None)
@given(cases())
def test_it_is_the_optimum_within_one_offer_and_never_over_budget_or_stock(case: Case):
    values, costs, budget, stock = case
    found = allocate(values, costs, budget, np.arange(len(values)), stock)
    optimum = by_trying_all(*case)
    chosen = [(member, offer) for member, offer in enumerate(found.offer.tolist()) if offer >= 0]
    assert found.cost == sum(costs[pair] for pair in chosen) <= budget
    assert found.value == sum(values[pair] for pair in chosen)
    assert (found.used <= stock).all()
    assert found.bound >= optimum - 1e-9
    assert optimum - max(0.0, values.max()) <= found.value <= optimum


@pytest.mark.parametrize("seed", range(12))
def test_it_is_the_optimum_of_an_integer_program_within_one_offer(seed: int):
    rng = np.random.default_rng(seed)
    count, kinds = int(rng.integers(10, 60)), int(rng.integers(2, 6))
    values, costs = drawn(seed, count, kinds)
    if seed % 3 == 0:  # two segments that answer alike
        values, costs = values[rng.integers(0, 2, count)], costs[rng.integers(0, 2, count)]
    stock = np.where(rng.random(kinds) < 0.6, rng.integers(0, count // 2, kinds), INF)
    budget = float(costs.mean() * count * rng.uniform(0.1, 0.8))
    found, optimum = (
        allocate(values, costs, budget, rng.permutation(count), stock),
        by_integer_program(values, costs, budget, stock),
    )
    assert found.bound >= optimum - 1e-6
    assert optimum - values.max() <= found.value <= optimum + 1e-6
    assert found.cost <= budget
    assert (found.used <= stock).all()


@settings(max_examples=100, deadline=None)
@given(cases(members=12), st.randoms())
def test_the_order_of_the_rows_changes_nothing(case: Case, chance: Any):
    values, costs, budget, stock = case
    ranks, shuffled = np.arange(len(values)), np.array(chance.sample(range(len(values)), len(values)))
    kept = allocate(values, costs, budget, ranks, stock)
    other = allocate(values[shuffled], costs[shuffled], budget, ranks[shuffled], stock)
    assert other.offer.tolist() == kept.offer[shuffled].tolist()
    assert (other.value, other.cost, other.bound) == (kept.value, kept.cost, kept.bound)


@settings(max_examples=100, deadline=None)
@given(cases(), st.floats(0, 50), st.lists(st.floats(0, 50), min_size=3, max_size=3))
def test_the_bound_holds_at_any_prices(case: Case, price: float, of_offers: list[float]):
    values, costs, budget, stock = case
    prices = np.where(np.isfinite(stock), of_offers[: len(stock)], 0.0)
    assert Problem(values, costs, budget, stock).bound(Prices(price, prices)) >= by_trying_all(*case) - 1e-9


@settings(max_examples=100, deadline=None)
@given(cases(members=1, offers=6))
def test_a_members_steps_are_the_upper_hull_of_their_offers(case: Case):
    values, costs, _budget, _stock = case
    steps = climb(Problem(values, costs, 0.0, np.full(values.shape[1], INF)))
    points = [(0.0, 0.0), *zip(np.cumsum(steps.cost), np.cumsum(steps.value), strict=True)]
    assert all(points[place + 1] == (costs[0, offer], values[0, offer]) for place, offer in enumerate(steps.offer))
    assert (np.diff(steps.efficiency) <= 0).all()
    for cost, value in zip(costs[0], values[0], strict=True):
        # What a mixture of the hull's points brings for this cost.
        reached = np.interp(cost, *zip(*dict(points).items(), strict=True))
        assert value <= reached + 1e-9


@pytest.mark.parametrize(("members", "share", "gap"), [(20_000, None, 1e-5), (20_000, 0.5, 1e-4), (50_000, 0.2, 1e-4)])
def test_the_certificate_is_tight_for_many_members(members: int, share: float | None, gap: float):
    values, costs = drawn(5, members, 10)
    ranks = np.random.default_rng(6).permutation(members)
    free = allocate(values, costs, members * 0.5, ranks)
    stock = None if share is None else np.floor(free.used * share) + 1
    found = allocate(values, costs, members * 0.3, ranks, stock)
    assert 0 <= found.gap <= gap
    assert found.cost <= members * 0.3
    assert stock is None or (found.used <= stock).all()


def test_segments_that_answer_alike_are_shared_out_within_budget_and_stock():
    rng = np.random.default_rng(7)
    segment = rng.integers(0, 30, 40_000)
    values, costs = rng.gamma(1, 5, (30, 10))[segment], rng.gamma(2, 3, (30, 10))[segment]
    found = allocate(values, costs, 40_000.0, rng.permutation(40_000), np.full(10, 1_000.0))
    assert found.gap < 5e-4
    assert (found.used <= 1_000).all()
    assert found.cost <= 40_000


def test_what_is_free_and_good_is_given_even_without_a_budget():
    found = allocate([[2.0, 3.0], [1.0, -1.0]], [[0.0, 0.0], [1.0, 0.0]], 0.0, [0, 1])
    assert found.offer.tolist() == [1, -1]


def test_what_may_not_be_given_is_not_and_what_loses_money_neither():
    found = allocate([[-INF, -1.0], [-INF, 2.0]], [[0.0, 0.0], [1.0, 1.0]], 9.0, [0, 1], [1.0, 1.0])
    assert found.offer.tolist() == [-1, 1]


def test_equal_members_are_taken_in_the_line_of_their_ranks():
    values, costs = np.full((4, 1), 3.0), np.ones((4, 1))
    assert allocate(values, costs, 2.0, [3, 0, 2, 1]).offer.tolist() == [-1, 0, -1, 0]


def test_a_campaign_for_nobody_is_a_campaign():
    for stock in (None, [1.0, 1.0]):
        found = allocate(np.empty((0, 2)), np.empty((0, 2)), 5.0, [], stock)
        assert (found.value, found.bound, found.gap, found.members_treated) == (0.0, 0.0, 0.0, 0)


@pytest.mark.parametrize(
    ("values", "costs", "budget", "stock"),
    [
        ([[1.0]], [[-1.0]], 1.0, None),
        ([[np.nan]], [[1.0]], 1.0, None),
        ([[INF]], [[1.0]], 1.0, None),
        ([[1.0]], [[INF]], 1.0, None),
        ([[1.0]], [[1.0]], -1.0, None),
        ([[1.0]], [[1.0, 2.0]], 1.0, None),
        ([[1.0]], [[1.0]], 1.0, [-1.0]),
    ],
)
def test_nonsense_is_refused(values: Any, costs: Any, budget: float, stock: Any):
    with pytest.raises(ValueError, match="are"):
        allocate(values, costs, budget, [0], stock)


def test_more_budget_brings_more_and_each_further_unit_less():
    values, costs = drawn(8, 5_000, 6)
    curve = budget_curve(values, costs, 900.0, np.arange(5_000))
    assert 900.0 in curve.budgets
    assert (np.diff(curve.values) >= 0).all()
    assert (np.diff(curve.prices) <= 0).all()
    assert curve.prices[-1] == 0.0
    at = int(np.flatnonzero(curve.budgets == 900.0)[0])
    found = allocate(values, costs, 900.0, np.arange(5_000))
    assert curve.values[at] == pytest.approx(found.bound)
    assert curve.prices[at] == found.price


@pytest.mark.parametrize("members", [3_000, 12_000])
def test_with_stock_the_curve_is_the_bound_of_each_budget(members: int):
    values, costs = drawn(9, members, 4)
    ranks, stock = np.random.default_rng(1).permutation(members), np.array([members / 10, members / 20, INF, INF])
    curve = budget_curve(values, costs, members * 0.2, ranks, stock, points=5)
    assert curve.is_estimate == (members > 5_000)
    for budget, value in zip(curve.budgets, curve.values, strict=True):
        bound = allocate(values, costs, float(budget), ranks, stock).bound
        assert value == pytest.approx(bound, rel=0.05 if curve.is_estimate else 1e-4)


def test_what_brings_nothing_is_given_to_nobody_even_where_there_is_money_and_stock_for_it():
    values = np.array([[0.0, -1.0], [3.0, 0.0], [0.0, 0.0]])
    found = allocate(values, np.ones((3, 2)), 100.0, [0, 1, 2], [5, 5])
    assert found.offer.tolist() == [-1, 0, -1]
