"""What is told of movement: who rises and who falls silent, the matrix whose margins tie, what cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from siyu_cli.core.experiment import wilson
from siyu_cli.core.lifecycle.tables import SEGMENTS, STAGES
from siyu_cli.core.movement.past_report import dwell_values, forecast_values, past_sections, tell_past
from siyu_cli.core.movement.tables import FLOWS, MATRIX, MOVERS, PARTS, ROLL_UPS, ROLLED_UP, SHARES
from siyu_cli.core.retention.parts import MIN_CELL
from siyu_cli.core.retention.report import part_name
from siyu_cli.errors import Note, Spoken
from siyu_cli.report import Listing, Report, Section, Several, Value, Words, dotted, label

if TYPE_CHECKING:
    from siyu_cli.core.movement.looks import Cells
    from siyu_cli.core.movement.question import MovementAnswer

_SHOWN = 12
_SILENT = ("fading", "gone")
_BRIEF = ("stage_from", "stage_to", "members", "share", "low", "high")


def report(found: MovementAnswer) -> Report:
    """Return what is told of an answer."""
    facts = {"from_on": found.question.from_on, "as_of": found.meta["as_of"]}
    return Report(
        Note("Movement between stages from {from_on} to {as_of}", facts),
        tuple(_opening(found)),
        found.meta,
        found.load.account(),
        values=_values(found),
        sections=tuple(_sections(found)),
        facts=(
            (Note("Both dates"), Note("looked at with the orders known today; points, tags and who left are today's")),
        ),
        listing=Listing(MOVERS, lambda keys: found.rows.select(list(keys))),
        warnings=(*found.warnings, *_impossible(found)),
        next_steps=(Note("siyu movement … --list declining:dormant -o FILE.xlsx lists those who went that way"),),
    )


def _opening(found: MovementAnswer) -> Iterator[Words]:
    both = {pair: n for pair, n in found.cells.items() if pair[0] != "new" and pair[1] != "gone"}
    moved = {pair: n for pair, n in both.items() if pair[0] != pair[1]}
    facts = {"from_on": found.question.from_on, "count": Value(sum(moved.values()), "count")}
    facts |= {"members": Value(sum(both.values()), "count")}
    largest = sorted(moved.items(), key=lambda item: (-item[1], item[0]))[:3]
    told = (Note("{stage_from} → {stage_to} {members}", _pair(pair, members)) for pair, members in largest)
    yield dotted(Note("Since {from_on}: {count} of {members} members moved to another stage", facts), *told)
    yield Note("By now: {groups}", {"groups": dotted(*_groups(found))})
    yield from tell_past(found)


def _pair(pair: tuple[str, str], members: int) -> dict[str, Any]:
    names = {key: label(SEGMENTS["stage"], stage) for key, stage in zip(("stage_from", "stage_to"), pair, strict=True)}
    return {**names, "members": Value(members, "count")}


def _groups(found: MovementAnswer) -> Iterator[Words]:
    """Yield how many stand in each group of stages now, and how many did then."""
    for group, words in ROLL_UPS.items():
        before = sum(n for (old, _), n in found.cells.items() if ROLLED_UP.get(old) == group)
        now = sum(n for (_, new), n in found.cells.items() if ROLLED_UP.get(new) == group)
        facts = {"group": Spoken(*words), "now": Value(now, "count"), "before": Value(before, "count")}
        yield Note("{group} {now} (then {before})", facts)


def _sections(found: MovementAnswer) -> Iterator[Section]:
    yield Section(FLOWS, _flows(found))
    parts = [{"part": part_name(part.name), **_part(cells)} for part, cells in found.by_part]
    pooled = Note("Parts of fewer than {count} members are told as one", {"count": MIN_CELL})
    yield Section(PARTS, parts, note=pooled)
    yield from past_sections(found)
    moved = [row for row in _shares(found) if row["share"] is not None and row["stage_from"] != row["stage_to"]]
    shares = sorted(moved, key=lambda row: (-row["members"], row["stage_from"], row["stage_to"]))
    note = None
    if len(shares) > _SHOWN:
        note = Note("… and {count} smaller moves", {"count": len(shares) - _SHOWN})
    yield Section(SHARES, shares[:_SHOWN], brief=_BRIEF, note=note, room="little")
    yield Section(SHARES, shares, room="much")
    note = Note("A row is a stage on the earlier date, a column the stage now; both margins tie")
    yield Section(MATRIX, _matrix(found), drawn="heat", measures=tuple(STAGES), note=note, room="much")


def _flows(found: MovementAnswer) -> list[dict[str, Any]]:
    rows = []
    for stage in STAGES:
        stayed = found.cells.get((stage, stage), 0)
        before = sum(n for (old, _), n in found.cells.items() if old == stage)
        now = sum(n for (_, new), n in found.cells.items() if new == stage)
        counts = {"before": before, "came": now - stayed, "left": before - stayed, "now": now, "net": now - before}
        rows.append({"stage": stage, **counts})
    return rows


def _part(cells: Cells) -> dict[str, Any]:
    """Return how many of a part were buying, are, fell silent and came back."""
    then, now = ({"before": 0, "buying_before": 0}, {"now": 0, "buying_now": 0})
    lost = won = 0
    for (old, new), members in cells.items():
        was, is_now = (ROLLED_UP.get(stage) for stage in (old, new))
        then["before"] += members if old != "new" else 0
        now["now"] += members if new != "gone" else 0
        then["buying_before"] += members if was == "buying" else 0
        now["buying_now"] += members if is_now == "buying" else 0
        lost += members if was == "buying" and is_now in _SILENT else 0
        won += members if was in _SILENT and is_now == "buying" else 0
    rate = lost / then["buying_before"] if then["buying_before"] else None
    return {**then, **now, "lost": lost, "won": won, "lost_rate": rate}


def _shares(found: MovementAnswer) -> Iterator[dict[str, Any]]:
    """Yield every pair of stages with its share of those there then, and how sure that is; newcomers have none."""
    totals: dict[str, int] = {}
    for (old, _), members in found.cells.items():
        totals[old] = totals.get(old, 0) + members
    for row in found.moves:
        share = None if row["stage_from"] == "new" else row["members"] / totals[row["stage_from"]]
        low, high = (None, None) if share is None else wilson(share, totals[row["stage_from"]])
        yield {**row, "share": share, "low": low, "high": high}


def _matrix(found: MovementAnswer) -> list[dict[str, Any]]:
    before = {**{key: Spoken(*words) for key, words in STAGES.items()}, "new": Note("New"), "total": Note("Total")}
    cells = {source: dict.fromkeys((*STAGES, "total"), 0) for source in before}
    for (old, new), members in found.cells.items():
        for source in (old, "total"):
            for target in (new, "total"):
                if target in cells[source]:
                    cells[source][target] += members
    return [
        {"before": before[source], **{target: count or None for target, count in counts.items()}}
        for source, counts in cells.items()
    ]


def _impossible(found: MovementAnswer) -> Iterator[Note]:
    wrong = [row for row in found.moves if row["impossible"]]
    if wrong:
        told = [
            Note("{stage_from} → {stage_to} {members}", _pair((row["stage_from"], row["stage_to"]), row["impossible"]))
            for row in wrong
        ]
        members = Value(sum(row["impossible"] for row in wrong), "count")
        message = "{members} members moved as nobody can ({moves}): orders of theirs were taken back or are missing."
        yield Note(message, {"members": members, "moves": Several(tuple(told))})


def _values(found: MovementAnswer) -> dict[str, Any]:
    matrix = list(_shares(found))
    return {
        "from": found.question.from_on,
        "is_recomputed": True,
        "matrix": matrix,
        "margins": _flows(found),
        "impossible": [row for row in matrix if row["impossible"]],
        "by": [
            {
                "part": part.name,
                **_part(cells),
                "matrix": [{"stage_from": old, "stage_to": new, "members": n} for (old, new), n in cells.items()],
            }
            for part, cells in found.by_part
        ],
        **forecast_values(found),
        "dwell": dwell_values(found),
    }
