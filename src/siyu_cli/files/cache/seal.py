"""Parquet that only its shop can read: encrypted and authenticated whole, footer included (AES-GCM).

Cleaned tables hold phones and names. Without the key beside them they are noise to whoever copies, searches or backs up
the folder, and a table that was damaged, changed or brought from another shop does not open.
"""

from __future__ import annotations

import os
import secrets
from base64 import b64decode, b64encode
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siyu_cli.private import make_private

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow.dataset import Dataset

_KEY_BYTES, _NONCE_BYTES = 16, 12


class UnsealedError(Exception):
    """A file is not what this shop sealed."""


class Seal:
    """Writes and reads sealed tables with one key of 128 bits."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def __repr__(self) -> str:
        return "Seal(…)"

    def write(self, rows: pa.Table, path: Path) -> None:
        """Write a table, 0600."""
        from pyarrow import parquet
        from pyarrow.parquet.encryption import EncryptionConfiguration

        keys = EncryptionConfiguration(
            footer_key="shop", uniform_encryption=True, double_wrapping=False, data_key_length_bits=8 * _KEY_BYTES
        )
        sealing = self._factory().file_encryption_properties(self._connection(), keys)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123
            parquet.write_table(rows, file, compression="zstd", encryption_properties=sealing)
        make_private(path)

    def read(self, sealed: pa.Buffer) -> pa.Table:
        """Return the table of a sealed file's bytes; ``UnsealedError`` where they are damaged or another key's."""
        import pyarrow as pa
        from pyarrow import parquet

        opening = self._factory().file_decryption_properties(self._connection())
        try:
            return parquet.read_table(pa.BufferReader(sealed), decryption_properties=opening)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise UnsealedError from error

    def dataset(self, sealed: pa.Buffer) -> Dataset:
        """Return a table of which only the columns asked for are read, each time they are."""
        from pyarrow.dataset import (
            FileSystemDataset,
            ParquetDecryptionConfig,
            ParquetFileFormat,
            ParquetFragmentScanOptions,
        )
        from pyarrow.parquet.encryption import DecryptionConfiguration

        opening = ParquetDecryptionConfig(self._factory(), self._connection(), DecryptionConfiguration())
        scanning = ParquetFragmentScanOptions(decryption_config=opening)
        form = ParquetFileFormat(default_fragment_scan_options=scanning)
        fragment = form.make_fragment(sealed)
        return FileSystemDataset([fragment], fragment.physical_schema, form)

    def _factory(self) -> Any:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        from pyarrow.parquet.encryption import CryptoFactory, KmsClient

        shops = AESGCM(self._key)

        class Wrapped(KmsClient):  # type: ignore[misc]
            """Each file has a key of its own, and the shop's key seals that."""

            def __init__(self, _config: object) -> None:
                KmsClient.__init__(self)

            def wrap_key(self, key: bytes, _name: str) -> str:
                nonce = secrets.token_bytes(_NONCE_BYTES)
                return b64encode(nonce + shops.encrypt(nonce, key, None)).decode("ascii")

            def unwrap_key(self, wrapped: bytes, _name: str) -> bytes:
                sealed = b64decode(wrapped)
                try:
                    return shops.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)
                except InvalidTag as error:
                    raise ValueError("sealed with another key") from error

        return CryptoFactory(Wrapped)

    def _connection(self) -> Any:
        from pyarrow.parquet.encryption import KmsConnectionConfig

        return KmsConnectionConfig()


def open_seal(path: Path) -> Seal:
    """Return the seal of the key in a file, which is made if need be; a key that is none is replaced by a new one."""
    key = _read(path)
    if key is None:
        with suppress(FileNotFoundError):
            path.unlink()
        with (
            suppress(FileExistsError),
            open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file,  # noqa: PTH123
        ):
            file.write(secrets.token_hex(_KEY_BYTES) + "\n")
        make_private(path)
        key = _read(path)
    return Seal(key or secrets.token_bytes(_KEY_BYTES))


def _read(path: Path) -> bytes | None:
    with suppress(FileNotFoundError, ValueError):
        key = bytes.fromhex(path.read_text("ascii").strip())
        return key if len(key) == _KEY_BYTES else None
    return None
