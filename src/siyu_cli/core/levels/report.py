"""What is told of levels: whether they are right, who should hear from us this week, what another rule would do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from siyu_cli.core.levels.tables import (
    LEVEL_ASSUMPTIONS,
    LEVEL_BACKTEST,
    LEVEL_BREAKS,
    LEVEL_FALLS,
    LEVEL_FIGURES,
    LEVEL_MOVES,
    LEVEL_REASONS,
    LEVEL_TIERS,
    LEVELS_DUE,
)
from siyu_cli.core.lifecycle.list_columns import PEOPLE
from siyu_cli.errors import Note
from siyu_cli.report import Definition, Figure, Listing, Report, Section, Value, Words, dotted

if TYPE_CHECKING:
    from siyu_cli.core.levels.question import LevelsAnswer

_MOST_ROWS = 1_000
_FEW_ROWS = 5
_BRIEF_LIST = ("member_id", "level", "last_chance_on", "lack", "keep_probability", "stage", "owner")
_BRIEF_BREAKS = ("member_id", "told_level", "computed_level", "reason", "figure")
_METRICS = {
    "net_sales": Note("net sales"),
    "order_count": Note("orders"),
    "order_days": Note("days with an order"),
    "points_earned": Note("points earned"),
    "growth": Note("growth"),
}
_DOWN = {
    "one": Note("one level down"),
    "earned": Note("down to what is earned"),
    "base": Note("down to the first level"),
}


def report(found: LevelsAnswer) -> Report:
    """Return what is told of an answer."""
    return Report(
        Note("Levels as of {as_of}", {"as_of": found.meta["as_of"]}),
        tuple(_opening(found)),
        found.meta,
        found.load.account(),
        values=_values(found),
        figures=tuple(_figures(found)),
        sections=tuple(_sections(found)),
        facts=tuple(_facts(found)),
        listing=_listing(found),
        definitions=tuple(_definitions(found)),
        warnings=(*found.warnings, *_doubts(found)),
        next_steps=tuple(_next_steps(found)),
    )


def _listing(found: LevelsAnswer) -> Listing:
    return Listing(LEVELS_DUE, lambda keys: found.due.select(list(keys)), people=PEOPLE, brief=_BRIEF_LIST)


def _opening(found: LevelsAnswer) -> Iterator[Words]:
    """Yield whether the level table agrees with the rule, who should hear from the shop, what the proposal does."""
    yield _agreement(found)
    counts = found.figures["due_counts"]
    facts = {key: Value(counts[key], "count") for key in ("due", "grace", "lacking", "secured", "within_one_order")}
    yield Note(
        "Within {days} days {due} levels are reviewed, {grace} are in grace: {secured} are secured, {lacking} lack "
        "something",
        {"days": found.question.due_days, **facts},
    )
    if counts["within_one_order"]:
        yield Note(
            "Who should hear from us this week: {within_one_order} members lack no more than one order of their own "
            "size",
            facts,
        )
    if found.figures["moves"]:
        yield _change(found)


def _agreement(found: LevelsAnswer) -> Note:
    held = found.figures["reconciliation"]
    if not held["of"]:
        return Note("No file says which level members have: nothing was held against the rule.")
    facts = {
        "agree": Value(held["agree"], "count"), "of": Value(held["of"], "count"),
        "ruled": Value(held["ruled"], "count"), "share": Value(held["share"], "rate"),
    }  # fmt: skip
    if held["share"] is None:
        return Note("Of {of} exported levels the rule decides none: all others were given by hand or paid for", facts)
    return Note(
        "Held against the rule: {agree} of {of} exported levels agree ({share} of the {ruled} that the rule decides)",
        facts,
    )


def _change(found: LevelsAnswer) -> Note:
    moves = found.figures["moves"]
    place = {row["level"]: at for at, row in enumerate(found.figures["tiers"])}
    new = {row["level"]: at for at, row in enumerate(found.figures["tiers_proposed"])}
    ups = sum(row["members"] for row in moves if new[row["level_to"]] > place[row["level_from"]])
    downs = sum(row["members"] for row in moves if new[row["level_to"]] < place[row["level_from"]])
    facts: dict[str, Words] = {"ups": Value(ups, "count"), "downs": Value(downs, "count")}
    cost = found.figures["cost"]
    if cost["difference"] is None:
        return Note("Behaviour unchanged, the proposed rule lifts {ups} members and lowers {downs}", facts)
    facts |= {key: Value(cost[key], "money") for key in ("now", "proposed", "difference")}
    return Note(
        "Behaviour unchanged, the proposed rule lifts {ups} members and lowers {downs}; benefits cost {proposed} "
        "instead of {now} ({difference})",
        facts,
    )


def _doubts(found: LevelsAnswer) -> Iterator[Note]:
    """Yield what makes levels doubtful or a rule a trap."""
    figures = found.figures
    held = figures["reconciliation"]
    if not held["is_trusted"]:
        yield Note(
            "Only {share} of the levels the rule decides agree with it, less than 90 %: nothing is said of a proposed "
            "rule. The sheet of members whose level is another says where to look.",
            {"share": Value(held["share"], "rate")},
            is_finding=True,
        )
    for which in ("now", "proposed"):
        rule = figures["rules"][which]
        if rule and rule["better_keep_days"]:
            yield Note(
                "A level holds for {keep_days} days and the window has {days}: the purchase that earned it never "
                "counts at its review. keep_days = {better_keep_days} lets it count.",
                {key: rule[key] for key in ("keep_days", "days", "better_keep_days")},
            )
    window = figures["window"]
    if not window["is_settled"]:
        yield Note(
            "Orders begin on {starts_on}: levels rest on all that counts for them from {settled_on} on. What the past "
            "year cost is told of the days since then.",
            {"starts_on": window["history_starts_on"], "settled_on": window["settled_on"]},
        )
    if figures["chance"]["by"] != "logistic" and figures["due_counts"]["lacking"]:
        yield Note(
            "Too few reviews are over to learn the chance to keep a level ({reviews}): it is the share kept of those "
            "who lacked as much.",
            {"reviews": Value(figures["chance"]["reviews"], "count")},
        )


def _next_steps(found: LevelsAnswer) -> Iterator[Note]:
    if found.figures["rules"]["proposed"] is None:
        yield Note("siyu levels … --rules FILE.toml tells what another rule would do before it is announced")
    yield Note("siyu levels … --split-by owner -o FILE.xlsx writes each employee's list")


def _figures(found: LevelsAnswer) -> Iterator[Figure]:
    for key, value in _row(found).items():
        if value is not None:
            yield Figure(LEVEL_FIGURES[key], value)


def _row(found: LevelsAnswer) -> dict[str, Any]:
    figures = found.figures
    counts, cost = figures["due_counts"], figures["cost"] or {}
    return {
        "members": figures["members"],
        "kept_out": figures["kept_out"],
        "agreement": figures["reconciliation"]["share"],
        **{key: counts[key] for key in ("due", "grace", "lacking", "secured", "within_one_order")},
        **{f"cost_{key}": cost.get(key) for key in ("now", "proposed", "difference")},
    }


def _sections(found: LevelsAnswer) -> Iterator[Section]:
    figures = found.figures
    yield Section(LEVEL_REASONS, figures["reconciliation"]["reasons"], drawn="bars", measures=("members",))
    breaks = found.breaks.slice(0, _MOST_ROWS).to_pylist()
    yield Section(LEVEL_BREAKS, breaks[:_FEW_ROWS], brief=_BRIEF_BREAKS, room="little")
    yield Section(LEVEL_BREAKS, breaks, room="much")
    proposed = figures["tiers_proposed"]
    yield Section(LEVEL_TIERS, figures["tiers"])
    if proposed is not None:
        columns = tuple(column for column in LEVEL_TIERS.columns if column.key != "told_members")
        yield Section(LEVEL_TIERS, proposed, Note("Levels by the proposed rule"), columns)
    yield Section(LEVEL_MOVES, figures["moves"], note=Note("Behaviour unchanged."))
    note = Note("A lower threshold is reached earlier, so it is reviewed earlier: a softer rule may lower somebody.")
    falls = found.falls.slice(0, _MOST_ROWS).to_pylist()
    yield Section(LEVEL_FALLS, falls[:_FEW_ROWS], note=note, room="little")
    yield Section(LEVEL_FALLS, falls, note=note, room="much")
    if figures["cost"] and proposed is not None:
        yield Section(LEVEL_ASSUMPTIONS, figures["cost"]["assumptions"])
    tested = figures["chance"]["backtest"]
    yield Section(LEVEL_BACKTEST, [tested] if tested else [])


def _facts(found: LevelsAnswer) -> Iterator[tuple[Words, Words]]:
    """Yield the rules, and what the chance to keep rests on."""
    figures = found.figures
    for which, title in (("now", Note("The rule")), ("proposed", Note("The proposed rule"))):
        rule = figures["rules"][which]
        if rule is not None:
            yield (
                title,
                dotted(_METRICS[rule["metric"]], _window(rule), _validity(rule), _grace(rule), _DOWN[rule["down"]]),
            )
    chance = figures["chance"]
    if chance["reviews"]:
        facts = {"reviews": Value(chance["reviews"], "count"), "kept": Value(chance["kept"], "count")}
        message = "learned from {reviews} looks at the shop's own earlier reviews, of which {kept} were kept"
        yield LEVELS_DUE["keep_probability"], Note(message, facts)


def _window(rule: dict[str, Any]) -> Note:
    if rule["window"] == "rolling":
        return Note("over the last {days} days", {"days": rule["days"]})
    return {
        "calendar": Note("over the calendar year"),
        "anniversary": Note("over the year since the day of joining"),
        "lifetime": Note("over all time"),
    }[rule["window"]]


def _validity(rule: dict[str, Any]) -> Note:
    if rule["window"] == "calendar":
        return Note("valid to the end of the next year")
    return Note("valid for {days} days", {"days": rule["keep_days"]})


def _grace(rule: dict[str, Any]) -> Note | None:
    return Note("{days} days of grace", {"days": rule["grace_days"]}) if rule["grace_days"] else None


def _definitions(found: LevelsAnswer) -> Iterator[Definition]:
    for key, value in _row(found).items():
        column = LEVEL_FIGURES[key]
        yield Definition(column, "–" if value is None else Value(value, column.form), Note(column.note))


def _values(found: LevelsAnswer) -> dict[str, Any]:
    return {
        **found.figures,
        "breaks": found.breaks.slice(0, _MOST_ROWS).to_pylist(),
        "falls": found.falls.slice(0, _MOST_ROWS).to_pylist(),
        "due": found.due.select(list(LEVELS_DUE.keys)).to_pylist(),
    }
