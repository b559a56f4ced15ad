"""The campaigns the shop remembers: all of them, or one with what was planned, found and learned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Self

from siyu_cli.core.campaign.learned import response_table, rows_of
from siyu_cli.core.campaign.tables import CAMPAIGNS, LEARNED, RESULTS
from siyu_cli.core.question import Answer, Memory, Question, Study
from siyu_cli.errors import DataError, Note, UsageError
from siyu_cli.masks import mask_word
from siyu_cli.report import Listing, Report, Section, Value, Words
from siyu_cli.tables.column import SQL_TYPES, Table

if TYPE_CHECKING:
    import pyarrow as pa

_FIGURES = ("members_treated", "members_control", "budget", "expected_cost", "expected_value")
# Of one campaign the opening has said name and days; beside the status these are enough where there is little room.
_FIGURES_SHOWN = ("status", "members_treated", "members_control", "budget", "expected_cost", "expected_value")
_BRIEF = ("campaign", "starts_on", "ends_on", "status", "members_treated", "expected_value", "verdict")


def _known(book: Any) -> Any:
    if book is None:
        raise UsageError(
            "There is no siyu.toml here or above, or nothing was planned yet: no campaign is remembered.",
            hint="Run siyu init once: it writes the siyu.toml memory lies beside.",
        )
    return book


@dataclass(frozen=True)
class ListCampaigns(Question):
    """Which campaigns were planned, where does each stand, what did it do?"""

    command: ClassVar[str] = "campaign list"
    is_remembered: ClassVar[bool] = False
    book: Any = field(default=None, repr=False)
    lang: str = "en"

    def answer(self, study: Study) -> ListAnswer:
        """Return one row per campaign whose list was written; ``UsageError`` where nothing is remembered."""
        book = _known(self.book)
        rows = [row_of(plan, book, study.as_of) for plan in book.plans()]
        return ListAnswer(study, study.describe(self.command), rows, lang=self.lang)

    def recall(self, memory: Memory, study: Study) -> Self:  # noqa: ARG002
        """Return the question with what is remembered; ``UsageError`` where nothing is."""
        return replace(self, book=_known(memory.campaigns))


def row_of(plan: Mapping[str, Any], book: Any, as_of: date) -> dict[str, Any]:
    """Return a campaign as in ``tables.CAMPAIGNS``."""
    results = book.results(plan["mark"], plan["starts_on"])
    learned = any(
        (cell["campaign"], cell["starts_on"]) == (plan["mark"], plan["starts_on"]) for cell in book.responses()
    )
    status = "planned" if as_of < plan["starts_on"] else "running" if as_of <= plan["counts_until"] else "over"
    if results and status != "planned":
        status = "evaluated" if status == "over" else status
    verdicts = [one["verdict"] for one in (results[-1]["effects"] if results else ()) if one["metric"] == "purchase"]
    return {
        "campaign": plan["campaign"], "starts_on": plan["starts_on"], "ends_on": plan["ends_on"],
        "status": "learned" if learned else status, **{key: plan["figures"][key] for key in _FIGURES},
        "looks": len(results), "verdict": verdicts[0] if verdicts else None,
    }  # fmt: skip


@dataclass(frozen=True)
class ListAnswer(Answer):
    """One row per campaign; names are kept masked, and nobody stands in it."""

    rows: Sequence[Mapping[str, Any]]

    def masked(self) -> Self:
        """Return the same."""
        return replace(self, is_masked=True)

    def report(self) -> Report:
        """Return what is told of it."""
        count = Note("{count} campaigns are remembered.", {"count": Value(len(self.rows), "count")})
        return Report(
            Note("Campaigns, as of {as_of}", {"as_of": self.meta["as_of"]}),
            (count,),
            self.meta,
            self.load.account(),
            values={"campaigns": list(self.rows)},
            sections=(Section(CAMPAIGNS, self.rows, brief=_BRIEF),),
            listing=Listing(CAMPAIGNS, lambda keys: arrow_of(CAMPAIGNS, self.rows, keys)),
            warnings=self.warnings,
            next_steps=(Note("siyu campaign show NAME tells what one of them planned, did and taught"),),
        )


@dataclass(frozen=True)
class ShowCampaign(Question):
    """What was planned, found and learned of the campaign called ``name``, the last one of that name?"""

    command: ClassVar[str] = "campaign show"
    is_remembered: ClassVar[bool] = False
    name: str
    book: Any = field(default=None, repr=False)
    lang: str = "en"

    def answer(self, study: Study) -> ShowAnswer:
        """Return the campaign; ``DataError`` where none of that name is remembered."""
        plan = self.book.plan(self.name)
        if plan is None:
            known = ", ".join(dict.fromkeys(one["campaign"] for one in self.book.plans())) or "–"
            message, hint = "No campaign called {name} is remembered.", "There are: {known}."
            raise DataError(message, hint=hint, name=mask_word(self.name), known=known)
        same = (plan["mark"], plan["starts_on"])
        cells = [cell for cell in self.book.responses() if (cell["campaign"], cell["starts_on"]) == same]
        results = [
            {"as_of": result["as_of"], **effect}
            for result in self.book.results(*same) for effect in result["effects"]
        ]  # fmt: skip
        row = row_of(plan, self.book, study.as_of)
        return ShowAnswer(study, study.describe(self.command), row, plan, results, cells, lang=self.lang)

    def recall(self, memory: Memory, study: Study) -> Self:  # noqa: ARG002
        """Return the question with what is remembered; ``UsageError`` where nothing is."""
        return replace(self, book=_known(memory.campaigns))


@dataclass(frozen=True)
class ShowAnswer(Answer):
    """One campaign: its row in the list, its plan, its results by date, what was learned of it alone."""

    row: Mapping[str, Any]
    plan: Mapping[str, Any]
    results: Sequence[Mapping[str, Any]]
    cells: Sequence[Mapping[str, Any]]

    def masked(self) -> Self:
        """Return the same: names are kept masked, and nobody stands in it."""
        return replace(self, is_masked=True)

    def report(self) -> Report:
        """Return what is told of it."""
        learned = rows_of(response_table(self.cells))
        return Report(
            Note("Campaign {campaign}", {"campaign": self.plan["campaign"]}),
            tuple(self._opening()),
            self.meta,
            self.load.account(),
            values={
                **self.row, "planned_as_of": self.plan["planned_as_of"], "explore": self.plan["is_explore"],
                "figures": self.plan["figures"], "rules": self.plan["rules"]["offers"], "results": list(self.results),
                "learned": learned,
            },
            sections=(
                Section(CAMPAIGNS, [self.row], brief=_FIGURES_SHOWN), Section(RESULTS, self.results),
                Section(LEARNED, learned),
            ),
            listing=Listing(RESULTS, lambda keys: arrow_of(RESULTS, self.results, keys)),
            warnings=self.warnings,
        )  # fmt: skip

    def _opening(self) -> Iterator[Words]:
        figures = self.plan["figures"]
        facts: dict[str, Any] = {
            "starts_on": self.plan["starts_on"], "ends_on": self.plan["ends_on"],
            "treated": Value(figures["members_treated"], "count"),
            "control": Value(figures["members_control"], "count"),
            "value": Value(figures["expected_value"], "money"), "cost": Value(figures["expected_cost"], "money"),
        }  # fmt: skip
        yield Note(
            "{starts_on} to {ends_on}: {treated} members get an offer, {control} are left alone; {value} of margin for "
            "{cost} was planned.",
            facts,
        )


def arrow_of(table: Table, rows: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> pa.Table:
    """Return rows as Arrow under these keys; money to the cent."""
    import pyarrow as pa

    kinds = {
        "varchar": pa.string(), "bigint": pa.int64(), "double": pa.float64(), "date": pa.date32(),
    }  # fmt: skip
    columns = {}
    for key in keys:
        kind = kinds.get(SQL_TYPES[table[key].kind], pa.float64())
        columns[key] = pa.array([row[key] for row in rows], kind)
    return pa.table(columns)
