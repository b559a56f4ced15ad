"""Bars on a terminal: how far each file is read, in bytes of how many, then in rows."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from siyu_cli.locale import translate as _
from siyu_cli.progress import Progress
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
