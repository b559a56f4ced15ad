"""The library's door: open a shop from the files operators export, then ask it things.

>>> from siyu_cli import open_shop
>>> shop = open_shop(["examples/会员.xlsx", "examples/订单.xlsx"], as_of="2026-06-30")  # doctest: +SKIP
>>> shop.segment().stages  # doctest: +SKIP
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from siyu_cli.core.churn.calendar import FIRST_YEAR, LAST_YEAR
from siyu_cli.core.churn.question import Backtest, BacktestAnswer, Churn, ChurnAnswer
from siyu_cli.core.lifecycle.explain import Explain, Explanation
from siyu_cli.core.lifecycle.question import Segment, Segmentation
from siyu_cli.core.own_segments import check_segments
from siyu_cli.core.parameters import parameters
from siyu_cli.core.question import Answer, Question, Study
from siyu_cli.engines.duckdb import DuckDBEngine
from siyu_cli.engines.kept import Keeper
from siyu_cli.engines.lake import as_place
from siyu_cli.errors import UsageError
from siyu_cli.files.load import Load, load
from siyu_cli.files.loading.exclude import Forgotten
from siyu_cli.files.loading.scripts import keep_rows
from siyu_cli.files.request import LoadRequest
from siyu_cli.private import OF_RUN, OwnFolder
from siyu_cli.progress import SILENT, Progress
from siyu_cli.shop.masks import Masks
from siyu_cli.shop.steps import write_steps

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from siyu_cli.config.settings import Settings
    from siyu_cli.core.levels.question import LevelsAnswer
    from siyu_cli.core.points.question import PointsAnswer
    from siyu_cli.core.referral.question import ReferralAnswer
    from siyu_cli.engines.protocol import ShopEngine
    from siyu_cli.engines.spark import SparkEngine
    from siyu_cli.files.cache.store import Cache
    from siyu_cli.report import Report


class Shop:
    """Members and orders as of one date, ready to be asked; ``close`` it, or use it in ``with``."""

    def __init__(self, engine: ShopEngine, settings: Settings, as_of: date, loaded: Load) -> None:
        self.engine = engine
        self.settings = settings
        self.as_of = as_of
        self.load = loaded
        self.study = Study(
            engine,
            Keeper(engine),
            settings,
            as_of,
            parameters(settings, as_of, loaded.min_paid),
            loaded.report,
            version("siyu-cli"),
            lambda: Masks(engine),
            draw_page,
            has_people=any(sheet.table in ("members", "contacts", "orders") for sheet in loaded.report.sheets),
        )

    def ask(self, question: Question) -> Answer:
        """Return the answer of this shop: a value, which no later question changes."""
        return question.answer(self.study)

    def segment(self, **options: Any) -> Segmentation:
        """Return every member's stage, RFM segment and numbers; ``options`` are the fields of ``Segment``."""
        return cast(Segmentation, self.ask(Segment(**options)))

    def churn(self, **options: Any) -> ChurnAnswer:
        """Return how likely each buyer is not to order within the horizon; ``options`` are the fields of ``Churn``."""
        return cast(ChurnAnswer, self.ask(Churn(**options)))

    def backtest(self, **options: Any) -> BacktestAnswer:
        """Return how well the models would have told who fell silent; ``options`` are the fields of ``Backtest``."""
        return cast(BacktestAnswer, self.ask(Backtest(**options)))

    def referral_report(self, **options: Any) -> ReferralAnswer:
        """Return what the invites brought; ``options`` are the fields of ``ReferralReport``."""
        from siyu_cli.core.referral.question import ReferralAnswer, ReferralReport

        return cast(ReferralAnswer, self.ask(ReferralReport(**options)))

    def points(self, **options: Any) -> PointsAnswer:
        """Return the ledger of points replayed; ``options`` are the fields of ``Points``."""
        from siyu_cli.core.points.question import Points, PointsAnswer

        return cast(PointsAnswer, self.ask(Points(**options)))

    def levels(self, **options: Any) -> LevelsAnswer:
        """Return the levels by the shop's rule; ``options`` are the fields of ``Levels``."""
        from siyu_cli.core.levels.question import Levels, LevelsAnswer

        return cast(LevelsAnswer, self.ask(Levels(**options)))

    def explain(self, member: str, **options: Any) -> Explanation:
        """Return everything known about one member; ``options`` are the fields of ``Explain``."""
        return cast(Explanation, self.ask(Explain(member, **options)))

    @property
    def masks(self) -> Masks:
        """Return how this shop's members are shown to others."""
        return cast(Masks, self.study.masks)

    def rejects(self, *, show_personal: bool = False) -> pa.Table:
        """Return every rejected row and cell, as in ``tables.REJECTS``, what is personal in them masked."""
        value = "value" if show_personal else "shown as value"
        chosen = 'select file, sheet, "row", "column", ' + value + ", reason, effect from rejects"
        found: pa.Table = self.engine.connection.sql(
            chosen + ' order by "file", "sheet", "row", "column"'
        ).to_arrow_table()
        return found

    def write_steps(self, folder: Path, *, show_personal: bool = False, force: bool = False) -> list[Path]:
        """Write every table between the files and the list as Parquet; see ``shop.steps``."""
        return write_steps(self.engine, self.study, folder, show_personal=show_personal, force=force)

    def close(self) -> None:
        """Give back memory and temporary files."""
        self.engine.close()

    def __enter__(self) -> Shop:
        """Return the shop."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the shop."""
        self.close()


def draw_page(report: Report, lang: str) -> str:
    """Return what a notebook shows of an answer."""
    from siyu_cli.render.page import body_text
    from siyu_cli.render.reader import Reader

    return body_text(report, Reader(lang))


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
    forgotten: Forgotten | None = None,
    cache: Cache | None = None,
    engine: SparkEngine | None = None,
) -> Shop:
    """Return the shop that the files hold on a date: members, contacts and orders, cleaned and accounted for.

    ``sources`` are paths (xlsx, xls, xlsm, ods, csv, tsv, zip, parquet) or frames with headers the recogniser
    knows. ``header_map`` settles columns by hand, ``{"orders.member_id": "household_id"}``; without
    ``settings`` the defaults hold. ``aliases`` and the list of an earlier run (``snapshot``) keep members' keys
    as they were; ``progress`` is told how far reading is; ``forgotten`` names those who asked to be left out; what was
    read is kept in ``cache`` for the next time.

    With an ``engine``, or where ``[engine] name`` is spark, the shop is on Spark: sources are then Parquet files,
    folders, patterns of them or tables of a catalog (``a.b.orders``), which are cleaned where they lie, and small files
    of other kinds beside them. The engine is closed with the shop. Raises
    ``InputError``, ``DataError`` or ``UsageError``, each naming the file.
    """
    from siyu_cli.config.settings import Settings as Defaults

    chosen = settings or Defaults()
    check_segments(chosen)
    mapped = {**dict(chosen.map), **(header_map or {})}
    opened = engine or open_engine(chosen)
    connection: Any = opened.connection
    has_frames = any(not isinstance(source, str | Path) for source in sources)
    with OwnFolder(Path(tempfile.gettempdir()), OF_RUN) if has_frames else nullcontext() as folder:
        paths = [_as_path(source, folder, number) for number, source in enumerate(sources, start=1)]
        kept = None if has_frames or not isinstance(opened, DuckDBEngine) else cache
        request = LoadRequest(
            paths, _as_date(as_of), mapped, password, aliases or {}, snapshot, progress, forgotten, kept
        )
        try:
            loaded = load(connection, chosen, request)
        except BaseException:
            opened.close()
            raise
        if has_frames and isinstance(opened, DuckDBEngine):
            for name in ("order_lines", "order_items"):
                keep_rows(connection, name)
    return Shop(opened, chosen, request.as_of, loaded)


def open_engine(settings: Settings) -> ShopEngine:
    """Return the engine that ``[engine]`` names. Raises ``EngineError`` where it cannot be had."""
    chosen = settings.engine
    if chosen.name == "spark":
        from siyu_cli.engines.spark import SparkEngine

        return SparkEngine(master=chosen.master, scratch=chosen.scratch)
    from siyu_cli.engines.duckdb import connect

    return DuckDBEngine(connect(chosen.memory_limit))


def open_without_files(as_of: date, settings: Settings) -> Shop:
    """Return a shop of which nothing is known: for questions that bring all they need."""
    from siyu_cli.engines.duckdb import connect
    from siyu_cli.files.loading.report import LoadReport

    connection = connect(settings.engine.memory_limit)
    return Shop(DuckDBEngine(connection), settings, as_of, Load(connection, LoadReport((), ()), None))


def _as_path(source: str | Path | pd.DataFrame, folder: Path | None, number: int) -> Path:
    if isinstance(source, str | Path):
        return as_place(source)
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
