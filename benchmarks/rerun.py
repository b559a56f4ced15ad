"""The next command on the same files, as ratios against reading them, measured in the same run.

    python benchmarks/rerun.py                    1,000,000 order lines in a workbook (about five minutes)
    python benchmarks/rerun.py --quick            small sizes, for seeing that it runs

A shop's folder is made with a siyu.toml. "Read" is the command with nothing kept (cache.max_size = 0B), "first" the one
that keeps what it read, "again" the one after it. Every figure is of a whole process; rivals take turns.
"""

from __future__ import annotations

import argparse
import filecmp
import os
import shutil
import sys
import tempfile
from functools import partial
from pathlib import Path

import openpyxl
from segment import QUICK, Cost, Sizes, _made, in_turns, ratio, run, say, table

AS_OF = ["--as-of", "2026-06-30", "--quiet"]
NOTHING, ALL = "0B", "2GB"


def ask(siyu: list[str], files: list[Path], *more: str | Path, kept: str, is_first: bool = False) -> Cost:
    """Return what a command in the shop took; ``is_first`` begins with nothing kept."""
    os.environ["SIYU_CACHE__MAX_SIZE"] = kept
    if is_first:
        shutil.rmtree(Path(".siyu", "cache"), ignore_errors=True)
    return run([*siyu, *files, *AS_OF, *more])


def commands(files: list[Path], rounds: int, siyu: list[str]) -> None:
    told = {
        "segment, a workbook": ("segment", ["--force", "-o"], "≥ 8"),
        "segment, JSON": ("segment", ["--format", "json"], "≥ 20"),
        "churn, JSON": ("churn", ["--format", "json"], "≥ 20"),
        "explain": ("explain", ["--format", "json"], "≥ 20"),
    }
    for name, (command, more, wanted) in told.items():
        whole = [*siyu, command, *(["M00000066"] if command == "explain" else [])]
        outputs = {way: [*more, *([f"{way}.xlsx"] if "-o" in more else [])] for way in ("read", "first", "again")}
        costs = in_turns(
            {
                "read": partial(ask, whole, files, *outputs["read"], kept=NOTHING),
                "first": partial(ask, whole, files, *outputs["first"], kept=ALL, is_first=True),
                "again": partial(ask, whole, files, *outputs["again"], kept=ALL),
            },
            rounds,
        )
        table(name, costs)
        say("read / again, wall", ratio(costs, "read", "again"), wanted)
        say("read / again, CPU", ratio(costs, "read", "again", "cpu"), "")
        say("first / read, CPU", ratio(costs, "first", "read", "cpu"), "")
        if "-o" in more and not filecmp.cmp("read.xlsx", "again.xlsx", shallow=False):
            raise SystemExit("The workbooks differ.")


def one_changed(people: Path, orders: Path, rounds: int, siyu: list[str]) -> None:
    """Print what a command takes of which one of five files changed, beside reading that file alone."""
    files = [people, *(Path(f"订单{number}.xlsx") for number in range(1, 5))]
    for number, file in enumerate(files[1:], start=1):
        shutil.copy(orders, file)
        _touch(file, number)
    ask([*siyu, "segment"], files, kept=ALL, is_first=True)

    def changed() -> Cost:
        _touch(files[1], 9)
        return ask([*siyu, "segment"], files, "--format", "json", kept=ALL)

    costs = in_turns(
        {
            "all five read": partial(ask, [*siyu, "segment"], files, "--format", "json", kept=NOTHING),
            "one of five changed": changed,
            "that one alone, read": partial(ask, [*siyu, "segment"], files[1:2], "--format", "json", kept=NOTHING),
        },
        rounds,
    )
    table("five files", costs)
    say("one changed / all read, CPU", ratio(costs, "one of five changed", "all five read", "cpu"), "")
    say("one changed / that one alone, CPU", ratio(costs, "one of five changed", "that one alone, read", "cpu"), "")


def _touch(file: Path, number: int) -> None:
    # A workbook differs as soon as its comment does: no cell has to.
    book = openpyxl.load_workbook(file)
    book.properties.description = f"{file.name} {number} {os.urandom(8).hex()}"
    book.save(file)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "siyu-bench")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="small sizes, one round")
    given = parser.parse_args()
    sizes = QUICK if given.quick else Sizes()
    given.folder.mkdir(parents=True, exist_ok=True)
    people, orders = (
        path.resolve() for path in _made(given.folder, "--workbooks", f"{sizes.members}", f"{sizes.lines}")
    )
    siyu = [sys.executable, "-m", "siyu_cli"]
    with tempfile.TemporaryDirectory() as shop:
        os.chdir(shop)
        Path("siyu.toml").write_text("")
        commands([people, orders], 1 if given.quick else given.rounds, siyu)
        small = [path.resolve() for path in _made(given.folder, "--workbooks", "4000", "20000")]
        one_changed(*small, 1 if given.quick else given.rounds, siyu)
        os.chdir(given.folder)


if __name__ == "__main__":
    main()
