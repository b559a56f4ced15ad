"""The figures of levels: agreement, tiers, reviews that are near, and what a proposed rule would change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from siyu_cli.core.levels.agreement import UNTOLD, Agreement, compare
from siyu_cli.core.levels.chance import Chance, Due, due_on, learn
from siyu_cli.core.levels.lists import breaks_of, falls_of, reviews_of
from siyu_cli.core.levels.members import Members
from siyu_cli.core.levels.replayed import Replayed, replayed_of
from siyu_cli.core.levels.rules import NEVER, Ints, day_number, rule_of
from siyu_cli.core.levels.simulation import (
    YEAR_DAYS,
    PointWorth,
    Replay,
    moves,
    replay_rule,
    tier_costs,
)

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


def level_document(
    study: Study, members: Members, said: tuple[LevelSettings, LevelSettings | None], due_days: int
) -> Document:
    """Return what the present rule comes to, and what the proposed one would change if there is one."""
    present, proposed = said
    as_of = day_number(study.as_of)
    shop = replayed_of(members, rule_of(present), as_of)
    told = members.told(shop.present.rule, shop.starts_on, as_of)
    told = replace(told, level=np.where(shop.is_member, told.level, UNTOLD))
    agreement = compare(told, shop.present.level, shop.present.is_in_grace)
    due = due_on(shop.present.rule, shop.present.log, shop.known, as_of, due_days)
    due = due.take(shop.is_ruled[due.member])
    chance = learn(shop.present.rule, shop.present.log, shop.known, as_of, due_days)
    reviews = reviews_of(shop, due, chance)
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
    falls = falls_of(shop, None)
    if proposed is not None and agreement.is_trusted:
        replay = replay_rule(rule_of(proposed), members.gains_of(rule_of(proposed)), members.joined, as_of)
        costs = _costs(shop, shop.present, since, worth), _costs(shop, replay, since, worth)
        figures["tiers_proposed"] = _tiers(shop, replay, None, costs[1])
        figures["moves"] = moves(shop.present, replay, shop.is_ruled, members.net_sales)
        figures["cost"] = _cost_of_change(shop, replay, costs, since, _assumed(study, worth))
        falls = falls_of(shop, replay)
    elif agreement.is_trusted:
        figures["cost"] = _cost_now(_costs(shop, shop.present, since, worth), since, _assumed(study, worth))
    return Document(figures, reviews, breaks_of(shop, agreement), falls)


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


def _settled_on(shop: Replayed) -> int:
    """Return the day from which levels rest on all that counts: the first where all members came after it."""
    has_earlier = bool((shop.is_ruled & shop.members.were_before(shop.starts_on)).any())
    is_open = shop.present.rule.window == "lifetime" or not has_earlier
    return shop.starts_on + (0 if is_open else shop.present.rule.reach_days)


def _window(shop: Replayed) -> dict[str, Any]:
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


def _reconciliation(shop: Replayed, found: Agreement) -> dict[str, Any]:
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


def _growth(shop: Replayed) -> dict[str, int] | None:
    """Return how many have the growth the platform tells, where the rule counts growth."""
    if shop.present.rule.metric != "growth":
        return None
    told = shop.members.rows["growth"].combine_chunks().to_numpy(zero_copy_only=False).astype(np.float64)
    everybody = np.arange(len(shop.members))
    figures = shop.present.standing.figures(everybody, np.full(len(everybody), shop.present.as_of)) / 100
    is_told = ~np.isnan(told) & shop.is_member
    return {"agree": int((is_told & (np.abs(told - figures) < 0.5)).sum()), "of": int(is_told.sum())}


def _costs(shop: Replayed, replay: Replay, since: int, worth: PointWorth) -> list[float] | None:
    """Return the cost of each tier; None where history is too short for any day of the past year."""
    if since > replay.as_of:
        return None
    return tier_costs(replay, shop.members.bought, shop.is_ruled, since, worth)


def _tiers(shop: Replayed, replay: Replay, told: Ints | None, costs: Sequence[float] | None) -> list[dict[str, Any]]:
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
    shop: Replayed, replay: Replay, costs: tuple[Sequence[float] | None, ...], since: int, assumed: list[dict[str, Any]]
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


def _due_counts(shop: Replayed, due: Due, reviews: pa.Table) -> dict[str, int]:
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


def _day(number: int) -> date:
    return _EPOCH + timedelta(min(max(number, -NEVER >> 1), NEVER >> 1))


def _cents(amount: float) -> Decimal:
    return Decimal(str(round(amount, 2))).quantize(Decimal("0.01"))
