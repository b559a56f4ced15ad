"""Options that several commands share: one name, one meaning, one help text each."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

import typer

from siyu_cli.cli.offers import among, offer_columns, offer_condition, offer_inputs
from siyu_cli.core.churn.calendar import FIRST_YEAR, LAST_YEAR
from siyu_cli.core.lifecycle.tables import SEGMENTS
from siyu_cli.errors import UsageError
from siyu_cli.locale import LANGUAGES, get_language
from siyu_cli.tables.column import Table, find_column
from siyu_cli.tables.inputs import INPUTS, find_input

FORMATS = ("table", "csv", "json", "jsonl", "markdown")
BY = ("owner", "store", "source_channel", "level")
SPLIT_BY = ("owner", "store")


# What a file in a folder is called until command and date are known.
UNNAMED = "{command}-{as_of}.xlsx"


def output_path(text: str | Path) -> Path:
    """Return the file ``-o`` names; in a folder, or under a name that ends like one, a file named later."""
    if not str(text).strip():
        raise UsageError("-o names no file.", hint="Write it as -o 分层.xlsx.")
    is_folder = str(text).endswith(("/", os.sep)) or Path(text).is_dir()
    return Path(text, UNNAMED) if is_folder else Path(text)


def one_of(name: str, choices: Sequence[str], columns: Table | None = None) -> Callable[[str | None], str | None]:
    """Return a check that lets only ``choices`` through; ``UsageError`` names the nearest one.

    Where they are ``columns`` of a table, their titles in either language will do, too.
    """

    def check(value: str | None) -> str | None:
        if value is None or value in choices:
            return value
        titled = find_column(map(columns.__getitem__, choices), value) if columns else None
        if titled:
            return titled.key
        names = {choice: columns[choice].named(get_language()) if columns else choice for choice in choices}
        titles = {columns[choice].zh: choice for choice in choices} if columns else {}
        near = get_close_matches(value, [*choices, *titles], n=1)
        hint = "Did you mean {near}?" if near else "Choose one of {choices}."
        raise UsageError(
            "{option} does not know {value}.",
            hint=hint,
            option=name,
            value=value,
            near="".join(names[titles.get(name, name)] for name in near),
            choices=", ".join(names.values()),
        )

    return check


def whole_number(name: str, low: int, high: int) -> Callable[[str | int], int]:
    """Return what reads a whole number of an option within limits; else ``UsageError`` names them."""

    def read(text: str | int) -> int:
        if re.fullmatch(r"[+-]?[0-9]{1,18}", str(text).strip()) and low <= int(text) <= high:
            return int(text)
        raise UsageError(
            "{option} {value}: this is not a whole number from {low} to {high}.",
            option=name, value=text, low=low, high=high,
        )  # fmt: skip

    return read


Files = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILES...",
        help="Exports as they are: xlsx, xls, xlsm, ods, csv, tsv, parquet, or a zip of these.",
    ),
]
OptionalFiles = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[FILES...]", help="Exports of members and orders, where the first file needs them."),
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DATE", help="Count nothing after this date, such as 2026-03-01; else today."),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        parser=output_path,
        help="Write to .xlsx, .html, .md, .json, .csv, .jsonl or .parquet; or to a workbook in this folder.",
    ),
]
Format = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="|".join(FORMATS),
        callback=one_of("--format", FORMATS),
        autocompletion=among(FORMATS),
        help="What is printed: table on a terminal, csv when piped, unless said here.",
    ),
]
Lang = Annotated[
    str | None,
    typer.Option(
        "--lang",
        metavar="|".join(LANGUAGES),
        callback=one_of("--lang", LANGUAGES),
        autocompletion=among(LANGUAGES),
        help="Language of messages and titles; else SIYU_LANG, else the computer's own.",
    ),
]
Where = Annotated[
    str | None,
    typer.Option(
        "--where",
        metavar="CONDITION",
        autocompletion=offer_condition,
        help="Only members of whom this is true: \"stage = 'dormant'\" or \"城市 = '杭州'\".",
    ),
]
By = Annotated[
    str | None,
    typer.Option(
        "--by",
        metavar="|".join(BY),
        callback=one_of("--by", BY, SEGMENTS),
        autocompletion=among(BY),
        help="Count the stages once more for each of these.",
    ),
]
SplitBy = Annotated[
    str | None,
    typer.Option(
        "--split-by",
        metavar="|".join(SPLIT_BY),
        callback=one_of("--split-by", SPLIT_BY, SEGMENTS),
        autocompletion=among(SPLIT_BY),
        help="One file per employee or store, named after them; needs -o.",
    ),
]
Map = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="TABLE.COLUMN=HEADER",
        autocompletion=offer_inputs,
        help="Take this header for that column, such as orders.member_id=household_id. May be repeated.",
    ),
]
Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Settings; else the nearest siyu.toml from here upward."),
]
PasswordEnv = Annotated[
    str | None,
    typer.Option("--password-env", metavar="NAME", help="Environment variable with the workbooks' password."),
]
Force = Annotated[bool, typer.Option("--force", help="Overwrite a file that is already there.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print results, warnings and errors only.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Say more; show where a bug of ours is.")]
ShowPersonal = Annotated[
    bool,
    typer.Option(
        "--show-personal", help="Phones, names, accounts and what was typed in full, not 138****8000 and 王**."
    ),
]
Columns = Annotated[
    str | None,
    typer.Option(
        "--columns",
        metavar="KEY,KEY…",
        autocompletion=offer_columns,
        help="Only these columns of the list, such as stage,net_sales,owner.",
    ),
]
DebugSteps = Annotated[
    Path | None,
    typer.Option("--debug-steps", metavar="DIR", help="Write every table in between to this folder, masked."),
]

Override = Annotated[
    list[str] | None,
    typer.Option(
        "--override",
        metavar="CODE=REASON",
        help="Go on in spite of a refusal; the reason is kept on record.",
    ),
]


def parse_date(option: str, text: str) -> date:
    """Return the calendar date ``text`` names (2026-03-01, 2026/3/1 or 20260301); else ``UsageError``."""
    if match := re.fullmatch(r"(\d{4})(?:-(\d{1,2})-|/(\d{1,2})/|(\d\d))(\d{1,2})", text.strip()):
        year, *month, day = match.groups()
        try:
            found = date(int(year), int(next(filter(None, month))), int(day))
        except ValueError:
            found = None
        if found and FIRST_YEAR <= found.year <= LAST_YEAR:
            return found
        if found:
            message = "{option} {value} is no date of a shop: years go from {first} to {last}."
            raise UsageError(message, option=option, value=text, first=FIRST_YEAR, last=LAST_YEAR)
    hint = "Write it as 2026-03-01."
    raise UsageError("{option} {value} is not a date.", hint=hint, option=option, value=text)


def parse_as_of(text: str | None, timezone: str) -> date:
    """Return the as-of date: what was typed, or today where the shop is."""
    if text:
        return parse_date("--as-of", text)
    from zoneinfo import ZoneInfo

    return datetime.now(ZoneInfo(timezone)).date()


def parse_overrides(pairs: Sequence[str] | None) -> dict[str, str]:
    """Return ``{"PYRAMID": "reason"}`` from ``CODE=REASON``; else ``UsageError``."""
    reasons = {}
    for pair in pairs or ():
        code, equals, reason = pair.partition("=")
        if not equals or not reason.strip() or code.strip() not in ("PYRAMID", "PRIZE"):
            raise UsageError("--override {pair} is not CODE=REASON.", hint="Write it as PYRAMID='…why…'.", pair=pair)
        reasons[code.strip()] = reason.strip()
    return reasons


def parse_map(pairs: Sequence[str] | None) -> dict[str, str]:
    """Return ``{"orders.member_id": "household_id"}`` from ``TABLE.COLUMN=HEADER``; else ``UsageError``."""
    return dict(_parse_pair(pair) for pair in pairs or ())


def _parse_pair(pair: str) -> tuple[str, str]:
    column, equals, header = re.sub("^([^=]*?)＝", r"\1=", pair).partition("=")
    key = find_input(column.strip())
    if not equals or not header.strip():
        hint = "Write it as --map orders.member_id=household_id."
        raise UsageError("--map {pair} is not TABLE.COLUMN=HEADER.", hint=hint, pair=pair)
    if key is None:
        known = [f"{name}.{key}" for name, table in INPUTS.items() for key in table.keys]
        near = get_close_matches(column, known, n=3) or ["members.member_id", "orders.member_id"]
        hint = "Did you mean {near}?"
        names = ", ".join(map(_input_named, near))
        raise UsageError("--map {column}: no such column.", hint=hint, column=column, near=names)
    return key, header.strip()


def _input_named(name: str) -> str:
    """Return what a column of a table is called where one has to be chosen, in Chinese with the titles of both."""
    table, _, key = name.partition(".")
    titles = f"{INPUTS[table].zh}.{INPUTS[table][key].zh}"
    return f"{titles}（{name}）" if get_language() == "zh" else name


def check_split(split_by: str | None, output: Path | None) -> None:
    """Raise ``UsageError`` where lists are split and no name for their files is given."""
    if split_by and output is None:
        raise UsageError("--split-by needs -o.", hint="Name the files: -o {example}.", example="名单.xlsx")


def check_condition(text: str | None, table: Table = SEGMENTS) -> None:
    """Raise ``ConditionError`` before any work is done for a condition that is not allowed."""
    if text is not None:
        from siyu_cli.core.conditions import parse_condition

        parse_condition(text, table)


def read_password(name: str | None, environ: Mapping[str, str]) -> str | None:
    """Return the password kept in the variable ``name``; ``UsageError`` when it is not set."""
    if name is None:
        return None
    if not environ.get(name):
        raise UsageError("--password-env {name}: no such variable is set.", name=name)
    return environ[name]
