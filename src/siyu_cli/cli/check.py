"""``siyu check``: what every sheet and column was taken for, and what became of every row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from siyu_cli.cli.loading import count_rows, heading, load_shop, read_source, title
from siyu_cli.cli.options import (
    AsOf,
    Config,
    Files,
    Force,
    Format,
    Lang,
    Map,
    PasswordEnv,
    Quiet,
    ShowPersonal,
    Verbose,
    output_path,
)
from siyu_cli.cli.output import Sink, open_sink
from siyu_cli.cli.writing import check_output, name_output
from siyu_cli.errors import EXIT_FINDINGS, OutputError, UsageError, Where
from siyu_cli.locale import get_language
from siyu_cli.locale import translate as _
from siyu_cli.tables.catalogue import TABLES
from siyu_cli.tables.cleaned import REJECT_REASONS, REJECTS
from siyu_cli.tables.column import Column

if TYPE_CHECKING:
    import pyarrow as pa

    from siyu_cli import Shop
    from siyu_cli.config.settings import Settings
    from siyu_cli.files.loading.report import LoadReport, SheetReport

EXAMPLES = """siyu check 客户.xlsx 订单.xlsx
siyu check 订单.csv --rejects 未采用.xlsx
siyu check 会员.xls --map members.member_id=会员卡号 --make-preset 会员系统
"""
RejectsFile = Annotated[
    Path | None,
    typer.Option(
        "--rejects", metavar="FILE", parser=output_path, help="Write every row and cell that could not be used here."
    ),
]
MAPPING = (
    Column("key", "text", "Column", "列"),
    Column("header", "text", "Header", "表头"),
    Column("title", "text", "Meaning", "含义"),
    Column("confidence", "text", "Sure", "把握"),
    Column("how", "text", "Known by", "依据"),
)
HOW = {
    "preset": ("the platform's preset", "平台预设"),
    "exact": ("its name", "列名一致"),
    "synonym": ("another name of it", "同义列名"),
    "similar": ("a similar name", "相似列名"),
    "values": ("its values", "按内容判断"),
    "map": ("--map", "--map"),
}
REASONS = (
    Column("reason", "text", "Reason", "原因"),
    Column("effect", "text", "What was left out", "处理"),
    Column("rows", "count", "How many", "数量"),
)
EFFECTS = {"row": ("the row", "整行未采用"), "cell": ("the cell only", "仅该单元格未采用")}
SHEET_KEYS = (
    "file",
    "sheet",
    "table",
    "preset",
    "encoding",
    "header_row",
    "rows_in",
    "rows_used",
    "rows_rejected",
)
SCOPES = {
    "order": ("the amount is the whole order's", "金额为整单金额"),
    "item": ("the amount is the row's own", "金额为本行金额"),
}


MakePreset = Annotated[
    str | None,
    typer.Option(
        "--make-preset", metavar="NAME", help="Keep what --map settled as a preset of your own, for every later run."
    ),
]


def check(  # noqa: PLR0913, PLR0917  each parameter is an option
    files: Files,
    rejects: RejectsFile = None,
    make_preset: MakePreset = None,
    force: Force = False,
    as_of: AsOf = None,
    format: Format = None,
    header_map: Map = None,
    config: Config = None,
    password_env: PasswordEnv = None,
    show_personal: ShowPersonal = False,
    lang: Lang = None,  # noqa: ARG001  main has already chosen the language
    quiet: Quiet = False,
    verbose: Verbose = False,  # noqa: ARG001  main has already looked at it
) -> None:
    """Show what each sheet and column was taken for, and that every row is accounted for.

    Rows in = used + rejected (each with a reason) + skipped (each by a named rule). Ends with exit code 3
    when anything was rejected, or when a column or a whole sheet seems to be missing. Nothing is written but what
    --rejects and --make-preset name.

    A rejected cell may hold a phone or a name that slipped into its column: such words are masked there.
    """
    check_output(rejects, files, force=force, option="--rejects", has_meta=False)
    sink = open_sink(format, quiet=quiet)
    source = read_source(files, as_of, config, header_map, password_env, sink)
    rejects = name_output(rejects, "check", source.as_of, force=force, option="--rejects")
    preset = preset_path(make_preset, source.settings, force=force)
    from siyu_cli.files.loading.report import UnusableError

    try:
        with load_shop(source, sink) as shop:
            report = shop.load.report
            if preset is not None:
                write_preset(shop, preset, force=force)
            if rejects is not None:
                with sink.writing(rejects):
                    write_rejects(shop.rejects(show_personal=show_personal), rejects, force=force)
    except UnusableError as error:
        tell(error.report if show_personal else error.report.masked(), sink)
        raise
    report = report if show_personal else report.masked()
    # What makes every result doubtful comes first; everything else is said below what it is about.
    for note in report.findings:
        sink.warn(_(note.message).format(**note.facts))
    tell(report, sink)
    for note in report.warnings:
        if not note.is_finding:
            sink.warn(_(note.message).format(**note.facts))
    if rejects is not None:
        sink.note(_("Wrote {file}.").format(file=rejects))
    if preset is not None:
        sink.note(tell_preset(preset, source.settings))
    if report.rejects and rejects is None:
        sink.hint(_("add --rejects FILE.xlsx to see each of them"))
    if report.rejects or report.findings:
        raise typer.Exit(EXIT_FINDINGS)


def tell(report: LoadReport, sink: Sink) -> None:
    """Print what a load found, in the sink's format."""
    if sink.is_table:
        print_report(report, sink)
    elif sink.format == "json":
        sink.document(document(report))
    else:
        sheets = [describe_sheet(sheet) for sheet in report.sheets]
        keys = (*SHEET_KEYS, "rows_skipped", "amount_scope") if sink.format == "csv" else tuple(sheets[0])
        sink.rows(keys, sheets)


def print_report(report: LoadReport, sink: Sink) -> None:
    """Print every sheet with its columns, the reasons for what was rejected, and the sum of all rows."""
    for sheet in report.sheets:
        print_sheet(sheet, sink)
        sink.text()
    if report.rejects:
        rows = [
            {"reason": title(REJECT_REASONS, reason), "effect": title(EFFECTS, effect), "rows": count}
            for reason, effect, count in report.rejects
        ]
        sink.table(REASONS, rows, title=heading(REJECTS))
        sink.text()
    sink.text(count_rows(report))


def print_sheet(sheet: SheetReport, sink: Sink) -> None:
    """Print one sheet: what it is, its rows, its columns, and the headers that were left alone."""
    known = TABLES.get(sheet.table or "")
    about = [" › ".join(filter(None, (sheet.file, sheet.sheet)))]
    about.append(heading(known) if known else _("not recognised"))
    about += filter(None, (sheet.preset, sheet.encoding, title(SCOPES, sheet.amount_scope)))
    if sheet.header_row is not None:
        about.append(_("header in row {row}").format(row=sheet.header_row))
    sink.text(" · ".join(about))
    sink.text(count_rows(sheet))
    if sheet.reason:
        sink.text(_(sheet.reason.message))
    if known:
        rows = [
            {
                "key": column.key,
                "header": column.header,
                "title": known[column.key].title(get_language()),
                "confidence": f"{column.confidence:.0%}",
                "how": title(HOW, column.how),
            }
            for column in sheet.columns
        ]
        sink.table(MAPPING, rows)
    separator = _(", ")
    sink.facts(
        [
            (_("Not used"), separator.join(sheet.unmapped)),
            (_("Never stored"), separator.join(sheet.dropped)),
        ]
    )


def document(report: LoadReport) -> dict[str, Any]:
    """Return the report as ``--format json`` prints it."""
    return {
        "sheets": [describe_sheet(sheet) for sheet in report.sheets],
        "load": report.as_dict(),
        "warnings": [str(note) for note in report.warnings],
    }


def describe_sheet(sheet: SheetReport) -> dict[str, Any]:
    """Return one sheet as machines read it."""
    columns = [
        {"column": match.key, "header": match.header, "confidence": match.confidence, "how": match.how}
        for match in sheet.columns
    ]
    facts: Mapping[str, Any] = {key: getattr(sheet, key) for key in SHEET_KEYS}
    return {
        **facts,
        "rows_skipped": sheet.rows_skipped,
        "skipped": dict(sheet.skipped),
        "columns": columns,
        "unmapped": list(sheet.unmapped),
        "dropped": list(sheet.dropped),
        "amount_scope": sheet.amount_scope,
    }


def preset_path(name: str | None, settings: Settings, *, force: bool) -> Path | None:
    """Return where a preset of that name belongs: beside the shop's siyu.toml, else with the user's settings."""
    if name is None:
        return None
    if not re.fullmatch(r"\w[\w-]{0,60}", name):
        hint = "A name is made of letters, digits, _ and -, such as shop-orders."
        raise UsageError("--make-preset {name}: a preset cannot be called so.", hint=hint, name=name)
    if not settings.preset_folders:
        hint = "Run siyu init once: presets lie beside the siyu.toml it writes."
        raise UsageError("--make-preset {name}: there is no folder for presets.", hint=hint, name=name)
    from siyu_cli.files.writing.guard import may_write
    from siyu_cli.files.writing.replace import check_target

    path = settings.preset_folders[0] / f"{name}.toml"
    may_write(path)
    if path.parent.exists():
        check_target(path, force=force)
    return path


def write_preset(shop: Shop, path: Path, *, force: bool) -> None:
    """Write what was settled by hand as a preset; it is tried before it is written."""
    from siyu_cli.files.recognition.preset_making import make_preset
    from siyu_cli.files.writing.replace import replacing

    text = make_preset(shop.load.settled, path, shop.load.presets)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = "{file} cannot be written: {reason}."
        reason = error.strerror or str(error)
        raise OutputError(message, where=Where(file=str(path)), file=path, reason=reason) from error
    with replacing(path, force=force) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def tell_preset(path: Path, settings: Settings) -> str:
    """Return where a preset was written, and whose files it will be tried on."""
    if settings.path is not None:
        return _("Wrote {file}.").format(file=path)
    return _(
        "Wrote {file}: there is no siyu.toml here, so the preset applies to all shops of this user. "
        "To keep one for this shop alone: siyu init, then --make-preset once more; and remove that file."
    ).format(file=path)


def write_rejects(table: pa.Table, path: Path, *, force: bool) -> None:
    """Write what could not be used, one row each, by the suffix of ``path``."""
    if path.suffix.lower() != ".xlsx":
        from siyu_cli.files.write import write_table

        write_table(table, REJECTS.columns, path, force=force)
        return
    from siyu_cli.files.writing.workbook import SheetColumn, SheetSpec, write_workbook

    lang = get_language()
    labels: dict[str, Any] = {
        "reason": {reason: title(REJECT_REASONS, reason) for reason in REJECT_REASONS},
        "effect": {effect: title(EFFECTS, effect) for effect in EFFECTS},
    }
    columns = tuple(SheetColumn.of(column, lang, labels=labels.get(column.key)) for column in REJECTS.columns)
    write_workbook(path, [SheetSpec(heading(REJECTS), table, columns)], force=force)
