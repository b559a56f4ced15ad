"""A shop's own presets: read from folders, checked key by key, and laid before the ones siyu brings along.

They lie in ``presets/`` beside siyu.toml and in the user's folder of that name. A fault is a ``ConfigError`` that
names file, line, key and what is allowed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

from siyu_cli.errors import ConfigError, Where
from siyu_cli.files.recognition.presets import FEWEST_HEADERS, Preset, load_presets, preset_of
from siyu_cli.tables.column import RowKind
from siyu_cli.tables.inputs import INPUTS
from siyu_cli.toml import parse_toml

ORDER_STATUSES = ("unpaid", "paid", "shipped", "completed", "cancelled", "refunded")
REFUND_STATES = ("none", "pending", "partial", "full")
ROW_KINDS = get_args(RowKind)
_TEXTS = ("name", "platform", "title_en", "title_zh", "note")
_LISTS = ("signature", "ignored", "delivered", "documents")
_CHOICES = {
    "table": tuple(INPUTS),
    "amount_scope": ("order", "item"),
    "date_order": ("ymd", "dmy", "mdy"),
}
_SECTIONS = ("columns", "patterns", "order_scope_when", "status", "status_prefix", "refund", "kind", "currency")
_OTHERS = ("least", "has_buyer", "min_paid", "timezone", "order_id_date", "headerless", "kind_part")
KEYS = (*_TEXTS, *_LISTS, *_CHOICES, *_OTHERS, *_SECTIONS)

_ALLOWED = {
    "text": 'Allowed: a text between quotation marks, such as "有赞".',
    "list": 'Allowed: a list of texts, such as ["订单号", "订单编号"].',
    "choice": "Allowed: {of}.",
    "pattern": "Allowed: a regular expression between quotation marks.",
    "share": "Allowed: a share above 0 and up to 1, such as 0.65.",
    "amount": "Allowed: an amount from 0 on, such as 0.01.",
    "flag": "Allowed: true or false.",
    "zone": 'Allowed: a time zone, such as "Asia/Shanghai".',
    "parts": 'Allowed: [[kind_part]] with words = ["退货"] and kind, one of {of}.',
    "section": "Write [{key}] on one line and what it holds on the lines below.",
    "key": "Allowed keys: {of}.",
}
_PROBLEMS = {
    "unknown": "{file}, line {line}: a preset has no key {key}.",
    "value": "{file}, line {line}: {key} cannot be {value}.",
    "no table": "{file}: a preset needs the key table: which table its sheet is.",
    "no signature": "{file}: a preset needs a signature: at least {fewest} headers that tell its export apart.",
}


class _FaultError(Exception):
    """Which problem at which key, what is allowed there, the facts of both."""

    def __init__(self, path: Sequence[str], problem: str, allowed: str, **facts: object) -> None:
        super().__init__(problem)
        self.path, self.problem, self.kind, self.facts = path, problem, allowed, facts


def known_presets(folders: Sequence[Path] = ()) -> tuple[Preset, ...]:
    """Return the presets of some folders, the nearest folder first, and ours that none of them replaces by name."""
    found: dict[str, Preset] = {}
    for folder in folders:
        for path in _files(folder):
            found.setdefault(path.stem, read_preset(path))
    return (*found.values(), *(preset for preset in load_presets() if preset.name not in found))


def read_preset(path: Path) -> Preset:
    """Return one preset file as a preset; ``ConfigError`` with file, line and key for whatever is not allowed."""
    where = Where(file=str(path))
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "UTF-8?"
        message = "The preset {file} cannot be read: {reason}."
        raise ConfigError(message, where=where, file=path, reason=reason) from error
    return parse_preset(text, path)


def parse_preset(text: str, path: Path) -> Preset:
    """Return the text of a preset file as a preset; faults as for ``read_preset``."""
    raw = parse_toml(text, path)
    try:
        _check(raw)
    except _FaultError as fault:
        line = _line_of(text, fault.path)
        key = ".".join(fault.path)
        facts = {"file": path, "line": line, "key": key, **fault.facts}
        where = Where(file=str(path), row=line, column=key)
        raise ConfigError(_PROBLEMS[fault.problem], hint=_ALLOWED[fault.kind], where=where, **facts) from None
    return preset_of(raw, path.stem, path)


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix == ".toml" and path.is_file())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise ConfigError(
            "The presets of {folder} cannot be read: {reason}.",
            where=Where(file=str(folder)), folder=folder, reason=error.strerror,
        ) from error  # fmt: skip


def _check(raw: Mapping[str, Any]) -> None:
    for key in raw:
        if key not in KEYS:
            raise _FaultError((key,), "unknown", "key", of=", ".join(KEYS))
    if "table" not in raw:
        raise _FaultError(("table",), "no table", "choice", of=", ".join(INPUTS))
    for key, value in raw.items():
        _check_value(key, value)
    _check_sections(raw)
    if len(raw.get("signature", ())) < FEWEST_HEADERS and not raw.get("headerless"):
        raise _FaultError(("signature",), "no signature", "list", fewest=FEWEST_HEADERS)


def _check_value(key: str, value: Any) -> None:
    tests: dict[str, tuple[Callable[[Any], bool], str]] = {
        **dict.fromkeys(_TEXTS, (_is_text, "text")),
        **dict.fromkeys(_LISTS, (_is_list, "list")),
        "least": (lambda given: _is_number(given) and 0 < given <= 1, "share"),
        "min_paid": (_is_amount, "amount"),
        "has_buyer": (lambda given: isinstance(given, bool), "flag"),
        "timezone": (_is_zone, "zone"),
        "order_id_date": (_is_pattern, "pattern"),
        "headerless": (_is_headerless, "list"),
        "kind_part": (_is_parts, "parts"),
    }
    if key in _CHOICES:
        if not isinstance(value, str) or value not in _CHOICES[key]:
            raise _value_fault((key,), value, "choice", of=", ".join(_CHOICES[key]))
    elif key in _SECTIONS:
        if not isinstance(value, dict):
            raise _value_fault((key,), value, "section")
    elif not tests[key][0](value):
        raise _value_fault((key,), value, tests[key][1], of=", ".join(ROW_KINDS))


def _check_sections(raw: Mapping[str, Any]) -> None:
    columns = INPUTS[raw["table"]].keys
    rules: dict[str, tuple[Sequence[str], Callable[[Any], bool], str]] = {
        "columns": (columns, _is_list, "list"),
        "patterns": (columns, _is_pattern, "pattern"),
        "order_scope_when": (columns, _is_text, "text"),
        "status": (ORDER_STATUSES, _is_list, "list"),
        "refund": (REFUND_STATES, _is_list, "list"),
        "kind": (ROW_KINDS, _is_list, "list"),
        "currency": (tuple(raw.get("currency", {})), _is_list, "list"),
    }
    for section, (keys, test, hint) in rules.items():
        for key, value in raw.get(section, {}).items():
            if key not in keys:
                raise _FaultError((section, key), "unknown", "key", of=", ".join(keys))
            if not test(value):
                raise _value_fault((section, key), value, hint)
    for word, status in raw.get("status_prefix", {}).items():
        if status not in ORDER_STATUSES:
            raise _value_fault(("status_prefix", word), status, "choice", of=", ".join(ORDER_STATUSES))


def _value_fault(path: Sequence[str], value: Any, allowed: str, **facts: object) -> _FaultError:
    return _FaultError(path, "value", allowed, value=str(value)[:60], **facts)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) and one.strip() for one in value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_amount(value: Any) -> bool:
    try:
        return not isinstance(value, bool) and 0 <= Decimal(str(value)) <= 10**15
    except ArithmeticError:
        return False


def _is_zone(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(ZoneInfo(value))
    except (KeyError, OSError, ValueError):
        return False


def _is_pattern(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(re.compile(value))
    except re.error:
        return False


def _is_headerless(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(column, dict)
        and column.keys() <= {"key", "title", "pattern"}
        and _is_text(column.get("title"))
        and _is_pattern(column.get("pattern"))
        for column in value
    )


def _is_parts(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(part, dict)
        and part.keys() <= {"kind", "words"}
        and _is_list(part.get("words"))
        and part.get("kind") in (None, *ROW_KINDS)
        for part in value
    )


def _line_of(text: str, path: Sequence[str]) -> int:
    """Return the line, from 1, a key stands on; 1 where it does not stand in the file."""
    section, found = "", 1
    for number, line in enumerate(text.splitlines(), start=1):
        head = re.match(r"\s*\[+\s*\"?([^\]\"]+)\"?\s*\]", line)
        if head and "=" not in line.split("]")[0]:
            section = head[1].strip()
            if [section] == list(path):
                return number
            continue
        name = re.match(r"\s*[\"']?(.+?)[\"']?\s*=", line)
        if name and [*([section] if section else []), name[1]] == list(path):
            return number
    return found
