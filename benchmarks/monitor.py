"""How often does `siyu monitor` ring while nothing changes? Shops are invented: noise alone, of several kinds.

    python benchmarks/monitor.py            200 shop-years of each kind of noise
    python benchmarks/monitor.py --quick    few of them, for seeing that it runs

A shop has so many daily series of one kind, two years each: the first is learned from, of the second alarms are counted
(jumps and drifts) by the very code of the command. The last kind is a shop's weekly refunds. Alarms a month of the
whole shop are held against the budget of one a month that the command prints; more than 1.5 times that ends with
exit code 1.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from datetime import date

import numpy as np

from siyu_cli.core.monitor.budget import Budget
from siyu_cli.core.monitor.rates import watch_rate
from siyu_cli.core.monitor.series import Days
from siyu_cli.core.monitor.watched import Daily, judge_days

DAYS, A_MONTH, MOST = 730, 1.0, 1.5
SIZES = (6, 48)
SERIES = 6  # of a shop that are simulated; more of them would ring alike
MONDAY = date(2024, 1, 1)
Noise = Callable[[np.random.Generator], np.ndarray]


def autocorrelated(follows: float) -> Noise:
    def draw(rng: np.random.Generator) -> np.ndarray:
        steps = rng.normal(0, 1, DAYS)
        for day in range(1, DAYS):
            steps[day] = follows * steps[day - 1] + (1 - follows**2) ** 0.5 * steps[day]
        return np.exp(0.3 * steps) * 1_000

    return draw


def wandering(rng: np.random.Generator) -> np.ndarray:
    weeks = np.exp(np.cumsum(rng.normal(0, 0.05, DAYS // 7 + 1)))
    return rng.poisson(60 * np.repeat(weeks, 7)[:DAYS])


KINDS: dict[str, tuple[str, Noise]] = {
    "iid normal": ("money", autocorrelated(0)),
    "AR(1) .3": ("money", autocorrelated(0.3)),
    "AR(1) .5": ("money", autocorrelated(0.5)),
    "Poisson 3": ("count", lambda rng: rng.poisson(3, DAYS)),
    "Poisson 60": ("count", lambda rng: rng.poisson(60, DAYS)),
    "negative binomial 60": ("count", lambda rng: rng.negative_binomial(20, 0.25, DAYS)),
    "GMV: 40 orders, lognormal sizes": (
        "money",
        lambda rng: np.array([rng.lognormal(0, 0.8, orders).sum() for orders in rng.poisson(40, DAYS)]),
    ),
    "growth of 30 % a year, Poisson 60": ("count", lambda rng: rng.poisson(60 * 1.3 ** (np.arange(DAYS) / 365))),
    "level wanders 5 % a week, Poisson 60": ("count", wandering),
}


def daily(kind: str, noise: Noise, shops: int) -> Iterator[Daily]:
    rng = np.random.default_rng(20_100_927)
    none = np.zeros(DAYS, dtype=bool)
    for _series in range(shops * SERIES):
        values = noise(rng).astype(float)
        yield Daily("orders", "orders", None, MONDAY, values, judge_days(values, kind, none, None, 0), none)


def refunds(shops: int) -> Iterator[Days]:
    """Yield orders and refunds of shops with 300 orders a week of which 5 % come back, ρ .01."""
    rng = np.random.default_rng(20_100_927)
    for _shop in range(shops):
        shares = np.repeat(rng.beta(0.05 * 99, 0.95 * 99, DAYS // 7 + 1), 7)[:DAYS]
        placed = rng.poisson(300 / 7, DAYS)
        back = rng.binomial(placed, shares).astype(float)
        none = np.zeros(DAYS)
        yield Days(
            None, MONDAY, {"placed_orders": placed.astype(float), "refunds": back, "given_back": none, "undated": none}
        )


def rung(series: list[Daily], budget: Budget) -> tuple[float, float]:
    """Return jumps and drifts of one series in a year."""
    states = [point.state for one in series for point in one.watch(budget).rings]
    return states.count("jump") / len(series), states.count("drift") / len(series)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few shops")
    shops = 5 if parser.parse_args().quick else 200
    budgets = [Budget(A_MONTH, size) for size in SIZES]
    print(f"{shops} shop-years each; alarms a month of a whole shop, budget {A_MONTH:g}")
    print(f"{'':38}" + "".join(f"{size:>4} series: jumps  drifts   all" for size in SIZES))
    worst = 0.0
    for name, (kind, noise) in KINDS.items():
        series = list(daily(kind, noise, shops))
        told = [[rate * budget.series / 12 for rate in rung(series, budget)] for budget in budgets]
        worst = max(worst, *map(sum, told))
        print(
            f"{name:38}" + "".join(f"{jumps:18.2f}{drifts:8.2f}{jumps + drifts:6.2f}" for jumps, drifts in told),
            flush=True,
        )
    none = np.zeros(DAYS, dtype=bool)
    weekly = list(refunds(shops))
    told = [
        [sum(len(watch_rate(days, none, budget.chance).rings) for days in weekly) / shops * budget.series / 12]
        for budget in budgets
    ]
    worst = max(worst, *map(sum, told))
    print(f"{'refunds: 300 orders a week, ρ .01':38}" + "".join(f"{rate:18.2f}{'':8}{rate:6.2f}" for (rate,) in told))
    return 0 if worst <= MOST * A_MONTH or shops < 200 else 1


if __name__ == "__main__":
    sys.exit(main())
