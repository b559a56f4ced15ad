"""Results on a stream, in the form asked for: a table for people, csv, JSON, JSON lines or Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from siyu_cli.render.reader import Reader
from siyu_cli.render.terminal import Window
from siyu_cli.report import Report, Section
from siyu_cli.signs import one_line
from siyu_cli.tables.column import Column, Table


@dataclass(frozen=True)
class Form:
    """How something is printed: ``format`` is table, csv, json, jsonl or markdown; for whom, and where they read it."""

    format: str
    reader: Reader
    window: Window


def report_text(report: Report, form: Form) -> Iterator[str]:
    """Yield a report piece by piece; csv and jsonl are its list, and a report without one is a table there."""
    from siyu_cli.render.document import document, json_text
    from siyu_cli.render.markdown import markdown
    from siyu_cli.render.terminal import terminal_text
    from siyu_cli.render.write import listing_text

    if form.format == "json":
        yield json_text(document(report), indent=2) + "\n"
    elif form.format == "markdown":
        yield markdown(report, form.reader)
    elif form.format == "table" or report.listing is None:
        yield from terminal_text(report, form.reader, form.window)
    else:
        yield from listing_text(report.listing, form.format)


def log_line(report: Report, files: Sequence[str], findings: Sequence[str]) -> str:
    """Return the one line a log keeps of a run: the command, its figures, what was written, what is wrong."""
    facts: dict[str, object] = {
        "as_of": report.meta["as_of"],
        **({"since": report.meta["since"]} if report.meta.get("since") else {}),
        **report.log,
        "rows_rejected": report.account.rows_rejected,
        "warnings": sum(not note.is_finding for note in report.warnings),
        **({"wrote": " ".join(files)} if files else {}),
        **({"findings": " ".join(findings)} if findings else {}),
    }
    return f"{report.command} " + " ".join(f"{key}={one_line(str(value))}" for key, value in facts.items())


def rows_text(
    rows: Sequence[Mapping[str, Any]],
    table: Table,
    form: Form,
    columns: Sequence[Column] = (),
    around: Mapping[str, Any] | None = None,
) -> Iterator[str]:
    """Yield the rows of a table that stands alone; as JSON they stand under its name, beside ``around``."""
    from siyu_cli.render.document import json_text
    from siyu_cli.render.terminal import table_text

    chosen = tuple(columns or table.columns)
    kept = [{column.key: row.get(column.key) for column in chosen} for row in rows]
    if form.format == "json":
        yield json_text({**(around or {}), table.name: kept}, indent=2) + "\n"
    elif form.format == "jsonl":
        yield from (json_text(row) + "\n" for row in kept)
    elif form.format == "csv":
        yield from _csv_rows(kept, chosen)
    else:
        yield table_text(Section(table, kept, title="", columns=chosen), form.reader, form.window)


def _csv_rows(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column]) -> Iterator[str]:
    import pyarrow as pa

    from siyu_cli.render.reader import plain
    from siyu_cli.render.write import csv_text

    def cell(value: Any) -> str | None:
        return None if value is None else str(value)

    yield from csv_text(
        pa.table({one.key: pa.array([cell(plain(row[one.key])) for row in rows], pa.string()) for one in columns})
    )
