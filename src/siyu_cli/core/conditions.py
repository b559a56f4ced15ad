"""Operators' own conditions: ``stage = 'dormant' and net_sales >= 1000`` becomes a syntax tree, or an error.

Only the columns of a members list, comparisons, and, or, not, in, between, like, is null, arithmetic and a
few functions are allowed. Text and numbers are literals. Whatever else is written is refused with its place,
so a condition can neither read another table nor run anything.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from siyu_cli.core.query import Step
from siyu_cli.errors import ConditionError
from siyu_cli.spelling import plain_id
from siyu_cli.tables import SEGMENTS, Table

if TYPE_CHECKING:
    from sqlglot import exp

_WITHHELD = ("custom_segments", "stage_reason")
_WRITTEN_AS_TEXT = ("id", "text", "phone", "status", "date")
_HINT = (
    "Columns: {columns}. Operators: = <> < <= > >= and or not in between like is null + - *. "
    "Text and dates stand in single quotes, numbers do not."
)


def parse_condition(text: str, table: Table = SEGMENTS) -> exp.Expression:
    """Return the condition as a tree of allowed parts; ``ConditionError`` names the first word that is not.

    Its words are columns of ``table``.

    >>> parse_condition("net_sales >= 1000 and stage in ('dormant', 'churned')").sql()
    "net_sales >= 1000 AND stage IN ('dormant', 'churned')"
    """
    from sqlglot import parse_one
    from sqlglot.errors import ParseError, TokenError

    try:
        tree = parse_one(f"select 1 where ({text}\n)", read="duckdb")
    except (ParseError, TokenError) as error:
        facts = getattr(error, "errors", None)
        word = facts[0].get("highlight") if facts else ""
        raise _refusal(text, str(word or ""), table) from error
    where = tree.args.get("where")
    extra = {name for name, value in tree.args.items() if value} - {"expressions", "where", "kind"}
    if where is None or extra or type(tree).__name__ != "Select":
        raise _refusal(text, "", table)
    condition: exp.Expression = where.this.unnest()
    _hold_to_allowed(condition, text, table)
    return condition


def _allowed_nodes() -> tuple[type[exp.Expression], ...]:
    from sqlglot import exp

    return (
        exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Paren, exp.Tuple, exp.Neg,
        exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is, exp.In,
        exp.Between, exp.Like, exp.ILike, exp.Add, exp.Sub, exp.Mul, exp.Abs, exp.Coalesce, exp.Lower,
        exp.Upper, exp.Length, exp.Contains, exp.StartsWith,
    )  # fmt: skip


def _hold_to_allowed(condition: exp.Expression, text: str, table: Table) -> None:
    from sqlglot import exp

    allowed = _allowed_nodes()
    for node in condition.walk():
        if (
            isinstance(node, exp.Cast)
            and node.to.sql("duckdb") == "DATE"
            and isinstance(node.this, exp.Literal)
        ):
            continue
        if isinstance(node, exp.DataType) and isinstance(node.parent, exp.Cast):
            continue
        if not isinstance(node, allowed):
            word = node.name or node.sql("duckdb")
            raise _refusal(text, word.split("(", maxsplit=1)[0], table)
        if isinstance(node, exp.Column):
            _check_column(node, text, table)


def _check_column(node: exp.Column, text: str, table: Table) -> None:
    from sqlglot import exp

    if node.table or node.name not in allowed_columns(table):
        raise _refusal(text, node.name, table)
    kind = table[node.name].kind
    parent = node.parent
    if not isinstance(parent, exp.Binary | exp.Between | exp.In):
        return
    for literal in [part for part in parent.iter_expressions() if isinstance(part, exp.Literal)]:
        if literal.is_string != (kind in _WRITTEN_AS_TEXT):
            raise _refusal(text, literal.name, table)
        if kind == "id":
            literal.set("this", plain_id(literal.name))
        if kind == "date":
            _make_date(literal, text, table)


def _make_date(literal: exp.Literal, text: str, table: Table) -> None:
    # Dates are compared with dates: the literal is made one here, so that no engine has to guess.
    from sqlglot import exp

    try:
        date.fromisoformat(literal.name)
    except ValueError as error:
        raise _refusal(text, literal.name, table) from error
    literal.replace(exp.cast(literal.copy(), "date"))


def allowed_columns(table: Table) -> tuple[str, ...]:
    """Return the columns of a table that a condition may name: not those that conditions make."""
    return tuple(key for key in table.keys if key not in _WITHHELD)


def _refusal(text: str, word: str, table: Table) -> ConditionError:
    columns = allowed_columns(table)
    position = text.lower().find(word.lower()) + 1 if word else 0
    close = difflib.get_close_matches(word, columns, n=1) if word else []
    hint = "Did you mean {close}? " + _HINT if close else _HINT
    if position:
        return ConditionError(
            "The condition {text} cannot use {word} (at character {position}).",
            hint=hint, text=repr(text), word=repr(word), position=position,
            close=close[0] if close else "", columns=", ".join(columns),
        )  # fmt: skip
    return ConditionError(
        "The condition {text} cannot be understood.", hint=hint, text=repr(text), columns=", ".join(columns)
    )


def restricted(step: Step, where: str | None) -> Step:
    """Return the step with one more condition on its final select; the same step for None."""
    if where is None:
        return step
    return step.with_tree(step.tree().where(parse_condition(where).copy(), copy=False))


def with_segments(step: Step, conditions: Mapping[str, str]) -> Step:
    """Return the step whose column ``custom_segments`` lists the names of the conditions that hold, joined by ``;``."""
    from sqlglot import exp

    if not conditions:
        return step
    tree = step.tree()
    named = _named([(name, parse_condition(text)) for name, text in conditions.items()])
    for index, projection in enumerate(tree.expressions):
        if projection.alias == "custom_segments":
            tree.expressions[index].replace(exp.alias_(named, "custom_segments"))
    return step.with_tree(tree)


def _named(conditions: Sequence[tuple[str, exp.Expression]]) -> exp.Expression:
    from sqlglot import exp

    parts = [
        exp.Case().when(condition.copy(), exp.Literal.string(f";{name}")).else_(exp.Literal.string(""))
        for name, condition in conditions
    ]
    joined: exp.Expression = parts[0]
    for part in parts[1:]:
        joined = exp.DPipe(this=joined, expression=part, safe=True)
    return exp.Substring(this=joined, start=exp.Literal.number(2))
