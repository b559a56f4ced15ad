"""A playbook's week beside its commands typed by hand, as ratios measured in the same run.

    python benchmarks/week.py                    the demo shop of 100,000 members (some ten minutes)
    python benchmarks/week.py --quick            a small one, for seeing that it runs

Both begin in a shop that has read nothing yet: the first command reads the exports, the others find what it kept.
Every figure is of whole processes.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from segment import Cost, in_turns, ratio, run, say, table

AS_OF = "2026-06-30"
FILES = ("会员.xlsx", "订单.xlsx", "好友关系.xlsx")
STEPS = {
    "seg": ("segment --by owner", "分层.xlsx"),
    "risk": ("churn --top 200", "流失风险.xlsx"),
    "week": ("report", "周报.html"),
}


def main() -> None:
    """Print what the week takes both ways."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--quick", action="store_true")
    asked.add_argument("--rounds", type=int, default=1)
    given = asked.parse_args()
    siyu = [sys.executable, "-m", "siyu_cli"]
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        members = "2000" if given.quick else "100000"
        run([*siyu, "demo", "shop", "--members", members, "--as-of", AS_OF, "--quiet"])
        Path("siyu.toml").write_text("[shop]\ngross_margin = 0.55\n", "utf-8")
        write_playbook(Path("week.toml"))
        costs = in_turns({"by hand": lambda: by_hand(siyu), "siyu run": lambda: by_playbook(siyu)}, given.rounds)
        table(f"a week, {members} members", costs)
        say("siyu run / by hand, CPU", ratio(costs, "siyu run", "by hand", "cpu"), "≤ 1.5")
        say("siyu run / by hand, wall", ratio(costs, "siyu run", "by hand"), "≤ 1.5")
        say("siyu run / by hand, memory", ratio(costs, "siyu run", "by hand", "peak"), "")


def write_playbook(path: Path) -> None:
    lines = ["[playbook]", 'name = "week"', f"as_of = {AS_OF}", f"inputs = {[f'shop/{name}' for name in FILES]}"]
    for step, (line, output) in STEPS.items():
        lines += ["[[step]]", f'id = "{step}"', f'run = "{line}"', f'output = "out/{output}"']
    path.write_text("\n".join(lines), "utf-8")


def by_hand(siyu: Sequence[str]) -> Cost:
    """Return what the commands take one after the other: sums, and the highest peak."""
    _as_new()
    files = [f"shop/{name}" for name in FILES]
    each = [
        run([*siyu, *line.split(), *files, "--as-of", AS_OF, "--quiet", "-o", output])
        for line, output in STEPS.values()
    ]
    return Cost(sum(one.wall for one in each), sum(one.cpu for one in each), max(one.peak for one in each))


def by_playbook(siyu: Sequence[str]) -> Cost:
    _as_new()
    return run([*siyu, "run", "week.toml", "--quiet"])


def _as_new() -> None:
    for folder in (".siyu", "out"):
        shutil.rmtree(folder, ignore_errors=True)
    for _line, output in STEPS.values():
        Path(output).unlink(missing_ok=True)


if __name__ == "__main__":
    main()
