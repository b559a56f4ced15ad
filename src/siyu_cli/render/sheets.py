"""A report as a workbook to forward: the decision, tables with native charts, the list, definitions, data quality."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from siyu_cli.errors import Note, Spoken
from siyu_cli.render.reader import Reader, is_gap
from siyu_cli.render.workbook import Chart, SheetColumn, SheetSpec
from siyu_cli.report import Definition, Listing, Report, Row, Section, Several, Value, tie
from siyu_cli.tables.column import Column, Form, Kind, Table, column

_ARROW = {"count": pa.int64(), **dict.fromkeys(("money", "number", "rate"), pa.float64()), "date": pa.date32()}
_FORM_KINDS: dict[Form, Kind] = {"mark": "number", "digits": "number"}
_DECIMALS = {"mark": 3, "number": 4, "digits": 4, "rate": 4}
_MOST_CHARTED = 30  # more rows make a chart nobody can read
_LONGEST_TITLE = 31
_BESIDE = 7  # columns beside which a chart still stands in sight
_WORDS = (Note, Several, Value, Spoken, Column, Table)

_FIGURES = Table("figures", "Figures", "指标", "one row per figure", (
    column("text", "figure", "Figure", "指标"),
    column("text", "value", "Value", "数值"),
    column("text", "made_of", "Of", "构成"),
))  # fmt: skip
_DEFINITIONS = Table("definitions", "Definitions", "口径", "one row per term", (
    column("text", "term", "Term", "术语"),
    column("text", "value", "Value", "取值"),
    column("text", "meaning", "Definition", "定义"),
))  # fmt: skip


def sheets(report: Report, reader: Reader) -> list[SheetSpec]:
    """Return the sheets in order: summary, figures, the other tables, the list, definitions, data quality."""
    first, *others = [section for section in report.sections if section.fits("much")] or [_figures(report, reader)]
    above = (reader.say(report.title), *map(reader.say, report.opening), *_warnings(report, reader))
    found = [replace(_sheet(first, reader, above), title=reader.translate("Summary"), is_frozen=False)]
    if report.figures and report.sections:
        found.append(_sheet(_figures(report, reader), reader))
    found += [_sheet(section, reader) for section in others]
    if report.listing is not None and all(section.table is not report.listing.table for section in report.sections):
        found.append(_listing(report.listing, reader))
    found += [_definitions(report, reader), _quality(report, reader)]
    return list(_distinct(found))


def _warnings(report: Report, reader: Reader) -> Iterator[str]:
    warning = reader.translate("Warning: {text}")
    yield from (warning.format(text=reader.say(note)) for note in report.warnings)


def _figures(report: Report, reader: Reader) -> Section:
    rows = [
        {"figure": figure.column, "value": reader.figure(figure), "made_of": reader.made_of(figure)}
        for figure in report.figures
    ]
    return Section(_FIGURES, rows)


def _sheet(section: Section, reader: Reader, above: Sequence[str] = ()) -> SheetSpec:
    """Return a section as a sheet, its drawing as native charts beside or below the table."""
    title = reader.say(section.title or section.table)
    columns = tuple(sheet_column(column, reader) for column in section.every_column)
    note = (reader.say(section.note),) if section.note else ()
    return SheetSpec(
        _sheet_title(title if len(title) <= _LONGEST_TITLE else reader.title(section.table)),
        table_of(section.rows, section.every_column, reader),
        columns,
        lines=(*above, *note) if above else (title, *note) if note else (),
        bars=section.shares,
        grid=section.measures if section.drawn == "heat" else (),
        charts=tuple(_charts(section, reader, title)),
        has_filter=False,
    )


def _charts(section: Section, reader: Reader, title: str) -> Iterator[Chart]:
    if section.drawn in ("none", "heat") or not 1 < len(section.rows) <= _MOST_CHARTED or not section.measures:
        return
    categories, size = section.every_column[0], len(section.every_column)
    below: dict[str, Any] = {"row": len(section.rows) + 2, "column": 0}
    if section.drawn == "stacked":
        yield Chart(title, categories.key, section.measures, "column_stacked", width=980, height=360, **below)
        return
    if section.drawn == "trend":
        place: dict[str, Any] = {"row": 0, "column": size + 1} if size <= _BESIDE else below
        yield Chart(title, categories.key, section.measures, "line", **place)
        return
    titles = {column.key: reader.title(column) for column in section.every_column}
    by = reader.translate("{measure} by {group}")
    for number, key in enumerate(section.measures):
        place = {"row": number * 15, "column": size + 1}
        if size > _BESIDE:
            place = {"row": len(section.rows) + 2, "column": number * 6, "width": 360}
        yield Chart(by.format(measure=titles[key], group=reader.title(categories)), categories.key, (key,), **place)


def _listing(listing: Listing, reader: Reader) -> SheetSpec:
    columns = listing.sheet_columns
    rows = listing.read([column.key for column in columns])
    for place, one in enumerate(columns):
        if pa.types.is_floating(rows.schema.types[place]) and one.kind == "number":
            rows = rows.set_column(place, one.key, pc.round(rows[one.key], 4))
    shown = [sheet_column(column, reader) for column in columns]
    # Scores, days and orders are small: unformatted they cost less, and this list is long.
    plain = tuple(replace(column, kind="number") if column.kind == "count" else column for column in shown)
    title = _sheet_title(reader.say(listing.title or listing.table))
    return SheetSpec(title, rows, plain, frozen_columns=1 + len(listing.people))


def _definitions(report: Report, reader: Reader) -> SheetSpec:
    """Return what terms and columns mean, then what the workbook was made with and from."""
    rows = [
        *(Definition(name, "", text) for name, text in report.facts),
        *report.definitions,
        *_column_meanings(report),
        *_provenance(report),
    ]
    told = [{key: getattr(row, key) for key in _DEFINITIONS.keys} for row in rows]
    table = table_of(told, _DEFINITIONS.columns, reader)
    columns = [sheet_column(column, reader) for column in _DEFINITIONS.columns]
    widths = (None, 36, 92)
    shown = tuple(replace(column, wraps=True, width=width) for column, width in zip(columns, widths, strict=True))
    return SheetSpec(reader.title(_DEFINITIONS), table, shown, frozen_columns=1)


def _column_meanings(report: Report) -> Iterator[Definition]:
    """Yield what every column shown means, each once."""
    listed = report.listing.sheet_columns if report.listing else ()
    figures = [figure.column for figure in report.figures]
    every = [*listed, *figures, *(one for section in report.sections for one in section.every_column)]
    for one in {(one.key, one.note): one for one in every if one.note}.values():
        yield Definition(one, one.key, Note(one.note))


def _provenance(report: Report) -> Iterator[Definition]:
    meta = report.meta
    as_of = Note("orders, refunds and members after this date do not exist here")
    yield Definition(Note("As of"), str(meta.get("as_of", "")), as_of)
    yield Definition(Note("Made by"), f"siyu {meta.get('version', '')}", report.command)
    for name, value in (meta.get("parameters") or {}).items():
        if value is not None:
            yield Definition(Note("Parameter {name}", {"name": name}), str(value), "")
    for given in report.account.inputs:
        rows = Note("{rows} rows", {"rows": Value(given["rows"], "count")})
        yield Definition(Note("Input {file}", {"file": given["file"]}), rows, f"SHA-256 {given['sha256']}")


def _quality(report: Report, reader: Reader) -> SheetSpec:
    account = report.account
    title = reader.translate("Data quality")
    spec = _sheet(account.fates, reader)
    rule = reader.translate("Rows read = used + rejected + skipped by a named rule, for every sheet")
    lines = (title, rule, reader.say(tie(account)), *map(reader.say, report.warnings))
    return replace(spec, title=title, lines=lines, bars=("share",), charts=(), has_filter=True)


def sheet_column(column: Column, reader: Reader) -> SheetColumn:
    """Return a column as people see it: labels for keys, yes or no, money where it is money."""
    labels = {key: reader.choose(words) for key, words in (column.labels or {}).items()} or None
    if column.kind == "flag":
        labels = {"true": reader.translate("Yes"), "false": reader.translate("No")}
    form = column.form
    return SheetColumn(column.key, reader.title(column), _FORM_KINDS.get(form, form), labels=labels)  # type: ignore[arg-type]


def table_of(rows: Iterable[Row], columns: Sequence[Column], reader: Reader) -> pa.Table:
    """Return a small table of rows, typed by the columns; a missing key is an empty cell."""
    kept = list(rows)
    return pa.table({column.key: _values(kept, column, reader) for column in columns})


def _values(rows: Sequence[Mapping[str, Any]], column: Column, reader: Reader) -> pa.Array:
    kind = _ARROW.get(column.kind, pa.string())
    values = [row.get(column.key) for row in rows]
    if kind == pa.string() or any(isinstance(value, _WORDS) for value in values):
        keep = column.labels is not None  # the sheet itself puts labels in place of keys
        return pa.array([_text(value, column, reader, keep) for value in values], pa.string())
    if column.kind == "date":
        values = [date.fromisoformat(value) if isinstance(value, str) else value for value in values]
    if kind == pa.float64():
        places = _DECIMALS.get(column.form, 2)
        # Shares keep what their format shows, and more; nobody reads the twelfth place of K.
        values = [None if is_gap(value) else round(float(value or 0), places) for value in values]
    return pa.array(values, kind, from_pandas=True)


def _text(value: Any, column: Column, reader: Reader, keep: bool) -> str | None:
    if value is None or (keep and isinstance(value, str)):
        return value
    return reader.cell(value, column) or None


def _sheet_title(title: str) -> str:
    return re.sub(r"[\[\]:*?/\\\s]+", " ", title).strip()[:_LONGEST_TITLE]


def _distinct(found: Iterable[SheetSpec]) -> Iterator[SheetSpec]:
    """Yield the sheets; one whose title is taken gets a number."""
    titles: set[str] = set()
    for sheet in found:
        title, number = sheet.title, 1
        while title in titles:
            number += 1
            title = f"{sheet.title[:28]} {number}"
        titles.add(title)
        yield replace(sheet, title=title)
