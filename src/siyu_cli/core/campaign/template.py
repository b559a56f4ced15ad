"""A plan to be filled in, with what the shop's own past says of its segments: the question, and what a shop answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Self

from siyu_cli.core.campaign.baseline import Baseline, measure_baseline
from siyu_cli.core.campaign.learned import Known, ResponseTable, answered, response_table
from siyu_cli.core.campaign.tables import BASELINE
from siyu_cli.core.question import Answer, Memory, Question, Study
from siyu_cli.tables.column import SQL_TYPES

if TYPE_CHECKING:
    import pyarrow as pa


HORIZON_DAYS = 30
_CONTROL_SHARE = 0.1
_OFFER = {"en": "offer 1", "zh": "优惠1"}

# Of a plan as a form: by sheet, one mapping of keys to values for each item.
Filled = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Template(Question):
    """What do the members of each segment do without an offer, as the beginning of a plan?

    Of who was in a segment ``horizon_days`` ago it is known who bought since. ``by`` (stage, rfm_segment or
    custom_segments) are the segments that the plan's responses are filled in for.
    """

    command: ClassVar[str] = "campaign template"
    is_remembered: ClassVar[bool] = False
    horizon_days: int = HORIZON_DAYS
    by: str = "stage"
    book: Any = field(default=None, repr=False)
    lang: str = "en"

    def answer(self, study: Study) -> TemplateAnswer:
        """Return the segments with members, and what they did without an offer."""
        found = measure_baseline(study, self.horizon_days)
        meta = study.describe(self.command, parameters={"horizon_days": self.horizon_days, "by": self.by})
        table = ResponseTable() if self.book is None else response_table(self.book.responses())
        return TemplateAnswer(study, meta, self, found, table, lang=self.lang)

    def recall(self, memory: Memory, study: Study) -> Self:  # noqa: ARG002
        """Return the question with what was learned of earlier campaigns."""
        return replace(self, book=memory.campaigns)


@dataclass(frozen=True)
class TemplateAnswer(Answer):
    """The segments of a shop with what they do without an offer, and the plan that begins with it."""

    told_by: ClassVar[str] = "siyu_cli.core.campaign.template_report"
    question: Template = field(repr=False)
    baseline: Baseline
    learned: ResponseTable = field(default_factory=ResponseTable)

    def masked(self) -> Self:
        """Return the same with everything masked that is personal: the names of own segments may be somebody's."""
        masks = self.study.masks
        rows = tuple({**row, "segment": masks.text(row["segment"])} for row in self.baseline.rows)
        return replace(super().masked(), baseline=replace(self.baseline, rows=rows))

    @property
    def filled(self) -> Filled:
        """Return what stands in the plan beforehand; what only the operator can say is left out."""
        offer = _OFFER.get(self.lang, _OFFER["en"])
        campaign = {"control_share": _CONTROL_SHARE, "channels": ["wecom"], "horizon_days": self.question.horizon_days}
        chosen = [row for row in self.baseline.rows if row["grouping"] == self.question.by]
        known = [one for one in self.learned.offers if one.terms] or list(self.learned.offers)
        if known:
            return {
                "campaign": [campaign],
                "offers": [{"name": one.offer, "kind": "coupon", **one.terms} for one in known],
                "responses": [self._response(row, one.offer, one) for one in known for row in chosen],
            }
        return {
            "campaign": [campaign],
            "offers": [{"name": offer, "kind": "coupon"}],
            "responses": [self._response(row, offer) for row in chosen],
        }

    def _response(self, row: Mapping[str, Any], offer: str, known: Known | None = None) -> dict[str, Any]:
        labels = BASELINE["segment"].labels or {}
        words = labels.get(row["segment"])
        segment = words[-1] if words and self.lang == "zh" else row["segment"]
        found: dict[str, Any] = {"segment": segment, "offer": offer}
        if row["source"] == "measured":
            found["purchase_rate"] = round(row["purchase_rate"], 4)
            if row["order_value"] is not None:
                found["order_value"] = Decimal(str(row["order_value"]))
        estimate = known.of(row["segment"]) if known else None
        if estimate is None or row["source"] != "measured":
            return {**found, "base_source": row["source"], "source": "assumption"}
        learned = answered(offer, row, estimate)
        keys = ("redemption_rate", "purchase_rate_with", "low", "high")
        measured = {key: round(getattr(learned, key), 4) for key in keys}
        return {**found, **measured, "base_source": "measured", "source": "measured"}

    def arrow(self, keys: Sequence[str] = BASELINE.keys) -> pa.Table:
        """Return one row per group as in ``tables.BASELINE``."""
        import pyarrow as pa

        kinds = {"varchar": pa.string(), "bigint": pa.int64(), "double": pa.float64()}
        rows = self.baseline.rows
        return pa.table(
            {key: pa.array([row.get(key) for row in rows], kinds[SQL_TYPES[BASELINE[key].kind]]) for key in keys}
        )
