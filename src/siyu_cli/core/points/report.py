"""What is told of points: whether the balances are right, what lapses soon and whose, what the promise costs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from siyu_cli.core.lifecycle.list_columns import PEOPLE
from siyu_cli.core.points.tables import (
    LAPSING,
    POINT_BREAKS,
    POINT_CAUSES,
    POINT_COHORTS,
    POINT_DEBTS,
    POINT_FIGURES,
    POINTS_EXPIRING,
)
from siyu_cli.errors import Note
from siyu_cli.report import Definition, Figure, Listing, Report, Section, Value, Words, dotted

if TYPE_CHECKING:
    from siyu_cli.core.points.question import PointsAnswer

_MOST_ROWS = 1_000
_FEW_ROWS = 5
_NEXT_MONTHS = 12
_BRIEF_LIST = ("member_id", "points_expiring", "first_expires_on", "points_balance", "stage", "owner")
_BRIEF_BREAKS = ("member_id", "log_id", "changed_on", "told", "computed", "difference", "cause")
_RATE_FROM = {
    "settings": Note("as [points] expected_rate says"),
    "chain_ladder": Note("by the chain ladder over the months of the log"),
    "redemption_rate": Note("as much as of points whose last day is past"),
}


def report(found: PointsAnswer) -> Report:
    """Return what is told of an answer."""
    return Report(
        Note("Points as of {as_of}", {"as_of": found.meta["as_of"]}),
        tuple(_opening(found)),
        found.meta,
        found.load.account(),
        values=_values(found),
        figures=tuple(_figures(found)),
        sections=tuple(_sections(found)),
        facts=tuple(_facts(found)),
        listing=_listing(found),
        definitions=tuple(_definitions(found)),
        warnings=(*found.warnings, *_doubts(found)),
        next_steps=(Note("siyu points … --split-by owner -o FILE.xlsx writes each employee's list"),),
    )


def _listing(found: PointsAnswer) -> Listing:
    return Listing(
        POINTS_EXPIRING, lambda keys: found.expiring.select(list(keys)), people=PEOPLE, brief=_BRIEF_LIST
    )  # fmt: skip


def _opening(found: PointsAnswer) -> Iterator[Words]:
    """Yield what there is and whether it is right, what lapses soon, and what to look at first."""
    figures = found.figures
    facts = {
        "as_of": found.meta["as_of"],
        "balance": Value(figures["balance"], "number"),
        "members": Value(figures["members"], "count"),
        "lapsed": Value(figures["lapsed"]["computed"], "number"),
    }
    yield Note("As of {as_of}: {balance} points of {members} members; {lapsed} have lapsed so far", facts)
    held = figures["reconciliation"]
    if held["rows"] or held["members"]["of"]:
        counts = {
            "rows": Value(held["rows"], "count"), "agree": Value(held["agree"], "count"),
            "of": Value(held["members"]["of"], "count"), "right": Value(held["members"]["agree"], "count"),
        }  # fmt: skip
        yield Note(
            "Held against the platform: {agree} of {rows} balances after movements agree, and {right} of {of} "
            "members' balances",
            counts,
        )
    else:
        yield Note("The platform's balances are in no file: nothing was held against them.")
    yield Note(
        "Within {days} days {points} points of {members} members lapse",
        {
            "days": found.question.expiring_days,
            "points": Value(figures["expiring"], "number"),
            "members": Value(figures["expiring_members"], "count"),
        },
    )


def _doubts(found: PointsAnswer) -> Iterator[Note]:
    """Yield what makes the balances doubtful, or the figures incomplete."""
    figures, settings = found.figures, found.study.settings.points
    causes = [row for row in figures["reconciliation"]["causes"] if row["cause"] != "frozen"]
    parted = sum(row["breaks"] for row in causes)
    apart = sum(row["accounts"] for row in causes)
    if parted or apart:
        yield Note(
            "Ledger and platform part: of {breaks} members after a movement, of {accounts} in their balance. The sheet "
            "of breaks names the first row of each.",
            {"breaks": Value(parted, "count"), "accounts": Value(apart, "count")},
            is_finding=True,
        )
    has_terms = settings.valid_days is not None or settings.end_of_year is not None
    if not has_terms and figures["never"]:
        yield Note(
            "{points} points have no last day: [points] valid_days or end_of_year says how long points count.",
            {"points": Value(figures["never"], "number")},
        )
    if settings.value is None:
        yield Note("What points cost and are worth is not told: [points] value says what one point buys.")


def _figures(found: PointsAnswer) -> Iterator[Figure]:
    for key, value in _row(found).items():
        if value is not None:
            yield Figure(POINT_FIGURES[key], value)


def _row(found: PointsAnswer) -> dict[str, Any]:
    figures = found.figures
    return {
        **{key: figures[key] for key in ("balance", "members", "debt", "expiring")},
        "lapsed_computed": figures["lapsed"]["computed"],
        "lapsed_told": figures["lapsed"]["told"],
        "redemption_rate": figures["redemption_rate"],
        "expected_rate": figures["expected_rate"]["rate"],
        "liability": figures["liability"]["balance"],
        "cost_redeemed": figures["cost_rate"]["redeemed"],
        "cost_issued": figures["cost_rate"]["issued"],
    }


def _sections(found: PointsAnswer) -> Iterator[Section]:
    figures = found.figures
    causes = figures["reconciliation"]["causes"]
    yield Section(POINT_CAUSES, causes, drawn="bars", measures=("breaks",))
    months = figures["lots_expiring"]
    yield Section(LAPSING, months[:_NEXT_MONTHS], drawn="bars", measures=("points",), room="little")
    yield Section(LAPSING, months, drawn="bars", measures=("points",), room="much")
    note = Note("What follows the first break of a member differs as well: look at this row first.")
    breaks = found.breaks.slice(0, _MOST_ROWS).to_pylist()
    yield Section(POINT_BREAKS, breaks[:_FEW_ROWS], brief=_BRIEF_BREAKS, note=note, room="little")
    yield Section(POINT_BREAKS, breaks, note=note, room="much")
    yield Section(POINT_DEBTS, found.debts.slice(0, _MOST_ROWS).to_pylist(), room="much")
    yield Section(POINT_COHORTS, figures["cohorts"], room="much")


def _facts(found: PointsAnswer) -> Iterator[tuple[Words, Words]]:
    """Yield the rule the ledger goes by, what is expected and the accounts."""
    figures, settings = found.figures, found.study.settings.points
    yield Note("How long points count"), _rule(settings.valid_days, settings.end_of_year)
    if figures["opening_members"]:
        facts = {"points": Value(figures["opening"], "number"), "members": Value(figures["opening_members"], "count")}
        yield Note("Before the log"), Note("{points} points of {members} members, without a last day", facts)
    if figures["frozen"]:
        facts = {"points": Value(figures["frozen"], "number")}
        yield Note("Frozen"), Note("{points} points, counted and not applied", facts)
    expected = figures["expected_rate"]
    if expected["rate"] is not None:
        se = expected["se"]
        rate: list[Words] = [Value(expected["rate"], "rate"), _RATE_FROM[expected["from"]]]
        if se is not None:
            rate.append(Note("standard error {se}", {"se": Value(se, "rate")}))
        yield POINT_FIGURES["expected_rate"], dotted(*rate)
    else:
        yield (
            POINT_FIGURES["expected_rate"],
            Note("not enough history: fewer than 12 whole months or too unsure, and none lapsed"),
        )
    books = figures["liability"]
    if books["balance"] is not None:
        amounts = {key: Value(books[key], "money") for key in ("allocated", "recognised", "balance")}
        told = "{balance} = {allocated} allocated − {recognised} recognised; working figure for your accountant"
        yield POINT_FIGURES["liability"], Note(told, amounts)


def _rule(valid_days: int | None, end_of_year: int | None) -> Note:
    if valid_days is not None:
        return Note("as the log says, else {days} days", {"days": valid_days})
    if end_of_year is not None:
        return Note("as the log says, else to the end of the year, {years} years on", {"years": end_of_year})
    return Note("as the log says, else for ever")


def _definitions(found: PointsAnswer) -> Iterator[Definition]:
    for key, value in _row(found).items():
        column = POINT_FIGURES[key]
        shown = "–" if value is None else Value(value, column.form)
        yield Definition(column, shown, Note(column.note))


def _values(found: PointsAnswer) -> dict[str, Any]:
    figures = dict(found.figures)
    breaks = found.breaks.slice(0, _MOST_ROWS).to_pylist()
    held = figures["reconciliation"] | {"breaks": breaks}
    return figures | {"reconciliation": held, "debts": found.debts.slice(0, _MOST_ROWS).to_pylist()}
