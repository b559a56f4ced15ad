"""What is known of each arm of a campaign: people, sums of their values and of products of values, never people."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from siyu_cli.core.experiment import Sample
from siyu_cli.errors import DataError, Where

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Metric:
    """What is compared between arms.

    ``share``: who did (0 or 1) · ``mean``: an amount per member · ``ratio``: Σ name / Σ ``per``, by member. ``past``
    is the column of what was known of each member before, which takes noise away (CUPED).
    """

    name: str
    kind: Literal["share", "mean", "ratio"] = "mean"
    per: str | None = None
    past: str | None = None

    @property
    def label(self) -> str:
        """Return what it is called: ``spend``, or of a ratio ``spend/orders``."""
        return f"{self.name}/{self.per}" if self.per else self.name

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns it is made of."""
        return tuple(name for name in (self.name, self.per, self.past) if name)


@dataclass(frozen=True)
class Arm:
    """One arm: ``sums`` by column, ``products`` by pair of columns, in either order."""

    name: str
    people: int
    sums: Mapping[str, float]
    products: Mapping[tuple[str, str], float]

    def sample(self, column: str) -> Sample:
        """Return the values of one column as a sample."""
        return Sample(self.people, self.sums[column], self.products[column, column])

    def covariance(self, one: str, other: str) -> float:
        """Return the covariance of two columns, divided by n − 1."""
        both = self.products.get((one, other), self.products.get((other, one), math.nan))
        return (both - self.sums[one] * self.sums[other] / self.people) / (self.people - 1)


def arms_of(rows: pd.DataFrame, by: str, columns: Sequence[str]) -> list[Arm]:
    """Return the arms of an outcome table, one row per member assigned, sorted by name; sums are exact in any order.

    Whatever happened to a member, they count in the arm they were assigned to. Raises ``DataError`` for a column that
    is not there or holds no number.

    >>> import pandas as pd
    >>> arms = arms_of(pd.DataFrame({"arm": ["a", "b", "a"], "visit": [1, 0, 0]}), "arm", ["visit"])
    >>> [(arm.name, arm.people, arm.sums["visit"]) for arm in arms]
    [('a', 2, 1.0), ('b', 1, 0.0)]
    """
    wanted = list(dict.fromkeys(columns))
    for column in (by, *wanted):
        if column not in rows:
            raise DataError(
                "There is no column {column}.", hint="The columns are: {columns}.", column=column,
                columns=", ".join(map(str, rows.columns)), where=Where(column=column),
            )  # fmt: skip
    names, arm = np.unique(rows[by].astype(str).to_numpy(dtype=np.str_), return_inverse=True)
    values = {column: _numbers(rows, column) for column in wanted}
    return [
        Arm(
            str(name), int((arm == place).sum()),
            {column: math.fsum(held[arm == place]) for column, held in values.items()},
            {
                (one, other): math.fsum((values[one] * values[other])[arm == place])
                for at, one in enumerate(wanted) for other in wanted[at:]
            },
        )
        for place, name in enumerate(names)
    ]  # fmt: skip


def metrics_of(rows: pd.DataFrame, names: Sequence[str], past: Mapping[str, str] | None = None) -> list[Metric]:
    """Return the metrics of that name: of 0 and 1 alone a share, ``a/b`` a ratio, any other a mean.

    >>> import pandas as pd
    >>> [m.kind for m in metrics_of(pd.DataFrame({"visit": [0, 1], "spend": [0, 9.5]}), ["visit", "spend/visit"])]
    ['share', 'ratio']
    """
    found = []
    for name in names:
        top, _, per = name.partition("/")
        is_share = not per and top in rows and bool(rows[top].isin([0, 1]).all())
        kind: Literal["share", "mean", "ratio"] = "ratio" if per else "share" if is_share else "mean"
        found.append(Metric(top, kind, per or None, (past or {}).get(name)))
    return found


def _numbers(rows: pd.DataFrame, column: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    try:
        values = rows[column].to_numpy(dtype=np.float64)
    except (TypeError, ValueError) as error:
        message = "The column {column} holds something that is no number."
        raise DataError(message, hint="Give a metric by member.", column=column, where=Where(column=column)) from error
    if not np.isfinite(values).all():
        missing = int((~np.isfinite(values)).sum())
        raise DataError(
            "{missing} members have no {column}.",
            hint="What is an empty cell? --missing zero: nothing; --missing left_out: not known.", column=column,
            missing=missing, where=Where(column=column),
        )  # fmt: skip
    return values
