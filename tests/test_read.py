"""Every file an export may come in: rows and columns keep their numbers, sheets their names."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

import workbooks as wb
from broken import HEADER, ORDER, ORDERS_CSV, order_rows, parquet, xls
from reading import reader, rows, written
from siyu_cli.errors import InputError
from siyu_cli.files.read import RawSheet, read_each, read_sources

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., RawSheet]:
    return reader(tmp_path)


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
        prefixed = plain.replace("</", "</x:").replace("<", "<x:").replace("<x:/x:", "</x:").replace("<x:?", "<?")
        prefixed = prefixed.replace("xmlns=", "xmlns:x=")
        one, other = (read("订单.xlsx", wb.zipped(wb.parts({"订单": xml}))) for xml in (plain, prefixed))
        assert rows(one) == rows(other)
        assert rows(one)[1][0] == "691796901234567891"
        assert one.inspect() == other.inspect()

    def test_part_names_with_backslashes_and_other_case_are_found(self, read: Callable[..., RawSheet]) -> None:
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
        path.write_bytes(wb.zipped({"../../x.csv": ORDERS_CSV, "/abs/y.csv": ORDERS_CSV, "C:\\z.csv": ORDERS_CSV}))
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
