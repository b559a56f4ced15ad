"""How two groups differ in one trait: shares among those known, index, standardised difference, how sure it is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from scipy.special import chdtrc

from siyu_cli.core.experiment import Sample, compare_means, holm

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

LEAST_DIFFERENCE, LEAST_MEMBERS = 0.1, 30  # below it a difference is not worth a word (Cohen 1988), or is chance
_LEAST_EXPECTED = 5  # below it the chi-square distribution is none (Cochran 1954)
_UNEVEN = 0.1  # shares known that are further apart make every share doubtful
_PARTS = 10


@dataclass(frozen=True)
class Share:
    """How many of the segment and of the others have one value, of those of whom it is known."""

    value: str
    members: tuple[int, int]
    known: tuple[int, int]

    @property
    def shares(self) -> tuple[float, float]:
        """Return the two shares; 0 of nobody."""
        return tuple(count / whole if whole else 0.0 for count, whole in zip(self.members, self.known, strict=True))  # type: ignore[return-value]

    @property
    def tgi(self) -> float | None:
        """Return 100 × share in the segment ÷ share of all, of those known; None where the segment is unknown."""
        return 100 * self.shares[0] / (sum(self.members) / sum(self.known)) if self.known[0] else None

    @property
    def lift(self) -> float | None:
        """Return share in the segment ÷ share of the others."""
        return self.shares[0] / self.shares[1] if self.shares[1] else None

    @property
    def smd(self) -> float:
        """Return the standardised difference of the shares, as (p − q) / √((p(1 − p) + q(1 − q)) / 2).

        >>> round(Share("a", (30, 20), (100, 100)).smd, 4)
        0.2325
        """
        p, q = self.shares
        spread = math.sqrt((p * (1 - p) + q * (1 - q)) / 2)
        return (p - q) / spread if spread else 0.0

    @property
    def is_told(self) -> bool:
        """Return whether it differs enough, of enough members, to be worth a word."""
        return abs(self.smd) >= LEAST_DIFFERENCE and sum(self.members) >= LEAST_MEMBERS

    def as_dict(self) -> dict[str, Any]:
        """Return it for machines."""
        return {
            "value": self.value, "members": list(self.members), "share": self.shares[0], "share_others": self.shares[1],
            "tgi": self.tgi, "lift": self.lift, "smd": self.smd,
        }  # fmt: skip


@dataclass(frozen=True)
class Trait:
    """One trait of both groups: of how many it is known, how far they are apart; p by chi-square or Welch's t.

    ``strength`` is Cramér's V of a trait of values, the standardised difference of the means of a number. ``means`` and
    ``medians`` are of numbers, as ``parts``: how many of each group stand in each tenth of all.
    """

    name: str
    kind: Literal["values", "number"]
    sizes: tuple[int, int]
    known: tuple[int, int]
    strength: float | None
    p_value: float | None
    values: tuple[Share, ...] = ()
    means: tuple[float | None, float | None] = (None, None)
    medians: tuple[float | None, float | None] = (None, None)
    parts: tuple[Mapping[str, Any], ...] = ()
    p_holm: float | None = None
    is_by_construction: bool = field(default=False)

    @property
    def known_shares(self) -> tuple[float, float]:
        """Return of which part of each group it is known."""
        return tuple(count / size if size else 0.0 for count, size in zip(self.known, self.sizes, strict=True))  # type: ignore[return-value]

    @property
    def is_unevenly_known(self) -> bool:
        """Return whether it is known of one group far more often than of the other."""
        return abs(self.known_shares[0] - self.known_shares[1]) > _UNEVEN

    @property
    def is_told(self) -> bool:
        """Return whether it differs enough, of enough members, to be worth a word."""
        if self.kind == "values":
            return any(value.is_told for value in self.values)
        return abs(self.strength or 0.0) >= LEAST_DIFFERENCE and sum(self.known) >= LEAST_MEMBERS

    def as_dict(self) -> dict[str, Any]:
        """Return it for machines."""
        told: dict[str, Any] = {
            "attribute": self.name,
            "kind": self.kind,
            "is_by_construction": self.is_by_construction,
        }
        told |= {"v": self.strength} if self.kind == "values" else {"smd": self.strength}
        told |= {"p_value": self.p_value, "p_holm": self.p_holm, "known_share": list(self.known_shares)}
        if self.kind == "values":
            return {**told, "values": [value.as_dict() for value in self.values]}
        return {**told, "mean": list(self.means), "median": list(self.medians), "tenths": list(self.parts)}


def of_values(name: str, column: pa.Array, is_segment: np.ndarray[Any, Any]) -> Trait:
    """Return a trait of values, the furthest apart first; nulls are not known and in no share."""
    import numpy as np
    import pyarrow.compute as pc

    coded = pc.dictionary_encode(column)
    codes = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False)
    words = coded.dictionary.to_pylist()
    counts = [np.bincount(codes[side & (codes >= 0)], minlength=len(words)) for side in (is_segment, ~is_segment)]
    known = (int(counts[0].sum()), int(counts[1].sum()))
    pairs = {word: (int(counts[0][at]), int(counts[1][at])) for at, word in enumerate(words)}
    shares = [Share(word, pair, known) for word, pair in pairs.items() if sum(pair)]
    shares.sort(key=lambda share: (-abs(share.smd), share.value))
    strength, p_value = cramer([share.members for share in shares], known)
    sizes = (int(is_segment.sum()), int((~is_segment).sum()))
    return Trait(name, "values", sizes, known, strength, p_value, tuple(shares))


def cramer(pairs: Sequence[tuple[int, int]], known: tuple[int, int]) -> tuple[float | None, float | None]:
    """Return Cramér's V and p of a table of two columns by chi-square without correction.

    Rows that too few are expected in are one; None for both where there is nothing to compare, None for p where
    the pooled row is too small itself.

    >>> v, p = cramer([(30, 20), (70, 80)], (100, 100))
    >>> round(v, 4), round(p, 4)
    (0.1155, 0.1025)
    """
    n = sum(known)
    if not min(known, default=0):
        return None, None

    def expected(pair: tuple[int, int]) -> list[float]:
        return [sum(pair) * side / n for side in known]

    large = [pair for pair in pairs if min(expected(pair)) >= _LEAST_EXPECTED]
    small = [pair for pair in pairs if min(expected(pair)) < _LEAST_EXPECTED]
    rows = [*large, *([(sum(a for a, _ in small), sum(b for _, b in small))] if small else [])]
    if len(rows) < 2:
        return None, None
    chi = sum((seen - due) ** 2 / due for pair in rows for seen, due in zip(pair, expected(pair), strict=True))
    is_sure = all(min(expected(pair)) >= _LEAST_EXPECTED for pair in rows)
    return math.sqrt(chi / n), float(chdtrc(len(rows) - 1, chi)) if is_sure else None


def of_numbers(name: str, column: np.ndarray[Any, Any], is_segment: np.ndarray[Any, Any]) -> Trait:
    """Return a trait that is a number (NaN: not known): means, medians, their difference in standard deviations."""
    import numpy as np

    is_known = ~np.isnan(column)
    sides = [column[side & is_known] for side in (is_segment, ~is_segment)]
    known = (len(sides[0]), len(sides[1]))
    sizes = (int(is_segment.sum()), int((~is_segment).sum()))
    strength = p_value = None
    if min(known) >= 2:
        # Centred first: squares of large numbers that differ little would drown their difference.
        centre = float(column[is_known].mean())
        samples = [
            Sample(len(side), float((side - centre).sum()), float(((side - centre) ** 2).sum())) for side in sides
        ]
        spread = math.sqrt((samples[0].variance + samples[1].variance) / 2)
        difference = samples[0].mean - samples[1].mean
        strength = difference / spread if spread else (0.0 if not difference else None)
        p_value = compare_means(samples[0], samples[1]).p_value
    return Trait(
        name, "number", sizes, known, strength, p_value,
        means=_each(sides, np.mean), medians=_each(sides, np.median), parts=tuple(_tenths(column[is_known], sides)),
    )  # fmt: skip


def _each(sides: Sequence[Any], of: Any) -> tuple[float | None, float | None]:
    first, second = (float(of(side)) if len(side) else None for side in sides)
    return first, second


def _tenths(known: Any, sides: Sequence[Any]) -> list[dict[str, Any]]:
    """Return how many of each group stand in each tenth of all; tenths that ties make empty are none."""
    import numpy as np

    if not len(known):
        return []
    edges = np.unique(np.quantile(known, np.linspace(0, 1, _PARTS + 1)))
    if len(edges) < 2:
        return [{"from": float(edges[0]), "to": float(edges[0]), "members": [len(side) for side in sides]}]
    counts = [np.histogram(side, edges)[0] for side in sides]
    return [
        {"from": float(low), "to": float(high), "members": [int(counts[0][at]), int(counts[1][at])]}
        for at, (low, high) in enumerate(pairwise(edges))
    ]


def adjusted(traits: Sequence[Trait]) -> tuple[Trait, ...]:
    """Return traits, the furthest apart first, with p adjusted for looking at so many (Holm 1979)."""
    adjusted_p = holm({trait.name: trait.p_value for trait in traits if trait.p_value is not None})
    told = [replace(trait, p_holm=adjusted_p.get(trait.name)) for trait in traits]
    return tuple(sorted(told, key=lambda trait: (-abs(trait.strength or 0.0), trait.name)))
