"""A form that operators fill in: sheets of fields, each with what it means, what is allowed, an example.

The core says what a form holds, files write it as a workbook and read it back; neither knows the other.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class FormField:
    """One field: its key, what it means and what is allowed (English templates), words to choose from, an example."""

    key: str
    message: str
    hint: str = ""
    choices: tuple[str, ...] = ()
    example: str = ""


@dataclass(frozen=True)
class FormSheet:
    """One sheet: a list has a row per item and fields across, another has a row per field and one value each."""

    key: str
    en: str
    zh: str
    fields: tuple[FormField, ...]
    is_list: bool = False

    def title(self, lang: str) -> str:
        """Return the name of the sheet: ``zh`` for Chinese, else ``en``."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True)
class FilledCell:
    """One value as it stands: the key of its field, its text, its row from 1 and its cell, such as B4."""

    key: str
    text: str
    row: int
    cell: str


@dataclass(frozen=True)
class FilledSheet:
    """One sheet that was filled in, under the name it has there: of a list, one tuple of cells per item."""

    key: str
    name: str
    items: tuple[tuple[FilledCell, ...], ...]


@dataclass(frozen=True)
class FilledForm:
    """A form as it was read: its file and its sheets."""

    file: str
    sheets: tuple[FilledSheet, ...] = field(default=())
