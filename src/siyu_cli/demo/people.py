"""What is known about each person: names, phones as people really type them, staff, consents."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from siyu_cli.demo.behaviour import GUEST, REGISTERED, Ints, People
from siyu_cli.demo.catalogue import (
    GIVEN_CHARACTERS,
    NICK_HEADS,
    NICK_TAILS,
    ONLINE_STORE,
    OTHER_CITIES,
    STORES,
    SURNAMES,
    TAGS,
)
from siyu_cli.demo.columns import choose, digits, join, pick

# How phones come: as typed, masked by the platform, a digit short, with spaces, with a country code.
_PHONE_STYLES = np.array([0.972, 0.004, 0.002, 0.012, 0.007, 0.003])
_MASKED, _SHORT = 1, 2
_NO_PHONE_SHARE = 0.03
_SHARED_SHARE = 0.004
_MEMBERS_PER_STORE = 500
_PHONES = 7 * 10**9  # 13…, 14… to 19…, each with nine digits to follow

_YES_NO_UNKNOWN = pa.array([True, False, None])


def _names(rng: np.random.Generator, count: int) -> Any:
    common = 1 / np.arange(4, len(SURNAMES) + 4)
    surname = pick(SURNAMES, rng.choice(len(SURNAMES), count, p=common / common.sum()))
    first, second = (pick(GIVEN_CHARACTERS, rng.integers(0, len(GIVEN_CHARACTERS), count)) for _ in range(2))
    return join(surname, first, choose(rng.random(count) < 0.72, second, ""))


def _nicknames(rng: np.random.Generator, count: int) -> Any:
    head = pick(NICK_HEADS, rng.integers(0, len(NICK_HEADS), count))
    tail = pick(NICK_TAILS, rng.integers(0, len(NICK_TAILS), count))
    return join(head, tail, choose(rng.random(count) < 0.3, digits(rng.integers(1, 100, count)), ""))


def _phone_numbers(rng: np.random.Generator, people: People) -> tuple[Ints, Ints]:
    """Return everybody's number, and a distinct one that parcels are sent to when it is not theirs.

    Some members share a phone with another; a handful were all entered under one clerk's phone.
    """
    count = len(people)
    stride = _PHONES // (2 * count)
    distinct = np.arange(2 * count) * stride + rng.integers(0, stride, 2 * count)
    distinct = 13 * 10**9 + distinct[rng.permutation(2 * count)]
    numbers = distinct[:count].copy()
    members = np.flatnonzero(people.standing == REGISTERED)
    shared = rng.permutation(members)[: 2 * round(len(members) * _SHARED_SHARE)].reshape(-1, 2)
    numbers[shared[:, 0]] = numbers[shared[:, 1]]
    if len(members) >= 200:
        clerk = rng.permutation(members)[: 5 + len(members) // 5000]
        numbers[clerk] = numbers[clerk[0]]
    return numbers, distinct[count:]


def _styled(number: Any, style: Ints) -> Any:
    """Write each number the way its style says; every style keeps its order in ``_PHONE_STYLES``."""
    head, middle, tail = (pc.utf8_slice_codeunits(number, *ends) for ends in ((0, 3), (3, 7), (7, 11)))
    ways = (
        number,
        join(head, "******", pc.utf8_slice_codeunits(number, 9, 11)),
        pc.utf8_slice_codeunits(number, 0, 10),
        join(head, " ", middle, " ", tail),
        join("+86", number),
        join("86-", number),
    )
    return pc.choose(pa.array(style), *ways)


def _phones(rng: np.random.Generator, people: People) -> dict[str, Any]:
    """Return the phone in the members export, the one on orders, and the receiver's."""
    count = len(people)
    own, other = (digits(numbers) for numbers in _phone_numbers(rng, people))
    style = rng.choice(len(_PHONE_STYLES), count, p=_PHONE_STYLES)
    style[people.standing != REGISTERED] = 0
    is_unknown = (rng.random(count) < _NO_PHONE_SHARE) & (people.standing == REGISTERED)
    is_unknown |= people.standing == GUEST
    # A number that was never whole is not whole on orders either; one typed with spaces is plain there.
    on_orders = np.where((style == _MASKED) | (style == _SHORT), style, 0)
    return {
        "phone": choose(is_unknown, None, _styled(own, style)),
        "order_phone": choose(is_unknown, None, _styled(own, on_orders)),
        "receiver_phone": choose(rng.random(count) < 0.85, own, other),
    }


def _staff(rng: np.random.Generator, members: int) -> list[list[str]]:
    """Return the employees' names, store by store; the web store's come first."""
    stores = 1 + int(np.clip(members // _MEMBERS_PER_STORE, 1, len(STORES)))
    teams = rng.integers(2, 5, stores, endpoint=True) + min(members // 20_000, 20)
    names = list(dict.fromkeys(_names(rng, 4 * int(teams.sum()) + 20).to_pylist()))[: int(teams.sum())]
    ends = np.cumsum(teams)
    return [names[end - size : end] for end, size in zip(ends, teams, strict=True)]


def _places(rng: np.random.Generator, people: People) -> dict[str, Any]:
    """Return store, employee, city and province; store members mostly live in the store's city."""
    count = len(people)
    staff = _staff(rng, int((people.standing == REGISTERED).sum()))
    busy = 1 / np.arange(2, len(staff) + 1) ** 0.7
    store = np.where(people.offline > 0, 1 + rng.choice(len(busy), count, p=busy / busy.sum()), 0)
    sizes = np.array([len(team) for team in staff])
    # The square makes some employees carry many more members than their colleagues.
    clerk = (rng.random(count) ** 1.5 * sizes[store]).astype(np.int64)
    owner = (np.cumsum(sizes) - sizes)[store] + clerk
    places = [(city, province) for _, city, province in STORES] + list(OTHER_CITIES)
    is_local = (store > 0) & (rng.random(count) < 0.85)
    place = np.where(is_local, store - 1, rng.integers(0, len(places), count))
    return {
        "store": pick((ONLINE_STORE, *(name for name, _, _ in STORES)), store),
        "owner": pick(
            [name for team in staff for name in team],
            owner,
            (rng.random(count) < 0.07) | (people.standing != REGISTERED),
        ),
        "city": pick([city for city, _ in places], place, rng.random(count) < 0.06),
        "province": pick([province for _, province in places], place),
    }


def _birthdays(rng: np.random.Generator, count: int, as_of: np.datetime64) -> Any:
    """Return dates of birth from 15 to 75 years ago, most of them about 33, a third unknown."""
    age = np.clip(15 + rng.gamma(4.0, 4.6, count), 15, 75)
    born = as_of.astype("datetime64[D]").astype("int64") - (age * 365.2425).astype(np.int64)
    return pa.array(born.astype("int32"), mask=rng.random(count) < 0.35).cast(pa.date32())


def _consent(rng: np.random.Generator, count: int, shares: tuple[float, float, float]) -> Any:
    return _YES_NO_UNKNOWN.take(pa.array(rng.choice(3, count, p=np.array(shares))))


def _tags(rng: np.random.Generator, count: int) -> Any:
    first, step = rng.integers(0, len(TAGS), count), rng.integers(1, len(TAGS), count)
    one, two = pick(TAGS, first), pick(TAGS, (first + step) % len(TAGS))
    some = choose(rng.random(count) < 0.4, join(one, ";", two), one)
    return choose(rng.random(count) < 0.45, None, some)


def describe(rng: np.random.Generator, people: People, as_of: np.datetime64) -> pa.Table:
    """Return one row per person in the order of ``people``: ids, names, phones, places, consents.

    Ids number the registered in order of joining; other people have none.
    """
    count = len(people)
    rank = np.cumsum(people.standing == REGISTERED)
    member_id = choose(people.standing == REGISTERED, join("M", digits(rank, 7)), None)
    handle = digits(100_000_000 + (np.arange(count) * 7_919_001) % 899_999_987)
    nickname = _nicknames(rng, count)
    account = join(choose(rng.random(count) < 0.5, "tb", nickname), handle)
    columns = {
        "member_id": member_id,
        "account": choose(people.standing == GUEST, None, account),
        "name": _names(rng, count),
        "nickname": choose(people.standing == GUEST, None, nickname),
        **_phones(rng, people),
        "gender": pick(("女", "男", "未知"), rng.choice(3, count, p=np.array([0.68, 0.22, 0.10]))),
        "birthday": _birthdays(rng, count, as_of),
        **_places(rng, people),
        "tags": _tags(rng, count),
        "consent_sms": _consent(rng, count, (0.62, 0.2, 0.18)),
        "consent_wecom": _consent(rng, count, (0.7, 0.1, 0.2)),
        "consent_ads": _consent(rng, count, (0.18, 0.42, 0.4)),
        "opt_out_profiling": _consent(rng, count, (0.008, 0.092, 0.9)),
    }
    return pa.table(columns)
