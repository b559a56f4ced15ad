"""What is told of an export: how many go and where, why the others do not, what the law looked at, what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from siyu_cli.core.contacts.checks import as_dict
from siyu_cli.core.contacts.tables import EXPORT_LIST, EXPORT_SUMMARY, SENT
from siyu_cli.core.referral.rules import INFO, REFUSAL
from siyu_cli.errors import Note, Spoken
from siyu_cli.report import Listing, Report, Section, Several, Value, Words, dotted, label

if TYPE_CHECKING:
    from siyu_cli.core.contacts.question import ExportAnswer

# What a destination wants told, by its codes.
_TELLS = {
    "wecom-confirm": Note("Each employee has to confirm the sending in WeCom."),
    "wecom-last-talk": Note("WeCom lets only the employee who talked to a customer last reach them."),
    "sms-no-retry": Note("Switch off the repeats of the SDK: a sending that is repeated reaches people twice."),
    "audience-append": Note("An upload is added to the audience unless you choose otherwise there."),
    "wechatpay-digest": Note("It asks for the file's SHA-256 and a description of 15 characters or more."),
    "list-consent": Note("Nobody is subscribed by this file: record consent there for those alone who gave it there."),
    "audience-name": Note("Names of audiences that hint at health or income are refused there."),
}


def report(found: ExportAnswer) -> Report:
    """Return what is told of an answer."""
    summary = Section(EXPORT_SUMMARY, found.summary, drawn="bars", measures=("members",))
    return Report(
        Note("Export to {destination}", {"destination": _place(found)}),
        tuple(_opening(found)),
        found.meta,
        found.load.account(),
        values=_values(found),
        sections=(summary,),
        facts=tuple(_facts(found)),
        listing=Listing(EXPORT_LIST, lambda keys: found.listed.select(list(keys))),
        warnings=tuple(_warnings(found)),
        log={"listed": len(found.fates), "sent": found.counts[SENT]},
        next_steps=tuple(_next(found)),
    )


def _place(found: ExportAnswer) -> Spoken:
    return Spoken(found.place.en, found.place.zh)


def _opening(found: ExportAnswer) -> Iterator[Words]:
    facts = {
        "listed": Value(len(found.fates), "count"),
        "sent": Value(found.counts[SENT], "count"),
        "left": Value(len(found.fates) - found.counts[SENT], "count"),
        "destination": _place(found),
        "campaign": found.meta["campaign"],
    }
    if found.question.is_dry:
        yield Note(
            "Tried only: of {listed} listed, {sent} would go to {destination} for {campaign}, {left} would not", facts
        )
    else:
        yield Note("Of {listed} listed, {sent} go to {destination} for {campaign}, {left} do not", facts)
    reasons = [
        Several((label(EXPORT_SUMMARY["fate"], reason), Value(members, "count")), "blanks")
        for reason, members in found.counts.items()
        if reason != SENT
    ]
    if reasons:
        yield dotted(*reasons)


def _facts(found: ExportAnswer) -> Iterator[tuple[Words, Words]]:
    yield Note("Campaign"), found.meta["campaign"]
    yield Note("Day"), found.question.sent_on.isoformat()
    for finding in found.findings:
        yield finding.code, finding.note
    for parts, members in found.text_parts.items():
        facts = {"members": Value(members, "count"), "parts": parts}
        yield Note("Length"), Note("{members} get a text of {parts} short messages", facts)
    for code in found.place.tells:
        yield Note("To mind"), _TELLS[code]
    if found.receipt:
        yield Note("Audit head"), found.receipt["head"]


def _warnings(found: ExportAnswer) -> Iterator[Note]:
    yield from found.warnings
    is_known = found.people["is_known"].to_pylist()
    unknown = sum(not known and fate != "forgotten" for known, fate in zip(is_known, found.fates, strict=True))
    if unknown:
        message = "{members} of the list stand in none of these files: give the files the list was made from."
        yield Note(message, {"members": Value(unknown, "count")}, is_finding=True)
    for finding in found.findings:
        if finding.level == INFO:
            continue
        facts = {"code": finding.code, "finding": finding.note}
        if finding.level == REFUSAL and finding.code in found.question.overrides:
            yield Note("{code}: {finding} Overridden, with a reason on record.", facts)
        elif finding.level == REFUSAL:
            yield Note("{code}: {finding} This refuses the export.", facts, is_finding=True)
        else:
            yield Note("{code}: {finding}", facts)


def _next(found: ExportAnswer) -> Iterator[Note]:
    if found.question.is_dry:
        yield Note("siyu export … -o DIR without --dry-run writes the files and remembers the contacts")


def _values(found: ExportAnswer) -> dict[str, Any]:
    return {
        "destination": found.place.name,
        "campaign": found.meta["campaign"],
        "sent_on": found.question.sent_on.isoformat(),
        "is_dry": found.question.is_dry,
        "listed": len(found.fates),
        "sent": found.counts[SENT],
        "excluded": {reason: count for reason, count in found.counts.items() if reason != SENT},
        "compliance": [as_dict(finding) for finding in found.findings],
        "text_parts": {str(parts): members for parts, members in found.text_parts.items()},
        **({"audit_head": found.receipt["head"], "files": found.receipt["files"]} if found.receipt else {}),
    }
