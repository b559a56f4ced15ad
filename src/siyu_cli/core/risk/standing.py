"""What the shop relies on: that the model is better than a plain look at recency, and that messages arrive."""

from __future__ import annotations

from collections.abc import Iterator

from siyu_cli.core.churn.question import Backtest
from siyu_cli.core.risk.asked import MEMORY, ORDERS, Asked
from siyu_cli.core.risk.indicators import Indicator
from siyu_cli.errors import Note

_PAST = Note("orders of two horizons of [churn]: no date could be looked back from")
_NOTICES = Note("a notification: no --notify of this shop is remembered")


def model(asked: Asked) -> Iterator[Indicator]:
    """Yield by how much recency told leavers better than the model, over the dates of the backtest."""
    make = asked.measuring("MODEL")
    if not asked.has("orders"):
        yield from make.missing(ORDERS, "behind_recency")
        return
    rows = []
    for cut in Backtest().answer(asked.study).cutoffs:
        own, recency = (cut["models"][name]["auc"] for name in (cut["model"], "recency"))
        if own is not None and recency is not None:
            rows.append({"cutoff": cut["cutoff"], "model": cut["model"], "auc": own, "recency_auc": recency})
    if not rows:
        yield from make.missing(_PAST, "behind_recency")
        return
    behind = sum(row["recency_auc"] - row["auc"] for row in rows) / len(rows)
    yield make.found("behind_recency", behind, asked.limits.behind_recency, form="mark", evidence=rows)


def notices(asked: Asked) -> Iterator[Indicator]:
    """Yield how many notifications in a row a service did not take, the worst of the services, up to the last."""
    make = asked.measuring("NOTIFY")
    if asked.known is None or not asked.known.seen.notices:
        yield from make.missing(MEMORY if asked.known is None else _NOTICES, "failed_notices")
        return
    failed: dict[str, list[object]] = {}
    for one in asked.known.seen.notices:
        failed[one.service] = [] if one.is_taken else [*failed.get(one.service, ()), one.sent_on]
    rows = [
        {"service": service, "failed": len(days), "last_on": days[-1]}
        for service, days in sorted(failed.items()) if days
    ]  # fmt: skip
    most = max((len(days) for days in failed.values()), default=0)
    yield make.found("failed_notices", most, asked.limits.failed_notices, evidence=rows)
