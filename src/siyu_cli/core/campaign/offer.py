"""An offer of a plan: one flat row, as a sheet holds it, and which of its fields each kind needs.

The kinds of the trade: 限时折扣 is a discount with days of its own · 满减 a coupon with ``steps`` · 买赠 a gift ·
积分兑换 points · 首单立减 ``first_order_only`` with a code · 会员等级 ``levels`` · 召回 ``stages`` with a code ·
分享奖励, 集合奖励 a referral, its ``steps`` counted in new members · KOL ``kol`` · 抽奖 a giveaway.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from siyu_cli.config.sections import StrictModel, Text, said
from siyu_cli.core.campaign.kinds import Amount, Count, Days, Share, broken

Kind = Literal["coupon", "discount", "gift", "points", "free_shipping", "giveaway", "referral", "kol"]
Mode = Literal["per_order", "percent", "per_point"]

# What each kind cannot be counted without.
NEEDS: dict[str, tuple[str, ...]] = {
    "coupon": ("value|steps",),
    "discount": ("value|steps",),
    "gift": ("item", "item_cost"),
    "points": ("required_points", "value|item_cost"),
    "free_shipping": ("value",),
    "giveaway": ("prizes",),
    "referral": ("value|friend_value|steps",),
    "kol": ("code", "commission_rate|fixed_fee"),
}
# What says something of certain kinds only: elsewhere it would be counted by nobody.
ONLY: dict[str, tuple[str, ...]] = {
    "buy_quantity": ("gift",),
    "get_quantity": ("gift",),
    "item": ("gift", "points"),
    "item_cost": ("gift", "points"),
    "required_points": ("points",),
    "prizes": ("giveaway",),
    "friend_value": ("referral",),
    "cap_per_advocate": ("referral",),
    "reward_depth": ("referral",),
    "fixed_fee": ("kol",),
    "commission_rate": ("kol",),
    "steps": ("coupon", "discount", "referral"),
    "discount_max_amount": ("coupon", "discount"),
}


class LadderStep(StrictModel):
    """One rung of a ladder: from ``minimum`` on (an amount of the order; new members for referral), ``value`` off."""

    minimum: Amount = said(..., "From here on this step holds.", "Allowed: an amount, 0 or more.")
    value: Amount = said(..., "What this step takes off or pays.", "Allowed: an amount, 0 or more.")


class Prize(StrictModel):
    """One prize of a giveaway: how much it is worth, how many there are, how likely one ticket wins it."""

    item: Text = said(..., "What is won.", "Allowed: a text.")
    value: Amount = said(..., "What one prize is worth.", "Allowed: an amount, 0 or more.")
    stock: Count = said(..., "How many of this prize there are.", "Allowed: a whole number, 1 or more.")
    chance: Share = said(..., "How likely one ticket wins it.", "Allowed: a share from 0 to 1, such as 0.05.")


class Offer(StrictModel):
    """One offer: what is given, to whom it may go, how many there are, what telling a member costs.

    >>> Offer(name="c20", kind="coupon", minimum_amount=100, value=20).discount_mode
    'per_order'
    """

    name: Text = said(..., "What the offer is called in every output.", "Allowed: a text.")
    kind: Kind = said(
        ...,
        "What is given: a coupon, a discount on every order of the window, a gift with a purchase, an exchange of "
        "points, free shipping, a draw, a reward for inviting, or the code of a key opinion leader.",
        "Allowed: coupon, discount, gift, points, free_shipping, giveaway, referral or kol.",
    )
    minimum_amount: Amount = said(Decimal(0), "The least an order must come to.", "Allowed: an amount, 0 or more.")
    discount_mode: Mode = said(
        "per_order",
        "What value means: money off the order, percent off the order, or money per point.",
        "Allowed: per_order, percent or per_point.",
    )
    value: Amount | None = said(
        None,
        "Money off, the percent taken off (10 is a tenth less), money per point, or the reward of one invitation.",
        "Allowed: an amount, 0 or more; with percent at most 100.",
    )
    discount_max_amount: Amount | None = said(
        None, "No order gets more off than this.", "Allowed: an amount, 0 or more."
    )
    steps: tuple[LadderStep, ...] = said(
        (),
        "A ladder: from each minimum on its value; the highest that is reached holds.",
        "Allowed: a list of steps with minimum and value, both of which rise; in a cell 100:10; 200:30.",
    )
    buy_quantity: Count = said(1, "How many must be bought for the gift.", "Allowed: a whole number, 1 or more.")
    get_quantity: Count = said(1, "How many are given.", "Allowed: a whole number, 1 or more.")
    item: Text | None = said(None, "What is given, by name.", "Allowed: a text.")
    item_cost: Amount | None = said(None, "What one of it costs the shop.", "Allowed: an amount, 0 or more.")
    required_points: Count | None = said(None, "How many points it takes.", "Allowed: a whole number, 1 or more.")
    prizes: tuple[Prize, ...] = said(
        (),
        "The prizes of the draw.",
        "Allowed: a list of prizes with item, value, stock and chance; in a cell 手机:4000:1:0.001; 面膜:30:50:0.1.",
    )
    friend_value: Amount | None = said(None, "What the invited member gets.", "Allowed: an amount, 0 or more.")
    cap_per_advocate: Amount | None = said(
        None, "No inviter gets more than this in all.", "Allowed: an amount, 0 or more."
    )
    reward_depth: Annotated[int, Field(ge=1, le=100)] = said(
        1, "How many levels up a reward is paid: 1 is the inviter alone.", "Allowed: a whole number, 1 or more."
    )
    fixed_fee: Amount | None = said(None, "What the leader gets in any case.", "Allowed: an amount, 0 or more.")
    commission_rate: Share | None = said(
        None, "What the leader gets of each order.", "Allowed: a share from 0 to 1, such as 0.05."
    )
    code: Text | None = said(None, "The one code of this offer; personal ones are made.", "Allowed: a text.")
    trigger: Literal["auto", "with_code"] = said(
        "auto", "Whether the offer holds by itself or takes a code.", "Allowed: auto or with_code."
    )
    stock: Count | None = said(
        None, "How many may be used in all; without it, any number.", "Allowed: a whole number, 1 or more."
    )
    use_per_customer_limit: Count = said(1, "How often one member may use it.", "Allowed: a whole number, 1 or more.")
    starts_on: date | None = said(None, "Its first day, where not the campaign's.", "Allowed: a date.")
    ends_on: date | None = said(None, "Its last day, where not the campaign's.", "Allowed: a date.")
    valid_days: Days | None = said(
        None, "It may be used for so many days once it is sent.", "Allowed: a whole number of days, 1 or more."
    )
    contact_cost: Amount = said(
        Decimal(0), "What telling one member costs: a text message, a call.", "Allowed: an amount, 0 or more."
    )
    stages: tuple[Text, ...] = said((), "Only for these stages; without it, all.", "Allowed: a list of stages.")
    levels: tuple[Text, ...] = said(
        (), "Only for these levels of membership; without it, all.", "Allowed: a list of levels."
    )
    first_order_only: bool = said(False, "Only for who has no order yet.", "Allowed: yes or no; in TOML true or false.")
    original_price: Amount | None = said(
        None, "The price it is compared with in the text, if any.", "Allowed: an amount, 0 or more."
    )
    product: Text | None = said(
        None,
        "Whose price that is: a product by its name or SKU in the orders. What it sold for before is looked at.",
        "Allowed: a text.",
    )
    price_basis: Text | None = said(
        None, "Which price that is and since when, as the text says it.", "Allowed: a text."
    )
    message: Text | None = said(None, "The text members are told it with.", "Allowed: a text.")

    @model_validator(mode="after")
    def _holds_what_its_kind_needs(self) -> Offer:
        for keys in NEEDS[self.kind]:
            if not any(_is_given(self, key) for key in keys.split("|")):
                first = keys.split("|", maxsplit=1)[0]
                raise broken(
                    first, "{origin}: {offer} is of the kind {kind} and says no {keys}.",
                    hint="A {kind} is counted by it: add {keys}.",
                    facts={"offer": self.name, "kind": self.kind, "keys": keys.replace("|", " / ")},
                )  # fmt: skip
        for key in sorted(self.model_fields_set & ONLY.keys()):
            if self.kind not in ONLY[key] and _is_given(self, key):
                raise broken(
                    key, "{origin}: {offer} is of the kind {kind}, which has no {key}.",
                    hint="Leave it out, or choose the kind: {kinds}.",
                    facts={"offer": self.name, "kind": self.kind, "key": key, "kinds": ", ".join(ONLY[key])},
                )  # fmt: skip
        return self

    @model_validator(mode="after")
    def _values_are_in_order(self) -> Offer:
        if self.discount_mode == "percent" and self.value is not None and self.value > 100:
            raise broken(
                "value", "{origin}: {offer} takes off {value} percent.",
                hint="Allowed: an amount, 0 or more; with percent at most 100.",
                facts={"offer": self.name, "value": self.value},
            )  # fmt: skip
        rungs = [(step.minimum, step.value) for step in self.steps]
        if any(after[0] <= before[0] or after[1] <= before[1] for before, after in pairwise(rungs)):
            raise broken(
                "steps", "{origin}: the steps of {offer} do not rise.",
                hint="Allowed: a list of steps with minimum and value, both of which rise.",
                facts={"offer": self.name},
            )  # fmt: skip
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise broken(
                "ends_on", "{origin}: {offer} ends on {ends_on}, before it starts on {starts_on}.",
                hint="Allowed: a date, not before starts_on.",
                facts={"offer": self.name, "starts_on": self.starts_on, "ends_on": self.ends_on},
            )  # fmt: skip
        if sum(prize.chance for prize in self.prizes) > 1:
            raise broken(
                "prizes", "{origin}: the chances of the prizes of {offer} add up to more than 1.",
                hint="One ticket wins at most one prize: lower the chances.", facts={"offer": self.name},
            )  # fmt: skip
        return self

    def face_value(self, order_value: float) -> float:
        """Return what one use costs the shop on an order of this value, which is taken to reach the minimum.

        >>> Offer(name="10 % off", kind="discount", discount_mode="percent", value=10).face_value(250)
        25.0
        """
        return float(self.face_values(np.array([order_value], np.float64))[0])

    def face_values(self, order_values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the face value for each order, see ``face_value``."""
        reached = np.maximum(order_values, float(self.minimum_amount))
        if self.kind not in ("coupon", "discount", "free_shipping"):
            return self._given(reached)
        off = np.full(len(reached), float(self.value or 0))
        for step in self.steps:
            off[reached >= float(step.minimum)] = float(step.value)
        return self._off(off, reached)

    def _given(self, reached: NDArray[np.float64]) -> NDArray[np.float64]:
        value = float(self.value or 0)
        match self.kind:
            case "gift":
                each = float(self.item_cost or 0) * self.get_quantity
            case "giveaway":
                each = sum(float(prize.value) * prize.chance for prize in self.prizes)
            case "points":
                off = value * float(self.required_points or 0) if self.discount_mode == "per_point" else value
                each = off if self.item_cost is None else float(self.item_cost)
            case "referral":
                first = self.steps[0] if self.steps else None
                own = float(first.value / max(first.minimum, Decimal(1))) if first else value
                each = own + float(self.friend_value or 0)
            case _:
                return value + reached * float(self.commission_rate or 0)
        return np.full(len(reached), each)

    def _off(self, value: NDArray[np.float64], amount: NDArray[np.float64]) -> NDArray[np.float64]:
        off = amount * value / 100 if self.discount_mode == "percent" else value
        most = np.inf if self.discount_max_amount is None else float(self.discount_max_amount)
        return np.minimum(np.minimum(off, amount), most)

    @property
    def prize_variance(self) -> float:
        """Return the variance of what one use costs by luck alone: that of a draw's prizes, else 0.

        >>> draw = Offer(name="d", kind="giveaway", prizes=[{"item": "x", "value": 10, "stock": 9, "chance": 0.5}])
        >>> draw.prize_variance
        25.0
        """
        squares = sum(float(prize.value) ** 2 * prize.chance for prize in self.prizes)
        return squares - sum(float(prize.value) * prize.chance for prize in self.prizes) ** 2

    def worst_value(self, order_value: float) -> float:
        """Return the most that one member can cost in face value: every use, at the highest step or prize.

        Percent without ``discount_max_amount`` has no limit of its own: it is taken of ``order_value``.

        >>> Offer(name="c5", kind="coupon", value=5, use_per_customer_limit=3).worst_value(100)
        15.0
        """
        return float(self.worst_values(np.array([order_value], np.float64))[0])

    def worst_values(self, order_values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the most that a member with such orders can cost, see ``worst_value``."""
        friend = float(self.friend_value or 0)
        if self.kind == "referral" and self.cap_per_advocate is not None:
            most = float(self.cap_per_advocate) + friend * self.use_per_customer_limit
            return np.full(len(order_values), most)
        match self.kind:
            case "giveaway":
                once = np.full(len(order_values), max(float(prize.value) for prize in self.prizes))
            case "referral":
                dearest = max([float(self.value or 0), *(float(step.value) for step in self.steps)])
                once = np.full(len(order_values), dearest + friend)
            case "coupon" | "discount" if self.discount_mode == "percent" and self.discount_max_amount is not None:
                once = np.full(len(order_values), float(self.discount_max_amount))
            case _:
                highest = float(self.steps[-1].minimum) if self.steps else 0.0
                once = self.face_values(np.maximum(order_values, highest))
        return once * self.use_per_customer_limit


def _is_given(offer: Offer, key: str) -> bool:
    value: Any = getattr(offer, key)
    return value is not None and value != ()
