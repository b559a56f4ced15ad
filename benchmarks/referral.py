"""Speed and memory of ``siyu referral-report``, and how well its reasons to look find what was planted.

    python benchmarks/referral.py                  everything
    python benchmarks/referral.py --only seeds     one part: xlsx, parquet, forest or seeds
    python benchmarks/referral.py --quick          small sizes, for seeing that it runs

Campaigns are invented: who joins is brought by somebody who joined before, a few bring many. In ``seeds`` star farms,
rings, shared phones and milestone huggers are planted among innocents, or nothing is.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

import networkx
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from campaigns import AS_OF, Planted, draw_campaign
from rustpy_xlsxwriter import write_worksheet
from segment import run, say

from siyu_cli import open_shop
from siyu_cli.config.settings import ReferralSettings, Settings
from siyu_cli.core.referral.forest import Ints, grow_forest

REPORT = [sys.executable, "-m", "siyu_cli", "referral-report"]
READ = """
import fastexcel, sys
fastexcel.read_excel(sys.argv[1]).load_sheet(0, header_row=None, dtypes="string").to_arrow()
"""
PARTS = ("xlsx", "parquet", "forest", "seeds")
MILESTONES = (5, 10)


def parents(people: int, seed: int = 3) -> Ints:
    """Return who brought each person: one of those before, a few of them again and again."""
    rng = np.random.default_rng(seed)
    place = np.arange(people)
    parent = np.minimum((rng.random(people) ** 1.6 * place).astype(np.int64), place - 1)
    parent[rng.random(people) < 0.1] = -1
    parent[0] = -1
    return parent


def edges(links: int) -> pa.Table:
    """Return that many invites, as a list of them is exported."""
    parent = parents(int(links / 0.9) + 2)
    invitee = np.flatnonzero(parent >= 0)[:links]
    ids = pa.array([f"M{number:09d}" for number in range(int(invitee.max()) + 1)])
    days = np.datetime64("2024-01-01") + (invitee * 900 // (len(parent) + 1)).astype("timedelta64[D]")
    return pa.table(
        {
            "邀请人": ids.take(pa.array(parent[invitee])),
            "被邀请人": ids.take(pa.array(invitee)),
            "邀请时间": pa.array(days.astype("datetime64[D]")).cast(pa.string()),
            "加入时间": pa.array(days.astype("datetime64[D]")).cast(pa.string()),
            "活动": pa.array(np.array(["春", "夏", "秋"])[invitee % 3]),
            "奖励金额": pa.array((invitee % 2) * 5.0),
        }
    )


def reading(folder: Path, links: int, rounds: int) -> None:
    path = folder / f"invites-{links}.xlsx"
    if not path.exists():
        write_worksheet(edges(links), str(path))
    command = [*REPORT, path, "--as-of", "2026-12-31", "--quiet", "--force", "-o", folder / "report.html"]
    ratios = []
    for _round in range(rounds):
        floor, ours = run([sys.executable, "-c", READ, path]), run(command)
        ratios.append(ours.wall / floor.wall)
        print(f"{links:,} invites from xlsx: report {ours.wall:.2f} s, reading alone {floor.wall:.2f} s, "
              f"peak {ours.peak / 1e6:,.0f} MB")  # fmt: skip
    say("report / reading the file", statistics.median(ratios), "≤ 2")


def memory(folder: Path, links: int) -> None:
    path = folder / f"invites-{links}.parquet"
    if not path.exists():
        pq.write_table(edges(links), path)
    out = folder / "report.json"
    cost = run([*REPORT, path, "--as-of", "2026-12-31", "--quiet", "--force", "-o", out])
    print(f"{links:,} invites from Parquet: {cost.wall:.1f} s, {cost.cpu:.1f} s of CPU")
    say("peak memory, GB", cost.peak / 1e9, "< 8")


def forests(people: int, rounds: int) -> None:
    parent = parents(people)
    ours = []
    for _round in range(rounds):
        start = time.perf_counter()
        forest = grow_forest(parent)
        forest.cascades()
        ours.append(time.perf_counter() - start)
    start = time.perf_counter()
    graph = networkx.DiGraph()
    graph.add_nodes_from(range(people))
    graph.add_edges_from((int(above), place) for place, above in enumerate(parent) if above >= 0)
    generation: dict[int, int] = {}
    size = dict.fromkeys(graph, 1)
    for person in networkx.topological_sort(graph):
        above = next(graph.predecessors(person), None)
        generation[person] = 0 if above is None else generation[above] + 1
    for person in reversed(list(generation)):
        for above in graph.predecessors(person):
            size[above] += size[person]
    rival = time.perf_counter() - start
    assert [generation[person] for person in range(people)] == forest.generation.tolist()
    assert [size[person] for person in range(people)] == forest.size.tolist()
    print(
        f"{people:,} people: networkx {rival:.2f} s, siyu {statistics.median(ours):.2f} s, equal generations and sizes"
    )
    say("networkx / siyu, the forest", rival / statistics.median(ours), "≥ 10")


def seeds(count: int, inviters: int) -> None:
    """Print recall of planted rows and innocents flagged, over seeds, with and without anything planted."""
    marks = pd.DataFrame([mark(seed, inviters) for seed in range(count)])
    quiet = pd.DataFrame([mark(seed, inviters, planted=False) for seed in range(count)])
    print(f"{count} campaigns of {inviters:,} innocent inviters")
    for kind in [name for name in marks if name.startswith("recall")]:
        print(f"  {kind:<28} mean {marks[kind].mean():.3f}, worst {marks[kind].min():.3f}")
    say("planted rows found, worst seed", marks["recall"].min(), "≥ .9")
    share = marks["innocents"].max(), quiet["innocents"].max()
    print(f"  innocents flagged: worst seed {share[0]:.4f}, nothing planted {share[1]:.4f}")
    say("innocent inviters flagged, worst seed", share[0], "≤ .01")
    say("flagged with nothing planted, worst seed", share[1], "≤ .01")


def mark(seed: int, inviters: int, *, planted: bool = True) -> dict[str, float]:
    campaign = draw_campaign(seed, inviters, Planted() if planted else Planted(0, 0, 0, 0), MILESTONES)
    settings = Settings(referral=ReferralSettings(milestones=MILESTONES))
    with open_shop([campaign.invites, campaign.members, campaign.orders], as_of=AS_OF, settings=settings) as shop:
        rows = shop.referral_report().suspicions.to_pandas()
    conduct = rows[~rows["reason"].isin(["self_invite", "existing_member", "second_inviter", "reward_above_margin"])]
    found = set(conduct["invitee_id"])
    truth = campaign.truth
    result = {}
    for kind, planted_rows in truth[truth["kind"] != "innocent"].groupby("kind"):
        result[f"recall {kind}"] = planted_rows["invitee_id"].isin(found).mean()
    guilty = truth[truth["kind"] != "innocent"]
    innocent = truth[truth["kind"] == "innocent"]
    flagged = innocent[innocent["invitee_id"].isin(found)]["inviter_id"].nunique()
    result["recall"] = guilty["invitee_id"].isin(found).mean() if len(guilty) else 1.0
    result["innocents"] = flagged / innocent["inviter_id"].nunique()
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "siyu-benchmarks")
    parser.add_argument("--only", choices=PARTS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    quick = options.quick
    parts = (options.only,) if options.only else PARTS
    if "xlsx" in parts:
        reading(options.folder, 20_000 if quick else 1_000_000, 1 if quick else options.rounds)
    if "parquet" in parts:
        memory(options.folder, 100_000 if quick else 10_000_000)
    if "forest" in parts:
        forests(20_000 if quick else 1_000_000, options.rounds)
    if "seeds" in parts:
        seeds(2 if quick else 20, 600 if quick else 3_000)


if __name__ == "__main__":
    sys.exit(main())
