"""Natural return: at an earlier date, who was silent for how long, and who then came back within the horizon."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from siyu_cli.core.retention.beginnings import rows_of
from siyu_cli.core.winback.tables import ORDER_BANDS

if TYPE_CHECKING:
    from siyu_cli.engines.protocol import Engine
    from siyu_cli.engines.step import Params

# Days of silence at which a span begins; the last one has no end.
SPANS = (0, 31, 61, 91, 121, 181, 271, 366)
ENDLESS = 99_999


@dataclass(frozen=True)
class Band:
    """Those silent for so many days (with so many purchase days, or all of them), and those of them who came back."""

    silent_from: int
    silent_to: int | None
    order_days: str | None
    members: int
    returned: int
    median_days: int | None
    net_sales: Decimal

    @property
    def natural_rate(self) -> float | None:
        """Return the share who came back."""
        return self.returned / self.members if self.members else None

    @property
    def value_per_returner(self) -> float | None:
        """Return what each of those who came back brought."""
        return float(self.net_sales) / self.returned if self.returned else None

    @property
    def value_per_member(self) -> float | None:
        """Return what came back per silent member: the natural rate × what each brought."""
        return float(self.net_sales) / self.members if self.members else None

    def as_dict(self) -> dict[str, Any]:
        """Return it for machines."""
        rates = ("natural_rate", "value_per_returner", "value_per_member")
        return {**vars(self), **{key: getattr(self, key) for key in rates}}


def look_back(engine: Engine, given: Params, looked_from: date) -> tuple[Band, ...]:
    """Return every span of silence as of an earlier date: all of its members, then by purchase days.

    ``given`` holds ``horizon_days``, all of which must be over by now.
    """
    open_spans(engine)
    rows = rows_of(engine, "natural_returns", {**given, "looked_from": looked_from})
    bands = []
    for begins in SPANS:
        inside, ends = [row for row in rows if row["silent_from"] == begins], end_of(begins)
        bands.append(_band(inside, begins, ends, None))
        bands += [_band([r for r in inside if r["order_band"] == name], begins, ends, name) for name in ORDER_BANDS]
    return tuple(bands)


def open_spans(engine: Engine) -> None:
    """Give an engine the spans of silence, as the steps read them."""
    import pyarrow as pa

    ends = [end_of(begins) or ENDLESS for begins in SPANS]
    spans = {"silent_from": pa.array(SPANS, pa.int64()), "silent_to": pa.array(ends, pa.int64())}
    engine.open("silence_bands", pa.table(spans))


def end_of(begins: int) -> int | None:
    """Return the last day of the span that begins there; None for the last one, which has none."""
    return dict(pairwise(SPANS)).get(begins, 0) - 1 if begins != SPANS[-1] else None


def silent_longer(bands: Iterable[Band], days: int) -> tuple[int, int]:
    """Return how many were silent for more than so many days, by whole spans, and how many of them came back."""
    told = [band for band in bands if band.order_days is None and band.silent_from > days]
    return sum(band.members for band in told), sum(band.returned for band in told)


def worth_until(bands: Sequence[Band], contact_cost: float, margin: float) -> int | None:
    """Return up to which silence what comes back by itself is worth more than a contact; None where no span is.

    Beyond it a contact would have to bring more than all who return by themselves do: that is seldom seen.
    """
    whole = [band for band in bands if band.order_days is None and band.members]
    paying = [band for band in whole if (band.value_per_member or 0) * margin > contact_cost]
    last = paying[-1] if paying else None
    return None if last is None else last.silent_to or ENDLESS


def _band(rows: Sequence[Mapping[str, Any]], begins: int, ends: int | None, order_days: str | None) -> Band:
    came = sorted((row["wait_days"], row["members"]) for row in rows if row["wait_days"] is not None)
    returned = sum(members for _, members in came)
    net = sum((row["net_sales"] for row in rows if row["wait_days"] is not None), Decimal("0.00"))
    median, seen = None, 0
    for wait, members in came:
        seen += members
        if 2 * seen >= returned:
            median = int(wait)
            break
    return Band(begins, ends, order_days, sum(row["members"] for row in rows), returned, median, net)
