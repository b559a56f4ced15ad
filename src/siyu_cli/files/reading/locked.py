"""Workbooks that only open with a password, unlocked in memory: the plain bytes never touch the disk."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import TYPE_CHECKING

from siyu_cli.errors import InputError
from siyu_cli.files.reading.archive import damaged, no_password, wrong_password
from siyu_cli.files.reading.biff_records import is_locked
from siyu_cli.files.reading.content import Content, in_memory

if TYPE_CHECKING:
    from msoffcrypto.format.base import BaseOfficeFile

# What Excel itself locks a workbook with when it is only "recommended read-only" (MS-OFFCRYPTO 2.4.2.3).
_EXCELS_OWN = "VelvetSweatshop"
_MAX_SPINS = 10_000_000  # the most the standard allows; each costs a hash


def unlock(content: Content, password: str | None) -> Content:
    """Return the workbook in an OLE file (old .xls, or any locked workbook) ready to be read.

    An unlocked .xls comes back as it is. InputError when a password is missing or wrong, or the file is
    another Office document; DataError when it is damaged.
    """
    import msoffcrypto
    from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError

    book = _old_workbook(content)
    if book is not None and not is_locked(book):
        return content
    try:
        with content.open() as stream:
            office = msoffcrypto.OfficeFile(stream)
            if not office.is_encrypted():
                return content
            if password is not None:
                with suppress(InvalidKeyError):
                    return in_memory(content.file, _decrypt(office, password))
            return in_memory(content.file, _decrypt(office, _EXCELS_OWN))
    except InvalidKeyError as error:
        raise (wrong_password(content) if password else no_password(content)) from error
    except DecryptionError as error:
        raise _locked_for_good(content) from error
    except Exception as error:
        # These parsers fail in as many ways as a file can be broken: struct, index, key, assertion. Of workbooks
        # before Excel 97 they know nothing.
        if book is not None:
            raise _locked_for_good(content) from error
        is_other = isinstance(error, FileFormatError)
        raise (_no_workbook(content) if is_other else damaged(content, error)) from error


def _old_workbook(content: Content) -> bytes | None:
    """Return the stream of an .xls; None for a locked workbook of later years, InputError for other documents."""
    import olefile  # type: ignore[import-untyped]  # msoffcrypto stands on it

    try:
        with content.open() as stream, olefile.OleFileIO(stream) as container:
            name = next((name for name in ("Workbook", "Book") if container.exists(name)), None)
            if name is not None:
                data: bytes = container.openstream(name).read()
                return data
            if container.exists("EncryptionInfo"):
                return None
    except Exception as error:  # it fails in as many ways as a file can be broken
        raise damaged(content, error) from error
    raise _no_workbook(content)


def _no_workbook(content: Content) -> InputError:
    return InputError(
        "{file} is an Office file without sheets, or damaged.",
        hint="Open it in Excel or WPS and save it as .xlsx or .csv.",
        where=content.where, file=content.file,
    )  # fmt: skip


def _decrypt(office: BaseOfficeFile, password: str) -> bytes:
    from msoffcrypto.exceptions import DecryptionError
    from msoffcrypto.format.ooxml import OOXMLFile

    if isinstance(office, OOXMLFile):
        info = getattr(office, "info", None) or {}
        if info.get("spinValue", 0) > _MAX_SPINS:
            raise DecryptionError("its key needs too many rounds")
        office.load_key(password=password, verify_password=True)
    else:
        office.load_key(password=password)
    plain = io.BytesIO()
    office.decrypt(plain)
    return plain.getvalue()


def _locked_for_good(content: Content) -> InputError:
    """Return the error for a workbook locked in a way of old that no password given here opens."""
    return InputError(
        "{file} is protected by a password.", hint="Open it in Excel, remove the password and save it again.",
        where=content.where, file=content.file,
    )  # fmt: skip
