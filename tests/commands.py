"""How a command ended, as an operator sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from siyu_cli.cli.main import main


@dataclass
class Ended:
    code: int
    out: str
    err: str


Run = Callable[..., Ended]


def runner(capsys: pytest.CaptureFixture[str], *before: str) -> Run:
    """Return what runs a command line in this process; ``before`` stands before its arguments."""

    def run(*arguments: str) -> Ended:
        capsys.readouterr()
        code = main([*before, *arguments])
        return Ended(code, *capsys.readouterr())

    return run
