"""Contracts of retention: the list of cohorts, and the tables that are shown."""

from __future__ import annotations

from siyu_cli.tables.column import Table, column

_RETURNED = "bought in the period of that number after the first, of all who began; empty while it is not over"

RETENTION = Table("retention", "Retention by cohort", "留存明细", "one row per cohort and period", (
    column("text", "part", "Part", "分组", note="what members are told apart by, where that was asked"),
    column("date", "cohort", "Cohort", "同期群", note="first day of the period in which these members began"),
    column("count", "period", "Period", "第几期", note="0 is the period in which they began"),
    column("count", "members", "Members", "人数", note="who began in that period"),
    column("count", "active", "Active", "活跃人数", note="who bought in the period; empty while it is not over"),
    column("rate", "retention", "Retention", "留存率", note=_RETURNED),
    column("flag", "is_truncated", "Log begins here", "日志起点", note="the log began no earlier than they did: many of them are no beginners, and the average leaves them out"),
))

COHORTS = Table("cohorts", "Cohorts", "同期群留存", "one row per cohort", (
    RETENTION["cohort"],
    RETENTION["members"],
    column("rate", "repeat_0", "Again at once", "当期复购率", note="bought on a second day of the period in which they began"),
))

HORIZONS = Table("horizons", "Back within days", "滚动留存", "one row per number of days", (
    column("count", "days", "Days", "天数"),
    column("count", "ripe", "Old enough", "可观察人数", note="began at least so many days ago; nobody else is counted"),
    column("rate", "within", "Back by then", "内回购率", note="bought again on a day from 1 to this one"),
    column("rate", "day", "On that day", "当日回购率", note="bought again exactly on this day: low by nature in retail"),
    column("rate", "unbounded", "Then or later", "及以后回购率", note="bought on this day or any later one seen: who began earlier was seen longer, so compare with care"),
    column("rate", "bounded", "From then until", "期间回购率", note="bought on a day from this one to --until, of those who began so long ago"),
))

BRACKETS = Table("brackets", "Back in a span of days", "区间留存", "one row per span of days", (
    column("text", "bracket", "Days", "天数区间"),
    HORIZONS["ripe"],
    column("count", "active", "Came back", "回购人数"),
    column("rate", "rate", "Share", "回购率", note="bought again on any day of the span"),
))

GROWTH = Table("growth", "Growth in members", "会员增长核算", "one row per period", (
    column("date", "period", "Period", "周期"),
    column("count", "active", "Active", "活跃人数", note="bought in the period = active before + new + returned − lost"),
    column("count", "new", "New", "新增", note="first order ever"),
    column("count", "retained", "Retained", "留存", note="bought in the period before, too"),
    column("count", "returned", "Returned", "回流", note="bought earlier, but not in the period before"),
    column("count", "lost", "Lost", "流失", note="bought in the period before and not in this one; empty while it runs"),
    column("number", "quick_ratio", "Quick ratio", "速动比", note="new and returned for each lost; above 1 the shop grows"),
    column("rate", "retention", "Kept", "环比留存率", note="retained of those active in the period before"),
))

MONEY = Table("growth_money", "Growth in money", "销售增长核算", "one row per period", (
    GROWTH["period"],
    column("money", "total", "Net sales", "净销售额", note="= before + new + returned + expansion − contraction − lost"),
    column("money", "new", "New", "新增", note="net sales of new members"),
    column("money", "returned", "Returned", "回流", note="net sales of members who returned"),
    column("money", "expansion", "Expansion", "增购", note="what those who stayed bought more, and refunds that did not recur"),
    column("money", "contraction", "Contraction", "减购", note="what those who stayed bought less, and refunds without a purchase"),
    column("money", "lost", "Lost", "流失", note="net sales in the period before of those lost"),
))

SURVIVAL = Table("survival", "Until the next order", "下一单时间", "one row per purchase day", (
    column("text", "step", "Purchase day", "第几次购买", note="from which purchase day to which"),
    column("count", "members", "Members", "人数", note="who reached the first of the two"),
    column("count", "returned", "Came", "已购人数", note="who reached the second by now"),
    *(column("rate", f"within_{days}", f"Within {days} days", f"{days} 天内", note="Kaplan–Meier: those who may still come are counted as long as they were seen") for days in (30, 60, 90, 180)),
    column("count", "quarter_back_days", "A quarter by day", "四分之一回购天数"),
    column("count", "median_days", "Half by day", "中位天数"),
    column("number", "mean_days", "Mean wait", "平均等待天数", note="waits beyond 180 days counted as 180"),
))

PARTS = Table("retention_parts", "Retention by part", "分组留存", "one row per part", (
    RETENTION["part"],
    RETENTION["members"],
    *(column("rate", f"within_{days}", f"Within {days} days", f"{days} 天内", note="bought again within so many days, of those who began at least so long ago") for days in (30, 90, 180)),
    column("rate", "period_1", "Next period", "次期留存", note="bought in the period after the one in which they began, over cohorts for which it is over"),
    SURVIVAL["median_days"],
))
