"""What all layouts share: a file of an export, the words of one, the lists beside members and orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from siyu_cli.demo.shop import DemoShop

INVITER = "推荐人"
_YES_NO = {"true": "是", "false": "否"}

STATUS_WORDS = {
    "unpaid": "待付款",
    "paid": "待发货",
    "shipped": "已发货",
    "completed": "已完成",
    "cancelled": "已关闭",
    "refunded": "已退款",
}
REFUND_WORDS = {
    "none": None,
    "partial": "部分退款",
    "full_before_shipping": "全额退款",
    "full_after_delivery": "全额退款",
}


@dataclass(frozen=True)
class DemoSheet:
    """One file of an export: its name without suffix, its cells in order; headers may repeat."""

    name: str
    table: pa.Table


def words(column: Any, vocabulary: Mapping[str, str | None]) -> Any:
    """Return the platform's words for a column of few different keys."""
    keys = pa.array(list(vocabulary), pa.string())
    return pa.array(list(vocabulary.values()), pa.string()).take(pc.index_in(column, keys))


def flags(column: Any) -> Any:
    """Return 是 and 否 for true and false."""
    return words(column.cast(pa.string()), _YES_NO)


def amount(table: pa.Table, plus: Sequence[str], minus: Sequence[str] = ()) -> Any:
    """Return the sum of the ``plus`` columns less the ``minus`` columns."""
    total = table[plus[0]]
    for name in plus[1:]:
        total = pc.add(total, table[name])
    for name in minus:
        total = pc.subtract(total, table[name])
    return total.cast(pa.decimal128(18, 2))


def constant(table: pa.Table, value: str) -> Any:
    """Return ``value`` once per row of ``table``."""
    return pa.array([value]).take(pa.array(np.zeros(table.num_rows, dtype=np.int64)))


def text_times(table: pa.Table) -> pa.Table:
    """Return ``table`` with its times as text: platforms write them so even in workbooks."""
    for place, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type) or pa.types.is_date(field.type):
            table = table.set_column(place, field.name, table[place].cast(pa.string()))
    return table


def under(header: Sequence[str], rows: int, columns: Mapping[str, Any]) -> pa.Table:
    """Return ``columns`` under a platform's header; the first of two equal names gets the values."""
    blank, left = pa.nulls(rows, pa.string()), dict(columns)
    arrays = [left.pop(name, blank) for name in header]
    assert not left, f"not in the header: {sorted(left)}"
    return pa.table(arrays, names=list(header))


def shared_sheets(shop: DemoShop, key: tuple[str, str]) -> list[DemoSheet]:
    """Return the lists no shop platform exports: WeCom friends, invites, costs, events, points, levels."""
    contacts, costs, invites, events = shop.contacts, shop.channel_costs, shop.invites, shop.events
    phone = "手机号" if key[1] == "phone" else ""
    asked = {
        "活动名称": invites["campaign"],
        f"邀请人{phone}": invites[f"inviter_{key[1]}"],
        f"被邀请人{phone}": invites[f"invitee_{key[1]}"],
        "邀请时间": invites["invited_at"],
        "加入时间": invites["joined_at"],
        "海报版本": invites["variant"],
        "KOL": invites["referral_source"],
        "分享渠道": invites["share_channel"],
        "奖励金额": invites["reward_amount"],
        "设备号": invites["device"],
    }
    friends = {
        key[0]: contacts[key[1]],
        "添加人": contacts["owner"],
        "添加时间": contacts["added_at"],
        "删除时间": contacts["deleted_at"],
    }
    spent = {
        "月份": costs["month"],
        "渠道": costs["source_channel"],
        "广告费": costs["advertising"],
        "推广费": costs["promotion"],
        "触达费": costs["contact"],
    }
    did = {
        key[0]: events[key[1]],
        "发生时间": events["happened_at"],
        "事件": events["event"],
        "内容": events["title"],
        "员工": events["owner"],
        "门店": events["store"],
    }
    log = shop.points_log
    moved = {
        "积分流水号": log["log_id"],
        key[0]: log[key[1]],
        "变动时间": log["changed_at"],
        "变动积分": log["change"],
        "变动类型": log["direction"],
        "变动原因": log["scene"],
        "变动后积分": log["balance_after"],
        "失效日期": log["expires_on"],
        "关联订单号": log["order_id"],
    }
    changes = shop.level_log
    rose = {
        key[0]: changes[key[1]],
        "变更时间": changes["changed_at"],
        "变更前等级": changes["level_from"],
        "变更后等级": changes["level_to"],
        "变更原因": changes["reason"],
        "等级有效期": changes["valid_until"],
    }
    return [
        DemoSheet("好友关系", pa.table(friends)),
        DemoSheet("邀请记录", pa.table(asked)),
        DemoSheet("渠道费用", pa.table(spent)),
        DemoSheet("互动记录", pa.table(did)),
        DemoSheet("积分明细", pa.table(moved)),
        DemoSheet("等级记录", pa.table(rose)),
    ]
