"""Who of a list may be contacted: everybody is sent or has one reason, in a fixed order; caps hold whatever comes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import product

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyu_cli.config.contacts import ConsentBasis, ContactSettings
from siyu_cli.config.settings import Settings
from siyu_cli.core.contacts.checks import Leaving, as_dict, check_export, refusals
from siyu_cli.core.contacts.rules import Cap, NoPast, Rules, adults_born_by, counts, decide, rules_of
from siyu_cli.core.contacts.tables import REASONS, SENT
from siyu_cli.core.contacts.texts import fill, has_signature, has_way_out, parts_of, unknown_variables
from siyu_cli.destinations.listed import destination_names
from siyu_cli.destinations.model import destination
from siyu_cli.ledger.packs import People
from siyu_cli.ledger.past import Earlier, Past

ON = date(2026, 3, 1)
RULES = Rules(ON, ("consent_sms",), False, ("phone",), (Cap(2, 30),), 3, None, needs_friend=True, is_by_phone=True)
ADULT = date(1990, 1, 1)


def people(*rows: dict) -> pa.Table:
    whole = {
        "member_id": "V1", "phone": "13800138001", "arm": None, "owner": "李娜", "birthday": ADULT, "consent_sms": True,
        "opt_out_profiling": None, "is_unfriended": False, "name": "王小明",
    }  # fmt: skip
    named = [{**whole, "member_id": f"V{place}", "phone": f"1380013{place:04}"} | row for place, row in enumerate(rows)]
    kinds = {"birthday": pa.date32(), "consent_sms": pa.bool_(), "opt_out_profiling": pa.bool_()}
    schema = pa.schema([(key, kinds.get(key, pa.bool_() if key.startswith("is_") else pa.string())) for key in whole])
    return pa.Table.from_pylist(named, schema)


def past(size: int, contacts: Sequence[Sequence[tuple[date, str, str]]] = (), **of: list) -> Past:
    """What is known of so many people; ``contacts`` are the earlier ones of each: day, channel, destination."""
    flags = {
        key: np.array(of.get(key, [False] * size), np.bool_) for key in ("is_forgotten", "is_suppressed", "was_sent")
    }
    earlier = [Earlier(*one, np.array([place])) for place, own in enumerate(contacts) for one in own]
    return Past(People(b"", b""), **flags, earlier=earlier, owners=of.get("owners", {}))


# --- One reason each ----------------------------------------------------------------------------------

CASES = {
    "forgotten": ({}, {"is_forgotten": [True]}),
    "control": ({"arm": "对照组"}, {}),
    "no_consent": ({"consent_sms": None}, {}),
    "opted_out": ({"consent_sms": False}, {}),
    "suppressed": ({}, {"is_suppressed": [True]}),
    "minor": ({"birthday": date(2010, 1, 1)}, {}),
    "already_sent": ({}, {"was_sent": [True]}),
    "frequency_cap": ({}, {"contacts": [((ON - timedelta(9), "sms", "x"), (ON - timedelta(8), "wecom", "y"))]}),
    "quiet_period": ({}, {"contacts": [((ON - timedelta(1), "wecom", "y"),)]}),
    "no_key": ({"phone": None}, {}),
    "unfriended": ({"is_unfriended": True}, {}),
}


@pytest.mark.parametrize(("reason", "case"), CASES.items())
def test_each_reason_leaves_a_member_out_and_is_named(reason, case):
    row, known = case
    assert decide(people(row), past(1, **known), RULES) == [reason]


@pytest.mark.parametrize(("first", "second"), [pair for pair in product(CASES, CASES) if pair[0] != pair[1]])
def test_of_two_reasons_the_one_that_comes_first_in_the_order_is_told(first, second):
    order = list(REASONS)
    rows = {**CASES[first][0], **CASES[second][0]}
    clash = set(CASES[first][0]) & set(CASES[second][0]) or set(CASES[first][1]) & set(CASES[second][1])
    if not clash:
        known = {**CASES[first][1], **CASES[second][1]}
        (told,) = decide(people(rows), past(1, **known), RULES)
        assert told == min(first, second, key=order.index)


@pytest.mark.parametrize("word", ["control", "Control", "对照", "对照组", " CONTROL "])
def test_the_control_group_is_left_alone_whatever_it_is_called(word):
    assert decide(people({"arm": word}, {"arm": "treated"}), NoPast(2), RULES) == ["control", SENT]


def test_who_refuses_automated_decisions_is_not_on_a_list_made_by_one():
    assert decide(people({"opt_out_profiling": True}), NoPast(1), RULES) == ["opted_out"]


def test_a_stated_basis_covers_the_unknown_and_never_a_no():
    rules = Rules(ON, ("consent_sms",), True, ("phone",))
    assert decide(people({"consent_sms": None}, {"consent_sms": False}), NoPast(2), rules) == [SENT, "opted_out"]


def test_a_platform_needs_consent_of_its_own_whatever_basis_is_stated():
    basis = ConsentBasis(basis="contract", on=ON, document="x")
    shop = Settings(consent={"sms": basis, "wecom": basis})
    bases = {name: rules_of(shop, destination(name), ON).has_basis for name in destination_names()}
    assert {name for name, has in bases.items() if has} == {
        name for name in bases if destination(name).recipient != "platform"
    }


def test_the_second_of_a_member_and_of_a_phone_is_a_duplicate():
    rows = people({"member_id": "A"}, {"member_id": "A"}, {"member_id": "B", "phone": "13800130000"}, {})
    assert decide(rows, NoPast(4), RULES) == [SENT, "duplicate", "duplicate", SENT]


def test_who_is_left_out_takes_nobodys_place():
    rows = people(
        {"consent_sms": None, "phone": "1"}, {"phone": "1"}, {"is_unfriended": True, "phone": "2"}, {"phone": "2"}
    )
    assert decide(rows, NoPast(4), RULES) == ["no_consent", SENT, "unfriended", SENT]


def test_a_variable_that_is_empty_leaves_out_that_member_alone():
    rules = Rules(ON, ("consent_sms",), False, ("phone",), variables=("name",))
    assert decide(people({"name": " "}, {}), NoPast(2), rules) == ["unfilled", SENT]


def test_an_employee_gets_as_many_as_the_day_holds_those_first_on_the_list():
    rules = Rules(ON, ("consent_sms",), False, ("phone",), quota=3)
    rows = people({}, {}, {"owner": "周强"}, {}, {})
    assert decide(rows, past(5, owners={"李娜": 1}), rules) == [SENT, SENT, SENT, "owner_quota", "owner_quota"]


@pytest.mark.parametrize(
    ("born", "on", "is_minor"),
    [
        (date(2008, 3, 1), ON, False),
        (date(2008, 3, 2), ON, True),
        (date(2008, 2, 29), date(2026, 2, 28), True),
        (date(2008, 2, 29), date(2026, 3, 1), False),
        (date(2010, 2, 28), date(2028, 2, 29), False),
    ],
)
def test_a_minor_is_one_until_the_day_they_are_18(born, on, is_minor):
    assert (born > adults_born_by(on)) == is_minor


# --- Invariants ---------------------------------------------------------------------------------------

a_person = st.fixed_dictionaries({
    "member_id": st.sampled_from(["A", "B", "C", "D", "E"]),
    "phone": st.sampled_from([None, "13800138001", "13800138002", "13800138003"]),
    "arm": st.sampled_from([None, "control", "treated"]),
    "owner": st.sampled_from([None, "李娜", "周强"]),
    "birthday": st.sampled_from([None, ADULT, date(2015, 1, 1)]),
    "consent_sms": st.sampled_from([None, True, True, True, False]),
    "opt_out_profiling": st.sampled_from([None, None, True]),
    "is_unfriended": st.sampled_from([None, False, True]),
})  # fmt: skip
lists = st.lists(a_person, max_size=12)


@given(lists, st.integers(1, 3))
def test_listed_is_sent_and_left_out_each_by_one_reason_of_the_order(rows, quota):
    rules = Rules(ON, ("consent_sms",), False, ("phone",), quota=quota, needs_friend=True, is_by_phone=True)
    fates = decide(people(*rows), NoPast(len(rows)), rules)
    assert len(fates) == len(rows)
    assert set(fates) <= {SENT, *REASONS}
    assert sum(counts(fates).values()) == len(rows)
    sent = [row for row, fate in zip(rows, fates, strict=True) if fate == SENT]
    assert all(row["consent_sms"] and row["phone"] and row["arm"] != "control" for row in sent)
    assert len({row["phone"] for row in sent}) == len({row["member_id"] for row in sent}) == len(sent)
    assert all(sum(row["owner"] == owner for row in sent) <= quota for owner in (None, "李娜", "周强"))


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from(["sms", "wecom"]), lists), max_size=8), st.integers(1, 3))
def test_nobody_is_over_a_cap_in_any_window_whatever_order_the_days_come_in(exports, most):
    cap, quiet, days = Cap(most, 10), 2, 10
    had: dict[str, list[tuple[date, str, str]]] = {}
    for day, channel, rows in exports:
        on = ON + timedelta(day)
        rules = Rules(on, ("consent_sms",), False, ("phone",), (cap,), quiet)
        table = people(*rows)
        ids = table["member_id"].to_pylist()
        fates = decide(table, past(len(ids), contacts=[tuple(had.get(one, ())) for one in ids]), rules)
        for one, fate in zip(ids, fates, strict=True):
            if fate == SENT:
                had.setdefault(one, []).append((on, channel, channel))
    for contacts in had.values():
        dates = [day for day, _channel, _place in contacts]
        assert all(sum(0 <= (day - first).days < days for day in dates) <= most for first in dates)
        assert all(abs((one - other).days) >= quiet for one in dates for other in dates if one != other)


def test_wecom_counts_its_own_sends_by_the_limit_the_shop_has():
    for limit, most in (("month", 31), ("week", 7), ("day", 1)):
        shop = Settings(contacts=ContactSettings(wecom_limit=limit))
        assert Cap(most, most, channel="wecom") in rules_of(shop, destination("wecom"), ON).caps
    cap = Cap(1, 1, channel="wecom")
    known = past(2, [[(ON, "wecom", "staff")], [(ON, "sms", "x"), (ON - timedelta(1), "wecom", "y")]])
    assert list(cap.reached(known, ON, 2)) == [True, False]


# --- Texts --------------------------------------------------------------------------------------------


def test_a_text_is_as_long_as_it_is_billed():
    lengths = (0, 70, 71, 134, 135, 201, 202)
    assert [parts_of("字" * length) for length in lengths] == [1, 1, 2, 2, 3, 3, 4]


def test_a_text_with_an_empty_variable_is_none():
    assert fill("{name}：{offer}", {"name": "王", "offer": "满100减20"}) == "王：满100减20"
    assert fill("{name}：{offer}", {"name": "王", "offer": ""}) is None
    assert fill("{name}", {"name": "{offer}", "offer": "x"}) == "{offer}", "what a value holds is no variable"
    assert unknown_variables("{name} {phone}", ("name",)) == ("phone",)


@pytest.mark.parametrize("text", ["【某某店】您好", "您好【某某店】", " 【某某店】您好"])
def test_a_signature_stands_at_the_begin_or_the_end(text):
    assert has_signature(text)
    assert not has_way_out(text)


# --- What the law looks at ----------------------------------------------------------------------------

LAWFUL = "【某某店】新品到店，拒收请回复R"
ASSESSED = Settings(contacts=ContactSettings(assessment="PIA-1"))


def leaving(sent: int = 10, without: int = 0, unknown: int = 0, texts=(LAWFUL,), campaign: str = "春季"):
    return Leaving({"sent": sent}, without, unknown, texts, campaign)


def refused(name: str, what: Leaving, shop: Settings = ASSESSED) -> set[str]:
    return {finding.code for finding in refusals(check_export(what, destination(name), shop), ())}


def warned(name: str, what: Leaving, shop: Settings = ASSESSED) -> set[str]:
    return {one.code for one in check_export(what, destination(name), shop) if one.level == "warning"}


def test_lists_for_others_need_an_assessment_on_record():
    for name in destination_names():
        needs = destination(name).recipient != "own"
        assert ("PIPL-55" in refused(name, leaving(), Settings())) == needs, name
        assert "PIPL-55" not in refused(name, leaving())


def test_no_list_leaves_the_country_without_a_stated_basis():
    abroad = {name for name in destination_names() if "PIPL-38" in refused(name, leaving())}
    assert abroad == {"meta", "google", "braze", "tiktok", "klaviyo"}
    stated = Settings(contacts=ContactSettings(assessment="PIA-1", abroad="SCC 2026"))
    assert refused("meta", leaving(sent=100), stated) == set()


@pytest.mark.parametrize("texts", [(), ("新品到店，拒收请回复R",), ("【某某店】新品到店",), (LAWFUL, "新品到店")])
def test_a_short_message_says_who_sends_it_and_how_to_be_left_alone(texts):
    assert refused("sms-aliyun", leaving(texts=texts)) == {"AD-43"}
    assert refused("sms-aliyun", leaving()) == set()
    assert refused("staff", leaving(texts=texts)) == set()


@pytest.mark.parametrize(("hours", "told"), [(None, "08:00 and 22:00"), ("09:30-21:00", "09:30 and 21:00")])
def test_the_hours_of_short_messages_are_the_shops_own(hours, told):
    own = {"assessment": "P"} | ({"sms_hours": hours} if hours else {})
    shop = Settings(contacts=ContactSettings(**own))
    found = check_export(leaving(texts=(LAWFUL,)), destination("sms-huawei"), shop)
    assert [told in as_dict(one)["message"] for one in found if one.code == "AD-43"] == [True]
    assert "AD-43" not in {one.code for one in check_export(leaving(), destination("staff"), shop)}


def test_what_goes_to_others_without_consent_is_counted_against_the_criminal_law():
    basis = ConsentBasis(basis="contract", on=ON, document="x")
    shop = Settings(contacts=ContactSettings(assessment="PIA-1"), consent={"sms": basis})
    assert "CRIM-253" in warned("sms-aliyun", leaving(500, 249), shop)
    assert refused("sms-aliyun", leaving(500, 249), shop) == set()
    assert refused("sms-aliyun", leaving(500, 250), shop) == {"CRIM-253"}


def test_an_override_lets_that_refusal_go_and_no_other():
    found = check_export(leaving(texts=("x",)), destination("sms-aliyun"), Settings())
    assert {one.code for one in refusals(found, ())} == {"PIPL-55", "AD-43"}
    assert {one.code for one in refusals(found, ("AD-43",))} == {"PIPL-55"}


def test_praise_unknown_ages_small_audiences_and_telling_names_are_warned_of():
    assert "AD-09" in warned("sms-aliyun", leaving(texts=("【某店】全网第一，退订回T",)))
    assert "MINOR" in warned("staff", leaving(unknown=3))
    assert "LIMIT" in warned("meta", leaving(sent=99))
    assert "LIMIT" in warned("ocean-engine", leaving(campaign="名" * 31))
    assert "PIPL-06" in warned("tencent-ads", leaving(campaign="孕妈召回"))
    assert warned("tencent-ads", leaving()) == set()


def told_of(name: str, what: Leaving, shop: Settings = ASSESSED) -> dict[str, str]:
    return {one.code: as_dict(one)["message"] for one in check_export(what, destination(name), shop)}


def test_each_rule_that_looks_at_an_export_says_what_it_found():
    what = Leaving({"sent": 5, "forgotten": 2, "frequency_cap": 3, "no_consent": 1}, 0, 0, (LAWFUL,), "春季", False)
    assert {"PIPL-06", "PIPL-13", "PIPL-23", "PIPL-24", "PIPL-47"} <= told_of("tencent-ads", what).keys()
    assert "PIPL-23" not in told_of("staff", what)
    assert "3 had as many as allowed" in told_of("staff", what)["WECOM"]
    assert "WECOM" not in told_of("sms-aliyun", what)
    assert "PIPL-24" in warned("staff", what)
    assert "PIPL-24" not in warned("staff", leaving())


def test_a_basis_holds_from_its_day_on():
    for day, holds in ((ON, True), (ON + timedelta(1), False)):
        shop = Settings(consent={"sms": ConsentBasis(basis="contract", on=day, document="x")})
        assert rules_of(shop, destination("sms-aliyun"), ON).has_basis is holds
