"""The workbook ``siyu churn`` writes: what is at stake, whom to look after, what the numbers mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from siyu_cli.files.loading.report import LoadReport
from siyu_cli.files.writing.account_sheets import definitions_sheet, quality_sheet
from siyu_cli.files.writing.definitions import Row
from siyu_cli.files.writing.wording import Words, table_of
from siyu_cli.files.writing.workbook import Chart, SheetSpec
from siyu_cli.tables.churn import BACKTEST, CHURN, RELIABILITY, RISK_SUMMARY


@dataclass(frozen=True)
class ChurnContents:
    """A list of members as in ``tables.CHURN``, the risk bands as in ``RISK_SUMMARY``, and lines to put above."""

    members: pa.Table
    risks: pa.Table
    load: LoadReport
    meta: Mapping[str, Any]
    headlines: Sequence[str] = ()


@dataclass(frozen=True)
class BacktestContents:
    """What a look back rests on, and its verdicts in words."""

    load: LoadReport
    meta: Mapping[str, Any]
    headlines: Sequence[str] = ()


def churn_sheets(contents: ChurnContents, *, lang: str, translate: Callable[[str], str]) -> list[SheetSpec]:
    """Return the sheets in order: summary, members at risk, definitions, data quality."""
    words = Words(lang, translate)
    definitions = definitions_sheet(_definitions(words), contents.meta, contents.load, words)
    people = _members(contents.members, words)
    return [_summary(contents, words), people, definitions, quality_sheet(contents.load, words)]


def backtest_sheets(
    cuts: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]], contents: BacktestContents, words: Words
) -> list[SheetSpec]:
    """Return the sheets of a look back: marks, chances beside what came true with a chart, definitions, quality."""
    _ = words.translate
    marks = words.columns(BACKTEST.columns)
    heading = _("Looking back from {as_of}").format(as_of=contents.meta.get("as_of", ""))
    judged = SheetSpec(_("Looking back"), table_of(_rounded(rows), marks), marks, lines=(heading, *contents.headlines))
    bands = words.columns(RELIABILITY.columns)
    told = [{"cutoff": cut["cutoff"], **band} for cut in cuts for band in cut["reliability"] if band["members"]]
    newest = [row for row in told if row["cutoff"] == cuts[0]["cutoff"]] if cuts else []
    title = _("Chances and what came true, {cutoff}").format(cutoff=cuts[0]["cutoff"] if cuts else "")
    chart = Chart(title, "predicted_from", ("predicted", "observed"), "line", row=0, column=6)
    ripe = SheetSpec(
        _("Calibration"), table_of(newest, bands), bands, lines=(title,), charts=(chart,), has_filter=False
    )
    definitions = [
        (words.title(BACKTEST[key]), key, meaning)
        for key, meaning in {
            "auc": _("chance that one who left was ranked above one who stayed; one half is a coin"),
            "pr_auc": _("mean precision over those who left, from the likeliest down"),
            "brier": _("mean squared distance of the chance from what came true; ranks have none"),
            "ece": _("mean distance of chances from what came true, in tenths of the chance"),
            "lift_churn": _("how much more often the tenth likeliest to leave left than all"),
            "lift_buy": _("how much more often the tenth likeliest to buy bought than all"),
        }.items()
    ]
    return [
        judged, ripe, definitions_sheet(definitions, contents.meta, contents.load, words),
        quality_sheet(contents.load, words),
    ]  # fmt: skip


def _rounded(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    marks = [column.key for column in BACKTEST.columns if column.kind == "number"]
    return [{**row, **{key: None if row[key] is None else round(row[key], 3) for key in marks}} for row in rows]


def _summary(contents: ChurnContents, words: Words) -> SheetSpec:
    _ = words.translate
    heading = _("Churn risk as of {as_of}").format(as_of=contents.meta.get("as_of", ""))
    charts = tuple(
        Chart(
            _("{measure} by {group}").format(
                measure=words.title(RISK_SUMMARY[key]), group=words.title(RISK_SUMMARY["risk_band"])
            ),
            "risk_band", (key,), row=5, column=place * 6, width=360,
        )
        for place, key in enumerate(("listed", "value_at_risk"))
    )  # fmt: skip
    return SheetSpec(
        _("Summary"), contents.risks, words.columns(RISK_SUMMARY.columns),
        lines=(heading, *contents.headlines), bars=("member_share",), charts=charts, is_frozen=False, has_filter=False,
    )  # fmt: skip


def _members(members: pa.Table, words: Words) -> SheetSpec:
    _ = words.translate
    place = members.column_names.index("expected_orders")
    shown = members.set_column(place, "expected_orders", pc.round(members["expected_orders"], 2))
    return SheetSpec(_("Members at risk"), shown, words.columns(CHURN.columns), frozen_columns=1)


def _definitions(words: Words) -> list[Row]:
    _ = words.translate
    meanings = {
        "churn_probability": _("chance that no order comes within the horizon, from how all members here buy and stop"),
        "risk_band": _("high and medium begin at the chances given under parameters"),
        "value_at_risk": _(
            "churn probability × orders at their own rhythm within the horizon × expected value of an order"
        ),
        "p_alive": _("chance that a member has not left for good; who is alive may still not order in time"),
        "expected_orders": _("mean number of purchase days within the horizon"),
        "expected_spend": _("expected orders × expected value of an order"),
        "median_gap_days": _("median of the days between purchase days; empty under 2"),
        "churn_reason": _("the member's own rhythm; it explains, the probability is not made from it"),
    }
    return [(words.title(CHURN[key]), key, meaning) for key, meaning in meanings.items()]
