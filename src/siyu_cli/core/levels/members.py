"""The members a rule is replayed on: what they bought, what exports say of their level, who is a member at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from siyu_cli.core.levels.agreement import UNKNOWN, UNTOLD, Told
from siyu_cli.core.levels.gains import Bought, gains_of, read_bought, read_points
from siyu_cli.core.levels.rules import NEVER, Ints, LevelRule
from siyu_cli.core.levels.standing import Flags, Gains, Losses
from siyu_cli.core.points.replay import hundredths
from siyu_cli.engines.step import Params, step
from siyu_cli.tables.column import plain_word

if TYPE_CHECKING:
    import pyarrow as pa

    from siyu_cli.engines.protocol import Engine


@dataclass(frozen=True)
class Members:
    """Everybody there is, by key: numbered as they stand in ``rows``, what they bought and the points they earned."""

    rows: pa.Table = field(repr=False)
    bought: Bought = field(repr=False)
    points: tuple[Gains, Losses] = field(repr=False)

    def __len__(self) -> int:
        """Return how many there are."""
        return int(self.rows.num_rows)

    @property
    def has_joined(self) -> Flags:
        """Return of whom a day of joining is known."""
        return np.asarray(self.rows["joined_on"].is_valid().combine_chunks().to_numpy(zero_copy_only=False), bool)

    @property
    def joined(self) -> Ints:
        """Return the day each joined; the first order's where it is not known, 1970 without one."""
        first = np.full(len(self), NEVER)
        orders = self.bought.orders
        np.minimum.at(first, orders.member, orders.day)
        return np.where(self.has_joined, _days(self.rows["joined_on"]), np.where(first < NEVER, first, 0))

    @property
    def net_sales(self) -> Ints:
        """Return each one's net sales of the past year, in hundredths."""
        return hundredths(self.rows["net_sales_365d"].combine_chunks())

    @property
    def given_by(self) -> list[str | None]:
        """Return who gave each one's level where no rule did: paid, manual."""
        found: list[str | None] = self.rows["given_by"].to_pylist()
        return found

    def gains_of(self, rule: LevelRule) -> tuple[Gains, Losses]:
        """Return what counts under a rule."""
        if rule.metric == "points_earned":
            return self.points
        return gains_of(rule, self.bought, self.joined, self.has_joined)

    def are_members(self, gains: Gains) -> Flags:
        """Return who is a member: who is in a members' export, without one whoever has something that counts."""
        found = np.asarray(self.rows["is_registered"].combine_chunks().to_numpy(zero_copy_only=False), bool).copy()
        if not found.any():
            found[gains.member] = True
        return found

    def were_before(self, day: int) -> Flags:
        """Return who may have bought before a day: they joined before it, or nobody knows when."""
        return np.asarray(~self.has_joined | (self.joined < day), bool)

    def told(self, rule: LevelRule, starts_on: int, as_of: int) -> Told:
        """Return what exports say of each one's level; their history begins with the day ``starts_on``."""
        names = {plain_word(tier.name): place for place, tier in enumerate(rule.tiers)}
        levels = self.rows["told_level"].combine_chunks().dictionary_encode()
        places = [names.get(plain_word(word), UNKNOWN) for word in levels.dictionary.to_pylist()]
        codes = levels.indices.fill_null(len(places)).to_numpy(zero_copy_only=False)
        told = np.array([*places, UNTOLD], np.int64)[codes]
        history = np.array(self.rows["history"].to_pylist(), dtype=object)
        was_before = self.were_before(starts_on)
        is_open = rule.window == "lifetime" or as_of < starts_on + rule.reach_days
        has_totals = np.asarray((history == "partial") | (history == "totals"), bool)
        return Told(told, self.given_by, has_totals, was_before & is_open)


def read_members(engine: Engine, params: Params, *, with_points: bool) -> Members:
    """Return everybody, with what they bought, and the points they earned if wanted; ``level_told`` stays."""
    engine.run(step("level_told"), params)
    rows = engine.read("level_told", ("member_id",))
    ids = rows["member_id"].combine_chunks()
    none = np.zeros(0, np.int64)
    points = read_points(engine, params, ids) if with_points else (Gains(none, none, none), Losses(none, none, none))
    return Members(rows, read_bought(engine, params, ids), points)


def iso_days(days: Ints, are_there: Flags | None = None) -> Any:
    """Return days since 1970 as dates, nothing where there is none."""
    import pyarrow as pa

    is_there = (days > -NEVER) & (days < NEVER) if are_there is None else are_there
    return pa.array(np.where(is_there, days, 0).astype(np.int32), pa.int32(), mask=~is_there).cast(pa.date32())


def _days(dates: Any) -> Ints:
    import pyarrow as pa

    column = dates.combine_chunks().cast(pa.int32()).fill_null(0)
    return np.asarray(column.to_numpy(zero_copy_only=False), np.int64)


def texts(words: Sequence[str | None]) -> Any:
    """Return words as a column of texts."""
    import pyarrow as pa

    return pa.array(words, pa.string())
