"""The figures of a referral report as one document: counts, rates with what they are made of, money, comparisons."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from siyu_cli.core.referral.tables import SUSPICIONS
from siyu_cli.core.referral.value import compare_value
from siyu_cli.core.referral.variants import compare_variants, variants_of

if TYPE_CHECKING:
    import pandas as pd

    from siyu_cli.core.referral.trace import Referrals

COUNTS = (
    "invites", "self_invites", "open", "duplicates", "links", "unknown_invitees", "joined", "existing", "new_members",
    "ordered", "retained", "lost", "suspicious", "activated",
)  # fmt: skip
MONEY = ("reward_amount", "net_sales")
EVENTS = ("invites", "joined", "new_members", "ordered", "retained", "suspicious")
WEEKS = 26

Document = dict[str, Any]


@dataclass(frozen=True)
class Scope:
    """What a report is about: since when to count, the milestones, the control variant, whether people are known."""

    since: date | None = None
    campaign: str | None = None
    milestones: Sequence[int] = ()
    control_variant: str | None = None
    has_people: bool = True
    looks: int = 1


def referral_figures(found: Referrals, asked: Scope) -> Document:
    """Return every figure of the report; keys as in docs/referral.md, rates empty without a denominator."""
    totals = count_totals(found, asked)
    by_variant = group_by(found.groups, "variant")
    variants = variants_of(by_variant, found.variant_pairs)
    return {
        "totals": totals,
        "rates": count_rates(totals),
        "k_factor": count_k(found.generations),
        "viral_cycle_days": found.viral_cycle_days,
        "depth": describe_depth(found.generations),
        "cascades": describe_cascades(found),
        "milestones": count_milestones(found.milestone_counts, asked.milestones),
        "cost": count_cost(found, totals, asked),
        "value": compare_value(found.joining_cells),
        "since": count_since(found.days, asked.since),
        "by_week": count_weeks(found.days),
        "top_inviters": found.top_inviters.to_dict("records"),
        "by_campaign": group_by(found.groups, "campaign"),
        "by_variant": by_variant,
        "variant_comparison": compare_variants(variants, asked.control_variant, asked.looks),
        "by_source": group_by(found.groups, "referral_source"),
        "by_channel": group_by(found.groups, "source_channel"),
        "suspicions": list_suspicions(found.suspicions),
    }


def count_totals(found: Referrals, asked: Scope) -> Document:
    """Return the counts of everything: people who take part, invites by kind, what became of them."""
    sums = found.groups[[*COUNTS, *MONEY, "unnamed_inviters", "strange_inviters"]].astype(float).sum()
    people = found.generations[["participants", "inviters"]].sum()
    seeds = found.generations.loc[found.generations["generation"] == 0, "participants"].sum()
    totals: Document = {
        "participants": int(people["participants"]),
        "inviters": int(people["inviters"]),
        "seeds": int(seeds),
        **{key: int(sums[key]) for key in COUNTS},
        "unknown_inviters": int(sums["unnamed_inviters"] + sums["strange_inviters"] * asked.has_people),
        **{key: round(float(sums[key]), 2) for key in MONEY},
    }
    totals["unknown_invitees"] *= asked.has_people
    totals["net_new_members"] = totals["new_members"] - totals["lost"]
    return totals


def count_rates(totals: Document) -> Document:
    """Return each rate with its numerator and denominator."""
    parts = {
        "participation_rate": ("inviters", "participants"),
        "join_rate": ("joined", "invites"),
        "new_member_rate": ("new_members", "joined"),
        "order_rate": ("ordered", "joined"),
        "retention_rate": ("retained", "ordered"),
        "loss_rate": ("lost", "new_members"),
        "suspicious_rate": ("suspicious", "joined"),
        "duplicate_rate": ("duplicates", "invites"),
    }
    return {
        name: {
            "rate": ratio(totals[top], totals[bottom]),
            "numerator": totals[top],
            "denominator": totals[bottom],
            "of": f"{top} / {bottom}",
        }
        for name, (top, bottom) in parts.items()
    }


def ratio(top: float, bottom: float) -> float | None:
    """Return top / bottom, None without a bottom."""
    return top / bottom if bottom else None


def count_k(generations: pd.DataFrame) -> Document:
    """Return K over mature participants, all together and by generation."""
    mature = generations[generations["is_mature"]]
    rows = mature.dropna(subset=["generation"]).sort_values("generation")
    return {
        **_k_of(mature),
        "by_generation": [
            {"generation": int(generation), **_k_of(rows[rows["generation"] == generation])}
            for generation in rows["generation"]
        ],
    }


def _k_of(rows: pd.DataFrame) -> Document:
    sums = {key: int(rows[key].sum()) for key in ("participants", "invites", "joined", "ordered")}
    people = sums["participants"]
    return {
        "joined": ratio(sums["joined"], people),
        "ordered": ratio(sums["ordered"], people),
        "participants": people,
        "invites": sums["invites"],
        "joined_invitees": sums["joined"],
        "ordered_invitees": sums["ordered"],
    }


def describe_depth(generations: pd.DataFrame) -> Document:
    """Return the largest generation and how many people each has."""
    known = generations.dropna(subset=["generation"])
    counts = known.groupby("generation")["participants"].sum().sort_index()
    pairs = zip(counts.index.tolist(), counts.tolist(), strict=True)
    rows = [{"generation": int(key), "members": int(members)} for key, members in pairs]
    return {"max": max((row["generation"] for row in rows), default=0), "by_generation": rows}


def describe_cascades(found: Referrals) -> Document:
    """Return how many cascades there are, how large and how deep they spread: see ``forest``."""
    seeds, sizes, virality = found.forest.cascades()
    if not len(seeds):
        return {"count": 0, "mean_size": None, "max_size": None,
                "structural_virality": None, "structural_virality_largest": None}  # fmt: skip
    names = found.people.take(seeds).to_pylist()
    largest = min(range(len(seeds)), key=lambda place: (-sizes[place], names[place]))
    return {
        "count": len(seeds),
        "mean_size": float(sizes.mean()),
        "max_size": int(sizes.max()),
        "structural_virality": round(math.fsum(virality) / len(virality), 9),
        "structural_virality_largest": round(float(virality[largest]), 9),
    }


def count_milestones(counts: pd.DataFrame, milestones: Sequence[int]) -> list[Document]:
    """Return how many inviters reached each milestone with new members that give no reason to look."""
    return [
        {
            "milestone": milestone,
            "inviters": int(counts.loc[counts["brought"] >= milestone, "inviters"].sum()),
        }
        for milestone in milestones
    ]


def count_cost(found: Referrals, totals: Document, asked: Scope) -> Document:
    """Return what an activated invitee without suspicion cost, beside what each channel's new buyer did."""
    costs = found.cost_cells
    # A plan of an ad platform is no referral campaign: only names that invites bear are.
    is_named = costs["campaign"].isin(found.groups["campaign"].dropna().unique())
    channels = _channel_costs(costs[~is_named], found.joining_cells)
    own = {row["source_channel"] for row in channels if row["invited"] and not row["buyers"]}
    if asked.campaign is None:
        is_ours = is_named | (~is_named & costs["source_channel"].isin(list(own)))
    else:
        is_ours = costs["campaign"] == asked.campaign
    nowhere = costs.loc[~is_named & costs["source_channel"].isna(), "spent"].astype(float).sum()
    campaign_costs = round(float(costs.loc[is_ours, "spent"].astype(float).sum()), 2)
    whole = round(totals["reward_amount"] + campaign_costs, 2)
    return {
        "reward_amount": totals["reward_amount"],
        "campaign_costs": campaign_costs,
        "unassigned_costs": round(float(nowhere), 2),
        "total": whole,
        "activated": totals["activated"],
        "cost_per_activated": ratio(whole, totals["activated"]),
        "channels": [row for row in channels if row["source_channel"] not in own],
    }


def _channel_costs(costs: pd.DataFrame, joining: pd.DataFrame) -> list[Document]:
    is_referred = joining["is_referred"].astype(bool)
    rows = []
    for channel, own in costs.dropna(subset=["source_channel"]).groupby("source_channel"):
        is_own = (joining["source_channel"] == channel) & (joining["joined_on"] >= own["spent_on"].min())
        buyers, invited = (int(joining.loc[is_own & who, "buyers"].sum()) for who in (~is_referred, is_referred))
        amount = round(float(own["cac_spent"].astype(float).sum()), 2)
        row = {"source_channel": str(channel), "cost": amount, "buyers": buyers, "invited": invited}
        rows.append({**row, "cac": ratio(amount, buyers)})
    return sorted(rows, key=lambda row: (-row["cost"], row["source_channel"]))


def count_since(days: pd.DataFrame, since: date | None) -> Document | None:
    """Return what happened from ``since`` on, each event on its own date; None when nothing was asked."""
    if since is None:
        return None
    import pandas as pd

    lately = days[pd.to_datetime(days["happened_on"]) >= pd.Timestamp(since)]
    return {"from": since.isoformat(), **{key: int(lately[key].sum()) for key in EVENTS}}


def count_weeks(days: pd.DataFrame) -> list[Document]:
    """Return the events of the last half year by calendar week, from Monday; weeks without any are zeros."""
    import pandas as pd

    if days.empty:
        return []
    dated = days.assign(week=pd.to_datetime(days["happened_on"]).dt.to_period("W-SUN").dt.start_time)
    sums = dated.groupby("week")[list(EVENTS)].sum().tail(WEEKS)
    every = pd.date_range(sums.index.min(), sums.index.max(), freq="7D")[-WEEKS:]
    rows = sums.reindex(every, fill_value=0)
    return [
        {"week": week.date().isoformat(), **{key: int(row[key]) for key in EVENTS}}
        for week, row in zip(rows.index, rows.to_dict("records"), strict=True)
    ]


def group_by(groups: pd.DataFrame, key: str) -> list[Document]:
    """Return one row per value of ``key``, most joined first; whatever has none is one row with an empty one.

    Nothing where no invite has a value.
    """
    if groups[key].notna().sum() == 0:
        return []
    numbers = [*COUNTS, *MONEY]
    sums = groups[numbers].astype(float).groupby(groups[key].fillna("")).sum().reset_index()
    rows = [
        {
            key: row[key] or None,
            **{name: int(row[name]) for name in COUNTS if name != "unknown_invitees"},
            **{name: round(float(row[name]), 2) for name in MONEY},
            "order_rate": ratio(row["ordered"], row["joined"]),
            "suspicious_rate": ratio(row["suspicious"], row["joined"]),
            "cost_per_activated": ratio(round(float(row["reward_amount"]), 2), row["activated"]),
        }
        for row in sums.to_dict("records")
    ]
    return sorted(rows, key=lambda row: (-row["joined"], row[key] is None, row[key] or ""))


def list_suspicions(rows: pd.DataFrame) -> list[Document]:
    """Return one row per reason that occurs, in the order of the reasons' table."""
    by_reason = {row["reason"]: row for row in rows.to_dict("records")}
    return [
        {
            "reason": reason,
            "inviters": int(by_reason[reason]["inviters"]),
            "invitees": int(by_reason[reason]["invitees"]),
            "invites": int(by_reason[reason]["invites"]),
            "reward_amount": round(float(by_reason[reason]["reward_amount"]), 2),
        }
        for reason in SUSPICIONS if reason in by_reason
    ]  # fmt: skip
