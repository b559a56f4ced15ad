"""The definitions a workbook carries: stages and RFM segments with the numbers of this run, every measure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from siyu_cli.files.writing.wording import Words
from siyu_cli.tables.lifecycle import RFM_SEGMENTS, SEGMENTS, STAGE_SUMMARY

Row: TypeAlias = tuple[str, str, str]


def define(splits: Mapping[str, Any], windows: Mapping[str, Any], words: Words) -> list[Row]:
    """Return (term, value, definition): stages by their windows, RFM by its splits, then the measures.

    What ``windows`` or ``splits`` does not hold is not defined; both may be empty.
    """
    rows: list[Row] = []
    if windows:
        rows += _stages(windows, words)
    if splits:
        rows += _segments(splits, words) + _scores(splits, words)
    return rows + _measures(words)


def _stages(windows: Mapping[str, Any], words: Words) -> list[Row]:
    _ = words.translate
    new, dormant, churned = (windows[key] for key in ("new_days", "dormant_after", "churned_after"))
    ratio, mature, norm = windows["declining_ratio"], windows["mature_orders"], windows.get("shop_norm")
    rules = {
        "unknown": _("purchases are on record, but no purchase date"),
        "activated": _(
            "no purchase, joined at most {new} days ago, and active since: "
            "a coupon, a visit, or more than {welcome} points"
        ),
        "acquired": _("no purchase, joined at most {new} days ago"),
        "nurturing": _("no purchase, any other"),
        "churned": _("silent for more than {churned} days, and for more than 3 × their usual gap"),
        "dormant": _("silent for more than {dormant} days, and for more than 2 × their usual gap"),
        "declining": _(
            "at least 2 purchase days; silent for more than 14 days, and for more than {ratio} × the expected gap"
        ),
        "returned": _(
            "came back at most {dormant} days ago from a silence of more than {churned} days, "
            "and of more than 3 × their usual gap before it; fewer than 3 purchase days since"
        ),
        "converted": _("one purchase day"),
        "mature": _("at least {mature} purchase days"),
        "retained": _("any other buyer"),
    }
    facts = {"new": new, "dormant": dormant, "churned": churned, "ratio": f"{ratio:g}", "mature": mature}
    facts["welcome"] = f"{windows.get('welcome_points', 0):g}"
    stages = words.labels("stage")
    rows = [
        (
            words.title(SEGMENTS["stage"]),
            "",
            _("the first rule that fits, in this order; every member is in exactly one stage"),
        )
    ]
    rows += [(stages[key], key, rule.format(**facts)) for key, rule in rules.items()]
    usual = _("median of the days between purchase days, known from 3 purchase days on, at most 365")
    expected = _(
        "the usual gap; with 2 purchase days the larger of their one gap and the shop's, "
        "which is the median of all members' usual gaps"
    )
    rows.append((_("Usual gap"), "", usual))
    shop_norm = "" if norm is None else _("shop: {days} days").format(days=f"{norm:g}")
    rows.append((_("Expected gap"), shop_norm, expected))
    suggested = windows.get("suggested") or {}
    if suggested:
        rows.append(_suggestion(suggested, words))
    return rows


def _suggestion(suggested: Mapping[str, Any], words: Words) -> Row:
    _ = words.translate
    dormant, churned = suggested.get("dormant_after"), suggested.get("churned_after")
    value = _("dormant after {dormant} days, churned after {churned} days").format(
        dormant="–" if dormant is None else dormant, churned="–" if churned is None else churned
    )
    if dormant is None and churned is None and suggested.get("reason"):
        value = _(suggested["reason"])
    meaning = _(
        "the first silence after which fewer than 20 % (dormant) or 10 % (churned) of this shop's buyers "
        "order within 90 days; a suggestion only, the windows in use are above"
    )
    return _("Suggested windows"), value, meaning


def _segments(splits: Mapping[str, Any], words: Words) -> list[Row]:
    _ = words.translate
    recency, days, sales = (splits[key] for key in ("recency_days", "order_days", "net_sales"))
    rows = [
        (_("High R"), f"≤ {recency:g}", _("days since the last order")),
        (_("High F"), f"≥ {days:g}", _("purchase days")),
        (_("High M"), f"> {sales:,.2f}", _("net sales")),
    ]
    for code, *names in RFM_SEGMENTS.values():
        signs = ", ".join(
            f"{letter} {_('high') if sign == 'H' else _('low')}" for letter, sign in zip("RFM", code, strict=True)
        )
        rows.append((words.choose(names), code, signs))
    return rows


def _scores(splits: Mapping[str, Any], words: Words) -> list[Row]:
    _ = words.translate
    meanings = {
        "recency": ("R", _("days since the last order; equal values get equal scores")),
        "frequency": ("F", _("purchase days; equal values get equal scores")),
        "money": ("M", _("net sales; equal values get equal scores")),
    }
    aliases = {"order_days": "frequency", "net_sales": "money"}
    rows = []
    for band in splits.get("bands") or ():
        measure = aliases.get(band["measure"], band["measure"])
        letter, meaning = meanings[measure]
        edge = "{:,.2f}" if measure == "money" else "{:g}"
        value = f"{edge.format(band['lowest'])} – {edge.format(band['highest'])}"
        rows.append((_("{letter} score {score}").format(letter=letter, score=band["score"]), value, meaning))
    return rows


def _measures(words: Words) -> list[Row]:
    _ = words.translate
    meanings = {
        "days_since_last": _("as-of date − date of the last order"),
        "order_days": _("distinct dates with a purchase: all orders of one date count once"),
        "order_count": _("distinct orders paid and not cancelled"),
        "net_sales": _("paid − refunded, all time"),
        "average_order_value": _("net sales / orders"),
        "median_gap_days": _("median of the days between purchase days; empty under 2"),
        "orders_365d": _("orders on the 365 dates that end at the as-of date"),
        "net_sales_365d": _("net sales of the 365 dates that end at the as-of date"),
        "refund_rate": _("refunded / paid"),
        "is_registered": _("found in a members export"),
        "is_referrer": _("has brought at least one member"),
        "is_unfriended": _("deleted every employee who had added them"),
        "history": _("full: orders of the log; partial: the member's totals reach further back; totals: no log at all"),
    }
    rows = [(words.title(SEGMENTS[key]), "", meaning) for key, meaning in meanings.items()]
    rows.append((words.title(STAGE_SUMMARY["member_share"]), "", _("members / all members listed")))
    rows.append((words.title(STAGE_SUMMARY["sales_share"]), "", _("net sales / net sales of all listed")))
    return rows
