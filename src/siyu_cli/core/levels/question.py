"""Do exported levels agree with the rule, who may lose one, what would another rule do: the question and its answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self

from siyu_cli.core.frames import as_frame, split_rows
from siyu_cli.core.levels.document import level_document
from siyu_cli.core.levels.members import read_members
from siyu_cli.core.levels.rules import rule_of
from siyu_cli.core.levels.tables import LEVEL_BREAKS, LEVEL_FALLS, LEVELS_DUE
from siyu_cli.core.question import Answer, Kept, Question, Study
from siyu_cli.engines.step import step
from siyu_cli.errors import ConfigError, DataError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from siyu_cli.config.levels import LevelSettings
    from siyu_cli.config.settings import Settings

DUE_DAYS = 60


@dataclass(frozen=True)
class Levels(Question):
    """What level has every member by the shop's rule, who is reviewed within ``due_days``, what would ``rules`` change?

    Without ``[levels]`` in the settings ``rules`` is the shop's rule. ``lack_max`` keeps in the list who lacks
    something, and no more than that.
    """

    command: ClassVar[str] = "levels"
    rules: LevelSettings | None = None
    due_days: int = DUE_DAYS
    lack_max: Decimal | None = None
    lang: str = "en"

    def options(self, settings: Settings) -> dict[str, Any]:  # noqa: ARG002  as its own kind has it
        """Return what it was asked with; a rule by what it says."""
        said = None if self.rules is None else self.rules.model_dump(mode="json", by_alias=True, exclude_unset=True)
        lack_max = None if self.lack_max is None else float(self.lack_max)
        return {"rules": said, "due_days": self.due_days, "lack_max": lack_max}

    def answer(self, study: Study) -> LevelsAnswer:
        """Return the levels replayed; ``ConfigError`` without a rule, ``DataError`` where it has nothing to count."""
        present, proposed = self._rules(study.settings)
        study.label()
        with_points = any(rule is not None and rule.metric == "points_earned" for rule in (present, proposed))
        members = read_members(study.engine, study.parameters, with_points=with_points)
        if not len(members.gains_of(rule_of(present))[0]):
            raise _nothing_counts(present)
        study.keeper.set_aside("levels_due")
        document = level_document(study, members, (present, proposed), self.due_days)
        study.engine.open("level_reviews", document.reviews)
        study.engine.run(step("levels_due"), study.parameters)
        kept = study.keeper.keep("levels_due")
        study.engine.drop("level_told")
        own: dict[str, Any] = {"due_days": self.due_days}
        return LevelsAnswer(
            study, study.describe(self.command, parameters=own), kept, document.figures, document.breaks,
            document.falls, self, lang=self.lang,
        )  # fmt: skip

    def _rules(self, settings: Settings) -> tuple[LevelSettings, LevelSettings | None]:
        if settings.levels.tiers:
            return settings.levels, self.rules
        if self.rules is None:
            raise ConfigError(
                "No rule for levels is said.",
                hint="Write [levels] with its tiers into siyu.toml, as `siyu init` shows it, or give a file: --rules "
                "FILE.toml.",
            )
        return self.rules, None


@dataclass(frozen=True)
class LevelsAnswer(Answer):
    """The levels by the rule; ``figures`` is the document of docs/levels.md but for its lists."""

    told_by: ClassVar[str] = "siyu_cli.core.levels.report"
    table: Kept = field(repr=False)
    figures: Mapping[str, Any]
    _breaks: pa.Table = field(repr=False)
    _falls: pa.Table = field(repr=False)
    question: Levels = field(repr=False)
    part: tuple[str, str | None] | None = None

    @cached_property
    def due(self) -> pa.Table:
        """Return whose level is reviewed soon as in ``tables.LEVELS_DUE``: who lacks least first, the secured last."""
        import pyarrow as pa
        import pyarrow.compute as pc

        rows = self.table.read((*LEVELS_DUE.keys, "phone", "name"))
        if self.question.lack_max is not None:
            most = pa.scalar(self.question.lack_max).cast(pa.decimal128(18, 2))
            rows = rows.filter(pc.and_(pc.greater(rows["lack"], 0), pc.less_equal(rows["lack"], most)))
        rows = rows.append_column("is_secured", pc.equal(rows["lack"], 0).cast(pa.int8()))
        order = ("is_secured", "lack_orders", "last_chance_on", "member_id")
        rows = rows.sort_by([(key, "ascending") for key in order]).drop_columns("is_secured")
        rows = self._shown(rows)
        return rows if self.part is None else split_rows(rows, self.part[0])[self.part[1]]

    @cached_property
    def breaks(self) -> pa.Table:
        """Return the members whose exported level is not the computed one, as in ``tables.LEVEL_BREAKS``."""
        return self._shown(self._breaks.select(list(LEVEL_BREAKS.keys)))

    @cached_property
    def falls(self) -> pa.Table:
        """Return who stands lower under the proposed rule, as in ``tables.LEVEL_FALLS``."""
        return self._shown(self._falls.select(list(LEVEL_FALLS.keys)))

    def _shown(self, rows: pa.Table) -> pa.Table:
        return self.study.masks.rows(rows) if self.is_masked else rows

    def frame(self, *, exact: bool = False) -> pd.DataFrame:
        """Return whose level is reviewed soon as a frame; ``exact`` leaves amounts as ``Decimal``."""
        return as_frame(self.due, exact=exact)

    def parts(self, by: str) -> dict[str | None, Self]:
        """Return the list of each employee."""
        return {value: replace(self, part=(by, value)) for value in split_rows(self.due, by)}


def _nothing_counts(rule: LevelSettings) -> DataError:
    if rule.metric == "points_earned":
        return DataError(
            "Nothing counts towards levels: the files hold no points earned.", hint="Give the log of points."
        )
    return DataError("Nothing counts towards levels: the files hold no paid order.", hint="Give the orders' export.")
