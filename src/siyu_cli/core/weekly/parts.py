"""What every part of the shop says of the week: each from the report of its own command, or which file it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from siyu_cli.core.campaign.history import ListCampaigns
from siyu_cli.core.churn.question import Churn
from siyu_cli.core.levels.question import Levels
from siyu_cli.core.monitor.question import Monitor
from siyu_cli.core.movement.question import Movement
from siyu_cli.core.points.question import Points
from siyu_cli.core.referral.question import ReferralReport
from siyu_cli.core.risk.question import Risk
from siyu_cli.core.weekly.tables import PARTS
from siyu_cli.core.weekly.weeks import WEEK
from siyu_cli.errors import ConfigError, DataError, Note, SiyuError, UsageError
from siyu_cli.report import Several, Value, Words

if TYPE_CHECKING:
    from siyu_cli.core.question import Answer, Memory, Question, Study

_DAY = timedelta(days=1)
_NOTHING = Decimal("0.00")
_FALLEN = ("declining", "dormant")
_SAID_ALARMS = 3
# What a shop has not, or not yet, is no failure of its report.
_LACKING = (DataError, ConfigError, UsageError)
# By part: a question, or an answer, or the error that says what is lacking for one.
Asked: TypeAlias = Mapping[str, Any]
Answers: TypeAlias = Mapping[str, Any]


def questions(monday: date, lang: str) -> dict[str, Question]:
    """Return what is asked about the week from a Monday, by the part of the report it answers."""
    return {
        "stages": Movement(from_on=monday - _DAY, lang=lang),
        "at_risk": Churn(lang=lang),
        "alarms": Monitor(since=monday, lang=lang),
        "campaigns": ListCampaigns(lang=lang),
        "levels": Levels(lang=lang),
        "points": Points(lang=lang),
        "referral": ReferralReport(since=monday, lang=lang),
        "risks": Risk(lang=lang),
    }


def recalled(asked: Mapping[str, Question], memory: Memory, study: Study) -> Asked:
    """Return the questions with what earlier runs left for them, or why one of them cannot be asked."""
    return {key: _tried(partial(question.recall, memory, study)) for key, question in asked.items()}


def answers(asked: Asked, study: Study) -> Answers:
    """Return the answer of each part, or what it lacks."""
    return {
        key: question if isinstance(question, SiyuError) else _tried(partial(question.answer, study))
        for key, question in asked.items()
    }


def _tried(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except _LACKING as lacking:
        return lacking


@dataclass(frozen=True)
class Part:
    """What one part says, in words and for machines; ``needs`` is what it lacks where there is nothing to say."""

    said: Words
    values: Mapping[str, Any] = field(default_factory=dict)
    needs: Words | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it for machines."""
        return dict(self.values) if self.needs is None else {"needs": self.needs}


def parts_of(found: Answers, monday: date, *, is_masked: bool) -> dict[str, Part]:
    """Return every part by its key, in the order of ``tables.PARTS``."""
    told = {key: answer.masked() for key, answer in found.items() if is_masked and not isinstance(answer, SiyuError)}
    parts = {
        key: _lacking(answer) if isinstance(answer, SiyuError) else _TOLD[key](told.get(key, answer))
        for key, answer in found.items()
    }
    parts["at_risk"] = _with_newly_silent(parts["at_risk"], found)
    parts["complaints"] = _complaints(found["alarms"], monday)
    return {key: parts[key] for key in PARTS}


def _with_newly_silent(part: Part, found: Answers) -> Part:
    """Return who may leave, with how many of them turned declining or dormant this week and what they are worth."""
    risk, moved = found["at_risk"], found["stages"]
    if isinstance(risk, SiyuError) or isinstance(moved, SiyuError):
        return part
    rows: list[dict[str, Any]] = risk.at_risk().to_pylist()
    fallen = {row["member_id"] for row in moved.rows.to_pylist() if row["stage_to"] in _FALLEN}
    newly = [row for row in rows if row["member_id"] in fallen]
    values = {
        "members": len(rows), "value_at_risk": _at_stake(rows),
        "newly_silent": {"members": len(newly), "value_at_risk": _at_stake(newly)},
    }  # fmt: skip
    said = Note(
        "{members} of them turned declining or dormant this week ({value})",
        {"members": Value(len(newly), "count"), "value": Value(_at_stake(newly), "money")},
    )
    return replace(part, said=Several((part.said, said), "dots"), values=values)


def _at_stake(rows: Sequence[Mapping[str, Any]]) -> Decimal:
    return sum((row["value_at_risk"] or _NOTHING for row in rows), _NOTHING)


def _complaints(alarms: Any, monday: date) -> Part:
    """Return how many complained in the week and in the one before, as the monitor counts them."""
    if isinstance(alarms, SiyuError):
        return _lacking(alarms)
    watched = next(one for one in alarms.watched if one.metric == "complaints" and one.part is None)
    if not watched.points:
        needs = Note("No file tells of complaints: give a list of events of the kind complaint.")
        return Part(needs, needs=needs)

    def counted(first_on: date) -> int:
        return int(sum(point.value or 0 for point in watched.points if first_on <= point.on < first_on + WEEK))

    counts = {"this_week": counted(monday), "last_week": counted(monday - WEEK)}
    facts = {key: Value(count, "count") for key, count in counts.items()}
    return Part(Note("{this_week}, the week before {last_week}", facts), counts)


def _lacking(error: SiyuError) -> Part:
    needs = Note(error.hint or error.message, error.facts)
    return Part(Several((Note(error.message, error.facts), needs), "blanks") if error.hint else needs, needs=needs)


def _telling(lines: Sequence[int], keys: Sequence[str]) -> Callable[[Answer], Part]:
    """Return what tells a part by some lines of its report's opening, and some of its values."""

    def told(answer: Answer) -> Part:
        report = answer.report()
        said = tuple(report.opening[line] for line in lines if line < len(report.opening))
        return Part(Several(said, "dots"), {one: report.values[one] for one in keys})

    return told


def _alarms(answer: Any) -> Part:
    """Return what rings since the week began, and how often the rule would have in the past year."""
    report = answer.report()
    values = {one: report.values[one] for one in ("alarms", "budget", "expected_false_alarms", "past_alarms")}
    rings = [row for row in report.values["series"] if row["state"] in ("jump", "drift")]
    lines = report.opening[: 1 + min(len(answer.alarms), _SAID_ALARMS)]  # each has a line below the first
    return Part(Several(lines, "dots"), {**values, "series": rings})


def _campaigns(answer: Any) -> Part:
    """Return where each campaign of these days stands: what is over and told belongs to an earlier week."""
    counts = {status: sum(row["status"] == status for row in answer.rows) for status in ("planned", "running", "over")}
    facts = {status: Value(number, "count") for status, number in counts.items()}
    said = Note("{running} are running: too early to tell · {planned} begin later · {over} wait to be evaluated", facts)
    return Part(said if any(counts.values()) else Note("None is planned or running"), {"campaigns": answer.rows})


def _referral(answer: Any) -> Part:
    """Return what the invites brought, and first of all what the law forbids about their rewards."""
    told = _telling((0,), ("totals", "since", "compliance"))(answer)
    forbidden = tuple(finding.note for finding in answer.refusals)
    return replace(told, said=Several((*forbidden, told.said), "dots"))


_TOLD: Mapping[str, Callable[[Any], Part]] = {
    "stages": _telling((0, 1), ("from", "margins", "impossible")),
    "at_risk": _telling((0,), ()),
    "alarms": _alarms,
    "campaigns": _campaigns,
    "levels": _telling((0, 1), ("reconciliation", "due_counts")),
    "points": _telling((1, 2), ("reconciliation",)),
    "referral": _referral,
    "risks": _telling((0, 1), ("risks",)),
}
