"""What a step's command tells in numbers, and whether a condition over earlier steps' figures holds."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, cast

from siyu_cli.core import conditions
from siyu_cli.errors import ConditionError, Spoken
from siyu_cli.tables.column import Column, Kind, Table

if TYPE_CHECKING:
    from siyu_cli.engines.protocol import Engine

CODE = "code"
_BETWEEN = "__"  # a condition's words are columns of one table: step.figure is one of them
_ASKED = re.compile(r"([A-Za-z]\w*)\s*\.\s*([A-Za-z_]\w*)")


def asked_of(text: str) -> Iterator[tuple[str, str]]:
    """Yield each step and figure that a condition names.

    >>> list(asked_of("new_dormant.members >= 20 and seg.code = 0"))
    [('new_dormant', 'members'), ('seg', 'code')]
    """
    yield from ((found[1], found[2]) for found in _ASKED.finditer(text))


def check(text: str, kinds: Mapping[str, str]) -> None:
    """Raise ``ConditionError`` unless a condition names figures of these steps; ``kinds`` are their commands."""
    try:
        conditions.parse_condition(_in_columns(text), _table(kinds))
    except ConditionError as error:
        error.facts |= {key: _as_written(value) for key, value in error.facts.items()}
        raise


def holds(engine: Engine, text: str, kinds: Mapping[str, str], figures: Mapping[str, Mapping[str, Any]]) -> bool:
    """Return whether a condition holds: ``figures`` are those of steps that were done, any other is empty."""
    table = _table(kinds)
    row = {column.key: _figure(figures, column.key) for column in table.columns}
    return conditions.holds(engine, table, row, _in_columns(text))


def values_in(text: str, figures: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the figures that a condition names, with their values."""
    return {f"{step}.{name}": figures.get(step, {}).get(name) for step, name in asked_of(text)}


def figures_of(kind: str, document: Mapping[str, Any], code: int) -> dict[str, Any]:
    """Return the figures of a command, read off its document.

    >>> figures_of("segment", {"stages": [{"stage": "dormant", "members": 4, "net_sales": 9.5}]}, 0)["dormant"]
    4
    """
    found = {name: _read(document, said.split(" ", 1)[1].split(".")) for name, said in _said().get(kind, {}).items()}
    return {**found, CODE: code}


@cache
def _said() -> dict[str, dict[str, str]]:
    return tomllib.loads((files("siyu_cli.playbook") / "figures.toml").read_text("utf-8"))


def _table(kinds: Mapping[str, str]) -> Table:
    columns = [
        Column(f"{step}{_BETWEEN}{name}", cast(Kind, said.split(" ", 1)[0]), f"{step}.{name}", f"{step}.{name}")
        for step, kind in kinds.items()
        for name, said in (*_said().get(kind, {}).items(), (CODE, "count code"))
    ]
    return Table("figures", "Figures", "指标", "one row", tuple(columns))


def _in_columns(text: str) -> str:
    return _ASKED.sub(lambda found: f"{found[1]}{_BETWEEN}{found[2]}", text)


def _as_written(value: object) -> object:
    if isinstance(value, Spoken):
        return Spoken(value.replace(_BETWEEN, "."), value.zh.replace(_BETWEEN, "."))
    return value.replace(_BETWEEN, ".") if isinstance(value, str) else value


def _figure(figures: Mapping[str, Mapping[str, Any]], key: str) -> Any:
    step, _between, name = key.partition(_BETWEEN)
    return figures.get(step, {}).get(name)


def _read(value: Any, path: Sequence[str]) -> Any:
    if not path or value is None:
        return value if isinstance(value, int | float) else None
    name, *rest = path
    if isinstance(value, list):
        rows = [row for row in value if name in ("*", next(iter(row.values()), None))]
        parts = [part for row in rows if (part := _read(row, rest)) is not None]
        return sum(parts) if parts or name != "*" else 0
    return _read(value.get(name), rest) if isinstance(value, Mapping) else None
