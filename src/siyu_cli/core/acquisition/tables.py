"""Contracts of acquisition: the list of sources, and the tables that are shown."""

from __future__ import annotations

from siyu_cli.tables.column import Table, column

_HORIZONS = (30, 90, 180, 365)

ACQUISITION = Table("acquisition", "Sources of new members", "获客来源", "one row per source of new members", (
    column("text", "channel", "Source", "来源", note="channel, campaign, partner, store or employee, as asked; empty: not known"),
    column("number", "new_members", "New members", "新增会员", note="who came in the months looked at; a member of k sources is 1/k of one in each, where attribution is even"),
    column("number", "new_buyers", "Bought", "已购会员", note="of these, who bought by now"),
    column("rate", "buyer_rate", "Share who bought", "购买占比"),
    column("money", "cost", "Cost", "费用", note="everything that [metrics] cac counts, of this source in these months; empty where no cost names it"),
    column("money", "paid_cost", "Of it paid to others", "其中外付", note="what [metrics] paid_cac counts"),
    column("money", "cac_member", "CAC per member", "获客成本", note="cost ÷ new members"),
    column("money", "paid_cac_member", "Paid CAC per member", "付费获客成本", note="what was paid to others ÷ new members"),
    column("money", "cac_buyer", "CAC per buyer", "买家获客成本", note="cost ÷ those of them who bought"),
    *(column("money", f"margin_{days}", f"Margin by day {days}", f"{days} 天人均毛利", note="gross_margin × net sales from the day they came, per member of months in which everybody is that old") for days in _HORIZONS),
    *(column("money", f"sales_{days}", f"Sales by day {days}", f"{days} 天人均净销售额", note="net sales from the day they came, per member of months in which everybody is that old") for days in _HORIZONS),
    *(column("number", f"ltv_cac_{days}", f"LTV:CAC day {days}", f"{days} 天 LTV:CAC", note="margin of these months ÷ cost of the same months") for days in _HORIZONS),
    *(column("number", f"sales_cac_{days}", f"Sales:CAC day {days}", f"{days} 天销售额:CAC", note="net sales of these months ÷ cost of the same months") for days in _HORIZONS),
    column("count", "payback_days", "Paid back by day", "回本天数", note="first day by which a member had brought the cost in margin; empty: not seen yet"),
    column("number", "payback_ripe_members", "Members that old", "达到该天数人数"),
    column("count", "seen_days", "Seen for days", "已观察天数", note="age of the oldest of these members"),
    column("rate", "first_order_within_30", "First order in 30 days", "30 天内首单率", note="of members who came at least 30 days ago"),
    column("rate", "second_order_within_90", "Second in 90 days", "90 天内复购率", note="of buyers whose first order was at least 90 days ago"),
    column("rate", "refund_rate_90", "Refunded by day 90", "90 天退款率", note="of what was paid by day 90, in months in which everybody is that old"),
))

COSTS_SHOWN = ("channel", "new_members", "buyer_rate", "cost", "cac_member", "paid_cac_member", "cac_buyer", "payback_days")
QUALITY = Table("acquisition_quality", "Quality at equal age", "同龄质量", "one row per source", (
    ACQUISITION["channel"],
    ACQUISITION["first_order_within_30"],
    ACQUISITION["second_order_within_90"],
    ACQUISITION["refund_rate_90"],
    column("number", "aged", "Aged 180–365 days", "入会 180–365 天人数"),
    column("rate", "buying", "Still buying", "仍在购", note="converted, retained, mature or returned, of those who came 180 to 365 days ago"),
    column("rate", "churned", "Churned", "已流失", note="of those who came 180 to 365 days ago"),
))
