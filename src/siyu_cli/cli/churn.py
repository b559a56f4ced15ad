"""``siyu churn``: who may be leaving, how likely, what is at stake, and how often such words came true here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from siyu_cli.cli.churn_backtest import print_backtest, way_of_telling, write_backtest
from siyu_cli.cli.loading import (
    end_by_findings,
    entitle,
    heading,
    load_shop,
    read_source,
    tell_load,
)
from siyu_cli.cli.memory import open_memory
from siyu_cli.cli.offers import among
from siyu_cli.cli.options import (
    AsOf,
    Config,
    Files,
    Force,
    Format,
    Lang,
    Map,
    Output,
    PasswordEnv,
    Quiet,
    ShowPersonal,
    Verbose,
    Where,
    check_condition,
    check_split,
    one_of,
    parse_date,
    whole_number,
)
from siyu_cli.cli.output import Sink, open_sink, write_stdout
from siyu_cli.cli.values import show
from siyu_cli.cli.writing import check_output, check_parts, name_output, name_parts, write_list
from siyu_cli.errors import UsageError
from siyu_cli.locale import get_language
from siyu_cli.locale import translate as _
from siyu_cli.tables.churn import CHURN, RISK_BANDS, RISK_SUMMARY
from siyu_cli.tables.lifecycle import STAGES

if TYPE_CHECKING:
    import pyarrow as pa

    from siyu_cli import Churn

EXAMPLES = """siyu churn 客户.xlsx 订单.xlsx -o 流失风险.xlsx
siyu churn 客户.xlsx 订单.xlsx --horizon 60 --top 200 --split-by owner -o 流失风险.xlsx
siyu churn 订单.xlsx --backtest
"""
MODELS = ("blend", "mbg", "bg", "pareto", "ensemble")
SHOWN = 10

Horizon = Annotated[
    int | None,
    typer.Option(
        "--horizon",
        metavar="DAYS",
        parser=whole_number("--horizon", 1, 1_000),
        help="How many days ahead to look; else 90.",
    ),
]
Model = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="|".join(MODELS),
        callback=one_of("--model", MODELS),
        autocompletion=among(MODELS),
        help="blend unless said otherwise: MBG/NBD and what the shop's own past teaches; mbg; bg; pareto; ensemble, "
        "which needs siyu-cli[ml].",
    ),
]
Top = Annotated[
    int | None,
    typer.Option(
        "--top", metavar="N", parser=whole_number("--top", 1, 10**9), help="Only the N members with most at stake."
    ),
]
All = Annotated[bool, typer.Option("--all", help="Every buyer, also those at low risk and those gone.")]
SplitBy = Annotated[
    str | None,
    typer.Option(
        "--split-by", metavar="owner", callback=one_of("--split-by", ("owner",), CHURN),
        autocompletion=among(("owner",)), help="One file per employee, named after them.",
    ),
]  # fmt: skip
Backtest = Annotated[bool, typer.Option("--backtest", help="Hold the model against the shop's own past instead.")]
Cutoff = Annotated[
    str | None, typer.Option("--cutoff", metavar="DATE", help="With --backtest: look back from this date alone.")
]


def churn(  # noqa: PLR0913, PLR0917  each parameter is an option
    files: Files,
    as_of: AsOf = None,
    horizon: Horizon = None,
    model: Model = None,
    where: Where = None,
    top: Top = None,
    everyone: All = False,
    split_by: SplitBy = None,
    backtest: Backtest = False,
    cutoff: Cutoff = None,
    output: Output = None,
    format: Format = None,
    force: Force = False,
    header_map: Map = None,
    config: Config = None,
    password_env: PasswordEnv = None,
    show_personal: ShowPersonal = False,
    lang: Lang = None,  # noqa: ARG001  main has already chosen the language
    quiet: Quiet = False,
    verbose: Verbose = False,  # noqa: ARG001  main has already looked at it
) -> None:
    """List the members who may be leaving, most at stake first, with the chance that no order comes.

    Those are buyers not yet gone whose risk is high or medium. Chances come from how all members of this shop buy
    and stop; how often they came true in the past year stands beside them.

    Phones, names and accounts are masked in every form, also where they serve as member ids; each mask stays distinct.
    """
    check_output(output, files, force=force)
    check_split(split_by, output)
    check_condition(where)
    of_lists = {"--where": where, "--top": top, "--all": everyone, "--split-by": split_by}
    back_to = check_backtest(backtest, cutoff, of_lists)
    sink = open_sink(format, output, quiet=quiet)
    source = read_source(files, as_of, config, header_map, password_env, sink)
    command = "churn-backtest" if backtest else "churn"
    output = name_output(output, command, source.as_of, force=force)
    asked = {"where": where, "horizon_days": horizon, "model": model, "backtest": backtest}
    with (
        open_memory("churn", source, asked) as memory,
        load_shop(source, sink, memory.aliases(), memory.last_snapshot) as shop,
    ):
        memory.inputs = shop.describe(None)["inputs"]
        written: list[tuple[tuple[Path, ...], int]] = []
        if backtest:
            with sink.status(_("Replaying the shop's past…")):
                found = shop.backtest(horizon_days=horizon, model=model, cutoff=back_to)
            if output is not None:
                with sink.writing(output):
                    write_backtest(found, shop, output, force=force)
                written = [((output,), len(found.cutoffs))]
            print_backtest(found, shop.load.report.masked(), sink)
        else:
            with sink.status(_("Working out who may be leaving…")):
                result = shop.churn(horizon_days=horizon, model=model, where=where, lang=get_language())
                result = result if show_personal else result.masked()
                listed = result.scored if everyone else result.at_risk()
                listed = listed.slice(0, top) if top else listed
            if output is not None:
                with sink.writing(output):
                    written = write_lists(result, listed, output, split_by, force=force)
            print_result(result, listed, sink)
        for paths, rows in written:
            memory.note_output(paths[0], rows)
            for path in paths:
                sink.note(_("Wrote {file}.").format(file=path))
    tell_load(shop.load.report, sink)
    if not backtest:
        tell_model(result, sink)
        if output is None and sink.is_table:
            sink.hint(_("siyu churn … -o FILE.xlsx writes the list as a workbook"))
    end_by_findings(shop.load.report, sink, source.settings.load.max_rejected_share)


def tell_model(result: Churn, sink: Sink) -> None:
    """Say what to be aware of in the chances: a model on little ground, festivals ahead."""
    for note in result.model.notes:
        sink.warn(_(note.message).format(**note.facts))
    for festival in result.festivals:
        warning = _("{name} ({first_on} to {last_on}) falls into the horizon: chances are less sure on such days.")
        sink.warn(warning.format(**vars(festival)))


def check_backtest(is_asked: bool, cutoff: str | None, of_lists: Mapping[str, object]) -> date | None:
    """Return the date ``--cutoff`` names; ``UsageError`` for what says nothing with or without ``--backtest``."""
    if cutoff is not None and not is_asked:
        raise UsageError("--cutoff needs --backtest.", hint="Add --backtest, or leave --cutoff out.")
    for option, value in of_lists.items():
        if is_asked and value:
            message = "{option} is about the list, and --backtest makes none."
            raise UsageError(message, hint="Leave out one of them.", option=option)
    return None if cutoff is None else parse_date("--cutoff", cutoff)


def write_lists(
    result: Churn, listed: pa.Table, output: Path, split_by: str | None, *, force: bool
) -> list[tuple[tuple[Path, ...], int]]:
    """Write the list to one file, or to one per value of ``split_by``; return the files of each and their rows.

    All of them appear, or none does.
    """
    from siyu_cli.files.write import together

    parts = {output: listed} if split_by is None else _split(listed, split_by, output)
    if split_by is not None:
        check_parts(parts, force=force)
    with together():
        return [(write_churn(result, rows, path, force=force), rows.num_rows) for path, rows in parts.items()]


def _split(listed: pa.Table, split_by: str, output: Path) -> dict[Path, pa.Table]:
    import pyarrow.compute as pc

    column = listed[split_by]
    return {
        path: listed.filter(pc.is_null(column) if value is None else pc.equal(column, value))
        for path, value in name_parts(column.to_pylist(), output).items()
    }


def write_churn(result: Churn, listed: pa.Table, path: Path, *, force: bool) -> tuple[Path, ...]:
    """Write the workbook, the summary or the list, by the suffix of ``path``; return the files written."""
    from siyu_cli.files.write import write_json

    if path.suffix.lower() == ".json":
        write_json(document(result), path, force=force)
    elif path.suffix.lower() != ".xlsx":
        return write_list(listed, CHURN, path, force=force, meta=describe_run(result))
    else:
        import pyarrow as pa

        from siyu_cli.files.writing.churn_sheets import ChurnContents, churn_sheets
        from siyu_cli.files.writing.workbook import write_workbook

        contents = ChurnContents(
            listed, pa.Table.from_pandas(result.risks, preserve_index=False), result.load, describe_run(result),
            headlines=[*opening(result, listed), *(f"{name}: {text}" for name, text in describe(result))],
        )  # fmt: skip
        write_workbook(path, churn_sheets(contents, lang=get_language(), translate=_), force=force)
    return (path,)


def print_result(result: Churn, listed: pa.Table, sink: Sink) -> None:
    """Print risk bands and the first of the list, the JSON document, or the whole list, by the sink's format."""
    if sink.format == "json":
        sink.document(document(result))
    elif not sink.is_table:
        from siyu_cli.files.write import csv_text, jsonl_text

        for piece in (csv_text if sink.format == "csv" else jsonl_text)(listed, CHURN.columns):
            write_stdout(piece)
    else:
        print_summary(result, listed, sink)


def print_summary(result: Churn, listed: pa.Table, sink: Sink) -> None:
    """Print who is on the list, what is at stake and with whom, then its bands and what came true of them before."""
    for line in opening(result, listed):
        sink.text(line)
    rows = entitle(listed.slice(0, SHOWN).to_pylist(), "stage", STAGES)
    if rows:
        sink.text()
        keys = ("member_id", "churn_probability", "value_at_risk", "stage", "owner", "churn_reason")
        sink.table([CHURN[key] for key in keys], rows, title=heading(CHURN))
    sink.text()
    brief = [RISK_SUMMARY[key] for key in ("risk_band", "listed", "value_at_risk", "members_past_year", "silent_share")]
    bands = [row for row in result.risks.to_dict("records") if row["listed"]]
    sink.table(brief, entitle(bands, "risk_band", RISK_BANDS), title=heading(RISK_SUMMARY))
    sink.text()
    sink.facts(describe(result))


def opening(result: Churn, listed: pa.Table) -> list[str]:
    """Return the list in two sentences: how many are on it and what is at stake, and how many of whom each has."""
    stake = sum(value or 0 for value in listed["value_at_risk"].to_pylist())
    first = _(
        "As of {as_of}: {listed} members on the list, {value} at stake within {days} days; of {scored} buyers "
        "{gone} are gone already"
    ).format(
        as_of=result.meta["as_of"], listed=show(listed.num_rows, "count"), value=show(round(stake, 2), "money"),
        days=result.model.horizon_days, scored=show(result.scored.num_rows, "count"),
        gone=show(int(result.risks["gone"].sum()), "count"),
    )  # fmt: skip
    shares = by_owner(listed)
    if not any(share["owner"] for share in shares):
        return [first]
    told = [
        _("{owner} {listed} ({value})").format(
            owner=share["owner"] or _("nobody's"), listed=show(share["listed"], "count"),
            value=show(share["value_at_risk"], "money"),
        )
        for share in shares[:SHOWN]
    ]  # fmt: skip
    if len(shares) > SHOWN:
        told.append(_("and {count} more").format(count=len(shares) - SHOWN))
    return [first, _("To be looked after by {shares}").format(shares=" · ".join(told))]


def by_owner(listed: pa.Table) -> list[dict[str, Any]]:
    """Return one row per employee: how many of the list are theirs and what is at stake, most first."""
    owners: dict[str | None, dict[str, Any]] = {}
    columns = (listed[key].to_pylist() for key in ("owner", "value_at_risk"))
    for owner, value in zip(*columns, strict=True):
        share = owners.setdefault(owner, {"owner": owner, "listed": 0, "value_at_risk": Decimal(0)})
        share["listed"] += 1
        share["value_at_risk"] += value or 0
    return sorted(owners.values(), key=lambda share: (-share["value_at_risk"], share["owner"] or ""))


def describe(result: Churn) -> Iterator[tuple[str, str]]:
    """Yield what the list rests on: the model, the bands, and what value at risk means."""
    model = result.model
    facts = ", ".join(f"{key} {value:.4g}" for key, value in model.parameters.items())
    fitted = _("{name} fitted to {buyers} buyers, {repeaters} of them more than once").format(
        name=way_of_telling(model.name),
        buyers=show(model.buyers, "count"),
        repeaters=show(model.repeaters, "count"),
    )
    reason = model.reason and _(model.reason.message).format(**model.reason.facts)
    yield _("Model"), " · ".join(part for part in (fitted, reason, facts) if part)
    given = result.meta["parameters"]
    bands = _("high from {high}, medium from {medium} chance of no order within {days} days")
    yield (
        _("Risk"),
        bands.format(
            high=show(given["risk_high"], "rate"), medium=show(given["risk_medium"], "rate"), days=model.horizon_days
        ),
    )
    yield (
        _("Value at risk"),
        _("churn probability × orders at their own rhythm within the horizon × expected value of an order"),
    )


def document(result: Churn) -> dict[str, Any]:
    """Return the summary as ``--format json`` prints it; its keys are never translated."""
    return {
        "meta": describe_run(result),
        "model": result.model.as_dict(),
        "risks": result.risks.to_dict("records"),
        "owners": by_owner(result.at_risk()),
        "festivals": [{"name": day.name, "first_on": day.first_on, "last_on": day.last_on} for day in result.festivals],
        "load": result.load.as_dict(),
    }


def describe_run(result: Churn) -> dict[str, Any]:
    """Return what every output carries: version, command, date, parameters, inputs, warnings."""
    notes = [*result.load.warnings, *result.model.notes]
    return {**result.meta, "command": "churn", "warnings": [str(note) for note in notes]}
