"""Who is where in their life with the shop: the question, and what a shop answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from siyu_cli.core.frames import as_frame, split_rows
from siyu_cli.core.lifecycle.movement import compare_stages
from siyu_cli.core.lifecycle.segment import (
    EarlierList,
    describe_splits,
    summarise_by,
    summarise_grid,
    summarise_rfm,
    summarise_stages,
)
from siyu_cli.core.lifecycle.tables import SEGMENTS
from siyu_cli.core.lifecycle.windows import suggest_windows
from siyu_cli.core.question import Answer, Kept, Memory, Question, Study
from siyu_cli.tables.column import Column

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


_WINDOWS = ("new_days", "dormant_after", "churned_after", "declining_ratio", "mature_orders", "welcome_points")


@dataclass(frozen=True)
class Segment(Question):
    """In which stage and RFM group is every member, and why?

    ``where`` is a condition on the columns of the list (``stage = 'dormant' and net_sales >= 1000``) that chooses who
    is listed and summarised, in keys or in the titles and labels of either language; ``by`` also groups by owner,
    store, source_channel or level; ``columns`` are those of the list; ``lang`` (en or zh) is that of ``stage_reason``;
    ``snapshot`` is an earlier list to compare with (``previous_stage``, and ``movement`` unless ``where`` cuts the list
    down).
    """

    command: ClassVar[str] = "segment"
    where: str | None = None
    by: str | None = None
    columns: tuple[Column, ...] | None = None
    lang: str = "en"
    snapshot: EarlierList | None = None

    def answer(self, study: Study) -> Segmentation:
        """Return every member's stage, RFM segment and numbers; ``ConditionError`` for a condition not allowed."""
        study.list_members(self.where, self.lang, self.snapshot)
        splits = describe_splits(study.engine, study.parameters)
        shop_norm = splits.pop("shop_norm")
        windows = {key: study.parameters[key] for key in _WINDOWS}
        suggested = suggest_windows(study.engine, study.parameters)
        is_compared = self.snapshot is not None and self.where is None
        return Segmentation(
            study,
            study.describe(self.command, self.where),
            self,
            study.keeper.keep("segments"),
            summarise_stages(study.engine),
            summarise_rfm(study.engine),
            summarise_grid(study.engine),
            summarise_by(study.engine, self.by) if self.by else None,
            splits,
            {**windows, "shop_norm": shop_norm, "suggested": suggested},
            compare_stages(study.engine) if is_compared else None,
            lang=self.lang,
        )

    def recall(self, memory: Memory, study: Study) -> Self:  # noqa: ARG002
        """Return the question with the list of the last run to compare with."""
        path, as_of = memory.last_snapshot, memory.last_snapshot_on
        return replace(self, snapshot=EarlierList(path, as_of) if path and as_of else None)

    def options(self, settings: Any) -> dict[str, Any]:  # noqa: ARG002
        """Return what it was asked with."""
        return {"where": self.where, "by": self.by}


@dataclass(frozen=True)
class Segmentation(Answer):
    """A segmented shop: one row per member, the summaries, and what they rest on.

    ``stages`` and ``rfm`` are frames as in ``tables.STAGE_SUMMARY`` and ``RFM_SUMMARY``; ``by`` is None unless
    asked for; ``movement`` counts members by stage then and now, where an earlier snapshot was given.
    """

    told_by: ClassVar[str] = "siyu_cli.core.lifecycle.report"
    question: Segment = field(repr=False)
    table: Kept = field(repr=False)
    stages: pd.DataFrame
    rfm: pd.DataFrame
    grid: pd.DataFrame
    by: pd.DataFrame | None
    splits: Mapping[str, Any]
    windows: Mapping[str, Any]
    movement: pd.DataFrame | None = None
    has_keys: bool = field(default=True, kw_only=True)

    @cached_property
    def members(self) -> pd.DataFrame:
        """Return one row per member, columns as in ``tables.SEGMENTS``, sorted by member_id; see ``frame``.

        Keys are real ones, fit to be joined with; those of ``masked()`` are fit to be shown.
        """
        return self.frame()

    def frame(self, *, exact: bool = False) -> pd.DataFrame:
        """Return the members as a frame: money and numbers float64, dates datetime64, counts Int64.

        ``exact`` leaves money as ``Decimal`` and dates as ``date``.
        """
        return as_frame(self.arrow(), exact=exact)

    def arrow(self, columns: Sequence[str] = SEGMENTS.keys) -> pa.Table:
        """Return the same rows as Arrow: exact decimals, no copy through Python.

        ``columns`` are keys of ``tables.SEGMENTS``, or ``phone`` and ``name``; with them ``member_id``.
        """
        rows = self.table.read(columns)
        return self.study.masks.rows(rows, has_keys=self.has_keys) if self.is_masked else rows

    def write_parquet(
        self, path: Path, meta: Mapping[str, str] | None = None, columns: Sequence[str] = SEGMENTS.keys
    ) -> None:
        """Write the same rows to one Parquet file, by the engine; ``meta`` is kept in the file."""
        if not (self.is_masked and self.study.masks.changes(columns, has_keys=self.has_keys)):
            self.table.write(path, meta or {}, columns)
            return
        if self.table.is_parted:
            masks = self.study.masks
            self.table.write(
                path, meta or {}, columns, masked=lambda name: masks.on_engine(name, columns, has_keys=self.has_keys)
            )
            return
        self.study.engine.open("masked_list", self.arrow(columns))
        self.study.keeper.keep("masked_list").write(path, meta or {}, columns)

    def masked(self, *, has_keys: bool = False) -> Self:
        """Return the same with everything masked that is personal; ``has_keys`` leaves members' keys as they are."""
        by = None if self.by is None else self.study.masks.frame(self.by)
        return replace(super().masked(), by=by, has_keys=has_keys)

    def remember(self, memory: Memory) -> None:
        """Keep the whole list, unless a condition cut it down: that is no picture of the shop.

        Members stand in it by their real keys, as later runs know them by these; what was typed about them is masked.
        """
        if not self.question.where:
            write: Callable[[Path], None] = self.masked(has_keys=True).write_parquet
            memory.keep_list(write, int(self.stages["members"].sum()))

    def parts(self, by: str) -> dict[str | None, Self]:
        """Return the list of each employee or store: the same question, asked about their members alone."""
        where, asked = self.question.where, {}
        for value in split_rows(self.table.read(("member_id", by)), by):
            theirs = f"{by} is null" if value is None else "{} = '{}'".format(by, value.replace("'", "''"))
            asked[value] = replace(self.question, where=f"({where}) and {theirs}" if where else theirs)
        answers = {value: question.answer(self.study) for value, question in asked.items()}
        return {value: found.masked() if self.is_masked else found for value, found in answers.items()}  # type: ignore[misc]
