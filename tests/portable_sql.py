"""What SQL must keep to so that it means the same on DuckDB, Spark, ClickHouse and Trino: one rule, one function.

Every function is given a step's syntax tree and yields the parts that break the rule it is named after.
Rules about types look at a tree in which sqlglot has inferred the type of every part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from sqlglot import exp, parse_one
from sqlglot.dialects.dialect import Dialect
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify
from sqlglot.tokens import TokenType

from siyu_cli.core.catalogue import TABLES
from siyu_cli.engines.step import step_names

Breaches = Iterator[exp.Expression]
Rule = Callable[[exp.Expression], Breaches]
Schema = Mapping[str, Mapping[str, str]]

# Whatever is not here has not been tried on every engine.
FUNCTIONS = (
    exp.And, exp.Or, exp.Case, exp.If, exp.Cast, exp.Coalesce, exp.Nullif, exp.Replace, exp.Substring,
    exp.Count, exp.Sum, exp.Avg, exp.Median, exp.Min, exp.Max, exp.RowNumber, exp.Lag, exp.DateDiff, exp.Floor,
    exp.Abs, exp.Exp, exp.Ln, exp.Least, exp.Lower, exp.Upper, exp.Length, exp.Contains, exp.StartsWith,
)  # fmt: skip
LOADED = (
    "snapshot", "stage_reasons", "churn_reasons", "expectations", "cell_rates", "history_chances", "boosted_chances",
    "point_lots", "forest", "suspect_people", "suspect_records", "suspect_days", "periods", "horizons", "brackets",
    "silence_bands", "earlier_labels", "stage_looks", "named_festivals", "kept_states", "level_reviews",
    "funnel_kinds", "funnel_latest", "funnel_used", "funnel_wanted", "funnel_reached",
    "friends", "refund_tails", "sharing_groups",
)  # fmt: skip


def written(sql: str) -> exp.Expression:
    """Return the tree as it is written, its text kept beside it."""
    tree = parse_one(sql, read="duckdb")
    tree.meta["text"] = sql
    return tree


def typed(sql: str, schema: Schema) -> exp.Expression:
    """Return the tree with every column resolved and every part's type inferred."""
    resolved = qualify(parse_one(sql, read="duckdb"), schema=dict(schema), dialect="duckdb")
    # sqlglot 30 does not know that replace() gives text.
    known = {**DuckDB.EXPRESSION_METADATA, exp.Replace: {"returns": exp.DType.VARCHAR}}
    return annotate_types(resolved, schema=dict(schema), dialect="duckdb", expression_metadata=known)


def output_types(tree: exp.Expression) -> dict[str, str]:
    """Return column → type of a typed tree, types written as in the contracts."""
    return {part.alias_or_name: type_name(part.type) for part in tree.selects}


def type_name(kind: exp.DataType) -> str:
    return kind.sql("duckdb").lower().replace("text", "varchar")


# --- Rules about how it is written --------------------------------------------------------------------


def only_functions_tried_on_every_engine(tree: exp.Expression) -> Breaches:
    yield from (part for part in tree.find_all(exp.Func) if not isinstance(part, FUNCTIONS))


def days_are_counted_by_date_diff(tree: exp.Expression) -> Breaches:
    yield from tree.find_all(exp.Interval, exp.DateAdd, exp.DateSub, exp.TsOrDsAdd)
    yield from (part for part in tree.find_all(exp.DateDiff) if part.text("unit").upper() != "DAY")


def sums_are_cast(tree: exp.Expression) -> Breaches:
    for part in tree.find_all(exp.Sum):
        whole = part.parent if isinstance(part.parent, exp.Window) else part
        if not isinstance(whole.parent, exp.Cast):
            yield part


def whole_divisions_have_plain_operands_and_no_zero(tree: exp.Expression) -> Breaches:
    plain = (exp.Paren, exp.Column, exp.Literal, exp.Placeholder, exp.Nullif)
    for part in tree.find_all(exp.IntDiv):
        if not (isinstance(part.left, plain) and isinstance(part.right, plain)) or not _is_never_zero(part.right):
            yield part


def divisors_are_never_zero(tree: exp.Expression) -> Breaches:
    yield from (part for part in tree.find_all(exp.Div) if not _is_never_zero(part.right))


def _is_never_zero(divisor: exp.Expression) -> bool:
    bare = divisor.unnest()
    while isinstance(bare, exp.Cast):
        bare = bare.this.unnest()
    # "total" counts the members of a group that has some.
    is_literal = isinstance(bare, exp.Literal) and float(bare.name) > 0
    return is_literal or isinstance(bare, exp.Nullif) or bare.name == "total"


def exp_never_overflows(tree: exp.Expression) -> Breaches:
    yield from (part for part in tree.find_all(exp.Exp) if not isinstance(part.this, exp.Least))


def least_stands_only_in_exp(tree: exp.Expression) -> Breaches:
    """DuckDB and Spark pass over nulls in least(), ClickHouse and Trino give null."""
    yield from (part for part in tree.find_all(exp.Least) if not isinstance(part.parent, exp.Exp))


def every_alias_is_written_as(tree: exp.Expression) -> Breaches:
    # Our text and sqlglot's must say "as" equally often.
    given, meant = (
        sum(token.token_type == TokenType.ALIAS for token in DuckDB().tokenize(text))
        for text in (str(tree.meta["text"]), tree.sql("duckdb"))
    )
    if given != meant:
        yield tree


def ctes_are_named_like_no_table(tree: exp.Expression) -> Breaches:
    taken = {*TABLES, *step_names(), *LOADED}
    yield from (part for part in tree.find_all(exp.CTE) if part.alias in taken)


def names_are_reserved_nowhere(tree: exp.Expression) -> Breaches:
    dialects = [Dialect.get_or_raise(name) for name in ("duckdb", "trino")]
    reserved = {word for dialect in dialects for word in dialect.generator_class.RESERVED_KEYWORDS}
    yield from (part for part in tree.find_all(exp.Identifier) if part.name.lower() in reserved)


def joins_are_using_crosses_or_ranges(tree: exp.Expression) -> Breaches:
    for part in tree.find_all(exp.Join):
        is_range = isinstance(part.args.get("on"), exp.Between)
        if not (part.args.get("using") or part.kind == "CROSS" or is_range) or part.kind in ("ANTI", "SEMI"):
            yield part
    yield from (part for part in tree.find_all(exp.Column) if part.table)


def orders_are_grouped_with_their_member(tree: exp.Expression) -> Breaches:
    for part in tree.find_all(exp.Group):
        names = {column.name for column in part.find_all(exp.Column)}
        if "order_id" in names and "member_id" not in names:
            yield part


def windows_are_partitioned_and_put_nulls_last(tree: exp.Expression) -> Breaches:
    for part in tree.find_all(exp.Window):
        if not part.args.get("partition_by") and not part.args.get("alias"):
            yield part
    yield from (part for part in tree.find_all(exp.Ordered) if part.args.get("nulls_first") is not False)


def rows_are_never_sorted_limited_or_filtered_late(tree: exp.Expression) -> Breaches:
    for part in tree.find_all(exp.Select, exp.SetOperation):
        for name in ("order", "limit", "offset", "qualify", "distinct", "having", "sample"):
            if part.args.get(name) and not (isinstance(part, exp.SetOperation) and name == "distinct"):
                yield part
    yield from tree.find_all(exp.Filter, exp.Quantile, exp.Distinct)
    yield from (part for part in tree.find_all(exp.Union) if part.args.get("distinct"))


def aggregates_take_no_alias_of_their_own_select(tree: exp.Expression) -> Breaches:
    for select in tree.find_all(exp.Select):
        aliases = {part.alias for part in select.expressions if isinstance(part, exp.Alias)}
        for aggregate in select.find_all(exp.AggFunc):
            if aggregate.parent_select is select:
                yield from (part for part in aggregate.find_all(exp.Column) if part.name in aliases)


def stars_take_one_source(tree: exp.Expression) -> Breaches:
    yield from (part for part in tree.find_all(exp.Select) if part.is_star and part.args.get("joins"))


def output_flags_are_columns_or_true_else_false(tree: exp.Expression) -> Breaches:
    for part in tree.selects:
        value = part.unalias()
        if isinstance(value, exp.Predicate | exp.Connector | exp.Not | exp.Boolean | exp.Paren):
            yield part


# --- Rules about types --------------------------------------------------------------------------------


def dates_are_not_added_to(tree: exp.Expression) -> Breaches:
    for part in tree.find_all(exp.Add, exp.Sub):
        if any(side.is_type("date", "timestamp") for side in (part.left, part.right)):
            yield part


def divisions_are_of_doubles(tree: exp.Expression) -> Breaches:
    for part in tree.find_all(exp.Div):
        sides = (part.left, part.right)
        if any(side.is_type("decimal") for side in sides) or not any(side.is_type("double") for side in sides):
            yield part


def whole_divisions_are_of_whole_numbers(tree: exp.Expression) -> Breaches:
    for part in tree.find_all(exp.IntDiv, exp.Mod):
        if not all(side.is_type("int", "bigint") for side in (part.left, part.right)):
            yield part


def averages_are_of_doubles(tree: exp.Expression) -> Breaches:
    yield from (part for part in tree.find_all(exp.Avg) if not part.this.is_type("double"))


def decimal_points_stand_beside_doubles(tree: exp.Expression) -> Breaches:
    for part in tree.find_all(exp.Literal):
        if part.is_number and "." in part.name:
            beside = [side for side in (part.parent.left, part.parent.right) if side is not part] if isinstance(
                part.parent, exp.Binary
            ) else []  # fmt: skip
            if not any(side.is_type("double") for side in beside):
                yield part


def text_is_made_of_text_and_whole_numbers(tree: exp.Expression) -> Breaches:
    whole = ("varchar", "text", "int", "bigint")
    for part in tree.find_all(exp.Cast):
        if part.is_type("varchar", "text") and not part.this.is_type(*whole):
            yield part
    for part in tree.find_all(exp.DPipe, exp.Replace):
        if not all(side.is_type("varchar", "text") for side in part.iter_expressions()):
            yield part


def fractions_become_whole_by_floor(tree: exp.Expression) -> Breaches:
    for part in tree.find_all(exp.Cast):
        is_floored = isinstance(part.this.unnest(), exp.Floor)
        if part.is_type("bigint", "int") and part.this.is_type("double", "decimal") and not is_floored:
            yield part


WRITTEN: tuple[Rule, ...] = (
    only_functions_tried_on_every_engine,
    days_are_counted_by_date_diff,
    sums_are_cast,
    whole_divisions_have_plain_operands_and_no_zero,
    divisors_are_never_zero,
    exp_never_overflows,
    least_stands_only_in_exp,
    every_alias_is_written_as,
    ctes_are_named_like_no_table,
    names_are_reserved_nowhere,
    joins_are_using_crosses_or_ranges,
    orders_are_grouped_with_their_member,
    windows_are_partitioned_and_put_nulls_last,
    rows_are_never_sorted_limited_or_filtered_late,
    aggregates_take_no_alias_of_their_own_select,
    stars_take_one_source,
    output_flags_are_columns_or_true_else_false,
)
TYPED: tuple[Rule, ...] = (
    dates_are_not_added_to,
    divisions_are_of_doubles,
    whole_divisions_are_of_whole_numbers,
    averages_are_of_doubles,
    decimal_points_stand_beside_doubles,
    text_is_made_of_text_and_whole_numbers,
    fractions_become_whole_by_floor,
)
