"""Amounts an export might as well mean: what each of them adds up to, told wherever the choice changes totals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli.files.loading.clean import projection
from siyu_cli.files.loading.report import Note
from siyu_cli.files.loading.scripts import create, drop, first_row, script
from siyu_cli.files.recognition import amounts, headers

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.loading.sheet import SheetSource
    from siyu_cli.files.recognise import ColumnMatch, Match

_MOST = 2


def keep_rivals(connection: duckdb.DuckDBPyConnection, sheet: SheetSource) -> None:
    """Make ``rivals_<n>_<k>``, the amounts of each rival column, while the sheet's cells are still there."""
    assert sheet.origin is not None
    for place, column in enumerate(rivals(sheet.match)):
        match = replace(sheet.match, columns=(replace(column, key="paid_amount"),), preset=None)
        select = projection(sheet.table, match, sheet.origin)
        create(connection, f"rivals_{sheet.source}_{place}", select, is_temporary=False)


def rivals(match: Match) -> list[ColumnMatch]:
    """Return the columns that might be the amount as well, the likeliest first.

    None where a preset or an operator says which it is, or where what was paid stands beside what was due, was the
    price before discounts or was handed over for change: that is no question.
    """
    chosen = match.column("paid_amount")
    if match.table != "orders" or match.preset is not None or chosen is None or chosen.how == "map":
        return []
    assert match.seen is not None
    own = match.seen.columns[chosen.position]
    has_change = match.column("change_amount") is not None
    is_clear = amounts.rank(chosen.header) == amounts.PAID
    return [
        column
        for column in match.alternatives
        if column.key == "paid_amount"
        and match.seen.columns[column.position] != own
        and not (is_clear and amounts.rank(column.header) > amounts.RECEIVED)
        and not (has_change and amounts.is_handed_over(column.header))
    ][:_MOST]


def rival_notes(connection: duckdb.DuckDBPyConnection, sheets: Sequence[SheetSource]) -> Iterator[Note]:
    """Yield both sums where another column might be the amount and adds up to something else; forget the rivals."""
    for sheet in sheets:
        chosen = sheet.match.column("paid_amount")
        for place, column in enumerate(rivals(sheet.match)):
            name = f"rivals_{sheet.source}_{place}"
            create(connection, "rival", exp.select("row", "paid_amount").from_(name), kind="VIEW")
            found = first_row(connection, script("warnings")["rival_sums"], {"source": sheet.source})
            drop(connection, "rival", kind="VIEW")
            drop(connection, name)
            if chosen is not None and found[0] is not None and found[1] is not None and found[0] != found[1]:
                yield _note(sheet, chosen, found, column.header, f"orders.paid_amount={column.header}")
        if chosen is not None and _may_be_a_price(sheet.match, chosen):
            found = first_row(connection, script("warnings")["times_quantity"], {"source": sheet.source})
            if found[0] is not None and found[0] != found[1]:
                other = f"{chosen.header} × {sheet.header_of('quantity')}"
                yield _note(sheet, chosen, found, other, f"orders.unit_price={chosen.header}")


def _may_be_a_price(match: Match, chosen: ColumnMatch) -> bool:
    is_price = "PRICE" in headers.concepts(chosen.header)[0] and not headers.concepts(chosen.header)[0] & {
        "TOTAL", "PAID", "ORDER", "AMOUNT",
    }  # fmt: skip
    return is_price and match.preset is None and chosen.how != "map" and match.column("quantity") is not None


def _note(sheet: SheetSource, chosen: ColumnMatch, sums: Sequence[object], other: str, option: str) -> Note:
    return Note(
        "{sheet}: {header} was taken as the amount and adds up to {sum}; {other} would give {other_sum}. "
        "To choose: --map {option}",
        {
            "sheet": " › ".join(part for part in (sheet.raw.file, sheet.raw.sheet) if part),
            "header": chosen.header,
            "sum": f"{sums[0]:,}",
            "other": other,
            "other_sum": f"{sums[1]:,}",
            "option": option,
        },
    )
