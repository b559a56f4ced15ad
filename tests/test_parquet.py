"""Parquet files: read under exactly their own names; what is damaged, locked or out of range is told by name."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet
from pyarrow.parquet import encryption

from siyu_cli import open_shop
from siyu_cli.cli.main import main
from siyu_cli.errors import DataError, InputError
from siyu_cli.files.loading.report import LoadReport, UnusableError

ROWS = 40


def orders(shop: str = "S", **columns: object) -> pa.Table:
    return pa.table({
        "订单号": [f"{shop}{number}" for number in range(ROWS)],
        "会员编号": [f"{shop}-{number % 4}" for number in range(ROWS)],
        "下单时间": pa.array([1_740_000_000_000 + number for number in range(ROWS)]).cast(pa.timestamp("ms")),
        "实付金额": [10.5] * ROWS,
        **columns,
    })  # fmt: skip


def write(path: Path, table: pa.Table, **options: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(table, path, **options)
    return path


def loaded(*paths: Path) -> LoadReport:
    with open_shop(paths, as_of="2025-06-30") as shop:
        return shop.load.report


def buyers(*paths: Path) -> list[str]:
    with open_shop(paths, as_of="2025-06-30") as shop:
        return list(shop.segment().members["member_id"])


@pytest.mark.parametrize("name", ["订单[1]", "订单*", "订单?", "[!1]", "{1,2}", "**", "订单1", "a]b[", "=", "%5B1%5D"])
def test_a_file_is_read_under_exactly_its_own_name(name: str, tmp_path: Path) -> None:
    for number, other in enumerate(("订单1", "订单2", "1", "2", "[1]")):
        write(tmp_path / f"{other}.parquet", orders(f"邻{number}"))
    own = write(tmp_path / f"{name}.parquet", orders("自"))
    assert buyers(own) == [f"自-{number}" for number in range(4)]


@pytest.mark.parametrize("folder", ["member_id=X1", "会员编号=X1", "店[1]", "order_id=7/实付金额=0"])
@pytest.mark.parametrize("extra", [{}, {"file_row_number": list(range(ROWS))}])
def test_the_names_of_folders_are_no_columns(folder: str, extra: Mapping[str, object], tmp_path: Path) -> None:
    write(tmp_path / "店1" / "订单.parquet", orders("邻"))
    path = write(tmp_path / folder / "订单.parquet", orders("自", **extra))
    with open_shop([path], as_of="2025-06-30") as shop:
        assert {column.header for column in shop.load.report.sheets[0].columns} <= {
            *orders().column_names,
            *extra,
        }
        assert float(shop.segment().members["net_sales"].sum()) == ROWS * 10.5
        assert len(shop.segment().members) == 4


def test_outputs_and_snapshots_stand_under_such_names_too(
    empty_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = empty_folder / "member_id=X1" / "店[1]"
    write(shop / "订单.parquet", orders())
    (shop / "siyu.toml").write_text("[shop]\n")
    monkeypatch.chdir(shop)
    for day in ("2025-06-29", "2025-06-30"):
        assert main(["segment", "订单.parquet", "--as-of", day, "-o", f"表[{day}]*.parquet", "--lang", "en"]) == 0
    listed = parquet.ParquetFile(shop / "表[2025-06-30]*.parquet").read()
    assert listed.num_rows == 4
    assert "0 of 4 members moved to another stage" in capsys.readouterr().out


def test_rows_of_a_file_nobody_recognises_are_counted(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", pa.table({"foo": ["a", "b", "c"], "bar": [1, 2, 3]}))
    with pytest.raises(UnusableError) as caught:
        loaded(path)
    assert (caught.value.report.rows_in, caught.value.report.rows_skipped) == (3, 3)


def broken_pages(path: Path) -> Path:
    write(path, orders(), compression="snappy", use_dictionary=False)
    place = parquet.read_metadata(path).row_group(0).column(1).data_page_offset
    data = bytearray(path.read_bytes())
    data[place + 8 : place + 90] = bytes(82)
    path.write_bytes(data)
    return path


class _NoSecret(encryption.KmsClient):
    def wrap_key(self, key: bytes, _: str) -> bytes:
        return base64.b64encode(key)

    def unwrap_key(self, key: bytes, _: str) -> bytes:
        return base64.b64decode(key)


def locked(path: Path, *, shows_footer: bool) -> Path:
    setup = encryption.EncryptionConfiguration(
        footer_key="f", column_keys={"c": ["会员编号"]}, plaintext_footer=shows_footer, double_wrapping=False
    )
    factory = encryption.CryptoFactory(lambda _: _NoSecret())
    properties = factory.file_encryption_properties(encryption.KmsConnectionConfig(), setup)
    with parquet.ParquetWriter(path, orders().schema, encryption_properties=properties) as writer:
        writer.write_table(orders())
    return path


def test_a_damaged_page_names_the_file_and_the_column(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a\.parquet is damaged: column 会员编号 cannot be read") as caught:
        loaded(broken_pages(tmp_path / "a.parquet"))
    assert (caught.value.where.file, caught.value.where.column) == ("a.parquet", "会员编号")


@pytest.mark.parametrize("shows_footer", [False, True])
def test_an_encrypted_file_is_called_encrypted(shows_footer: bool, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a\.parquet is an encrypted Parquet file"):
        loaded(locked(tmp_path / "a.parquet", shows_footer=shows_footer))


def test_a_timestamp_out_of_range_names_its_column(tmp_path: Path) -> None:
    far = pa.array([2**62] * ROWS).cast(pa.timestamp("ms"))
    with pytest.raises(DataError, match="column 下单时间 holds a date or number that is out of range"):
        loaded(write(tmp_path / "a.parquet", orders(下单时间=far)))


def test_a_file_that_counts_its_rows_in_two_ways_is_damaged(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", orders(), row_group_size=20)
    data = bytearray(path.read_bytes())
    at = _row_count_at(data)
    data[at] = 2 * 7
    path.write_bytes(data)
    with pytest.raises(DataError, match="numbers of rows contradict each other"):
        loaded(path)


def _row_count_at(data: bytearray) -> int:
    """Return where the footer says 40 rows: field 3, a zigzag integer, right after the schema."""
    return data.rindex(b"\x16\x50") + 1


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_a_name_of_undecodable_bytes_is_asked_to_be_changed(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xb6\xa9.parquet"))
    path.write_bytes(write(tmp_path / "a.parquet", orders()).read_bytes())
    with pytest.raises(InputError, match="a name that is no text on this computer"):
        loaded(path)


@pytest.mark.parametrize(
    ("unfit", "told"),
    [
        (pa.array([2**62] * ROWS, pa.duration("s")), "备注 holds a date or number that is out of range"),
        (pa.array([2**62] * ROWS, pa.timestamp("us")), "备注 holds a date or number that is out of range"),
        (pa.array([[1]] * ROWS), None),
    ],
)
@pytest.mark.parametrize("command", ["export", "suppress", "evaluate"])
def test_a_list_with_a_column_nobody_can_read_is_refused_by_its_name(
    command: str, unfit: pa.Array, told: str | None, empty_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = pa.table({"member_id": ["S-1"] * ROWS, "arm": ["a"] * ROWS, "备注": unfit})
    path = write(empty_folder / "offer=X1" / "名单.parquet", named)
    write(empty_folder / "订单.parquet", orders())
    Path("siyu.toml").write_text("", "utf-8")
    arguments = {
        "export": ["export", str(path), "订单.parquet", "--to", "csv", "--dry-run", "--reasons", "r.csv"],
        "suppress": ["suppress", "add", "--file", str(path)],
        "evaluate": ["campaign", "evaluate", str(path), "订单.parquet"],
    }[command]
    code = main([*arguments, "--lang", "en"])
    err = capsys.readouterr().err
    assert code in (0, 2, 3, 65), err
    if told and command != "evaluate":
        assert (code, told in err) == (65, True), err


def test_of_two_columns_of_one_name_the_first_counts(empty_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    twice = pa.Table.from_arrays([pa.array(["S-1"]), pa.array(["S-2"])], names=["member_id", "member_id"])
    path = write(empty_folder / "名单.parquet", twice)
    write(empty_folder / "订单.parquet", orders())
    assert main(["export", str(path), "订单.parquet", "--to", "csv", "--dry-run", "--format", "json"]) in (0, 3)
    Path("siyu.toml").write_text("", "utf-8")
    assert main(["suppress", "add", "--file", str(path), "--lang", "en"]) == 0
    assert "2 people are left alone" in capsys.readouterr().err
