"""Files of earlier exports: how old they are, and whether they still lie where they were written (PIPL 6, 19)."""

from __future__ import annotations

import glob
import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from siyu_cli.ledger.contact_tables import EXPORTS
from siyu_cli.ledger.contacts import ContactBook

_OTHERS = 0o077  # the rights of everybody but the owner


def exported_files(book: ContactBook, today: date, retention_days: int) -> list[dict[str, Any]]:
    """Return one row per file that was exported, the oldest first: sent_on, days, folder, file, rows, is_there,
    is_overdue, is_open.

    ``is_there``: yes, changed (an employee has ticked in it) or gone; None where the ledger does not know the folder.
    ``is_open``: others on this machine may read it.
    """
    query = EXPORTS.select().where(EXPORTS.c.status == "done").order_by(EXPORTS.c.sent_on, EXPORTS.c.export_id)
    with book.ledger.begin() as connection:
        exports = [dict(row) for row in connection.execute(query).mappings()]
    shop = book.ledger.folder.parent
    found = [
        {
            **{key: row[key] for key in ("sent_on", "campaign", "destination", "folder")},
            "days": (today - row["sent_on"]).days, "file": file["file"], "rows": file["rows"], "is_there": is_there,
            "is_open": path is not None and bool(path.stat().st_mode & _OTHERS),
        }
        for row in exports
        for file, is_there, path in _looked_for(row["files"], shop / row["folder"] if row["folder"] else None)
    ]  # fmt: skip
    is_late = [row["days"] > retention_days and row["is_there"] in ("yes", "changed") for row in found]
    return [{**row, "is_overdue": late} for row, late in zip(found, is_late, strict=True)]


def _looked_for(
    files: list[dict[str, Any]], folder: Path | None
) -> Iterator[tuple[dict[str, Any], str | None, Path | None]]:
    """Yield each file with whether and where it is: by its bytes, else by its name, each file on the disk for one."""
    if folder is None:
        yield from ((file, None, None) for file in files)
        return
    named = {path for file in files for path in folder.glob(glob.escape(file["file"]).replace("[*]", "*"))}
    found: dict[str, list[Path]] = {}
    for path in sorted(named):
        with path.open("rb") as opened:
            found.setdefault(hashlib.file_digest(opened, "sha256").hexdigest(), []).append(path)
    left = named - {found[file["sha256"]][0] for file in files if file["sha256"] in found}
    for file in files:
        if file["sha256"] in found:
            yield file, "yes", found[file["sha256"]][0]
            continue
        alike = next((path for path in sorted(left) if path.match(glob.escape(file["file"]).replace("[*]", "*"))), None)
        left -= {alike} if alike else set()
        yield file, "changed" if alike else "gone", alike
