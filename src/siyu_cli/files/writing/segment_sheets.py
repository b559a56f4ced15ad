"""The workbook ``siyu segment`` writes: which sheets, in which order, under which words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from siyu_cli.files.loading.report import LoadReport
from siyu_cli.files.writing.account_sheets import definitions_sheet, quality_sheet
from siyu_cli.files.writing.definitions import Row, define
from siyu_cli.files.writing.wording import Words, table_of
from siyu_cli.files.writing.workbook import Chart, SheetColumn, SheetSpec
from siyu_cli.tables.column import Table
from siyu_cli.tables.inputs import MEMBERS
from siyu_cli.tables.lifecycle import RFM_SEGMENTS, RFM_SUMMARY, SEGMENTS, STAGE_SUMMARY

_SHARES = ("member_share", "sales_share")
_WHO = ("member_id", "phone", "name")  # what tells who a member is
_CHARTED_GROUPS = 30  # more make a chart nobody can read


@dataclass(frozen=True)
class SegmentContents:
    """What a segmentation found, as tables and plain values.

    ``stages``, ``rfm``: the summaries of ``tables``. ``members``: columns of SEGMENTS, ``phone`` and ``name`` in the
    order they are to stand in. ``by``: the key it is by, then STAGE_SUMMARY. ``movement``: stage_from (a stage or
    ``new``), stage_to (a stage or ``gone``), members. ``meta``: version, command, as_of and parameters.
    ``headlines`` (for the summary) and ``definitions`` are more lines and rows, in the reader's language.
    """

    stages: pa.Table
    rfm: pa.Table
    members: pa.Table
    load: LoadReport
    meta: Mapping[str, Any]
    splits: Mapping[str, Any] = field(default_factory=dict)
    windows: Mapping[str, Any] = field(default_factory=dict)
    by: pa.Table | None = None
    movement: pa.Table | None = None
    headlines: Sequence[str] = ()
    definitions: Sequence[Row] = ()


def segment_sheets(
    contents: SegmentContents, *, lang: str, translate: Callable[[str], str], show_personal: bool = False
) -> list[SheetSpec]:
    """Return the sheets in order: summary, RFM, by group, movement, members, definitions, data quality.

    Titles of columns come from the contracts in ``lang`` (``zh`` or ``en``), other words from ``translate``.
    ``show_personal`` says that phones stand in full.
    """
    words = Words(lang, translate)
    if any(contents.splits.get(key) is None for key in ("recency_days", "order_days", "net_sales")):
        contents = replace(contents, splits={})  # a shop without buyers has no high and low
    definitions = [*define(contents.splits, contents.windows, words), *contents.definitions]
    sheets = [_summary(contents, words), _rfm(contents, words)]
    if contents.by is not None:
        sheets.append(_by(contents.by, words))
    if contents.movement is not None:
        sheets.append(_movement(contents.movement, words))
    sheets.append(_members(contents.members, words, show_personal=show_personal))
    sheets.append(definitions_sheet(definitions, contents.meta, contents.load, words))
    sheets.append(quality_sheet(contents.load, words))
    return sheets


def _summary(contents: SegmentContents, words: Words) -> SheetSpec:
    _ = words.translate
    load = contents.load
    people = _("{members} members, {buyers} of them buyers; net sales {net_sales}").format(
        members=f"{_sum(contents.stages, 'members'):,.0f}",
        buyers=f"{_sum(contents.rfm, 'members'):,.0f}",
        net_sales=f"{_sum(contents.stages, 'net_sales'):,.2f}",
    )
    rows = _("{rows_in} rows read = {used} used + {rejected} rejected + {skipped} skipped by rule").format(
        rows_in=f"{load.rows_in:,}",
        used=f"{load.rows_used:,}",
        rejected=f"{load.rows_rejected:,}",
        skipped=f"{load.rows_skipped:,}",
    )
    heading = _("Lifecycle stages as of {as_of}").format(as_of=contents.meta.get("as_of", ""))
    return SheetSpec(
        _("Summary"),
        contents.stages,
        words.columns(STAGE_SUMMARY.columns),
        lines=(heading, people, rows, *contents.headlines),
        bars=_SHARES,
        charts=_count_and_sales(STAGE_SUMMARY, words, column=6),
        is_frozen=False,
        has_filter=False,
    )


def _rfm(contents: SegmentContents, words: Words) -> SheetSpec:
    _ = words.translate
    lines = [_("RFM segments as of {as_of}").format(as_of=contents.meta.get("as_of", ""))]
    if splits := contents.splits:
        line = _(
            "High R: last order at most {recency_days} days ago; "
            "high F: at least {order_days} purchase days; high M: net sales above {net_sales}"
        )
        lines.append(
            line.format(
                recency_days=f"{splits['recency_days']:g}",
                order_days=f"{splits['order_days']:g}",
                net_sales=f"{splits['net_sales']:,.2f}",
            )
        )
    codes = {key: named[0] for key, named in RFM_SEGMENTS.items()}
    segment, *numbers = words.columns(RFM_SUMMARY.columns)
    return SheetSpec(
        _("RFM"),
        contents.rfm.append_column("code", contents.rfm["rfm_segment"]),
        (segment, SheetColumn("code", "RFM", "text", labels=codes), *numbers),
        lines=tuple(lines),
        bars=_SHARES,
        charts=_count_and_sales(RFM_SUMMARY, words, column=7),
        is_frozen=False,
        has_filter=False,
    )


def _count_and_sales(table: Table, words: Words, column: int) -> tuple[Chart, ...]:
    """Return one chart of members and one of sales, one under the other beside the table."""
    _ = words.translate
    group = table.columns[0]
    return tuple(
        Chart(
            _("{measure} by {group}").format(measure=words.title(table[key]), group=words.title(group)),
            group.key,
            (key,),
            row=place * 15,
            column=column,
        )
        for place, key in enumerate(("members", "net_sales"))
    )


def _by(by: pa.Table, words: Words) -> SheetSpec:
    """Return one row per group, largest sales first, nobody's last: members, sales, members in each stage."""
    _ = words.translate
    key, stages = by.column_names[0], words.labels("stage")
    groups: dict[str | None, dict[str, Any]] = {}
    for row in by.to_pylist():
        group_name = row[key] or None
        empty = {key: group_name or _("(none)"), "members": 0, "net_sales": 0.0, **dict.fromkeys(stages, 0)}
        group = groups.setdefault(group_name, empty)
        group["members"] += row["members"]
        group["net_sales"] += float(row["net_sales"] or 0)
        group[row["stage"]] += row["members"]
    unnamed = [groups.pop(None)] if None in groups else []
    rows = sorted(groups.values(), key=lambda group: (-group["net_sales"], group[key])) + unnamed
    members, net_sales = STAGE_SUMMARY["members"], STAGE_SUMMARY["net_sales"]
    title = words.title(SEGMENTS[key])
    columns = (
        SheetColumn(key, title, "text"),
        *words.columns((members, net_sales)),
        *(SheetColumn(stage, label, "count") for stage, label in stages.items()),
    )
    heading = _("{measure} by {group}").format(measure=words.title(members), group=title)
    place = {"row": len(rows) + 2, "width": 980, "height": 360}
    chart = Chart(heading, key, tuple(stages), "column_stacked", **place)
    return SheetSpec(
        _("By {column}").format(column=title),
        table_of(rows, columns),
        columns,
        bars=("members", "net_sales"),
        charts=(chart,) if len(rows) <= _CHARTED_GROUPS else (),
        frozen_columns=1,
    )


def _movement(movement: pa.Table, words: Words) -> SheetSpec:
    """Return the matrix of stages before (rows) and now (columns), with totals on both margins."""
    _ = words.translate
    stages = words.labels("stage")
    before = {**stages, "new": _("New"), "total": _("Total")}
    after = {**stages, "gone": _("Gone"), "total": _("Total")}
    cells = {source: dict.fromkeys(after, 0) for source in before}
    for row in movement.to_pylist():
        for source in (row["stage_from"], "total"):
            for target in (row["stage_to"], "total"):
                cells[source][target] += row["members"]
    rows = [
        {"before": before[source], **{target: count or None for target, count in counts.items()}}
        for source, counts in cells.items()
    ]
    columns = (
        SheetColumn("before", _("Before ↓  Now →"), "text", width=18),
        *(SheetColumn(target, label, "count") for target, label in after.items()),
    )
    lines = (
        _("Movement between stages since the last run"),
        _("A row is a stage at the last run, a column the stage now; both margins tie"),
    )
    return SheetSpec(_("Movement"), table_of(rows, columns), columns, lines=lines, frozen_columns=1, has_filter=False)


def _members(members: pa.Table, words: Words, *, show_personal: bool) -> SheetSpec:
    _ = words.translate
    columns = []
    for key in members.column_names:
        column = MEMBERS[key] if key in ("phone", "name") else SEGMENTS[key]
        # A masked phone is no code any more: nothing to protect from being a number.
        is_masked = key == "phone" and not show_personal
        columns.append(replace(column, kind="text") if is_masked else column)
    # Scores, days and orders are small: unformatted they cost less, and this list is long.
    shown = tuple(
        replace(column, kind="number") if column.kind == "count" else column for column in words.columns(columns)
    )
    named = sum(key in _WHO for key in members.column_names)
    return SheetSpec(_("Members"), members, shown, frozen_columns=named)


def _sum(table: pa.Table, key: str) -> float:
    return float(pc.sum(table[key]).as_py() or 0)
