"""The rows of a campaign's list as its evaluation takes them: keys for words, each member once."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from siyu_cli.core.campaign.question import CONTROL_IDLE
from siyu_cli.core.campaign.tables import ARMS, REASON_WORDS
from siyu_cli.errors import DataError
from siyu_cli.tables.column import find_label

if TYPE_CHECKING:
    import pandas as pd

    from siyu_cli.core.question import Masks

_YES = frozenset({"1", "1.0", "true", "yes", "y", "t", "是", "有", "√", "✓", "✔"})
_NO = frozenset({"0", "0.0", "false", "no", "n", "f", "否", "无", "没有", "×", "✗", "✘", ""})
_DONE, _NOT_DONE = "已", ("未", "没")  # 已购买, 未购买


def assigned_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the members of both arms: member_id, arm under its key, ``is_idle`` (control that would have got nothing).

    Raises ``DataError`` where nobody is in either arm, or somebody stands there twice.
    """
    import pandas as pd

    def keys(column: Any, labels: Mapping[str, Any]) -> list[str | None]:
        found = {word: find_label(labels, str(word)) for word in set(column)}
        return [found[word] for word in column]

    arms = keys(frame["arm"], ARMS)
    reasons = keys(frame["reason"], REASON_WORDS) if "reason" in frame else [None] * len(frame)
    rows = frame.assign(
        arm=pd.Series(arms, frame.index, dtype=object), member_id=frame["member_id"].astype(str),
        is_idle=[reason == CONTROL_IDLE for reason in reasons],
    )  # fmt: skip
    rows = rows.loc[[arm is not None for arm in arms]]
    if rows.empty:
        raise DataError("The list holds nobody of either arm.", hint="Its arms are called treatment and control.")
    return once(rows.reset_index(drop=True))


def once(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows; ``DataError`` where somebody stands there twice."""
    if rows["member_id"].duplicated().any():
        message = "{count} members stand in the list more than once."
        raise DataError(message, count=int(rows["member_id"].duplicated().sum()))
    return rows


def with_keys(rows: pd.DataFrame, masks: Masks) -> pd.DataFrame:
    """Return the rows under members' keys, whether or not the list they are from was masked."""
    typed = rows["member_id"].tolist()
    if any("*" in one for one in typed):
        keys = masks.keys_of(typed)
        typed = [one if key is None else key for one, key in zip(typed, keys, strict=True)]
    return rows.assign(member_id=typed)


def expected_cost(rows: pd.DataFrame) -> float:
    """Return what the plan expected its treated members to cost; 0 where the list does not say."""
    import pandas as pd

    if "expected_cost" not in rows:
        return 0.0
    treated = rows.loc[rows["arm"] == "treatment", "expected_cost"]
    amounts: list[float] = pd.to_numeric(treated, errors="coerce").fillna(0.0).tolist()
    return round(sum(amounts), 2)


def word_of(value: Any) -> str:
    """Return the text of a cell, "" for an empty one."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return str(value).strip()


def yes_or_no(word: str) -> bool | None:
    """Return whether a word says yes or no; None for one that says neither.

    >>> [yes_or_no(word) for word in ("是", "已购买", "未购买", "", "3")]
    [True, True, False, False, None]
    """
    plain = word.casefold()
    if plain in _YES or plain.startswith(_DONE):
        return True
    return False if plain in _NO or plain.startswith(_NOT_DONE) else None


def arms_named(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return the arms as words; numbers without a fraction are whole, however they were kept: 1.0 is 1.

    >>> import pandas as pd
    >>> arms_named(pd.Series([0.0, 1.0, None])).tolist(), arms_named(pd.Series(["a", "1.0"])).tolist()
    (['0', '1', ''], ['a', '1.0'])
    """
    words = column.map(word_of)
    known = {word: _whole(word) for word in words.unique() if word}
    return words.map({"": "", **known}) if None not in known.values() else words


def _whole(word: str) -> str | None:
    """Return a number without its empty fraction; None for what is no whole number."""
    whole, point, fraction = word.partition(".")
    is_whole = whole.removeprefix("-").isdecimal() and (fraction.strip("0") == "" if point else True)
    return whole if is_whole else None


def arm_of(typed: str, arms: Collection[str]) -> str:
    """Return the arm that was typed, in capitals or small, as a whole number or with .0; else what was typed."""
    if typed in arms:
        return typed
    alike = [arm for arm in arms if arm.casefold() == (_whole(typed) or typed).casefold()]
    return alike[0] if len(alike) == 1 else typed


def flags_of(frame: pd.DataFrame, column: str) -> list[bool]:
    """Return a column of yes and no; ``DataError`` for one that is not there or holds anything else."""
    if column not in frame:
        hint = "The columns are: {columns}."
        columns = ", ".join(map(str, frame.columns))
        raise DataError("There is no column {column}.", hint=hint, column=column, columns=columns)
    words = [word_of(value) for value in frame[column]]
    known = {word: yes_or_no(word) for word in set(words)}
    unknown = next((word for word in words if known[word] is None), None)
    if unknown is not None:
        message = "The column {column} holds {word}, which is neither yes nor no."
        raise DataError(message, column=column, word=unknown)
    return [bool(known[word]) for word in words]
