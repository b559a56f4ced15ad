"""Campaigns from files and into files: the plan an operator fills in, the list it becomes, the table of a trial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from siyu_cli.core.campaign.assigned import arm_of, arms_named, assigned_rows, expected_cost, once
from siyu_cli.core.campaign.evaluate import CONTROL, Cost, Evaluate, Period
from siyu_cli.core.campaign.evaluate_table import EvaluateTable
from siyu_cli.core.campaign.plan import read_plan_toml
from siyu_cli.core.campaign.plan_form import plan_form, plan_from_form
from siyu_cli.core.campaign.question import takes_codes
from siyu_cli.core.campaign.tables import ASSIGNED, BASELINE, EXCLUDED_MEMBERS
from siyu_cli.core.winback.trial import Assigned
from siyu_cli.errors import DataError, Note, OutputError, UsageError, Where
from siyu_cli.files.plan.read_rows import read_rows
from siyu_cli.guard import will_read
from siyu_cli.masks import mask_word
from siyu_cli.render.reader import Reader
from siyu_cli.render.replace import replacing
from siyu_cli.render.targets import wrote

if TYPE_CHECKING:
    import pandas as pd

    from siyu_cli.core.campaign.plan import Plan
    from siyu_cli.core.campaign.question import PlanAnswer
    from siyu_cli.core.campaign.template import TemplateAnswer
    from siyu_cli.core.question import Answer
    from siyu_cli.files.plan.read_rows import Rows

_NAMED = 9  # arms that are named where one is not found: a column of anything else has thousands


def read_plan(path: Path) -> Plan:
    """Return the plan of a workbook or of TOML; errors name the sheet and cell, or the line and key."""
    will_read(path)
    if path.suffix.lower() == ".toml":
        return read_plan_toml(path)
    from siyu_cli.files.plan.read_form import read_form

    return plan_from_form(read_form(path, plan_form()))


def read_audience(path: Path) -> tuple[str, ...]:
    """Return the members on a list, as it calls them; errors are those of ``read_list``."""
    from siyu_cli.core.contacts.given import list_tables
    from siyu_cli.files.lists import KEY, read_list

    will_read(path)
    rows = read_list(path, list_tables()).rows
    return tuple(member for member in rows[KEY].to_pylist() if member)


def write_plan(answer: Answer, path: Path, reader: Reader, *, force: bool) -> tuple[Path, ...]:
    """Write the form with what is known filled in, and return the file; what it rests on stands on its first sheet."""
    from siyu_cli.files.plan.write_form import toml_form, write_form

    found = cast("TemplateAnswer", answer)
    options: dict[str, Any] = {"lang": reader.lang, "translate": reader.translate}
    guide = _guide(found, reader)
    with replacing(path, force=force) as temporary:
        if path.suffix.lower() == ".toml":
            temporary.write_text(toml_form(plan_form(), found.filled, guide=guide, **options), "utf-8", newline="\n")
        else:
            temporary.write_bytes(write_form(plan_form(), found.filled, guide=guide, **options))
    return (path,)


def _guide(found: TemplateAnswer, reader: Reader) -> list[list[str]]:
    """Return what stands before the form: the report's words, its warnings, and the rows that were measured."""
    report, columns = found.report(), BASELINE.columns
    warning = reader.translate("Warning: {text}")
    lines = [[reader.say(text)] for text in (report.title, *report.opening)]
    lines += [[warning.format(text=reader.say(note))] for note in report.warnings]
    rows = [reader.cells(row, columns) for row in found.baseline.rows]
    return [*lines, [], [reader.title(column) for column in columns], *rows]


def check_codes(plan: Plan, output: Path | None) -> None:
    """Raise ``OutputError`` where a list with personal codes would be replaced, even with --force: they may be sent."""
    if output is not None and output.exists() and any(takes_codes(offer) for offer in plan.offers):
        raise OutputError(
            "{file} already exists, and may hold codes that were sent: it is not replaced.",
            hint="Choose another name, or move it away.", where=Where(file=str(output)), file=output,
        )  # fmt: skip


def write_excluded(answer: Answer, path: Path, reader: Reader, *, force: bool) -> Note:
    """Write who is in neither arm, and return what is said of that."""
    from siyu_cli.render.write import write_rows

    write_rows(cast("PlanAnswer", answer).excluded(), EXCLUDED_MEMBERS, path, reader, force=force)
    return wrote(path)


@dataclass(frozen=True)
class TableOptions:
    """The options of a table of outcomes."""

    arm: str | None
    control: str | None
    metrics: str | None
    by: str | None = None
    past: Sequence[str] | None = None
    missing: str | None = None
    reached: str | None = None
    control_share: float | None = None


@dataclass(frozen=True)
class ListOptions:
    """The options of a campaign's list."""

    control_share: float | None = None
    starts_on: date | None = None
    days: int | None = None
    cost: float | None = None
    reached: str | None = None


@dataclass(frozen=True)
class TrialOptions:
    """The options of a list that is read for who came back: the arm left alone, its share, the first day."""

    control: str | None = None
    control_share: float | None = None
    starts_on: date | None = None


def read_assigned(path: Path, given: TrialOptions) -> Assigned:
    """Return the arms of a list: those of a plan, or any others of which one is named that was left alone.

    ``UsageError`` where nothing says when it began, or no arm has that name.
    """
    read, first = _read_list(path, given.starts_on)
    share = given.control_share or float(read.parameters.get("control_share") or 0) or None
    if given.control is None:
        rows = assigned_rows(read.frame)
        return Assigned(rows[~rows["is_idle"]], CONTROL, first, share, read.made_from)
    frame = read.frame.assign(arm=arms_named(read.frame["arm"]), member_id=read.frame["member_id"].astype(str))
    arms = sorted(set(frame["arm"]) - {""})
    control = arm_of(given.control.strip(), arms)
    if control not in arms:
        message = "There is no arm {control} beside another."
        raise UsageError(
            message, hint="The arms are: {arms}.", control=given.control, arms=", ".join(map(mask_word, arms[:_NAMED]))
        )
    return Assigned(once(frame[frame["arm"] != ""]), control, first, share, read.made_from)


def outcome_question(path: Path, given: TableOptions, lang: str) -> EvaluateTable:
    """Return the question about a table of outcomes; ``UsageError`` where arm, control or metrics is missing."""
    if given.arm is None or given.control is None or given.metrics is None:
        message = "A table of outcomes needs --arm, --control and --metrics."
        raise UsageError(message, hint="Write it as --arm segment --control none --metrics visit,spend.")
    will_read(path)
    read = read_rows(path)
    names = tuple(name.strip() for name in given.metrics.replace("，", ",").split(",") if name.strip())
    if not names:
        raise UsageError("--metrics names no column.", hint="Write it as --metrics visit,spend.")
    missing = cast("Literal['zero', 'left_out'] | None", given.missing)
    return EvaluateTable(
        read.frame, given.arm, given.control.strip(), names, given.control_share, parse_past(given.past, names),
        given.by, given.reached, missing, read.made_from, lang=lang,
    )  # fmt: skip


def parse_past(pairs: Sequence[str] | None, metrics: Sequence[str]) -> Mapping[str, str]:
    """Return ``{"spend": "history"}`` from ``spend=history``; else ``UsageError``."""
    found = {}
    for pair in pairs or ():
        metric, equals, name = (part.strip() for part in pair.partition("="))
        if not equals or not name or metric not in metrics:
            message, hint = "--past {pair} is not METRIC=COLUMN.", "The metrics are: {metrics}."
            raise UsageError(message, hint=hint, pair=pair, metrics=", ".join(metrics))
        found[metric] = name
    return found


def list_question(path: Path, given: ListOptions, lang: str) -> Evaluate:
    """Return the question about a list and later orders; ``UsageError`` where nothing says when the campaign began."""
    read, first = _read_list(path, given.starts_on)
    said = read.parameters
    window = Period(first, given.days or int(float(said.get("horizon_days") or 30)))
    rows = assigned_rows(read.frame)
    share = given.control_share or float(said.get("control_share") or 0) or None
    name = str(said.get("campaign") or "")
    cost = cost_of(rows, said, given.cost)
    return Evaluate(rows, window, name, share, cost, given.reached, read.made_from, lang=lang)


def _read_list(path: Path, starts_on: date | None) -> tuple[Rows, date]:
    """Return the rows of a list and its first day; ``UsageError`` where nothing says that."""
    will_read(path)
    read = read_rows(path, (ASSIGNED["member_id"], ASSIGNED["arm"], *ASSIGNED.columns[1:2], *ASSIGNED.columns[3:]))
    first = starts_on or _day(read.parameters.get("starts_on"), path)
    if first is None:
        raise UsageError("The list does not say when the campaign began.", hint="Add --starts-on 2026-07-01.")
    return read, first


def cost_of(rows: pd.DataFrame, said: Mapping[str, Any], spent: float | None) -> Cost:
    """Return what the campaign cost: what was really spent, else as planned, fixed fees among it."""
    planned = round(expected_cost(rows) + float(said.get("fixed_fees") or 0), 2)
    whole = planned if spent is None else spent
    if said.get("discounts") is None or not planned:
        return Cost(whole)
    return Cost(whole, whole * min(float(said["discounts"]) / planned, 1.0))


def _day(text: object, path: Path) -> date | None:
    """Return the day a list says; ``DataError`` where that is no date."""
    if not text:
        return None
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        message = "{file} says that the campaign began on {day}: that is no date."
        where = Where(file=path.name)
        raise DataError(message, hint="Add --starts-on 2026-07-01.", where=where, file=path.name, day=text) from None
