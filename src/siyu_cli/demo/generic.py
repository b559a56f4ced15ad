"""The layout with every column siyu reads, in the words most exports use."""

from __future__ import annotations

import pyarrow as pa

from siyu_cli.demo.sheets import INVITER, REFUND_WORDS, STATUS_WORDS, DemoSheet, flags, shared_sheets, words
from siyu_cli.demo.shop import DemoShop


def generic_sheets(shop: DemoShop) -> list[DemoSheet]:
    """Return the sheets of the generic layout."""
    shared = shared_sheets(shop, ("会员编号", "member_id"))
    return [
        DemoSheet("会员", _members(shop.members)),
        DemoSheet("订单", _orders(shop.orders)),
        *shared,
    ]


def _members(members: pa.Table) -> pa.Table:
    return pa.table(
        {
            "会员编号": members["member_id"],
            "姓名": members["name"],
            "昵称": members["nickname"],
            "手机号": members["phone"],
            "性别": members["gender"],
            "生日": members["birthday"],
            "注册时间": members["joined_at"],
            "会员等级": members["level"],
            "积分": members["points"],
            "导购": members["owner"],
            "门店": members["store"],
            "来源渠道": members["source_channel"],
            "城市": members["city"],
            "标签": members["tags"],
            INVITER: members["inviter_id"],
            "短信同意": flags(members["consent_sms"]),
            "企微同意": flags(members["consent_wecom"]),
            "广告同意": flags(members["consent_ads"]),
            "拒绝画像": flags(members["opt_out_profiling"]),
            "核销券数": members["coupons_redeemed"],
            "最近浏览时间": members["last_event_at"],
        }
    )


def _orders(orders: pa.Table) -> pa.Table:
    return pa.table(
        {
            "订单号": orders["order_id"],
            "会员编号": orders["member_id"],
            "手机号": orders["phone"],
            "下单时间": orders["ordered_at"],
            "付款时间": orders["paid_at"],
            "发货时间": orders["shipped_at"],
            "完成时间": orders["completed_at"],
            "订单状态": words(orders["status"], STATUS_WORDS),
            "商品": orders["product"],
            "商品编码": orders["sku"],
            "商品类目": orders["category"],
            "数量": orders["quantity"],
            "实付金额": orders["paid_amount"],
            "退款状态": words(orders["refund_kind"], REFUND_WORDS),
            "退款金额": orders["refunded_amount"],
            "退款时间": orders["refunded_at"],
            "门店": orders["store"],
            "销售渠道": orders["sales_channel"],
            "销售导购": orders["owner"],
        }
    )
