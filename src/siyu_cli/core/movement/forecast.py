"""Where members will stand: by the latest rates of moving, told only where that was nearer the truth than no change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from siyu_cli.core.lifecycle.tables import STAGES
from siyu_cli.core.movement.looks import Cells

USED = 4  # matrices whose moves are summed
_BEFORE_BUYING = ("acquired", "activated", "nurturing")


@dataclass(frozen=True)
class Judged:
    """What a forecast made one horizon ago said of those there then, what became of them, and how far off that was.

    ``total_variation`` is ½ Σ |forecast − actual| ÷ members: the share that would have to be moved to mend it.
    """

    made_on: date
    until: date
    before: Mapping[str, int]
    forecast: Mapping[str, float]
    actual: Mapping[str, int]

    @property
    def total_variation(self) -> float:
        """Return how far the forecast was off."""
        return total_variation(self.forecast, self.actual)

    @property
    def no_change(self) -> float:
        """Return how far off it would have been to say that nobody moves."""
        return total_variation(self.before, self.actual)

    @property
    def is_nearer(self) -> bool:
        """Return whether the forecast was nearer the truth."""
        return self.total_variation < self.no_change


@dataclass(frozen=True)
class Forecast:
    """How many of the members there now will be in each stage one horizon on, and the forecast made one horizon ago.

    ``newcomers`` are those who came in the last horizon, by their stage now; ``judged`` is None, and there is no
    forecast to trust, where the log is too short. ``matrices`` says how many the rates are of.
    """

    months: int
    until: date
    members: Mapping[str, int]
    expected: Mapping[str, float]
    newcomers: Mapping[str, int]
    matrices: int
    judged: Judged | None

    @property
    def is_withheld(self) -> bool:
        """Return whether nothing speaks for the forecast: it lost against no change, or could not be judged."""
        return self.judged is None or not self.judged.is_nearer


def foresee(dates: Sequence[date], moves: Sequence[Cells], months: int, until: date) -> Forecast:
    """Return the forecast from moves between dates one horizon apart, the oldest first; at least one pair of dates."""
    latest = moves[-1]
    now = _by_target(latest)
    newcomers = {target: members for (source, target), members in latest.items() if source == "new"}
    judged = None
    if len(moves) > 1:
        before = _by_target(moves[-2])
        actual = _by_target({pair: members for pair, members in latest.items() if pair[0] != "new"})
        judged = Judged(dates[-2], dates[-1], before, expect(moves[:-1][-USED:], before), actual)
    used = moves[-USED:]
    return Forecast(months, until, now, expect(used, now), newcomers, len(used), judged)


def expect(matrices: Sequence[Cells], now: Mapping[str, int]) -> dict[str, float]:
    """Return how many of ``now`` will be in each stage, if they move as in these matrices together.

    Of a stage that nobody was in, every move that can be is as likely.

    >>> expect([{("converted", "retained"): 1, ("converted", "dormant"): 3}], {"converted": 8})
    {'retained': 2.0, 'dormant': 6.0}
    """
    expected = dict.fromkeys(STAGES, 0.0)
    for stage, members in ((stage, now[stage]) for stage in STAGES if stage in now):
        row = dict.fromkeys(STAGES, 0.0)
        for cells in matrices:
            for (source, target), moved in cells.items():
                if source == stage:
                    row[target] += moved
        if not any(row.values()):
            row = {target: float(can_move(stage, target)) for target in STAGES}
        whole = sum(row.values())
        for target, weight in row.items():
            expected[target] += members * weight / whole
    return {stage: members for stage, members in expected.items() if members}


def can_move(source: str, target: str) -> bool:
    """Return whether somebody can go that way while no order is taken back: no buyer is one no more.

    >>> can_move("churned", "returned"), can_move("retained", "converted"), can_move("mature", "nurturing")
    (True, False, False)
    """
    if target in _BEFORE_BUYING:
        return source in _BEFORE_BUYING[: _BEFORE_BUYING.index(target) + 1]
    if target in {"converted", "unknown"}:
        return source in {*_BEFORE_BUYING, "unknown", target}
    return True


def total_variation(said: Mapping[str, float], came: Mapping[str, float]) -> float:
    """Return ½ Σ |said − came| ÷ Σ came; 0 where nobody is there.

    >>> total_variation({"mature": 6, "dormant": 4}, {"mature": 8, "dormant": 2})
    0.2
    """
    whole = sum(came.values())
    off = sum(abs(said.get(stage, 0) - came.get(stage, 0)) for stage in STAGES)
    return off / 2 / whole if whole else 0.0


def _by_target(cells: Cells) -> dict[str, int]:
    sums: dict[str, int] = {}
    for (_, target), members in cells.items():
        sums[target] = sums.get(target, 0) + members
    return sums
