"""``siyu config``: the settings that hold here, and where each one was given."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from siyu_cli.cli.help import HelpGroup
from siyu_cli.cli.options import Config, Format, Lang, Quiet, ShowPersonal
from siyu_cli.cli.output import Sink, open_sink, write_stdout
from siyu_cli.locale import translate as _
from siyu_cli.render.terminal import table_text
from siyu_cli.report import Section
from siyu_cli.tables.column import Table, column

if TYPE_CHECKING:
    from siyu_cli.config.settings import Settings

SETTINGS = Table("settings", "Settings", "设置", "one row per setting", (
    column("text", "key", "Setting", "设置"),
    column("text", "value", "Value", "值"),
    column("text", "source", "Given in", "出处"),
))  # fmt: skip
SOURCES = {"default": "default", "option": "option"}

config_app = typer.Typer(cls=HelpGroup, rich_markup_mode=None)


@config_app.callback(epilog="siyu config show")
def config() -> None:
    """The settings of this shop."""


@config_app.command(
    "show",
    epilog="siyu config show\n"
    "SIYU_STAGES__NEW_DAYS=14 siyu config show --format json\n"
    "siyu config show --config 分店.toml",
)
def show(
    config: Config = None,
    show_personal: ShowPersonal = False,
    format: Format = None,
    lang: Lang = None,  # noqa: ARG001  main has already chosen the language
    quiet: Quiet = False,
) -> None:
    """Show every setting, its value, and the line, variable or default it comes from.

    A value is taken from the first place that has it: an option, a variable such as
    SIYU_STAGES__NEW_DAYS, the file given with --config, the nearest siyu.toml from here upward, the user's
    own siyu.toml, and else the default.
    """
    from siyu_cli.config.settings import load_settings

    settings = load_settings(config, Path.cwd(), os.environ)
    sink = open_sink(format, quiet=quiet)
    for piece in pieces(list_settings(settings, is_masked=not show_personal), settings, sink):
        write_stdout(piece)
    if settings.path is None:
        sink.note(_("There is no siyu.toml here or above: defaults hold, and nothing is remembered."))
        sink.hint("siyu init")


def pieces(rows: list[dict[str, Any]], settings: Settings, sink: Sink) -> Iterator[str]:
    """Yield the settings in the sink's format."""
    from siyu_cli.render.document import json_text

    if sink.format == "json":
        yield json_text({"path": settings.path and str(settings.path), "settings": rows}, indent=2) + "\n"
    elif sink.format == "jsonl":
        yield from (json_text(row) + "\n" for row in rows)
    elif sink.format == "csv":
        import pyarrow as pa

        from siyu_cli.render.write import csv_text

        texts = [{**row, "value": row_text(row["value"])} for row in rows]
        yield from csv_text(pa.Table.from_pylist(texts), SETTINGS.columns)
    else:
        shown = [{**row, "value": row_text(row["value"]), "source": name_source(row["source"])} for row in rows]
        yield table_text(Section(SETTINGS, shown, title=""), sink.reader, sink.window)


def list_settings(settings: Settings, *, is_masked: bool = True) -> list[dict[str, Any]]:
    """Return ``{key, value, source}`` for every setting in the order of the file; values as JSON has them."""
    from siyu_cli.config.errors import shown_value

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


def name_source(source: str) -> str:
    """Return a source as people read it: lines and variables as they are."""
    return _(SOURCES.get(source, "")) or source


def row_text(value: Any) -> str:
    """Return a value for a cell: text as it is, everything else as siyu.toml writes it."""
    from siyu_cli.config.errors import toml_value

    return value if isinstance(value, str) else toml_value(value)
