"""Personal data: lists that lie about, files that carry more than is needed, contacts without a basis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from siyu_cli.core.contacts.rules import consents, rules_of
from siyu_cli.core.risk.asked import CONTACT_DAYS, MEMBERS, MEMORY, Asked
from siyu_cli.core.risk.indicators import Indicator
from siyu_cli.errors import Note
from siyu_cli.tables.inputs import INPUTS

_CONSENTS = ("consent_sms", "consent_wecom", "consent_ads")
_NO_MODES = Note("a system whose files have modes; this one has none")
_ANY_EXPORT = Note("any export of members or orders")
_CONSENT_COLUMNS = Note("the members' export with 短信同意, 企微同意 or 广告同意")
_CERTAIN = (1, 1)  # one is too many


def old_files(asked: Asked) -> Iterator[Indicator]:
    """Yield files of exports that should have been deleted."""
    make = asked.measuring("PII-OLD")
    if asked.known is None:
        yield from make.missing(MEMORY, "old_files")
        return
    rows = [_file(row) for row in asked.known.seen.files if row["is_overdue"]]
    yield make.found("old_files", len(rows), asked.limits.old_files, evidence=rows)


def readable_files(asked: Asked) -> Iterator[Indicator]:
    """Yield files of exports that others may read."""
    make = asked.measuring("PII-MODE")
    if asked.known is None or not asked.known.seen.knows_modes:
        yield from make.missing(MEMORY if asked.known is None else _NO_MODES, "readable_files")
        return
    rows = [_file(row) for row in asked.known.seen.files if row["is_open"]]
    yield make.found("readable_files", len(rows), asked.limits.readable_files, evidence=rows)


def _file(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: row[key] for key in ("folder", "file", "rows", "days")}


def personal_inputs(asked: Asked) -> Iterator[Indicator]:
    """Yield files that carried ID cards or addresses, which are dropped when they are read."""
    make = asked.measuring("PII-INPUT")
    if not asked.has_files:
        yield from make.missing(_ANY_EXPORT, "personal_inputs")
        return
    carried: dict[str, dict[str, Any]] = {}
    load = asked.study.load.masked()
    for sheet in (one for table in INPUTS for one in load.sheets_of(table)):
        if sheet.dropped:
            row = carried.setdefault(sheet.file, {"file": sheet.file, "columns": [], "rows": 0})
            row["columns"] = sorted({*row["columns"], *sheet.dropped})
            row["rows"] += sheet.rows_in
    rows = [carried[name] for name in sorted(carried)]
    yield make.found("personal_inputs", len(rows), asked.limits.personal_inputs, evidence=rows)


def contacted(asked: Asked) -> Iterator[Indicator]:
    """Yield contacts of the last 90 days whose basis nobody knows, and those after a refusal."""
    make = asked.measuring("CONSENT")
    known = asked.known
    if known is None:
        yield from make.missing(MEMORY, "unknown_basis", "after_withdrawal")
        return
    if not known.seen.contacts:  # nobody was contacted: nothing has to be known of anybody
        yield make.found("unknown_basis", 0, asked.limits.unknown_basis)
    elif not asked.has("members"):
        yield from make.missing(MEMBERS, "unknown_basis")
    elif not asked.has("members", *_CONSENTS):
        yield from make.missing(_CONSENT_COLUMNS, "unknown_basis")
    else:
        rows = _without_basis(asked)
        found = sum(row["contacts"] for row in rows)
        yield make.found("unknown_basis", found, asked.limits.unknown_basis, evidence=rows)
    late = known.seen.late
    yield make.found("after_withdrawal", sum(row["contacts"] for row in late), _CERTAIN, evidence=late)


def _without_basis(asked: Asked) -> list[dict[str, Any]]:
    """Return one row per member contacted without a known basis: the last day, and how often."""
    from siyu_cli.destinations.model import destination

    assert asked.known is not None
    people = _people(asked)
    ids: Sequence[str] = people["member_id"].to_pylist()
    found: dict[str, dict[str, Any]] = {}
    for one in asked.known.book.contacts_of(people["member_id"], people["phone"], asked.as_of, CONTACT_DAYS):
        rules = rules_of(asked.study.settings, destination(one.destination), one.on)
        said_yes, said_no = consents(people, rules.consent)
        is_unknown = ~said_yes & ~said_no & ~np.full(len(ids), rules.has_basis)
        for place in one.places[is_unknown[one.places]].tolist():
            row = found.setdefault(ids[place], {"member_id": ids[place], "contacts": 0, "last_on": one.on})
            row["contacts"] += 1
            row["last_on"] = max(row["last_on"], one.on)
    return sorted(found.values(), key=lambda row: (-row["contacts"], row["member_id"]))


def _people(asked: Asked) -> Any:
    """Return members with what they agreed to and their phones."""
    study = asked.study
    study.list_members(None, "en", columns=("member_id", *_CONSENTS))
    kept = study.keeper.keep("segments")
    return kept.read(("member_id", *_CONSENTS, "phone"))
