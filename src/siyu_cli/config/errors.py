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

Sections = Mapping[str, tuple[str, ...]]

# What an error says is allowed; a whole section where its keys are the operator's own.
ALLOWED = {
    "shop.name": "Allowed: a text.",
    "shop.timezone": "Allowed: a time zone, such as Asia/Shanghai (all of China) or Europe/London.",
    "shop.gross_margin": "Allowed: a share above 0 and at most 1, such as 0.55.",
    "shop.currency": "Allowed: the three letters of a currency, such as CNY.",
    "orders.totals": "Allowed: larger or log.",
    "orders.min_paid": "Allowed: an amount, 0 or more.",
    "stages.new_days": "Allowed: a whole number of days, 0 or more.",
    "stages.dormant_after": "Allowed: a whole number of days, 1 or more and below churned_after.",
    "stages.churned_after": "Allowed: a whole number of days, above dormant_after.",
    "stages.declining_ratio": "Allowed: a number above 1.",
    "stages.mature_orders": "Allowed: a whole number, 1 or more.",
    "stages.welcome_points": "Allowed: a whole number, 0 or more.",
    "rfm.bins": "Allowed: a whole number from 2 to 10.",
    "rfm.split": 'Allowed: "default", "median", "mean", or three numbers of 0 or more: '
    "days since the last order, purchase days, net sales.",
    "churn.horizon_days": "Allowed: a whole number of days from 1 to 1000.",
    "churn.model": "Allowed: blend, mbg, bg, pareto or ensemble.",
    "churn.risk_high": "Allowed: a share from 0 to 1, above risk_medium.",
    "churn.risk_medium": "Allowed: a share from 0 to 1, below risk_high.",
    "referral.milestones": "Allowed: a list of whole numbers that rise, such as [3, 5, 10].",
    "referral.mature_days": "Allowed: a whole number of days, 0 or more.",
    "referral.reward_depth": "Allowed: a whole number from 0 to 100.",
    "referral.control_variant": "Allowed: a text.",
    "referral.notify": 'Allowed: a list of addresses, such as ["wecombot://KEY"].',
    "engine.memory_limit": 'Allowed: a size from 64MB on, such as "2GB".',
    "load.max_rejected_share": "Allowed: a share from 0 to 1, such as 0.05.",
    "load.id_width": "Allowed: a whole number from 1 to 64.",
    "load.ignore_id_case": "Allowed: true or false.",
    "load.max_guest_share": "Allowed: a share from 0 to 1, such as 0.05.",
    "exclude.ids": "Allowed: a list of member ids.",
    "exclude.phones": "Allowed: a list of mobile numbers of 11 digits.",
    "exclude.files": "Allowed: a list of file names, relative to siyu.toml.",
    "ledger.url": "Allowed: the address of a database, such as postgresql://user@host/name.",
    "map": 'Allowed: "TABLE.COLUMN" = "header in the file", such as "orders.member_id" = "household_id".',
    "segments": 'Allowed: name = "condition"; a name is not empty and holds no semicolon.',
    "calendar": "Allowed: two dates, the first not after the second, such as [2025-11-01, 2025-11-11].",
}


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


def value_error(given: Layer, error: ValidationError, defaults: Mapping[str, object]) -> SiyuError:
    """Return what to tell the operator about the first value that is not allowed."""
    problem = error.errors(include_url=False, include_context=False)[0]
    section, key = (*map(str, problem["loc"]), "")[:2]
    if not key:  # a rule across two settings; the error points at one that was given
        return _order_error(given, section, defaults)
    # A name that is no text comes back changed: then any setting of its section tells the place.
    item = given.get((section, key)) or next(item for item in given.values() if item.section == section)
    value = shown_value(item.name, problem["input"])
    return _error(
        item, "{origin}: {key} cannot be {value}.", ALLOWED.get(item.name) or ALLOWED[section], value=value
    )


def _order_error(given: Layer, section: str, defaults: Mapping[str, object]) -> SiyuError:
    low, high = {"stages": ("dormant_after", "churned_after"), "churn": ("risk_medium", "risk_high")}[section]
    item = given.get((section, low)) or given[section, high]
    values = {
        name: given[section, key].value if (section, key) in given else defaults[f"{section}.{key}"]
        for name, key in (("low", low), ("high", high))
    }
    message = "{origin}: {low_key} ({low}) is not below {high_key} ({high})."
    return _error(item, message, ALLOWED[f"{section}.{low}"], low_key=low, high_key=high, **values)


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


def toml_value(value: object) -> str:
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
        case _:
            return str(value)
