"""Findings about files as text, and back: dataclasses of ours, dates, decimals and what holds them. No code is kept."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path, PurePath
from types import MappingProxyType
from typing import Any

from siyu_cli.errors import Spoken
from siyu_cli.files.recognition.presets import Preset

_OURS = "siyu_cli."


class NotKeptError(Exception):
    """A value of a kind that is not kept."""


def as_text(value: object) -> str:
    """Return a value as JSON; ``NotKeptError`` for a kind that is not kept.

    >>> as_text({"rows": 3, "since": date(2026, 6, 30)})
    '{"map": [["rows", 3], ["since", {"date": "2026-06-30"}]]}'
    """
    return json.dumps(_encoded(value), ensure_ascii=True)


def from_text(text: str, presets: Mapping[str, Preset]) -> Any:
    """Return the value ``as_text`` was given; presets are those of now, by name.

    >>> from_text(as_text((1, Decimal("2.50"), Spoken("yes", "是"))), {})
    (1, Decimal('2.50'), 'yes')
    """
    return _decoded(json.loads(text), presets)


def _encoded(value: Any) -> Any:
    """Return what JSON can hold: itself, a list, or ``{name of the kind: parts}``."""
    if value is None or (isinstance(value, bool | int | float | str) and not isinstance(value, Spoken)):
        return value
    if isinstance(value, list):
        return [_encoded(one) for one in value]
    for name, (kind, parts, _made) in _KINDS.items():
        if isinstance(value, kind):
            return {name: parts(value)}
    if is_dataclass(value):
        kept = [one.name for one in fields(value) if not one.name.startswith("_")]
        named = {name: _encoded(getattr(value, name)) for name in kept}
        return {"of": [f"{type(value).__module__}:{type(value).__qualname__}", named]}
    raise NotKeptError(type(value).__name__)


def _decoded(value: Any, presets: Mapping[str, Preset]) -> Any:
    if isinstance(value, list):
        return [_decoded(one, presets) for one in value]
    if not isinstance(value, dict):
        return value
    ((name, parts),) = value.items()
    if name == "of":
        kind, named = parts
        return _class_of(kind)(**{key: _decoded(one, presets) for key, one in named.items()})
    return _KINDS[name][2](parts, presets)


def _many(parts: Any, presets: Mapping[str, Preset]) -> Iterator[Any]:
    return (_decoded(one, presets) for one in parts)


# What is neither JSON's own nor a dataclass to be taken apart: its type, its parts, and how it is made of them.
_KINDS: Mapping[str, tuple[Any, Callable[[Any], Any], Callable[[Any, Mapping[str, Preset]], Any]]] = {
    "spoken": (Spoken, lambda value: [str(value), value.zh], lambda parts, _presets: Spoken(*parts)),
    "preset": (Preset, lambda value: value.name, lambda parts, presets: presets[parts]),
    "instant": (datetime, datetime.isoformat, lambda parts, _presets: datetime.fromisoformat(parts)),
    "date": (date, date.isoformat, lambda parts, _presets: date.fromisoformat(parts)),
    "decimal": (Decimal, str, lambda parts, _presets: Decimal(parts)),
    "path": (PurePath, str, lambda parts, _presets: Path(parts)),
    "tuple": (tuple, lambda value: list(map(_encoded, value)), lambda parts, presets: tuple(_many(parts, presets))),
    "set": (
        frozenset,
        lambda value: sorted(map(_encoded, value)),
        lambda parts, presets: frozenset(_many(parts, presets)),
    ),
    "map": (
        (dict, MappingProxyType),
        lambda value: [[_encoded(key), _encoded(one)] for key, one in value.items()],
        lambda parts, presets: {_decoded(key, presets): _decoded(one, presets) for key, one in parts},
    ),
}


def _class_of(name: str) -> Any:
    module, _, kind = name.partition(":")
    if not module.startswith(_OURS):
        raise NotKeptError(name)
    found = getattr(importlib.import_module(module), kind)
    if not (isinstance(found, type) and is_dataclass(found)):
        raise NotKeptError(name)
    return found
