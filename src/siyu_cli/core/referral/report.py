"""What is told of a referral campaign: the funnel, who brought whom, what it cost, what to look at, the law."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from siyu_cli.core.referral.rules import INFO
from siyu_cli.core.referral.tables import (
    CHANNEL_COSTS,
    FUNNEL,
    GENERATIONS,
    INVITERS,
    MILESTONES,
    OTHER_FIGURES,
    REFERRAL_FIGURES,
    REFERRAL_GROUPS,
    SUSPICION_ROWS,
    SUSPICION_SUMMARY,
    SUSPICIONS,
    VARIANTS,
    WEEKS,
)
from siyu_cli.errors import Note, Spoken
from siyu_cli.report import Definition, Figure, Listing, Report, Section, Several, Value, Words, dotted
from siyu_cli.tables.column import Column
from siyu_cli.tables.inputs import REFERRALS

if TYPE_CHECKING:
    from siyu_cli.core.referral.question import ReferralAnswer

_FIGURES = (
    "participants", "joined", "new_members", "ordered", "retained", "k_joined", "k_ordered", "referral_depth",
    "cost_per_activated", "suspicious",
)  # fmt: skip
_RATE_OF = {
    "participants": "participation_rate", "joined": "join_rate", "new_members": "new_member_rate",
    "ordered": "order_rate", "retained": "retention_rate", "suspicious": "suspicious_rate",
}  # fmt: skip
_STEPS = ("invites", "joined", "new_members", "ordered", "retained")
_UNCOUNTED = ("duplicates", "self_invites", "open", "unknown_inviters", "unknown_invitees")
_BRIEF = ("joined", "new_members", "ordered", "order_rate", "suspicious", "cost_per_activated")
_BRIEF_INVITERS = ("inviter_id", "joined", "new_members", "ordered", "suspicious", "activated", "net_sales")
_SHOWN = 10
_GROUPINGS = {
    "by_campaign": REFERRALS["campaign"],
    "by_variant": REFERRALS["variant"],
    "by_source": REFERRALS["referral_source"],
    "by_channel": REFERRALS["source_channel"],
}
_REASONS = {
    "cycle": Note("on or below a circle of invites"),
    "shared_phone": Note("four or more people of a cascade (two or three ids on a phone are one member)"),
    "shared_device": Note("three or more people of a cascade; sharing is passed on"),
    "shared_payment": Note("three or more people of a cascade; sharing is passed on"),
    "shared_address": Note("four or more people of a cascade who share nothing else"),
    "star_of_inactive": Note("six or more invitees of whom too few order: lower tail of a Beta–binomial, under .01"),
    "burst": Note("ten or more in one day, beyond the inviter's own pace (Poisson, .001), who rarely order"),
    "milestone": Note("stopped at a milestone with invitees who hardly order, where nine in ten would not stop"),
    "reward_above_margin": Note("a cost, not a conduct: needs [shop] gross_margin"),
}


def report(found: ReferralAnswer) -> Report:
    """Return what is told of an answer."""
    name = found.meta["campaign"] or found.study.settings.shop.name
    grave = (
        Note("{code}: {finding}", {"code": finding.code, "finding": finding.note})
        for finding in found.findings
        if finding.level != INFO
    )
    return Report(
        dotted(Note("Referral report"), name),
        tuple(_opening(found)),
        found.meta,
        found.load.account(),
        values=found.values,
        figures=tuple(_figures(found)),
        sections=tuple(_sections(found)),
        facts=tuple(_facts(found)),
        listing=Listing(SUSPICION_ROWS, lambda keys: found.suspicions.select(list(keys))),
        definitions=tuple(Definition(Spoken(*SUSPICIONS[key]), key, text) for key, text in _REASONS.items()),
        warnings=(*found.warnings, *grave),
        log={key: found.row[key] for key in ("invites", "joined", "ordered", "suspicious")},
        next_steps=(Note("siyu referral-report … -o FILE.html writes a page to forward"),),
    )


def _opening(found: ReferralAnswer) -> Iterator[Words]:
    """Yield the report in a sentence, what is new, and what to look at."""
    keys = ("invites", "joined", "new_members", "ordered", "suspicious", "k_joined", "k_ordered")
    yield Note(
        "As of {as_of}: {invites} invites, {joined} joined, {new_members} new members, {ordered} ordered, "
        "{suspicious} to look at; K {k_joined} (joined), {k_ordered} (ordered)",
        {"as_of": found.meta["as_of"], **{key: _shown(found, key) for key in keys}},
    )
    since = found.figures["since"]
    if since is not None:
        counts = Several(tuple(_count(key, since[key]) for key in (*_STEPS, "suspicious")))
        yield Note("Since {day}: {counts}", {"day": since["from"], "counts": counts})
    elif found.question.is_first:
        yield Note("There is no earlier report: nothing is counted as new.")
    if reasons := found.figures["suspicions"]:
        told = (
            Note(
                "{reason} {invitees}",
                {"reason": Spoken(*SUSPICIONS[row["reason"]]), "invitees": Value(row["invitees"], "count")},
            )
            for row in reasons[:4]
        )
        yield Note("To look at: {reasons}", {"reasons": dotted(*told)})


def _shown(found: ReferralAnswer, key: str) -> Words:
    value = found.row[key]
    return "–" if value is None else Value(value, REFERRAL_FIGURES[key].kind)


def _count(key: str, value: int) -> Several:
    return Several((REFERRAL_FIGURES[key], Value(value, "count")), "blanks")


def _figures(found: ReferralAnswer) -> Iterator[Figure]:
    """Yield the figures that tell most, then every other one."""
    rates, k = found.figures["rates"], found.figures["k_factor"]
    for key in _FIGURES:
        top = bottom = None
        if key in _RATE_OF:
            rate = rates[_RATE_OF[key]]
            top, bottom = rate["numerator"], rate["denominator"]
        elif key in ("k_joined", "k_ordered"):
            top, bottom = k[f"{key.removeprefix('k_')}_invitees"], k["participants"]
        yield Figure(REFERRAL_FIGURES[key], found.row[key], top, bottom)


def _sections(found: ReferralAnswer) -> Iterator[Section]:
    figures = found.figures
    yield _funnel(found)
    weeks = figures["by_week"] if len(figures["by_week"]) > 1 else []
    yield Section(WEEKS, weeks, drawn="trend", measures=("joined", "ordered", "suspicious"))
    for key, column in _GROUPINGS.items():
        yield _groups(figures, key, column)
    yield _variants(figures)
    yield _generations(figures)
    yield Section(MILESTONES, figures["milestones"], drawn="bars", measures=("inviters",))
    yield _costs(figures)
    yield Section(INVITERS, figures["top_inviters"][:_SHOWN], brief=_BRIEF_INVITERS)
    note = Note("Reasons to look, not verdicts; the rows stand in the workbook.")
    yield Section(SUSPICION_SUMMARY, figures["suspicions"], note=note)
    every = [
        {"figure": column, "value": Value(found.row[column.key], column.kind), "of": _of(figures, column.key)}
        for column in REFERRAL_FIGURES.columns
        if column.key not in _FIGURES
    ]
    yield Section(OTHER_FIGURES, every, room="much")


def _of(figures: Mapping[str, Any], key: str) -> Words:
    rate = figures["rates"].get(key)
    if rate is None:
        return ""
    return Note(
        "{top} / {bottom}", {"top": Value(rate["numerator"], "count"), "bottom": Value(rate["denominator"], "count")}
    )


def _funnel(found: ReferralAnswer) -> Section:
    rows: list[dict[str, Any]] = []
    before = None
    for key in _STEPS:
        people = found.row[key]
        share = people / before if before else None
        rows.append({"step": REFERRAL_FIGURES[key], "people": people, "step_rate": share})
        before = people
    return Section(FUNNEL, rows, drawn="bars", measures=("people",))


def _groups(figures: Mapping[str, Any], key: str, column: Column) -> Section:
    columns = (column, *REFERRAL_GROUPS.columns[1:])
    rows = [{**row, column.key: row[column.key] or Note("(none)")} for row in figures[key]]
    title = Note("By {column}", {"column": column})
    return Section(
        REFERRAL_GROUPS, rows, title, columns, drawn="bars", measures=("joined",), brief=(column.key, *_BRIEF)
    )


def _variants(figures: Mapping[str, Any]) -> Section:
    found = figures["variant_comparison"]
    rows = [{**row, "metric": REFERRAL_FIGURES[row["metric"]]} for row in found["comparisons"]]
    inviters = Several(
        tuple(Several((key, Value(count, "count")), "blanks") for key, count in found["inviters"].items())
    )
    srm = found["srm_p_value"]
    note = Note(
        "Against {control}; rates per invite, compared by inviter ({inviters}), 95-percent intervals; arms as planned: "
        "p {srm}; look no. {looks}",
        {
            "control": found["control"],
            "inviters": inviters,
            "srm": "–" if srm is None else Value(srm, "digits"),
            "looks": found["looks"],
        },
    )
    return Section(VARIANTS, rows, note=note)


def _generations(figures: Mapping[str, Any]) -> Section:
    k = {row["generation"]: row for row in figures["k_factor"]["by_generation"]}
    rows = [
        {
            **row,
            "participants": k.get(row["generation"], {}).get("participants"),
            "k_joined": k.get(row["generation"], {}).get("joined"),
            "k_ordered": k.get(row["generation"], {}).get("ordered"),
        }
        for row in figures["depth"]["by_generation"]
    ]
    return Section(GENERATIONS, rows, drawn="bars", measures=("members",))


def _costs(figures: Mapping[str, Any]) -> Section:
    cost = figures["cost"]
    own = {
        "source_channel": Note("Referral"), "cost": cost["total"], "buyers": cost["activated"],
        "cac": cost["cost_per_activated"],
    }  # fmt: skip
    rows = [own, *cost["channels"]] if cost["total"] or cost["channels"] else []
    note = Note("Rewards and costs of the campaign per activated invitee, beside what a new buyer of each channel cost")
    return Section(CHANNEL_COSTS, rows, drawn="bars", measures=("cac",), note=note)


def _facts(found: ReferralAnswer) -> Iterator[tuple[Words, Words]]:
    """Yield what stands below the tables: virality, value, the law."""
    figures = found.figures
    cascades, value = figures["cascades"], figures["value"]
    if cascades["count"]:
        yield Note("Cascades"), Note(
            "{count}, mean size {mean}, largest {largest}; structural virality {virality} (2 is a star, more is "
            "deeper)",
            {
                "count": Value(cascades["count"], "count"), "mean": Value(cascades["mean_size"], "number"),
                "largest": Value(cascades["max_size"], "count"),
                "virality": Value(cascades["structural_virality"], "number"),
            },
        )  # fmt: skip
    if figures["viral_cycle_days"] is not None:
        days = Value(figures["viral_cycle_days"], "number")
        yield Note("Viral cycle"), Note("{days} days (median)", {"days": days})
    if value["matched"]:
        yield Note("Referred vs organic"), against_organic(value)
    totals = figures["totals"]
    yield Note("Not counted as joined"), Several(tuple(_count(key, totals[key]) for key in _UNCOUNTED if totals[key]))
    for finding in found.findings:
        yield finding.code, finding.note


def against_organic(value: Mapping[str, Any]) -> Note:
    """Return what a referred member is worth beside an organic one, and how sure that is."""
    interval = Note("too few members to say how sure")
    if value["low"] is not None:
        interval = Note("{low} to {high}", {key: Value(value[key], "money") for key in ("low", "high")})
    levels = {"month and channel": Note("month and channel"), "month": Note("month"), "year": Note("year")}
    return Note(
        "net sales {referred} against {organic} per member, difference {difference} ({interval}); "
        "{matched} of {members} matched on joining {matched_on}",
        {
            "difference": Value(value["difference"], "money"), "interval": interval,
            "referred": Value(value["referred_mean"], "money"), "organic": Value(value["organic_mean"], "money"),
            "matched": Value(value["matched"], "count"), "members": Value(value["new_members"], "count"),
            "matched_on": levels[value["matched_on"]],
        },
    )  # fmt: skip
