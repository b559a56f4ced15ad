"""A lock on a shop for one process: who holds it, since when; the operating system lets go of it when that ends."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from filelock import FileLock, Timeout

from siyu_cli.errors import LockError, Note, Where
from siyu_cli.ledger.database import told_as_ours
from siyu_cli.remarks import remark


class Holding:
    """``.siyu/NAME`` says who holds it; what is locked is ``NAME.held``: on Windows nobody else could read that."""

    def __init__(self, folder: Path, name: str, timezone: ZoneInfo) -> None:
        self.path, self._timezone = folder / name, timezone
        self._held = FileLock(folder / f"{name}.held", timeout=0, mode=0o600)

    def take(self) -> bool:
        """Take the lock, and return whether nobody else can have it: some file systems know no locks.

        ``LockError`` says who else has it, and since when.
        """
        path = self.path
        try:
            self._held.acquire()
        except Timeout as error:
            with told_as_ours(path):
                since = datetime.fromtimestamp(path.stat().st_mtime, self._timezone) if path.exists() else None
            raise LockError(
                "Another siyu (process {pid}) has been at work on this shop since {since}.",
                hint="Wait until it has finished, then run the command again.",
                where=Where(file=str(path)),
                pid=(self.holder() or ["?"])[0],
                since=since.strftime("%Y-%m-%d %H:%M:%S") if since else "?",
            ) from error
        except (OSError, NotImplementedError) as error:
            if isinstance(error, PermissionError):
                with told_as_ours(path):
                    raise
            reason = getattr(error, "strerror", None) or str(error)
            message = "Two runs at once would not be noticed here: {file} cannot be locked ({reason})."
            remark(Note(message, {"file": path, "reason": reason}))
            return False
        return True

    def release(self) -> None:
        """Let go of it."""
        self._held.release()

    def holder(self) -> list[str]:
        """Return process and run of who holds the shop, or held it last."""
        with told_as_ours(self.path):
            try:
                return self.path.read_text("ascii", "replace").split()
            except FileNotFoundError:
                return []

    def note(self, run_id: str = "") -> None:
        """Write down who holds the shop; the file's own time says since when."""
        with told_as_ours(self.path):
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with open(handle, "w", encoding="ascii") as file:  # noqa: PTH123  a descriptor with its mode
                file.write(f"{os.getpid()}\n{run_id}\n")
