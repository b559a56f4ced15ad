"""``siyu demo``: an invented shop to try everything on."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from siyu_cli.cli.memory import note_folders
from siyu_cli.cli.options import AsOf, Force, Lang, Quiet, choice, number, parse_as_of
from siyu_cli.cli.output import open_sink, write_stdout
from siyu_cli.locale import translate as _

LAYOUTS = ("generic", "youzan", "taobao")
FORMATS = ("xlsx", "csv", "parquet")

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder for the files; made if it is not there.")]
Members = Annotated[int, number("--members", "N", (1, 10_000_000), "How many members the shop has.")]
Seed = Annotated[int, number("--seed", "S", (0, 2**31), "The same seed gives the same shop.")]
_WHOSE = "Whose export it looks like: every column siyu reads, 有赞, or 淘宝."
LayoutName = Annotated[str, choice("--layout", LAYOUTS, _WHOSE)]
_FILES = "The files' format: xlsx for generic and csv for the others, unless said here."
FileFormat = Annotated[str | None, choice("--format", FORMATS, _FILES)]

EXAMPLES = "siyu demo 示例\nsiyu demo 示例 --members 20000 --layout youzan --as-of 2026-03-31"


def demo(  # noqa: PLR0913, PLR0917  a command has as many arguments as options
    folder: Folder,
    members: Members = 2_000,
    seed: Seed = 1,
    as_of: AsOf = None,
    layout: LayoutName = "generic",
    format: FileFormat = None,
    force: Force = False,
    lang: Lang = None,  # noqa: ARG001  main() reads it before anything is said
    quiet: Quiet = False,
) -> None:
    """Make up a shop, with members and three years of orders, as a platform would export it.

    Everybody in it is invented. The same options give the same shop.
    """
    from siyu_cli.demo import make_shop, write_shop
    from siyu_cli.render.names import check_name

    sink = open_sink(quiet=quiet)
    check_name(folder, "siyu demo")
    note_folders()
    day = parse_as_of(as_of, "Asia/Shanghai")
    with sink.status(_("Making up a shop")):
        shop = make_shop(members, seed=seed, as_of=day)
        paths = write_shop(shop, folder, layout, format=format, force=force)
    message = _("{members} members and {orders} orders up to {as_of}, all invented.")
    sink.note(message.format(members=f"{members:,}", orders=f"{shop.orders.num_rows:,}", as_of=day))
    for path in paths:
        write_stdout(f"{path}\n")
    for path in paths if format == "xlsx" or (format is None and layout == "generic") else ():
        if path.suffix == ".csv":
            sink.warn(_("{file} has more rows than a worksheet holds: it is csv.").format(file=path.name))
    sink.hint(shlex.join(["siyu", "segment", str(paths[0]), str(paths[1]), "--as-of", str(day)]))
