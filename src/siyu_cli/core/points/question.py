"""Are the balances of points right, what lapses soon, and what does the promise cost: the question and its answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self

from siyu_cli.core.frames import as_frame, split_rows
from siyu_cli.core.points.figures import Worth, point_figures
from siyu_cli.core.points.lots import replay_points
from siyu_cli.core.points.replay import Rule
from siyu_cli.core.points.tables import POINT_BREAKS, POINT_DEBTS, POINTS_EXPIRING
from siyu_cli.core.question import Answer, Kept, Question, Study
from siyu_cli.engines.step import step
from siyu_cli.errors import DataError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

EXPIRING_DAYS = 30
_MADE = ("point_balances", "point_told", "point_breaks", "point_accounts", "points_expiring")
_KEPT = ("points_expiring", "point_breaks", "point_accounts")


@dataclass(frozen=True)
class Points(Question):
    """What is every member's balance of points by their movements, and whose points lapse within ``expiring_days``?"""

    command: ClassVar[str] = "points"
    expiring_days: int = EXPIRING_DAYS
    lang: str = "en"

    def answer(self, study: Study) -> PointsAnswer:
        """Return the ledger replayed; ``DataError`` where the files hold no movement of points."""
        _check_log(study)
        study.label()
        settings = study.settings.points
        own: dict[str, Any] = {
            "expiring_days": self.expiring_days,
            "point_value": None if settings.value is None else float(settings.value),
            "valid_days": settings.valid_days,
            "end_of_year": settings.end_of_year,
        }
        params = {**study.parameters, **own}
        for name in _KEPT:
            study.keeper.set_aside(name)
        burns = replay_points(study.engine, params, Rule(settings.valid_days, settings.end_of_year))
        for name in _MADE:
            study.engine.run(step(name), params)
        figures = point_figures(study.engine, params, burns, Worth(settings.value, settings.expected_rate))
        kept = {name: study.keeper.keep(name) for name in _KEPT}
        study.engine.drop("point_movements", "point_told", "point_balances")
        return PointsAnswer(study, study.describe(self.command, parameters=own), kept, figures, self, lang=self.lang)


@dataclass(frozen=True)
class PointsAnswer(Answer):
    """The ledger of points; ``figures`` is the document of docs/points.md but for its lists."""

    told_by: ClassVar[str] = "siyu_cli.core.points.report"
    tables: Mapping[str, Kept] = field(repr=False)
    figures: Mapping[str, Any]
    question: Points = field(repr=False)
    part: tuple[str, str | None] | None = None

    @cached_property
    def expiring(self) -> pa.Table:
        """Return the members whose points lapse soon as in ``tables.POINTS_EXPIRING``, most points first."""
        by_points = [("points_expiring", "descending"), ("first_expires_on", "ascending"), ("member_id", "ascending")]
        rows = self._shown(
            self.tables["points_expiring"].read((*POINTS_EXPIRING.keys, "phone", "name")).sort_by(by_points)
        )
        return rows if self.part is None else split_rows(rows, self.part[0])[self.part[1]]

    @cached_property
    def breaks(self) -> pa.Table:
        """Return the first row of each member at which ledger and platform part, as in ``tables.POINT_BREAKS``."""
        return self._shown(self.tables["point_breaks"].read(POINT_BREAKS.keys, ("changed_on", "member_id")))

    @cached_property
    def debts(self) -> pa.Table:
        """Return the members who owe points as in ``tables.POINT_DEBTS``, most first."""
        import pyarrow.compute as pc

        rows = self.tables["point_accounts"].read(POINT_DEBTS.keys)
        rows = rows.filter(pc.greater(rows["debt"], 0))
        return self._shown(rows.sort_by([("debt", "descending"), ("member_id", "ascending")]))

    def _shown(self, rows: pa.Table) -> pa.Table:
        return self.study.masks.rows(rows) if self.is_masked else rows

    def frame(self, *, exact: bool = False) -> pd.DataFrame:
        """Return the members whose points lapse soon as a frame; ``exact`` leaves points and money as ``Decimal``."""
        return as_frame(self.expiring, exact=exact)

    def parts(self, by: str) -> dict[str | None, Self]:
        """Return the list of each employee."""
        return {value: replace(self, part=(by, value)) for value in split_rows(self.expiring, by)}


def _check_log(study: Study) -> None:
    logs = study.load.sheets_of("points_log")
    if not logs:
        raise DataError(
            "These files hold no log of points.",
            hint="Give the export of points' movements, or map its columns: --map points_log.change=HEADER "
            "--map points_log.changed_at=HEADER.",
        )
    if not any(sheet.rows_used for sheet in logs):
        raise DataError(
            "No movement of points in {files} can be used: {rejected} rows rejected, {skipped} skipped.",
            hint="siyu check … --rejects FILE.xlsx lists them; masked phones (138****8000) name nobody.",
            files=", ".join(sheet.file for sheet in logs),
            rejected=sum(sheet.rows_rejected for sheet in logs),
            skipped=sum(sheet.rows_skipped for sheet in logs),
        )
