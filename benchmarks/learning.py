"""Does a shop that plans, evaluates and learns earn more, round by round? Shops are invented, their response is known.

    python benchmarks/learning.py            20 shops of 20,000 members
    python benchmarks/learning.py --quick    small ones, for seeing that it runs

Each shop believes something wrong: what an offer adds in one segment it expects of another. It spends no more than the
plan says is worth it (λ ≥ 1), by what it believes or has measured. Net is the margin that the
offers of a round truly add, less what they truly cost (everybody who buys with an offer uses it): by the true rates,
not by the dice, on which learning alone depends. Intervals are over shops, 95 %.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from siyu_cli.core.campaign.breakdown import counts_of
from siyu_cli.core.campaign.learned import ResponseTable, response_table, terms_of, with_learned
from siyu_cli.core.campaign.plan import Plan, plan_of
from siyu_cli.core.campaign.plan_errors import Places
from siyu_cli.core.campaign.reach import curve_within
from siyu_cli.core.campaign.spend import worthwhile_budget
from siyu_cli.core.campaign.trial import Trial, TrialManner, carry_out

SEGMENTS = ("dormant", "mature", "nurturing", "retained", "churned", "converted")
FACES = (5.0, 15.0, 30.0)
BASE = np.array([0.04, 0.22, 0.03, 0.15, 0.02, 0.08])
ORDER_VALUE, MARGIN = 180.0, 0.5
ROUNDS = 3
_Z = 1.96


@dataclass(frozen=True)
class World:
    """A shop: its members, what each offer truly adds in each segment, and what the shop believes of that."""

    facts: pa.Table
    segment: np.ndarray
    truth: np.ndarray
    belief: np.ndarray
    budget: float


def draw(seed: int, members: int, *, differs: bool) -> World:
    """Return a shop in which segments answer very differently, or all alike and hardly at all."""
    rng = np.random.default_rng(seed)
    varied = rng.gamma(0.6, 0.05, (len(SEGMENTS), 1)) * np.array([[0.3, 0.7, 1.0]]) + 0.002
    truth = varied if differs else np.full((len(SEGMENTS), len(FACES)), 0.01)
    segment = rng.integers(0, len(SEGMENTS), members)
    facts = pa.table({
        "member_id": [f"s{seed}m{number}" for number in range(members)],
        "segment": [SEGMENTS[row] for row in segment],
        "order_value": np.full(members, ORDER_VALUE), "consent_wecom": np.ones(members, bool),
    })  # fmt: skip
    return World(facts, segment, truth, varied[rng.permutation(len(SEGMENTS))], members * 0.25)


def planned(world: World, round_: int, *, control_share: float = 0.1) -> Plan:
    """Return the plan of a round, by what the shop believes."""
    starts = date(2026, 1, 1) + timedelta(60 * round_)
    document: dict[str, Any] = {
        "campaign": {"name": f"round {round_}", "starts_on": starts, "ends_on": starts + timedelta(9),
                     "budget": world.budget, "control_share": control_share},
        "offers": [{"name": f"c{face:g}", "kind": "coupon", "value": face} for face in FACES],
        "responses": [
            {"segment": name, "offer": f"c{face:g}", "purchase_rate": BASE[row],
             "redemption_rate": BASE[row] + world.belief[row, column],
             "purchase_rate_with": BASE[row] + world.belief[row, column]}
            for row, name in enumerate(SEGMENTS) for column, face in enumerate(FACES)
        ],
    }  # fmt: skip
    return plan_of(document, Places("plan.toml"))


def with_budget(plan: Plan, budget: float) -> Plan:
    amount = Decimal(f"{budget:.2f}")
    return plan.model_copy(update={"campaign": plan.campaign.model_copy(update={"budget": amount})})


def net(world: World, offer: np.ndarray) -> float:
    """Return the margin that offers truly add, less what they truly cost."""
    got = offer >= 0
    uplift = world.truth[world.segment[got], offer[got]]
    cost = (BASE[world.segment[got]] + uplift) * np.array(FACES)[offer[got]]
    return float((uplift * ORDER_VALUE * MARGIN - cost).sum())


def same_for_all(world: World) -> float:
    """Return what the best single coupon brings, to all whom the same budget reaches; chosen knowing the truth."""
    best = -math.inf
    for column, face in enumerate(FACES):
        cost = (BASE + world.truth[:, column])[world.segment] * face
        reached = np.cumsum(cost) <= world.budget
        best = max(best, net(world, np.where(reached, column, -1)))
    return best


def seen(world: World, plan: Plan, trial: Trial, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Return the counts of a campaign once its days are over, as ``siyu campaign learn`` keeps them."""
    offer = trial.assignment.offer
    added = np.where(offer >= 0, world.truth[world.segment, offer], 0.0)
    bought = rng.random(len(offer)) < BASE[world.segment] + added
    rows = np.flatnonzero((offer >= 0) | trial.compared_for.any(axis=1))
    names = [one.name for one in plan.offers]

    def offers_of(row: int) -> list[str]:
        places = [offer[row]] if offer[row] >= 0 else np.flatnonzero(trial.compared_for[row])
        return [names[place] for place in places]

    frame = pd.DataFrame({
        "arm": np.where(offer[rows] >= 0, "treatment", "control"),
        "segment": [SEGMENTS[row] for row in world.segment[rows]],
        "offers": [offers_of(row) for row in rows],
        "purchase": bought[rows].astype(int),
    })  # fmt: skip
    terms = {one.name: terms_of(one) for one in plan.offers}
    same = {"campaign": plan.campaign.name, "starts_on": plan.campaign.starts_on}
    return [{**cell, **same, "terms": terms[cell["offer"]]} for cell in counts_of(frame, "purchase", "control")]


def play(world: World, seed: int, *, explores: bool, learns: bool = True) -> tuple[list[float], ResponseTable]:
    """Return the net of each round, and what is known in the end."""
    rng = np.random.default_rng([seed, explores])
    cells: list[dict[str, Any]] = []
    found = []
    for round_ in range(ROUNDS):
        is_random = explores and round_ == 0
        plan = planned(world, round_, control_share=0.25 if is_random else 0.1)
        plan, _changed, _lost = with_learned(plan, response_table(cells if learns else []))
        trial = carry_out(plan, world.facts, MARGIN, TrialManner(is_random))
        worth = worthwhile_budget(curve_within(trial.assignment.within))
        if not is_random and worth < world.budget:
            trial = carry_out(with_budget(plan, max(worth, 1.0)), world.facts, MARGIN)
        found.append(net(world, trial.assignment.offer))
        cells += seen(world, plan, trial, rng)
    return found, response_table(cells)


def told(values: list[float]) -> str:
    half = _Z * np.std(values, ddof=1) / math.sqrt(len(values)) if len(values) > 1 else math.nan
    return f"{np.mean(values):9,.0f} ({np.mean(values) - half:8,.0f} to {np.mean(values) + half:8,.0f})"


def compare(shops: int, members: int, *, differs: bool) -> None:
    """Print what each way of going about it nets in each round."""
    worlds = [draw(seed, members, differs=differs) for seed in range(shops)]
    print(f"\n{shops} shops of {members:,} members; segments {'differ' if differs else 'do not differ'}")
    print(f"  {'the same coupon for all, the best one':44} {told([same_for_all(world) for world in worlds])}")
    ways: dict[str, Callable[[World, int], tuple[list[float], ResponseTable]]] = {
        "plan by a wrong assumption, never learning": lambda w, s: play(w, s, explores=False, learns=False),
        "plan by it, then evaluate and learn": lambda w, s: play(w, s, explores=False),
        "--explore first, then evaluate and learn": lambda w, s: play(w, s, explores=True),
    }
    played = {name: [way(world, seed) for seed, world in enumerate(worlds)] for name, way in ways.items()}
    for name, results in played.items():
        for round_ in range(ROUNDS):
            print(f"  {f'{name}, round {round_ + 1}':56} {told([nets[round_] for nets, _table in results])}")
    for name in list(ways)[1:]:
        last = played[name]
        gains = [nets[-1] - same_for_all(world) for (nets, _table), world in zip(last, worlds, strict=True)]
        print(f"  {f'{name}, round 3 less the same for all':72} {told(gains)}")
    alike = [known.learning.tau_squared == 0 for _nets, table in last for known in table.offers]
    print(f"  offers of which no difference between segments was detectable: {np.mean(alike):.0%}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    shops, members = (3, 4_000) if options.quick else (20, 20_000)
    start = time.perf_counter()
    compare(shops, members, differs=True)
    compare(shops, members, differs=False)
    print(f"\n{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    sys.exit(main())
