"""Presets: what is known of one platform's export, read from ``presets/*.toml`` once.

A platform is a data file, never code: its signature headers, the column each header means, whether its
amounts stand per order or per item, its status words. ``generic.toml`` holds the words any platform may use.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

DateOrder = Literal["ymd", "dmy", "mdy"]
# Fewer headers tell no export apart.
FEWEST_HEADERS = 3
# Refunds nobody has a word for that came to nothing: 买家撤回了退款.
_CAME_TO_NOTHING = re.compile(
    r"(?!.*(?:成功|完成|已退|同意|到账|success|done|complete)).*(?:撤销|撤回|驳回|拒绝|关闭|取消|失败).*"
)
_NOT_A_WORD = re.compile(r"[\W_]+")


def _nothing() -> Mapping[str, Any]:
    return MappingProxyType({})


@dataclass(frozen=True)
class HeaderlessColumn:
    """One column of an export without a header: its key (``None``: not used), a title, what each cell is."""

    key: str | None
    title: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, eq=False)
class Preset:
    """What is known of one export.

    ``signature``: headers that tell it apart; ``least``: the share of them that must be there.
    ``columns``: key → headers in order of preference. ``patterns``: key → a pattern of headers that vary.
    ``ignored``: headers that are known and not used. ``order_scope_when``: key → text in its cells that tells
    that the amounts are per order after all. ``status``: word → order status; ``status_prefix``: the same for
    the beginning of a word. ``refund_words``: word → none, pending, partial or full. ``delivered``: status
    words of orders known to have been shipped. ``kinds``: word → what a row is: sale, return, topup, deposit,
    balance, exchange, gift, cancelled or no_sale; ``kind_parts``: the same for parts of a word, the first
    that fits; ``events``: word → what kind of event a row is;
    ``documents``: words that only a row's kind has, so that a status column of them is one of kinds.
    ``currencies``: word or sign → code of a currency. ``order_id_date``: a pattern whose first group is the order's
    date as YYMMDD. ``min_paid``: the amount from which an order counts, when it is not "above 0".
    ``file``: where a shop's own preset lies; None for ours.
    """

    name: str
    platform: str
    table: str
    title_en: str
    title_zh: str
    signature: tuple[str, ...] = ()
    least: float = 0.65
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=_nothing)
    patterns: Mapping[str, re.Pattern[str]] = field(default_factory=_nothing)
    ignored: tuple[str, ...] = ()
    headerless: tuple[HeaderlessColumn, ...] = ()
    amount_scope: str | None = None
    order_scope_when: Mapping[str, str] = field(default_factory=_nothing)
    has_buyer: bool = True
    min_paid: Decimal | None = None
    date_order: DateOrder = "ymd"
    timezone: str | None = None
    order_id_date: str | None = None
    status: Mapping[str, str] = field(default_factory=_nothing)
    status_prefix: Mapping[str, str] = field(default_factory=_nothing)
    refund_words: Mapping[str, str] = field(default_factory=_nothing)
    delivered: frozenset[str] = frozenset()
    kinds: Mapping[str, str] = field(default_factory=_nothing)
    kind_parts: tuple[tuple[str, str | None], ...] = ()
    events: Mapping[str, str] = field(default_factory=_nothing)
    refund_events: frozenset[str] = frozenset()
    documents: frozenset[str] = frozenset()
    currencies: Mapping[str, str] = field(default_factory=_nothing)
    note: str = ""
    file: Path | None = None

    def title(self, lang: str) -> str:
        """Return the preset's name for people: ``zh`` for Chinese, else ``en``."""
        return self.title_zh if lang == "zh" else self.title_en


@cache
def load_presets() -> tuple[Preset, ...]:
    """Return every preset siyu brings along but the generic one, sorted by name; the files are read once."""
    folder = files("siyu_cli") / "presets"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return tuple(_load(name) for name in names if name != "generic.toml")


@cache
def generic() -> Preset:
    """Return the words any platform may use, as a preset without columns."""
    return _load("generic.toml")


def order_status(word: str, preset: Preset | None = None) -> str | None:
    """Return the status a word means: unpaid, paid, shipped, completed, cancelled, refunded; else None.

    >>> order_status("卖家已发货，等待买家确认")
    'shipped'
    """
    plain = plain_word(word)
    if preset is not None:
        if plain in preset.status:
            return preset.status[plain]
        folded = unicodedata.normalize("NFKC", word).strip()
        for prefix, status in preset.status_prefix.items():
            if folded.startswith(prefix):
                return status
    return generic().status.get(plain)


def refund_state(word: str, preset: Preset | None = None) -> str | None:
    """Return what a refund status means: none, pending, partial or full; None for an unknown word.

    >>> refund_state("退款成功"), refund_state("没有申请退款"), refund_state("买家撤回了退款")
    ('full', 'none', 'none')
    """
    plain = plain_word(word)
    if preset is not None and plain in preset.refund_words:
        return preset.refund_words[plain]
    known = generic().refund_words.get(plain)
    return "none" if known is None and _CAME_TO_NOTHING.fullmatch(plain) else known


def kind_of_row(word: str, preset: Preset | None = None) -> str | None:
    """Return what a row is by its kind's word: sale, return, topup, deposit, balance, exchange, gift…; else None.

    >>> kind_of_row("销售退货单"), kind_of_row("门店充值(现金)"), kind_of_row("未退款")
    ('return', 'topup', None)
    """
    plain = plain_word(word)
    every = [known for known in (preset, generic()) if known is not None]
    for known in every:
        if plain in known.kinds:
            return known.kinds[plain]
    return next((kind for known in every for part, kind in known.kind_parts if part in plain), None)


def kind_of_event(word: str) -> str | None:
    """Return what kind of event a word tells of: checkin, post, live, browse, cart, complaint, coupon_…; else None.

    >>> kind_of_event("社群发言"), kind_of_event("优惠券核销（门店）"), kind_of_event("销售")
    ('post', 'coupon_redeemed', None)
    """
    plain, known = plain_word(word), generic().events
    return known.get(plain) or next((kind for part, kind in known.items() if part in plain), None)


def is_return_word(word: str) -> bool:
    """Return whether a word by itself names a return: 退, 退货单, refund; a part of a longer one proves less."""
    return generic().kinds.get(plain_word(word)) == "return"


def is_document(word: str, preset: Preset | None = None) -> bool:
    """Return whether a word names a kind of row, and never the state of an order: 销售, sale."""
    plain = plain_word(word)
    return plain in generic().documents or (preset is not None and plain in preset.documents)


def is_refund_word(word: str) -> bool:
    """Return whether a status names a refund, and not the state of an order that was refunded: REFUND, 退款."""
    return plain_word(word) in generic().refund_events


def currency_of(word: str, preset: Preset | None = None) -> str:
    """Return the code of a currency by its name or sign: 人民币 and ¥ are CNY; an unknown word is its own code.

    >>> currency_of("US$"), currency_of("欧元"), currency_of("chf")
    ('USD', 'EUR', 'CHF')
    """
    folded = unicodedata.normalize("NFKC", word).strip().casefold()
    own = preset.currencies.get(folded) if preset is not None else None
    return own or generic().currencies.get(folded, folded.upper())


@cache
def currencies() -> frozenset[str]:
    """Return the codes of the currencies that are known by name."""
    return frozenset(generic().currencies.values())


def was_delivered(word: str, preset: Preset | None = None) -> bool:
    """Return whether a status or refund word tells that the order had been shipped before."""
    plain = plain_word(word)
    return plain in generic().delivered or (preset is not None and plain in preset.delivered)


def plain_word(word: str) -> str:
    """Return a status word without case, spaces, punctuation and full-width forms: how words are compared."""
    folded = unicodedata.normalize("NFKC", word).strip().casefold()
    return _NOT_A_WORD.sub("", folded) or folded


def _load(name: str) -> Preset:
    source = files("siyu_cli") / "presets" / name
    return preset_of(tomllib.loads(source.read_text("utf-8")), name.removesuffix(".toml"))


def preset_of(given: Mapping[str, Any], stem: str, file: Path | None = None) -> Preset:
    """Return what a preset file holds as a preset; ``stem`` is its name, ``file`` where a shop's own one lies."""
    raw = dict(given)
    raw["status"] = _by_word(raw.pop("status", {}))
    raw["refund_words"] = _by_word(raw.pop("refund", {}))
    for key in ("delivered", "documents", "refund_events"):
        raw[key] = frozenset(plain_word(word) for word in raw.pop(key, ()))
    raw["kinds"] = _by_word(raw.pop("kind", {}))
    raw["events"] = _by_word(raw.pop("event", {}))
    raw["kind_parts"] = tuple(
        (plain_word(word), group.get("kind")) for group in raw.pop("kind_part", ()) for word in group["words"]
    )
    raw["currencies"] = MappingProxyType({
        unicodedata.normalize("NFKC", word).casefold(): code
        for code, words in raw.pop("currency", {}).items()
        for word in (code, *words)
    })  # fmt: skip
    raw["columns"] = MappingProxyType({key: tuple(heads) for key, heads in raw.pop("columns", {}).items()})
    raw["patterns"] = MappingProxyType({key: re.compile(text) for key, text in raw.pop("patterns", {}).items()})
    raw["headerless"] = tuple(
        HeaderlessColumn(column.get("key"), column["title"], re.compile(column["pattern"]))
        for column in raw.pop("headerless", ())
    )
    for key in ("signature", "ignored"):
        raw[key] = tuple(raw.pop(key, ()))
    for key in ("status_prefix", "order_scope_when"):
        raw[key] = MappingProxyType(raw.pop(key, {}))
    if "min_paid" in raw:
        raw["min_paid"] = Decimal(str(raw["min_paid"]))
    blank = {"platform": "", "table": "", "title_en": stem, "title_zh": stem}
    return Preset(**{**blank, **raw, "name": stem, "file": file})


def _by_word(groups: Mapping[str, Iterable[str]]) -> Mapping[str, str]:
    return MappingProxyType({plain_word(word): key for key, words in groups.items() for word in words})
