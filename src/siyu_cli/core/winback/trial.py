"""What a message did to the silent: those it was assigned to beside those left alone, by how long they had been silent.

By intention to treat: members count in the arm they were assigned to, reached or not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from siyu_cli.core.campaign.assigned import with_keys
from siyu_cli.core.campaign.evaluate import shares_of
from siyu_cli.core.campaign.evaluation import verdict_of
from siyu_cli.core.campaign.outcomes import Arm, arms_of
from siyu_cli.core.experiment import (
    SRM_LIMIT,
    UNDECIDED,
    WITHHELD,
    Difference,
    compare_means,
    compare_proportions,
    holm,
    mismatch,
)
from siyu_cli.core.winback.natural import ENDLESS, SPANS, end_of, open_spans
from siyu_cli.engines.step import step
from siyu_cli.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

    from siyu_cli.core.question import Study

TARGETED, ALONE = "targeted", "control"
RETURNED, NET_SALES = "returned", "net_sales"


@dataclass(frozen=True)
class Assigned:
    """A list with arms: ``rows`` of member_id and arm, the arm left alone, the first day, the share left alone."""

    rows: pd.DataFrame = field(repr=False)
    control: str
    starts_on: date
    control_share: float | None = None
    made_from: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Beside:
    """Members a message was assigned to beside those left alone: of one span of silence, or of all (None).

    ``came`` is the difference of the shares who came back (Newcombe), ``brought`` that of net sales per member assigned
    (Welch); None where an arm has fewer than two members. Chances are adjusted by Holm.
    """

    silent_from: int | None
    targeted: Arm
    control: Arm
    came: Difference | None
    brought: Difference | None
    p_holm: float | None = None
    brought_p_holm: float | None = None
    verdict: str = WITHHELD

    @property
    def silent_to(self) -> int | None:
        """Return where the span ends; None for the last one, and for all."""
        return None if self.silent_from is None else end_of(self.silent_from)

    @property
    def would_have_come_anyway(self) -> float | None:
        """Return the share of those who came back after a message who would have come without one."""
        rate, natural = (share_of(arm) for arm in (self.targeted, self.control))
        return natural / rate if rate and natural is not None else None

    def pays(self, contact_cost: float, margin: float) -> bool | None:
        """Return whether what a contact adds is surely more than it costs, or surely less; None where not sure."""
        if self.brought is None:
            return None
        if self.brought.low * margin > contact_cost:
            return True
        return False if self.brought.high * margin < contact_cost else None

    def cost_per_return(self, contact_cost: float) -> float | None:
        """Return what each member cost who would not have come otherwise; None where it is not sure that any did."""
        return None if self.came is None or self.came.low <= 0 else contact_cost / self.came.estimate


@dataclass(frozen=True)
class Trial:
    """What a message did: in all, by span of silence, by arm; ``srm_p`` is None where nobody said what was drawn.

    ``left_out`` were assigned and are in no figure: they had not bought before, or not been silent for so long.
    """

    starts_on: date
    ends_on: date
    whole: Beside
    spans: tuple[Beside, ...]
    arms: tuple[Arm, ...]
    control: str
    srm_p: float | None
    left_out: int

    @property
    def is_as_drawn(self) -> bool:
        """Return whether the arms are as large as they were drawn: else no verdict is given."""
        return self.srm_p is None or self.srm_p >= SRM_LIMIT

    def pays_until(self, contact_cost: float, margin: float) -> int | None:
        """Return the end of the longest silence at which a contact surely brings more than it costs; None for none."""
        sure = [span for span in self.spans if span.pays(contact_cost, margin)]
        return None if not sure else sure[-1].silent_to or ENDLESS


def try_out(study: Study, assigned: Assigned, horizon_days: int, silent_days: int | None) -> Trial:
    """Return what became of everybody assigned who was silent for longer than that (None: whoever had bought before).

    ``DataError`` where the first day is still to come, or nobody of either arm is among those.
    """
    import pyarrow as pa

    if study.as_of < assigned.starts_on:
        message = "The campaign begins on {starts_on}: on {as_of} there is nothing to evaluate."
        raise DataError(message, starts_on=assigned.starts_on, as_of=study.as_of)
    keyed = with_keys(assigned.rows, study.masks)
    study.engine.open("assigned_members", pa.Table.from_pandas(keyed[["member_id", "arm"]], preserve_index=False))
    open_spans(study.engine)
    looked_from = assigned.starts_on - timedelta(days=1)
    silent = -1 if silent_days is None else silent_days
    rows = study.engine.fetch(
        step("assigned_returns"), {"looked_from": looked_from, "horizon_days": horizon_days, "silent_days": silent}
    )
    drawn = arms_of(assigned.rows, "arm", [])
    shares = shares_of(drawn, assigned.control, assigned.control_share)
    srm_p = None if shares is None else mismatch([arm.people for arm in drawn], [shares[arm.name] for arm in drawn])
    is_withheld = srm_p is not None and srm_p < SRM_LIMIT
    whole, spans = compare(rows, assigned.control, is_withheld=is_withheld)
    arms = tuple(arms_of(rows, "arm", [RETURNED, NET_SALES]))
    ends_on = looked_from + timedelta(days=horizon_days)
    return Trial(
        assigned.starts_on, ends_on, whole, spans, arms, assigned.control, srm_p, len(assigned.rows) - len(rows)
    )


def compare(rows: pd.DataFrame, control: str, *, is_withheld: bool = False) -> tuple[Beside, tuple[Beside, ...]]:
    """Return all arms but the control, taken together, beside it: in all, and for each span of silence anybody was in.

    ``rows`` are one per member: arm, silent_from, returned (0 or 1), net_sales. ``DataError`` where an arm is empty.
    """
    two = rows.assign(arm=[ALONE if arm == control else TARGETED for arm in rows["arm"]])
    whole = _pair(two, None)
    if not (whole.targeted.people and whole.control.people):
        raise DataError(
            "Of those listed, nobody of one arm had bought before and been silent for so long.",
            hint="The list needs members with a message and members left alone; --control names the latter's arm.",
        )
    spans = [_pair(part, begins) for begins in SPANS if len(part := two[two["silent_from"] == begins])]
    together = [one.p_value for one in (whole.came, whole.brought) if one is not None]
    adjusted = holm({str(place): p_value for place, p_value in enumerate(together)})
    whole = _judged(whole, adjusted.get("0"), adjusted.get("1"), is_withheld=is_withheld)
    by_came, by_brought = (_adjusted(spans, key) for key in ("came", "brought"))
    return whole, tuple(
        _judged(span, by_came.get(place), by_brought.get(place), is_withheld=is_withheld)
        for place, span in enumerate(spans)
    )


def share_of(arm: Arm) -> float | None:
    """Return the share of an arm that came back."""
    return arm.sums[RETURNED] / arm.people if arm.people else None


def _adjusted(spans: Sequence[Beside], key: str) -> dict[int, float]:
    chances = {str(at): getattr(span, key).p_value for at, span in enumerate(spans) if getattr(span, key) is not None}
    return {int(at): p_value for at, p_value in holm(chances).items()}


def _judged(one: Beside, p_holm: float | None, brought_p_holm: float | None, *, is_withheld: bool) -> Beside:
    verdict = UNDECIDED if one.came is None or p_holm is None else verdict_of(one.came, p_holm)
    return replace(one, p_holm=p_holm, brought_p_holm=brought_p_holm, verdict=WITHHELD if is_withheld else verdict)


def _pair(rows: pd.DataFrame, begins: int | None) -> Beside:
    arms = {arm.name: arm for arm in arms_of(rows, "arm", [RETURNED, NET_SALES])} if len(rows) else {}
    targeted, alone = (arms.get(name, Arm(name, 0, {RETURNED: 0.0, NET_SALES: 0.0}, {})) for name in (TARGETED, ALONE))
    if min(targeted.people, alone.people) < 2:
        return Beside(begins, targeted, alone, None, None)
    came = compare_proportions(*((arm.sums[RETURNED], arm.people) for arm in (targeted, alone)))
    brought = compare_means(targeted.sample(NET_SALES), alone.sample(NET_SALES))
    return Beside(begins, targeted, alone, came, brought)
