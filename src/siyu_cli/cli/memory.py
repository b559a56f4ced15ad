"""Commands about what the shop remembers, which need no files: the ledger opened, rows shown, people named."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siyu_cli.cli.output import Sink
from siyu_cli.errors import UsageError
from siyu_cli.render.printed import rows_text
from siyu_cli.tables.column import Column, Table

if TYPE_CHECKING:
    from siyu_cli.config.settings import Settings
    from siyu_cli.ledger.contacts import ContactBook, Names


@contextmanager
def open_book(config: Path | None, *, writes: bool) -> Iterator[ContactBook]:
    """Give what the shop remembers of contacts, to who writes under its lock. ``UsageError`` without a siyu.toml."""
    from siyu_cli.ledger.contacts import ContactBook
    from siyu_cli.ledger.exporting import end_unfinished
    from siyu_cli.ledger.ledger import Ledger

    ledger = Ledger.open(settings_of(config))
    if ledger is None:
        raise UsageError(
            "There is no siyu.toml here or above: nothing is remembered.",
            hint="Run siyu init once: it writes the siyu.toml memory lies beside.",
        )
    with ledger.lock() if writes else nullcontext():
        book = ContactBook(ledger, now())
        if writes:
            end_unfinished(book, now())
        yield book


def note_folders() -> None:
    """Have folders made on the way noted in the shop somebody works in, for commands that remember nothing."""
    from siyu_cli.config.layers import find_nearest
    from siyu_cli.ledger import note_folders as note_in

    own = find_nearest(Path.cwd())
    if own is not None:
        note_in(own.parent)


def settings_of(config: Path | None) -> Settings:
    """Return the settings that hold here."""
    from siyu_cli.config.settings import load_settings

    return load_settings(config, Path.cwd(), os.environ)


def now() -> datetime:
    """Return the time it is."""
    return datetime.now(UTC)


def person(words: Sequence[str]) -> Names:
    """Return one person by what was typed of them: ids, phones; ``UsageError`` for a mask, which names nobody."""
    from siyu_cli.destinations.keys import plain_phone
    from siyu_cli.ledger.contacts import Names
    from siyu_cli.spelling import plain_id

    plain = [plain_id(word) for word in words]
    masked = next((word for word in plain if "*" in word or not word), None)
    if masked is not None:
        raise UsageError(
            "{member} is a mask: nobody can be told by it.", hint="Type the member id or the full phone.", member=masked
        )
    phones = tuple(phone for word in plain if (phone := plain_phone(word)))
    return Names(tuple(dict.fromkeys([*plain, *phones])), phones)


def show(rows: Sequence[Mapping[str, Any]], table: Table, sink: Sink, columns: Sequence[Column] = ()) -> None:
    """Print rows in the sink's format."""
    sink.print(rows_text(rows, table, sink.form, columns))
