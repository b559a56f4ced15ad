"""A playbook carried out: one step after the other, each recorded before and after, so that a kill loses nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siyu_cli.errors import EXIT_FINDINGS, LockError, OutputError, SiyuError
from siyu_cli.ledger.playbooks import Begun, PlaybookBook, token
from siyu_cli.ledger.run import as_step
from siyu_cli.ledger.trial import TRIED
from siyu_cli.playbook.figures import figures_of, holds
from siyu_cli.playbook.inputs import Inputs, sha256_of
from siyu_cli.playbook.lines import AS_OF, EXPORT, NOTIFY, PLAN
from siyu_cli.playbook.model import Playbook, Step, trigger_name
from siyu_cli.playbook.triggers import entered, write_members
from siyu_cli.render.replace import make_folder

if TYPE_CHECKING:
    from siyu_cli.engines.protocol import Engine

TRY_AGAIN, CANNOT_WRITE = 75, 73
_FINE = (0, EXIT_FINDINGS)
_WAITS = (1, 2, 4, 8, 16, 30)  # seconds: whoever else has the shop is done by then, or it is tried another time


@dataclass(frozen=True)
class Ended:
    """How a command line ended: its exit code, its JSON document, what was said of an error."""

    code: int
    document: Mapping[str, Any] = field(default_factory=dict, repr=False)
    said: str = ""


@dataclass(frozen=True)
class Outside:
    """What the runner has done by others: a command line, a message to a group chat, words for whoever watches."""

    ask: Callable[[Sequence[str]], Ended]
    notify: Callable[[Sequence[str], str, Mapping[str, StepResult]], list[tuple[str, str]]]
    tell: Callable[[Step, StepResult], None]


@dataclass(frozen=True)
class Site:
    """Where a run takes place: the playbook's folder, one for what nobody else sees, the memory, an engine."""

    folder: Path
    working: Path
    memory: PlaybookBook
    engine: Engine = field(repr=False)
    more: Sequence[str] = ()  # options every command gets
    is_trial: bool = False


@dataclass(frozen=True)
class StepResult:
    """What became of a step: its state, exit code, why it was left out, figures, its command line as typed by hand."""

    state: str
    code: int | None = None
    why: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)
    line: Sequence[str] = ()
    ended: Ended | None = field(default=None, repr=False)
    command_run: str | None = None


class Runner:
    """One run of a playbook."""

    def __init__(self, book: Playbook, run: Begun, inputs: Inputs, site: Site, outside: Outside) -> None:
        self._book, self._run, self._inputs, self._site, self._outside = book, run, inputs, site, outside
        self.results: dict[str, StepResult] = {}
        self._is_in_doubt = False

    def carry_out(self, before: Mapping[str, Mapping[str, Any]]) -> int:
        """Do what is left to do and return the worst exit code; ``before`` is what became of steps earlier.

        ``LockError`` where it is not known whether a step that reaches people was done.
        """
        memory, key = self._site.memory, self._run.run_key
        memory.begin(self._run)
        try:
            for place, step in enumerate(self._book.step):
                result = self._known(step, before.get(step.id)) or self._next(step, place, before.get(step.id))
                self.results[step.id] = result
                self._outside.tell(step, result)
        except SiyuError as error:
            memory.end(key, "unknown" if self._is_in_doubt else "failed", error.exit_code)
            raise
        codes = [result.code for result in self.results.values() if result.code is not None]
        code = max(codes, key=lambda one: (one not in _FINE, one == 1, one), default=0)
        has_failed = any(result.state == "failed" for result in self.results.values())
        memory.end(key, "failed" if has_failed else "done", code)
        return code

    # --- What is known already ----------------------------------------------------------------------------

    def _known(self, step: Step, row: Mapping[str, Any] | None) -> StepResult | None:
        """Return what became of a step that needs not be done; None for one that is to be done now."""
        state = row["state"] if row else None
        if row is None or state in ("failed", "skipped", "running", "confirmed_repeat"):
            return None
        if state == "done":
            return StepResult("done", row["code"], figures=row["figures"], command_run=row["command_run"])
        if state == "confirmed_done":
            return self._end(step, StepResult("done", 0, figures={"code": 0}))
        return self._settled(step)

    def _settled(self, step: Step) -> StepResult:
        """Return a step that was intended, and that the ledger of exports vouches for; else it is unknown."""
        memory, key = self._site.memory, self._run.run_key
        if step.kind == EXPORT and not self._site.is_trial:
            _end_exports(memory)
            run_id = memory.command_run(key, step.id)
            if memory.was_exported(run_id):
                return self._end(step, StepResult("done", 0, figures={"code": 0}, command_run=run_id))
        memory.end_step(key, step.id, {"state": "unknown"})
        self._is_in_doubt = True
        raise LockError(
            "{step}: the run was killed here, and nobody knows whether this was done.",
            hint="Look, then say which: --confirm {step}=done or --confirm {step}=repeat.", step=step.id,
        )  # fmt: skip

    # --- One step -----------------------------------------------------------------------------------------

    def _next(self, step: Step, place: int, row: Mapping[str, Any] | None) -> StepResult:
        memory, key, triggers = self._site.memory, self._run.run_key, self._book.triggers_of(step)
        why = self._left_out(step)
        if why:
            memory.begin_step(key, step.id, place, "skipped")
            return self._end(step, StepResult("skipped", why=why))
        self._inputs.check_unchanged()
        memory.begin_step(
            key, step.id, place, "intended" if step.is_external else "running", triggers if step.is_external else ()
        )
        if step.stage:
            result = self._fire(step, step.stage)
        elif step.kind == NOTIFY:
            result = self._notify()
        else:
            result = self._command(step, was_killed=row is not None and row["state"] == "running")
        has_reached = any(
            self.results[other.id].state == "done" and set(self._book.triggers_of(other)) & set(triggers)
            for other in self._book.step
            if other.is_external and other.id in self.results
        )
        return self._end(step, result, () if result.state == "done" or has_reached else triggers)

    def _end(self, step: Step, result: StepResult, free: Sequence[str] = ()) -> StepResult:
        output = self.output_of(step)
        is_file = result.state == "done" and output is not None and output.is_file()
        ended = {
            "state": result.state, "code": result.code, "why": result.why, "figures": dict(result.figures),
            "command_run": result.command_run, "sha256": sha256_of(output) if is_file and output else None,
        }  # fmt: skip
        self._site.memory.end_step(self._run.run_key, step.id, ended, free if step.is_external else ())
        return result

    def _left_out(self, step: Step) -> str:
        """Return why a step is not to be done: ``condition``, ``nothing failed``, or the step it lacks; '' for none."""
        states = {name: result.state for name, result in self.results.items()}
        if step.on == "failure" and "failed" not in states.values():
            return "nothing_failed"
        listed = self._book.audience_of(step)
        needs = self._book.needs(step) if step.on == "success" else tuple(one.id for one in (listed,) if one)
        lacking = next((name for name in needs if states.get(name) != "done"), None)
        if lacking is not None:
            return f"needs:{lacking}"
        if step.when is not None and not holds(self._site.engine, step.when, self._kinds, self.figures):
            return "condition"
        return ""

    @property
    def _kinds(self) -> dict[str, str]:
        return {step.id: step.kind for step in self._book.step if step.id in self.results}

    @property
    def figures(self) -> dict[str, Mapping[str, Any]]:
        """Return the figures of every step that was done."""
        return {name: result.figures for name, result in self.results.items() if result.state == "done"}

    def output_of(self, step: Step) -> Path | None:
        """Return where the result of a step goes; a trial has its own place for it."""
        name = step.output
        if name is None and step.kind == EXPORT:
            name = f"out/{AS_OF}/{step.id}"
        if name is None:
            return None
        named = name.replace(AS_OF, self._run.as_of.isoformat())
        return self._site.working / f"{step.id}{Path(named).suffix}" if self._site.is_trial else Path(named)

    # --- A command line -----------------------------------------------------------------------------------

    def _command(self, step: Step, *, was_killed: bool) -> StepResult:
        words, output = self._words(step), self.output_of(step)
        try:
            if output is not None:
                make_folder((self._site.folder / output).parent)
        except OutputError as error:
            return StepResult("failed", error.exit_code, ended=Ended(error.exit_code, said=str(error)))
        ended = self._ask(step, words)
        if ended.code == CANNOT_WRITE and was_killed and step.kind == PLAN and output is not None and output.exists():
            # Its codes were made, and nobody had the list yet: whoever takes another one keeps both.
            output.replace(output.with_name(f"{output.stem}.interrupted{output.suffix}"))
            ended = self._ask(step, words)
        run_id = self._site.memory.command_run(self._run.run_key, step.id)
        figures = figures_of(step.kind, ended.document, ended.code) if ended.code in _FINE else {}
        state = "done" if ended.code in _FINE else "failed"
        return StepResult(state, ended.code, "", figures, words, ended, run_id)

    def _ask(self, step: Step, words: Sequence[str]) -> Ended:
        with as_step(token(self._run.run_key, step.id)):
            for seconds in _WAITS:
                ended = self._outside.ask([*words, "--format", "json", *self._site.more])
                if ended.code != TRY_AGAIN:
                    return ended
                time.sleep(seconds)
            return self._outside.ask([*words, "--format", "json", *self._site.more])

    def _words(self, step: Step) -> list[str]:
        """Return the command line of a step as somebody would type it."""
        line, output, listed = step.line, self.output_of(step), self._book.audience_of(step)
        assert line is not None
        rest, is_trial = line.filled(self._run.as_of, is_trial=self._site.is_trial), self._site.is_trial
        words = line.command.split(" ")
        audience = None if listed is None else str(self._list_of(listed))
        if line.command == EXPORT:
            words += [audience] if audience else []
            if listed is not None and listed.kind != PLAN and not line.names_campaign:
                rest += ["--campaign", f"{self._book.name} {step.id} {self._run.as_of}"]
            rest += ["--dry-run"] if is_trial else ["-o", str(output)]
        elif audience is not None:
            rest += ["--audience", audience]
        words += [*rest, *self._inputs.words, "--as-of", self._run.as_of.isoformat()]
        if line.command != EXPORT and output is not None:
            words += ["-o", str(output), "--force"]
        return words

    def _list_of(self, step: Step) -> Path:
        """Return the file with the members of a step; whom a trigger fires for is written where nobody else sees it."""
        output = self.output_of(step)
        if output is not None:
            return output
        path = self._site.working / f"{step.id}.parquet"
        if not path.exists():
            assert step.stage is not None
            self._fire(step, step.stage)
        return path

    # --- A trigger ----------------------------------------------------------------------------------------

    def _fire(self, step: Step, stage: str) -> StepResult:
        segment = self._book.segment_of(step)
        assert segment is not None
        memory, run = self._site.memory, self._run
        base = self._base(segment)
        path = self._now_of(segment)
        earlier = [] if base is None or path is None else [base, *memory.snapshots(base.as_of, run.as_of)]
        if path is None:
            return StepResult("failed", 65, why="no_list")
        found, in_stage = entered(stage, (run.as_of, path), earlier)
        fired = memory.fire(run, trigger_name(step), found, step.cooldown_days)
        write_members(fired.members, self._site.working / f"{step.id}.parquet")
        figures = {
            "members": len(fired.members), "in_stage": in_stage, "fired_before": fired.before,
            "cooling_down": fired.cooling, "code": 0,
        }  # fmt: skip
        return StepResult("done", 0, "" if earlier else "no_earlier_list", figures)

    def _now_of(self, segment: Step) -> Path | None:
        found = self._site.memory.snapshot(self.results[segment.id].command_run)
        tried = self._site.working / TRIED
        return found.path if found is not None else tried if tried.exists() else None

    def _base(self, segment: Step) -> Any:
        """Return the list that members are compared with: that of the last run that succeeded, or the last one."""
        memory, run = self._site.memory, self._run
        if self._book.playbook.catch_up == "none":
            return memory.ledger.latest_snapshot(before=run.as_of)
        for row in memory.runs_of(run.name):
            if row["state"] == "done" and row["as_of"] < run.as_of:
                ids = {one["step"]: one["command_run"] for one in memory.steps(row["run_key"])}
                found = memory.snapshot(ids.get(segment.id))
                if found is not None:
                    return found
        return None

    # --- A message ----------------------------------------------------------------------------------------

    def _notify(self) -> StepResult:
        if self._site.is_trial:
            return StepResult("done", 0, figures={"code": 0})
        urls = self._book.playbook.notify
        failed = self._outside.notify(urls, f"{self._run.shown} {self._run.as_of}", self.results)
        code = EXIT_FINDINGS if failed else 0
        said = "; ".join(f"{service} ({why})" for service, why in failed)
        return StepResult("failed" if len(failed) == len(urls) else "done", code, "", {"code": code},
                          ended=Ended(code, said=said))  # fmt: skip


def _end_exports(memory: PlaybookBook) -> None:
    """Bring to an end what a killed export has left."""
    from siyu_cli.ledger.contacts import ContactBook
    from siyu_cli.ledger.exporting import end_unfinished

    with memory.ledger.lock():
        now = datetime.now(UTC)
        end_unfinished(ContactBook(memory.ledger, now), now)
