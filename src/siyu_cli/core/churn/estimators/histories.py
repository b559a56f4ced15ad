"""Purchase histories as the models see them: three numbers and how many members share them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from numpy.typing import ArrayLike, NDArray

DAYS_PER_WEEK = 7.0


@dataclass(frozen=True)
class Histories:
    """Distinct histories, one per place of four equally long arrays; times are weeks.

    ``repeats`` counts purchase days after the first; ``active`` is the time from the first to the last,
    ``tenure`` the time from the first to the date the shop is looked at; ``members`` have this history.
    Weeks, because the likelihood is flat in days and fits fail there that work here.

    >>> Histories.of([0, 2], [0, 30.43], [38.86, 38.86]).members
    array([1., 1.])
    """

    repeats: NDArray[np.float64]
    active: NDArray[np.float64]
    tenure: NDArray[np.float64]
    members: NDArray[np.float64]

    @classmethod
    def of(
        cls, repeats: ArrayLike, active: ArrayLike, tenure: ArrayLike, members: ArrayLike | None = None
    ) -> Histories:
        """Return histories from anything numpy reads, each of one member unless ``members`` says otherwise."""
        x, t_x, t = (np.asarray(column, dtype=np.float64) for column in (repeats, active, tenure))
        counts = np.ones_like(x) if members is None else np.asarray(members, dtype=np.float64)
        return cls(x, t_x, t, counts)

    @classmethod
    def of_days(cls, triples: pd.DataFrame) -> Histories:
        """Return histories from rows of ``repeats, active_days, tenure_days, buyers``, as the step triples gives."""
        active, tenure = (triples[name].to_numpy(np.float64) / DAYS_PER_WEEK for name in ("active_days", "tenure_days"))
        return cls.of(triples["repeats"], active, tenure, triples["buyers"])

    @classmethod
    def of_rows(cls, rows: pa.Table) -> Histories:
        """Return one history per row of the table histories."""
        active, tenure = (rows[name].to_numpy() / DAYS_PER_WEEK for name in ("active_days", "tenure_days"))
        return cls.of(rows["repeats"].to_numpy(), active, tenure)

    @cached_property
    def distinct_repeats(self) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
        """Return the distinct numbers of repeats and each history's place among them.

        Special functions cost most and depend on the repeats alone: they are computed for these few.
        """
        return np.unique(self.repeats, return_inverse=True)

    @cached_property
    def distinct_times(self) -> tuple[NDArray[np.float64], NDArray[np.intp], NDArray[np.intp]]:
        """Return the distinct times, and the places of each history's ``active`` and ``tenure`` among them."""
        times, place = np.unique(np.concatenate([self.active, self.tenure]), return_inverse=True)
        return times, place[: len(self.active)], place[len(self.active) :]

    def thinned(self, most: int) -> Histories:
        """Return at most about ``most`` of the histories, at even steps: for a first look at a large shop."""
        step = max(1, len(self.repeats) // most)
        return Histories(self.repeats[::step], self.active[::step], self.tenure[::step], self.members[::step])

    @property
    def buyers(self) -> int:
        """Return how many members there are."""
        return int(self.members.sum())

    @property
    def repeaters(self) -> int:
        """Return how many of them bought on two days or more."""
        return int(self.members[self.repeats > 0].sum())
