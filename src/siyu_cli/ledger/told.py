"""Which episodes group chats have been told of: of each they hear once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from siyu_cli.ledger.contacts import ContactBook
from siyu_cli.ledger.told_tables import TOLD

if TYPE_CHECKING:
    from siyu_cli.ledger.ledger import Ledger, Run


def untold(ledger: Ledger, episodes: Sequence[str]) -> list[str]:
    """Return those of these episodes that nobody has been told of."""
    marks = _marks(ledger, episodes)
    with ledger.begin() as connection:
        known = set(connection.execute(sa.select(TOLD.c.mark).where(TOLD.c.mark.in_(marks))).scalars())
    return [episode for mark, episode in marks.items() if mark not in known]


def note_told(ledger: Ledger, episodes: Sequence[str], run: Run) -> None:
    """Remember that a run told of these episodes."""
    rows = [{"mark": mark, "run_id": run.run_id} for mark in _marks(ledger, episodes)]
    with ledger.begin() as connection:
        connection.execute(TOLD.insert(), rows)


def _marks(ledger: Ledger, episodes: Sequence[str]) -> dict[str, str]:
    ring = ContactBook(ledger, datetime.now(UTC)).ring
    return {ring.mark("episode", episode): episode for episode in episodes}
