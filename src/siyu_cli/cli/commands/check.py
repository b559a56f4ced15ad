"""``siyu check``: what every sheet and column was taken for, and what became of every row."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from siyu_cli.cli.frame import Besides, asks
from siyu_cli.cli.loading import Asked
from siyu_cli.cli.options import target, text
from siyu_cli.errors import Note
from siyu_cli.locale import get_language
from siyu_cli.render.targets import TABLES, check_output, name_output, wrote

if TYPE_CHECKING:
    from siyu_cli.config.settings import Settings
    from siyu_cli.core.question import Question
    from siyu_cli.shop import Shop

EXAMPLES = """siyu check 客户.xlsx 订单.xlsx
siyu check 订单.csv --rejects 未采用.xlsx
siyu check 会员.xls --map members.member_id=会员卡号 --make-preset 会员系统
"""
Rejects = Annotated[Path | None, target("--rejects", "Write every row and cell that could not be used here.")]
_KEPT = "Keep what --map settled as a preset of your own, for every later run."
MakePreset = Annotated[str | None, text("--make-preset", "NAME", _KEPT)]


@asks("Looking at the files…")
def check(rejects: Rejects = None, make_preset: MakePreset = None) -> tuple[Question, Besides]:
    """Show what each sheet and column was taken for, and that every row is accounted for.

    Rows in = used + rejected (each with a reason) + skipped (each by a named rule). Ends with exit code 3
    when anything was rejected, or when a column or a whole sheet seems to be missing. Nothing is written but what
    -o, --rejects and --make-preset name, and beside a siyu.toml what siyu cache keeps for the next command.

    A rejected cell may hold a phone or a name that slipped into its column: such words are masked there.
    """
    from siyu_cli.core.check.question import Check

    def check_files(asked: Asked, settings: Settings) -> None:
        check_output(rejects, asked.files, force=asked.force, option="--rejects", has_meta=False, suffixes=TABLES)
        if make_preset is not None:
            from siyu_cli.shop.presets import preset_path

            preset_path(make_preset, settings, force=asked.force)

    def write(shop: Shop, asked: Asked) -> Sequence[Note]:
        said = []
        if make_preset is not None:
            from siyu_cli.shop.presets import write_preset

            said.append(write_preset(shop, make_preset, force=asked.force))
        if (path := name_output(rejects, "check", shop.as_of, force=asked.force, option="--rejects")) is not None:
            write_rejects(shop, path, asked)
            said.append(wrote(path))
        return said

    return Check(lang=get_language()), Besides(check_files, write)


def write_rejects(shop: Shop, path: Path, asked: Asked) -> None:
    """Write what could not be used, one row each, by the suffix of ``path``."""
    from siyu_cli.render.reader import Reader
    from siyu_cli.render.write import write_rows
    from siyu_cli.tables.cleaned import REJECTS

    rows = shop.rejects(show_personal=asked.show_personal)
    write_rows(rows, REJECTS, path, Reader(get_language()), force=asked.force)
