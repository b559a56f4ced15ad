"""What an evaluated campaign teaches: its counts go into the shop's response table, which the next plan goes by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Self

from siyu_cli.core.campaign.evaluate import Evaluate, EvaluateAnswer
from siyu_cli.core.campaign.evaluate_table import EvaluateTable
from siyu_cli.core.campaign.learned import Known, ResponseTable, response_table, rows_of
from siyu_cli.core.campaign.recording import kept
from siyu_cli.core.campaign.tables import LEARNED
from siyu_cli.core.question import Answer, Memory, Question, Study
from siyu_cli.errors import DataError, Note, UsageError
from siyu_cli.report import Listing, Report, Section, Value, Words

if TYPE_CHECKING:
    import pyarrow as pa

_BRIEF = ("offer", "segment", "seen", "expected", "low", "high")


@dataclass(frozen=True)
class Learn(Question):
    """What does a campaign's result teach of each segment and offer, together with what earlier campaigns taught?

    ``result`` is the question of its evaluation; ``campaign`` what it is kept as, ``starts_on`` its first day.
    """

    command: ClassVar[str] = "campaign learn"
    result: Evaluate | EvaluateTable = field(repr=False)
    campaign: str = ""
    starts_on: date | None = None
    book: Any = field(default=None, repr=False)
    lang: str = "en"

    def answer(self, study: Study) -> LearnAnswer:
        """Return the response table with this campaign in it; ``DataError`` where nothing of it can be learned."""
        found = self.result.answer(study)
        if not found.counts:
            raise DataError(
                "Nothing can be learned of it by segment and offer: the shop does not remember its plan, or no metric "
                "is a share.",
                hint="Learn from the list siyu campaign plan wrote here; or from a table, with a metric of 0 and 1.",
            )
        starts_on = self.starts_on or study.as_of
        terms = (found.plan or {}).get("terms", {})
        named = [
            {
                **count, "offer": kept(count["offer"]), "segment": kept(count["segment"]),
                "terms": terms.get(kept(count["offer"]), {}), "shown": kept(self.campaign),
            }
            for count in found.counts
        ]  # fmt: skip
        others = self.book.responses(but=(self.campaign, starts_on)) if self.book is not None else []
        own = [{**cell, "campaign": "", "starts_on": starts_on} for cell in named]
        meta = {**found.meta, "command": self.command}
        asked = replace(self, starts_on=starts_on)
        return LearnAnswer(study, meta, asked, found, named, response_table([*others, *own]), lang=self.lang)

    def recall(self, memory: Memory, study: Study) -> Self:
        """Return the question with what is remembered; ``UsageError`` where nothing would be."""
        if memory.campaigns is None:
            raise UsageError(
                "siyu campaign learn needs the shop's memory: what is learned is kept there.",
                hint="Run siyu init once: it writes the siyu.toml memory lies beside.",
            )
        result = self.result.recall(memory, study)
        return replace(self, result=result, book=memory.campaigns)

    def options(self, settings: Any) -> dict[str, Any]:  # noqa: ARG002
        """Return what it was asked with, no member among it."""
        return {"campaign": self.campaign}


@dataclass(frozen=True)
class LearnAnswer(Answer):
    """The response table with this campaign in it; ``cells`` are its own counts, which are kept if they may be."""

    question: Learn = field(repr=False)
    result: EvaluateAnswer
    cells: Sequence[Mapping[str, Any]]
    table: ResponseTable

    @property
    def obstacle(self) -> Note | None:
        """Return why nothing is kept of it; None where nothing speaks against it."""
        window = self.result.window
        if not self.result.found.is_as_planned:
            return Note("Nothing was kept: the arms are not as large as they were drawn.", is_finding=True)
        if window is not None and window.ends_on > self.study.as_of:
            message = "Nothing was kept: orders count until {last}, which is still to come."
            return Note(message, {"last": window.ends_on}, is_finding=True)
        return None

    def masked(self) -> Self:
        """Return the same: nobody stands in it, and names are kept masked."""
        return replace(self, result=self.result.masked(), meta=self.result.masked().meta, is_masked=True)

    def remember(self, memory: Memory) -> None:
        """Keep the counts for the next plan, and the result they come with."""
        asked = self.question
        if self.obstacle is None and asked.starts_on is not None:
            memory.campaigns.keep_responses(asked.campaign, asked.starts_on, self.cells)
            self.result.remember(memory)

    def report(self) -> Report:
        """Return what is told of it."""
        rows = rows_of(self.table)
        facts = {"campaign": kept(self.question.campaign), "as_of": self.meta["as_of"]}
        return Report(
            Note("What was learned of {campaign}, as of {as_of}", facts),
            tuple(_opening(self)),
            {**self.meta, "command": self.question.command},
            self.load.account(),
            values={"kept": self.obstacle is None, "offers": [_values(known) for known in self.table.offers]},
            sections=(Section(LEARNED, rows, brief=_BRIEF),),
            facts=tuple(_facts(self.table)),
            listing=Listing(LEARNED, lambda keys: _arrow(rows, keys)),
            warnings=(*self.warnings, *((self.obstacle,) if self.obstacle else ())),
            next_steps=(Note("siyu campaign template … -o plan.xlsx begins the next plan with it"),),
        )


def _opening(found: LearnAnswer) -> Iterator[Words]:
    for known in found.table.offers:
        learning = known.learning
        expected = [one.expected.effect for one in learning.segments]
        facts: dict[str, Any] = {
            "offer": known.offer, "mean": Value(learning.mean.effect, "rate"), "low": Value(learning.mean.low, "rate"),
            "high": Value(learning.mean.high, "rate"), "least": Value(min(expected), "rate"),
            "most": Value(max(expected), "rate"),
        }  # fmt: skip
        if learning.notes:
            yield Note(
                "{offer}: no detectable difference between segments; use the average: the purchase rate rises by "
                "{mean} (most likely {low} to {high}).",
                facts,
            )
        elif len(expected) == 1:
            yield Note("{offer}: the purchase rate rises by {mean} (most likely {low} to {high}).", facts)
        else:
            yield Note(
                "{offer}: the purchase rate rises by {least} to {most}, depending on the segment; by {mean} on average "
                "(most likely {low} to {high}).",
                facts,
            )
    yield Note("The next template and plan go by this: measured, where it was assumed before.")


def _facts(table: ResponseTable) -> Iterator[tuple[Words, Words]]:
    for known in table.offers:
        facts = {"q": Value(known.learning.q, "digits"), "tau": Value(known.learning.tau_squared, "digits")}
        yield known.offer, Note("Q {q}, τ² {tau}: how far segments differ beyond chance", facts)


def _values(known: Known) -> dict[str, Any]:
    learning = known.learning
    return {
        "offer": known.offer, "campaigns": known.campaigns, "q": learning.q, "tau_squared": learning.tau_squared,
        "mean": learning.mean.effect, "mean_low": learning.mean.low, "mean_high": learning.mean.high,
        "differs": learning.tau_squared > 0,
        "segments": [
            {
                "segment": one.segment, "seen": one.seen.effect, "seen_error": one.seen.error,
                "expected": one.expected.effect, "low": one.expected.low, "high": one.expected.high,
            }
            for one in learning.segments
        ],
    }  # fmt: skip


def _arrow(rows: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> pa.Table:
    import pyarrow as pa

    kinds = {"offer": pa.string(), "segment": pa.string(), "campaigns": pa.int64()}
    return pa.table({key: pa.array([row[key] for row in rows], kinds.get(key, pa.float64())) for key in keys})
