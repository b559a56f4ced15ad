"""A form that was filled in, read back: every value with its sheet and cell, examples and notes left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from siyu_cli.errors import DataError, Where
from siyu_cli.files.plan.write_form import EXAMPLE, FIRST_ITEM
from siyu_cli.files.read import read_sources
from siyu_cli.files.reading.sheets import RawSheet
from siyu_cli.spelling import visible
from siyu_cli.tables.form import FilledCell, FilledForm, FilledSheet, FormSheet


def read_form(path: Path, form: Sequence[FormSheet]) -> FilledForm:
    """Return what stands in the workbook; its sheets go by their titles in either language, or their keys.

    Raises ``DataError`` that names a sheet which is not there, or the cell of a key which is there twice; and as
    ``read_sources`` does. What the values mean is not looked at.
    """
    (source,) = read_sources([path])
    if not any(sheet.sheet for sheet in source.sheets):
        raise DataError(
            "{file} is no plan: it has no sheets.",
            hint="A plan is a workbook or a TOML file. Begin with siyu campaign template.",
            where=Where(str(path)), file=path,
        )  # fmt: skip
    named = {(sheet.sheet or "").strip().casefold(): sheet for sheet in source.sheets}
    sheets = []
    for part in form:
        raw = next((named[name] for name in (part.zh, part.en.casefold(), part.key) if name in named), None)
        if raw is None:
            raise DataError(
                "{file} has no sheet {sheet}.", hint="The sheets are: {sheets}. Begin with the template.",
                where=Where(str(path), part.title("zh")), file=path, sheet=f"{part.zh} ({part.en})",
                sheets=", ".join(str(one.sheet) for one in source.sheets),
            )  # fmt: skip
        items = _items(path, raw) if part.is_list else [_single(path, raw)]
        sheets.append(FilledSheet(part.key, raw.sheet or "", tuple(tuple(item) for item in items)))
    return FilledForm(str(path), tuple(sheets))


def _rows(raw: RawSheet) -> Iterator[tuple[int, list[str]]]:
    if raw.cells is None:
        return
    columns = [column.to_pylist() for column in raw.cells.columns]
    for place, texts in enumerate(zip(*columns, strict=True)):
        yield raw.first_row + place, [visible(text or "") for text in texts]


def _items(path: Path, raw: RawSheet) -> list[list[FilledCell]]:
    rows = dict(_rows(raw))
    keys = rows.get(1, [])
    for place, key in enumerate(keys):
        if key and key in keys[:place]:
            raise _twice(path, raw, key, (1, place))
    return [
        [FilledCell(key, text, row, _cell(row, place)) for place, (key, text) in _pairs(keys, texts)]
        for row, texts in rows.items()
        if row >= FIRST_ITEM and any(texts) and not texts[0].startswith(EXAMPLE)
    ]


def _pairs(keys: Sequence[str], texts: Sequence[str]) -> Iterator[tuple[int, tuple[str, str]]]:
    pairs = enumerate(zip(keys, texts, strict=False))
    return ((place, pair) for place, pair in pairs if all(pair))


def _single(path: Path, raw: RawSheet) -> list[FilledCell]:
    found: list[FilledCell] = []
    for row, texts in _rows(raw):
        if len(texts) < 2 or not texts[0]:
            continue
        if any(texts[0] == cell.key for cell in found):
            raise _twice(path, raw, texts[0], (row, 0))
        if texts[1]:
            found.append(FilledCell(texts[0], texts[1], row, _cell(row, 1)))
    return found


def _twice(path: Path, raw: RawSheet, key: str, at: tuple[int, int]) -> DataError:
    row, place = at
    return DataError(
        "{file}, sheet {sheet}, cell {cell}: {key} stands there twice.", hint="Leave one of them.",
        where=Where(str(path), raw.sheet, row, _cell(row, place)), file=path, sheet=raw.sheet, cell=_cell(row, place),
        key=key,
    )  # fmt: skip


def _cell(row: int, place: int) -> str:
    letters, left = "", place + 1
    while left:
        left, rest = divmod(left - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"
