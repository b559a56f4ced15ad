"""Every engine does the same with tables, and Spark labels every member as DuckDB does.

Decimals are equal to the cent and floats to 1e-9, whatever the session's time zone and partitions.
"""

from __future__ import annotations

import math
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core_shop import Labelled, demo_rows, gathered_shops, label, open_rows
from referral_oracle import Invite, Person
from shops import Row, a_history, a_line
from siyu_cli.config.settings import Settings
from siyu_cli.core.churn.churn import score_churn, track_record
from siyu_cli.core.churn.histories import Lookback
from siyu_cli.core.churn.scoring import Scorer
from siyu_cli.core.lifecycle.movement import compare_stages
from siyu_cli.core.lifecycle.segment import EarlierList, describe_splits, summarise_by, summarise_rfm, summarise_stages
from siyu_cli.core.lifecycle.windows import suggest_windows
from siyu_cli.core.parameters import churn_parameters, parameters
from siyu_cli.core.referral.figures import Scope, referral_figures
from siyu_cli.core.referral.trace import trace_referrals
from siyu_cli.engines.protocol import Engine
from siyu_cli.engines.step import Step, step
from siyu_cli.errors import EngineError
from test_referral_against_oracle import Campaign, open_campaign

TODAY = date(2026, 6, 30)
SAMPLE = Path(__file__).parent / "data" / "CDNOW_sample.txt"
SEGMENTS = {"big": "net_sales >= 1000.50", "quiet": "days_since_last between 91 and 400 or owner is null"}
# Each word that a condition may use, and a few ways to get a null into it.
CONDITIONS = (
    "net_sales * 2 - 10 > 1500.25 and not is_unfriended",
    "stage in ('dormant', 'churned') or rfm_segment = 'important_value'",
    "lower(level) like '%卡%' and city ilike '%州'",
    "contains(source_channel, '小程序') or starts_with(store, '线上')",
    "birthday >= '1990-01-01' and last_order_on < date '2026-01-01'",
    "coalesce(points, 0) + 1 > 10.5 and length(member_id) = 8",
    "abs(-order_days) <> 3 and upper(gender) is not null",
    "refund_rate > 0.1 or average_order_value <= 99.99",
    "is_referrer = true or median_gap_days is null",
)


@pytest.fixture(scope="module")
def spark(spark_session: Any) -> Iterator[Engine]:
    from siyu_cli.engines.spark import SparkEngine

    engine = SparkEngine(spark_session.newSession())
    yield engine
    engine.close()


@contextmanager
def session_of(engine: Any, settings: dict[str, str]) -> Iterator[None]:
    """Run the engine's session by other settings for a while."""
    before = {key: engine.session.conf.get(key) for key in settings}
    for key, value in settings.items():
        engine.session.conf.set(key, value)
    yield
    for key, value in before.items():
        engine.session.conf.set(key, value)


def is_same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9) or math.isnan(one) == math.isnan(other) is True
    return bool(one == other)


def assert_same_table(one: pa.Table, other: pa.Table) -> None:
    assert one.schema == other.schema
    assert one.num_rows == other.num_rows
    for name in one.column_names:
        pairs = zip(one[name].to_pylist(), other[name].to_pylist(), strict=True)
        assert [pair for pair in pairs if not is_same(*pair)] == [], name


def assert_same_frame(one: pd.DataFrame, other: pd.DataFrame) -> None:
    keys = list(one.columns)
    pd.testing.assert_frame_equal(
        *(frame.sort_values(keys, ignore_index=True) for frame in (one, other)), rtol=1e-9, atol=1e-9
    )


def assert_same(one: Labelled, other: Labelled) -> None:
    for name in ("purchases", "features", "rfm", "stages", "segments"):
        keys = ["member_id", "ordered_on", "order_count"] if name == "purchases" else ["member_id"]
        assert_same_table(one.engine.read(name, keys), other.engine.read(name, keys))
    assert_same_frame(*(shop.engine.fetch(step("silences"), shop.params) for shop in (one, other)))
    for said in (summarise_stages, summarise_rfm):
        assert_same_frame(said(one.engine), said(other.engine))
    for told in (describe_splits, suggest_windows):
        assert told(one.engine, one.params) == told(other.engine, other.params)


# --- Labels -------------------------------------------------------------------------------------------


@pytest.mark.spark
def test_the_demo_shop_is_the_same_on_both(spark: Engine, duckdb_engine: Engine, tmp_path: Path):
    members, lines = demo_rows(2_000, TODAY)
    one, other = (
        label(engine, members, lines, TODAY, segments=SEGMENTS, lang="zh") for engine in (duckdb_engine, spark)
    )
    assert_same(one, other)
    assert_same_frame(*(summarise_by(engine, "owner") for engine in (duckdb_engine, spark)))
    before = tmp_path / "before.parquet"
    duckdb_engine.write("segments", before, ["member_id"])
    for shop in (one, other):
        shop.list_members(segments=SEGMENTS, snapshot=EarlierList(before, date(2026, 3, 31)))
    assert_same_table(one.table("segments"), other.table("segments"))
    assert_same_frame(*(compare_stages(engine) for engine in (duckdb_engine, spark)))
    for condition in CONDITIONS:
        for shop in (one, other):
            shop.list_members(where=condition, segments={"same": condition})
        assert 0 < one.table("segments").num_rows < 2_000, condition
        assert_same_table(one.table("segments"), other.table("segments"))


def sample_rows() -> tuple[list[Row], list[Row]]:
    """Return nobody and the order lines of CDNOW's sample: real members, of whom the past teaches something."""
    lines = []
    for number, line in enumerate(SAMPLE.read_text("ascii").splitlines()):
        member, _in_sample, on, _discs, dollars = line.split()
        lines.append(a_line(member, str(number), date(int(on[:4]), int(on[4:6]), int(on[6:])), dollars))
    return [], lines


@pytest.mark.spark
@pytest.mark.parametrize(
    ("model", "members", "chosen"),
    [("mbg", 1_500, "mbg"), ("pareto", 1_500, "pareto"), ("mbg", 60, "rfm_cells"), ("blend", 0, "blend")],
)
def test_who_may_be_leaving_is_the_same_on_both(
    spark: Engine, duckdb_engine: Engine, model: str, members: int, chosen: str
):
    on = TODAY if members else date(1998, 6, 30)
    rows = demo_rows(members, TODAY) if members else sample_rows()
    shops = [label(engine, *rows, on) for engine in (duckdb_engine, spark)]
    params = {**shops[0].params, **churn_parameters(Settings())}
    scorers = [Scorer(Lookback(shop.engine, params), model) for shop in shops]
    records = [track_record(scorer) for scorer in scorers]
    assert records[0] == records[1]
    fitted = [score_churn(scorer, lang="zh") for scorer in scorers]
    assert fitted[0].name == fitted[1].name == chosen
    assert_same_table(*(shop.engine.read("churn", ["member_id"]) for shop in shops))


def odd_campaign(people: int = 300) -> Campaign:
    """Return a campaign of many people in which nearly everything goes wrong, always the same."""
    chance = random.Random(17)

    def day(odds: float) -> date | None:
        return None if chance.random() < odds else TODAY - timedelta(chance.randint(-3, 90))

    def name() -> str | None:
        return None if chance.random() < 0.03 else f"p{chance.randint(1, people)}"

    invites = [
        Invite(name(), name(), day(0.2), day(0.3), chance.choice("春夏"), chance.choice("AB"),
               Decimal(chance.randint(0, 9)),
               has_joined_column=chance.random() < 0.7)
        for _row in range(2 * people)
    ]  # fmt: skip

    def orders(count: int) -> tuple[date, ...]:
        return tuple(sorted({TODAY - timedelta(chance.randint(0, 80)) for _day in range(count)}))

    known = [
        Person(f"p{number}", day(0.1), orders(number % 4),
               has_invite_code=number % 9 == 0, is_lost=number % 11 == 0)
        for number in range(1, people + 1) if number % 5
    ]  # fmt: skip
    known = [replace(one, joined_on=min(one.joined_on or TODAY, TODAY)) for one in known]
    return Campaign(
        tuple(one for one in invites if one.inviter_id or one.invitee_id), {one.member_id: one for one in known}
    )


@pytest.mark.spark
def test_what_a_campaign_brought_is_the_same_on_both(spark: Engine, duckdb_engine: Engine):
    found = []
    for engine in (duckdb_engine, spark):
        params = {**open_campaign(engine, odd_campaign()), "gross_margin": 0.01}
        found.append(referral_figures(trace_referrals(engine, params, (3,)), Scope(since=TODAY, milestones=(3,))))
        keys = ["inviter_id", "invitee_id", "kind", "since_on", "reward_amount"]
        rows = engine.read("outcomes", keys)
        found.append(rows.select(sorted(rows.column_names)).to_pylist())
    assert found[2] == found[0]
    assert sorted(map(str, found[3])) == sorted(map(str, found[1]))
    assert found[0]["suspicions"]


SETTINGS = (
    {},
    {"spark.sql.session.timeZone": "America/Sao_Paulo", "spark.sql.shuffle.partitions": "1"},
    {"spark.sql.session.timeZone": "America/Sao_Paulo", "spark.sql.shuffle.partitions": "7"},
    {"spark.sql.session.timeZone": "Asia/Shanghai", "spark.sql.adaptive.enabled": "false"},
    {"spark.sql.ansi.enabled": "false"},
)


@pytest.mark.spark
@pytest.mark.parametrize(("number", "settings"), list(enumerate(SETTINGS)))
def test_odd_shops_are_the_same_on_both_whatever_the_session(
    spark: Engine, duckdb_engine: Engine, number: int, settings: dict[str, str]
):
    shop = gathered_shops()[number]
    one = label(duckdb_engine, shop.members, shop.order_lines, shop.as_of)
    with session_of(spark, settings):
        assert_same(one, label(spark, shop.members, shop.order_lines, shop.as_of))


@pytest.mark.spark
def test_a_day_without_midnight_is_a_day(spark: Engine):
    # 4 November 2018 began at one o'clock in São Paulo.
    as_of = date(2018, 11, 10)
    open_rows(spark, [], a_history("m", [1] * 20, 1, as_of))
    with session_of(spark, {"spark.sql.session.timeZone": "America/Sao_Paulo"}):
        spark.run(step("purchases"), parameters(Settings(), as_of))
        gaps = spark.read("purchases", ["ordered_on"])["gap_days"].to_pylist()
    assert gaps == [None] + [1] * 20


# --- The engine ---------------------------------------------------------------------------------------

ROWS = pa.table({
    "member_id": pa.array(["b", "a", None], pa.string()),
    "joined_on": pa.array([date(1582, 10, 1), None, date(2026, 6, 30)], pa.date32()),
    "net_sales": pa.array([Decimal("9999999999999999.99"), Decimal("0.10"), None], pa.decimal128(18, 2)),
    "points": pa.array([0.1, None, -1.5], pa.float64()),
    "order_days": pa.array([2**53 + 1, None, 0], pa.int64()),
    "is_unfriended": pa.array([True, False, None], pa.bool_()),
})  # fmt: skip
SORTED = ROWS.take([1, 0, 2])


@pytest.mark.parametrize("kind", ["arrow", "file", "folder"])
def test_what_is_opened_is_read_and_written_exactly(engine: Engine, kind: str, tmp_path: Path):
    source = tmp_path / "rows.parquet"
    pq.write_table(ROWS, source)
    engine.open("rows", {"arrow": ROWS, "file": source, "folder": tmp_path}[kind])
    assert engine.read("rows", ["member_id"]) == SORTED
    engine.write("rows", tmp_path / "written.parquet", ["member_id"])
    assert pq.read_table(tmp_path / "written.parquet") == SORTED
    assert list(engine.columns("rows")) == ROWS.column_names


def test_a_file_is_read_under_exactly_its_own_name(engine: Engine, tmp_path: Path):
    for name, word in (("rows[1].parquet", "own"), ("rows1.parquet", "neighbour"), ("r{a,b}.parquet", "own")):
        pq.write_table(pa.table({"word": [word]}), tmp_path / name)
    for number, name in enumerate(("rows[1].parquet", "r{a,b}.parquet")):
        engine.open(f"exact{number}", tmp_path / name)
        assert engine.read(f"exact{number}", ["word"])["word"].to_pylist() == ["own"]


def test_what_is_opened_last_under_a_name_is_what_is_read(engine: Engine, tmp_path: Path):
    pq.write_table(pa.table({"word": ["file"]}), tmp_path / "rows.parquet")
    frame = pa.table({"word": ["frame"]})
    for source, word in ((frame, "frame"), (tmp_path / "rows.parquet", "file"), (frame, "frame")):
        engine.open("last", source)
        assert engine.read("last", ["word"])["word"].to_pylist() == [word]


def test_a_frame_is_opened_and_a_step_is_fetched_as_a_frame(engine: Engine):
    engine.open("rows", pd.DataFrame({"reason": ["new", "老客"], "days": [1, 2]}))
    chosen = Step("picked", "select reason, days * $times as days from rows where days > 1", ("rows",), ("times",))
    fetched = engine.fetch(chosen, {"times": 3})
    pd.testing.assert_frame_equal(fetched, pd.DataFrame({"reason": ["老客"], "days": [6]}))


def test_a_step_may_be_made_again_and_dropped(engine: Engine):
    for days in (1, 2):
        engine.open("rows", pa.table({"days": [days]}))
        engine.run(Step("made", "select days from rows", ("rows",), ()), {})
        assert engine.read("made", ["days"]).to_pydict() == {"days": [days]}
    engine.drop("made", "never made")
    with pytest.raises(Exception, match="made"):
        engine.read("made", ["days"])


@pytest.mark.parametrize("sql", ["select nothing from rows", "select cast(word as bigint) as x from rows"])
def test_a_failing_step_names_itself_and_shows_its_sql(engine: Engine, sql: str):
    engine.open("rows", pa.table({"word": ["no number"]}))
    with pytest.raises(EngineError, match=r"(?is)step broken failed.*from rows") as failed:
        engine.run(Step("broken", sql, ("rows",), ()), {})
    assert failed.value.exit_code == 69


@pytest.mark.spark
def test_a_session_that_is_given_is_left_running_and_as_it_was(spark_session: Any):
    from siyu_cli.engines.spark import SparkEngine

    session = spark_session.newSession()
    session.range(3).createOrReplaceTempView("theirs")
    engine = SparkEngine(session)
    engine.open("ours", ROWS)
    engine.close()
    assert [view.name for view in session.catalog.listTables()] == ["theirs"]
    assert session.table("theirs").count() == 3


@pytest.mark.spark
def test_a_second_spark_is_not_started_in_one_process(spark_session: Any):
    from siyu_cli.engines.spark import SparkEngine

    with pytest.raises(EngineError, match="already"):
        SparkEngine()


def test_a_missing_spark_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch):
    from siyu_cli.engines.spark import SparkEngine

    for name in ("pyspark", "pyspark.sql", "pyspark.errors"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(EngineError, match="not installed") as missing:
        SparkEngine()
    assert "pip install 'siyu-cli[spark]'" in (missing.value.hint or "")


@pytest.mark.spark
def test_a_missing_java_says_so(tmp_path: Path):
    script = (
        "from siyu_cli.engines.spark import SparkEngine\n"
        "from siyu_cli.errors import EngineError\n"
        "try: SparkEngine()\n"
        "except EngineError as error: print(error.hint)\n"
    )
    away = {"PATH": "/usr/bin:/bin", "JAVA_HOME": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "-c", script], env=away, capture_output=True, text=True, check=True, encoding="utf-8"
    )
    assert "Java 17" in ended.stdout
