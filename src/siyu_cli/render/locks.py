"""Files that open with a password or a key only: a workbook's own encryption, or age."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from siyu_cli.errors import OutputError, UsageError

PASSWORD, AGE = "password", "age"
_HINT = "Write --encrypt password, or an age recipient such as age1…."


@dataclass(frozen=True)
class Lock:
    """How the files of an export are locked: its kind, what their names end in besides, what locks their bytes."""

    kind: str
    suffix: str = ""
    seal: Callable[[bytes], bytes] = field(default=bytes, repr=False)

    def put_on(self, path: Path) -> None:
        """Lock a file where it lies; it keeps its mode."""
        locked = self.seal(path.read_bytes())
        with path.open("r+b") as file:
            file.truncate()
            file.write(locked)


def lock_of(how: str, password: str | None) -> Lock:
    """Return the lock that was asked for; ``UsageError`` where it cannot be made."""
    if how == PASSWORD:
        if not password:
            raise UsageError(
                "--encrypt password needs the password.",
                hint="Put it into a variable and name that: --password-env NAME.",
            )
        return Lock(PASSWORD, seal=lambda content: _workbook(content, password))
    if how.startswith("age1"):
        return Lock(AGE, ".age", _age(how))
    raise UsageError("--encrypt says neither password nor to whom.", hint=_HINT)  # it may be a password itself


def _workbook(content: bytes, password: str) -> bytes:
    from msoffcrypto.format.ooxml import OOXMLFile

    locked = io.BytesIO()
    OOXMLFile(io.BytesIO(content)).encrypt(password, locked)
    if locked.tell() == 0:  # it says nothing where it could not
        raise OutputError("The workbook could not be locked.")
    return locked.getvalue()


def _age(recipient: str) -> Callable[[bytes], bytes]:
    try:
        import pyrage
    except ImportError as error:
        hint = "Run pip install 'siyu-cli[age]'."
        raise UsageError("age needs a package that is not installed.", hint=hint) from error
    try:
        whom = pyrage.x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError as error:
        raise UsageError("{recipient} is no age recipient.", hint=_HINT, recipient=recipient) from error
    return lambda content: bytes(pyrage.encrypt(content, [whom]))
