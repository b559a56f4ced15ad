"""After how many steps a chart rings where nothing has changed, and after how many once something has.

The average run length of a CUSUM by a Markov chain (Brook and Evans, 1972): the sum is cut into cells, and the steps
until it leaves them are those of a chain of that many states.
"""

from __future__ import annotations

from functools import cache
from math import log

K = 0.5  # allowance: half of the shift, in standard deviations, that is found soonest
_CELLS = 150
_SECANTS, _CLOSE = 12, 1e-7


def one_sided(h: float, shift: float = 0.0, k: float = K) -> float:
    """Return the average run length of an upper CUSUM that starts at 0, of independent normal steps of variance 1."""
    import numpy as np
    from scipy.special import ndtr

    width = 2 * h / (2 * _CELLS - 1)
    places = np.arange(_CELLS) * width
    edges = (np.arange(_CELLS) + 0.5) * width
    below = ndtr(edges[None, :] - places[:, None] + k - shift)
    chances = np.diff(below, axis=1, prepend=0.0)
    return float(np.linalg.solve(np.eye(_CELLS) - chances, np.ones(_CELLS))[0])


def two_sided(h: float, shift: float = 0.0, k: float = K) -> float:
    """Return the average run length of the two sums together.

    >>> round(two_sided(5)), round(two_sided(4, 1), 2)
    (465, 8.38)
    """
    if shift == 0:
        return one_sided(h, 0, k) / 2
    return 1 / (1 / one_sided(h, shift, k) + 1 / one_sided(h, -shift, k))


def shewhart(limit: float, shift: float = 0.0) -> float:
    """Return after how many independent normal steps one lies beyond ±``limit``, on average.

    >>> round(shewhart(3), 1)
    370.4
    """
    from scipy.special import ndtr

    return float(1 / (ndtr(shift - limit) + ndtr(-shift - limit)))


@cache
def limit_for(run_length: float) -> float:
    """Return the ``h`` whose two-sided average run length is so many steps, from 0.5 to 20.

    >>> round(limit_for(465.4), 2)
    5.0
    """
    # The logarithm of the run length is nearly a straight line of h: a few secants find it.
    wanted, low, high = log(run_length), 2.0, 5.0
    told, other = log(two_sided(low)), log(two_sided(high))
    for _ in range(_SECANTS):
        if abs(other - wanted) < _CLOSE or other == told:
            break
        low, high = high, min(max(high + (wanted - other) * (high - low) / (other - told), 0.5), 20.0)
        told, other = other, log(two_sided(high))
    return round(high, 6)
