"""Contracts of referral: inviters, groups, suspicions, figures."""

from __future__ import annotations

from siyu_cli.tables.cleaned import REJECTS
from siyu_cli.tables.column import Table, column
from siyu_cli.tables.inputs import COSTS, REFERRALS

# key: (English, Chinese), conduct first, then facts about rows, then what is only dear.
SUSPICIONS = {
    "cycle": ("invited in a circle", "循环邀请"),
    "shared_phone": ("shared phone", "共用手机号"),
    "shared_device": ("shared device", "共用设备"),
    "shared_payment": ("shared payment account", "共用支付账户"),
    "shared_address": ("shared address", "共用地址"),
    "star_of_inactive": ("many invitees who do not order", "大量不下单的被邀请人"),
    "burst": ("burst of invitees", "短时间集中邀请"),
    "milestone": ("stopped at a milestone", "卡在奖励门槛"),
    "self_invite": ("invited themselves", "自己邀请自己"),
    "existing_member": ("was a member before", "邀请前已是会员"),
    "second_inviter": ("invited by another first", "已被他人邀请"),
    "reward_above_margin": ("reward above first-order margin", "奖励高于首单毛利"),
}

VERDICTS = {
    "effective": ("effective", "有效"),
    "not_effective": ("not effective or harmful", "无效或有害"),
    "not_enough_evidence": ("not enough evidence", "证据不足"),
    "withheld": ("withheld: arms are not what was planned", "不作结论：分组比例异常"),
}

INVITERS = Table("inviters", "Top inviters", "邀请人排行", "one row per inviter, most activated invitees first", (
    REFERRALS["inviter_id"],
    column("count", "invites", "Invites", "邀请数"),
    column("count", "joined", "Joined", "加入人数", note="one per person: the earliest invite wins, later ones are duplicates"),
    column("count", "new_members", "New members", "新会员数", note="joined, and neither member nor buyer before the invite"),
    column("count", "ordered", "Ordered", "下单人数", note="joined, with a first order on or after the day of the invite"),
    column("count", "retained", "Bought again", "复购人数", note="ordered, on a second day as well"),
    column("count", "lost", "Lost", "流失人数", note="new members who deleted every employee, or are churned"),
    column("count", "suspicious", "To look at", "可疑人数", note="joined, and named by a reason to look: circles, shared values, stars, bursts, milestones"),
    column("count", "activated", "Activated", "有效激活", note="ordered, and no reason to look"),
    REFERRALS["reward_amount"],
    column("money", "net_sales", "Invitees' sales", "被邀请人净消费额"),
))

REFERRAL_GROUPS = Table("referral_groups", "Campaigns", "活动", "one row per campaign, variant, source or channel", (
    REFERRALS["campaign"],
    *(INVITERS[key] for key in ("invites", "joined", "new_members", "ordered", "retained", "lost", "suspicious", "activated")),
    column("rate", "order_rate", "Order rate", "下单率", note="ordered / joined"),
    INVITERS["reward_amount"],
    INVITERS["net_sales"],
    column("money", "cost_per_activated", "Cost per activated", "单个激活成本", note="rewards / activated"),
))

SUSPICION_SUMMARY = Table("suspicion_summary", "Reasons to look", "可疑原因", "one row per reason that occurs", (
    column("text", "reason", "Reason", "原因", labels=SUSPICIONS),
    column("count", "inviters", "Inviters", "邀请人数"),
    column("count", "invitees", "Invitees", "被邀请人数"),
    INVITERS["invites"],
    INVITERS["reward_amount"],
))

SUSPICION_ROWS = Table("suspicion_rows", "Rows to look at", "可疑明细", "one row per reason and invite", (
    SUSPICION_SUMMARY["reason"],
    REFERRALS["inviter_id"],
    REFERRALS["invitee_id"],
    REFERRALS["reward_amount"],
    *(REJECTS[key] for key in ("file", "sheet", "row")),
))

GENERATIONS = Table("generations", "Generations", "裂变层级", "one row per generation, seeds are 0", (
    column("count", "generation", "Generation", "层级", note="links from the seed"),
    column("count", "members", "People", "人数"),
    column("count", "participants", "With time to invite", "成熟参与人数", note="began at least mature_days ago"),
    column("number", "k_joined", "K (joined)", "K 因子(加入)", note="joined invitees / participants"),
    column("number", "k_ordered", "K (ordered)", "K 因子(下单)", note="ordered invitees / participants"),
))

WEEKS = Table("referral_weeks", "Week by week", "每周走势", "one row per calendar week, from Monday", (
    column("date", "week", "Week from", "周起始日"),
    *(INVITERS[key] for key in ("invites", "joined", "new_members", "ordered", "retained", "suspicious")),
))

MILESTONES = Table("milestones", "Milestones", "集合奖励", "one row per milestone", (
    column("count", "milestone", "Milestone", "门槛人数"),
    SUSPICION_SUMMARY["inviters"],
))

CHANNEL_COSTS = Table("channel_costs", "Cost per new buyer", "获客成本", "one row per channel, referral first", (
    COSTS["source_channel"],
    column("money", "cost", "Cost", "费用"),
    column("count", "buyers", "New buyers", "新增购买人数"),
    column("money", "cac", "Cost per buyer", "单客成本"),
))

VARIANTS = Table("variants", "Variants", "版本对比", "one row per variant and metric, against the control", (
    REFERRALS["variant"],
    column("text", "metric", "Metric", "指标"),
    column("rate", "difference", "Difference", "差异"),
    column("rate", "low", "From", "下限", note="95-percent interval"),
    column("rate", "high", "To", "上限"),
    column("number", "p_value_holm", "p (Holm)", "p 值(Holm)"),
    column("rate", "least_detectable", "Detectable from", "最小可检出"),
    column("text", "verdict", "Verdict", "结论", labels=VERDICTS),
))

# What --fail-on may ask about.
REFERRAL_FIGURES = Table("referral_figures", "Figures", "指标", "one row: the whole campaign", (
    column("count", "participants", "Participants", "参与人数", note="joined through an invite, or sent one, or hold or used an invite code"),
    column("count", "inviters", "Inviters", "邀请人数", note="participants with at least one invitee who joined"),
    column("count", "seeds", "Seeds", "种子用户数"),
    *(INVITERS[key] for key in ("invites", "joined", "new_members", "ordered", "retained", "lost", "suspicious", "activated")),
    column("count", "duplicates", "Duplicate invites", "重复邀请"),
    column("count", "self_invites", "Self-invites", "自邀"),
    column("count", "open", "Unanswered invites", "未响应邀请"),
    column("count", "unknown_inviters", "Unknown inviters", "未知邀请人"),
    column("count", "unknown_invitees", "Unknown invitees", "未知被邀请人"),
    column("count", "existing", "Members before", "老会员参与"),
    INVITERS["reward_amount"],
    INVITERS["net_sales"],
    column("rate", "participation_rate", "Participation", "裂变参与率", note="inviters / participants"),
    column("rate", "join_rate", "Join rate", "加入率", note="joined / invites"),
    column("rate", "new_member_rate", "New-member rate", "拉新率", note="new members / joined"),
    column("rate", "order_rate", "Order rate", "下单率", note="ordered / joined"),
    column("rate", "retention_rate", "Repurchase rate", "复购率", note="bought again / ordered"),
    column("rate", "loss_rate", "Loss rate", "流失率", note="lost / new members"),
    column("rate", "suspicious_rate", "Share to look at", "可疑率", note="to look at / joined"),
    column("rate", "duplicate_rate", "Duplicate rate", "重复率", note="duplicates / invites"),
    column("number", "k_joined", "K (joined)", "K 因子(加入)", note="invitees who joined / participants, over those who began long enough ago"),
    column("number", "k_ordered", "K (ordered)", "K 因子(下单)", note="invitees who ordered / participants, over those who began long enough ago"),
    column("number", "viral_cycle_days", "Viral cycle (days)", "裂变周期(天)", note="median days from an inviter's own joining to their invitees' joining"),
    column("count", "referral_depth", "Depth", "裂变层级", note="links from the seed; a seed is 0"),
    column("money", "cost_per_activated", "Cost per activated", "单个激活成本", note="rewards and campaign costs / activated"),
))

FUNNEL = Table("referral_funnel", "From invite to repurchase", "从邀请到复购", "one row per step", (
    column("text", "step", "Step", "步骤"),
    column("count", "people", "People", "人数"),
    column("rate", "step_rate", "Of the step before", "占上一步"),
))

OTHER_FIGURES = Table("other_figures", "Other figures", "其他指标", "one row per figure", (
    column("text", "figure", "Figure", "指标"),
    column("text", "value", "Value", "数值"),
    column("text", "of", "Of", "构成"),
))
