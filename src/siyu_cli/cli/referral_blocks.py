"""A referral report in words: the same tables for terminal, workbook and page, and a short text for a chat."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from siyu_cli.cli.loading import heading, title
from siyu_cli.cli.values import show
from siyu_cli.locale import translate as _
from siyu_cli.signs import plain_markdown
from siyu_cli.tables.column import Column
from siyu_cli.tables.inputs import REFERRALS
from siyu_cli.tables.referral import (
    CHANNEL_COSTS,
    GENERATIONS,
    INVITERS,
    MILESTONES,
    REFERRAL_FIGURES,
    REFERRAL_GROUPS,
    SUSPICION_SUMMARY,
    SUSPICIONS,
    VARIANTS,
    VERDICTS,
    WEEKS,
)

if TYPE_CHECKING:
    from siyu_cli import ReferralReport
    from siyu_cli.files.writing.blocks import Block

CARDS = (
    "participants", "joined", "new_members", "ordered", "retained", "k_joined", "k_ordered", "referral_depth",
    "cost_per_activated", "suspicious",
)  # fmt: skip
RATE_OF = {
    "participants": "participation_rate", "joined": "join_rate", "new_members": "new_member_rate",
    "ordered": "order_rate", "retained": "retention_rate", "suspicious": "suspicious_rate",
}  # fmt: skip
_STEPS = ("invites", "joined", "new_members", "ordered", "retained")
_SHOWN = 10
_BRIEF = ("joined", "new_members", "ordered", "order_rate", "suspicious", "cost_per_activated")


def blocks(report: ReferralReport) -> list[Block]:
    """Return the tables of a report, those without rows left out."""
    figures = report.figures
    found = [
        _funnel(report),
        _weeks(figures),
        *(_groups(figures, key, column) for key, column in GROUPINGS.items()),
        _variants(figures),
        _generations(figures),
        _block(MILESTONES.columns, figures["milestones"], heading(MILESTONES), drawn=("inviters",)),
        _costs(figures),
        _inviters(figures),
        suspicions(report),
    ]
    return [block for block in found if block.rows]


GROUPINGS = {
    "by_campaign": REFERRALS["campaign"],
    "by_variant": REFERRALS["variant"],
    "by_source": REFERRALS["referral_source"],
    "by_channel": REFERRALS["source_channel"],
}


def name(key: str) -> str:
    """Return what a figure is called."""
    return REFERRAL_FIGURES[key].title(_lang())


def figure(report: ReferralReport, key: str) -> str:
    """Return one figure as people read it."""
    column = REFERRAL_FIGURES[key]
    return show(report.row[key], column.kind) or "–"


def made_of(report: ReferralReport, key: str) -> str:
    """Return the rate beside a count, with what it is made of: ``44.7% (118 / 264)``."""
    if key in ("k_joined", "k_ordered"):
        k = report.figures["k_factor"]
        return _over(k[f"{key.removeprefix('k_')}_invitees"], k["participants"])
    if key in report.figures["rates"]:
        rate = report.figures["rates"][key]
        return _over(rate["numerator"], rate["denominator"])
    of = RATE_OF.get(key)
    rate = report.figures["rates"][of] if of else None
    if not rate or not rate["denominator"]:
        return ""
    return f"{show(rate['rate'], 'rate')} ({_over(rate['numerator'], rate['denominator'])})"


def _over(top: int, bottom: int) -> str:
    return f"{show(top, 'count')} / {show(bottom, 'count')}"


def facts(report: ReferralReport) -> Iterator[tuple[str, str]]:
    """Yield what stands below the tables: virality, value, the law."""
    figures = report.figures
    cascades, value = figures["cascades"], figures["value"]
    if cascades["count"]:
        yield _("Cascades"), _(
            "{count}, mean size {mean}, largest {largest}; structural virality {virality} (2 is a star, more is deeper)"
        ).format(
            count=show(cascades["count"], "count"), mean=show(cascades["mean_size"], "number"),
            largest=show(cascades["max_size"], "count"), virality=show(cascades["structural_virality"], "number"),
        )  # fmt: skip
    if figures["viral_cycle_days"] is not None:
        yield (
            _("Viral cycle"),
            _("{days} days (median)").format(days=show(figures["viral_cycle_days"], "number")),
        )
    if value["matched"]:
        yield _("Referred vs organic"), against_organic(value)
    yield _("Not counted as joined"), uncounted(report)
    for finding in report.findings:
        yield finding.code, _(finding.note.message).format(**finding.note.facts)


def against_organic(value: Mapping[str, Any]) -> str:
    """Return what a referred member is worth beside an organic one, and how sure that is."""
    interval = _("too few members to say how sure")
    if value["low"] is not None:
        interval = _("{low} to {high}").format(**{key: show(value[key], "money") for key in ("low", "high")})
    levels = {"month and channel": _("month and channel"), "month": _("month"), "year": _("year")}
    return _(
        "net sales {referred} against {organic} per member, difference {difference} ({interval}); "
        "{matched} of {members} matched on joining {matched_on}"
    ).format(
        difference=show(value["difference"], "money"), interval=interval,
        referred=show(value["referred_mean"], "money"), organic=show(value["organic_mean"], "money"),
        matched=show(value["matched"], "count"), members=show(value["new_members"], "count"),
        matched_on=levels[value["matched_on"]],
    )  # fmt: skip


def uncounted(report: ReferralReport) -> str:
    """Return what became of the other invites, each kind with its number."""
    totals = report.figures["totals"]
    keys = ("duplicates", "self_invites", "open", "unknown_inviters", "unknown_invitees")
    named = (f"{name(key)} {totals[key]:,}" for key in keys if totals[key])
    return _(", ").join(named)


def headline(report: ReferralReport) -> str:
    """Return the report in one sentence."""
    return _(
        "As of {as_of}: {invites} invites, {joined} joined, {new_members} new members, {ordered} ordered, "
        "{suspicious} to look at; K {k_joined} (joined), {k_ordered} (ordered)"
    ).format(
        as_of=report.meta["as_of"],
        **{key: figure(report, key) for key in ("invites", "joined", "new_members", "ordered", "suspicious")},
        k_joined=figure(report, "k_joined"), k_ordered=figure(report, "k_ordered"),
    )  # fmt: skip


def lately(report: ReferralReport) -> str:
    """Return what happened in the period asked for, in one sentence; nothing without one."""
    since = report.figures["since"]
    if since is None:
        return ""
    named = (
        f"{name(key)} {since[key]:,}"
        for key in ("invites", "joined", "new_members", "ordered", "retained", "suspicious")
    )
    return _("Since {day}: {counts}").format(day=since["from"], counts=_(", ").join(named))


def markdown(report: ReferralReport) -> str:
    """Return the report in a dozen lines of Markdown: short enough for a robot in a group chat."""
    whose = plain_markdown(report.meta["campaign"] or report.shop.settings.shop.name or "")
    lines = [f"**{_('Referral report')}**" + (f" · {whose}" if whose else ""), "", f"> {headline(report)}"]
    if lately(report):
        lines.append(f"> {lately(report)}")
    lines.append("")
    for key in CARDS[:-1]:
        note = made_of(report, key)
        lines.append(f"- {name(key)}: **{figure(report, key)}**" + (f" · {note}" if note else ""))
    for row in report.figures["suspicions"][:4]:
        line = _("- {reason}: {invitees} invitees of {inviters} inviters")
        facts_ = {key: show(row[key], "count") for key in ("invitees", "inviters")}
        lines.append(line.format(reason=title(SUSPICIONS, row["reason"]), **facts_))
    lines += [
        f"- {finding.code}: {_(finding.note.message).format(**finding.note.facts)}"
        for finding in report.findings if finding.level != "info"
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def suspicions(report: ReferralReport) -> Block:
    """Return the reasons to look, with how many people each names."""
    rows = [{**row, "reason": title(SUSPICIONS, row["reason"])} for row in report.figures["suspicions"]]
    note = _("Reasons to look, not verdicts; the rows stand in the workbook.")
    return _block(SUSPICION_SUMMARY.columns, rows, heading(SUSPICION_SUMMARY), note=note)


def _block(columns: Sequence[Column], rows: Sequence[Mapping[str, Any]], title: str, **more: Any) -> Block:
    from siyu_cli.files.writing.blocks import Block

    return Block(title, columns, rows, **more)


def _funnel(report: ReferralReport) -> Block:
    which = replace(SUSPICION_SUMMARY["reason"], key="step", en="Step", zh="步骤")
    count = replace(SUSPICION_SUMMARY["invitees"], key="people", en="People", zh="人数")
    share = replace(REFERRAL_FIGURES["join_rate"], key="share", en="Of the step before", zh="占上一步")
    rows = []
    before = None
    for key in _STEPS:
        people = report.row[key]
        rows.append(
            {
                "step": name(key),
                "people": people,
                "share": people / before if before else None,
            }
        )
        before = people
    return _block((which, count, share), rows, _("From invite to repurchase"), drawn=("people",))


def _weeks(figures: Mapping[str, Any]) -> Block:
    rows = figures["by_week"] if len(figures["by_week"]) > 1 else []
    return _block(WEEKS.columns, rows, heading(WEEKS), drawn=("joined", "ordered", "suspicious"), is_trend=True)


def _groups(figures: Mapping[str, Any], key: str, column: Column) -> Block:
    columns = (column, *REFERRAL_GROUPS.columns[1:])
    rows = [{**row, column.key: row[column.key] or _("(none)")} for row in figures[key]]
    heading_ = _("By {column}").format(column=column.title(_lang()))
    return _block(columns, rows, heading_, drawn=("joined",), brief=(column.key, *_BRIEF))


def _variants(figures: Mapping[str, Any]) -> Block:
    found = figures["variant_comparison"]
    rows = [
        {
            **row,
            "metric": name(row["metric"]),
            "verdict": title(VERDICTS, row["verdict"]),
        }
        for row in found["comparisons"]
    ]
    inviters = _(", ").join(f"{key} {count:,}" for key, count in found["inviters"].items())
    note = _(
        "Against {control}; rates per invite, compared by inviter ({inviters}), 95-percent intervals; arms as planned: "
        "p {srm}; look no. {looks}"
    ).format(
        control=found["control"], inviters=inviters,
        srm=f"{found['srm_p_value']:.3g}" if found["srm_p_value"] is not None else "–", looks=found["looks"],
    )  # fmt: skip
    return _block(VARIANTS.columns, rows, heading(VARIANTS), note=note)


def _generations(figures: Mapping[str, Any]) -> Block:
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
    return _block(GENERATIONS.columns, rows, heading(GENERATIONS), drawn=("members",))


def _costs(figures: Mapping[str, Any]) -> Block:
    cost = figures["cost"]
    own = {
        "source_channel": _("Referral"), "cost": cost["total"], "buyers": cost["activated"],
        "cac": cost["cost_per_activated"],
    }  # fmt: skip
    rows = [own, *cost["channels"]] if cost["total"] or cost["channels"] else []
    note = _("Rewards and costs of the campaign per activated invitee, beside what a new buyer of each channel cost")
    return _block(CHANNEL_COSTS.columns, rows, heading(CHANNEL_COSTS), drawn=("cac",), note=note)


def _inviters(figures: Mapping[str, Any]) -> Block:
    rows = figures["top_inviters"][:_SHOWN]
    brief = ("inviter_id", "joined", "new_members", "ordered", "suspicious", "activated", "net_sales")
    return _block(INVITERS.columns, rows, heading(INVITERS), brief=brief)


def _lang() -> str:
    from siyu_cli.locale import get_language

    return get_language()
