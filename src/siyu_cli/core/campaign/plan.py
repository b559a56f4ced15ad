"""A campaign's plan as its operator writes it: the campaign, its offers, its limits, and what answers are expected.

A workbook and a TOML file are two forms of the one model ``Plan``: either becomes a document with the place of each
value, and ``plan_of`` checks it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator

from siyu_cli.config.layers import key_lines
from siyu_cli.config.sections import StrictModel, Text, said
from siyu_cli.core.campaign.kinds import Amount, Count, Days, Share, broken
from siyu_cli.core.campaign.offer import Offer
from siyu_cli.core.campaign.plan_errors import Places, refusal
from siyu_cli.core.conditions import parse_condition
from siyu_cli.errors import ConditionError, ConfigError, InputError, Where
from siyu_cli.toml import parse_toml

LARGEST = 4_000_000  # bytes: a table of responses fits, a list of members given by mistake does not
Channel = Literal["wecom", "sms", "ads"]
ANY = "*"  # the segment of a response that holds for whoever has none of their own


class Campaign(StrictModel):
    """What the campaign is: its days, its budget, whom it is for, how many are left alone."""

    name: Text = said(..., "What the campaign is called.", "Allowed: a text.")
    starts_on: date = said(..., "Its first day.", "Allowed: a date.")
    ends_on: date = said(..., "Its last day.", "Allowed: a date, not before starts_on.")
    budget: Annotated[Amount, Field(gt=0)] = said(
        ...,
        "What may be spent: fixed fees, face values that are expected to be used, and contact.",
        "Allowed: an amount above 0.",
    )
    goal: Text | None = said(None, "What it is for, in words.", "Allowed: a text.")
    where: Text | None = said(
        None, "Whom it is for: a condition over the columns of the list.", "Allowed: a condition, as for --where."
    )
    control_share: Annotated[Share, Field(lt=1)] = said(
        0.1,
        "The share of the eligible who get nothing, so that the effect can be told.",
        "Allowed: a share from 0 to below 1, such as 0.1.",
    )
    salt: Text | None = said(None, "What the draw hangs on: the same salt draws the same members.", "Allowed: a text.")
    channels: Annotated[tuple[Channel, ...], Field(min_length=1)] = said(
        ("wecom",),
        "How members are told: by each they have agreed to, at least one of them.",
        "Allowed: one or more of wecom, sms and ads.",
    )
    horizon_days: Days = said(
        30, "Orders count for so many days from the first.", "Allowed: a whole number of days, 1 or more."
    )
    price_reason: Text | None = said(
        None,
        "Why members get different values, if they do: PIPL article 24 asks for it.",
        "Allowed: a text.",
    )

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Campaign:
        if self.ends_on < self.starts_on:
            raise broken(
                "ends_on", "{origin}: the campaign ends on {ends_on}, before it starts on {starts_on}.",
                hint="Allowed: a date, not before starts_on.",
                facts={"starts_on": self.starts_on, "ends_on": self.ends_on},
            )  # fmt: skip
        return self


class Limits(StrictModel):
    """What must not be passed, whatever it would bring; none of them holds unless it is given."""

    liability: Amount | None = said(
        None, "What it may cost if everybody used everything.", "Allowed: an amount, 0 or more."
    )
    spend_per_customer: Amount | None = said(
        None, "The most one member may be given.", "Allowed: an amount, 0 or more."
    )
    usage: Count | None = said(None, "How many offers may go out in all.", "Allowed: a whole number, 1 or more.")
    points: Count | None = said(None, "How many points may be exchanged in all.", "Allowed: a whole number, 1 or more.")
    contacts_per_member: Count | None = said(
        None, "How many contacts a member may have in contact_days.", "Allowed: a whole number, 1 or more."
    )
    contact_days: Days = said(
        30, "The days over which contacts are counted.", "Allowed: a whole number of days, 1 or more."
    )
    days_between_contacts: Days | None = said(
        None, "How long a member is left alone after a contact.", "Allowed: a whole number of days, 1 or more."
    )
    contacts_per_owner: Count | None = said(
        None, "How many members one employee can reach.", "Allowed: a whole number, 1 or more."
    )


class Response(StrictModel):
    """What is expected of one segment, for one offer: how many use it, how many would have bought without it."""

    segment: Text = said(ANY, "Whose answer this is; * is everybody else's.", "Allowed: a segment, or *.")
    offer: Text = said(..., "To which offer.", "Allowed: the name of an offer of this plan.")
    redemption_rate: Share = said(..., "How many of them will use it.", "Allowed: a share from 0 to 1, such as 0.05.")
    purchase_rate: Share = said(..., "How many of them buy without it.", "Allowed: a share from 0 to 1, such as 0.05.")
    purchase_rate_with: Share | None = said(
        None, "How many buy with it; without it, as many as use it, and no fewer than without.",
        "Allowed: a share from 0 to 1, such as 0.05.",
    )  # fmt: skip
    order_value: Amount | None = said(
        None, "What they spend when they buy; without it, what they spent so far.", "Allowed: an amount, 0 or more."
    )
    base_source: Literal["assumption", "measured"] = said(
        "assumption",
        "Whether purchase_rate and order_value were stated, or measured on the shop's own past.",
        "Allowed: assumption or measured.",
    )
    source: Literal["assumption", "measured"] = said(
        "assumption",
        "Whether what the offer adds was stated, or measured by an evaluated campaign.",
        "Allowed: assumption or measured.",
    )
    low: Annotated[float, Field(ge=-1, le=1)] | None = said(
        None, "The lower end of what it adds, where measured.", "Allowed: a number from -1 to 1."
    )
    high: Annotated[float, Field(ge=-1, le=1)] | None = said(
        None, "The upper end of what it adds, where measured.", "Allowed: a number from -1 to 1."
    )

    @property
    def uplift(self) -> float:
        """Return how many more buy with the offer than without.

        >>> round(Response(offer="c20", redemption_rate=0.08, purchase_rate=0.05).uplift, 3)
        0.03
        """
        with_it = self.purchase_rate_with
        return (max(self.redemption_rate, self.purchase_rate) if with_it is None else with_it) - self.purchase_rate

    @model_validator(mode="after")
    def _says_whence_it_is(self) -> Response:
        if self.source == "measured" and (self.low is None or self.high is None):
            raise broken(
                "low" if self.low is None else "high",
                "{origin}: the response of {segment} to {offer} is called measured and has no interval.",
                hint="Add low and high, or call it an assumption.",
                facts={"segment": self.segment, "offer": self.offer},
            )  # fmt: skip
        if self.low is not None and self.high is not None and self.low > self.high:
            raise broken(
                "high", "{origin}: the interval of {segment} and {offer} ends ({high}) below its beginning ({low}).",
                hint="Allowed: a number, not below low.",
                facts={"segment": self.segment, "offer": self.offer, "low": self.low, "high": self.high},
            )  # fmt: skip
        return self


class Plan(StrictModel):
    """The whole plan of a campaign, checked and frozen."""

    campaign: Campaign = said(..., "The campaign itself.")
    offers: tuple[Offer, ...] = said(..., "What is offered; a member gets one of them at most.")
    limits: Limits = said(Limits(), "What must not be passed.")
    responses: tuple[Response, ...] = said((), "What answers are expected, by segment and offer.")

    @property
    def salt(self) -> str:
        """Return what the draw of the control group hangs on."""
        return self.campaign.salt or f"{self.campaign.name}/{self.campaign.starts_on}"

    @property
    def fixed_fees(self) -> Decimal:
        """Return what leaders get in any case: it is gone before a member is offered anything."""
        return sum((offer.fixed_fee or Decimal(0) for offer in self.offers), Decimal(0))

    @property
    def budget_for_members(self) -> float:
        """Return what is left of the budget once the fixed fees are paid."""
        return float(self.campaign.budget - self.fixed_fees)

    def offer(self, name: str) -> Offer:
        """Return one offer by its name; ``KeyError`` when there is none."""
        for offer in self.offers:
            if offer.name == name:
                return offer
        raise KeyError(name)

    def days_of(self, offer: Offer) -> tuple[date, date]:
        """Return the first and the last day of an offer."""
        return offer.starts_on or self.campaign.starts_on, offer.ends_on or self.campaign.ends_on

    def response(self, segment: str, offer: str) -> Response | None:
        """Return what is expected of a segment for an offer: its own answer, else that of ``*``, else None."""
        own = {row.segment: row for row in self.responses if row.offer == offer}
        return own.get(segment) or own.get(ANY)

    @model_validator(mode="after")
    def _names_are_known_and_said_once(self) -> Plan:
        names = [offer.name for offer in self.offers]
        if not names:
            raise broken("offers", "{origin}: the plan offers nothing.", hint="Add an offer.")
        for place, offer in enumerate(self.offers):
            if offer.name in names[:place]:
                raise broken(
                    f"offers.{place}.name", "{origin}: two offers are called {offer}.",
                    hint="Give each a name of its own.",
                    facts={"offer": offer.name},
                )  # fmt: skip
        seen: set[tuple[str, str]] = set()
        for place, row in enumerate(self.responses):
            if row.offer not in names:
                raise broken(
                    f"responses.{place}.offer", "{origin}: there is no offer {offer} for {segment} to answer.",
                    hint="The offers are: {offers}.",
                    facts={"offer": row.offer, "segment": row.segment, "offers": ", ".join(names)},
                )  # fmt: skip
            if (row.segment, row.offer) in seen:
                raise broken(
                    f"responses.{place}.segment", "{origin}: the response of {segment} to {offer} is given twice.",
                    hint="Leave one of the rows.", facts={"segment": row.segment, "offer": row.offer},
                )  # fmt: skip
            seen.add((row.segment, row.offer))
        return self

    @model_validator(mode="after")
    def _fixed_fees_can_be_paid(self) -> Plan:
        for key, amount in (("campaign.budget", self.campaign.budget), ("limits.liability", self.limits.liability)):
            if amount is not None and self.fixed_fees > amount:
                raise broken(
                    key, "{origin}: {key} is {amount}, the fixed fees alone are {fees}.",
                    hint="Raise it, or agree on a lower fixed_fee.",
                    facts={"key": key, "amount": amount, "fees": self.fixed_fees},
                )  # fmt: skip
        return self

    @model_validator(mode="after")
    def _offers_fall_into_the_campaign(self) -> Plan:
        first, last = self.campaign.starts_on, self.campaign.ends_on
        for place, offer in enumerate(self.offers):
            starts, ends = self.days_of(offer)
            if starts < first or ends > last or starts > ends:
                raise broken(
                    f"offers.{place}.{'starts_on' if starts < first else 'ends_on'}",
                    "{origin}: {offer} holds from {starts_on} to {ends_on}, the campaign from {first} to {last}.",
                    hint="Allowed: a date within the campaign.",
                    facts={"offer": offer.name, "starts_on": starts, "ends_on": ends, "first": first, "last": last},
                )  # fmt: skip
        return self


def plan_of(document: Mapping[str, Any], places: Places) -> Plan:
    """Return the plan a document holds; ``ConfigError`` names the place of the first value that is not allowed.

    >>> plan_of({"campaign": {"name": "May"}}, Places("plan.toml"))
    Traceback (most recent call last):
    siyu_cli.errors.ConfigError: plan.toml: campaign.starts_on is missing.
    """
    try:
        plan = Plan.model_validate(document)
    except ValidationError as error:
        raise refusal(error, Plan, places) from error
    try:
        if plan.campaign.where is not None:
            parse_condition(plan.campaign.where)
    except ConditionError as error:
        where = places.where(("campaign", "where"))
        raise ConfigError(error.message, hint=error.hint, where=where, **error.facts) from error
    return plan


def read_plan_toml(path: Path) -> Plan:
    """Return the plan of a TOML file.

    Raises ``InputError`` where the file is missing or no text, ``ConfigError`` with file, line and key where what it
    says is not allowed.
    """
    text = _read_text(path)
    return plan_of(parse_toml(text, path), Places(str(path), key_lines(text)))


def _read_text(path: Path) -> str:
    where = Where(file=str(path))
    try:
        if path.stat().st_size > LARGEST:
            message = "{file} is larger than {size} MB: this is no plan."
            raise InputError(message, where=where, file=path, size=LARGEST // 10**6)
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise InputError("There is no plan {file}.", where=where, file=path) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(
            "{file}, line {line}: this is not UTF-8 text.",
            hint="Save the file again with the encoding UTF-8.",
            where=Where(file=str(path), row=line), file=path, line=line,
        ) from error  # fmt: skip
    except (OSError, ValueError) as error:  # a folder; a name with a NUL byte
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError("The plan {file} cannot be read: {reason}.", where=where, file=path, reason=reason) from error
