"""Members told apart by an attribute: small parts are one, so that parts sum to the whole and nobody stands alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from siyu_cli.engines.step import Step

MIN_CELL = 5  # members a part must have to stand for itself
OTHER, UNKNOWN = "other", "unknown"


@dataclass(frozen=True)
class Part:
    """Some members: the value they share, or ``OTHER`` for those of small parts, ``UNKNOWN`` for those without one."""

    name: str
    values: frozenset[str | None]

    def of(self, rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Return the rows that are about these members."""
        return [row for row in rows if row["part"] in self.values]


def parts_of(sizes: Mapping[str | None, int]) -> tuple[Part, ...]:
    """Return the parts, the largest first, then the small ones as one, then those of whom it is not known.

    >>> [part.name for part in parts_of({"A": 9, "B": 12, "C": 2, "D": 4, None: 1})]
    ['B', 'A', 'other', 'unknown']
    """
    named = sorted((value for value in sizes if value is not None), key=lambda value: (-sizes[value], value))
    large = [Part(value, frozenset({value})) for value in named if sizes[value] >= MIN_CELL]
    small = frozenset(value for value in named if sizes[value] < MIN_CELL)
    rest = [Part(OTHER, small)] if small else []
    return (*large, *rest, *([Part(UNKNOWN, frozenset({None}))] if None in sizes else []))


def told_apart(step: Step, by: str | None, attributes: Sequence[str]) -> Step:
    """Return a step whose column ``part`` is an attribute of members; the same step for None."""
    if by is None:
        return step
    from sqlglot import exp

    assert by in attributes
    tree = step.tree()
    known = next(cte.this for cte in tree.find_all(exp.CTE) if "part" in cte.this.named_selects)
    projection = next(item for item in known.expressions if item.alias == "part")
    projection.replace(exp.alias_(exp.column(by), "part"))
    attribute = exp.select("member_id", by).from_("members").subquery("attributes")
    known.join(attribute, using="member_id", join_type="left", copy=False)
    return step.with_tree(tree)
