"""The sections of siyu.toml about contacting members: how often, on what basis, what must be on record before.

Importing this module costs pydantic.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from siyu_cli.config.sections import StrictModel, Text, _Count, _Days, said

_HOURS = re.compile(r"((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d|24:00)")


def _hours(text: str) -> str:
    found = _HOURS.fullmatch(text)
    if found is None or found[1] >= found[2]:
        raise ValueError("not two times of one day")
    return text


class ContactSettings(StrictModel):
    """``[contacts]``: how often a member may be contacted, what the law wants on record before a list leaves."""

    max_contacts: Annotated[_Count, Field(ge=1)] = said(
        4,
        "A member is contacted so many times at most within contact_days, whatever the channel.",
        "Allowed: a whole number, 1 or more.",
    )
    contact_days: Annotated[_Days, Field(ge=1, le=366)] = said(
        30,
        "The days that max_contacts counts over.",
        "Allowed: a whole number of days from 1 to 366.",
    )
    quiet_days: Annotated[_Days, Field(le=366)] = said(
        3,
        "A member is left alone for so many days after a contact.",
        "Allowed: a whole number of days from 0 to 366.",
    )
    owner_quota: Annotated[_Count, Field(ge=1)] = said(
        50,
        "An employee's list for one day holds so many members at most.",
        "Allowed: a whole number, 1 or more.",
    )
    retention_days: Annotated[_Days, Field(ge=1)] = said(
        30,
        "Files of exports are to be deleted after so many days; siyu audit files lists those that still lie there.",
        "Allowed: a whole number of days, 1 or more.",
    )
    wecom_limit: Literal["month", "week", "day"] = said(
        "month",
        "How WeCom limits group sending here: month (as many as it has days), week (7) or day (1).",
        "Allowed: month, week or day.",
    )
    sms_hours: Annotated[str, AfterValidator(_hours)] = said(
        "08:00-22:00",
        "Short messages may go out between these times of the day; every export of one says so (AD-43).",
        "Allowed: two times of one day, such as 09:00-21:00.",
    )
    assessment: Text | None = said(
        None,
        "The impact assessment on record (PIPL 55); lists for others than the shop's own people need one.",
        "Allowed: a text.",
        example='"PIA-2026-03"',
    )
    abroad: Text | None = said(
        None,
        "On what basis data may leave the country (PIPL 38); without one, no list goes to platforms abroad.",
        "Allowed: a text.",
        example='"SCC filed 2026-02-11"',
    )


class ConsentBasis(StrictModel):
    """A basis other than consent for one channel: what it is, since when, and the document that says so (PIPL 13)."""

    basis: Text
    on: date
    document: Text
