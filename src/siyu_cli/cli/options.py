"""Options that several commands share: one name, one meaning, one help text each."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

import typer

from siyu_cli.cli.offers import Offer, among, offer_condition, offer_inputs
from siyu_cli.core.churn.calendar import FIRST_YEAR, LAST_YEAR
from siyu_cli.core.lifecycle.tables import SEGMENTS
from siyu_cli.engines.lake import as_place
from siyu_cli.errors import UsageError
from siyu_cli.locale import LANGUAGES, get_language
from siyu_cli.masks import mask_word
from siyu_cli.render.targets import output_path
from siyu_cli.tables.column import Table, find_column

FORMATS = ("table", "csv", "json", "jsonl", "markdown")
ENGINES = ("duckdb", "spark")
BY = ("owner", "store", "source_channel", "level")
SPLIT_BY = ("owner", "store")


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
            value=mask_word(value),
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


def text(names: str, metavar: str, help: str, offer: Offer | None = None) -> Any:
    """Return an option that takes a word; ``names`` is one, or several with a space between, such as -o --output."""
    return typer.Option(*names.split(), metavar=metavar, autocompletion=offer, help=help)


def flag(names: str, help: str) -> Any:
    """Return an option that is there or not."""
    return typer.Option(*names.split(), help=help)


def choice(name: str, choices: Sequence[str], help: str, columns: Table | None = None) -> Any:
    """Return an option that takes one of a few words, or titles of these columns."""
    check, shown = one_of(name, choices, columns), "|".join(choices)
    return typer.Option(name, metavar=shown, callback=check, autocompletion=among(choices), help=help)


def number(name: str, metavar: str, limits: tuple[int, int], help: str) -> Any:
    """Return an option that takes a whole number within limits."""
    return typer.Option(name, metavar=metavar, parser=whole_number(name, *limits), help=help)


def target(names: str, help: str) -> Any:
    """Return an option that names a file to write."""
    return typer.Option(*names.split(), metavar="FILE", parser=output_path, help=help)


Files = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILES...",
        parser=as_place,
        help="Exports as they are: xlsx, xls, xlsm, ods, csv, tsv, parquet, or a zip of these.",
    ),
]
OptionalFiles = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[FILES...]", parser=as_place, help="Exports of members and orders, where the first file needs them."
    ),
]
AsOf = Annotated[str | None, text("--as-of", "DATE", "Count nothing after this date, such as 2026-03-01; else today.")]
_WRITTEN = "Write to .xlsx, .html, .md, .json, .csv, .jsonl or .parquet; or to a workbook in this folder."
Output = Annotated[Path | None, target("--output -o", _WRITTEN)]
_PRINTED = "What is printed: table on a terminal, csv when piped, unless said here."
Format = Annotated[str | None, choice("--format", FORMATS, _PRINTED)]
_SPOKEN = "Language of messages and titles; else SIYU_LANG, else the computer's own."
Lang = Annotated[str | None, choice("--lang", LANGUAGES, _SPOKEN)]
_OF_WHOM = "Only members of whom this is true: \"stage = 'dormant'\" or \"城市 = '杭州'\"."
Where = Annotated[str | None, text("--where", "CONDITION", _OF_WHOM, offer_condition)]
By = Annotated[str | None, choice("--by", BY, "Count the stages once more for each of these.", SEGMENTS)]
TellApart = Annotated[str | None, choice("--by", BY, "Tell these apart as well.", SEGMENTS)]
_SPLIT = "One file per employee or store, named after them; needs -o."
SplitBy = Annotated[str | None, choice("--split-by", SPLIT_BY, _SPLIT, SEGMENTS)]
_MAPPED = "Take this header for that column, such as orders.member_id=household_id. May be repeated."
Map = Annotated[list[str] | None, text("--map", "TABLE.COLUMN=HEADER", _MAPPED, offer_inputs)]
Config = Annotated[Path | None, text("--config", "FILE", "Settings; else the nearest siyu.toml from here upward.")]
PasswordEnv = Annotated[
    str | None, text("--password-env", "NAME", "Environment variable with the workbooks' password.")
]
Force = Annotated[bool, flag("--force", "Overwrite a file that is already there.")]
_ENGINE = "Where the work is done: duckdb is this machine, spark is as [engine] says and reads Parquet where it lies."
Engine = Annotated[str | None, choice("--engine", ENGINES, _ENGINE)]
Quiet = Annotated[bool, flag("--quiet -q", "Print results, warnings and errors only.")]
Verbose = Annotated[bool, flag("--verbose -v", "Say more; show where a bug of ours is.")]
_SENT = "Send the short report there: a robot's webhook or an Apprise URL; repeatable."
Notify = Annotated[list[str] | None, text("--notify", "URL", _SENT)]
_IN_FULL = "Phones, names, accounts and what was typed in full, not 138****8000 and 王**."
ShowPersonal = Annotated[bool, flag("--show-personal", _IN_FULL)]
Override = Annotated[
    list[str] | None, text("--override", "CODE=REASON", "Go on in spite of a refusal; the reason is kept on record.")
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


def parse_days(option: str, given: str | None) -> int | None:
    """Return how many days ``30d`` or ``30`` are; ``UsageError`` for anything else, and beyond ten years."""
    if given is None:
        return None
    found = re.fullmatch(r"([0-9]{1,4})\s*(d|days?|天)?", given.strip(), re.ASCII | re.IGNORECASE)
    if found is None or not 1 <= int(found[1]) <= 3_650:
        message = "{option} {days} is not so many days."
        raise UsageError(message, hint="Write it as 30d: 1 to 3650 days.", option=option, days=given)
    return int(found[1])


def parse_as_of(text: str | None, timezone: str) -> date:
    """Return the as-of date: what was typed, or today where the shop is."""
    if text:
        return parse_date("--as-of", text)
    from zoneinfo import ZoneInfo

    return datetime.now(ZoneInfo(timezone)).date()


def parse_overrides(pairs: Sequence[str] | None, codes: Sequence[str] = ("PYRAMID", "PRIZE")) -> dict[str, str]:
    """Return ``{"PYRAMID": "reason"}`` from ``CODE=REASON``, the code one of these; else ``UsageError``."""
    reasons = {}
    for pair in pairs or ():
        code, equals, reason = pair.partition("=")
        if not equals or not reason.strip() or code.strip() not in codes:
            message, hint = "--override {pair} is not CODE=REASON.", "Write it as {code}='…why…'; codes are {codes}."
            raise UsageError(message, hint=hint, pair=mask_word(pair), code=codes[0], codes=", ".join(codes))
        reasons[code.strip()] = reason.strip()
    return reasons


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
