"""A segmentation as files and documents: the workbook, the list, the summary in JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siyu_cli.cli.options import UNNAMED
from siyu_cli.cli.summary import suggest
from siyu_cli.errors import UsageError
from siyu_cli.locale import get_language
from siyu_cli.locale import translate as _
from siyu_cli.tables.column import Column, Table, find_column
from siyu_cli.tables.inputs import MEMBERS
from siyu_cli.tables.lifecycle import SEGMENTS

if TYPE_CHECKING:
    import pyarrow as pa

    from siyu_cli import Segmentation

PEOPLE = (MEMBERS["phone"], MEMBERS["name"])
SUFFIXES = (".xlsx", ".csv", ".json", ".jsonl", ".parquet")


def check_output(
    output: Path | None,
    inputs: Sequence[Path],
    *,
    force: bool,
    option: str = "-o",
    suffixes: Sequence[str] = SUFFIXES,
    has_meta: bool = True,
) -> None:
    """Raise before any work is done when the file asked for cannot be written, or is one of those that are read."""
    # Not through the door of writing: what it needs to write would take memory while files are read.
    from siyu_cli.files.writing.guard import will_read
    from siyu_cli.files.writing.names import check_name
    from siyu_cli.files.writing.replace import meta_beside

    will_read(*inputs)
    if output is not None:
        check_name(output, option)
    if output is None or output.name == UNNAMED:  # named and checked as soon as the as-of date is known
        return
    if output.suffix.lower() not in suffixes:
        raise UsageError(
            "{option} {file}: siyu writes no such files.",
            hint="Choose a name that ends in {suffixes}.",
            option=option,
            file=output,
            suffixes=", ".join(suffixes),
        )
    meta = meta_beside(output) if has_meta else None
    check_files((output, meta) if meta else (output,), force=force, option=option)


def check_files(paths: Sequence[Path], *, force: bool, option: str) -> None:
    """Raise before any work is done when one of the files an option leads to cannot be written, or is read."""
    from siyu_cli.files.writing.guard import will_write
    from siyu_cli.files.writing.replace import check_target

    for path in paths:
        will_write(path, option)
        check_target(path, force=force)


def name_parts(values: Iterable[str | None], output: Path) -> dict[Path, str | None]:
    """Return a file for each value that occurs, named after it; the last is for rows without one."""
    from siyu_cli.files.writing.names import name_each

    distinct = sorted(set(values), key=lambda value: (value is None, value or ""))
    names = name_each([_("(none)") if value is None else value for value in distinct], output)
    return dict(zip(names, distinct, strict=True))


def check_parts(paths: Iterable[Path], *, force: bool) -> None:
    """Raise before the first of several lists is written when one of them cannot be."""
    for path in paths:
        check_output(path, (), force=force, option="--split-by")


def check_steps(folder: Path | None, *, force: bool) -> None:
    """Raise before any work is done when the tables of ``--debug-steps`` would replace a file."""
    if folder is not None:
        from siyu_cli.files.writing.names import check_name

        check_name(folder, "--debug-steps")
    if folder is not None and folder.exists():
        from siyu_cli.shop import step_files

        check_files(step_files(folder), force=force, option="--debug-steps")


def name_output(output: Path | None, command: str, as_of: date, *, force: bool, option: str = "-o") -> Path | None:
    """Return the file to write: the one asked for, or one in the folder asked for, named by command and date."""
    if output is None or output.name != UNNAMED:
        return output
    from siyu_cli.files.writing.replace import make_folder

    named = output.with_name(UNNAMED.format(command=command, as_of=as_of))
    make_folder(named.parent)
    check_output(named, (), force=force, option=option)
    return named


@dataclass(frozen=True)
class Listing:
    """Which columns of the members list are wanted, None for all, and whether phones and names stand in full."""

    columns: tuple[Column, ...] | None = None
    show_personal: bool = False

    def chosen(self, *, is_workbook: bool) -> tuple[Column, ...]:
        """Return the columns in order: unless they were chosen, a workbook names people right beside the key."""
        if self.columns is not None:
            return self.columns
        key, *numbers = SEGMENTS.columns
        if is_workbook:
            return (key, *PEOPLE, *numbers)
        return (key, *numbers, *(PEOPLE if self.show_personal else ()))


def parse_columns(text: str | None, *, show_personal: bool) -> Listing:
    """Return the listing ``--columns`` asks for, the key first; ``UsageError`` for a column there is not."""
    if text is None:
        return Listing(None, show_personal)
    keys = list(dict.fromkeys(("member_id", *_named_columns(text))))
    known = {column.key: column for column in (*SEGMENTS.columns, *PEOPLE)}
    return Listing(tuple(known[key] for key in keys), show_personal)


def _named_columns(text: str) -> Iterator[str]:
    """Yield the keys of the columns named in ``--columns``: by keys, or titles, some of which hold a comma."""
    columns = (*SEGMENTS.columns, *PEOPLE)
    words = [word for word in map(str.strip, re.split("[,，、]", text)) if word]
    if not words:
        raise UsageError("--columns names no column.", hint="Write it as --columns stage,net_sales,owner.")
    while words:
        taken = 2 if find_column(columns, ",".join(words[:2]), titles_only=True) and len(words) > 1 else 1
        word = ",".join(words[:taken])
        found = find_column(columns, word)
        if found is None:
            raise _no_column(word, columns)
        yield found.key
        del words[:taken]


def _no_column(word: str, columns: Sequence[Column]) -> UsageError:
    known = {name: column for column in columns for name in (column.key, column.zh)}
    close = get_close_matches(word, known, n=3) or ("stage", "rfm_segment", "net_sales")
    near = ", ".join(dict.fromkeys(known[name].named(get_language()) for name in close))
    return UsageError("--columns {column}: no such column.", hint="Did you mean {near}?", column=word, near=near)


def write_result(result: Segmentation, path: Path, listing: Listing, *, force: bool) -> tuple[Path, ...]:
    """Write the workbook, the summary or the list, by the suffix of ``path``; return the files written."""
    from siyu_cli.files.write import json_text, replacing, write_json, write_table

    if path.suffix.lower() == ".xlsx":
        write_segment_workbook(result, path, listing, force=force)
    elif path.suffix.lower() == ".json":
        write_json(document(result), path, force=force)
    elif path.suffix.lower() == ".parquet":
        meta = {"siyu": json_text(describe_run(result))}
        with replacing(path, force=force) as temporary:
            result.write_parquet(temporary, meta, [column.key for column in listing.chosen(is_workbook=False)])
    else:
        columns = listing.chosen(is_workbook=False)
        table = result.arrow([column.key for column in columns])
        return write_table(table, columns, path, force=force, meta=describe_run(result))
    return (path,)


def write_list(rows: pa.Table, table: Table, path: Path, *, force: bool, meta: Mapping[str, Any]) -> tuple[Path, ...]:
    """Write rows of a contract as csv, jsonl or parquet, by the suffix of ``path``; return the files written."""
    from siyu_cli.files.write import write_table

    return write_table(rows, table.columns, path, force=force, meta=meta)


def write_segment_workbook(result: Segmentation, path: Path, listing: Listing, *, force: bool) -> None:
    """Write the workbook people forward."""
    import pyarrow as pa

    from siyu_cli.files.writing.segment_sheets import SegmentContents, segment_sheets
    from siyu_cli.files.writing.workbook import write_workbook

    members = result.arrow([column.key for column in listing.chosen(is_workbook=True)])
    contents = SegmentContents(
        pa.Table.from_pandas(result.stages, preserve_index=False),
        pa.Table.from_pandas(result.rfm, preserve_index=False),
        members,
        result.load,
        describe_run(result),
        splits=result.splits,
        windows=result.windows,
        by=None if result.by is None else pa.Table.from_pandas(result.by, preserve_index=False),
        movement=None if result.movement is None else pa.Table.from_pandas(result.movement, preserve_index=False),
        headlines=[
            _("Suggested windows: {windows}").format(windows=suggest(result.windows["suggested"])),
            *(_(note.message).format(**note.facts) for note in result.load.warnings),
        ],
    )
    sheets = segment_sheets(contents, lang=get_language(), translate=_, show_personal=listing.show_personal)
    write_workbook(path, sheets, force=force)


def document(result: Segmentation) -> dict[str, Any]:
    """Return the summary as ``--format json`` prints it; its keys are never translated."""
    return {
        "meta": describe_run(result),
        "stages": result.stages.to_dict("records"),
        "rfm": result.rfm.to_dict("records"),
        "by": [] if result.by is None else result.by.to_dict("records"),
        "splits": dict(result.splits),
        "windows": dict(result.windows),
        "load": result.load.as_dict(),
    }


def describe_run(result: Segmentation) -> dict[str, Any]:
    """Return what every output carries: version, command, date, parameters, inputs, warnings."""
    return {**result.meta, "command": "segment", "warnings": [str(note) for note in result.load.warnings]}
