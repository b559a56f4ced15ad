"""Who came from step to step: the question, and what a shop answers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Self

from siyu_cli.core.funnel.course import Course, Entry, Order
from siyu_cli.core.funnel.ways import TABLES, Followed, dropped, follow
from siyu_cli.core.question import Answer, Question, Study
from siyu_cli.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Funnel(Question):
    """Of those who took the first step, how many took the next ones in time, and who stopped where?

    ``steps``: ``registered``, ``order`` (a day with a purchase) or kinds of events; one named twice wants two dates.
    ``window_days``: all within so many days of the first (None: whenever). ``order``: ``ordered``, ``unordered`` (any
    order), ``strict`` (nothing else between). ``entry``: ``first`` begins with a member's first date of the first step,
    ``any`` with the date that leads them furthest; ``from_on`` and ``to_on`` limit these dates. ``by`` also tells
    parts apart: owner, store, source_channel, level, or what the event says with which members entered
    (``entry_title``, ``entry_campaign``, ``entry_channel``, ``entry_owner``, ``entry_store``). ``listed``: the number
    of a step, to list who stopped after it.
    """

    command: ClassVar[str] = "funnel"
    steps: tuple[str, ...] = ("registered", "order", "order")
    window_days: int | None = 90
    order: Order = "ordered"
    entry: Entry = "first"
    from_on: date | None = None
    to_on: date | None = None
    by: str | None = None
    listed: int | None = None
    lang: str = "en"

    def answer(self, study: Study) -> FunnelAnswer:
        """Return how many took each step; ``UsageError`` where nobody can enter or be told apart so."""
        if self.from_on and self.from_on > (last := min(self.to_on or study.as_of, study.as_of)):
            raise UsageError(
                "--from {from_on} is after {last}, the last date on which somebody can enter.",
                hint="Give an earlier date, or a later --to or --as-of.", from_on=self.from_on, last=last,
            )  # fmt: skip
        course = self.course
        course.check()
        study.label()
        found = follow(study.engine, study.parameters, course)
        rows = None if self.listed is None else dropped(study.engine, study.parameters, course, self.listed)
        study.engine.drop(*TABLES)
        meta = study.describe(self.command, parameters=self._parameters())
        return FunnelAnswer(study, meta, self, found, rows, lang=self.lang)

    @property
    def course(self) -> Course:
        """Return the way members are followed on."""
        return Course(self.steps, self.window_days, self.order, self.entry, self.from_on, self.to_on, self.by)

    def options(self, settings: Any) -> dict[str, Any]:  # noqa: ARG002
        """Return what it was asked with."""
        return self._parameters()

    def _parameters(self) -> dict[str, str | int | None]:
        dates = {key: str(value) if value else None for key, value in (("from", self.from_on), ("to", self.to_on))}
        how = {"steps": ",".join(self.steps), "window_days": self.window_days, "order": self.order, "entry": self.entry}
        return {**how, **dates, "by": self.by, "list": self.listed}


@dataclass(frozen=True)
class FunnelAnswer(Answer):
    """How many took each step, of all and of the parts asked for; ``rows`` are those who stopped at one, if asked."""

    told_by: ClassVar[str] = "siyu_cli.core.funnel.report"
    question: Funnel = field(repr=False)
    found: Followed
    rows: pa.Table | None = field(repr=False)

    def masked(self) -> Self:
        """Return the same with members' keys, employees and stores masked."""
        masks = self.study.masks
        parts = tuple((replace(part, name=masks.text(part.name) or ""), told) for part, told in self.found.parts)
        rows = None if self.rows is None else masks.rows(self.rows)
        return replace(super().masked(), found=replace(self.found, parts=parts), rows=rows)
