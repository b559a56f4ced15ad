"""The sheets that account for a result: what numbers mean, what they were made from, where every row went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from siyu_cli.files.loading.report import LoadReport, SheetReport
from siyu_cli.files.writing.definitions import Row
from siyu_cli.files.writing.wording import Words, table_of
from siyu_cli.files.writing.workbook import SheetColumn, SheetSpec
from siyu_cli.tables.catalogue import TABLES
from siyu_cli.tables.cleaned import REJECT_REASONS, REJECTS, SKIP_RULES


def definitions_sheet(rows: Sequence[Row], meta: Mapping[str, Any], load: LoadReport, words: Words) -> SheetSpec:
    """Return the sheet of (term, value, definition), then of what the workbook was made with and from."""
    _ = words.translate
    rows = [*rows, *_provenance(meta, load, words)]
    columns = (
        SheetColumn("term", _("Term"), "text", wraps=True),
        SheetColumn("value", _("Value"), "text", wraps=True, width=36),
        SheetColumn("formula", _("Definition"), "text", wraps=True, width=92),
    )
    table = pa.table(
        {column.key: [row[place] for row in rows] for place, column in enumerate(columns)},
        schema=pa.schema([(column.key, pa.string()) for column in columns]),
    )
    return SheetSpec(_("Definitions"), table, columns, frozen_columns=1)


def quality_sheet(load: LoadReport, words: Words) -> SheetSpec:
    """Return where the rows of every sheet went, then what could not be used and why."""
    _ = words.translate
    rows = [row for sheet in load.sheets for row in _fates(sheet, words)]
    for reason, effect, count in load.rejects:
        why = words.choose(REJECT_REASONS.get(reason, (reason, reason)))
        item = _("Row rejected: {reason}") if effect == "row" else _("Cell left out, row used: {reason}")
        rows.append({"file": _("All files"), "item": item.format(reason=why), "rows": count})
    columns = (
        *words.columns((REJECTS["file"], REJECTS["sheet"])),
        SheetColumn("table", _("Taken for"), "text"),
        SheetColumn("item", _("Item"), "text"),
        SheetColumn("rows", _("Rows"), "count"),
        SheetColumn("share", _("Share of rows read"), "rate"),
    )
    lines = (
        _("Data quality"),
        _("Rows read = used + rejected + skipped by a named rule, for every sheet"),
        *(_(note.message).format(**note.facts) for note in load.warnings),
    )
    return SheetSpec(_("Data quality"), table_of(rows, columns), columns, lines=lines, bars=("share",))


def _provenance(meta: Mapping[str, Any], load: LoadReport, words: Words) -> list[Row]:
    _ = words.translate
    as_of = _("orders, refunds and members after this date do not exist here")
    rows = [
        (_("As of"), str(meta.get("as_of", "")), as_of),
        (_("Made by"), f"siyu {meta.get('version', '')}", str(meta.get("command", ""))),
    ]
    for name, value in (meta.get("parameters") or {}).items():
        if value is not None:
            rows.append((_("Parameter {name}").format(name=name), str(value), ""))
    for source in load.inputs:
        size = _("{rows} rows").format(rows=f"{source.rows:,}")
        rows.append((_("Input {file}").format(file=source.file), size, f"SHA-256 {source.sha256}"))
    return rows


def _fates(sheet: SheetReport, words: Words) -> list[dict[str, Any]]:
    _ = words.translate
    known = TABLES.get(sheet.table or "")
    taken_for = _("not recognised") if known is None else words.choose((known.en, known.zh))
    counts = {
        _("Rows read"): sheet.rows_in,
        _("Used"): sheet.rows_used,
        _("Rejected"): sheet.rows_rejected,
    }
    for rule, skipped in sheet.skipped.items():
        why = words.choose(SKIP_RULES.get(rule, (rule, rule)))
        counts[_("Skipped: {rule}").format(rule=why)] = skipped
    place = {"file": sheet.file, "sheet": sheet.sheet, "table": taken_for}
    return [
        {**place, "item": item, "rows": count, "share": count / sheet.rows_in if sheet.rows_in else None}
        for item, count in counts.items()
    ]
