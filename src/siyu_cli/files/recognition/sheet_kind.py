"""Which table a sheet is when no preset says so, or why it is none of ours.

Orders need a date, an amount, and an order number or a buyer; members need a key and say nothing of single
orders; contacts name an employee and a day; invites name two people, costs a month and whose they are, events
what a member did. Stock, ledgers and summaries look alike and are not.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from siyu_cli.errors import Note
from siyu_cli.files.recognition import headers, level_logs
from siyu_cli.files.recognition.level_logs import is_level_log
from siyu_cli.files.recognition.mapping import ColumnMatch, Found, Sheet
from siyu_cli.files.recognition.point_logs import is_points_log, lacks_one_role
from siyu_cli.files.recognition.presets import kind_of_event, kind_of_row, order_status

BUYER = frozenset({"member_id", "phone", "account", "receiver_phone", "name"})
DATES = frozenset({"ordered_at", "paid_at", "completed_at", "shipped_at"})
# What only a list of members says of a person.
_OF_MEMBERS = frozenset(
    {
        "level",
        "points",
        "birthday",
        "gender",
        "joined_on",
        "registered_on",
        "became_customer_on",
        "became_member_on",
    }
    | {
        "total_order_count",
        "total_net_sales",
        "total_last_order_on",
        "inviter_id",
        "last_event_on",
        "coupons_redeemed",
    }
    | {"consent_sms", "consent_wecom", "consent_ads", "opt_out_profiling", "tags"}
)
_TOTALS = frozenset({"total_order_count", "total_last_order_on", "total_net_sales"})
_SURE = 0.9
_LIKELY = 0.8
COST_PARTS = ("advertising_cost", "promotion_cost", "staff_cost", "reward_cost", "contact_cost")
COST_AMOUNTS = ("amount", *COST_PARTS)
# What costs are of, and what anything else may be of, too.
_SPENT_FOR = frozenset({"source_channel", "campaign", "partner"})
_SPENT_AT = frozenset({"store", "owner"})
_SPENT = re.compile(
    r"广告|投放|推广|消耗|花费|获客|营销|奖励费|奖品|\bads?\b|spen[dt]|advertising|marketing", re.IGNORECASE
)
_EARNED = re.compile(r"利润|毛利|收入|营业额|销售额|流水|gmv|profit|revenue|sales|margin", re.IGNORECASE)
_COST = re.compile(r"费|成本|支出|投入|\bcosts?\b|expense", re.IGNORECASE)

_HAPPENS = re.compile(r"事件|行为|互动|轨迹|动态|event|behaviou?r|interaction", re.IGNORECASE)

REASONS = {
    "spending": Note("This sheet looks like spending, not like members or orders."),
    "stock": Note("This sheet looks like stock or purchasing, not like members or orders."),
    "ledger": Note("This sheet looks like a ledger of balances or points, not like members or orders."),
    "staff": Note("This sheet looks like staff, not like members or orders."),
    "stores": Note("This sheet looks like a list of stores, not like members or orders."),
    "coupon": Note("This sheet looks like coupons, not like members or orders."),
    "summary": Note("This sheet looks like a summary, not like members or orders."),
    "review": Note("This sheet looks like reviews or a survey, not like members or orders."),
    "after_sales": Note("This sheet looks like refund requests, not like orders."),
    "no_date": Note("This sheet looks like orders, but no column is their date."),
    "no_amount": Note("This sheet looks like orders, but no column is their amount."),
    "no_one": Note("This sheet has dates and amounts, but neither order numbers nor buyers: a summary."),
    "no_key": Note("No column of this sheet tells who a member is: no id, phone, account or name."),
}


@dataclass(frozen=True)
class Missing:
    """The one role a sheet lacks to be a table: the table, and the columns any one of which would do."""

    table: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """The table a sheet is; without one, the reason, a sentence, and the role it lacks if it lacks just one."""

    table: str | None
    reason: Note | None = None
    missing: Missing | None = None


def kind_of_sheet(seen: Sheet, found: Mapping[str, Found], mapped: Collection[str]) -> Verdict:
    """Return the table a sheet is.

    ``found``: the columns it would have as each table; ``mapped``: tables whose columns were mapped by hand.
    """
    foreign = Counter(kind for _, cell in seen.named if (kind := headers.foreign_kind(cell)))
    orders, members, contacts = found["orders"], found["members"], found["contacts"]
    beside = _kind_beside(seen, found, frozenset(mapped))
    if beside is not None:
        return Verdict(beside)
    why_no_orders = _no_orders(orders, foreign)
    why_no_members = _no_members(seen, members, orders, foreign)
    if why_no_orders is None and ("orders" in mapped or not _is_rather_members(orders, members, why_no_members)):
        return Verdict("orders")
    if _is_contacts(contacts, members, orders) and "members" not in mapped:
        return Verdict("contacts")
    if why_no_members is None:
        return Verdict("members")
    looks_like_orders = "order_id" in orders.keys or bool(orders.keys & DATES and _has_amount(orders))
    reason = why_no_orders if looks_like_orders else why_no_members
    return Verdict(None, REASONS[reason or why_no_members], missing_role(seen, found, foreign))


def _kind_beside(seen: Sheet, found: Mapping[str, Found], mapped: frozenset[str]) -> str | None:
    """Return which of the lists beside members and orders a sheet is; None where it is none."""
    orders, members = found["orders"], found["members"]
    is_open = not mapped & {"members", "orders"}
    if is_open and _is_referrals(found["referrals"], orders, members):
        return "referrals"
    if is_open and _is_costs(seen, found["costs"], orders, members):
        return "costs"
    if "points_log" in mapped or (is_open and is_points_log(seen, found["points_log"], orders, members)):
        return "points_log"
    if "level_log" in mapped or (is_open and is_level_log(seen, found["level_log"])):
        return "level_log"
    return "events" if is_open and _is_events(seen, found["events"]) else None


def missing_role(seen: Sheet, found: Mapping[str, Found], foreign: Counter[str]) -> Missing | None:
    """Return what a sheet that was taken for nothing lacks to be a table, where all else of it is there."""
    ways = (
        None if foreign["after_sales"] else _missing_of_orders(found["orders"]),
        _missing_of_invites(found["referrals"]),
        _missing_of_points(seen, found["points_log"]),
        _missing_of_levels(found["level_log"]),
        _missing_of_costs(seen, found["costs"]),
        _missing_of_members(found["members"]),
    )
    return next(filter(None, ways), None)


def _missing_of_orders(orders: Found) -> Missing | None:
    says_which = "order_id" in orders.keys
    says_who = bool(orders.keys & (BUYER - {"receiver_phone"}))
    is_dated = bool(orders.keys & {"ordered_at", "paid_at"})
    has_status = "status" in orders.keys
    if is_dated and _has_amount(orders) and has_status and not (says_which or says_who):
        return Missing("orders", ("order_id", "member_id", "phone", "account"))
    if (says_which or says_who) and (has_status or (says_which and says_who)) and is_dated != _has_amount(orders):
        return Missing("orders", ("paid_amount",) if is_dated else ("ordered_at", "paid_at"))
    return None


def _missing_of_invites(invites: Found) -> Missing | None:
    has_inviter = invites.sure("inviter_id", "inviter_phone", "used_code") >= _LIKELY
    has_invitee = invites.sure("invitee_id", "invitee_phone") >= _LIKELY
    if "invited_on" not in invites.keys or has_inviter == has_invitee:
        return None
    return Missing("referrals", ("invitee_id", "invitee_phone") if has_inviter else ("inviter_id", "inviter_phone"))


def _missing_of_points(seen: Sheet, log: Found) -> Missing | None:
    lacking = lacks_one_role(seen, log)
    return Missing("points_log", lacking) if lacking else None


def _missing_of_levels(log: Found) -> Missing | None:
    lacking = level_logs.lacks_one_role(log)
    return Missing("level_log", lacking) if lacking else None


def _missing_of_costs(seen: Sheet, costs: Found) -> Missing | None:
    has_amount = bool(costs.keys & {*COST_AMOUNTS})
    has_channel = bool(costs.keys & _SPENT_FOR)
    is_spending = any(_SPENT.search(cell) for _, cell in seen.named)
    if "spent_on" not in costs.keys or has_amount == has_channel or not is_spending:
        return None
    return Missing("costs", ("source_channel", "campaign") if has_amount else ("amount",))


def _missing_of_members(members: Found) -> Missing | None:
    own = {column.key for column in members.columns if column.key in _OF_MEMBERS and not _is_any_day(column)}
    if len(own - _TOTALS) < 2 or members.keys & {"member_id", "phone", "account"}:
        return None
    return Missing("members", ("member_id", "phone", "account"))


def _is_referrals(referrals: Found, orders: Found, members: Found) -> bool:
    inviter = ("inviter_id", "inviter_phone", "inviter_name", "used_code")
    invitee = ("invitee_id", "invitee_phone", "invitee_name")
    if referrals.sure(*inviter) < _LIKELY or referrals.sure(*invitee) < _LIKELY:
        return False
    taken = {column.position for column in referrals.columns if column.key in (*inviter, *invitee)}

    def has_another(found: Found, *keys: str) -> bool:
        return any(column.key in keys and column.position not in taken for column in found.columns)

    # Whose row it is says an order by its number, a member by an id that is neither person's.
    is_an_order = orders.sure("order_id") >= _SURE and _has_amount(orders) and has_another(orders, *BUYER)
    return not is_an_order and not has_another(members, "member_id")


def _is_costs(seen: Sheet, costs: Found, orders: Found, members: Found) -> bool:
    # Of a store or an employee anything may be told by the month: what was spent on members has to be named.
    is_parted = bool(costs.keys & _SPENT_AT and costs.keys & {*COST_PARTS})
    if "spent_on" not in costs.keys or not (costs.keys & _SPENT_FOR or is_parted):
        return False
    if orders.sure("order_id") >= _SURE or (orders.keys | members.keys) & {"member_id", "phone", "account"}:
        return False
    named = [column.header for column in costs.columns if column.key in COST_AMOUNTS]
    if any(_SPENT.search(header) for header in named):
        return True
    # 成本 beside sales is what goods cost.
    has_sales = "paid_amount" in orders.keys or any(_EARNED.search(cell) for _, cell in seen.named)
    return any(_COST.search(header) for header in named) and not has_sales


def _is_events(seen: Sheet, events: Found) -> bool:
    """Return whether rows say what a member did and when: in words for it, or under a header that promises any."""
    if not {"happened_at", "event"} <= events.keys or not events.keys & {"member_id", "phone", "account"}:
        return False
    (event,) = (column for column in events.columns if column.key == "event")
    words = seen.values[event.position]
    known = sum(kind_of_event(word) is not None for word in words)
    of_orders = sum(kind_of_row(word) is not None or order_status(word) is not None for word in words)
    return 2 * known > len(words) or (bool(_HAPPENS.search(event.header)) and not of_orders)


def _is_any_day(column: ColumnMatch) -> bool:
    return headers.plain(column.header) in {"日期", "date"}


def _has_amount(orders: Found) -> bool:
    return "paid_amount" in orders.keys or {"unit_price", "quantity"} <= orders.keys or _is_returns(orders)


def _is_returns(orders: Found) -> bool:
    """Return whether a sheet tells what was given back and when, and not what was ordered when."""
    if "return_id" in orders.keys:
        return bool(orders.keys & {"refunded_amount", "paid_amount"})
    is_dated = "refunded_at" in orders.keys and not orders.keys & {"ordered_at", "paid_at"}
    return "refunded_amount" in orders.keys and is_dated


def _no_orders(orders: Found, foreign: Counter[str]) -> str | None:
    """Return why a sheet is not orders, a key of REASONS; None when it is."""
    has_buyer = bool(orders.keys & BUYER)
    if not orders.keys & (DATES | {"refunded_at"} if _is_returns(orders) else DATES):
        return "no_date"
    if not _has_amount(orders):
        return "no_amount"
    if "order_id" not in orders.keys and not has_buyer:
        return next(iter(foreign), "no_one")
    if foreign["after_sales"] and "status" not in orders.keys and not _is_returns(orders):
        return "after_sales"
    # An order number outweighs strange words, a buyer by name alone outweighs none.
    strange = 0
    if orders.sure("order_id") < _SURE:
        strange = 2 if orders.keys & (BUYER - {"name"}) else 1
    kinds = [kind for kind, count in foreign.items() if strange and count >= strange]
    if not has_buyer:
        kinds += [kind for kind in ("stock", "spending", "staff") if foreign[kind]]
    return next((kind for kind in kinds if kind != "summary" or strange == 1), None)


def _no_members(seen: Sheet, members: Found, orders: Found, foreign: Counter[str]) -> str | None:
    """Return why a sheet is not members, a key of REASONS; None when it is."""
    keys = members.keys
    own = {column.key for column in members.columns if column.key in _OF_MEMBERS and not _is_any_day(column)}
    if not keys & {"member_id", "phone", "account", "name"}:
        return next(iter(foreign), "no_key")
    if orders.sure("order_id", "item_id") >= _LIKELY and len(own) < 3:
        return "no_date"
    if not own and any(_says_purchase(column) for column in orders.columns):
        return "no_amount"
    strangers = sum(foreign.values())
    says_whom = any("BUYER" in headers.concepts(cell)[0] for _, cell in seen.named)
    if len(own) < 2 and (strangers >= 2 or (strangers and not says_whom)):
        return next(iter(foreign))
    by_name_only = not keys & {"member_id", "phone", "account"}
    if (by_name_only and not (own or keys & {"owner", "store", "nickname"})) or len(keys) < 2 < len(seen.named):
        return "no_key"
    return None


def _says_purchase(column: ColumnMatch) -> bool:
    return column.key == "ordered_at" and bool(headers.concepts(column.header)[0] & {"PURCHASE", "ORDERED"})


def _is_rather_members(orders: Found, members: Found, why_not: str | None) -> bool:
    if why_not is not None:
        return False
    own = {column.key for column in members.columns if column.key in _OF_MEMBERS}
    has_order = orders.sure("order_id") >= _SURE
    return (
        len(own) >= 4 and bool(own & _TOTALS)
        if has_order
        else bool(own & {"total_order_count", "total_last_order_on"}) or (len(own - {"tags", "joined_on"}) >= 2)
    )


def _is_contacts(contacts: Found, members: Found, orders: Found) -> bool:
    keys = contacts.keys
    if "owner" not in keys or not keys & {"added_on", "deleted_on"} or not keys & {"name", "phone", "member_id"}:
        return False
    befriended = "deleted_on" in keys or "added_on" in members.keys
    own = members.keys & (_OF_MEMBERS - {"tags", "gender", "birthday", "last_event_on"})
    return befriended and len(own) < 2 and orders.sure("order_id") < _SURE
