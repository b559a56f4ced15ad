"""The workbook ``siyu referral-report`` writes: figures, what they are made of, rows to look at, definitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from siyu_cli.files.loading.report import LoadReport
from siyu_cli.files.writing.account_sheets import definitions_sheet, quality_sheet
from siyu_cli.files.writing.blocks import Block, block_sheet
from siyu_cli.files.writing.definitions import Row
from siyu_cli.files.writing.wording import Words
from siyu_cli.files.writing.workbook import SheetColumn, SheetSpec
from siyu_cli.tables.referral import REFERRAL_FIGURES, SUSPICION_ROWS, SUSPICIONS


@dataclass(frozen=True)
class ReferralContents:
    """A report: its tables, figures as (name, value, meaning), rows to look at with keys masked, lines above."""

    blocks: Sequence[Block]
    figures: Sequence[tuple[str, str, str]]
    suspicions: pa.Table
    load: LoadReport
    meta: Mapping[str, Any]
    headlines: Sequence[str] = ()


def referral_sheets(contents: ReferralContents, words: Words) -> list[SheetSpec]:
    """Return the sheets in order: figures, one per table, rows to look at, definitions, data quality."""
    _ = words.translate
    rows = _rows_to_look_at(contents.suspicions, words)
    definitions = definitions_sheet(_definitions(words), contents.meta, contents.load, words)
    return [
        _summary(contents, words),
        *(block_sheet(block, words) for block in contents.blocks),
        *([rows] if contents.suspicions.num_rows else []),
        definitions,
        quality_sheet(contents.load, words),
    ]


def _summary(contents: ReferralContents, words: Words) -> SheetSpec:
    _ = words.translate
    columns = (
        SheetColumn("name", _("Figure"), "text", width=26),
        SheetColumn("value", _("Value"), "text", width=18),
        SheetColumn("meaning", _("Made of"), "text", wraps=True, width=76),
    )
    keys = [column.key for column in columns]
    parts = {key: pa.array([row[place] for row in contents.figures], pa.string()) for place, key in enumerate(keys)}
    heading = _("Referral report as of {as_of}").format(as_of=contents.meta.get("as_of", ""))
    return SheetSpec(
        _("Summary"),
        pa.table(parts),
        columns,
        lines=(heading, *contents.headlines),
        is_frozen=False,
        has_filter=False,
    )


def _rows_to_look_at(rows: pa.Table, words: Words) -> SheetSpec:
    table = SUSPICION_ROWS
    return SheetSpec(words.choose((table.en, table.zh)), rows, words.columns(table.columns))


def _definitions(words: Words) -> list[Row]:
    _ = words.translate
    meanings = {
        "participants": _("joined through an invite, or sent one, or hold or used an invite code"),
        "inviters": _("participants with at least one invitee who joined"),
        "joined": _("one per person: the earliest invite wins, later ones are duplicates"),
        "new_members": _("joined, and neither member nor buyer before the invite"),
        "ordered": _("joined, with a first order on or after the day of the invite"),
        "retained": _("ordered, on a second day as well"),
        "lost": _("new members who deleted every employee, or are churned"),
        "suspicious": _("joined, and named by a reason to look: circles, shared values, stars, bursts, milestones"),
        "activated": _("ordered, and no reason to look"),
        "k_joined": _("invitees who joined / participants, over those who began long enough ago"),
        "k_ordered": _("invitees who ordered / participants, over those who began long enough ago"),
        "viral_cycle_days": _("median days from an inviter's own joining to their invitees' joining"),
        "referral_depth": _("links from the seed; a seed is 0"),
        "cost_per_activated": _("rewards and campaign costs / activated"),
    }
    rows = [(words.title(REFERRAL_FIGURES[key]), key, meaning) for key, meaning in meanings.items()]
    reasons = {
        "cycle": _("on or below a circle of invites"),
        "shared_phone": _("four or more people of a cascade (two or three ids on a phone are one member)"),
        "shared_device": _("three or more people of a cascade; sharing is passed on"),
        "shared_payment": _("three or more people of a cascade; sharing is passed on"),
        "shared_address": _("four or more people of a cascade who share nothing else"),
        "star_of_inactive": _("six or more invitees of whom too few order: lower tail of a Beta–binomial, under .01"),
        "burst": _("ten or more in one day, beyond the inviter's own pace (Poisson, .001), who rarely order"),
        "milestone": _("stopped at a milestone with invitees who hardly order, where nine in ten would not stop"),
        "reward_above_margin": _("a cost, not a conduct: needs [shop] gross_margin"),
    }
    return rows + [(words.choose(SUSPICIONS[key]), key, meaning) for key, meaning in reasons.items()]
