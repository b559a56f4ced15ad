"""Bars on a terminal: how far files are read, in bytes of how many, and written, in rows of how many."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.filesize import decimal
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.progress import Progress as Bars
from rich.text import Text

from siyu_cli.locale import translate as _
from siyu_cli.progress import Progress, Written
from siyu_cli.signs import one_line


class ReadingBars(Progress):
    """One bar per file on stderr while the block runs; nothing remains of them."""

    def __init__(self) -> None:
        columns = (
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(24), DownloadColumn(),
            TextColumn("{task.fields[rows]}"), TimeElapsedColumn(),
        )  # fmt: skip
        self._bars = Bars(*columns, console=Console(stderr=True), transient=True)
        self._sizes: dict[str, int] = {}
        self._tasks: dict[str, TaskID] = {}

    def read(self, file: str, done: int, size: int) -> None:
        """Move a file's bar; a second look at a file starts it again."""
        if file not in self._tasks:
            self._sizes[file] = size
            self._tasks[file] = self._bars.add_task(escape(one_line(file)), total=size, rows="")
        self._bars.update(self._tasks[file], completed=done)

    def recognised(self, file: str, rows: int) -> None:
        """Say how many rows the file has."""
        if file in self._tasks and rows:
            told = _("{rows} rows").format(rows=f"{rows:,}")
            self._bars.update(self._tasks[file], completed=self._sizes[file], rows=told)

    def __enter__(self) -> Self:
        """Show the bars."""
        self._bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Take them away."""
        self._bars.stop()


class _Grown(ProgressColumn):
    """The bytes a file has so far: a writer that tells no rows is seen to go on by them."""

    def render(self, task: Task) -> Text:
        """Return the size the file has now, read whenever the bar is drawn."""
        paths: list[Path] = task.fields["paths"]
        return Text(decimal(sum(path.stat().st_size for path in paths if path.exists())))


class WritingBar(Progress):
    """One bar on stderr while the block runs: rows of how many, the sheet of how many, the bytes so far."""

    def __init__(self, file: str) -> None:
        columns = (
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(24), TextColumn("{task.fields[rows]}"),
            _Grown(), TimeElapsedColumn(),
        )  # fmt: skip
        self._bars = Bars(*columns, console=Console(stderr=True), transient=True)
        told = _("Writing {file}…").format(file=escape(one_line(file)))
        self._paths: list[Path] = []
        self._task = self._bars.add_task(told, total=None, rows="", paths=self._paths)

    def writes_to(self, path: Path) -> None:
        """Count the bytes of one more file."""
        self._paths.append(path)

    def wrote(self, done: Written) -> None:
        """Move the bar; it is drawn at once, since a writer may leave nobody else the time to."""
        facts = {"rows": f"{done.rows:,}", "of": f"{done.of:,}", "sheet": done.sheet, "sheets": done.sheets}
        told = _("{rows} of {of} rows") if done.sheets == 1 else _("{rows} of {of} rows, sheet {sheet} of {sheets}")
        self._bars.update(self._task, completed=done.rows, total=done.of, rows=told.format(**facts), refresh=True)

    def __enter__(self) -> Self:
        """Show the bar."""
        self._bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Take it away."""
        self._bars.stop()
