"""Header rows of exports siyu has presets for, shortened copies of real ones, and what each must give."""

from __future__ import annotations


def cells(line: str) -> list[str]:
    """Return the headers of a row."""
    return line.split("|")


YOUZAN_CUSTOMERS = cells(
    "客户姓名|客户昵称|客户手机号|客户生日|客户性别|标签|是否会员|成长值|免费等级|付费等级|权益卡|"
    "客户积分|客户储值余额|消费次数|消费金额|"
    "累计退款金额|累计退款订单数|笔单价|上次消费时间|分销员|导购员|企微好友|来源渠道|来源方式|"
    "成为客户时间|成为会员时间|成为会员店铺|公众号|"
    "公众号关注时间|最近浏览时间|微信地域|所属区域|指定时间消费次数|指定时间消费金额|"
)
YOUZAN_ORDERS = cells(
    "订单号|销售渠道|归属店铺|订单类型|订单状态|推广方式|订单来源|订单创建时间|买家付款时间|交易成功时间|"
    "付款方式|支付流水号|商品金额合计|运费|"
    "应收订单金额|订单实付金额|支付优惠合计|订单实收金额|全部商品名称|商品种类数|收货人省份|"
    "详细收货地址/提货地址|收货人/提货人|"
    "收货人手机号/提货人手机号|买家昵称|买家手机号|下单网点|收银员|分销员|销售导购|专属导购|订单退款状态|"
    "订单已退款金额|挂账手机号|分销员|"
    "分销员手机号|订单佣金金额"
)
TAOBAO_ORDERS = cells(
    "订单编号|买家会员名|买家支付宝账号|买家应付货款|买家应付邮费|买家支付积分|总金额|返点积分|"
    "买家实际支付金额|买家实际支付积分|订单状态|"
    "买家留言|收货人姓名|收货地址 |运送方式|联系电话 |联系手机|订单创建时间|订单付款时间 |宝贝标题 |"
    "宝贝种类 |物流单号 |物流公司|订单备注|"
    "宝贝总数量|店铺Id|店铺名称|订单关闭原因"
)
DOUYIN_ORDERS = cells(
    "主订单编号|子订单编号|选购商品|商品规格|商品数量|商品ID|商家编码|商品单价|订单应付金额|运费|"
    "优惠总金额|达人优惠|支付方式|收件人|"
    "收件人手机号|省|市|区|街道|详细地址|订单提交时间|订单完成时间|支付完成时间|APP渠道|流量来源|订单状态|"
    "达人ID|达人昵称|售后状态|发货时间"
)
WECOM = cells(
    "客户名称|描述|添加人|添加人账号|添加人所属部门|添加时间|来源|手机|企业|邮箱|地址|职务|电话|"
    "标签组1(学员等级)|标签组2(来源)"
)
SHOPIFY_ORDERS = cells(
    "Name|Email|Financial Status|Paid at|Fulfillment Status|Fulfilled at|Currency|Subtotal|Shipping|Taxes|"
    "Total|Discount Code|"
    "Created at|Lineitem quantity|Lineitem name|Lineitem price|Lineitem sku|Billing Name|Billing Street|Billing Phone|"
    "Shipping Name|Shipping Phone|Cancelled at|Refunded Amount|Id|Tags|Source|Phone"
)

# What each export must give at the least: its table, preset, amount scope, and columns.
LISTED = {
    "youzan_customers_csv_2026": (
        "members", "youzan-customers", None,
        {"phone": "客户手机号", "name": "客户姓名", "nickname": "客户昵称", "level": "免费等级", "points": "客户积分",
         "owner": "导购员", "store": "成为会员店铺", "source_channel": "来源渠道", "became_customer_on": "成为客户时间",
         "became_member_on": "成为会员时间", "total_order_count": "消费次数", "total_net_sales": "消费金额",
         "total_last_order_on": "上次消费时间", "last_event_on": "最近浏览时间"},
    ),
    "youzan_orders_csv_2026": (
        "orders", "youzan-orders", "order",
        {"order_id": "订单号", "phone": "买家手机号", "receiver_phone": "收货人手机号/提货人手机号",
        "ordered_at": "订单创建时间",
         "paid_at": "买家付款时间", "completed_at": "交易成功时间", "paid_amount": "订单实付金额",
         "refunded_amount": "订单已退款金额", "status": "订单状态", "refund_status": "订单退款状态"},
    ),
    "taobao_orders_csv_classic": (
        "orders", "taobao-orders", "order",
        {"order_id": "订单编号", "account": "买家会员名", "receiver_phone": "联系手机",
        "paid_amount": "买家实际支付金额",
         "paid_at": "订单付款时间", "ordered_at": "订单创建时间", "status": "订单状态", "store": "店铺名称"},
    ),
    "qianniu_orders_xlsx_2026": (
        "orders", "qianniu-orders", "order", {"order_id": "订单编号", "paid_amount": "买家实付金额",
        "refunded_amount": "退款金额"},
    ),
    "taobao_items_xlsx_2025": (
        "orders", "taobao-items", "item",
        {"order_id": "主订单编号", "item_id": "子订单编号", "paid_amount": "买家实付金额", "refund_status": "退款状态"},
    ),
    "jd_orders_csv_2015": (
        "orders", "jd-orders", "order",
        {"order_id": "订单号", "account": "下单帐号", "ordered_at": "下单时间", "status": "订单状态",
        "quantity": "订购数量"},
    ),
    "jd_orders_xlsx_2026_subset": (
        "orders", "jd-orders-2026", "order", {"order_id": "订单号", "paid_amount": "订单金额",
        "receiver_phone": "联系电话"},
    ),
    "pdd_orders_2026": (
        "orders", "pdd-orders", "order",
        {"order_id": "订单号", "paid_amount": "用户实付金额(元)", "refund_status": "售后状态",
        "paid_at": "订单成交时间"},
    ),
    "douyin_orders_2026": (
        "orders", "douyin-orders", "item",
        {"order_id": "主订单编号", "item_id": "子订单编号", "paid_amount": "订单应付金额",
        "receiver_phone": "收件人手机号",
         "ordered_at": "订单提交时间", "paid_at": "支付完成时间"},
    ),
    "wecom_customers_admin_export": (
        "contacts", "wecom-customers", None,
        {"name": "客户名称", "owner": "添加人", "added_on": "添加时间", "phone": "手机", "tags": "标签组1(学员等级)"},
    ),
    "shopify_customers_old": (
        "members", "shopify-customers", None,
        {"account": "Email", "phone": "Phone", "total_net_sales": "Total Spent", "total_order_count": "Total Orders"},
    ),
    "shopify_orders_full": (
        "orders", "shopify-orders", "order",
        {"order_id": "Name", "account": "Email", "paid_amount": "Total", "refunded_amount": "Refunded Amount",
         "status": "Financial Status", "ordered_at": "Created at", "paid_at": "Paid at", "phone": "Phone"},
    ),
}  # fmt: skip
OWN_COPIES = {
    "youzan_customers_csv_2026": YOUZAN_CUSTOMERS,
    "youzan_orders_csv_2026": YOUZAN_ORDERS,
    "taobao_orders_csv_classic": TAOBAO_ORDERS,
    "douyin_orders_2026": DOUYIN_ORDERS,
    "wecom_customers_admin_export": WECOM,
    "shopify_orders_full": SHOPIFY_ORDERS,
}
