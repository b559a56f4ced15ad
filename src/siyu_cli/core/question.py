"""What is asked of a shop and what it answers: a Question's fields are its options, an Answer is a value.

The command line, a notebook and a schedule ask the same Questions; a topic's folder holds one with its Answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self

from siyu_cli.core.condition_words import mask_condition
from siyu_cli.core.conditions import check_values
from siyu_cli.core.lifecycle.segment import LABELS, EarlierList, label_members, list_members
from siyu_cli.errors import ConditionError, DataError, Note
from siyu_cli.masks import mask_word
from siyu_cli.report import Account, Report, Value

if TYPE_CHECKING:
    from datetime import date, datetime
    from pathlib import Path

    import pandas as pd
    import pyarrow as pa

    from siyu_cli.config.settings import Settings
    from siyu_cli.engines.protocol import Engine
    from siyu_cli.engines.step import Value as Parameter


class Loaded(Protocol):
    """What was read, used, skipped and rejected."""

    @property
    def warnings(self) -> tuple[Note, ...]:
        """Return what to be aware of in what was read."""

    @property
    def rejected_share(self) -> float:
        """Return rejected rows / rows in."""

    @property
    def newest_at(self) -> datetime | None:
        """Return when the last order in the files was placed; midnight where only days are known."""

    def account(self) -> Account:
        """Return what became of every row."""

    def sheets_of(self, table: str) -> Sequence[Any]:
        """Return the sheets that were taken for a table, each with what became of its rows."""

    def masked(self) -> Self:
        """Return the same for others to see."""


class Masks(Protocol):
    """How members are shown to others; see ``tables.Column.mask``."""

    def rows(self, rows: pa.Table, *, has_keys: bool = False) -> pa.Table:
        """Return rows masked, column by column."""

    def frame(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return a frame of summaries with its texts masked."""

    def record(self, record: Mapping[str, Any], member_id: str) -> dict[str, Any]:
        """Return what is known of one member, masked."""

    def document(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Return a document of summaries with every text in it masked."""

    def text(self, text: str | None) -> str | None:
        """Return a text about nobody in particular, masked."""

    def condition(self, text: str | None) -> str | None:
        """Return a condition as it is shown and kept."""

    def on_engine(self, name: str, columns: Sequence[str], *, has_keys: bool = False) -> str:
        """Give a table of the engine masked, without fetching it, a name and return that."""

    def changes(self, columns: Sequence[str], *, has_keys: bool = False) -> bool:
        """Return whether a list of members with these columns has anything to mask."""

    def find(self, typed: str) -> str:
        """Return the key of the member somebody typed: an id, a phone, an account, or a mask of these."""

    def keys_of(self, typed: Sequence[str]) -> list[str | None]:
        """Return the key of each member named, as ``find`` does, all at once; None where none or several are meant."""


class Kept(Protocol):
    """A table an answer owns, whatever is asked later."""

    name: str

    def read(self, columns: Sequence[str], order_by: Sequence[str] = ("member_id",)) -> pa.Table:
        """Return these columns as Arrow, sorted; ``phone`` and ``name`` of members are looked up."""

    def write(
        self,
        path: Path,
        meta: Mapping[str, str],
        columns: Sequence[str],
        order_by: Sequence[str] = ("member_id",),
        masked: Callable[[str], str] | None = None,
    ) -> None:
        """Write these columns as Parquet, by the engine; ``masked`` says under which name they are masked."""

    def count(self) -> int:
        """Return how many rows it has."""

    @property
    def is_parted(self) -> bool:
        """Return whether it is written as a folder of parts."""


class Keeper(Protocol):
    """Keeps the tables of answers apart."""

    def keep(self, name: str) -> Kept:
        """Return a hold on the table that has this name now."""

    def set_aside(self, name: str) -> None:
        """Give the table another name if an answer still has it, since a new one is about to be made."""


class Memory(Protocol):
    """What the shop remembers of earlier runs."""

    @property
    def last_snapshot(self) -> Path | None:
        """Return the list of the last run as of an earlier date."""

    @property
    def last_snapshot_on(self) -> date | None:
        """Return the date of that list."""

    @property
    def is_kept(self) -> bool:
        """Return whether this shop remembers anything."""

    def stage_counts(self, weeks: int) -> list[tuple[date, dict[str, int]]]:
        """Return the members by stage of the last list of each of the last weeks, the earliest first."""

    def history(self, command: str) -> list[dict[str, Any]]:
        """Return the finished runs of a command, the first one first."""

    @property
    def day(self) -> date | None:
        """Return the day it is where the shop is."""

    def past(self, members: Any, phones: Any, asked: Mapping[str, Any]) -> Any:
        """Return what is known of earlier contacts of people; None where nothing is remembered."""

    @property
    def campaigns(self) -> Any:
        """Return what is remembered of campaigns, see ``ledger.campaigns``; None where nothing is remembered."""

    @property
    def risks(self) -> Any:
        """Return what is remembered of risks, see ``ledger.risks``; None where nothing is remembered."""

    def keep_list(self, write: Callable[[Path], None], members: int) -> None:
        """Keep a whole list as this run's snapshot."""


@dataclass
class Study:
    """A shop as of a date, ready to be asked: members labelled when first needed, tables on an engine."""

    engine: Engine
    keeper: Keeper = field(repr=False)
    settings: Settings = field(repr=False)
    as_of: date
    parameters: Mapping[str, Parameter] = field(repr=False)
    load: Loaded = field(repr=False)
    version: str
    make_masks: Callable[[], Masks] = field(repr=False)
    draw: Callable[[Report, str], str] = field(repr=False)
    has_people: bool = True

    @cached_property
    def masks(self) -> Masks:
        """Return how this shop's members are shown to others."""
        self.label()
        return self.make_masks()

    @cached_property
    def _labelled(self) -> bool:
        label_members(self.engine, self.parameters)
        return True

    def label(self) -> None:
        """Put every member in their stage and group, once."""
        assert self._labelled

    def forget_labels(self) -> None:
        """Drop the tables of stages and groups: whoever asks for them next has them made again."""
        _ = self.masks  # made beside them, and of use without them
        self.engine.drop(*LABELS)
        self.__dict__.pop("_labelled", None)

    def list_members(
        self, where: str | None, lang: str, snapshot: EarlierList | None = None, columns: Sequence[str] = ()
    ) -> None:
        """Make the table ``segments`` of those who meet ``where``, of all columns or of these alone.

        ``ConditionError`` for a condition that is not allowed.
        """
        self._need_people()
        self.label()
        if where is not None:
            try:
                check_values(self.engine, where)
            except ConditionError as error:  # names what others have, who may have been named in it
                error.facts |= self.masks.document({key: error.facts[key] for key in error.facts if key != "column"})
                raise
        from siyu_cli.core.own_segments import check_segments

        check_segments(self.settings, self.engine)
        self.keeper.set_aside("segments")
        segments = self.settings.segments
        list_members(
            self.engine, self.parameters, where=where, segments=segments, lang=lang, snapshot=snapshot, columns=columns
        )

    def describe(
        self, command: str, where: str | None = None, parameters: Mapping[str, Parameter] | None = None
    ) -> dict[str, Any]:
        """Return what every output carries: version, command, date, condition, parameters, inputs."""
        account = self.load.account()
        given = {**self.parameters, **(parameters or {})}
        return {
            "version": self.version,
            "command": command,
            "as_of": self.as_of.isoformat(),
            "where": where,
            "parameters": {
                key: value if isinstance(value, int | float | str | None) else str(value)
                for key, value in sorted(given.items())
            },
            "inputs": list(account.inputs),
            "rows_rejected": account.rows_rejected,
        }

    def _need_people(self) -> None:
        if not self.has_people:
            raise DataError(
                "No members and no orders were found in {files}.",
                hint="Give the members' or the orders' export beside the invites.",
                files=", ".join(given["file"] for given in self.load.account().inputs),
            )


@dataclass(frozen=True)
class Answer:
    """What a shop answers: frames and numbers that no later question changes.

    Members stand in it by their real keys, which a phone or an account may be: ``masked()`` is for others to see.
    """

    told_by: ClassVar[str]
    study: Study = field(repr=False)
    meta: Mapping[str, Any] = field(repr=False)
    lang: str = field(default="en", kw_only=True)
    is_masked: bool = field(default=False, kw_only=True)

    @property
    def load(self) -> Loaded:
        """Return what was read, used, skipped and rejected."""
        return self.study.load.masked() if self.is_masked else self.study.load

    @property
    def warnings(self) -> tuple[Note, ...]:
        """Return what to be aware of: what was read, and whether too much of it could not be used."""
        share, limit = self.load.rejected_share, self.study.settings.load.max_rejected_share
        if share <= limit:
            return self.load.warnings
        message = (
            "{share} of the rows were rejected, more than max_rejected_share = {limit}; "
            "siyu check … --rejects FILE.xlsx lists them."
        )
        finding = Note(message, {"share": Value(share, "rate"), "limit": limit}, is_finding=True)
        return (*self.load.warnings, finding)

    def masked(self) -> Self:
        """Return the same with everything masked that is personal."""
        where = self.study.masks.condition(self.meta.get("where"))
        return replace(self, meta={**self.meta, "where": where}, is_masked=True)

    def report(self) -> Report:
        """Return what is told of it: ``report`` of the module named in ``told_by``, which only then is loaded."""
        told: Report = import_module(self.told_by).report(self)
        return told

    def parts(self, by: str) -> Mapping[str | None, Answer]:
        """Return the answer about those of each value of a column."""
        raise NotImplementedError

    def check_lawful(self) -> None:
        """Raise ``ComplianceError`` for what the law forbids, unless it is overridden with a reason."""

    def for_file(self) -> Self:
        """Return what goes into a file of rows: the same, unless there is something that may be given out but once."""
        return self

    def meets(self, condition: str) -> bool:
        """Return whether a condition on the figures holds."""
        raise NotImplementedError

    def remember(self, memory: Memory) -> None:
        """Keep what later runs compare with."""

    def _repr_html_(self) -> str:
        return self.study.draw((self if self.is_masked else self.masked()).report(), self.lang)


@dataclass(frozen=True)
class Question:
    """What can be asked; its fields are the command's options, a schedule's keys, a notebook's arguments."""

    command: ClassVar[str]
    # Whether the ledger keeps a record of the run.
    is_remembered: ClassVar[bool] = True

    def answer(self, study: Study) -> Answer:
        """Return the answer of one shop."""
        raise NotImplementedError

    def unusable(self, load: Loaded) -> Report | None:  # noqa: ARG002  most have nothing to tell then
        """Return what is told of files that nothing can be made of."""
        return None

    def recall(self, memory: Memory, study: Study) -> Self:  # noqa: ARG002  most stand for themselves
        """Return the question with what earlier runs left for it."""
        return self

    def options(self, settings: Settings) -> dict[str, Any]:  # noqa: ARG002  some are asked by settings, too
        """Return what it was asked with."""
        return {key: value for key, value in vars(self).items() if key not in ("lang", "snapshot")}

    def asked(self, settings: Settings) -> dict[str, Any]:
        """Return what the ledger keeps of it: its options, masked."""
        return {key: _kept(value, key) for key, value in self.options(settings).items()}


def _kept(value: Any, name: str) -> Any:
    if isinstance(value, Mapping):
        return {key: _kept(inner, key) for key, inner in value.items()}
    if not isinstance(value, str):
        return value
    return mask_word(mask_condition(value) if name == "where" else value)
