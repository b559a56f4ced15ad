"""Columns of a table of facts as arrays; what a table does not say is not known of anybody."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Flags = NDArray[np.bool_]

_EPOCH = date(1970, 1, 1)


def is_in(facts: pa.Table, column: str, allowed: Collection[str]) -> Flags:
    """Return whose word in a column is one of those allowed; an unknown one is not."""
    if column not in facts.column_names:
        return np.zeros(facts.num_rows, np.bool_)
    found: Flags = _array(pc.is_in(facts[column].cast(pa.string()), pa.array(list(allowed)))).astype(np.bool_)
    return found


def word(facts: pa.Table, column: str) -> NDArray[np.str_]:
    """Return a column of words, empty where there is none."""
    if column not in facts.column_names:
        return np.full(facts.num_rows, "", dtype=np.str_)
    return np.asarray(facts[column].cast(pa.string()).fill_null("").to_pylist(), dtype=np.str_)


def flag(facts: pa.Table, column: str, *, unknown: bool = False) -> Flags:
    """Return a column of yes and no, ``unknown`` where it is neither."""
    if column not in facts.column_names:
        return np.full(facts.num_rows, unknown)
    found: Flags = _array(facts[column].cast(pa.bool_()).fill_null(unknown)).astype(np.bool_)
    return found


def number(facts: pa.Table, column: str, unknown: float) -> NDArray[np.float64]:
    """Return a column of numbers, ``unknown`` where there is none.

    >>> number(pa.table({"points": [5, None]}), "points", 0.0).tolist()
    [5.0, 0.0]
    """
    if column not in facts.column_names:
        return np.full(facts.num_rows, unknown)
    found: NDArray[np.float64] = _array(facts[column].cast(pa.float64()).fill_null(unknown))
    return found


def days_before(facts: pa.Table, column: str, day: date) -> NDArray[np.float64]:
    """Return how many days before a day something was; NaN where that is not known.

    >>> days_before(pa.table({"seen_on": [date(2026, 4, 1)]}), "seen_on", date(2026, 5, 1)).tolist()
    [30.0]
    """
    if column not in facts.column_names:
        return np.full(facts.num_rows, np.nan)
    days = facts[column].cast(pa.date32()).cast(pa.int32()).cast(pa.float64()).fill_null(np.nan)
    before: NDArray[np.float64] = (day - _EPOCH).days - _array(days)
    return before


def _array(column: pa.ChunkedArray) -> Any:
    return column.combine_chunks().to_numpy(zero_copy_only=False)
