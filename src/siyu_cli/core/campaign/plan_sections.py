"""The tables of a plan: who gets what, who is left out and why, offers, employees, budgets, doubts, the law."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from siyu_cli.core.campaign.eligibility import reason_note
from siyu_cli.core.campaign.tables import CAPACITY, CELLS, COMPLIANCE, CURVE, EXCLUDED, OFFERS, SENSITIVITY
from siyu_cli.errors import Note
from siyu_cli.report import Section, Several, Value, Words

if TYPE_CHECKING:
    from siyu_cli.core.campaign.question import PlanAnswer

_BRIEF = (
    "segment", "offer", "members", "uplift", "uplift_source", "break_even_uplift", "expected_cost", "expected_value",
)  # fmt: skip
_BRIEF_RANDOM = ("segment", "offer", "members", "control", "purchase_rate", "mde", "expected_cost")
_FLIPS = 3


def sections_of(found: PlanAnswer, figures: Mapping[str, Any]) -> Iterator[Section]:
    """Yield the tables of a plan, the decision first."""
    cells = [{**cell, "segment": _segment(cell["segment"])} for cell in figures["cells"]]
    money = ("expected_cost", "expected_value")
    brief = _BRIEF_RANDOM if found.question.explore else _BRIEF
    yield Section(CELLS, cells, drawn="bars", measures=money, brief=brief)
    yield Section(OFFERS, figures["offers"])
    excluded = [{**row, "meaning": reason_note(row["reason"])} for row in figures["excluded"]]
    yield Section(EXCLUDED, excluded, Note("Who gets nothing, and why"))
    if any(row["owner"] for row in figures["owners"]):
        owners = [{**row, "owner": row["owner"] or Note("nobody's")} for row in figures["owners"]]
        yield Section(CAPACITY, owners, drawn="bars", measures=("members",))
    sampled = Note("Worked out on a sample of the members, all limits kept.") if figures["is_sampled"] else None
    yield Section(CURVE, figures["curve"], drawn="trend", measures=("expected_value",), note=sampled)
    doubts = [{**row, "flips": _flips(row["flips"])} for row in figures["sensitivity"]]
    yield Section(SENSITIVITY, doubts)
    rules = [{"code": one.code, "level": one.level, "message": one.note} for one in found.findings]
    yield Section(COMPLIANCE, rules)


def _segment(key: str) -> Words:
    return Note("everybody else") if key == "*" else key


def _flips(flips: list[dict[str, Any]]) -> Words:
    """Return the most frequent changes of offer."""
    nothing = Note("nothing")
    told = (
        Note(
            "{old} → {new} {members}",
            {"old": one["from"] or nothing, "new": one["to"] or nothing, "members": Value(one["members"], "count")},
        )
        for one in flips[:_FLIPS]
    )
    return Several(tuple(told), "dots")
