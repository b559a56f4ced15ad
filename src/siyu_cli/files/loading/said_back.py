"""Columns nobody asked that say 退货 or 作废 of some rows: these count as sales, which has to be told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli.files.loading.report import Note
from siyu_cli.files.loading.roles import sheet_name
from siyu_cli.files.loading.scripts import create, drop, first_row, script
from siyu_cli.files.recognition.presets import generic

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from siyu_cli.files.loading.sheet import SheetSource

# Words that mean something else in other columns.
_AMBIGUOUS = {"credit", "cancel", "test", "测试", "测试单", "退", "取消", "挂单"}


def keep_said(connection: duckdb.DuckDBPyConnection, sheet: SheetSource) -> None:
    """Make ``said_<n>``, the rows of which an unused column says that they were no sale, while the cells are there."""
    import pyarrow as pa

    match = sheet.match
    if match.table != "orders" or match.preset is not None or match.seen is None:
        return
    used = {column.position for column in match.columns}
    parts: list[pa.Table] = []
    for spot, header in match.seen.named:
        rows = None if spot in used or header in match.dropped else _said(connection, sheet, spot)
        if rows is not None and rows.num_rows:
            parts.append(rows.append_column("header", pa.repeat(header, rows.num_rows)))
    if parts:
        name = f"said_{sheet.source}"
        connection.register(f"{name}_read", pa.concat_tables(parts))
        create(connection, name, exp.select("*").from_(f"{name}_read"), is_temporary=False)
        connection.unregister(f"{name}_read")
        sheet.is_said_back = True


def _said(connection: duckdb.DuckDBPyConnection, sheet: SheetSource, spot: int) -> pa.Table | None:
    """Return the row and word of every cell of a column that says so; None where it is no text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    assert sheet.origin is not None
    name = sheet.origin.columns[spot] if spot < len(sheet.origin.columns) else None
    if name is None or sheet.origin.column_types[name] != "VARCHAR":
        return None
    if sheet.cells is None:
        word = exp.column(name, quoted=True)
        asked = exp.select("row", exp.alias_(word, "word")).from_(sheet.origin.relation).where(word.isin(*_words()))
        return connection.sql(asked.sql("duckdb")).to_arrow_table()
    cells = sheet.cells.select([spot, sheet.cells.num_columns - 1]).rename_columns(["word", "row"])
    is_said = pc.is_in(cells.column("word"), value_set=pa.array(_words()))
    return cells.filter(is_said).select(["row", "word"]) if pc.any(is_said).as_py() else None


def said_back_notes(connection: duckdb.DuckDBPyConnection, sheets: Sequence[SheetSource]) -> Iterator[Note]:
    """Yield a finding for each column that says of rows that count as sales that they are none."""
    for sheet in sheets:
        if not sheet.is_said_back:
            continue
        name = f"said_{sheet.source}"
        told = "select header, min(word) from " + name + " group by header order by header"
        for header, word in connection.execute(told).fetchall() if not sheet.is_returns else ():
            claimed = exp.select("row").from_(name).where(exp.column("header").eq(header))
            create(connection, "claimed_refunds", claimed)
            (rows,) = first_row(connection, script("unpriced")["counted"], {"source": sheet.source})
            drop(connection, "claimed_refunds")
            if rows:
                yield Note(
                    "{sheet}: {header} says {word} of {rows} rows, which count as sales. If it says what rows are: "
                    "--map orders.kind={header}",
                    {
                        "sheet": sheet_name(sheet.raw.file, sheet.raw.sheet),
                        "header": header,
                        "word": word,
                        "rows": rows,
                    },
                    is_finding=True,
                )
        drop(connection, name)


@cache
def _words() -> list[str]:
    words = {word for word, kind in generic().kinds.items() if kind in ("return", "cancelled")} - _AMBIGUOUS
    return sorted({form for word in words for form in (word, word.upper(), word.title())})
