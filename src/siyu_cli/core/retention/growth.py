"""Growth accounting: who was new, stayed, came back and was lost in each period, in members and in money."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from siyu_cli.core.retention.periods import Periods

_NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class Growth:
    """One period: active = active before + new + returned − lost, and the same in money with what changed besides.

    ``orders`` are those of everybody who was active.

    Of a period that runs there is no ``lost`` yet, nor what hangs on it: those may still come.
    """

    period: date
    is_complete: bool
    active: int
    new: int
    retained: int
    returned: int
    lost: int | None
    orders: int
    net_sales: Mapping[str, Decimal | None]

    @property
    def quick_ratio(self) -> float | None:
        """Return how many came for each who was lost; None where nobody was."""
        return (self.new + self.returned) / self.lost if self.lost else None

    @property
    def retention(self) -> float | None:
        """Return the share of those of the period before who bought again."""
        before = self.retained + (self.lost or 0)
        return self.retained / before if self.lost is not None and before else None

    def as_dict(self) -> dict[str, Any]:
        """Return it for machines."""
        return {**asdict(self), "quick_ratio": self.quick_ratio, "retention": self.retention}


def growth_of(rows: Iterable[Mapping[str, Any]], periods: Periods) -> tuple[Growth, ...]:
    """Return every period from the first with a purchase or refund; ``rows`` as the step ``growth`` has them."""
    moves: dict[int, dict[str, dict[str, Any]]] = {}
    for row in rows:
        of_period = moves.setdefault(row["period"], {})
        known = of_period.setdefault(row["move"], dict.fromkeys(_SUMMED, 0))
        for key in _SUMMED:
            known[key] += row[key]
    began = min(moves, default=len(periods.starts))
    return tuple(_growth(moves.get(number, {}), number, periods) for number in range(began, len(periods.starts)))


_SUMMED = ("members", "orders", "sales_now", "sales_before", "gained", "shed")


def _growth(moves: Mapping[str, Mapping[str, Any]], number: int, periods: Periods) -> Growth:
    is_complete = number < periods.complete

    def members(move: str) -> int:
        return int(moves[move]["members"]) if move in moves else 0

    def money(key: str, *among: str) -> Decimal:
        return sum((row[key] for move, row in moves.items() if not among or move in among), _NOTHING)

    came = {move: members(move) for move in ("new", "retained", "returned")}
    net: dict[str, Decimal | None] = {"total": money("sales_now")}
    net |= {move: money("sales_now", move) for move in ("new", "returned")}
    changes = {"expansion": money("gained"), "contraction": money("shed"), "lost": money("sales_before", "lost")}
    net |= changes if is_complete else dict.fromkeys(changes)
    lost = members("lost") if is_complete else None
    orders = sum(row["orders"] for row in moves.values())
    return Growth(
        periods.starts[number], is_complete, sum(came.values()), lost=lost, orders=orders, net_sales=net, **came
    )
