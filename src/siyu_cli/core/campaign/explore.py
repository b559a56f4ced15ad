"""The first campaign of a shop that knows nothing: offers at random within segments, so that answers can be measured.

Who gets which offer hangs on the salt alone; evaluated, such a campaign turns assumptions into measurements without
the bias of offers having gone to those who were thought to like them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from siyu_cli.core.campaign.control import hash_places, hash_ranks
from siyu_cli.core.campaign.problem import Places, Values
from siyu_cli.core.experiment import is_shown, people_needed

Flags = NDArray[np.bool_]

_MOST_IN_CELL = 10_000_000


def people_per_cell(base: float, uplift: float, control: int | None = None) -> int:
    """Return how many members of a segment each offer takes to tell ``uplift`` over ``base``; power .8 at α .05.

    Beside ``control`` members left alone, or as many as get the offer: also where no number would do beside so few.

    >>> people_per_cell(0.10, 0.02), people_per_cell(0.10, 0.02, 8_000), people_per_cell(0.10, 0.02, 100)
    (3841, 2470, 3841)
    """
    alike = people_needed(base, base + uplift)
    if control is None or not is_shown(base, base + uplift, (_MOST_IN_CELL, max(control, 1))):
        return alike
    low, high = 0, _MOST_IN_CELL
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_shown(base, base + uplift, (middle, control)) else (middle, high)
    return high


def explore(
    member_ids: NDArray[np.str_], segment: Places, allowed: Flags, costs: Values, budget: float, *,
    salt: str, most: int | Places,
) -> Places:  # fmt: skip
    """Return the column of each member's offer, −1 for none: each of what they may get is as likely.

    No more than ``most`` per segment and offer (one number, or segments × offers); where the budget is short all cells
    shrink alike. ``allowed`` and ``costs`` are members × offers.

    >>> ids = np.array(["a", "b", "c", "d"])
    >>> explore(ids, np.zeros(4, int), np.ones((4, 2), bool), np.ones((4, 2)), 2.0, salt="s", most=9).tolist()
    [0, -1, -1, 1]
    """
    choices = allowed.sum(axis=1)
    # Another salt than the control group's: else the places left of it would be uneven.
    wanted = (hash_places(member_ids, f"{salt}/explore") * choices).astype(np.int64)
    places = np.cumsum(allowed, axis=1) - 1
    chosen = np.where(choices > 0, ((places == wanted[:, None]) & allowed).argmax(axis=1), -1)
    ranks = hash_ranks(member_ids, f"{salt}/explore/line")
    in_cell = _places_in_cells(segment * (allowed.shape[1] + 1) + chosen, ranks)
    sizes = most if isinstance(most, int) else most[segment, chosen]
    chosen = np.where(in_cell < sizes, chosen, -1)
    # The first of every cell, then the second of every cell: a short budget leaves cells of one size.
    line = np.lexsort((ranks, in_cell))
    line = line[chosen[line] >= 0]
    within = np.searchsorted(np.cumsum(costs[line, chosen[line]]), budget, side="right")
    chosen[line[within:]] = -1
    return chosen


def _places_in_cells(cells: Places, ranks: Places) -> Places:
    """Return each member's place in the line of their cell, from 0."""
    order = np.lexsort((ranks, cells))
    starts = np.ones(len(cells), np.bool_)
    starts[1:] = cells[order][1:] != cells[order][:-1]
    first = np.maximum.accumulate(np.where(starts, np.arange(len(cells)), 0))
    places = np.empty(len(cells), np.int64)
    places[order] = np.arange(len(cells)) - first
    return places
