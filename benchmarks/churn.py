"""``siyu churn``: how fast it fits and scores, how well it tells who leaves, and whether its list holds the money lost.

    python benchmarks/churn.py --folder DIR --lifetimes /path/to/python --cdnow CDNOW_master.txt --uci UCI.parquet

``--lifetimes`` is a Python that has the package (it needs numpy below 2, so an environment of its own); without it
that part is left out, as are CDNOW and UCI (Online Retail II, 2009-12 to 2010-12, as Parquet) without their files.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import core
import make_data
import numpy as np
import pandas as pd
import pyarrow.compute as pc
import pyarrow.parquet as pq
from segment import _made, say

from siyu_cli import open_shop
from siyu_cli.config.settings import Settings
from siyu_cli.core.churn.churn import score_churn
from siyu_cli.core.churn.estimators.beta_geometric import BetaGeometric
from siyu_cli.core.churn.estimators.histories import Histories
from siyu_cli.core.churn.histories import Lookback
from siyu_cli.core.churn.scoring import Scorer
from siyu_cli.core.lifecycle.segment import label_members, list_members
from siyu_cli.core.parameters import churn_parameters, parameters
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
    for model in ("mbg", "blend"):
        scoring = timed(lambda model=model: score_churn(Scorer(Lookback(engine, params), model), lang="en"), rounds)
        buyers = engine.read("churn", ["member_id"]).num_rows
        print(f"{buyers:,} buyers: core {labelling:.2f} s, {model}: fit and score {scoring:.2f} s")
        say(f"{model}, fit and score / siyu's core", scoring / labelling, "≤ 1.3")


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


def tables(path: Path, cutoffs: dict[int, tuple[str, ...]]) -> None:
    """Print, per cut-off, how well MBG/NBD and what the gate let through tell who leaves, and what the list holds."""
    for horizon, dates in cutoffs.items():
        for cutoff in dates:
            cut = looked_back(path, cutoff, horizon)
            model, chosen = cut["models"]["mbg"], cut["models"][cut["model"]]
            money = ", ".join(f"{name} {share:.1%}" for name, share in cut["money"]["top_tenth"].items())
            print(f"{path.stem} {cutoff}, {horizon} days: MBG/NBD AUC {model['auc']:.4f} Brier {model['brier']:.4f}, "
                  f"{cut['model']} {chosen['auc']:.4f} {chosen['brier']:.4f}; top tenth {money}")  # fmt: skip


def looked_back(path: Path, cutoff: str, horizon: int, model: str = "blend") -> dict[str, Any] | None:
    on = date.fromisoformat(cutoff)
    with open_shop([path], as_of=on + timedelta(days=horizon)) as shop:
        found = shop.backtest(cutoff=on, horizon_days=horizon, model=model).cutoffs
    return found[0] if found else None


def published_shares(path: Path, folder: Path) -> None:
    """Print the shares of UCI's purchases alone, returns left out, as they were measured elsewhere."""
    rows, alone = pq.read_table(path), folder / "purchases.parquet"
    pq.write_table(rows.filter(pc.greater(rows["Quantity"], 0)), alone)
    for cutoff, wanted in (("2010-07-01", (37.7, 37.2, 36.7)), ("2010-09-01", (36.7, 36.7, 35.1))):
        shares = looked_back(alone, cutoff, 90, "mbg")["money"]["top_tenth"]
        for (name, share), published in zip(shares.items(), wanted, strict=True):
            say(f"UCI {cutoff}, {name}, % of the loss", 100 * share, f"{published} ± .7")


def small_shops(path: Path, folder: Path, draws: int) -> None:
    """Print how the gate does in shops of 100 to 1,000 buyers drawn from UCI, against MBG/NBD alone."""
    rng, rows = np.random.default_rng(7), pq.read_table(path)
    people = pc.drop_null(pc.unique(rows["Customer ID"]))
    drawn, gained, opened = folder / "drawn.parquet", [], 0
    for number in range(draws):
        wanted = int(100 * 10 ** rng.random())
        horizon, cutoff = ((30, "2010-09-01"), (30, "2010-11-01"), (90, "2010-09-01"))[number % 3]
        chosen = people.take(rng.permutation(len(people))[:wanted])
        pq.write_table(rows.filter(pc.is_in(rows["Customer ID"], chosen)), drawn)
        cut = looked_back(drawn, cutoff, horizon)
        if cut is not None:
            opened += cut["model"] == "blend"
            gained.append(cut["models"][cut["model"]]["brier"] - cut["models"]["mbg"]["brier"])
    print(f"{len(gained)} of {draws} small shops could be fitted, the gate opened in {opened}")
    print(f"Brier {np.mean(gained):+.5f} against MBG/NBD alone, from {min(gained):+.4f} to {max(gained):+.4f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "siyu-benchmarks")
    parser.add_argument("--lifetimes", type=Path)
    parser.add_argument("--cdnow", type=Path)
    parser.add_argument("--uci", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    (lines,) = _made(options.folder, "--lines", "50000" if options.quick else "10000000")
    against_the_core(lines, options.rounds)
    if options.cdnow:
        cdnow(options.cdnow, options.rounds)
        tables(options.cdnow, {90: ("1997-09-30", "1997-12-31", "1998-04-01")})
    if options.uci:
        tables(options.uci, {90: tuple(f"2010-0{month}-01" for month in (6, 7, 8, 9)),
                             30: ("2010-06-01", "2010-09-01", "2010-11-01")})  # fmt: skip
        published_shares(options.uci, options.folder)
        small_shops(options.uci, options.folder, 20 if options.quick else 200)
    if options.lifetimes:
        against_lifetimes(20_000 if options.quick else 1_000_000, options.lifetimes, options.folder, options.rounds)


if __name__ == "__main__":
    sys.exit(main())
