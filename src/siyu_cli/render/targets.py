"""The files a result is to be written to: named, and checked before any work is done."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from siyu_cli.errors import Note, UsageError
from siyu_cli.guard import will_read, will_write
from siyu_cli.locale import translate as _
from siyu_cli.render.names import check_name, name_each
from siyu_cli.render.replace import check_folder, check_target, make_folder, meta_beside

SUFFIXES = (".xlsx", ".csv", ".json", ".jsonl", ".parquet", ".html", ".md")
# Those in which a result's list stands.
ROWS = (".xlsx", ".csv", ".jsonl", ".parquet")
# Those that hold rows and nothing else.
TABLES = (".xlsx", ".csv", ".json", ".jsonl", ".parquet")
# What a file in a folder is called until command and date are known.
UNNAMED = "{command}-{as_of}.xlsx"
# The files in which a result was written, and the rows of its list.
Written = tuple[tuple[Path, ...], int]


def output_path(text: str | Path) -> Path:
    """Return the file ``-o`` names; in a folder, or under a name that ends like one, a file named later."""
    if not str(text).strip():
        raise UsageError("-o names no file.", hint="Write it as -o 分层.xlsx.")
    is_folder = str(text).endswith(("/", os.sep)) or Path(text).is_dir()
    return Path(text, UNNAMED) if is_folder else Path(text)


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
    will_read(*inputs)
    if output is not None:
        check_name(output, option)
    if output is None or output.name == UNNAMED:  # named and checked as soon as the as-of date is known
        return
    if output.suffix.lower() not in suffixes:
        raise UsageError(
            "{option} {file}: siyu writes no such files.", hint="Choose a name that ends in {suffixes}.",
            option=option, file=output, suffixes=", ".join(suffixes),
        )  # fmt: skip
    meta = meta_beside(output) if has_meta else None
    check_files((output, meta) if meta else (output,), force=force, option=option)


def check_files(paths: Iterable[Path], *, force: bool, option: str) -> None:
    """Raise before any work is done when one of the files an option leads to cannot be written, or is read."""
    for path in paths:
        will_write(path, option)
        check_target(path, force=force)


def name_output(output: Path | None, command: str, as_of: date, *, force: bool, option: str = "-o") -> Path | None:
    """Return the file to write: the one asked for, or one in the folder asked for, named by command and date."""
    if output is None or output.name != UNNAMED:
        return output
    named = output.with_name(UNNAMED.format(command=command.replace(" ", "-"), as_of=as_of))
    make_folder(named.parent)
    check_output(named, (), force=force, option=option)
    return named


def name_list(output: Path | None, command: str, as_of: date, *, force: bool) -> Path | None:
    """Return where a list on Spark is written: as ``name_output``, but in a folder as Parquet, whose parts are many.

    A list that is there already is such a folder itself.
    """
    if output is None or output.name != UNNAMED:
        return output
    folder = output.parent
    if folder.suffix.lower() == ".parquet":
        named = folder
    else:
        name = UNNAMED.format(command=command.replace(" ", "-"), as_of=as_of)
        named = folder / Path(name).with_suffix(".parquet")
        make_folder(folder)
    will_write(named, "-o")
    check_folder(named, force=force)
    return named


def name_parts(values: Iterable[str | None], output: Path) -> dict[Path, str | None]:
    """Return a file for each value that occurs, named after it; the last is for rows without one."""
    distinct = sorted(set(values), key=lambda value: (value is None, value or ""))
    names = name_each([_("(none)") if value is None else value for value in distinct], output)
    return dict(zip(names, distinct, strict=True))


def check_parts(paths: Iterable[Path], *, force: bool) -> None:
    """Raise before the first of several lists is written when one of them cannot be."""
    for path in paths:
        check_output(path, (), force=force, option="--split-by")


def wrote(path: Path) -> Note:
    """Return what is said of a file that was written."""
    return Note("Wrote {file}.", {"file": path})
