# ruff: noqa: E501  (header rows are data, long as they come)
"""Exports no preset knows: header rows as such platforms write them, two invented rows, and what they mean.

Each case: platform, table, header (``|`` between cells), rows, and the columns it must give as key=header.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Export:
    name: str
    table: str | None
    rows: tuple[tuple[str | None, ...], ...]
    columns: dict[str, str]

    @property
    def header(self) -> tuple[str, ...]:
        return tuple(cell or "" for cell in self.rows[0])


def an_export(name: str, table: str | None, text: str, columns: str = "") -> Export:
    lines = [line.strip() for line in text.strip().splitlines()]
    rows = tuple(tuple(cell.strip() or None for cell in line.split("|")) for line in lines)
    pairs = (pair.split("=", 1) for pair in columns.split(";") if pair.strip())
    return Export(name, table, rows, {key.strip(): header.strip() for key, header in pairs})


UNLISTED = (
    an_export("微盟 客户", "members", """
        客户ID|昵称|姓名|手机号|性别|生日|会员等级|积分|成长值|储值余额|归属导购|归属门店|客户来源|成为客户时间|成为会员时间|累计消费金额|累计消费次数|最近一次消费时间|标签
        10021|小鹿|张三|13800000001|女|1990-05-02|银卡|320|88|0.00|李导购|中心店|小程序|2025-01-03 10:00:00|2025-01-04 11:00:00|1280.50|6|2026-02-01 12:30:00|高价值
        10022|阿木|李四|13800000002|男|1988-11-12|金卡|1200|500|50.00|王导购|中心店|扫码|2024-06-03 10:00:00|2024-06-04 11:00:00|5680.00|21|2026-01-15 18:30:00|
        """, "member_id=客户ID; nickname=昵称; name=姓名; phone=手机号; level=会员等级; points=积分; owner=归属导购; store=归属门店; source_channel=客户来源; became_customer_on=成为客户时间; became_member_on=成为会员时间; total_net_sales=累计消费金额; total_order_count=累计消费次数; total_last_order_on=最近一次消费时间; tags=标签"),
    an_export("微盟 订单", "orders", """
        订单编号|订单状态|下单时间|支付时间|订单总金额|优惠金额|运费|实付金额|支付方式|客户昵称|客户手机号|收货人|收货人电话|收货地址|所属门店|归属导购|退款状态|退款金额
        WM2026020100001|已完成|2026-02-01 12:00:00|2026-02-01 12:01:00|199.00|20.00|0.00|179.00|微信支付|小鹿|13800000001|张三|13900000009|某省某市|中心店|李导购|未退款|0.00
        WM2026020100002|已关闭|2026-02-01 13:00:00||99.00|0.00|0.00|0.00|微信支付|阿木|13800000002|李四|13900000008|某省某市|中心店||未退款|0.00
        """, "order_id=订单编号; status=订单状态; ordered_at=下单时间; paid_at=支付时间; paid_amount=实付金额; phone=客户手机号; receiver_phone=收货人电话; name=客户昵称; store=所属门店; owner=归属导购; refund_status=退款状态; refunded_amount=退款金额"),
    an_export("微信小店", "orders", """
        订单号|订单状态|下单时间|付款时间|商品名称|商品编码|商品单价（元）|商品数量|订单实际支付金额（元）|商家实收金额（元）|买家OpenID|收件人姓名|收件人手机|收件人地址|发货时间|订单完成时间|售后状态|退款金额（元）
        3700000000000000001|已完成|2026-01-05 09:10|2026-01-05 09:11|围巾|SKU1|99.00|1|99.00|96.00|oAbc123456|张三|138****0001|某省某市|2026-01-06 10:00|2026-01-12 10:00||0
        3700000000000000002|待发货|2026-01-06 09:10|2026-01-06 09:11|手套|SKU2|49.00|2|98.00|95.00|oDef123456|李四|139****0002|某省某市||||0
        """, "order_id=订单号; member_id=买家OpenID; paid_amount=订单实际支付金额（元）; ordered_at=下单时间; paid_at=付款时间; receiver_phone=收件人手机; unit_price=商品单价（元）; quantity=商品数量; completed_at=订单完成时间; refund_status=售后状态; refunded_amount=退款金额（元）"),
    an_export("快手小店", "orders", """
        订单号|订单创建时间|订单支付时间|订单状态|实付款|商品总价|优惠金额|商品名称|商品ID|SKU编码|成交数量|商品单价|买家昵称|收货人姓名|收货人电话|收货地址|发货时间|售后状态|快递单号
        2400100000001|2026-02-01 20:00:01|2026-02-01 20:00:30|交易成功|59.90|69.90|10.00|面膜|889900|A-1|1|69.90|快手用户甲|张三|138****0001|某省|2026-02-02 08:00:00|无|SF0001
        2400100000002|2026-02-02 20:00:01|2026-02-02 20:00:30|已发货|119.80|139.80|20.00|面膜|889900|A-1|2|69.90|快手用户乙|李四|139****0001|某省|2026-02-03 08:00:00|无|SF0002
        """, "order_id=订单号; ordered_at=订单创建时间; paid_at=订单支付时间; paid_amount=实付款; quantity=成交数量; name=买家昵称; receiver_phone=收货人电话; shipped_at=发货时间; refund_status=售后状态; product=商品名称"),
    an_export("小红书", "orders", """
        订单号|订单状态|售后状态|订单创建时间|订单支付时间|订单发货时间|订单完成时间|商品名称|SKU件数|商品总价|店铺优惠金额|用户实付|商家应收金额|用户ID|收件人|收件人电话|省|市|店铺名称
        P700000000000000001|已完成|无售后|2026-01-01 10:00:00|2026-01-01 10:00:10|2026-01-02 10:00:00|2026-01-09 10:00:00|香薰|1|128.00|8.00|120.00|115.00|5f1a2b3c4d|张*|138****0001|某省|某市|香薰店
        P700000000000000002|已取消|无售后|2026-01-02 10:00:00||||香薰|1|128.00|8.00|0.00|0.00|5f1a2b3c4e|李*|138****0002|某省|某市|香薰店
        """, "order_id=订单号; status=订单状态; refund_status=售后状态; ordered_at=订单创建时间; paid_at=订单支付时间; paid_amount=用户实付; member_id=用户ID; receiver_phone=收件人电话; store=店铺名称"),
    an_export("美团外卖", "orders", """
        日期|门店名称|门店id|订单编号|下单时间|完成时间|订单状态|顾客电话|商品信息|商品原价|活动补贴|配送费|包装费|顾客实付
        2026-02-01|东门店|1001|80010001|2026-02-01 11:50:00|2026-02-01 12:20:00|订单完成|138****0001|米饭*1|35.00|5.00|3.00|1.00|34.00
        2026-02-01|东门店|1001|80010002|2026-02-01 12:10:00|2026-02-01 12:40:00|订单完成|139****0002|面*1|28.00|3.00|3.00|1.00|29.00
        """, "order_id=订单编号; ordered_at=下单时间; completed_at=完成时间; phone=顾客电话; paid_amount=顾客实付; store=门店名称; status=订单状态"),
    an_export("银豹 会员", "members", """
        会员号|姓名|电话|等级|折扣|余额|积分|开卡日期|生日|消费次数|消费总额|最后消费时间|导购员|开卡门店|备注
        8001|张三|13800000001|金卡|9|120.50|300|2024-03-01|1990-01-01|12|3600.00|2026-01-20 15:00|小王|一店|
        8002|李四|13800000002|普通|10|0.00|10|2025-03-01||1|36.00|2025-03-20 15:00||二店|
        """, "member_id=会员号; name=姓名; phone=电话; level=等级; points=积分; became_member_on=开卡日期; birthday=生日; total_order_count=消费次数; total_net_sales=消费总额; total_last_order_on=最后消费时间; owner=导购员; store=开卡门店"),
    an_export("银豹 销售单据", "orders", """
        流水号|日期|类型|收银员|会员号|会员姓名|商品数量|商品原价|实收金额|利润|支付方式|备注
        202602010001|2026-02-01 10:12:13|销售|小王|8001|张三|2|88.00|80.00|30.00|微信|
        202602010002|2026-02-01 10:32:13|销售|小王|||1|18.00|18.00|6.00|现金|
        """, "order_id=流水号; ordered_at=日期; member_id=会员号; name=会员姓名; quantity=商品数量; paid_amount=实收金额; owner=收银员"),
    an_export("客如云 会员", "members", """
        会员姓名|手机号码|性别|会员等级|会员来源|入会时间|入会门店|储值余额|积分余额|累计消费金额(元)|累计消费次数(次)|最近消费时间|生日|状态
        张三|13800000001|女|银卡|小程序|2025-01-01|一店|0|20|880.00|8|2026-01-30|1991-02-03|正常
        李四|13800000002|男|金卡|收银台|2024-01-01|二店|100|220|2880.00|18|2026-02-03||正常
        """, "name=会员姓名; phone=手机号码; level=会员等级; source_channel=会员来源; joined_on=入会时间; store=入会门店; points=积分余额; total_net_sales=累计消费金额(元); total_order_count=累计消费次数(次); total_last_order_on=最近消费时间"),
    an_export("百货 消费明细", "orders", """
        门店名称|收款台|小票号|消费时间|消费金额|折扣金额|积分|积分倍数|收款员代码|补刷卡标记|卡号
        一店|01|900012|2026-02-03 14:00:00|1288.00|100.00|118|1|0012|否|66800001
        一店|02|900013|2026-02-03 15:00:00|88.00|0.00|8|1|0013|否|66800002
        """, "order_id=小票号; ordered_at=消费时间; paid_amount=消费金额; member_id=卡号; store=门店名称"),
    an_export("进销存 商品明细", "orders", """
        销售时间|单据号|会员编号|会员名称|商品编号|商品名称|单价|打折率|数量|总金额|单位|规格型号|颜色|销售备注
        2026-02-03 14:00|XS0001|V001|张三|G01|衬衫|199.00|0.9|1|179.10|件|L|白|
        2026-02-03 14:00|XS0001|V001|张三|G02|裤子|299.00|0.9|1|269.10|条|M|黑|
        """, "ordered_at=销售时间; order_id=单据号; member_id=会员编号; name=会员名称; sku=商品编号; product=商品名称; unit_price=单价; quantity=数量; paid_amount=总金额"),
    an_export("手机连锁 销售单", "orders", """
        序号|销售单号|销售日期|销售员|销售门店|会员卡号|客户姓名|客户电话|应收总额|优惠券名称|优惠券金额|实收总额|刷卡|现金|备注
        1|XS202602010001|2026-02-01|小王|一店|C0001|张三|13800000001|2999.00|满减|100.00|2899.00|2899.00|0|
        2|XS202602010002|2026-02-02|小李|二店|C0002|李四|13800000002|59.00|||59.00|0|59.00|
        """, "order_id=销售单号; ordered_at=销售日期; owner=销售员; store=销售门店; member_id=会员卡号; name=客户姓名; phone=客户电话; paid_amount=实收总额"),
    an_export("企微 SCRM", "contacts", """
        客户昵称|客户备注|外部联系人ID|手机号|性别|跟进员工|员工账号|所属部门|添加时间|添加方式|企业标签|跟进状态|流失时间
        小鹿|张三-一店|wmAbCdEf001|13800000001|女|李导购|lidaogou|华东区|2025-03-01 10:00:00|扫一扫|高价值;一店|跟进中|
        阿木||wmAbCdEf002||男|王导购|wangdaogou|华东区|2025-04-01 10:00:00|名片分享||待跟进|2026-01-01 10:00:00
        """, "name=客户昵称; member_id=外部联系人ID; phone=手机号; owner=跟进员工; added_on=添加时间; source_channel=添加方式; tags=企业标签; deleted_on=流失时间"),
    an_export("尘锋 客户", "contacts", """
        客户名称|客户类型|所属员工|好友添加时间|来源|客户标签|最近聊天时间
        小鹿|微信|李导购|2025-03-01|渠道活码|A类|2026-01-02
        阿木|微信|王导购|2025-04-01|群聊||2026-01-03
        """, "name=客户名称; owner=所属员工; added_on=好友添加时间; source_channel=来源; tags=客户标签"),
    an_export("服装 ERP 会员", "members", """
        序号|名称|生日|类型|等级|联系方式|余额|累计消费|累计积分|所在店铺|日期
        1|张三|1990-01-01|普通|银卡|13800000001|0|1280.00|1280|一店|2024-05-06
        2|李四|1992-01-01|普通|金卡|13800000002|50|5280.00|5280|二店|2023-05-06
        """, "name=名称; birthday=生日; level=等级; phone=联系方式; total_net_sales=累计消费; store=所在店铺; joined_on=日期"),
    an_export("商城后台 用户", "members", """
        用户编号|姓名|手机号|邮箱|会员等级|可用余额|积分|成长值|累计消费|状态|用户标签
        U0001|张三|13800000001|a@example.com|金卡|10.00|100|20|300.00|正常|新客
        U0002|李四|13800000002|b@example.com|银卡|0.00|10|2|30.00|已冻结|
        """, "member_id=用户编号; name=姓名; phone=手机号; account=邮箱; level=会员等级; points=积分; total_net_sales=累计消费; tags=用户标签"),
    an_export("手写台账", "orders", """
        日期|姓名|电话|买了什么|数量|单价|金额|备注
        2026/2/1|张三|13800000001|红茶|2|68|136|
        2026/2/3|李四|13800000002|绿茶|1|88|88|老客
        """, "ordered_at=日期; name=姓名; phone=电话; quantity=数量; unit_price=单价; paid_amount=金额"),
    an_export("手写会员表", "members", """
        姓名|电话|会员卡级别|积分|加入日期|所属导购
        张三|13800000001|金卡|100|2024/1/1|小王
        李四|13800000002|银卡|10|2025/1/1|小李
        """, "name=姓名; phone=电话; level=会员卡级别; points=积分; joined_on=加入日期; owner=所属导购"),
    an_export("只写 会员 的流水", "orders", """
        会员|时间|消费
        13800000001|2026-02-01 10:00|56.00
        13800000002|2026-02-01 11:00|88.00
        """, "phone=会员; ordered_at=时间; paid_amount=消费"),
    an_export("台湾 订单", "orders", """
        訂單編號|訂單狀態|訂單成立時間|付款時間|顧客姓名|顧客電話|實付金額|運費|門市名稱|退款金額
        T0001|已完成|2026-02-01 10:00|2026-02-01 10:01|王小明|0912345678|1280|60|信義店|0
        T0002|已取消|2026-02-02 10:00||林小美|0922345678|0|60|信義店|0
        """, "order_id=訂單編號; status=訂單狀態; paid_at=付款時間; name=顧客姓名; phone=顧客電話; paid_amount=實付金額; refunded_amount=退款金額"),
    an_export("WooCommerce", "orders", """
        order_id|order_number|order_date|paid_date|status|shipping_total|order_total|order_currency|customer_id|customer_email|billing_first_name|billing_phone|billing_address_1|refunded_total
        901|901|2026-02-01 10:00:00|2026-02-01 10:00:05|completed|5.00|55.00|USD|17|ann@example.com|Ann|+14155550101|1 Road|0
        902|902|2026-02-02 10:00:00||cancelled|5.00|25.00|USD|18|bob@example.com|Bob|+14155550102|2 Road|0
        """, "order_id=order_id; ordered_at=order_date; paid_at=paid_date; status=status; paid_amount=order_total; member_id=customer_id; account=customer_email; phone=billing_phone; refunded_amount=refunded_total"),
    an_export("WooCommerce customers", "members", """
        Name|Username|Last active|Sign up|Email|Orders|Total spend|AOV|Country / Region|City|Region|Postal code
        Ann Lee|ann|2026-02-01|2024-01-05|ann@example.com|6|320.50|53.42|US|Boston|MA|02101
        Bob Ray|bob|2026-01-01|2023-01-05|bob@example.com|1|20.50|20.50|US|Austin|TX|73301
        """, "name=Name; last_event_on=Last active; registered_on=Sign up; total_order_count=Orders; total_net_sales=Total spend; city=City"),
    an_export("Magento", "orders", """
        ID|Purchase Point|Purchase Date|Bill-to Name|Ship-to Name|Grand Total (Base)|Grand Total (Purchased)|Status|Billing Address|Shipping Address|Customer Email|Customer Group|Subtotal|Shipping and Handling|Customer Name|Payment Method|Total Refunded
        000000011|Main Website|Feb 1, 2026 10:00:00 AM|Ann Lee|Ann Lee|55.00|55.00|Complete|1 Road|1 Road|ann@example.com|General|50.00|5.00|Ann Lee|checkmo|0.00
        000000012|Main Website|Feb 2, 2026 11:00:00 AM|Bob Ray|Bob Ray|25.00|25.00|Canceled|2 Road|2 Road|bob@example.com|General|20.00|5.00|Bob Ray|checkmo|0.00
        """, "order_id=ID; ordered_at=Purchase Date; paid_amount=Grand Total (Purchased); status=Status; account=Customer Email; refunded_amount=Total Refunded; store=Purchase Point"),
    an_export("BigCommerce", "orders", """
        Order ID|Customer ID|Customer Name|Customer Email|Customer Phone|Order Date|Order Status|Subtotal (inc tax)|Shipping Cost (inc tax)|Order Total (inc tax)|Order Total (ex tax)|Total Quantity|Date Shipped|Refund Amount
        101|7|Ann Lee|ann@example.com|4155550101|01/02/2026|Completed|50.00|5.00|55.00|50.00|2|03/02/2026|0.00
        102|8|Bob Ray|bob@example.com|4155550102|13/02/2026|Cancelled|20.00|5.00|25.00|23.00|1||0.00
        """, "order_id=Order ID; member_id=Customer ID; name=Customer Name; account=Customer Email; phone=Customer Phone; ordered_at=Order Date; status=Order Status; paid_amount=Order Total (inc tax); quantity=Total Quantity; shipped_at=Date Shipped; refunded_amount=Refund Amount"),
    an_export("Square items", "orders", """
        Date|Time|Time Zone|Category|Item|Qty|SKU|Gross Sales|Discounts|Net Sales|Tax|Transaction ID|Payment ID|Device Name|Location|Customer ID|Customer Name
        2026-02-01|10:12:13|Eastern Time|Tea|Black tea|2|T1|$12.00|$0.00|$12.00|$0.80|tx001aa|pay1|Till|Main St|CUST001|Ann Lee
        2026-02-01|11:12:13|Eastern Time|Tea|Green tea|1|T2|$6.00|$1.00|$5.00|$0.40|tx002bb|pay2|Till|Main St|CUST002|Bob Ray
        """, "ordered_at=Date; product=Item; quantity=Qty; order_id=Transaction ID; member_id=Customer ID; name=Customer Name; paid_amount=Net Sales; store=Location"),
    an_export("Square customers", "members", """
        Reference ID|First Name|Last Name|Email Address|Phone Number|Nickname|Street Address 1|City|Birthday|Square Customer ID|Creation Source|First Visit|Last Visit|Transaction Count|Lifetime Spend
        |Ann|Lee|ann@example.com|+14155550101||1 Road|Boston|1990-01-01|SQ001|Directory|2024-01-05|2026-02-01|6|$320.50
        |Bob|Ray|bob@example.com|+14155550102||2 Road|Austin||SQ002|Loyalty|2023-01-05|2026-01-01|1|$20.50
        """, "member_id=Square Customer ID; account=Email Address; phone=Phone Number; last_event_on=Last Visit; total_order_count=Transaction Count; total_net_sales=Lifetime Spend; source_channel=Creation Source; birthday=Birthday"),
    an_export("Shopee", "orders", """
        Order ID|Order Status|Order Creation Date|Order Paid Time|Product Name|SKU Reference No.|Original Price|Deal Price|Quantity|Product Subtotal|Total Amount|Username (Buyer)|Receiver Name|Phone Number|Delivery Address|Order Complete Time
        2602010ABC|Completed|2026-02-01 10:00|2026-02-01 10:01|Cup|C1|12.00|10.00|2|20.00|25.00|ann_l|Ann|6591234567|1 Road|2026-02-05 10:00
        2602010ABD|Cancelled|2026-02-02 10:00||Cup|C1|12.00|10.00|1|10.00|15.00|bob_r|Bob|6591234568|2 Road|
        """, "order_id=Order ID; status=Order Status; ordered_at=Order Creation Date; paid_at=Order Paid Time; paid_amount=Total Amount; account=Username (Buyer); quantity=Quantity; unit_price=Deal Price; completed_at=Order Complete Time"),
    an_export("Lazada", "orders", """
        orderItemId|orderNumber|createTime|updateTime|status|customerName|customerEmail|shippingPhone|billingPhone|paidPrice|unitPrice|sellerSku|itemName|deliveredDate|refundAmount
        55001|44001|2026-02-01 10:00|2026-02-04 10:00|delivered|Ann|ann@example.com|6591234567|6591234567|10.00|12.00|C1|Cup|2026-02-04 10:00|0
        55002|44002|2026-02-02 10:00|2026-02-04 10:00|canceled|Bob|bob@example.com|6591234568|6591234568|8.00|12.00|C1|Cup||8
        """, "item_id=orderItemId; order_id=orderNumber; ordered_at=createTime; status=status; name=customerName; account=customerEmail; receiver_phone=shippingPhone; phone=billingPhone; paid_amount=paidPrice; unit_price=unitPrice; refunded_amount=refundAmount"),
    an_export("TikTok Shop", "orders", """
        Order ID|Order Status|Cancelation/Return Type|SKU ID|Seller SKU|Product Name|Quantity|SKU Unit Original Price|SKU Subtotal After Discount|Order Amount|Order Refund Amount|Created Time|Paid Time|Shipped Time|Delivered Time|Buyer Username|Recipient|Phone #|Detail Address
        Platform unique order ID.|Current order status.|Cancel or return.|Platform SKU ID.|Seller SKU.|Name.|Sold quantity.|Unit price.|Subtotal.|Order amount.|Refund amount.|Order created time.|Order paid time.|Shipped time.|Delivered time.|Buyer.|Recipient.|Phone.|Address.
        577000000000000001|Completed||1|A1|Cup|1|10.00|9.00|12.00||02/01/2026 10:00:00 AM|02/01/2026 10:00:20 AM|02/02/2026 10:00:00 AM|02/05/2026 10:00:00 AM|ann_l|A**|(+65)91***567|1 Road
        577000000000000002|Shipped||1|A1|Cup|2|10.00|18.00|21.00||02/13/2026 10:00:00 AM|02/13/2026 10:00:20 AM|02/14/2026 10:00:00 AM||bob_r|B**|(+65)91***568|2 Road
        """, "order_id=Order ID; paid_amount=Order Amount; refunded_amount=Order Refund Amount; ordered_at=Created Time; paid_at=Paid Time; account=Buyer Username; receiver_phone=Phone #; completed_at=Delivered Time"),
    an_export("eBay", "orders", """
        Sales Record Number|Order Number|Buyer Username|Buyer Name|Buyer Email|Item Title|Quantity|Sold For|Total Price|Sale Date|Paid On Date|Ship To Phone
        11|12-001|ann_l|Ann Lee|ann@example.com|Cup|1|$10.00|$12.00|Feb-01-26|Feb-01-26|4155550101
        12|12-002|bob_r|Bob Ray|bob@example.com|Cup|2|$20.00|$22.00|Feb-02-26|Feb-02-26|4155550102
        """, "order_id=Order Number; account=Buyer Username; quantity=Quantity; paid_amount=Total Price; ordered_at=Sale Date; paid_at=Paid On Date; receiver_phone=Ship To Phone"),
    an_export("淘宝 退款", "orders", """
        退款编号|订单编号|买家会员名|订单付款时间|买家实际支付金额|退款金额|退款状态|退款申请时间
        R001|1001|张三旺旺|2026-01-01 10:00|99.00|99.00|退款成功|2026-01-03 10:00
        R002|1002|李四旺旺|2026-01-02 10:00|59.00|59.00|退款关闭|2026-01-04 10:00
        """, "return_id=退款编号; order_id=订单编号; account=买家会员名; paid_at=订单付款时间; paid_amount=买家实际支付金额; refunded_amount=退款金额; refund_status=退款状态; refunded_at=退款申请时间"),
    an_export("returns", "orders", """
        Return ID|Order ID|Customer ID|Return date|Refund amount|Reason
        R001|1001|C1|2026-01-03|99.00|too small
        R002|1002|C2|2026-01-04|59.00|
        """, "return_id=Return ID; order_id=Order ID; member_id=Customer ID; refunded_at=Return date; refunded_amount=Refund amount"),
    an_export("收银流水", "orders", """
        小票号|原小票号|业务类型|会员卡号|交易时间|实收金额|币种
        1||销售|V1|2026-01-03 10:00|99.00|人民币
        2|1|退货|V1|2026-01-04 10:00|59.00|人民币
        """, "order_id=小票号; original_order_id=原小票号; kind=业务类型; member_id=会员卡号; ordered_at=交易时间; paid_amount=实收金额; currency=币种"),
    an_export("拆单", "orders", """
        订单号|主订单号|会员编号|下单时间|实付金额
        P1||V1|2026-01-03 10:00|99.00
        C1|P1|V1|2026-01-03 10:00|59.00
        """, "order_id=订单号; parent_id=主订单号; member_id=会员编号; ordered_at=下单时间; paid_amount=实付金额"),
    an_export("Odoo", "orders", """
        Order Reference|Order Date|Customer|Salesperson|Total|Status|Company
        S00021|2026-02-01 10:00:00|Ann Lee|Mitchell|55.00|Sales Order|My Shop
        S00022|2026-02-02 10:00:00|Bob Ray|Mitchell|25.00|Cancelled|My Shop
        """, "order_id=Order Reference; ordered_at=Order Date; name=Customer; owner=Salesperson; paid_amount=Total; status=Status"),
    an_export("Salesforce contacts", "members", """
        Contact ID|First Name|Last Name|Email|Phone|Mailing City|Lead Source|Created Date|Contact Owner|Last Activity Date
        003A001|Ann|Lee|ann@example.com|+14155550101|Boston|Web|2024-01-05|Mia|2026-01-05
        003A002|Bob|Ray|bob@example.com|+14155550102|Austin|Event|2023-01-05|Mia|2025-01-05
        """, "member_id=Contact ID; account=Email; phone=Phone; source_channel=Lead Source; joined_on=Created Date; owner=Contact Owner; last_event_on=Last Activity Date"),
    an_export("household scanner panel", "orders", """
        household_key|BASKET_ID|DAY|PRODUCT_ID|QUANTITY|SALES_VALUE|STORE_ID
        2375|26984851472|2026-02-01|1004906|1|1.39|364
        2376|26984851473|2026-02-02|1033142|2|2.82|364
        """, "member_id=household_key; ordered_at=DAY; quantity=QUANTITY; paid_amount=SALES_VALUE"),
    an_export("channel costs", "costs", """
        月份|渠道|广告费|促销费|新增会员
        2026-01|抖音|12000|3000|320
        2026-02|小红书|8000|2000|210
        """, "spent_on=月份; source_channel=渠道; advertising_cost=广告费; promotion_cost=促销费"),
    an_export("daily spending", "costs", """
        日期|渠道|花费|曝光|点击|成交金额
        2026-01-01|抖音|1200|30000|900|5600
        2026-01-02|抖音|1300|32000|910|5100
        """, "spent_on=日期; source_channel=渠道; amount=花费"),
    an_export("任务宝 助力记录", "referrals", """
        活动名称|邀请人昵称|邀请人手机号|助力好友|助力时间|是否新好友|渠道
        春日裂变|小鹿|13800000001|阿木|2026-02-01 10:00:00|是|朋友圈
        春日裂变|小鹿|13800000001|小满|2026-02-01 11:00:00|否|社群
        """, "campaign=活动名称; inviter_name=邀请人昵称; inviter_phone=邀请人手机号; invitee_id=助力好友; invited_on=助力时间; source_channel=渠道"),
    an_export("分销 推广记录", "referrals", """
        推广员手机号|下级手机号|绑定时间|佣金|佣金层级|收款账号
        13800000001|13800000002|2026-02-01 10:00:00|12.00|1|z***@a.com
        13800000001|13800000003|2026-02-02 10:00:00|8.00|2|z***@a.com
        """, "inviter_phone=推广员手机号; invitee_phone=下级手机号; invited_on=绑定时间; reward_amount=佣金; reward_level=佣金层级; payment=收款账号"),
    an_export("ReferralCandy", "referrals", """
        Advocate Email|Friend Email|Referral Date|Order Number|Reward|Campaign
        a@b.cn|c@d.cn|2026-02-01|1001|10.00|spring
        a@b.cn|e@f.cn|2026-02-02|1002|10.00|spring
        """, "inviter_id=Advocate Email; invitee_id=Friend Email; invited_on=Referral Date; reward_amount=Reward; campaign=Campaign"),
    an_export("points ledger", "points_log", """
        会员卡号|姓名|积分变动|变动原因|变动时间
        C001|张三|+100|消费|2026-01-01 10:00
        C002|李四|-50|兑换|2026-01-02 10:00
        """, "member_id=会员卡号; name=姓名; change=积分变动; scene=变动原因; changed_at=变动时间"),
)  # fmt: skip

NOT_OURS = (
    an_export("daily summary", None, """
        日期|销售额|订单数|会员数|客单价
        2026-01-01|12000|80|60|150
        2026-01-02|13000|85|66|153
        """),
    an_export("pivot by level", None, """
        会员等级|人数|销售额|占比
        金卡|120|120000|60%
        银卡|300|80000|40%
        """),
    an_export("cashier totals", None, """
        收银员编号|收银员名称|应收金额|实收金额
        001|小王|12000.00|11800.00
        002|小李|9000.00|8900.00
        """),
    an_export("product list", None, """
        商品编号|商品名称|售价|成本价|库存|创建时间
        G01|衬衫|199.00|80.00|35|2025-01-01
        G02|裤子|299.00|120.00|12|2025-01-02
        """),
    an_export("product ranking", None, """
        商品名称|销量|销售额|排名
        衬衫|120|23880|1
        裤子|80|23920|2
        """),
    an_export("purchasing", None, """
        单据号|日期|供应商|商品名称|数量|单价|金额|经手人
        CG001|2026-01-01|甲厂|衬衫|100|80.00|8000.00|小王
        CG002|2026-01-02|乙厂|裤子|50|120.00|6000.00|小李
        """),
    an_export("balance ledger", None, """
        会员名称|会员卡号|电话号码|操作类型|支付类型|变动前余额|充值/消费|赠送金额|变动后余额|充值时间|备注
        张三|C001|13800000001|充值|微信|0.00|500.00|50.00|550.00|2026-01-01 10:00|
        李四|C002|13800000002|充值|现金|0.00|300.00|30.00|330.00|2026-01-02 10:00|
        """),
    an_export("top-ups", None, """
        会员卡号|会员姓名|充值门店|储值总金额（元）|实收总金额（元）|赠送总金额（元）|营业日期|操作时间|操作员|销售员
        C001|张三|一店|550.00|500.00|50.00|2026-01-01|2026-01-01 10:00|小王|小王
        C002|李四|一店|330.00|300.00|30.00|2026-01-02|2026-01-02 10:00|小王|小王
        """),
    an_export("staff", None, """
        姓名|工号|手机号|部门|岗位|入职日期
        小王|001|13800000001|一店|导购|2024-01-01
        小李|002|13800000002|二店|店长|2023-01-01
        """),
    an_export("stores", None, """
        门店名称|店长|电话|营业时间|门店地址
        一店|小王|13800000001|9:00-21:00|某市某路1号
        二店|小李|13800000002|9:00-21:00|某市某路2号
        """),
    an_export("coupons", None, """
        券名称|券码|领取人手机号|领取时间|核销时间|面额
        满减券|Q001|13800000001|2026-01-01|2026-01-05|20
        满减券|Q002|13800000002|2026-01-01||20
        """),
    an_export("parcels", None, """
        订单号|快递公司|快递单号|收件人|手机|发货时间
        1001|顺丰|SF001|张三|13800000001|2026-01-02
        1002|顺丰|SF002|李四|13800000002|2026-01-03
        """),
    an_export("notes", None, """
        说明|内容
        本表口径|仅统计已付款订单
        制表人|小王
        """),
)  # fmt: skip
