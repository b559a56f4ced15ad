"""Invented referral campaigns, with what is planted in them known row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

AS_OF = "2026-06-30"
_START = date(2026, 1, 1)
_DAYS = 120  # the last two months of the half year are for ordering


@dataclass(frozen=True)
class Planted:
    """How many of each are planted: stars of bought accounts, rings, groups on one phone or device, huggers."""

    stars: int = 6
    rings: int = 8
    phones: int = 10
    huggers: int = 40


@dataclass(frozen=True)
class Campaign:
    """A campaign as its files, and the truth: ``inviter_id, invitee_id, kind`` for every link."""

    invites: pd.DataFrame
    members: pd.DataFrame
    orders: pd.DataFrame
    truth: pd.DataFrame


def draw_campaign(seed: int, inviters: int, planted: Planted, milestones: Sequence[int]) -> Campaign:
    """Return a campaign of so many innocent inviters and of what is planted.

    An innocent's invitees are geometric, each orders by a chance of the inviter's own (mean .45), some share a
    household's address with another, one in a hundred a tablet, and one in ten innocents who come near a milestone
    ask a friend or two more to reach it.
    """
    rng = np.random.default_rng([seed, inviters])
    rows: list[dict[str, Any]] = []
    for number in range(inviters):
        rows += _innocent(rng, f"i{number}", milestones)
    for number in range(planted.stars):
        count = int(rng.integers(25, 80))
        rows += _group(rng, f"s{number}", count, "star", spread=int(rng.integers(5, 40)), order=0.02)
    for number in range(planted.rings):
        rows += _ring(f"r{number}", int(rng.integers(3, 7)))
    for number in range(planted.phones):
        shared = {"phone" if number % 2 else "device": f"p{number}"}
        rows += _group(rng, f"p{number}", int(rng.integers(4, 12)), "phone", spread=20, order=0.3, shared=shared)
    for number in range(planted.huggers):
        rows += _group(rng, f"h{number}", milestones[number % len(milestones)], "hugger", spread=1, order=0.0)
    return _campaign(rng, pd.DataFrame(rows))


def _innocent(rng: np.random.Generator, name: str, milestones: Sequence[int]) -> list[dict[str, Any]]:
    count = min(int(rng.geometric(0.4)), 40)
    near = [milestone for milestone in milestones if 0 < milestone - count <= 2]
    if near and rng.random() < 0.1:
        count = near[0]
    rows = _group(rng, name, count, "innocent", spread=int(rng.integers(1, 60)), order=float(rng.beta(4.5, 5.5)))
    for row in rows:
        if rng.random() < 0.05:
            row["address"] = f"home of {name}"
        if rng.random() < 0.01:
            row["device"] = f"tablet of {name}"
    return rows


def _group(
    rng: np.random.Generator, name: str, count: int, kind: str, *, spread: int, order: float,
    shared: dict[str, str] | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    first = int(rng.integers(0, _DAYS - spread))
    return [
        {
            "inviter_id": name, "invitee_id": f"{name}/{place}", "kind": kind,
            "day": first + int(rng.integers(0, spread + 1)), "orders": bool(rng.random() < order), **(shared or {}),
        }
        for place in range(count)
    ]  # fmt: skip


def _ring(name: str, count: int) -> list[dict[str, Any]]:
    people = [f"{name}/{place}" for place in range(count)]
    return [
        {"inviter_id": people[place - 1], "invitee_id": person, "kind": "ring", "day": place, "orders": False}
        for place, person in enumerate(people)
    ]


def _campaign(rng: np.random.Generator, rows: pd.DataFrame) -> Campaign:
    for key in ("phone", "device", "address"):
        rows[key] = rows.get(key)
    own = pd.Series([f"1{3 + number % 7}{number:09d}" for number in rng.permutation(len(rows))], index=rows.index)
    pooled = {key: f"19{number:09d}" for number, key in enumerate(sorted(rows["phone"].dropna().unique()))}
    phones = rows["phone"].map(pooled).fillna(own)
    days = [(_START + timedelta(int(day))).isoformat() for day in rows["day"]]
    invites = pd.DataFrame(
        {
            "邀请人": rows["inviter_id"], "被邀请人": rows["invitee_id"], "邀请时间": days, "加入时间": days,
            "被邀请人手机号": phones, "设备号": rows["device"].fillna("d" + rows["invitee_id"]),
            "收货地址": rows["address"].fillna("a" + rows["invitee_id"]),
        }
    ).sample(frac=1, random_state=int(rng.integers(2**31)))  # fmt: skip
    joined = dict(zip(rows["invitee_id"], days, strict=True))
    inviters = sorted(set(rows["inviter_id"]) - set(joined))
    members = pd.DataFrame({
        "会员编号": [*joined, *inviters], "注册时间": [*joined.values(), *["2025-06-01"] * len(inviters)],
    })  # fmt: skip
    buyers = rows[rows["orders"]]
    bought = [_START + timedelta(int(day) + int(rng.integers(0, 25))) for day in buyers["day"]]
    orders = pd.DataFrame({
        "订单号": [f"o{number}" for number in range(len(buyers))], "会员编号": buyers["invitee_id"].to_numpy(),
        "付款时间": [day.isoformat() for day in bought], "实付金额": rng.integers(30, 300, len(buyers)).astype(float),
    })  # fmt: skip
    return Campaign(invites, members, orders, rows[["inviter_id", "invitee_id", "kind"]])
