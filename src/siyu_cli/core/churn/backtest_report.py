"""What is told of looking back: marks of each way of telling, and a verdict in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from siyu_cli.core.churn.tables import BACKTEST, RELIABILITY
from siyu_cli.core.churn.telling import NAMES, way_of_telling
from siyu_cli.errors import Note
from siyu_cli.report import Listing, Report, Section, Several, Value, Words

if TYPE_CHECKING:
    import pyarrow as pa

    from siyu_cli.core.churn.question import BacktestAnswer

_BRIEF = ("cutoff", "churn_rate", "model", "auc", "brier", "ece", "lift_churn")


def report(found: BacktestAnswer) -> Report:
    """Return what is told of an answer."""
    marks = Section(BACKTEST, [{**row, "model": way_of_telling(row["model"])} for row in _marks(found)], brief=_BRIEF)
    passed = {cutoff: Several((f"{cutoff}:", why), "blanks") for cutoff, why in found.passed_over.items()}
    opening = tuple(Several((f"{cut['cutoff']}:", line), "blanks") for cut in found.cutoffs for line in judge(cut))
    warnings = found.warnings
    if not found.cutoffs:
        reasons = Several(tuple(passed.values()), "dots")
        warnings += (Note("No date could be looked back from. {reasons}", {"reasons": reasons}),)
    return Report(
        Note("Looking back from {as_of}", {"as_of": found.meta["as_of"]}),
        opening,
        found.meta,
        found.load.account(),
        values={"cutoffs": list(found.cutoffs), "passed_over": dict(found.passed_over)},
        sections=(marks, _ripe(found)),
        facts=tuple((Note("Not looked back from"), text) for text in passed.values()) if found.cutoffs else (),
        listing=Listing(BACKTEST, lambda keys: _table(found, keys)),
        warnings=warnings,
    )


def _marks(found: BacktestAnswer) -> Iterator[dict[str, Any]]:
    """Yield one row per cut-off and way of telling."""
    for cut in found.cutoffs:
        for name, marks in cut["models"].items():
            yield {**cut, **marks, "model": name}


def _table(found: BacktestAnswer, keys: Sequence[str]) -> pa.Table:
    import pyarrow as pa

    kinds = {"text": pa.string(), "count": pa.int64()}
    rows = [{**row, "model": NAMES.get(row["model"], row["model"])} for row in _marks(found)]
    return pa.table(
        {key: pa.array([row[key] for row in rows], kinds.get(BACKTEST[key].kind, pa.float64())) for key in keys}
    )


def _ripe(found: BacktestAnswer) -> Section:
    """Return the chances of the latest date beside what came true."""
    newest: Mapping[str, Any] = found.cutoffs[0] if found.cutoffs else {"cutoff": "", "reliability": ()}
    rows = [{"cutoff": newest["cutoff"], **band} for band in newest["reliability"] if band["members"]]
    note = Note("Chances and what came true, {cutoff}", {"cutoff": newest["cutoff"]})
    columns = RELIABILITY.columns[1:]
    return Section(RELIABILITY, rows, None, columns, drawn="trend", measures=("predicted", "observed"), note=note)


def judge(cut: Mapping[str, Any]) -> Iterator[Words]:
    """Yield what a cut-off says in words: does the model beat recency here, and can its chances be believed."""
    chosen, recency = cut["models"][cut["model"]], cut["models"]["recency"]
    if chosen["auc"] is None:
        yield Note("everybody did the same: there was nothing to tell apart.")
        return
    facts = {
        "auc": Value(chosen["auc"], "mark"),
        "other": Value(recency["auc"], "mark"),
        "error": Value(chosen["ece"], "rate"),
    }
    if chosen["auc"] < recency["auc"]:
        verdict = Note("Warning: days since the last order told them apart better ({other} against {auc});", facts)
    else:
        verdict = Note(
            "the model told them apart at least as well as days since the last order ({auc}, {other});", facts
        )
    yield Several((verdict, Note("its chances were off by {error} on average.", facts)), "blanks")
    yield weigh(cut["money"])
    for name in cut["festivals"]:
        yield Note("{name} fell into these days: take them as unlike others.", {"name": name})


def weigh(money: Mapping[str, Any]) -> Words:
    """Return what was at stake beside what was lost, and which way of sorting held most of it in its first tenth."""
    facts = {key: Value(money[key], "money") for key in ("value_at_risk", "lost")}
    told = Note(
        "{listed} were on the list, {value_at_risk} at stake, {lost} of their usual spend really lost;",
        {"listed": Value(money["listed"], "count"), **facts},
    )
    top = money["top_tenth"]
    if top["value_at_risk"] is None:
        return Several((told, Note("nobody on it who left had spent anything in the year before.")), "blanks")
    first = Note(
        "its first tenth held {value_at_risk} of that; sorted by chance × past-year spend it would be "
        "{chance_times_past_year}, by past-year spend alone {past_year}.",
        {name: Value(share, "rate") for name, share in top.items()},
    )
    if money["best"] == "value_at_risk":
        return Several((told, first, Note("Value at risk sorts best here.")), "blanks")
    is_chance = money["best"] == "chance_times_past_year"
    ranking = Note("chance × past-year spend") if is_chance else Note("past-year spend")
    return Several((told, first, Note("Sorted best here: by {ranking}.", {"ranking": ranking})), "blanks")
