"""What sets a segment apart: the question, and what a shop answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Self

from siyu_cli.core.churn.calendar import named_festivals
from siyu_cli.core.conditions import parse_condition
from siyu_cli.core.profile.figures import Trait, adjusted, of_numbers, of_values
from siyu_cli.core.profile.tables import KIN, NUMBERS, UNKNOWN_WORDS, VALUED
from siyu_cli.core.question import Answer, Question, Study
from siyu_cli.engines.step import step
from siyu_cli.errors import DataError, UsageError

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

_MONDAY = date(1900, 1, 1)
_LISTED = (
    "member_id", "level", "gender", "birthday", "city", "source_channel", "owner", "store", "is_referrer", "order_days",
    "days_since_last", "average_order_value", "median_gap_days", "refund_rate",
)  # fmt: skip
# From this many completed years on, by name; whoever was born more than a century ago was not.
_AGES = ((0, "under_18"), (18, "18_24"), (25, "25_34"), (35, "35_44"), (45, "45_54"), (55, "55_over"))
_OLDEST = 100


@dataclass(frozen=True)
class Profile(Question):
    """How do the members who meet ``where`` differ from all others, or from those who meet ``against``?"""

    command: ClassVar[str] = "profile"
    where: str | None = None
    against: str | None = None
    lang: str = "en"

    def answer(self, study: Study) -> ProfileAnswer:
        """Return every trait of both groups; ``ConditionError`` for one not allowed, ``DataError`` for nobody."""
        if self.where is None:
            raise UsageError(
                "Nobody is chosen to be described.",
                hint="Say whom with --where \"stage = 'dormant'\"; --against says whom to hold them against.",
            )
        chosen = _chosen(study, self.where)
        others = None if self.against is None else _chosen(study, self.against)
        traits = _traits(study, chosen, others, self.where)
        if not all(traits[0].sizes):
            raise DataError(
                "There is nobody to compare: {segment} meet the condition, {others} are left to hold them against.",
                hint="Choose another --where or --against.", segment=traits[0].sizes[0], others=traits[0].sizes[1],
            )  # fmt: skip
        meta = study.describe(self.command, self.where, {"against": self.against})
        return ProfileAnswer(study, meta, self, traits, lang=self.lang)

    def options(self, settings: Any) -> dict[str, Any]:  # noqa: ARG002
        """Return what it was asked with."""
        return {"where": self.where, "against": self.against}


@dataclass(frozen=True)
class ProfileAnswer(Answer):
    """How a segment differs, trait by trait, the furthest apart first."""

    told_by: ClassVar[str] = "siyu_cli.core.profile.report"
    question: Profile = field(repr=False)
    traits: tuple[Trait, ...]

    @property
    def sizes(self) -> tuple[int, int]:
        """Return how many are in the segment, and how many it is held against."""
        return self.traits[0].sizes

    def masked(self) -> Self:
        """Return the same with employees, stores and conditions masked."""
        masks, found = self.study.masks, super().masked()
        parameters = {**found.meta["parameters"], "against": masks.condition(self.question.against)}
        traits = tuple(
            replace(trait, values=tuple(replace(one, value=masks.text(one.value) or "") for one in trait.values))
            for trait in self.traits
        )
        return replace(found, meta={**found.meta, "parameters": parameters}, traits=traits)


def _chosen(study: Study, where: str) -> pa.Array:
    study.list_members(where, "en", columns=("member_id",))
    return study.engine.read("segments", ()).column("member_id").combine_chunks()


def _traits(study: Study, chosen: pa.Array, others: pa.Array | None, where: str) -> tuple[Trait, ...]:
    """Return the traits of the two groups, adjusted for being many; who is in both is in the segment."""
    import pyarrow.compute as pc

    study.list_members(None, "en", columns=_LISTED)
    members = study.engine.read("segments", ["member_id"])
    habits = _habits(study)
    is_chosen = pc.is_in(members["member_id"], chosen)
    if others is not None:
        held = pc.or_(is_chosen, pc.is_in(members["member_id"], others))
        members, habits, is_chosen = members.filter(held), habits.filter(held), is_chosen.filter(held)
    columns = _columns(members, habits, study.as_of)
    is_segment: np.ndarray[Any, Any] = is_chosen.to_numpy(zero_copy_only=False).astype(bool)
    found = [of_values(name, columns[name], is_segment) for name in VALUED]
    found += [of_numbers(name, columns[name], is_segment) for name in NUMBERS]
    kin = _kin(where)
    return adjusted([replace(trait, is_by_construction=trait.name in kin) for trait in found])


def _habits(study: Study) -> pa.Table:
    """Return what members like to buy, when and how dear, sorted by key as members are."""
    import pyarrow.compute as pc

    engine, as_of = study.engine, study.as_of
    first: date | None = pc.min(engine.read("features", ()).column("first_order_on")).as_py()
    engine.open("named_festivals", named_festivals(first or as_of, as_of, study.settings.calendar))
    given = {**study.parameters, "monday": _MONDAY}
    for name in ("items", "category_prices", "member_prices", "favourite_categories", "member_habits"):
        engine.run(step(name), given)
    found = engine.read("member_habits", ["member_id"])
    engine.drop("items", "category_prices", "member_prices", "favourite_categories", "member_habits")
    return found


def _columns(members: pa.Table, habits: pa.Table, as_of: date) -> Mapping[str, Any]:
    """Return every trait: values as text, numbers as floats with NaN where nothing is known."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    found: dict[str, Any] = {name: members[name].combine_chunks() for name in VALUED if name in members.column_names}
    nobody = pa.scalar(None, pa.string())
    for name in ("level", "gender", "city", "source_channel"):
        is_said = pc.is_in(pc.utf8_lower(found[name]), pa.array(UNKNOWN_WORDS))
        found[name] = pc.if_else(is_said, nobody, found[name])
    found["is_referrer"] = pc.if_else(pc.fill_null(found["is_referrer"], False), "yes", "no")
    found["age_band"] = _age_bands(members["birthday"], as_of)
    for name in ("favourite_category", "price_band"):
        found[name] = habits[name].combine_chunks()
    for name in NUMBERS:
        column = (members if name in members.column_names else habits)[name].cast(pa.float64())
        found[name] = np.asarray(pc.fill_null(column, float("nan")).to_numpy(), dtype=float)
    return found


def _age_bands(birthdays: pa.ChunkedArray, as_of: date) -> pa.Array:
    """Return age bands by completed years; nothing for a birthday to come, or more than a century ago."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    is_later = pc.greater(
        pc.add(pc.multiply(pc.month(birthdays), 100), pc.day(birthdays)), as_of.month * 100 + as_of.day
    )
    years = pc.subtract(pc.subtract(as_of.year, pc.year(birthdays)), pc.cast(is_later, pa.int64()))
    known = np.asarray(pc.fill_null(years, -1).to_numpy(), dtype=np.int64)
    places = np.searchsorted([least for least, _ in _AGES], known, side="right") - 1
    names = pa.array([name for _, name in _AGES])
    is_known = (known >= 0) & (known <= _OLDEST)
    return names.take(pa.array(np.where(is_known, places, 0), mask=~is_known))


def _kin(where: str) -> set[str]:
    """Return the columns a condition chooses by, and those that say the same thing in other words."""
    from sqlglot import exp

    named = {column.name for column in parse_condition(where).find_all(exp.Column)}
    return named.union(*(set(kin) for kin in KIN if named & set(kin)))
