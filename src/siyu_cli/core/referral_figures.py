"""The figures of a referral report as one document: counts, rates with what they are made of, money, comparisons."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from siyu_cli.core.experiment import (
    SRM_LIMIT,
    WITHHELD,
    Sample,
    compare_proportions,
    holm,
    least_effect,
    mismatch,
)
from siyu_cli.tables import SUSPICIONS

if TYPE_CHECKING:
    import pandas as pd

    from siyu_cli.core.referral import Referrals

COUNTS = (
    "invites", "self_invites", "open", "duplicates", "links", "unknown_invitees", "joined", "existing", "new_members",
    "ordered", "retained", "lost", "suspicious", "activated",
)  # fmt: skip
MONEY = ("reward_amount", "net_sales")
EVENTS = ("invites", "joined", "new_members", "ordered", "retained", "suspicious")
_CONTROL_NAMES = ("control", "对照", "对照组", "a", "a组", "原版")
WEEKS = 26
_REACH = 1.959963984540054  # of a 95 % interval

Document = dict[str, Any]


@dataclass(frozen=True)
class Question:
    """What a report is asked: since when to count, the milestones, the control variant, whether people are known."""

    since: date | None = None
    campaign: str | None = None
    milestones: Sequence[int] = ()
    control_variant: str | None = None
    has_people: bool = True
    looks: int = 1


def referral_figures(found: Referrals, asked: Question) -> Document:
    """Return every figure of the report; keys as in docs/referral.md, rates empty without a denominator."""
    totals = count_totals(found, asked)
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
        "by_variant": group_by(found.groups, "variant"),
        "variant_comparison": compare_variants(found.groups, asked),
        "by_source": group_by(found.groups, "referral_source"),
        "by_channel": group_by(found.groups, "source_channel"),
        "suspicions": list_suspicions(found.suspicions),
    }


def count_totals(found: Referrals, asked: Question) -> Document:
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


def count_cost(found: Referrals, totals: Document, asked: Question) -> Document:
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
        buyers, invited = (
            int(joining.loc[is_own & who, "buyers"].sum()) for who in (~is_referred, is_referred)
        )
        amount = round(float(own["spent"].astype(float).sum()), 2)
        row = {"source_channel": str(channel), "cost": amount, "buyers": buyers, "invited": invited}
        rows.append({**row, "cac": ratio(amount, buyers)})
    return sorted(rows, key=lambda row: (-row["cost"], row["source_channel"]))


def compare_value(joining: pd.DataFrame) -> Document:
    """Return net sales per referred and per organic member, matched on joining month and channel.

    Cells weigh as many referred members as they have; cells without both are left out and counted. Where invitees
    have a channel of their own, so that fewer than half find anybody, the month alone is matched on.
    """
    matched_on = "month and channel"
    both, referred = _matched(joining, by_channel=True)
    if 2 * sum(pair[True].count for pair in both.values()) < referred:
        matched_on = "month"
        both, referred = _matched(joining, by_channel=False)
    matched = sum(pair[True].count for pair in both.values())
    empty: Document = {
        "referred_mean": None,
        "organic_mean": None,
        "difference": None,
        "low": None,
        "high": None,
    }
    counts = {"matched_on": matched_on, "new_members": referred, "matched": matched, "cells": len(both)}
    if not matched:
        return {**counts, **empty}
    weights = {key: pair[True].count / matched for key, pair in both.items()}
    means = {
        is_own: math.fsum(weights[key] * pair[is_own].mean for key, pair in both.items())
        for is_own in (True, False)
    }
    errors = [
        weights[key] ** 2 * sample.variance / sample.count
        for key, pair in both.items() for sample in pair.values() if sample.count > 1
    ]  # fmt: skip
    difference, reach = means[True] - means[False], _REACH * math.sqrt(math.fsum(errors))
    if any(sample.count < 2 for pair in both.values() for sample in pair.values()):
        reach = math.nan  # one member says nothing of how members differ
    amounts = {
        "referred_mean": means[True],
        "organic_mean": means[False],
        "difference": difference,
        "low": difference - reach,
        "high": difference + reach,
    }
    # To the cent: an engine adds doubles in any order, and no output may depend on it.
    return counts | {key: None if math.isnan(amount) else round(amount, 2) for key, amount in amounts.items()}


def _matched(
    joining: pd.DataFrame, *, by_channel: bool
) -> tuple[dict[tuple[str, str], dict[bool, Sample]], int]:
    cells = _monthly(joining, by_channel=by_channel)
    referred = sum(sample.count for pair in cells.values() for is_own, sample in pair.items() if is_own)
    return {key: pair for key, pair in cells.items() if len(pair) == 2}, referred


def _monthly(joining: pd.DataFrame, *, by_channel: bool) -> dict[tuple[str, str], dict[bool, Sample]]:
    import pandas as pd

    if joining.empty:
        return {}
    known = pd.DataFrame(
        {
            "month": pd.to_datetime(joining["joined_on"]).dt.strftime("%Y-%m"),
            "channel": joining["source_channel"].fillna("") if by_channel else "",
            "is_referred": joining["is_referred"].astype(bool),
            **{key: joining[key].astype(float) for key in ("members", "net_sales", "squared_net_sales")},
        }
    )
    cells: dict[tuple[str, str], dict[bool, Sample]] = {}
    for row in known.groupby(["month", "channel", "is_referred"]).sum().reset_index().to_dict("records"):
        sample = Sample(int(row["members"]), row["net_sales"], row["squared_net_sales"])
        cells.setdefault((row["month"], row["channel"]), {})[bool(row["is_referred"])] = sample
    return cells


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


def compare_variants(groups: pd.DataFrame, asked: Question) -> Document:
    """Return how the variants differ from the control, by intention to treat: all invites count.

    Metrics: joined and ordered per invite; where every invite joined, ordered alone. Holm over metrics and variants.
    """
    rows = [row for row in group_by(groups, "variant") if row["variant"]]
    result: Document = {
        "control": None,
        "srm_p_value": None,
        "looks": asked.looks,
        "comparisons": [],
    }
    if len(rows) < 2:
        return result
    control = _control(rows, asked.control_variant)
    srm = mismatch([row["invites"] for row in rows])
    metrics = [
        metric for metric in ("joined", "ordered") if any(row[metric] < row["invites"] for row in rows)
    ]
    found = {
        (row["variant"], metric): compare_proportions(
            (row[metric], row["invites"]), (control[metric], control["invites"])
        )
        for row in rows if row is not control for metric in metrics
    }  # fmt: skip
    adjusted = holm({"\0".join(key): difference.p_value for key, difference in found.items()})
    result |= {"control": control["variant"], "srm_p_value": srm}
    for (variant, metric), difference in found.items():
        base = control[metric] / control["invites"]
        p_value = adjusted["\0".join((variant, metric))]
        result["comparisons"].append(
            {
                "variant": variant,
                "metric": metric,
                "difference": difference.estimate,
                "low": difference.low,
                "high": difference.high,
                "relative": difference.relative,
                "p_value": difference.p_value,
                "p_value_holm": p_value,
                "test": difference.test,
                "least_detectable": least_effect(base, min(control["invites"], _invites_of(rows, variant))),
                "verdict": _verdict(difference.verdict, p_value, srm),
            }
        )
    return result


def _verdict(by_interval: str, p_value: float, srm: float) -> str:
    if srm < SRM_LIMIT:
        return WITHHELD
    return by_interval if p_value < 0.05 else "not_enough_evidence"


def _invites_of(rows: Sequence[Document], variant: str) -> int:
    return int(next(row["invites"] for row in rows if row["variant"] == variant))


def _control(rows: Sequence[Document], named: str | None) -> Document:
    by_name = {row["variant"].strip().casefold(): row for row in rows}
    wanted = (named.strip().casefold(),) if named else _CONTROL_NAMES
    return next((by_name[name] for name in wanted if name in by_name), by_name[min(by_name)])


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
