"""Every series of one shop, judged: by the day, and by the week what has a meaning only then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from siyu_cli.core.monitor.days import Calendar
from siyu_cli.core.monitor.rates import REFUND_RATE, REFUNDS_NEED, is_rate_watched, watch_rate
from siyu_cli.core.monitor.series import DAILY, Days, Log, Metric, read_logs, read_parts
from siyu_cli.core.monitor.stages import NEEDS, PREFIX, Looks, watch_stages
from siyu_cli.core.monitor.watched import Daily, Watched, judge_days, without_a_sale

if TYPE_CHECKING:
    from siyu_cli.core.monitor.budget import Budget
    from siyu_cli.core.monitor.judging import Flags, Floats, Judged
    from siyu_cli.core.question import Study
    from siyu_cli.core.retention.parts import Part

_REFUND_COLUMNS = ("placed_orders", "given_back", "refunds", "undated")
_ANY_CHANCE = 0.01


@dataclass(frozen=True)
class ShopSeries:
    """Series by the day, refunds by the day, lists of stages; and what the files tell nothing of, metric → needs."""

    daily: Sequence[Daily] = field(repr=False)
    refunds: Sequence[tuple[Days, Flags]] = field(repr=False)
    looks: Looks = field(repr=False)
    missing: Mapping[str, str]

    @property
    def has_days(self) -> bool:
        """Return whether anything has a date."""
        return bool(self.daily)

    @property
    def last_on(self) -> date:
        """Return the last whole day of any series."""
        return max(series.day(len(series.values) - 1) for series in self.daily)

    @property
    def series(self) -> int:
        """Return how many series are watched: they share the budget."""
        rates = sum(is_rate_watched(days, special) for days, special in self.refunds)
        stages = sum(series.is_watched for series in watch_stages(self.looks, _ANY_CHANCE))
        return sum(series.is_watched for series in self.daily) + rates + stages

    def watch(self, budget: Budget) -> Iterator[Watched]:
        """Yield every series by metric, the whole shop before its parts, then what is not watched."""
        yield from (series.watch(budget) for series in self.daily)
        yield from self._rates(budget.chance)
        stages = watch_stages(self.looks, budget.chance)
        if any(series.is_watched for series in stages):
            yield from stages
        else:
            yield Watched(PREFIX + "counts", "members", None, needs=NEEDS)
        yield from (Watched(metric, "", None, needs=needs) for metric, needs in self.missing.items())

    def _rates(self, chance: float) -> Iterator[Watched]:
        yield from (watch_rate(days, special, chance) for days, special in self.refunds)


def read_shop(study: Study, by: str | None, looks: Looks) -> ShopSeries:
    """Return the series of a shop and of its parts."""
    calendar = Calendar(study.settings.monitor.country, study.settings.calendar)
    logs, parts = read_logs(study, by), (None, *read_parts(study, by))
    opening = study.settings.stages.churned_after
    sales = logs["monitor_sales"]
    sold = {part: sales.days(part, ["orders"]) for part in parts} if sales.span else {}
    daily = [
        series
        for metric in DAILY
        for log in (logs[metric.made_by],)
        if log.span is not None
        for special in (_special(calendar, log),)
        for part in parts
        for series in (_judged(metric, log, part, special, sold.get(part), opening),)
        if series.values.any()
    ]
    refunds = logs["monitor_refunds"]
    counted = (
        [(refunds.days(part, _REFUND_COLUMNS), _special(calendar, refunds)) for part in parts] if refunds.span else []
    )
    missing = {metric.key: metric.needs for metric in DAILY if logs[metric.made_by].span is None}
    missing |= {} if refunds.span else {REFUND_RATE: REFUNDS_NEED}
    if looks:
        stages = study.engine.read("stages", ())["stage"].value_counts().to_pylist()
        looks = (*looks, (study.as_of, {row["values"]: row["counts"] for row in stages}))
    return ShopSeries(daily, counted, looks, missing)


def _special(calendar: Calendar, log: Log) -> Flags:
    import numpy as np

    assert log.span is not None
    first_on, last_on = log.span
    found = np.zeros((last_on - first_on).days + 1, dtype=bool)
    found[[(day - first_on).days for day in calendar.special(first_on, last_on)]] = True
    return found


def _judged(metric: Metric, log: Log, part: Part | None, special: Flags, sold: Days | None, opening: int) -> Daily:
    """Return one series judged; for ``opening`` days nearly every order seems to be its buyer's first."""
    keys = [metric.column, *([metric.counted_by] if metric.counted_by else [])]
    days = log.days(part, list(dict.fromkeys(keys)))
    values = days.columns[metric.column]
    begin = max(opening - log.earlier_days, 0) if metric.key == "new_buyers" else 0
    open_on = None if sold is None else _aligned(sold, days)

    def judged(of: Floats, kind: str) -> Judged:
        return judge_days(of, kind, special, open_on, begin)

    found = judged(values, metric.kind)
    if metric.counted_by:
        found = without_a_sale(found, judged(days.columns[metric.counted_by], "count"))
    return Daily(metric.key, metric.unit, days.part, days.first_on, values, found, special)


def _aligned(sold: Days, days: Days) -> Floats:
    """Return the orders on the days of another log; days without any that are known count as open."""
    import numpy as np

    orders = sold.columns["orders"]
    places = np.arange(len(next(iter(days.columns.values())))) + (days.first_on - sold.first_on).days
    is_known = (places >= 0) & (places < len(orders))
    found: Floats = np.where(is_known, orders[np.clip(places, 0, len(orders) - 1)], 1.0)
    return found
