"""What a destination is: columns, encoding, limits, the consent it needs, who receives it; read from its TOML file.

Importing this module costs pydantic: commands import it late; ``names`` of ``destinations.listed`` do not.
"""

from __future__ import annotations

import re
import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from siyu_cli.destinations.keys import OF_EMAILS, OF_PHONES
from siyu_cli.destinations.listed import destination_names

# What is known of a contact and may stand in a file; nothing else leaves the house (PIPL article 6).
CarriedField = Literal[
    "member_id", "phone", "masked_phone", "email", "external_userid", "name", "nickname", "owner", "store", "level",
    "stage", "remark", "why", "say", "offer", "code", "message", "tag", "channels", "done", "note",
]  # fmt: skip
Form = Literal["text", "digits", "digits86", "plus86", "md5", "sha256", "sha256_86", "sha256_plus86"]
Consent = Literal["consent_sms", "consent_wecom", "consent_ads"]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Count = Annotated[int, Field(ge=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DestinationColumn(_Part):
    """One column: the field it holds, its header for machines or in both languages, the form its values take."""

    field: CarriedField
    title: Text | None = None
    en: Text | None = None
    zh: Text | None = None
    form: Form = "text"
    width: Annotated[float, Field(gt=2, le=80)] | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> DestinationColumn:
        if (self.title is None) == (self.en is None or self.zh is None):
            raise ValueError("a column has either a title or both en and zh")
        if self.field == "phone" and self.form not in OF_PHONES:
            raise ValueError("a phone is written as digits or as a hash")
        if self.field == "email" and self.form not in OF_EMAILS:
            raise ValueError("an e-mail is written as text or as sha256")
        if self.field not in ("phone", "email") and self.form != "text":
            raise ValueError("only phones and e-mails are hashed")
        return self

    def header(self, lang: str) -> str:
        """Return its header: the same for everybody, or in the reader's language."""
        return self.title or (self.zh if lang == "zh" else self.en) or ""


class Cap(_Part):
    """At most so many contacts of a member by this channel within so many days, the destination's own rule."""

    contacts: Count
    days: Count


class Variables(_Part):
    """How the variables of a text become columns: ``{name}`` and ``{number}`` stand in the header."""

    title: Text


class Destination(_Part):
    """One place a list can go to; its name is that of its file.

    ``recipient``: own (stays with the shop's people and its own WeCom), processor (works for the shop, PIPL 21),
    platform (decides for itself, PIPL 23: separate consent and no other basis). ``consent``: any of these suffices.
    ``key``: what a contact must have; with several, any of them. ``locks``: how its files may be encrypted; a tool that
    imports a file takes none.
    """

    name: Text
    en: Text
    zh: Text
    source: Text
    channel: Literal["sms", "wecom", "ads", "any"]
    recipient: Literal["own", "processor", "platform"]
    consent: tuple[Consent, ...] = Field(min_length=1)
    key: tuple[CarriedField, ...] = Field(min_length=1)
    columns: tuple[DestinationColumn, ...] = Field(min_length=1)
    format: Literal["csv", "txt", "xlsx", "staff"]
    encoding: Literal["utf-8", "utf-8-sig", "gb18030"] = "utf-8"
    has_header: bool = True
    is_for_people: bool = False
    is_unique: bool = False
    is_abroad: bool = False
    is_experimental: bool = False
    needs_text: bool = False
    needs_signature: bool = False
    is_split_by_owner: bool = False
    has_quota: bool = False
    needs_friend: bool = False
    variables: Variables | None = None
    caps: tuple[Cap, ...] = ()
    min_rows: Annotated[int, Field(ge=0)] = 0
    max_rows: Count | None = None
    max_bytes: Count | None = None
    locks: tuple[Literal["password", "age"], ...] = ()
    file_name: Text = "{destination}-{campaign}-{as_of}"
    file_name_allows: Text | None = None
    name_length: Count | None = None
    tells: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _holds_together(self) -> Destination:
        carried = {column.field for column in self.columns}
        if not set(self.key) & carried:
            raise ValueError("the key of a destination stands in one of its columns")
        if self.recipient == "platform" and self.consent != ("consent_ads",):
            raise ValueError("a platform needs consent_ads, and nothing else will do")
        if self.recipient != "own" and carried & {"remark", "why", "say", "note", "stage", "channels", "done"}:
            raise ValueError("what is known of a member stays in the house")
        if self.format == "txt" and len(self.columns) != 1:
            raise ValueError("a text file holds one column")
        if self.max_bytes and self.format not in ("csv", "txt"):
            raise ValueError("the bytes of a workbook are not known before: give max_rows")
        if "password" in self.locks and self.format not in ("xlsx", "staff"):
            raise ValueError("only a workbook has a password of its own")
        return self

    @property
    def carries(self) -> tuple[str, ...]:
        """Return the fields that leave in its files."""
        return tuple(dict.fromkeys(column.field for column in self.columns))

    def title(self, lang: str) -> str:
        """Return its name for people."""
        return self.zh if lang == "zh" else self.en

    def stem(self, campaign: str, as_of: date) -> str:
        """Return the name of its files without number and suffix, of the signs that are allowed there."""
        stem = self.file_name.format(destination=self.name, campaign=campaign, as_of=as_of.isoformat())
        return re.sub(self.file_name_allows, "", stem) or self.name if self.file_name_allows else stem


@cache
def destination(name: str) -> Destination:
    """Return a destination by its name; ``KeyError`` where there is none.

    >>> destination("tencent-ads").recipient
    'platform'
    """
    if name not in destination_names():
        raise KeyError(name)
    text = (files("siyu_cli.destinations") / f"{name}.toml").read_text("utf-8")
    return parse_destination(text, name)


def parse_destination(text: str, name: str) -> Destination:
    """Return what a destination's file says; pydantic's ``ValidationError`` for whatever is not allowed."""
    return Destination.model_validate({**tomllib.loads(text), "name": name})
