"""What each arm of a trial did, from a plain table of outcomes, a row per person: the question."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from siyu_cli.core.campaign.assigned import arm_of, arms_named, flags_of, word_of, yes_or_no
from siyu_cli.core.campaign.breakdown import SEGMENT, counts_of, parts_of
from siyu_cli.core.campaign.evaluate import EvaluateAnswer, shares_of
from siyu_cli.core.campaign.evaluation import Design, contamination, evaluate
from siyu_cli.core.campaign.outcomes import arms_of, metrics_of
from siyu_cli.core.question import Question, Study
from siyu_cli.errors import DataError, Where

if TYPE_CHECKING:
    import pandas as pd

MISSING = ("", "na", "n/a", "nan", "null", "none", "-", "--", "空", "缺失")


@dataclass(frozen=True)
class EvaluateTable(Question):
    """What did each arm of a trial do: a table with a row per person, their ``arm`` and what came of them?

    ``metrics`` are its columns: of 0 and 1 alone a share, ``a/b`` a ratio, any other a mean. ``past`` names for a
    metric the column of what was known before (CUPED), ``by`` the column of segments, ``reached`` that of who really
    got it. ``missing`` says what an empty outcome is: zero, or left_out for people without one. Without
    ``control_share`` the arms were drawn alike.
    """

    command: ClassVar[str] = "campaign evaluate"
    is_remembered: ClassVar[bool] = False
    rows: pd.DataFrame = field(repr=False)
    arm: str
    control: str
    metrics: tuple[str, ...]
    control_share: float | None = None
    past: Mapping[str, str] = field(default_factory=dict)
    by: str | None = None
    reached: str | None = None
    missing: Literal["zero", "left_out"] | None = None
    made_from: Mapping[str, Any] = field(default_factory=dict)
    lang: str = "en"

    def answer(self, study: Study) -> EvaluateAnswer:
        """Return what each arm did and how sure that is; ``DataError`` for a column or an arm that is not there."""
        try:
            return self._compared(study)
        except DataError as error:
            error.where = replace(error.where, file=error.where.file or self.made_from.get("file"))
            raise

    def _compared(self, study: Study) -> EvaluateAnswer:
        rows, unassigned, left_out = self._read()
        control = arm_of(self.control, rows["arm"].unique().tolist())
        metrics = metrics_of(rows, self.metrics, self.past)
        arms = arms_of(rows, "arm", [name for metric in metrics for name in metric.columns])
        found = evaluate(arms, metrics, Design(control, shares_of(arms, control, self.control_share)))
        given = {"arm": self.arm, "control": control, "metrics": ",".join(self.metrics), "by": self.by}
        meta = study.describe(self.command, parameters={key: one for key, one in given.items() if one})
        meta["inputs"] = [self.made_from]
        mixed = None
        if self.reached is not None:
            mixed = contamination((rows["arm"] == control).tolist(), flags_of(rows, self.reached))
        shares = [metric.name for metric in metrics if metric.kind == "share"]
        return EvaluateAnswer(
            study, meta, found, arms, metrics, mixed=mixed, unassigned=unassigned, left_out=left_out,
            broken_down=parts_of(rows, metrics, control, is_withheld=not found.is_as_planned),
            counts=counts_of(rows, shares[0], self.control) if shares else (), lang=self.lang,
        )  # fmt: skip

    def _read(self) -> tuple[pd.DataFrame, int, int]:
        """Return the rows with an arm, ``arm`` and ``segment`` under these names; how many have none, how many left."""
        columns = [*(part for name in self.metrics for part in name.split("/")), *self.past.values()]
        for column in (self.arm, *([self.by] if self.by else []), *columns):
            _need(self.rows, column)
        rows = as_numbers(self.rows, dict.fromkeys(columns), self.missing == "zero")
        left_out = 0
        if self.missing == "left_out":
            is_there = rows[[name for name in columns if name in rows]].notna().all(axis=1)
            left_out, rows = int((~is_there).sum()), rows[is_there]
        arms = arms_named(rows[self.arm])
        rows = rows.assign(arm=arms, **({SEGMENT: rows[self.by].map(word_of)} if self.by else {}))
        has_arm = arms != ""
        return rows[has_arm].reset_index(drop=True), int((~has_arm).sum()), left_out


def _need(rows: pd.DataFrame, column: str) -> None:
    if column not in rows:
        raise DataError(
            "There is no column {column}.", hint="The columns are: {columns}.", column=column,
            columns=", ".join(map(str, rows.columns)), where=Where(column=column),
        )  # fmt: skip


def as_numbers(rows: pd.DataFrame, columns: Sequence[str] | Mapping[str, Any], is_zero: bool = False) -> pd.DataFrame:
    """Return a table whose columns of text are numbers where all of them can be: yes is 1, no 0, nothing is missing.

    ``is_zero``: what is missing is 0.
    """
    read = {}
    for column in columns:
        if column not in rows:
            continue
        words = rows[column].map(word_of)
        known = {word: _number(word) for word in words.unique()}
        flags = {word: yes_or_no(word) for word in known}
        if all(flag is not None or word.casefold() in MISSING for word, flag in flags.items()):
            known = {word: None if word.casefold() in MISSING else float(bool(flag)) for word, flag in flags.items()}
        elif any(number is None and word.casefold() not in MISSING for word, number in known.items()):
            continue
        numbers = words.map(known).astype("float64")
        read[column] = numbers.fillna(0.0) if is_zero else numbers
    return rows.assign(**read)


def _number(word: str) -> float | None:
    """Return the number of a cell, its thousands apart or not, with a sign of money or not; None for no number."""
    plain = "".join(word.split()).replace(",", "").replace("，", "").strip("¥￥$€£元")
    try:
        number = float(plain)
    except ValueError:
        return None
    return number if math.isfinite(number) and "_" not in plain else None
