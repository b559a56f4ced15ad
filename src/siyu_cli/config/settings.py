"""siyu.toml: what a shop has decided, as one frozen object in which every value knows where it came from.

A value is taken from the first place that has it:

    command-line option > SIYU_SECTION__KEY > --config FILE > nearest siyu.toml upward > the user's siyu.toml

Places are laid over each other key by key. Importing this module costs pydantic: commands import it late.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, PrivateAttr, ValidationError
from pydantic.fields import FieldInfo

from siyu_cli.config.contacts import ConsentBasis, ContactSettings
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
from siyu_cli.config.levels import LevelSettings
from siyu_cli.config.monitor import MonitorSettings
from siyu_cli.config.points import PointSettings
from siyu_cli.config.risk import RiskSettings
from siyu_cli.config.sections import (
    MAP_KEYS,
    CacheSettings,
    ChurnSettings,
    EngineSettings,
    ExcludeSettings,
    LedgerSettings,
    LoadSettings,
    MapKey,
    MetricsSettings,
    Name,
    OrderSettings,
    ReferralSettings,
    RfmSettings,
    Said,
    ShopSettings,
    Span,
    StageSettings,
    StrictModel,
    Text,
    read_said,
    said,
)
from siyu_cli.tables.column import RowKind


class Settings(StrictModel):
    """Everything siyu.toml can say, checked and frozen.

    >>> Settings().stages.dormant_after
    90
    >>> Settings(stages=StageSettings(dormant_after=60)).origin("stages.dormant_after")
    'option'
    """

    shop: ShopSettings = said(ShopSettings(), "The shop itself.")
    orders: OrderSettings = said(OrderSettings(), "What counts as a purchase.")
    stages: StageSettings = said(StageSettings(), "The windows of the lifecycle. Days are calendar days.")
    rfm: RfmSettings = said(RfmSettings(), "Scores for recency, frequency and money, and what splits high from low.")
    churn: ChurnSettings = said(
        ChurnSettings(), "Who may be leaving: how far ahead to look, by which model, where risk begins."
    )
    referral: ReferralSettings = said(
        ReferralSettings(), "Referral campaigns: the rules they go by, how long their cohorts mature."
    )
    metrics: MetricsSettings = said(MetricsSettings(), "What figures count that shops count differently.")
    points: PointSettings = said(PointSettings(), "Points: what one is worth, and how long it counts.")
    levels: LevelSettings = said(LevelSettings(), "Levels: what reaches and keeps them, and what members get.")
    risk: RiskSettings = said(
        RiskSettings(), "From where a risk is medium and high: two values that rise; low is what reaches neither."
    )
    monitor: MonitorSettings = said(MonitorSettings(), "How rarely siyu monitor rings for nothing.")
    load: LoadSettings = said(LoadSettings(), "Reading files.")
    map: dict[MapKey, Text] = said(
        {},
        'Headers that siyu cannot know by itself: "TABLE.COLUMN" = "header in the file".',
        'Allowed: "TABLE.COLUMN" = "header in the file", such as "orders.member_id" = "household_id".',
        example='"orders.member_id" = "household_id"',
    )
    kinds: dict[Text, RowKind] = said(
        {},
        "Kinds of rows by the export's own words: sale, return, topup, deposit, balance, exchange, gift, no_sale.",
        "Allowed: sale, return, topup, deposit, balance, exchange, gift, cancelled or no_sale.",
        example='"XSTH" = "return"',
    )
    exclude: ExcludeSettings = said(ExcludeSettings(), "Staff and test accounts: their rows are skipped and counted.")
    segments: dict[Name, Text] = said(
        {},
        "Segments of your own: a name and a condition over the columns of the list.",
        'Allowed: name = "condition"; a name is not empty and holds no semicolon.',
        template='"big spenders" = "net_sales > 2000 and order_days >= 3"',
    )
    actions: dict[Name, Text] = said(
        {},
        "What to do next with a stage or an RFM group, in the shop's own words.",
        "Allowed: a stage or an RFM group, such as dormant or important_keep, and a text.",
        template='"dormant" = "a call from the employee they know, this week"',
    )
    calendar: dict[Name, Span] = said(
        {},
        "Sales and holidays: a name, the first and the last day.",
        "Allowed: two dates, the first not after the second, such as [2025-11-01, 2025-11-11].",
        template='"autumn sale" = [2025-11-01, 2025-11-11]',
    )
    contacts: ContactSettings = said(
        ContactSettings(), "How often members may be contacted, and what must be on record before."
    )
    consent: dict[Literal["sms", "wecom"], ConsentBasis] = said(
        {},
        "A basis other than consent to contact members of whom nothing is known, by channel: sms or wecom.",
        "Allowed: sms or wecom, each with basis, on (a date) and document.",
        example='"sms" = { basis = "会员协议第7条", on = 2026-01-01, document = "会员协议v3.pdf" }',
    )
    engine: EngineSettings = said(
        EngineSettings(), "Where the work is done, and how much of this computer it may take."
    )
    cache: CacheSettings = said(CacheSettings(), "What was read, kept in .siyu/cache for the next command.")
    ledger: LedgerSettings = said(
        LedgerSettings(), "The shop's memory: .siyu/ledger.db beside this file, or a database of the team's."
    )

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
        return {f"{name}.{key}": _plain(value) for name, part in parts.items() for key, value in dict(part).items()}


def _plain(value: Any) -> Any:
    """Return a setting without models: tables of their values, of one in a list those that were given."""
    if isinstance(value, tuple):
        return tuple(
            item.model_dump(by_alias=True, exclude_unset=True) if isinstance(item, BaseModel) else item
            for item in value
        )
    return value.model_dump() if isinstance(value, BaseModel) else value


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
    given |= read_environ(environ, start, kind_of)
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
        raise value_error(given, error, Settings().values(), settings_said()) from error
    settings._path = path
    settings._origins = {item.name: item.origin for item in given.values()}
    return settings


def known_keys() -> dict[str, tuple[str, ...]]:
    """Return the keys of each section; none where the keys are the operator's own names."""
    keys = {section: tuple(_fields(section)) for section in Settings.model_fields}
    return keys | {"map": tuple(MAP_KEYS)}


def kind_of(section: str, key: str) -> Any:
    """Return the type a setting is given in, or None for one there is not.

    >>> kind_of("stages", "new_days")
    <class 'int'>
    """
    fields = _fields(section)
    if key in fields:
        return fields[key].annotation
    field = Settings.model_fields.get(section)
    return get_args(field.annotation)[1] if field and get_origin(field.annotation) is dict else None


def settings_said() -> dict[str, Said]:
    """Return what is said about each section, and by its dotted key about each setting with a name of ours."""
    words: dict[str, Said] = {}
    for section, field in Settings.model_fields.items():
        words[section] = read_said(field)
        words |= {f"{section}.{key}": read_said(inner) for key, inner in _fields(section).items()}
    return words


def _fields(section: str) -> dict[str, FieldInfo]:
    field = Settings.model_fields.get(section)
    model = field.annotation if field else None
    return dict(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else {}
