"""The script everyone writes: pandas and openpyxl, from two workbooks to one, and the same from Parquet.

python benchmarks/naive.py xlsx MEMBERS.xlsx ORDERS.xlsx OUT.xlsx
python benchmarks/naive.py parquet ORDERS.parquet OUT.parquet
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

AS_OF = pd.Timestamp("2026-06-30")
MEMBER = "会员编号"


def from_workbooks(people: str, orders: str, out: str) -> None:
    members = pd.read_excel(people, dtype={"手机号": str})
    lines = pd.read_excel(orders, dtype={"手机号": str})
    lines = lines[lines["订单状态"].isin(["交易成功", "已发货", "待发货"])].copy()
    lines["付款时间"] = pd.to_datetime(lines["付款时间"])
    lines["净额"] = lines["实付金额"] - lines["退款金额"].fillna(0)
    bought = lines.groupby(MEMBER).agg(
        末单日期=("付款时间", "max"),
        首单日期=("付款时间", "min"),
        订单数=("订单号", "nunique"),
        净消费额=("净额", "sum"),
    )
    scored = score(bought.reset_index(), "末单日期", "订单数", "净消费额")
    result = members.merge(scored, on=MEMBER, how="left")
    result["阶段"] = result["距上次消费天数"].map(stage)
    result.drop(columns=["首单日期", "末单日期"]).to_excel(out, index=False)


def from_parquet(orders: str, out: str) -> None:
    lines = pd.read_parquet(orders)
    lines = lines[lines["member_id"].notna() & ~lines["status"].isin(["unpaid", "cancelled"])].copy()
    for money in ("paid_amount", "refunded_amount"):
        lines[money] = lines[money].astype(float)
    lines["net"] = lines["paid_amount"] - lines["refunded_amount"].fillna(0)
    lines["day"] = lines["ordered_at"].dt.normalize()
    orders_of = (
        lines.groupby(["member_id", "order_id"]).agg(day=("day", "min"), net=("net", "sum")).reset_index()
    )
    days = (
        orders_of.groupby(["member_id", "day"])
        .agg(orders=("order_id", "size"), net=("net", "sum"))
        .reset_index()
    )
    days["gap"] = days.groupby("member_id")["day"].diff().dt.days
    bought = days.groupby("member_id").agg(
        last=("day", "max"), first=("day", "min"), order_days=("day", "size"), order_count=("orders", "sum"),
        net_sales=("net", "sum"), gap=("gap", "median"),
    )  # fmt: skip
    for window in (90, 365):
        recent = days[(AS_OF - days["day"]).dt.days < window].groupby("member_id")
        bought[f"orders_{window}d"] = recent["orders"].sum()
        bought[f"net_sales_{window}d"] = recent["net"].sum()
    scored = score(bought.reset_index(), "last", "order_days", "net_sales")
    scored["stage"] = scored["距上次消费天数"].map(stage)
    scored.to_parquet(out)


def score(bought: pd.DataFrame, last: str, frequency: str, money: str) -> pd.DataFrame:
    bought["距上次消费天数"] = (AS_OF - bought[last]).dt.days
    bought["R"] = pd.qcut(-bought["距上次消费天数"].rank(method="first"), 5, labels=False) + 1
    bought["F"] = pd.qcut(bought[frequency].rank(method="first"), 5, labels=False) + 1
    bought["M"] = pd.qcut(bought[money].rank(method="first"), 5, labels=False) + 1
    bought["RFM"] = bought["R"].astype(str) + bought["F"].astype(str) + bought["M"].astype(str)
    return bought


def stage(days: float) -> str:
    if pd.isna(days):
        return "培养期"
    if days > 180:
        return "流失期"
    return "沉睡期" if days > 90 else "活跃"


if __name__ == "__main__":
    source, *paths = sys.argv[1:]
    assert all(Path(path).exists() for path in paths[:-1])
    (from_workbooks if source == "xlsx" else from_parquet)(*paths)
