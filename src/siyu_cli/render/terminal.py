"""A report in a terminal, or in a pipe that people read: the decision first, tables that fit, what they rest on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from siyu_cli.errors import Note
from siyu_cli.render.reader import Reader, plain_number
from siyu_cli.render.sparkline import steps
from siyu_cli.render.wrapping import width, wrap
from siyu_cli.report import Figure, Listing, Report, Section
from siyu_cli.signs import one_line, visible
from siyu_cli.tables.column import Column

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

UNLIMITED = 10_000
SHOWN = 10
_NUMBERS = ("count", "money", "number", "rate")
_EIGHTHS = " ▏▎▍▌▋▊▉█"


@dataclass(frozen=True)
class Window:
    """Where it is read: how many columns wide (a pipe is as wide as need be), and whether colours are welcome."""

    columns: int = UNLIMITED
    has_colour: bool = False

    @property
    def is_pipe(self) -> bool:
        """Return whether nothing limits a line."""
        return self.columns >= UNLIMITED


def terminal_text(report: Report, reader: Reader, window: Window) -> Iterator[str]:
    """Yield a report piece by piece, each some whole lines."""
    yield from (lines_of(reader.say(line), window) for line in report.opening)
    if report.figures:
        yield "\n" + facts_text(((one.column, _figure(one, reader)) for one in report.figures), reader, window)
    if report.listing is not None and report.listing.brief:
        yield from ("\n" + text for text in _first_rows(report.listing, reader, window))
    for section in report.sections:
        if section.fits("little") and section.drawn != "trend":
            yield "\n" + table_text(section, reader, window)
    if facts := facts_text(report.facts, reader, window):
        yield "\n" + facts


def _figure(figure: Figure, reader: Reader) -> str:
    return "  ".join(filter(None, (reader.figure(figure), steps(figure.past), reader.made_of(figure))))


def _first_rows(listing: Listing, reader: Reader, window: Window) -> Iterator[str]:
    rows = listing.read(listing.brief).slice(0, SHOWN)
    if rows.num_rows:
        columns = {column.key: column for column in (*listing.every_column, *listing.people)}
        brief = tuple(columns[key] for key in listing.brief if key in columns)
        yield table_text(Section(listing.table, rows.to_pylist(), listing.title, brief), reader, window)


def lines_of(text: str, window: Window) -> str:
    """Return ``text`` broken between words where the window ends."""
    lines = visible(text).split("\n")
    broken = ("\n".join(wrap(one, window.columns)) if width(one) > window.columns else one for one in lines)
    return "\n".join(broken) + "\n"


def facts_text(facts: Iterable[tuple[Any, Any]], reader: Reader, window: Window) -> str:
    """Return names and what they are, aligned; in a window the text wraps beside its name."""
    said = [(one_line(reader.say(name)), one_line(reader.say(text))) for name, text in facts]
    shown = [(name, text) for name, text in said if text]
    indent = max((width(name) for name, _text in shown), default=0) + 2
    lines = []
    for name, text in shown:
        first, *rest = wrap(text, max(window.columns - indent, 20))
        lines += [name + " " * (indent - width(name)) + first, *(" " * indent + line for line in rest)]
    return "\n".join(lines) + "\n" if lines else ""


def table_text(section: Section, reader: Reader, window: Window) -> str:
    """Return a section's table: in a window it fits, elsewhere it is as wide as it must be, and nothing is cut."""
    console = _console(window)
    shown = _rich_table(section, reader, window)
    with console.capture() as capture:
        title = reader.say(section.table if section.title is None else section.title)
        if title:
            console.print(one_line(title), style="bold", markup=False, highlight=False)
        console.print(shown)
    lines = "\n".join(line.rstrip() for line in capture.get().splitlines()).rstrip("\n") + "\n"
    return lines + (lines_of(reader.say(section.note), window) if isinstance(section.note, Note) else "")


def bar(share: float | None, columns: int) -> str:
    """Return ``share`` of a bar that many columns long, to an eighth of a column."""
    eighths = round(max(0.0, min(share or 0.0, 1.0)) * columns * 8)
    return ("█" * (eighths // 8) + _EIGHTHS[eighths % 8]).strip().ljust(columns)


def _console(window: Window) -> Console:
    from rich.console import Console

    return Console(width=window.columns, color_system="auto" if window.has_colour else None, highlight=False)


def _rich_table(section: Section, reader: Reader, window: Window) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    columns = section.brief_columns
    bars = [key for key in section.shares if any(column.key == key for column in columns)]
    cells = {
        column.key: [one_line(reader.cell(row.get(column.key), column)) for row in section.rows] for column in columns
    }
    titles = {column.key: reader.title(column) for column in columns}
    needs = _needed_widths(titles, cells, window.columns)
    # Where there is no window, bars are as long as in one of eighty columns.
    size = _bar_width(80 if window.is_pipe else window.columns, needs, bars)
    for key in bars:
        shares = [plain_number(row.get(key)) for row in section.rows]
        cells[key] = [f"{cell:>6} {bar(share, size)}" for cell, share in zip(cells[key], shares, strict=True)]
        needs[key] = 7 + size
    fits = sum(needs.values()) + 2 * len(columns) <= window.columns
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for column in columns:
        is_number = _is_number(column) and column.key not in bars
        table.add_column(
            Text(titles[column.key]),
            justify="right" if is_number else "left",
            width=needs[column.key] if fits or is_number else None,
            overflow="fold",
            style="cyan" if column.key in bars else "",
        )
    for line in zip(*cells.values(), strict=True):
        table.add_row(*map(Text, line))
    return table


def _is_number(column: Column) -> bool:
    return column.kind in _NUMBERS and not column.labels


def _needed_widths(titles: Mapping[str, str], cells: Mapping[str, Sequence[str]], window: int) -> dict[str, int]:
    """Return widths at which no value is broken; titles keep one line where the window is wide enough."""
    from rich.cells import cell_len

    values = {key: max(map(cell_len, shown), default=0) for key, shown in cells.items()}
    whole = {key: max(cell_len(title), values[key]) for key, title in titles.items()}
    if sum(whole.values()) + 2 * len(titles) <= min(window, 80):
        return whole
    return {key: max(*map(cell_len, title.split()), values[key], 1) for key, title in titles.items()}


def _bar_width(window: int, needs: Mapping[str, int], bars: Sequence[str]) -> int:
    others = sum(need for key, need in needs.items() if key not in bars)
    return max(4, min(16, (window - others - 2 * len(needs)) // max(len(bars), 1) - 7))
