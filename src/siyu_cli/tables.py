"""The contracts: every table siyu reads or writes, its columns in order, and what they are called.

Header recognition reads ``aliases``, the cleaner reads ``kind``, the core reads ``SQL_TYPES``, workbooks
and the documentation read ``en`` and ``zh``, masks read ``mask``. Nothing else names a column twice.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "id", "text", "phone", "status", "date", "month", "instant", "money", "count", "number", "rate", "flag"
]  # fmt: skip

# What a row of orders is.
RowKind = Literal["sale", "return", "topup", "deposit", "balance", "exchange", "gift", "cancelled", "no_sale"]

SQL_TYPES: dict[Kind, str] = {
    "id": "varchar",
    "text": "varchar",
    "phone": "varchar",
    "status": "varchar",
    "date": "date",
    "month": "date",
    "instant": "timestamp",
    "money": "decimal(18, 2)",
    "count": "bigint",
    "number": "double",
    "rate": "double",
    "flag": "boolean",
}

# How a column is shown unless somebody asked to see personal data: a member's key (distinct within the shop), a phone,
# a name, an account, a text about a person, a word of a list (a level, a city), where somebody works or belongs,
# a number that may be made of a phone.
Mask = Literal["key", "phone", "name", "account", "text", "word", "place", "number"]
MASKS: dict[str, Mask] = {
    **dict.fromkeys(("member_id", "inviter_id", "invitee_id"), "key"),
    **dict.fromkeys(("phone", "receiver_phone", "inviter_phone", "invitee_phone"), "phone"),
    **dict.fromkeys(("name", "nickname", "inviter_name", "invitee_name", "address"), "name"),
    **dict.fromkeys(("account", "payment"), "account"),
    **dict.fromkeys(
        ("tags", "source_channel", "campaign", "variant", "referral_source", "used_code",
         "own_codes", "status", "refund_status", "item"), "text",
    ),
    **dict.fromkeys(("level", "city", "gender"), "word"),
    **dict.fromkeys(("order_id", "item_id", "parent_id", "original_order_id", "return_id"), "number"),
    **dict.fromkeys(("owner", "store", "file", "sheet", "column"), "place"),
}  # fmt: skip


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

    @property
    def mask(self) -> Mask | None:
        """Return how the column is masked, None where nothing in it can be personal; see ``siyu_cli.masks``."""
        return MASKS.get(self.key)

    def title(self, lang: str) -> str:
        """Return the title a person reads: ``zh`` for Chinese, else ``en``."""
        return self.zh if lang == "zh" else self.en

    def named(self, lang: str) -> str:
        """Return what the column is called where a person has to choose one: ``net_sales``, 净消费额（net_sales）."""
        return f"{self.zh}（{self.key}）" if lang == "zh" else self.key


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


def plain_word(text: str) -> str:
    """Return the letters and digits of a word: width, case, spaces and marks make no other word of it.

    >>> plain_word("Net sales") == plain_word("net_sales") == plain_word("ＮＥＴ  Sales")
    True
    """
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).casefold() if sign.isalnum())


def find_column(columns: Iterable[Column], word: str, *, titles_only: bool = False) -> Column | None:
    """Return the column that a word names: by its key, its title in either language, or an alias no other has.

    >>> find_column(SEGMENTS.columns, "净消费额").key
    'net_sales'
    """
    wanted, known = plain_word(word), list(columns)
    for column in known:
        if wanted and wanted in map(plain_word, (column.key, column.en, column.zh)):
            return column
    if titles_only:
        return None
    found = [column for column in known if wanted and wanted in map(plain_word, column.aliases)]
    return found[0] if len(found) == 1 else None


def find_label(labels: Mapping[str, Iterable[str]], word: str) -> str | None:
    """Return the key that a word names: itself, or what people read for it in either language.

    >>> find_label(STAGES, "沉睡期"), find_label(STAGES, " Dormant "), find_label(STAGES, "dorment")
    ('dormant', 'dormant', None)
    """
    wanted = plain_word(word)
    for key, words in labels.items():
        if wanted in map(plain_word, (key, *words)):
            return key
    return None


def _split(names: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in names.split("|") if name.strip())


def _column(kind: Kind, key: str, en: str, zh: str, aliases: str = "", **more: object) -> Column:
    return Column(key, kind, en, zh, _split(aliases), **more)  # type: ignore[arg-type]


# What a member is known by beside the key; carried to every list under the same names.
ATTRIBUTES = (
    _column("date", "joined_on", "Joined on", "加入日期",
            "入会时间|入会日期|加入时间|会员加入时间|会员入会时间|入店时间|建档时间|建档日期|建卡时间|"
            "发卡时间|发卡日期|会员创建时间|客户创建时间|创建时间|创建日期|录入时间|登记时间|登记日期|"
            "join date|joined at|joined|date joined|customer since|member since|account created in|"
            "created at|created date|date created|creation date|created on|date added|signup date|"
            "enrollment date|日期"),
    _column("text", "joined_by", "Joined by", "加入方式", note="which of the joining dates joined_on was taken from"),
    _column("text", "level", "Level", "等级",
            "会员等级|客户等级|会员等级名称|等级名称|会员级别|客户级别|vip等级|vip级别|当前等级|用户等级|"
            "级别|卡级别|卡等级|会员卡等级|会员卡类型|会员卡类别|会员卡名称|会员类型|会员卡|免费等级|"
            "会员身份|tier|membership level|membership tier|loyalty tier|loyalty level|vip level|"
            "customer group|member type"),
    _column("number", "points", "Points", "积分",
            "可用积分|当前可用积分|当前积分|剩余积分|积分余额|可用积分余额|会员积分|客户积分|用户积分|"
            "红利积分|现有积分|points balance|available points|current points|loyalty points|"
            "reward points|store points|点数|会员点数"),
    _column("text", "owner", "Owner", "归属员工",
            "专属导购|归属导购|所属导购|服务导购|绑定导购|管理导购|导购|导购员|导购姓名|归属员工姓名|"
            "所属员工|跟进员工|添加员工|专属客服|所属客服|专属顾问|顾问|跟进人|跟进人员|添加人|"
            "好友归属员工|客户经理|负责人|业务员|销售员|员工|员工姓名|employee|sales rep|"
            "sales representative|salesperson|account owner|assigned to|contact owner|owner name|staff"),
    _column("text", "store", "Store", "门店",
            "归属门店|归属店铺|所属门店|所属店铺|所在店铺|所在门店|服务门店|管理门店|会员门店|专属门店|"
            "入会门店|开卡门店|开卡店铺|开卡店仓|办卡门店|发卡门店|注册门店|创建门店|建档门店|"
            "成为会员店铺|门店名称|店铺名称|店铺|分店|网点|home store|preferred store|store name|shop|"
            "location|branch|outlet|web site"),
    _column("text", "source_channel", "Source channel", "来源渠道",
            "客户来源|会员来源|用户来源|顾客来源|粉丝来源|会员来源渠道|客户来源渠道|注册来源|注册渠道|"
            "入会渠道|入会来源|开卡渠道|获客渠道|获客来源|拉新渠道|首次来源|来源|渠道|来源名称|来源方式|"
            "添加来源|添加渠道|销售渠道|channel|source|acquisition channel|lead source|creation source|"
            "signup source|registration source|utm source"),
    _column("text", "city", "City", "城市",
            "所在城市|城市名称|客户城市|会员城市|常住城市|地级市|所在市|市|微信地域|所在地区|所在地|"
            "所属区域|省市|省市区|地区|city name|town|billing city|default address city"),
    _column("text", "gender", "Gender", "性别",
            "客户性别|会员性别|用户性别|sex"),
    _column("date", "birthday", "Birthday", "生日",
            "客户生日|会员生日|用户生日|出生日期|出生年月|出生年月日|生日日期|公历生日|阳历生日|"
            "date of birth|dob|birth date"),
    _column("text", "tags", "Tags", "标签",
            "客户标签|会员标签|用户标签|顾客标签|粉丝标签|企业标签|企业微信标签|企微标签|标签名称|"
            "手动标签|个人标签|tag|labels|customer tags"),
    _column("flag", "consent_sms", "Consent: SMS", "短信同意",
            "是否同意短信营销|短信授权|同意接收短信|接收短信|是否接收短信|短信订阅|短信营销授权|"
            "accepts sms marketing|sms consent|sms marketing|sms opt in|sms subscription status"),
    _column("flag", "consent_wecom", "Consent: WeCom", "企微同意",
            "企微授权|同意企微联系|企微触达同意|同意企微触达|wecom consent"),
    _column("flag", "consent_ads", "Consent: ad platforms", "广告同意", "广告授权|同意广告投放|ads consent"),
    _column("flag", "opt_out_profiling", "Refuses profiling", "拒绝画像", "拒绝自动化决策|profiling opt out"),
)

MEMBERS = Table("members", "Members", "会员", "one row per member of the shop, buyer or not", (
    _column("id", "member_id", "Member ID", "会员编号",
            "会员ID|会员号|会员号码|会员编码|会员代码|会员卡号|会员卡编号|会员卡ID|会员账号|vip号|vip卡号|"
            "贵宾卡号|卡号|实体卡号|电子卡号|客户ID|客户编号|客户编码|客户号|客户代码|顾客ID|顾客编号|"
            "顾客编码|顾客号|用户ID|用户编号|用户编码|用户号|用户UID|买家ID|买家编号|买家UID|买家用户ID|"
            "粉丝ID|消费者ID|下单用户ID|下单人ID|平台用户ID|member no|member number|member code|"
            "membership number|membership id|loyalty id|loyalty number|customer id|customer no|"
            "customer number|customer code|customer key|square customer id|user id|client id|client no|"
            "buyer id|buyer user id|shopper id|contact id|guest id|person id|patron id|household id|"
            "household key|uid|wid|yz_open_id|unionid|openid|wechat openid|用户标识|用户openid|微信openid|订单归属人OpenID|"
            "external_userid|外部联系人ID|customer reference id|reference id|会员|客户|顾客|用户|买家|"
            "customer|member|client|buyer|ID|编号"),
    _column("phone", "phone", "Phone", "手机号",
            "手机号码|手机|会员手机号|会员手机|会员手机号码|会员电话|客户手机号|客户手机|客户手机号码|"
            "客户电话|顾客手机号|顾客电话|用户手机号|用户手机|用户手机号码|绑定手机号|绑定手机|注册手机号|"
            "注册手机|微信手机号|买家手机号|联系手机|联系手机号|移动电话|联系电话|电话|电话号码|联系方式|"
            "手机/电话|mobile|mobile phone|mobile number|mobile no|cell phone|phone number|phone no|"
            "customer phone|contact number|contact phone|contact no|default address phone|billing phone|"
            "home phone|tel|telephone|cell|whatsapp|会员|客户|顾客|用户|账号|联络电话|联络手机", is_personal=True),
    _column("id", "account", "Buyer account", "买家账号",
            "买家会员名|买家旺旺|旺旺|旺旺号|旺旺ID|淘宝账号|淘宝昵称|买家昵称ID|会员名|会员昵称ID|"
            "买家用户名|买家账户|下单账号|下单账户|下单用户名|客户账号|用户账号|用户账户|登录账号|登录名|"
            "账号|用户名|buyer nick|buyer username|username (buyer)|customer username|username|login|buyer email|"
            "customer email|billing email|email|email address|contact email|电子邮箱|"
            "电子邮件|邮箱地址|邮箱|买家邮箱|客户邮箱|会员邮箱|用户邮箱|买家支付宝账号|支付宝账号|电邮",
            is_personal=True),
    _column("text", "name", "Name", "姓名",
            "真实姓名|会员姓名|会员名称|客户姓名|客户名称|客户名|顾客姓名|顾客名称|顾客名|用户姓名|"
            "用户名称|姓名/昵称|联系人|联系人姓名|名字|称呼|名称|full name|customer name|"
            "customer full name|member name|client name|contact name|display name|billing name|first name|"
            "会员|客户|顾客|用户|买家|customer|member|client|全名",
            is_personal=True),
    _column("text", "nickname", "Nickname", "昵称",
            "客户昵称|会员昵称|微信昵称|微信名|微信名称|用户昵称|粉丝昵称|顾客昵称|买家昵称|企微昵称|nick|"
            "wechat name", is_personal=True),
    _column("date", "became_customer_on", "Became a customer on", "成为客户日期",
            "成为客户时间|成为粉丝时间|首次访问时间|首次到店时间|首次到店日期|first visit|first seen|关注时间|公众号关注时间"),
    _column("date", "became_member_on", "Became a member on", "成为会员日期",
            "成为会员时间|成为会员日|会员时间|升级会员时间|开卡时间|开卡日期|办卡时间|办卡日期|领卡时间|"
            "领卡日期|领取会员卡时间|became member at|membership start date|membership date"),
    _column("date", "added_on", "Added as a friend on", "添加日期",
            "添加时间|加好友时间|加好友日期|加微时间|加微日期|加企微时间|添加企微时间|添加好友时间|"
            "首次添加时间|首次加好友时间|成为好友时间|好友添加时间|添加企业微信时间"),
    _column("date", "registered_on", "Registered on", "注册日期",
            "注册时间|会员注册时间|用户注册时间|会员注册日期|小程序注册时间|registered at|registered|"
            "registration date|date registered|sign up|sign up date|signed up at|account created|"
            "user registered"),
    *ATTRIBUTES,
    _column("flag", "is_unfriended", "Unfriended", "好友流失",
            "是否删除好友|已删除好友|是否流失好友|是否流失|好友是否流失|是否被删除"),
    _column("id", "inviter_id", "Inviter", "邀请人",
            "推荐人|推荐人ID|推荐人编号|推荐人会员号|推荐人手机号|推荐会员|邀请人ID|邀请人编号|"
            "邀请人手机号|邀请人姓名|邀请人昵称|邀请会员|介绍人|引荐人|推荐人姓名|推荐人昵称|上级会员|上级会员ID|上级推荐人|"
            "分销员|分销员ID|分销员编号|分销员手机号|所属分销员|推广员|推广员ID|推广员手机号|上级分销员|referrer|referrer id|"
            "referred by|invited by"),
    _column("text", "own_codes", "Own invite codes", "本人邀请码", "我的邀请码|专属邀请码|个人邀请码|会员邀请码|自己的邀请码|邀请码|"
            "own code|own invite code|own referral code|my referral code|referral code (own)|personal code"),
    _column("id", "used_code", "Invite code used", "使用的邀请码",
            "使用邀请码|填写的邀请码|填写邀请码|注册邀请码|注册使用邀请码|邀请人邀请码|推荐人邀请码|上级邀请码|邀请码|"
            "invite code used|used code|used referral code|referral code used|referred by code|signup code"),
    _column("date", "last_event_on", "Last event on", "最近互动日期",
            "最近互动时间|最近活跃时间|最后活跃时间|最近访问时间|最后访问时间|最近浏览时间|最近到店时间|"
            "最近到店日期|最后到店时间|上次到店时间|最近登录时间|最后登录时间|上次登录时间|"
            "最近一次访问时间|最近联系时间|最后联系时间|最近沟通时间|last seen|last login|last active|"
            "last visit|last activity|last activity date|最后登入时间"),
    _column("count", "coupons_redeemed", "Coupons redeemed", "核销券数",
            "已使用优惠券数|核销优惠券数|优惠券核销数|已用券数|已核销券数|用券次数|已使用券数"),
    _column("count", "total_order_count", "Orders (as exported)", "累计消费次数",
            "累计消费笔数|累计消费单数|累计购买次数|累计购买笔数|累计订单数|累计订单数量|累计下单次数|"
            "累计成交次数|累计交易次数|累计交易笔数|总消费次数|总购买次数|总订单数|历史订单数|消费次数|"
            "消费笔数|消费单数|购买次数|购买笔数|交易次数|交易笔数|成交次数|成交笔数|成交单数|支付次数|"
            "支付笔数|支付订单数|下单次数|订单数|订单数量|订单总数|total orders|"
            "orders count|order count|number of orders|orders|no. of orders|lifetime orders|"
            "transaction count|purchase count"),
    _column("money", "total_net_sales", "Net sales (as exported)", "累计消费金额",
            "累计实付金额|累计支付金额|累计消费额|累计消费总额|累计消费|累计购买金额|累计成交金额|"
            "累计交易金额|累计交易额|累计订单金额|总消费金额|总消费额|总消费|消费总额|消费总金额|"
            "历史消费金额|消费金额|消费额|购买金额|购买总额|购买总金额|成交金额|成交总额|交易金额|"
            "交易总额|支付金额|支付总额|订单总金额|订单总额|订单金额|total spent|total spend|"
            "lifetime spend|lifetime spent|lifetime value|lifetime revenue|lifetime sales|"
            "customer lifetime value|ltv|clv|total sales|total revenue|total purchases|total order value|"
            "amount spent|total amount spent|money spent"),
    _column("date", "total_last_order_on", "Last order (as exported)", "上次消费日期",
            "上次消费时间|最近消费时间|最近消费日期|最近一次消费时间|最近一次消费日期|最近一次消费|"
            "最近消费|最后消费时间|最后消费日期|末次消费时间|末次消费日期|上次购买时间|上次购买日期|"
            "最近购买时间|最近购买日期|最近一次购买时间|最后购买时间|最后购买日期|最近下单时间|"
            "最近下单日期|最近一次下单时间|最后下单时间|上次下单时间|上次交易时间|最近交易时间|"
            "最后交易时间|最近成交时间|最后成交时间|最近支付时间|最近订单时间|末单时间|末单日期|"
            "last order date|last order|last order at|last purchase date|last purchase|last purchased|"
            "last transaction date|latest order date|most recent order|date of last order"),
))

CONTACTS = Table("contacts", "Contacts", "好友关系", "one row per member and employee who added them", (
    MEMBERS["member_id"], MEMBERS["phone"], MEMBERS["name"],
    _column("text", "owner", "Employee", "添加人",
            "添加员工|添加成员|添加人姓名|跟进人|跟进员工|跟进成员|跟进人员|所属员工|所属成员|归属员工|"
            "所属客服|归属客服|企微员工|企微成员|员工姓名|成员姓名|员工名称|员工|成员|客服|导购|导购姓名|"
            "专属导购|销售|销售人员|负责人|添加人账号|跟进人账号|员工账号|企微账号|employee name|"
            "owner name|owner|staff|follow user|follow user name|added by"),
    _column("date", "added_on", "Added on", "添加日期",
            "添加时间|加好友时间|加好友日期|加微时间|加微日期|加企微时间|添加企微时间|添加好友时间|"
            "好友添加时间|成为好友时间|首次添加时间|客户添加时间|添加客户时间|最近添加时间|创建时间|"
            "added at|date added|added time|create time|friend since"),
    _column("date", "deleted_on", "Deleted on", "删除日期",
            "删除时间|客户删除时间|被删除时间|删除好友时间|流失时间|流失日期|客户流失时间|好友流失时间|"
            "deleted at|date deleted|lost at|removed at"),
    _column("text", "source_channel", "Source", "来源",
            "来源渠道|客户来源|添加来源|添加渠道|添加方式|渠道|渠道活码|渠道名称|来源方式|来源场景|"
            "channel|add way|added via"),
    _column("text", "tags", "Tags", "标签",
            "客户标签|企业标签|企业微信标签|企微标签|标签名称|个人标签|tag|labels|customer tags"),
))

REFERRALS = Table("referrals", "Invites", "邀请记录", "one row per invite: who invited whom, when, for what reward", (
    _column("id", "inviter_id", "Inviter", "邀请人",
            "邀请人ID|邀请人编号|邀请人会员号|邀请人会员编号|邀请会员|邀请者|邀请者ID|推荐人|"
            "推荐人ID|推荐人编号|推荐人会员号|推荐会员|推荐者|老客ID|"
            "老会员ID|老带新发起人|分享人|分享人ID|分享者|分享会员|发起人|发起人ID|裂变用户|裂变发起人|师傅|"
            "推广员|推广人|推广员ID|分销员|分销员ID|分销员编号|上级|上级会员|上级ID|介绍人|引荐人|inviter|"
            "inviter id|referrer|referrer id|referrer email|advocate|advocate id|advocate email|sharer|"
            "sharer id|sender id|sponsor|recruiter|recruiter id|referred by|invited by"),
    _column("phone", "inviter_phone", "Inviter's phone", "邀请人手机号",
            "邀请人手机|邀请人手机号码|邀请人电话|邀请者手机号|推荐人手机号|推荐人手机|推荐人电话|老客手机号|"
            "老会员手机号|分享人手机号|分享者手机号|分销员手机号|推广员手机号|上级手机号|发起人手机号|"
            "inviter phone|inviter mobile|referrer phone|referrer mobile|advocate phone", is_personal=True),
    _column("text", "inviter_name", "Inviter's name", "邀请人姓名",
            "邀请人昵称|邀请人微信昵称|邀请者昵称|邀请人名称|推荐人姓名|推荐人昵称|推荐人名称|分享人昵称|分享人姓名|发起人昵称|"
            "裂变用户昵称|推广员姓名|推广员昵称|分销员姓名|分销员昵称|老客姓名|老会员姓名|inviter name|referrer name|"
            "advocate name", is_personal=True, note="a key only where neither an id nor a phone names the inviter"),
    _column("id", "invitee_id", "Invitee", "被邀请人",
            "被邀请人ID|被邀请人编号|被邀请人会员号|被邀请人会员编号|被邀请会员|被邀请者|被邀请者ID|"
            "被邀请用户|被邀人|受邀人|受邀人ID|受邀者|受邀会员|被推荐人|被推荐人ID|被推荐人编号|"
            "被推荐会员|新客ID|新会员ID|新会员编号|新用户ID|助力人|助力好友|"
            "助力者|助力用户|拉新用户|下级会员|下级ID|徒弟|被分享人|invitee|invitee id|referee|referee id|"
            "referred id|referred user|referred customer|referred friend|referred email|"
            "friend id|friend email|recruit|recruit id"),
    _column("phone", "invitee_phone", "Invitee's phone", "被邀请人手机号",
            "被邀请人手机|被邀请人手机号码|被邀请人电话|被邀请者手机号|受邀人手机号|受邀人手机|被推荐人手机号|"
            "被推荐人手机|新客手机号|新客手机|新客户手机号|新会员手机号|新会员手机|新用户手机号|助力人手机号|"
            "下级手机号|invitee phone|invitee mobile|referee phone|friend phone|referred phone|new customer phone",
            is_personal=True),
    _column("text", "invitee_name", "Invitee's name", "被邀请人姓名",
            "被邀请人昵称|被邀请人微信昵称|被邀请者昵称|被邀请人名称|受邀人姓名|受邀人昵称|被推荐人姓名|被推荐人昵称|"
            "好友昵称|助力好友昵称|助力人昵称|新客姓名|新客昵称|新会员姓名|invitee name|referee name|friend name|"
            "referred name", is_personal=True, note="as the inviter's"),
    _column("id", "used_code", "Invite code used", "使用的邀请码",
            "邀请码|使用邀请码|填写邀请码|邀请人邀请码|推荐码|推荐人邀请码|invite code|referral code"),
    _column("date", "invited_on", "Invited on", "邀请日期",
            "邀请时间|发起邀请时间|分享时间|分享日期|推荐时间|推荐日期|邀请发起时间|绑定时间|绑定日期|绑定关系时间|"
            "关系绑定时间|助力时间|裂变时间|创建时间|日期|时间|invited at|invite date|invitation date|referral date|"
            "referred at|referred on|shared at|date referred|created at|date"),
    _column("date", "joined_on", "Joined on", "加入日期",
            "加入时间|注册时间|注册日期|新客注册时间|被邀请人注册时间|入会时间|入会日期|添加时间|加好友时间|"
            "成为会员时间|接受邀请时间|接受时间|邀请成功时间|成功时间|完成时间|首次加入时间|joined at|join date|"
            "signup date|signed up at|registered at|accepted at|accepted on|converted at|conversion date"),
    _column("text", "campaign", "Campaign", "活动",
            "活动名称|活动主题|裂变活动|裂变活动名称|邀请活动|任务名称|任务宝名称|活动标题|campaign name|program|programme|"
            "program name|offer name"),
    _column("text", "variant", "Variant", "版本",
            "实验组|实验分组|分组|活动版本|海报版本|海报|话术版本|A/B组|AB组|variant name|arm|group|test group|"
            "experiment group|creative"),
    _column("text", "referral_source", "Source (KOL)", "裂变来源",
            "KOL|KOL名称|达人|达人名称|达人昵称|主播|博主|博主名称|来源达人|来源KOL|推广来源|团长|kol name|influencer|"
            "influencer name|affiliate|affiliate name|partner|utm source|utm_source"),
    _column("text", "source_channel", "Channel", "渠道",
            "来源渠道|邀请渠道|分享渠道|裂变渠道|推广渠道|分享方式|邀请方式|来源|channel|share channel|"
            "referral channel|medium|utm medium"),
    _column("money", "reward_amount", "Reward", "奖励金额",
            "奖励|邀请奖励|邀请奖励金额|奖励金额(元)|推荐奖励|奖励金|奖金|返现|返现金额|返利|返利金额|佣金|佣金金额|"
            "发放奖励金额|已发奖励|奖励价值|红包金额|reward|reward value|payout|payout amount|commission|bonus|"
            "referral reward|advocate reward"),
    _column("count", "reward_level", "Reward level", "奖励层级",
            "佣金层级|分佣层级|返佣级别|奖励级别|分销层级|几级佣金|reward tier|commission level"),
    _column("money", "entry_fee", "Entry fee", "加入费用",
            "入门费|加盟费|门槛费|入会费|开通费|升级费用|代理费|会费|entrance fee|joining fee|membership fee|signup fee"),
    _column("text", "device", "Device", "设备",
            "设备号|设备ID|设备标识|设备指纹|手机设备号|IMEI|OAID|device id|device fingerprint|fingerprint|device hash"),
    _column("text", "address", "Address", "地址",
            "收货地址|收件地址|收货人地址|领奖地址|奖品收货地址|邮寄地址|奖励收货地址|shipping address|delivery address|"
            "address hash", is_personal=True,
            note="read only to tell that it is shared: a fingerprint of it is kept, for the run"),
    _column("text", "payment", "Payment account", "支付账户",
            "支付账号|收款账号|收款账户|提现账号|提现账户|支付宝账号|微信支付账号|支付标识|支付账户标识|付款账户|"
            "payment account|payment id|payout account|payer id|card fingerprint|payment fingerprint",
            is_personal=True, note="as address"),
))

COSTS = Table("costs", "Costs", "费用", "one row per cost: of a channel in a month, or of a campaign", (
    _column("month", "spent_on", "Month", "月份",
            "费用月份|统计月份|投放月份|年月|日期|投放日期|费用日期|支出日期|发生日期|统计日期|时间|spent on|date|day|"
            "period|cost date|spend date"),
    _column("text", "source_channel", "Source channel", "来源渠道",
            "渠道|渠道名称|投放渠道|推广渠道|获客渠道|广告渠道|媒体|媒体名称|平台|投放平台|channel|channel name|source|"
            "media source|platform|network"),
    _column("text", "campaign", "Campaign", "活动",
            "活动名称|推广活动|裂变活动|campaign name|program"),
    _column("text", "item", "Item", "费用项目",
            "费用类型|费用科目|支出项目|费用名称|科目|项目|cost item|cost type|expense type|category"),
    _column("money", "amount", "Amount", "金额",
            "费用|费用金额|总费用|合计费用|总成本|成本|花费|消耗|总花费|总消耗|投放金额|投放费用|投入|投入金额|支出|支出金额|"
            "推广成本|获客成本总额|cost|total cost|spend|total spend|amount spent|ad spend|costs|expense"),
    _column("money", "advertising_cost", "Advertising", "广告费", "广告费用|广告成本|广告花费|广告消耗|advertising|advertising cost|ads cost"),
    _column("money", "promotion_cost", "Promotion", "推广费",
            "推广费用|促销费|促销费用|营销费用|物料费|物料费用|补贴|优惠成本|promotion|promotion cost|promo cost"),
    _column("money", "staff_cost", "Staff", "人工费", "人工费用|人工成本|人员成本|人力成本|staff cost|labour cost|labor cost"),
    _column("money", "reward_cost", "Rewards", "奖励费", "奖励费用|奖励成本|奖品费用|奖品成本|礼品费用|礼品成本|reward cost|prize cost"),
))

_ORDER_KEYS = (
    _column("id", "order_id", "Order no.", "订单号",
            "主订单编号|主订单号|主订单ID|父订单号|订单编号|订单号码|订单ID|订单编码|商户订单号|"
            "商家订单号|平台订单号|平台订单编号|线上订单号|店铺订单号|系统订单号|业务订单号|原始订单编号|"
            "订单流水号|销售单号|销售单编号|销售订单号|零售单号|消费单号|消费单编号|账单号|账单编号|"
            "交易单号|交易订单号|交易号|交易编号|交易流水号|小票号|小票单号|小票编号|小票流水号|收银单号|"
            "收银流水号|收银流水|流水号|单据号|单据编号|单号|流水单号|消费流水号|order id|order number|"
            "order no|order name|order reference|order ref|order code|order sn|amazon-order-id|"
            "sales record number|sales order|increment id|order|invoice|invoice no|invoice number|"
            "invoice id|receipt no|receipt number|receipt id|receipt|transaction id|transaction no|"
            "transaction number|transaction|sale id|sale no|bill no|bill number|ticket number|ticket no|"
            "check number|reference|basket id|basket|单据|流水|小票|票号|票据号|订单流水|交易流水|消费流水|销售流水|收据号|tid|trade id|trade no|订单|ID|编号"),
    _column("id", "item_id", "Sub-order no.", "子订单号",
            "子订单编号|子订单ID|子单号|子单编号|明细编号|明细ID|订单明细编号|商品单号|商品订单号|"
            "line item id|order item id|order line id|item order id|sub order id|suborder"),
    _column("id", "parent_id", "Belongs to order", "所属主订单号",
            "父单号|关联主单|关联主单号|关联主订单|关联主订单号|关联父单|关联父单号|关联父订单|归属主单|归属主单号|主单|父单|母单号|母订单号|上级订单号|上级单号|主订单编号|主订单号|主订单ID|父订单号|父订单编号|父订单ID|父单编号|主单号|主单编号|"
            "所属订单号|所属主单|母订单编号|拆单主单号|总单号|parent|parent id|parent order|parent order id|parent order no|"
            "parent no|main order|main order id|main order no|master order|master order id|master order no|post parent",
            note="the order that a sub-order is a part of: both count once"),
    _column("id", "original_order_id", "Original order", "原订单号",
            "原单号|原单据号|原单编号|原订单编号|原订单|原始单号|原始订单号|原销售单号|原销售单|原销售订单号|原小票号|原交易号|原交易单号|"
            "原交易流水号|原流水号|原零售单号|关联订单号|关联订单编号|关联订单|关联单号|关联单据|关联单据号|关联销售单|关联销售单号|对应订单号|对应单号|"
            "退货原单号|退款原单号|源单号|源订单号|源单编号|定金单号|定金订单号|original order id|original order no|original id|"
            "original receipt|original receipt no|original transaction|original transaction id|original invoice|"
            "original invoice no|original sale|original sale id|original ticket|original payment id|related order|"
            "related order id|related order no|linked order|refunded order|returned order|return of|refund of|source order id",
            note="the order that a return, an exchange or a balance belongs to"),
    _column("id", "return_id", "Return no.", "退货单号",
            "退货单编号|退货编号|退款单号|退款单编号|退款编号|退款ID|退单号|退单编号|退换货单号|退货订单号|退款订单号|退款流水号|售后单号|售后编号|"
            "售后单编号|售后ID|return id|returns id|refund id|refund no|return order id|return order no|rma|rma no|"
            "credit note|credit note no|credit memo no",
            note="a sheet in which every row has one is a list of returns"),
)
ORDERS = Table("orders", "Orders", "订单", "one row per order, or per item of an order (amount_scope says which)", (
    *_ORDER_KEYS,
    MEMBERS["member_id"],
    _column("phone", "phone", "Buyer phone", "买家手机号",
            "买家手机|买家手机号码|买家电话|买家联系方式|买家联系电话|会员手机号|会员手机|会员手机号码|"
            "会员电话|客户手机号|客户手机|客户手机号码|客户电话|客户联系电话|顾客手机号|顾客手机|顾客电话|"
            "顾客联系方式|用户手机号|用户手机|用户手机号码|用户电话|下单手机号|下单手机|下单人手机号|"
            "下单人手机|下单人电话|下单用户手机号|购买人手机号|付款人手机号|预留手机号|预留电话|"
            "注册手机号|手机号|手机号码|手机|customer phone|customer phone number|customer mobile|"
            "billing phone|phone number|mobile|mobile phone|mobile number|mobile no|contact number|"
            "contact phone|customer contact|phone no|tel|telephone|cell|电话|电话号码|联系方式|联系电话|"
            "联系手机|会员|客户|顾客|买家|用户|联络电话|customer contacts",
            is_personal=True),
    MEMBERS["account"],
    _column("phone", "receiver_phone", "Receiver phone", "收货人手机号",
            "收货人手机号/提货人手机号|收货人手机|收货人手机号码|收货手机|收货手机号|收货电话|收货人电话|"
            "收货人联系电话|收货人联系方式|收件人手机号|收件人手机|收件人手机号码|收件手机|收件电话|"
            "收件人电话|收件人联系电话|收件人联系方式|提货人手机号|提货人手机|提货人电话|取货人手机|"
            "联系手机|联系手机号|联系电话|收货人联系手机|shipping phone|recipient phone|"
            "recipient phone number|receiver phone number|receiver mobile|ship to phone|ship phone|"
            "ship-phone-number|consignee phone|delivery phone|phone #|phone number|电话|手机号|手机号码|手机|mobile",
            is_personal=True),
    _column("text", "name", "Buyer name", "买家姓名",
            "买家名称|买家名|会员姓名|会员名称|客户姓名|客户名称|客户名|顾客姓名|顾客名称|用户姓名|"
            "用户名称|下单人|下单人姓名|购买人|购买人姓名|姓名|买家昵称|会员昵称|客户昵称|用户昵称|"
            "微信昵称|昵称|customer name|customer full name|client name|billing name|billing full name|"
            "bill-to name|full name|customer|client|buyer|member|guest name|会员|客户|顾客|买家|用户", is_personal=True),
    _column("instant", "ordered_at", "Ordered at", "下单时间",
            "订单创建时间|订单下单时间|下单日期|订单提交时间|订单生成时间|买家下单时间|用户下单时间|"
            "拍下时间|下单成功时间|提交时间|订单时间|订单日期|消费时间|消费日期|购买时间|购买日期|"
            "交易时间|交易日期|交易创建时间|销售时间|销售日期|成交时间|成交日期|开单时间|开单日期|"
            "结账时间|结账日期|收银时间|收银日期|买单时间|结算时间|单据日期|单据时间|账单日期|业务日期|"
            "营业日期|记账日期|创建时间|创建日期|日期时间|日期|时间|order date|order datetime|"
            "order created at|order created date|order creation date|order placed date|order placed|"
            "date placed|date ordered|order time|created at|created time|created date|date created|"
            "creation date|created on|create time|purchase date|purchased at|purchase time|purchased on|"
            "date of purchase|sale date|sales date|sold date|date sold|sold at|transaction date|"
            "transaction time|transaction datetime|trans date|invoice date|receipt date|bill date|"
            "visit date|checkout date|datetime|timestamp|date|day|time|order dt|订单成立时间|opened|opened at|add time|created|gmt create|服务日期|服务时间|ts|dt|trans dt|transaction dt|transaction ts|order ts|event time|purchase ts"),
    _column("instant", "paid_at", "Paid at", "付款时间",
            "买家付款时间|订单付款时间|订单支付时间|支付时间|支付日期|付款日期|支付完成时间|支付成功时间|"
            "付款成功时间|付款完成时间|用户支付时间|买家支付时间|付款确认时间|收款时间|收款日期|"
            "订单成交时间|拼单成功时间|paid date|date paid|paid time|paid on|paid on date|payment time|"
            "payment date|payments-date|payment datetime|payment at|order paid time|order paid at"),
    _column("instant", "shipped_at", "Shipped at", "发货时间",
            "发货日期|订单发货时间|卖家发货时间|商家发货时间|出库时间|出库日期|发出时间|shipped time|"
            "shipped date|date shipped|fulfilled at|fulfilled on|fulfillment date|ship date|ship time|"
            "shipping date|dispatch date|dispatched at"),
    _column("instant", "completed_at", "Completed at", "完成时间",
            "交易成功时间|交易完成时间|订单完成时间|完成日期|确认收货时间|收货时间|签收时间|妥投时间|"
            "送达时间|核销时间|完结时间|订单完结时间|completed date|date completed|completion date|"
            "complete time|order complete time|delivered at|delivered time|delivered date|delivery date|"
            "date delivered"),
    _column("instant", "cancelled_at", "Cancelled at", "取消时间",
            "订单取消时间|取消日期|关闭时间|订单关闭时间|交易关闭时间|作废时间|canceled at|cancelled time|"
            "cancelled date|cancellation date|closed at"),
    _column("instant", "refunded_at", "Refunded at", "退款时间",
            "退款完成时间|退款成功时间|退款完结时间|退款到账时间|退款日期|退货时间|退货日期|售后完成时间|"
            "退款申请时间|申请退款时间|售后申请时间|售后时间|退货申请时间|申请时间|refund date|date refunded|refund time|returned at|return date"),
    _column("instant", "updated_at", "Updated at", "更新时间",
            "订单更新时间|修改时间|最后更新时间|最后修改时间|更新日期|last updated|last updated at|"
            "last modified|last-updated-date|date modified|modified date"),
    _column("status", "status", "Status", "订单状态",
            "订单状态名称|主订单状态|交易状态|订单状态描述|销售状态|单据状态|子订单状态|状态|支付状态|"
            "付款状态|收款状态|order status|order state|financial status|payment status|"
            "transaction status|sale status"),
    _column("status", "refund_status", "Refund status", "退款状态",
            "订单退款状态|商品退款状态|退货状态|退换货状态|退款/售后状态|售后状态|售后/退款|售后|是否退款|是否已退款|是否已退货|是否全额退款|已退款|"
            "return status|after sales|after-sales status|is refunded|has refund|fully refunded|cancelation/return type|"
            "cancellation/return type"),
    _column("status", "kind", "Kind of row", "单据类型",
            "单据类别|单据种类|单据类型名称|业务类型|业务类别|业务种类|业务类型名称|交易类型|交易类别|交易种类|交易类型名称|流水类型|流水类别|"
            "记录类型|凭证类型|销售类型|销售类别|收银类型|小票类型|账单类型|消费类型|开单类型|操作类型|款项类型|款项性质|收款类型|"
            "付款性质|款项|订单类型|订单类别|订单性质|单据性质|业务性质|类型|红冲标志|红字标志|红蓝标志|冲红标志|冲销标志|"
            "kind|type|record type|transaction type|trans type|txn type|transaction kind|transaction category|"
            "document type|doc type|receipt type|sale type|sales type|order type|event type|entry type|movement type|"
            "operation type|operation|sale or return|sale/return|line type|post type",
            note="sale, return, top-up, deposit, balance, exchange or gift, in the export's own words"),
    _column("status", "is_return", "Is a return", "是否退货",
            "是否退货单|是否退单|是否退款单|是否销退|是否退回|退货标志|退货标识|退货标记|退款标志|退款标识|退款标记|退单标志|退单标识|退货单标志|销退标志|销退标识|"
            "销退标记|销退|销售退货标志|销售退货标识|退货否|退货|is return|is returned|return flag|returned flag|return indicator|returned|"
            "is refund|refund flag|is return order|is sales return",
            note="yes or no, or a word for a return: of an order that came back, or of a row that takes one back"),
    _column("status", "is_void", "Is void", "是否作废",
            "是否已作废|作废标志|作废标识|作废标记|作废状态|已作废|作废|是否废单|废单标志|废单|是否撤单|撤单标志|是否撤销|撤销标志|撤销标识|是否冲正|"
            "is void|is voided|void flag|voided|void",
            note="yes or no: what is void is no purchase"),
    _column("status", "is_cancelled", "Is cancelled", "是否取消",
            "是否已取消|取消标志|取消标识|取消标记|已取消|取消|是否关闭|是否已关闭|是否删除|是否已删除|删除标志|删除标识|删除标记|是否挂单|是否测试|是否测试单|"
            "测试单|is cancelled|is canceled|cancelled flag|canceled flag|cancel flag|cancelled|canceled|is deleted|deleted flag|"
            "delete flag|del flag|deleted|is test|test order|is draft",
            note="yes or no: what was cancelled is no purchase"),
    _column("status", "is_valid", "Is valid", "是否有效",
            "有效标志|有效标识|有效标记|有效否|有效|is valid|valid flag|valid",
            note="yes or no: what is not valid is no purchase"),
    _column("status", "is_paid", "Is paid", "是否支付",
            "是否付款|是否已付款|是否已支付|是否已付|是否收款|是否已收款|是否结账|是否已结账|是否结算|付款标志|付款标识|支付标志|支付标识|收款标志|已付款|已支付|"
            "is paid|paid flag|has paid|payment received",
            note="yes or no: what is not paid is no purchase"),
    _column("status", "direction", "Money in or out", "收支方向",
            "收支类型|收支类别|收支标志|收支标识|收支|收付方向|收付标志|收付类型|收付|借贷方向|借贷标志|借贷标识|借贷类型|借贷|资金方向|资金流向|资金流动方向|"
            "出入账|出入账方向|变动方向|方向|money direction|cash direction|flow direction|direction|in or out|in/out|debit/credit|"
            "debit or credit|dr/cr|d/c",
            note="in or out: what went out was given back"),
    _column("status", "currency", "Currency", "币种",
            "货币|货币类型|货币代码|货币单位|币别|交易币种|支付币种|结算币种|订单币种|订单货币|currency code|order currency|"
            "payment currency|transaction currency|presentment currency|iso currency|curr|ccy",
            note="amounts of two currencies are never added: see shop.currency"),
    _column("money", "stored_value_amount", "Paid from stored value", "储值支付金额",
            "储值支付|储值卡支付|储值卡支付金额|储值余额支付|储值余额支付金额|储值抵扣|储值抵扣金额|储值消费金额|余额支付|余额支付金额|"
            "余额抵扣|余额抵扣金额|会员余额支付|账户余额支付|会员卡支付|会员卡支付金额|会员卡扣款|卡扣金额|储值金支付|预存款支付|预存支付|"
            "礼品卡支付|礼品卡支付金额|礼品卡抵扣|购物卡支付|paid by stored value|stored value paid|paid by balance|balance paid|"
            "paid by store credit|paid by gift card|gift card payment|store credit payment",
            note="what was topped up before counts when it is spent: beside the paid amount where that leaves it out"),
    _column("money", "paid_amount", "Paid amount", "实付金额",
            "订单实付金额|买家实付金额|买家实际支付金额|用户实付金额|顾客实付金额|客户实付金额|"
            "会员实付金额|消费者实付金额|实际支付金额|订单实际支付金额|实际付款金额|订单实付|买家实付|"
            "用户实付|顾客实付|客户实付|实付总额|实付总金额|实付款|实付款金额|实付|实付额|商品实付金额|"
            "商品实付|用户支付金额|买家支付金额|顾客支付金额|用户支付|支付金额|支付总额|订单支付金额|"
            "付款金额|付款总额|订单付款金额|买家付款金额|已付金额|已支付金额|实收金额|实收总额|实收总金额|"
            "订单实收金额|订单实收|实收|实收款|实收额|商家实收金额|商家实收|商户实收|店铺实收|收款金额|"
            "成交金额|成交额|成交总额|订单成交金额|成交总金额|消费金额|消费额|消费总额|消费总金额|"
            "购买金额|销售金额|销售额|实销金额|零售金额|交易金额|交易额|交易总额|应结订单金额|结算金额|应付金额|"
            "订单应付金额|应付总额|应付款|买家应付金额|应收金额|订单应收金额|应收订单金额|应收总额|"
            "订单金额|订单总金额|订单总额|订单总价|订单价格|总金额|合计金额|总计金额|总价|总额|总计|"
            "商品总金额|商品总额|商品总价|商品金额|商品小计|小计|小计金额|金额小计|行金额|金额|消费|"
            "amount paid|customer paid|total paid|total amount paid|buyer paid amount|buyer total|"
            "paid price|price paid|paid amt|amt paid|paid total|total paid price|paid value|value paid|实付价|实付价格|实付单价|amount received|total collected|paid|grand total|grand total (purchased)|"
            "grand total (base)|order total|order total (inc tax)|total order amount|order grand total|"
            "total (inc tax)|total amount|total price|total value|order amount|order value|order price|"
            "transaction amount|transaction total|purchase amount|purchase value|purchase total|"
            "sale amount|sales amount|sale total|invoice amount|invoice total|receipt total|bill amount|"
            "payment amount|spend|amount spent|sku subtotal after discount|dollar value|item total|"
            "line total|line amount|lineitem total|total|net sales|net amount|net total|net revenue|"
            "n. revenue|revenue|sales|gross sales|product net revenue|sold for|order total (ex tax)|"
            "order subtotal|subtotal|amount|amt|value|payment|total fee|money paid|"
            "amount tendered|cash tendered|tendered amount|tendered|tender amount|cash received|收款|现金收款|现收金额"),
    _column("money", "change_amount", "Change given", "找零",
            "找零金额|找零额|找零款|找补|找补金额|找回|找赎|现金找零|change|change given|change due|change amount|cash change|change returned",
            note="taken from the paid amount where that is the money handed over"),
    _column("money", "refunded_amount", "Refunded amount", "退款金额",
            "订单已退款金额|已退款金额|已退金额|实际退款金额|实退金额|退款成功金额|退款总额|退款总金额|"
            "累计退款金额|订单退款金额|商品退款金额|买家退款金额|退货金额|退款|amount refunded|"
            "total refunded|refund amount|order refund amount|refund total|total refund|returns|"
            "returned amount|refunded|refund"),
    _column("number", "unit_price", "Unit price", "单价",
            "成交单价|成交价|实际单价|实付单价|商品成交价|商品单价|商品价格|销售单价|销售价|零售价|售价|"
            "京东价|价格|deal price|sale price|selling price|sku unit original price|item price|"
            "price per unit|price each|lineitem price|product price|price"),
    _column("number", "quantity", "Quantity", "数量",
            "购买数量|商品数量|商品总数|商品件数|购买件数|订购数量|下单数量|成交数量|销售数量|销量|"
            "宝贝总数量|总数量|商品总数量|件数|总件数|数目|qty|quantity-purchased|qty ordered|"
            "order quantity|ordered qty|item quantity|items sold|units sold|lineitem quantity|"
            "number of items|total quantity|total items|item count|units|count|pieces"),
    _column("text", "product", "Product", "商品",
            "商品名称|商品标题|商品名|商品信息|商品明细|商品详情|商品描述|宝贝标题|宝贝名称|全部商品名称|"
            "选购商品|货品名称|产品名称|产品|菜品|菜品名称|项目名称|消费项目|服务项目|品名|款式名称|"
            "product name|product title|products|item name|item title|item|items|item description|"
            "lineitem name|description|goods name"),
    _column("id", "sku", "SKU", "商品编码",
            "商品编号|商品代码|商家编码|商家商品编码|规格编码|货号|款号|商品货号|货品编号|产品编码|"
            "产品编号|条码|商品条码|商品条形码|sku编码|sku id|商品sku|商品ID|sku码|stock code|seller sku|"
            "sku reference no.|lineitem sku|product sku|item sku|product id|product code|item code|"
            "item id|asin|barcode|upc|ean"),
    _column("text", "owner", "Sales employee", "销售导购",
            "导购|导购员|导购姓名|服务导购|专属导购|归属导购|销售员|销售人员|销售姓名|业务员|营业员|店员|"
            "服务人员|技师|员工|员工姓名|开单人|开单员|收银员|收银员姓名|经手人|employee|sales rep|"
            "salesperson|staff|staff name|cashier|sold by|served by|server|clerk|associate"),
    _column("text", "store", "Store", "门店",
            "门店名称|消费门店|交易门店|下单门店|成交门店|销售门店|购买门店|收银门店|订单门店|所属门店|"
            "归属门店|归属店铺|所属店铺|店铺名称|店铺|商户名称|商家名称|商家|分店|网点|下单网点|店名|"
            "store name|shop|shop name|location|location name|branch|outlet|purchase point|purchased from"),
    _column("text", "source_channel", "Sales channel", "销售渠道",
            "订单渠道|订单来源|下单渠道|下单来源|消费渠道|来源渠道|渠道名称|渠道来源|来源平台|平台|渠道|"
            "来源|下单平台|order source|order channel|channel|channel name|source|source name|platform"),
))

# What an operator may give siyu, in any file.
INPUTS = {table.name: table for table in (MEMBERS, CONTACTS, REFERRALS, COSTS, ORDERS)}


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

# Which date made somebody a member, key: (English, Chinese).
JOINED_BY = {
    "became_customer_on": ("became a customer", "成为客户"),
    "became_member_on": ("became a member", "成为会员"),
    "added_on": ("added as a friend", "加好友"),
    "registered_on": ("registered", "注册"),
    "joined_on": ("joined", "加入"),
}

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
    _column("money", "net_sales", "Net sales", "净消费额", "净销售额|净销售|净消费", note="paid − refunded"),
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
    _column("text", "stage", "Stage", "生命周期阶段", "阶段|生命周期|lifecycle stage"),
    _column("text", "rfm_segment", "RFM segment", "RFM 分群", "RFM 分组|RFM"),
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

# key: (English, Chinese), the likeliest to leave first.
RISK_BANDS = {"high": ("High", "高风险"), "medium": ("Medium", "中风险"), "low": ("Low", "低风险")}

CHURN = Table("churn", "Members at risk", "流失风险名单", "one row per buyer", (
    FEATURES["member_id"],
    _column("rate", "churn_probability", "Churn probability", "流失概率", note="chance of no order within the horizon"),
    _column("text", "risk_band", "Risk", "风险等级", note="high, medium or low, by [churn]"),
    _column("money", "value_at_risk", "Value at risk", "风险金额",
            note="churn_probability × orders at their rhythm within the horizon × value of an order"),
    _column("rate", "p_alive", "Chance of being alive", "存活概率", note="chance that they have not left for good"),
    _column("number", "expected_orders", "Expected orders", "预期订单数", note="within the horizon"),
    _column("money", "expected_spend", "Expected spend", "预期消费额", note="within the horizon"),
    *(SEGMENTS[key] for key in (
        "stage", "rfm_segment", "days_since_last", "median_gap_days", "order_days", "net_sales_365d", "owner",
    )),
    _column("text", "churn_reason", "Why", "原因"),
))

RISK_SUMMARY = Table("risks", "Risk", "流失风险", "one row per risk band", (
    CHURN["risk_band"],
    _column("count", "listed", "On the list", "名单人数", note="not gone yet, risk high or medium"),
    CHURN["value_at_risk"],
    _column("count", "gone", "Gone already", "已流失人数", note="stage churned: not on the list"),
    _column("count", "members", "All buyers", "全部买家"),
    _column("rate", "member_share", "Share of buyers", "人数占比"),
    _column("count", "members_past_year", "Buyers, past year", "过去一年人数", note="in this band at dates of the past year, whole horizons back"),
    _column("rate", "silent_share", "Really left", "实际流失率", note="of these, no order in the horizon that followed"),
))

BACKTEST = Table("backtest", "Looking back", "回测", "one row per cut-off and way of telling", (
    _column("text", "cutoff", "Looked back from", "回测日"),
    _column("count", "members", "Members", "人数"),
    _column("rate", "churn_rate", "Left", "流失率", note="no order within the horizon"),
    _column("text", "model", "Told by", "模型"),
    _column("number", "auc", "AUC", "AUC", note="chance that who left was ranked above who stayed; .5 is a coin"),
    _column("number", "pr_auc", "PR-AUC", "PR-AUC"),
    _column("number", "brier", "Brier", "Brier", note="mean squared error of the chance"),
    _column("number", "ece", "Calibration error", "校准误差", note="how far chances were off, on average"),
    _column("number", "lift_churn", "Lift, leavers", "流失提升度", note="in the tenth likeliest to leave"),
    _column("number", "lift_buy", "Lift, buyers", "购买提升度", note="in the tenth likeliest to buy"),
))

RELIABILITY = Table("reliability", "Chances and what came true", "概率与实际", "one row per cut-off and tenth", (
    BACKTEST["cutoff"],
    _column("rate", "predicted_from", "Chance from", "概率起点"),
    BACKTEST["members"],
    _column("rate", "predicted", "Mean chance", "平均概率"),
    _column("rate", "observed", "Really left", "实际流失率"),
))

# key: (English, Chinese), conduct first, then facts about rows, then what is only dear.
SUSPICIONS = {
    "cycle": ("invited in a circle", "循环邀请"),
    "shared_phone": ("shared phone", "共用手机号"),
    "shared_device": ("shared device", "共用设备"),
    "shared_payment": ("shared payment account", "共用支付账户"),
    "shared_address": ("shared address", "共用地址"),
    "star_of_inactive": ("many invitees who do not order", "大量不下单的被邀请人"),
    "burst": ("burst of invitees", "短时间集中邀请"),
    "milestone": ("stopped at a milestone", "卡在奖励门槛"),
    "self_invite": ("invited themselves", "自己邀请自己"),
    "existing_member": ("was a member before", "邀请前已是会员"),
    "second_inviter": ("invited by another first", "已被他人邀请"),
    "reward_above_margin": ("reward above first-order margin", "奖励高于首单毛利"),
}
VERDICTS = {
    "effective": ("effective", "有效"),
    "not_effective": ("not effective or harmful", "无效或有害"),
    "not_enough_evidence": ("not enough evidence", "证据不足"),
    "withheld": ("withheld: arms are not what was planned", "不作结论：分组比例异常"),
}

INVITERS = Table("inviters", "Top inviters", "邀请人排行", "one row per inviter, most activated invitees first", (
    REFERRALS["inviter_id"],
    _column("count", "invites", "Invites", "邀请数"),
    _column("count", "joined", "Joined", "加入人数", note="invitees who joined, the earliest inviter of each"),
    _column("count", "new_members", "New members", "新会员数", note="joined, and no member or buyer before"),
    _column("count", "ordered", "Ordered", "下单人数", note="joined, and bought for the first time since the invite"),
    _column("count", "retained", "Bought again", "复购人数", note="a second purchase day"),
    _column("count", "lost", "Lost", "流失人数", note="new members who unfriended or churned"),
    _column("count", "suspicious", "To look at", "可疑人数", note="joined invitees with a reason to look"),
    _column("count", "activated", "Activated", "有效激活", note="ordered, and no reason to look"),
    REFERRALS["reward_amount"],
    _column("money", "net_sales", "Invitees' sales", "被邀请人净消费额"),
))

REFERRAL_GROUPS = Table("referral_groups", "Campaigns", "活动", "one row per campaign, variant, source or channel", (
    REFERRALS["campaign"],
    *(INVITERS[key] for key in ("invites", "joined", "new_members", "ordered", "retained", "lost", "suspicious", "activated")),
    _column("rate", "order_rate", "Order rate", "下单率", note="ordered / joined"),
    INVITERS["reward_amount"],
    INVITERS["net_sales"],
    _column("money", "cost_per_activated", "Cost per activated", "单个激活成本", note="rewards / activated"),
))

SUSPICION_SUMMARY = Table("suspicion_summary", "Reasons to look", "可疑原因", "one row per reason that occurs", (
    _column("text", "reason", "Reason", "原因"),
    _column("count", "inviters", "Inviters", "邀请人数"),
    _column("count", "invitees", "Invitees", "被邀请人数"),
    INVITERS["invites"],
    INVITERS["reward_amount"],
))

SUSPICION_ROWS = Table("suspicion_rows", "Rows to look at", "可疑明细", "one row per reason and invite", (
    SUSPICION_SUMMARY["reason"],
    REFERRALS["inviter_id"],
    REFERRALS["invitee_id"],
    REFERRALS["reward_amount"],
    *(REJECTS[key] for key in ("file", "sheet", "row")),
))

GENERATIONS = Table("generations", "Generations", "裂变层级", "one row per generation, seeds are 0", (
    _column("count", "generation", "Generation", "层级", note="links from the seed"),
    _column("count", "members", "People", "人数"),
    _column("count", "participants", "With time to invite", "成熟参与人数", note="began at least mature_days ago"),
    _column("number", "k_joined", "K (joined)", "K 因子(加入)", note="joined invitees / participants"),
    _column("number", "k_ordered", "K (ordered)", "K 因子(下单)", note="ordered invitees / participants"),
))

WEEKS = Table("referral_weeks", "Week by week", "每周走势", "one row per calendar week, from Monday", (
    _column("date", "week", "Week from", "周起始日"),
    *(INVITERS[key] for key in ("invites", "joined", "new_members", "ordered", "retained", "suspicious")),
))

MILESTONES = Table("milestones", "Milestones", "集合奖励", "one row per milestone", (
    _column("count", "milestone", "Milestone", "门槛人数"),
    SUSPICION_SUMMARY["inviters"],
))

CHANNEL_COSTS = Table("channel_costs", "Cost per new buyer", "获客成本", "one row per channel, referral first", (
    COSTS["source_channel"],
    _column("money", "cost", "Cost", "费用"),
    _column("count", "buyers", "New buyers", "新增购买人数"),
    _column("money", "cac", "Cost per buyer", "单客成本"),
))

VARIANTS = Table("variants", "Variants", "版本对比", "one row per variant and metric, against the control", (
    REFERRALS["variant"],
    _column("text", "metric", "Metric", "指标"),
    _column("rate", "difference", "Difference", "差异"),
    _column("rate", "low", "From", "下限", note="95 % interval"),
    _column("rate", "high", "To", "上限"),
    _column("number", "p_value_holm", "p (Holm)", "p 值(Holm)"),
    _column("rate", "least_detectable", "Detectable from", "最小可检出"),
    _column("text", "verdict", "Verdict", "结论"),
))

# What --fail-on may ask about.
REFERRAL_FIGURES = Table("referral_figures", "Figures", "指标", "one row: the whole campaign", (
    _column("count", "participants", "Participants", "参与人数"),
    _column("count", "inviters", "Inviters", "邀请人数"),
    _column("count", "seeds", "Seeds", "种子用户数"),
    *(INVITERS[key] for key in ("invites", "joined", "new_members", "ordered", "retained", "lost", "suspicious", "activated")),
    _column("count", "duplicates", "Duplicate invites", "重复邀请"),
    _column("count", "self_invites", "Self-invites", "自邀"),
    _column("count", "open", "Unanswered invites", "未响应邀请"),
    _column("count", "unknown_inviters", "Unknown inviters", "未知邀请人"),
    _column("count", "unknown_invitees", "Unknown invitees", "未知被邀请人"),
    _column("count", "existing", "Members before", "老会员参与"),
    INVITERS["reward_amount"],
    INVITERS["net_sales"],
    _column("rate", "participation_rate", "Participation", "裂变参与率", note="inviters / participants"),
    _column("rate", "join_rate", "Join rate", "加入率", note="joined / invites"),
    _column("rate", "new_member_rate", "New-member rate", "拉新率", note="new members / joined"),
    _column("rate", "order_rate", "Order rate", "下单率", note="ordered / joined"),
    _column("rate", "retention_rate", "Repurchase rate", "复购率", note="bought again / ordered"),
    _column("rate", "loss_rate", "Loss rate", "流失率", note="lost / new members"),
    _column("rate", "suspicious_rate", "Share to look at", "可疑率", note="to look at / joined"),
    _column("rate", "duplicate_rate", "Duplicate rate", "重复率", note="duplicates / invites"),
    _column("number", "k_joined", "K (joined)", "K 因子(加入)"),
    _column("number", "k_ordered", "K (ordered)", "K 因子(下单)"),
    _column("number", "viral_cycle_days", "Viral cycle (days)", "裂变周期(天)"),
    _column("count", "referral_depth", "Depth", "裂变层级"),
    _column("money", "cost_per_activated", "Cost per activated", "单个激活成本"),
))

# What people read for the values of a column, wherever it stands.
LABELS: dict[str, Mapping[str, tuple[str, ...]]] = {
    "stage": STAGES,
    "rfm_segment": RFM_SEGMENTS,
    "history": HISTORY,
    "joined_by": JOINED_BY,
    "risk_band": RISK_BANDS,
    "reason": SUSPICIONS,
}

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
    "topup": ("top-up, counted when it is spent", "充值储值，消费时才计入"),
    "no_sale": ("fee, transfer or the like, no sale", "手续费、提现等非销售流水"),
    "refund_counted": ("refund counted with its order already", "退款已随订单计入"),
    "parent_order": ("order whose sub-orders are counted", "主订单，已按子订单计入"),
    "other_currency": ("other currency than the shop's", "非本店币种"),
    "superseded": ("another file has a later version of the order", "订单在其他文件中有更新的版本"),
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
    "ambiguous_amount": ("the point may part cents or thousands", "小数点有歧义（可能是千位分隔符）"),
    "out_of_range": ("beyond what any shop has", "超出合理范围"),
    "placeholder_date": ("1970-01-01, which stands for no date", "1970-01-01 是占位日期，不是真实日期"),
    "below_zero": ("below zero, which it cannot be", "不应为负数"),
    "bad_flag": ("not yes or no", "不是“是/否”"),
    "bad_phone": ("not a mobile number", "不是有效手机号"),
    "masked_phone": ("masked phone cannot be a key", "脱敏手机号不能识别会员"),
    "phone_digits_lost": ("Excel lost digits of this phone", "手机号被 Excel 丢失位数"),
    "id_digits_lost": ("Excel lost digits of this number", "编号被 Excel 丢失位数"),
    "unknown_status": ("unknown status word", "未知的状态"),
    "missing_date": ("no date", "缺少日期"),
    "missing_amount": ("no amount", "缺少金额"),
    "order_conflict": ("files disagree about this order", "多个文件对同一订单不一致"),
    "extra_cells": ("more cells than the header has columns", "单元格多于表头的列数"),
    "split_amount": ("amount cut in two at its thousands separator", "金额在千位逗号处被拆成两格"),
    "undecodable": ("bytes that are no text", "无法解码的字节"),
    "error_cell": ("formula error", "公式错误"),
    "formula_without_value": ("formula without a stored value", "公式没有缓存值"),
    "shared_phone": ("phone on more than 3 ids links nothing", "手机号对应超过 3 个会员，未关联"),
}

TABLES = {table.name: table for table in (
    MEMBERS, CONTACTS, REFERRALS, COSTS, ORDERS, ORDER_ITEMS, ORDER_LINES, REJECTS, FEATURES, SEGMENTS, STAGE_SUMMARY, RFM_SUMMARY,
    CHURN, RISK_SUMMARY, BACKTEST, RELIABILITY, REFERRAL_FIGURES, INVITERS, REFERRAL_GROUPS, GENERATIONS, WEEKS, MILESTONES,
    CHANNEL_COSTS, VARIANTS, SUSPICION_SUMMARY, SUSPICION_ROWS,
)}

# Columns whose headers are recognised only to be left behind: they are never stored (PIPL art. 6).
DROPPED_HEADERS = _split(
    "身份证|身份证号|身份证号码|证件号|证件号码|身份证件号|护照号|护照号码|驾驶证号|社保号|详细地址|"
    "收货地址|收货人地址|收件地址|收件人地址|收件人详细地址|收货详细地址|详细收货地址|"
    "详细收货地址/提货地址|提货地址|配送地址|送货地址|家庭地址|家庭住址|联系地址|通讯地址|常用地址|"
    "客户地址|会员地址|顾客地址|用户地址|买家地址|地址|住址|街道|门牌号|修改后的收货地址|id card|"
    "id card no|id number|national id|passport|passport no|ssn|address|address1|address2|address line 1|"
    "address line 2|street|street address|street 1|street 2|billing address|billing address1|"
    "billing address2|billing street|shipping address|shipping address1|shipping address2|shipping street|"
    "ship address|delivery address|default address address1|default address address2|home address|"
    "mailing address|detail address"
)
