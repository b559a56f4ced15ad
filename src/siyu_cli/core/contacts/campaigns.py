"""What campaigns say of a list: whose control group somebody is in, which other campaign is worth more with them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from siyu_cli.core.campaign.elsewhere import outbid
from siyu_cli.errors import DataError

LEFT_ALONE, OUTBID = "is_left_alone", "is_outbid"
# Columns a plan's list has and hardly another: with two of them it is one, whatever became of its column arm.
_OF_PLANS = {"campaign", "offer_value", "expected_cost", "expected_value", "valid_until"}


def campaign_of(given: pa.Table) -> str:
    """Return the campaign whose plan a list is, by its columns; "" where it is none, or of several."""
    columns = set(given.column_names)
    if "campaign" not in columns or ("arm" not in columns and not _is_plan(columns)):
        return ""
    names = {name for name in given["campaign"].to_pylist() if name}
    return names.pop() if len(names) == 1 else ""


def check_arms(given: pa.Table, book: Any) -> None:
    """Raise ``DataError`` for a plan's list that does not tell its control group, and of which memory knows nothing."""
    columns = set(given.column_names)
    if not _is_plan(columns) or {"arm", "reason"} & columns:
        return
    name = campaign_of(given)
    if not name or book is None or book.plan(name) is None:
        raise DataError(
            "The list is a campaign's, but no column says who is in its control group: they would be contacted.",
            hint="Name that column arm or 组别 again, or write the list anew with siyu campaign plan.",
        )


def _is_plan(columns: Collection[str]) -> bool:
    return len(_OF_PLANS & set(columns)) > 1


def with_campaigns(people: pa.Table, campaign: str, book: Any, on: date) -> pa.Table:
    """Return the people with who is left alone by any campaign at work, and whom this one has lost to another.

    ``campaign`` is the one whose plan the list is, "" for another list; its own days count besides the day it goes out.
    """
    members = people["member_id"].to_pylist()
    plan = book.plan(campaign) if campaign else None
    days = {"starts_on": on, "counts_until": on}
    if plan is not None:
        days = {"starts_on": min(on, plan["starts_on"]), "counts_until": max(on, plan["counts_until"])}
    alone = book.elsewhere(members, campaign=None, **days).is_control
    lost = np.zeros(len(members), np.bool_)
    if plan is not None:
        known = book.elsewhere(members, campaign=campaign, **days)
        seats = book.seats_of(campaign, plan["starts_on"], members)
        worth = np.array([-np.inf if seat is None else seat.worth for seat in seats])
        elsewhere = np.array(known.worth, np.float64)
        rows = np.flatnonzero((elsewhere > -np.inf) & (worth > -np.inf))
        ids, rivals = np.array(members, dtype=np.str_)[rows], np.array(known.rival, dtype=np.str_)[rows]
        lost[rows] = outbid(ids, (plan["mark"], worth[rows]), (rivals, elsewhere[rows]))
    found = people.append_column(LEFT_ALONE, pa.array(alone, pa.bool_()))
    return found.append_column(OUTBID, pa.array(lost, pa.bool_()))
