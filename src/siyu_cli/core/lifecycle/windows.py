"""Suggested windows: after how long a silence few of this shop's buyers come back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siyu_cli.engines.step import Params, step

if TYPE_CHECKING:
    from siyu_cli.engines.protocol import Engine

SHARES = {"dormant_after": 0.20, "churned_after": 0.10}


def suggest_windows(engine: Engine, params: Params) -> dict[str, int | str | None]:
    """Return ``{dormant_after, churned_after, reason}``: days, or None with the reason.

    The first silence s after which fewer than 20 % (dormant) or 10 % (churned) of the buyers silent for s
    days ordered within the next 90, from the shop's own log. A silence counts only where s + 90 days of it
    could be seen; a window is at least a day. They suggest; the configuration decides, so that stages don't
    drift from week to week.
    """
    steps = engine.fetch(step("silences"), params).sort_values("silent_days")
    # A row holds until the next one: what holds at 0 days holds at 1, unless 1 has a row of its own.
    steps = steps.assign(silent_days=steps["silent_days"].clip(lower=1)).drop_duplicates("silent_days", keep="last")
    seen = steps[steps["silent"] > 0]
    suggested: dict[str, int | str | None] = {"reason": None}
    for window, share in SHARES.items():
        rare = seen[seen["returned"] < share * seen["silent"]]
        suggested[window] = int(rare["silent_days"].min()) if len(rare) else None
        if suggested[window] is None:
            suggested["reason"] = "not enough history"
    return {"dormant_after": suggested["dormant_after"], "churned_after": suggested["churned_after"],
            "reason": suggested["reason"]}  # fmt: skip
