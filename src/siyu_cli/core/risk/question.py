"""What may go wrong, how near it is, who answers for it: the question, and what a shop answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any, ClassVar, Self

from siyu_cli.core.conditions import holds
from siyu_cli.core.question import Answer, Memory, Question, Study
from siyu_cli.core.risk.asked import CONTACT_DAYS, Asked, Known
from siyu_cli.core.risk.indicators import BANDS, Indicator, worst
from siyu_cli.core.risk.register import IDS, Entry, Said, apply, fold, parse_said
from siyu_cli.core.risk.tables import CODES, FIGURES, TASKS
from siyu_cli.errors import UsageError
from siyu_cli.masks import mask_place

_SOON_DAYS = 7


@dataclass(frozen=True)
class Risk(Question):
    """What may go wrong, by indicators that are measured, and what was decided about it?

    ``set`` says what people decide, each as ``parse_said`` reads it. ``known`` and ``changes`` are what the shop's
    memory tells: without one indicators are measured from the files alone, and nothing can be set.
    """

    command: ClassVar[str] = "risk"
    set: tuple[str, ...] = ()
    known: Known | None = field(default=None, repr=False)
    changes: Sequence[Mapping[str, Any]] = field(default=(), repr=False)
    lang: str = "en"

    def answer(self, study: Study) -> RiskAnswer:
        """Return every risk; ``UsageError`` for what may not be set, before anything is measured."""
        said = [parse_said(text) for text in self.set]
        if said and self.known is None:
            raise UsageError(
                "--set needs the shop's memory.",
                hint="Run siyu init once: it writes the siyu.toml memory lies beside.",
            )
        held = fold(self.changes)
        after = apply(held, said)
        measured = measure(Asked(study, self.known))
        found = {code: tuple(one for one in measured if one.code == code) for code in IDS}
        if self.known is not None:
            after = _identified(after, found)
        risks = tuple(OneRisk(IDS[code], code, after.get(IDS[code], Entry()), found[code]) for code in IDS)
        new = _new(held, after, said)
        return RiskAnswer(study, study.describe(self.command), self, risks, new, lang=self.lang)

    def recall(self, memory: Memory, study: Study) -> Self:
        """Return the question with what the memory tells."""
        book = memory.risks
        if book is None:
            return self
        seen = book.seen(study.as_of, CONTACT_DAYS, study.settings.contacts.retention_days)
        plans = memory.campaigns.plans() if memory.campaigns is not None else ()
        return replace(self, known=Known(seen, plans, book), changes=book.changes())

    def options(self, settings: Any) -> dict[str, Any]:  # noqa: ARG002
        """Return what it was asked with: what was said of which risk stands in the register."""
        return {"set": [parse_said(text).risk_id for text in self.set]}


def measure(asked: Asked) -> list[Indicator]:
    """Return every indicator, in the order of the codes."""
    from siyu_cli.core.risk import abuse, personal, promises, sales, standing

    invited = abuse.Invited(asked)
    every: Sequence[Iterator[Indicator]] = (
        personal.old_files(asked), personal.readable_files(asked), personal.personal_inputs(asked),
        personal.contacted(asked), sales.concentration(asked), abuse.promotions(asked, invited), abuse.refunds(asked),
        promises.promises(asked), abuse.pyramid(asked, invited), sales.staleness(asked), standing.model(asked),
        standing.notices(asked),
    )  # fmt: skip
    return [indicator for made in every for indicator in made]


def _identified(held: Mapping[str, Entry], found: Mapping[str, Sequence[Indicator]]) -> dict[str, Entry]:
    """Return the register with every risk in it whose indicators reached a threshold."""
    new = [
        Said(IDS[code], {}) for code, indicators in found.items()
        if worst(indicators) in BANDS[1:] and IDS[code] not in held
    ]  # fmt: skip
    return apply(held, new)


def _new(
    held: Mapping[str, Entry], after: Mapping[str, Entry], said: Sequence[Said]
) -> tuple[tuple[str, Mapping[str, Any]], ...]:
    """Return what is to be added to the history: what was said, and what was identified."""
    told: dict[str, dict[str, Any]] = {}
    for one in said:
        told[one.risk_id] = {**told.get(one.risk_id, {}), **one.changes}
    for risk_id, entry in after.items():
        if risk_id not in held:
            told[risk_id] = {"status": entry.status, **told.get(risk_id, {})}
    return tuple((risk_id, told[risk_id]) for risk_id in IDS.values() if risk_id in told)


@dataclass(frozen=True)
class OneRisk:
    """One risk: what people decided, and what is measured."""

    risk_id: str
    code: str
    entry: Entry
    indicators: tuple[Indicator, ...]

    @property
    def band(self) -> str | None:
        """Return what the tool proposes."""
        return worst(self.indicators)

    @property
    def leading(self) -> Indicator | None:
        """Return the indicator by which it is proposed: the first of the worst."""
        return next((one for one in self.indicators if one.band and one.band == self.band), None)

    def tasks(self, as_of: date) -> list[str]:
        """Return what somebody has to do, the most pressing first."""
        entry, is_felt = self.entry, self.band != "low"  # what was not measured this time is no less in the register
        is_due = entry.due_on is not None and as_of <= entry.due_on < as_of + timedelta(days=_SOON_DAYS)
        applies = {
            "overdue": entry.is_overdue(as_of),
            "reopen": entry.status == "closed" and self.band in BANDS[1:],
            "assign": entry.is_open and is_felt and (entry.owner is None or entry.due_on is None),
            "judge": entry.is_open and is_felt and entry.level is None and entry.status != "identified",
            "treat": entry.status in ("treating", "monitoring") and entry.treatment is None,
            "soon": entry.is_open and is_due,
        }
        return [task for task in TASKS if applies[task]]

    def as_dict(self, as_of: date) -> dict[str, Any]:
        """Return it for machines."""
        return {
            "risk_id": self.risk_id, "code": self.code, "event": CODES[self.code], "band": self.band,
            **self.entry.as_dict(),
            "is_overdue": self.entry.is_overdue(as_of), "tasks": self.tasks(as_of),
            "indicators": [one.as_dict() for one in self.indicators],
        }  # fmt: skip


@dataclass(frozen=True)
class RiskAnswer(Answer):
    """Every risk; ``new`` is what the register will have been told by this run."""

    told_by: ClassVar[str] = "siyu_cli.core.risk.report"
    question: Risk = field(repr=False)
    risks: tuple[OneRisk, ...]
    new: Sequence[tuple[str, Mapping[str, Any]]] = ()

    def masked(self) -> Self:
        """Return the same with members, employees and who answers masked."""
        risks = tuple(
            replace(
                one, entry=replace(one.entry, owner=one.entry.owner and mask_place(one.entry.owner)),
                indicators=tuple(replace(each, evidence=self._masked(each)) for each in one.indicators),
            )
            for one in self.risks
        )  # fmt: skip
        return replace(self, risks=risks, is_masked=True)

    def _masked(self, one: Indicator) -> tuple[Mapping[str, Any], ...]:
        if not one.evidence or not self.study.load.account().inputs:
            return tuple(one.evidence)
        return tuple(self.study.masks.document(row) for row in one.evidence)

    @cached_property
    def figures(self) -> dict[str, int]:
        """Return the figures of ``tables.FIGURES``."""
        as_of, bands = self.study.as_of, [one.band for one in self.risks]
        return {
            "overdue": sum(one.entry.is_overdue(as_of) for one in self.risks),
            "waiting": sum(bool(one.tasks(as_of)) for one in self.risks),
            "high": bands.count("high"),
            "medium": bands.count("medium"),
            "opened": sum(one.entry.is_open for one in self.risks),
            "unmeasured": sum(all(each.value is None for each in one.indicators) for one in self.risks),
        }

    @property
    def overdue(self) -> tuple[OneRisk, ...]:
        """Return the risks whose day is over, the longest first."""
        late = [one for one in self.risks if one.entry.is_overdue(self.study.as_of)]
        return tuple(sorted(late, key=lambda one: (one.entry.due_on or date.max, -(one.entry.level or 0))))

    def meets(self, condition: str) -> bool:
        """Return whether a condition on the figures holds: ``overdue > 0``."""
        return holds(self.study.engine, FIGURES, self.figures, condition)

    def remember(self, memory: Memory) -> None:
        """Keep what was said, and what was identified."""
        if memory.risks is not None and self.new:
            memory.risks.keep(self.new, self.study.as_of)
