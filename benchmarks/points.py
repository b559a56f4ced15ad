"""Speed and memory of the ledger of points, beside a statement that only sums the movements of each member.

    python benchmarks/points.py             10 million movements of 1 million members
    python benchmarks/points.py --quick     small sizes, for seeing that it runs

Movements lie in Parquet as the loader leaves them. Members earn and spend at random over three years; half of all
lots have a last day of their own.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from segment import say

from siyu_cli.core.points.lots import replay_points
from siyu_cli.core.points.replay import Rule, decimals
from siyu_cli.engines.duckdb import DuckDBEngine
from siyu_cli.engines.step import step

AS_OF = date(2026, 6, 30)
SUM = "select member_id, sum(change) as balance from read_parquet($path) group by member_id"
STEPS = ("point_balances", "point_told", "point_breaks")


def movements(count: int, members: int, seed: int = 5) -> pa.Table:
    """Return so many movements: two in three add points, the others spend, and every one tells the balance after it."""
    rng = np.random.default_rng(seed)
    person = np.sort(rng.integers(0, members, count))
    day = np.datetime64("2023-07-01") + rng.integers(0, 1_095, count).astype("timedelta64[D]")
    is_gain = rng.random(count) < 0.67
    points = np.where(is_gain, rng.integers(1, 200, count), -rng.integers(1, 150, count)) * 100
    has_end = is_gain & (rng.random(count) < 0.5)
    ends = (day + rng.integers(30, 700, count)).astype("datetime64[D]")
    return pa.table(
        {
            "member_id": pa.array(np.char.add("M", person.astype(str))),
            "log_id": pa.array(np.char.add("P", np.arange(count).astype(str))),
            "changed_on": pa.array(day.astype("datetime64[D]")),
            "second_of_day": pa.array(rng.integers(0, 86_400, count)),
            "kind": pa.array(np.where(is_gain, "earn", "burn")),
            "change": decimals(points),
            "balance_after": decimals(np.cumsum(points)),
            "expires_on": pa.array(ends, pa.date32(), mask=~has_end),
            "order_id": pa.nulls(count, pa.string()),
            "sheet_number": pa.array(np.zeros(count, np.int64)),
            "sheet_row": pa.array(np.arange(count)),
        }
    )


def timed(path: Path) -> tuple[dict[str, float], float]:
    """Return CPU seconds of each part, and those of the sum alone."""
    engine, spent = DuckDBEngine(), {}
    start = time.process_time()
    engine.connection.execute(SUM, {"path": str(path)}).fetchnumpy()
    alone = time.process_time() - start
    engine.open("points_log", path)
    nowhere = {
        key: pa.array([], kind)
        for key, kind in (("sheet_number", pa.int64()), ("file", pa.string()), ("sheet", pa.string()))
    }
    engine.open("sheets_read", pa.table(nowhere))
    params = {"as_of": AS_OF, "expiring_days": 30}
    start = time.process_time()
    replay_points(engine, params, Rule(365))
    spent["replay"] = time.process_time() - start
    for name in STEPS:
        start = time.process_time()
        engine.run(step(name), params)
        spent[name] = time.process_time() - start
    engine.close()
    return spent, alone


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "siyu-benchmarks")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    count, members = (100_000, 10_000) if options.quick else (10_000_000, 1_000_000)
    path = options.folder / f"points-{count}.parquet"
    if not path.exists():
        pq.write_table(movements(count, members), path)
    spent, alone = timed(path)
    parts = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in spent.items())
    print(f"{count:,} movements of {members:,} members, CPU: the sum alone {alone:.2f} s; {parts}")
    say("the ledger / a sum per member", sum(spent.values()) / alone, "≤ 3")
    say("peak memory, GB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, "≤ 4")


if __name__ == "__main__":
    sys.exit(main())
