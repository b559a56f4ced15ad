"""What a phone or an e-mail becomes in a list: digits, a country code before them, a hash; each as one place asks.

The same phone has three texts that are hashed; vectors stand in docs/export.md. A hash of a phone is reversed by trying
all phones there are: a file of hashes is personal information as well.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping

_PHONE = re.compile(r"^(?:\+|00)?(?:86)?[ -]?(1[3-9][0-9])[ -]?([0-9]{4})[ -]?([0-9]{4})$")
_EMAIL = re.compile(r"^[^@\s*]+@[^@\s*]+\.[^@\s*.]+$")


def plain_phone(text: str | None) -> str | None:
    """Return the 11 digits of a mobile number of the mainland, None for anything else: a masked phone is no key.

    >>> plain_phone("+86 138-0013-8000"), plain_phone("138****8000")
    ('13800138000', None)
    """
    found = _PHONE.match((text or "").strip())
    return "".join(found.groups()) if found else None


def plain_email(text: str | None) -> str | None:
    """Return an e-mail as it is hashed, without blanks and in small letters; None for anything else.

    >>> plain_email(" Li.Lei@Example.com ")
    'li.lei@example.com'
    """
    plain = (text or "").strip().lower()
    return plain if _EMAIL.match(plain) else None


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


# How a column writes what it holds: of 11 digits of a phone, of an e-mail, of any text.
FORMS: Mapping[str, Callable[[str], str]] = {
    "text": str,
    "digits": str,
    "digits86": lambda digits: f"86{digits}",
    "plus86": lambda digits: f"+86{digits}",
    "md5": _md5,
    "sha256": _sha256,
    "sha256_86": lambda digits: _sha256(f"86{digits}"),
    "sha256_plus86": lambda digits: _sha256(f"+86{digits}"),
}
OF_PHONES = ("digits", "digits86", "plus86", "md5", "sha256", "sha256_86", "sha256_plus86")
OF_EMAILS = ("text", "sha256")
