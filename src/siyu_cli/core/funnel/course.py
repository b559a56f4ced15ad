"""What a funnel is asked: its steps by the words people have for them, the window, the order, where it begins."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from siyu_cli.core.lifecycle.segment import GROUPINGS
from siyu_cli.core.lifecycle.tables import SEGMENTS
from siyu_cli.errors import UsageError
from siyu_cli.masks import mask_word
from siyu_cli.tables.column import Table, column, find_label
from siyu_cli.tables.inputs import EVENT_KINDS

Order = Literal["ordered", "unordered", "strict"]
Entry = Literal["first", "any"]
ORDERS, ENTRIES = ("ordered", "unordered", "strict"), ("first", "any")
MOST_STEPS = 10
MOST_DAYS = 100_000  # longer than any log
EARLIEST = date(1900, 1, 1)
# What a step can be, key: (English, Chinese).
KINDS = {"registered": ("registered", "注册"), "order": ("order", "下单"), **EVENT_KINDS}
_OTHER_WORDS = {"registered": ("joined", "加入", "入会"), "order": ("orders", "purchase", "购买", "订单")}
# What members are told apart by: what they are, or what the event says with which they entered.
PARTINGS = Table("partings", "Told apart by", "分组维度", "one row per member", (
    *(SEGMENTS[key] for key in GROUPINGS),
    column("text", "entry_title", "Title on entering", "进入时的内容"),
    column("text", "entry_campaign", "Campaign on entering", "进入时的活动"),
    column("text", "entry_channel", "Channel on entering", "进入时的渠道"),
    column("text", "entry_owner", "Employee on entering", "进入时的员工"),
    column("text", "entry_store", "Store on entering", "进入时的门店"),
))  # fmt: skip


@dataclass(frozen=True)
class Course:
    """The way members are followed on; see ``question.Funnel``. ``window_days`` None is no window."""

    steps: tuple[str, ...]
    window_days: int | None = 90
    order: Order = "ordered"
    entry: Entry = "first"
    from_on: date | None = None
    to_on: date | None = None
    by: str | None = None

    @property
    def length(self) -> int:
        """Return how many steps it has."""
        return len(self.steps)

    @property
    def is_parted_by_event(self) -> bool:
        """Return whether members are told apart by what the event says with which they entered."""
        return self.by is not None and self.by not in GROUPINGS

    def check(self) -> None:
        """Raise ``UsageError`` where the steps and what members are told apart by do not go together."""
        if self.is_parted_by_event and (self.order == "unordered" or self.steps[0] not in EVENT_KINDS):
            raise UsageError(
                "--by {by} needs a first step that is an event.",
                hint="Begin with one, such as --steps coupon_claimed,order, in order.", by=self.by,
            )  # fmt: skip

    def place_before(self, place: int) -> int | None:
        """Return the last place before this one whose step is of the same kind; None where there is none.

        >>> Course(("order", "checkin", "order")).place_before(3)
        1
        """
        kind = self.steps[place - 1]
        return next((at for at in range(place - 1, 0, -1) if self.steps[at - 1] == kind), None)

    def nth(self, place: int) -> int | None:
        """Return which of its kind a step is, from 1; None where no other step is of that kind."""
        kind = self.steps[place - 1]
        return self.steps[:place].count(kind) if self.steps.count(kind) > 1 else None

    def named(self, place: int) -> tuple[str, str]:
        """Return what people read for a step, English and Chinese: its kind, and which of its kind it is.

        >>> Course(("registered", "order", "order")).named(3)
        ('order no. 2', '第 2 次下单')
        """
        if self.order == "unordered":
            return f"any {place} of {self.length}", f"任意 {place} 步（共 {self.length} 步）"
        (english, chinese), nth = KINDS[self.steps[place - 1]], self.nth(place)
        return (english, chinese) if nth is None else (f"{english} no. {nth}", f"第 {nth} 次{chinese}")


def read_steps(text: str) -> tuple[str, ...]:
    """Return the kinds of the steps that a text names; ``UsageError`` where a word names none, or they are too few.

    >>> read_steps("注册 → 领券, order，order")
    ('registered', 'coupon_claimed', 'order', 'order')
    """
    words = [word for word in re.split(r"\s*(?:[,，、;；>→]|->)+\s*", text.strip()) if word]
    labels = {key: (*names, *_OTHER_WORDS.get(key, ())) for key, names in KINDS.items()}
    found: list[str] = []
    for word in words:
        kind = find_label(labels, word)
        if kind is None:
            raise UsageError(
                "--steps does not know {value}.",
                hint="Write them as registered,order,order; steps are {choices}.",
                value=mask_word(word), choices=", ".join(KINDS),
            )  # fmt: skip
        found.append(kind)
    if not 1 < len(found) <= MOST_STEPS:
        raise UsageError(
            "--steps names {count} steps: a funnel has 2 to {most}.",
            hint="Write them as registered,order,order; steps are {choices}.",
            count=len(found), most=MOST_STEPS, choices=", ".join(KINDS),
        )  # fmt: skip
    return tuple(found)


def read_place(text: str, steps: Sequence[str]) -> int:
    """Return the number of the step that a text names, by its number or, where it is there once, its word.

    ``UsageError`` where it names none, or the last one: nobody drops out after that.

    >>> read_place("2", ["registered", "order", "order"]), read_place("注册", ["registered", "order", "order"])
    (2, 1)
    """
    word, choices = text.strip(), range(1, len(steps))
    if re.fullmatch("[0-9]{1,3}", word) and int(word) in choices:
        return int(word)
    kind = find_label({key: (*KINDS[key], *_OTHER_WORDS.get(key, ())) for key in steps}, word)
    if kind is not None and steps.count(kind) == 1 and steps.index(kind) + 1 in choices:
        return steps.index(kind) + 1
    raise UsageError(
        "--list {value} is no step after which somebody can drop out.",
        hint="Write its number, 1 to {most}.", value=mask_word(word), most=len(steps) - 1,
    )  # fmt: skip
