"""The kinds of values a plan holds, and how a rule of the plan says that it is broken."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field

from siyu_cli.errors import Note


class BrokenRuleError(ValueError):
    """A value that its own kind allows and the plan does not: at which key, what is wrong, what is allowed."""

    def __init__(self, key: str, note: Note, hint: str) -> None:
        super().__init__(note.message)
        self.key = key
        self.note = note
        self.hint = hint


def broken(key: str, message: str, *, hint: str, facts: Mapping[str, object] | None = None) -> BrokenRuleError:
    """Return what to raise; ``message`` and ``hint`` are filled by ``facts`` and ``origin``, the place of the value."""
    return BrokenRuleError(key, Note(message, facts or {}), hint)


def _no_flag(value: object) -> object:
    if isinstance(value, bool):  # pydantic would read true as 1
        raise ValueError("a flag is not a number")
    return value


Amount = Annotated[Decimal, BeforeValidator(_no_flag), Field(ge=0, le=10**15)]
Share = Annotated[float, BeforeValidator(_no_flag), Field(ge=0, le=1)]
Count = Annotated[int, BeforeValidator(_no_flag), Field(ge=1, le=10**9)]
Days = Annotated[int, BeforeValidator(_no_flag), Field(ge=1, le=36_500)]
