"""A workbook without the time it was written at: equal results have equal bytes, whenever they are written."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

_PART = "docProps/core.xml"
_DATES = re.compile(rb"<dcterms:(created|modified)[^>]*>[^<]*</dcterms:\1>")


def remove_dates(workbook: Path) -> None:
    """Take the dates of creation and change out of a workbook that was just written; both may be absent.

    The part they stand in is among the last ones: it and what follows are written anew, nothing before is touched.
    """
    with zipfile.ZipFile(workbook, "a") as package:
        start = package.getinfo(_PART).header_offset
        last = [(part, package.read(part)) for part in package.infolist() if part.header_offset >= start]
        for part, _ in last:
            package.filelist.remove(part)
            del package.NameToInfo[part.filename]
        package.start_dir = start
        for part, content in last:
            fresh = zipfile.ZipInfo(part.filename, part.date_time)
            package.writestr(fresh, _DATES.sub(b"", content), zipfile.ZIP_DEFLATED)
