"""A report as one HTML page that needs nothing else: no network, no script, drawings as inline SVG, fit for a phone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from siyu_cli.render.reader import Reader, plain_number
from siyu_cli.render.shades import limits, shade
from siyu_cli.render.sparkline import points
from siyu_cli.render.wrapping import width
from siyu_cli.report import Account, Report, Section
from siyu_cli.signs import visible
from siyu_cli.tables.column import Column

_WIDTH, _HEIGHT = 640, 200
_SPARK = (100, 20)  # a drawing within a card
_NUMBERS = ("count", "money", "number", "rate")
_MOST_BARS = 24
_LONGEST_NAME = 32  # as wide as 16 Chinese characters


def page_text(report: Report, reader: Reader) -> str:
    """Return the page as HTML; every text in it is escaped, and none steers a reader's eye."""
    return _rendered("page.html", report, reader)


def body_text(report: Report, reader: Reader) -> str:
    """Return what a notebook shows of an answer: the page's body with its style."""
    return _rendered("body.html", report, reader)


def _rendered(name: str, report: Report, reader: Reader) -> str:
    from jinja2 import DictLoader, Environment, StrictUndefined

    texts = {file: (files("siyu_cli.render") / file).read_text("utf-8") for file in ("page.html", "body.html")}
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
        loader=DictLoader(texts),
    )
    return environment.get_template(name).render(view=_view(report, reader), width=_WIDTH, height=_HEIGHT) + "\n"


def _shown(value: Any) -> Any:
    return visible(value) if isinstance(value, str) else value


def _view(report: Report, reader: Reader) -> dict[str, Any]:
    """Return all that the templates show, in the reader's language."""
    facts = [(reader.say(name), reader.say(text)) for name, text in report.facts]
    made = [f"{name}: {text}" for name, text in facts if text]
    return {
        "lang": "zh-CN" if reader.lang == "zh" else "en",
        "title": reader.say(report.title),
        "lines": [reader.say(line) for line in report.opening],
        "cards": [
            {
                "name": reader.title(one.column),
                "value": reader.figure(one),
                "note": reader.made_of(one),
                "past": points(one.past, *_SPARK) if len(one.past) > 1 else "",
            }
            for one in report.figures
        ],
        "warnings": [reader.say(note) for note in report.warnings],
        "blocks": [_block(section, reader) for section in _sections(report) if section.fits("much")],
        "footer": [*made, _rows_of(report.account, reader), f"siyu {report.meta.get('version', '')}"],
    }


def _sections(report: Report) -> list[Section]:
    """Return the tables, and below them the first rows of the list."""
    listing = report.listing
    if listing is None or not listing.brief:
        return list(report.sections)
    columns = {column.key: column for column in (*listing.every_column, *listing.people)}
    brief = tuple(columns[key] for key in listing.brief if key in columns)
    rows = listing.read(listing.brief)
    listed = Section(listing.table, rows.slice(0, listing.shown).to_pylist(), listing.title, brief)
    return [*report.sections, listed]


def _rows_of(account: Account, reader: Reader) -> str:
    line = reader.translate("{rows_in} rows read, {rows_used} used, {rows_rejected} rejected, {rows_skipped} skipped")
    keys = ("rows_in", "rows_used", "rows_rejected", "rows_skipped")
    return line.format(**{key: reader.show(getattr(account, key), "count") for key in keys})


def _block(section: Section, reader: Reader) -> dict[str, Any]:
    columns = section.every_column
    edges = limits(section.rows, section.measures) if section.drawn == "heat" else ()
    return {
        "title": reader.say(section.title or section.table),
        "note": reader.say(section.note),
        "columns": [{"title": reader.title(column), "is_number": _is_number(column)} for column in columns],
        "rows": [[_cell(row, column, section, edges, reader) for column in columns] for row in section.rows],
        "bars": _bars(section, reader) if section.drawn == "bars" else [],
        "lines": _lines(section, reader) if section.drawn == "trend" else [],
        "ends": [reader.cells(section.rows[place], columns[:1])[0] for place in (0, -1)],
        "largest": reader.show(_largest(section), "count"),
    }


def _cell(
    row: Mapping[str, Any], column: Column, section: Section, edges: Sequence[float], reader: Reader
) -> dict[str, Any]:
    value, text = row.get(column.key), reader.cell(row.get(column.key), column)
    is_shaded = section.drawn == "heat" and column.key in section.measures
    # What is longer than a name may be broken, so that the last columns stay in sight.
    look = "number" if _is_number(column) else "words" if width(text) > _LONGEST_NAME else ""
    return {"text": text, "look": look, "shade": shade(value, edges) if is_shaded else ""}


def _is_number(column: Column) -> bool:
    return column.kind in _NUMBERS and not column.labels


def _bars(section: Section, reader: Reader) -> list[dict[str, Any]]:
    """Return a bar per row of the first measure."""
    name = section.every_column[0]
    drawn = next(column for column in section.every_column if column.key == section.measures[0])
    rows = [row for row in section.rows if plain_number(row.get(drawn.key)) is not None][:_MOST_BARS]
    largest = max((float(row[drawn.key]) for row in rows), default=0.0) or 1.0
    return [
        {
            "name": reader.cell(row.get(name.key), name) or "–",
            "width": round(max(float(row[drawn.key]), 0.0) / largest * 100, 2),
            "value": reader.cell(row[drawn.key], drawn),
        }
        for row in rows
    ]


def _lines(section: Section, reader: Reader) -> list[dict[str, Any]]:
    largest = _largest(section)
    step = _WIDTH / max(len(section.rows) - 1, 1)
    columns = {column.key: column for column in section.every_column}
    return [
        {
            "title": reader.title(columns[key]),
            "points": " ".join(
                f"{place * step:.1f},{_HEIGHT - (plain_number(row[key]) or 0.0) / largest * (_HEIGHT - 8):.1f}"
                for place, row in enumerate(section.rows)
            ),
        }
        for key in section.measures
    ]


def _largest(section: Section) -> float:
    numbers = (plain_number(row.get(key)) for row in section.rows for key in section.measures)
    return max((number for number in numbers if number is not None), default=0.0) or 1.0
