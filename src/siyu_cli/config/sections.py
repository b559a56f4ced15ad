"""The sections of siyu.toml: each setting once, with its type, its default and what people are told about it.

Importing this module costs pydantic.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic.fields import FieldInfo

from siyu_cli.tables.inputs import INPUTS

LEAST_MEMORY, MOST_MEMORY = 64 * 1024**2, 1024**5
MAP_KEYS = tuple(f"{name}.{key}" for name, table in INPUTS.items() for key in table.keys)


@dataclass(frozen=True)
class Said:
    """What people are told about a setting: what it means, what it may be, and an example where no default shows it.

    An example is the same in every language, a template is one with words to translate.
    """

    message: str
    hint: str = ""
    example: str = ""
    template: str = ""


def said(default: Any, message: str, hint: str = "", *, example: str = "", template: str = "") -> Any:
    """Return a field with its default and what is said about it."""
    return Field(
        default, description=message, examples=[example], json_schema_extra={"hint": hint, "template": template}
    )


def read_said(field: FieldInfo) -> Said:
    """Return what ``said`` was told about a field."""
    extra: Any = field.json_schema_extra
    return Said(field.description or "", example=(field.examples or [""])[0], **extra)


def _no_flag(value: object) -> object:
    if isinstance(value, bool):  # pydantic would read true as 1
        raise ValueError("a flag is not a number")
    return value


def _id_text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:
        raise ValueError("not a time zone") from error
    return name


def _map_key(key: str) -> str:
    if key not in MAP_KEYS:
        raise ValueError("not a column")
    return key


def _in_order(span: tuple[date, date]) -> tuple[date, date]:
    if span[0] > span[1]:
        raise ValueError("ends before it starts")
    return span


def bytes_of(size: str) -> int:
    """Return how many bytes a size is.

    >>> bytes_of("64MB")
    67108864
    """
    unit = re.sub("[^KMGT]", "", size) or " "
    return int(float(re.sub("[^0-9.]", "", size)) * 1024 ** " KMGT".index(unit))


def _usable_size(text: str) -> str:
    if not LEAST_MEMORY <= bytes_of(text) <= MOST_MEMORY:
        raise ValueError("too little or more than there is")
    return text


def _rising(steps: tuple[int, ...]) -> tuple[int, ...]:
    if list(steps) != sorted(set(steps)):
        raise ValueError("does not rise")
    return steps


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_Size = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,15}(\.[0-9]{1,9})? ?([KMGT]i?B|B)$")]
_Id = Annotated[Text, BeforeValidator(_id_text)]
_Phone = Annotated[str, StringConstraints(pattern=r"^1[0-9]{10}$"), BeforeValidator(_id_text)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^;]+$")]
Span = Annotated[tuple[date, date], AfterValidator(_in_order)]
_Days = Annotated[int, BeforeValidator(_no_flag), Field(ge=0, le=36_500)]
_Count = Annotated[int, BeforeValidator(_no_flag), Field(ge=0, le=10**9)]
_Amount = Annotated[Decimal, BeforeValidator(_no_flag), Field(ge=0, le=10**15)]
MapKey = Annotated[str, AfterValidator(_map_key)]
_Steps = Annotated[tuple[Annotated[_Count, Field(ge=1)], ...], AfterValidator(_rising)]
_Share = Annotated[float, BeforeValidator(_no_flag), Field(ge=0, le=1)]


class StrictModel(BaseModel):
    """What settings and plans are made of: nothing in them is unknown, and nothing changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ShopSettings(StrictModel):
    """``[shop]``: the shop itself."""

    name: Text | None = said(
        None,
        "The name on reports.",
        "Allowed: a text.",
        template='"My shop"',
    )
    timezone: Annotated[str, AfterValidator(_known_zone)] = said(
        "Asia/Shanghai",
        "Where a day begins and ends for this shop.",
        "Allowed: a time zone, such as Asia/Shanghai (all of China) or Europe/London.",
    )
    gross_margin: Annotated[_Amount, Field(gt=0, le=1)] | None = said(
        None,
        "What is left of 1 of sales after the cost of goods; no default.",
        "Allowed: a share above 0 and at most 1, such as 0.55.",
        example="0.55",
    )
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = said(
        None,
        "Rows in any other currency are left out; without it, CNY, or what most rows are in.",
        "Allowed: the three letters of a currency, such as CNY.",
        example='"CNY"',
    )


class OrderSettings(StrictModel):
    """``[orders]``: what counts as a purchase; without min_paid any paid amount above 0 does.

    ``totals`` says what counts where a members export has counted more than the order log: the larger or the log.
    """

    min_paid: _Amount | None = said(
        None,
        "An order counts from this amount on, 0 counts free ones; without it, above 0.",
        "Allowed: an amount, 0 or more.",
        example="0",
    )
    totals: Literal["larger", "log"] | None = said(
        None,
        "Where exported totals count more than the order log holds: larger takes the totals, log the log.",
        "Allowed: larger or log.",
        example='"log"',
    )


class StageSettings(StrictModel):
    """``[stages]``: the windows of the lifecycle, in days, and its counts."""

    new_days: _Days = said(
        30,
        "A member without a purchase is new for so many days.",
        "Allowed: a whole number of days, 0 or more.",
    )
    dormant_after: Annotated[_Days, Field(ge=1)] = said(
        90,
        "Dormant after so many days without a purchase (N1).",
        "Allowed: a whole number of days, 1 or more and below churned_after.",
    )
    churned_after: Annotated[_Days, Field(ge=1)] = said(
        180,
        "Churned after so many days without a purchase (N2).",
        "Allowed: a whole number of days, above dormant_after.",
    )
    declining_ratio: Annotated[float, BeforeValidator(_no_flag), Field(gt=1, le=1_000, allow_inf_nan=False)] = said(
        1.5,
        "Declining once the silence is so many times the member's usual gap.",
        "Allowed: a number above 1.",
    )
    mature_orders: Annotated[_Count, Field(ge=1)] = said(
        4,
        "Mature from so many purchase days on.",
        "Allowed: a whole number, 1 or more.",
    )
    welcome_points: _Count = said(
        0,
        "Points everyone gets for joining: only more than that is a sign of life.",
        "Allowed: a whole number, 0 or more.",
    )

    @model_validator(mode="after")
    def _windows_in_order(self) -> StageSettings:
        if self.dormant_after >= self.churned_after:
            raise ValueError("dormant_after must be below churned_after")
        return self


class RfmSettings(StrictModel):
    """``[rfm]``: bins of the scores, and what splits high from low.

    ``split`` is a word, or three numbers: days since the last order, purchase days, net sales.
    """

    bins: Annotated[int, BeforeValidator(_no_flag), Field(ge=2, le=10)] = said(
        5,
        "Scores run from 1 to this, the highest is best.",
        "Allowed: a whole number from 2 to 10.",
    )
    split: Literal["default", "median", "mean"] | tuple[_Amount, _Amount, _Amount] = said(
        "default",
        '"default", "median", "mean", or three numbers: [days, purchase days, net sales].',
        'Allowed: "default", "median", "mean", or three numbers of 0 or more: '
        "days since the last order, purchase days, net sales.",
    )


class ChurnSettings(StrictModel):
    """``[churn]``: how far ahead to look, by which model, and from which chance a risk band begins."""

    horizon_days: Annotated[int, BeforeValidator(_no_flag), Field(ge=1, le=1_000)] = said(
        90,
        "How many days ahead to look.",
        "Allowed: a whole number of days from 1 to 1000.",
    )
    model: Literal["blend", "mbg", "bg", "pareto", "ensemble"] = said(
        "blend",
        "blend (MBG/NBD and what the past here teaches), mbg (MBG/NBD), bg (BG/NBD), pareto (Pareto/NBD) or ensemble "
        "(needs siyu-cli[ml]).",
        "Allowed: blend, mbg, bg, pareto or ensemble.",
    )
    risk_high: _Share = said(
        0.8,
        "Risk is high from this chance of no order on.",
        "Allowed: a share from 0 to 1, above risk_medium.",
    )
    risk_medium: _Share = said(
        0.5,
        "Risk is medium from this chance of no order on.",
        "Allowed: a share from 0 to 1, below risk_high.",
    )

    @model_validator(mode="after")
    def _bands_in_order(self) -> ChurnSettings:
        if self.risk_medium >= self.risk_high:
            raise ValueError("risk_medium must be below risk_high")
        return self


CostPart = Literal["advertising", "promotion", "staff", "reward", "contact", "unsplit"]


class MetricsSettings(StrictModel):
    """``[metrics]``: what the figures count that shops count differently."""

    cac: tuple[CostPart, ...] = said(
        ("advertising", "promotion", "staff", "reward", "contact", "unsplit"),
        "The costs that the cost of acquisition counts, fully loaded; unsplit is an amount that no column parts.",
        "Allowed: a list of advertising, promotion, staff, reward, contact and unsplit.",
    )
    paid_cac: tuple[CostPart, ...] = said(
        ("advertising", "unsplit"),
        "Those of them that are paid to others: the paid cost of acquisition.",
        "Allowed: a list of advertising, promotion, staff, reward, contact and unsplit.",
    )


class ReferralSettings(StrictModel):
    """``[referral]``: rules of the campaigns: steps of the reward, how long a cohort matures, levels that are paid."""

    milestones: _Steps = said(
        (),
        "Numbers of new members that earn a reward (集合奖励), such as [3, 5, 10].",
        "Allowed: a list of whole numbers that rise, such as [3, 5, 10].",
        example="[3, 5, 10]",
    )
    mature_days: _Days = said(
        30,
        "Only who takes part for so many days counts for K; younger cohorts are not done yet.",
        "Allowed: a whole number of days, 0 or more.",
    )
    reward_depth: Annotated[_Count, Field(le=100)] = said(
        1,
        "How many levels up a reward is paid: 1 is the inviter alone, 3 is against the law.",
        "Allowed: a whole number from 0 to 100.",
    )
    control_variant: Text | None = said(
        None,
        "The variant the others are compared with; else one named control, 对照 or A.",
        "Allowed: a text.",
        example='"A"',
    )
    notify: tuple[Text, ...] = said(
        (),
        "Where to send the short report, as Apprise URLs; --notify adds to them.",
        'Allowed: a list of addresses, such as ["wecombot://KEY"].',
        example='["wecombot://BOTKEY"]',
    )


class LoadSettings(StrictModel):
    """``[load]``: above which shares of rejected or nameless rows a command ends with exit 3; how ids compare."""

    max_rejected_share: _Share = said(
        0.05,
        "Above this share of rejected rows a command ends with exit code 3.",
        "Allowed: a share from 0 to 1, such as 0.05.",
    )
    max_guest_share: _Share = said(
        0.5,
        "So does a sheet in which more than this share of the rows names nobody.",
        "Allowed: a share from 0 to 1, such as 0.05.",
    )
    id_width: Annotated[_Count, Field(ge=1, le=64)] | None = said(
        None,
        "Member ids of digits alone are padded with zeros to this many: 123 is 000123 for 6.",
        "Allowed: a whole number from 1 to 64.",
        example="6",
    )
    ignore_id_case: bool = said(
        False,
        "Member ids that differ in letter case only are one: ab1001 is AB1001.",
        "Allowed: true or false.",
    )


class ExcludeSettings(StrictModel):
    """``[exclude]``: staff and test accounts. Files are relative to the siyu.toml that names them."""

    ids: tuple[_Id, ...] = said(
        (),
        "By member id.",
        "Allowed: a list of member ids.",
        example='["staff-001", "test-002"]',
    )
    phones: tuple[_Phone, ...] = said(
        (),
        "By mobile number.",
        "Allowed: a list of mobile numbers of 11 digits.",
        example='["13800138000"]',
    )
    files: tuple[Path, ...] = said(
        (),
        "By files that list them, relative to this file.",
        "Allowed: a list of file names, relative to siyu.toml.",
        template='["staff.xlsx"]',
    )


class EngineSettings(StrictModel):
    """``[engine]``: where members and orders are worked on, and the memory of this machine that may be used for it."""

    name: Literal["duckdb", "spark"] = said(
        "duckdb",
        "Where the work is done: on this machine, or on Spark, which reads Parquet where it lies.",
        'Allowed: "duckdb" or "spark".',
    )
    master: Text = said(
        "local[*]",
        "The Spark to use: this machine, a cluster's master, or a Spark Connect server.",
        'Allowed: an address such as "local[*]", "spark://host:7077", "yarn" or "sc://host:15002".',
    )
    scratch: Text | None = said(
        None,
        "Where Spark keeps tables between steps: a folder or an address that all its machines reach.",
        'Allowed: a folder or an address such as "hdfs:///tmp/siyu".',
        example='"hdfs:///tmp/siyu"',
    )
    memory_limit: Annotated[_Size, AfterValidator(_usable_size)] | None = said(
        None,
        "What does not fit in it is kept on disk while it is worked on.",
        'Allowed: a size from 64MB on, such as "2GB".',
        example='"2GB"',
    )


class CacheSettings(StrictModel):
    """``[cache]``: how much of what was read is kept beside siyu.toml, so that the next command need not read it."""

    max_size: _Size = said(
        "2GB",
        "All of it together is no larger; what was used longest ago goes first. 0B keeps nothing.",
        'Allowed: a size such as "500MB", or "0B".',
    )
    max_age_days: Annotated[_Days, Field(ge=1, le=366)] = said(
        30,
        "What was not used for so many days is removed.",
        "Allowed: a whole number of days from 1 to 366.",
    )


class LedgerSettings(StrictModel):
    """``[ledger]``: a database for a team; without url it is .siyu/ledger.db beside siyu.toml."""

    url: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[a-z][a-z0-9+_.-]*://\S*$")] | None = said(
        None,
        "Without it, the file beside this one.",
        "Allowed: the address of a database, such as postgresql://user@host/name.",
        example='"postgresql://siyu@localhost/siyu"',
    )
