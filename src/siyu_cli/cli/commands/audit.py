"""``siyu audit``: what was done with people's data, and whether anybody has changed that since."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from siyu_cli.cli.memory import open_book, settings_of, show
from siyu_cli.cli.offers import among
from siyu_cli.cli.options import Config, Format, Lang, Quiet, one_of, text
from siyu_cli.cli.output import Sink, open_sink
from siyu_cli.core.contacts.tables import AUDIT_CHAIN, EXPORTED_FILES
from siyu_cli.errors import EXIT_FINDINGS
from siyu_cli.locale import translate as _

EXAMPLES = """siyu audit
siyu audit files
siyu audit verify --head 12-9f3c01d2a4b5c6d7
"""
ACTIONS = ("show", "verify", "files")
Action = Annotated[
    str,
    typer.Argument(
        metavar="[verify|files]", callback=one_of("siyu audit", ACTIONS), autocompletion=among(ACTIONS),
        help="Check that no entry was changed, moved or taken; or list the files of exports, still there or not.",
    ),
]  # fmt: skip
_NOTED = "A head that was noted: nothing was taken from the end since; repeatable."
Heads = Annotated[list[str] | None, text("--head", "HEAD", _NOTED)]


def audit(
    action: Action = "show",
    head: Heads = None,
    config: Config = None,
    format: Format = None,
    lang: Lang = None,  # noqa: ARG001  main has already chosen the language
    quiet: Quiet = False,
) -> None:
    """Show the audit chain: exports, overrides, people left alone or forgotten, each sealed with the entry before.

    Only counts, codes and keyed hashes stand in it. With verify it ends with exit code 3 where anything was changed,
    with files where a file of an export is older than contacts.retention_days and has not been deleted.
    """
    sink = open_sink(format, quiet=quiet)
    if action == "files":
        _tell_files(config, sink)
        return
    with open_book(config, writes=False) as book:
        rows = book.audit_entries()
        last = book.head
        problems = book.verify(head or ()) if action == "verify" else []
    if action == "show":
        shown = [{**row, "facts": json.dumps(row["facts"], ensure_ascii=False, sort_keys=True)} for row in rows]
        show(shown, AUDIT_CHAIN, sink)
        sink.note(_("Audit head: {head}").format(head=last))
        return
    for problem in problems:
        sink.warn(sink.reader.say(problem))
    if problems:
        raise typer.Exit(EXIT_FINDINGS)
    sink.note(_("{entries} entries hold. Audit head: {head}").format(entries=len(rows), head=last))


def _tell_files(config: Path | None, sink: Sink) -> None:
    from siyu_cli.ledger.exported import exported_files
    from siyu_cli.ledger.run import today

    with open_book(config, writes=False) as book:
        own = settings_of(config)
        days = own.contacts.retention_days
        rows = exported_files(book, today(own.shop.timezone), days)
    show(rows, EXPORTED_FILES, sink)
    if overdue := sum(row["is_overdue"] for row in rows):
        text = _("PIPL-06: {files} files of exports are older than {days} days and still there: delete them.")
        sink.warn(text.format(files=overdue, days=days))
        raise typer.Exit(EXIT_FINDINGS)
