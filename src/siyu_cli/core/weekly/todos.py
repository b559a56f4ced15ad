"""Who of each employee's members should hear from them this week, and why: at most 20, and nobody who may not.

Whom one may contact, ``siyu export`` decides: consent, refusals, caps, quiet days and employees' quota are its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from siyu_cli.core.contacts.question import Export
from siyu_cli.core.contacts.tables import SENT
from siyu_cli.core.weekly.tables import TASKS, TODOS
from siyu_cli.errors import SiyuError

if TYPE_CHECKING:
    from decimal import Decimal

    import pyarrow as pa

    from siyu_cli.core.question import Study
    from siyu_cli.core.weekly.parts import Answers

MOST_TODOS = 20
TOO_MANY = "too_many"
DESTINATION = "staff"
# Why somebody should hear from the shop, in the list's language; what stands in braces is the member's own.
_WHY = {
    "keep_level": (
        "Lacks {lack} to keep {level}, until {last_chance_on}",
        "还差 {lack} 即可保住{level}，最晚 {last_chance_on}",
    ),
    "use_points": ("{points} points lapse from {first_expires_on} on", "{points} 积分从 {first_expires_on} 起到期"),
    "thank": ("Came back after a long silence", "沉默很久后重新下单"),
    "welcome": ("Placed the first order", "刚完成首单"),
}


@dataclass(frozen=True)
class Todo:
    """One member an employee should turn to."""

    owner: str | None
    member_id: str
    task: str
    why: str
    value: Decimal | None = None
    stage: str | None = None


@dataclass(frozen=True)
class Todos:
    """The to-dos, by employee; whoever is left out with the reason, ``too_many`` the one that is this report's own."""

    rows: tuple[Todo, ...] = field(repr=False)
    left_out: tuple[tuple[str | None, str], ...] = field(default=(), repr=False)
    people: Mapping[str, tuple[str | None, str | None]] = field(default_factory=dict, repr=False)

    @property
    def reasons(self) -> dict[str, int]:
        """Return how many are left out for each reason, the most frequent first."""
        return dict(Counter(reason for _owner, reason in self.left_out).most_common())

    def of(self, owner: str | None) -> Todos:
        """Return those of one employee."""
        rows = tuple(todo for todo in self.rows if todo.owner == owner)
        return replace(self, rows=rows, left_out=tuple(one for one in self.left_out if one[0] == owner))

    @property
    def owners(self) -> list[dict[str, Any]]:
        """Return one row per employee as in ``tables.TODO_OWNERS``, the most at stake first."""
        found = [
            {
                "owner": owner, "todos": len(mine.rows), "waiting": len(mine.left_out),
                "value": _at_stake(mine.rows),
            }
            for owner in dict.fromkeys([*(todo.owner for todo in self.rows), *(owner for owner, _ in self.left_out)])
            for mine in (self.of(owner),)
        ]  # fmt: skip
        return sorted(found, key=lambda row: (-row["value"], row["owner"] is None, row["owner"] or ""))

    @property
    def tasks(self) -> list[dict[str, Any]]:
        """Return one row per kind as in ``tables.TODO_TASKS``."""
        found = {task: [todo for todo in self.rows if todo.task == task] for task in TASKS}
        return [
            {"task": task, "todos": len(todos), "value": _at_stake(todos)} for task, todos in found.items() if todos
        ]

    def arrow(self, keys: Sequence[str]) -> pa.Table:
        """Return the rows as in ``tables.TODOS``, with phones and names of members if they are asked for."""
        import pyarrow as pa

        kinds = {"value": pa.decimal128(18, 2)}
        columns = {
            key: pa.array([getattr(one, key) for one in self.rows], kinds.get(key, pa.string())) for key in TODOS.keys
        }
        for place, key in enumerate(("phone", "name")):
            columns[key] = pa.array([self.people[one.member_id][place] for one in self.rows], pa.string())
        return pa.table(columns).select(list(keys))


def _at_stake(todos: Sequence[Todo]) -> Any:
    return sum(todo.value for todo in todos if todo.value is not None)


def todos_of(study: Study, found: Answers, export: Export) -> Todos:
    """Return the to-dos that the answers lead to; ``export`` asks whom of them one may contact."""
    wanted = list(_in_turns(dict(_wanted(found, export.lang))))
    if not wanted:
        return Todos(())
    answer = replace(export, given=_given(wanted), sent_on=study.as_of, campaign="").answer(study)
    people = answer.people
    known = {key: people[key].to_pylist() for key in ("phone", "name", "owner")}
    taken: Counter[str | None] = Counter()
    rows, left_out = [], []
    for todo, fate, owner in zip(wanted, answer.fates, known["owner"], strict=True):
        reason = fate if fate != SENT else TOO_MANY if taken[owner] >= MOST_TODOS else None
        if reason is not None:
            left_out.append((owner, reason))
            continue
        taken[owner] += 1
        rows.append(replace(todo, owner=owner))
    rows.sort(key=lambda todo: (todo.owner is None, todo.owner or ""))
    names = zip(known["phone"], known["name"], strict=True)
    return Todos(tuple(rows), tuple(left_out), dict(zip((todo.member_id for todo in wanted), names, strict=True)))


def _given(wanted: Sequence[Todo]) -> pa.Table:
    import pyarrow as pa

    return pa.table({"member_id": [todo.member_id for todo in wanted], "owner": [todo.owner for todo in wanted]})


def _in_turns(wanted: Mapping[str, Sequence[Todo]]) -> Iterator[Todo]:
    """Yield the first of each kind, then the second …; of a member only what comes first."""
    seen = set()
    for turn in zip_longest(*wanted.values()):
        for todo in turn:
            if todo is not None and todo.member_id not in seen:
                seen.add(todo.member_id)
                yield todo


def _wanted(found: Answers, lang: str) -> Iterator[tuple[str, list[Todo]]]:
    """Yield who should hear from the shop for each task, the most pressing first."""
    at_stake: dict[str, Any] = {}
    if not isinstance(found["at_risk"], SiyuError):
        scored = found["at_risk"].scored
        at_stake = dict(zip(scored["member_id"].to_pylist(), scored["value_at_risk"].to_pylist(), strict=True))

    def todos(task: str, rows: Sequence[Mapping[str, Any]], why: str | None = None) -> tuple[str, list[Todo]]:
        said = "" if why else _WHY[task][lang == "zh"]
        return task, [
            Todo(
                row["owner"], row["member_id"], task, row[why] if why else said.format(**row),
                at_stake.get(row["member_id"]), row.get("stage") or row.get("stage_to"),
            )
            for row in rows
        ]  # fmt: skip

    if not isinstance(found["at_risk"], SiyuError):
        yield todos("retain", found["at_risk"].at_risk().to_pylist(), "churn_reason")
    if not isinstance(found["levels"], SiyuError):
        short = [row for row in found["levels"].due.to_pylist() if row["lack"] > 0 and row["lack_orders"] <= 1]
        yield todos("keep_level", short)
    if not isinstance(found["points"], SiyuError):
        lapsing = found["points"].expiring.to_pylist()
        yield todos("use_points", [{**row, "points": f"{row['points_expiring'].normalize():f}"} for row in lapsing])
    if not isinstance(found["stages"], SiyuError):
        moved = found["stages"].rows.to_pylist()
        yield todos("thank", [row for row in moved if row["stage_to"] == "returned"])
        yield todos("welcome", [row for row in moved if row["stage_to"] == "converted"])
