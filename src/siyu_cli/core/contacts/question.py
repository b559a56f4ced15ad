"""Whom of a list may one contact, by which destination? The question, and what a shop answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self

from siyu_cli.core.contacts.campaigns import campaign_of, check_arms, with_campaigns
from siyu_cli.core.contacts.checks import Leaving, check_export, refusals, spoken_facts
from siyu_cli.core.contacts.rules import NoPast, Past, Rules, counts, decide, rules_of
from siyu_cli.core.contacts.tables import EXPORT_LIST, EXPORT_SUMMARY, SENT
from siyu_cli.core.contacts.texts import FILLED_BY, parts_of, unknown_variables, variables_of
from siyu_cli.core.question import Answer, Memory, Question, Study
from siyu_cli.errors import ComplianceError, UsageError
from siyu_cli.masks import mask_word

if TYPE_CHECKING:
    import pyarrow as pa

    from siyu_cli.core.referral.rules import Finding
    from siyu_cli.destinations.model import Destination

# Asks the ledger about people: their ids, their phones, the rules.
AskPast = Callable[["pa.ChunkedArray", "pa.ChunkedArray", "Rules"], Past]


@dataclass(frozen=True)
class Export(Question):
    """Who of a list goes to a destination, and why everybody else does not?

    ``given`` is the list as it was read, ``campaign`` what it is for, else its plan's, or the list's name and the day,
    ``sent_on`` the day it goes out, on which caps and ages count; ``ask_past`` asks the ledger of contacts, ``book`` of
    campaigns. ``text`` is the message with {variables}; ``overrides`` are reasons to go on in spite of a refusal.
    """

    command: ClassVar[str] = "export"
    given: pa.Table = field(repr=False)
    to: str
    sent_on: date
    campaign: str = ""
    list_name: str = ""
    purpose: str | None = None
    text: str | None = None
    where: str | None = None
    overrides: Mapping[str, str] = field(default_factory=dict)
    is_dry: bool = False
    ask_past: AskPast | None = field(default=None, repr=False)
    book: Any = field(default=None, repr=False)
    lang: str = "en"

    def answer(self, study: Study) -> ExportAnswer:
        """Return who is sent and who is not; ``DataError`` for a masked list that cannot be joined."""
        from siyu_cli.core.contacts.given import narrowed
        from siyu_cli.core.contacts.people import people_of, with_texts
        from siyu_cli.destinations.model import destination

        place = destination(self.to)
        self._check_text(place)
        check_arms(self.given, self.book)
        given = narrowed(study.engine, self.given, self.where)
        people = with_texts(people_of(study, given, self.lang), self.text, self.lang)
        if self.book is not None:
            people = with_campaigns(people, campaign_of(given), self.book, self.sent_on)
        variables = variables_of(self.text or "")
        rules = rules_of(study.settings, place, self.sent_on, variables)
        past: Past = NoPast(people.num_rows)
        if self.ask_past is not None:
            past = self.ask_past(people["member_id"], people["phone"], rules)
        fates = decide(people, past, rules)
        meta = study.describe(self.command, self.where)
        meta |= {"campaign": self.campaign, "destination": self.to}
        return ExportAnswer(study, meta, self, place, people, fates, past, rules, lang=self.lang)

    def recall(self, memory: Memory, study: Study) -> Self:  # noqa: ARG002  the shop itself has nothing to say
        """Return the question with the day it is, and what the ledger knows; only a trial does without a ledger."""
        if not memory.is_kept and not self.is_dry:
            raise UsageError(
                "siyu export needs the shop's memory: nobody may be contacted whom it would forget.",
                hint="Run siyu init once: it writes the siyu.toml memory lies beside. --dry-run tries without.",
            )
        day = memory.day or self.sent_on
        campaign = self.campaign or campaign_of(self.given) or f"{self.list_name} {day.isoformat()}"
        named = replace(self, sent_on=day, campaign=campaign, book=memory.campaigns)

        def ask_past(members: pa.ChunkedArray, phones: pa.ChunkedArray, rules: Rules) -> Past:
            from siyu_cli.destinations.model import destination

            asked = {
                "campaign": named.campaign, "destination": self.to, "channel": destination(self.to).channel,
                "on": rules.on, "days": rules.lookback_days,
            }  # fmt: skip
            found: Past | None = memory.past(members, phones, asked)
            return found or NoPast(len(members))

        return replace(named, ask_past=ask_past)

    def _check_text(self, place: Destination) -> None:
        unknown = unknown_variables(self.text or "", FILLED_BY)
        if unknown:
            raise UsageError(
                "--text: nothing fills {variables}.", hint="Variables are {known}.",
                variables=", ".join(f"{{{name}}}" for name in unknown),
                known=", ".join(f"{{{name}}}" for name in FILLED_BY),
            )  # fmt: skip
        if place.needs_text and self.text is None and "message" not in self.given.column_names:
            message = "--to {destination} needs a text."
            raise UsageError(message, hint="Add --text '【店名】{{name}}您好……拒收请回复R'.", destination=self.to)

    def options(self, settings: Any) -> dict[str, Any]:  # noqa: ARG002  as all questions are asked
        """Return what it was asked with, nothing personal in it."""
        kept = ("to", "purpose", "where", "is_dry")
        return {key: getattr(self, key) for key in kept} | {
            "campaign": mask_word(self.campaign), "override": dict(self.overrides), "sent_on": self.sent_on.isoformat(),
        }  # fmt: skip


@dataclass(frozen=True)
class ExportAnswer(Answer):
    """What becomes of everybody listed, and what the law looks at; ``receipt`` is there once it was done."""

    told_by: ClassVar[str] = "siyu_cli.core.contacts.report"
    question: Export = field(repr=False)
    place: Destination = field(repr=False)
    people: pa.Table = field(repr=False)
    fates: Sequence[str] = field(repr=False)
    past: Past = field(repr=False)
    rules: Rules = field(repr=False)
    receipt: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def counts(self) -> dict[str, int]:
        """Return how many are sent, then how many are not for each reason."""
        return counts(self.fates)

    @cached_property
    def sent(self) -> pa.Table:
        """Return those who are sent, with what the destination carries and the law looks at."""
        import pyarrow as pa
        import pyarrow.compute as pc

        needed = {"member_id", "phone", "owner", "message", "birthday", *self.place.consent, *self.place.carries}
        needed |= set(variables_of(self.question.text or ""))
        kept = [name for name in self.people.column_names if name in needed]
        return self.people.select(kept).filter(pc.equal(pa.array(self.fates, pa.string()), SENT))

    @property
    def sent_by_owner(self) -> dict[str, int]:
        """Return how many of those who are sent each employee has."""
        import pyarrow.compute as pc

        pairs = pc.value_counts(self.sent["owner"]).to_pylist()
        return {pair["values"]: pair["counts"] for pair in pairs if pair["values"]}

    @property
    def excluded(self) -> list[tuple[str, str]]:
        """Return everybody else with the reason."""
        pairs = zip(self.people["member_id"].to_pylist(), self.fates, strict=True)
        return [(member, fate) for member, fate in pairs if fate != SENT]

    @cached_property
    def findings(self) -> list[Finding]:
        """Return what the law looks at."""
        return check_export(self.leaving, self.place, self.study.settings)

    @cached_property
    def leaving(self) -> Leaving:
        """Return what is about to leave, in counts and texts."""
        import pyarrow.compute as pc

        sent = self.sent
        consents = [pc.fill_null(sent[name], False) for name in self.place.consent if name in sent.column_names]
        agreed = consents[0] if consents else None
        for flags in consents[1:]:
            agreed = pc.or_(agreed, flags)
        without = sent.num_rows - (pc.sum(agreed.cast("int64")).as_py() or 0 if agreed is not None else 0)
        ages = sent["birthday"].null_count if "birthday" in sent.column_names else sent.num_rows
        texts = sorted({text for text in sent["message"].to_pylist() if text})
        if not texts and self.question.text:
            texts = [self.question.text]
        refusals = self.people["opt_out_profiling"] if "opt_out_profiling" in self.people.column_names else None
        knows = refusals is not None and refusals.null_count < len(refusals)
        return Leaving(self.counts, without, ages, texts, self.question.campaign, knows, self._filled_in)

    @property
    def _filled_in(self) -> tuple[str, ...]:
        """Return the fields that leave as variables of the text, in columns of their own."""
        return variables_of(self.question.text or "") if self.place.variables else ()

    @property
    def text_parts(self) -> dict[int, int]:
        """Return how many of those sent get a text of 1, 2, … short messages."""
        found: dict[int, int] = {}
        if self.place.channel != "sms":
            return found
        for text in self.sent["message"].to_pylist():
            if text:
                found[parts_of(text)] = found.get(parts_of(text), 0) + 1
        return dict(sorted(found.items()))

    @cached_property
    def listed(self) -> pa.Table:
        """Return everybody listed and what becomes of them, as in ``tables.EXPORT_LIST``."""
        import pyarrow as pa

        rows = self.people.select(["member_id", "owner"]).append_column("fate", pa.array(self.fates, pa.string()))
        rows = rows.select(list(EXPORT_LIST.keys))
        return self.study.masks.rows(rows) if self.is_masked else rows

    @property
    def summary(self) -> list[dict[str, Any]]:
        """Return one row per fate as in ``tables.EXPORT_SUMMARY``: sent + left out = listed."""
        listed = len(self.fates) or 1
        rows = [(fate, members, members / listed) for fate, members in self.counts.items()]
        return [dict(zip(EXPORT_SUMMARY.keys, row, strict=True)) for row in rows]

    def masked(self) -> Self:
        """Return the same with everything masked that is personal."""
        meta = {**self.meta, "campaign": mask_word(self.question.campaign)}
        meta["where"] = self.study.masks.condition(self.meta["where"])
        return replace(self, meta=meta, is_masked=True)

    def check_lawful(self) -> None:
        """Raise ``ComplianceError`` for what the law forbids, unless it is overridden; a dry run tells it instead."""
        if self.question.is_dry:
            return
        hint = "To export all the same: --override {code}='…why…'; it is kept in the audit chain."
        for finding in refusals(self.findings, self.question.overrides):
            facts: dict[str, Any] = {**spoken_facts(finding), "code": finding.code}
            raise ComplianceError(finding.note.message, hint=hint, **facts)

    @property
    def audited(self) -> dict[str, Any]:
        """Return what the audit chain says of the export besides its counts: nothing personal."""
        own = self.study.settings
        needed = {name.removeprefix("consent_") for name in self.place.consent}
        bases = {name: basis.model_dump(mode="json") for name, basis in own.consent.items() if name in needed}
        return {
            "listed": len(self.fates),
            "excluded": {reason: count for reason, count in self.counts.items() if reason != SENT},
            "purpose": mask_word(self.question.purpose or ""),
            "carries": list(dict.fromkeys([*self.place.carries, *self._filled_in])),
            "overrides": {code: mask_word(reason) for code, reason in self.question.overrides.items()},
            "assessment": own.contacts.assessment,
            "bases": bases,
            "findings": sorted({f"{finding.code}:{finding.level}" for finding in self.findings}),
        }
