"""Marks in packs: sixteen bytes each, one after the other; found again by Arrow, a whole list at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from siyu_cli.ledger.marking import MARK

PART = 65_536  # people in one part: a pack is read, and on being forgotten written anew, part by part

Places = NDArray[np.int64]
Flags = NDArray[np.bool_]
_Halves = NDArray[np.uint64]


@dataclass(frozen=True, repr=False)
class People:
    """People by their marks, in one order: members, and their phones or ``NOBODY``."""

    members: bytes
    phones: bytes

    def __len__(self) -> int:
        return len(self.members) // MARK

    def parts(self) -> Iterator[People]:
        """Yield them in pieces of ``PART``."""
        step = PART * MARK
        for start in range(0, len(self.members), step):
            yield People(self.members[start : start + step], self.phones[start : start + step])

    def where(self, flags: Flags) -> People:
        """Return those who are flagged."""
        return People(_taken(self.members, flags), _taken(self.phones, flags))

    def are_among(self, marks: set[str]) -> Flags:
        """Return who is known by one of these marks, hexadecimal, as member or as phone."""
        wanted = pa.array([bytes.fromhex(one) for one in marks], pa.binary(MARK))
        return _are_in(self.members, wanted) | _are_in(self.phones, wanted)


def together(people: list[People]) -> People:
    """Return people of several packs as one."""
    return People(b"".join(one.members for one in people), b"".join(one.phones for one in people))


def places_of(listed: People, rows: People) -> tuple[Places, Places]:
    """Return who of a list each row is about, by member or by phone: rows and places in the list, each pair once."""
    found = [_pairs(getattr(listed, name), getattr(rows, name)) for name in ("members", "phones")]
    pairs = np.sort(np.concatenate(found))
    pairs = pairs[np.diff(pairs, prepend=-1) != 0]
    return pairs // max(len(listed), 1), pairs % max(len(listed), 1)


def _pairs(listed: bytes, rows: bytes) -> Places:
    """Return row × length of the list + place for every row and place that have one mark.

    Both are put in the order of their marks' first halves and met there; the second halves then decide.
    """
    places, known, ours = _by_mark(listed)
    asked, wanted, theirs = _by_mark(rows)
    first = np.searchsorted(known, wanted)
    many = np.searchsorted(known, wanted, side="right") - first
    within = np.arange(int(many.sum())) - np.repeat(np.cumsum(many) - many, many)
    of_row, of_list = np.repeat(np.arange(len(asked)), many), np.repeat(first, many) + within
    is_same = theirs[of_row] == ours[of_list]
    pairs: Places = asked[of_row[is_same]] * (len(listed) // MARK) + places[of_list[is_same]]
    return pairs


def _by_mark(marks: bytes) -> tuple[Places, _Halves, _Halves]:
    """Return the places of those who have a mark, in the order of its first half, and both halves of theirs."""
    first, second = np.ascontiguousarray(np.frombuffer(marks, np.uint64).reshape(-1, 2).T)
    order = np.argsort(first)
    first, second = first[order], second[order]
    is_somebody = (first | second) != 0
    return order[is_somebody], first[is_somebody], second[is_somebody]


def _array(marks: bytes) -> Any:
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(MARK), len(marks) // MARK, [None, pa.py_buffer(marks)])


def _are_in(marks: bytes, wanted: Any) -> Flags:
    if not len(wanted):
        return np.zeros(len(marks) // MARK, np.bool_)
    found: Flags = pc.is_in(_array(marks), wanted).to_numpy(zero_copy_only=False)
    return found


def _taken(marks: bytes, flags: Flags) -> bytes:
    return marks if flags.all() else np.frombuffer(marks, np.void(MARK).dtype)[flags].tobytes()
