"""The contracts: every table siyu reads or writes, its columns in order, and what they are called.

Header recognition reads ``aliases``, the cleaner reads ``kind``, the core reads ``SQL_TYPES``, workbooks
and the documentation read ``en`` and ``zh``, masks read ``is_personal``. Nothing else names a column twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["id", "text", "phone", "status", "date", "instant", "money", "count", "number", "rate", "flag"]

SQL_TYPES: dict[Kind, str] = {
    "id": "varchar",
    "text": "varchar",
    "phone": "varchar",
    "status": "varchar",
    "date": "date",
    "instant": "timestamp",
    "money": "decimal(18, 2)",
    "count": "bigint",
    "number": "double",
    "rate": "double",
    "flag": "boolean",
}


@dataclass(frozen=True)
class Column:
    """One column: its key for machines, its kind, its title in two languages, other names it goes by."""

    key: str
    kind: Kind
    en: str
    zh: str
    aliases: tuple[str, ...] = ()
    is_personal: bool = False
    note: str = ""

    @property
    def sql_type(self) -> str:
        """Return the column's type in the portable SQL: ``'decimal(18, 2)'`` for money."""
        return SQL_TYPES[self.kind]

    def title(self, lang: str) -> str:
        """Return the title a person reads: ``zh`` for Chinese, else ``en``."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True)
class Table:
    """One table: what one row of it is, and its columns in the order they are written."""

    name: str
    en: str
    zh: str
    row: str
    columns: tuple[Column, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the column keys in order."""
        return tuple(column.key for column in self.columns)

    def __getitem__(self, key: str) -> Column:
        """Return one column by its key; ``KeyError`` when the table has none of that name."""
        for column in self.columns:
            if column.key == key:
                return column
        raise KeyError(key)


def _split(names: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in names.split("|") if name.strip())


def _column(kind: Kind, key: str, en: str, zh: str, aliases: str = "", **more: object) -> Column:
    return Column(key, kind, en, zh, _split(aliases), **more)  # type: ignore[arg-type]


# What a member is known by beside the key; carried to every list under the same names.
ATTRIBUTES = (
    _column("date", "joined_on", "Joined on", "加入日期",
            "加入时间|加入日期|入会时间|入会日期|创建时间|建档时间|created at|join date|joined at|signup date"),
    _column("text", "joined_by", "Joined by", "加入方式", note="which of the joining dates joined_on was taken from"),
    _column("text", "level", "Level", "等级",
            "会员等级|客户等级|等级名称|会员级别|级别|会员卡|免费等级|vip等级|tier|membership level|loyalty tier"),
    _column("number", "points", "Points", "积分",
            "客户积分|会员积分|可用积分|当前积分|积分余额|剩余积分|loyalty points|points balance"),
    _column("text", "owner", "Owner", "归属员工",
            "导购|导购员|专属导购|归属导购|跟进人|所属员工|添加人|客户经理|员工|employee|sales rep|owner name"),
    _column("text", "store", "Store", "门店",
            "归属店铺|归属门店|所属门店|所属店铺|店铺|店铺名称|门店名称|成为会员店铺|开卡门店|shop|location|store name"),
    _column("text", "source_channel", "Source channel", "来源渠道",
            "来源|渠道|客户来源|会员来源|注册渠道|来源方式|获客渠道|销售渠道|channel|source|acquisition channel"),
    _column("text", "city", "City", "城市", "所在城市|市|微信地域|所属区域|地区|city name"),
    _column("text", "gender", "Gender", "性别", "客户性别|会员性别|sex"),
    _column("date", "birthday", "Birthday", "生日", "客户生日|会员生日|出生日期|date of birth|dob|birth date"),
    _column("text", "tags", "Tags", "标签", "客户标签|会员标签|用户标签|labels|customer tags"),
    _column("flag", "consent_sms", "Consent: SMS", "短信同意",
            "是否同意短信营销|短信授权|同意接收短信|Accepts SMS Marketing|sms consent"),
    _column("flag", "consent_wecom", "Consent: WeCom", "企微同意", "企微授权|同意企微联系|wecom consent"),
    _column("flag", "consent_ads", "Consent: ad platforms", "广告同意", "广告授权|同意广告投放|ads consent"),
    _column("flag", "opt_out_profiling", "Refuses profiling", "拒绝画像", "拒绝自动化决策|profiling opt out"),
)

MEMBERS = Table("members", "Members", "会员", "one row per member of the shop, buyer or not", (
    _column("id", "member_id", "Member ID", "会员编号",
            "会员ID|会员号|会员卡号|客户ID|客户编号|用户ID|用户编号|顾客ID|顾客编号|卡号|买家ID|member no|member number|"
            "customer id|customer no|user id|client id|buyer id|household_id|openid|unionid|external_userid"),
    _column("phone", "phone", "Phone", "手机号",
            "手机|手机号码|客户手机号|会员手机号|用户手机号|联系手机|联系电话|移动电话|电话|绑定手机|mobile|mobile phone|"
            "phone number|tel|telephone|cell", is_personal=True),
    _column("id", "account", "Buyer account", "买家账号",
            "买家会员名|会员名|会员昵称ID|旺旺|买家账号|下单帐号|下单账号|用户名|邮箱|email|e-mail|username",
            is_personal=True),
    _column("text", "name", "Name", "姓名",
            "客户姓名|会员姓名|客户名称|顾客姓名|真实姓名|用户姓名|full name|customer name|member name",
            is_personal=True),
    _column("text", "nickname", "Nickname", "昵称", "客户昵称|会员昵称|微信昵称|用户昵称|nick name", is_personal=True),
    _column("date", "became_customer_on", "Became a customer on", "成为客户日期", "成为客户时间|首次访问时间"),
    _column("date", "became_member_on", "Became a member on", "成为会员日期", "成为会员时间|开卡时间|开卡日期|领卡时间"),
    _column("date", "added_on", "Added as a friend on", "添加日期", "添加时间|加好友时间|加微时间|首次添加时间"),
    _column("date", "registered_on", "Registered on", "注册日期", "注册时间|registered at|registration date"),
    *ATTRIBUTES,
    _column("flag", "is_unfriended", "Unfriended", "好友流失", "是否删除好友|已删除好友|是否流失好友|unfriended"),
    _column("id", "inviter_id", "Inviter", "邀请人", "推荐人|推荐人ID|邀请人ID|上级会员|referrer|referred by|inviter"),
    _column("date", "last_event_on", "Last event on", "最近互动日期",
            "最近浏览时间|最近活跃时间|最近访问时间|最近登录时间|最后登录时间|last seen|last login|last active"),
    _column("count", "coupons_redeemed", "Coupons redeemed", "核销券数", "已使用优惠券数|核销优惠券数|优惠券核销数"),
    _column("count", "total_order_count", "Orders (as exported)", "累计消费次数",
            "消费次数|累计购买次数|购买次数|交易笔数|累计订单数|成交次数|total orders|orders count|number of orders"),
    _column("money", "total_net_sales", "Net sales (as exported)", "累计消费金额",
            "消费金额|累计消费|累计购买金额|交易总额|购买金额|成交金额|total spent|lifetime value|total sales"),
    _column("date", "total_last_order_on", "Last order (as exported)", "上次消费日期",
            "上次消费时间|最近消费时间|最后消费时间|最近购买时间|最近下单时间|最后购买时间|上次交易时间|last order date|"
            "last purchase date"),
))

CONTACTS = Table("contacts", "Contacts", "好友关系", "one row per member and employee who added them", (
    MEMBERS["member_id"], MEMBERS["phone"], MEMBERS["name"],
    _column("text", "owner", "Employee", "添加人", "添加人账号|跟进人|员工|employee|owner name"),
    _column("date", "added_on", "Added on", "添加日期", "添加时间|加好友时间|added at"),
    _column("date", "deleted_on", "Deleted on", "删除日期", "删除时间|流失时间|deleted at"),
    _column("text", "source_channel", "Source", "来源", "来源渠道|添加方式|source|channel"),
    _column("text", "tags", "Tags", "标签", "客户标签|labels"),
))

_ORDER_KEYS = (
    _column("id", "order_id", "Order no.", "订单号",
            "订单编号|主订单编号|订单ID|单号|交易号|交易编号|订单流水号|小票号|order id|order number|order no|order name|"
            "invoice|invoiceno|invoice no|transaction id|receipt no"),
    _column("id", "item_id", "Sub-order no.", "子订单号", "子订单编号|子单号|明细编号|line item id|sub order id"),
)
ORDERS = Table("orders", "Orders", "订单", "one row per order, or per item of an order (amount_scope says which)", (
    *_ORDER_KEYS,
    MEMBERS["member_id"],
    _column("phone", "phone", "Buyer phone", "买家手机号",
            "手机号|手机|手机号码|买家手机|会员手机号|客户手机号|下单手机号|用户手机号|phone number|mobile|customer phone",
            is_personal=True),
    MEMBERS["account"],
    _column("phone", "receiver_phone", "Receiver phone", "收货人手机号",
            "收货人手机号/提货人手机号|收件人手机号|收货手机|收货人电话|收件人电话|联系手机|联系电话|shipping phone",
            is_personal=True),
    _column("text", "name", "Buyer name", "买家姓名", "客户姓名|会员姓名|customer name|billing name", is_personal=True),
    _column("instant", "ordered_at", "Ordered at", "下单时间",
            "订单创建时间|创建时间|订单提交时间|下单日期|订单时间|订单日期|交易时间|消费时间|购买时间|日期|order date|"
            "created at|order time|invoicedate|invoice date|date|purchase date|transaction date"),
    _column("instant", "paid_at", "Paid at", "付款时间",
            "买家付款时间|订单付款时间|支付时间|支付完成时间|付款确认时间|订单成交时间|paid at|payment time|payment date"),
    _column("instant", "shipped_at", "Shipped at", "发货时间", "发货日期|shipped at|fulfilled at|ship date"),
    _column("instant", "completed_at", "Completed at", "完成时间",
            "交易成功时间|订单完成时间|确认收货时间|交易完成时间|completed at|delivered at"),
    _column("instant", "cancelled_at", "Cancelled at", "取消时间", "关闭时间|订单关闭时间|cancelled at|canceled at"),
    _column("instant", "refunded_at", "Refunded at", "退款时间", "退款完成时间|退款成功时间|refunded at|refund date"),
    _column("instant", "updated_at", "Updated at", "更新时间", "修改时间|最后更新时间|updated at|last modified"),
    _column("status", "status", "Status", "订单状态",
            "状态|交易状态|支付状态|order status|financial status|status"),
    _column("status", "refund_status", "Refund status", "退款状态", "订单退款状态|售后状态|refund status|after sales"),
    _column("money", "paid_amount", "Paid amount", "实付金额",
            "订单实付金额|买家实付金额|买家实际支付金额|用户实付金额|实际支付金额|实付款|实收金额|支付金额|付款金额|成交金额|"
            "消费金额|订单金额|订单总额|总金额|金额|amount paid|total paid|paid|amount|total|order total|sales|revenue|"
            "dollar_value|total price"),
    _column("money", "refunded_amount", "Refunded amount", "退款金额",
            "订单已退款金额|已退款金额|累计退款金额|退款总额|refunded amount|refund amount|refund"),
    _column("number", "unit_price", "Unit price", "单价", "商品单价|商品价格|京东价|成交单价|unit price|price|lineitem price"),
    _column("number", "quantity", "Quantity", "数量",
            "商品数量|购买数量|订购数量|商品数量(件)|件数|qty|quantity|lineitem quantity|units"),
    _column("text", "product", "Product", "商品",
            "商品名称|商品标题|宝贝标题|全部商品名称|选购商品|品名|product name|item|description|lineitem name|product title"),
    _column("id", "sku", "SKU", "商品编码", "商品ID|商品id|商家编码|货号|条码|stockcode|lineitem sku|product id|item code"),
    _column("text", "owner", "Sales employee", "销售导购", "导购|导购员|专属导购|收银员|employee|sales rep"),
    _column("text", "store", "Store", "门店", "归属店铺|归属门店|店铺名称|店铺|门店名称|下单网点|shop|location|store name"),
    _column("text", "source_channel", "Sales channel", "销售渠道", "渠道|订单来源|来源渠道|来源|channel|source"),
))

# What the core reads: the load's result, clean, one key per member, every date in the shop's own calendar.
ORDER_LINES = Table("order_lines", "Order lines", "订单行", "one row per line of an order, cleaned", (
    ORDERS["member_id"],
    ORDERS["order_id"],
    _column("date", "ordered_on", "Counted on", "计入日期", note="the paid date, else the order date"),
    _column("text", "status", "Status", "状态", note="unpaid, paid, shipped, completed, cancelled or refunded"),
    _column("flag", "is_delivered", "Shipped or completed", "已发货或完成",
            note="known to have been shipped or completed, whatever became of it"),
    ORDERS["paid_amount"],
    ORDERS["refunded_amount"],
    _column("date", "refunded_on", "Refunded on", "退款日期", note="empty: the refund counts on the order's own date"),
))

ORDER_ITEMS = Table("order_items", "Order items", "订单明细", "one row per item, where exports list items", (
    ORDERS["member_id"], ORDERS["order_id"], ORDERS["item_id"],
    ORDER_LINES["ordered_on"],
    ORDERS["product"], ORDERS["sku"], ORDERS["quantity"], ORDERS["unit_price"], ORDERS["paid_amount"],
))

REJECTS = Table("rejects", "Rejected rows", "未采用的数据", "one row per cell or row that could not be used", (
    _column("text", "file", "File", "文件"),
    _column("text", "sheet", "Sheet", "工作表"),
    _column("count", "row", "Row", "行号", note="the sheet's own row number, from 1; the line number of a text file"),
    _column("text", "column", "Column", "列"),
    _column("text", "value", "Value", "值", note="masked where it is personal"),
    _column("text", "reason", "Reason", "原因"),
    _column("text", "effect", "Effect", "处理", note="row: the row was left out; cell: the row was used without this cell"),
))

HISTORY = {
    "full": ("full", "完整"),
    "partial": ("partial", "部分"),
    "totals": ("totals only", "仅汇总"),
    "none": ("none", "无"),
}

FEATURES = Table("features", "Features", "会员特征", "one row per member, buyer or not", (
    MEMBERS["member_id"],
    MEMBERS["joined_on"],
    _column("date", "first_order_on", "First order on", "首单日期"),
    _column("date", "last_order_on", "Last order on", "末单日期"),
    _column("count", "days_since_last", "Days since last order", "距上次消费天数", note="as_of − last_order_on"),
    _column("count", "tenure_days", "Days since first order", "首单至今天数", note="as_of − first_order_on"),
    _column("count", "order_days", "Purchase days", "购买天数", note="distinct dates with a purchase"),
    _column("count", "order_count", "Orders", "订单数"),
    _column("money", "net_sales", "Net sales", "净消费额", note="paid − refunded"),
    _column("number", "average_order_value", "Average order value", "笔单价", note="net_sales / order_count"),
    _column("number", "median_gap_days", "Usual gap (days)", "购买间隔中位数(天)", note="empty under 2 purchase days"),
    _column("count", "orders_90d", "Orders, 90 days", "近90天订单数"),
    _column("count", "orders_365d", "Orders, 365 days", "近365天订单数"),
    _column("money", "net_sales_90d", "Net sales, 90 days", "近90天净消费额"),
    _column("money", "net_sales_365d", "Net sales, 365 days", "近365天净消费额"),
    _column("rate", "refund_rate", "Refund rate", "退款率", note="refunded / paid"),
    _column("count", "referred_count", "People referred", "推荐人数"),
    _column("flag", "is_referrer", "Referrer", "裂变", note="has at least one valid invitee"),
    _column("flag", "is_registered", "Registered", "已注册", note="found in a members export"),
    _column("flag", "is_unfriended", "Unfriended", "好友流失", note="every employee who added them was deleted"),
    _column("text", "history", "History", "数据来源", note="full, partial, totals or none"),
    _column("flag", "is_active", "Active since joining", "加入后有互动", note="points, a coupon redeemed, or any event"),
    _column("flag", "has_evidence", "Has bought", "有消费记录", note="purchases are known of, dated or not"),
))

# key: (English, Chinese), in the order they are shown.
STAGES = {
    "acquired": ("Acquired", "获取期"),
    "activated": ("Activated", "激活期"),
    "nurturing": ("Nurturing", "培养期"),
    "converted": ("Converted", "转化期"),
    "retained": ("Retained", "留存期"),
    "mature": ("Mature", "成熟期"),
    "declining": ("Declining", "衰退期"),
    "dormant": ("Dormant", "沉睡期"),
    "churned": ("Churned", "流失期"),
    "returned": ("Returned", "回流期"),
    "unknown": ("Unknown", "未知"),
}

# key: (recency, frequency, money as H or L), English, Chinese.
RFM_SEGMENTS = {
    "important_value": ("HHH", "Important: value", "重要价值客户"),
    "important_develop": ("HLH", "Important: develop", "重要发展客户"),
    "important_keep": ("LHH", "Important: keep", "重要保持客户"),
    "important_winback": ("LLH", "Important: win back", "重要挽留客户"),
    "general_value": ("HHL", "General: value", "一般价值客户"),
    "general_develop": ("HLL", "General: develop", "一般发展客户"),
    "general_keep": ("LHL", "General: keep", "一般保持客户"),
    "general_winback": ("LLL", "General: win back", "一般挽留客户"),
}

SEGMENTS = Table("segments", "Members by stage", "会员分层", "one row per member", (
    FEATURES["member_id"],
    _column("text", "stage", "Stage", "生命周期阶段"),
    _column("text", "rfm_segment", "RFM segment", "RFM 分群"),
    _column("count", "r_score", "R score", "R 分"),
    _column("count", "f_score", "F score", "F 分"),
    _column("count", "m_score", "M score", "M 分"),
    *(FEATURES[key] for key in (
        "days_since_last", "order_days", "order_count", "net_sales", "average_order_value", "median_gap_days",
        "first_order_on", "last_order_on", "orders_365d", "net_sales_365d", "refund_rate",
        "is_registered", "is_referrer", "is_unfriended", "history",
    )),
    _column("text", "custom_segments", "Own segments", "自定义分群", note="names from [segments], joined with ;"),
    _column("text", "stage_reason", "Why this stage", "分层原因"),
    *ATTRIBUTES,
))

STAGE_SUMMARY = Table("stages", "Stages", "生命周期阶段", "one row per stage", (
    SEGMENTS["stage"],
    _column("count", "members", "Members", "人数"),
    _column("rate", "member_share", "Share of members", "人数占比"),
    SEGMENTS["net_sales"],
    _column("rate", "sales_share", "Share of sales", "销售占比"),
))

RFM_SUMMARY = Table("rfm", "RFM segments", "RFM 分群", "one row per RFM segment", (
    SEGMENTS["rfm_segment"], *STAGE_SUMMARY.columns[1:],
))

# code: (English, Chinese). A skipped row follows a rule and is no fault; a rejected one needs the operator.
SKIP_RULES = {
    "blank_row": ("blank row", "空行"),
    "title_row": ("title or header row", "标题或表头行"),
    "units_row": ("units row", "单位行"),
    "total_row": ("total row", "合计行"),
    "no_member": ("no member (guest)", "无会员信息（游客）"),
    "unpaid": ("not paid", "未付款"),
    "cancelled": ("cancelled or closed", "已取消或关闭"),
    "after_as_of": ("after the as-of date", "晚于统计日"),
    "order_total_repeated": ("order total repeated per item", "订单金额在商品行重复"),
    "item_detail": ("item detail of an order counted elsewhere", "订单已计入，明细行"),
    "duplicate": ("same line in another file", "与其他文件重复"),
    "duplicate_file": ("same file given twice", "重复的文件"),
    "excluded": ("excluded by [exclude]", "按 [exclude] 排除"),
    "hidden_sheet": ("hidden sheet", "隐藏的工作表"),
    "unrecognised_sheet": ("sheet not recognised", "未识别的工作表"),
    "no_buyer_column": ("export names no buyer", "导出文件没有买家列"),
}

REJECT_REASONS = {
    "bad_date": ("not a date", "不是有效日期"),
    "ambiguous_date": ("day and month, or century, are ambiguous", "日月或年份有歧义"),
    "bad_money": ("not an amount", "不是有效金额"),
    "bad_number": ("not a number", "不是有效数字"),
    "bad_flag": ("not yes or no", "不是“是/否”"),
    "bad_phone": ("not a mobile number", "不是有效手机号"),
    "masked_phone": ("masked phone cannot be a key", "脱敏手机号不能识别会员"),
    "phone_digits_lost": ("Excel lost digits of this phone", "手机号被 Excel 丢失位数"),
    "id_digits_lost": ("Excel lost digits of this number", "编号被 Excel 丢失位数"),
    "unknown_status": ("unknown status word", "未知的状态"),
    "missing_date": ("no date", "缺少日期"),
    "missing_amount": ("no amount", "缺少金额"),
    "order_conflict": ("files disagree about this order", "多个文件对同一订单不一致"),
    "undecodable": ("bytes that are no text", "无法解码的字节"),
    "error_cell": ("formula error", "公式错误"),
    "formula_without_value": ("formula without a stored value", "公式没有缓存值"),
    "shared_phone": ("phone on more than 3 ids links nothing", "手机号对应超过 3 个会员，未关联"),
}

TABLES = {table.name: table for table in (
    MEMBERS, CONTACTS, ORDERS, ORDER_ITEMS, ORDER_LINES, REJECTS, FEATURES, SEGMENTS, STAGE_SUMMARY, RFM_SUMMARY,
)}

# Columns whose headers are recognised only to be left behind: they are never stored (PIPL art. 6).
DROPPED_HEADERS = _split(
    "身份证|身份证号|身份证号码|证件号|证件号码|详细地址|收货地址|详细收货地址|详细收货地址/提货地址|客户地址|地址|"
    "修改后的收货地址|id card|id number|address|address1|address2|street"
)
