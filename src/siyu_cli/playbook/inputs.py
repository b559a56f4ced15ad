"""What a run is made of, fixed as it begins: its day, its files, and the key by which it is known."""

from __future__ import annotations

import glob
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from siyu_cli.errors import InputError, LockError, Where
from siyu_cli.playbook.model import Opening, Playbook

if TYPE_CHECKING:
    from siyu_cli.config.settings import Settings


@dataclass(frozen=True)
class Parts:
    """Digests of what a run is made of, but for its day."""

    playbook: str
    settings: str
    inputs: str
    version: str

    def key(self, as_of: date) -> str:
        """Return the key of the run of a day: the same key resumes, another key is another run."""
        return _digest({**asdict(self), "as_of": as_of.isoformat()})

    def changed(self, before: Mapping[str, str]) -> list[str]:
        """Return what is not as it was."""
        return [name for name, value in asdict(self).items() if before.get(name) != value]


@dataclass(frozen=True)
class Inputs:
    """The exports of a run, sorted by name, with their fingerprints."""

    folder: Path
    files: Sequence[Path]
    sha256: Sequence[str]
    written: Sequence[tuple[int, int]]  # size and time, by which a file is known as long as nobody touches it

    @property
    def words(self) -> list[str]:
        """Return the files as a command line has them."""
        return [path.relative_to(self.folder).as_posix() if path.is_relative_to(self.folder) else str(path)
                for path in self.files]  # fmt: skip

    def stale(self, opening: Opening, as_of: date, timezone: str) -> list[str]:
        """Return the files that were written too long before the day on which the run is due."""
        day = as_of + timedelta(days=1) if opening.as_of == "yesterday" else as_of
        written = [datetime.fromtimestamp(path.stat().st_mtime, ZoneInfo(timezone)).date() for path in self.files]
        return [
            word for word, on in zip(self.words, written, strict=True) if (day - on).days > opening.max_input_age_days
        ]

    def check_unchanged(self) -> None:
        """Raise ``LockError`` where a file is not as it was when the run began."""
        for path, before, written in zip(self.files, self.sha256, self.written, strict=True):
            if not path.is_file() or (_written(path) != written and sha256_of(path) != before):
                raise LockError(
                    "{file} was changed while the playbook ran.",
                    hint="Wait until the export has been written, then run the playbook again.",
                    where=Where(file=str(path)), file=path.name,
                )  # fmt: skip


def find_inputs(opening: Opening, folder: Path) -> Inputs:
    """Return the exports that a playbook in ``folder`` reads; ``InputError`` for a name or pattern that finds none."""
    found: dict[Path, None] = {}
    for pattern in opening.inputs:
        names = sorted(glob.glob(pattern, root_dir=folder, recursive=True))  # noqa: PTH207  also absolute
        paths = [folder / name for name in names if not Path(name).name.startswith("~$") and (folder / name).is_file()]
        if not paths:
            raise InputError(
                "There is no export {pattern} in {folder}.", pattern=pattern, folder=folder,
                hint="See that it was written there, or correct inputs in the playbook.",
            )  # fmt: skip
        found.update(dict.fromkeys(paths))
    files = sorted(found, key=lambda path: path.as_posix())
    written = [_written(path) for path in files]
    return Inputs(folder, files, [sha256_of(path) for path in files], written)


def parts_of(book: Playbook, inputs: Inputs, settings: Settings, version: str) -> Parts:
    """Return what a run is made of; files that command lines name, such as a plan, are part of the playbook."""
    named = {path: sha256_of(path) for step in book.step if step.line for path in step.line.files(inputs.folder)}
    playbook = {"said": book.model_dump(mode="json"), "files": sorted(named.values())}
    values = {key: str(value) for key, value in settings.values().items()}
    files = sorted(zip(inputs.words, inputs.sha256, strict=True))
    return Parts(_digest(playbook), _digest(values), _digest(files), version)


def day_of(opening: Opening, today: date) -> date:
    """Return the day as of which a run that begins today is."""
    if isinstance(opening.as_of, date):
        return opening.as_of
    return today - timedelta(days=1) if opening.as_of == "yesterday" else today


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _written(path: Path) -> tuple[int, int]:
    facts = path.stat()
    return facts.st_size, facts.st_mtime_ns


def _digest(said: object) -> str:
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
