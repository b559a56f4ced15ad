"""What is told of a result: effective, not effective or harmful, not enough evidence; and what to do next."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from siyu_cli.core.campaign.breakdown import as_rows
from siyu_cli.core.campaign.evaluation import ratio_of
from siyu_cli.core.campaign.tables import ARM_RESULTS, EFFECTS, METRICS, PARTS
from siyu_cli.core.experiment import EFFECTIVE, NOT_EFFECTIVE
from siyu_cli.errors import Note
from siyu_cli.report import Listing, Report, Section, Several, Value, Words, label
from siyu_cli.tables.column import Form

if TYPE_CHECKING:
    import pyarrow as pa

    from siyu_cli.core.campaign.evaluate import EvaluateAnswer
    from siyu_cli.core.campaign.evaluation import Effect
    from siyu_cli.core.campaign.outcomes import Arm, Metric

_BRIEF = ("arm", "metric", "difference", "ci_low", "ci_high", "p_holm", "verdict")
_MIXED = 0.01  # share of the control group that may have been reached
_BRIEF_PARTS = ("segment", "offer", "metric", "people", "control_people", "difference", "p_holm", "verdict")


def report(found: EvaluateAnswer) -> Report:
    """Return what is told of an answer."""
    effects = list(_effects(found))
    return Report(
        Note("Result of the campaign, as of {as_of}", {"as_of": found.meta["as_of"]}),
        tuple(_opening(found)),
        found.meta,
        found.load.account(),
        values=_values(found, effects),
        sections=tuple(_sections(found, effects)),
        facts=tuple(_facts(found)),
        listing=Listing(EFFECTS, lambda keys: _table(effects, keys)),
        warnings=(*found.warnings, *_warnings(found)),
    )


def _sections(found: EvaluateAnswer, effects: Sequence[dict[str, Any]]) -> Iterator[Section]:
    yield Section(EFFECTS, effects, brief=_BRIEF)
    rows = as_rows(found.broken_down)
    everybody, every = Note("all"), Note("all offers")
    by_offer = [{**row, "segment": everybody} for row in rows if row["segment"] is None]
    by_segment = [{**row, "offer": every} for row in rows if row["segment"] is not None and row["offer"] is None]
    by_both = [row for row in rows if row["segment"] is not None and row["offer"] is not None]
    for title, part in (
        (Note("What each offer did"), by_offer), (Note("In each segment"), by_segment),
        (Note("Each offer in each segment"), by_both),
    ):  # fmt: skip
        yield Section(PARTS, part, title, brief=_BRIEF_PARTS)
    yield Section(ARM_RESULTS, list(_arms(found)))


def _opening(found: EvaluateAnswer) -> Iterator[Words]:
    """Yield a verdict for each arm and metric in words, then what to do next, by the first metric."""
    if not found.found.is_as_planned:
        facts = {"p": Value(found.found.srm_p, "digits")}
        yield Note(
            "No verdict: the arms are not as large as they were drawn (p {p}), so that they may differ in other ways.",
            facts,
        )
        yield Note(
            "Next: find out who is missing (sent twice, filtered, lost on the way), then evaluate again; or say how "
            "the arms were drawn: --control-share 0.1."
        )
        return
    for effect in found.found.effects:
        yield Several((_verdict(effect), _interval(effect)), "blanks")
    first = found.metrics[0].label
    for effect in found.found.effects:
        if effect.metric == first:
            yield _next(effect)


def _verdict(effect: Effect) -> Note:
    facts = {"arm": label(EFFECTS["arm"], effect.arm), "metric": _metric(effect.metric)}
    if effect.verdict == EFFECTIVE:
        return Note("{arm}, {metric}: effective.", facts)
    if effect.verdict == NOT_EFFECTIVE:
        return Note("{arm}, {metric}: not effective or harmful.", facts)
    return Note("{arm}, {metric}: not enough evidence.", facts)


def _interval(effect: Effect) -> Note:
    form = _form(effect)
    keys = {"difference": effect.difference.estimate, "low": effect.difference.low, "high": effect.difference.high}
    facts = {key: Value(value, form) for key, value in keys.items()}
    return Note("{difference} beside the control, most likely {low} to {high}.", facts)


def _form(effect: Effect) -> Form:
    """Return how a difference is read: that of two shares as one."""
    return "rate" if effect.difference.test.startswith("pooled") else "money"


def _metric(name: str) -> Words:
    words = METRICS.get(name)
    return label(EFFECTS["metric"], name) if words else name


def _next(effect: Effect) -> Note:
    facts = {"arm": label(EFFECTS["arm"], effect.arm), "least": Value(effect.least, _form(effect))}
    if effect.verdict == EFFECTIVE:
        return Note("Next, {arm}: go on with it, and keep a control group to see whether it lasts.", facts)
    if effect.verdict == NOT_EFFECTIVE:
        return Note("Next, {arm}: stop it; change the offer or whom it goes to before trying again.", facts)
    return Note(
        "Next, {arm}: this is no proof that it does nothing. Arms of this size show {least} or more: try it with more "
        "members, or a stronger offer.",
        facts,
    )


def _effects(found: EvaluateAnswer) -> Iterator[dict[str, Any]]:
    for effect in found.found.effects:
        one = effect.difference
        yield {
            "arm": effect.arm, "metric": effect.metric, "difference": one.estimate, "relative": one.relative,
            "ci_low": one.low, "ci_high": one.high, "test": one.test, "statistic": one.statistic, "p": one.p_value,
            "p_holm": effect.p_holm, "least": effect.least, "variance_reduction": effect.variance_reduction,
            "verdict": effect.verdict,
        }  # fmt: skip


def _arms(found: EvaluateAnswer) -> Iterator[dict[str, Any]]:
    for arm in found.arms:
        for metric in found.metrics:
            yield {"arm": arm.name, "metric": metric.label, "people": arm.people, **_sums(arm, metric)}


def _sums(arm: Arm, metric: Metric) -> dict[str, Any]:
    """Return the sum (of a ratio that of its top), the mean and the spread of a metric; None where there is none."""
    total = arm.sums[metric.name]
    if metric.per is not None and not arm.sums[metric.per]:
        return {"sum": round(total, 6), "mean": None, "sd": None}
    if metric.per is not None and arm.people > 1:
        sample = ratio_of(arm, metric)
        return {"sum": round(total, 6), "mean": sample.mean, "sd": math.sqrt(sample.variance)}
    whole = arm.sums[metric.per] if metric.per else arm.people
    deviation = math.sqrt(arm.sample(metric.name).variance) if arm.people > 1 else None
    return {"sum": round(total, 6), "mean": total / whole, "sd": deviation}


def _values(found: EvaluateAnswer, effects: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the result for machines."""
    earned, roi = found.earned, found.earned.roi if found.earned else None
    return {
        "control": found.found.control,
        "arms": [
            {
                "arm": arm.name, "n": arm.people,
                "metrics": {metric.label: _sums(arm, metric) for metric in found.metrics},
            }
            for arm in found.arms
        ],
        "srm": {"p": found.found.srm_p if found.is_drawn_known else None},
        "effects": list(effects),
        "parts": as_rows(found.broken_down),
        "contamination": _mixed(found),
        "planned": found.plan and {key: one for key, one in found.plan.items() if key != "terms"},
        "looks": found.found.looks,
        "false_alarms": found.found.false_alarms,
        "roi": None if earned is None or roi is None else {
            "roi": roi[0], "low": roi[1], "high": roi[2], "margin": earned.margin, "cost": earned.cost,
        },
    }  # fmt: skip


def _mixed(found: EvaluateAnswer) -> dict[str, Any]:
    """Return who got what they were not assigned; None where nobody says who was reached."""
    people, mixed = found.found.people, found.mixed
    if mixed is None:
        control = people[found.found.control]
        return {
            "control": control, "control_treated": None, "treated": sum(people.values()) - control,
            "treated_missed": None, "share": None,
        }  # fmt: skip
    return {**vars(mixed), "share": mixed.share}


def _facts(found: EvaluateAnswer) -> Iterator[tuple[Words, Words]]:
    facts: dict[str, Any] = {
        "p": Value(found.found.srm_p, "digits"),
        "looks": found.found.looks,
        "alarms": Value(found.found.false_alarms, "rate"),
    }
    if found.is_drawn_known:
        yield Note("Arms as drawn"), Note("chance of arms as uneven as these: {p}", facts)
    else:
        yield Note("Arms as drawn"), Note("not known: nothing says what share was drawn")
    yield (
        Note("Looks"),
        Note("{looks}; without any effect one of them would look effective in {alarms} of campaigns", facts),
    )
    if found.mixed is not None:
        mixed = {key: Value(count, "count") for key, count in vars(found.mixed).items()}
        message = (
            "{control_treated} of {control} of the control group were reached after all, {treated_missed} of {treated} "
            "with an offer were not; all count as assigned"
        )
        yield Note("Mixed up"), Note(message, mixed)
    if found.plan is not None:
        keys = {"members_treated": "count", "members_control": "count", "mde": "rate", "expected_value": "money"}
        planned: dict[str, Any] = {key: Value(found.plan[key], form) for key, form in keys.items()}  # type: ignore[arg-type]
        message = (
            "{members_treated} with an offer and {members_control} without, to show a rise of {mde}; {expected_value} "
            "of margin was expected"
        )
        yield Note("As planned"), Note(message, planned)
    if found.window is not None:
        facts |= {"first": found.window.starts_on, "last": found.window.ends_on}
        yield Note("Orders of"), Note("{first} to {last}, by the arm assigned, reached or not", facts)
    if found.earned is not None and found.earned.roi is not None:
        roi, low, high = found.earned.roi
        facts |= {key: Value(value, "rate") for key, value in {"roi": roi, "low": low, "high": high}.items()}
        facts |= {"margin": Value(found.earned.margin, "money"), "cost": Value(found.earned.cost, "money")}
        yield Note("ROI"), Note("{roi} ({low} to {high}): {margin} of margin for a cost of {cost}", facts)


def _warnings(found: EvaluateAnswer) -> Iterator[Note]:
    if not found.found.is_as_planned:
        yield Note("The arms are not as large as they were drawn: no verdict is given.", is_finding=True)
    if found.unassigned:
        message = "{count} rows name no arm: they are left out."
        yield Note(message, {"count": Value(found.unassigned, "count")}, is_finding=True)
    if found.left_out:
        message = (
            "{count} people have no outcome and are left out: if that happened more in one arm than in another, the "
            "result is not to be trusted."
        )
        yield Note(message, {"count": Value(found.left_out, "count")}, is_finding=True)
    if found.mixed is not None and found.mixed.share > _MIXED:
        message = "{count} of the control group were reached after all: the effect looks smaller than it is."
        yield Note(message, {"count": Value(found.mixed.control_treated, "count")}, is_finding=True)
    if found.unknown:
        facts = {"count": Value(found.unknown, "count")}
        message = "{count} assigned members are not in these files: they count as having bought nothing."
        yield Note(message, facts, is_finding=True)
    if found.window is not None and found.window.ends_on > found.study.as_of:
        message = "Orders count until {last}, which is still to come: a result read early is often a false alarm."
        yield Note(message, {"last": found.window.ends_on})


def _table(rows: Sequence[dict[str, Any]], keys: Sequence[str]) -> pa.Table:
    import pyarrow as pa

    texts = ("arm", "metric", "test", "verdict")
    return pa.table({
        key: pa.array([row[key] for row in rows], pa.string() if key in texts else pa.float64()) for key in keys
    })  # fmt: skip
