"""Variants of a campaign, compared by inviter: invites of one inviter are not independent of each other."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from siyu_cli.core.experiment import (
    SRM_LIMIT,
    UNDECIDED,
    WITHHELD,
    Difference,
    Sample,
    compare_means,
    compare_proportions,
    holm,
    least_effect,
    mismatch,
    ratio_sample,
)

if TYPE_CHECKING:
    import pandas as pd

METRICS = ("joined", "ordered")
_CONTROL_NAMES = ("control", "对照", "对照组", "a", "a组", "原版")

Document = dict[str, Any]


@dataclass(frozen=True)
class Variants:
    """What is known of the variants: a row of counts for each, and products of their inviters' counts by pair."""

    rows: Sequence[Document]
    pairs: Mapping[tuple[str, str], Mapping[str, int]]

    def inviters(self, variant: str) -> int:
        """Return how many inviters sent a variant."""
        return self.pairs[variant, variant]["inviters"]

    def sample(self, row: Document, metric: str) -> Sample:
        """Return the rate per invite as a mean over inviters, its variance by the delta method (two at least)."""
        own = self.pairs[row["variant"], row["variant"]]
        count = own["inviters"]
        tops = Sample(count, row[metric], own[f"{metric}_{metric}"])
        bottoms = Sample(count, row["invites"], own["invites_invites"])
        return ratio_sample(count, tops, bottoms, own[f"{metric}_invites"])

    def covariance(self, row: Document, other: Document, metric: str) -> float:
        """Return the covariance of two variants' rates, from the inviters who sent both; 0 where nobody did."""
        here, there = row["variant"], other["variant"]
        if (here, there) not in self.pairs:
            return 0.0
        both, turned = self.pairs[here, there], self.pairs[there, here]
        rate, other_rate = row[metric] / row["invites"], other[metric] / other["invites"]
        joint: float = (
            both[f"{metric}_{metric}"]
            - other_rate * both[f"{metric}_invites"]
            - rate * turned[f"{metric}_invites"]
            + rate * other_rate * both["invites_invites"]
        )
        inviters, others = self.inviters(here), self.inviters(there)
        correction = math.sqrt(inviters / (inviters - 1) * others / (others - 1))
        return correction * joint / float(row["invites"] * other["invites"])


def variants_of(rows: Sequence[Document], pairs: pd.DataFrame) -> Variants:
    """Return the variants of the rows that have one; ``pairs`` is what ``variant_pairs.sql`` made."""
    names = zip(pairs["variant"].tolist(), pairs["other"].tolist(), strict=True)
    counts = pairs.drop(columns=["variant", "other"]).astype("int64").to_dict("index").values()
    whole = [{str(key): int(number) for key, number in own.items()} for own in counts]
    known = dict(zip(names, whole, strict=True))
    return Variants([row for row in rows if row["variant"]], known)


def compare_variants(variants: Variants, control_variant: str | None, looks: int = 1) -> Document:
    """Return how the variants differ from the control, by intention to treat: all invites count.

    Metrics: joined and ordered per invite; where every invite joined, ordered alone. The unit is the inviter, since one
    inviter's friends are alike: rates are ratios over inviters (delta method; Deng, Lu, Litz 2017), and the arms are as
    planned where their inviters are. Holm over metrics and variants.
    """
    rows = variants.rows
    inviters = {row["variant"]: variants.inviters(row["variant"]) for row in rows}
    result: Document = {
        "control": None,
        "inviters": inviters,
        "srm_p_value": None,
        "looks": looks,
        "comparisons": [],
    }
    if len(rows) < 2:
        return result
    control = _control(rows, control_variant)
    srm = mismatch(list(inviters.values()))
    metrics = [metric for metric in METRICS if any(row[metric] < row["invites"] for row in rows)]
    found = {
        (row["variant"], metric): _compare(variants, row, control, metric)
        for row in rows if row is not control for metric in metrics
    }  # fmt: skip
    told = {key: difference for key, difference in found.items() if not math.isnan(difference.p_value)}
    adjusted = holm({"\0".join(key): difference.p_value for key, difference in told.items()})
    comparisons = [
        _described(variants, (variant, metric), difference, adjusted.get(f"{variant}\0{metric}"), control)
        for (variant, metric), difference in found.items()
    ]
    if srm < SRM_LIMIT:
        comparisons = [{**row, "verdict": WITHHELD} for row in comparisons]
    return {**result, "control": control["variant"], "srm_p_value": srm, "comparisons": comparisons}


def _compare(variants: Variants, row: Document, control: Document, metric: str) -> Difference:
    arms = [(one[metric], one["invites"]) for one in (row, control)]
    by_invite = compare_proportions(*arms)
    if min(variants.inviters(one["variant"]) for one in (row, control)) < 2:
        # One inviter says nothing of how inviters differ.
        return replace(by_invite, low=math.nan, high=math.nan, p_value=math.nan, test="none: one inviter")
    samples = [variants.sample(one, metric) for one in (row, control)]
    by_inviter = compare_means(*samples, covariance=variants.covariance(row, control, metric))
    by_inviter = replace(
        by_inviter, low=max(by_inviter.low, -1.0), high=min(by_inviter.high, 1.0),
        test="Welch t over inviters, delta method",
    )  # fmt: skip
    # Never surer than if invites were independent: few or equal inviters may seem to have no spread at all.
    return max(by_invite, by_inviter, key=lambda difference: difference.p_value)


def _described(
    variants: Variants, key: tuple[str, str], difference: Difference, p_value: float | None, control: Document
) -> Document:
    variant, metric = key
    return {
        "variant": variant,
        "metric": metric,
        "difference": difference.estimate,
        "low": _known(difference.low),
        "high": _known(difference.high),
        "relative": difference.relative,
        "p_value": _known(difference.p_value),
        "p_value_holm": p_value,
        "test": difference.test,
        "least_detectable": _least_detectable(variants, variant, metric, control),
        "verdict": difference.verdict if p_value is not None and p_value < 0.05 else UNDECIDED,
    }


def _known(number: float) -> float | None:
    return None if math.isnan(number) else number


def _least_detectable(variants: Variants, variant: str, metric: str, control: Document) -> float | None:
    # So many independent invites would tell as much as those of the inviters do.
    arms = [next(row for row in variants.rows if row["variant"] == variant), control]
    if min(variants.inviters(row["variant"]) for row in arms) < 2:
        return None
    people = []
    for row in arms:
        rate, sample = row[metric] / row["invites"], variants.sample(row, metric)
        alone = rate * (1 - rate) / row["invites"]
        clustering = sample.variance / sample.count / alone if alone else 1.0
        people.append(int(row["invites"] / max(1.0, clustering)))
    return least_effect(control[metric] / control["invites"], min(people))


def _control(rows: Sequence[Document], named: str | None) -> Document:
    by_name = {row["variant"].strip().casefold(): row for row in rows}
    wanted = (named.strip().casefold(),) if named else _CONTROL_NAMES
    return next((by_name[name] for name in wanted if name in by_name), by_name[min(by_name)])
