"""Contracts of value: what is shown of lifetimes, concentration, tiers and forecasts, and the list of members."""

from __future__ import annotations

from siyu_cli.core.churn.tables import CHURN
from siyu_cli.core.lifecycle.tables import FEATURES
from siyu_cli.tables.column import Table, column

# key: (English, Chinese), the most valuable first.
TIERS = {"top": ("Top 5%", "前 5%"), "high": ("Next 15%", "其后 15%"), "middle": ("Next 30%", "其后 30%"), "low": ("The rest", "其余"), "none": ("Bought nothing", "未购买")}
LOOKED_AT = (0, 30, 60, 90, 180, 270, 365)

VALUE = Table("value", "Value to be expected", "预期价值名单", "one row per buyer", (
    FEATURES["member_id"],
    column("money", "expected_spend", "Expected spend", "预期消费额", note="within the horizon: purchase days to be expected × what an order is worth"),
    column("number", "expected_orders", "Expected orders", "预期订单数", note="mean number of purchase days within the horizon"),
    CHURN["p_alive"],
    column("money", "spent_before", "Spent before", "同长度前期消费", note="net sales of as many days before: as a forecast the simplest there is"),
    FEATURES["net_sales"],
    FEATURES["order_days"],
    FEATURES["days_since_last"],
))

PER_MEMBER = Table("per_member", "Per member", "人均价值", "one row per part", (
    column("text", "part", "Part", "分组", note="what members are told apart by, where that was asked"),
    column("money", "net_sales", "Net sales", "净销售额", note="in the window, refunds taken off where they fall"),
    column("count", "buyers", "Buyers", "买家数", note="who bought in the window"),
    column("count", "orders", "Orders", "订单数"),
    column("money", "arpu", "ARPU", "ARPU", note="net sales ÷ members active in the window: who bought, had points, coupons or a visit dated in it"),
    column("money", "arppu", "ARPPU", "ARPPU", note="net sales ÷ buyers in the window"),
    column("money", "per_ever_buyer", "Per buyer ever", "历史买家人均", note="net sales in the window ÷ everybody who ever bought"),
    column("money", "average_order_value", "Average order", "客单价", note="net sales ÷ orders"),
    column("number", "purchase_frequency", "Orders per buyer", "人均订单数"),
))

LIFETIMES = Table("lifetimes", "Brought per member since the first order", "首单后人均累计净销售额", "one row per cohort", (
    column("date", "cohort", "Cohort", "同期群", note="first day of the month of the first order"),
    column("count", "members", "Members", "人数"),
    *(column("money", f"day_{days}", f"Day {days}", f"第 {days} 天", note="net sales from the first order to this day ÷ members; empty until all of the cohort are that old") for days in LOOKED_AT),
))

CONCENTRATION = Table("concentration", "Who brings it", "价值集中度", "one row per share of buyers", (
    column("rate", "of_buyers", "Of the buyers, the top", "买家占比（从高到低）"),
    column("count", "members", "Buyers", "人数"),
    column("rate", "sales_share", "Bring", "贡献净销售额占比", note="of the net sales of all buyers; who returned more than they kept brought nothing"),
))

TIER_MOVES = Table("tier_moves", "From tier to tier", "价值分层迁移", "one row per tier before", (
    column("text", "before", "Before", "前一期", labels=TIERS),
    *(column("count", tier, *words) for tier, words in TIERS.items()),
    column("money", "net_sales_before", "Net sales before", "前一期净销售额"),
))

FORECASTS = Table("forecasts", "Forecasts that came true or not", "预测回测", "one row per way of telling", (
    column("text", "told_by", "Told by", "预测方法"),
    column("money", "forecast", "Forecast", "预测合计"),
    column("money", "actual", "Really spent", "实际合计"),
    column("money", "mean_error", "Mean error", "人均绝对误差", note="mean distance per member between forecast and what came"),
    column("rate", "top_tenth", "Held by the top tenth", "前十分之一占比", note="share of what was really spent that the tenth with the highest forecast brought"),
))
