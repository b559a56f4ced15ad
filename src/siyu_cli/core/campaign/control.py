"""Who is left alone: a draw by salted hash, so that the same salt draws the same members, in any order, on any day.

The hash is the second of GrowthBook (MIT): FNV-1a with 32 bits over salt and member id, written out in decimals, and
hashed once more, since one pass leaves ids that differ in their last digit close together.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Ids: TypeAlias = Sequence[str] | NDArray[np.str_]
Words: TypeAlias = NDArray[np.uint32]

_PARTS = 10_000
_OFFSET, _PRIME = np.uint32(0x811C9DC5), np.uint32(0x01000193)
_DIGITS = 10  # of the largest number of 32 bits
_CHUNK = 65_536  # members at once: what is needed besides the ids stays within tens of megabytes


def in_control(member_ids: Ids, salt: str, share: float) -> NDArray[np.bool_]:
    """Return who belongs to the control group: those whose place in [0, 1) is below its share.

    >>> in_control(["a", "b"], "seed", 0.1).tolist()
    [True, False]
    """
    return hash_places(member_ids, salt) < share


def hash_places(member_ids: Ids, salt: str) -> NDArray[np.float64]:
    """Return the place of each member in [0, 1), in steps of a ten-thousandth.

    >>> hash_places(["a", "b"], "seed").tolist()
    [0.0505, 0.2696]
    """
    return (hash_words(member_ids, salt) % np.uint32(_PARTS)).astype(np.float64) / _PARTS


def hash_words(member_ids: Ids, salt: str) -> Words:
    """Return the whole hash of each member, 32 bits.

    Ids are read by code point, as GrowthBook's Python does; its JavaScript differs for signs beyond U+FFFF alone.
    """
    ids = np.asarray(member_ids, dtype=np.str_)
    words = np.empty(len(ids), np.uint32)
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        words[start : start + _CHUNK] = _hash_decimals(_hash_letters(chunk, _hash_text(salt)))
    return words


def hash_ranks(member_ids: Ids, salt: str) -> NDArray[np.int64]:
    """Return each member's place in a line shuffled by the salt, from 0: what breaks ties.

    Members whose hashes are the same stand by their ids, so that the line never depends on the order of the rows.

    >>> hash_ranks(["b", "a"], "seed").tolist(), hash_ranks(["a", "b"], "seed").tolist()
    ([0, 1], [1, 0])
    """
    ids = np.asarray(member_ids, dtype=np.str_)
    words = hash_words(ids, salt)
    order = np.argsort(words, kind="stable")
    equal = words[order][1:] == words[order][:-1]
    is_tied = np.zeros(len(ids), np.bool_)
    is_tied[1:] |= equal
    is_tied[:-1] |= equal
    tied = order[is_tied]
    order[is_tied] = tied[np.lexsort((ids[tied], words[tied]))]
    ranks = np.empty(len(ids), np.int64)
    ranks[order] = np.arange(len(ids))
    return ranks


def _hash_text(text: str) -> np.uint32:
    word = int(_OFFSET)
    for letter in text:
        word = ((word ^ ord(letter)) * int(_PRIME)) & 0xFFFFFFFF
    return np.uint32(word)


def _hash_letters(ids: NDArray[np.str_], start: np.uint32) -> Words:
    """Return FNV-1a of each id, begun where the salt left off."""
    width = ids.dtype.itemsize // 4
    words = np.full(len(ids), start, np.uint32)
    letters = np.ascontiguousarray(ids).view(np.uint32).reshape(len(ids), width) if width else np.empty((len(ids), 0))
    lengths = np.char.str_len(ids)
    for place in range(width):
        word = (words ^ letters[:, place].astype(np.uint32)) * _PRIME
        words = np.where(place < lengths, word, words)
    return words


def _hash_decimals(numbers: Words) -> Words:
    """Return FNV-1a of each number written out in decimals."""
    words = np.full(len(numbers), _OFFSET, np.uint32)
    for place in range(_DIGITS - 1, -1, -1):
        power = np.uint32(10**place)
        digits = (numbers // power) % np.uint32(10) + np.uint32(ord("0"))
        is_written = (numbers >= power) | (place == 0)
        words = np.where(is_written, (words ^ digits) * _PRIME, words)
    return words
