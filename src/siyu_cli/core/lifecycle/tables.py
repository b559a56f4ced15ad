"""Contracts of the lifecycle: history, features, stages, segments and their summaries."""

from __future__ import annotations

from siyu_cli.tables.column import Table, column
from siyu_cli.tables.inputs import ATTRIBUTES, MEMBERS

HISTORY = {
    "full": ("full", "完整"),
    "partial": ("partial", "部分"),
    "totals": ("totals only", "仅汇总"),
    "none": ("none", "无"),
}

FEATURES = Table("features", "Features", "会员特征", "one row per member, buyer or not", (
    MEMBERS["member_id"],
    MEMBERS["joined_on"],
    column("date", "first_order_on", "First order on", "首单日期"),
    column("date", "last_order_on", "Last order on", "末单日期"),
    column("count", "days_since_last", "Days since last order", "距上次消费天数", note="as-of date − date of the last order"),
    column("count", "tenure_days", "Days since first order", "首单至今天数", note="as_of − first_order_on"),
    column("count", "order_days", "Purchase days", "购买天数", note="distinct dates with a purchase: all orders of one date count once"),
    column("count", "order_count", "Orders", "订单数", note="distinct orders paid and not cancelled"),
    column("money", "net_sales", "Net sales", "净消费额", note="paid − refunded, all time"),
    column("number", "average_order_value", "Average order value", "笔单价", shown_as="money", note="net sales / orders"),
    column("number", "median_gap_days", "Usual gap (days)", "购买间隔中位数(天)", note="median of the days between purchase days; empty under 2"),
    column("count", "orders_90d", "Orders, 90 days", "近90天订单数"),
    column("count", "orders_365d", "Orders, 365 days", "近365天订单数", note="orders on the 365 dates that end at the as-of date"),
    column("money", "net_sales_90d", "Net sales, 90 days", "近90天净消费额"),
    column("money", "net_sales_365d", "Net sales, 365 days", "近365天净消费额", note="net sales of the 365 dates that end at the as-of date"),
    column("rate", "refund_rate", "Refund rate", "退款率", note="refunded / paid"),
    column("count", "referred_count", "People referred", "推荐人数"),
    column("flag", "is_referrer", "Referrer", "裂变", note="has brought at least one member"),
    column("flag", "is_registered", "Registered", "已注册", note="found in a members export"),
    column("flag", "is_unfriended", "Unfriended", "好友流失", note="deleted every employee who had added them"),
    column("text", "history", "History", "数据来源", labels=HISTORY, note="full: orders of the log; partial: the member's totals reach further back; totals: no log at all"),
    column("flag", "is_active", "Active since joining", "加入后有互动", note="points, a coupon redeemed, or any event"),
    column("flag", "has_evidence", "Has bought", "有消费记录", note="purchases are known of, dated or not"),
))

# key: (English, Chinese), in the order they are shown.
STAGES = {
    "acquired": ("Acquired", "获取期"),
    "activated": ("Activated", "激活期"),
    "nurturing": ("Nurturing", "培养期"),
    "converted": ("Converted", "转化期"),
    "retained": ("Retained", "留存期"),
    "mature": ("Mature", "成熟期"),
    "declining": ("Declining", "衰退期"),
    "dormant": ("Dormant", "沉睡期"),
    "churned": ("Churned", "流失期"),
    "returned": ("Returned", "回流期"),
    "unknown": ("Unknown", "未知"),
}

# key: (recency, frequency, money as H or L), English, Chinese.
RFM_SEGMENTS = {
    "important_value": ("HHH", "Important: value", "重要价值客户"),
    "important_develop": ("HLH", "Important: develop", "重要发展客户"),
    "important_keep": ("LHH", "Important: keep", "重要保持客户"),
    "important_winback": ("LLH", "Important: win back", "重要挽留客户"),
    "general_value": ("HHL", "General: value", "一般价值客户"),
    "general_develop": ("HLL", "General: develop", "一般发展客户"),
    "general_keep": ("LHL", "General: keep", "一般保持客户"),
    "general_winback": ("LLL", "General: win back", "一般挽留客户"),
}

SEGMENTS = Table("segments", "Members by stage", "会员分层", "one row per member", (
    FEATURES["member_id"],
    column("text", "stage", "Stage", "生命周期阶段", labels=STAGES),
    column("text", "rfm_segment", "RFM segment", "RFM 分群", labels=RFM_SEGMENTS),
    column("count", "r_score", "R score", "R 分"),
    column("count", "f_score", "F score", "F 分"),
    column("count", "m_score", "M score", "M 分"),
    *(FEATURES[key] for key in (
        "days_since_last", "order_days", "order_count", "net_sales", "average_order_value", "median_gap_days",
        "first_order_on", "last_order_on", "orders_365d", "net_sales_365d", "refund_rate",
        "is_registered", "is_referrer", "is_unfriended", "history",
    )),
    column("text", "custom_segments", "Own segments", "自定义分群", note="names from [segments], joined with ;"),
    column("text", "stage_reason", "Why this stage", "分层原因"),
    column("text", "previous_stage", "Previous stage", "上次阶段", labels=STAGES, note="at the last run that kept its list; empty if new"),
    column("date", "previous_stage_on", "Previous stage on", "上次日期", note="the date of that list: moved since then, if the stages differ"),
    *ATTRIBUTES,
))

STAGE_SUMMARY = Table("stages", "Stages", "生命周期阶段", "one row per stage", (
    SEGMENTS["stage"],
    column("count", "members", "Members", "人数"),
    column("rate", "member_share", "Share of members", "人数占比", note="members / all members listed"),
    SEGMENTS["net_sales"],
    column("rate", "sales_share", "Share of sales", "销售占比", note="net sales / net sales of all listed"),
))

RFM_SUMMARY = Table("rfm", "RFM segments", "RFM 分群", "one row per RFM segment", (
    SEGMENTS["rfm_segment"], *STAGE_SUMMARY.columns[1:],
))

MOVES = Table("moves", "Moves since the last snapshot", "与上次快照相比的变动", "one row per pair of stages, then and now", (
    column("text", "stage_from", "From", "原阶段", labels=STAGES, note="(new): in the list of today alone"),
    column("text", "stage_to", "To", "现阶段", labels=STAGES, note="(gone): in the earlier list alone"),
    STAGE_SUMMARY["members"],
))

RFM_GRID = Table("rfm_grid", "R × F", "R × F 矩阵", "one row per R score, the latest buyers first; a column per F score", (
    SEGMENTS["r_score"],
    *(column("count", f"f{score}", f"F {score}", f"F {score}") for score in range(1, 16)),
))

NEXT_STEPS = Table("next_steps", "What to do next", "下一步", "one row per stage or RFM group that has members", (
    STAGE_SUMMARY["members"],
    column("text", "action", "Next", "建议"),
    column("text", "command", "Begin with", "对应命令"),
))

MOVEMENT = Table("movement", "Movement", "阶段变动", "one row per stage at the last run", (
    column("text", "before", "Before ↓  Now →", "原阶段 ↓  现阶段 →"),
    *(column("count", stage, *words) for stage, words in STAGES.items()),
    column("count", "gone", "Gone", "已不在"),
    column("count", "total", "Total", "合计"),
))

# What siyu explain shows of one member.
STAGE_RULES = Table("stage_rules", "Stage rules: the first that fits decides", "阶段规则：第一条符合的生效", "one row per rule tried", (
    column("text", "number", "No.", "序号"),
    SEGMENTS["stage"],
    column("flag", "fits", "Fits", "符合"),
    column("text", "finding", "Because", "依据"),
))
MEASURES = Table("member_measures", "RFM", "RFM", "one row per measure", (
    column("text", "measure", "RFM", "RFM"),
    column("text", "value", "This member", "该会员"),
    column("text", "split", "High is", "高的标准"),
    column("text", "level", "Level", "高低"),
    column("count", "score", "Score", "分数"),
))
PURCHASES = Table("member_days", "Orders and refunds", "订单与退款", "one row per day", (
    column("date", "ordered_on", "Date", "日期"),
    column("count", "order_count", "Orders", "订单数"),
    column("money", "paid_amount", "Paid", "实付金额"),
    column("money", "refunded_amount", "Refunded", "退款金额"),
    column("count", "gap_days", "Gap (days)", "间隔(天)"),
))
FACTS = Table("facts", "What is known", "已知信息", "one row per column of segments and features", (
    column("text", "column", "Column", "列"),
    column("text", "value", "Value", "值"),
))
