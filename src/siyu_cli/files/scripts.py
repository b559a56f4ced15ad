"""SQL that the loader runs, kept in .sql files as named parts: ``-- name: x`` starts part x."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files


@cache
def script(topic: str) -> dict[str, str]:
    """Return ``{name: sql}`` for the parts of ``files/<topic>.sql``.

    >>> sorted(script("identity"))
    ['bonds', 'keys', 'linked', 'phones']
    """
    text = (files("siyu_cli.files") / f"{topic}.sql").read_text("utf-8")
    parts = re.split(r"^-- name: (\w+)\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))
