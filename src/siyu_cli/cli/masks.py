"""Masks: how personal values look on a screen, in a log, and in the lists staff pass around."""

from __future__ import annotations

import re

_MOBILE = re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)")
_NAME = re.compile(r"[\u4e00-\u9fff·]{2,12}")  # no export numbers its members in Chinese characters
_EMAIL = re.compile(r"\b([\w.+-])[\w.+-]*@[\w-]+(?:\.[\w-]+)+")


def mask_phone(phone: str | None) -> str:
    """Return ``138****8000``; a number of another length keeps its last two digits at most.

    >>> mask_phone("13812348000")
    '138****8000'
    """
    if not phone or "*" in phone:
        return phone or ""
    if _MOBILE.fullmatch(phone):
        return f"{phone[:3]}****{phone[-4:]}"
    return "****" + (phone[-2:] if len(phone) > 6 else "")


def mask_name(name: str | None) -> str:
    """Return the first character and two stars, whatever the length: ``王**``."""
    return f"{name.strip()[:1]}**" if name and name.strip() else ""


def mask_account(account: str | None) -> str:
    """Return ``a***@…`` for an address, ``a***`` for any other account name."""
    if not account:
        return ""
    return f"{account[:1]}***@…" if "@" in account else f"{account[:1]}***"


def mask_text(text: str | None) -> str:
    """Return ``text`` with every mobile number and e-mail address in it masked."""
    masked = _MOBILE.sub(r"\1****\2", text or "")
    return _EMAIL.sub(r"\1***@…", masked)


def mask_key(key: str | None) -> str:
    """Return a member's key as it is shown: phones and addresses masked, and names that had to serve as one.

    >>> mask_key("name:王小明"), mask_key("M001"), mask_key("13812348000")
    ('王**', 'M001', '138****8000')
    """
    if key and (key.startswith("name:") or _NAME.fullmatch(key)):
        return mask_name(key.removeprefix("name:"))
    return mask_text(key)


MASKS = {
    "phone": mask_phone,
    "receiver_phone": mask_phone,
    "name": mask_name,
    "nickname": mask_name,
    "account": mask_account,
}


def mask_value(key: str, value: str | None) -> str:
    """Return ``value`` as the column ``key`` of a table is shown on a screen."""
    return MASKS.get(key, mask_text)(value)
