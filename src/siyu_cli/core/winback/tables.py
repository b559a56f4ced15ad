"""Contracts of win-back: natural return by silence."""

from __future__ import annotations

from siyu_cli.tables.column import Table, column

ORDER_BANDS = ("1", "2-3", "4+")

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
