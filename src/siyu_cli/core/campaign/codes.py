"""Personal codes: nobody can guess one, no two are alike, none is read wrong from paper or over the phone.

The one part of a plan that is not the same on every run: a code that could be worked out again could be guessed.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Collection

# Without 0 O Q D, 1 I L, 2 Z, 5 S, 8 B, U V: each looks like another by hand or in a bad print.
LETTERS = "3467ACEFGHJKMNPRTWXY"
SHORTEST, LONGEST = 8, 32
_ODDS = 1_000_000  # guesses it takes on average to hit any one of the codes


def code_length(count: int) -> int:
    """Return how long codes must be so that one guess in a million hits any of so many, 8 at least.

    >>> code_length(100), code_length(1_000_000)
    (8, 10)
    """
    return max(SHORTEST, math.ceil(math.log(max(count, 1) * _ODDS, len(LETTERS))))


def make_codes(count: int, taken: Collection[str] = (), *, prefix: str = "", length: int | None = None) -> list[str]:
    """Return so many new codes, none of which is in ``taken``; ``prefix`` says which campaign's they are.

    ``length`` is without the prefix; ``ValueError`` where so short a code could be guessed.

    >>> codes = make_codes(1_000, prefix="MAY-")
    >>> len(set(codes)), len(codes[0])
    (1000, 12)
    """
    whole = count + len(taken)
    size = code_length(whole) if length is None else length
    if not code_length(whole) <= size <= LONGEST:
        raise ValueError(f"{count} codes take {code_length(whole)} to {LONGEST} signs each")
    known = set(taken)
    codes: list[str] = []
    while len(codes) < count:
        code = prefix + "".join(secrets.choice(LETTERS) for _ in range(size))
        if code not in known:
            known.add(code)
            codes.append(code)
    return codes
