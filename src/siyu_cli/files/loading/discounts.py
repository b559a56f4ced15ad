"""Discounts where nothing says what was paid: price × quantity is then no more than the price on the tag."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli.files.loading.clean import is_priced
from siyu_cli.files.loading.report import Note
from siyu_cli.files.loading.roles import sheet_name
from siyu_cli.files.loading.scripts import first_row
from siyu_cli.files.recognition import amounts, evidence, headers

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.loading.sheet import SheetSource

_MOST_WORDS = 500
_RATE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(折|%)?")
# A price that has the discount in it.
_AFTER = re.compile(r"成交|折后|实|优惠后|券后|\b(?:deal|net|paid|after)\b", re.IGNORECASE)
# 15% off, where 折扣 says what is left to pay; an amount, and no share.
_OFF = re.compile(r"优惠|让利|减免|discount|\boff\b", re.IGNORECASE)
_MONEY = re.compile(r"额|元|减|amount|amt|value", re.IGNORECASE)
# No shop gives more away than this; what is below is no share to pay.
_LEAST = Decimal("0.3")


def settle_discounts(connection: duckdb.DuckDBPyConnection, sheet: SheetSource) -> Iterator[Note]:
    """Take discounts off price × quantity where that is all that says what was paid; yield what was taken.

    A finding, and nothing is taken off, where a discount may be a share as well as an amount.
    """
    price = sheet.header_of("unit_price")
    if price is None or sheet.match.preset is not None or not is_priced({column.key for column in sheet.match.columns}):
        return
    header = sheet.header_of("discount") or _other_discount(sheet)
    if header is None or _AFTER.search(price):
        return
    words = _words(connection, sheet)
    factors = factors_of(header, words) if sheet.has("discount") else None
    if sheet.has("discount") and factors == {}:
        return
    if factors:
        _insert(connection, sheet, factors)
    facts: dict[str, object] = {"sheet": sheet_name(sheet.raw.file, sheet.raw.sheet), "price": price, "header": header}
    facts |= {"quantity": sheet.header_of("quantity"), "sum": f"{_sum(connection, sheet):,}"}
    yield _note(facts, is_settled=bool(factors))


def _insert(connection: duckdb.DuckDBPyConnection, sheet: SheetSource, factors: Mapping[str, Decimal]) -> None:
    factor = exp.Case()
    for word, share in factors.items():
        factor = factor.when(exp.column("discount").eq(exp.Literal.string(word)), exp.Literal.number(str(share)))
    rows = exp.select(exp.Literal.number(sheet.source), "row", factor).from_(f"source_{sheet.source}").where(
        exp.column("discount").isin(*factors)
    )  # fmt: skip
    connection.execute("insert into discounts " + rows.sql("duckdb"))


def _sum(connection: duckdb.DuckDBPyConnection, sheet: SheetSource) -> Decimal:
    price, quantity = (
        exp.cast(exp.column("unit_price"), "decimal(18, 4)"),
        exp.cast(exp.column("quantity"), "decimal(18, 3)"),
    )
    amount = exp.cast(exp.Mul(this=price, expression=quantity), "decimal(18, 2)")
    total = exp.select(exp.cast(exp.func("sum", amount), "decimal(18, 2)")).from_(f"source_{sheet.source}")
    (found,) = first_row(connection, total.sql("duckdb"))
    return found or Decimal(0)


def _note(facts: Mapping[str, object], *, is_settled: bool) -> Note:
    if is_settled:
        return Note(
            "{sheet}: nothing says what was paid, so {price} × {quantity} × {header} was taken; without the discount "
            "it comes to {sum}. If a column says it: --map orders.paid_amount=HEADER",
            facts,
        )
    return Note(
        "{sheet}: nothing says what was paid, so {price} × {quantity} was taken, {sum} in all, and {header} was not "
        "taken off. If a column says what was paid: --map orders.paid_amount=HEADER",
        facts,
        is_finding=True,
    )


def factors_of(header: str, words: Collection[str]) -> dict[str, Decimal] | None:
    """Return what share is paid by each word for a discount, None where they may mean something else.

    >>> factors_of("折扣", ["0.85", "1"]), factors_of("折扣", ["8.5折", "无"]), factors_of("折扣", ["15", "0"])
    ({'0.85': Decimal('0.85'), '1': Decimal('1')}, {'8.5折': Decimal('0.85')}, None)
    """
    given = [word for word in words if not evidence.is_blank(word)]
    told = {word: _RATE.fullmatch(unicodedata.normalize("NFKC", word).strip()) for word in given}
    read = {word: (Decimal(found[1]), found[2]) for word, found in told.items() if found}
    if len(read) < len(told) or _MONEY.search(header):
        return None
    plain = [number for number, sign in read.values() if sign is None]
    unit = _unit(header, plain)
    if plain and unit is None:
        return None
    units = {"折": Decimal(10), "%": Decimal(100), None: unit or Decimal(1)}
    shares = {
        word: number / (Decimal(100) if sign == "折" and number > 10 else units[sign])
        for word, (number, sign) in read.items()
    }
    if _OFF.search(header):
        shares = {word: 1 - share if read[word][1] != "折" else share for word, share in shares.items()}
    return shares if all(_LEAST <= share <= 1 for share in shares.values()) else None


def _unit(header: str, numbers: Collection[Decimal]) -> Decimal | None:
    """Return what stands for the whole price, 1, 10 or 100, by the largest number; None where nothing tells."""
    most = max(numbers, default=Decimal(0))
    if "%" in header or "百分" in header or "percent" in header.casefold():
        return Decimal(100)
    if _OFF.search(header):
        return Decimal(1) if 0 < most <= 1 - _LEAST else None
    if most <= 1:
        return Decimal(1)
    if most in (10, 100):
        return most
    is_rate = "率" in header or "折数" in header
    return (Decimal(10) if most < 10 else Decimal(100) if most < 100 else None) if is_rate else None


def _other_discount(sheet: SheetSource) -> str | None:
    """Return the header of a discount that is not used and not nothing in the first rows."""
    seen = sheet.match.seen
    used = {column.position for column in sheet.match.columns}
    for spot, header in seen.named if seen is not None else ():
        is_discount = headers.concepts(header)[0] in ({"DISCOUNT"}, {"DISCOUNT", "AMOUNT"}, {"DISCOUNT", "TOTAL"})
        if (
            seen
            and spot not in used
            and is_discount
            and seen.values[spot]
            and not amounts.is_nothing(seen.values[spot])
        ):
            return header
    return None


def _words(connection: duckdb.DuckDBPyConnection, sheet: SheetSource) -> list[str]:
    if not sheet.has("discount"):
        return []
    asked = exp.select("discount").distinct().from_(f"source_{sheet.source}").limit(_MOST_WORDS)
    return [word for (word,) in connection.execute(asked.sql("duckdb")).fetchall() if word]
