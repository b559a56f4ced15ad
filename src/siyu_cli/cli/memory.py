"""What a run leaves in the shop's ledger: that it ran, what it read and wrote, who was in which stage."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siyu_cli.cli import process
from siyu_cli.cli.loading import Source
from siyu_cli.errors import Note
from siyu_cli.masks import mask_word
from siyu_cli.remarks import remark

if TYPE_CHECKING:
    from siyu_cli import Segmentation
    from siyu_cli.config.settings import Settings
    from siyu_cli.ledger.ledger import Ledger, Run


@dataclass
class Memory:
    """A run in progress; without a ledger it remembers nothing and has nothing to tell."""

    ledger: Ledger | None = None
    run: Run | None = None
    inputs: Sequence[Mapping[str, Any]] = ()
    outputs: list[Mapping[str, Any]] = field(default_factory=list)

    def aliases(self) -> dict[str, str]:
        """Return the ids earlier runs knew by another key."""
        return self.ledger.aliases() if self.ledger else {}

    @cached_property
    def last_snapshot(self) -> Path | None:
        """The list of the last run as of an earlier date, to compare with; one that cannot be read is none."""
        if self.ledger is None or self.run is None:
            return None
        found = self.ledger.latest_snapshot(before=self.run.as_of, is_usable=_is_list)
        return found.path if found else None

    def keep(self, result: Segmentation) -> None:
        """Keep the whole list as this run's snapshot, and which ids turned out to be one member.

        Members stand in it by their real keys, as later runs know them by these; what was typed about them is masked.
        """
        if self.ledger is None or self.run is None:
            return
        members = int(result.stages["members"].sum())
        kept = result.masked(has_keys=True)
        self.ledger.record_snapshot(self.run, kept.write_parquet, members)
        self.ledger.remember_aliases(result.shop.load.links, self.run)

    def note_output(self, path: Path, rows: int) -> None:
        """Remember a file that was written, by name and fingerprint."""
        if self.ledger is not None:
            with path.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            self.outputs.append({"file": path.name, "sha256": sha256, "rows": rows})


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
def open_memory(command: str, source: Source, parameters: Mapping[str, Any]) -> Iterator[Memory]:
    """Hold the ledger of the shop that siyu.toml describes for one run; ``LockError`` when another has it."""
    if source.settings.path is None:
        yield Memory()
        return
    from siyu_cli.ledger.ledger import Ledger

    ledger = Ledger.open(source.settings)
    assert ledger is not None
    with ledger.lock():
        asked = {key: _masked(value, key) for key, value in parameters.items()}
        run = ledger.start_run(command, source.as_of, datetime.now(UTC), asked)
        memory = Memory(ledger, run)

        def stop(status: str) -> None:
            ledger.finish_run(run, datetime.now(UTC), status=status, inputs=memory.inputs)

        is_over = process.at_signal(lambda: stop("interrupted"))
        try:
            yield memory
        except BaseException as error:
            is_over()
            stop("interrupted" if isinstance(error, KeyboardInterrupt) else "failed")
            raise
        is_over()
        ledger.finish_run(run, datetime.now(UTC), inputs=memory.inputs, outputs=memory.outputs)


def _masked(value: Any, name: str) -> Any:
    if isinstance(value, Mapping):
        return {key: _masked(inner, key) for key, inner in value.items()}
    if not isinstance(value, str):
        return value
    if name == "where":
        from siyu_cli.core.condition_words import mask_condition

        value = mask_condition(value)
    return mask_word(value)


def known_aliases(settings: Settings) -> dict[str, str]:
    """Return the ids earlier runs knew by another key, for a command that remembers nothing itself."""
    if settings.path is None:
        return {}
    from siyu_cli.ledger.ledger import FOLDER, Ledger

    if not (settings.path.parent / FOLDER).is_dir():
        return {}
    ledger = Ledger.open(settings)
    return ledger.aliases() if ledger else {}
