"""The loader's SQL as Spark runs it: macros put in, values in the place of parameters, functions under Spark's names.

The loader is written once, for DuckDB; what it says of a row must be the same on Spark. Where the two engines would
differ in silence (regular expressions, the order of nulls in structs, halves of a cent in floats) the tree is changed;
what has no equal there is refused by name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache

from sqlglot import TokenType, exp, parse_one, tokenize

from siyu_cli.engines.patterns import java_pattern, java_replacement
from siyu_cli.errors import EngineError

Types = Mapping[str, str]


class Macros:
    """Named expressions of a connection, put in where they are called: Spark needs no functions of ours."""

    def __init__(self) -> None:
        self._bodies: dict[str, tuple[list[str], exp.Expr]] = {}
        self._lent = 0

    def define(self, statement: exp.Create) -> None:
        """Keep what ``create macro name(parameters) as body`` says."""
        head = statement.this
        names = [one.name.lower() for one in head.expressions]
        self._bodies[head.this.name.lower()] = (names, self.expanded(statement.expression.copy()))

    def expanded(self, tree: exp.Expr) -> exp.Expr:
        """Return the tree, which is changed, with every call of a macro replaced by what it stands for."""
        return _bottom_up(tree, self._put_in)

    def _put_in(self, node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Anonymous) or node.name.lower() not in self._bodies:
            return node
        names, body = self._bodies[node.name.lower()]
        given = dict(zip(names, node.expressions, strict=True))
        lent: dict[str, exp.Expr] = {}
        used = [part.name.lower() for part in body.find_all(exp.Column) if not part.table]
        for name, value in given.items():
            if used.count(name) > 1 and not isinstance(value.unnest(), exp.Column | exp.Literal | exp.Array | exp.Null):
                self._lent += 1
                lent[f"v{self._lent}"], given[name] = value, exp.column(f"v{self._lent}")

        def argument(part: exp.Expr) -> exp.Expr:
            is_given = isinstance(part, exp.Column) and not part.table and part.name.lower() in given
            return exp.paren(given[part.name.lower()]) if is_given else part

        found: exp.Expr = exp.paren(body.transform(argument), copy=False)
        for name, value in lent.items():
            found = _let(name, value, found)
        return found


def _let(name: str, value: exp.Expr, body: exp.Expr) -> exp.Expr:
    """Return a body in which a value that it names several times is worked out once."""
    bodies = exp.Lambda(this=body, expressions=[exp.to_identifier(name)])
    each = exp.Anonymous(this="transform", expressions=[exp.Array(expressions=[value]), bodies])
    return exp.Anonymous(this="get", expressions=[each, exp.Literal.number(0)])


def _bottom_up(tree: exp.Expr, change: Callable[[exp.Expr], exp.Expr]) -> exp.Expr:
    for node in reversed(list(tree.walk())):
        changed = change(node)
        if changed is node:
            continue
        if node is tree:
            tree = changed
        else:
            node.replace(changed)
    return tree


@cache
def statements(sql: str) -> tuple[exp.Expr, ...]:
    """Return the statements of a text in DuckDB's dialect; whoever changes one copies it."""
    ends = [token for token in tokenize(sql, read="duckdb") if token.token_type == TokenType.SEMICOLON]
    starts = [0, *(token.end + 1 for token in ends)]
    parts = [sql[start:end].strip() for start, end in zip(starts, [*(one.start for one in ends), None], strict=True)]
    return tuple(_macro(part) or parse_one(part, read="duckdb") for part in parts if _is_written(part))


def _is_written(part: str) -> bool:
    return bool(tokenize(part, read="duckdb"))


def _macro(part: str) -> exp.Create | None:
    # sqlglot keeps a macro whose body joins texts as it stands: head and body are read one by one.
    found = re.search(r"^create or replace macro (\w+)\(([^)]*)\) as\s", part, re.MULTILINE)
    if found is None:
        return None
    names = [exp.to_identifier(name) for name in re.findall(r"\w+", found[2])]
    head = exp.UserDefinedFunction(this=exp.to_table(found[1]), expressions=names)
    body = parse_one("select " + part[found.end() :], read="duckdb").expressions[0]
    return exp.Create(kind="MACRO", this=head, expression=body)


def literal(value: object) -> exp.Expr:
    """Return a value as a typed literal; a list as an array of such.

    >>> literal(date(2026, 6, 30)).sql("spark"), literal(["a"]).sql("spark")
    ("CAST('2026-06-30' AS DATE)", "ARRAY('a')")
    """
    if isinstance(value, list | tuple | set | frozenset):
        return exp.Array(expressions=[literal(one) for one in value])
    if value is None or isinstance(value, bool):
        return exp.null() if value is None else exp.convert(value)
    if isinstance(value, str | int):
        return exp.convert(value)
    kinds = {float: "double", Decimal: "decimal(18, 2)", date: "date", datetime: "timestamp"}
    return exp.cast(exp.Literal.string(str(value)), kinds[type(value)], dialect="duckdb")


def bound(tree: exp.Expr, values: Mapping[str, object] | list[object], variables: Mapping[str, object]) -> exp.Expr:
    """Return a copy of the tree with values for its parameters and variables."""
    tree = tree.copy()
    for place, node in enumerate(list(tree.find_all(exp.Placeholder, exp.Parameter))):
        value = values[place] if isinstance(values, list) else values[node.name]
        node.replace(literal(value))
    for call in list(tree.find_all(exp.Anonymous)):
        if call.name.lower() == "getvariable":
            call.replace(literal(variables[call.expressions[0].name]))
    return tree


def spark_sql(tree: exp.Expr, types: Types | None = None) -> str:
    """Return a query in Spark's dialect; ``types`` are those of the columns it reads, as DuckDB names them.

    EngineError for what Spark has no word for.
    """
    tree = _bottom_up(tree.copy(), lambda node: _rewritten(node, types or {}))
    return tree.sql("spark", comments=False)


def _rewritten(node: exp.Expr, types: Types) -> exp.Expr:
    if isinstance(node, exp.Cast):
        return _cast(node, types)
    change = _CHANGES.get(type(node))
    return change(node) if change is not None else node


# What is one text, though it is put together of several: patterns must be known before they are translated.
def _text_of(node: exp.Expr) -> str:
    if isinstance(node, exp.Paren):
        return _text_of(node.this)
    if isinstance(node, exp.DPipe):
        return _text_of(node.left) + _text_of(node.right)
    if isinstance(node, exp.Literal) and node.is_string:
        return str(node.this)
    raise EngineError("Spark cannot be asked this: {sql}", sql=node.sql("duckdb"))


def _pattern(node: exp.Expr, flag: exp.Expr | None = None, *, is_whole: bool = False) -> exp.Expr:
    found = java_pattern(_text_of(node))
    if is_whole:
        found = rf"\A(?:{found})\z"
    return exp.Literal.string(("(?iu)" if flag is not None and "i" in flag.name else "") + found)


def _like(node: exp.RegexpLike) -> exp.Expr:
    return exp.Anonymous(this="regexp_like", expressions=[node.this, _pattern(node.expression, node.args.get("flag"))])


def _whole_like(node: exp.RegexpFullMatch) -> exp.Expr:
    flag = node.args.get("options") or node.args.get("flag")
    return exp.Anonymous(this="regexp_like", expressions=[node.this, _pattern(node.expression, flag, is_whole=True)])


def _replaced(node: exp.RegexpReplace) -> exp.Expr:
    pattern = _text_of(node.expression)
    modifiers = node.args.get("modifiers")
    is_every = (modifiers is not None and "g" in modifiers.name) or not node.args.get("single_replace", False)
    found, by = _pattern(node.expression), java_replacement(_text_of(node.args["replacement"]))
    if not is_every and not (pattern.startswith("^") or pattern.endswith("$")):
        # The first one only: what stands before it is matched along with it, and put back.
        found = exp.Literal.string(f"(?s)^(.*?)(?:{found.name})")
        by = "$1" + re.sub(r"(?<!\\)\$([0-9])", lambda group: f"${int(group[1]) + 1}", by)
    return exp.Anonymous(this="regexp_replace", expressions=[node.this, found, exp.Literal.string(by)])


def _extracted(node: exp.RegexpExtract) -> exp.Expr:
    group = node.args.get("group") or exp.Literal.number(0)
    return exp.Anonymous(this="regexp_extract", expressions=[node.this, _pattern(node.expression), group])


def _all_extracted(node: exp.RegexpExtractAll) -> exp.Expr:
    group = node.args.get("group") or exp.Literal.number(0)
    return exp.Anonymous(this="regexp_extract_all", expressions=[node.this, _pattern(node.expression), group])


def _indexed(node: exp.Bracket) -> exp.Expr:
    # Texts are cut in signs, lists are asked for one of theirs; DuckDB counts both from 1, sqlglot from 0.
    (place,) = node.expressions
    of = node.this.unnest()
    if isinstance(place, exp.Slice):
        first, last = place.this, place.expression
        if _is_list(of):
            size = exp.paren(last - first.copy() + 1)
            return exp.Anonymous(this="slice", expressions=[of, first, size])
        if first is not None and last is None:
            return exp.Anonymous(this="substring", expressions=[of, first])
        return exp.Anonymous(this="substring", expressions=[of, first, exp.paren(last - first.copy() + 1)])
    if _is_list(of):
        return exp.Anonymous(this="get", expressions=[of, place])
    return exp.Anonymous(this="substring", expressions=[of, exp.paren(place + 1), exp.Literal.number(1)])


def _extreme(name: str) -> Callable[[exp.Expr], exp.Expr]:
    # Nothing is the greatest in DuckDB's structs and the least in Spark's.
    def change(node: exp.Expr) -> exp.Expr:
        key = node.expression
        if isinstance(key, exp.Struct):
            fields = [part.expression if isinstance(part, exp.PropertyEQ) else part for part in key.expressions]
            pairs = [field for part in fields for field in (exp.Is(this=part.copy(), expression=exp.null()), part)]
            key = exp.Anonymous(this="struct", expressions=pairs)
        return exp.Anonymous(this=name, expressions=[node.this, key])

    return change


def _is_list(node: exp.Expr) -> bool:
    return isinstance(node, exp.ArrayFilter) or (isinstance(node, exp.Column) and node.name == "words")


def _sized(node: exp.Length) -> exp.Expr:
    return exp.Anonymous(this="size", expressions=[node.this]) if _is_list(node.this.unnest()) else node


def _series(node: exp.GenerateSeries) -> exp.Expr:
    # Spark counts down where the end lies before the start; in DuckDB there is nothing then.
    start, end = node.args["start"], node.args["end"]
    last = exp.paren(end - exp.Literal.number(1))
    upward = exp.Anonymous(this="sequence", expressions=[start.copy(), last.copy()])
    return exp.Case().when(exp.paren(start) <= last, upward).else_(exp.Array(expressions=[]))


def _is_in(node: exp.ArrayContains) -> exp.Expr:
    of = node.this.unnest()
    if not isinstance(of, exp.Array):
        return node
    if not of.expressions:
        return exp.false()
    return exp.In(this=node.expression, expressions=of.expressions)


def _in_list(node: exp.In) -> exp.Expr:
    of = node.args.get("field")
    if not isinstance(of, exp.Array):
        return node
    return exp.In(this=node.this, expressions=of.expressions) if of.expressions else exp.false()


def _tuple_in(node: exp.Tuple) -> exp.Expr:
    if isinstance(node.parent, exp.Distinct | exp.Count):
        return exp.Anonymous(this="struct", expressions=node.expressions)
    return node


def _cast(node: exp.Cast, types: Types) -> exp.Expr:
    of = node.this.unnest()
    given = types.get(of.name.lower(), "") if isinstance(of, exp.Column) else ""
    if node.to.is_type(exp.DType.UBIGINT):
        return exp.cast(node.this, "bigint")
    if given not in ("DOUBLE", "FLOAT"):
        return node
    if node.to.is_type("decimal"):
        return _rounded_money(node)
    if node.to.is_type("bigint"):
        return exp.TryCast(this=exp.Anonymous(this="rint", expressions=[node.this]), to=node.to)
    return node


def _rounded_money(node: exp.Cast) -> exp.Expr:
    # DuckDB rounds the binary number × 10^scale, half away from zero; Spark rounds its shortest decimal text.
    scale = int(node.to.expressions[1].name)
    number = f"cast(number as double) * 1e{scale}"
    sized = f"sign({number}) * floor(abs({number}) + 5e-1)"
    whole = f"try_cast({sized} as decimal(27, 0))"
    made = f"try_cast({whole} * cast(1e-{scale} as decimal(7, 6)) as {node.to.sql('spark')})"
    tree = parse_one(f"case when abs(number) < 1e16 then {made} end", read="spark")
    found: exp.Expr = tree.transform(lambda part: node.this.copy() if isinstance(part, exp.Column) else part)
    return found


_NAMES = {
    "strlen": "octet_length",
    "suffix": "endswith",
    "hash": "xxhash64",
    "md5_number": "md5",  # of use to tell texts apart, whatever it is
    "round_even": "bround",
}


def _named(node: exp.Anonymous) -> exp.Expr:
    name, given = node.name.lower(), node.expressions
    if name == "timezone":
        return _moved(given[1], given[0])
    if name == "to_hours":
        return exp.Anonymous(this="make_dt_interval", expressions=[exp.Literal.number(0), given[0]])
    if name == "to_microseconds":
        seconds = exp.cast(given[0], "decimal(18, 0)") / exp.Literal.number(1_000_000)
        return exp.Anonymous(this="make_dt_interval", expressions=[*[exp.Literal.number(0)] * 3, seconds])
    if name == "try_strptime":
        return _parsed(given[0], given[1])
    if name in _NAMES:
        return exp.Anonymous(this=_NAMES[name], expressions=given)
    return node


def _moved(moment: exp.Expr, zone: exp.Expr) -> exp.Expr:
    """Return what the clocks of a zone show at an instant, whatever the session's own zone is."""
    inner = moment.unnest()
    if isinstance(inner, exp.UnixToTime):
        micros: exp.Expr = exp.cast(exp.paren(inner.this) * exp.Literal.number("1e6"), "bigint")
    else:
        micros = exp.Anonymous(this="unix_micros", expressions=[moment])
    start = exp.cast(exp.Literal.string("1970-01-01 00:00:00"), "timestamp", dialect="duckdb")
    shown = exp.Anonymous(this="timestampadd", expressions=[exp.var("MICROSECOND"), micros, start])
    return exp.Anonymous(this="convert_timezone", expressions=[exp.Literal.string("UTC"), zone, shown])


_FIELDS = {
    "%Y": "yyyy", "%m": "M", "%d": "d", "%H": "H", "%M": "m", "%S": "s", "%b": "MMM", "%B": "MMMM", "%a": "EEE",
    "%I": "h", "%p": "a",
}  # fmt: skip
_COMPACT = {"%Y%m%d": "yyyyMMdd", "%Y%m%d%H%M": "yyyyMMddHHmm", "%Y%m%d%H%M%S": "yyyyMMddHHmmss"}


def _parsed(text: exp.Expr, forms: exp.Expr) -> exp.Expr:
    # Read as of UTC and shown there: an hour that the session's own zone skips is no less one of the shop's.
    given = forms.expressions if isinstance(forms, exp.Array) else [forms]
    tries = []
    for form in map(_text_of, given):
        written = _COMPACT.get(form, form)
        for field, letters in _FIELDS.items():
            written = written.replace(field, letters)
        read_from: exp.Expr = exp.paren(text)
        if form.startswith("%a, "):  # Spark reads no names of weekdays
            written = written.removeprefix(_FIELDS["%a"] + ", ")
            weekday = exp.Literal.string("^(?i:mon|tue|wed|thu|fri|sat|sun)[a-z]*, ")
            read_from = exp.Anonymous(this="regexp_replace", expressions=[read_from, weekday, exp.Literal.string("")])
        zoned = exp.DPipe(this=read_from, expression=exp.Literal.string(" +0000"))
        read = exp.Anonymous(this="try_to_timestamp", expressions=[zoned, exp.Literal.string(written + " Z")])
        tries.append(_moved(read, exp.Literal.string("UTC")))
    return exp.func("coalesce", *tries) if len(tries) > 1 else tries[0]


def _listed(node: exp.ArrayAgg) -> exp.Expr:
    ordered = node.this
    if not (isinstance(ordered, exp.Order) and isinstance(ordered.this, exp.Distinct)):
        return node
    found = exp.Anonymous(this="collect_set", expressions=ordered.this.expressions)
    return exp.Anonymous(this="array_sort", expressions=[found])


def _set_apart(node: exp.Window) -> exp.Expr:
    # A name of a window before a minus reads as one name with a hyphen in Spark.
    return exp.paren(node.copy()) if node.args.get("alias") else node


_CHANGES: dict[type, Callable[..., exp.Expr]] = {
    exp.RegexpLike: _like,
    exp.RegexpFullMatch: _whole_like,
    exp.RegexpReplace: _replaced,
    exp.Length: _sized,
    exp.GenerateSeries: _series,
    exp.RegexpExtract: _extracted,
    exp.RegexpExtractAll: _all_extracted,
    exp.Window: _set_apart,
    exp.Bracket: _indexed,
    exp.ArgMax: _extreme("max_by"),
    exp.ArgMin: _extreme("min_by"),
    exp.ArrayContains: _is_in,
    exp.ArrayAgg: _listed,
    exp.In: _in_list,
    exp.Tuple: _tuple_in,
    exp.Anonymous: _named,
}
