"""What destinations ask for: their files are checked, a phone is hashed as each of them says."""

from __future__ import annotations

import json
from datetime import date
from importlib.resources import files

import pytest
from pydantic import ValidationError

from siyu_cli.destinations.keys import FORMS, plain_email, plain_phone
from siyu_cli.destinations.listed import destination_names
from siyu_cli.destinations.model import destination, parse_destination

# Published or worked out by hand; the last is Meta's own example.
PHONE = "13800138000"
HASHES = {
    "tencent-ads": "7945bd83237335e5376ff44d62e4f0ae",
    "wechatpay-brand": "7945bd83237335e5376ff44d62e4f0ae",
    "tencent-ads-sha256": "a6942f9771d67f34034d2f1926988ed3fad3bf1b4e7cedb9a31f31398dea43bc",
    "ocean-engine": "a6942f9771d67f34034d2f1926988ed3fad3bf1b4e7cedb9a31f31398dea43bc",
    "meta": "bf08aacce7f9b2452863cf99373043c3333f0e3127f1f787c4abb46ab6cf2b83",
    "google": "ec61f3c620a98bdead8c1f1f0ae747abd1b62a0c2dba4fd4bc22cf0d1d8653e5",
    "sms-aliyun": PHONE,
    "sms-tencent": PHONE,
    "sms-huawei": PHONE,
    "weiban": PHONE,
    "wecom": PHONE,
    "csv": PHONE,
    "braze": f"+86{PHONE}",
    "tiktok": "ec61f3c620a98bdead8c1f1f0ae747abd1b62a0c2dba4fd4bc22cf0d1d8653e5",
    "klaviyo": f"+86{PHONE}",
}
MINIMAL = {
    "en": "x", "zh": "某", "source": "y", "channel": "sms", "recipient": "own", "consent": ["consent_sms"],
    "key": ["phone"], "format": "csv", "columns": [{"field": "phone", "title": "p", "form": "digits"}],
}  # fmt: skip


@pytest.mark.parametrize("name", destination_names())
def test_every_destination_is_checked_and_says_whence_its_rules_come(name: str):
    found = destination(name)
    assert found.name == name
    assert found.source
    assert found.title("zh") != found.title("en")


@pytest.mark.parametrize("name", [name for name in destination_names() if "phone" in destination(name).carries])
def test_a_phone_is_written_as_each_destination_asks(name: str):
    (column,) = [column for column in destination(name).columns if column.field == "phone"]
    assert FORMS[column.form](PHONE) == HASHES[name]


def test_meta_takes_digits_without_a_plus():
    assert FORMS["sha256"]("16505551212") == "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176"


def test_a_phone_is_one_number_however_it_is_written():
    ways = ("13800138000", "+8613800138000", "86 138 0013 8000", "0086-138-0013-8000", " 138-0013-8000 ")
    assert {plain_phone(way) for way in ways} == {PHONE}
    assert [plain_phone(no) for no in ("138****8000", "12800138000", "1380013800", "", None)] == [None] * 5


def test_an_e_mail_is_small_and_whole():
    assert plain_email(" Li.Lei@Example.COM ") == "li.lei@example.com"
    assert [plain_email(no) for no in ("l***@example.com", "li lei@example.com", "li@", "", None)] == [None] * 5


@pytest.mark.parametrize("name", [name for name in destination_names() if destination(name).recipient == "platform"])
def test_a_platform_gets_nobody_without_consent_to_it_and_nothing_but_keys(name: str):
    found = destination(name)
    assert found.consent == ("consent_ads",)
    assert set(found.carries) <= {"phone", "email", "member_id"}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"recipient": "platform"}, "consent_ads"),
        ({"recipient": "processor", "columns": [*MINIMAL["columns"], {"field": "why", "title": "w"}]}, "in the house"),
        ({"columns": [{"field": "phone", "title": "p"}]}, "digits or as a hash"),
        ({"columns": [{"field": "id_card", "title": "p"}]}, "Input should be"),
        ({"key": ["email"]}, "key of a destination"),
        ({"format": "txt", "columns": [*MINIMAL["columns"] * 2]}, "one column"),
        ({"format": "xlsx", "max_bytes": 5}, "max_rows"),
        ({"headers": True}, "Extra inputs"),
        ({"columns": [{"field": "phone", "form": "digits", "en": "Phone"}]}, "both en and zh"),
    ],
)
def test_a_destination_that_does_not_hold_together_is_refused(changed: dict, told: str):
    lines = [f"{key} = {_toml(value)}" for key, value in {**MINIMAL, **changed}.items()]
    with pytest.raises(ValidationError, match=told):
        parse_destination("\n".join(lines), "mine")


def test_file_names_hold_only_what_the_destination_allows():
    assert destination("sms-huawei").stem("春季 召回/1", date(2026, 3, 1)) == "smshuawei春季召回120260301"
    assert destination("wechatpay-brand").stem("春季", date(2026, 3, 1)) == "wechatpay-brand--2026-03-01"


def test_every_destination_is_one_file():
    found = {item.name for item in files("siyu_cli.destinations").iterdir() if item.name.endswith(".toml")}
    assert found == {f"{name}.toml" for name in destination_names()}


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
