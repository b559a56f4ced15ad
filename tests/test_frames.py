"""Frames of the library's door are ready to be counted with; exact values are there when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from siyu_cli import Shop, open_shop
from siyu_cli.core.churn.tables import CHURN
from siyu_cli.core.lifecycle.tables import RFM_SUMMARY, SEGMENTS, STAGE_SUMMARY
from siyu_cli.tables.column import Column, Table

MEMBERS = "会员编号,加入日期,等级,积分,生日\nm1,2025-01-01,金卡,3,1990-05-01\nm2,2025-02-01,银卡,,0001-01-01\n"
ORDERS = "订单号,会员编号,付款时间,实付金额\no1,m1,2026-03-01,1200.10\no2,m1,2026-04-01,0.20\no3,m1,2026-05-09,7\n"


@pytest.fixture
def shop(empty_folder: Path) -> Iterator[Shop]:
    (empty_folder / "会员.csv").write_text(MEMBERS, "utf-8")
    (empty_folder / "订单.csv").write_text(ORDERS, "utf-8")
    with open_shop(["会员.csv", "订单.csv"], as_of="2026-06-30") as opened:
        yield opened


def family(column: Column) -> str:
    if column.kind in ("money", "number", "rate"):
        return "float64"
    return {"date": "datetime64", "count": "int64", "flag": "bool"}.get(column.kind, "text")


def families(frame: pd.DataFrame, table: Table) -> dict[str, str]:
    """Return column → what pandas holds it as; nothing but gaps counts as text, for objects hold it."""
    found = {}
    for column in table.columns:
        kind = str(frame[column.key].dtype).lower()
        is_text = kind.startswith(("object", "str"))
        found[column.key] = family(column) if is_text and family(column) in ("text", "bool") else kind.split("[")[0]
    return found


def test_money_is_float64_and_dates_are_datetime64_in_every_frame(shop: Shop):
    result = shop.segment(by="level")
    frames = [(result.members, SEGMENTS), (result.stages, STAGE_SUMMARY), (result.rfm, RFM_SUMMARY)]
    assert result.by is not None
    frames += [(result.by, STAGE_SUMMARY), (shop.churn().members, CHURN)]
    for frame, table in frames:
        assert families(frame, table) == {column.key: family(column) for column in table.columns}, table.name


def test_a_frame_can_be_counted_with_at_once(shop: Shop):
    members = shop.segment().members.set_index("member_id")
    assert members["net_sales"].sum() == pytest.approx(1207.3)
    assert members["last_order_on"].max() == pd.Timestamp("2026-05-09")
    assert members["last_order_on"].dt.year.dropna().unique() == [2026]
    assert members.loc["m2", ["last_order_on", "days_since_last"]].isna().all()
    purchases = shop.explain("m1").purchases
    assert purchases["paid_amount"].sum() == pytest.approx(1207.3)
    assert (purchases["ordered_on"].dt.year == 2026).all()


def test_exact_values_are_there_on_request(shop: Shop):
    result = shop.segment()
    exact = result.frame(exact=True).set_index("member_id").loc["m1"]
    assert (exact["net_sales"], exact["last_order_on"]) == (Decimal("1207.30"), date(2026, 5, 9))
    assert result.frame().equals(result.members)
    assert type(shop.churn().frame(exact=True)["net_sales_365d"][0]) is Decimal
