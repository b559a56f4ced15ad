"""What the demo shop is made of: an invented skincare shop's channels, goods, stores, cities and words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Channel:
    """One way members come in; costs are yuan per new member, the rest are factors around 1."""

    name: str
    early_weight: float
    late_weight: float
    buy_share: float
    loyalty: float
    spend: float
    advertising: float
    promotion: float


REFERRAL = "老客推荐"

CHANNELS = (
    Channel("门店扫码", 38, 20, 0.88, 1.20, 1.10, 0.0, 3.5),
    Channel("公众号", 16, 7, 0.66, 1.05, 1.00, 0.0, 4.0),
    Channel("小程序", 14, 12, 0.74, 1.00, 0.95, 1.5, 5.0),
    Channel("包裹卡", 12, 11, 0.82, 1.10, 1.00, 0.0, 6.0),
    Channel(REFERRAL, 8, 15, 0.80, 1.05, 1.00, 0.0, 15.0),
    Channel("朋友圈广告", 6, 9, 0.58, 0.75, 0.90, 31.0, 4.0),
    Channel("抖音直播", 3, 16, 0.70, 0.65, 0.75, 22.0, 6.0),
    Channel("小红书", 3, 10, 0.67, 0.95, 1.05, 18.0, 3.0),
)

# (name, price in fen), by price: the amount a member tends to spend picks its neighbourhood.
PRODUCTS = (
    ("氨基酸洁面小样", 990),
    ("护手霜30g", 1990),
    ("补水面膜5片", 2990),
    ("润唇膏", 3500),
    ("洗脸巾3包", 3990),
    ("卸妆水200ml", 4900),
    ("补水面膜10片", 5900),
    ("氨基酸洁面120g", 6900),
    ("沐浴露500ml", 7500),
    ("保湿化妆水150ml", 8900),
    ("舒缓喷雾300ml", 9900),
    ("防晒乳50g", 11900),
    ("洗护套装", 12900),
    ("保湿乳液100ml", 13900),
    ("修护面膜15片", 15900),
    ("气垫粉底", 16900),
    ("保湿面霜50g", 18900),
    ("水乳套装", 22900),
    ("精华液30ml", 26900),
    ("眼霜20g", 29900),
    ("精华面霜50g", 34900),
    ("精华液50ml", 39900),
    ("护肤三件套", 45900),
    ("抗皱面霜50g", 52900),
    ("护肤五件套", 68800),
    ("美容仪", 89900),
    ("礼盒装", 129900),
)
# What each kind of goods is told by; what none of them says is care of the skin.
_CATEGORIES = {
    "护肤套装": ("套装", "三件套", "五件套", "礼盒"),
    "面膜": ("面膜",),
    "彩妆": ("粉底",),
    "洁面卸妆": ("洁面", "卸妆"),
    "身体护理": ("护手霜", "唇膏", "沐浴", "洗脸巾"),
    "美容仪器": ("仪",),
}


def category_of(product: str) -> str:
    """Return the category of a product by its name.

    >>> category_of("补水面膜5片"), category_of("眼霜20g")
    ('面膜', '护肤')
    """
    named = (category for category, words in _CATEGORIES.items() if any(word in product for word in words))
    return next(named, "护肤")


ADD_ON = ("旅行装三件", 1900)
SAMPLE = "体验装"

# (store, city, province); the first is the shop's own web store.
ONLINE_STORE = "线上商城"
STORES = (
    ("静安店", "上海", "上海"),
    ("武林店", "杭州", "浙江"),
    ("新街口店", "南京", "江苏"),
    ("观前店", "苏州", "江苏"),
    ("天河店", "广州", "广东"),
    ("福田店", "深圳", "广东"),
    ("春熙店", "成都", "四川"),
    ("江汉店", "武汉", "湖北"),
    ("朝阳店", "北京", "北京"),
    ("解放碑店", "重庆", "重庆"),
    ("钟楼店", "西安", "陕西"),
    ("五一店", "长沙", "湖南"),
    ("二七店", "郑州", "河南"),
    ("台东店", "青岛", "山东"),
    ("鼓楼店", "福州", "福建"),
    ("中山店", "厦门", "福建"),
    ("天一店", "宁波", "浙江"),
    ("崇安店", "无锡", "江苏"),
    ("淮河店", "合肥", "安徽"),
    ("青年店", "沈阳", "辽宁"),
)
OTHER_CITIES = (
    ("天津", "天津"),
    ("济南", "山东"),
    ("昆明", "云南"),
    ("南昌", "江西"),
    ("贵阳", "贵州"),
    ("南宁", "广西"),
    ("哈尔滨", "黑龙江"),
    ("长春", "吉林"),
    ("石家庄", "河北"),
    ("太原", "山西"),
    ("兰州", "甘肃"),
    ("温州", "浙江"),
    ("佛山", "广东"),
    ("东莞", "广东"),
    ("烟台", "山东"),
    ("嘉兴", "浙江"),
)

WEB_CHANNEL = "网店"
ORDER_CHANNELS = ("门店", "小程序", "网店", "社群团购")

# Lowest net sales in yuan, from the bottom.
LEVELS = ((0, "普通会员"), (500, "银卡会员"), (2000, "金卡会员"), (6000, "黑金会员"))

TAGS = ("敏感肌", "干皮", "油皮", "宝妈", "学生", "直播粉丝", "爱参加活动", "送礼", "美妆爱好者", "价格敏感")

SURNAMES = (
    *"王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈",
    "欧阳",
    "上官",
)
GIVEN_CHARACTERS = tuple(
    "伟芳娜敏静丽强磊洋艳勇军杰娟涛明超秀霞平刚桂英华玉萍红玲芬燕彬凤洁梅琳素云莲真环雪荣爱妹佳嘉琼勤珍贞莉兰"
    "子轩雨涵梓欣怡诗琪浩宇思博文俊晨悦彤瑶萱婷婉清若溪安宁可心一诺语桐沐阳景行知远"
)
NICK_HEADS = ("爱笑的", "慢慢的", "早起的", "不吃糖的", "山里的", "会发光的", "小小", "大大", "阿", "晴天")
NICK_TAILS = (
    "鹿",
    "橘子",
    "云朵",
    "柚子",
    "小鱼",
    "团子",
    "月亮",
    "芒果",
    "豆豆",
    "麦子",
    "向日葵🌻",
    "猫咪🐱",
)
