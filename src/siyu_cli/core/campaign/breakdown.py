"""The result taken apart: what each offer did, what was done to each segment, and each offer to each segment."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from siyu_cli.core.campaign.evaluation import compare, verdict_of
from siyu_cli.core.campaign.outcomes import Arm, Metric, arms_of
from siyu_cli.core.experiment import WITHHELD, Difference, holm

if TYPE_CHECKING:
    import pandas as pd

SEGMENT, OFFERS = "segment", "offers"  # columns of rows: one segment, and the offers one is compared for


@dataclass(frozen=True)
class Part:
    """One offer, one segment or one of both (None is all), and what became of one metric there.

    ``people`` and ``control_people`` are of either arm, the means theirs; p values are adjusted by Holm within all
    offers, all segments, or all of both.
    """

    segment: str | None
    offer: str | None
    metric: str
    people: int
    control_people: int
    mean: float
    control_mean: float
    difference: Difference
    p_holm: float
    verdict: str


def parts_of(rows: pd.DataFrame, metrics: Sequence[Metric], control: str, *, is_withheld: bool = False) -> list[Part]:
    """Return the parts of a result; nothing where there is one offer and one segment alone.

    ``rows`` are one per person: arm, the metrics' columns, ``segment``, and ``offers``, a list; without the latter
    each arm is an offer of its own.
    """
    plain = [Metric(metric.name, metric.kind, metric.per) for metric in metrics]
    found: list[Part] = []
    for family in _families(rows):
        told = [
            (segment, offer, metric, arm, beside, compare(arm, beside, metric, (arm, beside))[0])
            for segment, offer, subset in family
            for arm, beside in _pairs(subset, plain, control)
            for metric in plain
        ]
        chances = {str(at): one[-1].p_value for at, one in enumerate(told) if not math.isnan(one[-1].p_value)}
        adjusted = holm(chances)
        for at, (segment, offer, metric, arm, beside, difference) in enumerate(told):
            p_holm = adjusted.get(str(at), math.nan)
            verdict = WITHHELD if is_withheld else verdict_of(difference, p_holm)
            means = [_mean(one, metric) for one in (arm, beside)]
            found.append(
                Part(
                    segment, arm.name if OFFERS not in rows else offer, metric.label, arm.people, beside.people,
                    means[0], means[1], difference, p_holm, verdict,
                )
            )  # fmt: skip
    return found


def _mean(arm: Arm, metric: Metric) -> float:
    whole = arm.sums[metric.per] if metric.per else arm.people
    return arm.sums[metric.name] / whole if whole else math.nan


Subset = tuple[str | None, str | None, "pd.DataFrame"]


def _families(rows: pd.DataFrame) -> Iterator[list[Subset]]:
    segments = sorted(set(rows[SEGMENT].dropna())) if SEGMENT in rows else []
    by_segment: list[Subset] = [(name, None, rows[rows[SEGMENT] == name]) for name in segments]
    if OFFERS in rows:
        long = rows.explode(OFFERS)
        offers = sorted(set(long[OFFERS].dropna()))
        if len(offers) > 1:
            yield [(None, offer, long[long[OFFERS] == offer]) for offer in offers]
        # Who would have got nothing is compared with nobody.
        compared = rows[rows[OFFERS].map(len) > 0]
        by_segment = [(name, None, compared[compared[SEGMENT] == name]) for name in segments]
        if len(offers) > 1 and len(segments) > 1:
            yield by_segment
            yield [
                (name, offer, long[(long[SEGMENT] == name) & (long[OFFERS] == offer)])
                for name in segments for offer in offers
            ]  # fmt: skip
            return
    if len(segments) > 1:
        yield by_segment


def _pairs(subset: pd.DataFrame, metrics: Sequence[Metric], control: str) -> Iterator[tuple[Arm, Arm]]:
    """Yield each arm of some people beside their control; nothing where either is empty."""
    if subset.empty:
        return
    arms = {arm.name: arm for arm in arms_of(subset, "arm", [name for one in metrics for name in one.columns])}
    beside = arms.pop(control, None)
    if beside is not None:
        yield from ((arm, beside) for arm in arms.values())


def counts_of(rows: pd.DataFrame, events: str, control: str) -> list[dict[str, Any]]:
    """Return per segment and offer the people and buyers of both arms, for what can be learned: of a metric of 0 and 1.

    Without segments all are one, ``*``.
    """
    import pandas as pd

    frame = rows if SEGMENT in rows else rows.assign(**{SEGMENT: "*"})
    is_control = frame["arm"] == control
    if OFFERS in rows:
        long = frame.explode(OFFERS).rename(columns={OFFERS: "offer"})
        long = long[long["offer"].notna()]
        treated, beside = long[long["arm"] != control], long[long["arm"] == control]
        theirs = _counted(beside, [SEGMENT, "offer"], events, "control_")
    else:
        treated = frame[~is_control].assign(offer=frame.loc[~is_control, "arm"])
        alone = _counted(frame[is_control], [SEGMENT], events, "control_")
        offers = pd.DataFrame({"offer": sorted(set(treated["offer"]))})
        theirs = alone.reset_index().merge(offers, how="cross").set_index([SEGMENT, "offer"])
    own = _counted(treated, [SEGMENT, "offer"], events)
    both = own.join(theirs, how="inner").sort_index().reset_index()
    keys = ("segment", "offer", "people", "buyers", "control_people", "control_buyers")
    return [
        {key: row[key] if place < 2 else int(row[key]) for place, key in enumerate(keys)}
        for row in both.to_dict("records")
    ]


def _counted(rows: pd.DataFrame, by: list[str], events: str, prefix: str = "") -> pd.DataFrame:
    sums = {f"{prefix}people": ("arm", "size"), f"{prefix}buyers": (events, "sum")}
    found: pd.DataFrame = rows.groupby(by).agg(**sums)
    return found


def as_rows(parts: Sequence[Part]) -> list[Mapping[str, Any]]:
    """Return the parts as in ``tables.PARTS``."""
    return [
        {
            "segment": one.segment, "offer": one.offer, "metric": one.metric, "people": one.people,
            "control_people": one.control_people, "mean": one.mean, "control_mean": one.control_mean,
            "difference": one.difference.estimate, "ci_low": one.difference.low, "ci_high": one.difference.high,
            "p": one.difference.p_value, "p_holm": one.p_holm, "verdict": one.verdict,
        }
        for one in parts
    ]  # fmt: skip
