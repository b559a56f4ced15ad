"""What is told of a step, in words of each language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from siyu_cli.core.contacts.tables import FATES
from siyu_cli.errors import Note, Spoken
from siyu_cli.masks import mask_text
from siyu_cli.playbook.figures import values_in
from siyu_cli.playbook.lines import EXPORT
from siyu_cli.playbook.model import Step
from siyu_cli.playbook.runner import StepResult
from siyu_cli.report import Several, Value, Words


def condition_of(step: Step, figures: Mapping[str, Mapping[str, Any]]) -> str | None:
    """Return a step's condition with the values it was asked with."""
    if step.when is None:
        return None
    values = [f"{name} = {'–' if value is None else value}" for name, value in values_in(step.when, figures).items()]
    return f"{step.when} ({', '.join(values)})"


def told_of(step: Step, result: StepResult) -> Words:
    """Return what became of a step."""
    if result.why:
        return why_left(result.why)
    if result.state == "failed":
        return mask_text(result.ended.said) if result.ended else ""
    if step.trigger:
        return _fired(result)
    if step.kind == EXPORT and result.ended is not None and "sent" in result.ended.document:
        return _sent(result.ended.document)
    if result.code and result.ended is not None:
        said = mask_text(result.ended.said)  # of a group chat that took no message
        return said or Note("It has findings: its result says which.")
    return ""


def why_left(why: str) -> Words:
    """Return why a step was left out, or what was missing."""
    if why.startswith("needs:"):
        return Note("{step} was not done.", {"step": why.removeprefix("needs:")})
    return _WHY.get(why, why)


_WHY: dict[str, Words] = {
    "condition": Note("The condition does not hold."),
    "nothing_failed": Note("Nothing has failed."),
    "no_earlier_list": Note("There is no list of an earlier run to compare with: it fires from the next run on."),
    "no_list": Note("The list of this run is gone from the shop's memory."),
}


def _fired(result: StepResult) -> Note:
    figures = {key: Value(value, "count") for key, value in result.figures.items()}
    return Note(
        "{members} came in; {in_stage} are there in all, {fired_before} of those who came had it before, "
        "{cooling_down} too lately.", figures,
    )  # fmt: skip


def _sent(document: Mapping[str, Any]) -> Note:
    reasons = tuple(
        Several((Spoken(*FATES[reason][-2:]) if reason in FATES else reason, Value(count, "count")), "blanks")
        for reason, count in document.get("excluded", {}).items()
    )
    facts = {key: Value(document[key], "count") for key in ("sent", "listed")}
    if not reasons:
        return Note("{sent} of {listed} listed.", facts)
    return Note("{sent} of {listed} listed; left out: {reasons}.", {**facts, "reasons": Several(reasons, "list")})
