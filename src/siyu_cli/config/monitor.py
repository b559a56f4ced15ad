"""The settings of ``siyu monitor``: how often it may ring for nothing, and whose public holidays the shop keeps.

Importing this module costs pydantic.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from siyu_cli.config.sections import StrictModel, Text, _no_flag, said


def _known_country(code: str) -> str:
    from holidays.utils import list_supported_countries

    country, _dash, part = code.partition("-")
    known = list_supported_countries()
    if country not in known or (part and part not in known[country]):
        raise ValueError("not a country")
    return code


_Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,4})?$"), AfterValidator(_known_country)]


class MonitorSettings(StrictModel):
    """``[monitor]``: how rarely it rings, and on which days it does not look."""

    false_alarms_per_month: Annotated[float, BeforeValidator(_no_flag), Field(gt=0, le=1_000, allow_inf_nan=False)] = (
        said(
            1.0,
            "How many alarms a month all figures together may ring while nothing changes: it sets the limits.",
            "Allowed: a number above 0, such as 1 or 0.5.",
        )
    )
    notify: tuple[Text, ...] = said(
        (),
        "Where to tell of alarms, as Apprise URLs; --notify adds to them.",
        'Allowed: a list of addresses, such as ["wecombot://KEY"].',
        example='["wecombot://BOTKEY"]',
    )
    country: _Country = said(
        "CN",
        "Whose public holidays are neither judged nor learned from; 618, Double 11 and the Spring Festival are CN's.",
        "Allowed: the two letters of a country, such as CN or GB, perhaps with a part of it, such as GB-ENG.",
    )
