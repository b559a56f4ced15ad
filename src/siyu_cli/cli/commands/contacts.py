"""``siyu contacts``: when a member was contacted and why not, or whom a campaign reached."""

from __future__ import annotations

from typing import Annotated

import typer

from siyu_cli.cli.memory import open_book, person, show
from siyu_cli.cli.options import Config, Format, Lang, Quiet
from siyu_cli.cli.output import open_sink
from siyu_cli.core.contacts.tables import CONTACT_HISTORY
from siyu_cli.errors import UsageError

EXAMPLES = """siyu contacts 13800138000
siyu contacts --campaign 三月召回
"""
Member = Annotated[list[str] | None, typer.Argument(metavar="[MEMBER...]", help="Ids and phones of one member.")]
Campaign = Annotated[
    str | None, typer.Option("--campaign", metavar="NAME", help="What became of this campaign instead.")
]


def contacts(
    member: Member = None,
    campaign: Campaign = None,
    config: Config = None,
    format: Format = None,
    lang: Lang = None,  # noqa: ARG001  main has already chosen the language
    quiet: Quiet = False,
) -> None:
    """Show when one member was contacted, by which channel, and when they were left out and why.

    With --campaign: how many it reached and how many not, by day, destination and reason.
    """
    if bool(member) == bool(campaign):
        raise UsageError("siyu contacts needs a member or --campaign.", hint="Give one of them: siyu contacts V10086.")
    sink = open_sink(format, quiet=quiet)
    with open_book(config, writes=False) as book:
        if campaign:
            show(book.contacts_in(campaign), CONTACT_HISTORY, sink)
            return
        from siyu_cli.ledger.forgetting import every_name

        rows = book.contacts_of(every_name(book, person(member or [])))
    columns = [column for column in CONTACT_HISTORY.columns if column.key != "members"]
    show(rows, CONTACT_HISTORY, sink, columns)
