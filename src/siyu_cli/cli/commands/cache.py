"""``siyu cache``: what was read and is kept beside siyu.toml for the next command."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from siyu_cli.cli.memory import settings_of, show
from siyu_cli.cli.offers import among
from siyu_cli.cli.options import Config, Format, Lang, Quiet, one_of
from siyu_cli.cli.output import open_sink
from siyu_cli.errors import UsageError
from siyu_cli.locale import translate as _

EXAMPLES = """siyu cache show
siyu cache clear
"""
ACTIONS = ("show", "clear")
Action = Annotated[
    str,
    typer.Argument(
        metavar="show|clear", callback=one_of("siyu cache", ACTIONS), autocompletion=among(ACTIONS),
        help="List what is kept, or remove all of it.",
    ),
]  # fmt: skip


def cache(
    action: Action = "show",
    config: Config = None,
    format: Format = None,
    lang: Lang = None,  # noqa: ARG001  main has already chosen the language
    quiet: Quiet = False,
) -> None:
    """Show or clear what was read before: a file that has not changed since is not read again.

    Cleaned tables lie in .siyu/cache beside siyu.toml, sealed with a key beside them; [cache] says how much is kept and
    how long. Nothing is lost by clearing it: the next command reads its files.
    """
    from siyu_cli.files.cache.tables import KEPT
    from siyu_cli.shop.cache import open_cache

    settings = settings_of(config)
    kept = open_cache(settings)
    if kept is None:
        raise UsageError(
            "Nothing is kept of what is read.",
            hint="It is kept beside a siyu.toml (siyu init writes one), unless cache.max_size is 0B.",
        )
    sink = open_sink(format, quiet=quiet)
    if action == "clear":
        sink.note(_("Removed: {count} entries. The next command reads its files.").format(count=kept.clear()))
        return
    zone = ZoneInfo(settings.shop.timezone)
    rows = [
        {
            "files": one.title,
            "size_mb": round(one.size / 1024**2, 1),
            "used_on": datetime.fromtimestamp(one.used_at, zone).date(),
        }
        for one in kept.entries()
    ]
    show(rows, KEPT, sink)
