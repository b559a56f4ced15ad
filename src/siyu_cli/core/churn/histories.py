"""Members' histories as of today or of an earlier date, whose future is then known."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from siyu_cli.engines.step import Params, step

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    from numpy.typing import NDArray

    from siyu_cli.engines.protocol import Engine

_CELL = ["recency_step", "order_days", "tenure_step", "money_step"]
_TRIPLE = ["repeats", "active_days", "tenure_days"]


@dataclass
class Lookback:
    """A shop looked at as of ``days`` ago: the table ``histories`` is that of the date last asked for.

    Frames come sorted: engines give rows in any order, and sums of floats depend on it.
    """

    engine: Engine
    params: Params
    _standing: int | None = None
    _triples: tuple[int, pd.DataFrame] | None = None
    _cells: dict[int, pd.DataFrame] = field(default_factory=dict)

    @property
    def horizon_days(self) -> int:
        """Return how many days ahead one looks."""
        return int(self.params["horizon_days"])  # type: ignore[arg-type]

    def date(self, days: int) -> date:
        """Return the date that many days ago."""
        as_of = self.params["as_of"]
        assert isinstance(as_of, date)
        return as_of - timedelta(days=days)

    def stand(self, days: int) -> None:
        """Make ``histories`` as of that many days ago, unless it is."""
        if self._standing != days:
            self.engine.run(step("histories"), {**self.params, "as_of": self.date(days)})
            self._standing = days

    def triples(self, days: int) -> pd.DataFrame:
        """Return the distinct histories as of then with how many members have them and how many fell silent after."""
        self.stand(days)
        if self._triples is None or self._triples[0] != days:  # those of one date: a large shop has many
            self._triples = days, self.engine.fetch(step("triples"), {}).sort_values(_TRIPLE, ignore_index=True)
        return self._triples[1]

    def cells(self, days: int) -> pd.DataFrame:
        """Return the members as of then as groups of much the same, see the step ``learning_cells``."""
        if days not in self._cells:
            self.stand(days)
            cells = self.engine.fetch(step("learning_cells"), {})
            self._cells[days] = cells.sort_values(_CELL, ignore_index=True)
        return self._cells[days]

    def rows(self, days: int) -> pa.Table:
        """Return one row per member as of then, by member_id."""
        self.stand(days)
        return self.engine.read("histories", ["member_id"])

    def habits(self, days: int) -> pa.Table:
        """Return the rhythm of the same members in the same order, see the step ``buying_habits``."""
        self.engine.run(step("buying_habits"), {**self.params, "as_of": self.date(days)})
        return self.engine.read("buying_habits", ["member_id"])


def numbers(rows: pa.Table, name: str) -> NDArray[np.float64]:
    """Return a column as floats, NaN for what is missing."""
    values: NDArray[np.float64] = rows[name].cast("double").to_numpy(zero_copy_only=False)
    return values
