"""What a campaign did: from its list and the orders since, or from a table of outcomes; questions and answer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self

from siyu_cli.core.campaign.assigned import flags_of, with_keys
from siyu_cli.core.campaign.breakdown import OFFERS, SEGMENT, Part, counts_of, parts_of
from siyu_cli.core.campaign.evaluation import Contamination, Design, Evaluation, Return, contamination, evaluate
from siyu_cli.core.campaign.outcomes import Arm, Metric, arms_of
from siyu_cli.core.question import Answer, Memory, Question, Study
from siyu_cli.engines.step import step
from siyu_cli.errors import DataError
from siyu_cli.masks import mask_text, mask_word

if TYPE_CHECKING:
    import pandas as pd

    from siyu_cli.core.experiment import Difference

TREATMENT, CONTROL = "treatment", "control"
MadeFrom = Mapping[str, Any]


@dataclass(frozen=True)
class Period:
    """The days whose orders count: so many from the first."""

    starts_on: date
    days: int

    @property
    def ends_on(self) -> date:
        """Return the last day that counts."""
        return self.starts_on + timedelta(days=self.days - 1)


@dataclass(frozen=True)
class Cost:
    """What a campaign cost in all, and the part of it that was taken off orders; ``discounts`` None: all of it."""

    whole: float = 0.0
    discounts: float | None = None


@dataclass(frozen=True)
class Evaluate(Question):
    """What did a campaign do to those it went to: its list (``assigned_rows``) beside later orders?

    ``control_share`` is the share that was drawn; ``reached`` names the column of who really got it; ``looks`` is how
    often it was looked at, ``book`` what the shop remembers of campaigns.
    """

    command: ClassVar[str] = "campaign evaluate"
    assigned: pd.DataFrame = field(repr=False)
    window: Period
    campaign: str = ""
    control_share: float | None = None
    cost: Cost = Cost()
    reached: str | None = None
    made_from: MadeFrom = field(default_factory=dict)
    looks: int = 1
    book: Any = field(default=None, repr=False)
    lang: str = "en"

    def answer(self, study: Study) -> EvaluateAnswer:
        """Return what each arm did and how sure that is; ``DataError`` where the campaign has not begun."""
        if study.as_of < self.window.starts_on:
            message = "The campaign begins on {starts_on}: on {as_of} there is nothing to evaluate."
            raise DataError(message, starts_on=self.window.starts_on, as_of=study.as_of)
        every = self._outcomes(study)
        rows = every[~every["is_idle"]]
        past = "past_sales" if rows["past_sales"].nunique() > 1 else None
        metrics = [Metric("purchase", "share"), Metric("net_sales", past=past)]
        arms = arms_of(rows, "arm", [name for metric in metrics for name in metric.columns])
        shares = shares_of(arms, CONTROL, self.control_share)
        # Where nobody says how the arms were drawn, nothing speaks against their being what they are.
        known = shares or {arm.name: arm.people for arm in arms}
        found = evaluate(arms, metrics, Design(CONTROL, known, self.looks))
        if any((effect.variance_reduction or 0) < 0 for effect in found.effects):
            # In small arms the past may add more noise than it takes away.
            metrics = [replace(metric, past=None) for metric in metrics]
            found = evaluate(arms, metrics, Design(CONTROL, known, self.looks))
        days: dict[str, date | int] = {"starts_on": self.window.starts_on, "horizon_days": self.window.days}
        meta = study.describe(self.command, parameters={**days, "campaign": self.campaign})
        meta["inputs"] = [self.made_from, *meta["inputs"]]
        is_known = SEGMENT in every
        return EvaluateAnswer(
            study, meta, found, arms, metrics, self.window, int((~rows["is_known"]).sum()),
            self._return(study, arms, found), shares is not None, mixed=self._mixed(rows), plan=self._plan(),
            broken_down=parts_of(every, metrics, CONTROL, is_withheld=not found.is_as_planned) if is_known else (),
            counts=counts_of(every, "purchase", CONTROL) if is_known else (), question=self, lang=self.lang,
        )  # fmt: skip

    def _outcomes(self, study: Study) -> pd.DataFrame:
        """Return what became of everybody listed, with segment and offers where the shop remembers them."""
        import pyarrow as pa

        study.label()
        assigned = with_keys(self.assigned, study.masks)
        study.engine.open("assigned_members", pa.Table.from_pandas(assigned[["member_id", "arm"]]))
        given: dict[str, date | int] = {"starts_on": self.window.starts_on, "horizon_days": self.window.days}
        rows = study.engine.fetch(step("assigned_outcomes"), given)
        columns = ["member_id", "is_idle", *([self.reached] if self.reached in assigned else [])]
        rows = rows.merge(assigned[columns], on="member_id")
        seats = self._seats(rows["member_id"].tolist())
        if any(seats):
            rows[SEGMENT] = [seat and seat.segment for seat in seats]
            rows[OFFERS] = [list(seat.offers) if seat else [] for seat in seats]
        return rows

    def _seats(self, members: Sequence[str]) -> Sequence[Any]:
        if self.book is None or not self.campaign:
            return [None] * len(members)
        seats: Sequence[Any] = self.book.seats_of(self.campaign, self.window.starts_on, members)
        return seats

    def _mixed(self, rows: pd.DataFrame) -> Contamination | None:
        """Return who got what they were not assigned: by the list's own column, else by what was exported."""
        reached = None if self.book is None else self.book.reached(self.campaign, rows["member_id"].tolist())
        if self.reached is not None:
            reached = flags_of(rows if self.reached in rows else self.assigned, self.reached)
        return None if reached is None else contamination((rows["arm"] == CONTROL).tolist(), reached)

    def _plan(self) -> Mapping[str, Any] | None:
        plan = None if self.book is None else self.book.plan(self.campaign, self.window.starts_on)
        return plan and {**plan["figures"], "terms": plan["rules"]["terms"], "campaign": plan["campaign"]}

    def _return(self, study: Study, arms: Sequence[Arm], found: Evaluation) -> Return | None:
        """Return margin and cost: paid amounts are after the discount, which is added back once; see DOMAIN, margin."""
        margin = study.settings.shop.gross_margin
        treated = next((arm.people for arm in arms if arm.name == TREATMENT), 0)
        effect = next((one.difference for one in found.effects if one.metric == "net_sales"), None)
        if margin is None or not self.cost.whole or effect is None:
            return None
        return _margin(effect, treated, self.cost, float(margin))

    def recall(self, memory: Memory, study: Study) -> Self:
        """Return the question with what is remembered, and how often this campaign was looked at, this time counted."""
        kept = mask_word(self.campaign)
        runs = [run for run in memory.history(self.command) if run["parameters"].get("campaign") == kept]
        looks = len({run["as_of"] for run in runs} - {study.as_of}) + 1
        return replace(self, looks=looks, book=memory.campaigns)

    def options(self, settings: Any) -> dict[str, Any]:  # noqa: ARG002
        """Return what it was asked with, no member among it."""
        return {"campaign": self.campaign, "starts_on": self.window.starts_on.isoformat(), "days": self.window.days}


def _margin(effect: Difference, people: int, cost: Cost, margin: float) -> Return:
    off = cost.whole if cost.discounts is None else cost.discounts
    estimate, low, high = ((one * people + off) * margin for one in (effect.estimate, effect.low, effect.high))
    return Return(estimate, low, high, cost.whole)


def shares_of(arms: Sequence[Arm], control: str, share: float | None) -> dict[str, float] | None:
    """Return the share each arm was drawn by: the control's, what is left alike for all others; None without one.

    >>> shares_of([Arm("a", 1, {}, {}), Arm("b", 1, {}, {}), Arm("none", 1, {}, {})], "none", 0.5)
    {'a': 0.25, 'b': 0.25, 'none': 0.5}
    """
    if not share:
        return None
    others = max(len(arms) - 1, 1)
    return {arm.name: share if arm.name == control else (1 - share) / others for arm in arms}


@dataclass(frozen=True)
class EvaluateAnswer(Answer):
    """What each arm did, and what the campaign did to it: counts and sums alone, no members.

    ``broken_down`` is by offer and segment, ``counts`` what can be learned of them; ``plan`` is what the shop remembers
    of the plan, ``unassigned`` how many rows had no arm, ``left_out`` how many no outcome.
    """

    told_by: ClassVar[str] = "siyu_cli.core.campaign.evaluate_report"
    found: Evaluation
    arms: Sequence[Arm]
    metrics: Sequence[Metric]
    window: Period | None = None
    unknown: int = 0
    earned: Return | None = None
    is_drawn_known: bool = True
    mixed: Contamination | None = None
    broken_down: Sequence[Part] = ()
    counts: Sequence[Mapping[str, Any]] = ()
    plan: Mapping[str, Any] | None = None
    unassigned: int = 0
    left_out: int = 0
    question: Evaluate | None = field(default=None, repr=False)

    def masked(self) -> Self:
        """Return the same: nobody stands in it, but for what somebody may have been named in."""
        parameters = {
            key: mask_text(value) if isinstance(value, str) else value for key, value in self.meta["parameters"].items()
        }
        return replace(self, meta={**self.meta, "parameters": parameters}, is_masked=True)

    def remember(self, memory: Memory) -> None:
        """Keep what a campaign was found to have done."""
        asked, book = self.question, memory.campaigns
        if asked is None or book is None or not asked.campaign:
            return
        effects = [
            {
                "arm": one.arm, "metric": one.metric, "difference": one.difference.estimate,
                "ci_low": one.difference.low, "ci_high": one.difference.high, "verdict": one.verdict,
            }
            for one in self.found.effects
        ]  # fmt: skip
        book.keep_result(
            asked.campaign, asked.window.starts_on, {"as_of": self.study.as_of, "effects": finite(effects)}
        )


def finite(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return rows in which a number that is none is None, as JSON can hold it."""
    return [
        {key: None if isinstance(one, float) and not math.isfinite(one) else one for key, one in row.items()}
        for row in rows
    ]
