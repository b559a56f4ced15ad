"""What no shop has: sums of 11 digits, a billion orders of one member, days of other centuries, prices below zero.

A value beyond its bound is a fault of its cell, so that whatever is made of the others fits the types of the core.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from siyu_cli.files.loading.scripts import call
from siyu_cli.tables.column import Column, Kind

# A value's size stays below these: a mobile number in the wrong column, eleven digits, is neither money nor points.
_SIZES: dict[Kind, int] = {"money": 10**10, "number": 10**10, "rate": 10**10, "count": 10**9}
_DATES = ("date", "month", "instant")
_FIRST_DAY, _END = "1900-01-02", "2200-01-01"
_LONGEST_ID = 256
_MOST_PRICED = 10**11  # unit price × quantity, seven places of which are worked out in 64 bits
# What programs write where there is no date, the day 0 of spreadsheets among them: no fault, and no date.
_NO_DAYS = ("0001-01-01", "1899-12-30", "1899-12-31", "1900-01-01")
# What databases write where there is no date; as a day it is so rare that it is told.
_EPOCH = "1970-01-01"
# Refunds, adjustments, costs and points may be below zero; of these, less than nothing is a mistake.
# What lasts may last for ever, written as a day no calendar comes to.
_OPEN_ENDED = frozenset({"expires_on", "valid_until", "level_valid_until"})
_NEVER_NEGATIVE = frozenset({"total_net_sales", "total_order_count", "coupons_redeemed", "entry_fee", "reward_level"})


@dataclass(frozen=True)
class Bounds:
    """The bounds of a sheet's columns; ``quantity`` is given where its amounts are unit price × quantity."""

    quantity: exp.Expr | None = None

    def within(self, column: Column) -> exp.Expr:
        """Return a column's value where a shop may have it, else null."""
        beyond = [test for test, _ in self._tests(column)]
        value = exp.column(column.key)
        return exp.Case().when(exp.not_(exp.or_(*beyond)), value) if beyond else value

    def beyond(self, column: Column, value: exp.Expr) -> exp.Expr | None:
        """Return whether a value of a column is beyond its bound, in SQL; None for a column that has none."""
        tests = [test for test, _ in self._tests(column, value)]
        return exp.or_(*tests) if tests else None

    def add_faults(self, faults: exp.Case, column: Column) -> exp.Case:
        """Return the reasons why cells of a column are faulty, with those of values beyond its bound."""
        for test, reason in self._tests(column):
            day = exp.cast(exp.cast(exp.column(column.key), "date"), "varchar")
            is_told = exp.and_(test, exp.not_(day.isin(*_NO_DAYS))) if column.kind in _DATES else test
            faults = faults.when(is_told, exp.Literal.string(reason))
        return faults

    def _tests(self, column: Column, value: exp.Expr | None = None) -> list[tuple[exp.Expr, str]]:
        cell = exp.column(column.key) if value is None else value
        if column.kind == "id":
            return [(call("length", cell) > exp.Literal.number(_LONGEST_ID), "out_of_range")]
        if column.kind in _DATES:
            first, end = (exp.cast(exp.Literal.string(day), "timestamp") for day in (_FIRST_DAY, _END))
            is_epoch = exp.cast(cell.copy(), "date").eq(exp.cast(exp.Literal.string(_EPOCH), "date"))
            is_beyond = cell < first if column.key in _OPEN_ENDED else exp.or_(cell < first, cell >= end)
            return [(is_beyond, "out_of_range"), (is_epoch, "placeholder_date")]
        if column.kind not in _SIZES:
            return []
        most = exp.Literal.number(_SIZES[column.kind])
        tests: list[tuple[exp.Expr, str]] = [(call("abs", cell) >= most, "out_of_range")]
        quantity = self.quantity if column.key == "unit_price" else None
        if quantity is not None or column.key in _NEVER_NEGATIVE:
            tests.append((cell < exp.Literal.number(0), "below_zero"))
        if quantity is not None:
            amount = call("abs", exp.Mul(this=cell.copy(), expression=quantity.copy()))
            tests.append((amount >= exp.Literal.number(_MOST_PRICED), "out_of_range"))
        return tests
