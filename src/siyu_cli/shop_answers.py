"""What a shop answers: who is where in their life with it, and who may be leaving; real keys, or masked for others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siyu_cli.core.churn.calendar import Festival
from siyu_cli.files.loading.report import LoadReport
from siyu_cli.shop_masks import Masks
from siyu_cli.tables.churn import RISK_BANDS, RISK_SUMMARY
from siyu_cli.tables.lifecycle import SEGMENTS

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from siyu_cli.core.churn.churn import ChurnModel
    from siyu_cli.engines.kept import Kept
    from siyu_cli.shop import Shop


@dataclass(frozen=True)
class Segmentation:
    """A segmented shop: one row per member, the summaries, and what they rest on.

    ``stages`` and ``rfm`` are frames as in ``tables.STAGE_SUMMARY`` and ``RFM_SUMMARY``; ``by`` is None unless
    asked for; ``movement`` counts members by stage then and now, where an earlier snapshot was given.

    Members stand in it by their real keys, which a phone or an account may be: ``masked()`` is for others to see.
    """

    shop: Shop
    table: Kept = field(repr=False)
    stages: pd.DataFrame
    rfm: pd.DataFrame
    by: pd.DataFrame | None
    splits: Mapping[str, Any]
    windows: Mapping[str, Any]
    meta: Mapping[str, Any]
    movement: pd.DataFrame | None = None
    masks: Masks | None = field(default=None, repr=False)
    has_keys: bool = True

    @property
    def load(self) -> LoadReport:
        """Return what was read, used, skipped and rejected."""
        return self.shop.load.report if self.masks is None else self.shop.load.report.masked()

    @cached_property
    def members(self) -> pd.DataFrame:
        """Return one row per member, columns as in ``tables.SEGMENTS``, sorted by member_id; see ``frame``.

        Keys are real ones, fit to be joined with; those of ``masked()`` are fit to be shown.
        """
        return self.frame()

    def frame(self, *, exact: bool = False) -> pd.DataFrame:
        """Return the members as a frame: money and numbers float64, dates datetime64, counts Int64.

        ``exact`` leaves money as ``Decimal`` and dates as ``date``.
        """
        return _as_frame(self.arrow(), exact=exact)

    def arrow(self, columns: Sequence[str] = SEGMENTS.keys) -> pa.Table:
        """Return the same rows as Arrow: exact decimals, no copy through Python.

        ``columns`` are keys of ``tables.SEGMENTS``, or ``phone`` and ``name``, unmasked; with them ``member_id``.
        """
        rows = self.shop.engine.read(self.shop.listed(columns, self.table.name), ["member_id"])
        return rows if self.masks is None else self.masks.rows(rows, has_keys=self.has_keys)

    def write_parquet(
        self, path: Path, meta: Mapping[str, str] | None = None, columns: Sequence[str] = SEGMENTS.keys
    ) -> None:
        """Write the same rows to one Parquet file, by the engine; ``meta`` is kept in the file."""
        if self.masks is not None and self.masks.changes(columns, has_keys=self.has_keys):
            self.shop.engine.open("masked_list", self.arrow(columns))
            name = "masked_list"
        else:
            name = self.shop.listed(columns, self.table.name)
        self.shop.engine.write(self.shop.harmless(name), path, ["member_id"], meta)

    def masked(self, *, has_keys: bool = False) -> Segmentation:
        """Return the same with everything masked that is personal; ``has_keys`` leaves members' keys as they are."""
        masks = self.shop.masks
        by = None if self.by is None else masks.frame(self.by)
        meta = {**self.meta, "where": masks.condition(self.meta["where"])}
        return replace(self, by=by, meta=meta, masks=masks, has_keys=has_keys)


@dataclass(frozen=True)
class Churn:
    """Who may be leaving: a row per buyer as in ``tables.CHURN``, the model, what it was worth before, days to mind.

    ``record`` says per risk band how many members it held in the past year, and how many of them really left.
    Members stand in it by their real keys, which a phone or an account may be: ``masked()`` is for others to see.
    """

    shop: Shop
    table: Kept = field(repr=False)
    model: ChurnModel
    record: Sequence[Mapping[str, Any]]
    festivals: Sequence[Festival]
    meta: Mapping[str, Any]
    masks: Masks | None = field(default=None, repr=False)

    @property
    def load(self) -> LoadReport:
        """Return what was read, used, skipped and rejected."""
        return self.shop.load.report if self.masks is None else self.shop.load.report.masked()

    @cached_property
    def scored(self) -> pa.Table:
        """Return every listed buyer as Arrow, the most value at risk first."""
        rows = self.shop.engine.read(self.table.name, ["member_id"])
        rows = rows.sort_by([("value_at_risk", "descending"), ("member_id", "ascending")])
        return rows if self.masks is None else self.masks.rows(rows)

    def masked(self) -> Churn:
        """Return the same with everything masked that is personal."""
        masks = self.shop.masks
        return replace(self, meta={**self.meta, "where": masks.condition(self.meta["where"])}, masks=masks)

    @cached_property
    def members(self) -> pd.DataFrame:
        """Return every listed buyer as a frame; see ``frame``."""
        return self.frame()

    def frame(self, *, exact: bool = False) -> pd.DataFrame:
        """Return the buyers as a frame, typed as that of a ``Segmentation``; ``exact`` leaves money as ``Decimal``."""
        return _as_frame(self.scored, exact=exact)

    def at_risk(self) -> pa.Table:
        """Return those who are not gone yet and whose risk is high or medium."""
        import pyarrow as pa
        import pyarrow.compute as pc

        is_at_risk = pc.is_in(self.scored["risk_band"], pa.array(["high", "medium"]))
        return self.scored.filter(pc.and_(is_at_risk, pc.not_equal(self.scored["stage"], "churned")))

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


def _as_frame(rows: pa.Table, *, exact: bool) -> pd.DataFrame:
    import pandas as pd
    import pyarrow as pa

    if not exact:
        for place, field in enumerate(rows.schema):
            if pa.types.is_decimal(field.type):
                rows = rows.set_column(place, field.name, rows.column(place).cast(pa.float64()))
    counts = {pa.int64(): pd.Int64Dtype()}
    frame: pd.DataFrame = rows.to_pandas(types_mapper=counts.get, date_as_object=exact)
    return frame
