"""An answer is a value: what is asked afterwards changes nothing of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from siyu_cli import Shop, open_shop

EXAMPLES = Path(__file__).parents[1] / "examples"
FILES = [EXAMPLES / name for name in ("会员.xlsx", "订单.xlsx", "邀请记录.xlsx")]


@pytest.fixture(scope="module")
def shop():
    with open_shop(FILES, as_of="2026-06-30") as shop:
        yield shop


def test_a_list_stays_that_of_its_question_when_another_is_asked(shop: Shop):
    some = shop.segment(where="stage = 'dormant'")
    every = shop.segment()
    assert len(some.members) == some.stages["members"].sum() < len(every.members)
    assert set(some.members["stage"]) == {"dormant"}
    shop.explain(str(every.members["member_id"][0]))
    assert every.arrow(("member_id", "phone")).num_rows == len(every.members)


def test_who_may_be_leaving_stays_so_too(shop: Shop):
    some = shop.churn(where="stage = 'dormant'", model="mbg")
    shop.churn(model="mbg")
    assert set(some.members["stage"]) == {"dormant"}


def test_rows_to_look_at_are_those_of_their_report(shop: Shop):
    found = shop.engine.connection.execute("select distinct campaign from referrals where campaign is not null")
    campaigns = [None, *sorted(name for (name,) in found.fetchall())]
    apart = [shop.referral_report(campaign=name).suspicions.num_rows for name in campaigns]
    reports = [shop.referral_report(campaign=name) for name in campaigns]
    assert [report.suspicions.num_rows for report in reports] == apart
    assert len(set(apart)) > 1


def test_a_list_nobody_has_any_more_is_forgotten(shop: Shop):
    def tables() -> int:
        return len(shop.engine.connection.execute("show tables").fetchall())

    shop.segment()
    before = tables()
    for _round in range(5):
        shop.segment(where="stage = 'dormant'")
    assert tables() <= before + 1


def test_an_answer_may_outlive_its_shop():
    with open_shop(FILES, as_of="2026-06-30") as shop:
        first, _second = shop.segment(), shop.segment()
    del first
