"""A report for machines: one JSON document, keys never translated."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from siyu_cli.render.reader import Reader, plain
from siyu_cli.report import Report
from siyu_cli.signs import escaped

_ENGLISH = Reader("en")


def document(report: Report) -> dict[str, Any]:
    """Return ``{"meta": …, the answer's values, "load": …}``."""
    return {"meta": describe(report), **report.values, "load": dict(report.account.document)}


def describe(report: Report) -> dict[str, Any]:
    """Return what every output carries: version, command, date, parameters, inputs, warnings."""
    return {**report.meta, "warnings": [_ENGLISH.say(note) for note in report.warnings]}


def json_text(document: Mapping[str, Any], *, indent: int | None = None) -> str:
    """Return a document as JSON text, keys in order: dates ISO, decimals as numbers, ``NaN`` as null."""
    return escaped(json.dumps(plain(document), ensure_ascii=False, indent=indent, allow_nan=False))
