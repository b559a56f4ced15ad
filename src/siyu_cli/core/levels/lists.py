"""The lists of levels: whose review is near, whose exported level is another, who would fall under a proposed rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from siyu_cli.core.levels.chance import Chance, Due, features_of
from siyu_cli.core.levels.members import iso_days, texts
from siyu_cli.core.levels.replay import REFUND
from siyu_cli.core.levels.replayed import Replayed
from siyu_cli.core.levels.simulation import Replay, last_fall, reached_on
from siyu_cli.core.points.replay import decimals

if TYPE_CHECKING:
    import pyarrow as pa

    from siyu_cli.core.levels.agreement import Agreement
    from siyu_cli.core.levels.standing import Flags


def reviews_of(shop: Replayed, due: Due, chance: Chance) -> pa.Table:
    """Return a row per review that is near: until when, what is needed, secured and lacking, the chance to keep."""
    import pyarrow as pa

    rule, as_of = shop.present.rule, shop.present.as_of
    features = features_of(rule, due, shop.known)
    lack = due.lack
    chances = np.where(lack > 0, chance.of(features) if len(lack) else np.zeros(0), 1.0)
    last = due.valid_until + rule.grace_days
    names = np.array([tier.name for tier in rule.tiers], dtype=object)
    return pa.table({
        "member_id": shop.members.rows["member_id"].combine_chunks().take(pa.array(due.member)),
        "level_name": texts(names[due.level].tolist()),
        "valid_until": iso_days(due.valid_until),
        "last_chance_on": iso_days(last),
        "days_left": pa.array(last - as_of, pa.int64()),
        "state": texts(np.where(due.valid_until < as_of, "grace", "due").tolist()),
        "need": decimals(due.need),
        "secured": decimals(due.secured),
        "lack": decimals(lack),
        "lack_orders": pa.array(np.expm1(features[:, 1]).round(6), pa.float64()),
        "keep_probability": pa.array(chances, pa.float64(), mask=np.isnan(chances)),
    })  # fmt: skip


def breaks_of(shop: Replayed, found: Agreement) -> pa.Table:
    """Return who was told another level than the computed one, by reason."""
    import pyarrow as pa

    places = np.flatnonzero(found.reason >= 0)
    rows = shop.members.rows.take(pa.array(places))
    names = np.array([tier.name for tier in shop.present.rule.tiers], dtype=object)
    table = pa.table({
        "member_id": rows["member_id"],
        "told_level": rows["told_level"],
        "computed_level": texts(names[shop.present.level[places]].tolist()),
        "reason": texts([found.reason_of(place) for place in places.tolist()]),
        "figure": decimals(shop.present.standing.figures(places, np.full(len(places), shop.present.as_of))),
        "computed_valid_until": iso_days(shop.present.valid_until[places]),
        "level_valid_until": rows["level_valid_until"],
    })  # fmt: skip
    order = found.reason[places]
    return table.take(pa.array(np.lexsort((places, -order))))


def falls_of(shop: Replayed, proposed: Replay | None) -> pa.Table:
    """Return who stands lower under the proposed rule: when they rose under either, when they fell and for what."""
    import pyarrow as pa

    replay, count = proposed or shop.present, len(shop.members)
    rank = np.zeros(count, bool) if proposed is None else shop.is_ruled & (replay.level < shop.present.level)
    places = np.flatnonzero(rank)
    fall = last_fall(replay.log, count)[places]
    has_fallen, log = fall >= 0, replay.log
    at = np.maximum(fall, 0)
    keep = replay.rule.thresholds()[1]
    rose = [reached_on(one.log, count)[places] for one in (shop.present, replay)]
    figure, needed, day = (
        (column[at] if len(log) else np.zeros(len(at), np.int64))
        for column in (log.figure, keep[log.level_from], log.day)
    )
    is_refund = log.why[at] == REFUND if len(log) else has_fallen
    why = np.where(has_fallen, np.where(is_refund, "refund", "review"), "not_reached")
    order = pa.array(np.argsort(-shop.present.level[places], kind="stable"))
    now, new = (np.array([tier.name for tier in one.rule.tiers], dtype=object) for one in (shop.present, replay))
    return pa.table({
        "member_id": shop.members.rows["member_id"].combine_chunks().take(pa.array(places, pa.int64())),
        "level_from": texts(now[shop.present.level[places]].tolist()),
        "level_to": texts(new[replay.level[places]].tolist()),
        "why": texts(why.tolist()),
        "reached_on": iso_days(rose[0], rose[0] >= 0),
        "reached_proposed_on": iso_days(rose[1], rose[1] >= 0),
        "fell_on": iso_days(day, has_fallen),
        "figure": _where(has_fallen, decimals(figure)),
        "need": _where(has_fallen, decimals(needed)),
    }).take(order)  # fmt: skip


def _where(is_there: Flags, column: Any) -> Any:
    """Return a column with nothing where there is none."""
    import pyarrow.compute as pc

    return pc.if_else(is_there.tolist(), column, None) if len(column) else column
