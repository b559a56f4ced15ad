"""Small allocations beside the exact optimum, found by another program: integer programming (HiGHS through scipy)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import LinearConstraint, milp

from siyu_cli.core.campaign.allocation import Allocation
from siyu_cli.core.campaign.limits import LimitedCampaign, Reach, allocate_within
from siyu_cli.core.campaign.problem import Limit

KINDS = ("budget", "stock", "usage", "liability", "points", "employees", "ties", "zero costs", "negative", "all")


def drawn(kind: str, seed: int) -> tuple[LimitedCampaign, list[Limit], Reach | None]:
    """Return a small campaign: up to 14 members, up to 4 offers, whole numbers where members are to tie."""
    rng = np.random.default_rng([KINDS.index(kind), seed])
    shape = int(rng.integers(1, 15)), int(rng.integers(1, 5))
    values, costs = rng.gamma(1, 10, shape), rng.gamma(2, 2, shape)
    if kind in ("ties", "all") and seed % 2:
        values, costs = np.ceil(values / 5) * 5, np.ceil(costs)
    if kind in ("zero costs", "all"):
        costs[rng.random(shape) < 0.3] = 0
    if kind in ("negative", "all"):
        values = values - 8
    values[rng.random(shape) < 0.1] = -np.inf
    budget = float(costs.max(axis=1).sum() * rng.choice([0, 0.1, 0.3, 0.6, 2]))
    stock = rng.integers(0, 4, shape[1]).astype(float) if kind in ("stock", "all") else np.full(shape[1], np.inf)
    limits = []
    if kind in ("usage", "all"):
        limits.append(Limit("usage", np.broadcast_to(1.0, shape), float(rng.integers(1, shape[0] + 1))))
    if kind in ("liability", "all"):
        worst = costs * rng.uniform(1, 4, shape) + 1
        limits.append(Limit("liability", worst, float(worst.sum() * rng.choice([0.05, 0.2, 0.5]))))
    if kind in ("points", "all"):
        points = np.broadcast_to(np.where(np.arange(shape[1]) % 2, 0.0, 500.0), shape)
        limits.append(Limit("points", points, float(rng.integers(1, 6) * 400)))
    reach = None
    if kind in ("employees", "all"):
        owner = rng.choice(["", "li", "wu", "zhao"], shape[0])
        reach = Reach(owner, np.array([{"": 0, "li": 0, "wu": 1, "zhao": 2}[name] for name in owner]))
    return LimitedCampaign(values, costs, budget, rng.permutation(shape[0]), stock), limits, reach


def optimum(campaign: LimitedCampaign, limits: list[Limit], reach: Reach | None) -> float:
    """Return what the best assignment brings."""
    members, offers = campaign.values.shape
    is_open = (campaign.values > 0).ravel()
    each = np.kron(np.eye(members), np.ones(offers))
    rows: list[tuple[Any, float]] = [(row, 1.0) for row in each]
    rows.append((campaign.costs.ravel(), campaign.budget))
    rows += [(limit.takes.ravel(), limit.most) for limit in limits]
    rows += [(np.tile(np.eye(offers)[place], members), campaign.stock[place]) for place in range(offers)]
    if reach is not None:
        for name in set(reach.owner.tolist()) - {""}:
            theirs = reach.owner == name
            rows.append((np.repeat(theirs, offers).astype(float), float(reach.most[theirs][0])))
    taken, most = np.array([row for row, _most in rows]), np.array([most for _row, most in rows])
    worth = np.where(is_open, campaign.values.ravel(), 0.0)
    best = milp(
        -worth, constraints=LinearConstraint(taken, -np.inf, most), integrality=np.ones(len(worth)),
        bounds=(0, is_open.astype(float)), options={"mip_rel_gap": 0.0},
    )  # fmt: skip
    return float(-best.fun)


def check_kept(found: Allocation, campaign: LimitedCampaign, limits: list[Limit], reach: Reach | None) -> None:
    treated = np.flatnonzero(found.offer >= 0)
    given = treated, found.offer[treated]
    assert (campaign.values[given] > 0).all()
    assert campaign.costs[given].sum() <= campaign.budget + 1e-9
    assert (np.bincount(found.offer[treated], minlength=len(campaign.stock)) <= campaign.stock).all()
    for limit in limits:
        assert limit.takes[given].sum() <= limit.most + 1e-9
    if reach is not None:
        for row in treated.tolist():
            owner = reach.owner[row]
            assert owner == "" or (reach.owner[treated] == owner).sum() <= reach.most[row]


@pytest.mark.parametrize("kind", KINDS)
def test_a_small_campaign_is_within_one_item_of_the_optimum_and_below_its_bound(kind: str):
    for seed in range(20):
        campaign, limits, reach = drawn(kind, seed)
        found, best = allocate_within(campaign, limits, reach), optimum(campaign, limits, reach)
        check_kept(found, campaign, limits, reach)
        dearest = campaign.values.max(initial=0.0, where=campaign.values > 0)
        assert best - dearest <= found.value <= best + 1e-9 <= found.bound + 2e-9, seed
