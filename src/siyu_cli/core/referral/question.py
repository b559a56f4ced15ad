"""What a referral campaign really brought: the question, and what a shop answers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self

from siyu_cli.core.conditions import holds
from siyu_cli.core.parameters import referral_parameters
from siyu_cli.core.question import Answer, Kept, Memory, Question, Study
from siyu_cli.core.referral.figures import Scope, referral_figures
from siyu_cli.core.referral.rules import Finding, Rewards, check_rules, rules_of
from siyu_cli.core.referral.tables import REFERRAL_FIGURES, SUSPICION_ROWS
from siyu_cli.core.referral.trace import Referrals, trace_referrals
from siyu_cli.engines.step import step
from siyu_cli.errors import ComplianceError, ConfigError, DataError, UsageError
from siyu_cli.masks import mask_word

if TYPE_CHECKING:
    import pyarrow as pa

LAST = "last"


@dataclass(frozen=True)
class Past:
    """What earlier reports of the campaign left: the rules of the first, and how many there were."""

    rules: Mapping[str, Any] | None = None
    looks: int = 0


@dataclass(frozen=True)
class ReferralReport(Question):
    """What did the invites bring: of one ``campaign`` or of all, and what is new ``since`` a date?

    ``since`` is the first day that is new, so many days up to as-of (``7d``), or ``last``: the day after the last
    report's. ``past`` is what earlier reports left. ``overrides`` are reasons to report in spite of a refusal.
    """

    command: ClassVar[str] = "referral-report"
    campaign: str | None = None
    since: date | str | None = None
    past: Past = Past()
    overrides: Mapping[str, str] = field(default_factory=dict)
    is_first: bool = False
    lang: str = "en"

    def answer(self, study: Study) -> ReferralAnswer:
        """Return the report; ``DataError`` where the files hold no invites (of that campaign)."""
        study.label()
        settings = study.settings.referral
        own = referral_parameters(study.settings, self.campaign)
        _check_campaign(study, self.campaign)
        study.keeper.set_aside("suspicion_rows")
        found = trace_referrals(study.engine, {**study.parameters, **own}, settings.milestones)
        study.engine.run(step("suspicion_rows"), {})
        since = first_day(self.since, study.as_of)
        scope = Scope(
            since, self.campaign, settings.milestones, settings.control_variant,
            has_people=study.has_people, looks=self.past.looks + 1,
        )  # fmt: skip
        _check_control(found, settings.control_variant)
        figures = referral_figures(found, scope)
        rewards = Rewards(found.reward_depth, found.entry_fees, found.largest_reward, figures["totals"]["participants"])
        meta = study.describe(self.command, parameters=own)
        meta |= {"campaign": self.campaign, "since": since.isoformat() if since else None}
        findings = check_rules(rewards, rules_of(study.settings), self.past.rules)
        kept = study.keeper.keep("suspicion_rows")
        return ReferralAnswer(study, meta, self, kept, figures, findings, lang=self.lang)

    def recall(self, memory: Memory, study: Study) -> Self:
        """Return the question with the last report's date, the rules of the first, and how often was looked."""
        kept = self.campaign and mask_word(self.campaign)  # as the ledger keeps it
        runs = [run for run in memory.history(self.command) if run["parameters"].get("campaign") == kept]
        dates = {run["as_of"] for run in runs}
        past = Past(runs[0]["parameters"].get("rules") if runs else None, len(dates - {study.as_of}))
        if self.since != LAST:
            return replace(self, past=past)
        if not memory.is_kept:
            raise UsageError(
                "--since last needs the shop's memory.",
                hint="Run siyu init once: it writes the siyu.toml memory lies beside.",
            )
        earlier = [day for day in dates if day < study.as_of]
        since = max(earlier) + timedelta(1) if earlier else None
        return replace(self, past=past, since=since, is_first=not earlier)

    def options(self, settings: Any) -> dict[str, Any]:
        """Return what it was asked with, the rules of the campaign among it."""
        return {"campaign": self.campaign, "rules": rules_of(settings), "override": dict(self.overrides)}


def first_day(since: date | str | None, as_of: date) -> date | None:
    """Return the first day that is new; ``UsageError`` for one that is still to come.

    >>> first_day("7d", date(2026, 6, 30))
    datetime.date(2026, 6, 24)
    """
    if isinstance(since, str):
        days = re.fullmatch(r"([1-9][0-9]{0,4})d", since, re.ASCII)
        if days is None:
            message = "--since {since} is neither a date nor so many days."
            raise UsageError(message, hint="Write it as 2026-03-01, 7d or last.", since=since)
        return as_of - timedelta(int(days[1]) - 1)
    if since is not None and since > as_of:
        raise UsageError("--since {since} is after --as-of {as_of}.", since=since, as_of=as_of)
    return since


@dataclass(frozen=True)
class ReferralAnswer(Answer):
    """What a referral campaign really brought; ``figures`` is the document of docs/referral.md."""

    told_by: ClassVar[str] = "siyu_cli.core.referral.report"
    question: ReferralReport = field(repr=False)
    table: Kept = field(repr=False)
    figures: Mapping[str, Any]
    findings: Sequence[Finding]

    def masked(self) -> Self:
        """Return the same with everything masked that is personal."""
        masks = self.study.masks
        campaign = masks.text(self.meta["campaign"])
        asked = {**self.meta["parameters"], "campaign": campaign or ""}
        meta = {**self.meta, "campaign": campaign, "parameters": asked}
        return replace(self, figures=masks.document(self.figures), meta=meta, is_masked=True)

    @property
    def refusals(self) -> tuple[Finding, ...]:
        """Return what the law forbids here."""
        return tuple(finding for finding in self.findings if finding.level == "refusal")

    @property
    def pyramid(self) -> Finding:
        """Return what the law on pyramid selling looks at: ``depth`` and ``fees`` are among its facts."""
        return next(finding for finding in self.findings if finding.code == "PYRAMID")

    def as_dict(self) -> dict[str, Any]:
        """Return the report as one document for machines."""
        return {"meta": dict(self.meta), **self.values, "load": dict(self.load.account().document)}

    @property
    def values(self) -> dict[str, Any]:
        """Return the figures and what the law looks at."""
        return {**self.figures, "compliance": [finding.as_dict() for finding in self.findings]}

    def check_lawful(self) -> None:
        """Raise ``ComplianceError`` for what the law forbids, unless it is overridden with a reason."""
        hint = "Stop these rewards. To see the report all the same: --override {code}='…why…'; it is kept on record."
        for finding in self.refusals:
            if finding.code not in self.question.overrides:
                facts: dict[str, Any] = {**finding.note.facts, "code": finding.code}
                raise ComplianceError(finding.note.message, hint=hint, **facts)

    @cached_property
    def row(self) -> dict[str, Any]:
        """Return the figures of the whole campaign, keys as in ``tables.REFERRAL_FIGURES``."""
        figures = self.figures
        flat = {
            **figures["totals"],
            **{name: rate["rate"] for name, rate in figures["rates"].items()},
            "k_joined": figures["k_factor"]["joined"],
            "k_ordered": figures["k_factor"]["ordered"],
            "viral_cycle_days": figures["viral_cycle_days"],
            "referral_depth": figures["depth"]["max"],
            "cost_per_activated": figures["cost"]["cost_per_activated"],
        }
        return {key: flat[key] for key in REFERRAL_FIGURES.keys}

    def meets(self, condition: str) -> bool:
        """Return whether a condition on the figures holds: ``suspicious_rate > 0.1``.

        Raises ``ConditionError`` for a condition that is not allowed; a figure that is empty meets none.
        """
        return holds(self.study.engine, REFERRAL_FIGURES, self.row, condition)

    @cached_property
    def suspicions(self) -> pa.Table:
        """Return every row to look at, as in ``tables.SUSPICION_ROWS``."""
        rows = self.table.read(SUSPICION_ROWS.keys, ("reason", "inviter_id", "invitee_id", "file", "sheet", "row"))
        return self.study.masks.rows(rows) if self.is_masked else rows


def _check_control(found: Referrals, control: str | None) -> None:
    names = sorted({str(name) for name in found.groups["variant"].dropna()})
    if control is not None and len(names) > 1 and control.strip().casefold() not in map(str.casefold, names):
        raise ConfigError(
            "referral.control_variant: there is no variant {control}.",
            hint="The variants are: {names}.", control=control, names=", ".join(names[:10]),
        )  # fmt: skip


def _check_campaign(study: Study, campaign: str | None) -> None:
    campaigns = study.engine.fetch(step("campaigns"), {})
    campaigns = campaigns.sort_values(["invites", "campaign"], ascending=[False, True])
    names = [str(name) for name in campaigns["campaign"].dropna()]
    lists = study.load.sheets_of("referrals")
    if campaigns.empty and lists:
        raise DataError(
            "No invite in {files} can be used: {rejected} rows rejected, {skipped} skipped.",
            hint="siyu check … --rejects FILE.xlsx lists them; masked phones (138****8000) name nobody.",
            files=", ".join(sheet.file for sheet in lists),
            rejected=sum(sheet.rows_rejected for sheet in lists),
            skipped=sum(sheet.rows_skipped for sheet in lists),
        )
    if campaigns.empty:
        raise DataError(
            "These files hold no invites: no list of them, no inviter column, no invite codes.",
            hint="Give the export of the campaign, or map its columns: --map referrals.inviter_id=HEADER "
            "--map referrals.invitee_id=HEADER.",
        )
    if campaign is not None and campaign not in names:
        raise DataError(
            "There is no campaign {campaign}.",
            hint="The campaigns are: {names}.",
            **study.masks.document({"campaign": campaign, "names": ", ".join(names[:10]) or "–"}),
        )
