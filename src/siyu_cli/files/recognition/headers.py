"""Headers as words: the plain form they are compared in, and what an unknown one seems to mean.

A known header is found by its plain form alone. Any other is read word by word against
``header_words.toml``, so that 顾客实付金额(元) and "Customer Amount Paid" both come out as what a buyer paid.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from siyu_cli.spelling import visible
from siyu_cli.tables.inputs import INPUTS

SIMILAR_BEST = 0.88
SIMILAR_LEAST = 0.7
_PER_RANK = 0.008
_PER_UNKNOWN = 0.1

# Units, currencies and form marks that stand in brackets after a header and do not change its meaning.
_UNITS = (
    "元|万元|角|分|人民币|rmb|cny|usd|eur|gbp|hkd|twd|sgd|myr|jpy|次|件|笔|单|个|份|人|天|日|张|台|套|kg|必填|选填|可选|"
    r"¥|￥|\$|€|£|单位[:：]?元|含税|yuan|required|optional|文本|数字|日期格式|格式[:：]?.*|yyyy.*|可为空"
)
_UNIT = re.compile(rf"[(（\[【<《]\s*(?:{_UNITS})\s*[)）\]】>》]", re.IGNORECASE)
_BARE_UNIT = re.compile(rf"(?:{_UNITS})", re.IGNORECASE)
_TRAILING_UNIT = re.compile(r"(?<=[金额价款])[/:：,，]?\s*元$")
_NOT_A_WORD = re.compile(r"[\W_]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_RUN = re.compile(r"[a-z]+|\d+|[^\x00-\x7f]+")
# Traditional forms met in headers from Hong Kong and Taiwan, and the two ways to write "account".
_SIMPLIFIED = str.maketrans(
    "訂單編號會員電話碼時間實際總額顧買數價門標籤積點註冊級帳賬戶稱類狀態運費優營業購訊貨應開啟創發處銷條"
    "項詳細備歷計結記錄導領區來幣郵簡讓與選請務專屬產離職關閉終納餘劃權劵獲據後進階歡聯絡繫別滿歲帐輸貴賓"
    "戰儲",
    "订单编号会员电话码时间实际总额顾买数价门标签积点注册级账账户称类状态运费优营业购讯货应开启创发处销条"
    "项详细备历计结记录导领区来币邮简让与选请务专属产离职关闭终纳余划权券获据后进阶欢联络系别满岁账输贵宾"
    "战储",
)
_LONGEST_WORD = 8


@dataclass(frozen=True)
class Meaning:
    """One column an unknown header may be: its key, and how sure, 0.7 to 0.88."""

    key: str
    confidence: float


@dataclass(frozen=True)
class _Vocabulary:
    words: dict[str, str]
    phrases: dict[str, str]
    meanings: dict[str, tuple[tuple[str, int, frozenset[str], frozenset[str]], ...]]
    foreign: dict[str, str]
    near: dict[str, frozenset[str]]


@lru_cache(maxsize=8192)
def plain(header: str) -> str:
    """Return a header as it is compared: no units, case, spaces, punctuation, full-width or older forms.

    >>> plain("＊實付金額（元） "), plain("Order ID") == plain("order_id")
    ('实付金额', True)
    """
    text = visible(unicodedata.normalize("NFKC", header)).translate(_SIMPLIFIED).casefold()
    bare = _TRAILING_UNIT.sub("", _UNIT.sub("", text)).replace("#", "no")
    return (_NOT_A_WORD.sub("", bare) or _NOT_A_WORD.sub("", text)).replace("number", "no")


def is_unit(cell: str) -> bool:
    """Return whether a cell below a header holds nothing but a unit: ``元``, ``(次)``, ``%``."""
    text = visible(unicodedata.normalize("NFKC", cell)).strip("()[]【】<>《》").strip()
    return bool(_BARE_UNIT.fullmatch(text)) or text in {"%", "‰", "-"}


@lru_cache(maxsize=8192)
def concepts(header: str) -> tuple[frozenset[str], int]:
    """Return the concepts of a header's words, and how many of its words are not known."""
    text = _UNIT.sub(" ", visible(unicodedata.normalize("NFKC", header))).translate(_SIMPLIFIED)
    text = _CAMEL.sub(" ", text).casefold().replace("# of", "number of").replace("#", " no ").replace("e-mail", "email")
    latin: list[str] = []
    found: list[str] = []
    unknown = 0
    for run in _RUN.findall(text):
        if run.isascii():
            latin.append(run)
            continue
        more, missing = _read_chinese(_NOT_A_WORD.sub("", run))
        found += more
        unknown += missing
    more, missing = _read_latin(latin)
    return frozenset((*found, *more)) - {"FILLER"}, unknown + missing


@lru_cache(maxsize=8192)
def meanings(table: str, header: str) -> tuple[Meaning, ...]:
    """Return what an unknown header may mean in a table, the surest first."""
    has, unknown = concepts(header)
    # 挂账手机号 is some phone, and a word that is not known says whose: one concept alone says too little.
    if not has or unknown > 2 or (unknown and len(has) == 1):
        return ()
    best: dict[str, float] = {}
    for key, rank, required, optional in _vocabulary().meanings[table]:
        if required <= has <= required | optional:
            confidence = SIMILAR_BEST - _PER_RANK * rank - _PER_UNKNOWN * unknown
            if confidence >= SIMILAR_LEAST:
                best[key] = max(confidence, best.get(key, 0.0))
    return tuple(sorted((Meaning(key, sure) for key, sure in best.items()), key=lambda m: -m.confidence))


def foreign_kind(header: str) -> str | None:
    """Return what other kind of sheet a header belongs to: spending, stock, ledger, staff, …; else None."""
    text = plain(header)
    for word, kind in _vocabulary().foreign.items():
        if word in text:
            return kind
    return None


def suggests(key: str, header: str) -> bool:
    """Return whether a header, known or not, has a word that people use for a column."""
    words = _vocabulary().near.get(key, frozenset())
    text = _CAMEL.sub(" ", unicodedata.normalize("NFKC", header)).casefold().replace("_", " ")
    return any(run in words if run.isascii() else any(word in run for word in words) for run in _RUN.findall(text))


def _read_chinese(text: str) -> tuple[list[str], int]:
    words = _vocabulary().words
    found: list[str] = []
    unknown = at = 0
    was_unknown = False
    while at < len(text):
        for end in range(min(len(text), at + _LONGEST_WORD), at, -1):
            concept = words.get(text[at:end])
            if concept:
                found.append(concept)
                at, was_unknown = end, False
                break
        else:
            unknown += not was_unknown
            at, was_unknown = at + 1, True
    return found, unknown


def _read_latin(words: list[str]) -> tuple[list[str], int]:
    known, phrases = _vocabulary().words, _vocabulary().phrases
    found: list[str] = []
    unknown = at = 0
    while at < len(words):
        for size in (3, 2):
            phrase = phrases.get("_".join(words[at : at + size])) if at + size <= len(words) else None
            if phrase:
                found.append(phrase)
                at += size
                break
        else:
            word = words[at]
            concept = known.get(word) or known.get(word.removesuffix("s"))
            if word.isdigit():
                found.append("NUMBERED")
            elif concept:
                found.append(concept)
            else:
                unknown += 1
            at += 1
    return found, unknown


@cache
def _vocabulary() -> _Vocabulary:
    raw = tomllib.loads((files("siyu_cli.files.recognition") / "header_words.toml").read_text("utf-8"))
    every = {word: concept for concept, words in raw["words"].items() for word in words.split()}
    return _Vocabulary(
        words={word: concept for word, concept in every.items() if "_" not in word},
        phrases={word: concept for word, concept in every.items() if "_" in word},
        meanings={table: tuple(_templates(raw[table])) for table in INPUTS},
        foreign={plain(word): kind for kind, words in raw["foreign"].items() for word in words.split()},
        near={key: frozenset(words.split()) for key, words in raw["near"].items()},
    )


def _templates(columns: dict[str, list[str]]) -> Iterable[tuple[str, int, frozenset[str], frozenset[str]]]:
    for key, ways in columns.items():
        for rank, way in enumerate(ways):
            names = way.split()
            required = frozenset(name for name in names if not name.endswith("?"))
            yield key, rank, required, frozenset(name[:-1] for name in names if name.endswith("?"))
