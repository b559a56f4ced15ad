"""The summary of a segmentation as people read it: stages, RFM groups, moves, and what the labels rest on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from siyu_cli.cli.loading import entitle, heading
from siyu_cli.cli.output import Sink
from siyu_cli.cli.values import show
from siyu_cli.locale import get_language
from siyu_cli.locale import translate as _
from siyu_cli.tables.column import Column
from siyu_cli.tables.lifecycle import RFM_SEGMENTS, RFM_SUMMARY, SEGMENTS, STAGE_SUMMARY, STAGES

if TYPE_CHECKING:
    import pandas as pd

    from siyu_cli import Segmentation

SHARES = ("member_share", "sales_share")
MOVES_SHOWN = 12
MOVES = (
    Column("stage_from", "text", "From", "原阶段"),
    Column("stage_to", "text", "To", "现阶段"),
    Column("members", "count", "Members", "人数"),
)
# Who is in only one of two lists: what movement.sql puts in place of a stage.
COMERS = {"new": ("(new)", "（新增）"), "gone": ("(gone)", "（已不在）")}


def print_summary(result: Segmentation, sink: Sink) -> None:
    """Print the stage table, the RFM table, what else was asked for, and what the labels rest on."""
    sink.text(count_people(result))
    sink.text()
    stages = entitle(result.stages.to_dict("records"), "stage", STAGES)
    sink.table(STAGE_SUMMARY.columns, stages, title=heading(STAGE_SUMMARY), bars=SHARES)
    groups = entitle(result.rfm.to_dict("records"), "rfm_segment", RFM_SEGMENTS)
    sink.text()
    sink.table(RFM_SUMMARY.columns, groups, title=heading(RFM_SUMMARY), bars=SHARES)
    if result.by is not None:
        sink.text()
        print_by(result.by, sink)
    if result.movement is not None:
        sink.text()
        print_movement(result.movement, sink)
    sink.text()
    sink.facts(describe(result))


def count_people(result: Segmentation) -> str:
    """Return the line above the tables: the date, how many members and buyers, and of whom if not of all."""
    line = _("As of {as_of}: {members} members, {buyers} of them buyers; net sales {net_sales}").format(
        as_of=result.meta["as_of"],
        members=show(result.stages["members"].sum(), "count"),
        buyers=show(result.rfm["members"].sum(), "count"),
        net_sales=show(result.stages["net_sales"].sum(), "money"),
    )
    return f"{line} · {result.meta['where']}" if result.meta["where"] else line


def print_by(by: pd.DataFrame, sink: Sink) -> None:
    """Print the stages once more for each owner, store, channel or level, whose name stands once."""
    key = str(by.columns[0])
    shown, before = [], ""
    for row in entitle(by.to_dict("records"), "stage", STAGES):
        group = show(row[key], "text") or _("(none)")
        shown.append({**row, "group": "" if group == before else group})
        before = group
    columns = (replace(SEGMENTS[key], key="group"), *STAGE_SUMMARY.columns)
    title = _("Stages by {by}").format(by=SEGMENTS[key].title(get_language()).lower())
    sink.table(columns, shown, title=title, bars=SHARES)


def print_movement(movement: pd.DataFrame, sink: Sink) -> None:
    """Print the largest moves between stages since the last snapshot, and who came and went."""
    moved = movement[movement["stage_from"] != movement["stage_to"]]
    moved = moved.sort_values(["members", "stage_from", "stage_to"], ascending=[False, True, True])
    rows = entitle(moved.to_dict("records"), "stage_from", STAGES | COMERS)
    rows = entitle(rows, "stage_to", STAGES | COMERS)
    sink.table(MOVES, rows[:MOVES_SHOWN], title=_("Moves since the last snapshot"))
    if len(rows) > MOVES_SHOWN:
        sink.text(_("… and {count} smaller moves").format(count=len(rows) - MOVES_SHOWN))


def describe(result: Segmentation) -> Iterator[tuple[str, str]]:
    """Yield what the labels rest on: windows, suggested windows, RFM splits and the bands of each score."""
    windows, splits = result.windows, result.splits
    line = _(
        "new ≤ {new_days} days · dormant > {dormant_after} · churned > {churned_after} · "
        "declining > {declining_ratio} × usual gap · mature from {mature_orders} purchase days · "
        "usual gap of the shop {shop_norm} days"
    )
    yield _("Windows"), line.format(**{key: show(value, "number") for key, value in _flat(windows)})
    yield _("Suggested"), suggest(windows["suggested"])
    high = _("high: R ≤ {recency} days · F ≥ {frequency} purchase days · M > {money} · rfm.split = {mode}").format(
        recency=show(splits["recency_days"], "number"),
        frequency=show(splits["order_days"], "number"),
        money=show(splits["net_sales"], "money"),
        mode=splits["mode"],
    )
    yield _("RFM split"), high
    for measure, letter in (("recency", "R"), ("frequency", "F"), ("money", "M")):
        bands = [band for band in splits["bands"] if band["measure"] == measure]
        shown = [_band(band) for band in reversed(bands)]
        if 0 < len(bands) < splits["bins"]:
            shown.append(_("too many equal values for {bins} scores").format(bins=splits["bins"]))
        yield _("{letter} score").format(letter=letter), " · ".join(shown)


def suggest(suggested: Mapping[str, Any]) -> str:
    """Return what the shop's own orders suggest for the windows; they suggest, siyu.toml decides."""
    days = {key: suggested[key] for key in ("dormant_after", "churned_after")}
    known = [f"{key} = {value}" for key, value in days.items() if value is not None]
    parts = [_("{windows}, from this shop's own orders").format(windows=", ".join(known))] if known else []
    if None in days.values():
        missing = ", ".join(key for key, value in days.items() if value is None)
        parts.append(_("not enough history for {windows}").format(windows=missing))
    return " · ".join(parts)


def _flat(windows: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((key, value) for key, value in windows.items() if not isinstance(value, Mapping))


def _band(band: Mapping[str, Any]) -> str:
    kind = "money" if band["measure"] == "money" else "count"
    lowest, highest = show(band["lowest"], kind), show(band["highest"], kind)
    return f"{band['score']}: {lowest}" if lowest == highest else f"{band['score']}: {lowest}–{highest}"
