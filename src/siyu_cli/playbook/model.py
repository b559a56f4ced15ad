"""A playbook as its operator writes it: what it reads, and its steps in the order in which they are done.

Importing this module costs pydantic.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator

from siyu_cli.config.layers import key_lines, read_text
from siyu_cli.config.sections import StrictModel, Text, said
from siyu_cli.core.campaign.kinds import BrokenRuleError, broken
from siyu_cli.core.campaign.plan_errors import Places, refusal
from siyu_cli.core.lifecycle.tables import STAGES
from siyu_cli.errors import ConditionError, ConfigError, InputError, Where
from siyu_cli.playbook.figures import asked_of, check
from siyu_cli.playbook.lines import EXPORT, NOTIFY, PLAN, Line, line_of
from siyu_cli.tables.column import find_label
from siyu_cli.toml import parse_toml

_ENTERED = re.compile(r"\s*(?:entered|进入)\s*(.+?)\s*", re.IGNORECASE)
_LABELS = {key: (key, *words) for key, words in STAGES.items()}


def _id(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,39}", text) or "__" in text:
        raise ValueError("no id")
    return text


def _no_flag(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("a flag is not a number")
    return value


_Days = Annotated[int, BeforeValidator(_no_flag), Field(ge=0, le=3_650)]


class Opening(StrictModel):
    """``[playbook]``: what it is called, as of which day, from which files."""

    name: Text = said(..., "What the playbook is called: its runs are known by it.", "Allowed: a text.")
    as_of: Literal["yesterday", "today"] | date = said(
        "yesterday", "As of which day: yesterday or today where the shop is, or a date.",
        "Allowed: yesterday, today or a date such as 2026-03-01.",
    )  # fmt: skip
    inputs: Annotated[tuple[Text, ...], Field(min_length=1)] = said(
        ..., "The exports its commands read, by name or pattern, from the playbook's folder on.",
        'Allowed: one or more names, such as "导出/*.xlsx".',
    )  # fmt: skip
    max_input_age_days: _Days = said(
        2, "Nothing is done with an export that was written longer ago than so many days.",
        "Allowed: a whole number from 0 to 3650.",
    )  # fmt: skip
    catch_up: Literal["latest", "none"] = said(
        "latest", "Who entered a stage while no run succeeded: told of by the latest run, or by none.",
        "Allowed: latest or none.",
    )  # fmt: skip
    notify: tuple[Text, ...] = said(
        (), "Whom notify writes to.", 'Allowed: a list of addresses, such as ["wecombot://KEY"].'
    )


class Step(StrictModel):
    """``[[step]]``: a command, or a trigger."""

    id: Annotated[Text, AfterValidator(_id)] = said(
        ..., "By what other steps know it.", "Allowed: letters, digits and _, a letter first."
    )
    run: Text | None = said(
        None, "A siyu command without the exports: segment, or export --to wecom.",
        "Allowed: a command line, such as segment --by owner.",
    )  # fmt: skip
    output: Text | None = said(
        None, "Where its result goes; {as_of} stands for the day.",
        "Allowed: the name of a file, such as out/{{as_of}}/list.xlsx.",
    )  # fmt: skip
    trigger: Text | None = said(
        None, "Who came into a stage since the last run: entered dormant.",
        "Allowed: entered and a stage, such as entered dormant.",
    )  # fmt: skip
    cooldown_days: _Days = said(
        0, "The trigger does not fire again for the same member within so many days.",
        "Allowed: a whole number from 0 to 3650.",
    )  # fmt: skip
    when: Text | None = said(
        None, "The step is done only where this is true of figures of earlier steps.",
        "Allowed: a condition, such as new_dormant.members >= 20.",
    )  # fmt: skip
    audience: Text | None = said(
        None, "Whom it is for: the list of an earlier step.", "Allowed: the id of an earlier step with a list."
    )
    effect: Literal["external"] | None = said(
        None, "External: it reaches people, and is done at most once.", "Allowed: external."
    )
    on: Literal["success", "failure", "always"] = said(
        "success", "Done where what it needs was done; failure: where a step has failed; always: in any case.",
        "Allowed: success, failure or always.",
    )  # fmt: skip

    @property
    def line(self) -> Line | None:
        """Return its command line; None for a trigger."""
        return line_of(self.run) if self.run else None

    @property
    def stage(self) -> str | None:
        """Return the stage its trigger waits for; None for a command."""
        found = _ENTERED.fullmatch(self.trigger or "")
        return find_label(_LABELS, found[1]) if found else None

    @property
    def is_external(self) -> bool:
        """Return whether it reaches people."""
        line = self.line
        return self.effect == "external" or (line is not None and line.reaches_people)

    @property
    def kind(self) -> str:
        """Return whose figures it has: its command, or trigger."""
        line = self.line
        return line.command if line else "trigger"

    @model_validator(mode="after")
    def _is_one_thing(self) -> Step:
        if (self.run is None) == (self.trigger is None):
            raise broken("id", "{origin}: the step {step} needs run or trigger, and not both.",
                         hint="Add one of them, or take one away.", facts={"step": self.id})  # fmt: skip
        if self.trigger is not None:
            _check_trigger(self)
        elif self.line is not None:
            _check_line(self, self.line)
        return self


def _check_trigger(step: Step) -> None:
    if step.stage is None:
        facts = {"trigger": step.trigger, "stages": ", ".join(STAGES)}
        raise broken("trigger", "{origin}: no stage is entered by {trigger}.",
                     hint="Write entered and a stage: {stages}.", facts=facts)  # fmt: skip
    for key in ("output", "audience", "effect"):
        if getattr(step, key) is not None:
            raise broken(key, "{origin}: a trigger has no {key}.",
                         hint="Give it to the step that uses its list.", facts={"key": key})  # fmt: skip


def _check_line(step: Step, line: Line) -> None:
    if problem := line.problem():
        raise problem
    if step.cooldown_days:
        raise broken("cooldown_days", "{origin}: only a trigger has {key}.",
                     hint="Take it away.", facts={"key": "cooldown_days"})  # fmt: skip
    if step.audience is not None and line.command not in (EXPORT, PLAN):
        raise broken("audience", "{origin}: {command} takes no audience.", facts={"command": line.command},
                     hint="Allowed for export and campaign plan.")  # fmt: skip
    if step.output is not None and line.command == NOTIFY:
        raise broken("output", "{origin}: {command} writes nothing.", facts={"command": line.command},
                     hint="Take it away.")  # fmt: skip


class Playbook(StrictModel):
    """The whole playbook, checked and frozen."""

    playbook: Opening = said(..., "The playbook itself.")
    step: Annotated[tuple[Step, ...], Field(min_length=1)] = said(
        ..., "Its steps, in order.", "Allowed: one [[step]] or more."
    )

    @property
    def name(self) -> str:
        """Return its name."""
        return self.playbook.name

    def by_id(self, name: str) -> Step | None:
        """Return a step; None where there is none of that id."""
        return next((step for step in self.step if step.id == name), None)

    def audience_of(self, step: Step) -> Step | None:
        """Return whose list a step is for: the one it names; of an export that names none the nearest before it."""
        if step.audience is not None:
            return self.by_id(step.audience)
        line = step.line
        if line is None or line.command != EXPORT or line.names_list:
            return None
        before = self.step[: self.step.index(step)]
        return next((one for one in reversed(before) if _has_list(one)), None)

    def segment_of(self, step: Step) -> Step | None:
        """Return the step before a trigger that puts everybody in a stage."""
        before = self.step[: self.step.index(step)]
        return next((one for one in reversed(before) if one.line and one.line.labels_all), None)

    def needs(self, step: Step) -> tuple[str, ...]:
        """Return the steps without which a step cannot be done."""
        found = [self.audience_of(step), self.segment_of(step) if step.trigger else None]
        asked = [name for name, _figure in asked_of(step.when)] if step.when else []
        return tuple(dict.fromkeys([*(one.id for one in found if one), *asked]))

    def triggers_of(self, step: Step) -> list[str]:
        """Return the triggers a step goes back to, the ones by which they are known in the ledger."""
        needed = [self.by_id(name) for name in self.needs(step)]
        found = [name for one in needed if one for name in self.triggers_of(one)]
        return [*found, *([trigger_name(step)] if step.trigger else [])]

    @model_validator(mode="after")
    def _fits_together(self) -> Playbook:
        for place, step in enumerate(self.step):
            for problem in self._problems(step, self.step[:place]):
                problem.key = f"step.{place}.{problem.key}"
                raise problem
        return self

    def _problems(self, step: Step, before: Sequence[Step]) -> Iterator[BrokenRuleError]:
        line = step.line
        if any(one.id == step.id for one in before):
            yield broken("id", "{origin}: two steps are called {step}.", hint="Give each an id of its own.",
                         facts={"step": step.id})  # fmt: skip
        if step.stage and any(one.stage == step.stage for one in before):
            yield broken("trigger", "{origin}: an earlier step has the same trigger.", hint="Use the list of that one.")
        if step.trigger and self.segment_of(step) is None:
            yield broken("trigger", "{origin}: nothing before this step puts members in their stages.",
                         hint='Add a step before it: run = "segment".')  # fmt: skip
        if step.audience is not None and not any(one.id == step.audience and _has_list(one) for one in before):
            lists = ", ".join(one.id for one in before if _has_list(one)) or "–"
            yield broken("audience", "{origin}: no step before this one has a list {audience}.",
                         hint="Steps before it with a list: {lists}.",
                         facts={"audience": step.audience, "lists": lists})  # fmt: skip
        if line and line.command == EXPORT and not line.names_list and self.audience_of(step) is None:
            yield broken("run", "{origin}: no step before this export has a list.",
                         hint="Give the step it is for an output, or name it: audience = …")  # fmt: skip
        if line and line.command == NOTIFY and not self.playbook.notify:
            yield broken("run", "{origin}: notify has nobody to write to.",
                         hint='Add notify = ["wecombot://KEY"] under [playbook].')  # fmt: skip


def _has_list(step: Step) -> bool:
    line = step.line
    return step.trigger is not None or (line is not None and line.lists_members and step.output is not None)


def trigger_name(step: Step) -> str:
    """Return by what a trigger is known in the ledger, however it is written.

    >>> trigger_name(Step(id="a", trigger="进入沉睡期"))
    'entered dormant'
    """
    return f"entered {step.stage}"


def read_playbook(path: Path) -> Playbook:
    """Return the playbook of a TOML file.

    Raises ``InputError`` where the file is missing or no text, ``ConfigError`` with file, line and key where what it
    says is not allowed.
    """
    if not path.is_file():
        raise InputError("There is no playbook {file}.", where=Where(file=str(path)), file=path,
                         hint="siyu run template -o 每周.toml writes one to begin with.")  # fmt: skip
    text = read_text(path)
    document, places = parse_toml(text, path), Places(str(path), key_lines(text))
    try:
        found = Playbook.model_validate(document)
    except ValidationError as error:
        raise refusal(error, Playbook, places, "{origin}: a playbook has no {key}.") from error
    for place, step in enumerate(found.step):
        if step.when is not None:
            _check_when(step.when, found.step[:place], places.where(("step", str(place), "when")))
    return found


def _check_when(text: str, before: Sequence[Step], where: Where) -> None:
    try:
        check(text, {step.id: step.kind for step in before})
    except ConditionError as error:
        raise ConfigError(error.message, hint=error.hint, where=where, **error.facts) from error
