# ruff: noqa: E501  (header rows are data, long as they come)
"""More exports no preset knows: tills, salons, schools, mini-program malls, web shops, warehouses; all people invented."""

from __future__ import annotations

from unlisted_exports import an_export

TILLS_AND_MALLS = (
    an_export("POS 单据", "orders", """
        单据编号|单据类型|交易日期|交易时间|门店编码|门店名称|会员卡号|会员姓名|手机号码|应收合计|整单优惠|实收合计|支付方式|收银员|是否挂单
        XS001|销售|2026-02-01|10:11:12|S01|一店|K001|张三|13800000001|100.00|5.00|95.00|微信|小王|否
        XS002|销售|2026-02-01|11:11:12|S01|一店|K002|李四|13800000002|60.00|0.00|60.00|现金|小王|否
        XS003|销售|2026-02-02|12:11:12|S02|二店|||| 20.00|0.00|20.00|现金|小李|否
        """, "order_id=单据编号; member_id=会员卡号; phone=手机号码; name=会员姓名; ordered_at=交易日期; paid_amount=实收合计; owner=收银员; store=门店名称"),
    an_export("商场 柜台小票", "orders", """
        小票号|营业日|流水时间|柜台|VIP卡|品名|数量|售价|折扣|折后额|收款人
        P001|2026-02-01|2026-02-01 10:00:01|A柜|V001|口红|1|299.00|0.9|269.10|小王
        P001|2026-02-01|2026-02-01 10:00:01|A柜|V001|粉底|2|199.00|1|398.00|小王
        P002|2026-02-02|2026-02-02 12:00:01|A柜|V002|口红|1|299.00|1|299.00|小王
        """, "order_id=小票号; member_id=VIP卡; ordered_at=流水时间; paid_amount=折后额; unit_price=售价; quantity=数量; product=品名"),
    an_export("抖音类 商家后台", "orders", """
        订单ID|商品ID|商品名称|规格|数量|下单用户手机|下单用户昵称|订单创建时间|支付成功时间|订单状态|商品售价|店铺优惠|平台优惠|买家实付|商家实际到账
        6917001|s1|面膜|5片|1|13800000001|小鹿|2026-02-01 20:00|2026-02-01 20:01|已完成|69.9|10|5|54.9|52.1
        6917002|s1|面膜|5片|2|13800000002|阿木|2026-02-02 20:00|2026-02-02 20:01|已发货|139.8|20|5|114.8|109.0
        """, "order_id=订单ID; phone=下单用户手机; name=下单用户昵称; ordered_at=订单创建时间; paid_at=支付成功时间; status=订单状态; paid_amount=买家实付; unit_price=商品售价; quantity=数量; product=商品名称; sku=商品ID"),
    an_export("小红书类 订单", "orders", """
        笔记ID|订单编号|买家ID|买家昵称|下单时间|付款时间|订单状态|商品总价|运费|优惠券|订单应付|实际支付|售后状态
        n1|P7001|r001|小红|2026-02-01 10:00:00|2026-02-01 10:00:10|已完成|128.00|0|8.00|120.00|120.00|无
        n2|P7002|r002|小绿|2026-02-02 10:00:00|2026-02-02 10:00:10|已完成|88.00|0|0.00|88.00|88.00|无
        """, "order_id=订单编号; member_id=买家ID; name=买家昵称; ordered_at=下单时间; paid_at=付款时间; status=订单状态; refund_status=售后状态; paid_amount=实际支付"),
    an_export("小程序商城 流水", "orders", """
        下单账号|订单流水|下单日期|实收款(元)|优惠总额(元)|应收款(元)|所属网点|会员等级
        13800000001|L001|2026/2/1|88|12|100|一店|金卡
        13800000002|L002|2026/2/2|50|0|50|一店|银卡
        """, "order_id=订单流水; phone=下单账号; ordered_at=下单日期; paid_amount=实收款(元); store=所属网点"),
    an_export("支付平台 交易", "orders", """
        交易单号|商户单号|交易时间|交易类型|用户标识|商品名称|订单金额|实收金额|手续费|退款金额
        42000001|M001|2026-02-01 10:00:00|JSAPI|oAbc001|茶|100.00|99.40|0.60|0.00
        42000002|M002|2026-02-01 11:00:00|JSAPI|oAbc002|茶|50.00|49.70|0.30|0.00
        """, "order_id=交易单号; member_id=用户标识; ordered_at=交易时间; paid_amount=实收金额; refunded_amount=退款金额; product=商品名称"),
    an_export("美业 消费记录", "orders", """
        消费时间|会员名|会员手机|消费项目|项目原价|实付卡金|实付现金|合计实付|服务技师|门店
        2026-02-01 10:00|张三|13800000001|洗剪吹|98|68|0|68|Tony|一店
        2026-02-02 10:00|李四|13800000002|烫发|398|0|298|298|Kevin|一店
        """, "phone=会员手机; account=会员名; ordered_at=消费时间; paid_amount=合计实付; product=消费项目; owner=服务技师; store=门店"),
    an_export("餐饮 账单", "orders", """
        桌号|开台时间|结账时间|人数|账单流水号|会员电话|消费金额|折扣额|抹零|实收金额|收银员
        A1|2026-02-01 11:00|2026-02-01 12:10|3|B001|13800000001|320.00|20.00|0.50|299.50|小王
        A2|2026-02-01 11:30|2026-02-01 12:40|2|B002||128.00|0|0|128.00|小王
        """, "order_id=账单流水号; phone=会员电话; ordered_at=结账时间; paid_amount=实收金额; owner=收银员"),
    an_export("WooCommerce export plugin", "orders", """
        Order Number|Order Status|Order Date|Paid Date|First Name (Billing)|Last Name (Billing)|Email (Billing)|Phone (Billing)|Payment Method Title|Cart Discount Amount|Order Subtotal Amount|Order Total Amount|Order Total Tax Amount|SKU|Item #|Item Name|Quantity|Item Cost
        1001|completed|2026-02-01 10:00|2026-02-01 10:01|Ann|Lee|a@b.com|5551230001|Stripe|5.00|45.00|48.00|3.00|T1|1|Tea|1|45.00
        1002|processing|2026-02-02 10:00|2026-02-02 10:01|Bob|Ray|b@c.com|5551230002|Stripe|0|20.00|21.00|1.00|T2|1|Cup|1|20.00
        """, "order_id=Order Number; phone=Phone (Billing); account=Email (Billing); ordered_at=Order Date; paid_at=Paid Date; status=Order Status; paid_amount=Order Total Amount; quantity=Quantity; product=Item Name; sku=SKU"),
    an_export("Magento grid", "orders", """
        entity_id|increment_id|created_at|status|customer_email|customer_firstname|customer_lastname|base_subtotal|subtotal|base_grand_total|grand_total|total_paid|total_refunded|store_name
        1|000000101|2026-02-01 10:00:00|complete|a@b.com|Ann|Lee|45.0000|45.0000|48.0000|48.0000|48.0000|0.0000|Main Store
        2|000000102|2026-02-02 10:00:00|processing|b@c.com|Bob|Ray|20.0000|20.0000|21.0000|21.0000|21.0000|0.0000|Main Store
        """, "order_id=increment_id; account=customer_email; ordered_at=created_at; status=status; paid_amount=total_paid; refunded_amount=total_refunded; store=store_name"),
    an_export("Square transactions", "orders", """
        Date|Time|Time Zone|Gross Sales|Discounts|Net Sales|Gift Card Sales|Tax|Tip|Partial Refunds|Total Collected|Source|Card|Card Entry Methods|Cash|Transaction ID|Payment ID|Device Name|Staff Name|Details|Event Type|Location|Customer ID|Customer Name
        2026-02-01|10:12:13|Eastern|$12.00|-$2.00|$10.00|$0.00|$0.80|$1.00|$0.00|$11.80|Register|$11.80|Tap|$0.00|tx1|p1|Till|Sam|link|Payment|Main St|C1|Ann Lee
        2026-02-02|11:12:13|Eastern|$6.00|$0.00|$6.00|$0.00|$0.48|$0.00|$0.00|$6.48|Register|$6.48|Tap|$0.00|tx2|p2|Till|Sam|link|Payment|Main St|C2|Bob Ray
        """, "order_id=Transaction ID; member_id=Customer ID; name=Customer Name; ordered_at=Date; paid_amount=Total Collected; owner=Staff Name; store=Location; source_channel=Source"),
    an_export("Lightspeed sales", "orders", """
        Receipt number|Sale date|Customer|Customer code|Customer phone|Register|User|Subtotal|Sales tax|Total|Paid|Status|Line items
        LS-1|2026-02-01T10:00:00Z|Ann Lee|ANN-1|5551230001|R1|Sam|45.00|3.00|48.00|48.00|Closed|Tea
        LS-2|2026-02-02T10:00:00Z|Bob Ray|BOB-2|5551230002|R1|Sam|20.00|1.00|21.00|21.00|Closed|Cup
        """, "order_id=Receipt number; member_id=Customer code; phone=Customer phone; name=Customer; ordered_at=Sale date; status=Status; paid_amount=Paid"),
    an_export("Lightspeed lines", "orders", """
        SaleID|CompleteTime|CustomerID|CustomerName|EmployeeName|ShopName|ItemDescription|Qty|UnitPrice|Discount|LineSubtotal|LineTotal|Cost
        501|2026-02-01 10:00:00|C1|Ann|Sam|Main|Tea|2|10.00|1.00|20.00|19.00|8.00
        501|2026-02-01 10:00:00|C1|Ann|Sam|Main|Cup|1|5.00|0.00|5.00|5.00|2.00
        502|2026-02-02 10:00:00|C2|Bob|Sam|Main|Tea|1|10.00|0.00|10.00|10.00|4.00
        """, "order_id=SaleID; member_id=CustomerID; name=CustomerName; ordered_at=CompleteTime; paid_amount=LineTotal; unit_price=UnitPrice; quantity=Qty; product=ItemDescription; owner=EmployeeName; store=ShopName"),
    an_export("接龙 团购", "orders", """
        订单号|商品|规格|单价（元）|件数|小计（元）|订单优惠（元）|订单实付（元）|买家微信昵称|买家手机|下单时间|订单状态
        D001|茶|罐|50|2|100|10|120|小鹿|13800000001|2026-02-01 10:00|已完成
        D001|杯|个|30|1|30|10|120|小鹿|13800000001|2026-02-01 10:00|已完成
        D002|茶|罐|50|1|50|0|50|阿木|13800000002|2026-02-02 10:00|已完成
        """, "order_id=订单号; phone=买家手机; name=买家微信昵称; ordered_at=下单时间; status=订单状态; paid_amount=订单实付（元）; unit_price=单价（元）; quantity=件数; product=商品"),
    an_export("社区 团长", "orders", """
        团长|接龙编号|跟团号|昵称|联系电话|商品|数量|商品金额|订单总金额|支付时间|订单状态|收货人电话
        王团|J1|1|小鹿|13800000001|苹果|2|40.00|40.00|2026-02-01 10:00|已完成|13900000001
        王团|J1|2|阿木|13800000002|苹果|1|20.00|20.00|2026-02-01 11:00|已完成|13900000002
        """, "phone=联系电话; receiver_phone=收货人电话; name=昵称; paid_at=支付时间; status=订单状态; paid_amount=订单总金额; quantity=数量; product=商品"),
    an_export("美业 会员", "members", """
        会员编号|会员姓名|手机|性别|出生日期|办卡日期|卡类型|卡余额|可用积分|累计充值|累计消费|消费次数|最近到店|推荐人
        K001|张三|13800000001|女|1990-01-01|2024-01-01|金卡|100|50|1000|900|12|2026-01-20|
        K002|李四|13800000002|男|1985-01-01|2024-02-01|银卡|0|10|0|200|3|2026-01-10|K001
        """, "member_id=会员编号; phone=手机; name=会员姓名; became_member_on=办卡日期; points=可用积分; gender=性别; birthday=出生日期; inviter_id=推荐人; last_event_on=最近到店; total_order_count=消费次数; total_net_sales=累计消费"),
    an_export("商城 用户", "members", """
        用户ID|注册手机|昵称|注册时间|最后登录|会员等级|成长值|累计订单|累计实付|标签
        1001|13800000001|小鹿|2025-01-01 10:00|2026-02-01 09:00|V2|200|6|888.00|高价值
        1002|13800000002|阿木|2025-02-01 10:00|2026-01-01 09:00|V1|20|1|88.00|新客
        """, "member_id=用户ID; phone=注册手机; nickname=昵称; registered_on=注册时间; level=会员等级; tags=标签; last_event_on=最后登录; total_order_count=累计订单; total_net_sales=累计实付"),
    an_export("ECShop", "orders", """
        order_sn|user_id|add_time|pay_time|order_status|goods_amount|shipping_fee|discount|order_amount|money_paid|mobile|consignee
        20260201001|1|2026-02-01 10:00:00|2026-02-01 10:01:00|已完成|100.00|10.00|5.00|0.00|105.00|13800000001|张三
        20260202001|2|2026-02-02 10:00:00|2026-02-02 10:01:00|已完成|50.00|0.00|0.00|0.00|50.00|13800000002|李四
        """, "order_id=order_sn; member_id=user_id; phone=mobile; ordered_at=add_time; paid_at=pay_time; status=order_status; paid_amount=money_paid"),
    an_export("淘宝 API", "orders", """
        tid|created|pay_time|buyer_nick|receiver_mobile|payment|total_fee|post_fee|status|seller_memo
        31001|2026-02-01 10:00:00|2026-02-01 10:01:00|tb甲|13800000001|95.00|100.00|0.00|TRADE_FINISHED|
        31002|2026-02-02 10:00:00|2026-02-02 10:01:00|tb乙|13800000002|50.00|50.00|0.00|WAIT_SELLER_SEND_GOODS|
        """, "order_id=tid; account=buyer_nick; receiver_phone=receiver_mobile; ordered_at=created; paid_at=pay_time; status=status; paid_amount=payment"),
    an_export("till invoices", "orders", """
        invoice_no|txn_date|loyalty_card|branch|gross_amount|discount_amount|net_amount|vat|cashier
        I1|01/02/2026|L001|East|100.00|5.00|95.00|4.75|Sam
        I2|13/02/2026|L002|East|60.00|0.00|60.00|3.00|Sam
        """, "order_id=invoice_no; member_id=loyalty_card; ordered_at=txn_date; paid_amount=net_amount; owner=cashier; store=branch"),
    an_export("warehouse facts", "orders", """
        Customer Key|Order Key|Order Date Key|Quantity|Unit Price|Sales Amount|Total Cost
        11001|SO1|20260201|1|100.00|100.00|60.00
        11002|SO2|20260202|2|50.00|100.00|60.00
        """, "order_id=Order Key; member_id=Customer Key; ordered_at=Order Date Key; paid_amount=Sales Amount; unit_price=Unit Price; quantity=Quantity"),
    an_export("百货 刷卡", "orders", """
        会员卡|刷卡时间|门店|商品分类|消费额|返积分
        V001|2026-02-01 10:00|一店|女装|300|3
        V002|2026-02-01 11:00|一店|男装|200|2
        """, "member_id=会员卡; ordered_at=刷卡时间; paid_amount=消费额; store=门店"),
    an_export("窗帘 台账", "orders", """
        编号|日期|客户名称|客户电话|产品|数量|单价|总价|已付|欠款
        1|2026-02-01|张三|13800000001|窗帘|2|100|200|150|50
        2|2026-02-03|李四|13800000002|窗帘|1|100|100|100|0
        """, "order_id=编号; phone=客户电话; name=客户名称; ordered_at=日期; paid_amount=已付; unit_price=单价; quantity=数量; product=产品"),
    an_export("多平台 ERP", "orders", """
        订单编号|平台|店铺|买家账号|拍单时间|付款时间|订单原价|平台补贴|商家优惠|买家应付|买家实付|平台佣金|商家净收
        E1|拼多多|旗舰店|pdd甲|2026-02-01 10:00|2026-02-01 10:01|100|5|10|85|85|3|82
        E2|拼多多|旗舰店|pdd乙|2026-02-02 10:00|2026-02-02 10:01|50|0|0|50|50|2|48
        """, "order_id=订单编号; account=买家账号; ordered_at=拍单时间; paid_at=付款时间; paid_amount=买家实付; store=店铺; source_channel=平台"),
    an_export("loyalty cents", "orders", """
        Transaction ID|Timestamp|Member ID|Points Earned|Amount Paid (cents)|Store ID|Channel
        T1|2026-02-01T10:00:00Z|M1|10|1050|S1|app
        T2|2026-02-02T10:00:00Z|M2|20|2050|S1|web
        """, "order_id=Transaction ID; member_id=Member ID; ordered_at=Timestamp; paid_amount=Amount Paid (cents); store=Store ID; source_channel=Channel"),
    an_export("台灣 沙龍", "orders", """
        預約編號|服務日期|會員電話|服務項目|設計師|定價|優惠|實收金額|付款方式
        R1|2026-02-01|0912345678|剪髮|Amy|600|100|500|現金
        R2|2026-02-02|0922345678|染髮|Amy|2000|0|2000|信用卡
        """, "phone=會員電話; ordered_at=服務日期; paid_amount=實收金額; product=服務項目"),
    an_export("培训 缴费", "orders", """
        学员姓名|联系电话|报名日期|课程|课时数|应缴学费|优惠|实缴学费|校区|课程顾问|收据号
        张三|13800000001|2026-02-01|钢琴|20|4000|400|3600|一校|小王|S1
        李四|13800000002|2026-02-02|吉他|10|2000|0|2000|一校|小王|S2
        """, "order_id=收据号; phone=联系电话; name=学员姓名; ordered_at=报名日期; paid_amount=实缴学费; product=课程; store=校区"),
    an_export("诊所", "orders", """
        单号|客户手机|项目|就诊日|实收
        Z1|13800000001|洗牙|2026-02-01|300
        Z2|13800000002|洗牙|2026-02-03|300
        """, "order_id=单号; phone=客户手机; paid_amount=实收; product=项目; ordered_at=就诊日"),
    an_export("本地生活 核销", "orders", """
        核销码|券名|核销时间|门店|用户手机|售卖金额|实付金额|商家应得
        88001|双人餐|2026-02-01 12:00:00|一店|13800000001|198|158|150
        88002|双人餐|2026-02-02 12:00:00|一店|13800000002|198|168|160
        """, "phone=用户手机; ordered_at=核销时间; paid_amount=实付金额; store=门店"),
    an_export("直播间", "orders", """
        直播间|订单号|主播|下单时间|用户昵称|用户uid|商品|成交金额|优惠|用户支付|状态
        一号|K1|小美|2026-02-01 20:00|鹿|u1|面膜|99|10|89|交易成功
        一号|K2|小美|2026-02-02 20:00|木|u2|面膜|99|0|99|交易成功
        """, "order_id=订单号; member_id=用户uid; name=用户昵称; ordered_at=下单时间; status=状态; paid_amount=用户支付; product=商品"),
    an_export("US shop", "orders", """
        Order|Placed|Customer ID|Merchandise Total|Shipping|Promo|Amount Charged|State
        1|2026-02-01|C1|100.00|5.00|-10.00|95.00|complete
        2|2026-02-02|C2|60.00|5.00|0.00|65.00|complete
        """, "order_id=Order; member_id=Customer ID; ordered_at=Placed; paid_amount=Amount Charged"),
    an_export("数据仓库", "orders", """
        order_no|buyer_id|pay_date|item_amt|coupon_amt|real_pay_amt|refund_amt|order_status
        O1|B1|2026-02-01|100|10|90|0|已完成
        O2|B2|2026-02-02|50|0|50|0|已完成
        """, "order_id=order_no; member_id=buyer_id; paid_at=pay_date; status=order_status; paid_amount=real_pay_amt; refunded_amount=refund_amt"),
    an_export("批发 出货", "orders", """
        出货单号|客户编码|客户简称|出货日期|品号|品名|数量|单价|未税金额|税额|含税金额
        C1|K1|甲店|2026-02-01|P1|茶|10|10.00|100.00|13.00|113.00
        C2|K2|乙店|2026-02-02|P1|茶|5|10.00|50.00|6.50|56.50
        """, "order_id=出货单号; member_id=客户编码; paid_amount=含税金额; unit_price=单价; quantity=数量; product=品名; sku=品号; ordered_at=出货日期"),
    an_export("服装 销售", "orders", """
        销售单号|制单日期|会员ID|吊牌总额|销售总额|实销总额|折扣率|导购|店铺
        X1|2026-02-01|M1|500|400|380|0.76|小王|一店
        X2|2026-02-02|M2|300|300|300|1|小李|一店
        """, "order_id=销售单号; member_id=会员ID; ordered_at=制单日期; paid_amount=实销总额; owner=导购; store=店铺"),
    an_export("event log", "orders", """
        account_id|event_ts|sku|units|unit_cost|revenue|store_no
        A1|2026-02-01T10:00:00Z|S1|2|5.00|30.00|7
        A1|2026-02-01T10:00:00Z|S2|1|4.00|12.00|7
        A2|2026-02-02T10:00:00Z|S1|1|5.00|15.00|8
        """, "account=account_id; paid_amount=revenue; quantity=units; sku=sku; store=store_no; ordered_at=event_ts"),
    an_export("储值 核销", "orders", """
        核销单号|会员卡号|消费日期|本金消费|赠金消费|消费合计|门店
        H1|K1|2026-02-01|80|20|100|一店
        H2|K2|2026-02-02|50|0|50|一店
        """, "order_id=核销单号; member_id=会员卡号; ordered_at=消费日期; paid_amount=消费合计; store=门店"),
    an_export("hand-made list", "orders", """
        ID|Customer|Email|Order date|Items|List total|Discount|You paid
        1|Ann Lee|a@b.com|2026-02-01|2|100.00|10.00|90.00
        2|Bob Ray|b@c.com|2026-02-02|1|50.00|0.00|50.00
        """, "order_id=ID; account=Email; name=Customer; ordered_at=Order date; paid_amount=You paid; product=Items"),
    an_export("salon", "orders", """
        Sale Date|Receipt|Client|Client ID|Service|Staff|Price|Discount|Tax|Total Paid
        2026-02-01|R1|Ann|C1|Cut|Sam|50.00|5.00|0|45.00
        2026-02-02|R2|Bob|C2|Cut|Sam|50.00|0.00|0|50.00
        """, "order_id=Receipt; member_id=Client ID; name=Client; ordered_at=Sale Date; paid_amount=Total Paid; unit_price=Price; owner=Staff"),
)  # fmt: skip
