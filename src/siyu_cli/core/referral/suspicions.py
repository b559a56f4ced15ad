"""Reasons to look at an invite: which people, records and days of a campaign stand out from the rest of it.

Nothing here is a verdict. Models read counts (how many inviters have which record), never people; who is meant is told
by the steps that join the outstanding records back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from siyu_cli.core.referral.forest import Floats, Ints

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

RECORD = ("joined", "ordered", "mature_joined", "mature_ordered", "is_quick")
HINTS = ("phone", "device", "payment", "address")
SMALL_RECORD = 5  # farms need many invitees: who has few tells what is usual here
LEAST_STAR = 6
STAR_TAIL = 0.01
PRIOR_SIZE, PRIOR_SPREAD = 10.0, 0.7
BURST_TAIL = 0.001
LEAST_MODEL = 30
LEAST_MILESTONE = 3  # one invitee or two, quick and idle, are everybody's first
MOST_CASCADES = 5
SURE = 0.9
_LEAST_SHARING = {"phone": 2, "device": 3, "payment": 3, "address": 4}


@dataclass(frozen=True)
class Ordering:
    """How often invitees order here, inviter by inviter: a Beta–binomial with ``alpha`` and ``beta``."""

    alpha: float
    beta: float

    def at_most(self, ordered: Any, joined: Any) -> Floats:
        """Return the chance that so few of so many order."""
        pairs = np.stack(np.broadcast_arrays(ordered, joined)).astype(np.int64)
        distinct, places = np.unique(pairs, axis=1, return_inverse=True)
        tails = [
            self.exactly(np.arange(few + 1), np.full(few + 1, many)).sum() if many else 1.0 for few, many in distinct.T
        ]
        return np.array(tails, dtype=np.float64)[np.ravel(places)]

    def exactly(self, ordered: Any, joined: Any) -> Floats:
        """Return the chance that just so many order."""
        from scipy.special import betaln, gammaln

        ordered, joined = np.asarray(ordered, float), np.asarray(joined, float)
        ways = gammaln(joined + 1) - gammaln(ordered + 1) - gammaln(joined - ordered + 1)
        drawn = betaln(ordered + self.alpha, joined - ordered + self.beta) - betaln(self.alpha, self.beta)
        chances: Floats = np.exp(ways + drawn)
        return chances


def usual_ordering(cells: pd.DataFrame, milestones: Sequence[int]) -> Ordering | None:
    """Return how often mature invitees of inviters with few of them order; None where too few are known.

    Fitted by maximum likelihood, with a weak prior on how much inviters differ (α + β near 10, within a factor of 2
    or so), since a small campaign says little of it. ``cells`` are those of ``record_cells``; who stopped at a
    milestone is left out, since some did so for the reward.
    """
    from scipy.optimize import minimize
    from scipy.special import betaln

    is_few = (cells["mature_joined"] >= 1) & (cells["mature_joined"] <= SMALL_RECORD)
    few = cells[is_few & ~cells["joined"].isin([step for step in milestones if step >= LEAST_MILESTONE])]
    if few["inviters"].sum() < LEAST_MODEL or not 0 < few["mature_ordered"].sum() < few["mature_joined"].sum():
        return None
    joined, ordered, weight = (few[key].to_numpy(float) for key in ("mature_joined", "mature_ordered", "inviters"))
    share = float((weight * ordered).sum() / (weight * joined).sum())

    def loss(logs: Any) -> float:
        alpha, beta = np.exp(np.clip(logs, -6, 9))
        terms = betaln(ordered + alpha, joined - ordered + beta) - betaln(alpha, beta)
        unlikely = (np.log((alpha + beta) / PRIOR_SIZE) / PRIOR_SPREAD) ** 2 / 2
        return float(unlikely - (weight * terms).sum())

    found = minimize(loss, np.log([8 * share, 8 * (1 - share)]), method="Nelder-Mead")
    alpha, beta = np.exp(np.clip(found.x, -6, 9))
    return Ordering(float(alpha), float(beta))


def outstanding_records(cells: pd.DataFrame, milestones: Sequence[int]) -> pd.DataFrame:
    """Return the records to look at, as ``reason`` and the columns of ``RECORD``."""
    import pandas as pd

    usual = usual_ordering(cells, milestones)
    if usual is None:
        return pd.DataFrame(columns=["reason", *RECORD])
    is_star = (cells["mature_joined"] >= LEAST_STAR) & (
        usual.at_most(cells["mature_ordered"], cells["mature_joined"]) < STAR_TAIL
    )
    found = [cells[is_star].assign(reason="star_of_inactive")]
    steps = [milestone for milestone in milestones if milestone >= LEAST_MILESTONE]
    found += [_huggers(cells, usual, milestone).assign(reason="milestone") for milestone in steps]
    outstanding: pd.DataFrame = pd.concat(found)[["reason", *RECORD]].drop_duplicates().reset_index(drop=True)
    return outstanding


def _huggers(cells: pd.DataFrame, usual: Ordering, milestone: int) -> pd.DataFrame:
    """Return the records at a milestone of which nine in ten would not be there without it.

    How many inviters stop there by themselves is what stops just before and after, on a straight line of logarithms.
    Records in which few have ordered, and all joined at once, are held against that many and the usual ordering.
    """
    from scipy.special import pdtrc

    def stopped(count: int, *, quick: bool | None = None) -> float:
        at = cells["joined"] == count
        if quick is not None:
            at &= cells["is_quick"] == quick
        return float(cells.loc[at, "inviters"].sum())

    ripe = cells[(cells["joined"] == milestone) & (cells["mature_joined"] == milestone)]
    around = (milestone - 1, milestone + 1)
    before, after = stopped(milestone - 1), stopped(milestone + 1)
    by_itself = float(np.sqrt((before + 1) * (after + 1)))
    quick = sum(stopped(count, quick=True) for count in around)
    quick_share = (quick + 1) / (before + after + 2)
    shares = np.where(ripe["is_quick"], quick_share, 1 - quick_share)
    expected = by_itself * shares * usual.exactly(ripe["mature_ordered"], milestone)
    seen = ripe["inviters"].to_numpy(float)
    is_inactive = ripe["mature_ordered"].to_numpy() <= milestone * usual.alpha / (usual.alpha + usual.beta) / 2
    is_excess = (pdtrc(seen - 1, expected) < BURST_TAIL) & (1 - expected / seen >= SURE)
    huggers: pd.DataFrame = ripe[is_inactive & is_excess]
    return huggers


def outstanding_days(days: pd.DataFrame, usual: Ordering | None) -> pd.DataFrame:
    """Return ``reason, inviter_id, joined_on`` of days too busy for the inviter's own pace whose invitees rarely order.

    ``days`` are those of ``busy_days``. The pace is that of the inviter's other days, one more invitee allowed.
    """
    from scipy.special import pdtrc

    others = days["joined"] - days["joined_that_day"]
    pace: Any = (others + 1) / np.maximum(days["active_days"], 1)
    is_busy = pdtrc(days["joined_that_day"] - 1, pace) * days["active_days"] < BURST_TAIL
    is_idle = usual is not None and usual.at_most(days["ordered_that_day"], days["joined_that_day"]) < 0.05
    outstanding: pd.DataFrame = days[is_busy & is_idle].assign(reason="burst")[["reason", "inviter_id", "joined_on"]]
    return outstanding


def sharing_people(hints: pa.Table, cascades: Ints) -> pa.Table:
    """Return ``reason, invitee_id, sharing_group`` of people who share something within a cascade.

    That is a phone, device, payment account or address.
    ``hints`` has a row per person, ``cascades`` their cascade. Sharing is passed on: who shares a device with one and
    an account with another is in one component with both. A component counts from 2 people (phone), 3 (device,
    payment) or 4 (address only) on. A value of more than five cascades belongs to a place and joins nobody. Groups are
    numbers, which mean nothing else.
    """
    import pyarrow as pa
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    people = hints.num_rows
    person: list[Ints] = []
    value: list[Ints] = []
    shared: dict[str, tuple[Ints, Ints]] = {}
    values = 0
    for kind in HINTS:
        places, codes = _shared_values(hints[kind], cascades)
        shared[kind] = (places, codes)
        person.append(places)
        value.append(codes + values)
        values += int(codes.max(initial=-1)) + 1
    rows, columns = np.concatenate(person), np.concatenate(value) + people
    edges = coo_matrix((np.ones(len(rows), dtype=np.int8), (rows, columns)), shape=(people + values,) * 2)
    component = connected_components(edges, directed=False)[1][:people]
    size = np.bincount(component)
    least = np.full(len(size), max(_LEAST_SHARING.values()))
    for kind, (places, _codes) in shared.items():
        np.minimum.at(least, component[places], _LEAST_SHARING[kind])
    is_suspect = size[component] >= least[component]
    found = [(kind, places[is_suspect[places]]) for kind, (places, _codes) in shared.items()]
    who = np.concatenate([places for _kind, places in found])
    reasons = pa.array([f"shared_{kind}" for kind, places in found for _place in places], pa.string())
    groups = pa.array(component[who], pa.int64())
    return pa.table({"reason": reasons, "invitee_id": hints["invitee_id"].take(pa.array(who)), "sharing_group": groups})


def _shared_values(column: Any, cascades: Ints) -> tuple[Ints, Ints]:
    """Return the places of people who share a value of this kind within a cascade, and a number for what they share."""
    import pyarrow.compute as pc

    places = np.flatnonzero(pc.is_valid(column).to_numpy())
    coded = column.combine_chunks().dictionary_encode()
    if hasattr(coded, "combine_chunks"):
        coded = coded.combine_chunks()
    codes = coded.indices.take(places).to_numpy().astype(np.int64)
    if not len(places):
        return places, codes
    pairs = np.unique(np.stack([codes, cascades[places]]), axis=1)
    is_private = np.bincount(pairs[0], minlength=codes.max() + 1)[codes] <= MOST_CASCADES
    places, codes = places[is_private], codes[is_private]
    _found, groups, sizes = np.unique(
        codes * (cascades.max(initial=0) + 1) + cascades[places], return_inverse=True, return_counts=True
    )
    is_shared = sizes[groups] > 1
    return places[is_shared], groups[is_shared]
