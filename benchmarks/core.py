"""The core alone: order lines in, features, stages and RFM out, by the same steps that ``siyu segment`` runs.

    python benchmarks/core.py ORDERS.parquet OUT.parquet

What the command does around them is left out, because the tuned query leaves it out too: recognising columns,
a verdict for every row, sentences, suggested windows, summaries.
"""

from __future__ import annotations

import sys
from pathlib import Path

import make_data
import pyarrow as pa

from siyu_cli.config.settings import Settings
from siyu_cli.core.lifecycle.segment import label_members
from siyu_cli.core.parameters import parameters
from siyu_cli.engines.duckdb import DuckDBEngine, connect
from siyu_cli.tables.inputs import MEMBERS

ORDER_LINES = """
create temp view order_lines as
select
    member_id,
    order_id,
    cast(ordered_at as date) as ordered_on,
    status,
    status in ('shipped', 'completed') as is_delivered,
    paid_amount,
    refunded_amount,
    cast(refunded_at as date) as refunded_on
from exported
"""
LABELLED = """
create temp view labelled as
select
    member_id, stage, rfm_segment, r_score, f_score, m_score, days_since_last, order_days, order_count,
    net_sales, average_order_value, median_gap_days, first_order_on, last_order_on, tenure_days,
    orders_90d, orders_365d, net_sales_90d, net_sales_365d, refund_rate, history, has_evidence
from features
join stages using (member_id)
left join rfm using (member_id)
"""
ARROW_TYPES = {
    "date": pa.date32(),
    "money": pa.decimal128(18, 2),
    "count": pa.int64(),
    "number": pa.float64(),
    "flag": pa.bool_(),
}


def main() -> None:
    lines, out = map(Path, sys.argv[1:])
    settings = Settings()
    engine = DuckDBEngine(connect(settings.engine.memory_limit))
    engine.open("exported", lines)
    engine.connection.execute(ORDER_LINES)
    engine.open("members", no_members())
    label_members(engine, parameters(settings, make_data.AS_OF))
    engine.connection.execute(LABELLED)
    engine.write("labelled", out, ["member_id"])


def no_members() -> pa.Table:
    kinds = {column.key: ARROW_TYPES.get(column.kind, pa.string()) for column in MEMBERS.columns}
    return pa.schema({**kinds, "is_registered": pa.bool_()}).empty_table()


if __name__ == "__main__":
    main()
