"""Who gets which offer within a budget, and who is left alone: the question, and what a shop answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self

from siyu_cli.core.campaign.baseline import measure_baseline
from siyu_cli.core.campaign.codes import make_codes
from siyu_cli.core.campaign.compliance import check_consent, check_plan, masked_rules, rules_of
from siyu_cli.core.campaign.eligibility import CONTROL
from siyu_cli.core.campaign.elsewhere import contact_days_of, counts_until, with_known
from siyu_cli.core.campaign.learned import response_table, with_learned, with_rows
from siyu_cli.core.campaign.members import among, in_keys, members_of
from siyu_cli.core.campaign.paid_prices import prices_paid
from siyu_cli.core.campaign.recording import keep_plan
from siyu_cli.core.campaign.spend import discounts_of
from siyu_cli.core.campaign.tables import ASSIGNED, EXCLUDED_MEMBERS
from siyu_cli.core.campaign.trial import Trial, TrialManner, carry_out
from siyu_cli.core.campaign.unknown import with_unknown
from siyu_cli.core.question import Answer, Memory, Question, Study
from siyu_cli.core.referral.rules import Finding
from siyu_cli.errors import ComplianceError, ConfigError, Note
from siyu_cli.masks import mask_word

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from siyu_cli.core.campaign.offer import Offer
    from siyu_cli.core.campaign.plan import Plan

BEST_OFFER, EXPLORE, CONTROL_IDLE = "best_offer", "explore", "control_idle"


@dataclass(frozen=True)
class PlanCampaign(Question):
    """Who gets which offer of a ``plan`` within its budget, and who is left alone so that the effect can be told?

    ``explore`` gives offers at random within segments, so that evaluating them turns assumptions into measurements.
    ``overrides`` are reasons to plan in spite of a refusal; ``former`` are the rules of the campaign's plan as it was
    when it began; ``book`` is what the shop remembers of campaigns. ``audience`` are the only members it is
    for, by what a list calls them.
    """

    command: ClassVar[str] = "campaign plan"
    plan: Plan
    explore: bool = False
    overrides: Mapping[str, str] = field(default_factory=dict)
    former: Mapping[str, Any] | None = None
    book: Any = field(default=None, repr=False)
    audience: tuple[str, ...] | None = field(default=None, repr=False)
    lang: str = "en"

    def answer(self, study: Study) -> PlanAnswer:
        """Return the assignment with what proves it; ``ConfigError`` where the plan names what the shop has not."""
        margin = study.settings.shop.gross_margin
        if margin is None:
            raise ConfigError(
                "shop.gross_margin is not set: what an order leaves is not known.",
                hint="Set gross_margin = 0.55 under [shop] in siyu.toml, or SIYU_SHOP__GROSS_MARGIN=0.55.",
            )
        plan, told = self._with_answers(study, in_keys(self.plan, study.settings.segments))
        facts = members_of(study, plan)
        if self.audience is not None:
            facts = among(facts, study.masks.keys_of(self.audience))
        name, bases = plan.campaign.name, {str(channel): basis for channel, basis in study.settings.consent.items()}
        if self.book is not None:
            days = {"starts_on": plan.campaign.starts_on, "counts_until": counts_until(plan.campaign)}
            known = self.book.elsewhere(
                facts["member_id"].to_pylist(), campaign=name, contact_days=contact_days_of(plan), **days
            )
            facts = with_known(facts, known)
        mark = "" if self.book is None else self.book.mark(name)
        trial = carry_out(plan, facts, float(margin), TrialManner(self.explore, tuple(bases), mark))
        meta = study.describe(self.command, plan.campaign.where, self._parameters(margin, trial))
        findings = [
            *check_consent(plan, facts, trial.assignment.offer, bases),
            *check_plan(plan, self.former, prices_paid(study, plan)),
        ]
        return PlanAnswer(study, meta, replace(self, plan=plan), facts, trial, findings, told, lang=self.lang)

    def _with_answers(self, study: Study, plan: Plan) -> tuple[Plan, tuple[Note, ...]]:
        """Return the plan with what was measured in place of what was stated, and what is to be said of that."""
        told = []
        if self.book is not None:
            table = response_table(self.book.responses())
            offers = [offer for offer in plan.offers if not any(row.offer == offer.name for row in plan.responses)]
            if any(table.find(offer) for offer in offers):
                plan = with_rows(plan, table, measure_baseline(study, plan.campaign.horizon_days).rows)
            plan, changed, lost = with_learned(plan, table)
            if changed:
                message = "{rows} uplifts are what evaluated campaigns measured, in place of what the plan states."
                told.append(Note(message, {"rows": changed}))
            if lost:
                message = (
                    "{rows} uplifts are called measured, but this shop has no campaign that measured them: they count "
                    "as assumptions."
                )
                told.append(Note(message, {"rows": lost}))
        if self.explore:
            plan = with_unknown(plan, measure_baseline(study, plan.campaign.horizon_days).rows)
        return plan, tuple(told)

    def _parameters(self, margin: Decimal, trial: Trial) -> dict[str, Any]:
        campaign = self.plan.campaign
        keys = ("starts_on", "ends_on", "horizon_days", "control_share")
        return {
            **{key: getattr(campaign, key) for key in keys},
            "campaign": campaign.name,
            "salt": self.plan.salt,
            "explore": self.explore,
            "gross_margin": float(margin),
            # What evaluating the list needs beside it.
            "fixed_fees": float(self.plan.fixed_fees),
            "discounts": round(discounts_of(trial.assignment.outlook, trial.assignment.offer), 2),
        }

    def recall(self, memory: Memory, study: Study) -> Self:
        """Return the question with what is remembered of campaigns, and this one's rules if it had begun by now."""
        asked = replace(self, book=memory.campaigns)
        campaign = self.plan.campaign
        if study.as_of < campaign.starts_on:
            return asked
        recorded = None if asked.book is None else asked.book.plan(campaign.name, campaign.starts_on)
        if recorded is not None and recorded["planned_as_of"] <= study.as_of:
            return replace(asked, former=recorded["rules"]["offers"])
        name = mask_word(campaign.name)  # as the ledger keeps what was asked
        runs = [run for run in memory.history(self.command) if run["parameters"].get("campaign") == name]
        before = [run for run in runs if run["as_of"] <= campaign.starts_on]
        first = (before[-1:] or runs[:1])[:1]
        return replace(asked, former=first[0]["parameters"].get("rules")) if first else asked

    def options(self, settings: Any) -> dict[str, Any]:
        """Return what it was asked with, the rules of the campaign among it."""
        rules = masked_rules(rules_of(in_keys(self.plan, settings.segments)))
        asked = {"campaign": self.plan.campaign.name, "rules": rules, "explore": self.explore}
        return {**asked, "override": dict(self.overrides)}


@dataclass(frozen=True)
class PlanAnswer(Answer):
    """What becomes of each member, with what proves it; ``codes`` are given once it goes into a file."""

    told_by: ClassVar[str] = "siyu_cli.core.campaign.report"
    question: PlanCampaign = field(repr=False)
    facts: pa.Table = field(repr=False)
    trial: Trial = field(repr=False)
    findings: Sequence[Finding] = ()
    told: Sequence[Note] = ()
    codes: Mapping[str, str] = field(default_factory=dict, repr=False)
    is_listed: bool = False

    @property
    def plan(self) -> Plan:
        """Return the plan, its stages and segments under their keys."""
        return self.question.plan

    def masked(self) -> Self:
        """Return the same with everything masked that is personal, also in what the plan calls things."""
        masks, assignment = self.study.masks, self.trial.assignment
        plan = masked_plan(self.plan, lambda text: masks.text(text) or "")
        outlook = replace(assignment.outlook, offers=plan.offers)
        trial = replace(self.trial, assignment=replace(assignment, outlook=outlook))
        named = {key: masks.text(self.meta["parameters"][key]) for key in ("campaign", "salt")}
        where = masks.condition(self.meta["where"])
        findings = tuple(
            replace(one, note=replace(one.note, facts=masks.document(one.note.facts))) for one in self.findings
        )
        return replace(
            self, meta={**self.meta, "where": where, "parameters": {**self.meta["parameters"], **named}},
            question=replace(self.question, plan=plan), trial=trial, findings=findings, is_masked=True,
        )  # fmt: skip

    def check_lawful(self) -> None:
        """Raise ``ComplianceError`` for what the law forbids, unless it is overridden with a reason."""
        hint = "Change the plan. To go on all the same: --override {code}='…why…'; it is kept on record."
        for finding in self.findings:
            if finding.level == "refusal" and finding.code not in self.question.overrides:
                facts: dict[str, Any] = {**finding.note.facts, "code": finding.code}
                raise ComplianceError(finding.note.message, hint=hint, **facts)

    def for_file(self) -> Self:
        """Return the same with a code for each member whose offer takes one: new ones each time, nobody can guess."""
        found, offers = self.trial.assignment, self.plan.offers
        takes = {place for place, offer in enumerate(offers) if takes_codes(offer)}
        members = sorted(str(found.members[row]) for row, place in enumerate(found.offer.tolist()) if place in takes)
        return replace(self, codes=dict(zip(members, make_codes(len(members)), strict=True)), is_listed=True)

    def remember(self, memory: Memory) -> None:
        """Keep the plan once its list is written: its control group is left alone by others, too."""
        if self.is_listed and memory.campaigns is not None:
            when = {"planned_as_of": self.study.as_of, "is_explore": self.question.explore}
            keep_plan(memory.campaigns, self.plan, (self.trial, self.facts), when)

    @cached_property
    def assigned(self) -> pa.Table:
        """Return one row per member of either arm as in ``tables.ASSIGNED``, by member_id."""
        import numpy as np

        found = self.trial.assignment
        rows = np.flatnonzero((found.offer >= 0) | self.trial.is_control)
        table = _assigned(self, rows)
        return self.study.masks.rows(table) if self.is_masked else table

    def arrow(self, keys: Sequence[str] = ASSIGNED.keys) -> pa.Table:
        """Return these columns of the list."""
        return self.assigned.select(list(keys))

    def excluded(self) -> pa.Table:
        """Return one row per member who is in neither arm, with the one reason, as in ``tables.EXCLUDED_MEMBERS``."""
        import pyarrow as pa

        reasons = self.trial.assignment.reasons
        is_out = (reasons != "") & (reasons != CONTROL)
        columns = (self.trial.assignment.members[is_out].tolist(), reasons[is_out].tolist())
        table = pa.table(dict(zip(EXCLUDED_MEMBERS.keys, map(pa.array, columns, [pa.string()] * 2), strict=True)))
        return self.study.masks.rows(table) if self.is_masked else table


def masked_plan(plan: Plan, shown: Callable[[str], str]) -> Plan:
    """Return the plan with its names masked; the draw still hangs on what it hung on."""
    campaign = plan.campaign.model_copy(update={"name": shown(plan.campaign.name), "salt": plan.salt})
    offers = tuple(offer.model_copy(update={"name": shown(offer.name)}) for offer in plan.offers)
    responses = tuple(row.model_copy(update={"offer": shown(row.offer)}) for row in plan.responses)
    return plan.model_copy(update={"campaign": campaign, "offers": offers, "responses": responses})


def takes_codes(offer: Offer) -> bool:
    """Return whether each member needs a code of their own for this offer."""
    return offer.trigger == "with_code" and offer.code is None


def valid_until(plan: Plan, offer: Offer) -> date:
    """Return the last day an offer may be used, sent on its first day."""
    first, last = plan.days_of(offer)
    return last if offer.valid_days is None else first + timedelta(days=offer.valid_days - 1)


def _assigned(answer: PlanAnswer, rows: NDArray[np.int64]) -> pa.Table:
    import numpy as np
    import pyarrow as pa

    plan, found, trial = answer.plan, answer.trial.assignment, answer.trial
    offer, count = found.offer[rows], len(rows)
    faces = np.full(count, np.nan)
    for place, one in enumerate(plan.offers):
        faces[offer == place] = one.face_values(found.outlook.order_value[rows, place])[offer == place]
    is_treated = offer >= 0
    idle = np.where(trial.is_compared[rows], CONTROL, CONTROL_IDLE)
    chosen = EXPLORE if answer.question.explore else BEST_OFFER
    members = found.members[rows].tolist()
    names = [plan.offers[place].name if place >= 0 else None for place in offer.tolist()]
    shared = [plan.offers[place].code if place >= 0 else None for place in offer.tolist()]
    ends = [valid_until(plan, plan.offers[place]) if place >= 0 else None for place in offer.tolist()]
    columns = {
        "member_id": pa.array(members, pa.string()),
        "campaign": pa.array([plan.campaign.name] * count, pa.string()),
        "arm": pa.array(np.where(is_treated, "treatment", "control").tolist(), pa.string()),
        "offer": pa.array(names, pa.string()),
        "offer_value": _money(faces),
        "code": pa.array([answer.codes.get(one, code) for one, code in zip(members, shared, strict=True)], pa.string()),
        "expected_cost": _money_that_adds_up(found.cost[rows]),
        "expected_value": _money_that_adds_up(found.value[rows]),
        "reason": pa.array(np.where(is_treated, chosen, idle).tolist(), pa.string()),
        "owner": answer.facts["owner"].take(pa.array(rows)),
        "valid_until": pa.array(ends, pa.date32()),
    }
    return pa.table({key: columns[key] for key in ASSIGNED.keys})


def _money(amounts: NDArray[np.float64]) -> pa.Array:
    """Return amounts as money, exact to the cent; one that is none is empty."""
    import numpy as np
    import pyarrow as pa

    cents = [None if np.isnan(one) else Decimal(f"{one:.2f}") for one in amounts.tolist()]
    return pa.array(cents, pa.decimal128(18, 2))


def _money_that_adds_up(amounts: NDArray[np.float64]) -> pa.Array:
    """Return amounts as money whose sum is that of the amounts to the cent: each is less than a cent from its own."""
    import numpy as np
    import pyarrow as pa

    cents = np.diff(np.rint(np.cumsum(amounts) * 100).astype(np.int64), prepend=0)
    return pa.array([Decimal(one).scaleb(-2) for one in cents.tolist()], pa.decimal128(18, 2))
