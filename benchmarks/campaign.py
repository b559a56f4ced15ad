"""How good and how fast the assignment of ``siyu campaign`` is: certificate, seconds, memory, beside others.

    python benchmarks/campaign.py                  everything
    python benchmarks/campaign.py --only stock     one part: budget, stock, limits, segments, highs, curve
                                                   or hash
    python benchmarks/campaign.py --quick          small sizes, for seeing that it runs

Campaigns are invented: members differ in how likely they buy anyway, in what an offer adds and in what they spend.
"""

from __future__ import annotations

import argparse
import math
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, eye, kron, vstack

from siyu_cli.core.campaign.allocation import Allocation, allocate, budget_curve
from siyu_cli.core.campaign.control import hash_ranks, in_control
from siyu_cli.core.campaign.limits import LimitedCampaign, Reach
from siyu_cli.core.campaign.problem import Limit
from siyu_cli.core.campaign.reach import Bounded, assign_within

PARTS = ("budget", "stock", "limits", "segments", "highs", "curve", "hash")
OFFERS = 10
Made = TypeVar("Made")


def draw(members: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return values and costs of that many members and ten offers, each better for some and dearer for all."""
    rng = np.random.default_rng(seed)
    base, uplift = rng.beta(2, 20, (members, 1)), rng.gamma(1, 0.02, (members, OFFERS))
    face, order = np.linspace(5, 60, OFFERS), rng.lognormal(5, 0.5, (members, 1))
    values = uplift * order * 0.5 * (1 + 0.3 * np.log(face))
    return values, np.minimum(base + uplift, 1) * face + 0.05


def draw_alike(members: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return offers that are nearly the same for each member, and so compete for all of them."""
    rng = np.random.default_rng(seed)
    values = rng.gamma(1, 5, (members, 1)) * (1 + 0.02 * rng.random((members, OFFERS)))
    return values, rng.gamma(2, 3, (members, 1)) * (1 + 0.02 * rng.random((members, OFFERS)))


def say(name: str, value: float, wanted: str) -> None:
    print(f"  {name:52}{value:9.2g}   wanted {wanted}")


def timed(make: Callable[[], Made]) -> tuple[Made, float]:
    start = time.perf_counter()
    made = make()
    return made, time.perf_counter() - start


def ranks_of(members: int) -> np.ndarray:
    return np.random.default_rng(1).permutation(members)


def tell(name: str, found: Allocation, seconds: float, budget: float) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"  {name:<44} {seconds:6.2f} s, gap {found.gap:.1e}, spent {found.cost / budget:.6f}, peak {peak:.2f} GB")


def with_budget(sizes: tuple[int, ...]) -> None:
    for members in sizes:
        values, costs = draw(members)
        budget, ranks = members * 0.5, ranks_of(members)
        found, seconds = timed(lambda: allocate(values, costs, budget, ranks))  # noqa: B023
        tell(f"{members:,} members × {OFFERS}, budget alone", found, seconds, budget)
    say("gap, budget alone, most members", found.gap, "≤ 1e-6")
    say("seconds, budget alone, most members", seconds, "< 10")
    # The same coupon for all whom the money reaches, the best such coupon.
    pairs = [(values[:, k][:count].sum(), k) for k in range(OFFERS) for count in [int(budget / costs[:, k].mean())]]
    say("value over the best single coupon for all", found.value / max(pairs)[0], "> 1")


def with_stock(sizes: tuple[int, ...]) -> None:
    for members in sizes:
        worst, longest = 0.0, 0.0
        for name, (values, costs) in (("offers differ", draw(members)), ("offers alike", draw_alike(members))):
            ranks = ranks_of(members)
            free = allocate(values, costs, costs.mean() * members * 0.1, ranks)
            for share, pinch in ((0.5, 1.0), (0.8, 0.6), (0.1, 1.0)):
                stock, budget = np.floor(free.used * share) + 1, costs.mean() * members * 0.1 * pinch
                found, seconds = timed(lambda: allocate(values, costs, budget, ranks, stock))  # noqa: B023
                assert found.cost <= budget
                assert (found.used <= stock).all()
                tell(f"{members:,}, {name}, {share:.0%} of stock wanted", found, seconds, budget)
                worst, longest = max(worst, found.gap), max(longest, seconds)
    say("worst gap with stock, most members", worst, "≤ 1e-4")
    say("seconds with stock, most members", longest, "< 20")


def limits_among(values: np.ndarray, costs: np.ndarray, budget: float) -> dict[str, Bounded]:
    """Return one campaign per limit, each of which forbids much of what the budget alone would do, and one of all."""
    members, rng = len(values), np.random.default_rng(3)
    free = allocate(values, costs, budget, ranks_of(members))
    given = np.flatnonzero(free.offer >= 0), free.offer[free.offer >= 0]
    worst = np.linspace(10, 120, OFFERS) * rng.lognormal(0, 0.1, (members, 1))
    points = np.broadcast_to(np.where(np.arange(OFFERS) % 2, 100.0, 0.0), values.shape)
    owner = rng.integers(0, max(members // 500, 2), members)
    reach = Reach(owner.astype(str), np.full(members, 40))
    known = (
        Limit("liability", worst, float(worst[given].sum()) * 0.6),
        Limit("usage", np.broadcast_to(1.0, values.shape), math.floor(len(given[0]) * 0.7)),
        Limit("points", points, float(points[given].sum()) * 0.5),
    )
    bare = LimitedCampaign(values, costs, budget, ranks_of(members), np.full(OFFERS, np.inf))
    stocked = replace(bare, stock=np.floor(free.used * 0.5) + 1)
    found = {limit.key: Bounded(bare, (limit,)) for limit in known}
    return found | {"employees": Bounded(bare, (), reach), "all, and stock": Bounded(stocked, known, reach)}


def with_limits(members: int) -> None:
    worst, longest = 0.0, 0.0
    for name, (values, costs) in (("offers differ", draw(members)), ("offers alike", draw_alike(members))):
        budget = costs.mean() * members * 0.1
        for key, whole in limits_among(values, costs, budget).items():
            found, seconds = timed(lambda: assign_within(whole))  # noqa: B023
            check_kept(whole, found)
            tell(f"{members:,}, {name}, {key}", found, seconds, budget)
            worst, longest = max(worst, found.gap), max(longest, seconds)
    say("worst gap with limits", worst, "≤ 1e-4")
    say("seconds with limits", longest, "< 20")


def check_kept(whole: Bounded, found: Allocation) -> None:
    given = np.flatnonzero(found.offer >= 0), found.offer[found.offer >= 0]
    assert found.cost <= whole.campaign.budget
    assert (found.used <= whole.campaign.stock).all()
    assert all(math.fsum(limit.takes[given]) <= limit.most for limit in whole.limits)
    if whole.reach is not None:
        _names, counts = np.unique(whole.reach.owner[given[0]], return_counts=True)
        assert counts.max() <= whole.reach.most[0]


def by_segment(members: int) -> None:
    rng = np.random.default_rng(0)
    segment = rng.integers(0, 30, members)
    values, costs = rng.gamma(1, 5, (30, OFFERS))[segment], rng.gamma(2, 3, (30, OFFERS))[segment]
    budget, ranks, stock = float(members), ranks_of(members), np.full(OFFERS, members // 40)
    for name, limit in (("budget alone", None), ("stock", stock)):
        found, seconds = timed(lambda: allocate(values, costs, budget, ranks, limit))  # noqa: B023
        tell(f"{members:,} members of 30 segments, {name}", found, seconds, budget)
        say(f"gap by segment, {name}", found.gap, "≤ 1e-4")


def beside_highs(members: int) -> None:
    """Hold the bound and the value against the linear program, which no assignment passes."""
    values, costs = draw(members)
    budget, stock = members * 0.3, np.full(OFFERS, members // 30)
    bare = LimitedCampaign(values, costs, budget, ranks_of(members), np.full(OFFERS, np.inf))
    known = {"stock": Bounded(replace(bare, stock=stock)), **limits_among(values, costs, budget)}
    for key, whole in known.items():
        rival, highs = timed(lambda: linear_optimum(whole))  # noqa: B023
        found, seconds = timed(lambda: assign_within(whole))  # noqa: B023
        print(f"  {members:,} members, {key}: HiGHS {highs:.2f} s, siyu {seconds:.2f} s")
        say("bound / linear optimum − 1", found.bound / rival - 1, "0 to 1e-5")
        say("1 − value / linear optimum", 1 - found.value / rival, "≤ 1e-4")


def linear_optimum(whole: Bounded) -> float:
    """Return what the best mixture of assignments brings, by HiGHS."""
    campaign, (members, offers) = whole.campaign, whole.campaign.values.shape
    rows = [kron(eye(members), np.ones((1, offers))), csr_matrix(campaign.costs.reshape(1, -1))]
    most = [np.ones(members), np.array([campaign.budget])]
    if np.isfinite(campaign.stock).all():
        rows.append(kron(np.ones((1, members)), eye(offers)))
        most.append(campaign.stock)
    for limit in whole.limits:
        rows.append(csr_matrix(limit.takes.reshape(1, -1)))
        most.append(np.array([limit.most]))
    if whole.reach is not None:
        _names, owner = np.unique(whole.reach.owner, return_inverse=True)
        theirs = csr_matrix((np.ones(members), (owner, np.arange(members))))
        rows.append(kron(theirs, np.ones((1, offers))))
        most.append(np.full(theirs.shape[0], float(whole.reach.most[0])))
    taken, limited = vstack(rows).tocsr(), np.concatenate(most)
    found = linprog(-campaign.values.ravel(), A_ub=taken, b_ub=limited, bounds=(0, 1), method="highs")
    return float(-found.fun)


def curves(members: int) -> None:
    values, costs = draw(members)
    ranks, budget = ranks_of(members), members * 0.3
    _curve, alone = timed(lambda: budget_curve(values, costs, budget, ranks))
    _curve, stocked = timed(lambda: budget_curve(values, costs, budget, ranks, np.full(OFFERS, members // 30)))
    print(f"  curve of 40 budgets, {members:,} members: {alone:.2f} s; with stock, from a sample, {stocked:.2f} s")


def hashes(members: int) -> None:
    ids = [f"M{number:010d}" for number in range(members)]
    _drawn, control = timed(lambda: in_control(ids, "spring", 0.1))
    _ranks, ranks = timed(lambda: hash_ranks(ids, "spring"))
    print(f"  {members:,} ids: control group {control:.2f} s, ranks {ranks:.2f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=PARTS)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    parts = (options.only,) if options.only else PARTS
    sizes = (5_000, 20_000) if options.quick else (100_000, 1_000_000)
    work: dict[str, Callable[[], None]] = {
        "budget": lambda: with_budget(sizes),
        "stock": lambda: with_stock(sizes),
        "limits": lambda: with_limits(sizes[0]),
        "segments": lambda: by_segment(sizes[-1]),
        "highs": lambda: beside_highs(2_000 if options.quick else 20_000),
        "curve": lambda: curves(sizes[-1]),
        "hash": lambda: hashes(sizes[-1]),
    }
    for part in parts:
        work[part]()


if __name__ == "__main__":
    sys.exit(main())
