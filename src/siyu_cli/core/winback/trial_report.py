"""What is told of a trial: who came back because of a message, who would have come anyway, at which silence it pays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from siyu_cli.core.experiment import EFFECTIVE, NOT_EFFECTIVE
from siyu_cli.core.winback.tables import NO_END, TRIAL_ARMS, UPLIFT
from siyu_cli.core.winback.trial import NET_SALES, RETURNED, share_of
from siyu_cli.errors import Note
from siyu_cli.report import Section, Value, Words

if TYPE_CHECKING:
    from siyu_cli.core.campaign.outcomes import Arm
    from siyu_cli.core.winback.question import Limits
    from siyu_cli.core.winback.trial import Beside, Trial

_BRIEF = ("silent_from", "silent_to", "return_rate", "natural_rate", "difference", "low", "high", "verdict")


def tell_trial(trial: Trial, limits: Limits) -> Iterator[Words]:
    """Yield what came of it: rates, what it added, who would have come anyway, up to which silence it pays."""
    whole = trial.whole
    facts = {
        "starts_on": trial.starts_on, "days": limits.horizon_days,
        "targeted": Value(whole.targeted.people, "count"), "control": Value(whole.control.people, "count"),
        "rate": Value(share_of(whole.targeted), "rate"), "natural": Value(share_of(whole.control), "rate"),
    }  # fmt: skip
    yield Note(
        "Within {days} days from {starts_on}, {rate} of {targeted} members with the message came back, and {natural} "
        "of {control} without it",
        facts,
    )
    if not trial.is_as_drawn:
        yield Note(
            "No verdict: the arms are not as large as they were drawn (p {p}), so that they may differ in other ways.",
            {"p": Value(trial.srm_p, "digits")},
        )
        return
    yield from _added(whole)
    if limits.contact_cost is not None:
        yield _paying(trial, limits.contact_cost, limits.gross_margin)


def _added(whole: Beside) -> Iterator[Words]:
    if whole.came is None or whole.brought is None:
        yield Note("Too few members to tell what the message added")
        return
    people = whole.targeted.people
    came, brought = whole.came, whole.brought
    facts: dict[str, Any] = {
        key: Value(round(value * people), "count")
        for key, value in {"members": came.estimate, "low": came.low, "high": came.high}.items()
    }
    facts |= {
        key: Value(value * people, "money")
        for key, value in {"money": brought.estimate, "least": brought.low, "most": brought.high}.items()
    }
    counts = "{members} members ({low} to {high}) and {money} of net sales ({least} to {most})"
    if whole.verdict == EFFECTIVE:
        anyway = whole.would_have_come_anyway
        yield Note("Effective: it brought back {counts}", {"counts": Note(counts, facts)})
        if anyway is not None:
            yield Note(
                "Of those who came back after it, {share} would have come anyway", {"share": Value(anyway, "rate")}
            )
    elif whole.verdict == NOT_EFFECTIVE:
        yield Note("Harmful: fewer came back than without it, {counts}", {"counts": Note(counts, facts)})
    else:
        yield Note("Not enough evidence that it brings anybody back: {counts}", {"counts": Note(counts, facts)})


def _paying(trial: Trial, cost: float, margin: float | None) -> Note:
    until = trial.pays_until(cost, margin or 1.0)
    facts = {"cost": Value(cost, "money"), "days": until}
    if until is None:
        return Note("At no silence is it sure that a contact brings more than the {cost} it costs", facts)
    return Note("Up to {days} days of silence a contact surely brings more than the {cost} it costs", facts)


def trial_sections(trial: Trial, limits: Limits) -> Iterator[Section]:
    """Yield what the message added by span of silence, and what each arm did."""
    rows = [uplift(one, limits) for one in (trial.whole, *trial.spans)]
    told = [{**row, "silent_from": _from(row), "silent_to": _to(row)} for row in rows]
    note = Note(
        "All together first; orders count from {first} to {last}", {"first": trial.starts_on, "last": trial.ends_on}
    )
    yield Section(UPLIFT, told, brief=_BRIEF, note=note)
    yield Section(TRIAL_ARMS, [_arm(arm) for arm in trial.arms])


def _from(row: dict[str, Any]) -> Any:
    return Note("all") if row["silent_from"] is None else row["silent_from"]


def _to(row: dict[str, Any]) -> Any:
    return None if row["silent_from"] is None else row["silent_to"] or NO_END


def uplift(one: Beside, limits: Limits) -> dict[str, Any]:
    """Return what the message added to one span of silence, as in ``tables.UPLIFT``."""
    came, brought, cost = one.came, one.brought, limits.contact_cost
    pays = None if cost is None else one.pays(cost, limits.gross_margin or 1.0)
    said = {True: "yes", False: "no", None: "unsure"}[pays]
    return {
        "silent_from": one.silent_from, "silent_to": one.silent_to,
        "targeted": one.targeted.people, "control": one.control.people,
        "return_rate": share_of(one.targeted), "natural_rate": share_of(one.control),
        "difference": came and came.estimate, "low": came and came.low, "high": came and came.high,
        "p": came and came.p_value, "p_holm": one.p_holm, "would_have_come_anyway": one.would_have_come_anyway,
        "value_difference": brought and brought.estimate, "value_low": brought and brought.low,
        "value_high": brought and brought.high, "value_p_holm": one.brought_p_holm,
        "pays": None if cost is None or brought is None else said, "verdict": one.verdict,
    }  # fmt: skip


def _arm(arm: Arm) -> dict[str, Any]:
    net = arm.sums[NET_SALES]
    return {
        "arm": arm.name, "members": arm.people, "returned": int(arm.sums[RETURNED]), "rate": share_of(arm),
        "net_sales": round(net, 2), "value_per_member": net / arm.people,
    }  # fmt: skip


def trial_warnings(trial: Trial, as_of: Any) -> Iterator[Note]:
    """Yield what makes the result doubtful."""
    if not trial.is_as_drawn:
        yield Note("The arms are not as large as they were drawn: no verdict is given.", is_finding=True)
    if trial.left_out:
        message = "{count} of the list had not bought before, or not been silent for so long: they are left out."
        yield Note(message, {"count": Value(trial.left_out, "count")})
    if trial.ends_on > as_of:
        message = "Orders count until {last}, which is still to come: a result read early is often a false alarm."
        yield Note(message, {"last": trial.ends_on})


def trial_values(trial: Trial | None, limits: Limits) -> dict[str, Any]:
    """Return the trial for machines; nothing where no list was given."""
    if trial is None:
        return {"arms": [], "incremental": None, "by_silence": [], "verdict": None}
    whole, cost = trial.whole, limits.contact_cost
    people = whole.targeted.people
    added = {
        f"{name}{end}": None if one is None else getattr(one, key) * people
        for name, one in (("returned", whole.came), ("net_sales", whole.brought))
        for end, key in (("", "estimate"), ("_low", "low"), ("_high", "high"))
    }
    told = {key: value for key, value in uplift(whole, limits).items() if not key.startswith("silent_")}
    incremental = {**told, **added, "cost_per_return": None if cost is None else whole.cost_per_return(cost)}
    return {
        "starts_on": trial.starts_on, "ends_on": trial.ends_on, "left_out": trial.left_out,
        "control": trial.control, "arms": [_arm(arm) for arm in trial.arms], "srm": {"p": trial.srm_p},
        "incremental": incremental, "by_silence": [uplift(span, limits) for span in trial.spans],
        "pays_until": None if cost is None else trial.pays_until(cost, limits.gross_margin or 1.0),
        "verdict": whole.verdict,
    }  # fmt: skip
