"""Conditions: words on the screen are words of the language; what cannot be meant is an error with a name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commands import Run, runner
from siyu_cli import Shop, open_shop
from siyu_cli.config.settings import Settings, load_settings
from siyu_cli.core.catalogue import TABLES
from siyu_cli.core.condition_words import DEEPEST, MOST_PARTS
from siyu_cli.core.conditions import parse_condition, restricted, with_segments
from siyu_cli.core.lifecycle.tables import SEGMENTS
from siyu_cli.core.referral.tables import REFERRAL_FIGURES
from siyu_cli.engines.step import step
from siyu_cli.errors import ConditionError, ConfigError
from siyu_cli.tables.column import Column, Table, plain_word
from siyu_cli.tables.inputs import INPUTS, find_input

AS_OF = "2026-06-30"
MEMBERS = """会员编号,加入日期,等级,门店,归属员工,来源渠道
m1,2025-01-01,金卡,静安店,孙素云,小程序
m2,2025-02-01,银卡,静安店,孙素云,小程序
m3,2026-06-20,金卡,徐汇店,杨涵,抖音
"""
ORDERS = """订单号,会员编号,付款时间,实付金额
o1,m1,2026-03-01,1200
o2,m2,2026-06-01,80
"""


@pytest.fixture
def shop(empty_folder: Path) -> Iterator[Shop]:
    (empty_folder / "会员.csv").write_text(MEMBERS, "utf-8")
    (empty_folder / "订单.csv").write_text(ORDERS, "utf-8")
    with open_shop(["会员.csv", "订单.csv"], as_of=AS_OF) as opened:
        yield opened


@pytest.fixture
def run(shop: Shop, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(capsys, "segment", "会员.csv", "订单.csv", "--as-of", AS_OF, "--format", "csv", "--columns", "stage")


def told(text: str, table: Table = SEGMENTS) -> str:
    with pytest.raises(ConditionError) as caught:
        parse_condition(text, table)
    facts = caught.value.as_dict()
    return f"{facts['message']} | {facts['hint']}"


# --- Words on the screen ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seen", "meant"),
    [
        ("stage = '沉睡期'", "stage = 'dormant'"),
        ("stage in ('Dormant', '流失期', 'mature')", "stage IN ('dormant', 'churned', 'mature')"),
        ("stage <> ' dormant '", "stage <> 'dormant'"),
        ("lower(stage) = '沉睡期'", "stage = 'dormant'"),
        ("rfm_segment = 'Important: value'", "rfm_segment = 'important_value'"),
        ("RFM 分群 = '重要价值客户'", "rfm_segment = 'important_value'"),
        ("rfm_segment = 'hhh'", "rfm_segment = 'important_value'"),
        ("history = '仅汇总'", "history = 'totals'"),
        ("加入方式 = '加好友'", "joined_by = 'added_on'"),
        ("rfm_segment like '重要挽%'", "rfm_segment IN ('important_winback')"),
        ("rfm_segment not like 'GENERAL%'", parse_condition("rfm_segment not like 'general%'").sql()),
        ("净消费额 >= 1000", "net_sales >= 1000"),
        ('"Net sales" >= 1000', "net_sales >= 1000"),
        ("Net sales >= 1000 and Orders, 365 days > 2", "net_sales >= 1000 AND orders_365d > 2"),
        ("NET_SALES >= 1000", "net_sales >= 1000"),
        ("购买间隔中位数（天） ＞ ３０", "median_gap_days > 30"),
        ("退款率 ≥ 10%", "refund_rate >= 0.1"),
        ("生命周期阶段 ＝ ‘沉睡期’ 且 净消费额 ≥ 300", "stage = 'dormant' AND net_sales >= 300"),
        ("阶段 in （‘沉睡期’，“流失期”）或非裂变", "stage IN ('dormant', 'churned') OR NOT is_referrer"),
        ("等级='金卡'且门店='静安店'", "level = '金卡' AND store = '静安店'"),
        ('level = "金卡"', "level = '金卡'"),
        ("level = 'O''Brien'", "level = 'O''Brien'"),
        ("末单日期 < '2026/3/1'", "last_order_on < CAST('2026-03-01' AS DATE)"),
        ("joined_on < '2026年3月1日'", "joined_on < CAST('2026-03-01' AS DATE)"),
        ("coalesce(last_order_on, joined_on) is not null", "NOT COALESCE(last_order_on, joined_on) IS NULL"),
        ("is_referrer = true and not is_unfriended", "is_referrer = TRUE AND NOT is_unfriended"),
        ("短信同意 = '是' 或 裂变 <> '否'", "consent_sms = TRUE OR is_referrer <> FALSE"),
        ("consent_sms = 'Yes' and is_referrer = 'no'", "consent_sms = TRUE AND is_referrer = FALSE"),
        ("consent_sms = 'true' and is_referrer in ('FALSE', 'yes')",
         "consent_sms = TRUE AND is_referrer IN (FALSE, TRUE)"),
        ("consent_sms = 1 and is_referrer = 0 and '１' = is_unfriended",
         "consent_sms = TRUE AND is_referrer = FALSE AND TRUE = is_unfriended"),
    ],
)  # fmt: skip
def test_what_is_read_on_a_screen_can_be_written_in_a_condition(seen: str, meant: str):
    assert parse_condition(seen).sql() == meant


def test_figures_of_a_campaign_go_by_their_titles_too():
    assert parse_condition("可疑率 > 10% 或 K (joined) < 1", REFERRAL_FIGURES).sql() == (
        "suspicious_rate > 0.1 OR k_joined < 1"
    )


@pytest.mark.parametrize("table", [SEGMENTS, REFERRAL_FIGURES, *INPUTS.values()], ids=lambda table: table.name)
def test_no_two_columns_share_a_name(table: Table):
    names = [{plain_word(name) for name in (column.key, column.en, column.zh)} for column in table.columns]
    assert sum(map(len, names)) == len(set().union(*names))


LABELLED = {column.key: column for table in TABLES.values() for column in table.columns if column.labels}


@pytest.mark.parametrize("column", LABELLED.values(), ids=LABELLED)
def test_no_two_values_share_a_label(column: Column):
    names = [{plain_word(name) for name in (key, *words)} for key, words in (column.labels or {}).items()]
    assert sum(map(len, names)) == len(set().union(*names))


def test_a_condition_in_words_chooses_the_same_members_as_one_in_keys(run: Run):
    keys = run("--where", "stage = 'dormant' and net_sales >= 1000")
    words = run("--where", "阶段 ＝ ‘沉睡期’ 且 净消费额 ≥ 1000", "--lang", "zh")
    assert keys.out == words.out == "member_id,stage\nm1,dormant\n"


def test_columns_groups_and_maps_go_by_their_titles(run: Run, empty_folder: Path):
    assert run("--columns", "净消费额，Orders, 365 days, 归属员工,门店").out.startswith(
        "member_id,net_sales,orders_365d,owner,store\n"
    )
    by = [run("--by", name, "--format", "json") for name in ("owner", "归属员工", "Owner")]
    assert by[0].code == 0
    assert by[0].out == by[1].out == by[2].out
    (empty_folder / "订单.csv").write_text(ORDERS.replace("会员编号", "家庭"), "utf-8")
    assert run("--map", "订单.会员编号=家庭").code == run("--map", "Orders.Member ID＝家庭").code == 0
    (empty_folder / "siyu.toml").write_text('[map]\n"订单.会员编号" = "家庭"\n', "utf-8")
    assert load_settings(None, empty_folder, {}).origin("map.orders.member_id").endswith("siyu.toml:2")
    assert run().code == 0
    assert find_input("orders.nobody") is None


# --- Values -------------------------------------------------------------------------------------------


def test_a_value_that_no_stage_has_is_an_error_with_the_nearest_and_the_valid_ones():
    assert "Did you mean dormant? The values are: acquired, activated," in told("stage = 'dorment'")
    assert "Did you mean 沉睡期? The values are: 获取期, 激活期," in told("stage <> '沉睡'")
    assert "history is never 'everything'" in told("history in ('full', 'everything')")
    assert "stage is never 'x%'" in told("stage like 'x%'")


@pytest.mark.parametrize("text", ["stage > 'dormant'", "stage = history", "coalesce(rfm_segment, 'x') = 'x'"])
def test_fixed_values_are_compared_with_their_values_alone(text: str):
    assert "can only be compared with its values" in told(text)


@pytest.mark.parametrize(
    ("where", "hint"),
    [
        ("level = '金'", "Did you mean 金卡?"),
        ("owner in ('孙素云', '孙素芸')", "Did you mean 孙素云?"),
        ("门店 = 'nowhere'", "Most have: 静安店, 徐汇店."),
        ("city = '杭州'", "These files say nobody's city."),
        ("member_id = 'm9'", "Give the member id as it stands in the files."),
    ],
)
def test_a_value_that_nobody_has_is_an_error_that_names_who_has_which(run: Run, where: str, hint: str):
    ended = run("--where", where)
    assert (ended.code, ended.out) == (2, "")
    assert hint in ended.err
    assert "m1" not in ended.err


@pytest.mark.parametrize("where", ["level <> '金'", "store not in ('nowhere')", "owner like '%芸'", "net_sales = 7"])
def test_what_excludes_or_looks_for_a_pattern_may_find_nothing(run: Run, where: str):
    assert run("--where", where).code == 0


def test_a_segment_with_a_mistake_names_the_line_of_siyu_toml(run: Run, empty_folder: Path):
    for condition in ("stage = 'dorment'", "level = '金'", "lower(net_sales) = 'x'", "净消费 > 1 且", ""):
        (empty_folder / "siyu.toml").write_text(f'[segments]\nvip = "net_sales > 1"\n"老客" = "{condition}"\n', "utf-8")
        ended = run()
        assert ended.code == 78, condition
        assert "siyu.toml" in ended.err
        assert "segments.老客" in ended.err
    (empty_folder / "siyu.toml").write_text('[segments]\n"杭州" = "城市 = \'杭州\'"\n', "utf-8")
    assert run().code == 0  # these files say nobody's city


def test_a_segment_given_in_python_is_an_error_of_the_condition(shop: Shop):
    with pytest.raises(ConditionError):
        open_shop(["会员.csv"], as_of=AS_OF, settings=Settings(segments={"老客": "stage = 'dorment'"}))
    with pytest.raises(ConditionError, match="nobody has the level"):
        shop.segment(where="level = '铂金'")
    assert not issubclass(ConditionError, ConfigError)


@pytest.mark.parametrize(
    ("text", "suggested"),
    [
        ("registered_on > '2025-01-01'", "是否想写 加入日期（joined_on）？"),
        ("注册时间 > '2025-01-01'", "是否想写 加入日期（joined_on）？"),
        ("net_slaes > 1", "是否想写 净消费额（net_sales）？可用的列：会员编号（member_id）、生命周期阶段（stage）、"),
        ("短信同意 = '也许'", "短信同意（consent_sms）是“是/否”"),
        ("consent_sms > '是'", "例如可以写 短信同意 = '是'"),
        ("stage = 'dorment'", "是否想用 沉睡期（dormant）？取值有：获取期（acquired）、"),
        ("level = '铂金'", "没有一位会员的等级（level）是 '铂金'"),
    ],
)
def test_a_chinese_reader_is_told_titles_with_the_keys(run: Run, text: str, suggested: str):
    ended = run("--where", text, "--lang", "zh")
    assert (ended.code, suggested in ended.err) == (2, True), ended.err


def test_columns_of_options_are_suggested_by_title_and_key(run: Run):
    assert "是否想用 归属员工（owner）？" in run("--by", "归属员", "--lang", "zh").err
    assert "净消费额（net_sales）" in run("--columns", "净消费颇", "--lang", "zh").err
    assert "（orders.member_id）" in run("--map", "orders.member=x", "--lang", "zh").err


def test_yes_and_no_choose_members_in_words(run: Run, empty_folder: Path):
    members = MEMBERS.replace("来源渠道", "短信同意").replace("抖音", "否").replace("小程序", "是")
    (empty_folder / "会员.csv").write_text(members, "utf-8")
    ways = ("短信同意 = '是'", "consent_sms = 'yes'", "consent_sms = 1", "consent_sms")
    chosen = [run("--where", text).out for text in ways]
    assert len(set(chosen)) == 1
    assert chosen[0].count("\n") == 3
    assert run("--where", "短信同意 = '否'").out.startswith("member_id,stage\nm3,")


# --- Kinds --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("lower(net_sales) = 'x'", "net_sales is a number"), ("net_sales", "net_sales is a number"),
        ("stage", "stage is a text"), ("not level", "level is a text"), ("stage + 1 > 2", "stage is a text"),
        ("net_sales = 'many'", "net_sales is a number"), ("days_since_last between 'a' and 'b'", "is a number"),
        ("member_id = 10086", "member_id is a text"), ("is_referrer = 'maybe'", "is_referrer is yes or no"),
        ("is_referrer > false", "is_referrer is yes or no"), ("net_sales is true", "net_sales is a number"),
        ("last_order_on > 20260101", "last_order_on is a date"), ("last_order_on + 1 > 3", "last_order_on is a date"),
        ("last_order_on > 2026-01-01", "last_order_on is a date"), ("last_order_on like '2026%'", "is a date"),
        ("last_order_on > '2026-13-01'", "'2026-13-01' is not a date"), ("joined_on = 'soon'", "'soon' is not a date"),
        ("order_days = level", "order_days is a number"), ("coalesce(net_sales, 'x') > 1", "net_sales is a number"),
        ("net_sales > 1 and level", "level is a text"), ("stage = null", "nothing is ever equal to null"),
        ("net_sales between 1 and null", "nothing is ever equal to null"),
        ("1", "names no column"), ("1 = 1", "names no column"), ("true", "names no column"), ("'a'", "names no column"),
    ],
)  # fmt: skip
def test_parts_that_do_not_fit_together_are_told_with_the_column_and_its_kind(text: str, reason: str):
    message = told(text)
    assert reason in message
    assert "Write" in message


def test_a_figure_is_a_number():
    assert "joined is a number" in told("joined = '12'", REFERRAL_FIGURES)
    assert "joined is a number" in told("joined is true", REFERRAL_FIGURES)


def test_no_product_is_too_large_for_its_type(run: Run):
    assert run("--where", "order_days * 999999999999999 * 999999999999999 * net_sales > 1").code == 0
    assert run("--where", "net_sales * net_sales * net_sales * net_sales >= 0").code == 0
    assert run("--where", "order_days + 999999999999999 + 999999999999999 > 1").code == 0


# --- What nobody can mean -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is empty"), (" \n", "is empty"), ("　", "is empty"),
        ("(" * 300 + "is_referrer" + ")" * 300, "too many parts"), ("not " * 300 + "is_referrer", "too many parts"),
        ("net_sales > " + "- " * 300 + "1", "too many parts"),
        ("is_referrer or " * 300 + "is_referrer", "too many parts"),
        ("is_referrer or " * 1_000 + "is_referrer", "15,011 characters"), ("x" * 10_000, "10,000 characters"),
        ("net_sales > " + "9" * 400, "more than 15 digits"), ("net_sales > 0." + "1" * 400, "more than 15 digits"),
        ("net_sales > 1e99", "cannot use '1e99'"), ("net_sales > 0x1F", "cannot use '0x1F'"),
        ("net_sales > ２０x", "cannot use"), ("net_sales > ²", "cannot"), ("net_sales > 1,000", "cannot be understood"),
        ("net_sales > 1 -- more", "cannot use '--' (at character 15)"), ("net_sales /* x */ > 1", "cannot use '/*'"),
        ("net_sales > 1; drop table x", "cannot use ';' (at character 14)"), ("level = 'a\0b'", "cannot use"),
        ("net_sales\0 > 1", "cannot use"), ("level = 'a", "cannot use"), ("level = ‘a", "cannot use"),
        ("stage in ()", "cannot use 'in'"), ("stage in (select stage from x)", "cannot"), ("count(*) > 1", "cannot"),
        ("length(level, owner) > 1", "cannot"), ("a.net_sales > 1", "cannot"), ("net_sales > all (1)", "cannot"),
        ("net_slaes > 1", "Did you mean net_sales?"), ("净消费 额外 > 1", "cannot"),
        ("custom_segments = 'x'", "cannot use"),
        ("net_sales > $1", "cannot use '$'"), ("net_sales >", "cannot"), (")(", "cannot"),
        ("`level` = 'a'", "cannot use"),
    ],
)  # fmt: skip
def test_what_nobody_can_mean_is_refused_by_name(text: str, reason: str):
    assert reason in told(text)


def test_the_largest_conditions_that_are_read_pass_every_step_from_deep_in_a_program():
    deepest = [
        "(" * DEEPEST + "is_referrer" + ")" * DEEPEST, "not (" * (DEEPEST - 1) + "is_referrer" + ")" * (DEEPEST - 1),
        "lower(" * DEEPEST + "level" + ")" * DEEPEST + " = 'a'",
        "order_days" + " + 1" * (MOST_PARTS // 2 - 2) + " > 5", "order_days" + " * 2" * (MOST_PARTS // 2 - 2) + " > 5",
        " or ".join(["order_days > 1"] * (MOST_PARTS // 4)), f"order_days in ({','.join(map(str, range(1500)))})",
    ]  # fmt: skip

    def deep(frames: int, text: str) -> str:
        if frames:
            return deep(frames - 1, text)
        chosen = restricted(with_segments(step("segments"), {"own": text}), text)
        return chosen.translated("spark", {"mature_orders": 4, "previous_on": None})

    assert all(deep(200, text) for text in deepest)
