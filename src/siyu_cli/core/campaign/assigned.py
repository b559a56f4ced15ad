"""The rows of a campaign's list as its evaluation takes them: keys for words, each member once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from siyu_cli.core.campaign.question import CONTROL_IDLE
from siyu_cli.core.campaign.tables import ARMS, REASON_WORDS
from siyu_cli.errors import DataError
from siyu_cli.tables.column import find_label

if TYPE_CHECKING:
    import pandas as pd

YES, NO = ("1", "1.0", "true", "yes", "y", "是", "有"), ("0", "0.0", "false", "no", "n", "否", "无", "")


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
    if rows["member_id"].duplicated().any():
        message = "{count} members stand in the list more than once."
        raise DataError(message, count=int(rows["member_id"].duplicated().sum()))
    return rows.reset_index(drop=True)


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
    is_empty = value is None or (isinstance(value, float) and math.isnan(value))
    return "" if is_empty else str(value).strip()


def flags_of(frame: pd.DataFrame, column: str) -> list[bool]:
    """Return a column of yes and no; ``DataError`` for one that is not there or holds anything else."""
    if column not in frame:
        hint = "The columns are: {columns}."
        columns = ", ".join(map(str, frame.columns))
        raise DataError("There is no column {column}.", hint=hint, column=column, columns=columns)
    words = [word_of(value).casefold() for value in frame[column]]
    unknown = next((word for word in words if word not in (*YES, *NO)), None)
    if unknown is not None:
        message = "The column {column} holds {word}, which is neither yes nor no."
        raise DataError(message, column=column, word=unknown)
    return [word in YES for word in words]
