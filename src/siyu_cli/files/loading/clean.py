"""Raw cells to typed columns: one projection per sheet, built as a syntax tree over the macros of clean.sql.

``faults`` lists the cells that are not what their column holds, as structs of column and reason; null for none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli import spelling
from siyu_cli.files.loading.bounds import Bounds
from siyu_cli.files.loading.decimal_sign import UNSETTLED
from siyu_cli.files.loading.faults import faults_of
from siyu_cli.files.loading.row_kinds import is_blank, is_null, is_title, is_total
from siyu_cli.files.loading.scripts import call, first_row
from siyu_cli.files.recognition import amounts
from siyu_cli.files.recognition.presets import currencies, currency_of
from siyu_cli.tables.column import Column, Kind, Table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    import duckdb

    from siyu_cli.files.loading.sheet import Origin
    from siyu_cli.files.recognise import ColumnMatch, Match

_SQL_TYPES: dict[Kind, str] = {
    "id": "varchar", "text": "varchar", "phone": "varchar", "status": "varchar",
    "date": "timestamp", "month": "timestamp", "instant": "timestamp",
    "money": "decimal(18, 2)", "count": "bigint", "number": "double",
    "rate": "double", "flag": "boolean",
}  # fmt: skip
_FINE_MONEY = "decimal(18, 6)"  # before it is counted in whole units
_MACROS: dict[Kind, str] = {
    "id": "id", "text": "text", "phone": "phone", "status": "text",
    "date": "instant", "month": "month", "instant": "instant",
    "money": "money", "count": "count", "number": "number", "rate": "number", "flag": "flag",
}  # fmt: skip
# The types of Parquet columns that are used as they are; any other is read as text and parsed.
_NUMERIC = re.compile(r"^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|DOUBLE|FLOAT|DECIMAL\(.*\))$")
_FITTING: dict[Kind, re.Pattern[str]] = {
    **dict.fromkeys(("id", "text", "status"), re.compile("^(?!.*(STRUCT|MAP|UNION))")),
    **dict.fromkeys(("date", "month", "instant"), re.compile("^(DATE|TIMESTAMP.*)$")),
    **dict.fromkeys(("money", "count", "number", "rate"), _NUMERIC),
    "flag": re.compile("^BOOLEAN$"),
    "phone": re.compile("^$"),
}  # fmt: skip
_DATED = ("instant", "month")
# Ids and phones written in several ways are one, and told: what was written is kept beside them.
_TOLD = ("id", "phone")
_LISTS = ("tags", "own_codes")  # what stands in several columns is all of it
_BUYERS = ("member_id", "account")  # 0 is nobody there, and may be an order's number
SPELT = "spelt_"
_REST = "rest_of_"  # what the first level has not parsed
_UNIT_IN_HEADER = re.compile(r"[(（\[【]\s*(\S{1,6}?)\s*[)）\]】]")
_FIRST_UNSAFE = 2**53  # from here on a double skips whole numbers
NOTHING = ("", "-", "nan", "NaN", "None", "null", "<NA>")


def load_macros(connection: duckdb.DuckDBPyConnection) -> None:
    """Define the cleaning macros on a connection, the lists of ``spelling`` among them."""
    for name in ("SPACES", "INVISIBLE", "JOINERS", "NO_BREAK_SPACES", "WIDE", "NARROW"):
        signs = exp.Literal.string(getattr(spelling, name)).sql("duckdb")
        connection.execute("create or replace macro " + name.lower() + "() as " + signs)
    connection.execute((files("siyu_cli.files.loading") / "clean.sql").read_text("utf-8"))


def fits(kind: Kind, sql_type: str) -> bool:
    """Return whether a Parquet column of this type can be used for a column of this kind without parsing."""
    return _FITTING[kind].match(sql_type) is not None


def projection(table: Table, match: Match, origin: Origin) -> exp.Select:
    """Return the select that reads one sheet as ``source, row, <mapped columns of table>, faults, <kind of row>``.

    Raw columns are ``c0``, ``c1``… as text, or a Parquet file's own typed columns. Cells that are canonical
    text are done in the first level; the others are unguarded, narrowed, emptied of mere dashes, and parsed.
    What no shop has, a sum of 16 digits or a day in the year 1, is a fault like any other (see ``bounds``).
    What kind of row it is, ``is_blank``, ``is_title`` (or header, or remark) and ``has_total_word`` say.
    """
    mapped = _mapped(match)
    levels = _Levels(
        origin, match, _units(table, mapped), Bounds(exp.column("quantity") if is_priced(mapped) else None)
    )
    levels.fill(table, mapped)
    if "paid_amount" in mapped and "currency" in table.keys and "currency" not in mapped:
        levels.add_sign(origin.columns[mapped["paid_amount"][0].position], mapped["paid_amount"][0].header)
    select = levels.select([column.key for column in table.columns if column.key in mapped])
    select = _in_whole_units(select, levels.units)
    pattern = match.preset.order_id_date if match.preset else None
    if pattern and "order_id" in mapped:
        return _with_order_id_date(select, pattern, is_timed="ordered_at" in mapped)
    return select


def plain_keys(connection: duckdb.DuckDBPyConnection, table: Table, match: Match, origin: Origin) -> frozenset[str]:
    """Return the columns of a sheet of text whose every cell is written as its kind is, or empty.

    The first level parses them all: a sheet of few rows is read much sooner without what the others do.
    """
    levels = _Levels(origin, match, _units(table, _mapped(match)), Bounds())
    levels.fill(table, _mapped(match))
    rests = [part.alias for part in levels.fast if part.alias.startswith(_REST)]
    if not rests:
        return frozenset()
    left = exp.select(*(exp.func("count", exp.column(name)) for name in rests)).from_(levels.first().subquery("fast"))
    counts = first_row(connection, left.sql("duckdb"))
    return frozenset(name[len(_REST) :] for name, count in zip(rests, counts, strict=True) if not count)


def _mapped(match: Match) -> dict[str, list[ColumnMatch]]:
    mapped: dict[str, list[ColumnMatch]] = {}
    for found in match.columns:
        mapped.setdefault(found.key, []).append(found)
    if mapped.keys() & {"member_id", "phone", "account"}:
        # Beside the buyer nobody needs the receiver's phone, so it may be masked.
        mapped.pop("receiver_phone", None)
    return mapped


def is_priced(keys: Collection[str]) -> bool:
    """Return whether a sheet of these columns has amounts only as unit price × quantity."""
    return "paid_amount" not in keys and {"unit_price", "quantity"} <= set(keys)


class _Levels:
    # Level by level, so that no slow expression stands twice in one level: the engine would compute it for
    # every row, canonical or not.

    def __init__(self, origin: Origin, match: Match, units: Mapping[str, Decimal], bounds: Bounds) -> None:
        self.origin = origin
        self.units = units
        self.bounds = bounds
        kept: list[exp.Expr] = [exp.column(name) for name in ("row", "is_empty_row", "is_title", "has_total_word")]
        self.fast: list[exp.Expr] = [
            exp.column("row"),
            exp.alias_(is_blank(origin), "is_empty_row"),
            exp.alias_(is_title(origin, match), "is_title"),
            exp.alias_(is_total(origin), "has_total_word"),
        ]
        self.unguarded, self.narrowed, self.written, self.parsed = (list(kept) for _ in range(4))
        self.last: list[exp.Expr] = [
            exp.alias_(exp.Literal.number(origin.source), "source"), exp.column("row"),
        ]  # fmt: skip
        self.faults: list[tuple[str, exp.Expr]] = []
        self.unsettled: dict[str, exp.Expr] = {}

    def fill(self, table: Table, mapped: Mapping[str, Sequence[ColumnMatch]]) -> None:
        for column in table.columns:
            cells = [self.origin.columns[cell.position] for cell in mapped.get(column.key, [])]
            if not cells:
                continue
            if _is_text(column, self.origin, cells):
                self.add_text(column, cells)
            else:
                self.add_typed(column, cells[0])

    def first(self) -> exp.Select:
        return exp.select(*self.fast, copy=False).from_(exp.to_table(self.origin.relation), copy=False)

    def _is_fine(self, column: Column) -> bool:
        return column.kind == "money" and column.key in self.units

    def add_typed(self, column: Column, cell: str) -> None:
        value = _typed(column, cell, self.origin)
        if self._is_fine(column):
            value = exp.TryCast(
                this=exp.column(cell, quoted=True), to=exp.DataType.build(_FINE_MONEY, dialect="duckdb")
            )
        self.fast.append(exp.alias_(value, column.key))
        self._hand_on(column.key)
        value = exp.column(column.key)
        is_buyer = column.key in _BUYERS and _SQL_TYPES[column.kind] == "varchar"
        self.last.append(exp.alias_(call("somebody", value), column.key) if is_buyer else value)
        if column.kind == "id" and self.origin.column_types[cell] in ("DOUBLE", "FLOAT"):
            lost = "lost_" + column.key
            self.fast.append(exp.alias_(_lost_digits(cell), lost))
            self._hand_on(lost)
            reason = exp.Literal.string("id_digits_lost")
            self.faults.append((column.key, exp.Case().when(exp.column(lost), reason)))

    def add_text(self, column: Column, cells: list[str]) -> None:
        kind = "fine_money" if self._is_fine(column) else _MACROS[column.kind]
        cell, rest = _first_written(column, cells, self.origin), exp.column(_REST + column.key)
        if not self.origin.commas.isdisjoint(cells):
            cell = call("with_decimal_point", cell)
        fast = call("fast_" + kind, cell)
        if column.key in self.origin.plain and self.origin.unsettled.isdisjoint(cells):
            self._add_plain(column, kind, fast)
            return
        self.fast.append(exp.alias_(fast, column.key))
        self.fast.append(exp.alias_(exp.Case().when(is_null(fast.copy()), cell.copy()), rest.name))
        for level in (self.unguarded, self.narrowed, self.written):
            level.append(exp.column(column.key))
        if column.kind in _TOLD:
            self._keep_spelling(column.key, rest)
        if not self.origin.unsettled.isdisjoint(cells):
            self._leave_unsettled(column.key, cell)
        self.unguarded.append(exp.alias_(call("unguarded", rest), rest.name))
        narrowed = rest.copy() if kind == "text" else call("half_width", rest)
        self.narrowed.append(exp.alias_(narrowed, rest.name))
        self.written.append(exp.alias_(self._written(kind, rest), rest.name))
        zone = [exp.Literal.string(self.origin.zone)] if kind in _DATED else []
        parsed = exp.func("coalesce", exp.column(column.key), call("rest_" + kind, rest, *zone))
        self.parsed += [exp.alias_(parsed, column.key), rest.copy()]
        value = self.bounds.within(column)
        if column.key in _BUYERS:
            value = call("somebody", value)
        if column.key in self.unsettled:
            value = exp.Case().when(exp.not_(exp.func("coalesce", self.unsettled[column.key], exp.false())), value)
        self.last.append(exp.alias_(value, column.key))
        if kind != "text":
            self.faults.append((column.key, self.bounds.add_faults(_fault(column, kind, rest), column)))

    def _add_plain(self, column: Column, kind: str, value: exp.Expr) -> None:
        self.fast.append(exp.alias_(value, column.key))
        self._hand_on(column.key)
        if column.kind in _TOLD:
            self.last.append(exp.alias_(exp.cast(exp.null(), "varchar"), SPELT + column.key))
        within = self.bounds.within(column)
        self.last.append(exp.alias_(call("somebody", within) if column.key in _BUYERS else within, column.key))
        faults = self.bounds.add_faults(exp.Case(), column)
        if kind != "text" and faults.args.get("ifs"):
            self.faults.append((column.key, faults))

    def _leave_unsettled(self, key: str, cell: exp.Expr) -> None:
        name = "unsettled_" + key
        test = call("regexp_matches", cell, exp.Literal.string(UNSETTLED))
        self.fast.append(exp.alias_(test, name))
        self._hand_on(name)
        self.unsettled[key] = exp.column(name)
        self.faults.append((key, exp.Case().when(exp.column(name), exp.Literal.string("ambiguous_amount"))))

    def _keep_spelling(self, key: str, rest: exp.Expr) -> None:
        spelling = exp.Case().when(call("is_oddly_spelt", rest), rest.copy())
        self.unguarded.append(exp.alias_(spelling, SPELT + key))
        for level in (self.narrowed, self.written, self.parsed, self.last):
            level.append(exp.column(SPELT + key))

    def add_sign(self, cell: str, header: str) -> None:
        """Add the currency that amounts or their header name: $12.50, 100 EUR, Total (USD)."""
        named = _UNIT_IN_HEADER.search(header)
        if named is not None and currency_of(named[1]) in currencies():
            sign: exp.Expr = exp.Literal.string(named[1])
        elif self.origin.column_types[cell] == "VARCHAR":
            sign = call("money_sign", exp.column(cell, quoted=True))
        else:
            return
        self.fast.append(exp.alias_(sign, "currency"))
        self._hand_on("currency")
        self.last.append(exp.column("currency"))

    def _hand_on(self, name: str) -> None:
        for level in (self.unguarded, self.narrowed, self.written, self.parsed):
            level.append(exp.column(name))

    def _written(self, kind: str, rest: exp.Expr) -> exp.Expr:
        text = call("written", rest)
        if kind == "id":  # R's word for nothing; as a text it may be Namibia
            text = call("nullif", text, exp.Literal.string("NA"))
        elif kind == "phone":
            text = call("somebody", text)
        order = {"dmy": "day_first", "mdy": "month_first"}.get(self.origin.date_order)
        return call(order, text) if kind in _DATED and order else text

    def select(self, keys: Sequence[str]) -> exp.Select:
        blank = exp.and_(exp.column("is_empty_row"), *(is_null(exp.column(key)) for key in keys))
        names = {f"fault_{place}": key for place, (key, _reason) in enumerate(self.faults)}
        told = [exp.alias_(reason, name) for name, (_key, reason) in zip(names, self.faults, strict=True)]
        self.last += [
            exp.alias_(faults_of(names), "faults"), exp.alias_(blank, "is_blank"),
            exp.column("is_title"), exp.column("has_total_word"),
        ]  # fmt: skip
        # Each level holds the one below: a copy at each of them would be a copy of all.
        select = self.first()
        levels = {
            "fast": self.unguarded,
            "unguarded": self.narrowed,
            "narrowed": self.written,
            "written": self.parsed,
            "parsed": [exp.Star(), *told],
            "told": self.last,
        }
        for name, level in levels.items():
            select = exp.select(*level, copy=False).from_(select.subquery(name, copy=False), copy=False)
        return select


def _fault(column: Column, kind: str, rest: exp.Expr) -> exp.Case:
    is_fault = exp.and_(is_null(rest.copy()).not_(), is_null(exp.column(column.key)))
    return exp.Case().when(is_fault, call("fault_" + kind, rest))


def _is_text(column: Column, origin: Origin, cells: Sequence[str]) -> bool:
    if origin.is_typed:
        return False
    types = [origin.column_types[cell] for cell in cells]
    return (
        not origin.doubted.isdisjoint(cells)
        or len(cells) > 1
        or types == ["VARCHAR"]
        or not fits(column.kind, types[0])
    )


def _first_written(column: Column, cells: list[str], origin: Origin) -> exp.Expr:
    columns = [as_text(cell, origin.column_types[cell]) for cell in cells]
    if len(columns) == 1:
        return columns[0]
    tidied = [call("tidy", cell) for cell in columns]
    if column.key in _LISTS:
        joined = call("concat_ws", exp.Literal.string(";"), *tidied)
        return exp.func("nullif", joined, exp.Literal.string(""))
    return exp.func("coalesce", *tidied)


def _typed(column: Column, cell: str, origin: Origin) -> exp.Expr:
    # A Parquet column already has a type: it is cast, and only a whole float id needs its .0 taken off.
    raw: exp.Expr = exp.column(cell, quoted=True)
    given = origin.column_types[cell]
    target = _SQL_TYPES[column.kind]
    if given == "VARCHAR" and target == "varchar":
        return exp.Case().when(raw.copy().isin(*NOTHING).not_(), raw) if cell in origin.blanked else raw
    if given == "TIMESTAMP WITH TIME ZONE" and target == "timestamp":
        return call("timezone", exp.Literal.string(origin.zone), raw)
    if column.kind == "id" and given in ("DOUBLE", "FLOAT"):
        return exp.Case().when(_lost_digits(cell).not_(), as_text(cell, origin.column_types[cell]))
    return exp.TryCast(this=raw, to=exp.DataType.build(target, dialect="duckdb")) if given != target.upper() else raw


def _lost_digits(cell: str) -> exp.Expr:
    return call("abs", exp.column(cell, quoted=True)) >= exp.Literal.number(_FIRST_UNSAFE)


def as_text(cell: str, sql_type: str) -> exp.Expr:
    """Return a Parquet cell as text: a whole number kept as a float, because some are missing, without its .0."""
    raw = exp.column(cell, quoted=True)
    if sql_type == "VARCHAR":
        return raw
    text = exp.cast(raw.copy(), "varchar")
    if sql_type not in ("DOUBLE", "FLOAT"):
        return text
    whole = exp.cast(exp.TryCast(this=raw.copy(), to=exp.DataType.build("bigint")), "varchar")
    return exp.Case().when(call("floor", raw.copy()).eq(raw), exp.func("coalesce", whole, text.copy())).else_(text)


def typed_null(column: Column) -> exp.Expr:
    """Return a null of the column's type as it stands before dates are cut from instants."""
    return exp.Cast(this=exp.null(), to=_type_of(column.kind).copy())


@cache
def _type_of(kind: Kind) -> exp.DataType:
    return exp.DataType.build(_SQL_TYPES[kind], dialect="duckdb")


def _units(table: Table, mapped: Mapping[str, Sequence[ColumnMatch]]) -> dict[str, Decimal]:
    """Return what one of an amount is in, by column, where its header says that it is no whole unit: 实付金额(分)."""
    return {
        key: unit
        for key, found in mapped.items()
        if (table[key].kind == "money" or key == "unit_price") and (unit := amounts.unit(found[0].header)) != 1
    }


def _in_whole_units(select: exp.Select, units: Mapping[str, Decimal]) -> exp.Select:
    # What stands in the header goes for every cell below it.
    if not units:
        return select
    types = {key: _SQL_TYPES["number" if key == "unit_price" else "money"] for key in units}
    replaced = [
        exp.alias_(exp.cast(exp.column(key) * exp.Literal.number(str(unit)), types[key], dialect="duckdb"), key)
        for key, unit in units.items()
    ]
    return exp.select(exp.Star(**{"replace": replaced})).from_(select.subquery("counted"))


def _with_order_id_date(select: exp.Select, pattern: str, *, is_timed: bool) -> exp.Select:
    # Where the time is blank, the number says the day: 260301-….
    digits = call("regexp_extract", exp.column("order_id"), exp.Literal.string(pattern), exp.Literal.number(1))
    day = call("try_strptime", digits, exp.Literal.string("%y%m%d"))
    if not is_timed:
        return exp.select("*", exp.alias_(day, "ordered_at")).from_(select.subquery("cells"))
    dated = exp.alias_(exp.func("coalesce", exp.column("ordered_at"), day), "ordered_at")
    return exp.select(exp.Star(**{"replace": [dated]})).from_(select.subquery("cells"))
