"""What a cell of a workbook reads as: as Excel shows it, every digit kept or told of."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

import workbooks as wb
from broken import ORDER, order_rows
from reading import reader, rows, written
from siyu_cli.files.read import RawSheet, read_sources


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., RawSheet]:
    return reader(tmp_path)


class TestValues:
    @pytest.mark.parametrize(
        ("stored", "read_as"),
        [
            (13800138000, "13800138000"),
            ("1.3800138E10", "13800138000"),
            ("0.10000000000000001", "0.1"),
            ("19.989999999999998", "19.99"),
            ("99999999.99", "99999999.99"),
            ("1234567890123.45", "1234567890123.45"),
            ("-123456789.1", "-123456789.1"),
            (67.57, "67.57"),
            (9007199254740991, "9007199254740991"),
            ('<c r="A1" t="b"><v>1</v></c>', "TRUE"),
            ('<c r="A1" t="b"><v>0</v></c>', "FALSE"),
            ('<c r="A1" t="str"><f>IF(1,"","")</f><v></v></c>', None),
            ('<c r="A1" t="str"><f>"交易"&amp;"成功"</f><v>交易成功</v></c>', "交易成功"),
            ("0138", "0138"),
            ("99999999.989999995", "99999999.99"),
            ("12345678901.123", "12345678901.123"),
        ],
    )
    def test_a_value_reads_as_excel_shows_it(
        self, stored: object, read_as: str | None, read: Callable[..., RawSheet]
    ) -> None:
        is_number = isinstance(stored, str) and stored not in ("0138",) and not stored.startswith("<c ")
        cell = wb.number_cell("A1", stored) if is_number else stored
        assert rows(read("订单.xlsx", wb.xlsx(wb.rows_xml([[cell, "x"]]))))[0][0] == read_as

    def test_dates_come_as_iso_text(self, read: Callable[..., RawSheet]) -> None:
        book = openpyxl.Workbook()
        moment = dt.datetime(2025, 3, 1, 9, 5)
        formats = ["yyyy-mm-dd hh:mm:ss", 'yyyy"年"m"月"d"日" h:mm', "m/d/yy h:mm", "[$-804]yyyy/m/d h:mm"]
        for place, number_format in enumerate(formats, start=1):
            cell = book.active.cell(1, place, moment)
            cell.number_format = number_format
        book.active.cell(1, 5, dt.date(2025, 3, 1))
        assert rows(read("订单.xlsx", written(book))) == [["2025-03-01 09:05:00"] * 4 + ["2025-03-01 00:00:00"]]

    def test_dates_count_from_1904_where_the_workbook_says_so(self, read: Callable[..., RawSheet]) -> None:
        book = openpyxl.Workbook()
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
        book.active["A1"] = dt.datetime(2025, 3, 1, 9, 5)
        assert rows(read("订单.xlsx", written(book))) == [["2025-03-01 09:05:00"]]

    def test_a_column_that_turns_to_text_after_many_numbers_keeps_its_zeros(
        self, read: Callable[..., RawSheet]
    ) -> None:
        sheet = read("会员.xlsx", wb.xlsx(wb.rows_xml([*([number] for number in range(2000)), ["0138"]])))
        assert rows(sheet)[-2:] == [["1999"], ["0138"]]

    def test_error_cells_are_null_and_told_on_asking(self, read: Callable[..., RawSheet]) -> None:
        sheet = read("订单.xlsx", wb.xlsx(order_rows([*ORDER[:3], '<c r="D2" t="e"><v>#DIV/0!</v></c>', "x"])))
        assert rows(sheet)[1][3] is None
        (fault,) = sheet.inspect().faults
        assert (fault.row, fault.column, fault.value, fault.reason) == (2, 3, "#DIV/0!", "error_cell")

    def test_a_formula_counts_by_its_stored_value_and_is_told_of_without_one(
        self, read: Callable[..., RawSheet]
    ) -> None:
        formulas = [
            '<c r="A1"><f>1+1</f><v>2</v></c>',
            '<c r="B1"><f>1+1</f></c>',
            '<c r="C1"><f>A1</f><v></v></c>',
        ]
        sheet = read("订单.xlsx", wb.xlsx(wb.rows_xml([formulas])))
        assert rows(sheet)[0][0] == "2"
        assert [(fault.column, fault.value, fault.reason) for fault in sheet.inspect().faults] == [
            (1, "=1+1", "formula_without_value"), (2, "=A1", "formula_without_value"),
        ]  # fmt: skip

    def test_merged_ranges_are_told_in_the_coordinates_of_the_cells(self, read: Callable[..., RawSheet]) -> None:
        merges = '<mergeCells count="2"><mergeCell ref="B2:B4"/><mergeCell ref="A1:C1"/></mergeCells>'
        sheet = read("订单.xlsx", wb.xlsx(wb.rows_xml([["一", None, None], [None, "二"]]), after=merges))
        assert sheet.inspect().merged == ((1, 1, 3, 1), (0, 0, 0, 2))
        assert rows(sheet)[1][1] == "二"

    def test_merged_ranges_of_an_old_workbook(self, tmp_path: Path) -> None:
        import xlwt

        book, packed = xlwt.Workbook(), io.BytesIO()
        book.add_sheet("说明").write_merge(0, 5, 0, 0, "x")
        sheet = book.add_sheet("订单")
        sheet.write_merge(1, 3, 2, 2, "E1")
        book.save(packed)
        (tmp_path / "订单.xls").write_bytes(packed.getvalue())
        assert read_sources([tmp_path / "订单.xls"])[0].sheets[1].inspect().merged == ((1, 2, 3, 2),)


class TestLongNumbers:
    def test_an_id_stored_as_a_number_keeps_every_digit_the_file_has(self, read: Callable[..., RawSheet]) -> None:
        ids = [691796901234567671, 691796901234567003, 691796901234567890]
        sheet = read("订单.xlsx", wb.xlsx(order_rows(*([number, *ORDER[1:]] for number in ids))))
        assert [row[0] for row in rows(sheet)[1:]] == [str(number) for number in ids]
        assert sheet.faults == ()

    @pytest.mark.parametrize("stored", ["6.9179690123456704E+17", "6.91796901234567E+17", 691796901234567000])
    def test_an_id_that_excel_cut_to_15_digits_is_a_fault_and_no_value(
        self, stored: object, read: Callable[..., RawSheet]
    ) -> None:
        sheet = read("订单.xlsx", wb.xlsx(order_rows([wb.number_cell("A2", stored), *ORDER[1:]])))
        assert rows(sheet)[1][0] is None
        (fault,) = sheet.faults
        assert (fault.row, fault.column, fault.value, fault.reason) == (2, 0, str(stored), "id_digits_lost")

    @pytest.mark.parametrize(
        ("ids", "are_kept"),
        [
            (["1234567890123450", "1234567890123460"], False),
            (["1234567890123450", "1234567890123467"], True),
            (["1.23456789012345E+15"], False),
            (["1.234567890123456E15"], True),
        ],
    )
    def test_a_16_digit_id_is_kept_unless_all_of_its_column_end_in_zero(
        self, ids: list[str], are_kept: bool, read: Callable[..., RawSheet]
    ) -> None:
        cells = [[wb.number_cell(f"A{row}", number), "x"] for row, number in enumerate(ids, start=1)]
        sheet = read("订单.xlsx", wb.xlsx(wb.rows_xml(cells)))
        expected = [str(int(float(number))) if are_kept else None for number in ids]
        assert [row[0] for row in rows(sheet)] == expected
        assert len(sheet.faults) == (0 if are_kept else len(ids))

    def test_digits_that_went_through_a_double_are_not_believed(self, read: Callable[..., RawSheet]) -> None:
        ids = [691796901234567000 + 128 * number for number in range(5)]
        sheet = read("订单.xlsx", wb.xlsx(order_rows(*([int(float(number)), *ORDER[1:]] for number in ids))))
        assert [fault.row for fault in sheet.faults] == [2, 3, 4, 5, 6]

    def test_text_and_numbers_in_one_column_are_told_apart(self, read: Callable[..., RawSheet]) -> None:
        text, number = "691796901234567671", "6.9179690123456704E+17"
        cells = [[text, "x"], [wb.number_cell("A2", number), "x"], ["12", "x"]]
        sheet = read("订单.xlsx", wb.xlsx(wb.rows_xml(cells)))
        assert [row[0] for row in rows(sheet)] == [text, None, "12"]
        assert [fault.row for fault in sheet.faults] == [2]

    @pytest.mark.parametrize("suffix", ["xls", "ods", "xlsb"])
    def test_formats_that_only_store_doubles_reject_long_numbers_and_keep_long_text(
        self, suffix: str, read: Callable[..., RawSheet]
    ) -> None:
        sheet = read(f"订单.{suffix}", _long_ids(suffix))
        assert [row[0] for row in rows(sheet)] == ["订单号", "691796901234567671", None, "13800138000"]
        assert [(fault.row, fault.column, fault.reason) for fault in sheet.faults] == [(3, 0, "id_digits_lost")]


def _long_ids(suffix: str) -> bytes:
    values: list[str | float] = ["订单号", "691796901234567671", 691796901234567671.0, 13800138000.0]
    if suffix == "xlsb":
        return wb.xlsb({row: {0: value} for row, value in enumerate(values)}, 3, 0)
    if suffix == "xls":
        import xlwt

        book, packed = xlwt.Workbook(), io.BytesIO()
        sheet = book.add_sheet("订单")
        for row, value in enumerate(values):
            sheet.write(row, 0, value)
        book.save(packed)
        return packed.getvalue()
    cells = [
        f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
        if isinstance(value, str)
        else f'<table:table-cell office:value-type="float" office:value="{value:.0f}"/>'
        for value in values
    ]
    return wb.ods("".join(f"<table:table-row>{cell}</table:table-row>" for cell in cells))
