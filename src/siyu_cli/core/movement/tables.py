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
