"""The layout of 有赞: customers with their totals, one row per order, the phone as the only key."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from siyu_cli.demo.headers import YOUZAN_CUSTOMERS, YOUZAN_ORDERS
from siyu_cli.demo.sheets import (
    INVITER,
    REFUND_WORDS,
    STATUS_WORDS,
    DemoSheet,
    amount,
    constant,
    flags,
    shared_sheets,
    text_times,
    under,
    words,
)
from siyu_cli.demo.shop import DemoShop

_STATUS_WORDS = {
    **STATUS_WORDS,
    "unpaid": "等待付款",
    "completed": "交易完成",
    "cancelled": "交易关闭",
    "refunded": "交易关闭",
}


def youzan_sheets(shop: DemoShop) -> list[DemoSheet]:
    """Return the sheets of the 有赞 layout."""
    shared = shared_sheets(shop, ("手机号", "phone"))
    sheets = [
        DemoSheet("客户", _customers(shop.members)),
        DemoSheet("订单", _orders(shop.orders)),
        *shared,
    ]
    return [DemoSheet(sheet.name, text_times(sheet.table)) for sheet in sheets]


def _whole_phones(phones: Any) -> Any:
    """Leave out numbers that name nobody: masked ones and those a digit short."""
    return pc.if_else(pc.match_substring_regex(phones, r"^\d{11}$"), phones, None)


def _customers(members: pa.Table) -> pa.Table:
    header = (*YOUZAN_CUSTOMERS[:-1], INVITER, YOUZAN_CUSTOMERS[-1])
    space, dashes = constant(members, " "), constant(members, "——")
    columns = {
        "客户姓名": members["name"],
        "客户昵称": members["nickname"],
        "客户手机号": members["phone"],
        "客户生日": members["birthday"],
        "客户性别": members["gender"],
        "标签": members["tags"],
        "是否会员": constant(members, "是"),
        "成长值": members["growth"],
        "免费等级": members["level"],
        "付费等级": space,
        "权益卡": space,
        "客户积分": members["points"],
        "客户储值余额": constant(members, "0.00"),
        "消费次数": members["order_count"],
        "消费金额": members["net_sales"],
        "累计退款金额": members["refunded_amount"],
        "累计退款订单数": members["refund_count"],
        "笔单价": members["average_order_value"],
        "上次消费时间": members["last_order_at"],
        "分销员": dashes,
        "导购员": members["owner"],
        "企微好友": flags(members["is_friend"]),
        "来源渠道": members["source_channel"],
        "成为客户时间": members["joined_at"],
        "成为会员时间": members["joined_at"],
        "成为会员店铺": members["store"],
        "最近浏览时间": members["last_event_at"],
        "微信地域": members["city"],
        INVITER: _whole_phones(members["inviter_phone"]),
    }
    return under(header, members.num_rows, columns)


def _orders(orders: pa.Table) -> pa.Table:
    is_sent = orders["receiver_phone"].is_valid()
    is_kept = pc.equal(orders["refund_kind"], "full_after_delivery")
    columns = {
        "订单号": pc.replace_substring(orders["order_id"], "D", "E"),
        "销售渠道": orders["sales_channel"],
        "归属店铺": orders["store"],
        "订单类型": constant(orders, "普通订单"),
        # Refunded once it had been completed, an order stays completed.
        "订单状态": pc.if_else(is_kept, "交易完成", words(orders["status"], _STATUS_WORDS)),
        "订单创建时间": orders["ordered_at"],
        "买家付款时间": orders["paid_at"],
        "交易成功时间": orders["completed_at"],
        "付款方式": pc.if_else(orders["paid_at"].is_valid(), "微信支付", None),
        "商品金额合计": orders["goods_amount"],
        "运费": orders["shipping_amount"],
        "店铺优惠合计": orders["discount_amount"],
        "应收订单金额": amount(orders, ("goods_amount", "shipping_amount"), ("discount_amount",)),
        "订单实付金额": orders["paid_amount"],
        "订单实收金额": orders["paid_amount"],
        "全部商品名称": orders["product"],
        "商品种类数": pc.add(pc.count_substring(orders["product"], ";"), 1),
        "订单配送方式": pc.if_else(is_sent, "快递发货", "到店自提"),
        "收货人省份": pc.if_else(is_sent, orders["province"], None),
        "收货人城市": pc.if_else(is_sent, orders["city"], None),
        "收货人/提货人": pc.if_else(is_sent, orders["name"], None),
        "收货人手机号/提货人手机号": orders["receiver_phone"],
        "买家昵称": orders["nickname"],
        "买家是否会员": flags(orders["is_member"]),
        "买家手机号": orders["phone"],
        "销售导购": orders["owner"],
        "订单退款状态": words(orders["refund_kind"], REFUND_WORDS),
        "订单已退款金额": orders["refunded_amount"],
        "分销员": constant(orders, "——"),
    }
    return under(YOUZAN_ORDERS, orders.num_rows, columns)
