"""How single values look: masked, drawn, wrapped, harmless."""

from __future__ import annotations

import math
from datetime import date, datetime
from decimal import Decimal

import pandas as pd
import pytest

from siyu_cli.cli.options import parse_date
from siyu_cli.config.mapped import parse_map
from siyu_cli.errors import UsageError
from siyu_cli.masks import mask_account, mask_name, mask_phone, mask_text
from siyu_cli.render.reader import Reader, plain
from siyu_cli.render.terminal import bar
from siyu_cli.render.wrapping import width, wrap
from siyu_cli.signs import inert, visible

show = Reader("en").show


def test_masks_leave_just_enough_to_recognise_somebody():
    assert mask_phone("13812348000") == "138****8000"
    assert mask_phone("186******05") == "186******05"
    assert mask_phone("021-5555") == "****55"
    assert mask_phone("12345") == "****"
    assert mask_name("王小明") == mask_name(" 王 ") == "王**"
    assert mask_name("欧阳若兰") == "欧**"
    assert mask_account("anna@example.com") == "a***@example.com"
    assert mask_account("shopper88") == "s***"
    assert [mask(None) for mask in (mask_phone, mask_name, mask_account, mask_text)] == [""] * 4


def test_a_phone_or_address_inside_a_text_is_masked_and_longer_numbers_are_not():
    assert mask_text("No member 13812348000, anna@example.com") == "No member 138****8000, a***@example.com"
    assert mask_text("order 613812348000123456") == "order 613812348000123456"


@pytest.mark.parametrize("text", ["=1+1", "+86", "-5", "@a", "\tx", "\rx"])
def test_text_that_a_spreadsheet_would_run_is_quoted(text: str):
    assert inert(text) == "'" + text


@pytest.mark.parametrize("gap", [None, math.nan, pd.NA, pd.NaT])
def test_a_gap_is_null_for_machines_and_nothing_for_people(gap: object):
    assert plain(gap) is None
    assert plain([gap]) == [None]
    assert show(gap, "money") == ""


def test_machines_read_dates_as_iso_and_numbers_as_numbers():
    assert plain(date(2026, 3, 1)) == plain(datetime(2026, 3, 1)) == "2026-03-01"
    assert plain(datetime(2026, 3, 1, 9, 5)) == "2026-03-01T09:05:00"
    assert plain({"a": Decimal("1.10")}) == {"a": 1.1}
    assert plain(pd.Series([3]).iloc[0]) == 3


def test_people_read_money_shares_and_counts():
    assert show(1234.5, "money") == "1,234.50"
    assert show(0.1234, "rate") == "12.3%"
    assert show(1234567, "count") == "1,234,567"
    assert show(1.5, "number") == "1.5"
    assert show(100, "number") == "100"
    assert show("\x1b[31mred", "text") == "␛[31mred"


def test_a_bar_is_as_long_as_its_share():
    assert bar(1, 4) == "████"
    assert bar(0.5, 4) == "██  "
    assert bar(1 / 32, 4) == "▏   "
    assert [bar(share, 4) for share in (0, None, -0.2)] == ["    "] * 3
    assert bar(1.7, 4) == "████"


def test_text_is_wrapped_by_what_it_takes_on_a_terminal():
    assert width("沉睡 a") == 6
    lines = wrap("距上次消费 62 天，是其平常间隔 21 天的 3 倍，超过 60 天即衰退。", 20)
    assert max(map(width, lines)) <= 21  # a mark may stand out rather than start a line
    assert not [line for line in lines if line[0] in "，。"]
    assert wrap("words stay whole", 8) == ["words", "stay", "whole"]


def test_control_characters_do_not_reach_a_terminal():
    assert visible("a\x1b[2Jb\x9bc\nd\te") == "a␛[2Jb�c\nd\te"


@pytest.mark.parametrize("text", ["2026-03-01", "2026/3/1", "20260301", " 2026-3-1 "])
def test_a_date_is_read_in_the_ways_people_write_it(text: str):
    assert parse_date("--as-of", text) == date(2026, 3, 1)


@pytest.mark.parametrize("text", ["03/01/2026", "2026-13-01", "2026-03", "today", ""])
def test_anything_else_is_no_date(text: str):
    with pytest.raises(UsageError, match="is not a date"):
        parse_date("--as-of", text)


def test_headers_may_hold_an_equals_sign():
    assert parse_map(["orders.paid_amount=实付=金额"]) == {"orders.paid_amount": "实付=金额"}
