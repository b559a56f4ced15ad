"""What to do next with each stage and RFM group: a default text in both languages, or the shop's own."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from siyu_cli.core.lifecycle.tables import NEXT_STEPS, RFM_SEGMENTS, RFM_SUMMARY, STAGE_SUMMARY, STAGES
from siyu_cli.errors import ConfigError, Note, Spoken, Where
from siyu_cli.report import Section, Words
from siyu_cli.tables.column import Column, find_label

if TYPE_CHECKING:
    from siyu_cli.config.settings import Settings

# Those whose chance of leaving says whom to begin with.
_BY_RISK = ("declining", "dormant")


def own_actions(settings: Settings) -> dict[str, str]:
    """Return the texts of [actions] under the keys of stages and RFM groups; ``ConfigError`` for another name."""
    found = {}
    for name, text in settings.actions.items():
        key = find_label({**STAGES, **RFM_SEGMENTS}, name)
        if key is None:
            file, _, line = settings.origin(f"actions.{name}").rpartition(":")
            where = Where(file or None, row=int(line) if line.isdigit() else None, column=f"actions.{name}")
            message = "actions.{name}: there is no such stage and no such RFM group."
            hint = "Allowed: a stage or an RFM group, such as dormant or important_keep, and a text."
            raise ConfigError(message, hint=hint, where=where, name=name)
        found[key] = text
    return found


def next_steps(rows: list[dict[Any, Any]], key: str, own: Mapping[str, str]) -> Section:
    """Return what to do with each stage or RFM group (``key``) that has members; ``own`` are the texts of [actions]."""
    group = (STAGE_SUMMARY if key == "stage" else RFM_SUMMARY)[key]
    columns = (group, *NEXT_STEPS.columns)
    told = list(_told(rows, group, own))
    if key != "stage":
        return Section(NEXT_STEPS, told, Note("What to do next, by RFM segment"), columns, room="much")
    note = Note(
        "Begin with siyu churn … --where \"stage = 'dormant'\" -o FILE.xlsx; for other stages with siyu segment …"
    )
    return Section(NEXT_STEPS, told, columns=columns, brief=(key, "action"), note=note)


def _told(rows: list[dict[Any, Any]], group: Column, own: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for row in rows:
        name = row[group.key]
        if row["members"]:
            begin = {"action": action(group, name, own), "command": _begin(group, name)}
            yield {group.key: name, "members": row["members"], **begin}


def action(group: Column, name: str, own: Mapping[str, str]) -> Words:
    """Return what to do next with one stage or RFM group.

    >>> from siyu_cli.core.lifecycle.tables import SEGMENTS
    >>> action(SEGMENTS["stage"], "dormant", {"dormant": "本周电话回访"})
    '本周电话回访'
    """
    if name in own:
        return own[name]
    words = _defaults()[group.key][name]
    return Spoken(words["en"], words["zh"])


def _begin(group: Column, name: str) -> Note:
    """Return the command that makes the list to begin with."""
    words = (group.labels or {})[name]
    facts = {"key": group.key, "value": name, "file": Spoken(*words[-2:])}
    if name in _BY_RISK:
        return Note("siyu churn … --where \"{key} = '{value}'\" -o {file}.xlsx", facts)
    return Note("siyu segment … --where \"{key} = '{value}'\" -o {file}.xlsx", facts)


@cache
def _defaults() -> dict[str, Any]:
    return tomllib.loads((files("siyu_cli.core.lifecycle") / "actions.toml").read_text("utf-8"))
