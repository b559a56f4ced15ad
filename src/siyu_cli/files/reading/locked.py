"""Workbooks that only open with a password, unlocked in memory: the plain bytes never touch the disk."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO

from siyu_cli.errors import InputError
from siyu_cli.files.reading.archive import damaged, no_password, wrong_password
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
    from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError

    try:
        with content.open() as stream:
            office = _office_file(content, stream)
            if office is None or not office.is_encrypted():
                return content
            if password is not None:
                with suppress(InvalidKeyError):
                    return in_memory(content.file, _decrypt(office, password))
            return in_memory(content.file, _decrypt(office, _EXCELS_OWN))
    except InvalidKeyError as error:
        raise (wrong_password(content) if password else no_password(content)) from error
    except DecryptionError as error:
        raise InputError(
            "{file} is encrypted in a way siyu cannot open: {problem}.",
            hint="Open it in Excel, remove the password and save it again.",
            where=content.where, file=content.file, problem=str(error).rstrip("."),
        ) from error  # fmt: skip
    except FileFormatError as error:
        raise InputError(
            "{file} is an Office file without sheets, or damaged.",
            hint="Open it in Excel or WPS and save it as .xlsx or .csv.",
            where=content.where, file=content.file,
        ) from error  # fmt: skip
    except InputError:
        raise
    except Exception as error:
        # These parsers fail in as many ways as a file can be broken: struct, index, key, assertion.
        raise damaged(content, error) from error


def _office_file(content: Content, stream: BinaryIO) -> BaseOfficeFile | None:
    """Return the parsed container; None for a workbook so old that only the sheet reader knows it."""
    import msoffcrypto
    import olefile  # type: ignore[import-untyped]  # msoffcrypto stands on it

    with olefile.OleFileIO(stream) as container:
        if not container.exists("EncryptionInfo") and not container.exists("Workbook"):
            if container.exists("Book"):
                return None
            raise InputError(
                "{file} is an Office file without sheets, or damaged.",
                hint="Open it in Excel or WPS and save it as .xlsx or .csv.",
                where=content.where, file=content.file,
            )  # fmt: skip
    return msoffcrypto.OfficeFile(stream)


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


def locked_for_good(content: Content) -> InputError:
    """Return the error for a workbook locked in a way of old that no password given here opens."""
    return InputError(
        "{file} is protected by a password.", hint="Open it in Excel, remove the password and save it again.",
        where=content.where, file=content.file,
    )  # fmt: skip
