"""Every error siyu raises on purpose, and the exit code each one ends a command with.

    SiyuError                 code  exit
    ├── UsageError            usage        2    the command line cannot be understood
    │   └── ConditionError    condition    2    a --where or [segments] condition is not allowed
    ├── DataError             data        65    a file was read and cannot be used
    │   └── ComplianceError   compliance  65    what the data show is forbidden, and nobody took it upon themselves
    ├── InputError            input       66    a file is missing or cannot be opened
    ├── EngineError           engine      69    an engine is missing or failed
    ├── OutputError           output      73    a result cannot be written
    ├── LockError             lock        75    another run holds the shop's ledger: try again
    └── ConfigError           config      78    siyu.toml or a SIYU_* variable is wrong

Exit 0 is done, 1 is a bug of ours, 3 is done with findings; docs/exit-codes.md says what to do about each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar

EXIT_DONE = 0
EXIT_BUG = 1
EXIT_FINDINGS = 3


@dataclass(frozen=True)
class Where:
    """The place in the operator's files an error is about; row is the sheet's own number, from 1."""

    file: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        """Return the parts that are known, largest first: ``orders.xlsx › Sheet1 › row 3 › 订单号``."""
        row = None if self.row is None else f"row {self.row}"
        return " › ".join(str(part) for part in (self.file, self.sheet, row, self.column) if part)


class Spoken(str):
    """A fact that is said in each language: it is its English, ``zh`` is what takes its place in Chinese."""

    __slots__ = ("zh",)
    zh: str

    def __new__(cls, en: str, zh: str) -> Spoken:
        """Return the English with its Chinese."""
        spoken = super().__new__(cls, en)
        spoken.zh = zh
        return spoken


@dataclass(frozen=True)
class Note:
    """Something an operator should know: an English template and the facts that fill it.

    A finding is a note that makes the result doubtful: a command that has one ends with exit code 3.
    """

    message: str
    facts: Mapping[str, object] = field(default_factory=dict)
    is_finding: bool = False

    def __str__(self) -> str:
        """Return the note in English."""
        return self.message.format(**self.facts)


class SiyuError(Exception):
    """An expected failure: a message for the operator, what to try next, and where it happened.

    ``message`` and ``hint`` are templates, ``facts`` fill them: the command line looks the template up in
    the catalogue of the operator's language, ``str()`` gives the English.

    >>> str(SiyuError("{file} is empty.", file="orders.csv"))
    'orders.csv is empty.'
    """

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = EXIT_BUG

    def __init__(self, message: str, *, hint: str | None = None, where: Where | None = None, **facts: object) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.where = where or Where()
        self.facts = facts

    def __str__(self) -> str:
        """Return the message in English, filled in."""
        return self.message.format(**self.facts)

    def as_dict(self, translate: Callable[[str], str] = str) -> dict[str, Any]:
        """Return ``{code, message, hint, where}``, the form errors take with ``--format json``."""
        hint = translate(self.hint).format(**self.facts) if self.hint else None
        message = translate(self.message).format(**self.facts)
        return {"code": self.code, "message": message, "hint": hint, "where": asdict(self.where)}


class UsageError(SiyuError):
    """The command line cannot be understood."""

    code = "usage"
    exit_code = 2


class ConditionError(UsageError):
    """A ``--where`` or ``[segments]`` condition uses a word that is not allowed."""

    code = "condition"


class DataError(SiyuError):
    """A file was read, and what it holds cannot be used."""

    code = "data"
    exit_code = 65


class ComplianceError(DataError):
    """What the data show is forbidden; an explicit override with a reason goes on, and is kept on record."""

    code = "compliance"


class InputError(SiyuError):
    """A file is missing, unreadable, or not what its name says."""

    code = "input"
    exit_code = 66


class EngineError(SiyuError):
    """An engine is not installed or failed while running a step."""

    code = "engine"
    exit_code = 69


class OutputError(SiyuError):
    """A result cannot be written where it was asked for."""

    code = "output"
    exit_code = 73


class LockError(SiyuError):
    """Another run holds the shop's ledger."""

    code = "lock"
    exit_code = 75


class ConfigError(SiyuError):
    """siyu.toml, a SIYU_* variable or a user file holds a value that cannot be used."""

    code = "config"
    exit_code = 78
