"""Contracts of the weekly report: its figures, what every part of the shop says, who has what to do."""

from __future__ import annotations

from siyu_cli.core.lifecycle.tables import SEGMENTS
from siyu_cli.tables.column import Table, column

STATES = {
    "up": ("Up", "上升"),
    "down": ("Down", "下降"),
    "usual": ("Usual", "正常波动"),
    "short": ("History too short", "历史不足"),
}
TASKS = {
    "retain": ("Keep", "挽留"),
    "keep_level": ("Keep the level", "保级"),
    "use_points": ("Points lapse", "积分到期"),
    "thank": ("Came back", "回流感谢"),
    "welcome": ("First order", "首单关怀"),
}

WEEK_FIGURES = Table("week_figures", "The week", "本周指标", "one row per week", (
    column("date", "week", "Week from", "周起始日", note="its Monday; a week ends on Sunday"),
    column("money", "net_sales", "Net sales", "净销售额", note="paid less refunded, by members"),
    column("count", "orders", "Orders", "订单数", note="paid orders of members"),
    column("count", "buyers", "Buyers", "购买人数"),
    column("count", "new_buyers", "New buyers", "新购人数", note="first order ever, where the log tells it"),
    column("count", "repeat_buyers", "Repeat buyers", "复购人数", note="buyers who are not new"),
))
METRICS = WEEK_FIGURES.keys[1:]

WEEK_CHANGES = Table("week_changes", "Against the week before", "与上周相比", "one row per figure", (
    column("text", "metric", "Figure", "指标", labels={one.key: (one.en, one.zh) for one in WEEK_FIGURES.columns[1:]}),
    column("number", "value", "This week", "本周"),
    column("number", "last_week", "Week compared", "对比周", note="the week before; around the Spring Festival the same week of last lunar year"),
    column("rate", "change", "Change", "变化"),
    column("rate", "usual_low", "Usual from", "正常下限", note="change from the week compared, from the shop's own changes of 26 weeks"),
    column("rate", "usual_high", "Usual to", "正常上限", note="as the lower one"),
    column("text", "state", "State", "判断", labels=STATES),
))

PARTS = {
    "stages": ("Stages", "生命周期"),
    "at_risk": ("Who may leave", "流失风险"),
    "alarms": ("Alarms", "预警"),
    "campaigns": ("Campaigns", "营销活动"),
    "levels": ("Levels", "会员等级"),
    "points": ("Points", "积分"),
    "referral": ("Referral", "裂变"),
    "complaints": ("Complaints", "投诉"),
    "risks": ("Risks", "风险"),
}
WEEK_PARTS = Table("week_parts", "What else there is to know", "各项情况", "one row per part of the shop", (
    column("text", "part", "Part", "板块", labels=PARTS),
    column("text", "said", "This week", "本周情况", note="from the report of its own command; what is missing says which file it needs"),
))

TODO_OWNERS = Table("todo_owners", "To-dos by employee", "各员工待办", "one row per employee", (
    SEGMENTS["owner"],
    column("count", "todos", "To-dos", "待办数"),
    column("money", "value", "At stake", "涉及金额", note="value at risk of these members"),
    column("count", "waiting", "Waiting", "未列入", note="others with a reason to hear from the shop, who may not be contacted now or are one too many"),
))

TODO_TASKS = Table("todo_tasks", "To-dos by kind", "各类待办", "one row per kind that occurs", (
    column("text", "task", "Task", "待办", labels=TASKS),
    TODO_OWNERS["todos"],
    TODO_OWNERS["value"],
))

TODOS = Table("todos", "To-dos", "员工待办", "one row per member: at most 20 per employee, the most pressing of each kind first", (
    SEGMENTS["owner"],
    SEGMENTS["member_id"],
    TODO_TASKS["task"],
    column("text", "why", "Why", "原因"),
    column("money", "value", "At stake", "涉及金额", note="the member's value at risk; empty where it is not known"),
    SEGMENTS["stage"],
))
