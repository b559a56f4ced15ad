"""What the law looks at before a list leaves: each check with the code of its rule, a warning or a refusal.

Not legal advice. A refusal stops the export unless it is overridden with a reason, which is kept in the audit chain.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from siyu_cli.core.campaign.compliance import words_of_praise
from siyu_cli.core.contacts.texts import has_signature, has_way_out
from siyu_cli.core.referral.rules import INFO, REFUSAL, WARNING, Finding
from siyu_cli.errors import Note, Spoken
from siyu_cli.report import Several, Value

if TYPE_CHECKING:
    from siyu_cli.config.settings import Settings
    from siyu_cli.destinations.model import Destination

# 刑法 253-1 and the interpretation of 2017: records of trade, obtained in the course of service.
CRIME_FROM = 250
_LIMITS = {"month": ("month", "月"), "week": ("week", "周"), "day": ("day", "日")}
_SENSITIVE = ("孕", "病", "癌", "糖尿", "抑郁", "减肥", "贷", "负债", "低收入", "health", "pregnan", "debt", "income")


@dataclass(frozen=True)
class Leaving:
    """What is about to leave: counts, the texts as they will be read, the campaign's name."""

    counts: Mapping[str, int]
    without_consent: int
    unknown_age: int
    texts: Sequence[str]
    campaign: str
    knows_refusals: bool = True  # whether the files say of anybody if they refuse automated decisions
    variables: Sequence[str] = ()  # fields in columns of their own, for the text

    @property
    def sent(self) -> int:
        """Return how many would be sent."""
        return self.counts.get("sent", 0)


def check_export(leaving: Leaving, place: Destination, settings: Settings) -> list[Finding]:
    """Return what PIPL-06, 13, 23, 24, 38, 47, 55, MINOR, CRIM-253, AD-43, AD-09, WECOM and limits find."""
    return [
        *_consent(leaving, place, settings),
        *_members_rights(leaving, place),
        *_wecom(leaving, place, settings),
        *_records(leaving, place, settings),
        *_ages(leaving),
        *_crime(leaving, place),
        *_hours(place, settings),
        *_sms(leaving, place),
        *_praise(leaving),
        *_size(leaving, place),
    ]


def _consent(leaving: Leaving, place: Destination, settings: Settings) -> list[Finding]:
    facts = {
        "unknown": Value(leaving.counts.get("no_consent", 0), "count"),
        "refused": Value(leaving.counts.get("opted_out", 0), "count"),
    }
    message = "Left out for want of consent: {unknown} of whom nothing is known, {refused} who said no."
    found = [Finding("PIPL-13", INFO, Note(message, facts))]
    if leaving.without_consent:
        channels = [name.removeprefix("consent_") for name in place.consent]
        basis = next(
            settings.consent[name] for name in ("sms", "wecom") if name in channels and name in settings.consent
        )
        message = "{members} go on another basis than consent: {basis}, since {on}, {document}."
        told = {"basis": basis.basis, "on": basis.on.isoformat(), "document": basis.document}
        count = Value(leaving.without_consent, "count")
        found.append(Finding("PIPL-13", WARNING, Note(message, {"members": count, **told})))
    return found


def _members_rights(leaving: Leaving, place: Destination) -> list[Finding]:
    """Return what is said of separate consent, of automated decisions and of who asked to be forgotten."""
    found = []
    if place.recipient == "platform":
        message = "{members} go to a platform that decides for itself, each with a consent of their own to that."
        found.append(Finding("PIPL-23", INFO, Note(message, {"members": Value(leaving.sent, "count")})))
    if not leaving.knows_refusals:
        message = "The files do not say who refuses automated decisions; the list was made by one."
        found.append(Finding("PIPL-24", WARNING, Note(message)))
    if forgotten := leaving.counts.get("forgotten", 0):
        message = "{members} asked to be forgotten and are left out: their platform still holds them."
        found.append(Finding("PIPL-47", INFO, Note(message, {"members": Value(forgotten, "count")})))
    return found


def _wecom(leaving: Leaving, place: Destination, settings: Settings) -> list[Finding]:
    if place.channel != "wecom":
        return []
    message = (
        "WeCom's limit here is by the {limit}, the shop's {most} in {days} days; {members} had as many as allowed."
    )
    facts = {
        "limit": Spoken(*_LIMITS[settings.contacts.wecom_limit]),
        "most": Value(settings.contacts.max_contacts, "count"), "days": settings.contacts.contact_days,
        "members": Value(leaving.counts.get("frequency_cap", 0), "count"),
    }  # fmt: skip
    return [Finding("WECOM", INFO, Note(message, facts))]


def _records(leaving: Leaving, place: Destination, settings: Settings) -> list[Finding]:
    found = []
    if place.recipient != "own" and not settings.contacts.assessment:
        message = (
            "A list for others than the shop's own people needs an impact assessment on record: contacts.assessment in "
            "siyu.toml is empty."
        )
        found.append(Finding("PIPL-55", REFUSAL, Note(message)))
    if place.is_abroad and not settings.contacts.abroad:
        message = "This list would leave the country: contacts.abroad in siyu.toml names no basis for that."
        found.append(Finding("PIPL-38", REFUSAL, Note(message)))
    columns = [Spoken(column.header("en"), column.header("zh")) for column in place.columns]
    fields = Several((*columns, *(f"{{{name}}}" for name in leaving.variables)))
    if place.recipient == "own":
        message = "The file carries {fields}, and nothing else of the members."
    else:
        message = "Others get {fields}, and nothing else of the members."
    found.append(Finding("PIPL-06", INFO, Note(message, {"fields": fields})))
    return found


def _ages(leaving: Leaving) -> list[Finding]:
    if not leaving.unknown_age:
        return []
    message = "The age of {members} of those sent is not known: minors cannot be told among them."
    return [Finding("MINOR", WARNING, Note(message, {"members": Value(leaving.unknown_age, "count")}))]


def _crime(leaving: Leaving, place: Destination) -> list[Finding]:
    if place.recipient == "own" or not leaving.without_consent:
        return []
    level = REFUSAL if leaving.without_consent >= CRIME_FROM else WARNING
    message = "{members} go to others without consent of their own: from {limit} records of trade on it may be a crime."
    facts = {"members": Value(leaving.without_consent, "count"), "limit": Value(CRIME_FROM, "count")}
    return [Finding("CRIM-253", level, Note(message, facts))]


def _hours(place: Destination, settings: Settings) -> list[Finding]:
    if place.channel != "sms":
        return []
    first, last = settings.contacts.sms_hours.split("-")
    return [Finding("AD-43", INFO, Note("Send between {first} and {last}.", {"first": first, "last": last}))]


def _sms(leaving: Leaving, place: Destination) -> list[Finding]:
    if not place.needs_signature:
        return []
    if not leaving.texts:
        return [Finding("AD-43", REFUSAL, Note("No text is given: sender and opt-out cannot be checked."))]
    found = []
    if not all(map(has_signature, leaving.texts)):
        message = "The text does not say who sends it: 【…】 at its begin or end."
        found.append(Finding("AD-43", REFUSAL, Note(message)))
    if not all(map(has_way_out, leaving.texts)):
        found.append(
            Finding("AD-43", REFUSAL, Note("The text does not say how to be left alone, such as 拒收请回复R."))
        )
    return found


def _praise(leaving: Leaving) -> list[Finding]:
    words = list(dict.fromkeys(word for text in leaving.texts for word in words_of_praise(text)))
    if not words:
        return []
    return [Finding("AD-09", WARNING, Note("The text says {words}: advertising may not.", {"words": "、".join(words)}))]


def _size(leaving: Leaving, place: Destination) -> list[Finding]:
    found = []
    if 0 < leaving.sent < place.min_rows:
        message = "{sent} people are fewer than the {least} this destination takes."
        facts = {"sent": Value(leaving.sent, "count"), "least": Value(place.min_rows, "count")}
        found.append(Finding("LIMIT", WARNING, Note(message, facts)))
    if place.name_length and len(leaving.campaign) > place.name_length:
        message = "The name of the audience has {length} characters, more than {limit}."
        facts = {"length": Value(len(leaving.campaign), "count"), "limit": Value(place.name_length, "count")}
        found.append(Finding("LIMIT", WARNING, Note(message, facts)))
    if place.recipient == "platform" and any(word in leaving.campaign.casefold() for word in _SENSITIVE):
        message = "The campaign's name hints at health or money: platforms refuse such audiences."
        found.append(Finding("PIPL-06", WARNING, Note(message)))
    if place.is_experimental:
        found.append(
            Finding("LIMIT", WARNING, Note("This destination's format is not verified: try it with few people."))
        )
    return found


def refusals(findings: Sequence[Finding], overrides: Collection[str]) -> list[Finding]:
    """Return what forbids the export and is not overridden."""
    return [finding for finding in findings if finding.level == REFUSAL and finding.code not in overrides]


def spoken_facts(finding: Finding) -> dict[str, object]:
    """Return the facts of a finding as an error or a machine reads them: plain, in English."""
    return {key: _plain(fact) for key, fact in finding.note.facts.items()}


def as_dict(finding: Finding) -> dict[str, str]:
    """Return ``{code, level, message}``, the message in English."""
    message = finding.note.message.format(**spoken_facts(finding))
    return {"code": finding.code, "level": finding.level, "message": message}


def _plain(fact: object) -> object:
    if isinstance(fact, Value):
        return fact.value
    return ", ".join(map(str, fact.parts)) if isinstance(fact, Several) else fact
