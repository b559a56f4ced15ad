"""``siyu campaign evaluate``: what a campaign did, from its list and the orders since, or from a table of outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from siyu_cli.cli.frame import asks
from siyu_cli.cli.options import parse_date, whole_number
from siyu_cli.errors import DataError, UsageError
from siyu_cli.locale import get_language

if TYPE_CHECKING:
    import pandas as pd

    from siyu_cli.core.question import Question
    from siyu_cli.files.plan.read_rows import Rows

EXAMPLES = """siyu campaign evaluate 活动名单.xlsx 客户.xlsx 订单.xlsx -o 活动结果.xlsx
siyu campaign evaluate 活动名单.csv 订单.xlsx --cost 3200 --format json
siyu campaign evaluate outcomes.csv --arm segment --control "No E-Mail" --metrics visit,conversion,spend
"""
AssignedFile = Annotated[
    Path,
    typer.Argument(metavar="ASSIGNED", help="The list of siyu campaign plan, or with --arm a table of outcomes."),
]
ArmColumn = Annotated[
    str | None, typer.Option("--arm", metavar="COLUMN", help="ASSIGNED is a table of outcomes; its arms stand here.")
]
ControlArm = Annotated[str | None, typer.Option("--control", metavar="WORD", help="With --arm: which arm got nothing.")]
MetricNames = Annotated[
    str | None,
    typer.Option("--metrics", metavar="COLUMN,COLUMN…", help="With --arm: what is compared; a/b is a ratio."),
]
ControlShare = Annotated[
    float | None,
    typer.Option(
        "--control-share", metavar="SHARE", min=0.0, max=1.0,
        help="The share drawn as control, such as 0.1; else what the list says, or with --arm equal arms.",
    ),
]  # fmt: skip
StartsOn = Annotated[
    str | None,
    typer.Option("--starts-on", metavar="DATE", help="The campaign's first day, if the list does not say."),
]
HorizonDays = Annotated[
    int | None,
    typer.Option(
        "--days", metavar="N", parser=whole_number("--days", 1, 1_000),
        help="Orders count for so many days, where the list does not say.",
    ),
]  # fmt: skip
Cost = Annotated[
    float | None,
    typer.Option("--cost", metavar="AMOUNT", help="What was spent on offers and contact; else what the plan expected."),
]


@asks("Comparing the arms…", needs_files=False)
def campaign_evaluate(  # noqa: PLR0913, PLR0917  each parameter is an option
    assigned: AssignedFile,
    arm: ArmColumn = None,
    control: ControlArm = None,
    metrics: MetricNames = None,
    control_share: ControlShare = None,
    starts_on: StartsOn = None,
    days: HorizonDays = None,
    cost: Cost = None,
) -> Question:
    """Tell what a campaign did beside its control group, how sure that is, and what to do next.

    Give it the list that siyu campaign plan wrote and the orders since; members count in the arm they were assigned
    to. Or a plain table with a row per person: --arm names the column of arms, --metrics what is compared.
    """
    from siyu_cli.guard import will_read

    will_read(assigned)
    if arm is not None or control is not None or metrics is not None:
        return outcome_question(assigned, (arm, control, metrics), control_share)
    from siyu_cli.core.campaign.tables import ASSIGNED
    from siyu_cli.files.plan.read_rows import read_rows

    columns = (ASSIGNED["member_id"], ASSIGNED["arm"], *ASSIGNED.columns[1:2], *ASSIGNED.columns[3:])
    read = read_rows(assigned, columns)
    if control_share:
        read = replace(read, parameters={**read.parameters, "control_share": control_share})
    return list_question(read, starts_on, days, cost)


def outcome_question(path: Path, given: tuple[str | None, str | None, str | None], share: float | None) -> Question:
    """Return the question about a table of outcomes; ``UsageError`` where arm, control or metrics is missing."""
    arm, control, metrics = given
    if arm is None or control is None or metrics is None:
        message = "A table of outcomes needs --arm, --control and --metrics."
        raise UsageError(message, hint="Write it as --arm segment --control none --metrics visit,spend.")
    from siyu_cli.core.campaign.evaluate import EvaluateTable
    from siyu_cli.files.plan.read_rows import read_rows

    read = read_rows(path)
    names = tuple(name.strip() for name in metrics.replace("，", ",").split(",") if name.strip())
    return EvaluateTable(read.frame, arm, control, names, share, read.made_from, lang=get_language())


def list_question(read: Rows, starts_on: str | None, days: int | None, cost: float | None) -> Question:
    """Return the question about a list and later orders; ``UsageError`` where nothing says when the campaign began."""
    from siyu_cli.core.campaign.evaluate import Evaluate, Window

    given = read.parameters
    first = starts_on or given.get("starts_on")
    if first is None:
        raise UsageError("The list does not say when the campaign began.", hint="Add --starts-on 2026-07-01.")
    window = Window(_day(str(first)), days or int(given.get("horizon_days") or 30))
    rows = compared(read.frame)
    share = float(given["control_share"]) if given.get("control_share") else None
    spent = cost if cost is not None else _expected_cost(rows[rows["arm"] == "treatment"])
    name = str(given.get("campaign") or "")
    return Evaluate(rows, window, name, share, spent, read.made_from, lang=get_language())


def _day(text: str) -> date:
    return parse_date("--starts-on", text)


def compared(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the members of both arms under their keys, less the control that would have got nothing anyway."""
    import pandas as pd

    from siyu_cli.core.campaign.question import CONTROL_IDLE
    from siyu_cli.core.campaign.tables import ARMS, REASON_WORDS
    from siyu_cli.tables.column import find_label

    def keys(column: Any, labels: Any) -> list[str | None]:
        found = {word: find_label(labels, str(word)) for word in set(column)}
        return [found[word] for word in column]

    arms = keys(frame["arm"], ARMS)
    reasons = keys(frame["reason"], REASON_WORDS) if "reason" in frame else [None] * len(frame)
    is_in = [arm is not None and reason != CONTROL_IDLE for arm, reason in zip(arms, reasons, strict=True)]
    rows = frame.assign(arm=pd.Series(arms, frame.index), member_id=frame["member_id"].astype(str)).loc[is_in]
    if rows.empty:
        raise DataError("The list holds nobody of either arm.", hint="Its arms are called treatment and control.")
    if rows["member_id"].duplicated().any():
        message = "{count} members stand in the list more than once."
        raise DataError(message, count=int(rows["member_id"].duplicated().sum()))
    return rows.reset_index(drop=True)


def _expected_cost(rows: pd.DataFrame) -> float:
    import pandas as pd

    if "expected_cost" not in rows:
        return 0.0
    amounts: Sequence[float] = pd.to_numeric(rows["expected_cost"], errors="coerce").fillna(0.0).tolist()
    return round(sum(amounts), 2)
