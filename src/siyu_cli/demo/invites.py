"""Who invited whom in the demo shop: campaigns, two posters, KOLs, rewards, invites that nobody answered."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from siyu_cli.demo.behaviour import REGISTERED, Ints, People
from siyu_cli.demo.columns import choose, digits, join, moments, money, pick
from siyu_cli.demo.sales import NEVER
from siyu_cli.demo.seasons import DAY_SECONDS, Period

CHANNELS = ("朋友圈", "社群", "私聊", "小程序分享")
POSTERS = ("A", "B")
KOLS = ("小鹿试用", "阿木的日常", "城南好物")
_REWARD_FEN = 1_000
_UNANSWERED, _SECOND, _KOL, _SHARED = 0.45, 0.06, 0.12, 0.04


def draw_invites(rng: np.random.Generator, people: People, persons: pa.Table, period: Period) -> pa.Table:
    """Return one row per invite, by the time it was sent: one for everybody who was referred, and the others.

    Some were invited by somebody else later, nearly half of all invites came to nothing, and of some inviters several
    invitees use one phone.
    """
    invited = np.flatnonzero((people.inviter >= 0) & (people.standing == REGISTERED))
    sent = people.joined[invited] - rng.exponential(1.2 * DAY_SECONDS, len(invited)).astype(np.int64)
    sent = np.maximum(sent, people.joined[people.inviter[invited]])
    again = invited[rng.random(len(invited)) < _SECOND]
    keen = np.unique(people.inviter[invited])
    others = keen[rng.integers(0, max(len(keen), 1), len(again))] if len(keen) else again
    idle = people.inviter[invited][rng.random(len(invited)) < _UNANSWERED]
    inviter = np.concatenate([people.inviter[invited], others, idle])
    invitee = np.concatenate([invited, again, np.full(len(idle), -1)])
    late = people.joined[again] + rng.integers(1, 20 * DAY_SECONDS, len(again))
    idly = people.joined[idle] + rng.integers(0, 90 * DAY_SECONDS, len(idle))
    times = np.concatenate([sent, late, idly])
    joined = np.where(np.arange(len(times)) < len(invited), people.joined[np.maximum(invitee, 0)], NEVER)
    happened = (times <= period.end) & (inviter != invitee)
    by_time = np.lexsort((invitee[happened], inviter[happened], times[happened]))
    rows = [values[happened][by_time] for values in (inviter, invitee, times, joined)]
    return _table(rng, people, persons, rows, period)


def _table(rng: np.random.Generator, people: People, persons: pa.Table, rows: list[Ints], period: Period) -> pa.Table:
    inviter, invitee, times, joined = rows
    count = len(inviter)
    is_won = joined != NEVER
    bought = is_won & (people.first_day[np.maximum(invitee, 0)] >= 0)
    # The busiest inviter's invitees use one phone, and some others' do.
    crowded = rng.random(len(people)) < _SHARED
    crowded[np.bincount(inviter[is_won], minlength=len(people)).argmax()] = True
    device = np.where(crowded[inviter], inviter, len(people) + np.maximum(invitee, 0))
    half = ((times // DAY_SECONDS) // 183).astype(np.int64)
    names = [f"老带新第{number}期" for number in range(1, int(half.max(initial=0)) + 2)]
    keys = pa.array(invitee, mask=invitee < 0)
    known = {
        f"{role}_{key}": persons["order_phone" if key == "phone" else key].take(places)
        for role, places in (("inviter", pa.array(inviter)), ("invitee", keys))
        for key in ("member_id", "phone", "account")
    }
    return pa.table(
        {
            **known,
            "invited_at": moments(period, times),
            "joined_at": moments(period, joined),
            "campaign": pick(names, half),
            "variant": pick(POSTERS, inviter % 2),
            "referral_source": pick(KOLS, inviter % len(KOLS), rng.random(count) >= _KOL),
            "share_channel": pick(CHANNELS, rng.choice(len(CHANNELS), count, p=[0.35, 0.3, 0.25, 0.1])),
            "reward_amount": money(np.full(count, _REWARD_FEN), ~bought),
            "device": choose(is_won, join("D", digits(device, 7)), None),
        }
    ).combine_chunks()
