"""Speed and memory of ``siyu segment``, as ratios against rivals measured in the same run.

    python benchmarks/segment.py                          everything (about half an hour)
    python benchmarks/segment.py --only xlsx --rounds 3   one part: xlsx, parquet, growth, memory or help
    python benchmarks/segment.py --quick                  small sizes, for seeing that it runs

Every figure is of a whole process: wall seconds, CPU seconds and the peak of its memory as the operating system
counted them. Rivals take turns, and ratios are medians over the rounds, so that a machine that slows down slows
down both. Data is made once into a folder (``--folder``).
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

HERE = Path(__file__).parent
SIYU = [sys.executable, "-m", "siyu_cli", "segment"]
AS_OF = ["--as-of", "2026-06-30", "--quiet", "--force"]
LIMIT = 2 * 1024**3
# What naive.py writes: its members' columns, and the numbers and labels it gives them.
COLUMNS = (
    "member_id,phone,name,stage,rfm_segment,r_score,f_score,m_score,days_since_last,order_count,net_sales,"
    "joined_on,level,points,owner,store,source_channel,city,birthday,tags"
)


@dataclass(frozen=True)
class Cost:
    """What one process took: seconds on the wall, seconds of CPU, bytes at its peak."""

    wall: float
    cpu: float
    peak: int


@dataclass(frozen=True)
class Sizes:
    """How much data each part gets."""

    members: int = 200_000
    lines: int = 1_000_000
    parquet: int = 10_000_000
    growth: tuple[int, ...] = (1_000_000, 10_000_000, 50_000_000)


QUICK = Sizes(4_000, 20_000, 200_000, (50_000, 200_000))


def run(command: Sequence[str | Path], *, limit: int | None = None) -> Cost:
    """Return what a command took; ``limit`` is the memory its engine may use, in bytes."""
    environ = {**os.environ, "SIYU_LANG": "en"} | (
        {"SIYU_ENGINE__MEMORY_LIMIT": f"{limit // 1024**2}MB"} if limit else {}
    )
    start = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environ
    )
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command}\n{said.decode()}")
    return Cost(time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def in_turns(rivals: dict[str, Callable[[], Cost]], rounds: int) -> dict[str, list[Cost]]:
    """Return each rival's costs, round by round, the first round of each not counted when there are several."""
    costs: dict[str, list[Cost]] = {name: [] for name in rivals}
    for number in range(rounds + (rounds > 1)):
        for name, measure in rivals.items():
            cost = measure()
            if number or rounds == 1:
                costs[name].append(cost)
    return costs


def table(title: str, costs: dict[str, list[Cost]]) -> None:
    print(f"\n{title}\n{'':28}{'wall s':>9}{'CPU s':>9}{'peak MB':>10}")
    for name, rounds in costs.items():
        wall, cpu, peak = (statistics.median(getattr(cost, key) for cost in rounds) for key in ("wall", "cpu", "peak"))
        print(f"{name:28}{wall:9.2f}{cpu:9.2f}{peak / 1e6:10.0f}")


def ratio(costs: dict[str, list[Cost]], over: str, under: str, key: str = "wall") -> float:
    return statistics.median(
        getattr(a, key) / getattr(b, key) for a, b in zip(costs[over], costs[under], strict=True)
    )  # fmt: skip


def say(name: str, value: float, wanted: str) -> None:
    print(f"  {name:52}{value:7.2f}   wanted {wanted}")


def workbooks(folder: Path, sizes: Sizes, rounds: int) -> None:
    people, orders = _made(folder, "--workbooks", f"{sizes.members}", f"{sizes.lines}")
    out, sheet = folder / "out.xlsx", folder / f"sheet-{sizes.members}.parquet"
    run([sys.executable, HERE / "floor.py", "sheet", people, orders, sheet, COLUMNS])
    python = [sys.executable]
    fast = {
        "siyu": lambda: run([*SIYU, people, orders, *AS_OF, "--columns", COLUMNS, "-o", out]),
        "siyu, all 40 columns": lambda: run([*SIYU, people, orders, *AS_OF, "-o", out]),
        "floor": lambda: run([*python, HERE / "floor.py", people, orders, sheet, folder / "floor.xlsx"]),
    }
    costs = in_turns(fast, rounds)
    naive = [*python, HERE / "naive.py", people, orders, folder / "naive.xlsx"]
    costs["pandas + openpyxl"] = [run(naive)] * len(costs["siyu"])
    table(f"{sizes.members:,} members and {sizes.lines:,} order lines, xlsx to xlsx of 20 columns", costs)
    say("pandas + openpyxl / siyu, wall", ratio(costs, "pandas + openpyxl", "siyu"), "≥ 18")
    say("siyu / floor, wall", ratio(costs, "siyu", "floor"), "≤ 1.5")
    say("siyu / floor, CPU", ratio(costs, "siyu", "floor", "cpu"), "")
    say("siyu / pandas + openpyxl, peak memory", ratio(costs, "siyu", "pandas + openpyxl", "peak"), "≤ 0.5")


def _made(folder: Path, *what: str) -> list[Path]:
    # In a process of its own: a child's peak counts what its parent held, so this one has to stay small.
    command = [sys.executable, HERE / "make_data.py", "--folder", folder, *what]
    made = subprocess.run(command, check=True, capture_output=True, text=True)
    return [Path(line) for line in made.stdout.splitlines()]


def parquet(folder: Path, sizes: Sizes, rounds: int) -> None:
    (lines,) = _made(folder, "--lines", str(sizes.parquet))
    out = {name: folder / f"{name}.parquet" for name in ("command", "core", "tuned", "frames")}
    commands = {
        "siyu segment": [*SIYU, lines, *AS_OF, "-o", out["command"]],
        "siyu's core": [sys.executable, HERE / "core.py", lines, out["core"]],
        "tuned query": [sys.executable, HERE / "tuned.py", lines, out["tuned"]],
    }
    rivals = {name: partial(run, command) for name, command in commands.items()}
    for measure in rivals.values():
        measure()
    same = {name: _same(out[name], out["tuned"]) for name in ("core", "command")}
    costs = in_turns(rivals, rounds)
    costs["pandas"] = [run([sys.executable, HERE / "frames.py", lines, out["frames"]])] * len(costs["tuned query"])
    same["frames"] = _same(out["frames"], out["tuned"])
    table(f"{sizes.parquet:,} order lines, Parquet to Parquet", costs)
    for name, found in same.items():
        print(f"  {name} and tuned: {found}")
    for name in ("siyu's core", "siyu segment"):
        for key in ("wall", "cpu"):
            say(
                f"{name} / tuned query, {key}",
                ratio(costs, name, "tuned query", key),
                "≤ 1.3" if "core" in name else "",
            )
    say("pandas / siyu segment, wall", ratio(costs, "pandas", "siyu segment"), "≥ 2")
    say("pandas / siyu's core, wall", ratio(costs, "pandas", "siyu's core"), "")


def _same(one: Path, other: Path) -> str:
    # Raises when they are not.
    return subprocess.run(
        [sys.executable, HERE / "same.py", one, other], check=True, capture_output=True, text=True
    ).stdout.strip()


def memory(folder: Path, sizes: Sizes, _rounds: int) -> None:
    (lines,) = _made(folder, "--lines", str(sizes.parquet))
    cost = run([*SIYU, lines, *AS_OF, "-o", folder / "out.parquet"], limit=LIMIT * 6 // 10)
    table(f"{sizes.parquet:,} order lines in 2 GB", {"siyu": [cost]})
    say("peak memory / 2 GB", cost.peak / LIMIT, "< 1")


def growth(folder: Path, sizes: Sizes, _rounds: int) -> None:
    print("\nCost per line as the log grows")
    costs = {}
    for count in sizes.growth:
        (lines,) = _made(folder, "--lines", str(count))
        cost = run([*SIYU, lines, *AS_OF, "-o", folder / "out.parquet"])
        costs[count] = cost.cpu / count
        print(
            f"{count:>14,} lines{cost.wall:9.2f} s{cost.cpu * 1e6 / count:9.2f} µs CPU a line{cost.peak / 1e6:9.0f} MB"
        )
    first, last = sizes.growth[0], sizes.growth[-1]
    say(f"CPU per line, {last:,} / {first:,}", costs[last] / costs[first], "≤ 1.3")


def startup(_folder: Path, _sizes: Sizes, rounds: int) -> None:
    costs = {"siyu --help": [run([sys.executable, "-m", "siyu_cli", "--help"]) for _ in range(max(rounds, 5))]}
    table("Starting", costs)
    say("siyu --help, CPU s", statistics.median(cost.cpu for cost in costs["siyu --help"]), "< 0.25")


PARTS = {"help": startup, "xlsx": workbooks, "parquet": parquet, "memory": memory, "growth": growth}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=PARTS, action="append")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "siyu-benchmarks")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    print(f"{os.cpu_count()} cores, {os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.0f} GB, "
          f"Python {sys.version.split()[0]}")  # fmt: skip
    if options.quick:
        print("Small sizes: this shows that everything runs and agrees, not how fast it is.")
    with tempfile.TemporaryDirectory(dir=options.folder) as scratch:
        os.chdir(scratch)
        for name in options.only or PARTS:
            PARTS[name](options.folder, QUICK if options.quick else Sizes(), 1 if options.quick else options.rounds)


if __name__ == "__main__":
    main()
