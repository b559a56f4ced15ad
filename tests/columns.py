"""One column at a time: cells as they are written, and what the loader makes of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from exports import (
    assert_every_row_is_accounted_for,
    members,
    opened,
    order_lines,
    rejects,
    write_csv,
    write_parquet,
)
from siyu_cli import Shop

Read = Callable[[Shop], Mapping[str, Any]]


class Column:
    """One file whose rows differ in one column only, loaded once: what became of each cell."""

    def __init__(self, shop: Shop, cells: list[str], read: Read) -> None:
        values, faults = read(shop), {row["row"]: row for row in rejects(shop)}
        self.value = {cell: values.get(f"M{at:03}") for at, cell in enumerate(cells)}
        self.reason = {cell: (faults.get(at + 2) or {}).get("reason") for at, cell in enumerate(cells)}
        assert_every_row_is_accounted_for(shop)


def load_column(folder: Path, header: str, cells: list[str], read: Read, **more: Any) -> Column:
    known = {"订单号": "", "会员编号": "", "下单时间": "2025-05-05", "实付金额": "10", header: ""}
    rows = [
        [{**known, "订单号": f"A{at:03}", "会员编号": f"M{at:03}", header: cell}[name] for name in known]
        for at, cell in enumerate(cells)
    ]
    path = write_csv(folder / f"{header}-{len(cells)}.csv", [list(known), *rows])
    with opened(path, **more) as shop:
        return Column(shop, cells, read)


def read_lines(key: str) -> Read:
    return lambda shop: {line["member_id"]: line[key] for line in order_lines(shop)}


def read_members(key: str) -> Read:
    return lambda shop: {member: row[key] for member, row in members(shop).items()}


def parquet_orders(folder: Path, **columns: Any) -> Path:
    plain = {
        "订单号": ["A1", "A2"],
        "会员编号": ["M1", "M2"],
        "下单时间": [datetime(2025, 3, 1, 9), datetime(2025, 3, 2, 9)],
        "实付金额": [10.0, 20.5],
    }
    return write_parquet(folder / "orders.parquet", plain | columns)
