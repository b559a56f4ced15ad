"""``siyu churn --backtest``: how the model would have done at earlier dates of the shop, in words and marks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siyu_cli.cli.loading import heading
from siyu_cli.cli.output import Sink
from siyu_cli.cli.values import show
from siyu_cli.errors import UsageError
from siyu_cli.locale import get_language
from siyu_cli.locale import translate as _
from siyu_cli.tables.churn import BACKTEST

if TYPE_CHECKING:
    from siyu_cli import Shop
    from siyu_cli.core.churn.backtest import Backtest
    from siyu_cli.files.loading.report import LoadReport

# What 80 columns hold; the workbook and the JSON have every mark.
_BRIEF = ("cutoff", "churn_rate", "model", "auc", "brier", "ece", "lift_churn")
NAMES = {"mbg": "MBG/NBD", "bg": "BG/NBD", "pareto": "Pareto/NBD"}


def print_backtest(found: Backtest, load: LoadReport, sink: Sink) -> None:
    """Print how well each way of telling did at each cut-off, a verdict in words, and why dates were passed over."""
    if sink.format == "json":
        warnings = [str(note) for note in load.warnings]
        sink.document({"cutoffs": list(found.cutoffs), "passed_over": _passed_over(found), "warnings": warnings})
        return
    if sink.is_table:
        _print_marks(found, sink)
    else:
        sink.rows(BACKTEST.keys, tell_marks(found))
    told = [f"{cutoff}: {_(why.message).format(**why.facts)}" for cutoff, why in found.passed_over.items()]
    if not found.cutoffs:
        sink.warn(_("No date could be looked back from. {reasons}").format(reasons="; ".join(told)))
    else:
        for text in told:
            sink.note(_("Not looked back from {reason}").format(reason=text))


def _print_marks(found: Backtest, sink: Sink) -> None:
    if not found.cutoffs:
        return
    rows = in_words(tell_marks(found))
    marks = ("auc", "pr_auc", "brier", "ece")
    exact = [{**row, **{key: None if row[key] is None else f"{row[key]:.3f}" for key in marks}} for row in rows]
    columns = [replace(BACKTEST[key], kind="text") if key in marks else BACKTEST[key] for key in _BRIEF]
    sink.table(columns, exact, title=heading(BACKTEST))
    sink.text()
    for line in verdicts(found):
        sink.text(line)


def verdicts(found: Backtest) -> list[str]:
    """Return what each cut-off says in words, the date before it."""
    return [f"{cut['cutoff']}: {line}" for cut in found.cutoffs for line in judge(cut)]


def tell_marks(found: Backtest) -> list[dict[str, Any]]:
    """Return one row per cut-off and way of telling."""
    return [
        {**cut, **marks, "model": NAMES.get(name, name)}
        for cut in found.cutoffs for name, marks in cut["models"].items()
    ]  # fmt: skip


def in_words(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows with each way of telling as people read it."""
    return [{**row, "model": way_of_telling(row["model"])} for row in rows]


def way_of_telling(name: str) -> str:
    """Return the name of a model or of what it is held against, in the reader's language."""
    plain = {
        "recency": _("days since the last order"),
        "rfm": _("sum of the RFM scores"),
        "rfm_cells": _("RFM groups"),
        "blend": _("MBG/NBD + logistic"),
        "ensemble": _("MBG/NBD + boosting"),
    }
    return plain.get(name) or NAMES.get(name, name)


def _passed_over(found: Backtest) -> dict[str, str]:
    return {cutoff: str(why) for cutoff, why in found.passed_over.items()}


def write_backtest(found: Backtest, shop: Shop, path: Path, *, force: bool) -> None:
    """Write the look back as a workbook with its calibration drawn, or as JSON."""
    from siyu_cli.files.write import write_json

    warnings = [str(note) for note in shop.load.report.masked().warnings]
    meta = {**shop.describe(None), "command": "churn --backtest", "warnings": warnings}
    if path.suffix.lower() == ".json":
        document = {"meta": meta, "cutoffs": list(found.cutoffs), "passed_over": _passed_over(found)}
        write_json(document, path, force=force)
        return
    if path.suffix.lower() != ".xlsx":
        raise UsageError("--backtest writes .xlsx and .json.", hint="Choose a name that ends in one of them.")
    from siyu_cli.files.writing.churn_sheets import BacktestContents, backtest_sheets
    from siyu_cli.files.writing.wording import Words
    from siyu_cli.files.writing.workbook import write_workbook

    told = [f"{cutoff}: {_(why.message).format(**why.facts)}" for cutoff, why in found.passed_over.items()]
    contents = BacktestContents(shop.load.report.masked(), meta, [*verdicts(found), *told])
    sheets = backtest_sheets(found.cutoffs, in_words(tell_marks(found)), contents, Words(get_language(), _))
    write_workbook(path, sheets, force=force)


def weigh(money: Mapping[str, Any]) -> str:
    """Return what was at stake beside what was lost, and which way of sorting held most of it in its first tenth."""
    facts = {key: show(money[key], "money") for key in ("value_at_risk", "lost")}
    told = _("{listed} were on the list, {value_at_risk} at stake, {lost} of their usual spend really lost;").format(
        listed=show(money["listed"], "count"), **facts
    )
    top = money["top_tenth"]
    if top["value_at_risk"] is None:
        return told + " " + _("nobody on it who left had spent anything in the year before.")
    shares = {name: show(share, "rate") for name, share in top.items()}
    told += " " + _(
        "its first tenth held {value_at_risk} of that; sorted by chance × past-year spend it would be "
        "{chance_times_past_year}, by past-year spend alone {past_year}."
    ).format(**shares)
    if money["best"] == "value_at_risk":
        return told + " " + _("Value at risk sorts best here.")
    best = _("chance × past-year spend") if money["best"] == "chance_times_past_year" else _("past-year spend")
    return told + " " + _("Sorted best here: by {ranking}.").format(ranking=best)


def judge(cut: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a cut-off says in words: does the model beat recency here, and can its chances be believed."""
    chosen, recency = cut["models"][cut["model"]], cut["models"]["recency"]
    if chosen["auc"] is None:
        yield _("everybody did the same: there was nothing to tell apart.")
        return
    facts = {"auc": f"{chosen['auc']:.3f}", "other": f"{recency['auc']:.3f}", "error": f"{chosen['ece']:.1%}"}
    if chosen["auc"] < recency["auc"]:
        verdict = _("Warning: days since the last order told them apart better ({other} against {auc});")
    else:
        verdict = _("the model told them apart at least as well as days since the last order ({auc}, {other});")
    yield verdict.format(**facts) + " " + _("its chances were off by {error} on average.").format(**facts)
    yield weigh(cut["money"])
    for name in cut["festivals"]:
        yield _("{name} fell into these days: take them as unlike others.").format(name=name)
