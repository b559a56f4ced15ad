"""TOML as people write it: what a text says, or which line is wrong and what to try."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from siyu_cli.errors import ConfigError, Where

LINE_SHOWN = 60


def parse_toml(text: str, path: Path) -> dict[str, Any]:
    """Return what the text of the file ``path`` says; ``ConfigError`` names the line of a mistake in its syntax."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise _syntax_error(path, text, error) from error


def _syntax_error(path: Path, text: str, error: Exception) -> ConfigError:
    found = re.search(r"\(at line (\d+), column \d+\)", str(error))
    line = int(found[1]) if found else len(text.rstrip().splitlines()) or 1
    wrong = (text.split("\n") + [""] * line)[line - 1].strip()
    name = re.match(r"([^\s=\"'\[#]+)\s*=", wrong)
    hint = 'A line is a [section] or key = value; text stands between "quotation marks".'
    if re.search("overwrite|twice", str(error)):
        hint = "The same section or key stands further up in the file: leave one of them."
    elif name and not name[1].isascii():  # every operator writes 大客户 = …, and TOML wants it quoted
        hint = 'A name in Chinese stands between quotation marks: "{name}" = …'
    return ConfigError(
        "{file}, line {line}: this is not TOML: {wrong}",
        hint=hint,
        name=name and name[1],
        where=Where(file=str(path), row=line),
        file=path,
        line=line,
        wrong=wrong if len(wrong) <= LINE_SHOWN else f"{wrong[:LINE_SHOWN]}…",
    )
