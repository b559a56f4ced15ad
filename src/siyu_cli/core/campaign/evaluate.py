"""What a campaign did: from its list and the orders since, or from a table of outcomes; questions and answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self

from siyu_cli.core.campaign.evaluation import Design, Evaluation, Return, evaluate
from siyu_cli.core.campaign.outcomes import Arm, Metric, arms_of, metrics_of
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
class Window:
    """The days whose orders count: so many from the first."""

    starts_on: date
    days: int

    @property
    def ends_on(self) -> date:
        """Return the last day that counts."""
        return self.starts_on + timedelta(days=self.days - 1)


@dataclass(frozen=True)
class Evaluate(Question):
    """What did a campaign do to those it went to: its list (member_id and arm) beside later orders?

    ``control_share`` is the share that was drawn, ``cost`` what was spent; ``looks`` how often it was looked at.
    """

    command: ClassVar[str] = "campaign evaluate"
    assigned: pd.DataFrame = field(repr=False)
    window: Window
    campaign: str = ""
    control_share: float | None = None
    cost: float = 0.0
    made_from: MadeFrom = field(default_factory=dict)
    looks: int = 1
    lang: str = "en"

    def answer(self, study: Study) -> EvaluateAnswer:
        """Return what each arm did and how sure that is; ``DataError`` where the campaign has not begun."""
        if study.as_of < self.window.starts_on:
            message = "The campaign begins on {starts_on}: on {as_of} there is nothing to evaluate."
            raise DataError(message, starts_on=self.window.starts_on, as_of=study.as_of)
        import pyarrow as pa

        study.label()
        study.engine.open("assigned_members", pa.Table.from_pandas(self.assigned[["member_id", "arm"]]))
        given: dict[str, date | int] = {"starts_on": self.window.starts_on, "horizon_days": self.window.days}
        rows = study.engine.fetch(step("assigned_outcomes"), given)
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
        meta = study.describe(self.command, parameters={**given, "campaign": self.campaign})
        meta["inputs"] = [self.made_from, *meta["inputs"]]
        return EvaluateAnswer(
            study, meta, found, arms, metrics, self.window, int((~rows["is_known"]).sum()),
            self._return(study, arms, found), shares is not None, lang=self.lang,
        )  # fmt: skip

    def _return(self, study: Study, arms: Sequence[Arm], found: Evaluation) -> Return | None:
        """Return margin and cost: paid amounts are after the discount, which is taken to be the cost, once."""
        margin = study.settings.shop.gross_margin
        treated = next((arm.people for arm in arms if arm.name == TREATMENT), 0)
        effect = next((one.difference for one in found.effects if one.metric == "net_sales"), None)
        if margin is None or not self.cost or effect is None:
            return None
        return _margin(effect, treated, self.cost, float(margin))

    def recall(self, memory: Memory, study: Study) -> Self:
        """Return the question with how often this campaign has been looked at, this time included."""
        kept = mask_word(self.campaign)
        runs = [run for run in memory.history(self.command) if run["parameters"].get("campaign") == kept]
        return replace(self, looks=len({run["as_of"] for run in runs} - {study.as_of}) + 1)

    def options(self, settings: Any) -> dict[str, Any]:  # noqa: ARG002
        """Return what it was asked with, no member among it."""
        return {"campaign": self.campaign, "starts_on": self.window.starts_on.isoformat(), "days": self.window.days}


def _margin(effect: Difference, people: int, cost: float, margin: float) -> Return:
    estimate, low, high = ((one * people + cost) * margin for one in (effect.estimate, effect.low, effect.high))
    return Return(estimate, low, high, cost)


@dataclass(frozen=True)
class EvaluateTable(Question):
    """What did each arm of a trial do: a table with a row per person, their ``arm`` and what came of them?

    ``metrics`` are its columns: of 0 and 1 alone a share, ``a/b`` a ratio, any other a mean. Without ``control_share``
    the arms were drawn alike.
    """

    command: ClassVar[str] = "campaign evaluate"
    is_remembered: ClassVar[bool] = False
    rows: pd.DataFrame = field(repr=False)
    arm: str
    control: str
    metrics: tuple[str, ...]
    control_share: float | None = None
    made_from: MadeFrom = field(default_factory=dict)
    lang: str = "en"

    def answer(self, study: Study) -> EvaluateAnswer:
        """Return what each arm did and how sure that is; ``DataError`` for a column or an arm that is not there."""
        rows = as_numbers(self.rows, {part for name in self.metrics for part in name.split("/")})
        metrics = metrics_of(rows, self.metrics)
        arms = arms_of(rows, self.arm, [name for metric in metrics for name in metric.columns])
        found = evaluate(arms, metrics, Design(self.control, shares_of(arms, self.control, self.control_share)))
        given = {"arm": self.arm, "control": self.control, "metrics": ",".join(self.metrics)}
        meta = study.describe(self.command, parameters=given)
        meta["inputs"] = [self.made_from]
        return EvaluateAnswer(study, meta, found, arms, metrics, lang=self.lang)


def shares_of(arms: Sequence[Arm], control: str, share: float | None) -> dict[str, float] | None:
    """Return the share each arm was drawn by: the control's, what is left alike for all others; None without one.

    >>> shares_of([Arm("a", 1, {}, {}), Arm("b", 1, {}, {}), Arm("none", 1, {}, {})], "none", 0.5)
    {'a': 0.25, 'b': 0.25, 'none': 0.5}
    """
    if not share:
        return None
    others = max(len(arms) - 1, 1)
    return {arm.name: share if arm.name == control else (1 - share) / others for arm in arms}


def as_numbers(rows: pd.DataFrame, columns: set[str]) -> pd.DataFrame:
    """Return a table whose columns of text are numbers where all of them can be."""
    import pandas as pd

    read = {}
    for column in columns & set(rows.columns):
        numbers = pd.to_numeric(rows[column], errors="coerce")
        if not (numbers.isna() & rows[column].astype(str).str.strip().ne("")).any():
            read[column] = numbers
    return rows.assign(**read)


@dataclass(frozen=True)
class EvaluateAnswer(Answer):
    """What each arm did, and what the campaign did to it: counts and sums alone, no members."""

    told_by: ClassVar[str] = "siyu_cli.core.campaign.evaluate_report"
    found: Evaluation
    arms: Sequence[Arm]
    metrics: Sequence[Metric]
    window: Window | None = None
    unknown: int = 0
    earned: Return | None = None
    is_drawn_known: bool = True

    def masked(self) -> Self:
        """Return the same: nobody stands in it, but for what somebody may have been named in."""
        parameters = {
            key: mask_text(value) if isinstance(value, str) else value for key, value in self.meta["parameters"].items()
        }
        return replace(self, meta={**self.meta, "parameters": parameters}, is_masked=True)
