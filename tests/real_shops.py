"""Logs of real shops: the sample of CDNOW that lies here, and a year of UCI's wholesaler where the shared data are."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from shops import Row, a_line

SAMPLE = Path(__file__).parent / "data" / "CDNOW_sample.txt"
SHARED = Path(__file__).parents[2] / "shared" / "data"
EXPECTED = SHARED / "expected" / "lifecycle"
needs_shared = pytest.mark.skipif(not EXPECTED.is_dir(), reason="the shared data are not here")
CDNOW_ENDS, UCI_ENDS = date(1998, 6, 30), date(2010, 12, 9)


def cdnow_lines() -> list[Row]:
    """Return the sample's orders; some were free."""
    rows = [line.split() for line in SAMPLE.read_text("ascii").splitlines() if line.strip()]
    return [
        a_line(member, f"o{number}", date.fromisoformat(day), Decimal(paid))
        for number, (member, _, day, _, paid) in enumerate(rows)
    ]


def uci_lines() -> pa.Table:
    """Return UCI's lines that name a customer; what came back is a negative amount."""
    return duckdb.sql(
        """select cast(cast("Customer ID" as bigint) as varchar) as member_id, cast(Invoice as varchar) as order_id,
                  cast(InvoiceDate as date) as ordered_on, 'paid' as status, false as is_delivered,
                  cast(Quantity * Price as decimal(18, 2)) as paid_amount,
                  cast(0 as decimal(18, 2)) as refunded_amount, cast(null as date) as refunded_on
           from read_parquet($file) where "Customer ID" is not null""",
        params={"file": str(SHARED / "uci" / "online_retail_ii_2010.parquet")},
    ).to_arrow_table()
