"""What campaigns say of a list: whose control group somebody is in, which other campaign is worth more with them."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from siyu_cli.core.campaign.elsewhere import outbid

LEFT_ALONE, OUTBID = "is_left_alone", "is_outbid"


def campaign_of(given: pa.Table) -> str:
    """Return the campaign whose plan a list is, by its columns campaign and arm; "" where it is none, or of several."""
    if not {"campaign", "arm"} <= set(given.column_names):
        return ""
    names = {name for name in given["campaign"].to_pylist() if name}
    return names.pop() if len(names) == 1 else ""


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
