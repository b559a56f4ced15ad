"""A playbook from the command line: its steps go through the command line's own door, one after the other."""

from __future__ import annotations

import io
import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siyu_cli import notify
from siyu_cli.cli.memory import settings_of
from siyu_cli.cli.output import Sink
from siyu_cli.errors import EXIT_FINDINGS, UsageError
from siyu_cli.locale import get_language
from siyu_cli.locale import translate as _
from siyu_cli.machine import process
from siyu_cli.private import OF_RUN, OwnFolder
from siyu_cli.remarks import remark, take_remarks
from siyu_cli.tables.column import Column

if TYPE_CHECKING:
    from siyu_cli.ledger.ledger import Ledger
    from siyu_cli.playbook.beginning import Order
    from siyu_cli.playbook.model import Playbook, Step
    from siyu_cli.playbook.runner import Ended, Runner, StepResult

_RUNS = 5


@dataclass(frozen=True)
class Played:
    """How a run ended: its exit code, and a row per step as in ``tables.RUN_STEPS``; what is true of the whole run."""

    code: int
    rows: list[dict[str, Any]]
    around: dict[str, Any]


def play(path: Path, order: Order, config: Path | None, sink: Sink) -> Played:
    """Carry out a playbook, or try to."""
    from siyu_cli.ledger.trial import trying
    from siyu_cli.playbook.model import read_playbook

    whole = config and config.resolve()
    book = read_playbook(path)
    notify.check(book.playbook.notify)
    with _inside(path.resolve().parent), ExitStack() as stack:
        working = stack.enter_context(OwnFolder(Path(tempfile.gettempdir()), OF_RUN))
        if order.is_dry:
            stack.enter_context(trying(working))
        ledger = open_ledger(whole)
        if not order.is_dry:
            stack.enter_context(_held(ledger))
        return _carry_out(book, order, (ledger, working, whole), sink)


def _carry_out(book: Playbook, order: Order, place: tuple[Ledger, Path, Path | None], sink: Sink) -> Played:
    from siyu_cli.engines.duckdb import DuckDBEngine
    from siyu_cli.ledger import run as runs
    from siyu_cli.ledger.playbooks import PlaybookBook
    from siyu_cli.playbook.beginning import begin
    from siyu_cli.playbook.inputs import find_inputs, parts_of
    from siyu_cli.playbook.runner import Outside, Runner, Site

    ledger, working, config = place
    settings, folder = settings_of(config), Path.cwd()
    memory, timezone = PlaybookBook(ledger), settings.shop.timezone
    inputs = find_inputs(book.playbook, folder)
    parts = parts_of(book, inputs, settings, version("siyu-cli"))
    beginning = begin(book, inputs, parts, memory, (runs.today(timezone), timezone), order)
    run, nothing_new = beginning.run, sink.reader.say(beginning.nothing_new)
    around = {"playbook": run.shown, "as_of": run.as_of.isoformat(), "is_dry": order.is_dry}
    if nothing_new:
        sink.warn(nothing_new)
        if not order.is_dry:
            return Played(EXIT_FINDINGS, [], {**around, "code": EXIT_FINDINGS, "nothing_new": nothing_new})
    sink.note(_("{playbook} as of {as_of}").format(playbook=run.shown, as_of=run.as_of))
    more = ["--lang", get_language(), *(["--config", str(config)] if config else [])]
    outside = Outside(ask, lambda urls, title, found: _notify(book, sink, urls, (title, found)), _teller(sink))
    engine = DuckDBEngine()
    try:
        runner = Runner(book, run, inputs, Site(folder, working, memory, engine, more, order.is_dry), outside)
        code = runner.carry_out(beginning.steps)
    finally:
        engine.close()
    return Played(code, _rows(book, runner, sink), {**around, "code": code})


def ask(words: Sequence[str]) -> Ended:
    """Run a command line as if it had been typed, and return how it ended; what it prints is its JSON document."""
    from siyu_cli.cli.main import main
    from siyu_cli.playbook.runner import Ended

    ours = take_remarks()
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(words)
    for note, is_warning in ours:
        remark(note, is_warning=is_warning)
    if process.is_ending():  # the signal was for all of it
        raise KeyboardInterrupt
    return Ended(code, _document(out.getvalue()), _said(err.getvalue()))


def open_ledger(config: Path | None) -> Ledger:
    """Return the memory of the shop whose siyu.toml holds here; ``UsageError`` where there is none."""
    from siyu_cli.ledger.ledger import Ledger

    ledger = Ledger.open(settings_of(config))
    if ledger is None:
        raise UsageError(
            "siyu run needs the shop's memory: without it nobody could say what was done.",
            hint="Run siyu init once: it writes the siyu.toml memory lies beside.",
        )
    return ledger


@contextmanager
def _held(ledger: Ledger) -> Iterator[None]:
    holding = ledger.hold_playbooks()
    holding.take()
    try:
        holding.note()
        yield
    finally:
        holding.release()


@contextmanager
def _inside(folder: Path) -> Iterator[None]:
    """Work in a folder: what a playbook names lies there, as it does for who types its commands there."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def _document(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:  # what was not written to its end
        return {}
    return found if isinstance(found, dict) else {}


def _said(text: str) -> str:
    """Return what was said of an error, in one line."""
    for line in text.splitlines():
        if line.startswith("{"):
            refusal = _document(line)
            return " ".join(str(refusal[key]) for key in ("message", "hint") if refusal.get(key))
    return " ".join(text.split())


def _teller(sink: Sink) -> Any:
    from siyu_cli.playbook.tables import RUN_STEPS
    from siyu_cli.playbook.told import told_of

    def tell(step: Step, result: StepResult) -> None:
        words = sink.reader.say(told_of(step, result))
        state = sink.reader.label(RUN_STEPS["state"], result.state)
        line = _("{step}: {state}").format(step=step.id, state=state)
        (sink.warn if result.code else sink.note)(" · ".join(filter(None, (line, words))))

    return tell


def _rows(book: Playbook, runner: Runner, sink: Sink) -> list[dict[str, Any]]:
    from siyu_cli.playbook.told import condition_of, told_of

    found = []
    for step in book.step:
        result = runner.results[step.id]
        found.append({
            "step": step.id, "command": step.trigger or step.kind, "state": result.state, "code": result.code,
            "condition": condition_of(step, runner.figures), "told": sink.reader.say(told_of(step, result)),
        })  # fmt: skip
    return found


def _notify(
    book: Playbook, sink: Sink, urls: Sequence[str], what: tuple[str, Mapping[str, StepResult]]
) -> list[tuple[str, str]]:
    """Tell a group chat what became of the steps so far."""
    from siyu_cli.notify.robots import Message
    from siyu_cli.playbook.tables import RUN_STEPS
    from siyu_cli.playbook.told import told_of

    title, results = what
    column: Column = RUN_STEPS["state"]
    lines = []
    for step in book.step:
        if step.id in results:
            result = results[step.id]
            words = (sink.reader.label(column, result.state), sink.reader.say(told_of(step, result)))
            lines.append(f"- {step.id}: {' '.join(words)}".rstrip())
    return notify.send(urls, Message(title, "\n".join(lines), more=_("… {count} more lines")))


def past_rows(config: Path | None, sink: Sink) -> list[dict[str, Any]]:
    """Return the steps of the last runs, as in ``tables.PAST_RUNS``."""
    from siyu_cli.ledger.playbooks import PlaybookBook
    from siyu_cli.playbook.told import why_left

    memory = PlaybookBook(open_ledger(config))
    return [
        {
            "playbook": run["shown"], "run_as_of": run["as_of"], "begun_at": run["begun_at"], "run_state": run["state"],
            "step": row["step"], "state": row["state"], "code": row["code"],
            "told": sink.reader.say(why_left(row["why"])) if row["why"] else "",
        }
        for run in memory.last_runs(_RUNS)
        for row in memory.steps(run["run_key"])
    ]  # fmt: skip
