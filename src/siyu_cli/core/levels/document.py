"""The figures of levels: agreement, tiers, reviews that are near, and what a proposed rule would change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from siyu_cli.core.levels.agreement import UNTOLD, Agreement, compare
from siyu_cli.core.levels.chance import Chance, Due, due_on, features_of, learn
from siyu_cli.core.levels.known import Known, known_of
from siyu_cli.core.levels.members import Members, iso_days, texts
from siyu_cli.core.levels.replay import REFUND
from siyu_cli.core.levels.rules import NEVER, Ints, LevelRule, day_number, rule_of
from siyu_cli.core.levels.simulation import (
    YEAR_DAYS,
    PointWorth,
    Replay,
    last_fall,
    moves,
    reached_on,
    replay_rule,
    tier_costs,
)
from siyu_cli.core.levels.standing import Flags
from siyu_cli.core.points.replay import decimals

if TYPE_CHECKING:
    import pyarrow as pa

    from siyu_cli.config.levels import LevelSettings
    from siyu_cli.core.question import Study

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Document:
    """What was found: the figures, and the tables of reviews, of levels that are another, of who would fall."""

    figures: dict[str, Any]
    reviews: pa.Table = field(repr=False)
    breaks: pa.Table = field(repr=False)
    falls: pa.Table = field(repr=False)


@dataclass(frozen=True)
class _Shop:
    """A shop's members beside the present rule's replay: who is a member, who of them the rule decides on."""

    members: Members
    present: Replay
    known: Known
    is_member: Flags
    is_ruled: Flags
    starts_on: int


def level_document(
    study: Study, members: Members, said: tuple[LevelSettings, LevelSettings | None], due_days: int
) -> Document:
    """Return what the present rule comes to, and what the proposed one would change if there is one."""
    present, proposed = said
    as_of = day_number(study.as_of)
    shop = _shop_of(members, rule_of(present), as_of)
    told = members.told(shop.present.rule, shop.starts_on, as_of)
    told = replace(told, level=np.where(shop.is_member, told.level, UNTOLD))
    agreement = compare(told, shop.present.level, shop.present.is_in_grace)
    due = due_on(shop.present.rule, shop.present.log, shop.known, as_of, due_days)
    due = due.take(shop.is_ruled[due.member])
    chance = learn(shop.present.rule, shop.present.log, shop.known, as_of, due_days)
    reviews = _reviews(shop, due, chance)
    worth = PointWorth(float(study.settings.points.value or 0), _rate(study))
    since = max(as_of - YEAR_DAYS + 1, _settled_on(shop))
    figures: dict[str, Any] = {
        "rules": {"now": _said(present), "proposed": None if proposed is None else _said(proposed)},
        "window": _window(shop),
        "reconciliation": _reconciliation(shop, agreement),
        "members": int(shop.is_ruled.sum()),
        "kept_out": int((shop.is_member & ~shop.is_ruled).sum()),
        "tiers": _tiers(shop, shop.present, told.level, _costs(shop, shop.present, since, worth)),
        "tiers_proposed": None,
        "moves": [],
        "cost": None,
        "due_counts": _due_counts(shop, due, reviews),
        "chance": _chance(chance),
    }
    falls = _falls(shop, None)
    if proposed is not None and agreement.is_trusted:
        replay = replay_rule(rule_of(proposed), members.gains_of(rule_of(proposed)), members.joined, as_of)
        costs = _costs(shop, shop.present, since, worth), _costs(shop, replay, since, worth)
        figures["tiers_proposed"] = _tiers(shop, replay, None, costs[1])
        figures["moves"] = moves(shop.present, replay, shop.is_ruled, members.net_sales)
        figures["cost"] = _cost_of_change(shop, replay, costs, since, _assumed(study, worth))
        falls = _falls(shop, replay)
    elif agreement.is_trusted:
        figures["cost"] = _cost_now(_costs(shop, shop.present, since, worth), since, _assumed(study, worth))
    return Document(figures, reviews, _breaks(shop, agreement), falls)


def _shop_of(members: Members, rule: LevelRule, as_of: int) -> _Shop:
    gains, losses = members.gains_of(rule)
    joined = members.joined
    now = replay_rule(rule, (gains, losses), joined, as_of)
    is_member = members.are_members(gains)
    is_given = np.array([word is not None for word in members.given_by], bool)
    starts_on = int(gains.day.min()) if len(gains) else as_of
    return _Shop(members, now, known_of(gains, losses, joined), is_member, is_member & ~is_given, starts_on)


def _said(rule: LevelSettings) -> dict[str, Any]:
    said = rule.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    tiers = [
        {"name": tier.name, "from": tier.from_, "keep": tier.from_ if tier.keep is None else tier.keep}
        for tier in rule.tiers
    ]
    given = [tier.model_dump(by_alias=True, exclude_unset=True) for tier in rule.tiers]
    base = {key: getattr(rule, key) for key in ("metric", "window", "days", "grace_days", "down", "on_refund")}
    return {
        **base, "keep_days": rule_of(rule).keep_days, "better_keep_days": rule_of(rule).better_keep_days,
        **{key: value for key, value in said.items() if key not in (*base, "tiers", "keep_days")},
        "tiers": [more | tier for tier, more in zip(tiers, given, strict=True)],
    }  # fmt: skip


def _settled_on(shop: _Shop) -> int:
    """Return the day from which levels rest on all that counts: the first where all members came after it."""
    has_earlier = bool((shop.is_ruled & shop.members.were_before(shop.starts_on)).any())
    is_open = shop.present.rule.window == "lifetime" or not has_earlier
    return shop.starts_on + (0 if is_open else shop.present.rule.reach_days)


def _window(shop: _Shop) -> dict[str, Any]:
    rule, as_of = shop.present.rule, shop.present.as_of
    opens = int(rule.starts_on(np.array([as_of]), np.array([as_of]))[0])
    is_anybodys = rule.window in ("rolling", "calendar")
    settled = _settled_on(shop)
    return {
        "starts_on": _day(opens) if is_anybodys else None,
        "ends_on": _day(as_of),
        "history_starts_on": _day(shop.starts_on),
        "settled_on": _day(settled),
        "is_settled": settled <= as_of,
    }


def _reconciliation(shop: _Shop, found: Agreement) -> dict[str, Any]:
    rows = shop.members.rows["level_valid_until"].combine_chunks()
    told = rows.cast("int32").fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    dated = found.agrees & (told >= 0) & (shop.present.level > 0)
    return {
        "agree": found.agree,
        "of": found.of,
        "ruled": found.ruled,
        "share": found.share,
        "is_trusted": found.is_trusted,
        "reasons": found.reasons(),
        "valid_until": {"agree": int((dated & (told == shop.present.valid_until)).sum()), "of": int(dated.sum())},
        "growth": _growth(shop),
    }


def _growth(shop: _Shop) -> dict[str, int] | None:
    """Return how many have the growth the platform tells, where the rule counts growth."""
    if shop.present.rule.metric != "growth":
        return None
    told = shop.members.rows["growth"].combine_chunks().to_numpy(zero_copy_only=False).astype(np.float64)
    everybody = np.arange(len(shop.members))
    figures = shop.present.standing.figures(everybody, np.full(len(everybody), shop.present.as_of)) / 100
    is_told = ~np.isnan(told) & shop.is_member
    return {"agree": int((is_told & (np.abs(told - figures) < 0.5)).sum()), "of": int(is_told.sum())}


def _costs(shop: _Shop, replay: Replay, since: int, worth: PointWorth) -> list[float] | None:
    """Return the cost of each tier; None where history is too short for any day of the past year."""
    if since > replay.as_of:
        return None
    return tier_costs(replay, shop.members.bought, shop.is_ruled, since, worth)


def _tiers(shop: _Shop, replay: Replay, told: Ints | None, costs: Sequence[float] | None) -> list[dict[str, Any]]:
    count = len(replay.rule.tiers)
    level = replay.level[shop.is_ruled]
    members = np.bincount(level, minlength=count)
    sales = np.zeros(count, np.int64)
    np.add.at(sales, level, shop.members.net_sales[shop.is_ruled])
    counted = None if told is None else np.bincount(told[told >= 0], minlength=count)
    return [
        {
            "level": tier.name,
            "from": tier.reached_from,
            "keep": tier.keep if place else None,
            "members": int(members[place]),
            "net_sales": Decimal(int(sales[place])) / 100,
            "cost": None if costs is None else _cents(costs[place]),
            "told_members": None if counted is None else int(counted[place]),
        }
        for place, tier in enumerate(replay.rule.tiers)
    ]


def _cost_now(costs: Sequence[float] | None, since: int, assumed: list[dict[str, Any]]) -> dict[str, Any]:
    now = None if costs is None else _cents(sum(costs))
    return {"now": now, "proposed": None, "difference": None, "since": _day(since), "assumptions": assumed}


def _cost_of_change(
    shop: _Shop, replay: Replay, costs: tuple[Sequence[float] | None, ...], since: int, assumed: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return the cost of both rules, behaviour unchanged, and what sales the lifts assumed would add."""
    found = _cost_now(costs[0], since, assumed)
    lifts = [np.array([float(tier.lift) for tier in one.rule.tiers])[one.level] for one in (shop.present, replay)]
    sales = np.where(shop.is_ruled, shop.members.net_sales, 0) / 100
    more = float(np.sum(sales * (lifts[1] - lifts[0])))
    found["assumptions"] = [
        {"assumption": "behaviour", "value": 0.0, "said_by": "assumed"},
        *(
            [{"assumption": name, "value": round(times * more, 2), "said_by": "assumed"}
             for name, times in (("half_lift", 0.5), ("lift", 1.0))] if more else []
        ),
        *assumed,
    ]  # fmt: skip
    if costs[0] is None or costs[1] is None:
        return found
    proposed = _cents(sum(costs[1]))
    return found | {"proposed": proposed, "difference": proposed - found["now"]}


def _assumed(study: Study, worth: PointWorth) -> list[dict[str, Any]]:
    points = study.settings.points
    return [
        {"assumption": "point_value", "value": worth.value, "said_by": "settings" if points.value else "assumed"},
        {"assumption": "redemption_rate", "value": worth.rate,
         "said_by": "assumed" if points.expected_rate is None else "settings"},
    ]  # fmt: skip


def _rate(study: Study) -> float:
    rate = study.settings.points.expected_rate
    return 1.0 if rate is None else float(rate)


def _reviews(shop: _Shop, due: Due, chance: Chance) -> pa.Table:
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


def _due_counts(shop: _Shop, due: Due, reviews: pa.Table) -> dict[str, int]:
    is_due, lacks = due.valid_until >= shop.present.as_of, due.lack > 0
    one = reviews["lack_orders"].to_numpy() <= 1
    return {
        "due": int(is_due.sum()),
        "due_lacking": int((is_due & lacks).sum()),
        "grace": int((~is_due).sum()),
        "lacking": int(lacks.sum()),
        "secured": int((~lacks).sum()),
        "within_one_order": int((lacks & one).sum()),
    }


def _chance(chance: Chance) -> dict[str, Any]:
    tested = chance.backtest
    return {
        "by": "logistic" if chance.coefficients is not None else "bands" if chance.reviews else None,
        "reviews": chance.reviews,
        "kept": chance.kept,
        "backtest": None if tested is None else asdict(tested) | {"seen_on": _day(tested.seen_on)},
    }


def _breaks(shop: _Shop, found: Agreement) -> pa.Table:
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


def _falls(shop: _Shop, proposed: Replay | None) -> pa.Table:
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


def _day(number: int) -> date:
    return _EPOCH + timedelta(min(max(number, -NEVER >> 1), NEVER >> 1))


def _cents(amount: float) -> Decimal:
    return Decimal(str(round(amount, 2))).quantize(Decimal("0.01"))
