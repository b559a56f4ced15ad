"""The text of a siyu.toml: every setting, what it means, its default, and what a shop's files suggest.

Settings stand commented out, so that a later default of siyu's is taken over; guessed headers are live.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from siyu_cli.locale import translate as _

SECTIONS = {
    "shop": "The shop itself.",
    "orders": "What counts as a purchase.",
    "stages": "The windows of the lifecycle. Days are calendar days.",
    "rfm": "Scores for recency, frequency and money, and what splits high from low.",
    "churn": "Who may be leaving: how far ahead to look, by which model, where risk begins.",
    "referral": "Referral campaigns: the rules they go by, how long their cohorts mature.",
    "load": "Reading files.",
    "map": 'Headers that siyu cannot know by itself: "TABLE.COLUMN" = "header in the file".',
    "kinds": "Kinds of rows by the export's own words: sale, return, topup, deposit, balance, exchange, gift, no_sale.",
    "exclude": "Staff and test accounts: their rows are skipped and counted.",
    "segments": "Segments of your own: a name and a condition over the columns of the list.",
    "calendar": "Sales and holidays: a name, the first and the last day.",
    "engine": "How much of this computer a run may take.",
    "ledger": "The shop's memory: .siyu/ledger.db beside this file, or a database of the team's.",
}
SETTINGS = {
    "shop.name": "The name on reports.",
    "shop.timezone": "Where a day begins and ends for this shop.",
    "shop.gross_margin": "What is left of 1 of sales after the cost of goods; no default.",
    "shop.currency": "Rows in any other currency are left out; without it, CNY, or what most rows are in.",
    "orders.totals": "Where exported totals count more than the order log holds: larger takes the totals, log the log.",
    "orders.min_paid": "An order counts from this amount on, 0 counts free ones; without it, above 0.",
    "stages.new_days": "A member without a purchase is new for so many days.",
    "stages.dormant_after": "Dormant after so many days without a purchase (N1).",
    "stages.churned_after": "Churned after so many days without a purchase (N2).",
    "stages.declining_ratio": "Declining once the silence is so many times the member's usual gap.",
    "stages.mature_orders": "Mature from so many purchase days on.",
    "stages.welcome_points": "Points everyone gets for joining: only more than that is a sign of life.",
    "rfm.bins": "Scores run from 1 to this, the highest is best.",
    "rfm.split": '"default", "median", "mean", or three numbers: [days, purchase days, net sales].',
    "churn.horizon_days": "How many days ahead to look.",
    "churn.model": (
        "blend (MBG/NBD and what the past here teaches), mbg (MBG/NBD), bg (BG/NBD), pareto (Pareto/NBD) or ensemble "
        "(needs siyu-cli[ml])."
    ),
    "churn.risk_high": "Risk is high from this chance of no order on.",
    "churn.risk_medium": "Risk is medium from this chance of no order on.",
    "referral.milestones": "Numbers of new members that earn a reward (集合奖励), such as [3, 5, 10].",
    "referral.mature_days": "Only who takes part for so many days counts for K; younger cohorts are not done yet.",
    "referral.reward_depth": "How many levels up a reward is paid: 1 is the inviter alone, 3 is against the law.",
    "referral.control_variant": "The variant the others are compared with; else one named control, 对照 or A.",
    "referral.notify": "Where to send the short report, as Apprise URLs; --notify adds to them.",
    "load.max_rejected_share": "Above this share of rejected rows a command ends with exit code 3.",
    "load.id_width": "Member ids of digits alone are padded with zeros to this many: 123 is 000123 for 6.",
    "load.ignore_id_case": "Member ids that differ in letter case only are one: ab1001 is AB1001.",
    "load.max_guest_share": "So does a sheet in which more than this share of the rows names nobody.",
    "exclude.ids": "By member id.",
    "exclude.phones": "By mobile number.",
    "exclude.files": "By files that list them, relative to this file.",
    "engine.memory_limit": "What does not fit in it is kept on disk while it is worked on.",
    "ledger.url": "Without it, the file beside this one.",
}
# What stands where there is no default to show; each of them can be uncommented as it is.
EXAMPLES = {
    "referral.milestones": "[3, 5, 10]",
    "referral.control_variant": '"A"',
    "referral.notify": '["wecombot://BOTKEY"]',
    "shop.gross_margin": "0.55",
    "shop.currency": '"CNY"',
    "orders.min_paid": "0",
    "load.id_width": "6",
    "orders.totals": '"log"',
    "kinds": '"XSTH" = "return"',
    "exclude.ids": '["staff-001", "test-002"]',
    "exclude.phones": '["13800138000"]',
    "engine.memory_limit": '"2GB"',
    "ledger.url": '"postgresql+psycopg://siyu@localhost/siyu"',
    "map": '"orders.member_id" = "household_id"',
}
NAMED_EXAMPLES = {
    "shop.name": '"My shop"',
    "exclude.files": '["staff.xlsx"]',
    "segments": '"big spenders" = "net_sales > 2000 and order_days >= 3"',
    "calendar": '"autumn sale" = [2025-11-01, 2025-11-11]',
}


@dataclass(frozen=True)
class UncertainColumn:
    """A header whose meaning was guessed: its file, the column it was taken for, how sure that is (0–1)."""

    file: str
    key: str
    header: str
    confidence: float


@dataclass(frozen=True)
class ShopFacts:
    """What a look at the files told; nothing where no files were given."""

    files: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    as_of: date | None = None
    members: int = 0
    stores: int = 0
    timezone: str | None = None
    uncertain: tuple[UncertainColumn, ...] = ()
    dormant_after: int | None = None
    churned_after: int | None = None


def render_config(facts: ShopFacts, lang: str) -> str:
    """Return the text of a siyu.toml in ``lang``; it loads as it is, and with any setting uncommented."""
    lines = [*_opening(facts, lang)]
    for section, keys in _sections(lang).items():
        lines += ["", f"# {_(SECTIONS[section], lang)}", *_remarks(section, facts, lang), f"[{section}]"]
        for key, value in keys.items():
            lines += [f"# {_(SETTINGS[f'{section}.{key}'], lang)}", _setting(key, value, facts)]
        if section == "map" and facts.uncertain:
            lines += _guesses(facts, lang)
        elif example := _example(section, lang):
            lines.append(f"#{example}")
    return "\n".join(lines) + "\n"


def _sections(lang: str) -> dict[str, dict[str, str]]:
    """Return every section with its keys and what stands behind them: the default, or an example."""
    from siyu_cli.config.errors import toml_value
    from siyu_cli.config.settings import Settings, known_keys

    defaults = {name: toml_value(value) for name, value in Settings().values().items()}
    sections: dict[str, dict[str, str]] = {section: {} for section in known_keys()}
    for name, default in defaults.items():
        section, _dot, key = name.partition(".")
        sections[section][key] = _example(name, lang) or default
    return sections


def _example(name: str, lang: str) -> str:
    return EXAMPLES.get(name) or _(NAMED_EXAMPLES.get(name, ""), lang)


def _opening(facts: ShopFacts, lang: str) -> Iterator[str]:
    place = _("The settings of this shop. What siyu remembers of it lies beside this file, in .siyu.", lang)
    manner = _("Lines such as #name = … are defaults and examples: take the # away to use one.", lang)
    yield from (f"# {place}", f"# {manner}")
    learnt = {
        _("Looked at: {names}.", lang): facts.files,
        _("Exports of: {names}.", lang): facts.platforms,
        _("Members found: {names}.", lang): (f"{facts.members:,}",) if facts.members else (),
    }
    if any(learnt.values()):
        yield "#"
    for text, names in learnt.items():
        if names:
            yield f"# {text.format(names=', '.join(map(_plain, names)))}"


def _remarks(section: str, facts: ShopFacts, lang: str) -> Iterator[str]:
    if section == "shop" and facts.stores > 1:
        text = _("{stores} stores were found: `siyu segment --by store` counts each of them.", lang)
        yield f"# {text.format(stores=facts.stores)}"
    if section == "stages" and facts.files:
        if facts.dormant_after is None or facts.churned_after is None:
            text = _("Too little history in these files to suggest windows of your own.", lang)
        else:
            text = _("Your own orders suggest N1 = {dormant} and N2 = {churned} days, as of {as_of}.", lang)
        yield f"# {text.format(dormant=facts.dormant_after, churned=facts.churned_after, as_of=facts.as_of)}"


def _setting(key: str, value: str, facts: ShopFacts) -> str:
    if key == "timezone" and facts.timezone and f'"{facts.timezone}"' != value:
        return f'timezone = "{facts.timezone}"'
    return f"#{key} = {value}"


def _guesses(facts: ShopFacts, lang: str) -> Iterator[str]:
    """Yield a live line for the best guess of each column, and sleeping ones for the other headers."""
    from siyu_cli.config.errors import toml_value

    for key, columns in groupby(facts.uncertain, key=lambda column: column.key):
        headers: dict[str, UncertainColumn] = {}
        for column in columns:
            headers.setdefault(column.header, column)
        for place, column in enumerate(headers.values()):
            text = _("Guessed from {file}, {confidence} sure: please check.", lang)
            yield f"# {text.format(file=_plain(column.file), confidence=f'{column.confidence:.0%}')}"
            yield f"{'#' if place else ''}{toml_value(key)} = {toml_value(column.header)}"


def _plain(name: str) -> str:
    """Return a file's name without the characters a comment may not hold."""
    return "".join(char for char in name if char.isprintable())
