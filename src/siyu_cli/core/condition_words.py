"""The words of a condition: what people see on a screen becomes the keys and signs that SQL has.

``净消费额 ≥ 1，000`` is no number and refused; ``净消费额 ≥ 1000 且 阶段 ＝ ‘沉睡期’`` is
``net_sales >= 1000 and stage = '沉睡期'``. Which values a column has is looked at later, in the syntax tree.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from siyu_cli.core.lifecycle.tables import SEGMENTS
from siyu_cli.errors import ConditionError, Spoken
from siyu_cli.masks import mask_account, mask_key, mask_name, mask_phone, mask_text, mask_word
from siyu_cli.tables.column import Column, Table, find_column
from siyu_cli.tables.inputs import INPUTS, JOINED_BY, MEMBERS

MOST_CHARACTERS = 8_000
MOST_PARTS = 500
DEEPEST = 12
MOST_DIGITS = 15

_WITHHELD = ("custom_segments", "stage_reason")
_HINT = (
    "Columns: {columns}. Operators: = <> < <= > >= and or not in between like is null + - *. "
    "Text and dates stand in single quotes, numbers do not."
)
_EXAMPLE = "Write for example net_sales >= 1000, or 净消费额 >= 1000."
_PIECES = re.compile(
    r"""(?P<text> '(?:[^']|'')*' | [‘’＇][^‘’＇']*[‘’＇'] )
      | (?P<name> "(?:[^"]|"")*" | [“”＂][^“”＂"]*[“”＂"] )
      | (?P<plain> [^'"‘’＇“”＂]+ )
      | (?P<open> . )""",
    re.VERBOSE | re.DOTALL,
)
# Full width becomes half width; signs a Chinese keyboard has become those of SQL.
_HALF_WIDTH = {0xFF01 + place: 0x21 + place for place in range(94)}
_SIGNS = _HALF_WIDTH | str.maketrans(
    {"\u3000": " ", "\xa0": " ", "、": ",", "≥": ">=", "≤": "<=", "≠": "<>", "−": "-", "×": "*"}
)
_CONNECTORS = {"并且": "and", "且": "and", "或者": "or", "或": "or", "非": "not"}
_KEYWORDS = frozenset(("and", "or", "not", "in", "between", "like", "ilike", "is", "null", "true", "false", "date"))
_COLUMN = re.compile(r"[^\W\d]\w*")
_OF_PEOPLE = {"key": mask_key, "phone": mask_phone, "name": mask_name, "account": mask_account}
_NUMBER = re.compile(r"\d*(?:\.\d+)?(?:e[+-]?\d{1,2})?%?", re.IGNORECASE)


def spell_out(text: str, table: Table) -> str:
    """Return a condition in the keys of ``table`` and in ASCII signs; ``ConditionError`` for what can be neither.

    >>> from siyu_cli.core.lifecycle.tables import SEGMENTS
    >>> spell_out("“Net sales” ＞＝ 1000 且 退款率 < 10%", SEGMENTS)
    'net_sales >= 1000 and refund_rate < 0.1'
    """
    if not text.strip():
        raise ConditionError("The condition is empty.", hint=_EXAMPLE)
    if len(text) > MOST_CHARACTERS:
        message = "The condition has {length} characters, more than the {limit} that are read."
        raise ConditionError(
            message, hint="Say it with fewer words.", length=f"{len(text):,}", limit=f"{MOST_CHARACTERS:,}"
        )
    parts = []
    for piece in _PIECES.finditer(text):
        if piece["open"]:
            raise refusal(text, piece[0], table)
        if piece["text"]:
            parts.append(_text(piece[0], text, table))
        elif piece["name"]:
            named = find_column(allowed(table), piece[0][1:-1].replace('""', '"'), titles_only=True)
            parts.append(named.key if named else _text(piece[0], text, table))
        else:
            parts.append(_plain(piece[0].translate(_SIGNS), text, table))
    spelled = "".join(parts)
    _check_size(spelled)
    return spelled


def allowed(table: Table) -> tuple[Column, ...]:
    """Return the columns of a table that a condition may name: not those that conditions make."""
    return tuple(column for column in table.columns if column.key not in _WITHHELD)


def refusal(text: str, word: str, table: Table) -> ConditionError:
    """Return the error for a word that a condition cannot use, with its place; '' where no word is to blame."""
    near = _meant(word, table)
    hint = "Did you mean {close}? " + _HINT if near else _HINT
    facts: dict[str, Any] = {"text": shown(text), "close": named(near), "columns": named(allowed(table))}
    position = text.translate(_HALF_WIDTH).lower().find(word.translate(_HALF_WIDTH).lower()) + 1 if word else 0
    if position:
        message = "The condition {text} cannot use {word} (at character {position})."
        return ConditionError(message, hint=hint, word=shown(mask_word(word)), position=position, **facts)
    return ConditionError("The condition {text} cannot be understood.", hint=hint, **facts)


def _meant(word: str, table: Table) -> list[Column]:
    """Return the column that a word which names none was probably meant for, if any."""
    columns = {name: column for column in allowed(table) for name in (column.zh, column.en, column.key)}
    elsewhere = find_column(INPUTS["members"].columns, word)
    if elsewhere and elsewhere.key in JOINED_BY and "joined_on" in columns:
        return [columns["joined_on"]]  # each of the dates on which somebody may have joined
    return [columns[name] for name in nearest(word, list(columns))]


def named(columns: Iterable[Column]) -> Spoken:
    """Return what columns are called: their keys, in Chinese with their titles."""
    listed = list(columns)
    return Spoken(*(sign.join(column.named(lang) for column in listed) for lang, sign in (("en", ", "), ("zh", "、"))))


def nearest(word: str, known: Sequence[str], most: int = 1) -> list[str]:
    """Return the words that were probably meant: those that hold it, then those spelled like it."""
    is_telling = len(word) > 2 or (word and not word.isascii())
    held = [name for name in known if is_telling and word.casefold() in name.casefold()]
    lower = {name.casefold(): name for name in reversed(known)}
    close = [lower[name] for name in difflib.get_close_matches(word.casefold(), lower, n=most)]
    return list(dict.fromkeys([*close, *held]))[:most]


def shown(text: str, most: int = 80) -> str:
    """Return a text in quotation marks, and no longer than a line; what it says of people is masked."""
    text = mask_condition(text)
    return repr(text if len(text) <= most else text[: most - 1] + "…")


def mask_condition(text: str) -> str:
    """Return a condition in which what is compared with something personal is masked.

    >>> mask_condition("name = '冷小雪' and stage = 'dormant'"), mask_condition("标签 = '王小明的妈妈'")
    ("name = '冷**' and stage = 'dormant'", "标签 = '王**的妈妈'")
    """
    parts: list[str] = []
    column, is_open = None, False
    for piece in _PIECES.finditer(text):
        quoted = piece["text"] or piece["name"]
        if is_open:  # a quotation mark too few: all that follows may be what is compared
            quoted = mask_compared(piece[0], column)
        elif piece["open"]:
            is_open = True
        elif quoted is None:
            words = [word for word in _COLUMN.findall(piece[0]) if word.lower() not in _KEYWORDS]
            column = find_column((*SEGMENTS.columns, *MEMBERS.columns), words[-1]) if words else column
        elif piece["name"] and find_column(SEGMENTS.columns, quoted[1:-1], titles_only=True):
            column = find_column(SEGMENTS.columns, quoted[1:-1], titles_only=True)
        else:
            quoted = f"{quoted[0]}{mask_compared(quoted[1:-1], column)}{quoted[-1]}"
        parts.append(quoted or piece[0])
    return "".join(parts)


def mask_compared(value: str, column: Column | None) -> str:
    """Return what a column is compared with, masked as the column is; staff and shops stay what they are."""
    mask = column.mask if column else "text"
    if mask in _OF_PEOPLE:
        return _OF_PEOPLE[mask](value)
    return mask_word(value) if mask in ("text", "word") else mask_text(value)


def _text(quoted: str, text: str, table: Table) -> str:
    inner = quoted[1:-1]
    mark = quoted[0] if quoted[0] in "'\"" else ""
    content = inner.replace(mark * 2, mark) if mark else inner
    if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in content):  # control signs, bytes that are no text
        raise refusal(text, content, table)
    return "'" + content.replace("'", "''") + "'"


def _plain(plain: str, text: str, table: Table) -> str:
    """Return what stands outside quotation marks: titles as keys, connectors as words, numbers checked."""
    parts = []
    for piece in _words(allowed(table)).finditer(plain):
        word = piece[0]
        if piece["title"]:
            parts.append(_named(word, table))
        elif piece["connector"]:
            parts.append(f" {_CONNECTORS[word]} ")
        elif piece["number"]:
            parts.append(_number(word, text, table))
        elif piece["word"]:
            is_function = plain[piece.end() :].lstrip().startswith("(")
            parts.append(word if word.lower() in _KEYWORDS or is_function else _named(word, table))
        elif piece["other"]:
            raise refusal(text, word, table)
        else:
            parts.append(" " if word.isspace() else word)
    return re.sub(" {2,}", " ", "".join(parts))


def _named(word: str, table: Table) -> str:
    found = find_column(allowed(table), word)
    return found.key if found else word


@cache
def _words(columns: tuple[Column, ...]) -> re.Pattern[str]:
    names = {name.translate(_SIGNS) for column in columns for name in (column.en, column.zh)}
    # Titles of one word are words like any other; the rest is looked for, the longest first.
    titles = [
        r"\s*".join(re.escape(part) for part in name.split())
        for name in sorted(names, key=len, reverse=True)
        if not re.fullmatch(r"[^\W\d]\w*", name)
    ]
    return re.compile(
        rf"""(?P<title> (?:{"|".join(titles).replace("#", "[#]") or "(?!)"})(?![^\W且或]) )
          | (?P<connector> 并且|且|或者|或|非 )
          | (?P<number> (?:\d|\.\d)[\dA-Za-z_.]*(?:(?<=[eE])[+-]\d+)?%? )
          | (?P<word> [^\W\d且或][^\W且或]* )
          | (?P<sign> \s+ | (?!--)[()<>=!,.+*:-] )
          | (?P<other> --|/\*|. )""",
        re.VERBOSE | re.IGNORECASE | re.DOTALL,
    )


def _number(word: str, text: str, table: Table) -> str:
    if sum(map(str.isdigit, word)) > MOST_DIGITS:
        message = "The condition {text} has a number of more than {digits} digits."
        raise ConditionError(message, hint=_EXAMPLE, text=shown(text), digits=MOST_DIGITS)
    if not word.isascii() or not _NUMBER.fullmatch(word):
        raise refusal(text, word, table)
    value = Decimal(word.rstrip("%"))
    if value and abs(value.adjusted()) >= MOST_DIGITS:
        raise refusal(text, word, table)
    return format(value / 100, "f") if word.endswith("%") else word


def _check_size(spelled: str) -> None:
    bare = re.sub(r"'(?:[^']|'')*'", "", spelled)
    depth = deepest = 0
    for sign in bare:
        depth += (sign == "(") - (sign == ")")
        deepest = max(deepest, depth)
    runs = [run[0] for run in re.finditer(r"(?:\bnot\b[\s(]*|-[\s(]*){2,}", bare, re.IGNORECASE)]
    deepest = max([deepest, *(len(run.split()) for run in runs)])
    parts = len(re.findall(r"[^\W\d]\w*|[<>=!+*-]+", bare))
    if deepest > DEEPEST or parts > MOST_PARTS:
        raise ConditionError(
            "The condition has too many parts: more than {parts} words and signs, or {depth} brackets in one another.",
            hint="Put values into a list, column in ('a', 'b'), or make several segments of it.",
            parts=MOST_PARTS,
            depth=DEEPEST,
        )
