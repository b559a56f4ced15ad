"""What members do without an offer: who of each group one horizon ago bought since, and what an order was worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from siyu_cli.core.campaign.tables import GROUPINGS
from siyu_cli.core.experiment import wilson
from siyu_cli.core.lifecycle.segment import label_members, list_members
from siyu_cli.core.lifecycle.tables import RFM_SEGMENTS, STAGES
from siyu_cli.engines.step import step

if TYPE_CHECKING:
    import pandas as pd

    from siyu_cli.core.question import Study

_COUNTS = ("members", "buyers", "orders", "net_sales")
_BETWEEN = ";"  # of the names in custom_segments


@dataclass(frozen=True)
class Baseline:
    """Rows as in ``tables.BASELINE``; ``began_on`` is the first day of the log, ``then`` the date looked back from."""

    rows: tuple[Mapping[str, Any], ...]
    then: date
    began_on: date | None

    @property
    def is_measured(self) -> bool:
        """Return whether the log reaches back far enough for anything to be seen."""
        return self.began_on is not None and self.began_on <= self.then


def measure_baseline(study: Study, horizon_days: int) -> Baseline:
    """Return how the groups of ``horizon_days`` ago bought since; members are labelled as of then by the same steps.

    What the log did not reach, and a group that nobody was in then, has no rate: it is never taken for 0.
    """
    then = study.as_of - timedelta(days=horizon_days)
    study.list_members(None, "en")
    now = study.engine.fetch(step("group_counts"), {})
    began = study.engine.fetch(step("log_opening"), {})["began_on"].tolist()
    began_on = began[0].date() if began else None
    past = None
    if began_on is not None and began_on <= then:
        past = _look_back(study, then, horizon_days)
    return Baseline(tuple(_rows(study, now, past)), then, began_on)


def _look_back(study: Study, then: date, horizon_days: int) -> pd.DataFrame:
    """Return the cells of then; members are labelled as of today again, whatever happens."""
    study.keeper.set_aside("segments")
    try:
        earlier = {**study.parameters, "as_of": then}
        label_members(study.engine, earlier)
        list_members(study.engine, earlier, where=None, segments=study.settings.segments, lang="en")
        study.engine.run(step("past_members"), {})
    finally:
        label_members(study.engine, study.parameters)
    study.list_members(None, "en")
    return study.engine.fetch(step("base_cells"), {"as_of": study.as_of, "horizon_days": horizon_days})


def _rows(study: Study, now: pd.DataFrame, past: pd.DataFrame | None) -> Iterator[dict[str, Any]]:
    for grouping in GROUPINGS:
        present = _by_group(now, grouping, ("members",))
        before = {} if past is None else _by_group(past, grouping, _COUNTS)
        for segment in _order(study, grouping):
            if segment in present:
                members = int(present[segment]["members"])
                yield {"grouping": grouping, "segment": segment, "members": members, **_seen(before.get(segment))}


def _order(study: Study, grouping: str) -> list[str]:
    known = {"stage": [*STAGES], "rfm_segment": [*RFM_SEGMENTS], "custom_segments": [*study.settings.segments]}
    return known[grouping]


def _by_group(cells: pd.DataFrame, grouping: str, counts: tuple[str, ...]) -> dict[str, Counter[str]]:
    """Return the sums of each group; a member of several own segments counts in each of them."""
    found: dict[str, Counter[str]] = {}
    for cell in cells.to_dict("records"):
        value = cell[grouping]
        for name in str(value).split(_BETWEEN) if isinstance(value, str) and value else ():
            sums = found.setdefault(name, Counter())
            for key in counts:
                sums[key] += cell[key]
    return found


def _seen(sums: Mapping[str, Any] | None) -> dict[str, Any]:
    if not sums or not sums["members"]:
        return {"members_then": 0, "buyers": 0, "source": "assumption"}
    members, buyers, orders = (int(sums[key]) for key in ("members", "buyers", "orders"))
    low, high = wilson(buyers / members, members)
    return {
        "members_then": members,
        "buyers": buyers,
        "purchase_rate": buyers / members,
        "purchase_rate_low": max(low, 0.0),
        "purchase_rate_high": min(high, 1.0),
        "order_value": round(float(sums["net_sales"]) / orders, 2) if orders else None,
        "source": "measured",
    }
