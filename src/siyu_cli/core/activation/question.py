"""Who orders after joining, who orders again, and what goes with it: the question, and what a shop answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

from siyu_cli.core.activation.activated import Activated, activate
from siyu_cli.core.question import Answer, Question, Study

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Activation(Question):
    """Of those who joined, how many order, how many again within 90 days, and what goes with that?"""

    command: ClassVar[str] = "activation"
    lang: str = "en"

    def answer(self, study: Study) -> ActivationAnswer:
        """Return the way to the first order and to the second; ``DataError`` where nobody joined or bought."""
        study.label()
        found, rows = activate(study.engine, study.parameters, study.settings.calendar)
        return ActivationAnswer(study, study.describe(self.command), self, found, rows, lang=self.lang)


@dataclass(frozen=True)
class ActivationAnswer(Answer):
    """The ways to the first and the second order; ``rows`` are the members of whom either may still come in time."""

    told_by: ClassVar[str] = "siyu_cli.core.activation.report"
    question: Activation = field(repr=False)
    found: Activated
    rows: pa.Table = field(repr=False)

    def masked(self) -> Self:
        """Return the same with members' keys, employees, and texts that name people masked."""
        masks, told = self.study.masks, self.found
        names = {part.name for parts in told.joined_by.values() for part, _ in parts}
        names |= {one.state for one in told.effects}
        names |= {text for one in told.trials for text in (one.trial, one.arm, one.control)}
        plain = sorted(names)
        shown = dict(zip(plain, masks.document({"names": plain})["names"], strict=True))
        parts: Mapping[str, Any] = {
            attribute: tuple((replace(part, name=shown[part.name]), joined) for part, joined in of_attribute)
            for attribute, of_attribute in told.joined_by.items()
        }
        effects = tuple(replace(one, state=shown[one.state]) for one in told.effects)
        trials = tuple(
            replace(one, trial=shown[one.trial], arm=shown[one.arm], control=shown[one.control]) for one in told.trials
        )
        found = replace(told, joined_by=parts, effects=effects, trials=trials)
        return replace(super().masked(), found=found, rows=masks.rows(self.rows))
