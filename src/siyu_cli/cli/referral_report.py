"""``siyu referral-report``: what a referral campaign really brought; made to be run every morning by cron."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from siyu_cli.cli import notify as notifying
from siyu_cli.cli.loading import load_shop, read_source, tell_load
from siyu_cli.cli.memory import Memory, open_memory
from siyu_cli.cli.offers import among
from siyu_cli.cli.options import (
    AsOf,
    Config,
    Files,
    Force,
    Lang,
    Map,
    PasswordEnv,
    Quiet,
    ShowPersonal,
    Verbose,
    check_condition,
    one_of,
    output_path,
    parse_date,
)
from siyu_cli.cli.output import Sink, open_sink, say, write_stdout
from siyu_cli.cli.values import show
from siyu_cli.cli.writing import check_output, name_output
from siyu_cli.errors import EXIT_FINDINGS, ComplianceError, UsageError
from siyu_cli.locale import get_language
from siyu_cli.locale import translate as _
from siyu_cli.masks import mask_word
from siyu_cli.meanwhile import import_meanwhile
from siyu_cli.signs import one_line
from siyu_cli.tables.referral import REFERRAL_FIGURES

if TYPE_CHECKING:
    from siyu_cli import ReferralReport
    from siyu_cli.cli.loading import Source

EXAMPLES = """siyu referral-report 邀请记录.xlsx 客户.xlsx 订单.xlsx -o 裂变.html
siyu referral-report 导出/*.xlsx --since last --fail-on "suspicious_rate > 0.1" -o 裂变.xlsx --force --quiet
siyu referral-report 邀请记录.xlsx --campaign 春日裂变 --format markdown
"""
COMMAND = "referral-report"
FORMATS = ("table", "json", "markdown")
SUFFIXES = (".xlsx", ".html", ".json", ".md")
SHOWN = (
    *REFERRAL_FIGURES.keys[:3],
    "joined",
    "new_members",
    "ordered",
    "retained",
    "lost",
    "suspicious",
    "activated",
)

Since = Annotated[
    str | None,
    typer.Option("--since", metavar="DATE|7d|last", help="Also count what is new since then; last is the last report."),
]
CampaignName = Annotated[str | None, typer.Option("--campaign", metavar="NAME", help="Only this campaign's invites.")]
ReportFormat = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="|".join(FORMATS),
        callback=one_of("--format", FORMATS),
        autocompletion=among(FORMATS),
        help="What is printed.",
    ),
]
ReportOutput = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        parser=output_path,
        help="Write to .xlsx, .html, .json or .md; or to a workbook in this folder.",
    ),
]
FailOn = Annotated[
    str | None,
    typer.Option(
        "--fail-on",
        metavar="CONDITION",
        help="End with exit code 3 when it holds, such as 'suspicious_rate > 0.1'.",
    ),
]
Notify = Annotated[
    list[str] | None,
    typer.Option(
        "--notify", metavar="URL",
        help="Send the short report there: a robot's webhook or an Apprise URL; repeatable.",
    ),
]  # fmt: skip
Override = Annotated[
    list[str] | None,
    typer.Option(
        "--override",
        metavar="CODE=REASON",
        help="Report in spite of a refusal; the reason is kept on record.",
    ),
]


def referral_report(  # noqa: PLR0913, PLR0917  each parameter is an option
    files: Files,
    as_of: AsOf = None,
    since: Since = None,
    campaign: CampaignName = None,
    format: ReportFormat = None,
    output: ReportOutput = None,
    fail_on: FailOn = None,
    notify: Notify = None,
    override: Override = None,
    force: Force = False,
    header_map: Map = None,
    config: Config = None,
    password_env: PasswordEnv = None,
    show_personal: ShowPersonal = False,
    lang: Lang = None,  # noqa: ARG001  main has already chosen the language
    quiet: Quiet = False,
    verbose: Verbose = False,  # noqa: ARG001  main has already looked at it
) -> None:
    """Report what invites really brought: who joined, ordered and stayed, what it cost, which rows to look at.

    Give it the invite list, and the members and orders beside it; inviter columns and invite codes of a members
    export are read too. In cron it says one line, nothing with --quiet unless something is wrong.
    """
    check_output(output, files, force=force, suffixes=SUFFIXES)
    reasons = parse_overrides(override)
    is_attended = sys.stderr.isatty()
    sink = open_sink(format or "table", output, quiet=quiet or not is_attended)
    source = read_source(files, as_of, config, header_map, password_env, sink)
    output = name_output(output, COMMAND, source.as_of, force=force)
    urls = [*source.settings.referral.notify, *(notify or ())]
    notifying.check(urls)
    check_condition(fail_on, REFERRAL_FIGURES)
    from siyu_cli.core.referral.rules import rules_of

    import_meanwhile("pandas", "siyu_cli.shop_referrals", "scipy.optimize", "jinja2", "siyu_cli.files.write")
    asked = {"campaign": campaign, "since": since, "rules": rules_of(source.settings), "override": reasons}
    with (
        open_memory(COMMAND, source, asked) as memory,
        load_shop(source, sink, memory.aliases()) as shop,
    ):
        day = parse_since(since, source, memory, campaign)
        with sink.status(_("Following the invites…")):
            report = shop.referral_report(campaign=campaign, since=day, past=past_of(memory, campaign, source.as_of))
        report = report if show_personal else report.masked()
        memory.inputs = report.meta["inputs"]
        refuse(report, reasons)
        if output is not None:
            with sink.writing(output):
                write_report(report, output, force=force)
            memory.note_output(output, report.suspicions.num_rows)
        if format or output is None or sys.stdout.isatty():
            print_report(report, sink)
        findings = [*find_wrongs(report, fail_on, source)]
        findings += tell_others(report, urls)
    tell(report, sink, output, since, findings, is_quiet=quiet)
    if findings:
        raise typer.Exit(EXIT_FINDINGS)


def parse_overrides(pairs: Sequence[str] | None) -> dict[str, str]:
    """Return ``{"PYRAMID": "reason"}`` from ``CODE=REASON``; else ``UsageError``."""
    reasons = {}
    for pair in pairs or ():
        code, equals, reason = pair.partition("=")
        if not equals or not reason.strip() or code.strip() not in ("PYRAMID", "PRIZE"):
            raise UsageError("--override {pair} is not CODE=REASON.", hint="Write it as PYRAMID='…why…'.", pair=pair)
        reasons[code.strip()] = reason.strip()
    return reasons


def parse_since(text: str | None, source: Source, memory: Memory, campaign: str | None) -> date | None:
    """Return the first day that is new: a date, so many days up to as-of, or the day after the last report's.

    None where nothing was asked for, or where there is no earlier report.
    """
    if text is None:
        return None
    if text == "last":
        earlier = [run["as_of"] for run in reports_of(memory, campaign) if run["as_of"] < source.as_of]
        if memory.ledger is None:
            raise UsageError(
                "--since last needs the shop's memory.",
                hint="Run siyu init once: it writes the siyu.toml memory lies beside.",
            )
        return max(earlier) + timedelta(1) if earlier else None
    if days := re.fullmatch(r"([1-9][0-9]{0,4})d", text, re.ASCII):
        return source.as_of - timedelta(int(days[1]) - 1)
    since = parse_date("--since", text)
    if since > source.as_of:
        raise UsageError("--since {since} is after --as-of {as_of}.", since=since, as_of=source.as_of)
    return since


def reports_of(memory: Memory, campaign: str | None) -> list[dict[str, Any]]:
    """Return the finished reports of the campaign, the first one first."""
    if memory.ledger is None:
        return []
    kept = campaign and mask_word(campaign)  # as the ledger keeps it
    return [run for run in memory.ledger.history(COMMAND) if run["parameters"].get("campaign") == kept]


def past_of(memory: Memory, campaign: str | None, as_of: date) -> Any:
    """Return what earlier reports of the campaign left: the first one's rules, how many other dates were looked at."""
    from siyu_cli.shop_referrals import Past

    runs = reports_of(memory, campaign)
    return Past(runs[0]["parameters"].get("rules") if runs else None, len({run["as_of"] for run in runs} - {as_of}))


def refuse(report: ReferralReport, reasons: Mapping[str, str]) -> None:
    """Raise ``ComplianceError`` for what the law forbids, unless it is overridden with a reason."""
    hint = "Stop these rewards. To see the report all the same: --override {code}='…why…'; it is kept on record."
    for finding in report.refusals:
        if finding.code not in reasons:
            facts: dict[str, Any] = {**finding.note.facts, "code": finding.code}
            raise ComplianceError(finding.note.message, hint=hint, **facts)


def write_report(report: ReferralReport, path: Path, *, force: bool) -> None:
    """Write the workbook, the page, the document or the short text, by the suffix of ``path``."""
    from siyu_cli.cli.referral_blocks import markdown
    from siyu_cli.files.write import replacing, write_json

    suffix = path.suffix.lower()
    if suffix == ".json":
        write_json(document(report), path, force=force)
    elif suffix == ".md":
        with replacing(path, force=force) as temporary:
            temporary.write_text(markdown(report), encoding="utf-8", newline="\n")
    elif suffix == ".html":
        _write_page(report, path, force=force)
    else:
        _write_workbook(report, path, force=force)


def _write_page(report: ReferralReport, path: Path, *, force: bool) -> None:
    from siyu_cli.cli import referral_blocks as words
    from siyu_cli.files.writing.page import Card, Page, write_page

    name = report.meta["campaign"] or report.shop.settings.shop.name
    cards = [Card(words.name(key), words.figure(report, key), words.made_of(report, key)) for key in words.CARDS]
    grave = [f"{f.code}: {_(f.note.message).format(**f.note.facts)}" for f in report.findings if f.level != "info"]
    warnings = [*grave, *(_(note.message).format(**note.facts) for note in report.load.warnings)]
    footer = [f"{fact}: {text}" for fact, text in words.facts(report) if text]
    rows = _("{rows_in} rows read, {rows_used} used, {rows_rejected} rejected, {rows_skipped} skipped")
    footer.append(rows.format(**{key: show(value, "count") for key, value in _counts(report).items()}))
    footer.append(f"siyu {report.meta['version']}")
    page = Page(
        get_language(), _("Referral report") + (f" · {name}" if name else ""),
        [line for line in (words.headline(report), words.lately(report)) if line],
        cards, words.blocks(report), warnings, footer, show,
    )  # fmt: skip
    write_page(page, path, force=force)


def _write_workbook(report: ReferralReport, path: Path, *, force: bool) -> None:
    from siyu_cli.cli import referral_blocks as words
    from siyu_cli.files.writing.referral_sheets import ReferralContents, referral_sheets
    from siyu_cli.files.writing.wording import Words
    from siyu_cli.files.writing.workbook import write_workbook

    figures = [
        (words.name(key), words.figure(report, key), words.made_of(report, key)) for key in REFERRAL_FIGURES.keys
    ]
    figures += [(fact, "", text) for fact, text in words.facts(report) if text]
    headlines = [line for line in (words.headline(report), words.lately(report)) if line]
    contents = ReferralContents(
        words.blocks(report), figures, report.suspicions, report.load, describe_run(report), headlines
    )
    write_workbook(path, referral_sheets(contents, Words(get_language(), _)), force=force)


def print_report(report: ReferralReport, sink: Sink) -> None:
    """Print the tables, the JSON document or the short Markdown, by the sink's format."""
    from siyu_cli.cli import referral_blocks as words

    if sink.format == "json":
        sink.document(document(report))
        return
    if sink.format == "markdown":
        write_stdout(words.markdown(report))
        return
    sink.text(words.headline(report))
    if words.lately(report):
        sink.text(words.lately(report))
    sink.text()
    sink.facts((words.name(key), f"{words.figure(report, key)}  {words.made_of(report, key)}") for key in words.CARDS)
    for block in words.blocks(report):
        if block.is_trend:
            continue
        sink.text()
        sink.table(block.brief_columns, block.rows, title=block.title)
    sink.text()
    sink.facts(words.facts(report))


def find_wrongs(report: ReferralReport, condition: str | None, source: Source) -> list[str]:
    """Return what makes the command end with findings, in sentences."""
    wrongs = [_(note.message).format(**note.facts) for note in report.load.findings]
    if condition is not None and report.meets(condition):
        wrongs.append(_("{condition} holds.").format(condition=condition))
    limit = source.settings.load.max_rejected_share
    if report.load.rejected_share > limit:
        warning = _("{share} of the rows were rejected, more than max_rejected_share = {limit}.")
        wrongs.append(warning.format(share=show(report.load.rejected_share, "rate"), limit=limit))
    return wrongs


def tell_others(report: ReferralReport, urls: Sequence[str]) -> list[str]:
    """Send the short report and return what went wrong, in sentences; the report itself is written by then."""
    if not urls:
        return []
    from siyu_cli.cli.referral_blocks import markdown

    failed = notifying.send(urls, _("Referral report"), markdown(report))
    told = _("The notification was not delivered: {service} ({why}).")
    return [told.format(service=service, why=why) for service, why in failed]


def tell(
    report: ReferralReport,
    sink: Sink,
    output: Path | None,
    since: str | None,
    findings: Sequence[str],
    *,
    is_quiet: bool,
) -> None:
    """Say on a terminal what was read and written; in cron one line, and with --quiet nothing unless it is wrong.

    Who reads a JSON document from a pipe gets nothing beside it.
    """
    if sys.stderr.isatty():
        tell_load(report.load, sink, with_findings=False)
        for finding in report.findings:
            if finding.level != "info":
                sink.warn(f"{finding.code}: {_(finding.note.message).format(**finding.note.facts)}")
        if output is not None:
            sink.note(_("Wrote {file}.").format(file=output))
        elif sink.is_table:
            sink.hint(_("siyu referral-report … -o FILE.html writes a page to forward"))
        if since == "last" and report.meta["since"] is None:
            sink.note(_("There is no earlier report: nothing is counted as new."))
        for finding_ in findings:
            sink.warn(finding_)
    elif findings or not (is_quiet or (sink.format == "json" and output is None)):
        say(log_line(report, output, findings))


def log_line(report: ReferralReport, output: Path | None, findings: Sequence[str]) -> str:
    """Return the one line a log keeps of a run: time, figures, what was written, what is wrong."""
    facts = {
        "as_of": report.meta["as_of"],
        **({"since": report.meta["since"]} if report.meta["since"] else {}),
        **{key: report.row[key] for key in ("invites", "joined", "ordered", "suspicious")},
        "rows_rejected": report.load.rows_rejected,
        "warnings": len(report.load.warnings) + sum(finding.level == "warning" for finding in report.findings),
        **({"wrote": output.name} if output else {}),
        **({"findings": " ".join(findings)} if findings else {}),
    }
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    return f"{now} {COMMAND} " + " ".join(f"{key}={one_line(str(value))}" for key, value in facts.items())


def document(report: ReferralReport) -> dict[str, Any]:
    """Return the report as ``--format json`` prints it; its keys are never translated."""
    return {**report.as_dict(), "meta": describe_run(report)}


def describe_run(report: ReferralReport) -> dict[str, Any]:
    """Return what every output carries: version, command, date, parameters, inputs, warnings."""
    return {**report.meta, "command": COMMAND, "warnings": [str(note) for note in report.load.warnings]}


def _counts(report: ReferralReport) -> dict[str, int]:
    return {key: getattr(report.load, key) for key in ("rows_in", "rows_used", "rows_rejected", "rows_skipped")}
