"""Arrow columns from numpy arrays, without a Python object per value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from siyu_cli.demo.behaviour import Flags, Ints
from siyu_cli.demo.seasons import Period


def pick(words: Sequence[str], places: Ints, empty: Flags | None = None) -> Any:
    """Return a string column of ``words[places]``, null where ``empty``."""
    return pa.array(list(words), pa.string()).take(pa.array(places, mask=empty))


def choose(flags: Flags, when_true: Any, when_false: Any) -> Any:
    """Return ``when_true`` where ``flags``, else ``when_false``; either may be a column or one value."""
    return pc.if_else(pa.array(flags), when_true, when_false)


def join(*parts: Any) -> Any:
    """Return the parts (columns or strings) put together row by row; null where any part is."""
    return pc.binary_join_element_wise(*parts, "", null_handling="emit_null")


def digits(numbers: Ints, width: int = 1) -> Any:
    """Return non-negative numbers as text of at least ``width`` digits."""
    return pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width, padding="0")


def money(fen: Ints, empty: Flags | None = None) -> Any:
    """Return amounts in fen as ``decimal(18, 2)`` yuan, exactly."""
    halves = np.empty((len(fen), 2), dtype="<i8")
    halves[:, 0] = fen
    halves[:, 1] = fen >> 63
    column = pa.Array.from_buffers(pa.decimal128(18, 2), len(fen), [None, pa.py_buffer(halves)])
    return column if empty is None else pc.if_else(pa.array(empty), pa.scalar(None, column.type), column)


def moments(period: Period, seconds: Ints) -> Any:
    """Return seconds since the period's first midnight as local timestamps, null where negative."""
    start = int(np.datetime64(period.opening, "s").astype("int64"))
    return pa.array(seconds + start, mask=seconds < 0).cast(pa.timestamp("s"))
