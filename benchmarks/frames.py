"""Features, stages and RFM in pandas: what ``core.py`` and ``tuned.sql`` do, from the same Parquet, as frames.

    python benchmarks/frames.py ORDERS.parquet OUT.parquet

Vectorised throughout, amounts in whole fen so that sums are exact. ``same.py`` holds its rows against siyu's.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

AS_OF = pd.Timestamp("2026-06-30")
BINS = 5
SEGMENTS = {
    "HHH": "important_value", "HLH": "important_develop", "LHH": "important_keep", "LLH": "important_winback",
    "HHL": "general_value", "HLL": "general_develop", "LHL": "general_keep", "LLL": "general_winback",
}  # fmt: skip


def read(path: str) -> pd.DataFrame:
    lines = pd.read_parquet(path)
    is_sold = lines["member_id"].notna() & ~lines["status"].isin(["unpaid", "cancelled"])
    lines = lines[is_sold & (lines["ordered_at"] < AS_OF + pd.Timedelta(days=1))].copy()
    lines["day"] = lines["ordered_at"].dt.normalize()
    lines["refunded_on"] = lines["refunded_at"].dt.normalize()
    for amount in ("paid", "refunded"):
        lines[amount] = (lines[f"{amount}_amount"].astype(float) * 100).round().astype("int64")
    lines["undated"] = lines["refunded"].where(lines["refunded_on"].isna(), 0)
    lines["dated"] = lines["refunded"].where(lines["refunded_on"] <= AS_OF, 0)
    lines["is_delivered"] = lines["status"].isin(["shipped", "completed"])
    return lines


def merge_days(lines: pd.DataFrame) -> pd.DataFrame:
    """One row per member and day with an order or a refund, in that order."""
    orders = lines.groupby(["member_id", "order_id"], sort=False, as_index=False).agg(
        day=("day", "min"), paid=("paid", "sum"), undated=("undated", "sum"), dated=("dated", "sum"),
        is_delivered=("is_delivered", "any"),
    )  # fmt: skip
    is_kept = orders["is_delivered"] | (orders["undated"] + orders["dated"] < orders["paid"])
    orders["orders"] = ((orders["paid"] > 0) & is_kept).astype("int64")
    orders["refunded"] = orders["undated"] - orders["paid"].clip(upper=0)
    orders["paid"] = orders["paid"].clip(lower=0)
    refunds = lines.loc[lines["dated"] != 0, ["member_id", "refunded_on", "dated"]]
    refunds = refunds.set_axis(["member_id", "day", "refunded"], axis="columns").assign(orders=0, paid=0)
    moves = pd.concat([orders[["member_id", "day", "orders", "paid", "refunded"]], refunds])
    days = moves.groupby(["member_id", "day"], as_index=False)[["orders", "paid", "refunded"]].sum()
    visits = days[days["orders"] > 0]
    days["gap"] = visits.groupby("member_id")["day"].diff().dt.days
    days["age"] = (AS_OF - days["day"]).dt.days
    days["net"] = days["paid"] - days["refunded"]
    return days


def describe(days: pd.DataFrame) -> pd.DataFrame:
    visits = days[days["orders"] > 0].groupby("member_id")["day"]
    members = days.groupby("member_id").agg(
        order_count=("orders", "sum"), paid=("paid", "sum"), refunded=("refunded", "sum"), net=("net", "sum"),
        median_gap_days=("gap", "median"),
    )  # fmt: skip
    members["first_order_on"], members["last_order_on"] = visits.min(), visits.max()
    members["order_days"] = visits.size().reindex(members.index, fill_value=0)
    for window in (90, 365):
        recent = days[days["age"] < window].groupby("member_id")[["orders", "net"]].sum()
        recent = recent.reindex(members.index, fill_value=0)
        members[f"orders_{window}d"] = recent["orders"]
        members[f"net_sales_{window}d"] = recent["net"] / 100
    members["net_sales"] = members["net"] / 100
    members["average_order_value"] = members["net_sales"] / members["order_count"].replace(0, np.nan)
    members["refund_rate"] = members["refunded"] / 100 / (members["paid"] / 100).replace(0, np.nan)
    members["days_since_last"] = (AS_OF - members["last_order_on"]).dt.days
    members["tenure_days"] = (AS_OF - members["first_order_on"]).dt.days
    members["history"] = np.where(members["order_days"] > 0, "full", "none")
    members["has_evidence"] = (members[["order_days", "paid", "refunded"]] > 0).any(axis="columns")
    return members


def find_comebacks(days: pd.DataFrame) -> pd.Index:
    """Members back from a silence long enough to have been gone, with fewer than three purchase days since."""
    visits = days[days["orders"] > 0]
    silences = visits.loc[(visits["gap"] > 180) & (visits["age"] <= 90), ["member_id", "day", "gap"]]
    around = silences.merge(visits[["member_id", "day", "gap"]], on="member_id", suffixes=("", "_other"))
    key = ["member_id", "day", "gap"]
    earlier = around[(around["day_other"] < around["day"]) & around["gap_other"].notna()]
    usual = earlier.groupby(key)["gap_other"].agg(["median", "size"]).reset_index()
    since = around[around["day_other"] >= around["day"]].groupby(key).size().rename("since").reset_index()
    found = since.merge(usual, on=key, how="left")
    is_long = ~(found["size"] >= 2) | (found["gap"] > 3 * found["median"])
    latest = found[is_long].sort_values("day").drop_duplicates("member_id", keep="last")
    return pd.Index(latest.loc[latest["since"] < 3, "member_id"])


def label(members: pd.DataFrame, comebacks: pd.Index) -> None:
    days, bought = members["days_since_last"], members["order_days"]
    own = members["median_gap_days"].clip(upper=365).where(bought >= 3)
    norm = own.median() if own.notna().any() else 60
    expected = own.fillna(norm).mask(bought == 2, members["median_gap_days"].clip(lower=norm))
    members["stage"] = np.select(
        [
            (bought == 0) & members["has_evidence"],
            bought == 0,
            days > np.fmax(180, 3 * own),
            days > np.fmax(90, 2 * own),
            (bought >= 2) & (days > np.fmax(14, 1.5 * expected)),
            members.index.isin(comebacks),
            bought == 1,
            bought >= 4,
        ],
        ["unknown", "nurturing", "churned", "dormant", "declining", "returned", "converted", "mature"],
        "retained",
    )


def score(members: pd.DataFrame) -> None:
    buyers = members[members["order_days"] > 0]
    count = len(buyers)
    more_recent = buyers["days_since_last"].rank(method="min").astype("int64") - 1
    members["r_score"] = BINS - BINS * more_recent // count
    for name, measure in (("f_score", "order_days"), ("m_score", "net_sales")):
        members[name] = 1 + BINS * (buyers[measure].rank(method="min").astype("int64") - 1) // count
    high = {
        "R": buyers["days_since_last"] <= 90,
        "F": buyers["order_days"] > 1,
        "M": buyers["net_sales"] > buyers["net_sales"].median(),
    }
    letters = [pd.Series(np.where(is_high, "H", "L"), buyers.index) for is_high in high.values()]
    members["rfm_segment"] = (letters[0] + letters[1] + letters[2]).map(SEGMENTS)


def main() -> None:
    lines, out = sys.argv[1:]
    days = merge_days(read(lines))
    members = describe(days)
    label(members, find_comebacks(days))
    score(members)
    members.drop(columns=["paid", "refunded", "net"]).reset_index().to_parquet(out, compression="zstd")


if __name__ == "__main__":
    main()
