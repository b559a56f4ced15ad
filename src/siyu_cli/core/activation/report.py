"""What is told of activation: who orders after joining and who again, what goes with it, what trials say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from siyu_cli.core.activation.activated import WITHIN_DAYS
from siyu_cli.core.activation.effects import LEAST, Effect
from siyu_cli.core.activation.joining import HORIZONS, Joined
from siyu_cli.core.activation.tables import EFFECTS, JOINED, STATES, TOLD_BY, TRIALS, WAITING
from siyu_cli.core.retention.parts import MIN_CELL
from siyu_cli.core.retention.report import FATES as NO_START
from siyu_cli.core.retention.report import part_name
from siyu_cli.errors import Note, Spoken
from siyu_cli.report import Listing, Report, Section, Value, Words, label

if TYPE_CHECKING:
    from siyu_cli.core.activation.question import ActivationAnswer

_LEAST_PARTS = 2  # to be told apart
_SHOWN = 12  # parts where there is little room
_BRIEF = ("member_id", "awaited", "since_on", "days_left", "owner")
_BRIEF_JOINED = ("part", "members", "within_7", "within_30", "within_90", "wait_median")
_BRIEF_EFFECTS = ("factor", "state", "members", "rate", "other_rate", "difference", "p_holm")
_BRIEF_TRIALS = ("trial", "step", "arm", "rate", "control_rate", "verdict")
FATES = {
    **NO_START,
    "no_date": Note("no date of joining"),
    "bought_before": Note("bought before they joined"),
}


def report(found: ActivationAnswer) -> Report:
    """Return what is told of an answer."""
    told = found.found
    return Report(
        Note("Activation as of {as_of}", {"as_of": found.meta["as_of"]}),
        tuple(_opening(found)),
        found.meta,
        found.load.account(),
        values=_values(found),
        sections=tuple(_sections(found)),
        facts=tuple(_facts(found)),
        listing=Listing(WAITING, lambda keys: found.rows.select(list(keys)), brief=_BRIEF),
        warnings=found.warnings,
        next_steps=(Note("siyu campaign plan … with a control group tells what a coupon brings about"),)
        if not told.trials
        else (),
    )


def _opening(found: ActivationAnswer) -> Iterator[Words]:
    """Yield how many order after joining and how soon, how many again, and what goes with that."""
    whole, returned = found.found.whole, found.found.returned
    month = whole.within[30]
    facts: dict[str, Any] = {"as_of": found.meta["as_of"], "members": Value(month["denominator"], "count")}
    if month["denominator"]:
        facts |= {"share": Value(month["rate"], "rate"), "later": Value(whole.within[90]["rate"], "rate")}
        if whole.within[90]["denominator"]:
            yield Note(
                "As of {as_of}: {share} of those who joined placed their first order within 30 days, {later} within 90",
                facts,
            )
        else:
            yield Note("As of {as_of}: {share} of those who joined placed their first order within 30 days", facts)
    else:
        yield Note("As of {as_of}: nobody is known to have joined 30 days ago or earlier", facts)
    if returned["denominator"]:
        facts = {"members": Value(returned["denominator"], "count"), "days": WITHIN_DAYS}
        facts |= {"came": Value(returned["numerator"], "count"), "share": Value(returned["rate"], "rate")}
        yield Note("Of {members} first-time buyers {came} ({share}) bought again within {days} days", facts)
    yield _told_first(found)


def _told_first(found: ActivationAnswer) -> Note:
    told = [effect for effect in found.found.effects if effect.is_told]
    if not found.found.effects:
        return Note("Too few first orders are alike to say what goes with a second")
    if not told:
        return Note("Nothing known of first orders goes with coming back more often than chance would have it")
    effect = max(told, key=lambda one: (one.difference.estimate, one.name))
    facts = {"factor": label(EFFECTS["factor"], effect.factor), "state": state_name(effect)}
    facts |= {"rate": Value(effect.rate, "rate"), "other": Value(effect.other_rate, "rate")}
    return Note(
        "“{factor}: {state}” goes with a second order: {rate} came back, others alike {other}; it need "
        "not be the cause",
        facts,
    )


def state_name(effect: Effect) -> Words:
    """Return what people read for what was so of a first order."""
    is_key = effect.factor in ("coupon", "discount", "price_band")
    return Spoken(*STATES[effect.state]) if is_key and effect.state in STATES else effect.state


def _sections(found: ActivationAnswer) -> Iterator[Section]:
    told = found.found
    note = Note("Only who joined at least so many days ago is counted: nobody is taken for lost who has still time")
    yield Section(JOINED, [_row(Note("All"), told.whole)], brief=_BRIEF_JOINED, note=note)
    for attribute, parts in told.joined_by.items():
        if len(parts) < _LEAST_PARTS:
            continue
        rows = [_row(_part(attribute, part.name), joined) for part, joined in parts]
        title = Note("Until the first order, by {attribute}", {"attribute": Spoken(*TOLD_BY[attribute])})
        small = Note("Parts of fewer than {count} members are told as one", {"count": MIN_CELL})
        drawn: Any = {"drawn": "bars", "measures": ("within_90",), "brief": _BRIEF_JOINED}
        if len(rows) > _SHOWN:
            more = Note("… and {count} smaller parts", {"count": len(rows) - _SHOWN})
            yield Section(JOINED, rows[:_SHOWN], title, note=more, room="little", **drawn)
        room: Any = "much" if len(rows) > _SHOWN else "any"
        yield Section(JOINED, rows, title, note=small, room=room, **drawn)
    if told.effects:
        facts = {"count": LEAST}
        note = Note(
            "Among first orders of the same month, channel and third of order values. It goes with coming back; only a "
            "trial tells what brings it about. At least {count} buyers on either side",
            facts,
        )
        yield Section(EFFECTS, [_effect(one) for one in told.effects], brief=_BRIEF_EFFECTS, note=note)
    if told.trials:
        note = Note("Everybody counts in the arm they were drawn into, whatever came of it; nobody chose their arm")
        yield Section(TRIALS, [_trial(one) for one in told.trials], brief=_BRIEF_TRIALS, note=note)


def _part(attribute: str, name: str) -> Words:
    return Spoken(*STATES[name]) if attribute == "first_coupon" and name in STATES else part_name(name)


def _row(name: Words, joined: Joined) -> dict[str, Any]:
    rates = {f"within_{days}": joined.within[days]["rate"] for days in HORIZONS}
    own = {"part": name, "members": joined.members, "wait_median": joined.wait.median}
    return {**own, **rates}


def _effect(effect: Effect) -> dict[str, Any]:
    return {**effect.as_dict(), "state": state_name(effect)}


def _trial(trial: Any) -> dict[str, Any]:
    rates = {"rate": trial.bought / trial.members, "control_rate": trial.bought_control / trial.members_control}
    return {**trial.as_dict(), **rates}


def _facts(found: ActivationAnswer) -> Iterator[tuple[Words, Words]]:
    yield Note("Second order"), Note("within {days} days of the first", {"days": WITHIN_DAYS})
    if found.found.too_young:
        young = Value(found.found.too_young, "count")
        yield (
            Note("Not counted"),
            Note("first order less than {days} days ago: {members}", {"days": WITHIN_DAYS, "members": young}),
        )
    for fate, members in found.found.excluded.items():
        yield Note("Not counted"), Note("{why}: {members}", {"why": FATES[fate], "members": Value(members, "count")})


def _values(found: ActivationAnswer) -> dict[str, Any]:
    told = found.found
    by = {
        attribute: [{"part": part.name, **joined.as_dict()} for part, joined in parts]
        for attribute, parts in told.joined_by.items()
    }
    second = {"within_days": WITHIN_DAYS, "ripe": told.returned["denominator"], "too_young": told.too_young}
    return {
        "population": {"members": told.whole.members, "excluded": dict(told.excluded)},
        "first_order": {**told.whole.as_dict(), "by": by},
        "second_order": {
            **second, "returned": dict(told.returned), "effects": [effect.as_dict() for effect in told.effects],
        },
        "trials": [trial.as_dict() for trial in told.trials],
    }  # fmt: skip
