"""A year of daily exports, a sheet per store: many small sheets mean what they mean one by one."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from siyu_cli import Shop, open_shop

HEADER = "订单号,会员编号,下单时间,实付金额,订单状态"
DAYS = 12


def orders(day: int, *more: str) -> str:
    rows = [f"D{day}-{number},M{number},2025-03-{day + 1:02d} 09:05:00,1{day}.50,交易成功" for number in range(3)]
    return "\n".join([HEADER, *rows, *more]) + "\n"


def zipped(path: Path, texts: Sequence[str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for day, text in enumerate(texts):
            archive.writestr(f"{day:02d}.csv", text)
    return path


def separate(folder: Path, texts: Sequence[str]) -> list[Path]:
    paths = [folder / f"{day:02d}.csv" for day in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, "utf-8")
    return paths


def shop_of(paths: Sequence[Path]) -> Shop:
    return open_shop(paths, as_of="2025-06-30")


@pytest.mark.parametrize("is_zip", [True, False])
def test_rows_and_rejects_of_each_sheet_are_its_own(is_zip: bool, tmp_path: Path) -> None:
    texts = [orders(day) for day in range(DAYS)]
    texts[4] = "导出\n\n" + orders(4, "", "D4-x,M1,2025-13-99,7,交易成功", "D4-y,M1,2025-03-05,7,谁知道", "合计,,,99,")
    texts[9] = orders(9, "D9-x,M1,2025-03-10,一元,交易成功")
    paths = [zipped(tmp_path / "a.zip", texts)] if is_zip else separate(tmp_path, texts)
    with shop_of(paths) as shop:
        report, rejects = shop.load.report, shop.rejects().to_pylist()
        sales = dict(shop.segment().members[["member_id", "net_sales"]].itertuples(index=False))
    assert {member: float(paid) for member, paid in sales.items()} == dict.fromkeys(
        ["M0", "M1", "M2"], sum(float(f"1{day}.5") for day in range(DAYS))
    )
    assert [sheet.rows_used for sheet in report.sheets] == [3] * DAYS
    assert [sheet.rows_rejected for sheet in report.sheets] == [0, 0, 0, 0, 2, 0, 0, 0, 0, 1, 0, 0]
    assert report.sheets[4].skipped == {"blank_row": 1, "total_row": 1}
    found = {(reject["file"][-6:], reject["row"], reject["value"]) for reject in rejects}
    assert found == {("04.csv", 8, "2025-13-99"), ("04.csv", 9, "谁知道"), ("09.csv", 5, "一元")}


def test_each_sheet_says_by_itself_how_its_days_are_written(tmp_path: Path) -> None:
    texts = [
        orders(day, f"E{day},M9,25/03/2025,1,交易成功" if day else "E0,M9,03/25/2025,1,交易成功") for day in range(DAYS)
    ]
    texts.append(orders(DAYS, "E12,M9,01/02/2025,1,交易成功"))
    with shop_of([zipped(tmp_path / "a.zip", texts)]) as shop:
        assert [sheet.rows_rejected for sheet in shop.load.report.sheets] == [0] * DAYS + [1]


def test_the_same_file_given_twice_among_many_counts_once(tmp_path: Path) -> None:
    texts = [orders(day) for day in range(DAYS)]
    with shop_of(separate(tmp_path, [*texts, texts[3]])) as shop:
        report = shop.load.report
    assert (report.rows_used, report.skipped) == (3 * DAYS, {"duplicate_file": 3})


def test_sheets_of_other_kinds_and_a_bad_line_among_them_change_nothing(tmp_path: Path) -> None:
    texts = [orders(day) for day in range(DAYS)]
    texts[2] = "会员编号,手机号,成为会员时间\nM0,13800138000,2025-01-01\n"
    paths = separate(tmp_path, texts)
    paths[5].write_bytes(paths[5].read_bytes().replace(b"D5-1", b"D5-\xff"))
    with shop_of(paths) as shop:
        report = shop.load.report
    assert (report.rows_in, report.rows_used, report.rows_rejected) == (3 * DAYS - 2, 3 * DAYS - 3, 1)
    assert [sheet.table for sheet in report.sheets].count("members") == 1
