"""The script everyone writes: pandas and openpyxl, from two workbooks to one of the members × 20 columns.

python benchmarks/naive.py MEMBERS.xlsx ORDERS.xlsx OUT.xlsx
"""

from __future__ import annotations

import sys

import pandas as pd

AS_OF = pd.Timestamp("2026-06-30")
MEMBER = "会员编号"


def main() -> None:
    people, orders, out = sys.argv[1:]
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
    main()
