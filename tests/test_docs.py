"""What is written about siyu is true: the reference is what the code says, both READMEs name the same commands."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def blocks(name: str, kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", (ROOT / name).read_text("utf-8"), re.DOTALL)


def test_the_generated_reference_is_current() -> None:
    check = subprocess.run(
        [sys.executable, ROOT / "docs" / "generate.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (check.returncode, check.stderr) == (0, "")


def test_both_readmes_set_up_with_the_same_two_commands() -> None:
    assert blocks("README.md", "bash") == blocks("README.zh-CN.md", "bash")
    assert len(blocks("README.md", "bash")) == 2
    assert blocks("README.md", "sh") == blocks("README.zh-CN.md", "sh")


def test_windows_is_set_up_with_the_same_commands() -> None:
    there = [block.replace("\\", "/") for block in blocks("README.md", "powershell")]
    assert blocks("README.md", "powershell") == blocks("README.zh-CN.md", "powershell")
    for here, block in zip(blocks("README.md", "bash"), there, strict=True):
        steps = here.replace("python3 -m", "py -m").replace(".venv/bin", ".venv/Scripts").strip().split(" && ")
        wanted = [step for step in steps if not step.endswith("pytest")]  # which is run on Linux
        assert block.splitlines() == wanted


def test_what_contributing_names_is_there_and_every_long_file_has_its_reason() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    named = set(re.findall(r"(?:src|tests|docs)/[\w/.-]+\.\w+", text)) - {
        f"src/siyu_cli/{kind}/NAME.toml" for kind in ("presets", "destinations")
    }
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []
    paths = [path for folder in ("src", "tests") for path in (ROOT / folder).rglob("*.py")]
    long = {path for path in paths if len(path.read_text("utf-8").splitlines()) > 400}
    unexplained = {path.relative_to(ROOT).as_posix() for path in long if not path.name.startswith("test_")} - named
    assert unexplained == set()


def test_every_command_and_option_the_readmes_name_exists() -> None:
    reference = (ROOT / "docs" / "commands.md").read_text("utf-8")
    for name in ("README.md", "README.zh-CN.md", "examples/README.md"):
        text = (ROOT / name).read_text("utf-8")
        for command in set(re.findall(r"(?:`|^)siyu (config show|[a-z]+)", text, re.MULTILINE)):
            assert f"## siyu {command}" in reference, f"{name}: siyu {command}"
        for option in set(re.findall(r"(?<![\w-])(--[a-z][a-z-]+)", text)) - {"--quiet", "--check"}:
            assert option in reference, f"{name}: {option}"


def test_the_notebook_example_of_the_readmes_runs(monkeypatch) -> None:
    monkeypatch.chdir(ROOT)
    for name in ("README.md", "README.zh-CN.md"):
        (example,) = blocks(name, "python")
        found: dict[str, object] = {}
        exec(compile(example, name, "exec"), found)
        assert len(found["result"].stages) == 11
        assert (found["result"].members["order_days"] >= 2).all()
