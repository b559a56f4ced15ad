"""``siyu init``: a commented siyu.toml, with what could be learnt from the files given."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from siyu_cli.cli.options import (
    UNNAMED,
    AsOf,
    Force,
    Lang,
    PasswordEnv,
    Quiet,
    output_path,
    parse_as_of,
    read_password,
)
from siyu_cli.cli.output import open_sink
from siyu_cli.cli.writing import check_output
from siyu_cli.config.layers import FILE_NAME
from siyu_cli.config.template import ShopFacts, UncertainColumn, render_config
from siyu_cli.locale import get_language
from siyu_cli.locale import translate as _
from siyu_cli.render.replace import replacing

if TYPE_CHECKING:
    from siyu_cli import Segmentation

EXAMPLES = """siyu init
siyu init 客户.xlsx 订单.xlsx
siyu init 订单.csv -o 分店/siyu.toml --force
"""
OptionalFiles = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[FILES...]", help="Exports to look at; without any the defaults are written."),
]


def _settings_path(text: str | Path) -> Path:
    path = output_path(text)
    return path.with_name(FILE_NAME) if path.name == UNNAMED else path


Target = Annotated[
    Path,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        parser=_settings_path,
        help="Write here, not to siyu.toml in this folder.",
    ),
]


def init(
    files: OptionalFiles = None,
    output: Target = Path("siyu.toml"),
    force: Force = False,
    as_of: AsOf = None,
    password_env: PasswordEnv = None,
    lang: Lang = None,  # noqa: ARG001  main has already chosen the language
    quiet: Quiet = False,
) -> None:
    """Write a siyu.toml for this shop, with every setting explained.

    Look at the exports first, if any are given: headers that could only be guessed are written down to be
    checked, and the windows the shop's own orders suggest stand beside the defaults.
    """
    check_output(output, files or (), force=force, suffixes=(".toml",), has_meta=False)
    sink = open_sink("table", quiet=quiet)
    facts = ShopFacts()
    if files:
        password = read_password(password_env, os.environ)
        with sink.status(_("Reading {files} files").format(files=len(files))):
            facts = look_at(files, as_of, password)
    with replacing(output, force=force) as temporary:
        temporary.write_text(render_config(facts, get_language()), encoding="utf-8", newline="\n")
    sink.note(_("Wrote {file}.").format(file=output))
    sink.hint("siyu config show")


def look_at(files: list[Path], as_of: str | None, password: str | None = None) -> ShopFacts:
    """Return what the files tell of the shop, read with the defaults; errors are those of any load."""
    from siyu_cli import open_shop
    from siyu_cli.config.settings import Settings

    settings = Settings()
    day = parse_as_of(as_of, settings.shop.timezone)
    found = open_shop(files, as_of=day, settings=settings, password=password).segment()
    return learn(found, day)


def learn(found: Segmentation, as_of: date) -> ShopFacts:
    """Return the facts a siyu.toml can use from a segmentation."""
    from siyu_cli.files.recognition.presets import load_presets

    known = {preset.name: preset for preset in load_presets()}
    sheets: Any = found.load.sheets  # type: ignore[attr-defined]
    presets = [known[sheet.preset] for sheet in sheets if sheet.preset in known]
    suggested = found.windows["suggested"]
    return ShopFacts(
        files=tuple(dict.fromkeys(sheet.file for sheet in sheets)),
        platforms=tuple(dict.fromkeys(preset.platform for preset in presets if preset.platform)),
        as_of=as_of,
        members=len(found.members),
        stores=int(found.members["store"].nunique()),
        timezone=next((preset.timezone for preset in presets if preset.timezone), None),
        uncertain=tuple(_uncertain(sheets)),
        dormant_after=suggested["dormant_after"],
        churned_after=suggested["churned_after"],
    )


def _uncertain(sheets: Any) -> list[UncertainColumn]:
    found = [
        UncertainColumn(sheet.file, f"{sheet.table}.{column.key}", column.header, column.confidence)
        for sheet in sheets
        if sheet.table
        for column in sheet.columns
        if column.confidence < 1
    ]
    return sorted(found, key=lambda column: (column.key, -column.confidence, column.file, column.header))
