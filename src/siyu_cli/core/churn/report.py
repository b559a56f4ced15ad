"""What is told of who may be leaving: how many and whose, what is at stake, what the chances rest on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from siyu_cli.core.churn.question import by_owner
from siyu_cli.core.churn.tables import CHURN, RISK_SUMMARY
from siyu_cli.core.churn.telling import way_of_telling
from siyu_cli.errors import Note
from siyu_cli.report import Listing, Report, Section, Several, Value, Words, dotted

if TYPE_CHECKING:
    from siyu_cli.core.churn.churn import ChurnModel
    from siyu_cli.core.churn.question import ChurnAnswer

_OWNERS_NAMED = 10
_BRIEF_LIST = ("member_id", "churn_probability", "value_at_risk", "stage", "owner", "churn_reason")
_BRIEF_BANDS = ("risk_band", "listed", "value_at_risk", "members_past_year", "silent_share")


def report(found: ChurnAnswer) -> Report:
    """Return what is told of an answer."""
    bands = Section(
        RISK_SUMMARY,
        found.risks.to_dict("records"),
        drawn="bars",
        measures=("listed", "value_at_risk"),
        brief=_BRIEF_BANDS,
    )
    return Report(
        Note("Churn risk as of {as_of}", {"as_of": found.meta["as_of"]}),
        tuple(_opening(found)),
        found.meta,
        found.load.account(),
        values=_values(found),
        sections=(bands,),
        facts=tuple(_facts(found)),
        listing=Listing(CHURN, lambda keys: found.listed.select(list(keys)), brief=_BRIEF_LIST),
        warnings=(*found.warnings, *found.model.notes, *_festivals(found)),
        next_steps=(Note("siyu churn … -o FILE.xlsx writes the list as a workbook"),),
    )


def _opening(found: ChurnAnswer) -> Iterator[Note]:
    """Yield how many are on the list and what is at stake, and how many of whom each employee has."""
    shares = by_owner(found.listed)
    facts = {
        "as_of": found.meta["as_of"],
        "listed": Value(found.listed.num_rows, "count"),
        "value": Value(round(sum(share["value_at_risk"] for share in shares), 2), "money"),
        "days": found.model.horizon_days,
        "scored": Value(found.scored.num_rows, "count"),
        "gone": Value(int(found.risks["gone"].sum()), "count"),
    }
    yield Note(
        "As of {as_of}: {listed} members on the list, {value} at stake within {days} days; of {scored} buyers "
        "{gone} are gone already",
        facts,
    )
    if any(share["owner"] for share in shares):
        told: list[Words] = [_share(share) for share in shares[:_OWNERS_NAMED]]
        if len(shares) > _OWNERS_NAMED:
            told.append(Note("and {count} more", {"count": len(shares) - _OWNERS_NAMED}))
        yield Note("To be looked after by {shares}", {"shares": dotted(*told)})


def _share(share: dict[str, Any]) -> Note:
    facts = {
        "owner": share["owner"] or Note("nobody's"),
        "listed": Value(share["listed"], "count"),
        "value": Value(share["value_at_risk"], "money"),
    }
    return Note("{owner} {listed} ({value})", facts)


def _facts(found: ChurnAnswer) -> Iterator[tuple[Words, Words]]:
    """Yield what the list rests on: the model, and where the bands begin."""
    model, given = found.model, found.meta["parameters"]
    parameters = Several(
        tuple(Several((name, Value(value, "digits")), "blanks") for name, value in model.parameters.items())
    )
    yield Note("Model"), dotted(_fitted(model), model.reason, parameters if model.parameters else None)
    facts = {
        "high": Value(given["risk_high"], "rate"),
        "medium": Value(given["risk_medium"], "rate"),
        "days": model.horizon_days,
    }
    yield Note("Risk"), Note("high from {high}, medium from {medium} chance of no order within {days} days", facts)
    yield CHURN["value_at_risk"], Note(CHURN["value_at_risk"].note)


def _fitted(model: ChurnModel) -> Note:
    facts = {
        "name": way_of_telling(model.name),
        "buyers": Value(model.buyers, "count"),
        "repeaters": Value(model.repeaters, "count"),
    }
    return Note("{name} fitted to {buyers} buyers, {repeaters} of them more than once", facts)


def _festivals(found: ChurnAnswer) -> Iterator[Note]:
    for day in found.festivals:
        yield Note(
            "{name} ({first_on} to {last_on}) falls into the horizon: chances are less sure on such days.", vars(day)
        )


def _values(found: ChurnAnswer) -> dict[str, Any]:
    return {
        "model": found.model.as_dict(),
        "risks": found.risks.to_dict("records"),
        "owners": found.owners,
        "festivals": [vars(day) for day in found.festivals],
    }
