"""Contracts of churn: the list, its risk bands, looking back."""

from __future__ import annotations

from siyu_cli.tables.column import Table, column
from siyu_cli.tables.lifecycle import FEATURES, SEGMENTS

# key: (English, Chinese), the likeliest to leave first.
RISK_BANDS = {"high": ("High", "高风险"), "medium": ("Medium", "中风险"), "low": ("Low", "低风险")}

CHURN = Table(
    "churn",
    "Members at risk",
    "流失风险名单",
    "one row per buyer",
    (
        FEATURES["member_id"],
        column(
            "rate", "churn_probability", "Churn probability", "流失概率", note="chance of no order within the horizon"
        ),
        column("text", "risk_band", "Risk", "风险等级", note="high, medium or low, by [churn]"),
        column(
            "money",
            "value_at_risk",
            "Value at risk",
            "风险金额",
            note="churn_probability × orders at their rhythm within the horizon × value of an order",
        ),
        column("rate", "p_alive", "Chance of being alive", "存活概率", note="chance that they have not left for good"),
        column("number", "expected_orders", "Expected orders", "预期订单数", note="within the horizon"),
        column("money", "expected_spend", "Expected spend", "预期消费额", note="within the horizon"),
        *(
            SEGMENTS[key]
            for key in (
                "stage",
                "rfm_segment",
                "days_since_last",
                "median_gap_days",
                "order_days",
                "net_sales_365d",
                "owner",
            )
        ),
        column("text", "churn_reason", "Why", "原因"),
    ),
)

RISK_SUMMARY = Table(
    "risks",
    "Risk",
    "流失风险",
    "one row per risk band",
    (
        CHURN["risk_band"],
        column("count", "listed", "On the list", "名单人数", note="not gone yet, risk high or medium"),
        CHURN["value_at_risk"],
        column("count", "gone", "Gone already", "已流失人数", note="stage churned: not on the list"),
        column("count", "members", "All buyers", "全部买家"),
        column("rate", "member_share", "Share of buyers", "人数占比"),
        column(
            "count",
            "members_past_year",
            "Buyers, past year",
            "过去一年人数",
            note="in this band at dates of the past year, whole horizons back",
        ),
        column(
            "rate", "silent_share", "Really left", "实际流失率", note="of these, no order in the horizon that followed"
        ),
    ),
)

BACKTEST = Table(
    "backtest",
    "Looking back",
    "回测",
    "one row per cut-off and way of telling",
    (
        column("text", "cutoff", "Looked back from", "回测日"),
        column("count", "members", "Members", "人数"),
        column("rate", "churn_rate", "Left", "流失率", note="no order within the horizon"),
        column("text", "model", "Told by", "模型"),
        column("number", "auc", "AUC", "AUC", note="chance that who left was ranked above who stayed; .5 is a coin"),
        column("number", "pr_auc", "PR-AUC", "PR-AUC"),
        column("number", "brier", "Brier", "Brier", note="mean squared error of the chance"),
        column("number", "ece", "Calibration error", "校准误差", note="how far chances were off, on average"),
        column("number", "lift_churn", "Lift, leavers", "流失提升度", note="in the tenth likeliest to leave"),
        column("number", "lift_buy", "Lift, buyers", "购买提升度", note="in the tenth likeliest to buy"),
    ),
)

RELIABILITY = Table(
    "reliability",
    "Chances and what came true",
    "概率与实际",
    "one row per cut-off and tenth",
    (
        BACKTEST["cutoff"],
        column("rate", "predicted_from", "Chance from", "概率起点"),
        BACKTEST["members"],
        column("rate", "predicted", "Mean chance", "平均概率"),
        column("rate", "observed", "Really left", "实际流失率"),
    ),
)
