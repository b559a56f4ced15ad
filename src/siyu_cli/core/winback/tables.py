"""Contracts of win-back: natural return by silence."""

from __future__ import annotations

from siyu_cli.core.campaign.tables import ARMS, VERDICTS
from siyu_cli.errors import Spoken
from siyu_cli.tables.column import Table, column

ORDER_BANDS = ("1", "2-3", "4+")
NO_END = Spoken("…", "…")  # where the last span of silence ends

NATURAL_RETURN = Table("natural_return", "Come back by themselves", "自然回流", "one row per span of silence and purchase days", (
    column("count", "silent_from", "Silent from", "沉默天数（起）", note="days since the last order, on the date looked back from"),
    column("count", "silent_to", "to", "沉默天数（止）"),
    column("text", "order_days", "Purchase days", "购买天数", note="on how many days they had bought by then; empty: all of them"),
    column("count", "members", "Members", "人数"),
    column("count", "returned", "Came back", "回流人数", note="bought within the horizon, nobody having been left out or written to for this"),
    column("rate", "natural_rate", "Natural return", "自然回流率", note="came back ÷ members, with whatever the shop did for all at that time"),
    column("count", "median_days", "Half by day", "中位回流天数", note="of those who came back"),
    column("money", "value_per_returner", "Brought by each", "回流者人均消费", note="net sales within the horizon ÷ those who came back"),
    column("money", "value_per_member", "Per silent member", "沉默会员人均消费", note="net sales of those who came back ÷ all who were so long silent"),
))

RETURNS = Table("natural_returns_by_orders", "By purchase days", "按购买天数的自然回流率", "one row per span of silence", (
    NATURAL_RETURN["silent_from"],
    NATURAL_RETURN["silent_to"],
    column("rate", "once", "Bought once", "仅购买一次"),
    column("rate", "twice", "2 or 3 times", "2–3 次"),
    column("rate", "often", "4 times or more", "4 次及以上"),
))

DATES = Table("natural_returns_by_date", "At other dates", "其他时点的自然回流率", "one row per date looked back from", (
    column("date", "looked_from", "Looked back from", "回看日"),
    column("count", "members", "Silent long", "长期沉默人数", note="silent for more than --silent days by then"),
    column("rate", "natural_rate", "Natural return", "自然回流率", note="of these, bought within the horizon that followed"),
    column("text", "festivals", "Festivals then", "期间节日"),
))

PAYS = {"yes": ("surely", "确定划算"), "no": ("surely not", "确定不划算"), "unsure": ("not sure", "不确定")}

UPLIFT = Table("winback_uplift", "What the message added", "触达带来的增量", "one row per span of silence, all of them first", (
    column("count", "silent_from", "Silent from", "沉默（起）", note="days since the last order, on the day before the campaign; empty: all together"),
    column("count", "silent_to", "to", "（止）"),
    column("count", "targeted", "With it", "触达人数", note="as assigned, reached or not (intention to treat)"),
    column("count", "control", "Without", "对照人数"),
    column("rate", "return_rate", "Came back", "触达回流"),
    column("rate", "natural_rate", "Without it", "对照回流", note="of the control group: who comes back anyway"),
    column("rate", "difference", "Added", "增量", note="came back with it − without it"),
    column("rate", "low", "From", "下限", note="lower end of the 95 percent interval of the difference (Newcombe 1998)"),
    column("rate", "high", "To", "上限", note="upper end of the 95 percent interval of the difference"),
    column("number", "p_holm", "p, Holm", "p 值（Holm）", shown_as="digits", note="adjusted for all spans of silence; of all together for members and money"),
    column("rate", "would_have_come_anyway", "Would have come anyway", "本来也会回流", note="without it ÷ with it"),
    column("money", "value_difference", "Added per member", "人均增量消费", note="net sales within the horizon per member assigned, with it − without it"),
    column("money", "value_low", "at least", "人均增量下限", note="lower end of its 95 percent interval (Welch)"),
    column("money", "value_high", "at most", "人均增量上限", note="upper end of its 95 percent interval"),
    column("text", "pays", "Pays", "是否划算", labels=PAYS, note="whether that, in margin where it is known, is more than a contact costs"),
    column("text", "verdict", "Verdict", "结论", labels=VERDICTS),
))

TRIAL_ARMS = Table("winback_arms", "What each arm did", "各组回流", "one row per arm", (
    column("text", "arm", "Arm", "组别", labels=ARMS),
    column("count", "members", "Members", "人数", note="assigned, who had bought before"),
    NATURAL_RETURN["returned"],
    column("rate", "rate", "Share", "回流率"),
    column("money", "net_sales", "Net sales", "净消费额", note="within the horizon"),
    column("money", "value_per_member", "Per member", "人均消费"),
))
