"""Is anything out of the ordinary: the question, and what a shop answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, ClassVar, Self

from siyu_cli.core.conditions import holds
from siyu_cli.core.monitor.budget import Budget
from siyu_cli.core.monitor.outlook import Outlook, outlooks
from siyu_cli.core.monitor.shop_series import read_shop
from siyu_cli.core.monitor.stages import Looks
from siyu_cli.core.monitor.tables import MONITOR_FIGURES, written_out
from siyu_cli.core.monitor.watched import Point, Watched
from siyu_cli.core.question import Answer, Memory, Question, Study
from siyu_cli.errors import DataError, UsageError

if TYPE_CHECKING:
    from siyu_cli.config.settings import Settings

_LOOKS = 80  # weeks of lists: a year that is told, and what its first weeks are held against


@dataclass(frozen=True)
class Monitor(Question):
    """Which figures of the shop are out of the ordinary, on the last whole day or since a date?

    ``by`` also watches parts of the shop: owner, store or source_channel, as members have it today; all series share
    the budget ``[monitor] false_alarms_per_month``. ``since``: the first day that is told, or so many days up to as-of.
    ``looks`` are the members by stage of the lists that were kept, see ``recall``.
    """

    command: ClassVar[str] = "monitor"
    by: str | None = None
    since: date | int | None = None
    looks: Looks = field(default=(), repr=False)
    lang: str = "en"

    def answer(self, study: Study) -> MonitorAnswer:
        """Return every series with its alarms; ``DataError`` where nothing has a date."""
        since = self._first_day(study.as_of)
        study.label()
        settings = study.settings.monitor
        shop = read_shop(study, self.by, self.looks)
        if not shop.has_days:
            raise DataError(
                "Nothing in {files} has a date: there is nothing to watch.",
                hint="Give the orders' export, or the members' with the date they joined.",
                files=", ".join(given["file"] for given in study.load.account().inputs),
            )
        budget = Budget(settings.false_alarms_per_month, shop.series)
        watched = tuple(shop.watch(budget))
        own: dict[str, Any] = {
            "by": self.by, "since": since, "false_alarms_per_month": settings.false_alarms_per_month,
            "country": settings.country,
        }  # fmt: skip
        meta = study.describe(self.command, parameters=own)
        seen = tuple(outlooks(shop.daily, budget))
        found = MonitorAnswer(study, meta, self, watched, budget, seen, since, shop.last_on, lang=self.lang)
        return replace(found, episodes=tuple(sorted({_episode(*alarm) for alarm in found.alarms})))

    def _first_day(self, as_of: date) -> date | None:
        first_on = as_of - timedelta(days=self.since - 1) if isinstance(self.since, int) else self.since
        if first_on is not None and first_on > as_of:
            raise UsageError("--since {since} is after --as-of {as_of}.", since=first_on, as_of=as_of)
        return first_on

    def recall(self, memory: Memory, study: Study) -> Self:  # noqa: ARG002  only lists of earlier runs are asked for
        """Return the question with what the shop's own lists say of its stages, week by week."""
        return replace(self, looks=tuple(memory.stage_counts(_LOOKS)))

    def options(self, settings: Settings) -> dict[str, Any]:  # noqa: ARG002
        """Return what it was asked with."""
        return {"by": self.by, "since": self.since if isinstance(self.since, int | None) else str(self.since)}


@dataclass(frozen=True)
class MonitorAnswer(Answer):
    """Every series over its past year, and what the shop can hope to see; ``last_on`` is the last whole day.

    ``episodes`` tells those of the alarms apart, and says of nobody who it is.
    """

    told_by: ClassVar[str] = "siyu_cli.core.monitor.report"
    question: Monitor = field(repr=False)
    watched: Sequence[Watched] = field(repr=False)
    budget: Budget
    outlooks: Sequence[Outlook] = field(repr=False)
    since: date | None
    last_on: date
    episodes: tuple[str, ...] = field(default=(), repr=False)

    @property
    def alarms(self) -> list[tuple[Watched, Point]]:
        """Return the alarms that are told: since the first day asked for, else of each series' last day or week."""
        found = []
        for series in self.watched:
            first_on = self._told_from(series)
            found += [(series, point) for point in series.rings if point.on >= first_on]
        return sorted(found, key=lambda pair: (pair[1].on, -abs(pair[1].z or 0)))

    @property
    def told(self) -> Iterator[tuple[Watched, Point | None]]:
        """Yield the days and weeks that are told, as ``alarms``.

        A series that ended earlier has its last one, and one that is not watched at all a line without a day.
        """
        for series in self.watched:
            first_on = self._told_from(series)
            points: Sequence[Point | None] = [point for point in series.points if point.on >= first_on]
            yield from ((series, point) for point in points or series.points[-1:] or (None,))

    def _told_from(self, series: Watched) -> date:
        return self.since or (series.points[-1].on if series.points else date.max)

    @property
    def past_alarms(self) -> list[tuple[Watched, Point]]:
        """Return the alarms the rule would have rung in the past year, the last one first."""
        found = [(series, point) for series in self.watched for point in series.rings]
        return sorted(found, key=lambda pair: (-pair[1].on.toordinal(), pair[0].metric, pair[0].part or ""))

    @property
    def row(self) -> Mapping[str, Any]:
        """Return the figures of it all, keys as in ``tables.MONITOR_FIGURES``."""
        states = [point.state for _series, point in self.alarms]
        found = {
            "alarms": len(states), "jumps": states.count("jump"), "drifts": states.count("drift"),
            "series_watched": self.budget.series, "unwatched": sum(not series.is_watched for series in self.watched),
            "past_alarms": len(self.past_alarms), "expected_false_alarms": self.budget.a_month,
        }  # fmt: skip
        return {key: found[key] for key in MONITOR_FIGURES.keys}

    def meets(self, condition: str) -> bool:
        """Return whether a condition on the figures holds: ``alarms > 0``, for which ``alarms`` will do."""
        return holds(self.study.engine, MONITOR_FIGURES, self.row, written_out(condition))

    def masked(self) -> Self:
        """Return the same with the names of employees and stores masked."""
        masks = self.study.masks
        watched = tuple(replace(series, part=masks.text(series.part)) for series in self.watched)
        seen = tuple(replace(one, part=masks.text(one.part)) for one in self.outlooks)
        return replace(super().masked(), watched=watched, outlooks=seen)


def _episode(series: Watched, point: Point) -> str:
    told = f"{series.metric}|{series.part or ''}|{point.state}|{point.since or point.on}"
    return sha256(told.encode()).hexdigest()
