"""Who may be leaving, and how such words came true before: two questions, and what a shop answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self

from siyu_cli.core.churn.calendar import Festival, find_festivals
from siyu_cli.core.churn.tables import CHURN, RISK_BANDS, RISK_SUMMARY
from siyu_cli.core.frames import as_frame, split_rows
from siyu_cli.core.parameters import churn_parameters
from siyu_cli.core.question import Answer, Kept, Question, Study

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from siyu_cli.core.churn.backtest import Replay
    from siyu_cli.core.churn.churn import ChurnModel


@dataclass(frozen=True)
class Churn(Question):
    """How likely is each buyer not to order within the horizon, and what would that cost?

    ``horizon_days`` and ``model`` (one of ``scoring.MODELS``) are those of ``[churn]`` unless given; ``where`` chooses
    who is listed; everybody is fitted. The list holds who is at high or medium risk and not gone, or, with
    ``everyone``, every buyer; of either the ``top`` with most at stake.
    """

    command: ClassVar[str] = "churn"
    horizon_days: int | None = None
    model: str | None = None
    where: str | None = None
    top: int | None = None
    everyone: bool = False
    lang: str = "en"

    def answer(self, study: Study) -> ChurnAnswer:
        """Return who may be leaving; ``ConditionError`` for a condition that is not allowed."""
        from siyu_cli.core.churn.churn import score_churn, track_record
        from siyu_cli.core.churn.histories import Lookback
        from siyu_cli.core.churn.scoring import Scorer

        own = churn_parameters(study.settings, self.horizon_days)
        study.list_members(self.where, self.lang)
        scorer = Scorer(Lookback(study.engine, {**study.parameters, **own}), self.model or study.settings.churn.model)
        study.keeper.set_aside("churn")
        record = track_record(scorer)
        fitted = score_churn(scorer, lang=self.lang)
        ahead = study.as_of + timedelta(days=fitted.horizon_days)
        festivals = find_festivals(study.as_of + timedelta(days=1), ahead, study.settings.calendar)
        meta = study.describe(self.command, self.where, own)
        return ChurnAnswer(
            study, meta, study.keeper.keep("churn"), fitted, record, festivals, self.top, self.everyone, lang=self.lang
        )


@dataclass(frozen=True)
class ChurnAnswer(Answer):
    """Who may be leaving: a row per buyer as in ``tables.CHURN``, the model, what it was worth before, days to mind.

    ``record`` says per risk band how many members it held in the past year, and how many of them really left.
    """

    told_by: ClassVar[str] = "siyu_cli.core.churn.report"
    table: Kept = field(repr=False)
    model: ChurnModel
    record: Sequence[Mapping[str, Any]]
    festivals: Sequence[Festival]
    top: int | None = None
    everyone: bool = False
    part: tuple[str, str | None] | None = None

    @cached_property
    def scored(self) -> pa.Table:
        """Return every buyer asked about as Arrow, the most value at risk first."""
        rows = self.table.read(CHURN.keys)
        rows = rows.sort_by([("value_at_risk", "descending"), ("member_id", "ascending")])
        return self.study.masks.rows(rows) if self.is_masked else rows

    @cached_property
    def members(self) -> pd.DataFrame:
        """Return every buyer asked about as a frame; see ``frame``."""
        return self.frame()

    def frame(self, *, exact: bool = False) -> pd.DataFrame:
        """Return the buyers as a frame, typed as that of a ``Segmentation``; ``exact`` leaves money as ``Decimal``."""
        return as_frame(self.scored, exact=exact)

    def at_risk(self) -> pa.Table:
        """Return those who are not gone yet and whose risk is high or medium."""
        import pyarrow as pa
        import pyarrow.compute as pc

        is_at_risk = pc.is_in(self.scored["risk_band"], pa.array(["high", "medium"]))
        return self.scored.filter(pc.and_(is_at_risk, pc.not_equal(self.scored["stage"], "churned")))

    @cached_property
    def listed(self) -> pa.Table:
        """Return the list that was asked for."""
        rows = self.scored if self.everyone else self.at_risk()
        rows = rows.slice(0, self.top) if self.top else rows
        return rows if self.part is None else split_rows(rows, self.part[0])[self.part[1]]

    @property
    def owners(self) -> list[dict[str, Any]]:
        """Return one row per employee: how many at risk are theirs and what is at stake, most first."""
        return by_owner(self.at_risk())

    @cached_property
    def risks(self) -> pd.DataFrame:
        """Return one row per risk band as in ``tables.RISK_SUMMARY``; value at risk is that of the list."""
        import pandas as pd

        every, listed = self.members, self.at_risk().to_pandas().astype({"value_at_risk": float})
        counts = {
            "members": every.groupby("risk_band").size(),
            "gone": every[every["stage"] == "churned"].groupby("risk_band").size(),
            "listed": listed.groupby("risk_band").size(),
        }
        rows = pd.DataFrame({**counts, "value_at_risk": listed.groupby("risk_band")["value_at_risk"].sum().round(2)})
        rows = rows.reindex(list(RISK_BANDS)).fillna(0).astype(dict.fromkeys(counts, "int64"))
        rows = rows.rename_axis("risk_band").reset_index()
        rows["member_share"] = rows["members"] / (len(every) or float("nan"))
        then = pd.DataFrame(self.record or [], columns=["risk_band", "members", "silent_share"])
        then = then.rename(columns={"members": "members_past_year"})
        return rows.merge(then, on="risk_band", how="left")[list(RISK_SUMMARY.keys)]

    def parts(self, by: str) -> dict[str | None, Self]:
        """Return the list of each employee."""
        return {value: replace(self, part=(by, value)) for value in split_rows(self.listed, by)}


def by_owner(listed: pa.Table) -> list[dict[str, Any]]:
    """Return one row per employee: how many of a list are theirs and what is at stake, most first."""
    owners: dict[str | None, dict[str, Any]] = {}
    columns = (listed[key].to_pylist() for key in ("owner", "value_at_risk"))
    for owner, value in zip(*columns, strict=True):
        share = owners.setdefault(owner, {"owner": owner, "listed": 0, "value_at_risk": Decimal(0)})
        share["listed"] += 1
        share["value_at_risk"] += value or 0
    return sorted(owners.values(), key=lambda share: (-share["value_at_risk"], share["owner"] or ""))


@dataclass(frozen=True)
class Backtest(Question):
    """How well would the models have told who fell silent, at earlier dates? See ``core.churn.backtest``."""

    command: ClassVar[str] = "churn"
    horizon_days: int | None = None
    model: str | None = None
    cutoff: date | None = None
    lang: str = "en"

    def answer(self, study: Study) -> BacktestAnswer:
        """Return one judgement per date that can be looked back from."""
        from siyu_cli.core.churn.backtest import replay
        from siyu_cli.core.churn.histories import Lookback

        own = churn_parameters(study.settings, self.horizon_days)
        study.label()
        past = Lookback(study.engine, {**study.parameters, **own})
        found = replay(past, model=self.model or study.settings.churn.model, cutoff=self.cutoff)
        for cut in found.cutoffs:
            first_on, last_on = (date.fromisoformat(cut[key]) for key in ("first_on", "last_on"))
            cut["festivals"] = [day.name for day in find_festivals(first_on, last_on, study.settings.calendar)]
        return BacktestAnswer(study, study.describe("churn --backtest", parameters=own), found, lang=self.lang)


@dataclass(frozen=True)
class BacktestAnswer(Answer):
    """One judgement per date, the latest first, and why other dates could not be judged."""

    told_by: ClassVar[str] = "siyu_cli.core.churn.backtest_report"
    found: Replay

    @property
    def cutoffs(self) -> tuple[dict[str, Any], ...]:
        """Return the judgements."""
        return self.found.cutoffs

    @property
    def passed_over(self) -> Mapping[str, Any]:
        """Return why, by date."""
        return self.found.passed_over
