"""Contracts of movement: the list of who moved, and what is shown of the moves."""

from __future__ import annotations

from siyu_cli.core.lifecycle.tables import FEATURES, SEGMENTS, STAGES
from siyu_cli.tables.column import Table, column

# Stages that follow each other, as one speaks of a shop's members: key: (English, Chinese).
ROLL_UPS = {
    "before_buying": ("Before the first order", "首单前"),
    "buying": ("Buying", "在购"),
    "fading": ("Falling silent", "渐沉默"),
    "gone": ("Gone", "已流失"),
}
ROLLED_UP = {
    "acquired": "before_buying", "activated": "before_buying", "nurturing": "before_buying", "converted": "buying",
    "retained": "buying", "mature": "buying", "returned": "buying", "declining": "fading", "dormant": "fading",
    "churned": "gone",
}  # fmt: skip

MOVERS = Table("movers", "Who moved", "阶段变动名单", "one row per member whose stage changed", (
    FEATURES["member_id"],
    column("text", "stage_from", "From", "原阶段", labels=STAGES, note="stage at the earlier date; new: not there then"),
    column("text", "stage_to", "To", "现阶段", labels=STAGES, note="stage at the later date"),
    FEATURES["days_since_last"],
    FEATURES["net_sales"],
    SEGMENTS["owner"],
))

MATRIX = Table("stage_matrix", "From stage to stage", "阶段迁移矩阵", "one row per stage at the earlier date", (
    column("text", "before", "Before ↓  Now →", "原阶段 ↓  现阶段 →"),
    *(column("count", stage, *words) for stage, words in STAGES.items()),
    column("count", "total", "Total", "合计"),
))

SHARES = Table("stage_moves_shares", "Moves and how sure their shares are", "主要迁移及其区间", "one row per pair of stages", (
    MOVERS["stage_from"],
    MOVERS["stage_to"],
    column("count", "members", "Members", "人数"),
    column("rate", "share", "Share", "占比", note="of the members in that stage at the earlier date"),
    column("rate", "low", "at least", "下限", note="interval that holds 19 times in 20 (Wilson 1927)"),
    column("rate", "high", "at most", "上限"),
    column("money", "net_total", "Their net sales", "其净销售额", note="of all their time, as of the later date"),
))

FLOWS = Table("stage_flows", "Stages then and now", "各阶段净流量", "one row per stage", (
    column("text", "stage", "Stage", "阶段", labels=STAGES),
    column("count", "before", "Then", "此前人数"),
    column("count", "came", "Came", "流入"),
    column("count", "left", "Left", "流出"),
    column("count", "now", "Now", "现在人数"),
    column("count", "net", "Change", "净变化", note="= came − left"),
))

FORECAST = Table("stage_forecast", "Where they will stand", "阶段预测", "one row per stage", (
    FLOWS["stage"],
    FLOWS["now"],
    column("count", "expected", "Expected", "预计人数", note="of the members there now, if they move as they did lately"),
    column("count", "change", "Change", "预计变化", note="= expected − now"),
    column("count", "newcomers", "Came lately", "近期新增", note="who came in the last horizon, by their stage now: as many more are to be added if as many come again"),
))

BACKTEST = Table("stage_backtest", "The forecast of one horizon ago", "预测回测", "one row per stage", (
    FLOWS["stage"],
    column("count", "before", "Then", "当时人数"),
    column("count", "forecast", "Forecast", "当时预测", note="made with what was known then, of the members there then"),
    column("count", "actual", "Came true", "实际人数"),
))

DWELL = Table("stage_dwell", "How long they stay in a stage", "阶段停留时间", "one row per stage", (
    FLOWS["stage"],
    column("count", "spells", "Stays", "停留次数", note="whose beginning was seen"),
    column("count", "ended", "Ended", "已结束"),
    column("count", "median_months", "Half left by month", "中位停留月数", note="Kaplan–Meier: who is still there counts as long as they were seen; empty: half of them were never seen to leave"),
    column("rate", "after_1", "After 1 month", "1 月后仍在", note="still in the stage"),
    column("rate", "after_3", "After 3 months", "3 月后仍在"),
    column("rate", "after_6", "After 6 months", "6 月后仍在"),
))

PARTS = Table("stage_parts", "Part by part", "分组阶段变动", "one row per part of the members", (
    column("text", "part", "Part", "分组", note="as members have it today"),
    column("count", "before", "Then", "此前人数"),
    column("count", "now", "Now", "现在人数"),
    column("count", "buying_before", "Buying then", "此前在购"),
    column("count", "buying_now", "Buying now", "现在在购"),
    column("count", "lost", "Fell silent", "转为沉默", note="were buying, and are falling silent or gone"),
    column("count", "won", "Came back", "重新在购", note="were falling silent or gone, and are buying"),
    column("rate", "lost_rate", "Share lost", "转沉默占比", note="of those buying then"),
))
