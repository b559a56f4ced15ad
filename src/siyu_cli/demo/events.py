"""What members of the demo shop did beside buying, and what the shop did for them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from siyu_cli.demo.columns import pick

# (event, how often beside the others, what it may have been about)
_EVENTS = (
    ("浏览", 30, ("新品页", "会员日页", "积分商城")),
    ("签到", 22, ("",)),
    ("观看直播", 12, ("护肤课堂", "618 专场", "新品首发")),
    ("社群发言", 10, ("老客群", "护肤交流群")),
    ("加购", 8, ("补水面膜10片", "保湿面霜50g", "精华液30ml")),
    ("领券", 7, ("满百减十", "新客立减")),
    ("活动报名", 4, ("空瓶回收", "会员沙龙")),
    ("短信触达", 7, ("会员日提醒", "生日祝福")),
)
_MOST = 6


def draw_events(rng: np.random.Generator, members: pa.Table) -> pa.Table:
    """Return one row per event, by the time it happened: some for everybody who was ever seen.

    The last thing that a member did is what the list of members says they were seen for.
    """
    seen = np.flatnonzero(np.asarray(members["last_event_at"].is_valid()))
    last = members["last_event_at"].take(pa.array(seen)).cast(pa.int64()).to_numpy()
    joined = members["joined_at"].take(pa.array(seen)).cast(pa.int64()).to_numpy()
    counts = rng.integers(1, _MOST + 1, len(seen))
    place = np.repeat(np.arange(len(seen)), counts)
    is_last = np.append(place[1:] != place[:-1], True)[: len(place)]
    share = np.where(is_last, 1.0, rng.random(len(place)))
    at = joined[place] + ((last - joined)[place] * share).astype(np.int64)
    weights = np.array([weight for _, weight, _ in _EVENTS], dtype=float)
    kind = np.where(is_last, 0, rng.choice(len(_EVENTS), len(place), p=weights / weights.sum()))
    titles = [title for _, _, about in _EVENTS for title in about]
    first = np.cumsum([0, *(len(about) for _, _, about in _EVENTS[:-1])])
    title = first[kind] + (rng.random(len(place)) * np.array([len(about) for _, _, about in _EVENTS])[kind]).astype(int)
    by_time = np.lexsort((kind, place, at))
    who = pa.array(seen[place[by_time]])
    table = pa.table(
        {
            **{name: members[name].take(who) for name in ("member_id", "phone", "account", "owner", "store")},
            "happened_at": pa.array(at[by_time]).cast(pa.timestamp("s")),
            "event": pick([event for event, _, _ in _EVENTS], kind[by_time]),
            "title": pc.if_else(pc.equal(pick(titles, title[by_time]), ""), None, pick(titles, title[by_time])),
        }
    )
    return table.combine_chunks()
