"""Contracts of activation: who is still awaited, and what is shown of first and second orders."""

from __future__ import annotations

from siyu_cli.core.lifecycle.tables import FEATURES, SEGMENTS
from siyu_cli.tables.column import Table, column

AWAITED = {"first_order": ("first order", "首单"), "second_order": ("second order", "第二单")}
FACTORS = {
    "coupon": ("coupon redeemed", "核销了优惠券"),
    "discount": ("discount", "有折扣"),
    "product": ("product", "商品"),
    "category": ("category", "类目"),
    "price_band": ("price of an item", "单件价格"),
    "festival": ("festival", "节日"),
}
STATES = {
    "yes": ("yes", "是"), "no": ("no", "否"), "low": ("lowest third", "低（最低三分之一）"),
    "middle": ("middle third", "中（中间三分之一）"), "high": ("highest third", "高（最高三分之一）"),
}  # fmt: skip
TOLD_BY = {
    "source_channel": ("Source channel", "来源渠道"), "owner": ("Owner", "归属员工"),
    "first_coupon": ("Coupon on joining", "入会当天有券"),
}  # fmt: skip
VERDICTS = {
    "effective": ("it works", "有效"),
    "not_effective": ("it does harm", "适得其反"),
    "not_enough_evidence": ("not enough evidence", "证据不足"),
}
_ALIKE = "first orders alike: of the same month, channel and third of order values"

WAITING = Table("activation", "Still awaited", "待下单名单", "one row per member whose first or second order may still come in time", (
    FEATURES["member_id"],
    column("text", "awaited", "Awaited", "待下单", labels=AWAITED),
    column("date", "since_on", "Since", "起算日期", note="the day they joined, or that of their first order"),
    column("count", "days_left", "Days left", "剩余天数", note="until 90 days are over, today not counted"),
    SEGMENTS["source_channel"],
    SEGMENTS["owner"],
    SEGMENTS["store"],
))

JOINED = Table("activation_joined", "Until the first order", "首单转化", "one row per part", (
    column("text", "part", "Part", "分组"),
    column("count", "members", "Joined", "加入人数", note="joined on a known date, and no order before it"),
    *(column("rate", f"within_{days}", f"Within {days} days", f"{days} 天内", note="placed their first order within so many days of joining, of those who joined at least so long ago") for days in (7, 30, 90)),
    column("count", "wait_median", "Half by day", "中位天数", note="Kaplan–Meier: after how many days half have bought, those counted who have not yet; empty where half have not"),
))

EFFECTS = Table("activation_effects", "What goes with a second order", "与复购相伴的首单特征", "one row per thing known of first orders", (
    column("text", "factor", "First order", "首单", labels=FACTORS),
    column("text", "state", "Which", "取值"),
    column("count", "members", "Buyers", "人数", note=f"of whom it was so, and who have counterparts among {_ALIKE}"),
    column("count", "others", "Others", "对比人数", note=f"of whom it was not so, among {_ALIKE}"),
    column("rate", "rate", "Came back", "复购率", note=f"bought again within 90 days; standardised over {_ALIKE}"),
    column("rate", "other_rate", "Others came back", "对比复购率", note="the same of the others"),
    column("rate", "difference", "Difference", "差异", note="in points; it goes with the first order, and need not come from it"),
    column("rate", "low", "at least", "下限", note="interval that holds 19 times in 20 (Newcombe 1998)"),
    column("rate", "high", "at most", "上限"),
    column("number", "p_holm", "p (Holm)", "p 值（Holm）", shown_as="digits", note="chance of so large a difference where there is none, for as many as were looked at (Holm 1979)"),
))

TRIALS = Table("activation_trials", "What trials say", "分组实验结论", "one row per arm of a trial", (
    column("text", "trial", "Trial", "实验"),
    column("text", "step", "Step", "步骤", labels=AWAITED),
    column("text", "arm", "Arm", "分组"),
    column("count", "members", "Drawn", "分配人数", note="drawn into the arm at least 90 days ago, whatever came of it"),
    column("rate", "rate", "Bought", "下单率", note="bought within 90 days after they were drawn"),
    column("rate", "control_rate", "Control bought", "对照组下单率"),
    EFFECTS["difference"],
    EFFECTS["low"],
    EFFECTS["high"],
    EFFECTS["p_holm"],
    column("text", "verdict", "Verdict", "结论", labels=VERDICTS),
))
