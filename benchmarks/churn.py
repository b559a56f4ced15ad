"""Speed of ``siyu churn``: fitting and scoring against siyu's own core, and the fit against the package lifetimes.

    python benchmarks/churn.py --folder DIR --lifetimes /path/to/python --cdnow CDNOW_master.txt

``--lifetimes`` is a Python that has the package (it needs numpy below 2, so an environment of its own); without it
that part is left out, as is CDNOW without its file.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import core
import make_data
import numpy as np
import pandas as pd
from segment import _made, say

from siyu_cli import open_shop
from siyu_cli.config import Settings
from siyu_cli.core.churn import score_churn
from siyu_cli.core.estimators.beta_geometric import BetaGeometric
from siyu_cli.core.estimators.histories import Histories
from siyu_cli.core.parameters import churn_parameters, parameters
from siyu_cli.core.segment import label_members, list_members
from siyu_cli.engines.duckdb import DuckDBEngine, connect

RIVAL = """
import sys, time
import pandas as pd
from lifetimes import BetaGeoFitter, ModifiedBetaGeoFitter
members = pd.read_csv(sys.argv[1])
for fitter in (BetaGeoFitter, ModifiedBetaGeoFitter):
    start = time.perf_counter()
    fitted = fitter().fit(members.frequency, members.recency, members["T"])
    print(time.perf_counter() - start, *fitted.params_)
"""


def timed(act: Callable[[], object], rounds: int) -> float:
    """Return the median of the wall seconds."""
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def against_the_core(lines: Path, rounds: int) -> None:
    settings = Settings()
    params = {**parameters(settings, make_data.AS_OF), **churn_parameters(settings)}
    engine = DuckDBEngine(connect())
    engine.open("exported", lines)
    engine.connection.execute(core.ORDER_LINES)
    engine.open("members", core.no_members())
    labelling = timed(lambda: label_members(engine, params), rounds)
    list_members(engine, params, where=None, segments={}, lang="en")
    scoring = timed(lambda: score_churn(engine, params, model="mbg", lang="en"), rounds)
    buyers = engine.read("churn", ["member_id"]).num_rows
    print(f"{buyers:,} buyers: core {labelling:.2f} s, fit and score {scoring:.2f} s")
    say("fit and score / siyu's core", scoring / labelling, "≤ 3")


def against_lifetimes(members: int, python: Path, folder: Path, rounds: int) -> None:
    drawn = draw(members)
    path = folder / "lifetimes.csv"
    drawn.to_csv(path, index=False)
    told = subprocess.run([python, "-c", RIVAL, path], check=True, capture_output=True, text=True).stdout
    rows = drawn.value_counts().reset_index()
    histories = Histories.of(rows["frequency"], rows["recency"], rows["T"], rows["count"])
    for first_chance, name, line in zip((0, 1), ("BG/NBD", "MBG/NBD"), told.splitlines(), strict=True):
        seconds, *parameters_there = map(float, line.split())
        own = timed(lambda first_chance=first_chance: BetaGeometric(first_chance).fit(histories), rounds)
        found = BetaGeometric(first_chance).fit(histories).parameters_.values()
        furthest = max(abs(a / b - 1) for a, b in zip(found, parameters_there, strict=True))
        print(f"{name}, {members:,} members in {len(rows):,} histories: lifetimes {seconds:.2f} s, siyu {own:.2f} s, "
              f"parameters within {furthest:.2%}")  # fmt: skip
        say(f"lifetimes / siyu, fit of {name}", seconds / own, "≥ 10")


def draw(members: int) -> pd.DataFrame:
    """Return repeats, weeks to the last one and weeks in all of members who buy and leave as BG/NBD says."""
    rng = np.random.default_rng(11)
    rate, leaving = rng.gamma(0.5, 1 / 6, members), rng.beta(0.8, 2.5, members)
    tenure = rng.integers(30, 730, members) / 7
    stays = rng.geometric(np.clip(leaving, 1e-9, 1))
    repeats, last, now = np.zeros(members), np.zeros(members), np.zeros(members)
    for number in range(1, 60):
        now = now + rng.exponential(1, members) / rate
        counts = (now <= tenure) & (number <= stays)
        repeats, last = repeats + counts, np.where(counts, np.ceil(now * 7) / 7, last)
    return pd.DataFrame({"frequency": repeats, "recency": np.minimum(last, tenure), "T": tenure})


def cdnow(path: Path, rounds: int) -> None:
    with open_shop([path], as_of="1998-06-30") as shop:
        shop.churn()
        seconds = timed(lambda: shop.churn().scored.num_rows, rounds)
    say("CDNOW, 23,570 members fitted and scored, seconds", seconds, "< 2")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "siyu-benchmarks")
    parser.add_argument("--lifetimes", type=Path)
    parser.add_argument("--cdnow", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    (lines,) = _made(options.folder, "--lines", "50000" if options.quick else "10000000")
    against_the_core(lines, options.rounds)
    if options.cdnow:
        cdnow(options.cdnow, options.rounds)
    if options.lifetimes:
        against_lifetimes(20_000 if options.quick else 1_000_000, options.lifetimes, options.folder, options.rounds)


if __name__ == "__main__":
    sys.exit(main())
