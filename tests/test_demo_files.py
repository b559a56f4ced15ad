"""The demo shop's files: what stands in them, that they are read back, and the command that writes them."""

from __future__ import annotations

import csv
import json
import stat
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
import typer
from typer.testing import CliRunner

from siyu_cli import open_shop
from siyu_cli.cli.commands.demo import FORMATS as CLI_FORMATS
from siyu_cli.cli.commands.demo import LAYOUTS as CLI_LAYOUTS
from siyu_cli.cli.commands.demo import demo
from siyu_cli.demo import FORMATS, LAYOUTS, DemoShop, make_shop, write_shop
from siyu_cli.errors import OutputError, UsageError

AS_OF = date(2026, 3, 31)
HEADERS = Path(__file__).parents[2] / "shared" / "data" / "formats" / "headers.json"


@pytest.fixture(scope="module")
def small() -> DemoShop:
    return make_shop(300, seed=3, as_of=AS_OF)


# ---- files


def _read_csv(path: Path, encoding: str) -> list[list[str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.reader(file))


@pytest.mark.skipif(not HEADERS.exists(), reason="the collected header rows are not here")
def test_platform_layouts_have_the_platforms_headers(small: DemoShop, tmp_path: Path) -> None:
    known = {name: entry["header"] for name, entry in json.loads(HEADERS.read_text("utf-8")).items()}
    write_shop(small, tmp_path / "youzan", "youzan")
    write_shop(small, tmp_path / "taobao", "taobao")
    customers = _read_csv(tmp_path / "youzan" / "客户.csv", "utf-8-sig")[0]
    assert [name for name in customers if name != "推荐人"] == known["youzan_customers_csv_2026"]
    assert _read_csv(tmp_path / "youzan" / "订单.csv", "utf-8-sig")[0] == known["youzan_orders_csv_2026"]
    assert _read_csv(tmp_path / "taobao" / "订单.csv", "gb18030")[0] == known["taobao_orders_csv_classic"]


def test_youzan_files_hold_every_row_and_its_quirks(small: DemoShop, tmp_path: Path) -> None:
    paths = write_shop(small, tmp_path, "youzan")
    assert [path.name for path in paths] == [
        "客户.csv",
        "订单.csv",
        "好友关系.csv",
        "邀请记录.csv",
        "渠道费用.csv",
        "互动记录.csv",
        "积分明细.csv",
        "等级记录.csv",
    ]
    customers, orders = (_read_csv(path, "utf-8-sig") for path in paths[:2])
    assert (len(customers), len(orders)) == (301, small.orders.num_rows + 1)
    assert {len(row) for row in customers} == {len(customers[0])}
    assert {len(row) for row in orders} == {len(orders[0])}
    assert customers[1][customers[0].index("付费等级")] == " "
    status = orders[0].index("订单状态")
    assert {row[status] for row in orders[1:]} <= {"等待付款", "待发货", "已发货", "交易完成", "交易关闭"}


def test_taobao_files_are_in_their_encoding_and_number_forms(small: DemoShop, tmp_path: Path) -> None:
    members, path, *_ = write_shop(small, tmp_path, "taobao")
    text = path.read_bytes().decode("gb18030").splitlines()
    assert text[1].startswith('="31')
    rows = _read_csv(path, "gb18030")
    phone, buyer = rows[0].index("联系手机"), rows[0].index("买家会员名")
    phones = [row[phone] for row in rows[1:] if row[phone]]
    assert phones
    assert all(value[0] == "'" for value in phones)
    assert all(row[buyer] for row in rows[1:])
    accounts = {row[0] for row in _read_csv(members, "gb18030")[1:]}
    assert len(accounts & {row[buyer] for row in rows[1:]}) > 100


def test_generic_workbooks_hold_numbers_and_dates(small: DemoShop, tmp_path: Path) -> None:
    members, orders, *_ = write_shop(small, tmp_path)
    rows = list(openpyxl.load_workbook(orders).active.values)
    assert len(rows) == small.orders.num_rows + 1
    first = dict(zip(rows[0], rows[1], strict=True))
    assert isinstance(first["下单时间"], datetime)
    assert first["实付金额"] == float(small.orders["paid_amount"][0].as_py())
    people = list(openpyxl.load_workbook(members).active.values)
    phone = people[0].index("手机号")
    assert all(isinstance(row[phone], str) for row in people[1:] if row[phone] is not None)


def test_parquet_keeps_types(small: DemoShop, tmp_path: Path) -> None:
    _, orders, *_ = write_shop(small, tmp_path, format="parquet")
    table = pq.read_table(orders)
    assert table["实付金额"].type == small.orders["paid_amount"].type
    assert sum(table["实付金额"].to_pylist()) == sum(small.orders["paid_amount"].to_pylist(), Decimal(0))


def test_text_files_are_the_same_bytes_every_time(small: DemoShop, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_shop(make_shop(300, seed=3, as_of=AS_OF), tmp_path / name, "youzan")
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_a_table_too_long_for_a_worksheet_becomes_csv(
    small: DemoShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("siyu_cli.demo.writing._SHEET_ROWS", 300)
    suffixes = {path.stem: path.suffix for path in write_shop(small, tmp_path)}
    assert suffixes == {
        "会员": ".csv", "订单": ".csv", "好友关系": ".xlsx", "邀请记录": ".xlsx", "渠道费用": ".xlsx",
        "互动记录": ".csv", "积分明细": ".csv", "等级记录": ".xlsx",
    }  # fmt: skip


def test_files_are_their_owner_s_only(small: DemoShop, tmp_path: Path) -> None:
    for format in FORMATS:
        for path in write_shop(small, tmp_path / format, format=format):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nothing_is_overwritten_unless_forced(small: DemoShop, tmp_path: Path) -> None:
    (tmp_path / "订单.xlsx").write_text("mine")
    with pytest.raises(OutputError) as error:
        write_shop(small, tmp_path)
    assert "订单.xlsx" in str(error.value)
    assert [path.name for path in tmp_path.iterdir()] == ["订单.xlsx"]
    assert len(write_shop(small, tmp_path, force=True)) == len(list(tmp_path.iterdir())) == 8


def test_a_file_where_the_folder_should_be_is_an_output_error(small: DemoShop, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(OutputError):
        write_shop(small, tmp_path / "taken")


def test_unknown_layouts_and_formats_are_refused(small: DemoShop, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        write_shop(small, tmp_path, "shopline")
    with pytest.raises(UsageError):
        write_shop(small, tmp_path, format="pdf")


# ---- command


def _run(*arguments: str):
    app = typer.Typer()
    app.command()(demo)
    return CliRunner().invoke(app, arguments)


def test_the_command_prints_the_paths_and_nothing_else(tmp_path: Path) -> None:
    result = _run(str(tmp_path / "shop"), "--members", "50", "--as-of", "2026-03-31")
    assert result.exit_code == 0
    paths = result.stdout.splitlines()
    names = [
        "会员.xlsx",
        "订单.xlsx",
        "好友关系.xlsx",
        "邀请记录.xlsx",
        "渠道费用.xlsx",
        "互动记录.xlsx",
        "积分明细.xlsx",
        "等级记录.xlsx",
    ]
    assert [Path(path).name for path in paths] == names
    assert all(Path(path).exists() for path in paths)
    assert "50" in result.stderr
    assert "siyu segment" in result.stderr


def test_the_command_refuses_to_overwrite(tmp_path: Path) -> None:
    assert _run(str(tmp_path), "--members", "5").exit_code == 0
    assert isinstance(_run(str(tmp_path), "--members", "5").exception, OutputError)
    assert _run(str(tmp_path), "--members", "5", "--force").exit_code == 0


def test_the_command_offers_what_the_library_has() -> None:
    assert set(CLI_LAYOUTS) == set(LAYOUTS)
    assert CLI_FORMATS == FORMATS


def test_what_members_did_what_they_bought_and_what_channels_cost_are_read_back(
    small: DemoShop, tmp_path: Path
) -> None:
    """The last thing somebody did is what the list of members says; goods have categories; contacts cost something."""
    with open_shop(write_shop(small, tmp_path, format="csv"), as_of=AS_OF) as shop:
        assert [note for note in shop.load.report.warnings if note.is_finding] == []
        events = shop.engine.read("events", ()).to_pandas()
        last = events[~events["kind"].isin(["contact", "coupon_issued"])].groupby("member_id")["happened_on"].max()
        seen = small.members.to_pandas().dropna(subset=["last_event_at"]).set_index("member_id")["last_event_at"]
        assert last.to_dict() == {member: at.date() for member, at in seen.items()}
        assert set(events["kind"]) >= {
            "browse",
            "checkin",
            "live",
            "post",
            "cart",
            "coupon_claimed",
            "signup",
            "contact",
        }
        items = shop.engine.read("order_items", ()).to_pandas()
        assert items["category"].nunique() == 7
        costs = shop.engine.read("costs", ()).to_pandas()
        assert costs["contact_cost"].sum() > 0
        assert (costs["amount"] == costs["advertising_cost"] + costs["promotion_cost"] + costs["contact_cost"]).all()


def test_points_end_at_what_the_members_export_says_but_for_what_was_planted(small: DemoShop, tmp_path: Path) -> None:
    write_shop(small, tmp_path)
    with open_shop([tmp_path / f"{name}.xlsx" for name in ("会员", "订单", "积分明细")], as_of=AS_OF) as shop:
        found = shop.points().figures
    held = found["reconciliation"]
    # Lost, doubled, early and contradicted rows are a few of a thousand each.
    assert 0.95 * held["rows"] < held["agree"] < held["rows"]
    assert 0.95 * held["members"]["of"] < held["members"]["agree"] < held["members"]["of"]
    assert {row["cause"] for row in held["causes"]} <= {"missing_rows", "opening", "expiry_rule", "unknown"}
    assert found["expiring"] > 0
