"""Who moved between stages: the question, and what a shop answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self

from siyu_cli.core.lifecycle.segment import label_members
from siyu_cli.core.movement.tables import MOVERS
from siyu_cli.core.question import Answer, Memory, Question, Study
from siyu_cli.core.retention.beginnings import Rows, rows_of
from siyu_cli.engines.step import step
from siyu_cli.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa

_USUAL_DAYS = 90


@dataclass(frozen=True)
class Movement(Question):
    """Who went from which stage to which between two dates?

    ``from_on``: the earlier date; unless given that of the last list this shop remembers, else 90 days ago. Both dates
    are looked at with the orders known today, so rules and files are the same at both; points, tags and who left are
    those of today. ``listed``: only those who went from one stage to another are listed, such as
    ``("declining", "dormant")``.
    """

    command: ClassVar[str] = "movement"
    from_on: date | None = None
    listed: tuple[str, str] | None = None
    lang: str = "en"

    def answer(self, study: Study) -> MovementAnswer:
        """Return the moves; ``UsageError`` where the earlier date is not before the later one."""
        from_on = self.from_on or study.as_of - timedelta(days=_USUAL_DAYS)
        if from_on >= study.as_of:
            raise UsageError(
                "--from {from_on} is not before {as_of}, the date the shop is looked at.",
                hint="Give an earlier date, or a later --as-of.", from_on=from_on, as_of=study.as_of,
            )  # fmt: skip
        moves, rows = compare(study, from_on, self.listed)
        meta = study.describe(self.command, parameters={"from": from_on})
        return MovementAnswer(study, meta, replace(self, from_on=from_on), moves, rows, lang=self.lang)

    def recall(self, memory: Memory, study: Study) -> Self:
        """Return the question with the date of the last list, where none was asked for."""
        known = memory.last_snapshot_on
        return replace(self, from_on=known) if self.from_on is None and known and known < study.as_of else self

    def options(self, settings: Any) -> dict[str, Any]:  # noqa: ARG002
        """Return what it was asked with."""
        return {"from": str(self.from_on) if self.from_on else None, "list": self.listed}


@dataclass(frozen=True)
class MovementAnswer(Answer):
    """The pairs of stages with their members, and who moved: all of them, or those of the pair that was asked for."""

    told_by: ClassVar[str] = "siyu_cli.core.movement.report"
    question: Movement = field(repr=False)
    moves: Rows
    rows: pa.Table = field(repr=False)

    @property
    def cells(self) -> Mapping[tuple[str, str], int]:
        """Return (stage then, stage now) → members."""
        return {(row["stage_from"], row["stage_to"]): row["members"] for row in self.moves}

    def masked(self) -> Self:
        """Return the same with members' keys and employees masked."""
        return replace(super().masked(), rows=self.study.masks.rows(self.rows))


def compare(study: Study, from_on: date, listed: tuple[str, str] | None) -> tuple[Rows, pa.Table]:
    """Return members by stage then and now, and a row for each who moved, sorted by stages and key."""
    import pyarrow.compute as pc

    engine = study.engine
    study.forget_labels()
    label_members(engine, {**study.parameters, "as_of": from_on})
    earlier = engine.read("stages", ["member_id"]).select(["member_id", "stage"])
    days = engine.read("features", ["member_id"]).select(["member_id", "order_days"])
    study.forget_labels()
    study.list_members(None, "en", columns=("member_id", "owner"))
    engine.open("earlier_labels", earlier.append_column("order_days", days["order_days"]))
    engine.run(step("stage_moves"), study.parameters)
    moves = sorted(
        rows_of(engine, "stage_move_counts", study.parameters), key=lambda row: (row["stage_from"], row["stage_to"])
    )
    rows = engine.read("stage_moves", ["stage_from", "stage_to", "member_id"])
    owners = engine.read("segments", ["member_id"]).select(["member_id", "owner"])
    engine.drop("stage_moves")
    moved = rows.filter(pc.not_equal(rows["stage_from"], rows["stage_to"]))
    moved = moved.filter(pc.not_equal(moved["stage_to"], "gone"))
    if listed is not None:
        moved = moved.filter(pc.and_(pc.equal(moved["stage_from"], listed[0]), pc.equal(moved["stage_to"], listed[1])))
    found = moved.join(owners, "member_id", join_type="left outer").select(list(MOVERS.keys))
    order = [("stage_from", "ascending"), ("stage_to", "ascending"), ("member_id", "ascending")]
    return moves, found.sort_by(order)
