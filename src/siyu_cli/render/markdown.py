"""A report as Markdown: short enough for a robot in a group chat, or with its tables."""

from __future__ import annotations

from collections.abc import Iterator

from siyu_cli.render.reader import Reader
from siyu_cli.report import Report, Section
from siyu_cli.signs import plain_markdown


def markdown(report: Report, reader: Reader, *, is_brief: bool = False) -> str:
    """Return title, decision, figures and warnings, then the tables unless it is to be brief; words are no markup."""
    lines = [f"**{plain_markdown(reader.say(report.title))}**", ""]
    lines += [f"> {plain_markdown(reader.say(line))}" for line in report.opening]
    lines.append("")
    for figure in report.figures:
        made_of = reader.made_of(figure)
        value = f"- {plain_markdown(reader.title(figure.column))}: **{plain_markdown(reader.figure(figure))}**"
        lines.append(value + (f" · {made_of}" if made_of else ""))
    lines += [f"- {plain_markdown(reader.say(note))}" for note in report.warnings]
    if not is_brief:
        for section in report.sections:
            lines += _table(section, reader) if section.fits("little") else ()
    return "\n".join(lines).rstrip("\n") + "\n"


def _table(section: Section, reader: Reader) -> Iterator[str]:
    columns = section.brief_columns
    yield from ("", f"**{plain_markdown(reader.say(section.title or section.table))}**", "")
    yield _row([reader.title(column) for column in columns])
    yield _row(["---" if column.kind in ("id", "text", "date") else "---:" for column in columns])
    yield from (_row(reader.cells(row, columns)) for row in section.rows)
    if section.note:
        yield from ("", plain_markdown(reader.say(section.note)))


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(map(plain_markdown, cells)) + " |"
