"""What an operator is told when a plan is wrong: where it stands, what it is, what it may be instead."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from siyu_cli.config.errors import shown_value
from siyu_cli.config.sections import Said, read_said
from siyu_cli.core.campaign.kinds import BrokenRuleError
from siyu_cli.errors import ConfigError, Where

SHOWN = 60
NO_KEY = "{origin}: a plan has no {key}."


@dataclass(frozen=True)
class Places:
    """Where a document's values stand: in a text by line; in a workbook by ``cells``, each (sheet, row, cell)."""

    file: str
    lines: Mapping[tuple[str, ...], int] = field(default_factory=dict)
    cells: Mapping[tuple[str, ...], tuple[str, int, str]] = field(default_factory=dict)

    def origin(self, key: tuple[str, ...]) -> str:
        """Return the place of a value in words, or of the nearest part around it that has one.

        >>> Places("plan.toml", {("offers", "1"): 12}).origin(("offers", "1", "value"))
        'plan.toml:12'
        """
        for depth in range(len(key), 0, -1):
            if key[:depth] in self.cells:
                sheet, _row, cell = self.cells[key[:depth]]
                return f"{self.file} › {sheet} › {cell}"
            if key[:depth] in self.lines:
                return f"{self.file}:{self.lines[key[:depth]]}"
        return self.file

    def where(self, key: tuple[str, ...]) -> Where:
        """Return the place of a value for machines; the column is the cell, or the dotted key."""
        for depth in range(len(key), 0, -1):
            if key[:depth] in self.cells:
                sheet, row, cell = self.cells[key[:depth]]
                return Where(self.file, sheet, row, cell)
            if key[:depth] in self.lines:
                return Where(self.file, row=self.lines[key[:depth]], column=".".join(key))
        return Where(self.file, column=".".join(key) or None)


def refusal(error: ValidationError, model: type[BaseModel], places: Places, message: str = NO_KEY) -> ConfigError:
    """Return what to tell about the first value of a document that ``model`` does not allow.

    ``message`` is what is said of a key that there is not, as the document is called: a plan, a rule, a playbook.
    """
    problem: Any = _first(error.errors(include_url=False))
    key = tuple(map(str, problem["loc"]))
    broken = problem.get("ctx", {}).get("error")
    if isinstance(broken, BrokenRuleError):
        return _broken_rule(broken, key, places)
    name = _dotted(key)
    if problem["type"] == "missing":
        return ConfigError(
            "{origin}: {key} is missing.", hint=_said(model, key).hint, where=places.where(key),
            **_facts(places, key, name),
        )  # fmt: skip
    if problem["type"] == "extra_forbidden":
        known = _names(model, key[:-1])
        near = difflib.get_close_matches(key[-1], known, n=1, cutoff=0.6)
        hint = "Did you mean {closest}?" if near else "There are: {known}."
        return ConfigError(
            message, hint=hint, where=places.where(key), closest="".join(near),
            known=", ".join(known), **_facts(places, key, name),
        )  # fmt: skip
    value = shown_value(name, problem["input"])
    value = value if len(value) <= SHOWN else f"{value[:SHOWN]}…"
    return ConfigError(
        "{origin}: {key} cannot be {value}.", hint=_said(model, key).hint, where=places.where(key), value=value,
        **_facts(places, key, name),
    )  # fmt: skip


def _first(problems: list[Any]) -> Any:
    # A key that is missing beside one that there is not has probably been misspelt.
    first = problems[0]
    if first["type"] == "missing":
        beside = [one for one in problems if one["type"] == "extra_forbidden" and one["loc"][:-1] == first["loc"][:-1]]
        return next(iter(beside), first)
    return first


def _broken_rule(broken: BrokenRuleError, key: tuple[str, ...], places: Places) -> ConfigError:
    key = (*key, *broken.key.split("."))
    origin = places.origin(key)
    facts = {**broken.note.facts, "origin": origin}
    return ConfigError(broken.note.message, hint=broken.hint, where=places.where(key), **facts)


def _facts(places: Places, key: tuple[str, ...], name: str) -> dict[str, object]:
    return {"origin": places.origin(key), "key": name}


def _dotted(key: tuple[str, ...]) -> str:
    """Return a key as people count: ``offers.2.value`` is of the second offer."""
    return ".".join(str(int(part) + 1) if part.isdigit() else part for part in key)


def _model_at(model: type[BaseModel], key: tuple[str, ...]) -> type[BaseModel] | None:
    for part in key:
        if part.isdigit():
            continue
        kind: Any = model.model_fields[part].annotation if part in model.model_fields else None
        inner = next((one for one in (kind, *get_args(kind)) if _is_model(one)), None)
        if inner is None:
            return None
        model = inner
    return model


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _names(model: type[BaseModel], key: tuple[str, ...]) -> list[str]:
    inner = _model_at(model, key)
    return list(_fields(inner)) if inner else []


def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return the fields of a model by what a document calls them."""
    return {info.alias or name: info for name, info in model.model_fields.items()}


def _said(model: type[BaseModel], key: tuple[str, ...]) -> Said:
    """Return what is said about a key; of a value inside a list, that of the list."""
    for depth in range(len(key) - 1, -1, -1):
        inner = _model_at(model, key[:depth])
        if inner and key[depth] in _fields(inner):
            return read_said(_fields(inner)[key[depth]])
    return Said("")
