"""A shop on Spark is the shop it is here: cleaned, accounted for and answered alike, its rows left where they lie."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakes import as_typed_parquet, loaded
from siyu_cli import open_shop
from siyu_cli.cli.main import main
from siyu_cli.errors import DataError, InputError
from siyu_cli.shop import Shop
from test_engines import assert_same_frame, assert_same_table, is_same

pytestmark = [pytest.mark.spark, pytest.mark.filterwarnings("ignore")]
AS_OF = "2026-06-30"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("lake")
    assert main(["demo", str(made / "exports"), "--members", "250", "--as-of", AS_OF, "--lang", "en"]) == 0
    as_typed_parquet(made / "exports", made)
    return made


@contextmanager
def on_spark(session: Any, sources: list[Any], **settings: str) -> Iterator[Shop]:
    from siyu_cli.engines.spark import SparkEngine

    own = session.newSession()
    # Code is generated for millions of rows; for a handful, generating it is most of the time.
    plain = {"spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN"}
    zoned = {"spark.sql.shuffle.partitions": "2", "spark.sql.session.timeZone": "UTC"}
    for key, value in {**plain, **zoned, **settings}.items():
        own.conf.set(key, value)
    with open_shop(sources, as_of=AS_OF, engine=SparkEngine(own)) as shop:
        yield shop


@pytest.fixture(scope="module")
def sources(folder: Path) -> list[Path]:
    names = ("会员.parquet", "订单.parquet", "好友关系.parquet", "邀请记录.parquet")
    # A list of costs may lie on this machine.
    return [*(folder / name for name in names), folder / "exports" / "渠道费用.xlsx"]


@pytest.fixture(scope="module")
def here(sources: list[Path]) -> Iterator[Shop]:
    with open_shop(sources, as_of=AS_OF) as shop:
        yield shop


@pytest.fixture(scope="module")
def there(spark_session: Any, sources: list[Path]) -> Iterator[Shop]:
    with on_spark(spark_session, sources) as shop:
        yield shop


def assert_loaded_alike(one: Shop, other: Shop) -> None:
    ours, theirs = loaded(one), loaded(other)
    for name, found in ours.items():
        assert theirs[name] == found, name


def test_typed_parquet_is_cleaned_and_accounted_for_alike(here: Shop, there: Shop):
    assert_loaded_alike(here, there)


def test_every_member_is_labelled_alike(here: Shop, there: Shop):
    one, other = (shop.segment(by="owner", where="net_sales >= 0") for shop in (here, there))
    assert_same_table(one.arrow(), other.arrow())
    for name in ("stages", "rfm", "grid", "by"):
        assert_same_frame(getattr(one, name), getattr(other, name))
    assert one.splits == other.splits
    assert_same_table(one.masked().arrow(), other.masked().arrow())


def test_who_may_be_leaving_is_the_same(here: Shop, there: Shop):
    one, other = (shop.churn() for shop in (here, there))
    assert_same_table(one.scored, other.scored)
    assert_same_frame(one.risks, other.risks)


def test_what_a_referral_campaign_brought_is_the_same(here: Shop, there: Shop):
    one, other = (shop.referral_report() for shop in (here, there))
    assert is_same_document(one.report().values, other.report().values)


def is_same_document(one: Any, other: Any) -> bool:
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(is_same_document(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(is_same_document, one, other))
    return is_same(one, other)


def test_one_member_is_explained_alike(here: Shop, there: Shop):
    member = here.engine.read("members", ["member_id"])["member_id"][0].as_py()
    one, other = (shop.explain(member).report() for shop in (here, there))
    assert is_same_document(one.values, other.values)


def test_a_list_is_written_by_spark_in_parts_and_not_fetched(
    here: Shop, there: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from siyu_cli.engines import spark
    from siyu_cli.render.reader import Reader
    from siyu_cli.render.write import write_report

    found = there.segment().masked()
    fetched: list[int] = []
    fetch = spark._to_arrow
    monkeypatch.setattr(spark, "_to_arrow", lambda rows: fetched.append((table := fetch(rows)).num_rows) or table)
    path = tmp_path / "名单.parquet"
    for force in (False, True):
        write_report(found.report(), path, Reader("en"), force=force)
    assert max(fetched) < 150 < len(here.segment().members)
    names = {part.name for part in path.iterdir()}
    assert "_siyu.json" in names
    assert any(name.startswith("part-") and name.endswith(".parquet") for name in names)
    assert path.stat().st_mode & 0o077 == 0
    assert all(part.stat().st_mode & 0o177 == 0 for part in path.iterdir())
    rows = pq.read_table(path).sort_by("member_id")
    assert_same_table(rows.replace_schema_metadata(None), here.segment().masked().arrow().replace_schema_metadata(None))


@pytest.mark.parametrize(
    "settings",
    [
        {"spark.sql.session.timeZone": "America/Sao_Paulo", "spark.sql.shuffle.partitions": "7"},
        {"spark.sql.ansi.enabled": "false", "spark.sql.shuffle.partitions": "1"},
    ],
)
def test_the_sessions_own_settings_change_nothing(odd: list[Path], spark_session: Any, settings: dict[str, str]):
    with open_shop(odd, as_of=AS_OF) as one, on_spark(spark_session, odd, **settings) as other:
        assert_loaded_alike(one, other)
        assert_same_table(one.segment().arrow(), other.segment().arrow())


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two exports of orders that overlap, and a list of members: halves of a cent, odd spellings, dates as texts."""
    made = tmp_path_factory.mktemp("odd")
    day = [datetime(2026, month, 3, 0, 30) for month in (1, 2, 3, 4, 5, 6, 6, 6)]
    pq.write_table(pa.table({
        "订单号": ["A1", "A2", "A3", "A4", "A5", "A6", "A6", "A8"],
        "会员编号": ["M1", "ｍ１２３４５\u200b", "M3", "张三", "nan", "M6", "M6", "0"],
        "手机号": ["13800138000", "+86 138-0013-8001", "138****8000", None, "13800138004", "138", None, None],
        "下单时间": pa.array(day, pa.timestamp("us")),
        "订单状态": ["交易成功", "已退款", "待付款", "交易关闭", "交易成功", "奇怪", "交易成功", "交易成功"],
        "实付金额": [1.005, 2.675, 0.125, 1e15, 99.9, 3.0, 4.0, 5.0],
        "退款金额": [None, None, None, None, 10.0, None, None, None],
    }), made / "订单一.parquet")  # fmt: skip
    pq.write_table(pa.table({
        "订单号": ["A1", "A9", "B1", "B2", "B3"],
        "会员编号": ["M1", "M9", "M1", "m12345", "M3"],
        "下单时间": ["2026年1月3日", "2026/4/5 9:00", "1970-01-01", "2026-05-06T16:30:00Z", "03/04/26"],
        "订单状态": ["交易成功", "已关闭", "交易成功", "交易成功", "交易成功"],
        "商品": ["面膜", "口红", "储值卡500", "赠品 小样", "口红"],
        "数量": [1, 1, 1, 1, -1],
        "实付金额": ["1.01", "¥1,234.00", "500", "0", "8.00-"],
    }), made / "订单二.parquet")  # fmt: skip
    pq.write_table(pa.table({
        "会员编号": ["M1", "M1", "M3", "m12345", "M9"],
        "姓名": ["王小明", None, "李雷", "韩梅梅", "张三"],
        "手机号": ["13800138000", "13800138000", None, "13800138001", "13800138004"],
        "注册时间": pa.array([None, *[datetime(2025, 1, 31, 23, 59)] * 4], pa.timestamp("ms")),
        "会员等级": ["金卡", "银卡", "王小明的朋友", None, "NULL"],
        "积分": [Decimal("10.5"), Decimal("3"), None, Decimal("0"), Decimal("7")],
        "生日": pa.array([date(1990, 1, 1), None, date(1899, 12, 31), date(2000, 2, 29), None]),
    }), made / "会员.parquet")  # fmt: skip
    return sorted(made.glob("*.parquet"))


def test_a_folder_and_a_pattern_of_files_are_one_table(folder: Path, spark_session: Any, tmp_path: Path):
    orders = pq.read_table(folder / "订单.parquet")
    (tmp_path / "parts").mkdir()
    for number, start in enumerate(range(0, orders.num_rows, 300)):
        pq.write_table(orders.slice(start, 300), tmp_path / "parts" / f"part-{number:03}.parquet")
    kept = spark_session.read.parquet(str(folder / "会员.parquet")).write.option("path", str(tmp_path / "table"))
    kept.saveAsTable("members_of_shop")
    members, pattern = "spark_catalog.default.members_of_shop", tmp_path / "parts" / "part-*.parquet"
    whole = [folder / "会员.parquet", folder / "订单.parquet"]
    with open_shop(whole, as_of=AS_OF) as one, on_spark(spark_session, [members, pattern]) as other:
        for name in ("order_lines", "members"):
            assert loaded(one)[name] == loaded(other)[name]
        assert [(sheet.rows_in, sheet.rows_used, sheet.skipped) for sheet in one.load.report.sheets] == [
            (sheet.rows_in, sheet.rows_used, sheet.skipped) for sheet in other.load.report.sheets
        ]
    spark_session.sql("drop table members_of_shop")


def test_what_spark_cannot_read_is_named(spark_session: Any, tmp_path: Path):
    nanos = tmp_path / "纳秒.parquet"
    pq.write_table(pa.table({"下单时间": pa.array([1], pa.timestamp("ns"))}), nanos, version="2.6")
    (tmp_path / "坏.parquet").write_bytes(b"PAR1 nothing PAR1")
    cases = {
        "a.b.orders": InputError,
        tmp_path / "没有.parquet": InputError,
        nanos: DataError,
        tmp_path / "坏.parquet": DataError,
    }
    for source, kind in cases.items():
        with pytest.raises(kind) as caught, on_spark(spark_session, [source]):
            pass
        assert caught.value.where.file == str(source)


CLUSTER = """
import os, signal, sys
from pathlib import Path
from siyu_cli import open_shop
from siyu_cli.engines.spark import SparkEngine, start_session

def executors():
    found = []
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            try:
                words = (place / "cmdline").read_bytes()
            except OSError:
                continue
            if b"CoarseGrainedExecutorBackend" in words and app.encode() in words:
                found.append(int(place.name))
    return sorted(found)

settings = {"spark.sql.shuffle.partitions": "2", "spark.executor.memory": "1g", "spark.local.dir": sys.argv[1]}
session = start_session("local-cluster[2,1,2048]", settings)
app = session.sparkContext.applicationId
engine = SparkEngine(session)
run, killed = engine.run, []

def run_and_kill(step, params):
    if step.name == "features" and not killed:
        killed.extend(executors()[:1])
        os.kill(killed[0], signal.SIGKILL)
    run(step, params)

engine.run = run_and_kill
with open_shop(sys.argv[3:], as_of="2026-06-30", engine=engine) as shop:
    rows = shop.segment().arrow()
assert len(killed) == 1, killed
import pyarrow.parquet as pq
pq.write_table(rows, sys.argv[2])
session.stop()
"""


def test_executors_are_processes_of_their_own_and_one_may_die(sources: list[Path], tmp_path: Path):
    written = tmp_path / "labelled.parquet"
    paths = [str(path) for path in (tmp_path / "local", written, *sources[:2])]
    ended = subprocess.run([sys.executable, "-W", "ignore", "-c", CLUSTER, *paths], capture_output=True, check=False)
    assert ended.returncode == 0, _complaint(ended.stderr)
    with open_shop(sources[:2], as_of=AS_OF) as shop:
        assert_same_table(shop.segment().arrow(), pq.read_table(written))


def test_spark_is_reached_through_spark_connect(sources: list[Path], tmp_path: Path):
    pytest.importorskip("grpc")
    import pyspark

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        "spark.connect.grpc.binding.port": str(port), "spark.driver.host": "127.0.0.1", "spark.ui.enabled": "false",
        "spark.driver.bindAddress": "127.0.0.1", "spark.sql.shuffle.partitions": "2", "spark.local.dir": str(tmp_path),
    }  # fmt: skip
    home = Path(pyspark.__file__).parent
    given = [part for key, value in settings.items() for part in ("--conf", f"{key}={value}")]
    server = subprocess.Popen(
        [home / "bin" / "spark-submit", "--class", "org.apache.spark.sql.connect.service.SparkConnectServer",
         "--master", "local[2]", *given, "local"],
        env={**os.environ, "SPARK_HOME": str(home)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    asked = [*map(str, sources[:2]), "--engine", "spark", "--as-of", AS_OF, "--format", "json", "--lang", "en"]
    told = {**os.environ, "SIYU_ENGINE__MASTER": f"sc://127.0.0.1:{port}"}
    try:
        _wait_for(port)
        ended = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "siyu_cli", "segment", *asked],
            env=told, capture_output=True, check=False,
        )  # fmt: skip
    finally:
        server.terminate()
        server.wait()
    assert ended.returncode in (0, 3), _complaint(ended.stderr)
    with open_shop(sources[:2], as_of=AS_OF) as shop:
        members = int(shop.segment().stages["members"].sum())
    assert sum(stage["members"] for stage in json.loads(ended.stdout)["stages"]) == members


def _complaint(said: bytes) -> str:
    """Return what was said at the end, without the log of the JVM."""
    lines = [line for line in said.decode().splitlines() if not line.startswith(("\tat ", "{"))]
    return "\n".join(lines[-60:])[:4000]


def _wait_for(port: int) -> None:
    for _ in range(600):
        with socket.socket() as asked:
            if asked.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise AssertionError("the server did not start")
