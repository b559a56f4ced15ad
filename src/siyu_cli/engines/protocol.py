"""What the core asks of an engine: few methods, all about whole tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from sqlglot import exp

    from siyu_cli.engines.step import Params, Step


class Engine(Protocol):
    """A place where steps become tables; each table is materialised under its own name."""

    def open(self, name: str, source: pd.DataFrame | pa.Table | Path) -> None:
        """Give a frame, an Arrow table, or a Parquet file or folder a name."""

    def columns(self, name: str) -> dict[str, str]:
        """Return column → type of a named table; no row is read."""

    def run(self, step: Step, params: Params) -> None:
        """Make the step's table: from now on ``step.name`` can be read."""

    def fetch(self, step: Step, params: Params) -> pd.DataFrame:
        """Return the step's rows; for summaries and compressed statistics only."""

    def read(self, name: str, order_by: Sequence[str]) -> pa.Table:
        """Return a whole named table as Arrow, sorted; in any order where none is given."""

    def write(self, name: str, path: Path, order_by: Sequence[str], meta: Mapping[str, str] | None = None) -> None:
        """Write a named table to one Parquet file, sorted; ``meta`` goes into the file's key-value metadata."""

    def drop(self, *names: str) -> None:
        """Forget tables that no later step reads."""

    def close(self) -> None:
        """Give back memory, files and processes."""


class ShopEngine(Engine, Protocol):
    """An engine on which a shop was loaded: its tables can be kept apart and looked at through views."""

    is_elsewhere: bool  # on other machines: rows are worked on and written there, and few are fetched

    @property
    def connection(self) -> Any:
        """Return what the loader's statements, in DuckDB's dialect, are run on."""

    def view(self, name: str, query: exp.Query) -> None:
        """Give a query a name, replacing what had it."""

    def count(self, name: str) -> int:
        """Return how many rows a table has."""

    def holds(self, name: str, pattern: str) -> bool:
        """Return whether a text of a table matches a pattern."""

    def rename(self, name: str, other: str) -> None:
        """Give a step's table another name."""
