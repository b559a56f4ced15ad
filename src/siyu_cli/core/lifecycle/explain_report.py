"""What is told of one member: labels, the rules that led to them, every number known, the last purchases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from siyu_cli.core.lifecycle.tables import FACTS, FEATURES, MEASURES, PURCHASES, SEGMENTS, STAGE_RULES
from siyu_cli.errors import Note
from siyu_cli.report import Listing, Report, Section, Several, Value, Words, dotted, label
from siyu_cli.tables.column import Column
from siyu_cli.tables.inputs import MEMBERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from siyu_cli.core.lifecycle.explain import Explanation

_SHOWN = 10
_SKIPPED = {"member_id", "phone", "name", *SEGMENTS.keys[1:6], "stage_reason"}
_HIGH = {"days_since_last": "≤", "order_days": "≥", "net_sales": ">"}


def report(found: Explanation) -> Report:
    """Return what is told of an answer."""
    member = found.record
    who = dotted(*dict.fromkeys(str(member[key]) for key in ("member_id", "name", "phone") if member[key]))
    stage, group = (label(SEGMENTS[key], member[key]) for key in ("stage", "rfm_segment"))
    return Report(
        dotted(Note("Member"), who),
        (dotted(Note("Member"), who), dotted(stage, member["stage_reason"], group)),
        found.meta,
        found.load.account(),
        values=_values(found, member),
        sections=tuple(_sections(found)),
        facts=tuple(_facts(member)),
        listing=Listing(FACTS, lambda keys: _listed(member, keys)),
        warnings=found.warnings,
    )


def _sections(found: Explanation) -> Iterator[Section]:
    rules = []
    for rule in found.known.rules:
        mark = "→" if rule.decides else " "
        told = {"stage": rule.stage, "fits": rule.fits, "finding": fill(rule.finding)}
        rules.append({"number": f"{mark} {rule.number}", **told})
        if rule.decides:
            break
    yield Section(STAGE_RULES, rules)
    yield Section(MEASURES, [_measure(row, letter) for letter, row in zip("RFM", found.measures, strict=False)])
    purchases = found.known.purchases
    last = purchases.tail(_SHOWN).iloc[::-1].to_dict("records")
    shown = {"shown": len(last), "rows": len(purchases)}
    title = Note("Last {shown} of {rows} rows of orders and refunds, by day", shown)
    yield Section(PURCHASES, last, title)


def _measure(row: Mapping[str, Any], letter: str) -> dict[str, Any]:
    column = FEATURES[row["measure"]]
    return {
        "measure": Several((letter, column), "blanks"),
        "value": Value(row["value"], column.form),
        "split": Several((_HIGH[row["measure"]], Value(row["split"], column.form)), "blanks"),
        "level": Note("high") if row["is_high"] else Note("low"),
        "score": row["score"],
    }


def _facts(member: Mapping[str, Any]) -> Iterator[tuple[Words, Words]]:
    """Yield every number known."""
    for column in map(column_of, member):
        if column.key not in _SKIPPED:
            value = member[column.key]
            yield column, label(column, value) if column.labels else Value(value, column.form)


def column_of(key: str) -> Column:
    """Return the column a fact about a member is of."""
    table = next(table for table in (SEGMENTS, FEATURES, MEMBERS) if key in table.keys)
    return table[key]


def fill(note: Note) -> Note:
    """Return a rule's finding with its numbers as people read them; what is not known is a dash."""
    facts = {key: "–" if _is_gap(value) else Value(value, "number") for key, value in note.facts.items()}
    return Note(note.message, facts)


def _values(found: Explanation, member: Mapping[str, Any]) -> dict[str, Any]:
    rules = [
        {
            "number": rule.number, "stage": rule.stage, "fits": rule.fits, "decides": rule.decides,
            "finding": fill(rule.finding),
        }
        for rule in found.known.rules
    ]  # fmt: skip
    return {
        "member": member,
        "stage": {"stage": member["stage"], "reason": member["stage_reason"], "rules": rules},
        "rfm": {"rfm_segment": member["rfm_segment"], "measures": found.measures},
        "purchases": found.known.purchases.drop(columns="member_id").to_dict("records"),
    }


def _listed(member: Mapping[str, Any], keys: Sequence[str]) -> pa.Table:
    import pyarrow as pa

    texts = {"column": list(member), "value": [_text(value) for value in member.values()]}
    return pa.table({key: pa.array(texts[key], pa.string()) for key in keys})


def _text(value: Any) -> str | None:
    """Return a value as csv has it."""
    if _is_gap(value):
        return None
    if isinstance(value, date):
        return value.isoformat().removesuffix("T00:00:00")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_gap(value: Any) -> bool:
    return value is None or value != value  # noqa: PLR0124  a number that is none
