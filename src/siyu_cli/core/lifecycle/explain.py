"""One member, explained: every number known about them, and the stage rules one by one until one fits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from siyu_cli.core.lifecycle.segment import describe_splits
from siyu_cli.core.lifecycle.tables import FEATURES, RFM_SEGMENTS, SEGMENTS
from siyu_cli.core.question import Answer, Question, Study
from siyu_cli.engines.step import Params, Step, step
from siyu_cli.errors import InputError, Note
from siyu_cli.masks import mask_key

if TYPE_CHECKING:
    import pandas as pd

    from siyu_cli.engines.protocol import Engine


@dataclass(frozen=True)
class RuleCheck:
    """One stage rule held against one member; ``decides`` marks the first that fits."""

    number: int
    stage: str
    fits: bool
    decides: bool
    finding: Note


@dataclass(frozen=True)
class Explain(Question):
    """What is known about one member, and why are they in their stage and RFM group?

    ``member`` is an id, phone or account as it stands in the files, another of their ids, or a mask of these.
    """

    command: ClassVar[str] = "explain"
    is_remembered: ClassVar[bool] = False
    member: str
    lang: str = "en"

    def answer(self, study: Study) -> Explanation:
        """Return it; ``InputError`` where nobody is known by the word, ``UsageError`` for a mask of several."""
        study.list_members(None, self.lang)
        known = explain_member(study.engine, study.parameters, study.masks.find(self.member))
        people = _row(study.engine, _one_member("people"), {"member_id": known.member_id}) or {}
        splits = describe_splits(study.engine, study.parameters)
        return Explanation(study, study.describe(self.command), known, people, splits, lang=self.lang)


@dataclass(frozen=True)
class Known:
    """Everything known about one member and why each label was given."""

    member_id: str = field(repr=False)
    member: Mapping[str, Any] = field(repr=False)
    features: Mapping[str, Any] = field(repr=False)
    stages: Mapping[str, Any] = field(repr=False)
    rules: tuple[RuleCheck, ...]
    purchases: pd.DataFrame = field(repr=False)


@dataclass(frozen=True)
class Explanation(Answer):
    """One member, explained; ``splits`` say where high begins in each measure of RFM."""

    told_by: ClassVar[str] = "siyu_cli.core.lifecycle.explain_report"
    known: Known
    people: Mapping[str, Any] = field(repr=False)
    splits: Mapping[str, Any] = field(repr=False)

    @property
    def warnings(self) -> tuple[Note, ...]:
        """Return what to be aware of in what was read; how much of it was rejected says little about one member."""
        return self.load.warnings

    @property
    def member_id(self) -> str:
        """Return the member's key."""
        return self.known.member_id

    @property
    def rules(self) -> tuple[RuleCheck, ...]:
        """Return the stage rules, each held against the member."""
        return self.known.rules

    @property
    def purchases(self) -> pd.DataFrame:
        """Return the member's days with orders and refunds."""
        return self.known.purchases

    @property
    def record(self) -> dict[str, Any]:
        """Return every number and label known, under the keys of ``tables.SEGMENTS`` and ``FEATURES``."""
        known = {**self.known.features, **self.known.member}
        keys = [*SEGMENTS.keys, *(key for key in FEATURES.keys if key not in SEGMENTS.keys)]
        record = {key: known.get(key) for key in keys} | {key: self.people.get(key) for key in ("phone", "name")}
        return self.study.masks.record(record, self.known.member_id) if self.is_masked else record

    @property
    def measures(self) -> list[dict[str, Any]]:
        """Return each RFM measure of a buyer: its value, its score, and where high begins; nothing for others."""
        known, splits = self.known.member, self.splits
        if known["rfm_segment"] is None:
            return []
        letters = RFM_SEGMENTS[known["rfm_segment"]][0]
        measures = (
            ("days_since_last", "r_score", splits["recency_days"]),
            ("order_days", "f_score", splits["order_days"]),
            ("net_sales", "m_score", splits["net_sales"]),
        )
        values = {**self.known.features, **known}
        return [
            {"measure": key, "value": values[key], "split": split, "is_high": letter == "H", "score": known[score]}
            for letter, (key, score, split) in zip(letters, measures, strict=True)
        ]


def explain_member(engine: Engine, params: Params, member_id: str) -> Known:
    """Return what is known of one member by key; ``InputError`` when the shop has none of that key.

    Reads the tables that segmentation made (segments, features, stages, purchases).
    """
    given = {**params, "member_id": member_id}
    member = _row(engine, _one_member("segments"), given)
    if member is None:
        raise InputError(
            "No member {member} is known as of {as_of}.",
            hint="Give the member id or the full phone number as it stands in the files.",
            member=mask_key(member_id), as_of=str(params["as_of"]),
        )  # fmt: skip
    features = _row(engine, _one_member("features"), given) or {}
    stages = _row(engine, _one_member("stages"), given) or {}
    purchases = engine.fetch(_one_member("purchases"), given)
    purchases = purchases.sort_values(["ordered_on", "order_count"], ascending=[True, False], ignore_index=True)
    return Known(member_id, member, features, stages, _checks(features, stages, params), purchases)


def _one_member(name: str) -> Step:
    chosen = step("one_member")
    tree = chosen.tree()
    from sqlglot import exp

    tree.find(exp.Table).replace(exp.to_table(name))  # type: ignore[union-attr]
    return chosen.with_tree(tree)


def _row(engine: Engine, chosen: Step, params: Params) -> dict[str, Any] | None:
    frame = engine.fetch(chosen, params)
    if frame.empty:
        return None
    values = frame.astype(object).where(frame.notna(), None).iloc[0]
    return {str(key): value for key, value in values.items()}


def _checks(f: Mapping[str, Any], s: Mapping[str, Any], params: Params) -> tuple[RuleCheck, ...]:
    silent, days = f["days_since_last"], f["order_days"]
    joined = s["days_since_joined"]
    is_new = days == 0 and joined is not None and joined <= _number(params["new_days"])
    facts = {
        "days": silent, "orders": days, "joined": joined, "new_days": params["new_days"],
        "churned_limit": s["churned_limit"], "dormant_limit": s["dormant_limit"],
        "declining_limit": s["declining_limit"], "gap": s["expected_gap_days"],
        "silence": s["silence_days"], "mature": params["mature_orders"],
    }  # fmt: skip
    known = silent is not None
    fits = {
        1: bool(f["has_evidence"]) and not known,
        2: is_new and bool(f["is_active"]),
        3: is_new,
        4: days == 0,
        5: known and silent > s["churned_limit"],
        6: known and silent > s["dormant_limit"],
        7: known and days >= 2 and silent > s["declining_limit"],
        8: s["silence_days"] is not None,
        9: days == 1,
        10: days >= _number(params["mature_orders"]),
        11: True,
    }
    return tuple(
        RuleCheck(number, stage, fits[number], number == s["stage_rule"], Note(template.message, facts))
        for number, (stage, template) in enumerate(_RULES, start=1)
    )


def _number(value: Any) -> float:
    return float(value)


_RULES = (
    ("unknown", Note("bought, but no purchase date is known")),
    ("activated", Note("no order, joined {joined} days ago (at most {new_days}), and a sign of life since")),
    ("acquired", Note("no order, joined {joined} days ago (at most {new_days})")),
    ("nurturing", Note("no order")),
    ("churned", Note("{days} days silent, more than {churned_limit}")),
    ("dormant", Note("{days} days silent, more than {dormant_limit}")),
    ("declining", Note("2 or more purchase days, and {days} days silent, more than {declining_limit}")),
    (
        "returned",
        Note("came back lately from {silence} days of silence, with fewer than 3 purchase days since"),
    ),
    ("converted", Note("one purchase day (has {orders})")),
    ("mature", Note("{mature} or more purchase days (has {orders})")),
    ("retained", Note("any other")),
)
