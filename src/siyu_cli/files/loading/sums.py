"""Sums: what all rows add up to stays within what the core can count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from siyu_cli.errors import DataError, Where
from siyu_cli.files.loading.scripts import script

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.loading.sheet import SheetSource

# Amounts are decimal(18, 2): below this, any two sums can still be added or taken from each other.
_MOST = Decimal(4 * 10**15)
_SUMMED = ("orders", "members", "referrals", "points_log", "costs")


def check_sums(connection: duckdb.DuckDBPyConnection, sheets: Sequence[SheetSource]) -> None:
    """Raise DataError where the amounts of a column add up to more than any shop turns over; names the largest part."""
    by_number = {sheet.source: sheet for sheet in sheets}
    for table in _SUMMED:
        if not any(sheet.match.table == table for sheet in sheets):
            continue
        sums: Counter[str] = Counter()
        parts = connection.execute(script("account")["sums_of_" + table]).fetchall()
        for _, key, total in parts:
            sums[key] += total or 0
        for key, total in sums.items():
            if total < _MOST:
                continue
            _, source = max((part or 0, source) for source, other, part in parts if other == key)
            sheet = by_number[source]
            column = sheet.header_of(key)
            in_column = "Look at the largest amounts of this column, or map another: --map {name}=HEADER."
            in_none = (
                "No column has these amounts, they were worked out from others (price × quantity, returns): look at "
                "the largest of those, or map a column: --map {name}=HEADER."
            )
            raise DataError(
                "The amounts add up to {total}: that is no shop's turnover.",
                hint=in_column if column else in_none,
                where=Where(sheet.raw.file, sheet.raw.sheet, None, column),
                total=f"{total:,.2f}", name=f"{table}.{key}",
            )  # fmt: skip
