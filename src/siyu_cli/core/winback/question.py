"""Who comes back by themselves: the question, and what a shop answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, ClassVar, Self

from siyu_cli.core.churn.calendar import Festival, find_festivals
from siyu_cli.core.parameters import churn_parameters
from siyu_cli.core.question import Answer, Question, Study
from siyu_cli.core.retention.beginnings import rows_of
from siyu_cli.core.winback.natural import Band, look_back, worth_until
from siyu_cli.core.winback.trial import Assigned, Trial, try_out
from siyu_cli.errors import DataError

_DATES = 4


@dataclass(frozen=True)
class Winback(Question):
    """Of those silent for so long, how many come back by themselves, and up to which silence can a message pay?

    ``silent_days``: who is silent for longer is meant (``stages.churned_after`` unless given); ``horizon_days``: within
    how many days they must come back (that of ``[churn]`` unless given); ``contact_cost``: what a contact costs.
    ``assigned``: a list with arms, for what a message added to that: of everybody on it who had bought before, or of
    those silent for longer than ``silent_days`` where that is given.
    """

    command: ClassVar[str] = "winback"
    silent_days: int | None = None
    horizon_days: int | None = None
    contact_cost: float | None = None
    assigned: Assigned | None = field(default=None, repr=False)
    lang: str = "en"

    def answer(self, study: Study) -> WinbackAnswer:
        """Return natural returns at dates whose horizon is over; ``DataError`` where the log reaches back to none."""
        study.label()
        own = churn_parameters(study.settings, self.horizon_days)
        given = {**study.parameters, **own}
        days, as_of = int(own["horizon_days"]), study.as_of  # type: ignore[arg-type]
        (first,) = rows_of(study.engine, "openings", given)
        began = first["log_began_on"]
        dates = [as_of - timedelta(days=number * days) for number in range(1, _DATES + 1)]
        seen = [day for day in dates if began is not None and began < day]
        if not seen:
            raise DataError(
                "The order log is shorter than {days} days: nobody can be seen falling silent and coming back.",
                hint="Export orders from further back, or look ahead fewer days with --horizon.", days=days,
            )  # fmt: skip
        looks = tuple(Look(day, look_back(study.engine, given, day), _festivals(study, day, days)) for day in seen)
        silent = self.silent_days or study.settings.stages.churned_after
        margin = study.settings.shop.gross_margin
        limits = Limits(silent, days, self.contact_cost, None if margin is None else float(margin))
        meta = study.describe(self.command, parameters=vars(limits))
        trial = None if self.assigned is None else try_out(study, self.assigned, days, self.silent_days)
        if self.assigned is not None:
            meta["inputs"] = [self.assigned.made_from, *meta["inputs"]]
        return WinbackAnswer(study, meta, self, looks, limits, trial, lang=self.lang)

    def options(self, settings: Any) -> dict[str, Any]:  # noqa: ARG002
        """Return what it was asked with, no member among it."""
        begun = None if self.assigned is None else self.assigned.starts_on.isoformat()
        kept = ("silent_days", "horizon_days", "contact_cost")
        return {**{key: getattr(self, key) for key in kept}, "starts_on": begun}


@dataclass(frozen=True)
class Look:
    """One date that was looked back from: its spans of silence, and the festivals in the days after it."""

    looked_from: date
    bands: tuple[Band, ...]
    festivals: Sequence[Festival]


@dataclass(frozen=True)
class Limits:
    """What is meant by silent, how far ahead is looked, what a contact costs, and what is left of sales."""

    silent_days: int
    horizon_days: int
    contact_cost: float | None
    gross_margin: float | None


@dataclass(frozen=True)
class WinbackAnswer(Answer):
    """What became of the silent, at the latest date whose horizon is over and at earlier ones."""

    told_by: ClassVar[str] = "siyu_cli.core.winback.report"
    question: Winback = field(repr=False)
    looks: tuple[Look, ...]
    limits: Limits
    trial: Trial | None = None

    def masked(self) -> Self:
        """Return the same with the names of arms masked, as somebody may stand in them."""
        if self.trial is None:
            return super().masked()
        text = self.study.masks.text
        arms = tuple(replace(arm, name=text(arm.name) or "") for arm in self.trial.arms)
        trial = replace(self.trial, arms=arms, control=text(self.trial.control) or "")
        return replace(super().masked(), trial=trial)

    @property
    def worth_until(self) -> int | None:
        """Return up to how many days of silence natural return is worth a contact; None where that is not known."""
        if self.limits.contact_cost is None:
            return None
        return worth_until(self.looks[0].bands, self.limits.contact_cost, self.limits.gross_margin or 1.0)


def _festivals(study: Study, day: date, days: int) -> Any:
    return find_festivals(day + timedelta(days=1), day + timedelta(days=days), study.settings.calendar)
