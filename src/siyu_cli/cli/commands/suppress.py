"""``siyu suppress``: people who must not be contacted, by one channel or by any."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from siyu_cli.cli.memory import now, open_book, person, show
from siyu_cli.cli.offers import among
from siyu_cli.cli.options import Config, Format, Lang, Quiet, choice, one_of, text
from siyu_cli.cli.output import open_sink
from siyu_cli.core.contacts.tables import SUPPRESSED
from siyu_cli.errors import UsageError
from siyu_cli.locale import translate as _
from siyu_cli.masks import mask_word

EXAMPLES = """siyu suppress add 13800138000 --channel sms --reason 电话要求
siyu suppress add --file 退订名单.csv
siyu suppress remove V10086
siyu suppress list
"""
ACTIONS = ("add", "remove", "list")
CHANNELS = ("all", "sms", "wecom", "ads")
Action = Annotated[
    str,
    typer.Argument(
        metavar="|".join(ACTIONS), callback=one_of("siyu suppress", ACTIONS), autocompletion=among(ACTIONS),
        help="Add people, remove them, or list who is there.",
    ),
]  # fmt: skip
Who = Annotated[
    list[str] | None,
    typer.Argument(metavar="[MEMBER...]", help="Member ids or phones; with list, whether they are there."),
]
Channel = Annotated[str, choice("--channel", CHANNELS, "By which channel they are left alone; all unless said.")]
Reason = Annotated[str | None, text("--reason", "TEXT", "Why; kept with it, phones masked.")]
_CELLS = "Every cell of this file is a member id or a phone, but days and figures in other columns."
Names = Annotated[Path | None, text("--file", "FILE", _CELLS)]


def suppress(  # noqa: PLR0913, PLR0917  each parameter is an option
    action: Action,
    who: Who = None,
    channel: Channel = "all",
    reason: Reason = None,
    file: Names = None,
    config: Config = None,
    format: Format = None,
    lang: Lang = None,  # noqa: ARG001  main has already chosen the language
    quiet: Quiet = False,
) -> None:
    """Keep a list of people who must not be contacted; no export reaches them.

    Only keyed hashes of ids and phones are kept: the list tells whether somebody is on it, not who is.
    """
    sink = open_sink(format, quiet=quiet)
    words = [*(who or ()), *_cells(file)]
    if action == "list":
        with open_book(config, writes=False) as book:
            show(book.suppressed(person(words) if words else None), SUPPRESSED, sink)
        return
    if not words:
        raise UsageError("siyu suppress {action} names nobody.", hint="Add member ids or phones.", action=action)
    people = [person([word]) for word in words]
    with open_book(config, writes=True) as book:
        if action == "add":
            book.suppress(person(words), channel, mask_word(reason or "")[:200], now())
            sink.note(_("{people} people are left alone from now on.").format(people=len(people)))
        else:
            removed = sum(book.unsuppress(one, channel, now()) > 0 for one in people)
            sink.note(_("{people} people may be contacted again.").format(people=removed))
        sink.note(_("Audit head: {head}").format(head=book.head))


def _cells(file: Path | None) -> list[str]:
    if file is None:
        return []
    from siyu_cli.files.lists import people_named

    # Titles of columns are no people: they hold no digit.
    return [cell for cell in people_named(file) if any(sign.isdigit() for sign in cell)]
