"""What the measures are made from: the shop, its settings, and what its memory tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from siyu_cli.core.question import Study
from siyu_cli.core.retention.beginnings import rows_of
from siyu_cli.core.risk.indicators import Measuring
from siyu_cli.engines.step import step
from siyu_cli.errors import Note

CONTACT_DAYS = 90
MEMORY = Note("the shop's memory: run siyu init once")
MEMBERS = Note("the members' export, such as 客户.xlsx")
ORDERS = Note("the orders' export, such as 订单.xlsx")


@dataclass(frozen=True)
class Known:
    """What the memory tells: its own doings (``seen``), plans of campaigns, and ``book``, which knows of contacts."""

    seen: Any
    plans: Sequence[Mapping[str, Any]]
    book: Any = field(repr=False)


@dataclass(frozen=True)
class Asked:
    """A shop to be measured; ``known`` is None for one that remembers nothing."""

    study: Study
    known: Known | None

    @property
    def as_of(self) -> date:
        """Return the date it is looked at."""
        return self.study.as_of

    @property
    def limits(self) -> Any:
        """Return the thresholds."""
        return self.study.settings.risk

    def measuring(self, code: str) -> Measuring:
        """Return what makes the indicators of a code."""
        return Measuring(code, self.as_of)

    @cached_property
    def has_files(self) -> bool:
        """Return whether any file was given; then members are labelled."""
        if not self.study.load.account().inputs:
            return False
        self.study.label()
        return True

    def has(self, table: str, *columns: str) -> bool:
        """Return whether a sheet of this kind, with any of these columns, has rows that are used."""
        sheets = self.study.load.sheets_of(table) if self.has_files else ()
        wanted = set(columns)
        return any(
            sheet.rows_used and (not wanted or wanted & {match.key for match in sheet.columns}) for sheet in sheets
        )

    def rows(self, name: str, **given: Any) -> list[dict[str, Any]]:
        """Return the rows of a step."""
        return [dict(row) for row in rows_of(self.study.engine, name, {**self.study.parameters, **given})]

    def run(self, name: str) -> None:
        """Make a step's table."""
        self.study.engine.run(step(name), self.study.parameters)

    @cached_property
    def sales(self) -> list[tuple[Decimal, int]]:
        """Return the net sales of members in the 365 days up to the date, and how many brought just that."""
        if not self.has_files:
            return []
        return [(row["net_sales"], row["members"]) for row in self.rows("member_sales")]

    @property
    def net_sales(self) -> Decimal:
        """Return what members brought in the 365 days up to the date."""
        return sum((amount * members for amount, members in self.sales), Decimal(0))
