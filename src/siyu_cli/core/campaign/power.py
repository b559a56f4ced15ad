"""How many members it takes to prove a rise, and what so many can prove: asked before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

from siyu_cli.core.campaign.tables import POWER
from siyu_cli.core.experiment import least_effect, members_needed, people_needed
from siyu_cli.core.question import Answer, Question, Study
from siyu_cli.errors import Note
from siyu_cli.report import Listing, Report, Section, Value, Words

if TYPE_CHECKING:
    import pyarrow as pa

SHARES = (0.05, 0.1, 0.2, 0.3, 0.5)


@dataclass(frozen=True)
class Power(Question):
    """How many members does it take to tell ``uplift`` over the purchase rate ``base``; what do ``members`` show?"""

    command: ClassVar[str] = "campaign power"
    is_remembered: ClassVar[bool] = False
    base: float
    uplift: float
    members: int | None = None
    control_share: float = 0.1
    lang: str = "en"

    def answer(self, study: Study) -> PowerAnswer:
        """Return the members needed for each share left alone."""
        given: dict[str, Any] = {"base": self.base, "uplift": self.uplift, "members": self.members}
        meta = study.describe(self.command, parameters={**given, "control_share": self.control_share})
        shares = sorted({*SHARES, self.control_share})
        return PowerAnswer(study, meta, self, tuple(self._row(share) for share in shares), lang=self.lang)

    def _row(self, share: float) -> dict[str, Any]:
        control = None if self.members is None else int(self.members * share)
        least = None
        if self.members is not None and control:
            least = least_effect(self.base, self.members - control, control)
        needed = members_needed(self.base, self.base + self.uplift, share)
        return {"control_share": share, "members_needed": needed, "members": self.members, "mde": least}


@dataclass(frozen=True)
class PowerAnswer(Answer):
    """What can be proved, by share left alone."""

    question: Power = field(repr=False)
    rows: Sequence[dict[str, Any]]

    def masked(self) -> Self:
        """Return the same: nobody stands in it."""
        return replace(self, is_masked=True)

    def report(self) -> Report:
        """Return what is told of it."""
        asked = self.question
        values = {
            "base": asked.base, "uplift": asked.uplift, "members": asked.members, "control_share": asked.control_share,
            "per_arm": people_needed(asked.base, asked.base + asked.uplift),
            "per_arm_cohen": people_needed(asked.base, asked.base + asked.uplift, formula="cohen"),
            "shares": list(self.rows),
        }  # fmt: skip
        return Report(
            Note("What can be proved before anything is sent"),
            tuple(self._opening()),
            self.meta,
            self.load.account(),
            values=values,
            sections=(Section(POWER, self.rows, drawn="bars", measures=("members_needed",)),),
            facts=(
                (
                    Note("Formula"),
                    Note("difference of two shares, two-sided, z_α √(p̄ q̄ (1/n + 1/m)) + z_β √(p₁q₁/n + p₀q₀/m)"),
                ),
            ),
            listing=Listing(POWER, self._table),
            warnings=self.warnings,
        )

    def _opening(self) -> Iterator[Words]:
        asked = self.question
        (own,) = [row for row in self.rows if row["control_share"] == asked.control_share]
        facts = {
            "base": Value(asked.base, "rate"), "target": Value(asked.base + asked.uplift, "rate"),
            "share": Value(asked.control_share, "rate"), "needed": Value(own["members_needed"], "count"),
            "members": Value(asked.members, "count"), "least": Value(own["mde"], "rate"),
        }  # fmt: skip
        if own["members_needed"] is None:
            yield Note("A rise from {base} to {target} cannot be proved by any number of members a shop has.", facts)
        else:
            yield Note(
                "To tell a rise from {base} to {target} it takes {needed} members, {share} of them left alone.", facts
            )
        if asked.members is not None and own["mde"] is not None:
            yield Note("{members} members show a rise of {least} or more.", facts)
        elif asked.members is not None:
            yield Note("{members} members show no rise at all: too few of them would be left alone.", facts)

    def _table(self, keys: Sequence[str]) -> pa.Table:
        import pyarrow as pa

        kinds = {key: pa.int64() if POWER[key].kind == "count" else pa.float64() for key in keys}
        return pa.table({key: pa.array([row[key] for row in self.rows], kinds[key]) for key in keys})
