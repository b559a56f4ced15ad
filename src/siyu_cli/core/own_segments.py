"""Segments of ``[segments]``: a mistake in one of them is a mistake of the file that gives it, with its line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siyu_cli.core.conditions import check_values, parse_condition
from siyu_cli.errors import ConditionError, ConfigError, SiyuError, Where

if TYPE_CHECKING:
    from siyu_cli.config.settings import Settings
    from siyu_cli.engines.protocol import Engine


def check_segments(settings: Settings, engine: Engine | None = None) -> None:
    """Raise ``ConfigError`` for a segment whose condition is not allowed; with an engine, whose values nobody has."""
    for name, text in settings.segments.items():
        try:
            if engine is None:
                parse_condition(text)
            else:
                check_values(engine, text, may_be_empty=True)
        except ConditionError as error:
            raise _in_settings(error, settings.origin(f"segments.{name}"), name) from error


def _in_settings(error: ConditionError, origin: str, name: str) -> SiyuError:
    if origin == "option":  # given in Python
        return error
    file, colon, line = origin.rpartition(":")
    is_line = bool(colon) and line.isdigit()
    where = Where(file if is_line else origin, row=int(line) if is_line else None, column=f"segments.{name}")
    return ConfigError(error.message, hint=error.hint, where=where, **error.facts)
