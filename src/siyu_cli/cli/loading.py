"""From the options about files to an open shop."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from siyu_cli.cli.options import parse_as_of, read_password
from siyu_cli.cli.output import Sink
from siyu_cli.config.mapped import parse_map
from siyu_cli.errors import InputError
from siyu_cli.locale import translate as _

if TYPE_CHECKING:
    from siyu_cli.config.settings import Settings
    from siyu_cli.ledger.run import Memory
    from siyu_cli.shop import Shop

# Folders beside siyu.toml that are siyu's own: what it remembers, and the shop's presets.
BESIDE = (".siyu", "presets")
LOCKED = "{file} is protected by a password."


@dataclass(frozen=True)
class Asked:
    """The options that all commands about a shop share, and those of some that the frame itself heeds."""

    files: Sequence[Path]
    as_of: str | None = None
    output: Path | None = None
    format: str | None = None
    force: bool = False
    header_map: Sequence[str] | None = None
    config: Path | None = None
    password_env: str | None = None
    show_personal: bool = False
    quiet: bool = False
    split_by: str | None = None
    fail_on: str | None = None
    notify: Sequence[str] | None = None
    engine: str | None = None


@dataclass(frozen=True)
class Inputs:
    """What a command was told about its files: their names, the settings, the as-of date, the password."""

    files: Sequence[Path]
    settings: Settings
    as_of: date
    password: str | None = None


def read_inputs(asked: Asked, sink: Sink) -> Inputs:
    """Return what the options about files say; the as-of date is echoed when it was not given."""
    mapped = parse_map(asked.header_map)
    password = read_password(asked.password_env, os.environ)
    from siyu_cli.config.settings import load_settings

    given: dict[str, object] = {"map": mapped} if mapped else {}
    if asked.engine:
        given["engine.name"] = asked.engine
    settings = load_settings(asked.config, Path.cwd(), os.environ, given)
    keep_settings(settings, asked.config)
    day = parse_as_of(asked.as_of, settings.shop.timezone)
    if asked.as_of is None:
        sink.note(_("As of {as_of}, today in {timezone}.").format(as_of=day, timezone=settings.shop.timezone))
    return Inputs(asked.files, settings, day, password)


def keep_settings(settings: Settings, config: Path | None) -> None:
    """Keep what the settings are read from, and what stands beside them, from being replaced by a result."""
    from siyu_cli.config.layers import find_nearest, find_user_file
    from siyu_cli.guard import will_read

    files = (config, find_nearest(Path.cwd()), find_user_file(os.environ), *settings.exclude.files)
    beside = [settings.path.parent / name for name in BESIDE] if settings.path else []
    will_read(*(Path(path) for path in files if path), *beside)


def load_shop(inputs: Inputs, sink: Sink, memory: Memory) -> Shop:
    """Return the shop; a locked file asks for its password where somebody can type it.

    What is remembered of earlier runs keeps members' keys as they were, and says who is left out.
    """
    from siyu_cli.shop import open_shop, open_without_files
    from siyu_cli.shop.cache import open_cache

    if not inputs.files:
        return open_without_files(inputs.as_of, inputs.settings)

    def opened(password: str | None) -> Shop:
        with sink.reading() as progress:
            return open_shop(
                inputs.files,
                as_of=inputs.as_of,
                settings=inputs.settings,
                password=password,
                aliases=memory.aliases(),
                snapshot=memory.last_snapshot,
                progress=progress,
                forgotten=memory.forgotten,
                cache=open_cache(inputs.settings, memory.forgotten_mark),
            )

    try:
        return opened(inputs.password)
    except InputError as error:
        if error.message != LOCKED or not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise
        import typer

        question = _("Password of {file}").format(**error.facts)
        return opened(typer.prompt(question, hide_input=True, err=True))
