"""A points ledger, slow and obvious: one member, day by day, lots in a plain list. It shares nothing with the core."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

ORDER = {"claw": 0, "earn": 1, "return": 1, "burn": 2, "adjust": 3}


@dataclass
class Row:
    day: date
    kind: str
    points: int
    order: str | None = None
    expires_on: date | None = None


@dataclass
class Lot:
    row: int
    left: int
    earned: date
    expires_on: date | None
    order: str | None


@dataclass
class Ledger:
    lots: list[Lot] = field(default_factory=list)
    log: list[tuple[str, date, int, int]] = field(default_factory=list)
    debt: int = 0
    told_lapsed: int = 0

    @property
    def lapsed(self) -> int:
        return sum(points for _, _, _, points in self.log)

    @property
    def balance(self) -> int:
        return sum(lot.left for lot in self.lots) - self.debt


def kept(rows: list[Row], as_of: date, valid_days: int | None = None, end_of_year: int | None = None) -> Ledger:
    ledger = Ledger()
    day = min((row.day for row in rows), default=as_of)
    while day <= as_of:
        for lot in sorted(ledger.lots, key=lambda lot: lot.row):
            if lot.expires_on is not None and lot.expires_on < day:
                ledger.log += [("lapsed", lot.expires_on, lot.row, lot.left)] if lot.left else []
                ledger.lots.remove(lot)
        # Within a day by kind; of one kind the shorter-lived first, then by order, then the smaller change.
        today = [
            (ORDER.get(row.kind, 9), row.expires_on or date.max, row.order or "~", row.points, place)
            for place, row in enumerate(rows) if row.day == day
        ]  # fmt: skip
        for *_, place in sorted(today):
            _enter(ledger, rows[place], place, valid_days, end_of_year)
        day += timedelta(1)
    ledger.lots = [lot for lot in ledger.lots if lot.left]
    return ledger


def _enter(ledger: Ledger, row: Row, place: int, valid_days: int | None, end_of_year: int | None) -> None:
    if row.kind == "expire":
        ledger.told_lapsed -= row.points
    elif row.kind == "freeze":
        pass
    elif row.points > 0:
        ends = row.expires_on
        if ends is None and valid_days is not None:
            ends = row.day + timedelta(valid_days)
        if ends is None and end_of_year is not None:
            ends = date(row.day.year + end_of_year, 12, 31)
        if ends is not None and ends < row.day:
            ledger.log.append(("lapsed", ends, place, row.points))
            return
        paid = min(ledger.debt, row.points)
        ledger.debt -= paid
        ledger.lots.append(Lot(place, row.points - paid, row.day, ends, row.order))
    else:
        wanted = -row.points
        lots = sorted(ledger.lots, key=lambda lot: (lot.expires_on or date.max, lot.earned, lot.row))
        own = [lot for lot in lots if row.kind == "claw" and row.order is not None and lot.order == row.order]
        for lot in [*own, *lots]:
            taken = min(lot.left, wanted)
            lot.left -= taken
            wanted -= taken
        ledger.debt += wanted
