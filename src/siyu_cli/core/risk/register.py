"""The register: what people said of a risk, folded to what holds; which moves are allowed; what is overdue.

Words of ISO 31000. The state machine: identified → analysed → treating → monitoring → closed; monitoring may go back to
treating, and what was closed may be identified anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from siyu_cli.core.risk.tables import CODES, RISKS, STATUSES, TREATMENTS
from siyu_cli.errors import Spoken, UsageError
from siyu_cli.masks import mask_word
from siyu_cli.tables.column import find_column, find_label

IDS = {code: f"R-{number}" for number, code in enumerate(CODES, start=1)}
MOVES = {
    "identified": ("analysed",),
    "analysed": ("treating",),
    "treating": ("monitoring",),
    "monitoring": ("closed", "treating"),
    "closed": ("identified",),
}
SETTABLE = ("likelihood", "consequence", "treatment", "residual", "owner", "due_on", "status")
_SCALES = {"likelihood": 5, "consequence": 5, "residual": 25}
_LABELS: dict[str, Mapping[str, tuple[str, ...]]] = {"status": STATUSES, "treatment": TREATMENTS}
_LONGEST = 100
_ASSIGNED = re.compile(r"(?:^|\s)(\w+)\s*[=＝]")


@dataclass(frozen=True)
class Entry:
    """What holds of a risk; ``status`` is None for one that is not in the register."""

    likelihood: int | None = None
    consequence: int | None = None
    treatment: str | None = None
    residual: int | None = None
    owner: str | None = None
    due_on: date | None = None
    status: str | None = None

    @property
    def level(self) -> int | None:
        """Return likelihood × consequence."""
        return self.likelihood * self.consequence if self.likelihood and self.consequence else None

    @property
    def is_open(self) -> bool:
        """Return whether it is in the register and not closed."""
        return self.status not in (None, "closed")

    def is_overdue(self, as_of: date) -> bool:
        """Return whether its day is over.

        >>> [Entry(due_on=date(2026, 7, 1), status="treating").is_overdue(date(2026, 7, day)) for day in (1, 2)]
        [False, True]
        """
        return self.is_open and self.due_on is not None and self.due_on < as_of

    def with_changes(self, changes: Mapping[str, Any]) -> Entry:
        """Return what holds after these."""
        return replace(self, **{key: _from_json(key, value) for key, value in changes.items() if key in SETTABLE})

    def as_dict(self) -> dict[str, Any]:
        """Return it for machines."""
        return {**asdict(self), "level": self.level}


def _from_json(key: str, value: Any) -> Any:
    return date.fromisoformat(value) if key == "due_on" and isinstance(value, str) else value


def fold(changes: Iterable[Mapping[str, Any]]) -> dict[str, Entry]:
    """Return what holds of each risk, by its id, after all that was said in order."""
    held: dict[str, Entry] = {}
    for one in changes:
        held[one["risk_id"]] = held.get(one["risk_id"], Entry()).with_changes(one["changes"])
    return held


@dataclass(frozen=True)
class Said:
    """What somebody says of a risk: nothing for what is taken back."""

    risk_id: str
    changes: Mapping[str, Any]


def parse_said(text: str) -> Said:
    """Return what ``R-7 owner=王店长 due=2026-07-10 status=analysed`` says; ``UsageError`` for what it may not.

    Keys go by their names or titles (责任人, 期限), values of status and treatment by theirs.

    >>> parse_said("r-7 likelihood=3 consequence=4")
    Said(risk_id='R-7', changes={'likelihood': 3, 'consequence': 4})
    """
    name, *_rest = text.split() or [""]
    risk_id = name.upper()
    if risk_id not in IDS.values():
        hint = "They are {first} to {last}; siyu risk lists them."
        raise UsageError(
            "--set {name}: there is no such risk.", hint=hint, name=mask_word(name), first="R-1", last=f"R-{len(IDS)}"
        )  # fmt: skip
    rest = text.strip()[len(name) :]
    starts = list(_ASSIGNED.finditer(rest))
    known = ", ".join(("due" if key == "due_on" else key) for key in SETTABLE)
    if not starts or rest[: starts[0].start()].strip():
        hint = "Write it as --set {risk} owner=… due=2026-07-10 status=analysed; keys are {known}."
        raise UsageError("--set {risk} says nothing.", hint=hint, risk=risk_id, known=known)
    ends = [*(found.start() for found in starts[1:]), len(rest)]
    changes: dict[str, Any] = {}
    for found, end in zip(starts, ends, strict=True):
        key = _key(found[1], known)
        changes[key] = _value(key, rest[found.end() : end].strip())
    return Said(risk_id, changes)


def _key(word: str, known: str) -> str:
    column = RISKS["due_on"] if word.casefold() == "due" else find_column(map(RISKS.__getitem__, SETTABLE), word)
    if column is None:
        raise UsageError("--set knows no {key}.", hint="Keys are {known}.", key=mask_word(word), known=known)
    return column.key


def _value(key: str, text: str) -> Any:
    if key in _LABELS and (text or key == "status"):
        found = find_label(_LABELS[key], text)
        if found is None:
            raise UsageError(
                "--set {key}={value}: there is none of that name.", hint="Choose one of {choices}.",
                key=key, value=mask_word(text), choices=_named(key, _LABELS[key]),
            )  # fmt: skip
        return found
    if not text:
        return None
    if key in _SCALES:
        if not re.fullmatch("[0-9]{1,2}", text, re.ASCII) or not 1 <= int(text) <= _SCALES[key]:
            message = "--set {key}={value}: this is not a whole number from {low} to {high}."
            raise UsageError(message, key=key, value=mask_word(text), low=1, high=_SCALES[key])
        return int(text)
    if key == "due_on":
        return _day(text)
    return text[:_LONGEST]


def _day(text: str) -> str:
    found = re.fullmatch(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", text, re.ASCII)
    try:
        return date(*map(int, found.group(1, 3, 4))).isoformat() if found else date.fromisoformat(text).isoformat()
    except ValueError as error:
        message, hint = "--set due={value} is not a date.", "Write it as 2026-03-01."
        raise UsageError(message, hint=hint, value=mask_word(text)) from error


def apply(held: Mapping[str, Entry], said: Sequence[Said]) -> dict[str, Entry]:
    """Return what holds after all of it; ``UsageError`` for a move that is not allowed names those that are.

    What is said of a risk for the first time puts it into the register.
    """
    after = dict(held)
    for one in said:
        before = after.get(one.risk_id, Entry())
        stands = before.status or "identified"
        wanted = one.changes.get("status", stands)
        if wanted != stands and wanted not in MOVES[stands]:
            raise UsageError(
                "{risk} is {before}: it cannot become {wanted}.", hint="It may become {allowed}.", risk=one.risk_id,
                before=_named("status", [stands]), wanted=_named("status", [wanted]),
                allowed=_named("status", MOVES[stands]),
            )  # fmt: skip
        after[one.risk_id] = before.with_changes({"status": stands, **one.changes})
    return after


def _named(key: str, names: Iterable[str]) -> Spoken:
    """Return what people call some statuses or treatments; both languages' words are understood behind --set."""
    chosen = list(names)
    return Spoken(", ".join(chosen), "、".join(_LABELS[key][name][-1] for name in chosen))
