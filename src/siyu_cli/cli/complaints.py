"""What the parser of the command line complains about, in the operator's language: none of its own words remain."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import Any

import typer

from siyu_cli.errors import UsageError

# typer carries click inside itself since 0.26 and used it from outside before: this is either.
click: Any = sys.modules[typer.BadParameter.__module__]

SEE = "See {command} --help."


def as_usage_error(error: Any, arguments: Sequence[str]) -> UsageError:
    """Return a complaint about the command line as ours."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context else " ".join(("siyu", *arguments[:1]))
    if isinstance(error, click.NoSuchOption):
        near = ", ".join(sorted(error.possibilities or ()))
        hint = "Did you mean {near}?" if near else SEE
        facts = {"option": error.option_name, "near": near, "command": path}
        return UsageError("There is no option {option}.", hint=hint, **facts)
    if isinstance(error, click.MissingParameter):
        name = error.param.metavar or error.param.name if error.param else ""
        return UsageError("{name} is missing.", hint=SEE, name=name, command=path)
    if isinstance(error, click.BadOptionUsage):
        is_flag = "does not take" in error.format_message()
        message = "{option} takes no value." if is_flag else "{option} needs a value."
        return UsageError(message, hint=SEE, option=error.option_name, command=path)
    if isinstance(error, click.BadParameter) and error.param is not None:
        name = max(error.param.opts, key=len) if error.param.opts else error.param.name
        return UsageError("{option} cannot take this value.", hint=SEE, option=name, command=path)
    if found := re.search(r"extra argument\S* \((.+)\)", error.format_message(), re.DOTALL):
        message = "{words}: nothing is expected here."
        return UsageError(message, hint=SEE, words=found[1], command=path)
    is_group = bool(context and getattr(context.command, "commands", None))
    message = "A command is missing." if is_group else "The command line cannot be understood."
    return UsageError(message, hint=SEE, command=path)
