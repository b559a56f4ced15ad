"""Operators' own conditions: ``stage = 'dormant' and net_sales >= 1000`` becomes a syntax tree, or an error.

Only the columns of a members list, comparisons, and, or, not, in, between, like, is null, arithmetic and a
few functions are allowed. Text and numbers are literals. Whatever else is written is refused with its place,
so a condition can neither read another table nor run anything. Columns and fixed values go by their titles
and labels, too, in both languages: 阶段 = '沉睡期'.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from siyu_cli.core.condition_kinds import asked_values, check_kinds, put_keys
from siyu_cli.core.condition_words import allowed, mask_compared, named, nearest, refusal, shown, spell_out
from siyu_cli.core.lifecycle.tables import SEGMENTS
from siyu_cli.engines.step import Step
from siyu_cli.errors import ConditionError
from siyu_cli.spelling import plain_id
from siyu_cli.tables.column import Column, Table

if TYPE_CHECKING:
    from sqlglot import exp

    from siyu_cli.engines.protocol import Engine

_COMPARED = 1_000  # values looked at for the one that was meant
_SHOWN = 5


def parse_condition(text: str, table: Table = SEGMENTS) -> exp.Expr:
    """Return the condition as a tree of allowed parts; ``ConditionError`` names the first word that is not.

    Its words are columns of ``table``, by key or title, and values, by key or label.

    >>> parse_condition("净消费额 >= 1000 and stage in ('Dormant', '流失期')").sql()
    "net_sales >= 1000 AND stage IN ('dormant', 'churned')"
    """
    from sqlglot import parse_one
    from sqlglot.errors import ParseError, TokenError

    try:
        tree = parse_one(f"select 1 where ({spell_out(text, table)}\n)", read="duckdb")
    except (ParseError, TokenError) as error:
        facts = getattr(error, "errors", None)
        word = facts[0].get("highlight") if facts else ""
        raise refusal(text, str(word or ""), table) from error
    where = tree.args.get("where")
    extra = {name for name, value in tree.args.items() if value} - {"expressions", "where", "kind"}
    if where is None or extra or type(tree).__name__ != "Select":
        raise refusal(text, "", table)
    condition: exp.Expr = where.this.unnest()
    _hold_to_allowed(condition, text, table)
    check_kinds(condition, text, table)
    _spell_ids(condition, table)
    return _without_overflow(put_keys(condition, text, table))


def holds(engine: Engine, table: Table, figures: Mapping[str, Any], condition: str) -> bool:
    """Return whether figures, counts and numbers by the keys of a table, meet a condition; an empty one meets none."""
    import pyarrow as pa
    from sqlglot import exp

    tree = exp.select("1").from_("figures").where(parse_condition(condition, table))
    kinds = {column.key: pa.int64() if column.kind == "count" else pa.float64() for column in table.columns}
    engine.open("figures", pa.table({key: pa.array([figures[key]], kind) for key, kind in kinds.items()}))
    return len(engine.fetch(Step("condition", tree.sql("duckdb"), ("figures",), ()), {})) > 0


def _spell_ids(condition: exp.Expr, table: Table) -> None:
    # An id that was copied from a file or a page is the one that was read: what cannot be seen is no part of it.
    from sqlglot import exp

    for column in condition.find_all(exp.Column):
        if table[column.name].kind == "id" and isinstance(column.parent, exp.EQ | exp.NEQ | exp.In):
            for literal in column.parent.find_all(exp.Literal):
                literal.set("this", plain_id(literal.name))


def _allowed_nodes() -> tuple[type[exp.Expr], ...]:
    from sqlglot import exp

    return (
        exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Paren, exp.Neg,
        exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is, exp.In,
        exp.Between, exp.Like, exp.ILike, exp.Add, exp.Sub, exp.Mul, exp.Abs, exp.Coalesce, exp.Lower,
        exp.Upper, exp.Length, exp.Contains, exp.StartsWith,
    )  # fmt: skip


def _hold_to_allowed(condition: exp.Expr, text: str, table: Table) -> None:
    from sqlglot import exp

    nodes, keys = _allowed_nodes(), {column.key for column in allowed(table)}
    for node in condition.walk():
        if isinstance(node, exp.Cast) and node.to.sql("duckdb") == "DATE" and isinstance(node.this, exp.Literal):
            continue
        if isinstance(node, exp.DataType) and isinstance(node.parent, exp.Cast):
            continue
        if not isinstance(node, nodes) or (isinstance(node, exp.Length) and node.args.get("binary")):
            word = node.name or node.sql("duckdb")
            raise refusal(text, word.split("(", maxsplit=1)[0], table)
        if isinstance(node, exp.In) and not node.expressions:
            raise refusal(text, "in", table)
        if isinstance(node, exp.Column) and (node.table or node.name not in keys):
            raise refusal(text, node.name, table)


def _without_overflow(condition: exp.Expr) -> exp.Expr:
    # A product of counts or amounts may outgrow its type, which is an error on every engine; a double does not.
    from sqlglot import exp

    for product in reversed(list(condition.find_all(exp.Mul, bfs=True))):
        for side in (product.left, product.right):
            if not isinstance(side.unnest(), exp.Mul):  # those are doubles already
                side.replace(exp.cast(side.copy(), "double"))
    return condition


def restricted(step: Step, where: str | None) -> Step:
    """Return the step with one more condition on its final select; the same step for None."""
    if where is None:
        return step
    return step.with_tree(step.tree().where(parse_condition(where).copy(), copy=False))


def narrowed(step: Step, columns: Sequence[str]) -> Step:
    """Return the step with these of its columns alone."""
    from sqlglot import exp

    whole = step.tree().subquery("whole")
    return step.with_tree(exp.select(*(exp.column(key, quoted=True) for key in columns)).from_(whole))


def with_segments(step: Step, conditions: Mapping[str, str]) -> Step:
    """Return the step whose column ``custom_segments`` lists the names of the conditions that hold, joined by ``;``."""
    from sqlglot import exp

    if not conditions:
        return step
    tree = step.tree()
    names = _named([(name, parse_condition(text)) for name, text in conditions.items()])
    for index, projection in enumerate(tree.expressions):
        if projection.alias == "custom_segments":
            tree.expressions[index].replace(exp.alias_(names, "custom_segments"))
    return step.with_tree(tree)


def _named(conditions: Sequence[tuple[str, exp.Expr]]) -> exp.Expr:
    from sqlglot import exp

    parts = [
        exp.Case().when(condition.copy(), exp.Literal.string(f";{name}")).else_(exp.Literal.string(""))
        for name, condition in conditions
    ]
    joined: exp.Expr = parts[0]
    for part in parts[1:]:
        joined = exp.DPipe(this=joined, expression=part, safe=True)
    return exp.Substring(this=joined, start=exp.Literal.number(2))


def check_values(
    engine: Engine, text: str, *, may_be_empty: bool = False, table: Table = SEGMENTS, relation: str | None = None
) -> None:
    """Raise ``ConditionError`` for an owner, store, level… that nobody has: it names those somebody has.

    Reads ``members`` and ``features``, or the ``relation`` that has the columns of ``table``. ``may_be_empty``: a
    column that the files do not fill is no mistake.
    """
    for column, values in asked_values(parse_condition(text, table), table):
        place = relation or ("features" if column == "member_id" else "members")
        for value in values:
            if not _count(engine, place, column, value) and not (may_be_empty and not _count(engine, place, column)):
                raise _nobody(engine, text, place, table[column], value)


def _count(engine: Engine, place: str, column: str, value: str | None = None) -> int:
    from sqlglot import exp

    is_asked = exp.column(column).is_(exp.null()).not_() if value is None else exp.column(column).eq(value)
    rows = exp.select(exp.alias_(exp.Count(this=exp.Star()), "members")).from_(place).where(is_asked)
    return int(engine.fetch(Step("values", rows.sql("duckdb"), (), ()), {})["members"][0])


def _nobody(engine: Engine, text: str, place: str, asked: Column, value: str) -> ConditionError:
    message = "In the condition {text}, nobody has the {column} {word}."
    word, column = shown(mask_compared(value, asked)), asked.key
    facts: dict[str, Any] = {"text": shown(text), "column": named([asked]), "word": word}
    if column == "member_id":  # who else there is, is no help and nobody's business
        return ConditionError(message, hint="Give the member id as it stands in the files.", **facts)
    from sqlglot import exp

    counted = exp.select(exp.alias_(exp.column(column), "value"), exp.alias_(exp.Count(this=exp.Star()), "members"))
    counted = counted.from_(place).where(exp.column(column).is_(exp.null()).not_()).group_by(column)
    rows = engine.fetch(Step("values", counted.sql("duckdb"), (), ()), {})
    if rows.empty:
        return ConditionError(message, hint="These files say nobody's {column}.", **facts)
    known = rows.sort_values(["members", "value"], ascending=[False, True])["value"].tolist()[:_COMPARED]
    near = nearest(value, known, _SHOWN)
    hint = "Did you mean {near}?" if near else "Most have: {values}."
    return ConditionError(message, hint=hint, near=", ".join(near), values=", ".join(known[:_SHOWN]), **facts)
