"""Rows that were written by siyu or come from anywhere: a list, or a table of outcomes, with what it was made with."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siyu_cli.errors import DataError, InputError, Where
from siyu_cli.files.read import read_sources
from siyu_cli.files.reading.whole_parquet import read_whole, values_of
from siyu_cli.spelling import visible
from siyu_cli.tables.column import Column, find_column

if TYPE_CHECKING:
    import pandas as pd

    from siyu_cli.files.read import RawSheet

META_SUFFIX = ".meta.json"  # beside a csv
_PARAMETER = re.compile(r"(?:Parameter|参数) (\w+)")


@dataclass(frozen=True)
class Rows:
    """A table as text or as Parquet has it, the parameters it was made with, and the file as an input."""

    frame: pd.DataFrame
    parameters: Mapping[str, Any] = field(default_factory=dict)
    made_from: Mapping[str, Any] = field(default_factory=dict)


def read_rows(path: Path, columns: Sequence[Column] = ()) -> Rows:
    """Return the rows of a workbook, a csv, lines of JSON or Parquet.

    With ``columns``: of the sheet that has the first two of them, by key or title, each under its key. Without: of the
    first sheet, its first row the header. Raises ``DataError`` where there is no such sheet, as ``read_sources`` else.
    """
    frame, parameters = _readers().get(path.suffix.lower(), _read_sheets)(path, columns)
    named = {header: _key(header, columns) for header in frame.columns} if columns else {}
    frame = frame.rename(columns=named)
    missing = [column.key for column in columns[:2] if column.key not in frame]
    if missing:
        raise DataError(
            "{file} is no list of a campaign: it has no column {column}.",
            hint="Give the file that siyu campaign plan … -o wrote, or --arm, --control and --metrics.",
            where=Where(str(path)), file=path, column=missing[0],
        )  # fmt: skip
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Rows(frame, parameters, {"file": path.name, "sha256": sha256, "rows": len(frame)})


def _key(header: str, columns: Sequence[Column]) -> str:
    found = find_column(columns, header)
    return found.key if found else header


def _readers() -> Mapping[str, Callable[[Path, Sequence[Column]], tuple[pd.DataFrame, Mapping[str, Any]]]]:
    return {".parquet": _read_parquet, ".jsonl": _read_json_lines}


def _read_json_lines(path: Path, _columns: Sequence[Column]) -> tuple[pd.DataFrame, Mapping[str, Any]]:
    import pandas as pd

    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError("{file} cannot be read: {reason}.", file=path, reason=reason) from error
    rows = [_json_row(path, number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    return pd.DataFrame(rows), _beside(path)


def _json_row(path: Path, number: int, line: bytes) -> dict[str, Any]:
    try:
        row = json.loads(line.decode("utf-8-sig"))
    except ValueError:  # no text in UTF-8, or no JSON
        row = None
    if isinstance(row, dict):
        return row
    raise DataError(
        "{file}, line {line}: this is no row of JSON.", hint="Each line is one object.",
        where=Where(str(path), row=number), file=path, line=number,
    )  # fmt: skip


def _beside(path: Path) -> Mapping[str, Any]:
    """Return the parameters in the file beside a list; nothing where there is none."""
    beside = path.with_name(path.name + META_SUFFIX)
    try:
        return json.loads(beside.read_text("utf-8")).get("parameters") or {}
    except (OSError, ValueError):
        return {}


def _read_parquet(path: Path, _columns: Sequence[Column]) -> tuple[pd.DataFrame, Mapping[str, Any]]:
    import pandas as pd
    import pyarrow as pa

    table = read_whole(path)
    try:
        parameters = json.loads((table.schema.metadata or {}).get(b"siyu", b"{}")).get("parameters")
    except (ValueError, AttributeError):
        parameters = None
    try:
        frame = table.to_pandas()
    except (pa.ArrowException, OverflowError, ValueError):
        frame = pd.DataFrame(dict(values_of(table, path.name)))  # names the column that cannot be read
    return frame.loc[:, ~frame.columns.duplicated()], parameters or {}


def _read_sheets(path: Path, columns: Sequence[Column]) -> tuple[pd.DataFrame, Mapping[str, Any]]:
    import pandas as pd

    (source,) = read_sources([path])
    sheets = [list(_rows(sheet)) for sheet in source.sheets]
    parameters: dict[str, Any] = {}
    for texts in (texts for rows in sheets for texts in rows if len(texts) > 1):
        if named := _PARAMETER.fullmatch(texts[0]):
            parameters[named[1]] = texts[1]
    parameters = parameters or dict(_beside(path))
    for rows in sheets:
        header = rows[0] if rows else []
        keys = {_key(text, columns) for text in header if text}
        if header and {column.key for column in columns[:2]} <= keys:
            body = [texts for texts in rows[1:] if any(texts)]
            return pd.DataFrame(body, columns=header), parameters
    return pd.DataFrame(), parameters


def _rows(sheet: RawSheet) -> Iterator[list[str]]:
    if sheet.cells is not None:
        for texts in zip(*(column.to_pylist() for column in sheet.cells.columns), strict=True):
            yield [visible(text or "") for text in texts]
