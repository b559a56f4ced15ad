"""The definitions a report carries: stages and RFM segments with the numbers of this run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from siyu_cli.core.lifecycle.tables import RFM_SEGMENTS, SEGMENTS, STAGES
from siyu_cli.errors import Note, Spoken
from siyu_cli.report import Definition, Several, Value

_RULES = {
    "unknown": Note("purchases are on record, but no purchase date"),
    "activated": Note(
        "no purchase, joined at most {new} days ago, and active since: a coupon, a visit, or more than {welcome} points"
    ),
    "acquired": Note("no purchase, joined at most {new} days ago"),
    "nurturing": Note("no purchase, any other"),
    "churned": Note("silent for more than {churned} days, and for more than 3 × their usual gap"),
    "dormant": Note("silent for more than {dormant} days, and for more than 2 × their usual gap"),
    "declining": Note(
        "at least 2 purchase days; silent for more than 14 days, and for more than {ratio} × the expected gap"
    ),
    "returned": Note(
        "came back at most {dormant} days ago from a silence of more than {churned} days, "
        "and of more than 3 × their usual gap before it; fewer than 3 purchase days since"
    ),
    "converted": Note("one purchase day"),
    "mature": Note("at least {mature} purchase days"),
    "retained": Note("any other buyer"),
}


def define(splits: Mapping[str, Any], windows: Mapping[str, Any]) -> Iterator[Definition]:
    """Yield stages by their windows, then RFM by its splits; a shop without buyers has no high and low."""
    yield from _stages(windows)
    if all(splits.get(key) is not None for key in ("recency_days", "order_days", "net_sales")):
        yield from _segments(splits)
        yield from _scores(splits)


def _stages(windows: Mapping[str, Any]) -> Iterator[Definition]:
    facts = {
        "new": windows["new_days"],
        "dormant": windows["dormant_after"],
        "churned": windows["churned_after"],
        "ratio": f"{windows['declining_ratio']:g}",
        "mature": windows["mature_orders"],
        "welcome": f"{windows.get('welcome_points', 0):g}",
    }
    order = Note("the first rule that fits, in this order; every member is in exactly one stage")
    yield Definition(SEGMENTS["stage"], "", order)
    for key, rule in _RULES.items():
        yield Definition(Spoken(*STAGES[key]), key, Note(rule.message, facts))
    usual = Note("median of the days between purchase days, known from 3 purchase days on, at most 365")
    yield Definition(Note("Usual gap"), "", usual)
    norm = windows.get("shop_norm")
    expected = Note(
        "the usual gap; with 2 purchase days the larger of their one gap and the shop's, "
        "which is the median of all members' usual gaps"
    )
    shop = "" if norm is None else Note("shop: {days} days", {"days": Value(norm, "number")})
    yield Definition(Note("Expected gap"), shop, expected)
    yield _suggestion(windows.get("suggested") or {})


def _suggestion(suggested: Mapping[str, Any]) -> Definition:
    days = {key: suggested.get(f"{key}_after") for key in ("dormant", "churned")}
    facts = {key: "–" if value is None else value for key, value in days.items()}
    value = Note("dormant after {dormant} days, churned after {churned} days", facts)
    if suggested.get("reason") and set(days.values()) == {None}:
        value = Note(suggested["reason"])
    meaning = Note(
        "the first silence after which fewer than 20 % (dormant) or 10 % (churned) of this shop's buyers "
        "order within 90 days; a suggestion only, the windows in use are above"
    )
    return Definition(Note("Suggested windows"), value, meaning)


def _segments(splits: Mapping[str, Any]) -> Iterator[Definition]:
    recency, days, sales = (splits[key] for key in ("recency_days", "order_days", "net_sales"))
    yield Definition(Note("High R"), f"≤ {recency:g}", Note("days since the last order"))
    yield Definition(Note("High F"), f"≥ {days:g}", Note("purchase days"))
    yield Definition(Note("High M"), f"> {sales:,.2f}", Note("net sales"))
    for code, en, zh in RFM_SEGMENTS.values():
        signs = Several(tuple(_sign(letter, sign) for letter, sign in zip("RFM", code, strict=True)))
        yield Definition(Spoken(en, zh), code, signs)


def _sign(letter: str, sign: str) -> Several:
    return Several((letter, Note("high") if sign == "H" else Note("low")), "blanks")


def _scores(splits: Mapping[str, Any]) -> Iterator[Definition]:
    meanings = {
        "recency": ("R", Note("days since the last order; equal values get equal scores")),
        "frequency": ("F", Note("purchase days; equal values get equal scores")),
        "money": ("M", Note("net sales; equal values get equal scores")),
    }
    for band in splits.get("bands") or ():
        letter, meaning = meanings[band["measure"]]
        form: Any = "money" if band["measure"] == "money" else "count"
        edges = Several((Value(band["lowest"], form), "–", Value(band["highest"], form)), "blanks")
        term = Note("{letter} score {score}", {"letter": letter, "score": band["score"]})
        yield Definition(term, edges, meaning)
