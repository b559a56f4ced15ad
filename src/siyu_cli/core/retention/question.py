"""Who came back, and when: the question, and what a shop answers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar, Literal, Self

from siyu_cli.core.question import Answer, Question, Study
from siyu_cli.core.retention.beginnings import Following
from siyu_cli.core.retention.retained import Followed, follow


@dataclass(frozen=True)
class Retention(Question):
    """Of those who began in one period, who came back, when, and what did that do to the shop?

    ``start``: members begin with their ``first_order``, or when they ``joined`` if that was earlier. ``period``: day,
    week (from Monday) or month. ``by`` also tells parts of the members apart: owner, store, source_channel or level.
    ``until``: with it, "then or later" ends after so many days, so that everybody was watched as long. ``on``: who came
    back by a ``purchase``, by an ``event`` of any kind that members do, or by one kind of event, such as ``checkin``.
    """

    command: ClassVar[str] = "retention"
    start: Literal["first_order", "joined"] = "first_order"
    period: Literal["day", "week", "month"] = "month"
    by: str | None = None
    until: int | None = None
    on: str = "purchase"
    lang: str = "en"

    def answer(self, study: Study) -> RetentionAnswer:
        """Return cohorts, growth and waits; ``DataError`` for a shop without anybody who bought on a known date."""
        study.label()
        how = Following(self.start, self.period, self.by, self.until, self.on)
        found = follow(study.engine, study.parameters, how)
        meta = study.describe(
            self.command, parameters={"start": self.start, "period": self.period, "until": self.until, "on": self.on}
        )
        return RetentionAnswer(study, meta, self, found, lang=self.lang)


@dataclass(frozen=True)
class RetentionAnswer(Answer):
    """Who came back: all members, the parts that were asked for, and why others were not counted."""

    told_by: ClassVar[str] = "siyu_cli.core.retention.report"
    question: Retention = field(repr=False)
    found: Followed

    def masked(self) -> Self:
        """Return the same with the names of employees and stores masked."""
        named = [(replace(part, name=self.study.masks.text(part.name) or ""), told) for part, told in self.found.parts]
        return replace(super().masked(), found=replace(self.found, parts=tuple(named)))
