"""A points ledger replayed: which lot every spend was drawn from, what lapsed, what is left, what is owed.

Lots are drawn in the order of their last days, and what is left of one depends on all that was drawn before: no window
of SQL says that, so it is one pass over the movements, sorted by member and time. It holds the lots of one member at a
time (some 200 bytes each) beside the columns read: about 60 bytes a movement.
"""

from __future__ import annotations

from array import array
from bisect import insort
from collections import deque
from dataclasses import dataclass
from datetime import date
from heapq import heappop, heappush
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

Ints = NDArray[np.int64]

# The order in which movements are replayed. Ties of a moment are settled by content, the shorter-lived points first, so
# that no order of rows or files counts; equal rows by their place.
ORDER = (
    "member_id", "changed_on", "day_place", "moment", "log_digits", "log_id", "expires_on", "order_id", "change",
    "sheet_number", "sheet_row",
)  # fmt: skip
KINDS = ("opening", "earn", "return", "clawback", "burn", "adjust", "expire", "freeze")
_APPLIED = 6  # the kinds before this one move the balance
_CLAWBACK = KINDS.index("clawback")
NEVER = 1 << 40  # a day after every day
_NOT_TOLD = -(1 << 31)
_LAST_DAY = (date(2199, 12, 31) - date(1970, 1, 1)).days


@dataclass(frozen=True)
class Rule:
    """How long points count where the log does not say: so many days, or to the end of a year from theirs."""

    valid_days: int | None = None
    end_of_year: int | None = None

    def last_days(self, days: Ints) -> Ints:
        """Return the last day on which points earned on each day (since 1970) count."""
        if self.valid_days is not None:
            return days + self.valid_days
        if self.end_of_year is None:
            return np.full(len(days), NEVER)
        years = days.astype("datetime64[D]").astype("datetime64[Y]") + 1 + self.end_of_year
        return years.astype("datetime64[D]").astype(np.int64) - 1


@dataclass(frozen=True)
class Movements:
    """The movements in order, columns of numbers: where each member begins, hundredths of points, days since 1970."""

    starts: Ints
    day: Ints
    kind: Ints
    units: Ints
    last_day: Ints
    order: Ints

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.day)


@dataclass(frozen=True)
class Draws:
    """What was drawn: from the lot of which movement, by which movement, how many hundredths of points.

    A lot that pays a debt is drawn by the movement that left it.
    """

    lot: Ints
    by: Ints
    units: Ints


def numbered(rows: pa.Table, rule: Rule) -> Movements:
    """Return ``point_movements``, read in ``ORDER``, as columns of numbers."""
    import pyarrow as pa
    import pyarrow.compute as pc

    def whole(name: str) -> Any:
        return rows[name].combine_chunks()

    ids = whole("member_id")
    is_first = pc.not_equal(ids[1:], ids[:-1]).to_numpy(zero_copy_only=False) if len(ids) > 1 else np.zeros(0, bool)
    starts = np.flatnonzero(np.concatenate([[len(ids) > 0], is_first, [True]])).astype(np.int64)
    day = whole("changed_on").cast(pa.int32()).to_numpy().astype(np.int64)
    kind = pc.index_in(whole("kind"), pa.array(KINDS)).to_numpy().astype(np.int64)
    told = pc.fill_null(whole("expires_on").cast(pa.int32()), _NOT_TOLD).to_numpy().astype(np.int64)
    last_day = np.where(
        told > _NOT_TOLD, np.where(told > _LAST_DAY, NEVER, told), np.where(kind == 0, NEVER, rule.last_days(day))
    )
    orders = pc.fill_null(pc.dictionary_encode(whole("order_id")).indices, -1).to_numpy().astype(np.int64)
    return Movements(starts, day, kind, hundredths(whole("change")), last_day, orders)


def replay(moves: Movements) -> Draws:
    """Return every draw: by last day, then by day earned; a clawback draws on its own order's lots before others."""
    draws = (array("q"), array("q"), array("q"))
    is_spend = (moves.kind < _APPLIED) & (moves.units < 0)
    spends = np.add.reduceat(is_spend, moves.starts[:-1]) if len(moves) else is_spend
    for (start, end), has_spend in zip(pairwise(moves.starts.tolist()), spends.tolist(), strict=True):
        if has_spend:  # nobody draws on the others' lots
            _replay_member(moves, slice(start, end), draws)
    return Draws(*(np.frombuffer(column, np.int64) for column in draws))


def _replay_member(moves: Movements, part: slice, draws: tuple[array[int], array[int], array[int]]) -> None:
    ledger = _Ledger(draws)
    columns = (moves.day, moves.kind, moves.units, moves.last_day, moves.order)
    rows = zip(*(column[part].tolist() for column in columns), strict=True)
    for place, (day, kind, units, last_day, order) in enumerate(rows, start=part.start):
        if kind >= _APPLIED or not units:
            continue
        ledger.lapse(day)
        if units < 0:
            ledger.spend(place, -units, order if kind == _CLAWBACK else -1)
        elif last_day >= day:
            ledger.gain((last_day, day, place), units, order)


class _Ledger:
    """One member's lots, by last day and day earned, and what they owe."""

    def __init__(self, draws: tuple[array[int], array[int], array[int]]) -> None:
        self.draws = draws
        self.lots: list[tuple[int, int, int]] = []
        self.left: dict[int, int] = {}
        self.by_order: dict[int, list[tuple[int, int, int]]] = {}
        self.debts: deque[list[int]] = deque()

    def lapse(self, day: int) -> None:
        """Forget the lots whose last day is past."""
        while self.lots and self.lots[0][0] < day:
            self.left.pop(heappop(self.lots)[2], None)

    def gain(self, lot: tuple[int, int, int], units: int, order: int) -> None:
        """Put a lot beside the others, once what is owed is paid out of it, the oldest debt first."""
        self.left[lot[2]] = units
        while self.debts and lot[2] in self.left:
            debt = self.debts[0]
            debt[1] -= self._draw(lot[2], debt[0], debt[1])
            if not debt[1]:
                self.debts.popleft()
        if lot[2] in self.left:
            heappush(self.lots, lot)
            if order >= 0:
                insort(self.by_order.setdefault(order, []), lot)

    def spend(self, place: int, wanted: int, order: int) -> None:
        """Draw on the lots of an order, then on all; what they have not is owed."""
        for _, _, lot in self.by_order.get(order, ()):
            wanted -= self._draw(lot, place, wanted)
        while wanted and self.lots:
            lot = self.lots[0][2]
            wanted -= self._draw(lot, place, wanted)
            if lot not in self.left:
                heappop(self.lots)
        if wanted:
            self.debts.append([place, wanted])

    def _draw(self, lot: int, by: int, wanted: int) -> int:
        left = self.left.get(lot, 0)
        taken = min(left, wanted)
        if taken:
            for column, value in zip(self.draws, (lot, by, taken), strict=True):
                column.append(value)
        if taken == left:
            self.left.pop(lot, None)
        else:
            self.left[lot] = left - taken
        return taken


def hundredths(amounts: Any) -> Ints:
    """Return decimal(18, 2) amounts as whole hundredths; nothing is 0."""
    import pyarrow as pa

    column = amounts.cast(pa.decimal128(18, 2)).fill_null(0)
    words = np.frombuffer(column.buffers()[1], "<i8")
    return np.ascontiguousarray(words[2 * column.offset : 2 * (column.offset + len(column)) : 2])


def decimals(units: Ints) -> Any:
    """Return whole hundredths as decimal(18, 2), exactly."""
    import pyarrow as pa

    halves = np.empty((len(units), 2), dtype="<i8")
    halves[:, 0], halves[:, 1] = units, units >> 63
    return pa.Array.from_buffers(pa.decimal128(18, 2), len(units), [None, pa.py_buffer(halves)])
