"""What one source of members cost and brought back: sums that shares of members are exact in, and what follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

HORIZONS = (30, 90, 180, 365)
LEAST_RIPE = 30  # members below which a day of payback is chance
_COUNTS = (
    "members", "buyers", "ripe_members", "bought_within_30", "ripe_buyers", "again_within_90",
)  # fmt: skip
Rows = Iterable[Mapping[str, Any]]


@dataclass(frozen=True)
class Months:
    """The months looked at, numbered, and how many of them everybody is so many days old of, by days."""

    first: int
    last: int
    ripe: Mapping[int, int]

    def until(self, days: int) -> range:
        """Return the months whose members all came at least so many days ago."""
        return range(self.first, self.first + self.ripe[days])


@dataclass
class Tally:
    """What the steps say of one source, or of all: shares of members are fractions, so that parts sum to the whole."""

    counts: dict[str, Fraction] = field(default_factory=lambda: dict.fromkeys(_COUNTS, Fraction(0)))
    ages: dict[tuple[int, int], Fraction] = field(default_factory=dict)
    line: dict[int, Fraction] = field(default_factory=dict)
    cells: dict[tuple[int, int, str], Fraction] = field(default_factory=dict)
    stages: dict[str, Fraction] = field(default_factory=dict)
    costs: dict[int, dict[str, Fraction]] = field(default_factory=dict)

    def add(self, rows: Mapping[str, Rows]) -> None:
        """Count the rows of steps, by the name of the step."""
        for row in rows["acquired_counts"]:
            for key in _COUNTS:
                self.counts[key] += Fraction(row[key], row["shares"])
        for row in rows["acquired_ages"]:
            _add(self.ages, (row["cohort"], row["age_days"]), Fraction(row["members"], row["shares"]))
        for row in rows["acquired_line"]:
            _add(self.line, row["days"], Fraction(row["net_sales"]) / row["shares"])
        for row in rows["acquired_cells"]:
            for key in ("paid_amount", "refunded_amount"):
                _add(self.cells, (row["cohort"], row["horizon"], key), Fraction(row[key]) / row["shares"])
        for row in rows["acquired_stages"]:
            _add(self.stages, row["stage"], Fraction(row["members"], row["shares"]))
        self.spend(rows["acquired_costs"])

    def spend(self, costs: Rows, part: Fraction = Fraction(1)) -> None:
        """Count costs of months, or the part of them that is this source's."""
        for row in costs:
            of_month = self.costs.setdefault(row["period"], {})
            for key in ("cost", "paid_cost", "advertising_cost"):
                _add(of_month, key, Fraction(row[key]) * part)


@dataclass(frozen=True)
class Brought:
    """What the members of the months that are ripe for a horizon brought by then, and what these same months cost."""

    months: int
    members: Fraction
    sales: Fraction
    paid: Fraction
    refunded: Fraction
    cost: Fraction | None

    @property
    def per_member(self) -> Fraction | None:
        """Return net sales per member; None where there is nobody."""
        return self.sales / self.members if self.members else None

    @property
    def per_cost(self) -> Fraction | None:
        """Return net sales for each unit of cost; None where nothing is known to be spent."""
        return self.sales / self.cost if self.cost else None

    @property
    def refund_rate(self) -> Fraction | None:
        """Return what was given back of each amount paid."""
        return self.refunded / self.paid if self.paid else None


@dataclass(frozen=True)
class Payback:
    """The day by which a member had brought what they cost, and how many are that old; no day where it was not seen."""

    days: int | None
    ripe_members: Fraction
    seen_days: int


@dataclass(frozen=True)
class Acquired:
    """Members that one source brought (None: not known from where), what it cost, what they did and brought."""

    name: str | None
    tally: Tally = field(repr=False)
    months: Months
    margin: Fraction | None

    @property
    def members(self) -> Fraction:
        """Return how many came; a member of k sources is 1/k of one here."""
        return self.tally.counts["members"]

    @property
    def buyers(self) -> Fraction:
        """Return how many of them bought by now."""
        return self.tally.counts["buyers"]

    def cost(self, key: str = "cost", months: Sequence[int] | None = None) -> Fraction | None:
        """Return what was spent in the months; None where no row of costs names the source."""
        if not self.tally.costs:
            return None
        looked_at = range(self.months.first, self.months.last + 1) if months is None else months
        return sum((told[key] for month, told in self.tally.costs.items() if month in looked_at), Fraction(0))

    def brought(self, days: int) -> Brought:
        """Return what is known of a horizon."""
        ripe = self.months.until(days)
        members = sum((count for (month, _), count in self.tally.ages.items() if month in ripe), Fraction(0))
        money = {
            key: sum((self.tally.cells.get((month, days, key), Fraction(0)) for month in ripe), Fraction(0))
            for key in ("paid_amount", "refunded_amount")
        }
        cost = self.cost(months=ripe) if ripe else None
        paid, refunded = money["paid_amount"], money["refunded_amount"]
        return Brought(len(ripe), members, paid - refunded, paid, refunded, cost)

    def payback(self) -> Payback | None:
        """Return when a member had brought what they cost; None without a margin, costs or members.

        Each day's mean is over all who are old enough for it, summed from the day they came.
        """
        spent = self.cost()
        if spent is None or not self.members or self.margin is None:
            return None
        ages: dict[int, Fraction] = {}
        for (_, age), count in self.tally.ages.items():
            _add(ages, age, count)
        seen, ripe, total = max(ages), self.members, Fraction(0)
        for day in range(seen + 1):
            total += self.margin * self.tally.line.get(day, Fraction(0)) / ripe
            if total >= spent / self.members:
                return Payback(day, ripe, seen)
            ripe -= ages.get(day, Fraction(0))
        return Payback(None, Fraction(0), seen)

    def per(self, key: str, of: Fraction) -> Fraction | None:
        """Return a cost for each of so many; None where it is not known or there is nobody."""
        spent = self.cost(key)
        return spent / of if spent is not None and of else None

    def as_dict(self) -> dict[str, Any]:
        """Return it for machines; what is not known is null."""
        counts, payback = self.tally.counts, self.payback()
        return {
            "channel": self.name,
            "new_members": plain(self.members),
            "new_buyers": plain(self.buyers),
            "buyer_rate": plain(self.buyers / self.members) if self.members else None,
            "cost": plain(self.cost()),
            "paid_cost": plain(self.cost("paid_cost")),
            "advertising_cost": plain(self.cost("advertising_cost")),
            "cac_member": plain(self.per("cost", self.members)),
            "paid_cac_member": plain(self.per("paid_cost", self.members)),
            "cac_buyer": plain(self.per("cost", self.buyers)),
            "ltv": {str(days): self._horizon(days) for days in HORIZONS},
            "payback_days": payback.days if payback else None,
            "payback_ripe_members": plain(payback.ripe_members) if payback and payback.days is not None else None,
            "seen_days": payback.seen_days if payback else None,
            "quality": {
                "first_order_within_30": _rate(counts["bought_within_30"], counts["ripe_members"]),
                "second_order_within_90": _rate(counts["again_within_90"], counts["ripe_buyers"]),
                "refund_rate_90": plain(self.brought(90).refund_rate),
                "stages_at_180_to_365_days": {
                    stage: plain(count) for stage, count in sorted(self.tally.stages.items())
                },
            },
        }

    def _horizon(self, days: int) -> dict[str, Any]:
        found = self.brought(days)
        told = {"months": found.months, "ripe_members": plain(found.members), "cost": plain(found.cost)}
        sales = {"sales_per_member": plain(found.per_member), "sales_cac": plain(found.per_cost)}
        if self.margin is None:
            return {**told, **sales}
        margin = {
            "margin_per_member": times(found.per_member, self.margin),
            "ltv_cac": times(found.per_cost, self.margin),
        }
        return {**told, **sales, **margin}


def plain(number: Fraction | None) -> int | float | None:
    """Return a number as others know it: whole where it is, else the nearest float."""
    if number is None:
        return None
    return int(number) if number.denominator == 1 else float(number)


def times(number: Fraction | None, factor: Fraction) -> int | float | None:
    """Return a number so many times; None for none."""
    return None if number is None else plain(number * factor)


def _rate(numerator: Fraction, denominator: Fraction) -> dict[str, Any]:
    rate = plain(numerator / denominator) if denominator else None
    return {"rate": rate, "numerator": plain(numerator), "denominator": plain(denominator)}


def _add(sums: dict[Any, Fraction], key: Any, amount: Fraction) -> None:
    sums[key] = sums.get(key, Fraction(0)) + amount
