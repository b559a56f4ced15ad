"""Contracts of funnels: the list of who stopped where, and what is shown of the steps."""

from __future__ import annotations

from siyu_cli.core.funnel.course import KINDS
from siyu_cli.core.lifecycle.tables import FEATURES, SEGMENTS
from siyu_cli.tables.column import Table, column

_CONVERTED = "of those who took both steps in time, and of nobody who has not come yet"

FUNNEL = Table("funnel_steps", "Funnel", "漏斗", "one row per step", (
    column("text", "part", "Part", "分组", note="what members are told apart by, where that was asked"),
    column("count", "step", "No.", "序号"),
    column("text", "kind", "Step", "步骤", labels=KINDS, note="empty where steps count in any order"),
    column("count", "members", "Members", "人数", note="took this step and all before it within the window, of those who entered at least a window ago"),
    column("count", "dropped_off", "Dropped off", "流失人数", note="took the step before and not this one"),
    column("rate", "step_rate", "Of the step before", "步骤转化率", note="of those who took the step before"),
    column("rate", "total_rate", "Of all who entered", "总转化率", note="of all who entered at least a window ago"),
    column("number", "days_median", "Half within days", "中位天数", note=f"days from the step before, {_CONVERTED}"),
    column("number", "days_p25", "A quarter within", "25% 分位天数", note=f"days from the step before, {_CONVERTED}"),
    column("number", "days_p75", "Three quarters within", "75% 分位天数", note=f"days from the step before, {_CONVERTED}"),
    column("number", "entry_median", "Half within, since the first", "距首步中位天数", note=f"days from the first step, {_CONVERTED}"),
    column("count", "wait_median", "Half of all by day", "全部人中位天数", note="Kaplan–Meier: days from the step before after which half have come, those counted who have not yet; empty where half have not"),
))

FUNNEL_SHOWN = Table("funnel", "Funnel", "漏斗", "one row per step", (
    column("text", "name", "Step", "步骤"),
    *(FUNNEL[key] for key in ("members", "dropped_off", "step_rate", "total_rate")),
))

FUNNEL_DAYS = Table("funnel_days", "How soon", "步骤间隔天数", "one row per step after the first", (
    FUNNEL_SHOWN["name"],
    *(FUNNEL[key] for key in ("members", "days_p25", "days_median", "days_p75", "entry_median", "wait_median")),
))

FUNNEL_PARTS = Table("funnel_parts", "Funnel by part", "分组漏斗", "one row per part", (
    FUNNEL["part"],
    column("count", "ripe", "Counted", "可观察人数", note="entered at least a window ago"),
    column("count", "too_young", "Still young", "未满窗口人数", note="entered later: they have still time, and are not counted"),
    FUNNEL["total_rate"],
))

STOPPED = Table("funnel_stopped", "Who stopped there", "流失名单", "one row per member who took that step and not the next", (
    FEATURES["member_id"],
    column("count", "step", "No.", "序号", note="the last step they took within the window"),
    column("text", "kind", "Last step", "停在步骤", labels=KINDS, note="empty where steps count in any order"),
    column("date", "reached_on", "On", "到达日期", note="the day they took it"),
    column("date", "entry_on", "Entered on", "进入日期", note="the day they took the first step"),
    column("count", "days_left", "Days left", "剩余天数", note="until the window ends, today not counted; empty where it has ended, or has no end"),
    SEGMENTS["owner"],
    SEGMENTS["store"],
))
