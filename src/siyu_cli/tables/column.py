"""What a column and a table of a contract are, and how words find them."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Kind = Literal[
    "id", "text", "phone", "status", "date", "month", "instant", "money", "count", "number", "rate", "flag"
]  # fmt: skip

# How a value is read by people, where that is not its kind: a mark of a model, a parameter with its leading digits.
Form = Literal[Kind, "mark", "digits"]

# What a row of orders is.
RowKind = Literal["sale", "return", "topup", "deposit", "balance", "exchange", "gift", "cancelled", "no_sale"]

SQL_TYPES: dict[Kind, str] = {
    "id": "varchar",
    "text": "varchar",
    "phone": "varchar",
    "status": "varchar",
    "date": "date",
    "month": "date",
    "instant": "timestamp",
    "money": "decimal(18, 2)",
    "count": "bigint",
    "number": "double",
    "rate": "double",
    "flag": "boolean",
}

# How a column is shown unless somebody asked to see personal data: a member's key (distinct within the shop), a phone,
# a name, an account, a text about a person, a word of a list (a level, a city), where somebody works or belongs,
# a number that may be made of a phone.
Mask = Literal["key", "phone", "name", "account", "text", "word", "place", "number"]

MASKS: dict[str, Mask] = {
    **dict.fromkeys(("member_id", "inviter_id", "invitee_id"), "key"),
    **dict.fromkeys(("phone", "receiver_phone", "inviter_phone", "invitee_phone"), "phone"),
    **dict.fromkeys(("name", "nickname", "inviter_name", "invitee_name", "address"), "name"),
    **dict.fromkeys(("account", "payment"), "account"),
    **dict.fromkeys(
        ("tags", "source_channel", "campaign", "first_campaign", "partner", "variant", "referral_source", "used_code",
         "title", "own_codes", "status", "refund_status", "item", "scene"), "text",
    ),
    **dict.fromkeys(
        ("level", "level_from", "level_to", "told_level", "computed_level", "paid_level", "city", "gender"), "word"
    ),
    **dict.fromkeys(("order_id", "item_id", "parent_id", "original_order_id", "return_id", "payment_id", "log_id", "risk_id"), "number"),
    **dict.fromkeys(("owner", "store", "file", "sheet", "column"), "place"),
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column: its key for machines, its kind, its title in two languages; ``group`` holds its other names.

    ``note`` says what it means, ``labels`` are what people read for its keys (the last two words: English, Chinese),
    ``shown_as`` how they read its values where that is not its kind.
    """

    key: str
    kind: Kind
    en: str
    zh: str
    note: str = ""
    group: str = ""
    labels: Mapping[str, tuple[str, ...]] | None = field(default=None, compare=False, repr=False)
    shown_as: Form | None = None

    @property
    def form(self) -> Form:
        """Return how its values are read by people."""
        return self.shown_as or self.kind

    @property
    def aliases(self) -> tuple[str, ...]:
        """Return the other names it goes by in exports, the likeliest first; see ``aliases.toml``."""
        return tuple(_aliases().get(self.group, {}).get(self.key, ()))

    @property
    def sql_type(self) -> str:
        """Return the column's type in the portable SQL: ``'decimal(18, 2)'`` for money."""
        return SQL_TYPES[self.kind]

    @property
    def mask(self) -> Mask | None:
        """Return how the column is masked, None where nothing in it can be personal; see ``siyu_cli.masks``."""
        return MASKS.get(self.key)

    def title(self, lang: str) -> str:
        """Return the title a person reads: ``zh`` for Chinese, else ``en``."""
        return self.zh if lang == "zh" else self.en

    def named(self, lang: str) -> str:
        """Return what the column is called where a person has to choose one: ``net_sales``, 净消费额（net_sales）."""
        return f"{self.zh}（{self.key}）" if lang == "zh" else self.key


@dataclass(frozen=True)
class Table:
    """One table: what one row of it is, and its columns in the order they are written."""

    name: str
    en: str
    zh: str
    row: str
    columns: tuple[Column, ...]

    def __post_init__(self) -> None:
        """Give the columns that are this table's own its name for a group."""
        object.__setattr__(self, "columns", in_group(self.name, self.columns))

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the column keys in order."""
        return tuple(column.key for column in self.columns)

    def __getitem__(self, key: str) -> Column:
        """Return one column by its key; ``KeyError`` when the table has none of that name."""
        for column in self.columns:
            if column.key == key:
                return column
        raise KeyError(key)


def plain_word(text: str) -> str:
    """Return the letters and digits of a word: width, case, spaces and marks make no other word of it.

    >>> plain_word("Net sales") == plain_word("net_sales") == plain_word("ＮＥＴ  Sales")
    True
    """
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).casefold() if sign.isalnum())


def find_column(columns: Iterable[Column], word: str, *, titles_only: bool = False) -> Column | None:
    """Return the column that a word names: by its key, its title in either language, or an alias no other has.

    >>> find_column([Column("net_sales", "money", "Net sales", "净消费额")], "净消费额").key
    'net_sales'
    """
    wanted, known = plain_word(word), list(columns)
    for column in known:
        if wanted and wanted in map(plain_word, (column.key, column.en, column.zh)):
            return column
    if titles_only:
        return None
    found = [column for column in known if wanted and wanted in map(plain_word, column.aliases)]
    return found[0] if len(found) == 1 else None


def find_label(labels: Mapping[str, Iterable[str]], word: str) -> str | None:
    """Return the key that a word names: itself, or what people read for it in either language.

    >>> stages = {"dormant": ("dormant", "沉睡期")}
    >>> find_label(stages, "沉睡期"), find_label(stages, " Dormant "), find_label(stages, "dorment")
    ('dormant', 'dormant', None)
    """
    wanted = plain_word(word)
    for key, words in labels.items():
        if wanted in map(plain_word, (key, *words)):
            return key
    return None


def column(kind: Kind, key: str, en: str, zh: str, **more: Any) -> Column:
    """Return a column, its kind first, as the contracts list them; ``more`` are its other fields."""
    return Column(key, kind, en, zh, **more)


def in_group(group: str, columns: Iterable[Column]) -> tuple[Column, ...]:
    """Return the columns, those without a group in this one."""
    return tuple(one if one.group else replace(one, group=group) for one in columns)


def dropped_headers() -> tuple[str, ...]:
    """Return the headers that are recognised only to be left behind."""
    return tuple(_aliases()["dropped_headers"])


@cache
def _aliases() -> dict[str, Any]:
    # Read when first asked for: help and completion never ask.
    return tomllib.loads((files("siyu_cli.tables") / "aliases.toml").read_text("utf-8"))
