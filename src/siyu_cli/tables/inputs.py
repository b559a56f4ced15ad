"""What siyu reads: the tables of exports, and the headers that are left behind."""

from __future__ import annotations

from siyu_cli.tables.column import Table, column, find_column, in_group, plain_word

# Which date made somebody a member, key: (English, Chinese).
JOINED_BY = {
    "became_customer_on": ("became a customer", "成为客户"),
    "became_member_on": ("became a member", "成为会员"),
    "added_on": ("added as a friend", "加好友"),
    "registered_on": ("registered", "注册"),
    "joined_on": ("joined", "加入"),
}

# What a member is known by beside the key; carried to every list under the same names.
ATTRIBUTES = in_group("attributes", (
    column("date", "joined_on", "Joined on", "加入日期"),
    column("text", "joined_by", "Joined by", "加入方式", labels=JOINED_BY, note="which of the joining dates joined_on was taken from"),
    column("text", "level", "Level", "等级"),
    column("number", "points", "Points", "积分"),
    column("text", "owner", "Owner", "归属员工"),
    column("text", "store", "Store", "门店"),
    column("text", "source_channel", "Source channel", "来源渠道"),
    column("text", "city", "City", "城市"),
    column("text", "gender", "Gender", "性别"),
    column("date", "birthday", "Birthday", "生日"),
    column("text", "tags", "Tags", "标签"),
    column("flag", "consent_sms", "Consent: SMS", "短信同意"),
    column("flag", "consent_wecom", "Consent: WeCom", "企微同意"),
    column("flag", "consent_ads", "Consent: ad platforms", "广告同意"),
    column("flag", "opt_out_profiling", "Refuses profiling", "拒绝画像"),
))

MEMBERS = Table("members", "Members", "会员", "one row per member of the shop, buyer or not", (
    column("id", "member_id", "Member ID", "会员编号"),
    column("phone", "phone", "Phone", "手机号"),
    column("id", "account", "Buyer account", "买家账号"),
    column("text", "name", "Name", "姓名"),
    column("text", "nickname", "Nickname", "昵称"),
    column("date", "became_customer_on", "Became a customer on", "成为客户日期"),
    column("date", "became_member_on", "Became a member on", "成为会员日期"),
    column("date", "added_on", "Added as a friend on", "添加日期"),
    column("date", "registered_on", "Registered on", "注册日期"),
    *ATTRIBUTES,
    column("flag", "is_unfriended", "Unfriended", "好友流失"),
    column("text", "first_campaign", "Came by campaign", "来源活动", note="the campaign that brought them, beside the source channel"),
    column("id", "inviter_id", "Inviter", "邀请人"),
    column("text", "own_codes", "Own invite codes", "本人邀请码"),
    column("id", "used_code", "Invite code used", "使用的邀请码"),
    column("date", "last_event_on", "Last event on", "最近互动日期"),
    column("count", "coupons_redeemed", "Coupons redeemed", "核销券数"),
    column("count", "total_order_count", "Orders (as exported)", "累计消费次数"),
    column("money", "total_net_sales", "Net sales (as exported)", "累计消费金额"),
    column("number", "growth", "Growth", "成长值", note="what the platform counts towards levels"),
    column("date", "level_valid_until", "Level valid until", "等级到期日期"),
    column("text", "paid_level", "Paid level", "付费等级", note="bought, no rule's doing; no, 否 and 无 are none"),
    column("date", "total_last_order_on", "Last order (as exported)", "上次消费日期"),
))

CONTACTS = Table("contacts", "Contacts", "好友关系", "one row per member and employee who added them", (
    MEMBERS["member_id"], MEMBERS["phone"], MEMBERS["name"],
    column("text", "owner", "Employee", "添加人"),
    column("date", "added_on", "Added on", "添加日期"),
    column("date", "deleted_on", "Deleted on", "删除日期"),
    column("text", "source_channel", "Source", "来源"),
    column("text", "tags", "Tags", "标签"),
))

REFERRALS = Table("referrals", "Invites", "邀请记录", "one row per invite: who invited whom, when, for what reward", (
    column("id", "inviter_id", "Inviter", "邀请人"),
    column("phone", "inviter_phone", "Inviter's phone", "邀请人手机号"),
    column("text", "inviter_name", "Inviter's name", "邀请人姓名", note="a key only where neither an id nor a phone names the inviter"),
    column("id", "invitee_id", "Invitee", "被邀请人"),
    column("phone", "invitee_phone", "Invitee's phone", "被邀请人手机号"),
    column("text", "invitee_name", "Invitee's name", "被邀请人姓名", note="as the inviter's"),
    column("id", "used_code", "Invite code used", "使用的邀请码"),
    column("date", "invited_on", "Invited on", "邀请日期"),
    column("date", "joined_on", "Joined on", "加入日期"),
    column("text", "campaign", "Campaign", "活动"),
    column("text", "variant", "Variant", "版本"),
    column("text", "referral_source", "Source (KOL)", "裂变来源"),
    column("text", "source_channel", "Channel", "渠道"),
    column("money", "reward_amount", "Reward", "奖励金额"),
    column("count", "reward_level", "Reward level", "奖励层级"),
    column("money", "entry_fee", "Entry fee", "加入费用"),
    column("text", "device", "Device", "设备"),
    column("text", "address", "Address", "地址",
            note="read only to tell that it is shared: a fingerprint of it is kept"),
    column("text", "payment", "Payment account", "支付账户", note="as address"),
))

POINTS_LOG = Table("points_log", "Points log", "积分明细", "one row per movement of a member's points", (
    MEMBERS["member_id"], MEMBERS["phone"], MEMBERS["account"], MEMBERS["name"],
    column("id", "log_id", "Movement no.", "积分流水号", note="the same number twice is one movement"),
    column("instant", "changed_at", "Changed at", "变动时间"),
    column("number", "change", "Points changed", "变动积分",
            note="its sign, or the direction beside it, says whether points were earned or spent"),
    column("status", "direction", "Up or down", "增减方向", note="increase, decrease or freeze, in the export's own words"),
    column("text", "scene", "Reason", "变动原因", note="in the export's own words: it tells refunds, adjustments, expiry and freezing"),
    column("number", "balance_after", "Balance after", "变动后积分"),
    column("date", "expires_on", "Expires on", "失效日期", note="the last day on which these points count; later than 2199 is never"),
    column("id", "order_id", "Order no.", "关联订单号"),
))

LEVEL_LOG = Table("level_log", "Level log", "等级变更记录", "one row per change of a member's level", (
    MEMBERS["member_id"], MEMBERS["phone"], MEMBERS["account"], MEMBERS["name"],
    column("instant", "changed_on", "Changed on", "变更日期"),
    column("text", "level_from", "Level before", "变更前等级"),
    column("text", "level_to", "Level after", "变更后等级"),
    column("text", "reason", "Reason", "变更原因", note="in the export's own words: it tells what was done by hand and what was paid for"),
    column("date", "valid_until", "Valid until", "等级有效期至"),
))

COSTS = Table("costs", "Costs", "费用", "one row per cost: of a channel, campaign, partner, store or employee in a month", (
    column("month", "spent_on", "Month", "月份"),
    column("text", "source_channel", "Source channel", "来源渠道"),
    column("text", "campaign", "Campaign", "活动"),
    column("text", "partner", "Partner", "合作方"),
    column("text", "store", "Store", "门店"),
    column("text", "owner", "Employee", "员工"),
    column("text", "item", "Item", "费用项目"),
    column("money", "amount", "Amount", "金额"),
    column("money", "advertising_cost", "Advertising", "广告费"),
    column("money", "promotion_cost", "Promotion", "推广费"),
    column("money", "staff_cost", "Staff", "人工费"),
    column("money", "reward_cost", "Rewards", "奖励费"),
    column("money", "contact_cost", "Contact", "触达费"),
))

# What a row of events is, key: (English, Chinese). What nobody knows is an event all the same.
EVENT_KINDS = {
    "checkin": ("check-in", "签到"),
    "post": ("post in a group", "社群发言"),
    "live": ("live stream watched", "直播观看"),
    "signup": ("signed up for an activity", "活动报名"),
    "browse": ("page or item viewed", "浏览"),
    "cart": ("put into the cart", "加购"),
    "coupon_issued": ("coupon issued", "发券"),
    "coupon_claimed": ("coupon claimed", "领券"),
    "coupon_redeemed": ("coupon redeemed", "核销"),
    "complaint": ("complaint", "投诉"),
    "contact": ("contacted by the shop", "触达"),
    "other": ("other", "其他"),
}

EVENTS = Table("events", "Events", "互动记录", "one row per thing that a member did, or that was done for them", (
    MEMBERS["member_id"], MEMBERS["phone"], MEMBERS["account"],
    column("instant", "happened_at", "Happened at", "发生时间"),
    column("status", "event", "Event", "事件", note="in the export's own words"),
    column("text", "title", "What it was about", "内容", note="the activity, live stream, item or coupon, by name"),
    column("text", "campaign", "Campaign", "活动"),
    column("text", "source_channel", "Channel", "渠道"),
    column("text", "owner", "Employee", "员工"),
    column("text", "store", "Store", "门店"),
    column("id", "order_id", "Order no.", "订单号"),
    column("money", "amount", "Amount", "金额"),
    column("text", "assigned_arm", "Assigned arm", "分组", note="the arm of a trial that the member was drawn into"),
))

_ORDER_KEYS = (
    column("id", "order_id", "Order no.", "订单号"),
    column("id", "item_id", "Sub-order no.", "子订单号"),
    column("id", "parent_id", "Belongs to order", "所属主订单号",
            note="the order that a sub-order is a part of: both count once"),
    column("id", "original_order_id", "Original order", "原订单号",
            note="the order that a return, an exchange or a balance belongs to"),
    column("id", "payment_id", "Payment no.", "支付单号",
            note="orders that were paid together may each have the whole payment's amount: it is divided among them"),
    column("id", "return_id", "Return no.", "退货单号",
            note="a sheet in which every row has one is a list of returns, unless it says when orders were paid and how much"),
)

ORDERS = Table("orders", "Orders", "订单", "one row per order, or per item of an order (amount_scope says which)", (
    *_ORDER_KEYS,
    MEMBERS["member_id"],
    column("phone", "phone", "Buyer phone", "买家手机号"),
    MEMBERS["account"],
    column("phone", "receiver_phone", "Receiver phone", "收货人手机号"),
    column("text", "name", "Buyer name", "买家姓名"),
    column("instant", "ordered_at", "Ordered at", "下单时间"),
    column("instant", "paid_at", "Paid at", "付款时间"),
    column("instant", "shipped_at", "Shipped at", "发货时间"),
    column("instant", "completed_at", "Completed at", "完成时间"),
    column("instant", "cancelled_at", "Cancelled at", "取消时间"),
    column("instant", "refunded_at", "Refunded at", "退款时间"),
    column("instant", "updated_at", "Updated at", "更新时间"),
    column("status", "status", "Status", "订单状态"),
    column("status", "refund_status", "Refund status", "退款状态"),
    column("status", "kind", "Kind of row", "单据类型",
            note="sale, return, top-up, deposit, balance, exchange or gift, in the export's own words"),
    column("status", "line_kind", "Kind of line", "明细类型",
            note="gift or part of a combo, in the export's own words: its list price was not paid"),
    column("status", "is_return", "Is a return", "是否退货",
            note="yes or no, or a word for a return: of an order that came back, or of a row that takes one back"),
    column("status", "is_void", "Is void", "是否作废",
            note="yes or no: what is void is no purchase"),
    column("status", "is_cancelled", "Is cancelled", "是否取消",
            note="yes or no: what was cancelled is no purchase"),
    column("status", "is_valid", "Is valid", "是否有效",
            note="yes or no: what is not valid is no purchase"),
    column("status", "is_paid", "Is paid", "是否支付",
            note="yes or no: what is not paid is no purchase"),
    column("status", "direction", "Money in or out", "收支方向",
            note="in or out: what went out was given back"),
    column("status", "currency", "Currency", "币种",
            note="amounts of two currencies are never added: see shop.currency"),
    column("money", "stored_value_amount", "Paid from stored value", "储值支付金额",
            note="what was topped up before counts when it is spent: beside the paid amount where that leaves it out"),
    column("money", "paid_amount", "Paid amount", "实付金额"),
    column("money", "change_amount", "Change given", "找零",
            note="taken from the paid amount where that is the money handed over"),
    column("money", "refunded_amount", "Refunded amount", "退款金额"),
    column("number", "unit_price", "Unit price", "单价"),
    column("text", "discount", "Discount", "折扣", note="taken off unit price × quantity where nothing says what was paid"),
    column("number", "quantity", "Quantity", "数量"),
    column("number", "returned_quantity", "Returned quantity", "退货数量",
            note="of an item without a refunded amount this share of what was paid was given back"),
    column("text", "product", "Product", "商品"),
    column("id", "sku", "SKU", "商品编码"),
    column("text", "category", "Category", "商品类目"),
    column("text", "owner", "Sales employee", "销售导购"),
    column("text", "store", "Store", "门店"),
    column("text", "source_channel", "Sales channel", "销售渠道"),
))

# What an operator may give siyu, in any file.
INPUTS = {table.name: table for table in (MEMBERS, CONTACTS, REFERRALS, POINTS_LOG, LEVEL_LOG, COSTS, EVENTS, ORDERS)}


def find_input(name: str) -> str | None:
    """Return ``orders.member_id`` for that name or for the titles of its table and column, ``订单.会员编号``.

    >>> find_input("订单.会员编号"), find_input("Orders.Paid amount"), find_input("orders.nothing")
    ('orders.member_id', 'orders.paid_amount', None)
    """
    table_name, _dot, word = name.replace("．", ".").partition(".")
    for table in INPUTS.values():
        if plain_word(table_name) in map(plain_word, (table.name, table.en, table.zh)):
            column = find_column(table.columns, word)
            return f"{table.name}.{column.key}" if column else None
    return None
