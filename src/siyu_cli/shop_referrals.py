"""A referral report: its figures, what stands out row by row, what the law looks at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from siyu_cli.core.conditions import parse_condition
from siyu_cli.core.parameters import referral_parameters
from siyu_cli.core.referral.figures import Question, referral_figures
from siyu_cli.core.referral.rules import Finding, Rewards, check_rules, rules_of
from siyu_cli.core.referral.trace import Referrals, trace_referrals
from siyu_cli.engines.step import Step
from siyu_cli.errors import ConfigError, DataError
from siyu_cli.tables.referral import REFERRAL_FIGURES, SUSPICION_ROWS

if TYPE_CHECKING:
    import pyarrow as pa

    from siyu_cli.engines.kept import Kept
    from siyu_cli.engines.protocol import Engine
    from siyu_cli.files.loading.report import LoadReport
    from siyu_cli.shop import Shop
    from siyu_cli.shop_masks import Masks


@dataclass(frozen=True)
class Past:
    """What earlier reports of the campaign left: the rules of the first, and how many there were."""

    rules: Mapping[str, Any] | None = None
    looks: int = 0


@dataclass(frozen=True)
class ReferralReport:
    """What a referral campaign really brought; ``figures`` is the document of docs/referral.md.

    People stand in it by their real keys, which a phone or a name may be: ``masked()`` is for others to see.
    """

    shop: Shop
    table: Kept = field(repr=False)
    figures: Mapping[str, Any]
    findings: Sequence[Finding]
    meta: Mapping[str, Any]
    masks: Masks | None = field(default=None, repr=False)

    def masked(self) -> ReferralReport:
        """Return the same with everything masked that is personal."""
        masks = self.shop.masks
        campaign = masks.text(self.meta["campaign"])
        asked = {**self.meta["parameters"], "campaign": campaign or ""}
        meta = {**self.meta, "campaign": campaign, "parameters": asked}
        return replace(self, figures=masks.document(self.figures), meta=meta, masks=masks)

    @property
    def load(self) -> LoadReport:
        """Return what was read, used, skipped and rejected."""
        return self.shop.load.report if self.masks is None else self.shop.load.report.masked()

    @property
    def refusals(self) -> tuple[Finding, ...]:
        """Return what the law forbids here."""
        return tuple(finding for finding in self.findings if finding.level == "refusal")

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
        return holds(self.shop.engine, self.row, condition)

    @cached_property
    def suspicions(self) -> pa.Table:
        """Return every row to look at, as in ``tables.SUSPICION_ROWS``."""
        from sqlglot import exp

        order = '"reason", "inviter_id", "invitee_id", "file", "sheet", "row"'
        found = exp.table_(self.table.name, quoted=True)
        asked = exp.select("reason", "inviter_id", "invitee_id", "reward_amount", "file", "sheet", "sheet_row as row")
        asked = asked.from_(found).join("sheets_read", using="sheet_number", join_type="left")
        rows = self.shop.engine.connection.sql(asked.sql("duckdb"))
        table = rows.order(order).select(*(f'"{key}"' for key in SUSPICION_ROWS.keys)).to_arrow_table()
        return table if self.masks is None else self.masks.rows(table)

    def as_dict(self) -> dict[str, Any]:
        """Return the report as one document for machines."""
        compliance = [finding.as_dict() for finding in self.findings]
        return {
            "meta": dict(self.meta),
            **self.figures,
            "compliance": compliance,
            "load": self.load.as_dict(),
        }


def report_referrals(
    shop: Shop, *, campaign: str | None = None, since: date | None = None, past: Past | None = None
) -> ReferralReport:
    """Return the report of a labelled shop; ``DataError`` where its files hold no invites (of that campaign)."""
    past = past or Past()
    settings = shop.settings.referral
    own = referral_parameters(shop.settings, campaign)
    params = {**shop.parameters, **own}
    _check_campaign(shop, campaign)
    shop.keeper.set_aside("suspicions")
    found = trace_referrals(shop.engine, params, settings.milestones)
    asked = Question(
        since, campaign, settings.milestones, settings.control_variant,
        has_people=shop.has_people, looks=past.looks + 1,
    )  # fmt: skip
    _check_control(found, settings.control_variant)
    figures = referral_figures(found, asked)
    rewards = Rewards(found.reward_depth, found.entry_fees, found.largest_reward, figures["totals"]["participants"])
    meta = shop.describe(None)
    meta["parameters"] |= own
    meta |= {"campaign": campaign, "since": since.isoformat() if since else None}
    findings = check_rules(rewards, rules_of(shop.settings), past.rules)
    return ReferralReport(shop, shop.keeper.keep("suspicions"), figures, findings, meta)


def holds(engine: Engine, figures: Mapping[str, Any], condition: str) -> bool:
    """Return whether figures meet a condition; see ``ReferralReport.meets``."""
    import pyarrow as pa
    from sqlglot import exp

    tree = exp.select("1").from_("figures").where(parse_condition(condition, REFERRAL_FIGURES))
    kinds = {column.key: pa.int64() if column.kind == "count" else pa.float64() for column in REFERRAL_FIGURES.columns}
    row = pa.table({key: pa.array([figures[key]], kind) for key, kind in kinds.items()})
    engine.open("figures", row)
    return len(engine.fetch(Step("condition", tree.sql("duckdb"), ("figures",), ()), {})) > 0


def _check_control(found: Referrals, control: str | None) -> None:
    names = sorted({str(name) for name in found.groups["variant"].dropna()})
    if control is not None and len(names) > 1 and control.strip().casefold() not in map(str.casefold, names):
        raise ConfigError(
            "referral.control_variant: there is no variant {control}.",
            hint="The variants are: {names}.",
            control=control,
            names=", ".join(names[:10]),
        )


def _check_campaign(shop: Shop, campaign: str | None) -> None:
    rows = shop.engine.connection.execute(
        "select campaign, count(*) from referrals group by campaign order by count(*) desc, campaign"
    ).fetchall()
    names = [name for name, _rows in rows if name]
    lists = [sheet for sheet in shop.load.report.sheets if sheet.table == "referrals"]
    if not rows and lists:
        raise DataError(
            "No invite in {files} can be used: {rejected} rows rejected, {skipped} skipped.",
            hint="siyu check … --rejects FILE.xlsx lists them; masked phones (138****8000) name nobody.",
            files=", ".join(sheet.file for sheet in lists),
            rejected=sum(sheet.rows_rejected for sheet in lists),
            skipped=sum(sheet.rows_skipped for sheet in lists),
        )
    if not rows:
        raise DataError(
            "These files hold no invites: no list of them, no inviter column, no invite codes.",
            hint="Give the export of the campaign, or map its columns: --map referrals.inviter_id=HEADER "
            "--map referrals.invitee_id=HEADER.",
        )
    if campaign is not None and campaign not in names:
        raise DataError(
            "There is no campaign {campaign}.",
            hint="The campaigns are: {names}.",
            **shop.masks.document({"campaign": campaign, "names": ", ".join(names[:10]) or "–"}),
        )
