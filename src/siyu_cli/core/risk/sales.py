"""Sales: how far they hang on one employee, store, channel or member, and how old the newest order is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from siyu_cli.core.risk.asked import ORDERS, Asked
from siyu_cli.core.risk.indicators import MOST_EVIDENCE, Indicator, Measuring
from siyu_cli.core.risk.shares import Shares, shares_of
from siyu_cli.errors import Note

_MEASURES = ("top_share", "hhi", "effective")
_FRIENDS = Note("the export of friends per employee, such as 好友.xlsx")
_NAMING = {
    "owner": Note("the members' export with 归属员工"),
    "store": Note("the members' export with 门店"),
    "source_channel": Note("the members' export with 来源渠道"),
}
_FIRST = 3


def concentration(asked: Asked) -> Iterator[Indicator]:
    """Yield what hangs on the first of each kind; those nobody is named for are in no share."""
    make = asked.measuring("CONC")
    if not asked.sales:
        for by in (*_NAMING, "member"):
            yield from make.missing(ORDERS, *_MEASURES, by=by)
        yield from make.missing(_FRIENDS, "sole_employee_share")
        return
    rows = asked.rows("part_sales")
    for by, needs in _NAMING.items():
        named = [row for row in rows if row["part"] == by and row["name"] is not None and row["net_sales"] > 0]
        named.sort(key=lambda row: (-row["net_sales"], row["name"]))
        found = shares_of((row["net_sales"], 1) for row in named)
        if found is None:
            yield from make.missing(needs, *_MEASURES, by=by)
            continue
        known = float(found.total / max(asked.net_sales, found.total))
        first = [
            {by: row["name"], "net_sales": row["net_sales"], "share": float(row["net_sales"] / found.total)}
            for row in named[:_FIRST]
        ]
        yield from _told(asked, make, by, found, [*first, {"known_share": known}], is_judged=len(named) > 1)
    yield from _members(asked, make)
    yield from _sole(asked, make)


def _told(
    asked: Asked, make: Measuring, by: str, found: Shares, evidence: list[dict[str, Any]], *, is_judged: bool = True
) -> Iterator[Indicator]:
    """Yield the measures of one kind; where there is one of it alone, nothing else could be, and nothing is judged."""
    limits = asked.limits if is_judged else None
    yield make.found("top_share", found.top, limits and limits.top_share, form="rate", by=by, evidence=evidence)
    yield make.found("hhi", found.hhi, limits and limits.hhi, form="mark", by=by)
    yield make.found("effective", found.effective, form="number", by=by)


def _members(asked: Asked, make: Measuring) -> Iterator[Indicator]:
    found = shares_of(asked.sales)
    assert found is not None
    largest = sorted(asked.sales, reverse=True)[:_FIRST]
    rows = asked.rows("largest_buyers", least_sales=largest[-1][0])
    rows.sort(key=lambda row: (-row["net_sales"], row["member_id"]))
    first = [{**row, "share": float(row["net_sales"] / found.total)} for row in rows[:_FIRST]]
    yield from _told(asked, make, "member", found, first)


def _sole(asked: Asked, make: Measuring) -> Iterator[Indicator]:
    """Yield the sales behind members whom nobody would know once their only employee has left."""
    if not asked.has("contacts"):
        yield from make.missing(_FRIENDS, "sole_employee_share")
        return
    rows = sorted(asked.rows("sole_friends"), key=lambda row: (-row["net_sales"], row["owner"]))
    total = asked.net_sales
    evidence = [{**row, "share": float(row["net_sales"] / total)} for row in rows[:MOST_EVIDENCE]]
    share = float(sum(row["net_sales"] for row in rows) / total)
    yield make.found("sole_employee_share", share, asked.limits.sole_employee_share, form="rate", evidence=evidence)


def staleness(asked: Asked) -> Iterator[Indicator]:
    """Yield how many days ago the newest order was."""
    make = asked.measuring("STALE")
    newest = asked.rows("newest_order")[0]["newest_on"] if asked.has_files else None
    if newest is None:
        yield from make.missing(ORDERS, "newest_order_days")
        return
    days = (asked.as_of - newest).days
    yield make.found("newest_order_days", days, asked.limits.stale_days, evidence=[{"newest_on": newest}])
