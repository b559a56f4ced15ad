"""The files of a contact list: each destination's columns, forms, encoding and limits; one file per employee if asked.

A file that would be longer than its destination takes goes on in the next one, cut exactly at the limit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from siyu_cli.cells import neutralise
from siyu_cli.destinations.keys import FORMS
from siyu_cli.errors import Note
from siyu_cli.masks import mask_text
from siyu_cli.render.locks import Lock
from siyu_cli.render.names import name_each
from siyu_cli.render.reader import Reader
from siyu_cli.render.replace import replacing, waiting
from siyu_cli.render.workbook import ROW_LIMIT, SheetColumn, SheetSpec, write_workbook
from siyu_cli.report import Value

if TYPE_CHECKING:
    from siyu_cli.destinations.model import Destination, DestinationColumn

TICKS = ("✓", "✗")
_BOM = b"\xef\xbb\xbf"
_LINES_AT_ONCE = 65_536
_NEEDS_QUOTES = '[",\r\n]'
_SUFFIXES = {"csv": ".csv", "txt": ".txt", "xlsx": ".xlsx", "staff": ".xlsx"}
_WRAPPED = ("why", "say", "remark", "message", "offer", "note")


@dataclass(frozen=True)
class Filing:
    """Where the files go and what they are called; ``variables`` are those of the text, in their order."""

    folder: Path
    campaign: str
    on: date
    split_by: str | None = None
    variables: tuple[str, ...] = ()
    force: bool = False
    lock: Lock | None = None


@dataclass(frozen=True)
class ContactFile:
    """One file that was written: its rows, and its name for the ledger, ``*`` in it for whatever is personal."""

    path: Path
    rows: int
    shown: str


def write_contacts(sent: pa.Table, place: Destination, filing: Filing, reader: Reader) -> list[ContactFile]:
    """Write the files of those who are sent and return them; nothing for nobody.

    ``sent`` has a column per field that the destination carries. Raises OutputError as ``replacing`` does.
    """
    written = []
    for path, shown, owner, rows in _files(sent, place, filing, reader):
        if place.format == "staff":
            write_workbook(path, [_day(rows, owner, place, filing, reader)], force=filing.force)
        elif place.format == "xlsx":
            write_workbook(path, [_sheet(rows, place, filing, reader)], force=filing.force)
        else:
            with replacing(path, force=filing.force) as temporary, temporary.open("wb") as file:
                for piece in _text(rows, place, filing, reader):
                    file.write(piece)
        if filing.lock is not None:
            filing.lock.put_on(waiting().get(path, path))
        written.append(ContactFile(path, rows.num_rows, shown))
    return written


def _files(
    sent: pa.Table, place: Destination, filing: Filing, reader: Reader
) -> Iterator[tuple[Path, str, str | None, pa.Table]]:
    """Yield each file with its name for the ledger, whose it is and its rows."""
    suffix = _SUFFIXES[place.format] + (filing.lock.suffix if filing.lock else "")
    whole = filing.folder / name_each([f"{place.stem(filing.campaign, filing.on)}{suffix}"], Path("x"))[0].name[2:]
    kept = whole.stem if mask_text(whole.stem) == whole.stem else "*"
    groups: list[tuple[Path, str | None, pa.Table]] = [(whole, None, sent)]
    if (filing.split_by or place.is_split_by_owner) and sent.num_rows:
        owners = sorted(set(sent["owner"].to_pylist()), key=lambda owner: (owner is None, owner or ""))
        named = [reader.translate("(none)") if owner is None else owner for owner in owners]
        paths, kept = name_each(named, whole), f"{kept}_*"
        groups = [
            (path, owner, sent.filter(pc.is_null(sent["owner"]) if owner is None else pc.equal(sent["owner"], owner)))
            for path, owner in zip(paths, owners, strict=True)
        ]
    for path, owner, rows in groups:
        parts = list(_parts(rows, place, filing, reader))
        for number, part in enumerate(parts, start=1):
            behind = "" if len(parts) == 1 else _number(place, number)
            yield path.with_name(f"{path.stem}{behind}{suffix}"), f"{kept}{behind}{suffix}", owner, part


def _number(place: Destination, number: int) -> str:
    return str(number) if place.file_name_allows and "_" not in place.file_name_allows else f"_{number}"


def _parts(rows: pa.Table, place: Destination, filing: Filing, reader: Reader) -> Iterator[pa.Table]:
    """Yield the rows of each file, as many as its limits hold."""
    most = min(place.max_rows or rows.num_rows, ROW_LIMIT - 10 if place.format in ("xlsx", "staff") else rows.num_rows)
    if not rows.num_rows:
        return
    if place.max_bytes is None:
        yield from (rows.slice(start, most) for start in range(0, rows.num_rows, most))
        return
    head = sum(map(len, _head(place, filing, reader)))
    sizes = _sizes(_lines(rows, place, filing), place.encoding)
    ends = np.cumsum(sizes)
    start = 0
    while start < rows.num_rows:
        before = int(ends[start - 1]) if start else 0
        end = int(np.searchsorted(ends, before + place.max_bytes - head, side="right"))
        end = max(min(end, start + most), start + 1)
        yield rows.slice(start, end - start)
        start = end


def _sizes(lines: pa.Array, encoding: str) -> Any:
    if encoding.startswith("utf-8"):
        return pc.binary_length(lines).to_numpy(zero_copy_only=False).astype(np.int64)
    return np.array([len(line.encode(encoding, "replace")) for line in lines.to_pylist()], np.int64)


def _text(rows: pa.Table, place: Destination, filing: Filing, reader: Reader) -> Iterator[bytes]:
    yield from _head(place, filing, reader)
    for start in range(0, rows.num_rows, _LINES_AT_ONCE):
        text = "".join(_lines(rows.slice(start, _LINES_AT_ONCE), place, filing).to_pylist())
        yield text.encode("utf-8" if place.encoding == "utf-8-sig" else place.encoding, "replace")


def _head(place: Destination, filing: Filing, reader: Reader) -> list[bytes]:
    pieces = [_BOM] if place.encoding == "utf-8-sig" else []
    if place.has_header:
        headers = [*(column.header(reader.lang) for column in place.columns), *_variable_titles(place, filing)]
        line = ",".join(f'"{text}"' if set(text) & set(',"\r\n') else text for text in headers)
        pieces.append(f"{line}\n".encode("utf-8" if place.encoding == "utf-8-sig" else place.encoding, "replace"))
    return pieces


def _variable_titles(place: Destination, filing: Filing) -> list[str]:
    if place.variables is None:
        return []
    title = place.variables.title
    return [title.format(name=name, number=number) for number, name in enumerate(filing.variables, start=1)]


def _lines(rows: pa.Table, place: Destination, filing: Filing) -> pa.Array:
    """Return each row as a line of text with its end."""
    cells = []
    for values, is_key in _cells(rows, place, filing):
        texts = values if is_key else neutralise(values)
        is_quoted = pc.fill_null(pc.match_substring_regex(texts, _NEEDS_QUOTES), False)
        if pc.any(is_quoted).as_py():
            doubled = pc.binary_join_element_wise('"', pc.replace_substring(texts, '"', '""'), '"', "")
            texts = pc.if_else(is_quoted, doubled, texts)
        cells.append(texts)
    parts = [part for cell in cells for part in (",", cell)][1:]
    lines = pc.binary_join_element_wise(*parts, "\n", "", null_handling="replace", null_replacement="")
    return lines.combine_chunks() if isinstance(lines, pa.ChunkedArray) else lines


def _cells(rows: pa.Table, place: Destination, filing: Filing) -> Iterator[tuple[pa.Array, bool]]:
    """Yield each column's texts, and whether they are keys made here, which nothing may be put before."""
    for column in place.columns:
        is_key = column.field in ("phone", "email")
        yield (_formed(rows, column) if is_key else _plain(rows, column.field)), is_key
    for name in filing.variables if place.variables else ():
        yield _plain(rows, name), False


def _formed(rows: pa.Table, column: DestinationColumn) -> pa.Array:
    form = FORMS[column.form]
    return pa.array([value and form(value) for value in rows[column.field].to_pylist()], pa.string())


def _plain(rows: pa.Table, name: str) -> pa.Array:
    if name not in rows.column_names:
        return pa.nulls(rows.num_rows, pa.string())
    return rows[name].cast(pa.string()).combine_chunks()


def _table(rows: pa.Table, place: Destination, filing: Filing) -> pa.Table:
    names = [f"c{number}" for number in range(len(place.columns))]
    names += [f"v{number}" for number in range(len(filing.variables) if place.variables else 0)]
    return pa.table([values for values, _is_key in _cells(rows, place, filing)], names=names)


def _columns(place: Destination, filing: Filing, reader: Reader) -> tuple[SheetColumn, ...]:
    own = [
        SheetColumn(
            f"c{number}", column.header(reader.lang), "text", width=column.width, wraps=column.field in _WRAPPED
        )
        for number, column in enumerate(place.columns)
    ]
    titles = _variable_titles(place, filing)
    return (*own, *(SheetColumn(f"v{number}", title, "text") for number, title in enumerate(titles)))


def _sheet(rows: pa.Table, place: Destination, filing: Filing, reader: Reader) -> SheetSpec:
    """Return one sheet of what a machine or an admin imports: a header, rows, nothing above."""
    title = place.title(reader.lang)[:31]
    choices = {f"c{number}": TICKS for number, column in enumerate(place.columns) if column.field == "done"}
    return SheetSpec(
        title, _table(rows, place, filing), _columns(place, filing, reader), has_filter=place.is_for_people,
        choices=choices,
    )  # fmt: skip


def _day(rows: pa.Table, owner: str | None, place: Destination, filing: Filing, reader: Reader) -> SheetSpec:
    """Return one employee's day: whom to write to, where to find them, why, what to say and offer, and a tick."""
    facts = {
        "owner": owner or reader.translate("(none)"),
        "on": filing.on.isoformat(),
        "campaign": filing.campaign,
        "members": Value(rows.num_rows, "count"),
    }
    lines = (
        reader.say(Note("{owner} · {on}", facts)),
        reader.say(Note("{campaign}: {members} people to write to. Tick each one when it is done.", facts)),
        reader.say(Note("Who asks to be left alone is left alone: tell the office, so that it is remembered.")),
    )
    names = [column.field for column in place.columns]
    choices = {f"c{number}": TICKS for number, name in enumerate(names) if name == "done"}
    columns = tuple(replace(column, wraps=True) for column in _columns(place, filing, reader))
    return SheetSpec(
        reader.translate("Today"), _table(rows, place, filing), columns, lines=lines,
        frozen_columns=names.index("name") + 1, choices=choices, prints_grid=True,
    )  # fmt: skip
