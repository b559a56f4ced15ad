"""What fits together in a condition: numbers with numbers, dates with dates, and values a column can have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from siyu_cli.core.condition_words import named, nearest, refusal, shown
from siyu_cli.errors import ConditionError, Spoken
from siyu_cli.tables.column import Column, Table, find_label

if TYPE_CHECKING:
    from sqlglot import exp

TEXT, NUMBER, DATE, FLAG, NULL = "text", "number", "date", "flag", "null"
_ALL = (TEXT, NUMBER, DATE, FLAG)
_FAMILIES = {
    **dict.fromkeys(("id", "text", "phone", "status"), TEXT),
    **dict.fromkeys(("count", "money", "number", "rate"), NUMBER),
    **dict.fromkeys(("date", "month", "instant"), DATE),
    "flag": FLAG,
}
_MISFITS = {
    TEXT: "In the condition {text}, {name} is a text and cannot stand so.",
    NUMBER: "In the condition {text}, {name} is a number and cannot stand so.",
    DATE: "In the condition {text}, {name} is a date and cannot stand so.",
    FLAG: "In the condition {text}, {name} is yes or no and cannot stand so.",
}
_EXAMPLES = {
    TEXT: "Write for example {column} = '{value}', {column} in ('{value}', …) or {column} is null.",
    NUMBER: "Write for example {column} >= 100, {column} between 1 and 9 or {column} is null.",
    DATE: "Write for example {column} >= '2026-03-01' or {column} is null.",
    FLAG: "Write for example {column} = '{value}', not {column} or {column} is null.",
}
# What people write for yes and no, quoted or as a number.
_YES_NO = {"true": ("yes", "是", "1"), "false": ("no", "否", "0")}
_DATE = re.compile(
    r"(\d{4})(?:-(\d{1,2})-|/(\d{1,2})/|\.(\d{1,2})\.|年(\d{1,2})月|(\d\d)(?=\d\d$))(\d{1,2})日?", re.ASCII
)


def check_kinds(condition: exp.Expr, text: str, table: Table) -> None:
    """Raise ``ConditionError`` unless every part has the kind its place asks for; texts beside dates become dates."""
    from sqlglot import exp

    families: dict[int, str] = {}
    # From the leaves up, without recursion: a condition may be deeper than Python goes.
    for node in reversed(list(condition.walk(bfs=True))):
        if not isinstance(node, exp.Identifier | exp.DataType):
            families[id(node)] = _family(node, families, text, table)
    if not list(condition.find_all(exp.Column)):
        hint = _EXAMPLES[NUMBER]
        raise ConditionError("The condition {text} names no column.", hint=hint, text=shown(text), column="net_sales")
    if families[id(condition)] != FLAG:
        raise _misfit(condition, text, table)


def _family(node: exp.Expr, families: dict[int, str], text: str, table: Table) -> str:
    """Return the family of one part, those of the parts below it being known."""
    from sqlglot import exp

    if isinstance(node, exp.Column):
        return _FAMILIES[table[node.name].kind]
    if isinstance(node, exp.Literal):
        return TEXT if node.is_string else NUMBER
    if isinstance(node, exp.Boolean | exp.Null | exp.Cast):
        return {exp.Boolean: FLAG, exp.Null: NULL}.get(type(node), DATE)
    below = [part for part in node.iter_expressions() if id(part) in families]
    if isinstance(node, exp.Is) and isinstance(node.expression, exp.Null):
        return FLAG
    if any(families[id(part)] == NULL for part in below):
        raise _null(node, text, table)
    _date_literals(node, below, families, (text, table))
    _flag_literals(node, below, families)
    takes, gives = next((rule[1:] for rule in _rules() if isinstance(node, rule[0])), (_ALL, ""))
    for part in below:
        if families[id(part)] not in takes:
            raise _misfit(part, text, table)
    if len({families[id(part)] for part in below}) > 1:
        raise _misfit(next((part for part in below if part.find(exp.Column)), below[0]), text, table)
    return gives or families[id(below[0])]


@cache
def _rules() -> tuple[tuple[tuple[type[exp.Expr], ...], tuple[str, ...], str], ...]:
    """Return operators, the families they take, all of one, and the family they give.

    Parentheses and coalesce give what they were given.
    """
    from sqlglot import exp

    return (
        ((exp.Connector, exp.Not, exp.Is), (FLAG,), FLAG),
        ((exp.EQ, exp.NEQ, exp.In), _ALL, FLAG),
        ((exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between), (TEXT, NUMBER, DATE), FLAG),
        ((exp.Like, exp.ILike, exp.Contains, exp.StartsWith), (TEXT,), FLAG),
        ((exp.Lower, exp.Upper), (TEXT,), TEXT),
        ((exp.Length,), (TEXT,), NUMBER),
        ((exp.Neg, exp.Abs, exp.Add, exp.Sub, exp.Mul), (NUMBER,), NUMBER),
    )


def _misfit(node: exp.Expr, text: str, table: Table) -> ConditionError:
    """Return the error for a part of another kind than its place asks for: it names the column and its kind."""
    from sqlglot import exp

    column = node if isinstance(node, exp.Column) else node.find(exp.Column)
    if column is None:
        literal = node.find(exp.Literal)
        return refusal(text, literal.name if literal else node.sql("duckdb"), table)
    family = _FAMILIES[table[column.name].kind]
    facts = _about(table[column.name], text)
    return ConditionError(_MISFITS[family], hint=_EXAMPLES[family], value=_example(table[column.name], family), **facts)


def _about(column: Column, text: str) -> dict[str, Any]:
    """Return what errors about a column are filled with: ``column`` as it can be written, ``name`` as it is told."""
    return {"text": shown(text), "column": Spoken(column.key, column.zh), "name": named([column])}


def _example(column: Column, family: str) -> str:
    if family == FLAG:
        return Spoken("yes", "是")
    return next((Spoken(key, words[-1]) for key, words in (column.labels or {}).items()), "…")


def _null(node: exp.Expr, text: str, table: Table) -> ConditionError:
    from sqlglot import exp

    column = node.find(exp.Column)
    if column is None:
        return refusal(text, "null", table)
    message = "In the condition {text}, nothing is ever equal to null."
    return ConditionError(message, hint="Write {column} is null.", **_about(table[column.name], text))


def _date_literals(node: exp.Expr, below: list[exp.Expr], families: dict[int, str], where: tuple[str, Table]) -> None:
    # Dates are compared with dates: the literal is made one here, so that no engine has to guess.
    from sqlglot import exp

    if {families[id(part)] for part in below} != {DATE, TEXT} or isinstance(node, exp.Like | exp.ILike):
        return
    for place, part in enumerate(below):
        if not isinstance(part, exp.Literal):
            continue
        found = _as_date(part.name)
        if found is None:
            raise _no_date(part.name, node.find(exp.Column), *where)
        below[place] = exp.cast(exp.Literal.string(found.isoformat()), "date")
        part.replace(below[place])
        families[id(below[place])] = DATE


def _no_date(word: str, column: exp.Column | None, text: str, table: Table) -> ConditionError:
    message = "In the condition {text}, {word} is not a date."
    facts = _about(table[column.name], text) if column else {"text": shown(text), "column": ""}
    return ConditionError(message, hint=_EXAMPLES[DATE], word=shown(word), **facts)


def _flag_literals(node: exp.Expr, below: list[exp.Expr], families: dict[int, str]) -> None:
    # What people write for yes and no becomes it; any other word stays a text, which no flag is.
    from sqlglot import exp

    if not isinstance(node, exp.EQ | exp.NEQ | exp.In) or FLAG not in {families[id(part)] for part in below}:
        return
    for place, part in enumerate(below):
        word = find_label(_YES_NO, part.name) if isinstance(part, exp.Literal) else None
        if word is not None:
            below[place] = exp.Boolean(this=word == "true")
            part.replace(below[place])
            families[id(below[place])] = FLAG


def _as_date(text: str) -> date | None:
    if match := _DATE.fullmatch(text.strip()):
        year, *months, day = match.groups()
        try:
            return date(int(year), int(next(filter(None, months))), int(day))
        except ValueError:
            pass
    return None


# --- Values -------------------------------------------------------------------------------------------


def put_keys(condition: exp.Expr, text: str, table: Table) -> exp.Expr:
    """Return the condition with the keys of stages and other fixed values where people wrote their labels.

    ``ConditionError`` names the values where there is no such label.
    """
    from sqlglot import exp

    for column in list(condition.find_all(exp.Column)):
        if not table[column.name].labels:
            continue
        holder = column.parent
        while isinstance(holder, exp.Lower | exp.Upper | exp.Paren):  # labels are matched whatever their case
            outer = holder.parent
            holder.replace(column)
            holder = outer
        match holder:
            case exp.Like() | exp.ILike() if isinstance(holder.expression, exp.Literal) and holder.this is column:
                condition = _put_list(condition, holder, (text, table))
            case exp.EQ() | exp.NEQ() | exp.In():
                for part in list(holder.iter_expressions()):
                    if part is not column:
                        _put_key(part, table[column.name], text)
            case exp.Is():
                pass
            case _:
                raise unknown_value(text, table[column.name], None)
    return condition


def _put_key(part: exp.Expr, column: Column, text: str) -> None:
    from sqlglot import exp

    literal = part.unnest()
    if not isinstance(literal, exp.Literal):
        raise unknown_value(text, column, None)
    key = find_label(column.labels or {}, literal.name)
    if key is None:
        raise unknown_value(text, column, literal.name)
    part.replace(exp.Literal.string(key))


def _put_list(condition: exp.Expr, like: exp.Expr, where: tuple[str, Table]) -> exp.Expr:
    """Return the condition with a pattern on a column of fixed values as the list of those it fits."""
    from sqlglot import exp

    pattern = "".join({"%": ".*", "_": "."}.get(sign, re.escape(sign)) for sign in like.expression.name)
    fits = re.compile(pattern, re.IGNORECASE | re.DOTALL).fullmatch
    column, (text, table) = like.this, where
    labels = table[column.name].labels or {}
    keys = [key for key, words in labels.items() if any(map(fits, (key, *words)))]
    if not keys:
        raise unknown_value(text, table[column.name], like.expression.name)
    listed: exp.Expr = exp.In(this=column.copy(), expressions=list(map(exp.Literal.string, keys)))
    listed = exp.Not(this=listed) if like.args.get("negate") else listed
    if like is condition:
        return listed
    like.replace(listed)
    return condition


def unknown_value(text: str, column: Column, word: str | None) -> ConditionError:
    """Return the error for a value that a column of fixed values does not have; None for what is no value at all."""
    labels = column.labels or {}
    is_chinese = not (word or text).isascii()
    told = {key: Spoken(words[-1] if is_chinese else key, f"{words[-1]}（{key}）") for key, words in labels.items()}
    facts: dict[str, Any] = {**_about(column, text), "values": _listed(told.values())}
    if word is None:
        message = "In the condition {text}, {name} can only be compared with its values."
        return ConditionError(message, hint="They are: {values}.", **facts)
    keys = {name: key for key, words in labels.items() for name in (key, *words[-2:])}
    near = nearest(word, list(keys))
    hint = "Did you mean {near}? The values are: {values}." if near else "The values are: {values}."
    message = "In the condition {text}, {name} is never {word}."
    return ConditionError(
        message, hint=hint, word=shown(word), near=_listed(Spoken(name, told[keys[name]].zh) for name in near), **facts
    )


def _listed(words: Iterable[Spoken]) -> Spoken:
    every = list(words)
    return Spoken(", ".join(every), "、".join(word.zh for word in every))


def asked_values(condition: exp.Expr, table: Table) -> Iterator[tuple[str, list[str]]]:
    """Yield each column whose values are the shop's own with those the condition looks for; not what it excludes."""
    from sqlglot import exp

    for node in condition.find_all(exp.EQ, exp.In):
        column = node.this if isinstance(node.this, exp.Column) else node.args.get("expression")
        if not isinstance(column, exp.Column) or table[column.name].labels or node.find_ancestor(exp.Not):
            continue
        if _FAMILIES[table[column.name].kind] == TEXT:
            bare = [part.unnest() for part in node.iter_expressions()]
            yield column.name, [part.name for part in bare if isinstance(part, exp.Literal)]
