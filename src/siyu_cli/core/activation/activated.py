"""The ways to the first and the second order, gathered from the steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from siyu_cli.core.activation.effects import Effect, Trial, effects_of, states_kept, trials_of
from siyu_cli.core.activation.joining import Joined, joined, joined_by
from siyu_cli.core.churn.calendar import named_festivals
from siyu_cli.core.retention.beginnings import rows_of
from siyu_cli.core.retention.cohorts import rate_of
from siyu_cli.core.retention.parts import Part
from siyu_cli.core.retention.periods import Periods
from siyu_cli.engines.step import step
from siyu_cli.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

    from siyu_cli.engines.protocol import Engine
    from siyu_cli.engines.step import Params

WITHIN_DAYS = 90
_NOTHING = -1


@dataclass(frozen=True)
class Activated:
    """How many of those who joined ordered, and how many of those who ordered once did again within ``WITHIN_DAYS``.

    ``returned`` is a rate of first-time buyers old enough, ``too_young`` are the others.
    """

    whole: Joined
    joined_by: Mapping[str, tuple[tuple[Part, Joined], ...]] = field(repr=False)
    returned: Mapping[str, Any]
    too_young: int
    effects: tuple[Effect, ...]
    trials: tuple[Trial, ...]
    excluded: Mapping[str, int]


def activate(engine: Engine, parameters: Params, own_days: Any = None) -> tuple[Activated, pa.Table]:
    """Return both ways, and who may still go them in time; ``own_days`` are festivals of the shop's own.

    ``DataError`` for a shop in which nobody joined or bought on a date that is known.
    """
    given = {**parameters, "within_days": WITHIN_DAYS}
    (first,) = rows_of(engine, "openings", given)
    if first["log_began_on"] is None and first["first_joined_on"] is None:
        raise DataError(
            "Nobody joined or bought on a date that is known: there is no way to follow.",
            hint="Give the members' export with its joining dates, and the order log.",
        )
    engine.run(step("milestones"), given)
    engine.run(step("activations"), given)
    fates = {row["fate"]: row["members"] for row in rows_of(engine, "activation_fates", given)}
    waits = rows_of(engine, "activation_waits", given)
    counts, effects = _second_orders(engine, given, first["log_began_on"], own_days)
    trials = trials_of(rows_of(engine, "trial_arms", given))
    engine.run(step("activation_waiting"), given)
    rows = engine.read("activation_waiting", ["awaited", "days_left", "member_id"])
    engine.drop("activation_waiting", "activations", "milestones")
    return Activated(
        joined(row for row in waits if row["attribute"] == "all"),
        joined_by(waits),
        rate_of(counts["returned"], counts["ripe"]),
        counts["too_young"],
        effects,
        trials,
        {fate: members for fate, members in sorted(fates.items()) if fate != "counted"},
    ), rows


def _second_orders(
    engine: Engine, given: Params, began_on: date | None, own_days: Any
) -> tuple[Mapping[str, Any], tuple[Effect, ...]]:
    """Return how many came back, and what of their first orders goes with it."""
    import pyarrow as pa

    as_of: Any = given["as_of"]
    began = began_on or as_of
    engine.open("periods", Periods.of("month", began, as_of).table())
    engine.open("named_festivals", named_festivals(began, as_of, own_days))
    engine.run(step("items"), given)
    engine.run(step("first_orders"), given)
    (counts,) = rows_of(engine, "first_order_counts", given)
    amounts = rows_of(engine, "first_amounts", given)
    cuts: dict[str, int] = {}
    for measure in ("paid", "price"):
        low, high = _thirds((row["cents"], row["members"]) for row in amounts if row["measure"] == measure)
        cuts |= {f"{measure}_low": low, f"{measure}_high": high}
    engine.run(step("first_factors"), {**given, **cuts})
    kept = states_kept(rows_of(engine, "factor_counts", given))
    names = {key: pa.array([pair[at] for pair in kept], pa.string()) for at, key in enumerate(("factor", "state"))}
    engine.open("kept_states", pa.table(names))
    effects = effects_of(rows_of(engine, "factor_cells", given), kept)
    engine.drop("items", "first_orders", "first_factors")
    return counts, effects


def _thirds(counted: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """Return the largest amounts of the lowest and of the middle third; ``_NOTHING`` where none is known.

    >>> _thirds([(100, 2), (200, 2), (900, 2)])
    (100, 200)
    """
    known = sorted(counted)
    people = sum(members for _, members in known)
    cuts: list[int] = []
    seen = 0
    for amount, members in known:
        seen += members
        while len(cuts) < 2 and 3 * seen >= (len(cuts) + 1) * people:
            cuts.append(amount)
    low, high = (*cuts, _NOTHING, _NOTHING)[:2]
    return low, high
