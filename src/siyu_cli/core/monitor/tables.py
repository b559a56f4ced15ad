"""Contracts of the monitor: the days that are told, alarms, and what the shop can hope to see."""

from __future__ import annotations

from siyu_cli.core.lifecycle.tables import STAGES
from siyu_cli.tables.column import Table, column, find_column

METRICS = {
    "gmv": ("GMV", "成交额"),
    "net_sales": ("net sales", "净销售额"),
    "orders": ("orders", "订单数"),
    "buyers": ("buyers", "购买人数"),
    "new_buyers": ("new buyers", "新购人数"),
    "new_members": ("new members", "新增会员"),
    "unfriended": ("unfriended", "好友流失"),
    "complaints": ("complaints", "投诉"),
    "points_burned": ("points spent", "积分消耗"),
    "refund_rate": ("refund rate", "退款率"),
    "stage_counts": ("members by stage", "各阶段人数"),
    **{f"stage_{key}": (f"stage: {words[0]}", f"阶段人数：{words[-1]}") for key, words in STAGES.items()},
}
UNITS = {
    "money": ("money", "金额"),
    "orders": ("orders a day", "单/天"),
    "members": ("members", "人"),
    "complaints": ("a day", "起/天"),
    "points": ("points a day", "分/天"),
    "share": ("share of a week", "占一周订单"),
}
STATES = {
    "normal": ("as usual", "正常"),
    "jump": ("jump", "突变"),
    "drift": ("drift", "漂移"),
    "special": ("special day", "特殊日"),
    "unwatched": ("not watched", "未监测"),
}
NEEDS = {
    "orders": ("paid orders", "已付款的订单"),
    "orders.refunded_amount": ("eight weeks of orders with refunds", "八周以上带退款的订单"),
    "members.joined_on": ("members with the date they joined", "带加入日期的会员"),
    "contacts.deleted_on": ("the friends' list with the date they left", "带删除日期的好友关系"),
    "events.complaint": ("events of complaints", "投诉的互动记录"),
    "points_log": ("a log of points", "积分明细"),
    "snapshots": ("13 weekly lists of siyu segment", "siyu segment 连续 13 周的名单"),
}

MONITOR = Table("monitor", "Monitor", "监测", "one row per series and day, or week, that is told", (
    column("text", "metric", "Figure", "指标", labels=METRICS),
    column("text", "unit", "Unit", "单位", labels=UNITS),
    column("text", "part", "Part", "分组", note="owner, store or channel, where that was asked; empty: the whole shop"),
    column("date", "date", "On", "日期", note="the day, or the last day of the week"),
    column("number", "value", "Value", "实际"),
    column("number", "expected", "Expected", "预期", note="by the median of the last eight ordinary same weekdays"),
    column("number", "low", "Low", "下限", note="below it a day rings"),
    column("number", "high", "High", "上限", note="above it a day rings"),
    column("number", "z", "Spreads away", "偏离倍数", note="how many usual spreads the day lies from what was expected"),
    column("text", "state", "State", "状态", labels=STATES),
    column("date", "since", "Since", "始于", note="the first day of the jump's episode, or of the run that led to the drift"),
    column("text", "needs", "Needs", "需要", labels=NEEDS, note="what the files lack"),
))

MONITOR_FIGURES = Table("monitor_figures", "Monitor figures", "监测指标", "one row", (
    column("count", "alarms", "Alarms", "警报", note="of the days that are told"),
    column("count", "jumps", "Jumps", "突变"),
    column("count", "drifts", "Drifts", "漂移"),
    column("count", "series_watched", "Series watched", "监测序列数"),
    column("count", "unwatched", "Not watched", "未监测序列数"),
    column("count", "past_alarms", "Alarms in a year", "近一年警报", note="dates on which the rule would have rung in the past year"),
    column("number", "expected_false_alarms", "False alarms a month", "每月误报预算", note="of all series together, while nothing changes"),
))

MONITOR_ALARMS = Table("monitor_alarms", "Alarms", "警报", "one row per alarm", (
    *(MONITOR[key] for key in ("date", "metric", "part", "state", "value", "expected", "since")),
))

MONITOR_STATES = Table("monitor_states", "Where each series stands", "各序列现状", "one row per series", (
    *(MONITOR[key] for key in ("metric", "part", "date", "value", "expected", "low", "high", "state")),
))

MONITOR_PAST = Table("monitor_past", "Would have rung", "近一年会响的日期", "one row per alarm of the past year", MONITOR_ALARMS.columns)

MONITOR_NEEDS = Table("monitor_needs", "Not watched", "未监测", "one row per figure", (MONITOR["metric"], MONITOR["needs"]))

MONITOR_POWER = Table("monitor_power", "What can be seen", "能发现的变化", "one row per part and lasting drop in orders", (
    MONITOR["part"],
    column("number", "level", "Orders a day", "日均订单"),
    column("rate", "drop", "Lasting drop", "持续下降"),
    *(column("rate", f"within_{days}", f"Within {days} d", f"{days} 天内", note="chance that it has rung by then") for days in (1, 3, 7, 14, 28)),
))


def written_out(condition: str) -> str:
    """Return a condition in full: a figure alone means that there is any.

    >>> written_out("alarms"), written_out("jumps > 2")
    ('alarms > 0', 'jumps > 2')
    """
    column = find_column(MONITOR_FIGURES.columns, condition.strip())
    return f"{column.key} > 0" if column else condition
