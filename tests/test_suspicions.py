"""Reasons to look at an invite: what is named, and what is left in peace."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from referral_files import AS_OF
from siyu_cli import open_shop
from siyu_cli.config.settings import ReferralSettings, Settings


def campaign_with(extra: list[dict[str, Any]], honest: int = 300) -> list[pd.DataFrame]:
    """Return a campaign of honest inviters of one to four, half of whose invitees order, and of what is added."""
    rng = np.random.default_rng(5)
    rows = [
        {"邀请人": f"i{number}", "被邀请人": f"i{number}/{place}", "邀请时间": f"2026-0{1 + place % 4}-1{number % 9}",
         "加入时间": f"2026-0{1 + place % 4}-1{number % 9}", "设备号": f"d{number}/{place}"}
        for number in range(honest) for place in range(1 + number % 4)
    ]  # fmt: skip
    bought = [row["被邀请人"] for row in rows if rng.random() < 0.5]
    bought += [row["被邀请人"] for row in extra if row.get("orders")]
    invites = pd.DataFrame(rows + [{key: row[key] for key in row if key != "orders"} for row in extra])
    orders = pd.DataFrame({
        "订单号": [f"o{name}" for name in bought], "会员编号": bought, "付款时间": "2026-05-20", "实付金额": 50.0,
    })  # fmt: skip
    return [invites, orders]


def reasons(sources: list[pd.DataFrame], **referral: Any) -> dict[str, set[str]]:
    with open_shop(sources, as_of=AS_OF, settings=Settings(referral=ReferralSettings(**referral))) as shop:
        rows = shop.referral_report().suspicions.to_pylist()
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row["reason"], set()).add(row["inviter_id"])
    return found


def invitees(inviter: str, count: int, **more: Any) -> list[dict[str, Any]]:
    day = {"邀请时间": "2026-03-01", "加入时间": "2026-03-02"}
    return [{"邀请人": inviter, "被邀请人": f"{inviter}/{place}", **day, **more} for place in range(count)]


def test_an_honest_campaign_gives_no_reason_to_look():
    assert reasons(campaign_with([]), milestones=(3,)) == {}


def test_forty_invitees_who_never_order_are_a_star():
    found = reasons(campaign_with(invitees("star", 40)))
    assert found["star_of_inactive"] == {"star"}


def test_forty_invitees_who_order_like_others_are_none():
    keen = [{**row, "orders": place % 2 == 0} for place, row in enumerate(invitees("keen", 40))]
    assert "star_of_inactive" not in reasons(campaign_with(keen))


def test_three_on_one_device_are_named_and_two_are_not():
    found = reasons(campaign_with([*invitees("three", 3, 设备号="same"), *invitees("two", 2, 设备号="pair")]))
    assert found["shared_device"] == {"three"}


def test_a_shops_own_tablet_says_nothing():
    public = [row for number in range(8) for row in invitees(f"p{number}", 3, 设备号="tablet")]
    assert "shared_device" not in reasons(campaign_with(public))


def test_a_family_of_three_at_one_address_is_no_reason_and_five_strangers_are():
    found = reasons(
        campaign_with([*invitees("home", 3, 收货地址="一号楼 101"), *invitees("many", 5, 收货地址="二号楼101")])
    )
    assert found["shared_address"] == {"many"}


def test_a_ring_is_named_with_whoever_is_below_it():
    ring = [
        {"邀请人": a, "被邀请人": b, "邀请时间": "2026-03-01", "加入时间": "2026-03-02"}
        for a, b in (("a", "b"), ("b", "c"), ("c", "a"), ("c", "below"))
    ]
    assert reasons(campaign_with(ring))["cycle"] == {"a", "b", "c"}


def test_many_who_stop_at_a_milestone_with_invitees_who_never_order_are_named():
    huggers = [row for number in range(40) for row in invitees(f"h{number}", 5)]
    found = reasons(campaign_with(huggers), milestones=(5,))
    assert found["milestone"] == {f"h{number}" for number in range(40)}
    assert "milestone" not in reasons(campaign_with(huggers), milestones=(3,))
