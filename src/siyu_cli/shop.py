"""The library's door: open a shop from the files operators export, then ask it things.

>>> from siyu_cli import open_shop
>>> shop = open_shop(["examples/会员.xlsx", "examples/订单.xlsx"], as_of="2026-06-30")  # doctest: +SKIP
>>> shop.segment().stages  # doctest: +SKIP
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siyu_cli.core.churn.calendar import FIRST_YEAR, LAST_YEAR, find_festivals
from siyu_cli.core.conditions import check_values
from siyu_cli.core.lifecycle.explain import Explanation, explain_member
from siyu_cli.core.lifecycle.movement import compare_stages
from siyu_cli.core.lifecycle.segment import (
    describe_splits,
    label_members,
    list_members,
    summarise_by,
    summarise_rfm,
    summarise_stages,
)
from siyu_cli.core.lifecycle.windows import suggest_windows
from siyu_cli.core.parameters import churn_parameters, parameters
from siyu_cli.engines.duckdb import DuckDBEngine
from siyu_cli.engines.kept import Keeper
from siyu_cli.engines.step import step
from siyu_cli.errors import ConditionError, DataError, UsageError
from siyu_cli.files.load import Load, LoadRequest, load
from siyu_cli.files.loading.scripts import create, first_row
from siyu_cli.files.writing.replace import check_target, make_folder, replacing, together
from siyu_cli.private import OwnFolder
from siyu_cli.progress import SILENT, Progress
from siyu_cli.shop_answers import Churn, Segmentation
from siyu_cli.shop_masks import MOST_CANDIDATES, Masks
from siyu_cli.shop_segments import check_segments
from siyu_cli.spelling import plain_id
from siyu_cli.tables.column import MASKS

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from siyu_cli.config.settings import Settings
    from siyu_cli.core.churn.backtest import Backtest
    from siyu_cli.shop_referrals import Past, ReferralReport

_STEPS = {
    "order_lines": ["member_id", "order_id", "ordered_on", "paid_amount"],
    "members": ["member_id"],
    "purchases": ["member_id", "ordered_on", "order_count"],
    "features": ["member_id"],
    "measures": ["measure", "measured"],
    "bands": ["measure", "score"],
    "norms": ["shop_norm"],
    "rfm": ["member_id"],
    "comebacks": ["member_id"],
    "stages": ["member_id"],
    "segments": ["member_id"],
}
_WINDOWS = (
    "new_days",
    "dormant_after",
    "churned_after",
    "declining_ratio",
    "mature_orders",
    "welcome_points",
)


class Shop:
    """Members and orders as of one date; ``close`` it, or use it in ``with``."""

    def __init__(self, engine: DuckDBEngine, settings: Settings, as_of: date, loaded: Load) -> None:
        self.engine = engine
        self.keeper = Keeper(engine)
        self.settings = settings
        self.as_of = as_of
        self.load = loaded
        self.parameters = parameters(settings, as_of, loaded.min_paid)

    def segment(
        self,
        *,
        where: str | None = None,
        by: str | None = None,
        lang: str = "en",
        snapshot: Path | None = None,
    ) -> Segmentation:
        """Return every member's stage, RFM segment and numbers.

        ``where`` is a condition on the columns of the list (``stage = 'dormant' and net_sales >= 1000``) that
        chooses who is listed and summarised, in keys or in the titles and labels of either language; ``by`` also
        groups by owner, store, source_channel or level;
        ``lang`` (en or zh) is that of ``stage_reason``; ``snapshot`` is an earlier list to compare with
        (``previous_stage``, and ``movement`` unless ``where`` cuts the list down).
        Raises ``ConditionError`` for a condition that is not allowed.
        """
        self._need_people()
        self._label()
        self._list(where, lang, snapshot)
        splits = describe_splits(self.engine, self.parameters)
        shop_norm = splits.pop("shop_norm")
        windows = {key: self.parameters[key] for key in _WINDOWS}
        suggested = suggest_windows(self.engine, self.parameters)
        return Segmentation(
            self,
            self.keeper.keep("segments"),
            summarise_stages(self.engine),
            summarise_rfm(self.engine),
            summarise_by(self.engine, by) if by else None,
            splits,
            {**windows, "shop_norm": shop_norm, "suggested": suggested},
            self.describe(where),
            compare_stages(self.engine) if snapshot and where is None else None,
        )

    def churn(
        self,
        *,
        horizon_days: int | None = None,
        model: str | None = None,
        where: str | None = None,
        lang: str = "en",
    ) -> Churn:
        """Return how likely each buyer is not to order within the horizon, and what that would cost.

        ``horizon_days`` and ``model`` (one of ``scoring.MODELS``) are those of ``[churn]`` unless given; ``where``
        chooses who is listed, as in ``segment``; everybody is fitted. Raises ``ConditionError`` for a condition
        that is not allowed.
        """
        from siyu_cli.core.churn.churn import score_churn, track_record
        from siyu_cli.core.churn.histories import Lookback
        from siyu_cli.core.churn.scoring import Scorer

        own = churn_parameters(self.settings, horizon_days)
        self._need_people()
        self._label()
        self._list(where, lang)
        scorer = Scorer(Lookback(self.engine, {**self.parameters, **own}), model or self.settings.churn.model)
        self.keeper.set_aside("churn")
        record = track_record(scorer)
        fitted = score_churn(scorer, lang=lang)
        ahead = self.as_of + timedelta(days=fitted.horizon_days)
        festivals = find_festivals(self.as_of + timedelta(days=1), ahead, self.settings.calendar)
        meta = self.describe(where)
        meta["parameters"] |= own
        return Churn(self, self.keeper.keep("churn"), fitted, record, festivals, meta)

    def backtest(
        self, *, horizon_days: int | None = None, model: str | None = None, cutoff: date | None = None
    ) -> Backtest:
        """Return how well the models would have told who fell silent, per cut-off; see ``core.backtest``."""
        from siyu_cli.core.churn.backtest import replay
        from siyu_cli.core.churn.histories import Lookback

        params = {**self.parameters, **churn_parameters(self.settings, horizon_days)}
        self._label()
        found = replay(Lookback(self.engine, params), model=model or self.settings.churn.model, cutoff=cutoff)
        for cut in found.cutoffs:
            first_on, last_on = (date.fromisoformat(cut[key]) for key in ("first_on", "last_on"))
            named = find_festivals(first_on, last_on, self.settings.calendar)
            cut["festivals"] = [festival.name for festival in named]
        return found

    def referral_report(
        self, *, campaign: str | None = None, since: date | None = None, past: Past | None = None
    ) -> ReferralReport:
        """Return what the invites brought: of one ``campaign`` or of all, and what is new ``since`` a date.

        ``past`` is what earlier reports left in the ledger. Raises ``DataError`` where there are no such invites.
        """
        from siyu_cli.shop_referrals import report_referrals

        self._label()
        return report_referrals(self, campaign=campaign, since=since, past=past)

    def explain(self, member: str, *, lang: str = "en") -> Explanation:
        """Return everything known about one member, by id, phone, account, another of their ids, or a mask of these.

        Raises ``InputError`` where nobody is known by it, ``UsageError`` where a mask stands for several.
        """
        self._label()
        self._list(None, lang)
        return explain_member(self.engine, self.parameters, self._key_of(member))

    @cached_property
    def masks(self) -> Masks:
        """Return how this shop's members are shown to others."""
        self._label()
        return Masks(self.engine.connection)

    def listed(self, columns: Sequence[str], members: str) -> str:
        """Give these columns of a list of members a name, and return it; ``member_id`` is one of them.

        Phones and names, which no step reads, are joined if they are among them.
        """
        from sqlglot import exp

        rows = exp.select(*map(exp.column, dict.fromkeys(columns))).from_(exp.table_(members, quoted=True))
        if {"phone", "name"} & set(columns):
            rows = rows.join("people", using="member_id", join_type="left")
        create(self.engine.connection, "listed", rows, kind="VIEW")
        return "listed"

    def person(self, member_id: str) -> tuple[str | None, str | None]:
        """Return the phone and the name staff know a member by, unmasked; None for what is not known."""
        asked = "select phone, name from people where member_id = $member_id"
        phone, name = first_row(self.engine.connection, asked, {"member_id": member_id}) or (None, None)
        return phone, name

    def rejects(self, *, show_personal: bool = False) -> pa.Table:
        """Return every rejected row and cell, as in ``tables.REJECTS``, what is personal in them masked."""
        value = "value" if show_personal else "shown as value"
        chosen = 'select file, sheet, "row", "column", ' + value + ", reason, effect from rejects"
        return self.engine.connection.sql(chosen).order('"file", "sheet", "row", "column"').to_arrow_table()

    def write_steps(self, folder: Path, *, show_personal: bool = False, force: bool = False) -> list[Path]:
        """Write every table between the files and the list as Parquet, for looking at how a figure came about.

        They are made for others to look at: masked, members' keys alike in all of them, unless ``show_personal``.
        All of them are written or none is. Raises OutputError where one cannot be, or is there without ``force``.
        """
        make_folder(folder)
        written = step_files(folder)
        for path in written:
            check_target(path, force=force)
        self.engine.run(step("measures"), self.parameters)
        with together():
            for path, (name, order_by) in zip(written, _STEPS.items(), strict=True):
                with replacing(path, force=force) as temporary:
                    shown = name if show_personal else self._masked_step(name)
                    self.engine.write(self.harmless(shown), temporary, order_by)
        return written

    def harmless(self, name: str) -> str:
        """Give a table the name it has without signs that steer whoever shows its texts, and return that."""
        from siyu_cli.files.writing.cells import harmless
        from siyu_cli.signs import HARMFUL

        texts = [_quoted(key) for key, kind in self.engine.columns(name).items() if kind == "VARCHAR"]
        every = ", ".join(texts)
        asked = f"select 1 from {_quoted(name)} where regexp_matches(concat_ws('', {every}), $harmful) limit 1"
        if not texts or not first_row(self.engine.connection, asked, {"harmful": HARMFUL}):
            return name
        self.engine.open("harmless_" + name, harmless(self.engine.read(name, ())))
        return "harmless_" + name

    def _masked_step(self, name: str) -> str:
        """Give a table the name it has masked, and return that."""
        masked, columns = "masked_" + name, self.engine.columns(name)
        if any(MASKS.get(key, "key") != "key" for key in columns):
            self.engine.open(masked, self.masks.rows(self.engine.read(name, ())))
        elif "member_id" in columns and self.masks.has_keys:
            # A log may be long: keys alone are looked up where the rows are.
            create(self.engine.connection, masked, self.masks.keyed(name, columns), kind="VIEW")
        else:
            return name
        return masked

    def close(self) -> None:
        """Give back memory and temporary files."""
        self.engine.close()

    def __enter__(self) -> Shop:
        """Return the shop."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the shop."""
        self.close()

    @cached_property
    def _labelled(self) -> bool:
        label_members(self.engine, self.parameters)
        return True

    def _label(self) -> None:
        assert self._labelled

    def _list(self, where: str | None, lang: str, snapshot: Path | None = None) -> None:
        if where is not None:
            try:
                check_values(self.engine, where)
            except ConditionError as error:  # names what others have, who may have been named in it
                error.facts |= self.masks.document({key: error.facts[key] for key in error.facts if key != "column"})
                raise
        check_segments(self.settings, self.engine)
        self.keeper.set_aside("segments")
        list_members(
            self.engine, self.parameters, where=where, segments=self.settings.segments, lang=lang, snapshot=snapshot
        )  # fmt: skip

    @property
    def has_people(self) -> bool:
        """Return whether the files hold members or orders, and not invites and costs alone."""
        return any(sheet.table in ("members", "contacts", "orders") for sheet in self.load.report.sheets)

    def _need_people(self) -> None:
        if not self.has_people:
            raise DataError(
                "No members and no orders were found in {files}.",
                hint="Give the members' or the orders' export beside the invites.",
                files=", ".join(given.file for given in self.load.report.inputs),
            )

    def _key_of(self, typed: str) -> str:
        name = plain_id(typed.encode("utf-8", "replace").decode())  # bytes that are no text name nobody
        found = first_row(
            self.engine.connection,
            "select coalesce((select member_key from member_links where member_id = member_id_in($name) limit 1), "
            "(select phone_key from phone_keys where phone = coalesce(phone_in($name), $name) limit 1), "
            "(select member_id from features where member_id in (member_id_in($name), phone_in($name)) limit 1))",
            {"name": name},
        )
        if found[0] is not None:
            return str(found[0])
        keys = self.masks.candidates(name)
        if len(keys) < 2:
            return keys[0] if keys else name
        # A mask that one id has to itself may be that of another's phone: the id answers to a number as well.
        shown = [mask + "~1" * (mask == name) for mask in map(self.masks.key, keys[:MOST_CANDIDATES])]
        raise UsageError(
            "{member} stands for several members.",
            hint="Type one of these, or the member's own id: {members}.",
            member=name,
            members=", ".join(sorted(shown)) + ("…" if len(keys) > MOST_CANDIDATES else ""),
        )

    def describe(self, where: str | None) -> dict[str, Any]:
        """Return what every output carries: version, date, condition, parameters, inputs."""
        from siyu_cli import __version__

        report = self.load.report
        return {
            "version": __version__,
            "as_of": self.as_of.isoformat(),
            "where": where,
            "parameters": {
                key: value if isinstance(value, int | float | str | None) else str(value)
                for key, value in sorted(self.parameters.items())
            },
            "inputs": [{"file": given.file, "sha256": given.sha256, "rows": given.rows} for given in report.inputs],
            "rows_rejected": report.rows_rejected,
        }


def open_shop(  # noqa: PLR0913  each but the first is optional
    sources: Sequence[str | Path | pd.DataFrame],
    *,
    as_of: date | str,
    settings: Settings | None = None,
    header_map: Mapping[str, str] | None = None,
    password: str | None = None,
    aliases: Mapping[str, str] | None = None,
    snapshot: Path | None = None,
    progress: Progress = SILENT,
) -> Shop:
    """Return the shop that the files hold on a date: members, contacts and orders, cleaned and accounted for.

    ``sources`` are paths (xlsx, xls, xlsm, ods, csv, tsv, zip, parquet) or frames with headers the recogniser
    knows. ``header_map`` settles columns by hand, ``{"orders.member_id": "household_id"}``; without
    ``settings`` the defaults hold. ``aliases`` and the list of an earlier run (``snapshot``) keep members' keys
    as they were; ``progress`` is told how far reading is. Raises ``InputError``, ``DataError`` or ``UsageError``,
    each naming the file.
    """
    from siyu_cli.config.settings import Settings as Defaults
    from siyu_cli.engines.duckdb import connect

    chosen = settings or Defaults()
    check_segments(chosen)
    mapped = {**dict(chosen.map), **(header_map or {})}
    connection = connect(chosen.engine.memory_limit)
    has_frames = any(not isinstance(source, str | Path) for source in sources)
    with OwnFolder(Path(tempfile.gettempdir()), "siyu-run-") if has_frames else nullcontext() as folder:
        paths = [_as_path(source, folder, number) for number, source in enumerate(sources, start=1)]
        request = LoadRequest(paths, _as_date(as_of), mapped, password, aliases or {}, snapshot, progress)
        loaded = load(connection, chosen, request)
        if has_frames:
            connection.execute("create or replace temp table order_lines_kept as select * from order_lines")
            connection.execute("create or replace temp view order_lines as select * from order_lines_kept")
    return Shop(DuckDBEngine(connection), chosen, request.as_of, loaded)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def step_files(folder: Path) -> list[Path]:
    """Return the files ``write_steps`` writes into a folder."""
    return [folder / f"{name}.parquet" for name in _STEPS]


def _as_path(source: str | Path | pd.DataFrame, folder: Path | None, number: int) -> Path:
    if isinstance(source, str | Path):
        return Path(source)
    assert folder is not None
    path = folder / f"frame-{number}.parquet"
    source.to_parquet(path, index=False)
    return path


def _as_date(as_of: date | str) -> date:
    try:
        day = as_of if isinstance(as_of, date) else date.fromisoformat(as_of)
    except ValueError as error:
        raise UsageError("{as_of} is not a date.", hint="Write it as 2026-06-30.", as_of=repr(as_of)) from error
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        message = "{as_of} is no date of a shop: years go from {first} to {last}."
        raise UsageError(message, as_of=day.isoformat(), first=FIRST_YEAR, last=LAST_YEAR)
    return day
