"""What the law looks at in a plan: unequal offers, prizes, compared prices, words of praise, rewards of rewards.

Not legal advice. A warning is printed; a refusal stops the plan unless it is overridden with a reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from siyu_cli.core.campaign.facts import number
from siyu_cli.core.campaign.offer import Offer
from siyu_cli.core.campaign.plan import Plan
from siyu_cli.core.campaign.tables import KINDS
from siyu_cli.core.referral.rules import INFO, PRIZE_LIMIT, REFUSAL, WARNING, Finding
from siyu_cli.errors import Note, Spoken
from siyu_cli.masks import mask_word
from siyu_cli.report import Value

if TYPE_CHECKING:
    from decimal import Decimal

    import pyarrow as pa
    from numpy.typing import NDArray

    from siyu_cli.config.contacts import ConsentBasis
    from siyu_cli.core.campaign.paid_prices import PricePaid

_HALF_A_CENT = 0.005
# What is said of a price that an offer is compared with: where no sale is known, and where one is, with whether it was
# in the seven days before.
_UNNAMED = (
    "{offer} compares with {price} and does not say which price that was: it must be no higher than the lowest really "
    "paid in the 7 days before. Name the product under product, and what it sold for is looked at."
)
_UNSOLD = (
    "{offer} compares with {price}, and no sale of {product} before its start is known: it must be no higher than the "
    "lowest price really paid in the 7 days before. Write the product as the orders do, with its quantity or price."
)
_ABOVE = {
    True: "{offer} compares with {price}, above {lowest}, the lowest price really paid in the 7 days before.",
    False: "{offer} compares with {price}, above {lowest}, the last price paid before, on {on}; in the 7 days before "
    "none was sold.",
}
_WITHIN = {
    True: "{offer} compares with {price}, no higher than {lowest}, the lowest price really paid in the 7 days before.",
    False: "{offer} compares with {price}, no higher than {lowest}, the last price paid before, on {on}; in the 7 days "
    "before none was sold.",
}
REWARD_DEPTH_WARNED, REWARD_DEPTH_REFUSED = 2, 3
# The three words 广告法 9 names, and those of the same sense that are commonly listed beside them.
SUPERLATIVES = (
    "国家级", "最高级", "最佳", "世界级", "最好", "最优", "最低价", "最便宜", "最先进", "最大", "第一品牌", "全网第一",
    "全国第一", "销量第一", "顶级", "极品", "极致", "独一无二", "史无前例", "绝无仅有", "唯一", "首选", "冠军", "永久",
)  # fmt: skip


def check_plan(
    plan: Plan, former: Mapping[str, Any] | None = None, paid: Mapping[str, PricePaid] | None = None
) -> list[Finding]:
    """Return what PIPL-24, PRIZE, PRICE-16, AD-09 and PYRAMID find in a plan.

    ``former`` are an earlier plan's rules; ``paid`` is what the products of its offers sold for before, by offer.

    PIPL-24: 个人信息保护法 24 (no unreasonable difference of price by profile). PRIZE: 规范促销行为暂行规定 (¥50,000,
    no change after the start). PRICE-16: 明码标价规定 16–18. AD-09: 广告法 9. PYRAMID: 禁止传销条例 7.
    """
    found = [*_unequal(plan), *_changed(plan, former)]
    for offer in plan.offers:
        found += [*_prizes(offer), *_prices(offer, (paid or {}).get(offer.name)), *_words(offer), *_reward_depth(offer)]
    return found


def check_consent(
    plan: Plan, facts: pa.Table, offer: NDArray[np.int64], bases: Mapping[str, ConsentBasis]
) -> list[Finding]:
    """Return what PIPL-13 finds: members with an offer who have agreed to no channel, on what other basis they go."""
    channels = [channel for channel in plan.campaign.channels if channel in bases]
    agreed = np.any([number(facts, f"consent_{name}", -1.0) == 1 for name in plan.campaign.channels], axis=0)
    without = int(((offer >= 0) & ~agreed).sum())
    if not without or not channels:
        return []
    message = "{members} go on another basis than consent: {basis}, since {on}, {document}."
    basis = bases[channels[0]]
    told = {"basis": basis.basis, "on": basis.on.isoformat(), "document": basis.document}
    return [Finding("PIPL-13", WARNING, Note(message, {"members": Value(without, "count"), **told}))]


def rules_of(plan: Plan) -> dict[str, Any]:
    """Return the rules that may not change once the campaign runs, as JSON can hold them."""
    return {
        offer.name: offer.model_dump(mode="json", exclude={"stock", "contact_cost", "message"}, exclude_defaults=True)
        for offer in plan.offers
    }


def _unequal(plan: Plan) -> list[Finding]:
    """Find offers of one kind whose value differs by member, with no reason stated."""
    if plan.campaign.price_reason:
        return []
    values: dict[str, set[object]] = {}
    for offer in plan.offers:
        key = (offer.discount_mode, offer.value, offer.minimum_amount, offer.steps, offer.item_cost, offer.prizes)
        values.setdefault(offer.kind, set()).add(key)
    kinds = sorted(kind for kind, known in values.items() if len(known) > 1)
    if not kinds:
        return []
    message = (
        "Members get different values of the same kind ({kinds}) by what is known of them, and no reason is stated."
    )
    return [Finding("PIPL-24", WARNING, Note(message, {"kinds": _named(kinds)}))]


def _named(kinds: Sequence[str]) -> Spoken:
    return Spoken(", ".join(KINDS[kind][0] for kind in kinds), "、".join(KINDS[kind][1] for kind in kinds))


def _changed(plan: Plan, former: Mapping[str, Any] | None) -> list[Finding]:
    if former is None:
        return []
    # What the ledger keeps is masked: what is held against it is, too.
    before, now = masked_rules(former), masked_rules(rules_of(plan))
    named = {mask_word(offer.name): offer.name for offer in plan.offers}
    names = sorted(named.get(name, name) for name in before.keys() | now.keys() if before.get(name) != now.get(name))
    if not names:
        return []
    message = "The rules changed after the start of the campaign: {keys}."
    return [Finding("PRIZE", WARNING, Note(message, {"keys": ", ".join(names)}))]


def masked_rules(value: Any) -> Any:
    """Return rules as the ledger keeps them: names and texts in them masked."""
    if isinstance(value, Mapping):
        return {mask_word(str(key)): masked_rules(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [masked_rules(one) for one in value]
    return mask_word(value) if isinstance(value, str) else value


def _prizes(offer: Offer) -> list[Finding]:
    values = [float(prize.value) for prize in offer.prizes]
    dearest = max(values, default=0.0) * offer.use_per_customer_limit
    facts = {"offer": offer.name, "limit": f"{PRIZE_LIMIT:,}"}
    if dearest > PRIZE_LIMIT:
        message = "With {offer} one member may win {amount}, above the limit of {limit} for a prize."
        return [Finding("PRIZE", REFUSAL, Note(message, {**facts, "amount": f"{dearest:,.2f}"}))]
    if sum(values) > PRIZE_LIMIT:
        message = (
            "The prizes of {offer} come to {amount} together: should one ticket win several of them, their sum counts, "
            "and that is above the limit of {limit}."
        )
        return [Finding("PRIZE", WARNING, Note(message, {**facts, "amount": f"{sum(values):,.2f}"}))]
    return []


def _prices(offer: Offer, paid: PricePaid | None) -> list[Finding]:
    found = []
    if offer.original_price is not None and not offer.price_basis:
        found.append(_compared(offer, offer.original_price, paid))
    if offer.kind == "gift" and offer.message and offer.item and offer.item not in offer.message:
        message = "The text of {offer} does not name the gift ({item}) and how many are given."
        found.append(Finding("PRICE-16", WARNING, Note(message, {"offer": offer.name, "item": offer.item})))
    return found


def _compared(offer: Offer, price: Decimal, paid: PricePaid | None) -> Finding:
    """Return what is to be said of the price an offer is compared with, beside what its product sold for."""
    facts: dict[str, Any] = {"offer": offer.name, "price": f"{price:,.2f}", "product": offer.product}
    if paid is None:
        return Finding("PRICE-16", WARNING, Note(_UNSOLD if offer.product else _UNNAMED, facts))
    is_higher = float(price) >= paid.price + _HALF_A_CENT
    facts |= {"lowest": f"{paid.price:,.2f}", "on": paid.on}
    message = (_ABOVE if is_higher else _WITHIN)[paid.on is None]
    return Finding("PRICE-16", WARNING if is_higher else INFO, Note(message, facts))


def _words(offer: Offer) -> list[Finding]:
    words = words_of_praise(" ".join(filter(None, (offer.name, offer.message))))
    if not words:
        return []
    message = "The text of {offer} says {words}: advertising may not."
    return [Finding("AD-09", WARNING, Note(message, {"offer": offer.name, "words": "、".join(words)}))]


def words_of_praise(text: str) -> Sequence[str]:
    """Return the words of a text that advertising may not use, in the order of the list.

    >>> words_of_praise("全网第一的国家级面膜")
    ['国家级', '全网第一']
    """
    plain = "".join(text.split())
    return [word for word in SUPERLATIVES if word in plain]


def _reward_depth(offer: Offer) -> list[Finding]:
    if offer.reward_depth < REWARD_DEPTH_WARNED:
        return []
    level = REFUSAL if offer.reward_depth >= REWARD_DEPTH_REFUSED else WARNING
    message = "Rewards of {offer} go {depth} levels deep: pay for one's own invitees only."
    return [Finding("PYRAMID", level, Note(message, {"offer": offer.name, "depth": offer.reward_depth}))]
