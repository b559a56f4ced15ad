"""What looks like abuse: offers drained, orders given back, rewards paid over levels. Suspicions, never verdicts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from siyu_cli.core.referral.question import ReferralAnswer, ReferralReport
from siyu_cli.core.referral.rules import PYRAMID_LEVELS
from siyu_cli.core.risk.asked import ORDERS, Asked
from siyu_cli.core.risk.indicators import Indicator, Measuring
from siyu_cli.core.risk.refunds import LEAST_ORDERS, outstanding
from siyu_cli.errors import ConfigError, DataError, Note

_INVITES = Note("the list of invites, such as 邀请记录.xlsx")
_REDEEMED = Note("the export of events with coupons redeemed (核销), such as 互动记录.xlsx")
_BY_OWNER = Note("the members' export with 归属员工")
_ENOUGH = Note("more orders: nobody has {orders}, or none or all came back", {"orders": LEAST_ORDERS})
_DEPTHS = (PYRAMID_LEVELS - 1, PYRAMID_LEVELS)  # what the law warns of, and what it forbids
_FORBIDDEN = (1, 1)


@dataclass(frozen=True)
class Invited:
    """What the report of invites says, asked once for what rests on it."""

    asked: Asked

    @cached_property
    def answer(self) -> ReferralAnswer | None:
        """Return it; None where there are no invites that can be used."""
        if not self.asked.has_files:
            return None
        try:
            found = ReferralReport().answer(self.asked.study)
        except (DataError, ConfigError):  # siyu referral-report says why
            return None
        return found

    @cached_property
    def sharing(self) -> list[dict[str, Any]]:
        """Return the people who share something, with a number for their group."""
        if self.answer is None:
            return []
        rows = self.asked.study.engine.read("suspect_people", ()).to_pylist()
        groups = {row["invitee_id"]: row["sharing_group"] for row in rows}
        return [{"member_id": one, "sharing_group": groups[one]} for one in sorted(groups)]


def promotions(asked: Asked, invited: Invited) -> Iterator[Indicator]:
    """Yield who buys with coupons alone, people who share, and first coupons beyond one for each group of them."""
    make = asked.measuring("PROMO")
    has_redeemed = asked.has("events") and _coupon_orders(asked)
    if has_redeemed:
        cells = asked.rows("coupon_habits")
        total = sum(cell["redeemed"] * cell["members"] for cell in cells)
        rows = sorted(asked.rows("coupon_only"), key=lambda row: (-row["redeemed"], row["member_id"]))
        rate = sum(row["redeemed"] for row in rows) / total
        limits = asked.limits.only_with_coupon_rate
        yield make.found("only_with_coupon_rate", rate, limits, form="rate", evidence=rows)
    else:
        yield from make.missing(_REDEEMED, "only_with_coupon_rate")
    if invited.answer is None:
        yield from make.missing(_INVITES, "sharing_people", "extra_first_coupons")
        return
    people = [{"member_id": row["member_id"]} for row in invited.sharing]
    yield make.found("sharing_people", len(people), asked.limits.sharing_people, evidence=people)
    if has_redeemed:
        yield _first_coupons(asked, make, invited)
    else:
        yield from make.missing(_REDEEMED, "extra_first_coupons")


def _coupon_orders(asked: Asked) -> bool:
    """Return whether any coupon is known to have been redeemed for an order; makes ``coupon_orders``."""
    asked.run("coupon_orders")
    return bool(asked.rows("coupon_habits"))


def _first_coupons(asked: Asked, make: Measuring, invited: Invited) -> Indicator:
    import pyarrow as pa

    kinds = pa.schema([("member_id", pa.string()), ("sharing_group", pa.int64())])
    asked.study.engine.open("sharing_groups", pa.Table.from_pylist(invited.sharing, kinds))
    groups: dict[int, list[str]] = {}
    for row in asked.rows("first_coupons"):
        groups.setdefault(row["sharing_group"], []).append(row["member_id"])
    several = [people for people in groups.values() if len(people) > 1]
    evidence = [{"member_id": one} for one in sorted(one for people in several for one in people)]
    extra = sum(len(people) - 1 for people in several)
    return make.found("extra_first_coupons", extra, asked.limits.extra_first_coupons, evidence=evidence)


def refunds(asked: Asked) -> Iterator[Indicator]:
    """Yield members and employees with suspiciously many orders given back, and what these members got back."""
    make = asked.measuring("REFUND")
    every = ("suspicious_members", "suspicious_refunds", "suspicious_employees")
    if not asked.has_files or not asked.has("orders"):
        yield from make.missing(ORDERS, *every)
        return
    asked.run("refunded_orders")
    cells = asked.rows("refund_cells")
    yield from _members(asked, make, cells)
    yield from _employees(asked, make)
    asked.study.engine.drop("refunded_orders")


def _members(asked: Asked, make: Measuring, cells: list[dict[str, Any]]) -> Iterator[Indicator]:
    if not _can_be_told(cells):
        yield from make.missing(_ENOUGH, "suspicious_members", "suspicious_refunds")
        return
    import pyarrow as pa

    tails = outstanding({key: [cell[key] for cell in cells] for key in ("orders", "given_back", "people")})
    kinds = {"orders": pa.int64(), "given_back": pa.int64(), "tail": pa.float64()}
    columns = list(zip(*tails, strict=True)) or [(), (), ()]
    given = {key: pa.array(values, kinds[key]) for key, values in zip(kinds, columns, strict=True)}
    asked.study.engine.open("refund_tails", pa.table(given))
    rows = sorted(asked.rows("refund_suspects"), key=lambda row: (row["tail"], row["member_id"]))
    yield make.found("suspicious_members", len(rows), asked.limits.suspicious_members, evidence=rows)
    amount = float(sum(row["refunded_amount"] for row in rows))
    yield make.found("suspicious_refunds", amount, form="money")


def _employees(asked: Asked, make: Measuring) -> Iterator[Indicator]:
    totals = sorted(asked.rows("owner_refunds"), key=lambda row: str(row["owner"]))
    rows = [
        {"owner": row["owner"], "orders": row["order_total"], "given_back": row["given_back_total"],
         "refunded_amount": row["refunded_total"]}
        for row in totals
    ]  # fmt: skip
    if not rows:
        yield from make.missing(_BY_OWNER, "suspicious_employees")
        return
    cells = [{**row, "people": 1} for row in rows]
    if not _can_be_told(cells):
        yield from make.missing(_ENOUGH, "suspicious_employees")
        return
    found = outstanding({key: [cell[key] for cell in cells] for key in ("orders", "given_back", "people")})
    tails = {(orders, back): tail for orders, back, tail in found}
    evidence = [
        {**row, "tail": tails[row["orders"], row["given_back"]]}
        for row in rows if (row["orders"], row["given_back"]) in tails
    ]  # fmt: skip
    yield make.found("suspicious_employees", len(evidence), asked.limits.suspicious_employees, evidence=evidence)


def _can_be_told(cells: list[dict[str, Any]]) -> bool:
    orders = sum(cell["orders"] * cell["people"] for cell in cells)
    back = sum(cell["given_back"] * cell["people"] for cell in cells)
    return 0 < back < orders and any(cell["orders"] >= LEAST_ORDERS for cell in cells)


def pyramid(asked: Asked, invited: Invited) -> Iterator[Indicator]:
    """Yield how many levels rewards go, rows with an entry fee, and levels times the people who take part."""
    make = asked.measuring("PYRAMID")
    if invited.answer is None:
        yield from make.missing(_INVITES, "reward_depth", "entry_fees", "depth_people")
        return
    told: Any = invited.answer.pyramid.note.facts
    depth, people = int(told["depth"]), invited.answer.figures["totals"]["participants"]
    yield make.found("reward_depth", depth, _DEPTHS, evidence=[{"participants": people}])
    yield make.found("entry_fees", int(told["fees"]), _FORBIDDEN)
    yield make.found("depth_people", depth * people)
