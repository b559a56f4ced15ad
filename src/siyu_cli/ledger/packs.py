"""Marks in packs: sixteen bytes each, one after the other; found again by Arrow, a whole list at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from siyu_cli.ledger.keyring import MARK

PART = 65_536  # people in one part: a pack is read, and on being forgotten written anew, part by part

Places = NDArray[np.int64]
Flags = NDArray[np.bool_]


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
    """Return row × length of the list + place for every row and place that have one mark."""
    encoded = pc.dictionary_encode(_nobody_as_null(listed))
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    if len(encoded.dictionary) + encoded.null_count == len(codes):
        order = np.flatnonzero(codes >= 0)  # each mark once, in the order of the dictionary
    else:
        order = np.argsort(codes, kind="stable")[encoded.null_count :]
    starts = np.searchsorted(codes[order], np.arange(len(encoded.dictionary) + 1))
    met = pc.index_in(_nobody_as_null(rows), encoded.dictionary, skip_nulls=True).fill_null(-1).to_numpy()
    at = np.flatnonzero(met >= 0)
    first, many = starts[met[at]], starts[met[at] + 1] - starts[met[at]]
    within = np.arange(int(many.sum())) - np.repeat(np.cumsum(many) - many, many)
    places: Places = np.repeat(at, many) * (len(listed) // MARK) + order[np.repeat(first, many) + within]
    return places


def _array(marks: bytes) -> Any:
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(MARK), len(marks) // MARK, [None, pa.py_buffer(marks)])


def _nobody_as_null(marks: bytes) -> Any:
    is_somebody: Flags = np.frombuffer(marks, np.uint64).reshape(-1, 2).max(axis=1) > 0
    given = pa.py_buffer(np.packbits(is_somebody, bitorder="little"))
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(MARK), len(is_somebody), [given, pa.py_buffer(marks)])


def _are_in(marks: bytes, wanted: Any) -> Flags:
    if not len(wanted):
        return np.zeros(len(marks) // MARK, np.bool_)
    found: Flags = pc.is_in(_array(marks), wanted).to_numpy(zero_copy_only=False)
    return found


def _taken(marks: bytes, flags: Flags) -> bytes:
    return marks if flags.all() else np.frombuffer(marks, np.void(MARK).dtype)[flags].tobytes()
