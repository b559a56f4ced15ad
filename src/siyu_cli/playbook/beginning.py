"""Which run it is: a new one, one that goes on, or none, since nothing is new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from siyu_cli.errors import LockError, Note, Spoken, UsageError
from siyu_cli.ledger.playbooks import Begun, PlaybookBook
from siyu_cli.masks import mask_word
from siyu_cli.playbook.inputs import Inputs, Parts, day_of
from siyu_cli.playbook.model import Playbook

_OPEN = ("running", "unknown")  # a run that is running while nobody holds the lock was killed


@dataclass(frozen=True)
class Order:
    """What was asked for: try only, begin at a step, what an operator knows of steps, give up what is unfinished."""

    is_dry: bool = False
    from_step: str | None = None
    confirmed: Mapping[str, str] = field(default_factory=dict)
    is_anew: bool = False


@dataclass(frozen=True)
class Beginning:
    """The run, what became of its steps before, and why there is nothing to do, if so."""

    run: Begun
    steps: Mapping[str, Mapping[str, Any]]
    nothing_new: Note | None = None


def begin(book: Playbook, inputs: Inputs, parts: Parts, memory: PlaybookBook, now: tuple[date, str], order: Order
) -> Beginning:  # fmt: skip
    """Return which run it is; ``now`` is the day it is in which time zone.

    ``LockError`` where another playbook of the name is unfinished for that day, ``UsageError`` where what was asked for
    does not fit the run.
    """
    runs = memory.runs_of(book.name)
    as_of = day_of(book.playbook, now[0])
    # A clock that went on, or back, since it was killed makes no other run of it.
    last = runs[0] if runs and runs[0]["state"] != "done" else None
    if last is not None and parts.key(last["as_of"]) == last["run_key"] and not order.is_anew:
        as_of = last["as_of"]
    key = parts.key(as_of)
    known = next((row for row in runs if row["run_key"] == key), None)
    _check_unfinished(runs, as_of, key, parts, memory, order)
    run = Begun(key, book.name, mask_word(book.name)[:200], as_of, asdict(parts))
    if order.is_anew and known is not None and not order.is_dry:
        raise UsageError("--new: nothing has changed since that run began.", hint="Run the playbook without --new.")
    steps = {row["step"]: row for row in memory.steps(key)} if known is not None else {}
    steps = _asked(book, steps, order)
    is_fresh = known is None or (known["state"] == "done" and order.from_step is None)
    nothing = _nothing_new(book, inputs, parts, runs, (as_of, now[1])) if is_fresh else None
    return Beginning(run, {} if is_fresh else steps, nothing)


def _check_unfinished(
    runs: Sequence[Mapping[str, Any]], as_of: date, key: str, parts: Parts, memory: PlaybookBook, order: Order
) -> None:
    for row in runs:
        if row["as_of"] != as_of or row["run_key"] == key or row["state"] not in _OPEN or order.is_dry:
            continue
        if order.is_anew:
            memory.end(row["run_key"], "given_up", row["code"])
            continue
        raise LockError(
            "The run of this playbook as of {as_of} is not finished, and since it began other things hold: {changed}.",
            hint="Put back what was changed to finish it, or give it up: --new.",
            as_of=as_of, changed=_named(parts.changed(row["parts"])),
        )  # fmt: skip


_PARTS = {
    "playbook": ("the playbook", "任务单"), "settings": ("the settings", "设置"), "inputs": ("the exports", "导出文件"),
    "version": ("siyu itself", "siyu 的版本"),
}  # fmt: skip


def _named(parts: Sequence[str]) -> Spoken:
    words = [_PARTS[part] for part in parts]
    return Spoken(", ".join(en for en, _zh in words), "、".join(zh for _en, zh in words))


def _asked(book: Playbook, steps: dict[str, Any], order: Order) -> dict[str, Any]:
    """Return the steps as they stand once what was asked for holds: those to be done again are left out."""
    for name, said in order.confirmed.items():
        state = steps.get(name, {}).get("state")
        if state not in ("intended", "unknown"):
            raise UsageError(
                "--confirm {step}: whether this step was done is not in doubt.",
                hint="siyu run status shows which are unknown.", step=name,
            )  # fmt: skip
        steps[name] = {**steps[name], "state": f"confirmed_{said}"}
    if order.from_step is None:
        return steps
    ids = [step.id for step in book.step]
    if order.from_step not in ids:
        raise UsageError("--from {step}: there is no such step.", hint="Steps: {steps}.", step=order.from_step,
                         steps=", ".join(ids))  # fmt: skip
    place = ids.index(order.from_step)
    missing = next((name for name in ids[:place] if steps.get(name, {}).get("state") not in ("done", "skipped")), None)
    if missing is not None:
        raise UsageError("--from {step}: {missing} before it was not done.", step=order.from_step, missing=missing,
                         hint="Run the playbook without --from.")  # fmt: skip
    external = {step.id for step in book.step if step.is_external}
    kept = {*ids[:place], *(name for name in ids[place:] if name in external)}
    return {name: row for name, row in steps.items() if name in kept}


def _nothing_new(
    book: Playbook, inputs: Inputs, parts: Parts, runs: Sequence[Mapping[str, Any]], day: tuple[date, str]
) -> Note | None:
    stale = inputs.stale(book.playbook, *day)
    if stale:
        message = "Nothing new: {files} is older than {days} days. Nothing was done."
        return Note(message, {"files": ", ".join(stale), "days": book.playbook.max_input_age_days})
    done: Mapping[str, str] = next((row["parts"] for row in runs if row["state"] == "done"), {})
    if (done.get("inputs"), done.get("playbook")) == (parts.inputs, parts.playbook):
        return Note("Nothing new: the exports are those of the last run. Nothing was done.")
    return None
