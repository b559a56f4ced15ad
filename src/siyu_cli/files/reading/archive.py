"""Zip files: their directory, their members as inputs of their own, and what they really inflate to."""

from __future__ import annotations

import posixpath
import struct
import zipfile
import zlib
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import PurePosixPath
from typing import BinaryIO

from siyu_cli.errors import DataError, InputError, Where
from siyu_cli.files.reading import bombs
from siyu_cli.files.reading.content import Content, in_memory, printable

_CHUNK = 1 << 20
_ENCRYPTED = 0x1
_UTF8_NAME = 0x800
_AES = 99
_INFLATED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # of the others zipfile reads no more than is declared
_METHODS = (*_INFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_FOREIGN = {
    6: "Implode",
    9: "Deflate64",
    93: "Zstandard",
    94: "MP3",
    95: "XZ",
    96: "JPEG",
    97: "WavPack",
    98: "PPMd",
}
_JUNK = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")


def directory(content: Content) -> list[zipfile.ZipInfo]:
    """Return the members of a zip, its declared sizes checked; DataError when it is cut off."""
    try:
        with content.open() as stream:
            _refuse_long_directory(content, stream)
            with zipfile.ZipFile(stream) as archive:
                members = archive.infolist()
    except (zipfile.BadZipFile, struct.error, UnicodeDecodeError, NotImplementedError, OSError) as error:
        raise damaged(content, error) from error
    bombs.refuse_declared(content, members)
    return members


def damaged(content: Content, error: BaseException) -> DataError:
    """Return the error for a zip or workbook that is cut off or broken inside, told in words of our own."""
    is_packing = isinstance(error, zipfile.BadZipFile | zlib.error)
    return DataError(
        "{file} is damaged or was cut off: it cannot be unpacked."
        if is_packing
        else "{file} is damaged or was cut off.",
        hint="Export or download it again.", where=content.where, file=content.file,
    )  # fmt: skip


def damaged_sheet(content: Content, sheet: str, row: int | None = None) -> DataError:
    """Return the error for a sheet that cannot be believed, from the row on that is named."""
    return DataError(
        "{file}, sheet {sheet}, is damaged or was cut off in row {row}."
        if row
        else "{file}, sheet {sheet}, is damaged or was cut off.",
        hint="Open it in Excel or WPS and save it again as .xlsx.",
        where=Where(file=content.file, sheet=sheet, row=row), file=content.file, sheet=sheet, row=row,
    )  # fmt: skip


def parts(content: Content) -> dict[str, zipfile.ZipInfo]:
    """Return the members of a workbook by part name: some writers use backslashes, and case does not count."""
    return {part_name(member.filename): member for member in directory(content)}


def part_name(name: str) -> str:
    """Return a part's name in the one form that is compared.

    >>> part_name("/xl\\\\Workbook.xml")
    'xl/workbook.xml'
    """
    return posixpath.normpath(name.replace("\\", "/").lower()).lstrip("/")


def stream(content: Content, name: str) -> Iterator[bytes]:
    """Yield a part of a workbook, a megabyte at a time; DataError when it is missing or broken."""
    members = parts(content)
    try:
        if name not in members:
            raise zipfile.BadZipFile(f"{name} is missing")
        with content.open() as file, zipfile.ZipFile(file) as archive, archive.open(members[name]) as member:
            while chunk := member.read(_CHUNK):
                yield chunk
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise damaged(content, error) from error


@contextmanager
def opened(content: Content, password: str | None) -> Iterator[tuple[list[Content], list[str]]]:
    """Yield the files in a zip as contents named ``outer.zip/inner.csv``, and the names to be left alone.

    They can be read until the block ends. Nothing is written to disk, so names that climb out of their folder do
    no harm; they are shown without the climbing. Links are left alone. InputError when a password is missing or wrong.
    """
    entries = directory(content)
    with content.open() as stream, zipfile.ZipFile(stream) as archive:  # once for all: it reads the whole directory
        yield _members(content, archive, entries, password)


def _members(
    content: Content, archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], password: str | None
) -> tuple[list[Content], list[str]]:
    found, ignored = [], []
    for member in entries:
        name = shown_name(member)
        if member.is_dir() or any(part in _JUNK or part.startswith("._") for part in name.split("/")):
            continue
        is_link = (member.external_attr >> 16) & 0o170000 == 0o120000
        if is_link or member.file_size == 0 or not PurePosixPath(name).name:
            ignored.append(name)
            continue
        file = f"{content.file}/{name}"
        if member.flag_bits & _ENCRYPTED or member.compress_type == _AES:
            found.append(in_memory(file, _decrypt(content, member, file, password)))
            continue
        if member.compress_type in _INFLATED:
            deque(inflate(content, member), maxlen=0)
        found.append(Content(file, member.file_size, partial(_open_member, content, archive, member)))
    return found, ignored


def shown_name(member: zipfile.ZipInfo) -> str:
    """Return a member's name as its maker meant it.

    Windows zips hold GBK names without saying so, which Python decodes as code page 437.
    """
    name = member.filename
    if not member.flag_bits & _UTF8_NAME and not name.isascii():
        try:
            name = name.encode("cp437").decode("gb18030")
        except UnicodeError:
            name = member.filename
    parts = name.replace("\\", "/").split("/")
    is_climb = {"", ".", ".."}
    return "/".join(printable(part) for part in parts if part not in is_climb and not part.endswith(":"))


def _open_member(content: Content, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> BinaryIO:
    if member.compress_type not in _METHODS:
        raise InputError(
            "{file}: {member} is packed with {method}, which siyu does not open.",
            hint="Unpack it first, or pack it anew as a plain .zip.", where=content.where, file=content.file,
            member=shown_name(member), method=_FOREIGN.get(member.compress_type, str(member.compress_type)),
        )  # fmt: skip
    try:
        return archive.open(member)  # type: ignore[return-value]
    except (zipfile.BadZipFile, NotImplementedError, OSError) as error:
        raise damaged(content, error) from error


def _decrypt(content: Content, member: zipfile.ZipInfo, file: str, password: str | None) -> bytes:
    if password is None:
        raise no_password(content)
    try:
        # Archivers on Chinese Windows turn the password into GBK.
        with suppress(RuntimeError, zipfile.BadZipFile, zlib.error):
            return _read_locked(content, member, password.encode("gb18030"))
        return _read_locked(content, member, password.encode())
    except NotImplementedError as error:
        raise InputError(
            "{file} is encrypted in a way siyu cannot open.", hint="Unpack it first, or pack it without AES.",
            where=content.where, file=file,
        ) from error  # fmt: skip
    except (RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        # ZipCrypto lets one wrong password in 256 through to the checksum.
        raise wrong_password(content) from error


def _read_locked(content: Content, member: zipfile.ZipInfo, password: bytes) -> bytes:
    with content.open() as stream, zipfile.ZipFile(stream) as archive:
        return archive.read(member, pwd=password)


def no_password(content: Content) -> InputError:
    """Return the error for a locked file that came without a password."""
    return InputError(
        "{file} is protected by a password.",
        hint="Put the password into an environment variable and name it: --password-env NAME",
        where=content.where, file=content.file,
    )  # fmt: skip


def wrong_password(content: Content) -> InputError:
    """Return the error for a locked file the given password does not open."""
    return InputError(
        "The password does not open {file}.",
        hint="Check the variable named by --password-env; all files of one run share one password.",
        where=content.where, file=content.file,
    )  # fmt: skip


def inflate(content: Content, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield the inflated bytes of a member, as far as bombs.py wants them seen.

    All of it when it is packed small or inflates better than declared, else the beginning. InputError as soon
    as it is longer than the zip says: zipfile itself would stop at the declared size and see nothing.
    """
    declared_ratio = member.file_size / max(1, member.compress_size)
    packed = unpacked = checksum = 0
    try:
        for used, chunk in _raw_chunks(content, member):
            packed, unpacked, checksum = used, unpacked + len(chunk), zlib.crc32(chunk, checksum)
            if unpacked > member.file_size:
                raise bombs.false_size(content, member)
            yield chunk
            seen_enough = packed >= bombs.WALK_PACKED_BYTES or unpacked >= bombs.WALK_BYTES
            if seen_enough and unpacked / max(1, packed) <= bombs.MISMATCH * declared_ratio:
                return
        if checksum != member.CRC:
            raise zlib.error(f"{member.filename} is not what was packed")
    except (zlib.error, struct.error, OSError) as error:
        raise damaged(content, error) from error


def _raw_chunks(content: Content, member: zipfile.ZipInfo) -> Iterator[tuple[int, bytes]]:
    """Yield (packed bytes used so far, inflated chunk) straight from the file, whatever the header says."""
    with content.open() as stream:
        stream.seek(member.header_offset + 26)
        name_length, extra_length = struct.unpack("<HH", stream.read(4))
        stream.seek(name_length + extra_length, 1)
        left = member.compress_size
        if member.compress_type == zipfile.ZIP_STORED:
            while left > 0 and (chunk := stream.read(min(left, _CHUNK))):
                left -= len(chunk)
                yield member.compress_size - left, chunk
            return
        if member.compress_type != zipfile.ZIP_DEFLATED:
            raise OSError(f"compression method {member.compress_type} of {member.filename}")
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        while left > 0 and not inflater.eof and (data := stream.read(min(left, _CHUNK // 4))):
            left -= len(data)
            while data and not inflater.eof:
                chunk = inflater.decompress(data, _CHUNK)
                data = inflater.unconsumed_tail
                yield member.compress_size - left - len(data), chunk


def _refuse_long_directory(content: Content, stream: BinaryIO) -> None:
    """Look at the directory's length before zipfile builds an object for each of its entries."""
    stream.seek(max(0, content.size - 65_557))
    tail = stream.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 22:
        return
    length = struct.unpack_from("<I", tail, end + 12)[0]
    wide = tail.rfind(b"PK\x06\x06", 0, end)
    if length == 0xFFFFFFFF and wide >= 0 and len(tail) >= wide + 48:
        length = struct.unpack_from("<Q", tail, wide + 40)[0]
    if length > bombs.MAX_DIRECTORY_BYTES:
        raise bombs.too_many_members(content)
    stream.seek(0)
