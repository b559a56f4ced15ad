"""Titles that say what all the rows of a sheet, a file or a section are: 退货明细, 2026-06 退款单, Returns, 已取消."""

from __future__ import annotations

import re

# A sheet or file that holds nothing but one kind says so: 退货明细, 2026-06 退款单, Returns, 充值记录, 已取消, 待付款.
_KINDS = {
    "return": "退货|退款|退单|returned|refunded|returns?|refunds?",
    "topup": "充值|储值|预存款?|top-?ups?|recharges?",
    "cancelled": "已取消|已关闭|已作废|取消订单|关闭订单|作废|交易关闭|交易失败|已失效|无效"
    "|cancell?ed|void(?:ed)?|failed|expired",
    "unpaid": "(?:待|未|等待)(?:买家)?(?:付款|支付|付)|待结算|未结账|挂单|草稿"
    "|unpaid|(?:pending|awaiting) payment|not paid|drafts?|abandoned(?: carts?| checkouts?)?",
}
_OF_NAMES = (
    r"[\W\d_]|sheet|门店|店铺|商城|销售|零售|商品|会员|客户|导出|数据|报表|明细|记录|列表|单据|订单|成功|完成|汇总表|年|月|日|表|单"
    r"|list|export|report|data|of|sales?|orders?"
)
_OF_SALES = re.compile("销售|零售|订单|sales?|orders?", re.IGNORECASE)


def kind_of_title(title: str) -> str | None:
    """Return the kind a title says all of its rows are; None where it says no more.

    >>> [kind_of_title(title) for title in ("6月退货明细", "充值记录", "退货原因统计", "销售明细")]
    ['return', 'topup', None, None]
    """
    named = (
        kind for kind, words in _KINDS.items()
        if re.search(words, title, re.IGNORECASE) and re.fullmatch(f"(?:{_OF_NAMES}|{words})+", title, re.IGNORECASE)
    )  # fmt: skip
    return next(named, None)


def is_of_sales(title: str) -> bool:
    """Return whether a title says that its rows are sales, and no more: 销售明细, 6月订单."""
    return bool(_OF_SALES.search(title) and re.fullmatch(f"(?:{_OF_NAMES})+", title, re.IGNORECASE))
