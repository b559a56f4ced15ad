"""Contracts of profile: the traits that are compared, the list, and the tables that are shown."""

from __future__ import annotations

from siyu_cli.core.lifecycle.tables import SEGMENTS
from siyu_cli.tables.column import Table, column

AGE_BANDS = {"under_18": ("under 18", "18 岁以下"), "18_24": ("18–24", "18–24 岁"), "25_34": ("25–34", "25–34 岁"), "35_44": ("35–44", "35–44 岁"), "45_54": ("45–54", "45–54 岁"), "55_over": ("55 and over", "55 岁及以上")}
PRICE_BANDS = {"low": ("low", "低价"), "middle": ("middle", "中价"), "high": ("high", "高价")}
MIXED = "(mixed)"
UNKNOWN_WORDS = ("未知", "保密", "不详", "未填写", "其他", "unknown", "none", "n/a", "other")  # written, and said of nobody

TRAITS = Table("traits", "Traits", "画像特征", "one row per member", (
    SEGMENTS["member_id"],
    SEGMENTS["level"],
    SEGMENTS["gender"],
    column("text", "age_band", "Age", "年龄段", labels=AGE_BANDS, note="by birthday, at the date looked at"),
    SEGMENTS["city"],
    SEGMENTS["source_channel"],
    SEGMENTS["owner"],
    SEGMENTS["store"],
    SEGMENTS["is_referrer"],
    column("text", "favourite_category", "Favourite category", "偏好品类", labels={MIXED: ("(mixed)", "（不集中）")}, note="bought on at least 2 of 5 of their dates, of 3 or more; else mixed"),
    column("text", "price_band", "Price band", "价格带", labels=PRICE_BANDS, note="middle of price ÷ middle price of its category: low under 0.8, high over 1.25"),
    SEGMENTS["order_days"],
    SEGMENTS["days_since_last"],
    SEGMENTS["average_order_value"],
    SEGMENTS["median_gap_days"],
    column("rate", "promotion_share", "Bought at a discount", "促销敏感度", note="share of what was paid for items under their price, or with a coupon; empty where no price is exported"),
    SEGMENTS["refund_rate"],
    column("rate", "weekend_share", "At weekends", "周末购买占比", note="of the dates they bought on"),
    column("rate", "festival_share", "Around festivals", "大促节日占比", note="of the dates they bought on: 618, Double 11, the Spring Festival, [calendar]"),
))
VALUED = ("level", "gender", "age_band", "city", "source_channel", "owner", "store", "is_referrer", "favourite_category", "price_band")
NUMBERS = ("order_days", "days_since_last", "average_order_value", "median_gap_days", "promotion_share", "refund_rate", "weekend_share", "festival_share")
# Columns that say the same thing in other words: whoever chooses by one of them has chosen by all.
KIN = (
    ("stage", "rfm_segment", "r_score", "f_score", "m_score", "days_since_last", "order_days", "order_count", "net_sales", "average_order_value", "median_gap_days", "first_order_on", "last_order_on", "orders_365d", "net_sales_365d", "previous_stage"),
    ("birthday", "age_band"),
)

PROFILE = Table("profile", "Profile", "人群画像", "one row per trait and value, or per number", (
    column("text", "attribute", "Trait", "特征"),
    column("text", "value", "Value", "取值", note="empty for a number"),
    column("count", "members", "Members", "人数", note="of the segment; of a number, those of whom it is known"),
    column("number", "segment", "Segment", "该人群", note="share among those of whom the trait is known, or mean"),
    column("number", "others", "Others", "对照人群", note="the same of the others"),
    column("number", "tgi", "TGI", "TGI", shown_as="digits", note="100 × share in the segment ÷ share of all, among those of whom it is known"),
    column("number", "smd", "Standardised difference", "标准化差异", shown_as="mark", note="difference ÷ pooled standard deviation; 0.2 small, 0.5 medium, 0.8 large"),
    column("number", "v", "Cramér's V", "Cramér's V", shown_as="mark", note="how far the whole trait tells the two apart, 0 to 1"),
    column("number", "p_holm", "p (Holm)", "p 值（Holm）", shown_as="digits", note="chance of as much under no difference, adjusted for looking at so many traits"),
    column("flag", "is_by_construction", "By construction", "由条件决定", note="the segment was chosen by this or a kindred column"),
))

VALUES = Table("profile_values", "What they are", "人群特征", "one row per value that differs", (
    PROFILE["attribute"], PROFILE["value"], PROFILE["members"],
    column("rate", "segment", "Segment", "该人群", note=PROFILE["segment"].note),
    column("rate", "others", "Others", "对照人群", note=PROFILE["others"].note),
    PROFILE["tgi"], PROFILE["smd"],
))
MEANS = Table("profile_numbers", "What they do", "行为特征", "one row per number that differs", (
    PROFILE["attribute"],
    column("number", "segment_mean", "Segment: mean", "该人群均值"), column("number", "others_mean", "Others: mean", "对照均值"),
    column("number", "segment_median", "Segment: middle", "该人群中位数"), column("number", "others_median", "Others: middle", "对照中位数"),
    PROFILE["smd"],
))
KNOWN = Table("profile_traits", "All traits", "全部特征", "one row per trait", (
    PROFILE["attribute"],
    column("rate", "known_segment", "Known of segment", "该人群已知", note="of the others it is not known, and they are in no share"),
    column("rate", "known_others", "Known of others", "对照人群已知"),
    PROFILE["v"], PROFILE["smd"], PROFILE["p_holm"], PROFILE["is_by_construction"],
))
