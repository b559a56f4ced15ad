"""The sink every command ends in: data on stdout, everything said about it on stderr.

``table`` is for people: titles, bars, colours, their language. ``csv``, ``json`` and ``jsonl`` are for
machines: keys of the contracts, UTF-8, never translated, never through rich.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from siyu_cli.cli.values import bar, plain, plain_cell, plain_number, show
from siyu_cli.cli.wrapping import width, wrap
from siyu_cli.errors import OutputError, Where
from siyu_cli.locale import get_language
from siyu_cli.locale import translate as _
from siyu_cli.masks import mask_text
from siyu_cli.progress import SILENT, Progress, watching
from siyu_cli.signs import escaped, visible
from siyu_cli.tables.column import Column

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_UNLIMITED = 10_000
_NUMBERS = ("count", "money", "number", "rate")


@dataclass(frozen=True)
class Sink:
    """Where one command's results and remarks go; ``format`` is table, csv, json or jsonl."""

    format: str = "table"
    is_quiet: bool = False
    is_verbose: bool = False

    @property
    def is_table(self) -> bool:
        """Return whether a person reads the result here."""
        return self.format == "table"

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
        from siyu_cli.cli.bars import ReadingBars

        with ReadingBars() as bars:
            yield bars

    @contextmanager
    def writing(self, path: Path) -> Iterator[None]:
        """Show how far a file is written while the block runs, as ``status`` does: rows of how many, and bytes."""
        if self.is_quiet or not sys.stderr.isatty():
            yield
            return
        from siyu_cli.cli.bars import WritingBar

        with WritingBar(path.name) as bar, watching(bar):
            yield

    def text(self, text: str = "") -> None:
        """Print lines that belong to a result people read."""
        write_stdout(_folded(visible(text), sys.stdout) + "\n")

    def facts(self, facts: Iterable[tuple[str, str]]) -> None:
        """Print names and what they are, aligned; on a terminal the text wraps beside its name."""
        shown = [(visible(name), visible(text)) for name, text in facts if text]
        indent = max((width(name) for name, _text in shown), default=0) + 2
        columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else _UNLIMITED
        for name, text in shown:
            first, *rest = wrap(text, max(columns - indent, 20))
            lines = [name + " " * (indent - width(name)) + first, *(" " * indent + line for line in rest)]
            write_stdout("\n".join(lines) + "\n")

    def table(
        self,
        columns: Sequence[Column],
        rows: Iterable[Mapping[Any, Any]],
        *,
        title: str = "",
        bars: Sequence[str] = (),
    ) -> None:
        """Print ``rows`` under the columns' titles; ``bars`` names rates drawn as bars as well.

        On a terminal it fits the window; elsewhere it is as wide as it must be, and nothing is cut.
        """
        console = _console()
        shown = _rich_table(columns, list(rows), bars, console.width)
        with console.capture() as capture:
            if title:
                console.print(visible(title), style="bold", markup=False, highlight=False)
            console.print(shown)
        lines = (line.rstrip() for line in capture.get().splitlines())
        write_stdout("\n".join(lines).rstrip("\n") + "\n")

    def document(self, document: Mapping[str, Any]) -> None:
        """Print one JSON document."""
        text = json.dumps(plain(document), ensure_ascii=False, indent=2, allow_nan=False)
        write_stdout(escaped(text) + "\n")

    def rows(self, keys: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
        """Print one row per line, as csv with a header or as jsonl; in csv no cell is a formula."""
        if self.format == "jsonl":
            for row in rows:
                values = {key: plain(row.get(key)) for key in keys}
                write_stdout(escaped(json.dumps(values, ensure_ascii=False, allow_nan=False)) + "\n")
            return
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(keys)
        writer.writerows([plain_cell(row.get(key)) for key in keys] for row in rows)
        write_stdout(buffer.getvalue())


def open_sink(
    format: str | None = None, output: Path | None = None, *, quiet: bool = False, verbose: bool = False
) -> Sink:
    """Return the sink: the format asked for, else a table on a terminal or beside ``-o``, else csv."""
    table = output is not None or sys.stdout.isatty()
    sink = Sink(format or ("table" if table else "csv"), quiet, verbose)
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


def _console() -> Console:
    from rich.console import Console

    is_plain = bool(os.environ.get("NO_COLOR")) or not sys.stdout.isatty()
    width = None if sys.stdout.isatty() else _UNLIMITED
    return Console(width=width, color_system=None if is_plain else "auto", highlight=False)


def _rich_table(columns: Sequence[Column], rows: list[Mapping[Any, Any]], bars: Sequence[str], window: int) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    cells = {column.key: [show(row.get(column.key), column.kind) for row in rows] for column in columns}
    needs = _needed_widths(columns, cells, window)
    # Where there is no window, bars are as long as in one of eighty columns.
    size = _bar_width(80 if window == _UNLIMITED else window, needs, bars)
    for key in bars:
        shares = [plain_number(row.get(key)) for row in rows]
        cells[key] = [f"{cell:>6} {bar(share, size)}" for cell, share in zip(cells[key], shares, strict=True)]
        needs[key] = 7 + size
    fits = sum(needs.values()) + 2 * len(columns) <= window
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for column in columns:
        is_number = column.kind in _NUMBERS and column.key not in bars
        table.add_column(
            Text(column.title(get_language())),
            justify="right" if is_number else "left",
            width=needs[column.key] if fits or is_number else None,
            overflow="fold",
            style="cyan" if column.key in bars else "",
        )
    for line in zip(*cells.values(), strict=True):
        table.add_row(*map(Text, line))
    return table


def _needed_widths(columns: Sequence[Column], cells: Mapping[str, Sequence[str]], window: int) -> dict[str, int]:
    """Return widths at which no value is broken; titles keep one line where the window is wide enough."""
    from rich.cells import cell_len

    titles = {column.key: column.title(get_language()) for column in columns}
    values = {key: max(map(cell_len, shown), default=0) for key, shown in cells.items()}
    whole = {key: max(cell_len(title), values[key]) for key, title in titles.items()}
    if sum(whole.values()) + 2 * len(columns) <= min(window, 80):
        return whole
    return {key: max(*map(cell_len, title.split()), values[key], 1) for key, title in titles.items()}


def _bar_width(window: int, needs: Mapping[str, int], bars: Sequence[str]) -> int:
    others = sum(need for key, need in needs.items() if key not in bars)
    return max(4, min(16, (window - others - 2 * len(needs)) // max(len(bars), 1) - 7))
