"""Masks: how what is personal looks wherever others may read it: screens, lists, logs, errors, messages.

What a column holds decides how it is masked (``tables.Column.mask``); in free text phones, e-mail addresses,
ID card numbers and street addresses are looked for. A mask leaves enough to recognise somebody one knows, and
too little to find somebody one does not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# What a text must hold for a mask to be needed, in the dialect all engines share (RE2).
SUSPECT = (
    r"[0-9０-９][0-9０-９\s\x{a0}._·()\x{2010}-\x{2015}-]{5,}[0-9０-９Xx]|[@＠].*[.．]"
    r"|[0-9０-９]+(?:号|弄|幢|栋|座|室|单元|楼|层)"
)
# What a member's key must hold: it may be a phone, an account, an ID card number, a name, or masked already.
SUSPECT_KEY = (
    r"(?:^|[^0-9])1[3-9][0-9]{9}(?:$|[^0-9])|[@＠*:+]|^[^0-9]+$|[\x{4e00}-\x{9fff}０-９]|[0-9][ .-]+[0-9]"
    r"|^[1-9][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]$"
)
# What an order's number must hold: a phone, an e-mail address, an ID card number.
SUSPECT_NUMBER = (
    r"(?:^|[^0-9])1[3-9][0-9]{9}(?:$|[^0-9])|[@＠０-９]"
    r"|(?:^|[^0-9A-Za-z])[1-9][0-9]{5}(?:18|19|20)[0-9]{9}[0-9Xx](?:$|[^0-9A-Za-z])"
)

_GAP = r"[\s._·()\u2010-\u2015-]{0,3}"
_SMALL_GAP = r"[ _\u2010-\u2015-]{0,2}"
_MOBILE = re.compile(
    rf"(?<![\d*])(?:\(?(?:\+|00)?86{_GAP})?\(?"
    rf"(1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}}|1[3-9]\d(?:{_SMALL_GAP}\d){{8}})(?!\d)"
)
_ABROAD = re.compile(r"(?<![\d+*])(?P<head>\+\d{1,3})(?:[\s().-]{0,2}\d){6,12}(?P<tail>\d\d)(?!\d)")
_LANDLINE = re.compile(r"(?<![\d*-])(?P<head>\(?0\d{2,3}\)?[\s-])\d{5,6}(?P<tail>\d\d)(?!\d)")
_EMAIL = re.compile(r"(?P<head>[^\W_])[\w.+-]*@(?P<host>[A-Za-z0-9\u4e00-\u9fff-]+(?:\.[A-Za-z0-9\u4e00-\u9fff-]+)+)")
_ID_CARD = re.compile(rf"(?<![0-9A-Za-z])[1-9]\d{{5}}{_SMALL_GAP}\d{{8}}{_SMALL_GAP}\d{{3}}[0-9Xx](?![0-9A-Za-z])")
_STREET = re.compile(
    r"[\u4e00-\u9fff]{2,}?(?:路|街|道|巷|弄|里|村|镇|乡|区|县|市|园|苑|城|厦|寓|场)"
    r"[\u4e00-\u9fff0-9A-Za-z-]{0,20}?\d+(?:号|弄|幢|栋|座|室|单元|楼|层)[\u4e00-\u9fff0-9A-Za-z-]*"
)
# A house: its number in a street or flat. A shop may be number 2 of its street, or lie on the third floor.
_HOUSE = re.compile(
    r"(?<=[路街道巷弄里村苑园])\d+(?:号楼?|弄|幢|栋)(?!(?:旗舰|专卖|分|门|直营|体验|总)?店|仓|柜|馆|厅|铺)[\u4e00-\u9fff0-9A-Za-z-]*"
    r"|\d+(?:号楼?|幢|栋)?\d*(?:单元|室)[\u4e00-\u9fff0-9A-Za-z-]*"
)
# What may stand around a name in a sentence, so that it is no part of a longer word.
_BEFORE = re.compile(
    r"(?:(?<![\u3400-\u9fff])|(?<=[的是给找由和与跟同帮替请叫对经及])|(?<=联系|客户|会员|顾客|朋友|闺蜜|老公|老婆|妈妈|爸爸)"
    r"|(?<=推荐人|介绍人|邀请人|联系人))"
)
_AFTER = re.compile(
    r"(?=$|[^\u3400-\u9fff]|[的说要来去在是有也已把被让叫给和与跟同及带买退转代帮想总哥姐妹弟嫂爷奶妈爸家]"
    r"|先生|女士|小姐|太太|老师|阿姨|叔叔|同学|经理|店长|老板|医生|介绍|推荐|邀请|本人|夫妇|老公|老婆|儿子|女儿"
    r"|朋友|闺蜜|申请|反馈|投诉|自提|喜欢)"
)
_NO_LETTER_BEFORE = re.compile(r"(?<![A-Za-z\u00c0-\u024f])")
_NO_LETTER_AFTER = re.compile(r"(?![A-Za-z\u00c0-\u024f])")
_NAME = re.compile(r"[\u3400-\u9fff·]{2,12}|[^\W\d_][^\W\d_'.-]*(?:[ ·]+[^\W\d_][^\W\d_'.-]*)+")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
# What numbers of members are written with.
_OF_NUMBERS = re.compile("会员|客户|顾客|用户|买家|粉丝|贵宾|门店|编号|号|卡|店")
_PREFIX = re.compile(r"[a-z][a-z0-9_-]*:")
_WORD = re.compile(r"[\u3400-\u9fff]+|[^\W\d_]+")
# Words that dates, amounts and numbers are written with: where one is asked for, any other word is somebody's.
_OF_VALUES = set(
    "年月日号时点分秒上下午晚早凌晨中周星期一二三四五六七八九十零〇百千万亿元圆块角毛共合计约整无空是否"
    "有未已今明昨前后天很多少件个次笔单张箱瓶盒只支份人美港欧镑币民"
)
_LATIN_OF_VALUES = re.compile(
    "(?:jan|febr?|mar|apr|jun|jul|aug|sept?|oct|nov|dec)(?:uary|ch|il|e|y|ust|t?ember|ober)?|may"
    "|(?:mon|tue|wed|thu|fri|sat|sun)(?:s?day|nesday|r?sday|urday)?|am|pm|utc|gmt|rmb|cny|usd|hkd|eur|gbp|jpy|yes|no"
    "|true|false|nan?|null|none|inf|div|value|ref|name|num|spill|calc|err(?:or)?|pts|points",
    re.IGNORECASE,
)
# The commonest family names, so that a word in the wrong column is known for a person.
_FAMILIES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜"
    "崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_LONG_FAMILIES = re.compile(
    "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|司徒|令狐|夏侯|轩辕|呼延|端木|独孤|南宫|申屠|宇文|长孙|钟离|赫连|拓跋|完颜"
    "|公冶|濮阳|淳于|太史|鲜于|仲孙|万俟|闻人"
)
# Others, that begin few words of three characters: where a word has as many, it is a person of one of them.
_RARER_FAMILIES = (
    "尤施戚柏窦章葛奚鲁苗俞柳鲍廉岑倪滕殷毕邬傅皮卞齐康伍卜穆萧湛祁禹狄臧谈茅庞纪舒屈阮闵席季娄颜刁骆樊凌霍虞柯昝裘缪宣贲郁"
    "杭洪钮嵇邢裴翁荀甄芮羿靳糜巫乌焦隗谷宓郗仲伊宫宁仇栾甘厉戎祖符詹韶郜蓟蒲邰鄂赖卓蔺屠蒙乔胥闻莘翟贡逄姬冉郦雍璩桑濮扈燕冀"
    "郏浦晏柴瞿阎慕茹宦艾庾暨耿匡寇阙欧沃蔚巩聂晁敖冷訾辛阚饶鞠巢蒯荆竺逯桓佟佘冼谌苟岳肇牟隋邸仝鄢揭麦邝迟栗晋粟仉"
)
_OF_STATUSES = "退款付货单消关闭待已未成功完交易审核取发收支售后签定金额订失败中客问期式利务级卡币包元序度向围数位条"
# A person as registered, in the dialect all engines share.
FULL_NAME = rf"(?:(?:{_LONG_FAMILIES.pattern}).{{1,2}}|[{_FAMILIES}][^{_OF_STATUSES}]{{1,2}})"
_FULL_NAME = re.compile(FULL_NAME)
# What words of three characters that are headers, goods, shops or days hold, and given names hardly ever.
_OF_HEADERS = (
    "名姓号额价量数率日期间时店员类型码态址注费税券分级组人者源道路区市省县品货物色寸重图片书表账户明细录值比点项次段备言性别"
    "年月天周末节购促惠会礼活动装茶酒藏冻链饮易送"
)
_REGISTERED = rf"[{_FAMILIES}{_RARER_FAMILIES}][^{_OF_STATUSES}{_OF_HEADERS}]{{2}}"
_REGISTERED_NAME = re.compile(rf"{_REGISTERED}|(?:{_LONG_FAMILIES.pattern}).{{1,2}}")
# Somebody of whom a sentence tells: 张三说要退款.
_TOLD = re.compile(
    rf"{FULL_NAME.replace('2}', '2}?')}(?=说|要|让|叫|想|已|申请|反馈|投诉|打来|来电|本人|先生|女士|小姐|太太|阿姨)"
    rf"|{_REGISTERED}(?=说|要|让|叫|想|已|申请|反馈|投诉|打来|来电|本人|先生|女士|小姐|太太|阿姨)"
    rf"|(?:(?:{_LONG_FAMILIES.pattern}).{{1,2}}?|[{_FAMILIES}][^{_OF_STATUSES}]{{2}}|{_REGISTERED})(?=的)"
)
# Names that are other words as well, places above all: alone they do not say that a person is meant.
ORDINARY = (
    "沈阳", "金华", "黄山", "安康", "石林", "高阳", "江阴", "万宁", "白山", "余姚", "金坛", "东方", "江门", "黄石",
    "江都", "高邮", "金山", "黄岩", "江宁", "江北", "白云", "周庄", "周口", "唐山", "韩国", "常州", "常熟", "安庆",
    "海宁", "武汉", "石家庄", "马鞍山", "秦皇岛", "张家口", "张家界", "张家港", "马来西亚", "会员", "客户", "顾客",
    "用户", "买家", "先生", "女士", "小姐", "老师", "匿名", "测试", "游客", "散客", "未知", "未填", "微信", "朋友",
    "新客", "老客", "毛利", "毛重", "方法", "万元", "石材", "金价", "黄金", "白金", "白酒", "白色", "黄色", "江苏",
    "高级", "史料", "任职", "马上", "方便",
    "高价值", "高净值", "高风险", "高消费", "高频", "高潜", "高潜力", "高意向", "高活跃", "高端", "高复购", "万元户",
    "毛利率",
    "任务宝", "付定金", "林吉特", "欧莱雅", "欧舒丹", "欧珀莱", "舒肤佳", "康师傅", "康乃馨", "席梦思", "皮卡丘",
    "尤妮佳", "毕业照", "皮夹克", "苏打水", "杭白菊", "毕加索", "燕尾服", "齐肩发", "甘蔗汁", "鲁班锁",
    "金牌", "方式", "金秋", "夏季", "夏装", "夏款", "石榴", "龙井", "毛衣", "白茶", "黄酒", "黄牛",
)  # fmt: skip
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def mask_phone(phone: str | None) -> str:
    """Return ``138****8000``; a number of another length keeps its last two digits at most.

    >>> mask_phone("13812348000"), mask_phone("+86 138-1234-8000")
    ('138****8000', '138****8000')
    """
    if not phone or "*" in phone:
        return phone or ""
    found = _MOBILE.fullmatch(_half_width(phone).strip())
    if found:
        return _of_mobile(found)
    return "****" + (phone[-2:] if len(phone) > 6 else "")


def mask_name(name: str | None) -> str:
    """Return the first character and two stars, whatever the length: ``王**``."""
    return f"{name.strip()[:1]}**" if name and name.strip() else ""


def mask_account(account: str | None) -> str:
    """Return ``w***@example.com`` for an address, ``138****8000`` for a phone, ``a***`` for any other account."""
    if not account:
        return ""
    if "*" in account:
        return account
    masked = mask_contacts(account)
    return masked if masked != account else f"{account[:1]}***"


def mask_contacts(text: str | None) -> str:
    """Return ``text`` with every phone, e-mail address and ID card number in it masked.

    >>> mask_contacts("店长 139-0013-9000"), mask_contacts("wang@example.com")
    ('店长 139****9000', 'w***@example.com')
    """
    if not text or not any(mark.isdigit() or mark in "@＠" for mark in text):
        return text or ""
    # Full width digits and signs are found as others are; a text without them keeps the form it has.
    plain = _half_width(text)
    masked = _EMAIL.sub(r"\g<head>***@\g<host>", plain)
    masked = _ID_CARD.sub(_of_id_card, masked)
    masked = _MOBILE.sub(_of_mobile, masked)
    masked = _ABROAD.sub(r"\g<head>****\g<tail>", masked)
    masked = _LANDLINE.sub(r"\g<head>****\g<tail>", masked)
    return text if masked == plain else masked


def mask_text(text: str | None, names: Iterable[str] = ()) -> str:
    """Return ``text`` with every phone, e-mail, ID card number and street address in it masked, and these names.

    >>> mask_text("王小明 13812348000 文三路138号2幢", ["王小明"]), mask_text("很高兴;高兴的妈妈", ["高兴"])
    ('王** 138****8000 文***', '很高兴;高**的妈妈')
    """
    masked = mask_contacts(text)
    masked = _STREET.sub(lambda found: f"{found[0][0]}***", masked)
    for name in sorted(names, key=len, reverse=True):
        masked = _without(masked, name)
    return masked


def mask_place(text: str | None) -> str:
    """Return where somebody works or belongs, house numbers masked: what stands there should be no address of a home.

    >>> mask_place("西湖区文三路12号3单元"), mask_place("人民路2号店"), mask_place("银泰城3楼")
    ('西湖区文三路***', '人民路2号店', '银泰城3楼')
    """
    return _HOUSE.sub("***", mask_contacts(text))


def mask_key(key: str | None) -> str:
    """Return a member's key as it is shown: phones, accounts, ID cards masked, and names that had to serve as one.

    >>> mask_key("name:王小明"), mask_key("M001"), mask_key("13812348000"), mask_key("account:wang@example.com")
    ('王**', 'M001', '138****8000', 'account:w***@example.com')
    """
    if not key:
        return ""
    if key.startswith("name:"):
        return mask_name(key.removeprefix("name:"))
    prefix = _PREFIX.match(key)
    if prefix:
        return prefix[0] + mask_account(key[prefix.end() :])
    if _NAME.fullmatch(key) or _CHINESE.search(_OF_NUMBERS.sub("", key)):
        return mask_name(key)
    return mask_contacts(key)


def mask_word(word: str) -> str:
    """Return a word that stands where a status or header was looked for, masked if it may be somebody's name.

    >>> mask_word("王小明"), mask_word("已揽收"), mask_word("李雷 13812348000")
    ('王**', '已揽收', '李** 138****8000')
    """
    return _WORD.sub(lambda found: _without_a_name(found[0]), mask_text(word))


def mask_header(header: str) -> str:
    """Return a header, masked where it is the whole name of somebody: a column for each employee has one.

    >>> mask_header("冷小雪"), mask_header("欧阳若兰(元)"), mask_header("高价值"), mask_header("颜色")
    ('冷**', '欧**(元)', '高价值', '颜色')
    """
    return _WORD.sub(lambda found: mask_name(found[0]) if _is_registered(found[0]) else found[0], mask_text(header))


def mask_sentence(text: str, names: Iterable[str]) -> str:
    """Return what was written where it does not belong, masked: these names wherever they stand, and what may be one.

    >>> mask_sentence("张三说要退款", ()), mask_sentence("退给冷小雪", ["冷小雪"])
    ('张**说要退款', '退给冷**')
    """
    masked = mask_contacts(text)  # before the names: a star before a number would hide that it is one
    for name in sorted(names, key=len, reverse=True):
        masked = masked.replace(name, mask_name(name))
    return mask_word(masked)


def mask_misplaced(value: str) -> str:
    """Return what stands where a date, an amount or a number was looked for: figures stay, words of others do not.

    >>> mask_misplaced("2026年13月45日"), mask_misplaced("王小明"), mask_misplaced("文三路138号")
    ('2026年13月45日', '王**', '文**138号')
    """
    return _WORD.sub(lambda found: found[0] if _is_of_values(found[0]) else mask_name(found[0]), mask_contacts(value))


def mask_broken(value: str) -> str:
    """Return what stands where a phone or an account was looked for and is none: its ends at most.

    >>> mask_broken("1380013800"), mask_broken("王小明1380013800"), mask_broken("123")
    ('138****00', '王**138****', '****')
    """
    if _CHINESE.search(value):
        return re.sub(r"(\d{3})\d{2,}", r"\1****", mask_misplaced(value))
    return f"{value[:3]}****{value[-2:]}" if len(value) > 6 else "****"


def _half_width(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def _of_mobile(found: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", found[1])
    return f"{digits[:3]}****{digits[-4:]}"


def _of_id_card(found: re.Match[str]) -> str:
    number = re.sub(_SMALL_GAP, "", found[0])
    return f"{number[:3]}{'*' * 13}{number[-2:]}" if is_id_card(number) else found[0]


def is_id_card(number: str) -> bool:
    """Return whether 18 characters are an ID card number: a day of birth there was, and the check digit fits."""
    year, month, day = int(number[6:10]), int(number[10:12]), int(number[12:14])
    if not (1850 <= year <= 2100 and 1 <= month <= 12 and 1 <= day <= 31):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number[:17], strict=True))
    return "10X98765432"[total % 11] == number[17].upper()


def _without(text: str, name: str) -> str:
    """Return a text with a name masked wherever it stands as a name, and not as part of a longer word."""
    # A name of three characters is hardly ever part of a word; shorter ones, and nicknames, often are.
    if is_full_name(name) and len(name) > 2:
        return text.replace(name, mask_name(name))
    before, after = (_BEFORE, _AFTER) if _CHINESE.search(name) else (_NO_LETTER_BEFORE, _NO_LETTER_AFTER)
    parts, seen, at = [], 0, text.find(name)
    while at >= 0:
        if before.match(text, at) and after.match(text, at + len(name)):
            parts += [text[seen:at], mask_name(name)]
            seen = at + len(name)
        at = text.find(name, at + len(name))
    return "".join([*parts, text[seen:]])


def _without_a_name(word: str) -> str:
    if _may_be_a_name(word):
        return mask_name(word)
    told = _TOLD.match(word)
    return mask_name(told[0]) + word[told.end() :] if told else word


def _is_of_values(word: str) -> bool:
    return len(word) == 1 or set(word) <= _OF_VALUES or bool(_LATIN_OF_VALUES.fullmatch(word))


def is_full_name(name: str) -> bool:
    """Return whether a name is one that people are registered by, and hardly any other word: 王小明, Anna Smith."""
    return _may_be_a_name(name) or bool(_NAME.fullmatch(name) and " " in name)


def _is_registered(word: str) -> bool:
    return bool(_REGISTERED_NAME.fullmatch(word)) and word not in ORDINARY


def _may_be_a_name(word: str) -> bool:
    return _is_registered(word) or (bool(_FULL_NAME.fullmatch(word)) and word not in ORDINARY)
