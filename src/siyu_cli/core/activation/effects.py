"""What goes with a second order: what was known of the first, among first orders that were alike otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from siyu_cli.core.experiment import UNDECIDED, Difference, compare_proportions, holm

LEAST = 30  # buyers with, and without, that a difference is told of
MOST_STATES = 10  # of a factor: the ones most buyers had
ALPHA = 0.05
# The state that says a thing was not there: others are compared with it, it is not told by itself.
ABSENT = {"coupon": "no", "discount": "no", "festival": "none"}
_CONTROLS = ("control", "对照", "对照组", "空白组", "holdout")
Rows = Iterable[Mapping[str, Any]]


@dataclass(frozen=True)
class Effect:
    """First orders of which something was so, against the others among those alike: same month, channel, order value.

    ``members`` and ``others`` are those who have a counterpart; ``matched`` is their share of all of whom it was so.
    """

    factor: str
    state: str
    members: int
    others: int
    matched: float
    rate: float
    other_rate: float
    difference: Difference
    p_holm: float

    @property
    def name(self) -> str:
        """Return what no other has."""
        return f"{self.factor}\0{self.state}"

    @property
    def is_told(self) -> bool:
        """Return whether chance alone would hardly make so large a difference, all that were looked at counted."""
        return self.p_holm < ALPHA

    def as_dict(self) -> dict[str, Any]:
        """Return it for machines."""
        own = {key: value for key, value in vars(self).items() if key not in ("difference", "p_holm")}
        found = self.difference
        return {
            **own, "difference": found.estimate, "low": found.low, "high": found.high, "p_value": found.p_value,
            "p_holm": self.p_holm,
        }  # fmt: skip


@dataclass(frozen=True)
class Trial:
    """An arm of a trial against its control: who was drawn into it, whatever came of it, and who then bought."""

    trial: str
    step: str
    arm: str
    control: str
    members: int
    bought: int
    members_control: int
    bought_control: int
    difference: Difference
    p_holm: float

    @property
    def verdict(self) -> str:
        """Return effective, not_effective or not_enough_evidence."""
        return UNDECIDED if self.p_holm >= ALPHA else self.difference.verdict

    def as_dict(self) -> dict[str, Any]:
        """Return it for machines."""
        own = {key: value for key, value in vars(self).items() if key not in ("difference", "p_holm")}
        found = self.difference
        return {
            **own, "difference": found.estimate, "low": found.low, "high": found.high, "p_value": found.p_value,
            "p_holm": self.p_holm, "verdict": self.verdict,
        }  # fmt: skip


def states_kept(counts: Rows) -> list[tuple[str, str]]:
    """Return the pairs of factor and state that enough buyers had, of each factor the most usual."""
    by_factor: dict[str, list[tuple[int, str]]] = {}
    for row in counts:
        if row["members"] >= LEAST and ABSENT.get(row["factor"]) != row["state"]:
            by_factor.setdefault(row["factor"], []).append((-row["members"], row["state"]))
    return [(factor, state) for factor in sorted(by_factor) for _, state in sorted(by_factor[factor])[:MOST_STATES]]


def effects_of(cells: Rows, kept: Sequence[tuple[str, str]]) -> tuple[Effect, ...]:
    """Return every difference that can be told, the surest first; ``cells`` as ``factor_cells`` has them."""
    rows = list(cells)
    raw = [found for factor, state in kept if (found := _compared(rows, factor, state)) is not None]
    adjusted = holm({found.name: found.difference.p_value for found in raw})
    effects = [replace(found, p_holm=adjusted[found.name]) for found in raw]
    return tuple(sorted(effects, key=lambda one: (one.p_holm, one.difference.p_value, one.factor, one.state)))


def trials_of(rows: Rows) -> tuple[Trial, ...]:
    """Return every arm against its control, by trial, step and arm; trials without a control say nothing."""
    by_step: dict[tuple[str, str], dict[str, tuple[int, int]]] = {}
    for row in rows:
        by_step.setdefault((row["trial"], row["awaited"]), {})[row["arm"]] = (row["returned"], row["members"])
    raw = []
    for (trial, step), arms in sorted(by_step.items()):
        control = next((arm for arm in sorted(arms) if arm.strip().casefold() in _CONTROLS), None)
        if control is not None:
            raw += [
                (trial, step, arm, control, arms[arm], arms[control], compare_proportions(arms[arm], arms[control]))
                for arm in sorted(arms.keys() - {control})
            ]
    adjusted = holm({"\0".join(one[:3]): one[-1].p_value for one in raw})
    return tuple(
        Trial(
            trial, step, arm, control, own[1], own[0], base[1], base[0], difference, adjusted[f"{trial}\0{step}\0{arm}"]
        )
        for trial, step, arm, control, own, base, difference in raw
    )


def _compared(rows: Sequence[Mapping[str, Any]], factor: str, state: str) -> Effect | None:
    """Return a difference taken by itself; None where too few are alike.

    Each group of buyers alike weighs as many as it has on both sides (direct standardisation); a side is as sure as so
    many people by themselves: 1 / Σ w² / n.
    """
    cells: dict[tuple[Any, ...], list[int]] = {}
    for row in rows:
        if row["factor"] == factor:
            place = 0 if row["state"] == state else 2
            cell = cells.setdefault((row["acquired"], row["source_channel"], row["third"]), [0, 0, 0, 0])
            cell[place] += row["members"]
            cell[place + 1] += row["returned"]
    alike = [cell for _, cell in sorted(cells.items(), key=lambda item: str(item[0])) if cell[0] and cell[2]]
    members, others = sum(cell[0] for cell in alike), sum(cell[2] for cell in alike)
    if min(members, others) < LEAST:
        return None
    whole = members + others
    weights = [(cell[0] + cell[2]) / whole for cell in alike]
    rates = [sum(w * cell[at + 1] / cell[at] for w, cell in zip(weights, alike, strict=True)) for at in (0, 2)]
    sure = [1 / sum(w * w / cell[at] for w, cell in zip(weights, alike, strict=True)) for at in (0, 2)]
    rate, other_rate = (min(rate, 1.0) for rate in rates)
    difference = compare_proportions((rate * sure[0], sure[0]), (other_rate * sure[1], sure[1]))
    matched = members / sum(cell[0] for cell in cells.values())
    return Effect(factor, state, members, others, matched, rate, other_rate, difference, difference.p_value)
