"""One run and what the shop remembers: that it ran, what it read and wrote, who was in which stage."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from siyu_cli.errors import Note
from siyu_cli.remarks import remark

if TYPE_CHECKING:
    from siyu_cli.config.settings import Settings
    from siyu_cli.ledger.campaigns import CampaignBook
    from siyu_cli.ledger.contacts import ContactBook
    from siyu_cli.ledger.ledger import Ledger, Run, Snapshot
    from siyu_cli.ledger.marking import Texts
    from siyu_cli.ledger.past import Past
    from siyu_cli.ledger.risks import RiskBook

# Where what a run was asked with says which playbook's step it is.
STEP = "step"
_step: ContextVar[str | None] = ContextVar("_step", default=None)
# Has something done when a signal ends the process; returns what takes that back.
AtSignal = Callable[[Callable[[], object]], Callable[[], object]]


@dataclass
class Memory:
    """A run in progress; without a ledger it remembers nothing and has nothing to tell."""

    ledger: Ledger | None = None
    run: Run | None = None
    inputs: Sequence[Mapping[str, Any]] = ()
    outputs: list[Mapping[str, Any]] = field(default_factory=list)
    known: Mapping[str, str] = field(default_factory=dict, repr=False)
    day: date | None = None
    glanced: Ledger | None = field(default=None, repr=False)

    @property
    def is_kept(self) -> bool:
        """Return whether this shop remembers anything."""
        return self.ledger is not None

    def aliases(self) -> Mapping[str, str]:
        """Return the ids earlier runs knew by another key."""
        return self.ledger.aliases() if self.ledger else self.known

    @cached_property
    def _last(self) -> Snapshot | None:
        if self.ledger is None or self.run is None:
            return None
        return self.ledger.latest_snapshot(before=self.run.as_of, is_usable=_is_list)

    @property
    def last_snapshot(self) -> Path | None:
        """The list of the last run as of an earlier date, to compare with; one that cannot be read is none."""
        return self._last.path if self._last else None

    @property
    def last_snapshot_on(self) -> date | None:
        """The date of that list."""
        return self._last.as_of if self._last else None

    def stage_counts(self, weeks: int) -> list[tuple[date, dict[str, int]]]:
        """Return the members by stage of the last list of each of the last weeks, the earliest first."""
        if self.ledger is None or self.run is None:
            return []
        from pyarrow import parquet

        found = []
        for snapshot in self.ledger.weekly_snapshots(self.run.as_of, weeks):
            if _is_list(snapshot.path):
                stages = parquet.read_table(snapshot.path, columns=["stage"])["stage"]
                found.append(
                    (snapshot.as_of, {row["values"]: row["counts"] for row in stages.value_counts().to_pylist()})
                )
        return found

    def history(self, command: str) -> list[dict[str, Any]]:
        """Return the finished runs of a command, the first one first."""
        return self.ledger.history(command) if self.ledger else []

    def keep_list(self, write: Callable[[Path], None], members: int) -> None:
        """Keep a whole list as this run's snapshot."""
        if self.ledger is not None and self.run is not None:
            self.ledger.record_snapshot(self.run, write, members)

    def keep_aliases(self, links: Mapping[str, str]) -> None:
        """Remember which ids turned out to be one member."""
        if self.ledger is not None and self.run is not None:
            self.ledger.remember_aliases(links, self.run)

    @cached_property
    def book(self) -> ContactBook:
        """Return what is remembered of contacts; what a killed export has left is ended first."""
        from siyu_cli.ledger.contacts import ContactBook
        from siyu_cli.ledger.exporting import end_unfinished

        assert self.ledger is not None
        now = datetime.now(UTC)
        book = ContactBook(self.ledger, now)
        if self.ledger.trial is None:
            end_unfinished(book, now)
        return book

    def past(self, members: Texts, phones: Texts, asked: Mapping[str, Any]) -> Past | None:
        """Return what is known of these people; ``asked`` are the fields of ``AskedContacts``."""
        from siyu_cli.ledger.past import AskedContacts

        return self.book.past(members, phones, AskedContacts(**asked)) if self.ledger else None

    @cached_property
    def campaigns(self) -> CampaignBook | None:
        """Return what is remembered of campaigns; None for a shop without memory."""
        ledger = self.ledger or self.glanced
        if ledger is None:
            return None
        from siyu_cli.ledger.campaigns import CampaignBook
        from siyu_cli.ledger.contacts import ContactBook

        ring = ContactBook(ledger, datetime.now(UTC)).ring
        return CampaignBook(ledger, ring, self.run.run_id if self.run else "")

    @cached_property
    def risks(self) -> RiskBook | None:
        """Return what is remembered of risks; None for a shop without memory."""
        if self.ledger is None or self.run is None:
            return None
        from siyu_cli.ledger.risks import RiskBook

        return RiskBook(self.book, self.run.run_id, datetime.now(UTC))

    def note_sent(self, services: Sequence[tuple[str, bool]]) -> None:
        """Remember which services took a notification; nothing where the shop remembers nothing."""
        if self.risks is not None and self.run is not None and services:
            self.risks.note_sent(services, self.run.as_of)

    def forgotten(self, names: Iterable[str]) -> list[str]:
        """Return those ids and phones whose bearers asked to be forgotten."""
        ledger = self.ledger or self.glanced
        if ledger is None:  # nothing of the memory is loaded where there is none
            return []
        from siyu_cli.ledger.contacts import forgotten

        return forgotten(ledger, names)

    @property
    def forgotten_mark(self) -> str:
        """Return what stands for everybody who asked to be forgotten: another one as soon as somebody does."""
        ledger = self.ledger or self.glanced
        if ledger is None:
            return ""
        from siyu_cli.ledger.contacts import mark_of_forgotten

        return mark_of_forgotten(ledger)

    def untold(self, episodes: Sequence[str]) -> list[str]:
        """Return those of these episodes that no group chat has been told of; all where nothing is remembered."""
        if self.ledger is None or not episodes:
            return list(episodes)
        from siyu_cli.ledger.told import untold

        return untold(self.ledger, episodes)

    def note_told(self, episodes: Sequence[str]) -> None:
        """Remember that group chats were told of these episodes, of which none had been told."""
        if self.ledger is not None and self.run is not None and episodes:
            from siyu_cli.ledger.told import note_told

            note_told(self.ledger, episodes, self.run)

    def note_output(self, path: Path, rows: int, shown: str | None = None) -> None:
        """Remember a file that was written, by name and fingerprint; ``shown`` for a name that tells whose it is."""
        if self.ledger is not None:
            with path.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            self.outputs.append({"file": shown or path.name, "sha256": sha256, "rows": rows})


def _is_list(snapshot: Path) -> bool:
    """Return whether a snapshot can be compared with: it may be another program's file, or another siyu's."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        columns = parquet.read_schema(snapshot).names
    except (pa.ArrowException, OSError, ValueError):
        columns = []
    is_list = {"member_id", "stage"} <= set(columns)
    if not is_list:
        remark(Note("{file} is not a list siyu can compare with: it is passed over.", {"file": snapshot.name}))
    return is_list


@contextmanager
def open_run(
    settings: Settings, command: str, as_of: date, asked: Mapping[str, Any], at_signal: AtSignal
) -> Iterator[Memory]:
    """Hold the ledger of the shop that siyu.toml describes for one run; ``LockError`` when another has it.

    ``asked`` are its options, masked; ``at_signal`` has the run noted as interrupted where nothing else can.
    """
    day = today(settings.shop.timezone)
    if settings.path is None:
        yield Memory(day=day)
        return
    from siyu_cli.ledger.ledger import Ledger

    ledger = Ledger.open(settings)
    assert ledger is not None
    with ledger.lock():
        step = _step.get()
        run = ledger.start_run(command, as_of, datetime.now(UTC), {**asked, STEP: step} if step else asked)
        memory = Memory(ledger, run, day=day)

        def stop(status: str) -> None:
            ledger.finish_run(run, datetime.now(UTC), status=status, inputs=memory.inputs)

        is_over = at_signal(lambda: stop("interrupted"))
        try:
            yield memory
        except BaseException as error:
            is_over()
            stop("interrupted" if isinstance(error, KeyboardInterrupt) else "failed")
            raise
        is_over()
        ledger.finish_run(run, datetime.now(UTC), inputs=memory.inputs, outputs=memory.outputs)


@contextmanager
def as_step(token: str) -> Iterator[None]:
    """Have the runs of the block known by what a playbook calls its step."""
    marker = _step.set(token)
    try:
        yield
    finally:
        _step.reset(marker)


def today(timezone: str) -> date:
    """Return the day it is where the shop is."""
    return datetime.now(ZoneInfo(timezone)).date()


def glance(settings: Settings) -> Memory:
    """Return what earlier runs left, for a command that remembers nothing itself."""
    if settings.path is None:
        return Memory()
    from siyu_cli.ledger import FOLDER
    from siyu_cli.ledger.ledger import Ledger

    if not (settings.path.parent / FOLDER).is_dir():
        return Memory()
    ledger = Ledger.open(settings)
    return Memory(known=ledger.aliases(), glanced=ledger) if ledger else Memory()
