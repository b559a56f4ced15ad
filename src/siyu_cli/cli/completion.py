"""Completion by Tab: the answer to a shell that asks, and the lines that make it ask; offers.py has the words.

Typer has the scripts of the shells and the protocol. Its own options would load pydantic on every start, speak English
alone, loosen the execution policy of PowerShell and set the menus of zsh for every program: these do not.
File names are left to the shell, which knows them better: nothing is offered where a file belongs.
"""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import typer

from siyu_cli.cli.output import say, write_stdout
from siyu_cli.errors import OutputError, UsageError
from siyu_cli.locale import translate as _

VARIABLE = "_SIYU_COMPLETE"
# Where the script lies below the home folder, who reads it, and the line that has it read.
_PLACES = {
    "bash": (".bash_completions/siyu.sh", ".bashrc", "source ~/.bash_completions/siyu.sh"),
    "zsh": (".zfunc/_siyu", ".zshrc", "fpath+=~/.zfunc; autoload -Uz compinit; compinit"),
    "fish": (".config/fish/completions/siyu.fish", "", ""),
}
_POWERSHELLS = ("powershell", "pwsh")
_POWERSHELL_LINE = '. "$(Split-Path $PROFILE)/siyu-completion.ps1"'


def answer(command: Any, instruction: str) -> int:
    """Tell the shell what can stand where the cursor is; a mistake before it is told when the command runs."""
    from typer import completion

    completion.completion_init()  # type: ignore[attr-defined]
    os.environ["COLUMNS"] = "10000"  # typer sends help through rich, which would break it into several answers
    try:
        return completion.shell_complete(command, {}, "siyu", VARIABLE, instruction)
    except SystemExit as end:  # fish asks for an exit code
        return end.code if isinstance(end.code, int) else 0
    except Exception:
        return 0


def show(context: typer.Context, is_asked: bool) -> None:
    """Print the script of the shell that asks."""
    if is_asked and not context.resilient_parsing:
        write_stdout(_script(find_shell()) + "\n")
        raise typer.Exit


def install(context: typer.Context, is_asked: bool) -> None:
    """Write the script of the shell that asks, and have the shell read it from now on."""
    if not is_asked or context.resilient_parsing:
        return
    shell = find_shell()
    if shell in _POWERSHELLS:
        reader = find_profile(shell)
        script, line = reader.with_name("siyu-completion.ps1"), _POWERSHELL_LINE
    else:
        place, name, line = _PLACES[shell]
        script, reader = Path.home() / place, Path.home() / name
    try:
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text(_script(shell) + "\n", "utf-8")
        if line:
            _add_line(reader, line)
    except OSError as error:
        message = "{file} cannot be written: {reason}."
        raise OutputError(message, file=error.filename or script, reason=error.strerror or str(error)) from error
    say(_("Completion for {shell} is in {file}; it begins with the next terminal.").format(shell=shell, file=script))
    raise typer.Exit


def find_shell() -> str:
    """Return the shell siyu was called from; ``UsageError`` when it is none that completes."""
    import shellingham

    name = ""
    with suppress(shellingham.ShellDetectionFailure, OSError):
        name = shellingham.detect_shell()[0]
    if name not in (*_PLACES, *_POWERSHELLS):
        hint = "Call it from bash, zsh, fish or PowerShell; or print the script of one: {command}."
        raise UsageError("Which shell this is cannot be told.", hint=hint, command=f"{VARIABLE}=source_bash siyu")
    return name


def find_profile(shell: str) -> Path:
    """Return the file PowerShell reads when it starts; it knows alone where that is."""
    ask = "[Console]::OutputEncoding = [Text.Encoding]::UTF8; $PROFILE"
    told = subprocess.run([shell, "-NoProfile", "-Command", ask], capture_output=True, check=True)
    return Path(told.stdout.decode("utf-8-sig").strip())


def _script(shell: str) -> str:
    from typer import completion

    found = completion.get_completion_script(prog_name="siyu", complete_var=VARIABLE, shell=shell)  # type: ignore[attr-defined]
    return str(found)


def _add_line(path: Path, line: str) -> None:
    """Add a line unless it is there; bytes, since the file may be in any encoding."""
    there = path.read_bytes() if path.exists() else b""
    if line.encode() not in there.splitlines():
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.write((b"\n" if there and not there.endswith(b"\n") else b"") + line.encode() + b"\n")
