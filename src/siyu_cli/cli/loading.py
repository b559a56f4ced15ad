"""Opening the shop from a command's options, and telling what became of every row."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siyu_cli.cli.options import parse_as_of, parse_map, read_password
from siyu_cli.cli.output import Sink
from siyu_cli.cli.values import show
from siyu_cli.errors import EXIT_FINDINGS, InputError
from siyu_cli.locale import get_language
from siyu_cli.locale import translate as _
from siyu_cli.tables.cleaned import SKIP_RULES
from siyu_cli.tables.column import Table

if TYPE_CHECKING:
    from siyu_cli import Shop
    from siyu_cli.config.settings import Settings
    from siyu_cli.files.loading.report import LoadReport

# Folders beside siyu.toml that are siyu's own: what it remembers, and the shop's presets.
BESIDE = (".siyu", "presets")
LOCKED = "{file} is protected by a password."


@dataclass(frozen=True)
class Source:
    """What a command was told about its files: their names, the settings, the as-of date, the password."""

    files: Sequence[Path]
    settings: Settings
    as_of: date
    password: str | None = None


def read_source(
    files: Sequence[Path],
    as_of: str | None,
    config: Path | None,
    header_map: Sequence[str] | None,
    password_env: str | None,
    sink: Sink,
) -> Source:
    """Return what the shared options say; the as-of date is echoed when it was not given."""
    mapped = parse_map(header_map)
    password = read_password(password_env, os.environ)
    from siyu_cli.config.settings import load_settings

    settings = load_settings(config, Path.cwd(), os.environ, {"map": mapped} if mapped else None)
    keep_settings(settings, config)
    day = parse_as_of(as_of, settings.shop.timezone)
    if as_of is None:
        zone = settings.shop.timezone
        sink.note(_("As of {as_of}, today in {timezone}.").format(as_of=day, timezone=zone))
    return Source(files, settings, day, password)


def keep_settings(settings: Settings, config: Path | None) -> None:
    """Keep what the settings are read from, and what stands beside them, from being replaced by a result."""
    from siyu_cli.config.layers import find_nearest, find_user_file
    from siyu_cli.files.writing.guard import will_read

    files = (config, find_nearest(Path.cwd()), find_user_file(os.environ), *settings.exclude.files)
    beside = [settings.path.parent / name for name in BESIDE] if settings.path else []
    will_read(*(Path(path) for path in files if path), *beside)


def load_shop(
    source: Source, sink: Sink, aliases: Mapping[str, str] | None = None, snapshot: Path | None = None
) -> Shop:
    """Return the shop; a locked file asks for its password where somebody can type it.

    ``aliases`` and the ``snapshot`` of an earlier run keep members' keys as they were.
    """
    from siyu_cli import open_shop

    def opened(password: str | None) -> Shop:
        with sink.reading() as progress:
            return open_shop(
                source.files,
                as_of=source.as_of,
                settings=source.settings,
                password=password,
                aliases=aliases,
                snapshot=snapshot,
                progress=progress,
            )

    try:
        return opened(source.password)
    except InputError as error:
        if error.message != LOCKED or not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise
        import typer

        question = _("Password of {file}").format(**error.facts)
        return opened(typer.prompt(question, hide_input=True, err=True))


def tell_load(report: LoadReport, sink: Sink, *, with_findings: bool = True) -> None:
    """Say how many rows were read, used, rejected and skipped by which rule, and what to be aware of.

    ``with_findings``: also what makes the result doubtful, unless the command tells that in its own place.
    """
    sink.note(count_rows(report))
    for note in report.masked().warnings:
        if note.is_finding and not with_findings:
            continue
        sink.warn(_(note.message).format(**note.facts))


def end_by_findings(report: LoadReport, sink: Sink, max_rejected_share: float = 1) -> None:
    """End the command with exit code 3 where what was read makes its result doubtful.

    That is a finding of the load, told before as a warning, or more rejected rows than the settings allow.
    """
    is_rejected = report.rejected_share > max_rejected_share
    if is_rejected:
        warning = _("{share} of the rows were rejected, more than max_rejected_share = {limit}.")
        sink.warn(warning.format(share=f"{report.rejected_share:.1%}", limit=max_rejected_share))
        sink.hint(_("siyu check … --rejects FILE.xlsx lists them"))
    if is_rejected or report.findings:
        import typer

        raise typer.Exit(EXIT_FINDINGS)


def count_rows(report: Any) -> str:
    """Return ``9 rows in = 7 used + 0 rejected + 2 skipped (not paid 2)`` for a load or one sheet of it."""
    line = _("{rows_in} rows in = {rows_used} used + {rows_rejected} rejected + {rows_skipped} skipped")
    facts = ("rows_in", "rows_used", "rows_rejected", "rows_skipped")
    return line.format(**{fact: f"{getattr(report, fact):,}" for fact in facts}) + name_rules(report.skipped)


def name_rules(skipped: Mapping[str, int]) -> str:
    """Return `` (no member 107,927, blank row 3)`` in the operator's language; nothing for nothing."""
    named = (f"{title(SKIP_RULES, rule)} {rows:,}" for rule, rows in skipped.items() if rows)
    listed = _(", ").join(named)
    return _(" ({listed})").format(listed=listed) if listed else ""


def title(names: Mapping[str, Sequence[str]], key: Any) -> str:
    """Return what people read for a key of STAGES, RFM_SEGMENTS, SKIP_RULES or REJECT_REASONS."""
    if key not in names:
        return show(key, "text")
    return names[key][-1] if get_language() == "zh" else names[key][-2]


def heading(table: Table) -> str:
    """Return a table's name for people."""
    return table.zh if get_language() == "zh" else table.en


def entitle(rows: Sequence[Mapping[Any, Any]], column: str, names: Mapping[str, Sequence[str]]) -> list[dict[Any, Any]]:
    """Return the rows with the keys of one column replaced by what people read."""
    return [{**row, column: title(names, row[column])} for row in rows]
