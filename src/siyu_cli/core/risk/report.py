"""What is told of risks: what needs somebody this week, what was measured and by which threshold, what was decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from siyu_cli.core.frames import arrow_schema
from siyu_cli.core.risk.indicators import Indicator
from siyu_cli.core.risk.register import IDS
from siyu_cli.core.risk.tables import CODES, EVIDENCE, FIGURES, HISTORY, INDICATORS, NEEDS, RISKS, TASKS, UNMEASURED
from siyu_cli.errors import Note
from siyu_cli.masks import mask_place
from siyu_cli.report import Figure, Listing, Report, Section, Several, Value, Words, label
from siyu_cli.tables.column import Column
from siyu_cli.tables.inputs import MEMBERS

if TYPE_CHECKING:
    import pyarrow as pa

    from siyu_cli.core.risk.question import OneRisk, RiskAnswer

_FEW, _MOST_CHANGES = 3, 100
_BRIEF_NEEDS = ("risk_id", "task", "event", "band", "owner", "due_on")
_BRIEF_RISKS = ("risk_id", "event", "band", "level", "owner", "due_on", "status")
_BRIEF_INDICATORS = ("risk_id", "measure", "by", "value", "threshold", "band")


def report(found: RiskAnswer) -> Report:
    """Return what is told of an answer."""
    return Report(
        Note("Risks as of {as_of}", {"as_of": found.meta["as_of"]}),
        tuple(_opening(found)),
        found.meta,
        found.load.account(),
        values=_values(found),
        figures=tuple(Figure(FIGURES[key], value) for key, value in found.figures.items()),
        sections=tuple(_sections(found)),
        listing=Listing(RISKS, lambda keys: _listed(found).select(list(keys)), brief=_BRIEF_RISKS),
        warnings=(*found.warnings, *_doubts(found)),
        log=found.figures,
        next_steps=_next_steps(found),
    )


def _opening(found: RiskAnswer) -> Iterator[Words]:
    counts: dict[str, object] = {key: Value(count, "count") for key, count in found.figures.items()}
    as_of = {"as_of": found.meta["as_of"]}
    yield Note("As of {as_of}: {waiting} risks wait for somebody, {overdue} of them overdue", {**as_of, **counts})
    yield Note("By what was measured {high} are high and {medium} medium; {unmeasured} were not measured", counts)
    if found.question.known is None:
        yield Note("Nothing is remembered here: risks are shown, and nobody can be made to answer for them")


def _doubts(found: RiskAnswer) -> Iterator[Note]:
    late = found.overdue
    if late:
        facts = {"risks": Several(tuple(one.risk_id for one in late))}
        yield Note("Overdue: {risks}.", facts)
    if any(one.value is None for risk in found.risks for one in risk.indicators):
        yield Note("What could not be measured is no zero: the last table says which file each needs.")


def _next_steps(found: RiskAnswer) -> tuple[Note, ...]:
    waiting = [one.risk_id for one in _in_order(found) if one.tasks(found.study.as_of)]
    facts = {"risk": waiting[0] if waiting else "R-7"}
    return (
        Note("siyu risk --set {risk} owner=… due=2026-07-10 likelihood=3 consequence=4 says who sees to it", facts),
    )


def _in_order(found: RiskAnswer) -> list[OneRisk]:
    """Return the risks, those that wait for somebody first, then by what was proposed."""
    tasks, as_of = list(TASKS), found.study.as_of
    bands: Mapping[str | None, int] = {"high": 0, "medium": 1, "low": 2, None: 3}

    def rank(one: OneRisk) -> tuple[int, int, int]:
        own = one.tasks(as_of)
        return tasks.index(own[0]) if own else len(tasks), bands[one.band], -(one.entry.level or 0)

    return sorted(found.risks, key=rank)


def _sections(found: RiskAnswer) -> Iterator[Section]:
    as_of = found.study.as_of
    waiting = [_need(one, one.tasks(as_of)[0]) for one in _in_order(found) if one.tasks(as_of)]
    yield Section(NEEDS, waiting, brief=_BRIEF_NEEDS)
    every = [one for risk in found.risks for one in risk.indicators]
    judged = sorted(
        (one for one in every if one.value is not None),
        key=lambda one: {"high": 0, "medium": 1, "low": 2}.get(one.band or "", 3),
    )
    reached = [one for one in judged if one.band in ("medium", "high")]
    note = Note("Suspicious is no proof: look before you say a word to anybody.")
    yield Section(INDICATORS, [_row(one) for one in reached], brief=_BRIEF_INDICATORS, note=note, room="little")
    yield Section(INDICATORS, [_row(one) for one in judged], note=note, room="much")
    missing = [
        {"risk_id": IDS[one.code], "code": one.code, "measure": label(INDICATORS["measure"], one.measure),
         "by": one.by and label(INDICATORS["by"], one.by), "needs": one.needs}
        for one in every if one.value is None
    ]  # fmt: skip
    yield Section(UNMEASURED, missing, room="much")
    yield Section(UNMEASURED, _by_need(missing), columns=(UNMEASURED["code"], UNMEASURED["needs"]), room="little")
    yield Section(HISTORY, _history(found), room="much")


def _by_need(missing: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return each file that is needed once, with the codes that need it."""
    codes: dict[str, tuple[Any, dict[str, None]]] = {}
    for row in missing:
        codes.setdefault(str(row["needs"]), (row["needs"], {}))[1][row["code"]] = None
    return [{"code": ", ".join(own), "needs": needs} for needs, own in codes.values()]


def _need(one: OneRisk, task: str) -> dict[str, Any]:
    entry, leading = one.entry, one.leading
    return {
        "risk_id": one.risk_id, "task": task, "event": CODES[one.code], "band": one.band,
        "because": _because(leading) if leading else None,
        "level": entry.level, "owner": entry.owner, "due_on": entry.due_on,
    }  # fmt: skip


def _because(one: Indicator) -> Words:
    """Return by which threshold a band is proposed."""
    name: Words = label(INDICATORS["measure"], one.measure)
    if one.by:
        name = Several((label(INDICATORS["by"], one.by), name), "blanks")
    facts = {"name": name, "value": Value(one.value, one.form), "limit": Value(one.threshold, one.form)}
    if one.band == "low":
        return Note("{name} {value}, below {limit}", facts)
    return Note("{name} {value}, from {limit} on", facts)


def _row(one: Indicator) -> dict[str, Any]:
    evidence = [_shown(row) for row in one.evidence]
    more = len(evidence) - _FEW
    if more > 0:
        evidence = [*evidence[:_FEW], Note("{more} more", {"more": Value(more, "count")})]
    return {
        "risk_id": IDS[one.code], "code": one.code, "measure": one.measure, "by": one.by,
        "value": Value(one.value, one.form),
        "threshold": None if one.threshold is None else Value(one.threshold, one.form),
        "band": one.band, "evidence": Several(tuple(evidence), "dots"),
    }  # fmt: skip


def _shown(row: Mapping[str, Any]) -> Words:
    """Return one piece of evidence: what is a name stands for itself, a number behind what it is."""
    return Several(tuple(_part(EVIDENCE[key], value) for key, value in row.items() if value is not None))


def _part(column: Column, value: Any) -> Words:
    if column.kind in ("id", "text"):
        return Several(tuple(value)) if isinstance(value, list) else str(value)
    return Several((column, Value(value, column.form)), "blanks")


def _history(found: RiskAnswer) -> list[dict[str, Any]]:
    """Return what was decided, this run's last word first."""
    told = [
        *({"risk_id": one["risk_id"], "as_of": one["as_of"], **one["changes"]} for one in found.question.changes),
        *({"risk_id": risk_id, "as_of": found.study.as_of, **changes} for risk_id, changes in found.new),
    ]
    rows = [
        {
            "risk_id": one["risk_id"], "as_of": one["as_of"],
            "said": Several(
                tuple(_said(key, one[key], found.is_masked) for key in RISKS.keys[1:] if key in one)
            ),
        }
        for one in told
    ]  # fmt: skip
    return rows[::-1][:_MOST_CHANGES]


def _said(key: str, value: Any, is_masked: bool) -> Words:
    column: Column = RISKS[key]
    if key == MEMBERS["owner"].key and value is not None and is_masked:
        value = mask_place(value)
    shown: Words = label(column, value) if column.labels else str(value) if value is not None else "–"
    return Several((column, shown), "blanks")


def _listed(found: RiskAnswer) -> pa.Table:
    import pyarrow as pa

    rows = [one.as_dict(found.study.as_of) for one in _in_order(found)]
    return pa.Table.from_pylist([{key: row[key] for key in RISKS.keys} for row in rows], arrow_schema(RISKS))


def _values(found: RiskAnswer) -> dict[str, Any]:
    return {**found.figures, "risks": [one.as_dict(found.study.as_of) for one in found.risks]}
