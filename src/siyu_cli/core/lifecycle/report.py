"""What is told of a segmentation: stages, RFM groups, who moved, and what the labels rest on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from siyu_cli.core.lifecycle.actions import next_steps, own_actions
from siyu_cli.core.lifecycle.definitions import define
from siyu_cli.core.lifecycle.list_columns import PEOPLE
from siyu_cli.core.lifecycle.tables import (
    MOVEMENT,
    MOVES,
    RFM_GRID,
    RFM_SEGMENTS,
    RFM_SUMMARY,
    SEGMENTS,
    STAGE_SUMMARY,
    STAGES,
)
from siyu_cli.errors import Note, Spoken
from siyu_cli.report import Listing, Report, Section, Several, Value, Words, dotted, label
from siyu_cli.tables.column import Column

if TYPE_CHECKING:
    import pandas as pd

    from siyu_cli.core.lifecycle.question import Segmentation

_DRAWN = ("members", "net_sales")
_MOVES_SHOWN = 12
_FALLING_SILENT = ("declining", "dormant")
# Who is in only one of two lists: what movement.sql puts in place of a stage.
_NEW, _GONE = Note("(new)"), Note("(gone)")


def report(found: Segmentation) -> Report:
    """Return what is told of an answer."""
    return Report(
        Note("Lifecycle stages as of {as_of}", {"as_of": found.meta["as_of"]}),
        tuple(_opening(found)),
        found.meta,
        found.load.account(),
        values=_values(found),
        sections=tuple(_sections(found)),
        facts=tuple(_facts(found)),
        listing=_listing(found),
        definitions=tuple(define(found.splits, found.windows)),
        warnings=found.warnings,
        next_steps=(Note("siyu segment … -o FILE.xlsx writes the list as a workbook"),),
    )


def _opening(found: Segmentation) -> Iterator[Words]:
    """Yield who they are, where the money stands, who is falling silent, and who moved since when."""
    stages = found.stages.to_dict("records")
    facts = {
        "as_of": found.meta["as_of"],
        "members": Value(found.stages["members"].sum(), "count"),
        "buyers": Value(found.rfm["members"].sum(), "count"),
        "net_sales": Value(found.stages["net_sales"].sum(), "money"),
    }
    line = Note("As of {as_of}: {members} members, {buyers} of them buyers; net sales {net_sales}", facts)
    yield dotted(line, found.meta["where"])
    most = sorted((row for row in stages if row["net_sales"] > 0), key=lambda row: -row["net_sales"])[:2]
    if most:
        yield Note("Where the money is: {stages}", {"stages": dotted(*map(_weight, most))})
    silent = [row for row in stages if row["stage"] in _FALLING_SILENT and row["members"]]
    if silent:
        yield Note("Falling silent: {stages}", {"stages": dotted(*map(_weight, silent))})
    if found.movement is not None:
        yield _moved(found)


def _weight(row: Mapping[Any, Any]) -> Note:
    facts = {
        "stage": label(SEGMENTS["stage"], row["stage"]),
        "members": Value(row["members"], "count"),
        "share": Value(row["sales_share"], "rate"),
    }
    return Note("{stage}, {members} members with {share} of the sales", facts)


def _moved(found: Segmentation) -> Words:
    """Return how many moved since the last list, and the largest moves."""
    movement = found.movement
    assert movement is not None
    both = movement[(movement["stage_from"] != "new") & (movement["stage_to"] != "gone")]
    moved = both[both["stage_from"] != both["stage_to"]]
    largest = moved.sort_values(["members", "stage_from", "stage_to"], ascending=[False, True, True])[:3]
    told = (
        Note(
            "{stage_from} → {stage_to} {members}",
            {
                "stage_from": label(SEGMENTS["stage"], row["stage_from"]),
                "stage_to": label(SEGMENTS["stage"], row["stage_to"]),
                "members": Value(row["members"], "count"),
            },
        )
        for row in largest.to_dict("records")
    )
    facts = {
        "day": found.question.snapshot.as_of if found.question.snapshot else Note("the last list"),
        "count": Value(moved["members"].sum(), "count"),
        "members": Value(both["members"].sum(), "count"),
    }
    return dotted(Note("Since {day}: {count} of {members} members moved to another stage", facts), *told)


def _sections(found: Segmentation) -> Iterator[Section]:
    stages, own = found.stages.to_dict("records"), own_actions(found.study.settings)
    yield Section(STAGE_SUMMARY, stages, drawn="bars", measures=_DRAWN)
    yield next_steps(stages, "stage", own)
    yield _rfm(found.rfm)
    yield next_steps(found.rfm.to_dict("records"), "rfm_segment", own)
    for measure in _DRAWN:
        yield _grid(found.grid, STAGE_SUMMARY[measure])
    if found.by is not None:
        yield from _by(found.by)
    if found.movement is not None:
        yield from _movement(found.movement)


def _rfm(rfm: pd.DataFrame) -> Section:
    segment, *numbers = RFM_SUMMARY.columns
    rows = [{**row, "code": RFM_SEGMENTS[row["rfm_segment"]][0]} for row in rfm.to_dict("records")]
    columns = (segment, Column("code", "text", "RFM", "RFM"), *numbers)
    return Section(RFM_SUMMARY, rows, columns=columns, drawn="bars", measures=_DRAWN, brief=RFM_SUMMARY.keys)


def _grid(grid: pd.DataFrame, measure: Column) -> Section:
    """Return a measure of the buyers in each pair of scores: recent ones at the top, frequent ones on the right."""
    rows: dict[int, dict[str, Any]] = {}
    for cell in grid.to_dict("records"):
        rows.setdefault(int(cell["r_score"]), {})[f"f{int(cell['f_score'])}"] = cell[measure.key]
    known = {key for row in rows.values() for key in row}
    columns = tuple(replace(column, kind=measure.kind) for column in RFM_GRID.columns[1:] if column.key in known)
    keys = tuple(column.key for column in columns)
    ordered = [{"r_score": score, **dict.fromkeys(keys, 0), **rows[score]} for score in sorted(rows, reverse=True)]
    title = Note("{grid}: {measure}", {"grid": RFM_GRID, "measure": measure})
    note = Note("Buyers by scores: the more recent the last order the higher, the more purchase days the further right")
    shown = (RFM_GRID["r_score"], *columns)
    return Section(RFM_GRID, ordered, title, shown, drawn="heat", measures=keys, note=note, room="much")


def _by(by: pd.DataFrame) -> Iterator[Section]:
    """Yield the stages once more for each owner, store, channel or level: one below the other, and side by side."""
    key = str(by.columns[0])
    name = replace(SEGMENTS[key], labels=None)
    title = Note("Stages by {by}", {"by": name})
    rows: list[dict[Any, Any]] = []
    before: object = object()
    for row in by.to_dict("records"):
        owner = row[key] if isinstance(row[key], str) else None
        rows.append({**row, key: "" if owner == before else owner or Note("(none)")})
        before = owner
    yield Section(STAGE_SUMMARY, rows, title, (name, *STAGE_SUMMARY.columns), room="little")
    stages = tuple(Column(stage, "count", *words) for stage, words in STAGES.items())
    columns = (name, STAGE_SUMMARY["members"], STAGE_SUMMARY["net_sales"], *stages)
    keys = tuple(STAGES)
    yield Section(STAGE_SUMMARY, _groups(by, key), title, columns, drawn="stacked", measures=keys, room="much")


def _groups(by: pd.DataFrame, key: str) -> list[dict[str, Any]]:
    """Return one row per group, largest sales first, nobody's last: members, sales, members in each stage."""
    groups: dict[str | None, dict[str, Any]] = {}
    for row in by.to_dict("records"):
        name = row[key] if isinstance(row[key], str) else None
        empty = {key: name or Note("(none)"), "members": 0, "net_sales": 0.0, **dict.fromkeys(STAGES, 0)}
        group = groups.setdefault(name, empty)
        group["members"] += row["members"]
        group["net_sales"] += float(row["net_sales"] or 0)
        group[row["stage"]] += row["members"]
    unnamed = [groups.pop(None)] if None in groups else []
    return sorted(groups.values(), key=lambda group: (-group["net_sales"], group[key])) + unnamed


def _movement(movement: pd.DataFrame) -> Iterator[Section]:
    """Yield the largest moves since the last snapshot with who came and went, and the matrix whose margins tie."""
    moved = movement[movement["stage_from"] != movement["stage_to"]]
    moved = moved.sort_values(["members", "stage_from", "stage_to"], ascending=[False, True, True])
    ends = {"new": _NEW, "gone": _GONE}
    rows = [
        {**row, **{key: ends.get(row[key], row[key]) for key in ("stage_from", "stage_to")}}
        for row in moved.to_dict("records")
    ]
    note = None
    if len(rows) > _MOVES_SHOWN:
        note = Note("… and {count} smaller moves", {"count": len(rows) - _MOVES_SHOWN})
    yield Section(MOVES, rows[:_MOVES_SHOWN], note=note, room="little")
    before = {**{key: Spoken(*words) for key, words in STAGES.items()}, "new": Note("New"), "total": Note("Total")}
    after = (*STAGES, "gone", "total")
    cells = {source: dict.fromkeys(after, 0) for source in before}
    for row in movement.to_dict("records"):
        for source in (row["stage_from"], "total"):
            for target in (row["stage_to"], "total"):
                cells[source][target] += int(row["members"])
    matrix = [
        {"before": before[source], **{target: count or None for target, count in counts.items()}}
        for source, counts in cells.items()
    ]
    note = Note("A row is a stage at the last run, a column the stage now; both margins tie")
    yield Section(MOVEMENT, matrix, drawn="heat", measures=tuple(STAGES), note=note, room="much")


def _listing(found: Segmentation) -> Listing:
    chosen = found.question.columns
    people: tuple[Column, ...] = PEOPLE
    if found.is_masked:  # a masked phone is no code any more: nothing to protect from being a number
        people = tuple(replace(column, kind="text") for column in PEOPLE)
    columns = chosen or (SEGMENTS.columns if found.is_masked else (*SEGMENTS.columns, *PEOPLE))
    title = Note("Members")
    return Listing(
        SEGMENTS,
        found.arrow,
        columns,
        () if chosen else people,
        title=title,
        write=found.write_parquet,
        count=found.table.count,
        is_parted=found.table.is_parted,
    )


def _facts(found: Segmentation) -> Iterator[tuple[Words, Words]]:
    """Yield what the labels rest on: windows, suggested windows, RFM splits and the bands of each score."""
    windows, splits = found.windows, found.splits
    flat = {key: Value(value, "number") for key, value in windows.items() if not isinstance(value, Mapping)}
    yield (
        Note("Windows"),
        Note(
            "new ≤ {new_days} days · dormant > {dormant_after} · churned > {churned_after} · "
            "declining > {declining_ratio} × usual gap · mature from {mature_orders} purchase days · "
            "usual gap of the shop {shop_norm} days",
            flat,
        ),
    )
    yield Note("Suggested"), suggest(windows["suggested"])
    facts = {
        "recency": Value(splits["recency_days"], "number"),
        "frequency": Value(splits["order_days"], "number"),
        "money": Value(splits["net_sales"], "money"),
        "mode": splits["mode"],
    }
    high = "high: R ≤ {recency} days · F ≥ {frequency} purchase days · M > {money} · rfm.split = {mode}"
    yield Note("RFM split"), Note(high, facts)
    for measure, letter in (("recency", "R"), ("frequency", "F"), ("money", "M")):
        bands = [band for band in splits["bands"] if band["measure"] == measure]
        shown: list[Words] = [_band(band) for band in reversed(bands)]
        if 0 < len(bands) < splits["bins"]:
            shown.append(Note("too many equal values for {bins} scores", {"bins": splits["bins"]}))
        yield Note("{letter} score", {"letter": letter}), dotted(*shown)


def suggest(suggested: Mapping[str, Any]) -> Words:
    """Return what the shop's own orders suggest for the windows; they suggest, siyu.toml decides."""
    days = {key: suggested[key] for key in ("dormant_after", "churned_after")}
    known = Several(tuple(f"{key} = {value}" for key, value in days.items() if value is not None))
    missing = Several(tuple(key for key, value in days.items() if value is None))
    return dotted(
        Note("{windows}, from this shop's own orders", {"windows": known}) if known.parts else None,
        Note("not enough history for {windows}", {"windows": missing}) if missing.parts else None,
    )


def _band(band: Mapping[str, Any]) -> Words:
    form: Any = "money" if band["measure"] == "money" else "count"
    facts = {"score": band["score"], "lowest": Value(band["lowest"], form), "highest": Value(band["highest"], form)}
    return Note("{score}: {lowest}" if band["lowest"] == band["highest"] else "{score}: {lowest}–{highest}", facts)


def _values(found: Segmentation) -> dict[str, Any]:
    return {
        "stages": found.stages.to_dict("records"),
        "rfm": found.rfm.to_dict("records"),
        "rfm_grid": found.grid.to_dict("records"),
        "by": [] if found.by is None else found.by.to_dict("records"),
        "movement": [] if found.movement is None else found.movement.to_dict("records"),
        "splits": dict(found.splits),
        "windows": dict(found.windows),
    }
