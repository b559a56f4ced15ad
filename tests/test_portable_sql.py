"""Every step means the same on every engine: it keeps the rules, its head comment is true, its types are known.

No engine but DuckDB is needed here; ``test_spark`` runs the steps on another. What sqlglot makes of each step
for other engines stands in ``goldens/sql``: run with UPDATE_GOLDENS=1 after a change and read the diff.
"""

from __future__ import annotations

import os
import re
from datetime import date
from decimal import Decimal
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pyarrow as pa
import pytest
from sqlglot import exp, parse_one

from core_shop import (
    ARROW_TYPES,
    COST_TYPES,
    LEVEL_LOG_TYPES,
    LINE_COLUMNS,
    LOT_TYPES,
    MEMBER_COLUMNS,
    POINT_TYPES,
    REFERRAL_TYPES,
    REVIEW_TYPES,
    open_rows,
)
from portable_sql import (
    TYPED,
    WRITTEN,
    Rule,
    decimal_points_stand_beside_doubles,
    output_types,
    type_name,
    typed,
    written,
)
from siyu_cli.config.settings import Settings
from siyu_cli.core.churn.tables import CHURN
from siyu_cli.core.conditions import restricted, with_segments
from siyu_cli.core.lifecycle.tables import FEATURES, SEGMENTS
from siyu_cli.core.parameters import churn_parameters, parameters
from siyu_cli.engines.duckdb import DuckDBEngine
from siyu_cli.engines.step import Step, step, step_names
from siyu_cli.tables.cleaned import CLEANED_EVENTS, FRIENDS, ORDER_ITEMS, TOUCHES, UNFRIENDED
from siyu_cli.tables.column import Table

GOLDENS = Path(__file__).parent / "goldens" / "sql"
PARAMS = {
    **parameters(Settings(), date(2026, 6, 30)), **churn_parameters(Settings()), "member_id": "m1",
    "cell_money_split": 100.5, "shop_silent_rate": 0.75, "first_chance": 1,
    "r": 0.5, "alpha": 6.5, "a": 0.9, "b": 1.5, "value_p": 6.5, "value_q": 3.5, "value_gamma": 15.5,
    "learned_intercept": -1.5, "learned_recency": 0.5, "learned_orders": -0.5, "learned_tenure": 0.5,
    "learned_money": -0.5, "campaign": "", "mature_days": 30, "gross_margin": 0.5, "least_joined": 1,
    "starts_on": date(2026, 6, 1), "previous_on": date(2026, 3, 31),
    "start": "first_order", "began_on": date(2023, 7, 1), "until": 90,
    "from_on": date(2026, 4, 2), "to_on": date(2026, 6, 30), "looked_from": date(2026, 6, 30),
    "last_look": 9, "silent_days": -1,
    "before_from": date(2026, 1, 2), "after_from": date(2026, 4, 2),
    **{f"{when}_{tier}": Decimal("9.50") for when in ("before", "after") for tier in ("top", "high", "middle")},
    "product": "面膜", "least_sales": Decimal("9.50"),
    "by": "source_channel", "attribution": "first", "first_period": 0, "last_period": 11, "listed_only": True,
    "monday": date(1900, 1, 1),
    "within_days": 90, "paid_low": 1000, "paid_high": 5000, "price_low": 1000, "price_high": 5000,
    "kind": "order", "previous_kind": "registered", "order": "ordered", "entry": "first", "asks_orders": True,
    "window_days": 90, "ripe_days": 90, "steps": 3, "place": 2, "parted_by": "entry_title", "is_bounded": True,
    "month_ends": date(2023, 7, 31),
    "first_on": date(2026, 1, 1), "expiring_days": 30, "point_value": 0.01,
}  # fmt: skip


def in_order() -> tuple[str, ...]:
    """Return every step after those whose tables it reads."""
    reads = {name: set(step(name).reads) & set(step_names()) for name in step_names()}
    return tuple(TopologicalSorter(reads).static_order())


ORDER = in_order()
GIVEN = {
    "members": {column.key: column.sql_type for column in MEMBER_COLUMNS},
    "order_lines": {column.key: column.sql_type for column in LINE_COLUMNS},
    "order_items": {column.key: column.sql_type for column in ORDER_ITEMS.columns},
    "stage_reasons": {"reason": "varchar", "template": "varchar"},
    "snapshot": {"member_id": "varchar", "stage": "varchar"},
    "churn_reasons": {"reason": "varchar", "template": "varchar"},
    "referrals": REFERRAL_TYPES,
    "assigned_members": {"member_id": "varchar", "arm": "varchar"},
    "costs": COST_TYPES,
    "points_log": POINT_TYPES,
    "touches": {column.key: column.sql_type for column in TOUCHES.columns},
    "point_lots": LOT_TYPES,
    "level_log": LEVEL_LOG_TYPES,
    "level_reviews": REVIEW_TYPES,
    "forest": {"member_id": "varchar", "generation": "bigint", "is_cyclic": "boolean"},
    "sheets_read": {"sheet_number": "bigint", "file": "varchar", "sheet": "varchar"},
    "suspect_people": {"reason": "varchar", "invitee_id": "varchar"},
    "friends": {column.key: column.sql_type for column in FRIENDS.columns},
    "refund_tails": {"orders": "bigint", "given_back": "bigint", "tail": "double"},
    "sharing_groups": {"member_id": "varchar", "sharing_group": "bigint"},
    "suspect_days": {"reason": "varchar", "inviter_id": "varchar", "joined_on": "date"},
    "suspect_records": {
        "reason": "varchar",
        **dict.fromkeys(("joined", "ordered", "mature_joined", "mature_ordered"), "bigint"),
        "is_quick": "boolean",
    },
    "periods": {"day": "date", "period": "bigint"},
    "horizons": {"horizon": "bigint"},
    "brackets": {"first_day": "bigint", "last_day": "bigint"},
    "earlier_labels": {"member_id": "varchar", "stage": "varchar", "order_days": "bigint"},
    "stage_looks": {"member_id": "varchar", "look": "bigint", "stage": "varchar"},
    "unfriended": {column.key: column.sql_type for column in UNFRIENDED.columns},
    "events": {column.key: column.sql_type for column in CLEANED_EVENTS.columns},
    "named_festivals": {"day": "date", "festival": "varchar"},
    "kept_states": {"factor": "varchar", "state": "varchar"},
    "funnel_kinds": {"kind": "varchar"},
    "funnel_latest": {"member_id": "varchar", "entry_on": "date", "reached_on": "date"},
    "funnel_used": {"member_id": "varchar", "entry_on": "date", "reached_on": "date"},
    "funnel_wanted": {"kind": "varchar", "times": "bigint"},
    "funnel_reached": {
        "member_id": "varchar",
        "entry_on": "date",
        "place": "bigint",
        "previous_on": "date",
        "reached_on": "date",
    },
    "silence_bands": {"silent_from": "bigint", "silent_to": "bigint"},
    "expectations": {"repeats": "bigint", "tenure_days": "bigint", "orders_if_alive": "double"},
    "boosted_chances": {"member_id": "varchar", "boosted_probability": "double"},
    "cell_rates": {
        "is_recent": "boolean",
        "is_frequent": "boolean",
        "is_valuable": "boolean",
        "silent_rate": "double",
    },
    "history_chances": {
        **dict.fromkeys(("repeats", "active_days", "tenure_days"), "bigint"),
        **dict.fromkeys(("p_alive", "churn_probability", "expected_orders", "orders_on_rhythm"), "double"),
    },
}
CONDITIONS = {
    "big and silent": "net_sales >= 1000.50 and stage in ('dormant', 'churned')",
    "自己人": "owner is null or (points * 2 + 1 > 10 and not is_unfriended)",
    "lately": "last_order_on between '2026-01-01' and '2026-06-30' and lower(city) like '杭%'",
}


def conditioned() -> Step:
    return restricted(with_segments(step("segments"), CONDITIONS), "coalesce(order_days, 0) > 0 or level <> '金卡'")


def every_step() -> list[Step]:
    return [*map(step, ORDER), conditioned()]


@cache
def schema() -> dict[str, dict[str, str]]:
    """Return every table's columns and types, none looked up in an engine."""
    known = {name: dict(columns) for name, columns in GIVEN.items()}
    for name in ORDER:
        known[name] = output_types(typed(step(name).translated("duckdb", PARAMS), known))
    return known


@cache
def tree_of(chosen: Step) -> exp.Expression:
    return typed(chosen.translated("duckdb", PARAMS), schema())


def names(chosen: Step) -> str:
    return chosen.name if chosen == step(chosen.name) else f"{chosen.name}_conditioned"


@pytest.fixture(scope="module")
def empty_shop():
    engine = DuckDBEngine()
    open_rows(engine, [], [])
    for name in GIVEN.keys() - {"members", "order_lines"}:
        kinds = {key: pa.array([], ARROW_TYPES[kind]) for key, kind in GIVEN[name].items()}
        engine.open(name, pa.table(kinds))
    for name in ORDER:
        engine.run(step(name), PARAMS)
    yield engine
    engine.close()


# --- Rules --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", WRITTEN, ids=lambda rule: rule.__name__)
def test_every_step_is_written_by_the_rules(rule: Rule):
    breaches = {names(chosen): [part.sql("duckdb") for part in rule(written(chosen.sql))] for chosen in every_step()}
    assert not any(breaches.values()), breaches


@pytest.mark.parametrize("rule", TYPED, ids=lambda rule: rule.__name__)
def test_every_step_computes_by_the_rules(rule: Rule):
    breaches = {names(chosen): [part.sql("duckdb") for part in rule(tree_of(chosen))] for chosen in every_step()}
    if rule is decimal_points_stand_beside_doubles:
        # An operator's own: held against a decimal, which every engine compares exactly.
        assert breaches.pop("segments_conditioned") == ["1000.50"]
    assert not any(breaches.values()), breaches


BROKEN = {
    "only_functions_tried_on_every_engine": "select round(points, 1) as points from members",
    "days_are_counted_by_date_diff": "select date_diff('hour', joined_on, birthday) as hours from members",
    "sums_are_cast": "select sum(points) as points_sum from members",
    "whole_divisions_have_plain_operands_and_no_zero": "select 7 * coupons_redeemed // points as x from members",
    "divisors_are_never_zero": "select points / coupons_redeemed as x from members",
    "exp_never_overflows": "select exp(points) as x from members",
    "least_stands_only_in_exp": "select least(points, 365) as x from members",
    "every_alias_is_written_as": "select points p from members",
    "ctes_are_named_like_no_table": "with orders as (select 1 as x) select x from orders",
    "names_are_reserved_nowhere": 'select points as "returning" from members',
    "joins_are_using_crosses_or_ranges": "select a.points from members as a join members as b on a.level = b.level",
    "orders_are_grouped_with_their_member": "select count(*) as x from order_lines group by order_id",
    "windows_are_partitioned_and_put_nulls_last": "select row_number() over (order by level) as x from members",
    "rows_are_never_sorted_limited_or_filtered_late": "select points from members order by points limit 3",
    "aggregates_take_no_alias_of_their_own_select": "select max(points) as points from members",
    "stars_take_one_source": "select * from members join order_lines using (member_id)",
    "output_flags_are_columns_or_true_else_false": "select points > 3 as is_rich from members",
    "dates_are_not_added_to": "select joined_on + 1 as x from members",
    "divisions_are_of_doubles": "select total_net_sales / 3 as x from members",
    "whole_divisions_are_of_whole_numbers": "select total_net_sales // 3 as x from members",
    "averages_are_of_doubles": "select avg(total_net_sales) as x from members",
    "decimal_points_stand_beside_doubles": "select coupons_redeemed * 1.5 as x from members",
    "text_is_made_of_text_and_whole_numbers": "select cast(total_net_sales as varchar) as x from members",
    "fractions_become_whole_by_floor": "select cast(points as bigint) as x from members",
}


@pytest.mark.parametrize("rule", [*WRITTEN, *TYPED], ids=lambda rule: rule.__name__)
def test_every_rule_finds_what_breaks_it(rule: Rule):
    sql = BROKEN[rule.__name__]
    assert list(rule(written(sql) if rule in WRITTEN else typed(sql, GIVEN)))


# --- Head comments ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ORDER)
def test_a_steps_head_comment_says_its_row_what_it_reads_and_what_it_takes(name: str):
    chosen, tree = step(name), step(name).tree()
    head = re.match(r"(--.*\n)+", chosen.sql)[0]
    assert re.match(rf"-- {name}: (one row|the rows)", head)
    inner = {part.alias for part in tree.find_all(exp.CTE)}
    assert sorted(chosen.reads) == sorted({table.name for table in tree.find_all(exp.Table)} - inner)
    given = {part.name for part in tree.find_all(exp.Placeholder, exp.Parameter)}
    assert set(chosen.takes) == given
    documented = head.partition("-- takes")[2]
    assert set(re.findall(r"\$(\w+)", documented)) == given


# --- Types --------------------------------------------------------------------------------------------


def duckdb_types(engine: DuckDBEngine, name: str) -> dict[str, str]:
    return {key: type_name(exp.DataType.build(kind, dialect="duckdb")) for key, kind in engine.columns(name).items()}


@pytest.mark.parametrize("name", ORDER)
def test_sqlglot_and_duckdb_see_the_same_types(empty_shop: DuckDBEngine, name: str):
    assert schema()[name] == duckdb_types(empty_shop, name)


@pytest.mark.parametrize("table", [FEATURES, SEGMENTS, CHURN], ids=lambda table: table.name)
def test_contract_tables_have_the_contracts_columns_and_types_in_order(table: Table):
    contract = {column.key: column.sql_type for column in table.columns}
    assert list(schema()[table.name].items()) == list(contract.items())


def test_conditions_change_no_type(empty_shop: DuckDBEngine):
    assert output_types(tree_of(conditioned())) == schema()["segments"]
    empty_shop.run(conditioned(), PARAMS)
    assert duckdb_types(empty_shop, "segments") == schema()["segments"]


# --- Other engines' words -----------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", ["spark", "clickhouse", "trino"])
@pytest.mark.parametrize("chosen", every_step(), ids=names)
def test_what_other_engines_are_told(chosen: Step, dialect: str):
    text = chosen.translated(dialect, PARAMS) + "\n"
    path = GOLDENS / dialect / f"{names(chosen)}.sql"
    if os.environ.get("UPDATE_GOLDENS"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text("utf-8"), f"{path.name} changed: look at it, then run with UPDATE_GOLDENS=1"
    tree = parse_one(text, read=dialect)
    assert not list(tree.find_all(exp.Placeholder, exp.Parameter))


def test_spark_counts_days_without_a_unit():
    # With a unit it counts hours of the session's time zone, and some days have 23.
    text = step("purchases").translated("spark", PARAMS)
    assert "DATEDIFF(ordered_on, previous_on)" in text
