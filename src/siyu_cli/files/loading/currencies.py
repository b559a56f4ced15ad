"""Amounts of two currencies are never added: one counts, rows in another are skipped, and it is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli.files.loading.report import Note
from siyu_cli.files.loading.scripts import first_row, script

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.loading.sheet import SheetSource

_AMOUNTS = ("paid_amount", "refunded_amount", "unit_price")
_HOME = "CNY"
_MANY = 0.01


@dataclass(frozen=True)
class Currencies:
    """The currencies orders say they are in, the one of ``[shop]``, and the files that say none."""

    codes: frozenset[str]
    wanted: str | None
    silent: tuple[str, ...]

    @property
    def are_several(self) -> bool:
        """Return whether rows may have to be left out."""
        return len(self.codes) > 1 or bool(self.wanted and self.codes - {self.wanted})


def weigh_currencies(
    connection: duckdb.DuckDBPyConnection, orders: Sequence[SheetSource], wanted: str | None
) -> Currencies:
    """Return what is known of currencies; where all orders are in one, ``currency_words`` is emptied."""
    found = connection.execute("select distinct source, code from currency_words").fetchall()
    marked = {source for source, code in found}
    is_foreign = any(code != _HOME for _, code in found)
    silent = dict.fromkeys(
        sheet.raw.file for sheet in orders
        if sheet.source not in marked or (is_foreign and _is_often_silent(connection, sheet))
    )  # fmt: skip
    currencies = Currencies(frozenset(code for _, code in found), wanted, tuple(silent))
    if not currencies.are_several:
        connection.execute("delete from currency_words")
    return currencies


def _is_often_silent(connection: duckdb.DuckDBPyConnection, sheet: SheetSource) -> bool:
    """Return whether much of a sheet's money is in no currency; one without amounts has none that could be."""
    paid = next((key for key in _AMOUNTS if sheet.has(key)), None)
    if paid is None:
        return False
    silent = exp.Case().when(exp.column("currency").is_(exp.null()), exp.Literal.number(1))
    counted = exp.select(exp.func("count", silent), "count(*)").from_(f"source_{sheet.source}").where(
        exp.column(paid).neq(exp.Literal.number(0))
    )  # fmt: skip
    rows, of = first_row(connection, counted.sql("duckdb"))
    return bool(rows > _MANY * of)


def settle_currency(connection: duckdb.DuckDBPyConnection, currencies: Currencies) -> str | None:
    """Make ``other_currencies``, those that are left out; return the one that counts, None where no file names one.

    What ``[shop]`` says goes first, then the yuan, then what most rows are in.
    """
    connection.execute("create or replace temp table other_currencies (code varchar)")
    if not currencies.are_several:
        return next(iter(currencies.codes), None)
    rows = dict(connection.execute(script("currencies")["counted"]).fetchall())
    most = max(rows, key=lambda code: (rows[code], code), default=None)
    kept = currencies.wanted or (_HOME if _HOME in rows else most)
    for code in sorted(rows):
        if code != kept:
            connection.execute("insert into other_currencies values (?)", [code])
    return kept


def currency_notes(connection: duckdb.DuckDBPyConnection, currencies: Currencies, kept: str | None) -> list[Note]:
    """Return what was left out in other currencies, and which files do not say theirs."""
    notes = []
    sums = dict(connection.execute(script("currencies")["summed"]).fetchall()) if currencies.are_several else {}
    others = [f"{code} {total:,.2f}" for code, total in sums.items() if code not in (kept, None)]
    if others:
        notes.append(Note(
            "Amounts are in several currencies: {kept} {sum} counts, {others} were left out; shop.currency chooses.",
            {"kept": kept, "sum": f"{sums.get(kept, 0):,.2f}", "others": ", ".join(others)},
            is_finding=currencies.wanted is None,
        ))  # fmt: skip
    if kept not in (None, _HOME) and currencies.silent and currencies.wanted is None:
        notes.append(Note(
            "Amounts without a currency in {file} were taken to be in {kept}, like the others; shop.currency chooses.",
            {"file": ", ".join(currencies.silent), "kept": kept},
            is_finding=True,
        ))  # fmt: skip
    return notes
