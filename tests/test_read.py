"""Every way an export can be odd and still be read: rows keep their numbers, values their digits."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

import workbooks as wb
from broken import HEADER, ORDER, ORDERS_CSV, order_rows, parquet, xls
from siyu_cli.errors import InputError
from siyu_cli.files.read import RawSheet, read_each, read_sources

SHARED = Path(__file__).parents[2] / "shared"
Rows = list[list[str | None]]


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str, bytes | str], RawSheet]:
    """Return a reader of one file of one sheet, given its name and content."""

    def read_one(name: str, data: bytes | str) -> RawSheet:
        path = tmp_path / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        (sheet,) = read_sources([path])[0].sheets
        return sheet

    return read_one


def rows(sheet: RawSheet) -> Rows:
    assert sheet.cells is not None
    return [list(row.values()) for row in sheet.cells.to_pylist()]


def written(book: openpyxl.Workbook) -> bytes:
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


class TestSources:
    def test_files_come_back_in_the_order_given_with_size_and_digest(self, tmp_path: Path) -> None:
        paths = [tmp_path / "订单.csv", tmp_path / "会员.xlsx"]
        paths[0].write_text(ORDERS_CSV, "utf-8")
        paths[1].write_bytes(wb.xlsx(order_rows()))
        sources = read_sources(paths)
        assert [source.file for source in sources] == ["订单.csv", "会员.xlsx"]
        assert [source.size for source in sources] == [path.stat().st_size for path in paths]
        assert [source.sha256 for source in sources] == [
            hashlib.sha256(path.read_bytes()).hexdigest() for path in paths
        ]

    def test_each_file_is_handled_with_its_place(self, tmp_path: Path) -> None:
        for name in "abc":
            (tmp_path / f"{name}.csv").write_text(ORDERS_CSV, "utf-8")
        paths = [tmp_path / f"{name}.csv" for name in "abc"]
        assert read_each(paths, lambda place, source: (place, source.file)) == [
            (0, "a.csv"), (1, "b.csv"), (2, "c.csv"),
        ]  # fmt: skip

    @pytest.mark.parametrize("name", ["订单.csv", "订单.xls", "订单.zip"])
    def test_the_bytes_decide_what_a_file_is(self, name: str, read: Callable[..., RawSheet]) -> None:
        assert rows(read(name, wb.xlsx(order_rows())))[0] == HEADER

    def test_delimited_text_named_xls_is_read_as_text(self, read: Callable[..., RawSheet]) -> None:
        sheet = read("订单.xls", ORDERS_CSV.replace(",", "\t").encode("gb18030"))
        assert (sheet.sheet, sheet.encoding) == (None, "gb18030")
        assert rows(sheet)[0] == HEADER

    def test_parquet_is_handed_on_by_its_path(self, tmp_path: Path) -> None:
        path = tmp_path / "订单.parquet"
        path.write_bytes(parquet())
        (sheet,) = read_sources([path])[0].sheets
        assert (sheet.cells, sheet.parquet, sheet.sheet) == (None, path, None)


class TestSheets:
    def test_leading_blank_rows_and_columns_keep_their_numbers(self, read: Callable[..., RawSheet]) -> None:
        book = openpyxl.Workbook()
        book.active["C4"] = "订单号"
        book.active["D6"] = "E1"
        sheet = read("订单.xlsx", written(book))
        assert sheet.first_row == 1
        assert rows(sheet) == [[None] * 4] * 3 + [
            [None, None, "订单号", None],
            [None] * 4,
            [None] * 3 + ["E1"],
        ]

    def test_the_same_in_an_old_workbook(self, read: Callable[..., RawSheet]) -> None:
        import xlwt

        book, packed = xlwt.Workbook(), io.BytesIO()
        book.add_sheet("订单").write(2, 1, "订单号")
        book.save(packed)
        assert rows(read("订单.xls", packed.getvalue())) == [[None, None], [None, None], [None, "订单号"]]

    def test_sheets_keep_their_order_hidden_ones_are_marked_and_charts_left_out(self, tmp_path: Path) -> None:
        book = openpyxl.Workbook()
        book.active.title = "订单"
        book.create_chartsheet("图表")
        for name, state in (("旧", "hidden"), ("更旧", "veryHidden"), ("空", "visible")):
            book.create_sheet(name).sheet_state = state
        path = tmp_path / "订单.xlsx"
        path.write_bytes(written(book))
        sheets = read_sources([path])[0].sheets
        assert [(sheet.sheet, sheet.is_hidden) for sheet in sheets] == [
            ("订单", False), ("旧", True), ("更旧", True), ("空", False),
        ]  # fmt: skip
        assert all(sheet.cells is not None and sheet.cells.num_rows == 0 for sheet in sheets)

    @pytest.mark.parametrize("dimension", ["A1", "A1:B1", "A1:XFD1048576", ""])
    def test_a_wrong_dimension_loses_no_row(self, dimension: str, read: Callable[..., RawSheet]) -> None:
        sheet = read("订单.xlsx", wb.xlsx(order_rows(*[ORDER] * 30), dimension=dimension))
        assert len(rows(sheet)) == 31

    def test_cells_and_rows_may_leave_out_their_reference(self, read: Callable[..., RawSheet]) -> None:
        xml = (
            "<row><c><v>1</v></c><c><v>691796901234567891</v></c></row><row/>"
            '<row><c><v>2</v></c><c t="e"><v>#N/A</v></c></row>'
        )
        sheet = read("订单.xlsx", wb.xlsx(xml))
        assert rows(sheet) == [["1", "691796901234567891"], [None, None], ["2", None]]
        assert [(fault.row, fault.column) for fault in sheet.inspect().faults] == [(3, 1)]

    def test_a_namespace_prefix_changes_nothing(self, read: Callable[..., RawSheet]) -> None:
        plain = wb.sheet_xml(
            order_rows([691796901234567891, *ORDER[1:]]),
            after="<mergeCells><mergeCell ref='A2:A3'/></mergeCells>",
        )
        prefixed = (
            plain.replace("</", "</x:").replace("<", "<x:").replace("<x:/x:", "</x:").replace("<x:?", "<?")
        )
        prefixed = prefixed.replace("xmlns=", "xmlns:x=")
        one, other = (read("订单.xlsx", wb.zipped(wb.parts({"订单": xml}))) for xml in (plain, prefixed))
        assert rows(one) == rows(other)
        assert rows(one)[1][0] == "691796901234567891"
        assert one.inspect() == other.inspect()

    def test_part_names_with_backslashes_and_other_case_are_found(
        self, read: Callable[..., RawSheet]
    ) -> None:
        members = wb.parts({"订单": wb.sheet_xml(order_rows([691796901234567891, *ORDER[1:]]))})
        odd = {name.replace("/", "\\").replace("sheet1", "Sheet1"): data for name, data in members.items()}
        assert rows(read("订单.xlsx", wb.zipped(odd)))[1][0] == "691796901234567891"

    @pytest.mark.parametrize("name", ["订单.xlsb", "订单.ods"])
    def test_binary_and_open_document_workbooks(self, name: str, read: Callable[..., RawSheet]) -> None:
        ods = wb.ods(
            '<table:table-row><table:table-cell office:value-type="string"><text:p>订单号</text:p></table:table-cell>'
            '</table:table-row><table:table-row><table:table-cell office:value-type="float" office:value="1.5"/>'
            '</table:table-row><table:table-row table:number-rows-repeated="1048000"><table:table-cell '
            'table:number-columns-repeated="16384"/></table:table-row>'
        )
        data = ods if name.endswith("ods") else wb.xlsb({0: {0: "订单号"}, 1: {0: 1.5}}, 1, 0)
        assert rows(read(name, data)) == [["订单号"], ["1.5"]]

    def test_300_columns(self, read: Callable[..., RawSheet]) -> None:
        header = [f"列{number}" for number in range(300)]
        assert rows(read("订单.xlsx", wb.xlsx(wb.rows_xml([header])))) == [header]


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
            (1000000000000000, "1000000000000000"),
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
        assert rows(read("订单.xlsx", written(book))) == [
            ["2025-03-01 09:05:00"] * 4 + ["2025-03-01 00:00:00"]
        ]

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
        sheet = read(
            "订单.xlsx", wb.xlsx(order_rows([*ORDER[:3], '<c r="D2" t="e"><v>#DIV/0!</v></c>', "x"]))
        )
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

    def test_merged_ranges_are_told_in_the_coordinates_of_the_cells(
        self, read: Callable[..., RawSheet]
    ) -> None:
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
    def test_an_id_stored_as_a_number_keeps_every_digit_the_file_has(
        self, read: Callable[..., RawSheet]
    ) -> None:
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
        assert [(fault.row, fault.column, fault.reason) for fault in sheet.faults] == [
            (3, 0, "id_digits_lost")
        ]


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


class TestText:
    @pytest.mark.parametrize(
        ("encoding", "reported"),
        [
            ("utf-8", "utf-8"),
            ("utf-8-sig", "utf-8-sig"),
            ("gb18030", "gb18030"),
            ("utf-16", "utf-16"),
            ("utf-16-le", "utf-16-le"),
            ("utf-16-be", "utf-16-be"),
        ],
    )
    def test_the_encoding_is_found_and_reported(
        self, encoding: str, reported: str, read: Callable[..., RawSheet]
    ) -> None:
        sheet = read("订单.csv", ORDERS_CSV.encode(encoding))
        assert sheet.encoding == reported
        assert rows(sheet) == [HEADER, [str(value) for value in ORDER]]

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
    def test_a_line_that_does_not_decode_is_a_blank_row_and_a_fault(
        self, encoding: str, read: Callable[..., RawSheet]
    ) -> None:
        data = ORDERS_CSV.encode(encoding) + b"E2,\xff\xff,1\n" + b"E3,M3,2025-03-01,2,x\n"
        sheet = read("订单.csv", data)
        assert rows(sheet)[2:] == [[None] * 5, ["E3", "M3", "2025-03-01", "2", "x"]]
        (fault,) = sheet.faults
        assert (fault.row, fault.reason, fault.value) == (3, "undecodable", "E2,\\xff\\xff,1")

    @pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
    @pytest.mark.parametrize("name", ["订单.csv", "订单.tsv", "订单.txt"])
    def test_the_delimiter_is_found(self, delimiter: str, name: str, read: Callable[..., RawSheet]) -> None:
        assert rows(read(name, ORDERS_CSV.replace(",", delimiter)))[0] == HEADER

    def test_columns_aligned_with_spaces_are_split(self, read: Callable[..., RawSheet]) -> None:
        text = " customer_id  date number  dollar\n 00001 19970101  1   11.77\n 00002 19970112  12  7.00\n"
        assert rows(read("cdnow.txt", text)) == [
            ["customer_id", "date", "number", "dollar"],
            ["00001", "19970101", "1", "11.77"],
            ["00002", "19970112", "12", "7.00"],
        ]

    def test_a_list_of_one_column_stays_one_column(self, read: Callable[..., RawSheet]) -> None:
        assert rows(read("名单.txt", "会员编号\nM1\nM2\n")) == [["会员编号"], ["M1"], ["M2"]]
        assert rows(read("时间.txt", "2025-03-01 09:05:00\n2025-03-02 09:05:00\n"))[0] == [
            "2025-03-01 09:05:00"
        ]

    def test_titles_totals_and_blank_lines_keep_their_places(self, read: Callable[..., RawSheet]) -> None:
        text = f"订单报表（导出时间：2026-03-01）\n\n{ORDERS_CSV}\n合计,,,128.5\nE2,M2,x,1,y,多余\n"
        sheet = rows(read("订单.csv", text))
        assert [row[0] for row in sheet] == [
            "订单报表（导出时间：2026-03-01）",
            None,
            "订单号",
            "E1",
            None,
            "合计",
            "E2",
        ]
        assert {len(row) for row in sheet} == {6}
        assert sheet[5] == ["合计", None, None, "128.5", None, None]
        assert sheet[6][5] == "多余"

    def test_a_quoted_line_break_stays_in_its_value(self, read: Callable[..., RawSheet]) -> None:
        sheet = rows(read("订单.csv", 'a,b\n"一\n二","x, ""y"""\n3,4\n短\n'))
        assert sheet == [["a", "b"], ["一\n二", 'x, "y"'], ["3", "4"], ["短", None]]

    def test_a_quote_that_is_never_closed_swallows_no_rows(self, read: Callable[..., RawSheet]) -> None:
        lines = [f"E{number},M{number},{number}" for number in range(20)]
        lines[7] = 'E7,"M7,7'
        sheet = rows(read("订单.csv", "\n".join(lines) + "\n"))
        assert [row[0] for row in sheet] == [f"E{number}" for number in range(20)]
        assert sheet[7] == ["E7", '"M7', "7"]

    def test_marks_platforms_put_around_ids_are_left_to_the_cleaner(
        self, read: Callable[..., RawSheet]
    ) -> None:
        sheet = rows(read("订单.csv", 'a,b,c\n="123",\'138,"\t6917"\n'))
        assert sheet[1] == ['="123"', "'138", "\t6917"]

    @pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
    def test_any_line_end(self, line_end: str, read: Callable[..., RawSheet]) -> None:
        assert rows(read("a.csv", line_end.join(["a,b", "1,2", "", "3,4"]))) == [
            ["a", "b"], ["1", "2"], [None, None], ["3", "4"],
        ]  # fmt: skip

    def test_a_declared_separator_is_believed(self, read: Callable[..., RawSheet]) -> None:
        assert rows(read("a.csv", "sep=;\na,x;b\n1,2;3\n"))[1:] == [["a,x", "b"], ["1,2", "3"]]

    def test_many_ragged_records_are_read_one_by_one(self, read: Callable[..., RawSheet]) -> None:
        lines = [",".join(map(str, range(number % 7 + 1))) for number in range(5000)]
        sheet = rows(read("a.csv", "\n".join(lines)))
        assert [sum(value is not None for value in row) for row in sheet] == [n % 7 + 1 for n in range(5000)]

    def test_a_large_file_reads_the_same_with_and_without_a_title(
        self, read: Callable[..., RawSheet]
    ) -> None:
        text = ORDERS_CSV + "".join(f"E{n},M{n % 7},2025-03-01,1.50,交易成功\n" for n in range(60_000))
        plain, titled = rows(read("a.csv", text)), rows(read("b.csv", "标题\n" + text + "合计,1\n"))
        assert titled[1:-1] == plain
        assert titled[0][0] == "标题"


class TestZips:
    def test_every_table_in_a_zip_is_read_under_its_own_name(self, tmp_path: Path) -> None:
        path = tmp_path / "导出.zip"
        path.write_bytes(wb.zipped({
            "订单/三月.csv": ORDERS_CSV, "会员.xlsx": wb.xlsx(order_rows()), "旧.xls": xls(),
            "__MACOSX/._三月.csv": "x", ".DS_Store": "x", "说明.pdf": "x",
        }))  # fmt: skip
        (source,) = read_sources([path])
        assert [sheet.file for sheet in source.sheets] == [
            "导出.zip/订单/三月.csv",
            "导出.zip/会员.xlsx",
            "导出.zip/旧.xls",
        ]
        assert source.ignored == ("说明.pdf",)
        assert source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()

    def test_chinese_names_of_a_windows_zip_are_read(self, tmp_path: Path) -> None:
        packed = wb.zipped({"AAAA.csv": ORDERS_CSV}).replace(b"AAAA.csv", "订单".encode("gb18030") + b".csv")
        (tmp_path / "a.zip").write_bytes(packed)
        assert read_sources([tmp_path / "a.zip"])[0].sheets[0].file == "a.zip/订单.csv"

    def test_members_that_climb_write_nothing_and_lose_the_climb(self, tmp_path: Path) -> None:
        (tmp_path / "in").mkdir()
        path = tmp_path / "in" / "a.zip"
        path.write_bytes(
            wb.zipped({"../../x.csv": ORDERS_CSV, "/abs/y.csv": ORDERS_CSV, "C:\\z.csv": ORDERS_CSV})
        )
        names = [sheet.file for sheet in read_sources([path])[0].sheets]
        assert names == ["a.zip/x.csv", "a.zip/abs/y.csv", "a.zip/z.csv"]
        assert sorted(found.name for found in tmp_path.rglob("*")) == ["a.zip", "in"]

    def test_a_zip_in_a_zip_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "a.zip").write_bytes(wb.zipped({"b.zip": wb.zipped({"a.csv": ORDERS_CSV})}))
        with pytest.raises(InputError, match=r"b\.zip"):
            read_sources([tmp_path / "a.zip"])

    def test_a_stored_zip_and_a_comment_behind_it_change_nothing(self, tmp_path: Path) -> None:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("订单.csv", ORDERS_CSV)
            archive.comment = "有赞".encode()
        (tmp_path / "a.zip").write_bytes(packed.getvalue())
        assert rows(read_sources([tmp_path / "a.zip"])[0].sheets[0])[0] == HEADER


@pytest.mark.skipif(not SHARED.exists(), reason="the shared data is not here")
class TestPublicData:
    def test_both_cdnow_files(self) -> None:
        names = ["CDNOW_master.txt", "CDNOW_sample.txt"]
        sources = read_sources([SHARED / "data" / "cdnow" / name for name in names])
        sizes = [source.sheets[0].cells.shape for source in sources]
        assert sizes == [(69_660, 4), (6_919, 5)]

    def test_the_uci_year_is_parquet(self) -> None:
        (source,) = read_sources([SHARED / "data" / "uci" / "online_retail_ii_2010.parquet"])
        assert source.sheets[0].parquet is not None
