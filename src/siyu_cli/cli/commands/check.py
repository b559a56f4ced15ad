"""``siyu check``: what every sheet and column was taken for, and what became of every row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from siyu_cli.cli.frame import Besides, asks
from siyu_cli.cli.loading import Asked
from siyu_cli.cli.options import output_path
from siyu_cli.cli.writing import TABLES, check_output, name_output
from siyu_cli.errors import OutputError, UsageError, Where
from siyu_cli.locale import get_language
from siyu_cli.locale import translate as _

if TYPE_CHECKING:
    from siyu_cli import Shop
    from siyu_cli.config.settings import Settings
    from siyu_cli.core.question import Question

EXAMPLES = """siyu check 客户.xlsx 订单.xlsx
siyu check 订单.csv --rejects 未采用.xlsx
siyu check 会员.xls --map members.member_id=会员卡号 --make-preset 会员系统
"""
RejectsFile = Annotated[
    Path | None,
    typer.Option(
        "--rejects", metavar="FILE", parser=output_path, help="Write every row and cell that could not be used here."
    ),
]
MakePreset = Annotated[
    str | None,
    typer.Option(
        "--make-preset", metavar="NAME", help="Keep what --map settled as a preset of your own, for every later run."
    ),
]


@asks("Looking at the files…")
def check(rejects: RejectsFile = None, make_preset: MakePreset = None) -> tuple[Question, Besides]:
    """Show what each sheet and column was taken for, and that every row is accounted for.

    Rows in = used + rejected (each with a reason) + skipped (each by a named rule). Ends with exit code 3
    when anything was rejected, or when a column or a whole sheet seems to be missing. Nothing is written but what
    -o, --rejects and --make-preset name.

    A rejected cell may hold a phone or a name that slipped into its column: such words are masked there.
    """
    from siyu_cli.core.check.question import Check

    def check_files(asked: Asked, settings: Settings) -> None:
        check_output(rejects, asked.files, force=asked.force, option="--rejects", has_meta=False, suffixes=TABLES)
        preset_path(make_preset, settings, force=asked.force)

    def write_besides(shop: Shop, asked: Asked) -> Sequence[str]:
        said = []
        if (preset := preset_path(make_preset, shop.settings, force=asked.force)) is not None:
            write_preset(shop, preset, force=asked.force)
            said.append(tell_preset(preset, shop.settings))
        if (path := name_output(rejects, "check", shop.as_of, force=asked.force, option="--rejects")) is not None:
            write_rejects(shop, path, asked)
            said.append(_("Wrote {file}.").format(file=path))
        return said

    return Check(lang=get_language()), Besides(check_files, write_besides)


def preset_path(name: str | None, settings: Settings, *, force: bool) -> Path | None:
    """Return where a preset of that name belongs: beside the shop's siyu.toml, else with the user's settings."""
    if name is None:
        return None
    if not re.fullmatch(r"\w[\w-]{0,60}", name):
        hint = "A name is made of letters, digits, _ and -, such as shop-orders."
        raise UsageError("--make-preset {name}: a preset cannot be called so.", hint=hint, name=name)
    if not settings.preset_folders:
        hint = "Run siyu init once: presets lie beside the siyu.toml it writes."
        raise UsageError("--make-preset {name}: there is no folder for presets.", hint=hint, name=name)
    from siyu_cli.guard import may_write
    from siyu_cli.render.replace import check_target

    path = settings.preset_folders[0] / f"{name}.toml"
    may_write(path)
    if path.parent.exists():
        check_target(path, force=force)
    return path


def write_preset(shop: Shop, path: Path, *, force: bool) -> None:
    """Write what was settled by hand as a preset; it is tried before it is written."""
    from siyu_cli.files.recognition.preset_making import make_preset
    from siyu_cli.render.replace import replacing

    text = make_preset(shop.load.settled, path, shop.load.presets)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = "{file} cannot be written: {reason}."
        reason = error.strerror or str(error)
        raise OutputError(message, where=Where(file=str(path)), file=path, reason=reason) from error
    with replacing(path, force=force) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def tell_preset(path: Path, settings: Settings) -> str:
    """Return where a preset was written, and whose files it will be tried on."""
    if settings.path is not None:
        return _("Wrote {file}.").format(file=path)
    return _(
        "Wrote {file}: there is no siyu.toml here, so the preset applies to all shops of this user. "
        "To keep one for this shop alone: siyu init, then --make-preset once more; and remove that file."
    ).format(file=path)


def write_rejects(shop: Shop, path: Path, asked: Asked) -> None:
    """Write what could not be used, one row each, by the suffix of ``path``."""
    from siyu_cli.render.reader import Reader
    from siyu_cli.render.write import write_rows
    from siyu_cli.tables.cleaned import REJECTS

    rows = shop.rejects(show_personal=asked.show_personal)
    write_rows(rows, REJECTS, path, Reader(get_language()), force=asked.force)
