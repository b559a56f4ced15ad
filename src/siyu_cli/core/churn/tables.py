"""Contracts of churn: the list, its risk bands, looking back."""

from __future__ import annotations

from siyu_cli.core.lifecycle.tables import FEATURES, SEGMENTS
from siyu_cli.tables.column import Table, column

# The ways of telling who leaves, as --model names them.
MODELS = ("blend", "mbg", "bg", "pareto", "ensemble")

# key: (English, Chinese), the likeliest to leave first.
RISK_BANDS = {"high": ("High", "高风险"), "medium": ("Medium", "中风险"), "low": ("Low", "低风险")}

CHURN = Table("churn", "Members at risk", "流失风险名单", "one row per buyer", (
    FEATURES["member_id"],
    column("rate", "churn_probability", "Churn probability", "流失概率", note="chance that no order comes within the horizon, from how all members here buy and stop"),
    column("text", "risk_band", "Risk", "风险等级", labels=RISK_BANDS, note="high and medium begin at the chances given under parameters"),
    column("money", "value_at_risk", "Value at risk", "风险金额",
            note="churn probability × orders at their own rhythm within the horizon × expected value of an order"),
    column("rate", "p_alive", "Chance of being alive", "存活概率", note="chance that a member has not left for good; who is alive may still not order in time"),
    column("number", "expected_orders", "Expected orders", "预期订单数", note="mean number of purchase days within the horizon"),
    column("money", "expected_spend", "Expected spend", "预期消费额", note="expected orders × expected value of an order"),
    *(SEGMENTS[key] for key in (
        "stage", "rfm_segment", "days_since_last", "median_gap_days", "order_days", "net_sales_365d", "owner",
    )),
    column("text", "churn_reason", "Why", "原因", note="the member's own rhythm; it explains, the probability is not made from it"),
))

RISK_SUMMARY = Table("risks", "Risk", "流失风险", "one row per risk band", (
    CHURN["risk_band"],
    column("count", "listed", "On the list", "名单人数", note="not gone yet, risk high or medium"),
    CHURN["value_at_risk"],
    column("count", "gone", "Gone already", "已流失人数", note="stage churned: not on the list"),
    column("count", "members", "All buyers", "全部买家"),
    column("rate", "member_share", "Share of buyers", "人数占比"),
    column("count", "members_past_year", "Buyers, past year", "过去一年人数", note="in this band at dates of the past year, whole horizons back"),
    column("rate", "silent_share", "Really left", "实际流失率", note="of these, no order in the horizon that followed"),
))

BACKTEST = Table("backtest", "Looking back", "回测", "one row per cut-off and way of telling", (
    column("text", "cutoff", "Looked back from", "回测日"),
    column("count", "members", "Members", "人数"),
    column("rate", "churn_rate", "Left", "流失率", note="no order within the horizon"),
    column("text", "model", "Told by", "模型"),
    column("number", "auc", "AUC", "AUC", shown_as="mark", note="chance that one who left was ranked above one who stayed; one half is a coin"),
    column("number", "pr_auc", "PR-AUC", "PR-AUC", shown_as="mark", note="mean precision over those who left, from the likeliest down"),
    column("number", "brier", "Brier", "Brier", shown_as="mark", note="mean squared distance of the chance from what came true; ranks have none"),
    column("number", "ece", "Calibration error", "校准误差", shown_as="mark", note="mean distance of chances from what came true, in tenths of the chance"),
    column("number", "lift_churn", "Lift, leavers", "流失提升度", note="how much more often the tenth likeliest to leave left than all"),
    column("number", "lift_buy", "Lift, buyers", "购买提升度", note="how much more often the tenth likeliest to buy bought than all"),
))

RELIABILITY = Table("reliability", "Chances and what came true", "概率与实际", "one row per cut-off and tenth", (
    BACKTEST["cutoff"],
    column("rate", "predicted_from", "Chance from", "概率起点"),
    BACKTEST["members"],
    column("rate", "predicted", "Mean chance", "平均概率"),
    column("rate", "observed", "Really left", "实际流失率"),
))
