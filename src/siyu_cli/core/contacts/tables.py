"""Contracts of contact lists: what became of everybody listed, why, and what the ledger tells."""

from __future__ import annotations

from siyu_cli.core.lifecycle.tables import SEGMENTS
from siyu_cli.tables.column import Table, column

SENT = "sent"
# Refusals that may be overridden with a reason; the consent of a member never is.
OVERRIDDEN = ("PIPL-55", "PIPL-38", "CRIM-253", "AD-43")

# key: (English, Chinese), in the order the rules are tried: the first that applies is the reason.
REASONS = {
    "forgotten": ("Asked to be forgotten", "已要求删除个人信息"),
    "control": ("Control group, left alone", "对照组，不触达"),
    "other_campaign": ("In another campaign that is worth more", "已归入更值得的其他活动"),
    "no_consent": ("No consent known for this channel", "没有该渠道的同意记录"),
    "opted_out": ("Has said no", "已拒绝（退订或拒绝画像）"),
    "suppressed": ("On the list not to contact", "在免打扰名单中"),
    "minor": ("Under 18", "未满 18 岁"),
    "already_sent": ("Has had this campaign there", "该活动已发过"),
    "frequency_cap": ("Had as many contacts as allowed", "已达触达次数上限"),
    "quiet_period": ("Contacted too short a time ago", "距上次触达太近"),
    "no_key": ("Nothing to reach them by", "没有可用的联系方式"),
    "duplicate": ("Stands in the list already", "名单中重复"),
    "unfriended": ("Has deleted the employee", "已删除好友"),
    "unfilled": ("A variable of the text is empty", "文案变量缺失"),
    "owner_quota": ("Beyond the employee's quota", "超出员工当日名额"),
}
FATES = {SENT: ("Sent", "发送"), **REASONS}

# What a list may say of a member beside the columns of segments and churn, by these keys or titles.
GIVEN = Table("given_list", "List", "名单", "one row per member of a list written by siyu", (
    SEGMENTS["member_id"],
    column("text", "arm", "Arm", "分组", note="control, 对照 and 对照组 are left alone"),
    column("text", "offer", "Offer", "优惠", note="what to offer this member"),
    column("text", "code", "Code", "券码", note="a personal code, sent once"),
    column("text", "message", "Message", "消息", note="the text for this member"),
    column("text", "tag", "Tag", "标签操作", note="the tag to add"),
    column("text", "why", "Why them", "联系原因"),
))

EXPORT_LIST = Table("export_list", "Who is sent and who is not", "发送与未发送名单", "one row per row of the list", (
    SEGMENTS["member_id"],
    column("text", "fate", "Sent or why not", "发送结果", labels=FATES, note="the first reason that applies, in the order of docs/export.md"),
    SEGMENTS["owner"],
))

EXPORT_SUMMARY = Table("export_summary", "Who is sent and who is not", "发送与未发送", "one row per reason, those sent first", (
    EXPORT_LIST["fate"],
    column("count", "members", "Members", "人数"),
    column("rate", "member_share", "Share of the list", "占名单"),
))

CONTACT_HISTORY = Table("contact_history", "Contacts", "触达记录", "one row per contact, or per time somebody was left out", (
    column("date", "sent_on", "On", "日期"),
    column("text", "campaign", "Campaign", "活动"),
    column("text", "destination", "To", "去向"),
    column("text", "channel", "Channel", "渠道"),
    EXPORT_LIST["fate"],
    column("count", "members", "Members", "人数"),
))

THERE = {"yes": ("Yes", "在"), "changed": ("Yes, changed", "在，已改动"), "gone": ("Gone", "已不在")}
EXPORTED_FILES = Table("exported_files", "Files of exports", "导出的文件", "one row per file that was exported, the oldest first", (
    column("date", "sent_on", "On", "日期"),
    column("count", "days", "Days ago", "距今天数"),
    column("text", "campaign", "Campaign", "活动"),
    column("text", "destination", "To", "去向"),
    column("text", "folder", "Folder", "文件夹", note="from the shop's folder on"),
    column("text", "file", "File", "文件", note="an employee's name is *: the ledger keeps none"),
    column("count", "rows", "Rows", "行数"),
    column("text", "is_there", "Still there", "是否还在", labels=THERE),
    column("flag", "is_overdue", "To be deleted", "应删除", note="older than contacts.retention_days and still there"),
))

SUPPRESSED = Table("suppressed", "Not to be contacted", "免打扰名单", "one row per person and channel, the person as a keyed hash", (
    column("text", "mark", "Keyed hash", "加密标识"),
    column("text", "channel", "Channel", "渠道"),
    column("text", "reason", "Reason", "原因"),
    column("text", "added_at", "Since", "加入时间"),
))

AUDIT_CHAIN = Table("audit_chain", "Audit chain", "审计链", "one row per entry, each sealed with the one before", (
    column("count", "seq", "No.", "序号"),
    column("text", "at", "At", "时间"),
    column("text", "action", "What", "操作"),
    column("text", "facts", "Facts", "内容"),
    column("text", "mac", "Seal", "校验值"),
))
