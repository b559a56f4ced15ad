"""What is told of a plan to be filled in: what was measured, what is left for the operator to say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from siyu_cli.core.campaign.learned import rows_of
from siyu_cli.core.campaign.tables import BASELINE, LEARNED
from siyu_cli.core.churn.calendar import find_festivals
from siyu_cli.errors import Note, Spoken
from siyu_cli.report import Listing, Report, Section, Several, Value

if TYPE_CHECKING:
    from siyu_cli.core.campaign.template import TemplateAnswer

_BRIEF = ("segment", "members", "members_then", "buyers", "purchase_rate", "order_value", "source")
_FEW = 30  # members; with fewer an interval says little more than that nothing is known


def report(found: TemplateAnswer) -> Report:
    """Return what is told of an answer."""
    return Report(
        Note("Plan to fill in, as of {as_of}", {"as_of": found.meta["as_of"]}),
        tuple(_opening(found)),
        found.meta,
        found.load.account(),
        values={
            "baseline": [dict(row) for row in found.baseline.rows],
            "then": found.baseline.then,
            "learned": rows_of(found.learned),
        },
        sections=(*_sections(found), Section(LEARNED, rows_of(found.learned), title=Note("Measured by campaigns"))),
        listing=Listing(BASELINE, found.arrow),
        warnings=(*found.warnings, *_warnings(found)),
        next_steps=(Note("siyu campaign template … -o plan.xlsx writes the form to fill in"),),
    )


def _opening(found: TemplateAnswer) -> Iterator[Note]:
    days = found.question.horizon_days
    if found.baseline.is_measured:
        chosen = [row for row in found.baseline.rows if row["grouping"] == "stage"]
        then, buyers = (sum(row[key] for row in chosen) for key in ("members_then", "buyers"))
        facts = {
            "then": found.baseline.then,
            "members": Value(then, "count"),
            "buyers": Value(buyers, "count"),
            "days": days,
            "share": Value(buyers / then if then else None, "rate"),
        }
        yield Note(
            "Measured without an offer: of {members} members there were on {then} {buyers} bought within {days} days "
            "({share}).",
            facts,
        )
    offers = found.learned.offers
    if offers:
        facts = {"offers": Several(tuple(one.offer for one in offers), "list")}
        yield Note(
            "Measured by evaluated campaigns: what {offers} add. Where a segment answered, the plan is filled in with "
            "it and its interval.",
            facts,
        )
    yield Note(
        "Left for you to say: the campaign's name, days and budget, the offers, and of each segment how many will use "
        "them. That is an assumption, and is called so, until a campaign has been evaluated."
    )


def _sections(found: TemplateAnswer) -> Iterator[Section]:
    first, *others = BASELINE.columns
    for grouping, words in (first.labels or {}).items():
        rows = [row for row in found.baseline.rows if row["grouping"] == grouping]
        if rows:
            title = Note("Without an offer, by {grouping}", {"grouping": Spoken(*words[-2:])})
            yield Section(BASELINE, rows, title, tuple(others), "bars", ("purchase_rate",), _BRIEF)


def _warnings(found: TemplateAnswer) -> Iterator[Note]:
    baseline, days = found.baseline, found.question.horizon_days
    if not baseline.is_measured:
        if baseline.began_on is None:
            yield Note("There are no orders: no purchase rate could be measured, they are yours to state.")
            return
        message = (
            "The orders begin on {began}, which is less than {days} days ago: no purchase rate could be measured, they "
            "are yours to state."
        )
        yield Note(message, {"began": baseline.began_on, "days": days})
        return
    few = [row for row in baseline.rows if row["grouping"] == found.question.by and row["members_then"] < _FEW]
    if few:
        message = "{count} segments had fewer than {few} members then: their rates may be far from the truth."
        yield Note(message, {"count": Value(len(few), "count"), "few": _FEW})
    first = baseline.then + timedelta(days=1)
    for day in find_festivals(first, found.study.as_of, found.study.settings.calendar):
        message = "{name} ({first_on} to {last_on}) falls into the days that were measured: rates of others may differ."
        yield Note(message, vars(day))
