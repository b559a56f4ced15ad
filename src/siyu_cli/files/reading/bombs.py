"""Limits that keep a small file from filling the memory, and the errors when one is passed.

A zip says how large its members are, and it may lie. Deflate never yields more than 1,032 bytes per byte, so
what is small when packed is inflated in full and counted (a chunk at a time, nothing kept); of a large member
only the beginning is, unless it inflates much better than the zip says: then all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from zipfile import ZipInfo

from siyu_cli.errors import InputError, Where
from siyu_cli.files.reading.content import Content

MIB = 1 << 20
MAX_MEMBERS = 10_000  # a workbook has dozens, a month of daily exports has hundreds
MAX_DIRECTORY_BYTES = 16 * MIB  # 10,000 members with the longest names anyone uses
MAX_BYTES = 4096 * MIB  # unpacked; a sheet filled to Excel's last row with 80 columns has 3.5 GB of XML
MAX_RATIO = 200  # sheets pack 8 to 20 times, the same row a million times packs 100 times
RATIO_MATTERS_FROM = 100 * MIB  # below this no ratio does harm
WALK_PACKED_BYTES = 1 * MIB  # inflating this much takes some 20 ms
WALK_BYTES = 64 * MIB
MISMATCH = 4  # times better than the zip says: then it is not the beginning of the same text

# The reader holds a sheet's whole rectangle, 32 bytes a cell, empty ones too: 3.2 GB at this limit.
MAX_CELLS = 100_000_000
MOST_IN_A_CORNER = 8_000_000  # half of what an .xls can hold, when next to nothing of it is there
MAX_COLUMNS = 16_384  # Excel's own
MAX_ROWS = 1_048_576  # Excel's own
# Arrow holds at most 2 GiB in a text column, and a shared string is copied into every cell that names it.
MAX_TEXT_BYTES = 2047 * MIB
LONG_TEXT_BYTES = 2048  # shorter strings cannot blow up: naming one takes 20 bytes of XML itself

_HINT = "If you trust it, unpack it or open it in Excel or WPS, and save the table anew."
_STRAY = "A stray value far below or far right is the usual cause: delete the empty rows and columns around."


def refuse_declared(content: Content, members: Sequence[ZipInfo]) -> None:
    """Raise InputError when a zip says itself that it unpacks to more than is sane."""
    if len(members) > MAX_MEMBERS:
        raise too_many_members(content)
    unpacked = sum(member.file_size for member in members)
    # Members may share the same packed bytes, so the file's own size counts too.
    packed = max(1, min(content.size, sum(member.compress_size for member in members)))
    if unpacked > MAX_BYTES or (unpacked > RATIO_MATTERS_FROM and unpacked / packed > MAX_RATIO):
        raise InputError(
            "{file} would unpack from {packed} to {unpacked} MB: refused, it looks like a zip bomb.",
            hint=_HINT, where=content.where, file=content.file,
            packed=round(packed / MIB, 1), unpacked=round(unpacked / MIB),
        )  # fmt: skip


def too_many_members(content: Content) -> InputError:
    """Return the error for a zip of more files than anyone exports."""
    return InputError(
        "{file} holds more than {most} files: refused.", hint="Pack only the exports themselves.",
        where=content.where, file=content.file, most=MAX_MEMBERS,
    )  # fmt: skip


def false_size(content: Content, member: ZipInfo) -> InputError:
    """Return the error for a member that unpacks to more than the zip says."""
    return InputError(
        "{file} is refused: {member} unpacks to more than the zip says, like a zip bomb.",
        hint=_HINT, where=content.where, file=content.file, member=member.filename,
    )  # fmt: skip


def refuse_area(content: Content, sheet: str | None, rows: int, columns: int, most: int = MAX_CELLS) -> None:
    """Raise InputError when a sheet's rectangle, however empty, would not fit the memory."""
    is_beyond = rows > MAX_ROWS or columns > MAX_COLUMNS
    if not is_beyond and rows * columns <= most:
        return
    raise InputError(
        "{file}: a sheet has a value in row {rows} or column {columns}, where no sheet reaches."
        if is_beyond
        else "{file}: a sheet reaches to row {rows}, column {columns}: too large to read.",
        hint=_HINT if is_beyond else _STRAY, where=Where(file=content.file, sheet=sheet),
        file=content.file, rows=rows, columns=columns,
    )  # fmt: skip


def refuse_text(content: Content, sheet: str, size: int) -> None:
    """Raise InputError when a sheet's strings, written out cell by cell, would not fit the memory."""
    if size > MAX_TEXT_BYTES:
        raise InputError(
            "{file}, sheet {sheet}, repeats long texts {unpacked} MB long: too large to read.",
            hint="Export fewer rows at a time, or as .csv.", where=Where(file=content.file, sheet=sheet),
            file=content.file, sheet=sheet, unpacked=round(size / MIB),
        )  # fmt: skip
