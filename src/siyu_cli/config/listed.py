"""The settings that hold, one row each: key, value, and where it was given."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siyu_cli.config.errors import shown_value, toml_value
from siyu_cli.tables.column import Table, column

if TYPE_CHECKING:
    from siyu_cli.config.settings import Settings

SOURCES = {"default": ("default", "默认"), "option": ("option", "命令行选项")}
SETTINGS = Table("settings", "Settings", "设置", "one row per setting", (
    column("text", "key", "Setting", "设置"),
    column("text", "value", "Value", "值"),
    column("text", "source", "Given in", "出处", labels=SOURCES),
))  # fmt: skip


def list_settings(settings: Settings, *, is_masked: bool = True) -> list[dict[str, Any]]:
    """Return ``{key, value, source}`` for every setting in the order of the file; values as JSON has them."""

    def shown(key: str, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [shown(key, item) for item in value]
        if isinstance(value, Mapping):
            return {name: shown(key, item) for name, item in value.items()}
        if isinstance(value, str | Path):
            return shown_value(key, str(value), is_masked=is_masked)
        return value

    return [
        {"key": key, "value": shown(key, value), "source": settings.origin(key)}
        for key, value in settings.values().items()
    ]


def cell_text(value: Any) -> str:
    """Return a value for a cell: text as it is, everything else as siyu.toml writes it."""
    return value if isinstance(value, str) else toml_value(value)
