"""``siyu segment``: who is in which stage and why, the RFM groups, and that nothing of the files was lost."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from siyu_cli.cli.loading import end_by_findings, load_shop, read_source, tell_load
from siyu_cli.cli.memory import open_memory
from siyu_cli.cli.options import (
    AsOf,
    By,
    Columns,
    Config,
    DebugSteps,
    Files,
    Force,
    Format,
    Lang,
    Map,
    Output,
    PasswordEnv,
    Quiet,
    ShowPersonal,
    SplitBy,
    Verbose,
    Where,
    check_condition,
    check_split,
)
from siyu_cli.cli.output import Sink, open_sink, write_stdout
from siyu_cli.cli.summary import print_summary
from siyu_cli.cli.writing import (
    Listing,
    check_output,
    check_parts,
    check_steps,
    document,
    name_output,
    name_parts,
    parse_columns,
    write_result,
)
from siyu_cli.locale import get_language
from siyu_cli.locale import translate as _

if TYPE_CHECKING:
    from siyu_cli import Segmentation, Shop

EXAMPLES = """siyu segment 客户.xlsx 订单.xlsx -o 分层.xlsx
siyu segment orders.csv --as-of 2026-03-01 --format csv > members.csv
siyu segment 客户.xlsx 订单.xlsx --by owner --where "net_sales >= 1000"
siyu segment 客户.xlsx 订单.xlsx --split-by owner -o 分层.xlsx
"""


def segment(  # noqa: PLR0913, PLR0917  each parameter is an option
    files: Files,
    as_of: AsOf = None,
    where: Where = None,
    by: By = None,
    columns: Columns = None,
    split_by: SplitBy = None,
    output: Output = None,
    format: Format = None,
    force: Force = False,
    header_map: Map = None,
    config: Config = None,
    password_env: PasswordEnv = None,
    show_personal: ShowPersonal = False,
    debug_steps: DebugSteps = None,
    lang: Lang = None,  # noqa: ARG001  main has already chosen the language
    quiet: Quiet = False,
    verbose: Verbose = False,  # noqa: ARG001  main has already looked at it
) -> None:
    """Put every member in a stage of their life with the shop and in an RFM group, and say why.

    Give it the exports of members, of orders, or both, from any platform. With -o the list is written:
    .xlsx is a workbook to forward; .csv, .jsonl and .parquet hold a row per member; .json holds the summary.

    Phones, names and accounts are masked in every form, also where they serve as member ids; each mask stays distinct.
    """
    check_output(output, files, force=force)
    check_split(split_by, output)
    check_condition(where)
    check_steps(debug_steps, force=force)
    sink = open_sink(format, output, quiet=quiet)
    listing = parse_columns(columns, show_personal=show_personal)
    source = read_source(files, as_of, config, header_map, password_env, sink)
    output = name_output(output, "segment", source.as_of, force=force)
    written: list[tuple[tuple[Path, ...], int]] = []
    with (
        open_memory("segment", source, {"where": where, "by": by}) as memory,
        load_shop(source, sink, memory.aliases(), memory.last_snapshot) as shop,
    ):
        with sink.status(_("Working out the stages…")):
            found = shop.segment(where=where, by=by, lang=get_language(), snapshot=memory.last_snapshot)
        result = found if show_personal else found.masked()
        memory.inputs = result.meta["inputs"]
        if debug_steps is not None:
            shop.write_steps(debug_steps, show_personal=show_personal, force=force)
        if output is not None:
            with sink.writing(output):
                parts = {output: found}
                if split_by is not None:
                    parts = ask_each(shop, found, split_by, output, memory.last_snapshot)
                    check_parts(parts, force=force)
                shown = {path: part if show_personal else part.masked() for path, part in parts.items()}
                written = write_parts(shown, listing, force=force)
            for paths, rows in written:
                memory.note_output(paths[0], rows)
        if not where:  # a list cut down by a condition is no picture of the shop
            memory.keep(found)
        print_result(result, sink, listing)
    tell_load(result.load, sink)
    for path in (path for paths, _rows in written for path in paths):
        sink.note(_("Wrote {file}.").format(file=path))
    if output is None and sink.is_table:
        sink.hint(_("siyu segment … -o FILE.xlsx writes the list as a workbook"))
    end_by_findings(result.load, sink, source.settings.load.max_rejected_share)


def ask_each(
    shop: Shop, found: Segmentation, split_by: str, output: Path, snapshot: Path | None
) -> dict[Path, Segmentation]:
    """Return the list of each employee or store: the same question, asked about their members alone."""
    where, lang = found.meta["where"], get_language()
    values = found.arrow(("member_id", split_by))[split_by].to_pylist()
    own = {
        path: f"{split_by} is null" if value is None else "{} = '{}'".format(split_by, value.replace("'", "''"))
        for path, value in name_parts(values, output).items()
    }
    asked = {path: f"({where}) and {theirs}" if where else theirs for path, theirs in own.items()}
    return {path: shop.segment(where=condition, lang=lang, snapshot=snapshot) for path, condition in asked.items()}


def write_parts(
    parts: Mapping[Path, Segmentation], listing: Listing, *, force: bool
) -> list[tuple[tuple[Path, ...], int]]:
    """Write each list to its file, all or none of them; return the files of each and their rows."""
    from siyu_cli.files.write import together

    with together():
        return [
            (write_result(part, path, listing, force=force), int(part.stages["members"].sum()))
            for path, part in parts.items()
        ]


def print_result(result: Segmentation, sink: Sink, listing: Listing) -> None:
    """Print the summary, the JSON document or the list, by the sink's format."""
    if sink.is_table:
        print_summary(result, sink)
    elif sink.format == "json":
        sink.document(document(result))
    else:
        from siyu_cli.files.write import csv_text, jsonl_text

        chosen = listing.chosen(is_workbook=False)
        table = result.arrow([column.key for column in chosen])
        for piece in (csv_text if sink.format == "csv" else jsonl_text)(table, chosen):
            write_stdout(piece)
