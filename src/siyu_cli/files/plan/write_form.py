"""A form as a workbook: what each field means and may be stands beside it, words to choose from drop down."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from siyu_cli.tables.form import FormField, FormSheet

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

EXAMPLE = "#"  # a row that begins with it is an example and is not read
FIRST_ITEM = 4
_ROWS = 500  # that have a drop-down
_WIDTH, _WIDE = 18, 60

_GUIDE = {"en": "Read me first", "zh": "说明"}

# What stands in the sheets beforehand: by sheet, one mapping of keys to values for each item.
Filled = Mapping[str, Sequence[Mapping[str, Any]]]
# What is told before the form: rows of texts.
Guide = Sequence[Sequence[str]]


def write_form(
    form: Sequence[FormSheet],
    filled: Filled | None = None,
    *,
    lang: str,
    translate: Callable[[str], str],
    guide: Guide = (),
) -> bytes:
    """Return the bytes of the workbook; ``translate`` gives the meanings in the operator's language.

    ``guide`` goes on a sheet of its own before the form, which nobody reads back.

    A list has the keys in its first row, what they mean in the second, what is allowed in the third, then an example
    and the items; another sheet has a row per field: key, value, meaning, what is allowed, example.
    """
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    if guide:
        _write_guide(book.create_sheet(_GUIDE[lang]), guide)
    for part in form:
        sheet = book.create_sheet(part.title(lang))
        items = (filled or {}).get(part.key, ())
        (_write_list if part.is_list else _write_single)(sheet, part, items, translate)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _write_list(
    sheet: Worksheet, part: FormSheet, items: Sequence[Mapping[str, Any]], translate: Callable[[str], str]
) -> None:
    from openpyxl.utils import get_column_letter

    for place, field in enumerate(part.fields, start=1):
        texts = (field.key, translate(field.message), translate(field.hint), field.example)
        for row, text in enumerate(texts, start=1):
            is_mark = row == FIRST_ITEM and place == 1
            _put(sheet, row, place, f"{EXAMPLE} {text}" if is_mark else text, is_note=row > 1)
        for row, item in enumerate(items, start=FIRST_ITEM + 1):
            _put(sheet, row, place, _text(item.get(field.key)))
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = _WIDTH
        _offer_choices(sheet, field, f"{letter}{FIRST_ITEM + 1}:{letter}{FIRST_ITEM + _ROWS}")
    sheet.freeze_panes = f"B{FIRST_ITEM}"


def _write_single(
    sheet: Worksheet, part: FormSheet, items: Sequence[Mapping[str, Any]], translate: Callable[[str], str]
) -> None:
    values = items[0] if items else {}
    for row, field in enumerate(part.fields, start=1):
        _put(sheet, row, 1, field.key)
        _put(sheet, row, 2, _text(values.get(field.key)))
        for column, text in enumerate((translate(field.message), translate(field.hint), field.example), start=3):
            _put(sheet, row, column, text, is_note=True)
        _offer_choices(sheet, field, f"B{row}")
    for letter, width in (("A", _WIDTH + 6), ("B", _WIDTH + 12), ("C", _WIDE), ("D", _WIDE), ("E", _WIDTH + 12)):
        sheet.column_dimensions[letter].width = width


def _write_guide(sheet: Worksheet, guide: Guide) -> None:
    for row, texts in enumerate(guide, start=1):
        for column, text in enumerate(texts, start=1):
            _put(sheet, row, column, text, wraps=len(texts) > 1)
    for letter in "ABCDEFGHIJ":
        sheet.column_dimensions[letter].width = _WIDTH


def toml_form(
    form: Sequence[FormSheet], filled: Filled, *, lang: str, translate: Callable[[str], str], guide: Guide = ()
) -> str:
    """Return the form as TOML: what is known filled in, everything else named with what it means, as comments."""
    lines = [f"# {'  '.join(texts)}".rstrip() for texts in guide]
    for part in form:
        items = filled.get(part.key, ()) or ({},)
        lines += ["", f"# --- {part.title(lang)} ---"]
        if part.is_list:
            lines += _meanings(part, translate, ())
        for item in items:
            lines += ["", f"[[{part.key}]]" if part.is_list else f"[{part.key}]"]
            lines += [f"{key} = {_toml(value)}" for key, value in item.items()]
        if not part.is_list:
            lines += _meanings(part, translate, tuple(items[0]))
    return "\n".join(lines).lstrip("\n") + "\n"


def _meanings(part: FormSheet, translate: Callable[[str], str], known: Sequence[str]) -> Iterator[str]:
    for field in part.fields:
        if field.key not in known:
            yield f"# {field.key} =    # {translate(field.message)} {translate(field.hint)}".rstrip()


def _text(value: Any) -> str:
    """Return a value as a cell has it: of a list of parts ``100:10; 200:30``."""
    if isinstance(value, list):
        is_parted = any(isinstance(one, dict) for one in value)
        return "; ".join(":".join(map(str, one.values())) for one in value) if is_parted else ", ".join(value)
    return "" if value is None else str(value)


def _toml(value: Any) -> str:
    if isinstance(value, list) and any(isinstance(one, dict) for one in value):
        tables = (", ".join(f"{key} = {_toml(part)}" for key, part in one.items()) for one in value)
        return f"[{', '.join(f'{{ {table} }}' for table in tables)}]"
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str | list) else str(value)


def _put(sheet: Worksheet, row: int, column: int, text: str, *, is_note: bool = False, wraps: bool = True) -> None:
    from openpyxl.styles import Alignment, Font

    cell = sheet.cell(row, column, text or None)
    cell.data_type = "s"  # a text that begins with = is no formula
    cell.number_format = "@"
    cell.alignment = Alignment(wrap_text=wraps, vertical="top")
    if is_note:
        cell.font = Font(color="808080", italic=True)
    elif row == 1 or column == 1:
        cell.font = Font(bold=True)


def _offer_choices(sheet: Worksheet, field: FormField, cells: str) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    if field.choices:
        choices = DataValidation(type="list", formula1=f'"{",".join(field.choices)}"', allow_blank=True)
        choices.add(cells)
        sheet.add_data_validation(choices)
