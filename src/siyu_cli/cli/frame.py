"""One command from its options to its exit code: shop → question → report, printed, written and remembered.

A command gives the options of its own and returns the question they ask; everything else is done here, once.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from siyu_cli import notify
from siyu_cli.cli import options as given
from siyu_cli.cli.loading import Asked, Inputs, load_shop, read_inputs
from siyu_cli.cli.output import Sink, open_sink, say
from siyu_cli.errors import EXIT_FINDINGS, DataError, Note
from siyu_cli.locale import translate as _
from siyu_cli.machine import process
from siyu_cli.remarks import READ_BEFORE, leave_unsaid
from siyu_cli.render.printed import log_line, report_text
from siyu_cli.render.targets import (
    ROWS,
    SUFFIXES,
    Written,
    check_output,
    check_parts,
    name_list,
    name_output,
    name_parts,
    wrote,
)
from siyu_cli.report import tie

if TYPE_CHECKING:
    from siyu_cli.config.settings import Settings
    from siyu_cli.core.question import Answer, Question
    from siyu_cli.ledger.run import Memory
    from siyu_cli.report import Report
    from siyu_cli.shop import Shop


@dataclass(frozen=True)
class Besides:
    """What a command does besides: checked before any work, done while the shop is open; it says what it did."""

    check: Callable[[Asked, Settings], object]
    act: Callable[[Shop, Asked], Sequence[Note]]
    # What the answer leads to outside of the report: files for others, and that they are remembered. It returns the
    # answer with what became of it, and the files with their rows.
    deliver: Callable[[Answer, Memory, Sink], tuple[Answer, list[Written]]] | None = None


@dataclass(frozen=True)
class Writer:
    """What writes the files of some endings where those are no report: a form to fill in, for one."""

    suffixes: tuple[str, ...]
    write: Callable[[Answer, Path, bool], tuple[Path, ...]]


Ask = Callable[..., "Question | tuple[Question, Besides]"]
# The options every command about a shop has, in the order of its help: before its own, and behind them.
_BEFORE = {"files": given.Files, "as_of": given.AsOf}
_BEHIND = {
    "output": given.Output,
    "format": given.Format,
    "force": given.Force,
    "header_map": given.Map,
    "config": given.Config,
    "password_env": given.PasswordEnv,
    "engine": given.Engine,
    "show_personal": given.ShowPersonal,
    "lang": given.Lang,
    "quiet": given.Quiet,
    "verbose": given.Verbose,
}
_FLAGS = ("force", "show_personal", "quiet", "verbose")


@dataclass(frozen=True)
class Manner:
    """How a command behaves: what it says while it works, whether it is made for schedules (quiet, in a line), whether
    the page it writes goes along with what is sent, what else than a report it writes, which of the shared options it
    does not have; ``notifies`` is the section of the settings that names the group chats its report goes to.
    """

    doing: str
    is_scheduled: bool = False
    attaches: bool = False
    writer: Writer | None = None
    needs_files: bool = True
    without: Sequence[str] = ()
    notifies: str | None = None

    @property
    def has_files(self) -> bool:
        """Return whether its result are files of its own, so that what it prints is for people."""
        return "output" in self.without

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Return the endings that a file of its result may have."""
        return tuple(dict.fromkeys((*SUFFIXES, *(self.writer.suffixes if self.writer else ()))))


def asks(doing: str, **manners: Any) -> Callable[[Ask], Callable[..., None]]:
    """Make a command of a function that takes options of its own and returns the question they ask.

    ``manners`` are the other fields of ``Manner``; the options named in ``without`` it does not have, or has under the
    same name for something else.
    """
    manner = Manner(doing, **manners)

    def framed(ask: Ask) -> Callable[..., None]:
        def command(**options: Any) -> None:
            options["files"] = options["files"] or ()
            known = {field.name for field in fields(Asked)}
            asked = Asked(**{key: value for key, value in options.items() if key in known})
            own = inspect.signature(ask).parameters
            run(lambda: ask(**{key: value for key, value in options.items() if key in own}), asked, manner)

        command.__doc__, command.__name__ = ask.__doc__, ask.__name__
        parameters = _parameters(ask, manner)
        command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        command.__annotations__ = {one.name: one.annotation for one in parameters}
        return command

    return framed


def _parameters(ask: Ask, manner: Manner) -> list[inspect.Parameter]:
    """Return the parameters of a command: arguments of its own, files, then options; its own among the shared ones."""
    # Not the annotation of what is returned: that is imported for types alone.
    own = [
        one.replace(annotation=eval(one.annotation, ask.__globals__))
        for one in inspect.signature(ask).parameters.values()
    ]
    arguments = [one for one in own if one.default is inspect.Parameter.empty]
    kind = inspect.Parameter.KEYWORD_ONLY
    before = [inspect.Parameter("files", kind, annotation=_BEFORE["files"])]
    if not manner.needs_files:
        before = [inspect.Parameter("files", kind, default=None, annotation=given.OptionalFiles)]
    before.append(inspect.Parameter("as_of", kind, default=None, annotation=_BEFORE["as_of"]))
    options = [one for one in own if one not in arguments]
    behind = [
        inspect.Parameter(name, kind, default=False if name in _FLAGS else None, annotation=annotation)
        for name, annotation in _BEHIND.items()
        if name not in manner.without
    ]
    return [one.replace(kind=kind) for one in (*arguments, *before, *options, *behind)]


def run(ask: Callable[[], Any], asked: Asked, manner: Manner) -> None:
    """Do a command; end with exit code 3 where there are findings."""
    check_output(asked.output, asked.files, force=asked.force, suffixes=manner.suffixes)
    given.check_split(asked.split_by, asked.output)
    found = ask()
    question, besides = found if isinstance(found, tuple) else (found, None)
    is_quiet = asked.quiet or (manner.is_scheduled and not sys.stderr.isatty())
    sink = open_sink(
        asked.format or ("table" if manner.is_scheduled or manner.has_files else None), asked.output, quiet=is_quiet
    )
    inputs = read_inputs(asked, sink)
    if besides is not None:
        besides.check(asked, inputs.settings)
    naming = name_list if inputs.settings.engine.name == "spark" else name_output
    output = naming(asked.output, question.command, inputs.as_of, force=asked.force)
    urls = _notified(inputs, asked, manner)
    with ExitStack() as stack:
        memory = stack.enter_context(_memory(question, inputs))
        shop = stack.enter_context(_opened(question, inputs, memory, asked, sink))
        deliver = besides.deliver if besides else None
        report, wrongs, written = _answer(question, shop, memory, Task(asked, manner, sink, output, deliver))
        said = besides.act(shop, asked) if besides else ()
        wrongs += _tell_others(report, urls, sink, memory, _attached(manner, output))
    _tell(report, sink, Told(written, wrongs, said), asked, manner)
    if report.findings or wrongs:
        raise typer.Exit(EXIT_FINDINGS)


@dataclass(frozen=True)
class Task:
    """What a run was asked for, and where its result goes."""

    asked: Asked
    manner: Manner
    sink: Sink
    output: Path | None
    deliver: Callable[[Answer, Memory, Sink], tuple[Answer, list[Written]]] | None = None


@dataclass(frozen=True)
class Told:
    """What there is to say at the end: files written, what is wrong, what was done besides."""

    written: Sequence[Path]
    wrongs: Sequence[str]
    said: Sequence[Note]


def _opened(question: Question, inputs: Inputs, memory: Memory, asked: Asked, sink: Sink) -> Shop:
    """Return the shop; where nothing can be made of its files, what was found of them is told first."""
    try:
        return load_shop(inputs, sink, memory)
    except DataError as error:
        load = getattr(error, "report", None)
        told = question.unusable(load if asked.show_personal else load.masked()) if load else None
        if told is not None:
            sink.print(report_text(told, sink.form))
        raise


def _answer(question: Question, shop: Shop, memory: Memory, task: Task) -> tuple[Report, list[str], list[Path]]:
    """Ask, write, remember and print; return the report, what is wrong besides its findings, and the files written."""
    asked, sink = task.asked, task.sink
    with sink.status(_(task.manner.doing)):
        found = shop.ask(question.recall(memory, shop.study))
    found.check_lawful()
    if task.output is not None and task.output.suffix.lower() in ROWS:
        found = found.for_file()
    written: list[Written] = []
    if task.deliver is not None:
        found, written = task.deliver(found, memory, sink)
    shown = found if asked.show_personal else found.masked()
    report = shown.report()
    memory.inputs = report.meta["inputs"]
    if task.output is not None:
        written = _write(shown, report, task.output, task)
        # Whose a part is stands in its name: the ledger keeps none of that.
        kept = f"{task.output.stem}_*{task.output.suffix}" if asked.split_by else None
        for paths, rows in written:
            memory.note_output(paths[0], rows, kept)
    found.remember(memory)
    memory.keep_aliases(shop.load.links)
    if not task.manner.is_scheduled or asked.format or task.output is None or sys.stdout.isatty():
        if not (task.manner.is_scheduled and not sys.stderr.isatty()):
            for note in report.findings:
                sink.warn(sink.reader.say(note))
        sink.print(report_text(report, sink.form))
    return report, _wrongs(found, asked), [path for paths, _rows in written for path in paths]


def _notified(inputs: Inputs, asked: Asked, manner: Manner) -> list[str]:
    """Return whom a report is sent to; raises before any work is done for a URL nobody knows."""
    named = getattr(inputs.settings, manner.notifies).notify if manner.notifies else ()
    urls = [*named, *(asked.notify or ())]
    notify.check(urls)
    return urls


def _memory(question: Question, inputs: Inputs) -> Any:
    from contextlib import nullcontext

    from siyu_cli.ledger.run import glance, open_run

    if not question.is_remembered:
        return nullcontext(glance(inputs.settings))
    kept = question.asked(inputs.settings)
    return open_run(inputs.settings, question.command, inputs.as_of, kept, process.at_signal)


def _write(shown: Answer, report: Report, output: Path, task: Task) -> list[Written]:
    """Write the report to one file, or to one per employee or store; return the files of each and their rows.

    All of them appear, or none does.
    """
    from siyu_cli.render.replace import together
    from siyu_cli.render.write import write_report

    asked, sink, writer = task.asked, task.sink, task.manner.writer
    if writer is not None and output.suffix.lower() in writer.suffixes:
        return [(writer.write(shown, output, asked.force), 0)]
    parts = {output: report}
    if asked.split_by is not None:
        answers = shown.parts(asked.split_by)
        parts = {path: answers[value].report() for path, value in name_parts(answers, output).items()}
        check_parts(parts, force=asked.force)
    with sink.writing(output), together():
        return [
            (write_report(part, path, sink.reader, force=asked.force), part.listing.rows() if part.listing else 0)
            for path, part in parts.items()
        ]


def _wrongs(found: Answer, asked: Asked) -> list[str]:
    """Return what else makes the command end with findings, in sentences."""
    if asked.fail_on is None or not found.meets(asked.fail_on):
        return []
    return [_("{condition} holds.").format(condition=asked.fail_on)]


def _attached(manner: Manner, output: Path | None) -> Path | None:
    """Return the page that goes along: one file that people read."""
    return output if manner.attaches and output is not None and output.is_file() else None


def _tell_others(report: Report, urls: Sequence[str], sink: Sink, memory: Memory, attached: Path | None) -> list[str]:
    """Send the short report and return what went wrong, in sentences; the report itself is written by then.

    Of what comes in episodes nothing is sent unless there is one of which nobody has been told. Whether each service
    took it is remembered: nobody reads a log that says one did not.
    """
    fresh = memory.untold(report.episodes or ())
    if not urls or (report.episodes is not None and not fresh):
        return []
    from siyu_cli.notify.robots import Message
    from siyu_cli.render.markdown import markdown

    text = markdown(report, sink.reader, is_brief=True)
    more = _("… {count} more lines: see the file") if attached else _("… {count} more lines")
    failed = notify.send(urls, Message(sink.reader.say(report.title), text, attached, more))
    refused = {service for service, _why in failed}
    memory.note_sent([(name, name not in refused) for name in sorted(set(map(notify.scheme, urls)))])
    if not failed:
        memory.note_told(fresh)
    told = _("The notification was not delivered: {service} ({why}).")
    return [told.format(service=service, why=why) for service, why in failed]


def _tell(report: Report, sink: Sink, told: Told, asked: Asked, manner: Manner) -> None:
    """Say what was read and written, what to mind, and what to do next; on a schedule one line, if anything."""
    say_words = sink.reader.say
    if manner.is_scheduled and not sys.stderr.isatty():
        leave_unsaid(READ_BEFORE)
        findings = [*map(say_words, report.findings), *told.wrongs]
        if findings or not (asked.quiet or (sink.format == "json" and not told.written)):
            now = datetime.now().astimezone().isoformat(timespec="seconds")
            say(f"{now} {log_line(report, [path.name for path in told.written], findings)}")
        return
    if asked.files and not (sink.is_table and tie(report.account) in report.opening):
        sink.note(say_words(tie(report.account)))
    for note in report.warnings:
        if not note.is_finding:
            sink.warn(say_words(note))
    for wrong in told.wrongs:
        sink.warn(wrong)
    for note in (*map(wrote, told.written), *told.said):
        sink.note(say_words(note))
    for step in report.next_steps if sink.is_table and not (told.written or told.said) else ():
        sink.hint(say_words(step))
