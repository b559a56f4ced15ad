"""Contracts of levels: whose review is near, what parts from the exported levels, tiers, moves, costs."""

from __future__ import annotations

from siyu_cli.core.lifecycle.tables import FEATURES, SEGMENTS
from siyu_cli.tables.column import Table, column
from siyu_cli.tables.inputs import MEMBERS

# key: (English, Chinese).
STATES = {"due": ("due", "即将到期"), "grace": ("in grace", "宽限期内")}
REASONS = {
    "paid": ("paid for", "付费等级"),
    "manual": ("given by hand", "手动调整"),
    "unknown_level": ("a level the rule has not", "规则中没有此等级"),
    "totals_only": ("orders are missing", "订单不全，仅有累计"),
    "history_too_short": ("history too short", "历史数据太短"),
    "grace": ("in grace by the rule", "按规则仍在宽限期"),
    "other": ("unknown", "原因不明"),
}
FALLS = {
    "review": ("a review that failed", "复核未达标"),
    "refund": ("a refund", "退款"),
    "not_reached": ("its threshold was not reached", "未达到新门槛"),
}
ASSUMPTIONS = {
    "behaviour": ("sales, were behaviour unchanged", "消费行为不变"),
    "half_lift": ("sales more, at half the lifts assumed", "增量消费（假设提升的一半）"),
    "lift": ("sales more, at the lifts assumed", "增量消费（假设提升）"),
    "point_value": ("what a point buys", "每积分价值"),
    "redemption_rate": ("the share of points spent", "积分使用率"),
}

LEVELS_DUE = Table("levels_due", "Levels about to be reviewed", "即将到期的会员等级", "one row per member, those who lack least first, those secured last", (
    MEMBERS["member_id"],
    MEMBERS["level"],
    column("date", "valid_until", "Valid until", "等级有效期至", note="the day of the review"),
    column("date", "last_chance_on", "Last chance on", "最后保级日", note="the review, or the end of grace"),
    column("count", "days_left", "Days left", "剩余天数", note="to the last chance"),
    column("text", "state", "State", "状态", labels=STATES),
    column("money", "need", "Needed", "保级所需", shown_as="number", note="the figure that keeps the level"),
    column("money", "secured", "Secured", "已锁定", shown_as="number", note="what is bought already and still counts on the day of the review"),
    column("money", "lack", "Lacking", "还差", shown_as="number", note="needed − secured; 0 is secured"),
    column("number", "lack_orders", "Orders lacking", "约差几单", note="lacking / the member's own mean order"),
    column("rate", "keep_probability", "Chance to keep", "保级概率", note="learned from the shop's own earlier reviews"),
    SEGMENTS["stage"],
    *(FEATURES[key] for key in ("last_order_on", "days_since_last", "net_sales_365d")),
    MEMBERS["owner"],
    MEMBERS["store"],
))

LEVEL_REASONS = Table("level_reasons", "Why exported levels part from the rule", "等级与规则不一致的原因", "one row per reason that occurs", (
    column("text", "reason", "Reason", "原因", labels=REASONS),
    column("count", "members", "Members", "会员数"),
))

LEVEL_BREAKS = Table("level_breaks", "Members whose level is another", "等级不一致的会员", "one row per member whose exported level is not the computed one", (
    MEMBERS["member_id"],
    column("text", "told_level", "Exported level", "平台等级"),
    column("text", "computed_level", "Computed level", "计算等级"),
    LEVEL_REASONS["reason"],
    column("money", "figure", "Figure", "当前数值", shown_as="number", note="what counts in the window that ends at the as-of date"),
    column("date", "computed_valid_until", "Valid until, computed", "计算有效期至"),
    MEMBERS["level_valid_until"],
))

LEVEL_TIERS = Table("level_tiers", "Levels by the rule", "各等级会员", "one row per level", (
    MEMBERS["level"],
    column("money", "from", "From", "升级门槛", shown_as="number"),
    column("money", "keep", "Keeps", "保级门槛", shown_as="number"),
    column("count", "members", "Members", "会员数", note="by the rule; without levels given by hand or paid for"),
    column("money", "net_sales", "Net sales, 365 days", "近365天净消费额"),
    column("money", "cost", "Cost, 365 days", "近365天权益成本", note="discounts, points above one for one, gifts, shipping"),
    column("count", "told_members", "Members, exported", "平台会员数"),
))

LEVEL_MOVES = Table("level_moves", "Moves under the proposed rule", "新规则下的等级变动", "one row per pair of levels, behaviour unchanged", (
    column("text", "level_from", "Level now", "现规则等级"),
    column("text", "level_to", "Level proposed", "新规则等级"),
    column("count", "members", "Members", "会员数"),
    FEATURES["net_sales_365d"],
))

LEVEL_FALLS = Table("level_falls", "Who falls under the proposed rule, and why", "新规则下降级的会员及原因", "one row per member who stands lower under the proposed rule", (
    MEMBERS["member_id"],
    LEVEL_MOVES["level_from"],
    LEVEL_MOVES["level_to"],
    column("text", "why", "Why", "原因", labels=FALLS),
    column("date", "reached_on", "Reached on, now", "现规则升级日"),
    column("date", "reached_proposed_on", "Reached on, proposed", "新规则升级日", note="a lower threshold is reached earlier, and reviewed earlier"),
    column("date", "fell_on", "Fell on", "新规则降级日"),
    column("money", "figure", "Figure then", "当日数值", shown_as="number"),
    column("money", "need", "Needed then", "当日所需", shown_as="number"),
))

LEVEL_ASSUMPTIONS = Table("level_assumptions", "What the cost rests on", "成本的假设", "one row per assumption", (
    column("text", "assumption", "Assumption", "假设", labels=ASSUMPTIONS),
    column("number", "value", "Value", "数值"),
    column("text", "said_by", "Said by", "来源", labels={"settings": ("settings", "设置"), "assumed": ("assumed", "假设")}),
))

LEVEL_FIGURES = Table("level_figures", "Levels", "会员等级", "the figures of all levels", (
    column("count", "members", "Members ruled", "按规则定级会员数", note="without levels given by hand or paid for"),
    column("count", "kept_out", "Kept out", "不参与测算会员数", note="levels given by hand or paid for"),
    column("rate", "agreement", "Levels that agree", "等级一致率", note="exported level = computed level, of those whose level the rule decides"),
    column("count", "due", "Due", "即将到期", note="the review is within the days asked for"),
    column("count", "grace", "In grace", "宽限期内", note="the review failed, and grace is not over"),
    column("count", "lacking", "Lacking", "尚未达标", note="due or in grace, and not secured"),
    column("count", "secured", "Secured", "已达标", note="due, and what is bought already is enough"),
    column("count", "within_one_order", "One order short", "仅差一单", note="lacking no more than the member's own mean order"),
    column("money", "cost_now", "Cost now", "现规则成本", note=LEVEL_TIERS["cost"].note),
    column("money", "cost_proposed", "Cost, proposed", "新规则成本", note="behaviour unchanged"),
    column("money", "cost_difference", "Difference", "成本差额", note="proposed − now"),
))

LEVEL_BACKTEST = Table("level_backtest", "How the chance to keep would have done", "保级概率回测", "one row: earlier reviews the model had not seen", (
    column("date", "seen_on", "Seen on", "回测日"),
    column("count", "members", "Lacking then", "当时未达标人数"),
    column("rate", "kept", "Kept", "实际保级率"),
    column("rate", "predicted", "Mean predicted", "预测均值"),
    column("number", "auc", "AUC", "AUC", shown_as="mark"),
    column("number", "auc_lack", "AUC of the lack alone", "仅按差额的 AUC", shown_as="mark"),
    column("number", "auc_recency", "AUC of recency alone", "仅按最近消费的 AUC", shown_as="mark"),
    column("number", "brier", "Brier score", "Brier 分数", shown_as="mark"),
    column("number", "brier_base", "Brier of the base rate", "基准 Brier 分数", shown_as="mark"),
))
