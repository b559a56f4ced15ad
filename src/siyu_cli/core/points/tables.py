"""Contracts of points: who loses some soon, what parts from the platform's balances, cohorts, figures."""

from __future__ import annotations

from siyu_cli.core.lifecycle.tables import FEATURES, SEGMENTS
from siyu_cli.tables.cleaned import REJECTS
from siyu_cli.tables.column import Table, column
from siyu_cli.tables.inputs import MEMBERS, POINTS_LOG

# key: (English, Chinese).
CAUSES = {
    "missing_rows": ("rows are missing", "缺少流水"),
    "opening": ("opening balance not known", "期初余额不明"),
    "expiry_rule": ("another rule of expiry", "过期规则不一致"),
    "debt": ("no balance goes below 0 there", "平台余额不为负"),
    "frozen": ("points frozen", "积分冻结"),
    "unknown": ("unknown", "原因不明"),
}

POINTS_EXPIRING = Table("points_expiring", "Points about to lapse", "即将过期积分", "one row per member, most points first", (
    MEMBERS["member_id"],
    column("money", "points_expiring", "Points lapsing", "即将过期积分", shown_as="number", note="points that still count and whose last day is within the days asked for"),
    column("date", "first_expires_on", "First last day", "最早失效日", note="the last day on which the first of them count"),
    column("money", "expiring_value", "Worth", "价值", note="points × [points] value; empty without it"),
    column("money", "points_balance", "Balance", "积分余额", shown_as="number", note="computed: all that came in, less what was spent, taken back or lapsed"),
    SEGMENTS["stage"],
    MEMBERS["level"],
    *(FEATURES[key] for key in ("last_order_on", "days_since_last", "net_sales_365d")),
    MEMBERS["owner"],
    MEMBERS["store"],
))

LAPSING = Table("lots_expiring", "Points by the month they lapse", "按月到期积分", "one row per month in which points have their last day", (
    column("month", "month", "Month", "月份"),
    column("money", "points", "Points", "积分", shown_as="number"),
    column("money", "value", "Worth", "价值", note="points × [points] value"),
))

POINT_BREAKS = Table("point_breaks", "Where ledger and platform part", "流水与平台余额分歧", "one row per member: the first movement after which the balances differ", (
    MEMBERS["member_id"],
    POINTS_LOG["log_id"],
    column("date", "changed_on", "On", "日期"),
    REJECTS["file"], REJECTS["sheet"], REJECTS["row"],
    column("money", "told", "Told", "平台余额", shown_as="number", note="the balance the platform states after the movement"),
    column("money", "computed", "Computed", "计算余额", shown_as="number", note="the balance after it by the movements and the rule of expiry"),
    column("money", "difference", "Difference", "差额", shown_as="number", note="told − computed"),
    column("text", "cause", "Cause", "原因", labels=CAUSES),
))

POINT_CAUSES = Table("point_causes", "Why balances part", "余额不一致的原因", "one row per cause that occurs", (
    POINT_BREAKS["cause"],
    column("count", "breaks", "Members, by movements", "流水分歧人数", note="members whose told balances after movements part from the computed ones"),
    column("count", "accounts", "Members, by balance", "余额不符人数", note="members whose balance in the members' export is another"),
    column("money", "points", "Points apart", "相差积分", shown_as="number", note="of members' balances, whichever way"),
))

POINT_DEBTS = Table("point_debts", "Points owed", "欠积分会员", "one row per member who spent points that were taken back later", (
    MEMBERS["member_id"],
    column("money", "debt", "Owed", "欠积分", shown_as="number", note="what was taken back or spent beyond the balance: later earnings pay it first"),
))

POINT_COHORTS = Table("point_cohorts", "Points by the month they were earned", "按获得月份的积分", "one row per month", (
    column("month", "month", "Earned in", "获得月份"),
    column("money", "earned", "Earned", "获得", shown_as="number", note="less what was taken back"),
    column("money", "redeemed", "Spent", "已使用", shown_as="number"),
    column("money", "expired", "Lapsed", "已过期", shown_as="number"),
    column("rate", "ultimate_rate", "Spent in the end", "最终使用率", note="chain ladder over whole months, from 12 months on"),
    column("rate", "se", "Standard error", "标准误", note="Mack 1993"),
))

POINT_FIGURES = Table("points", "Points", "积分", "the figures of all points", (
    column("money", "balance", "Balance", "积分余额", shown_as="number", note="what members have, less what they owe"),
    column("count", "members", "Members with points", "有积分会员数", note="whose computed balance is above 0"),
    column("money", "debt", "Owed", "欠积分", shown_as="number", note=POINT_DEBTS["debt"].note),
    column("money", "expiring", "Lapsing soon", "即将过期", shown_as="number", note=POINTS_EXPIRING["points_expiring"].note),
    column("money", "lapsed_computed", "Lapsed", "已过期", shown_as="number", note="by the last days of lots"),
    column("money", "lapsed_told", "Lapsed, as told", "平台过期", shown_as="number", note="by rows of expiry in the log; compared, never applied"),
    column("rate", "redemption_rate", "Redemption rate", "使用率", note="spent / earned, of points whose last day is past"),
    column("rate", "expected_rate", "Expected in the end", "预期使用率", note="of [points] expected_rate, else the chain ladder's, else the redemption rate"),
    column("money", "liability", "Contract liability", "合同负债", note="working figure for your accountant"),
    column("rate", "cost_redeemed", "Cost, spent", "积分成本率（使用）", note="points spent in 365 days × value / net sales"),
    column("rate", "cost_issued", "Cost, issued", "积分成本率（发放）", note="points earned in 365 days × value × expected rate / net sales"),
))
