"""The sentence that says why a member is in a stage, in two languages; ``segments.sql`` puts the numbers in.

Placeholders: {days} since the last order · {gap} the rhythm expected · {ratio} days / gap · {limit} the silence
allowed · {orders} purchase days · {mature} the bar for mature · {joined} days since joining · {back} days since
the return · {silence} days of silence before it.
"""

from __future__ import annotations

# reason: (English, Chinese). "_own" where the member's own rhythm is known, from three purchase days on.
STAGE_REASONS = {
    "unknown": ("Purchases are on record, but no purchase date", "有消费记录，但没有消费日期"),
    "activated": (
        "Joined {joined} days ago and active since; no order yet",
        "{joined} 天前加入，已有互动，尚未下单",
    ),
    "acquired": ("Joined {joined} days ago; no order yet", "{joined} 天前加入，尚未下单"),
    "nurturing": ("Joined {joined} days ago; still no order", "加入 {joined} 天，仍未下单"),
    "nurturing_undated": ("No order yet; joining date not known", "尚未下单，加入日期未知"),
    "churned": (
        "{days} days since the last order; gone after {limit}",
        "距上次消费 {days} 天，超过 {limit} 天即流失",
    ),
    "churned_own": (
        "{days} days since the last order, {ratio} × their usual {gap}; gone after {limit}",
        "距上次消费 {days} 天，是其平常间隔 {gap} 天的 {ratio} 倍，超过 {limit} 天即流失",
    ),
    "dormant": (
        "{days} days since the last order; dormant after {limit}",
        "距上次消费 {days} 天，超过 {limit} 天即沉睡",
    ),
    "dormant_own": (
        "{days} days since the last order, {ratio} × their usual {gap}; dormant after {limit}",
        "距上次消费 {days} 天，是其平常间隔 {gap} 天的 {ratio} 倍，超过 {limit} 天即沉睡",
    ),
    "declining": (
        "{days} days since the last order, {ratio} × their usual {gap}",
        "距上次消费 {days} 天，是其平常间隔 {gap} 天的 {ratio} 倍",
    ),
    "declining_two": (
        "{days} days since the last order, {ratio} × the {gap} expected of them",
        "距上次消费 {days} 天，是预期间隔 {gap} 天的 {ratio} 倍",
    ),
    "returned": (
        "Came back {back} days ago after {silence} days of silence",
        "沉默 {silence} 天后，于 {back} 天前回流",
    ),
    "converted": ("First purchase {days} days ago", "{days} 天前首次消费"),
    "retained": (
        "{orders} purchase days, the last {days} days ago; mature from {mature}",
        "已有 {orders} 个购买日，上次在 {days} 天前；满 {mature} 个为成熟期",
    ),
    "mature": (
        "{orders} purchase days, the last {days} days ago",
        "已有 {orders} 个购买日，上次在 {days} 天前",
    ),
}
