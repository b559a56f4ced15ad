"""The layout of 淘宝: accounts for keys, order numbers as ="…", phones behind an apostrophe."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from siyu_cli.demo.columns import digits, join
from siyu_cli.demo.headers import TAOBAO_ORDERS
from siyu_cli.demo.sheets import INVITER, DemoSheet, amount, constant, shared_sheets, text_times, under, words
from siyu_cli.demo.shop import DemoShop

_STATUS_WORDS = {
    "unpaid": "等待买家付款",
    "paid": "买家已付款，等待卖家发货",
    "shipped": "卖家已发货，等待买家确认",
    "completed": "交易成功",
    "cancelled": "交易关闭",
    "refunded": "交易关闭",
}


def taobao_sheets(shop: DemoShop) -> list[DemoSheet]:
    """Return the sheets of the 淘宝 layout."""
    members = shop.members
    joined = {
        "会员名": members["account"],
        "手机": members["phone"],
        "等级": members["level"],
        "积分": members["points"],
        "入会时间": members["joined_at"],
        "性别": members["gender"],
        "生日": members["birthday"],
        "城市": members["city"],
        "来源": members["source_channel"],
        INVITER: members["inviter_account"],
    }
    # There are no guests on a marketplace: whoever buys has an account.
    orders = shop.orders.filter(shop.orders["account"].is_valid()).combine_chunks()
    shared = shared_sheets(shop, ("手机号", "phone"))
    sheets = [DemoSheet("会员", pa.table(joined)), DemoSheet("订单", _orders(orders)), *shared]
    return [DemoSheet(sheet.name, text_times(sheet.table)) for sheet in sheets]


def _orders(orders: pa.Table) -> pa.Table:
    order_no = digits(3_100_000_000_000_000_000 + np.arange(orders.num_rows) * 1_000_003)
    is_closed = pc.is_in(orders["status"], pa.array(["cancelled", "refunded"]))
    reason = pc.if_else(pc.equal(orders["refunded_amount"], orders["paid_amount"]), "退款", "买家未付款")
    columns = {
        "订单编号": join('="', order_no, '"'),
        "买家会员名": orders["account"],
        "买家应付货款": amount(orders, ("goods_amount",), ("discount_amount",)),
        "买家应付邮费": orders["shipping_amount"],
        "总金额": amount(orders, ("goods_amount", "shipping_amount"), ("discount_amount",)),
        "返点积分": constant(orders, "0"),
        "买家实际支付金额": orders["paid_amount"],
        "订单状态": words(orders["status"], _STATUS_WORDS),
        "收货人姓名": orders["name"],
        "运送方式": constant(orders, "快递"),
        "联系手机": join("'", orders["receiver_phone"]),
        "订单创建时间": orders["ordered_at"],
        "订单付款时间 ": orders["paid_at"],
        "宝贝标题 ": orders["product"],
        "宝贝种类 ": pc.add(pc.count_substring(orders["product"], ";"), 1),
        "宝贝总数量": orders["quantity"],
        "店铺Id": constant(orders, "0"),
        "订单关闭原因": pc.if_else(is_closed, reason, "订单未关闭"),
        "卖家服务费": constant(orders, "0元"),
        "买家服务费": constant(orders, "0元"),
        "是否手机订单": constant(orders, "手机订单"),
    }
    return under(TAOBAO_ORDERS, orders.num_rows, columns)
