"""A report as one HTML page that needs nothing else: no network, no script, drawings as inline SVG, fit for a phone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from siyu_cli.files.writing.blocks import Block
from siyu_cli.files.writing.replace import replacing
from siyu_cli.signs import visible

_WIDTH, _HEIGHT = 640, 200
_NUMBERS = ("count", "money", "number", "rate")
_MOST_BARS = 24


@dataclass(frozen=True)
class Card:
    """One figure at the top of a page: its name, its value, what it is made of."""

    name: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class Page:
    """What a page says, in its reader's language; ``show`` writes a value of a kind as people read it."""

    lang: str
    title: str
    lines: Sequence[str]
    cards: Sequence[Card]
    blocks: Sequence[Block]
    warnings: Sequence[str]
    footer: Sequence[str]
    show: Callable[[Any, str], str]


def write_page(page: Page, path: Path, *, force: bool = False) -> None:
    """Write the page, UTF-8. Raises OutputError as ``replacing`` does."""
    with replacing(path, force=force) as temporary:
        temporary.write_text(page_text(page), encoding="utf-8", newline="\n")


def page_text(page: Page) -> str:
    """Return the page as HTML; every text in it is escaped, and none steers a reader's eye."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_shown
    )
    template = environment.from_string((files("siyu_cli.files.writing") / "page.html").read_text("utf-8"))
    views = [_view(block, page.show) for block in page.blocks if block.rows]
    return template.render(page=page, blocks=views, width=_WIDTH, height=_HEIGHT) + "\n"


def _shown(value: Any) -> Any:
    return visible(value) if isinstance(value, str) else value


def _view(block: Block, show: Callable[[Any, str], str]) -> dict[str, Any]:
    columns = [{"column": column, "is_number": column.kind in _NUMBERS} for column in block.columns]
    rows = [
        [
            {"text": show(row.get(column.key), column.kind), "is_number": column.kind in _NUMBERS}
            for column in block.columns
        ]
        for row in block.rows
    ]
    return {
        "title": block.title,
        "note": block.note,
        "columns": columns,
        "rows": rows,
        "bars": _bars(block, show) if block.drawn and not block.is_trend else [],
        "lines": _lines(block) if block.drawn and block.is_trend else [],
        "ends": _ends(block, show) if block.is_trend else [],
        "largest": show(_largest(block), "count"),
    }


def _bars(block: Block, show: Callable[[Any, str], str]) -> list[dict[str, Any]]:
    name, drawn = block.columns[0], next(column for column in block.columns if column.key == block.drawn[0])
    rows = [row for row in block.rows if row.get(drawn.key) is not None][:_MOST_BARS]
    largest = max((float(row[drawn.key]) for row in rows), default=0.0) or 1.0
    return [
        {
            "name": show(row.get(name.key), name.kind) or "–",
            "width": round(max(float(row[drawn.key]), 0.0) / largest * 100, 2),
            "value": show(row[drawn.key], drawn.kind),
        }
        for row in rows
    ]


def _lines(block: Block) -> list[dict[str, Any]]:
    largest = _largest(block)
    step = _WIDTH / max(len(block.rows) - 1, 1)
    columns = {column.key: column for column in block.columns}
    return [
        {
            "column": columns[key],
            "points": " ".join(
                f"{place * step:.1f},{_HEIGHT - float(row[key]) / largest * (_HEIGHT - 8):.1f}"
                for place, row in enumerate(block.rows)
            ),
        }
        for key in block.drawn
    ]


def _largest(block: Block) -> float:
    numbers = (row.get(key) for row in block.rows for key in block.drawn)
    return max((float(number) for number in numbers if number is not None), default=0.0) or 1.0


def _ends(block: Block, show: Callable[[Any, str], str]) -> list[str]:
    name = block.columns[0]
    return [show(block.rows[place].get(name.key), name.kind) for place in (0, -1)]
