"""Tables that answers own: a later question makes another one under the same name, and theirs stays what it was."""

from __future__ import annotations

import itertools
import weakref
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from siyu_cli.engines.duckdb import DuckDBEngine


class Kept:
    """One table, under whatever name it has by now."""

    def __init__(self, name: str) -> None:
        self.name = name


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

    def __init__(self, engine: DuckDBEngine) -> None:
        self.engine = engine
        self._kept: weakref.WeakValueDictionary[str, Kept] = weakref.WeakValueDictionary()
        self._numbers = itertools.count(1)

    def keep(self, name: str) -> Kept:
        """Return a hold on the table that has this name now."""
        return self._kept.setdefault(name, Kept(name))

    def set_aside(self, name: str) -> None:
        """Give the table another name if an answer still has it, since a new one is about to be made."""
        kept = self._kept.pop(name, None)
        if kept is None:
            return
        kept.name = f"{name} {next(self._numbers)}"
        self.engine.rename(name, kept.name)
        weakref.finalize(kept, self.engine.drop, kept.name)
