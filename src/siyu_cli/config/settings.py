"""siyu.toml: what a shop has decided, as one frozen object in which every value knows where it came from.

A value is taken from the first place that has it:

    command-line option > SIYU_SECTION__KEY > --config FILE > nearest siyu.toml upward > the user's siyu.toml

Places are laid over each other key by key. Importing this module costs pydantic: commands import it late.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    StringConstraints,
    ValidationError,
    model_validator,
)

from siyu_cli.config.errors import check_name, check_variables, value_error
from siyu_cli.config.layers import (
    Layer,
    find_nearest,
    find_user_file,
    find_user_folder,
    read_environ,
    read_file,
    read_options,
)
from siyu_cli.tables.column import RowKind
from siyu_cli.tables.inputs import INPUTS

LEAST_MEMORY, MOST_MEMORY = 64 * 1024**2, 1024**5
MAP_KEYS = tuple(f"{name}.{key}" for name, table in INPUTS.items() for key in table.keys)


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


def _usable_size(text: str) -> str:
    unit = re.sub("[^KMGT]", "", text) or " "
    if not LEAST_MEMORY <= float(re.sub("[^0-9.]", "", text)) * 1024 ** " KMGT".index(unit) <= MOST_MEMORY:
        raise ValueError("too little or more than there is")
    return text


def _rising(steps: tuple[int, ...]) -> tuple[int, ...]:
    if list(steps) != sorted(set(steps)):
        raise ValueError("does not rise")
    return steps


_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_Id = Annotated[_Text, BeforeValidator(_id_text)]
_Phone = Annotated[str, StringConstraints(pattern=r"^1[0-9]{10}$"), BeforeValidator(_id_text)]
_Name = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^;]+$")]
_Span = Annotated[tuple[date, date], AfterValidator(_in_order)]
_Days = Annotated[int, BeforeValidator(_no_flag), Field(ge=0, le=36_500)]
_Count = Annotated[int, BeforeValidator(_no_flag), Field(ge=0, le=10**9)]
_Amount = Annotated[Decimal, BeforeValidator(_no_flag), Field(ge=0, le=10**15)]
_Steps = Annotated[tuple[Annotated[_Count, Field(ge=1)], ...], AfterValidator(_rising)]
_Share = Annotated[float, BeforeValidator(_no_flag), Field(ge=0, le=1)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Shop(_Section):
    """``[shop]``: the shop itself."""

    name: _Text | None = None
    timezone: Annotated[str, AfterValidator(_known_zone)] = "Asia/Shanghai"
    gross_margin: Annotated[_Amount, Field(gt=0, le=1)] | None = None
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = None


class Orders(_Section):
    """``[orders]``: what counts as a purchase; without min_paid any paid amount above 0 does.

    ``totals`` says what counts where a members export has counted more than the order log: the larger or the log.
    """

    min_paid: _Amount | None = None
    totals: Literal["larger", "log"] | None = None


class Stages(_Section):
    """``[stages]``: the windows of the lifecycle, in days, and its counts."""

    new_days: _Days = 30
    dormant_after: Annotated[_Days, Field(ge=1)] = 90
    churned_after: Annotated[_Days, Field(ge=1)] = 180
    declining_ratio: Annotated[
        float, BeforeValidator(_no_flag), Field(gt=1, le=1_000, allow_inf_nan=False)
    ] = 1.5
    mature_orders: Annotated[_Count, Field(ge=1)] = 4
    welcome_points: _Count = 0

    @model_validator(mode="after")
    def _windows_in_order(self) -> Stages:
        if self.dormant_after >= self.churned_after:
            raise ValueError("dormant_after must be below churned_after")
        return self


class Rfm(_Section):
    """``[rfm]``: bins of the scores, and what splits high from low.

    ``split`` is a word, or three numbers: days since the last order, purchase days, net sales.
    """

    bins: Annotated[int, BeforeValidator(_no_flag), Field(ge=2, le=10)] = 5
    split: Literal["default", "median", "mean"] | tuple[_Amount, _Amount, _Amount] = "default"


class Churn(_Section):
    """``[churn]``: how far ahead to look, by which model, and from which chance a risk band begins."""

    horizon_days: Annotated[int, BeforeValidator(_no_flag), Field(ge=1, le=1_000)] = 90
    model: Literal["blend", "mbg", "bg", "pareto", "ensemble"] = "blend"
    risk_high: _Share = 0.8
    risk_medium: _Share = 0.5

    @model_validator(mode="after")
    def _bands_in_order(self) -> Churn:
        if self.risk_medium >= self.risk_high:
            raise ValueError("risk_medium must be below risk_high")
        return self


class Referral(_Section):
    """``[referral]``: rules of the campaigns: steps of the reward, how long a cohort matures, levels that are paid."""

    milestones: _Steps = ()
    mature_days: _Days = 30
    reward_depth: Annotated[_Count, Field(le=100)] = 1
    control_variant: _Text | None = None
    notify: tuple[_Text, ...] = ()


class Load(_Section):
    """``[load]``: above which shares of rejected or nameless rows a command ends with exit 3; how ids compare."""

    max_rejected_share: _Share = 0.05
    max_guest_share: _Share = 0.5
    id_width: Annotated[_Count, Field(ge=1, le=64)] | None = None
    ignore_id_case: bool = False


class Exclude(_Section):
    """``[exclude]``: staff and test accounts. Files are relative to the siyu.toml that names them."""

    ids: tuple[_Id, ...] = ()
    phones: tuple[_Phone, ...] = ()
    files: tuple[Path, ...] = ()


class EngineLimits(_Section):
    """``[engine]``: the memory the engine may use before it spills to disk; else most of the machine's."""

    memory_limit: (
        Annotated[
            str,
            StringConstraints(pattern=r"^[0-9]{1,15}(\.[0-9]{1,9})? ?([KMGT]i?B|B)$"),
            AfterValidator(_usable_size),
        ]
        | None
    ) = None


class LedgerPlace(_Section):
    """``[ledger]``: a database for a team; without url it is .siyu/ledger.db beside siyu.toml."""

    url: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[a-z][a-z0-9+_.-]*://\S*$")] | None = None


class Settings(_Section):
    """Everything siyu.toml can say, checked and frozen.

    >>> Settings().stages.dormant_after
    90
    >>> Settings(stages=Stages(dormant_after=60)).origin("stages.dormant_after")
    'option'
    """

    shop: Shop = Shop()
    orders: Orders = Orders()
    stages: Stages = Stages()
    rfm: Rfm = Rfm()
    churn: Churn = Churn()
    referral: Referral = Referral()
    load: Load = Load()
    map: dict[Annotated[str, AfterValidator(_map_key)], _Text] = {}
    kinds: dict[_Text, RowKind] = {}
    exclude: Exclude = Exclude()
    segments: dict[_Name, _Text] = {}
    calendar: dict[_Name, _Span] = {}
    engine: EngineLimits = EngineLimits()
    ledger: LedgerPlace = LedgerPlace()

    _path: Path | None = PrivateAttr(default=None)
    _origins: dict[str, str] = PrivateAttr(default_factory=dict)
    _preset_folders: tuple[Path, ...] = PrivateAttr(default=())

    @property
    def path(self) -> Path | None:
        """Return the shop's siyu.toml, or None; the user's own file does not make a shop."""
        return self._path

    @property
    def preset_folders(self) -> tuple[Path, ...]:
        """Return where presets of one's own lie, the shop's before the user's; none for settings made in Python."""
        return self._preset_folders

    @property
    def origins(self) -> Mapping[str, str]:
        """Return where each dotted key came from: ``option``, ``SIYU_…``, ``path:line`` or ``default``."""
        return MappingProxyType({key: self.origin(key) for key in self.values()})

    def origin(self, key: str) -> str:
        """Return where one dotted key came from; values given in Python count as options."""
        section, _, name = key.partition(".")
        part = getattr(self, section, None)
        given = name in (part.model_fields_set if isinstance(part, BaseModel) else part or ())
        return self._origins.get(key, "option" if given else "default")

    def values(self) -> dict[str, Any]:
        """Return every setting by its dotted key, in the order of the file."""
        parts = {name: getattr(self, name) for name in type(self).model_fields}
        return {f"{name}.{key}": value for name, part in parts.items() for key, value in dict(part).items()}


def load_settings(
    config: Path | None,
    start: Path,
    environ: Mapping[str, str],
    options: Mapping[str, object] | None = None,
) -> Settings:
    """Return the settings that hold for a command run in ``start``.

    ``options`` are dotted keys with their values (``{"stages.new_days": 14}``). Raises ``ConfigError`` that
    names file, line and key, or ``UsageError`` when the value was an option's.
    """
    nearest = find_nearest(start)
    given: Layer = {}
    for path in dict.fromkeys(path.absolute() for path in (find_user_file(environ), nearest, config) if path):
        given |= read_file(path)
    given |= read_environ(environ, start)
    given |= read_options(options or {}, start)
    sections = known_keys()
    check_variables(environ, sections)
    for item in given.values():
        check_name(item, sections)
    shop = config or nearest
    settings = _build(given, shop.absolute() if shop else None)
    homes = (settings.path and settings.path.parent, find_user_folder(environ))
    settings._preset_folders = tuple(home / "presets" for home in homes if home)
    return settings


def _build(given: Layer, path: Path | None) -> Settings:
    document: dict[str, dict[str, Any]] = {}
    for item in given.values():
        document.setdefault(item.section, {})[item.key] = item.value
    try:
        settings = Settings.model_validate(document)
    except ValidationError as error:
        raise value_error(given, error, Settings().values()) from error
    settings._path = path
    settings._origins = {item.name: item.origin for item in given.values()}
    return settings


def known_keys() -> dict[str, tuple[str, ...]]:
    """Return the keys of each section; none where the keys are the operator's own names."""
    keys: dict[str, tuple[str, ...]] = {}
    for section, field in Settings.model_fields.items():
        model = field.annotation
        is_fixed = isinstance(model, type) and issubclass(model, BaseModel)
        keys[section] = tuple(model.model_fields) if is_fixed else ()  # type: ignore[union-attr]
    return keys | {"map": tuple(MAP_KEYS)}
