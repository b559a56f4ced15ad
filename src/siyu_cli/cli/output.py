"""Where a command's words go: data on stdout, everything said about it on stderr.

``table`` is for people: titles, bars, colours, their language. ``csv``, ``json`` and ``jsonl`` are for
machines: keys of the contracts, UTF-8, never translated, never through rich.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from siyu_cli.errors import OutputError, Where
from siyu_cli.locale import get_language
from siyu_cli.locale import translate as _
from siyu_cli.masks import mask_text
from siyu_cli.progress import SILENT, Progress, watching
from siyu_cli.render.printed import Form
from siyu_cli.render.reader import Reader
from siyu_cli.render.terminal import Window
from siyu_cli.render.wrapping import width, wrap
from siyu_cli.signs import visible


@dataclass(frozen=True)
class Sink:
    """Where one command's results and remarks go; ``format`` is table, csv, json, jsonl or markdown."""

    format: str = "table"
    is_quiet: bool = False

    @property
    def is_table(self) -> bool:
        """Return whether a person reads the result here."""
        return self.format == "table"

    @property
    def reader(self) -> Reader:
        """Return who reads."""
        return Reader(get_language())

    @property
    def window(self) -> Window:
        """Return where the result is read."""
        if not sys.stdout.isatty():
            return Window()
        return Window(shutil.get_terminal_size().columns, not os.environ.get("NO_COLOR"))

    @property
    def form(self) -> Form:
        """Return how a result is printed here."""
        return Form(self.format, self.reader, self.window)

    def print(self, pieces: Iterable[str]) -> None:
        """Print a result, piece by piece."""
        for piece in pieces:
            write_stdout(piece)

    def note(self, text: str) -> None:
        """Say ``text`` on stderr, unless quiet or unless the result is one JSON document."""
        if not self.is_quiet and self.format != "json":
            say(text)

    def warn(self, text: str) -> None:
        """Say what the operator should know before trusting the result; quiet does not silence it."""
        if self.format != "json":
            say(_("Warning: {text}").format(text=text), style="33")

    def hint(self, text: str) -> None:
        """Suggest the next command on stderr."""
        if not self.is_quiet and self.format != "json":
            say(_("Next: {text}").format(text=text), style="2")

    @contextmanager
    def status(self, text: str) -> Iterator[None]:
        """Show ``text`` with a spinner while the block runs; only on a terminal, and nothing remains."""
        if self.is_quiet or not sys.stderr.isatty():
            yield
            return
        from rich.console import Console

        with Console(stderr=True).status(text):
            yield

    @contextmanager
    def reading(self) -> Iterator[Progress]:
        """Show how far each file is read while the block runs, as ``status`` does: bytes of how many, then rows."""
        if self.is_quiet or not sys.stderr.isatty():
            yield SILENT
            return
        from siyu_cli.render.bars import ReadingBars

        with ReadingBars() as bars:
            yield bars

    @contextmanager
    def writing(self, path: Path) -> Iterator[None]:
        """Show how far a file is written while the block runs, as ``status`` does: rows of how many, and bytes."""
        if self.is_quiet or not sys.stderr.isatty():
            yield
            return
        from siyu_cli.render.bars import WritingBar

        with WritingBar(path.name) as bar, watching(bar):
            yield


def open_sink(format: str | None = None, output: Path | None = None, *, quiet: bool = False) -> Sink:
    """Return the sink: the format asked for, else a table on a terminal or beside ``-o``, else csv."""
    table = output is not None or sys.stdout.isatty()
    sink = Sink(format or ("table" if table else "csv"), quiet)
    if not sink.is_table and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace", newline="\n")
    return sink


def say(text: str, *, style: str = "") -> None:
    """Write lines to stderr, coloured only where colours are welcome; phones, e-mails and ID cards masked.

    What is said of a run ends in logs, whoever asked to see personal data in its result.
    """
    text = _folded(visible(mask_text(text)), sys.stderr)
    if style and sys.stderr.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb":
        text = f"\x1b[{style}m{text}\x1b[0m"
    say_plainly(text)


def say_plainly(text: str) -> None:
    """Write a line to stderr as it is; where nobody can be told (it is full, or its reader gone), work goes on."""
    with suppress(OSError):
        print(text, file=sys.stderr, flush=True)


def _folded(text: str, stream: TextIO) -> str:
    """Return ``text`` broken between words where ``stream`` is a window; elsewhere lines stay whole."""
    if not stream.isatty():
        return text
    columns = shutil.get_terminal_size().columns
    lines = text.split("\n")
    return "\n".join("\n".join(wrap(line, columns)) if width(line) > columns else line for line in lines)


def write_stdout(text: str) -> None:
    """Write ``text`` to stdout; a closed pipe passes through, any other failure is an ``OutputError``."""
    _to_stdout(lambda: sys.stdout.write(text))


def flush_stdout() -> None:
    """Hand over what is still buffered, so that a full disk is told before the exit code is."""
    _to_stdout(sys.stdout.flush)


def _to_stdout(act: Callable[[], object]) -> None:
    try:
        act()
    except BrokenPipeError:
        silence_stdout()
        raise
    except OSError as error:
        silence_stdout()
        where = Where(file="stdout")
        raise OutputError("The result cannot be written: {reason}.", where=where, reason=error.strerror) from error


def silence_stdout() -> None:
    """Point stdout at nothing, so that the interpreter's own last flush cannot fail again."""
    try:
        number = sys.stdout.fileno()
        os.dup2(os.open(os.devnull, os.O_WRONLY), number)
    except (OSError, ValueError):  # stdout has no descriptor: a test's buffer
        return
