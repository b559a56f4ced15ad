"""The forest of who brought whom: generations, subtrees and cascades of any number of people, without a loop over them.

Every array is per person. Ancestors are found by pointer doubling: who is 2^k links above is looked up k times, so a
chain of a million people takes twenty rounds (JáJá, An Introduction to Parallel Algorithms, 1992, ch. 2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Forest:
    """People joined by links, each with at most one inviter.

    ``parent`` is a place, -1 for seeds; ``generation`` is 0 for seeds and -1 on and below a cycle; ``root`` is the
    place of the seed above, ``size`` the people of the subtree: the person and everybody below. Cyclic people have 0.
    """

    parent: Ints
    generation: Ints
    root: Ints
    size: Ints

    @property
    def is_cyclic(self) -> Flags:
        """Return who is on a cycle or below one."""
        flags: Flags = self.generation < 0
        return flags

    @property
    def depth(self) -> int:
        """Return the largest generation; 0 without anybody."""
        return int(self.generation.max(initial=0))

    def generations(self) -> list[int]:
        """Return how many people each generation has, seeds first."""
        return [int(count) for count in np.bincount(self.generation[~self.is_cyclic])]

    def cascades(self) -> tuple[Ints, Ints, Floats]:
        """Return of each cascade its seed's place, its size, and its structural virality.

        Structural virality is the mean distance of two of its people, 2 Σ s (n − s) / (n (n − 1)) over links, where s
        is the size of the subtree below: the Wiener index of a tree (Goel, Anderson, Hofman, Watts 2016).
        """
        seeds = np.flatnonzero(self.parent < 0)
        sizes = self.size[seeds]
        below = np.flatnonzero((self.parent >= 0) & ~self.is_cyclic)
        whole = self.size[self.root[below]].astype(np.float64)
        part = self.size[below].astype(np.float64)
        paths = np.bincount(self.root[below], weights=part * (whole - part), minlength=len(self.parent))[seeds]
        virality = 2 * paths / (sizes * np.maximum(sizes - 1.0, 1.0))
        return seeds, sizes, virality


def grow_forest(parent: Ints) -> Forest:
    """Return the forest in which person i was brought by person ``parent[i]``, -1 for nobody.

    >>> chain = grow_forest(np.array([-1, 0, 1, 4, 3]))
    >>> chain.generation.tolist(), chain.size.tolist()
    ([0, 1, 2, -1, -1], [3, 2, 1, 0, 0])
    """
    count = len(parent)
    parent = np.asarray(parent, dtype=np.int64)
    is_cyclic = _above(parent, count.bit_length()) < count
    nowhere = np.where(is_cyclic | (parent < 0), count, parent)
    ancestor = np.append(nowhere, count)
    generation = (ancestor < count).astype(np.int64)
    size = np.append(np.where(is_cyclic, 0, 1), 0)
    root = np.append(np.where(nowhere < count, nowhere, np.arange(count)), count)
    while (ancestor < count).any():
        size += np.bincount(ancestor, weights=size, minlength=count + 1).astype(np.int64)
        size[count] = 0
        generation += generation[ancestor]
        root = root[root]
        ancestor = ancestor[ancestor]
    return Forest(parent, np.where(is_cyclic, -1, generation[:count]), root[:count], size[:count])


def _above(parent: Ints, rounds: int) -> Ints:
    """Return who is 2^rounds links above each person; ``len(parent)`` where the links end before."""
    count = len(parent)
    ancestor = np.append(np.where(parent < 0, count, parent), count)
    for _round in range(rounds):
        if not (ancestor < count).any():
            break
        ancestor = ancestor[ancestor]
    return ancestor[:count]


def forest_of(inviters: Any, invitees: Any) -> tuple[pa.Array, Forest]:
    """Return the distinct people of some links and their forest: person i is the i-th of the array.

    ``inviters`` and ``invitees`` are Arrow columns of one length; an invitee stands there once. Seeds come last.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    below, above = (pa.chunked_array(column.chunks, pa.string()).combine_chunks() for column in (invitees, inviters))
    places = pc.index_in(above, below)
    seeds = above.filter(pc.is_null(places)).dictionary_encode()
    parent = np.full(len(below) + len(seeds.dictionary), -1, dtype=np.int64)
    parent[: len(below)] = pc.fill_null(places, -1).to_numpy()
    parent[: len(below)][pc.is_null(places).to_numpy(zero_copy_only=False)] = len(below) + seeds.indices.to_numpy()
    return pa.concat_arrays([below, seeds.dictionary]), grow_forest(parent)
