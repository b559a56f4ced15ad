"""Tables that answers own: a later question makes another one under the same name, and theirs stays what it was."""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from siyu_cli.cells import harmless, mended
from siyu_cli.engines import mending
from siyu_cli.errors import UsageError
from siyu_cli.signs import HARMFUL, visible

if TYPE_CHECKING:
    import pyarrow as pa

    from siyu_cli.engines.protocol import ShopEngine

# By what staff know a member: no step reads it, it is joined to a list when somebody is to see it.
MOST_FETCHED = 2_000_000
_PEOPLE = ("phone", "name")


class Kept:
    """One table, under whatever name it has by now."""

    def __init__(self, name: str, engine: ShopEngine) -> None:
        self.name = name
        self.engine = engine

    def read(self, columns: Sequence[str], order_by: Sequence[str] = ("member_id",)) -> pa.Table:
        """Return these columns as Arrow, sorted; ``phone`` and ``name`` of members are looked up.

        UsageError for a table on other machines that has more rows than are fetched from there.
        """
        if self.engine.is_elsewhere and (rows := self.count()) > MOST_FETCHED:
            message = "The list has {rows} rows: from Spark at most {most} are fetched."
            hint = "Have Spark write it: siyu segment … -o FILE.parquet, or ask for fewer with --where."
            raise UsageError(message, hint=hint, rows=rows, most=MOST_FETCHED)
        return self.engine.read(self._view(columns), order_by)

    def write(
        self,
        path: Path,
        meta: Mapping[str, str],
        columns: Sequence[str],
        order_by: Sequence[str] = ("member_id",),
        masked: Callable[[str], str] | None = None,
    ) -> None:
        """Write these columns as Parquet, by the engine, no text in it steering who shows it.

        ``masked`` is given the table's name, and returns that of one that is masked.
        """
        name = self._view(columns)
        self.engine.write(harmless_table(self.engine, masked(name) if masked else name), path, order_by, meta)

    def count(self) -> int:
        """Return how many rows it has."""
        return self.engine.count(self.name)

    @property
    def is_parted(self) -> bool:
        """Return whether it is written as a folder of parts: on an engine of other machines."""
        return self.engine.is_elsewhere

    def _view(self, columns: Sequence[str]) -> str:
        from sqlglot import exp

        chosen = map(exp.column, dict.fromkeys(columns))
        rows = exp.select(*chosen).from_(exp.table_(self.name, quoted=True))
        if set(_PEOPLE) & set(columns):
            rows = rows.join("people", using="member_id", join_type="left")
        self.engine.view("listed", rows)
        return "listed"


class Keeper:
    """Sets tables aside before others take their names, and forgets them with the last answer that has them.

    >>> from siyu_cli.engines.duckdb import DuckDBEngine
    >>> engine = DuckDBEngine()
    >>> keeper, make = Keeper(engine), engine.connection.execute
    >>> first = keeper.keep("answer") if make("create temp table answer as select 1 as number") else None
    >>> keeper.set_aside("answer")
    >>> _ = make("create or replace temp table answer as select 2 as number")
    >>> engine.read(first.name, ())["number"].to_pylist(), engine.read("answer", ())["number"].to_pylist()
    ([1], [2])
    """

    def __init__(self, engine: ShopEngine) -> None:
        self.engine = engine
        self._kept: weakref.WeakValueDictionary[str, Kept] = weakref.WeakValueDictionary()
        self._numbers = itertools.count(1)

    def keep(self, name: str) -> Kept:
        """Return a hold on the table that has this name now."""
        return self._kept.setdefault(name, Kept(name, self.engine))

    def set_aside(self, name: str) -> None:
        """Give the table another name if an answer still has it, since a new one is about to be made."""
        kept = self._kept.pop(name, None)
        if kept is None:
            return
        kept.name = f"{name} {next(self._numbers)}"
        self.engine.rename(name, kept.name)
        weakref.finalize(kept, self.engine.drop, kept.name)


def harmless_table(engine: ShopEngine, name: str) -> str:
    """Give a table the name it has without signs that steer whoever shows its texts, and return that."""
    if not engine.holds(name, HARMFUL):
        return name
    if engine.is_elsewhere:
        return _mended_there(engine, name)
    engine.open("harmless", harmless(engine.read(name, ())))
    return "harmless"


def _mended_there(engine: ShopEngine, name: str) -> str:
    changes = {}
    for key, kind in engine.columns(name).items():
        if kind == "string":
            texts = mending.distinct_texts(engine, name, key, HARMFUL)
            if len(texts):
                changes[key] = (texts, mended(texts, HARMFUL, visible))
    return mending.mended(engine, name, "harmless", list(engine.columns(name)), changes)
