"""``siyu forget``: a person removed from all that siyu keeps (PIPL article 47)."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from siyu_cli.cli.memory import now, open_book, person, settings_of
from siyu_cli.cli.options import Config, Lang, Quiet
from siyu_cli.cli.output import open_sink
from siyu_cli.locale import translate as _

EXAMPLES = """siyu forget V10086 13800138000
"""
Member = Annotated[
    list[str],
    typer.Argument(metavar="MEMBER...", help="Every id and phone of one person: what is not said is not known."),
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def forget(
    member: Member,
    yes: Yes = False,
    config: Config = None,
    lang: Lang = None,  # noqa: ARG001  main has already chosen the language
    quiet: Quiet = False,
) -> None:
    """Remove one person from every snapshot and table siyu keeps; it cannot be taken back.

    What was read before is cleared, see siyu cache.

    A keyed tombstone stays: the next load of a file that still holds them leaves them out, and no export reaches them.
    Exports and files of the platforms are not siyu's: it names those of its own in which they stand.
    """
    sink = open_sink("table", quiet=quiet)
    names = person(member)
    if not yes and sys.stdin.isatty():
        typer.confirm(_("Remove this person from all that siyu keeps?"), abort=True, err=True)
    from siyu_cli.ledger.forgetting import forget as remove
    from siyu_cli.shop.cache import open_cache

    kept = open_cache(settings_of(config))
    with open_book(config, writes=True) as book:
        if kept is not None:
            kept.clear()
        found = remove(book, names, now())
        head = book.head
    told = _("Removed from {snapshots} snapshots, {aliases} other ids and {contacts} contacts; a tombstone stays.")
    sink.note(told.format(snapshots=found.snapshots, aliases=found.aliases, contacts=found.contacts))
    if found.files:
        sink.warn(
            _("They stand in these exports, wherever those are now: {files}.").format(files=", ".join(found.files))
        )
    sink.note(_("Audit head: {head}").format(head=head))
