"""Who may be in a campaign at all: of each who may not one reason, the first that applies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from siyu_cli.core.campaign.control import in_control
from siyu_cli.core.campaign.facts import Flags, days_before, flag, is_in, number
from siyu_cli.core.campaign.offer import Offer
from siyu_cli.core.campaign.plan import Plan
from siyu_cli.errors import Note

ADULT_YEARS = 18
ELIGIBLE = ""
CONTROL = "control"
OWNER_FULL, NOT_CHOSEN, NOT_DRAWN, NOT_WORTHWHILE = "owner_full", "not_chosen", "not_drawn", "not_worthwhile"

# Reason → what is told of it, in the order the rules are tried.
REASONS: dict[str, str] = {
    "outside_audience": "Not in the audience of the campaign.",
    "refuses_profiling": "Refuses automated decisions (PIPL article 24).",
    "minor": "Under 18 on the first day: no automated marketing.",
    "unfriended": "Has deleted the employee, and no other channel is open.",
    "consent_withdrawn": "Has said no to every channel of the campaign.",
    "consent_unknown": "Nothing is known of their consent to any channel of the campaign.",
    "control_elsewhere": "In the control group of a campaign in the same days.",
    "other_campaign": "In another campaign in the same days that is worth more with them.",
    "contacted_lately": "Contacted too short a time ago.",
    "contact_limit": "Has had as many contacts as a member may have.",
    "no_offer": "None of the offers is for them.",
    CONTROL: "Left alone, so that the effect can be told.",
    OWNER_FULL: "Their employee cannot reach more members.",
    NOT_CHOSEN: "Budget, stock and limits bring more with others.",
    NOT_DRAWN: "Enough others were drawn, or the budget was spent on them.",
    NOT_WORTHWHILE: "No offer is expected to add anything with them.",
}


@dataclass(frozen=True)
class Eligibility:
    """Per member: the reason they are left out, empty for the eligible; members × offers: what they may get.

    ``may_get`` is the same with those left alone as the control group counted in.
    """

    reasons: NDArray[np.object_]
    allowed: Flags
    may_get: Flags

    @property
    def is_eligible(self) -> Flags:
        """Return who may be treated or drawn into the control group."""
        found: Flags = self.reasons == ELIGIBLE
        return found

    @property
    def counts(self) -> dict[str, int]:
        """Return how many are left out for each reason, in the order of the rules."""
        return count_reasons(self.reasons)


def eligibility(facts: pa.Table, plan: Plan, *, bases: Collection[str] = ()) -> Eligibility:
    """Return who may be in the campaign.

    ``facts`` has one row per member: member_id and, where known, is_in_audience, opt_out_profiling, birthday,
    is_unfriended, consent_<channel>, is_control_elsewhere, is_in_other_campaign, last_contact_on, contacts (in
    ``contact_days``), stage, level, order_count, points. A column that is not there is not known of anybody. ``bases``
    are channels with a stated basis other than consent: there the unknown is no reason (PIPL article 13).

    >>> from siyu_cli.core.campaign.plan_errors import Places
    >>> from siyu_cli.core.campaign.plan import plan_of
    >>> plan = plan_of({
    ...     "campaign": {"name": "May", "starts_on": "2026-05-01", "ends_on": "2026-05-05", "budget": 9},
    ...     "offers": [{"name": "c20", "kind": "coupon", "value": 20}]}, Places("plan.toml"))
    >>> eligibility(pa.table({"member_id": ["a", "b"], "consent_wecom": [True, False]}), plan).reasons.tolist()
    ['', 'consent_withdrawn']
    """
    members = facts.num_rows
    allowed = np.column_stack([_may_get(facts, offer) for offer in plan.offers])
    channels = [_channel(facts, channel, channel in bases) for channel in plan.campaign.channels]
    closed = np.all([state != _OPEN for state in channels], axis=0)
    some_withdrawn, some_unfriended = (
        np.any([state == kind for state in channels], axis=0) for kind in (_WITHDRAWN, _UNFRIENDED)
    )
    rules: dict[str, Flags] = {
        "outside_audience": ~flag(facts, "is_in_audience", unknown=True),
        "refuses_profiling": flag(facts, "opt_out_profiling"),
        "minor": _is_minor(facts, plan.campaign.starts_on),
        "unfriended": closed & some_unfriended,
        "consent_withdrawn": closed & some_withdrawn,
        "consent_unknown": closed,
        "control_elsewhere": flag(facts, "is_control_elsewhere"),
        "other_campaign": flag(facts, "is_in_other_campaign"),
        "contacted_lately": _contacted_lately(facts, plan),
        "contact_limit": _over_contact_limit(facts, plan),
        "no_offer": np.asarray(~allowed.any(axis=1)),
    }
    reasons = np.full(members, ELIGIBLE, dtype=object)  # few words, many members: each word stands in memory once
    for reason, applies in rules.items():
        reasons[(reasons == ELIGIBLE) & applies] = reason
    may_get = allowed & (reasons == ELIGIBLE)[:, None]
    return Eligibility(reasons, may_get, may_get)


def draw_control(found: Eligibility, member_ids: NDArray[np.str_], plan: Plan) -> Eligibility:
    """Return the eligibility with the control group drawn among the eligible, before anything is assigned."""
    drawn = found.is_eligible & in_control(member_ids, plan.salt, plan.campaign.control_share)
    reasons = np.where(drawn, CONTROL, found.reasons)
    return Eligibility(reasons, found.allowed & ~drawn[:, None], found.may_get)


def count_reasons(reasons: NDArray[np.object_]) -> dict[str, int]:
    """Return how many members each reason has, in the order of the rules.

    >>> count_reasons(np.array(["minor", "", "control", "minor"]))
    {'minor': 2, 'control': 1}
    """
    counts = Counter(reasons.tolist())
    return {reason: counts[reason] for reason in REASONS if counts[reason]}


def reason_note(reason: str) -> Note:
    """Return what is told of a reason."""
    return Note(REASONS[reason])


_OPEN, _WITHDRAWN, _UNFRIENDED, _UNKNOWN = range(4)


def _channel(facts: pa.Table, channel: str, has_basis: bool) -> NDArray[np.int64]:
    """Return the state of a channel for each member."""
    given = number(facts, f"consent_{channel}", -1.0)
    state = np.select([given == 0, given == 1], [_WITHDRAWN, _OPEN], _OPEN if has_basis else _UNKNOWN)
    if channel == "wecom":
        state = np.where(flag(facts, "is_unfriended"), _UNFRIENDED, state)
    return state


def _may_get(facts: pa.Table, offer: Offer) -> Flags:
    may = np.ones(facts.num_rows, np.bool_)
    for column, allowed in (("stage", offer.stages), ("level", offer.levels)):
        if allowed:
            may &= is_in(facts, column, allowed)
    if offer.first_order_only:
        may &= number(facts, "order_count", np.nan) == 0
    if offer.required_points is not None:
        may &= number(facts, "points", 0.0) >= offer.required_points
    return may


def _is_minor(facts: pa.Table, day: date) -> Flags:
    leap = day.month == 2 and day.day == 29
    birthday = date(day.year - ADULT_YEARS, day.month, 28 if leap else day.day)
    found: Flags = days_before(facts, "birthday", birthday) < 0
    return found


def _contacted_lately(facts: pa.Table, plan: Plan) -> Flags:
    apart = plan.limits.days_between_contacts
    if apart is None:
        return np.zeros(facts.num_rows, np.bool_)
    found: Flags = days_before(facts, "last_contact_on", plan.campaign.starts_on) < apart
    return found


def _over_contact_limit(facts: pa.Table, plan: Plan) -> Flags:
    most = plan.limits.contacts_per_member
    if most is None:
        return np.zeros(facts.num_rows, np.bool_)
    found: Flags = number(facts, "contacts", 0.0) >= most
    return found
