"""The shop's week: what is told to its manager and its employees; the question and its answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self

from siyu_cli.core.contacts.question import Export
from siyu_cli.core.question import Answer, Memory, Question, Study
from siyu_cli.core.retention.retained import grow
from siyu_cli.core.weekly.parts import Answers, Asked, Part, answers, parts_of, questions, recalled
from siyu_cli.core.weekly.todos import DESTINATION, Todos, todos_of
from siyu_cli.core.weekly.week_figures import WeekFigures, week_figures
from siyu_cli.core.weekly.weeks import last_week

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class WeeklyReport(Question):
    """What was the last whole week (Monday to Sunday) like, what is to be done now, and by whom?

    ``parts`` are the questions of its parts and ``export`` that of whom one may contact, each with what earlier runs
    left for it, see ``recall``.
    """

    command: ClassVar[str] = "report"
    parts: Asked = field(default_factory=dict, repr=False)
    export: Export | None = field(default=None, repr=False)
    lang: str = "en"

    def answer(self, study: Study) -> WeeklyAnswer:
        """Return the week; ``DataError`` where nobody bought on a known date."""
        monday = last_week(study.as_of)
        study.label()
        figures = week_figures(grow(study.engine, study.parameters, "week"), monday)
        found = answers(self.parts or questions(monday, self.lang), study)
        todos = todos_of(study, found, self.export or self._may_contact(study))
        meta = study.describe(self.command, parameters={"week": monday})
        return WeeklyAnswer(study, meta, figures, found, todos, lang=self.lang)

    def _may_contact(self, study: Study) -> Export:
        import pyarrow as pa

        return Export(pa.table({}), DESTINATION, study.as_of, list_name=self.command, is_dry=True, lang=self.lang)

    def recall(self, memory: Memory, study: Study) -> Self:
        """Return the question with what is remembered of lists, campaigns, contacts and risks."""
        parts = recalled(questions(last_week(study.as_of), self.lang), memory, study)
        return replace(self, parts=parts, export=self._may_contact(study).recall(memory, study))

    def options(self, settings: Any) -> dict[str, Any]:  # noqa: ARG002  it has none but the date
        """Return what it was asked with."""
        return {}


@dataclass(frozen=True)
class WeeklyAnswer(Answer):
    """The five figures, the answers of every part or what it lacks, and the to-dos."""

    told_by: ClassVar[str] = "siyu_cli.core.weekly.report"
    figures: WeekFigures
    answers: Answers = field(repr=False)
    todos: Todos
    part: str | None = None
    is_part: bool = False

    @cached_property
    def parts_told(self) -> Mapping[str, Part]:
        """Return what every part says."""
        return parts_of(self.answers, self.figures.monday, is_masked=self.is_masked)

    def todo_rows(self, keys: tuple[str, ...]) -> pa.Table:
        """Return the to-dos as in ``tables.TODOS``, by employee."""
        rows = self.todos.arrow(keys)
        return self.study.masks.rows(rows) if self.is_masked else rows

    @property
    def owners(self) -> list[Mapping[str, Any]]:
        """Return how many to-dos each employee has, as in ``tables.TODO_OWNERS``."""
        rows = self.todos.owners
        mask = self.study.masks.text
        return [{**row, "owner": mask(row["owner"])} for row in rows] if self.is_masked else list(rows)

    def parts(self, by: str) -> dict[str | None, Self]:  # noqa: ARG002  they belong to employees only
        """Return the to-dos of each employee."""
        owners = dict.fromkeys(todo.owner for todo in self.todos.rows)
        return {owner: replace(self, todos=self.todos.of(owner), part=owner, is_part=True) for owner in owners}
