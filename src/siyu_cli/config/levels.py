"""The settings of levels: the shop's rule as its announcement says it. A proposed rule is a file of the same settings.

Importing this module costs pydantic.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from siyu_cli.config.layers import key_lines, read_text
from siyu_cli.config.sections import StrictModel, Text, _Amount, _Count, _no_flag, said
from siyu_cli.toml import parse_toml

_Times = Annotated[Decimal, BeforeValidator(_no_flag), Field(ge=0, le=100, allow_inf_nan=False)]
_Part = Annotated[Decimal, BeforeValidator(_no_flag), Field(ge=0, le=1, allow_inf_nan=False)]
_AMOUNT = "Allowed: an amount, 0 or more."


class TierSettings(StrictModel):
    """One level: from which figure it is reached, which figure keeps it, what its members get."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    name: Text = said(..., "What the level is called in the exports.", "Allowed: a text.")
    from_: _Amount = Field(
        Decimal(0),
        alias="from",
        description="The figure that reaches it.",
        examples=[""],
        json_schema_extra={"hint": _AMOUNT, "template": ""},
    )
    keep: _Amount | None = said(
        None, "The figure that keeps it at a review; else the same as from.", "Allowed: an amount, at most from."
    )
    discount: _Part = said(
        Decimal(0), "The share its members pay less.", "Allowed: a share from 0 to 1, such as 0.05 for 95 %."
    )
    multiplier: _Times = said(Decimal(1), "Points for each point others get.", "Allowed: a number from 0 to 100.")
    gift: _Amount = said(Decimal(0), "What gifts cost for each member and year.", _AMOUNT)
    shipping: _Amount = said(Decimal(0), "What free shipping costs for each order.", _AMOUNT)
    lift: _Part = said(
        Decimal(0),
        "An assumption: the share by which its members would buy more for being in it.",
        "Allowed: a share from 0 to 1.",
    )


def _rising_tiers(tiers: tuple[TierSettings, ...]) -> tuple[TierSettings, ...]:
    if not tiers:
        return tiers
    names = [tier.name for tier in tiers]
    is_rising = all(low.from_ < high.from_ for low, high in pairwise(tiers))
    can_be_kept = all(tier.keep is None or tier.keep <= tier.from_ for tier in tiers)
    if len(tiers) < 2 or tiers[0].from_ or not is_rising or not can_be_kept or len({*names}) < len(names):
        raise ValueError("not tiers that rise")
    return tiers


class LevelSettings(StrictModel):
    """``[levels]``: what counts, over which days, how levels are kept and lost; ``[[levels.tiers]]`` are the levels."""

    metric: Literal["net_sales", "order_count", "order_days", "points_earned", "growth"] = said(
        "net_sales",
        "What is counted: paid less refunded, orders, days with an order, points earned, or growth.",
        "Allowed: net_sales, order_count, order_days, points_earned or growth.",
    )
    window: Literal["rolling", "calendar", "anniversary", "lifetime"] = said(
        "rolling",
        "Over which days: the last ones, the calendar year, the year since joining, or all.",
        "Allowed: rolling, calendar, anniversary or lifetime.",
    )
    days: Annotated[_Count, Field(ge=1, le=36_500)] = said(
        365, "How many days a rolling window has, both ends among them.", "Allowed: a whole number from 1 to 36500."
    )
    keep_days: Annotated[_Count, Field(ge=1, le=36_500)] | None = said(
        None,
        "A level is reviewed so many days after it was reached or kept; else one day less than the window has. "
        "By the calendar year it is the last day of the next year.",
        "Allowed: a whole number from 1 to 36500.",
        example="364",
    )
    grace_days: Annotated[_Count, Field(le=3_650)] = said(
        0,
        "For so many days after a failed review, reaching keep still renews the level.",
        "Allowed: a whole number from 0 to 3650.",
    )
    down: Literal["one", "earned", "base"] = said(
        "one",
        "Where a level falls: one below (never below what is earned), to what is earned, or to the first.",
        "Allowed: one, earned or base.",
    )
    on_refund: Literal["review", "recheck"] = said(
        "review",
        "A refund waits for the review, or is rechecked on its day.",
        "Allowed: review or recheck.",
    )
    growth_per_yuan: _Times = said(Decimal(1), "Growth for each yuan of net sales.", "Allowed: a number from 0 to 100.")
    growth_per_order: _Amount = said(Decimal(0), "Growth for each order.", _AMOUNT)
    growth_on_joining: _Amount = said(Decimal(0), "Growth on the day of joining.", _AMOUNT)
    points_per_yuan: _Times = said(
        Decimal(1), "Points for each yuan paid, before a level's multiplier.", "Allowed: a number from 0 to 100."
    )
    tiers: Annotated[tuple[TierSettings, ...], AfterValidator(_rising_tiers)] = said(
        (),
        "The levels, lowest first: name, from; keep, discount, multiplier, gift, shipping, lift where there are any.",
        "Allowed: two or more that rise: the first from 0, names that differ, keep no more than from.",
        example='[{ name = "普通" }, { name = "银卡", from = 500, keep = 300 }, { name = "金卡", from = 2000 }]',
    )


def rule_document(path: Path) -> tuple[dict[str, Any], dict[tuple[str, ...], int]]:
    """Return what a TOML file says of levels, under [levels] or bare, and the line of each key.

    ``ConfigError`` names the line of a mistake in its syntax.
    """
    text = read_text(path)
    document, lines = parse_toml(text, path), key_lines(text)
    if set(document) <= {"levels"} and isinstance(document.get("levels"), dict):
        lines = {key[1:]: line for key, line in lines.items() if key[:1] == ("levels",) and key[1:]}
        return document["levels"], lines
    return document, lines
