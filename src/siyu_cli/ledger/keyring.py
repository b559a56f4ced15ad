"""The shop's own key, and the marks it makes: a member's keyed hash, the same in every run, of no use without the key.

The key lies in ``.siyu/key`` (0600). A team that shares a database shares the key as well: copy the file.

How a mark is made stands in ``marking``. A ledger keeps to the way it began with: marks cannot be made anew.
"""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa

from siyu_cli.errors import DataError, Where
from siyu_cli.ledger.contact_tables import KEYS
from siyu_cli.ledger.database import told_as_ours
from siyu_cli.ledger.marking import Kind, Scheme, Texts, marker
from siyu_cli.ledger.trial import trial_folder
from siyu_cli.private import make_private

_BYTES = 32
_SCHEME: Scheme = "aes-cmac"  # of ledgers that begin now


class Keyring:
    """Makes marks with one key."""

    def __init__(self, key: bytes, scheme: Scheme = _SCHEME) -> None:
        self._key, self._scheme = key, scheme
        self._markers: dict[Kind, Callable[[Texts], bytes]] = {}

    def __repr__(self) -> str:
        return "Keyring(…)"

    def mark(self, kind: Kind, text: str) -> str:
        """Return the keyed hash of a text of a kind, 32 hexadecimal digits.

        >>> Keyring(b"k").mark("phone", "13800138000") == Keyring(b"k").mark("member", "13800138000")
        False
        """
        return self.marks(kind, [text]).hex()

    def marks(self, kind: Kind, texts: Texts) -> bytes:
        """Return the marks of many, one after the other, 16 bytes each; ``NOBODY`` for no text."""
        if kind not in self._markers:
            self._markers[kind] = marker(self._scheme, self._key, kind)
        return self._markers[kind](texts)

    def seal(self, text: str) -> str:
        """Return the keyed hash of an entry of the chain, 64 hexadecimal digits."""
        return hmac.new(self._key, b"audit\0" + text.encode(), "sha256").hexdigest()

    def sealing(self) -> hmac.HMAC:
        """Return a keyed hash to be fed with all that one export left in the tables."""
        return hmac.new(self._key, b"export\0", "sha256")


def open_keyring(connection: sa.Connection, folder: Path) -> Keyring:
    """Return the keyring of a ledger; the first time a key is made. ``DataError`` where the key is gone or another."""
    path = folder / "key"
    row = connection.execute(sa.select(KEYS.c.fingerprint, KEYS.c.scheme)).first()
    known = row.fingerprint if row else None
    with told_as_ours(path):
        key = _read(path)
        if key is None and known is None:
            key = _make(path) if trial_folder() is None else secrets.token_bytes(_BYTES)
    ring = Keyring(key or b"", row.scheme if row else _SCHEME)
    fingerprint = ring.seal("fingerprint")
    if known is None and key is not None:
        connection.execute(KEYS.insert(), {"fingerprint": fingerprint, "scheme": _SCHEME})
    elif key is None or known != fingerprint:
        raise DataError(
            "{file} is not the key this ledger was written with: nobody in it could be told from others.",
            hint="Put back the copy of it, or the one of the colleague who keeps the same ledger.",
            where=Where(file=str(path)), file=path,
        )  # fmt: skip
    return ring


def _read(path: Path) -> bytes | None:
    try:
        text = path.read_text("ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return None
    with suppress(ValueError):
        return bytes.fromhex(text)
    return None


def _make(path: Path) -> bytes:
    """Write a new key, whole or not at all; another process may have been faster."""
    if path.exists():
        return b""
    temporary = path.with_name(f".key-{secrets.token_hex(6)}.tmp")
    try:
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:  # noqa: PTH123
            file.write(secrets.token_hex(_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        make_private(temporary)
        with suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return _read(path) or b""
