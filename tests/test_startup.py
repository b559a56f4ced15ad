"""Help is there at once: no page of it loads an engine, a dataframe or a model of the settings."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import corner_shop

HEAVY = (
    "duckdb", "fastexcel", "numpy", "openpyxl", "pandas", "pyarrow", "pydantic", "pyspark", "scipy", "sqlalchemy",
    "sqlglot",
)  # fmt: skip
PROBE = """
import json, resource, sys
from siyu_cli.cli.main import main
code = main(sys.argv[1:])
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([code, used.ru_utime + used.ru_stime, sorted(sys.modules)]), file=sys.stderr)
"""


def commands() -> list[list[str]]:
    from siyu_cli.cli.main import build

    found = [[]]
    for name, command in build().commands.items():
        found += [[name], *([name, sub] for sub in getattr(command, "commands", {}))]
    return found


def run_help(command: list[str]) -> tuple[int, float, list[str]]:
    probe = [sys.executable, "-c", PROBE, *command, "--help"]
    ended = subprocess.run(probe, capture_output=True, text=True, encoding="utf-8", check=True)
    code, seconds, modules = json.loads(ended.stderr)
    assert ended.stdout.startswith("Usage: siyu") or "siyu" in ended.stdout
    return code, seconds, modules


@pytest.mark.parametrize("command", commands(), ids=lambda command: " ".join(["siyu", *command]))
def test_help_loads_nothing_heavy(command: list[str]):
    code, _seconds, modules = run_help(command)
    assert code == 0
    assert [name for name in HEAVY if name in modules] == []


def test_help_takes_under_a_quarter_of_a_second_of_cpu():
    assert min(run_help([])[1] for _ in range(3)) < 0.25


def test_where_nothing_is_remembered_nothing_of_the_memory_is_loaded(tmp_path: Path):
    corner_shop.write_shop(tmp_path)
    probe = [sys.executable, "-c", PROBE, "segment", "会员.csv", "订单.csv", "--as-of", "2025-06-30", "-o", "分层.xlsx"]
    ended = subprocess.run(probe, capture_output=True, text=True, encoding="utf-8", check=True, cwd=tmp_path)
    code, _seconds, modules = json.loads(ended.stderr.splitlines()[-1])
    assert code in (0, 3), "3: the shop has rows that cannot be used"
    assert [name for name in ("sqlalchemy", "scipy", "jinja2", "asyncio") if name in modules] == []
