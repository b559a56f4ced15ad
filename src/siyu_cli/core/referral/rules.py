"""What the law looks at in a referral campaign: who is paid for whom, entry fees, prizes, rules that change.

Not legal advice. A warning is printed; a refusal stops the report unless it is overridden with a reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from siyu_cli.errors import Note

if TYPE_CHECKING:
    from siyu_cli.config.settings import Settings

INFO, WARNING, REFUSAL = "info", "warning", "refusal"
PYRAMID_LEVELS, PYRAMID_PEOPLE = 3, 30
PRIZE_LIMIT = 50_000


@dataclass(frozen=True)
class Finding:
    """One check: the code of the rule, how grave it is, and what was found."""

    code: str
    level: str
    note: Note

    def as_dict(self) -> dict[str, str]:
        """Return ``{code, level, message}``, the message in English."""
        return {"code": self.code, "level": self.level, "message": str(self.note)}


@dataclass(frozen=True)
class Rewards:
    """What the data say: levels paid for one invitee, rows with an entry fee, the largest reward, who takes part."""

    depth: int
    entry_fees: int
    largest: float
    participants: int


def rules_of(settings: Settings) -> dict[str, Any]:
    """Return the rules of a campaign that may not change after its start, as JSON can hold them."""
    return {"milestones": list(settings.referral.milestones), "reward_depth": settings.referral.reward_depth}


def check_rules(
    rewards: Rewards, rules: Mapping[str, Any], former: Mapping[str, Any] | None = None
) -> Sequence[Finding]:
    """Return what PYRAMID and PRIZE find.

    PYRAMID: 禁止传销条例 2, 7 and 刑法 224-1 (30 people and 3 levels). PRIZE: 规范促销行为暂行规定 (¥50,000; no
    change after the start). ``rules`` are those of ``[referral]``, ``former`` those of an earlier report.
    """
    depth = max(rewards.depth, int(rules["reward_depth"]))
    facts = {"depth": depth, "participants": f"{rewards.participants:,}", "fees": rewards.entry_fees}
    found = [_pyramid(depth, facts, rewards)]
    if rewards.largest > PRIZE_LIMIT:
        message = "A reward of {amount} is above the limit of {limit} for a prize."
        amounts = {"amount": f"{rewards.largest:,.2f}", "limit": f"{PRIZE_LIMIT:,}"}
        found.append(Finding("PRIZE", WARNING, Note(message, amounts)))
    changed = sorted(key for key in rules if former is not None and key in former and former[key] != rules[key])
    if changed:
        message = "The rules changed after the start of the campaign: {keys}."
        found.append(Finding("PRIZE", WARNING, Note(message, {"keys": ", ".join(changed)})))
    return found


def _pyramid(depth: int, facts: Mapping[str, object], rewards: Rewards) -> Finding:
    if rewards.entry_fees:
        return Finding("PYRAMID", REFUSAL, Note(
            "Entry fees stand in the invites ({fees}): paying to take part is what the law on pyramid selling forbids.",
            facts,
        ))  # fmt: skip
    if depth >= PYRAMID_LEVELS:
        if rewards.participants >= PYRAMID_PEOPLE:
            return Finding("PYRAMID", REFUSAL, Note(
                "Rewards go {depth} levels deep ({participants} take part): pyramid selling, a crime from 3 levels and "
                "30 people on.", facts,
            ))  # fmt: skip
        message = "Rewards go {depth} levels deep ({participants} take part): from 3 levels on it is pyramid selling."
        return Finding("PYRAMID", REFUSAL, Note(message, facts))
    if depth == PYRAMID_LEVELS - 1:
        return Finding("PYRAMID", WARNING, Note(
            "Rewards go {depth} levels deep ({participants} take part): the law has no threshold, pay for one's own "
            "invitees only.", facts,
        ))  # fmt: skip
    return Finding("PYRAMID", INFO, Note("Rewards go {depth} level deep; {participants} take part.", facts))
