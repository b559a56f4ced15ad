"""Who moved between stages: the question, and what a shop answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self

from siyu_cli.core.movement.by_part import Parts, moves_by
from siyu_cli.core.movement.forecast import USED, Forecast, foresee
from siyu_cli.core.movement.looks import Dwell, dwell_in, labels_of, months_before, moves_between, stages_at
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
    ``("declining", "dormant")``. ``forecast_months``: where members will stand so many months from now;
    ``dwell_months``: how long they stay in a stage, looked at month by month over so many months. Both look at more
    dates of the shop's past, each as much work as a labelling. ``by``: owner, store, source_channel or level, as
    members have it today, are told apart as well.
    """

    command: ClassVar[str] = "movement"
    from_on: date | None = None
    listed: tuple[str, str] | None = None
    forecast_months: int | None = None
    dwell_months: int | None = None
    by: str | None = None
    lang: str = "en"

    def answer(self, study: Study) -> MovementAnswer:
        """Return the moves; ``UsageError`` where the earlier date is not before the later one."""
        from_on = self.from_on or study.as_of - timedelta(days=_USUAL_DAYS)
        if from_on >= study.as_of:
            raise UsageError(
                "--from {from_on} is not before {as_of}, the date the shop is looked at.",
                hint="Give an earlier date, or a later --as-of.", from_on=from_on, as_of=study.as_of,
            )  # fmt: skip
        past = _Past.of(study)
        ahead, back = past.one_horizon_apart(self.forecast_months), past.month_by_month(self.dwell_months)
        looks = stages_at(study, {from_on, *ahead, *back} - {study.as_of})
        moves, rows, parts = compare(study, looks[from_on], self.listed, self.by)
        looks[study.as_of] = labels_of(study.engine)
        asked = {"forecast_months": self.forecast_months, "dwell_months": self.dwell_months}
        given: dict[str, date | int] = {
            "from": from_on,
            **{key: months for key, months in asked.items() if months is not None},
        }
        meta = study.describe(self.command, parameters=given)
        return MovementAnswer(
            study, meta, replace(self, from_on=from_on), moves, rows, self._forecast(study, ahead, looks),
            dwell_in(study.engine, {day: looks[day] for day in back}) if len(back) > 1 else None, parts, lang=self.lang,
        )  # fmt: skip

    def _forecast(self, study: Study, dates: Sequence[date], looks: Mapping[date, pa.Table]) -> Forecast | None:
        if self.forecast_months is None or len(dates) < 2:
            return None
        moves = moves_between(study.engine, {day: looks[day] for day in dates})
        return foresee(dates, moves, self.forecast_months, months_before(study.as_of, -self.forecast_months))

    def recall(self, memory: Memory, study: Study) -> Self:
        """Return the question with the date of the last list, where none was asked for."""
        known = memory.last_snapshot_on
        return replace(self, from_on=known) if self.from_on is None and known and known < study.as_of else self

    def options(self, settings: Any) -> dict[str, Any]:  # noqa: ARG002
        """Return what it was asked with."""
        return {
            "from": str(self.from_on) if self.from_on else None, "list": self.listed,
            "forecast": self.forecast_months, "dwell": self.dwell_months, "by": self.by,
        }  # fmt: skip


@dataclass(frozen=True)
class _Past:
    """From when on the shop's log can be looked at: a stage needs some of it to be told."""

    as_of: date
    began_on: date | None
    churned_after: int

    @classmethod
    def of(cls, study: Study) -> _Past:
        study.label()
        rows = rows_of(study.engine, "log_opening", study.parameters)
        return cls(study.as_of, rows[0]["began_on"] if rows else None, study.settings.stages.churned_after)

    def one_horizon_apart(self, months: int | None) -> list[date]:
        """Return the dates a forecast needs, the earliest first: none of which nobody could have been churned yet."""
        first = None if self.began_on is None else self.began_on + timedelta(days=self.churned_after)
        return self._since(first, months, range(USED + 2))

    def month_by_month(self, months: int | None) -> list[date]:
        """Return as_of and the same day of the months before, since the log began, the earliest first."""
        return self._since(self.began_on, months and 1, range((months or 0) + 1))

    def _since(self, first: date | None, months: int | None, places: Iterable[int]) -> list[date]:
        if first is None or months is None:
            return []
        dates = [months_before(self.as_of, place * months) for place in places]
        return sorted({day for day in dates if day >= first})


@dataclass(frozen=True)
class MovementAnswer(Answer):
    """The pairs of stages with their members, and who moved: all of them, or those of the pair that was asked for."""

    told_by: ClassVar[str] = "siyu_cli.core.movement.report"
    question: Movement = field(repr=False)
    moves: Rows
    rows: pa.Table = field(repr=False)
    forecast: Forecast | None = None
    dwell: Dwell | None = None
    by_part: Parts = ()

    @property
    def cells(self) -> Mapping[tuple[str, str], int]:
        """Return (stage then, stage now) → members."""
        return {(row["stage_from"], row["stage_to"]): row["members"] for row in self.moves}

    def masked(self) -> Self:
        """Return the same with members' keys, employees and stores masked."""
        masks = self.study.masks
        parts = tuple((replace(part, name=masks.text(part.name) or ""), cells) for part, cells in self.by_part)
        return replace(super().masked(), rows=masks.rows(self.rows), by_part=parts)


def compare(
    study: Study, earlier: pa.Table, listed: tuple[str, str] | None, by: str | None
) -> tuple[Rows, pa.Table, Parts]:
    """Return members by stage then and now, a row for each who moved, sorted by stages and key, and moves by part."""
    import pyarrow.compute as pc

    engine = study.engine
    study.list_members(None, "en", columns=tuple(dict.fromkeys(("member_id", "owner", by or "owner"))))
    engine.open("earlier_labels", earlier)
    engine.run(step("stage_moves"), study.parameters)
    moves = sorted(
        rows_of(engine, "stage_move_counts", study.parameters), key=lambda row: (row["stage_from"], row["stage_to"])
    )
    rows = engine.read("stage_moves", ["stage_from", "stage_to", "member_id"])
    members = engine.read("segments", ["member_id"])
    engine.drop("stage_moves")
    parts = moves_by(rows, members, by)
    moved = rows.filter(pc.not_equal(rows["stage_from"], rows["stage_to"]))
    moved = moved.filter(pc.not_equal(moved["stage_to"], "gone"))
    if listed is not None:
        moved = moved.filter(pc.and_(pc.equal(moved["stage_from"], listed[0]), pc.equal(moved["stage_to"], listed[1])))
    found = moved.join(members.select(["member_id", "owner"]), "member_id", join_type="left outer").select(
        list(MOVERS.keys)
    )
    order = [("stage_from", "ascending"), ("stage_to", "ascending"), ("member_id", "ascending")]
    return moves, found.sort_by(order), parts
