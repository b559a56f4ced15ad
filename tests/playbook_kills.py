"""Runs siyu many times, each in a process of its own that may be killed at a boundary: ``python playbook_kills.py``.

Lines of JSON come in, ``[folder, arguments, boundary or null]``; for each a line goes out, ``[how it ended, what it
said]``. Everything is loaded once: a process is a fork of this one, which has no threads and has opened nothing.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from siyu_cli.cli import main

AHEAD = ("siyu_cli.", "apprise", "sqlglot", "sqlalchemy", "pandas", "pydantic", "cryptography")
# Where a run may be killed: right after one of these has been done; its name is told with what it was called with.
BOUNDARIES = (
    ("siyu_cli.ledger.playbooks", "PlaybookBook", "begin"), ("siyu_cli.ledger.playbooks", "PlaybookBook", "begin_step"),
    ("siyu_cli.ledger.playbooks", "PlaybookBook", "end_step"), ("siyu_cli.ledger.playbooks", "PlaybookBook", "fire"),
    ("siyu_cli.ledger.playbooks", "PlaybookBook", "end"), ("siyu_cli.ledger.exporting", "Recording", "keep"),
    ("siyu_cli.ledger.exporting", "Recording", "end"), ("siyu_cli.render.replace", None, "_publish"),
    ("siyu_cli.notify", None, "send"),
)  # fmt: skip


def told(name: str, given: tuple[Any, ...]) -> str:
    if type(given[0]).__name__ == "Recording":
        return f"export {name}"
    step = given[2] if name in ("begin_step", "end_step") else ""
    if name == "_publish":
        step = Path(given[0][0].path).name if given[0] else ""
    return f"{name} {step}".strip()


def killing(act: Callable[..., Any], name: str, boundary: str) -> Callable[..., Any]:
    def done_and_killed(*given: Any, **more: Any) -> Any:
        result = act(*given, **more)
        if told(name, given) == boundary:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return done_and_killed


def be(folder: str, arguments: list[str], boundary: str | None, said: int) -> None:
    """Be one run of siyu, which says into ``said`` what it says, and at its end which modules it has loaded."""
    os.chdir(folder)
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    sys.stderr = open(said, "w", encoding="utf-8")  # noqa: SIM115
    for module_name, kind, name in BOUNDARIES if boundary else ():
        owner = import_module(module_name)
        owner = getattr(owner, kind) if kind else owner
        setattr(owner, name, killing(getattr(owner, name), name, boundary or ""))
    code = main.main(arguments)
    print("\0", *sys.modules, file=sys.stderr, flush=True)
    os._exit(code)


def serve() -> None:
    main.build()
    for line in sys.stdin:
        folder, arguments, boundary = json.loads(line)
        kept, said = os.pipe()
        child = os.fork()
        if child == 0:
            be(folder, arguments, boundary, said)
        os.close(said)
        with open(kept, encoding="utf-8", errors="replace") as file:  # noqa: PTH123
            words, _mark, loaded = file.read().partition("\0")
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        for name in (name for name in loaded.split() if name.startswith(AHEAD)):  # so that the next ones have them
            with suppress(Exception):
                import_module(name)
        print(json.dumps([status, words]), flush=True)


if __name__ == "__main__":
    serve()
