"""What a shell offers when Tab is pressed: asked through the protocol the shells' own scripts use."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from siyu_cli.cli import completion
from siyu_cli.cli.main import main
from test_startup import HEAVY

SHELLS = ("bash", "zsh", "fish", "powershell", "pwsh")
RUN = "from siyu_cli.cli.main import run; run()"
BARE = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}


def siyu(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", RUN, *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, env=BARE | environ)


@pytest.fixture
def offered(monkeypatch, capsys):
    """Return what tells what bash is offered for a line that ends where the cursor stands."""

    def ask(line: str) -> list[str]:
        place = line.partition('"')[0].count(" ")  # what stands between quotation marks is one word, and the last
        given = {"_SIYU_COMPLETE": "complete_bash", "COMP_WORDS": line.rstrip(), "COMP_CWORD": str(place)}
        for name, value in {**given, "COLUMNS": "80", "SIYU_LANG": "en"}.items():
            monkeypatch.setenv(name, value)
        assert main([]) == 0
        out, err = capsys.readouterr()
        assert err == ""
        return [word for word in out.splitlines() if word]

    return ask


def test_commands_and_options_are_offered(offered):
    assert set(offered("siyu ")) >= {"segment", "churn", "referral-report", "config"}
    assert offered("siyu ref") == ["referral-report"]
    assert offered("siyu config s") == ["show"]
    assert {"--lang", "--quiet", "--version", "--install-completion"} <= set(offered("siyu --"))
    assert {"--where", "--by", "--columns", "--as-of"} <= set(offered("siyu segment --"))
    assert offered("siyu --lang zh segment --col") == ["--columns"]


@pytest.mark.parametrize(
    ("line", "answers"),
    [
        ("siyu segment a.xlsx --by o", ["owner"]),
        ("siyu segment a.xlsx --by=st", ["store"]),
        ("siyu churn a.xlsx --model ", ["blend", "mbg", "bg", "pareto", "ensemble"]),
        ("siyu churn a.xlsx --split-by ", ["owner"]),
        ("siyu segment a.xlsx --format j", ["json", "jsonl"]),
        ("siyu referral-report a.xlsx --format m", ["markdown"]),
        ("siyu demo x --layout y", ["youzan"]),
        ("siyu check --lang ", ["en", "zh"]),
        ("siyu --lang ", ["en", "zh"]),
        ("siyu segment a.xlsx --columns net_s", ["net_sales", "net_sales_365d"]),
        ("siyu segment a.xlsx --columns stage,net_s", ["stage,net_sales", "stage,net_sales_365d"]),
        ("siyu segment a.xlsx --columns 净消", ["净消费额"]),
        ("siyu segment a.xlsx --columns phon", ["phone"]),
        ("siyu segment a.xlsx --where net_s", ["net_sales", "net_sales_365d"]),
        ('siyu segment a.xlsx --where "net_sales > 5 and stag', ["net_sales > 5 and stage"]),
        ("siyu segment a.xlsx --where \"stage = 'dor", ["stage = 'dormant'"]),
        ("siyu churn a.xlsx --where \"rfm_segment in ('general_keep', 'important_v",
         ["rfm_segment in ('general_keep', 'important_value'"]),
        ("siyu segment a.xlsx --where \"阶段 = '沉", ["阶段 = '沉睡期'"]),
        ("siyu segment a.xlsx --map orders.paid_at", ["orders.paid_at="]),
        ("siyu help seg", ["segment"]),
    ],
)  # fmt: skip
def test_values_are_offered_as_they_are_written(offered, line: str, answers: list[str]):
    assert offered(line) == answers


def test_a_column_chosen_already_is_not_offered_again(offered):
    assert "stage,stage" not in offered("siyu segment a.xlsx --columns stage,")


@pytest.mark.parametrize("line", ["siyu segment ", "siyu segment a.x", "siyu churn a.xlsx -o ", "siyu check --config "])
def test_file_names_are_left_to_the_shell(offered, line: str):
    assert offered(line) == []


@pytest.mark.parametrize(
    "line", ["siyu nonsense ", "siyu segment --nonsense x ", "siyu --version ", "siyu segment a --by nobody --"]
)
def test_a_mistake_before_the_cursor_is_no_error_of_the_shell(offered, line: str):
    assert all(word.startswith("-") or word.isascii() for word in offered(line))


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_is_answered_in_the_operators_language(shell: str):
    given = {"_SIYU_COMPLETE": f"complete_{shell}", "_TYPER_COMPLETE_ARGS": "siyu churn --mod", "SIYU_LANG": "zh"}
    given |= {"_TYPER_COMPLETE_FISH_ACTION": "get-args", "_TYPER_COMPLETE_WORD_TO_COMPLETE": "--mod"}
    given |= {"COMP_WORDS": "siyu churn --mod", "COMP_CWORD": "2"}
    ended = siyu(**given)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "--model" in ended.stdout
    assert len(ended.stdout.splitlines()) == 1, "a text that is broken over lines is another answer"
    if shell != "bash":
        assert "siyu-cli[ml]" in ended.stdout
        assert re.search("[\u4e00-\u9fff]", ended.stdout)


def test_fish_is_told_when_to_look_for_files():
    given = {"_SIYU_COMPLETE": "complete_fish", "_TYPER_COMPLETE_FISH_ACTION": "is-args"}
    assert siyu(**given, _TYPER_COMPLETE_ARGS="siyu churn --mod").returncode == 0
    assert siyu(**given, _TYPER_COMPLETE_ARGS="siyu churn ").returncode == 1


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_of_every_shell_can_be_asked_for(shell: str):
    ended = siyu(_SIYU_COMPLETE=f"source_{shell}")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert f"complete_{'powershell' if shell == 'pwsh' else shell}" in ended.stdout


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("shell", "script", "settings"),
    [
        ("bash", ".bash_completions/siyu.sh", ".bashrc"),
        ("zsh", ".zfunc/_siyu", ".zshrc"),
        ("fish", ".config/fish/completions/siyu.fish", None),
        ("pwsh", "文档/siyu-completion.ps1", "文档/profile.ps1"),
    ],
)
def test_completion_is_installed_once_and_beside_what_was_there(home, monkeypatch, capsys, shell, script, settings):
    monkeypatch.setattr(completion, "find_shell", lambda: shell)
    monkeypatch.setattr(completion, "find_profile", lambda _: home / "文档" / "profile.ps1")
    before = "# 我的设置".encode("gbk")  # without an end of line, in an encoding of its own
    if settings:
        (home / settings).parent.mkdir(exist_ok=True)
        (home / settings).write_bytes(before)
    assert main(["--install-completion"]) == 0
    assert script.split("/")[-1] in capsys.readouterr().err
    assert "_SIYU_COMPLETE" in (home / script).read_text("utf-8")
    if settings:
        first = (home / settings).read_bytes()
        assert first.startswith(before + b"\n")
        assert main(["--install-completion"]) == 0
        assert (home / settings).read_bytes() == first


def test_the_script_is_shown_for_the_shell_that_asks(monkeypatch, capsys):
    monkeypatch.setattr(completion, "find_shell", lambda: "zsh")
    assert main(["--show-completion"]) == 0
    assert capsys.readouterr().out.startswith("#compdef siyu")


def test_a_shell_that_cannot_be_told_is_explained(monkeypatch, capsys):
    import shellingham

    def fail() -> tuple[str, str]:
        raise shellingham.ShellDetectionFailure

    monkeypatch.setattr(shellingham, "detect_shell", fail)
    assert main(["--show-completion"]) == 2
    assert "_SIYU_COMPLETE=source_bash siyu" in capsys.readouterr().err


@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
def test_bash_itself_completes(tmp_path):
    (tmp_path / "siyu").write_text(f'#!/bin/sh\nexec {sys.executable} -c "{RUN}" "$@"\n')
    (tmp_path / "siyu").chmod(0o755)
    (tmp_path / "siyu.sh").write_text(siyu(_SIYU_COMPLETE="source_bash").stdout)
    ask = "source ./siyu.sh; COMP_WORDS=(siyu churn a.xlsx --model e); COMP_CWORD=4; _siyu_completion siyu; "
    environ = BARE | {"PATH": f"{tmp_path}{os.pathsep}{BARE['PATH']}"}
    ended = subprocess.run(
        ["bash", "--norc", "-c", ask + 'echo "${COMPREPLY[@]}"'], capture_output=True, text=True, check=True,
        cwd=tmp_path, env=environ,
    )  # fmt: skip
    assert ended.stdout == "ensemble\n"


def test_an_answer_loads_nothing_heavy():
    code = "import json, sys; from siyu_cli.cli.main import main; main([]); print(json.dumps(sorted(sys.modules)))"
    given = {"_SIYU_COMPLETE": "complete_bash", "COMP_WORDS": "siyu segment a --where st", "COMP_CWORD": "4"}
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=BARE | given)
    *answers, modules = ended.stdout.splitlines()
    assert "stage" in answers
    # What typer reads a command line with is pydantic: that alone is needed to see where in it the cursor stands.
    assert [name for name in HEAVY if name in json.loads(modules)] == ["pydantic"]
