"""What an operator is told when a setting is wrong: where it stands, what it is, what it may be instead."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from siyu_cli.config.layers import OPTION, PREFIX, Given, Layer
from siyu_cli.errors import ConfigError, SiyuError, UsageError

if TYPE_CHECKING:
    from pydantic import ValidationError

    from siyu_cli.config.sections import Said

Sections = Mapping[str, tuple[str, ...]]


def check_name(item: Given, sections: Sections) -> None:
    """Raise unless the section, and in sections with fixed keys the key, is one siyu knows."""
    keys = sections.get(item.section)
    if keys is not None and not item.key:
        message = "{origin}: {key} is a section and cannot hold a value of its own."
        raise _error(item, message, "Write [{key}] on one line and its settings on the lines below.")
    if keys is None or (keys and item.key not in keys):
        closest = _closest(item, sections)
        hint = "Did you mean {closest}?" if closest else "`siyu config show` lists every setting there is."
        raise _error(item, "{origin}: there is no setting {key}.", hint, closest=closest)


def check_variables(environ: Mapping[str, str], sections: Sections) -> None:
    """Raise for a variable that names a setting with one underline where two belong: it would be passed over."""
    known = {
        PREFIX + f"{section}_{key}".replace(".", "_").upper(): PREFIX + f"{section}__{key}".replace(".", "__").upper()
        for section, keys in sections.items()
        for key in keys
    }
    for variable in sorted(known.keys() & environ.keys()):
        raise ConfigError(
            "{origin}: there is no setting {key}.", hint="Did you mean {closest}?",
            origin=variable, key=variable.removeprefix(PREFIX).lower(), closest=known[variable],
        )  # fmt: skip


def _closest(item: Given, sections: Sections) -> str | None:
    """Return the setting that was probably meant: by its whole name, its key alone, or its section."""
    names = {f"{section}.{key}": f"{section}.{key}" for section, keys in sections.items() for key in keys}
    by_key = {name.rpartition(".")[2]: name for name in reversed(names)}
    own = {section: section for section in sections}
    for wanted, known in ((item.name, names), (item.key or item.section, by_key), (item.section, own)):
        for found in difflib.get_close_matches(wanted, known, n=1, cutoff=0.75):
            is_variable = item.origin.startswith(PREFIX)
            return PREFIX + known[found].replace(".", "__").upper() if is_variable else known[found]
    return None


def value_error(
    given: Layer, error: ValidationError, defaults: Mapping[str, object], words: Mapping[str, Said]
) -> SiyuError:
    """Return what to tell the operator about the first value that is not allowed."""
    problem = error.errors(include_url=False, include_context=False)[0]
    section, key = (*map(str, problem["loc"]), "")[:2]
    if not key:  # a rule across two settings; the error points at one that was given
        return _order_error(given, section, defaults, words)
    # A name that is no text comes back changed: then any setting of its section tells the place.
    item = given.get((section, key)) or next(item for item in given.values() if item.section == section)
    value = shown_value(item.name, problem["input"])
    said = words.get(item.name) or words[section]
    return _error(item, "{origin}: {key} cannot be {value}.", said.hint, value=value)


def _order_error(given: Layer, section: str, defaults: Mapping[str, object], words: Mapping[str, Said]) -> SiyuError:
    if section == "points":
        item = given[section, "end_of_year"]
        message = "{origin}: points.valid_days and points.end_of_year are two rules for one thing."
        return _error(item, message, words["points.end_of_year"].hint)
    low, high = {"stages": ("dormant_after", "churned_after"), "churn": ("risk_medium", "risk_high")}[section]
    item = given.get((section, low)) or given[section, high]
    values = {
        name: given[section, key].value if (section, key) in given else defaults[f"{section}.{key}"]
        for name, key in (("low", low), ("high", high))
    }
    message = "{origin}: {low_key} ({low}) is not below {high_key} ({high})."
    return _error(item, message, words[f"{section}.{low}"].hint, low_key=low, high_key=high, **values)


def _error(item: Given, message: str, hint: str, **facts: object) -> SiyuError:
    error = UsageError if item.origin == OPTION else ConfigError
    return error(message, hint=hint, where=item.where, origin=item.origin, key=item.name, **facts)


def shown_value(key: str, value: object, *, is_masked: bool = True) -> str:
    """Return a setting as TOML writes it, numbers of people and passwords masked; '' for nothing."""
    text = value if isinstance(value, str) else toml_value(value)
    if is_masked and key.startswith("exclude."):
        text = re.sub(r"\d{7,}", lambda run: f"{run[0][:3]}****{run[0][7:][-4:]}", text)
    if key == "ledger.url":
        text = re.sub(r"(://[^:/@]*):[^@]*@", r"\1:***@", text)
    return text


def toml_value(value: object) -> str:  # noqa: PLR0911  one kind, one line
    """Return a value as siyu.toml would hold it.

    >>> toml_value(("A1", "B2"))
    '["A1", "B2"]'
    """
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str() | Path():
            return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
        case list() | tuple():
            return f"[{', '.join(map(toml_value, value))}]"
        case Decimal():
            return format(value, "f")
        case Mapping():
            return f"{{ {', '.join(f'{key} = {toml_value(inner)}' for key, inner in value.items())} }}"
        case _:
            return str(value)
