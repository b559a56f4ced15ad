"""``siyu init``: a commented siyu.toml, with what could be learnt from the files given."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from siyu_cli.cli.memory import note_folders
from siyu_cli.cli.options import AsOf, Force, Lang, PasswordEnv, Quiet, parse_as_of, read_password
from siyu_cli.cli.output import open_sink
from siyu_cli.config.layers import FILE_NAME
from siyu_cli.config.template import ShopFacts, render_config
from siyu_cli.locale import get_language
from siyu_cli.locale import translate as _
from siyu_cli.render.replace import replacing
from siyu_cli.render.targets import UNNAMED, check_output, output_path, wrote

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


_HERE = "Write here, not to siyu.toml in this folder."
Target = Annotated[Path, typer.Option("--output", "-o", metavar="FILE", parser=_settings_path, help=_HERE)]


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
    note_folders()
    facts = ShopFacts()
    if files:
        password = read_password(password_env, os.environ)
        with sink.status(_("Reading {files} files").format(files=len(files))):
            from siyu_cli.shop.facts import SETTINGS, look_at

            facts = look_at(files, parse_as_of(as_of, SETTINGS.shop.timezone), password)
    with replacing(output, force=force) as temporary:
        temporary.write_text(render_config(facts, get_language()), encoding="utf-8", newline="\n")
    sink.note(sink.reader.say(wrote(output)))
    sink.hint("siyu config show")
