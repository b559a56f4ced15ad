"""What common readers of workbooks misread or refuse: each cell stands where the file says, as the file says."""

from __future__ import annotations

import datetime as dt
import struct
import time
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

import old_workbooks as old
import workbooks as wb
from broken import HEADER, ORDER, order_rows, xls
from reading import reader, rows, written
from siyu_cli.errors import DataError, InputError
from siyu_cli.files.read import RawSheet, read_sources

IDS = [f"69179690123456{number}" for number in range(7001, 7005)]


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., RawSheet]:
    return reader(tmp_path)


def edited(packed: bytes, part: str, edit: Callable[[bytes], bytes]) -> bytes:
    members = wb.unzipped(packed)
    members[part] = edit(members[part])
    return wb.zipped(members)


class TestPlaces:
    @pytest.mark.parametrize(
        "empty",
        [
            '<c r="A{row}" t="inlineStr"></c>', '<c r="A{row}"></c>', '<c r="A{row}"/>', '<c r="A{row}" s="0" />',
            '<c r="A{row}"> </c>', '<c r="A{row}" t="s"><v></v></c>', '<c r="A{row}" t="str"><v/></c>',
            '<c r="A{row}" t="inlineStr"><is><t></t></is></c>', '<c t="n"/>', "<c></c>", "",
        ],
    )  # fmt: skip
    def test_an_empty_cell_that_is_written_out_is_no_value_and_moves_nothing(
        self, empty: str, read: Callable[..., RawSheet]
    ) -> None:
        lines = "".join(
            f'<row r="{row}">{empty.format(row=row)}<c r="B{row}"><v>{number}</v></c>'
            f'<c r="C{row}"><v>{row}</v></c></row>'
            for row, number in enumerate(IDS, start=1)
        )
        merges = '<mergeCells><mergeCell ref="B1:B2"/></mergeCells>'
        sheet = read("订单.xlsx", wb.xlsx(lines, after=merges))
        assert rows(sheet) == [[None, number, str(row)] for row, number in enumerate(IDS, start=1)]
        assert (sheet.faults, sheet.inspect().merged) == ((), ((0, 1, 1, 1),))

    @pytest.mark.parametrize("is_large", [False, True], ids=["small", "large"])
    def test_what_has_no_reference_follows_what_has_one(
        self, is_large: bool, read: Callable[..., RawSheet], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if is_large:
            monkeypatch.setattr("siyu_cli.files.reading.bombs.WALK_BYTES", 0)
        xml = (
            f'<row r="3"><c r="C3"><v>{IDS[0]}</v></c><c><v>1</v></c></row>'
            f'<row><c/><c><v>{IDS[1]}</v></c><c r="D4" t="e"><v>#N/A</v></c></row>'
            f'<row r="7"/>\n<row >\n<c>\n<v>{IDS[2]}</v>\n</c></row>'
        )
        sheet = read("订单.xlsx", wb.xlsx(xml))
        found = {(row, place): value for row, line in enumerate(rows(sheet), 1) for place, value in enumerate(line)}
        assert {place: value for place, value in found.items() if value} == {
            (3, 2): IDS[0], (3, 3): "1", (4, 1): IDS[1], (8, 0): IDS[2],
        }  # fmt: skip
        assert [(fault.row, fault.column) for fault in sheet.inspect().faults] == [(4, 3)]

    def test_rows_and_cells_out_of_order_are_put_where_they_say(self, read: Callable[..., RawSheet]) -> None:
        xml = (
            f'<row r="2"><c r="B2"><v>{IDS[0]}</v></c><c r="A2"><v>5</v></c></row>'
            '<row r="1"><c r="A1"><v>4</v></c></row>'
        )
        assert rows(read("订单.xlsx", wb.xlsx(xml))) == [["4", None], ["5", IDS[0]]]

    def test_two_values_for_one_cell_are_told_and_not_chosen_from(self, read: Callable[..., RawSheet]) -> None:
        with pytest.raises(DataError, match="row 2 stands there twice") as caught:
            read("订单.xlsx", wb.xlsx(order_rows() + order_rows().partition("</row>")[2]))
        assert str(caught.value.where) == "订单.xlsx › 订单 › row 2"

    @pytest.mark.parametrize("cell", ["XFD1", "C1048576", "AAA40", "ZZ5000"])
    def test_a_stray_value_far_away_costs_no_more_than_the_cells_there_are(
        self, cell: str, read: Callable[..., RawSheet]
    ) -> None:
        row = "".join(letter for letter in cell if letter.isdigit())
        stray = f'<row r="{row}"><c r="{cell}"><v>1</v></c></row>'
        lines = order_rows(*[ORDER] * 50)
        xml = lines.replace("</row>", f'<c r="{cell}"><v>1</v></c></row>', 1) if row == "1" else lines + stray
        began = time.process_time()
        sheet = read("订单.xlsx", wb.xlsx(xml))
        assert time.process_time() - began < 2
        assert sheet.cells.num_columns <= 6
        assert rows(RawSheet("", "", sheet.cells.slice(1, 1)))[0][:5] == [str(value) for value in ORDER]

    def test_the_same_in_an_old_and_an_open_document_workbook(self, tmp_path: Path) -> None:
        lines = [HEADER, *[ORDER] * 50]
        far = {
            "a.xls": old.xls({"订单": old.rows(lines) + old.number(65_535, 3, 1.0)}),
            "b.xls": old.xls({"订单": old.rows(lines) + old.number(2, 255, 1.0)}),
            "c.ods": wb.ods(
                '<table:table-row><table:table-cell office:value-type="float" office:value="5"/>'
                '<table:table-cell table:number-columns-repeated="16382"/>'
                '<table:table-cell office:value-type="float" office:value="1"/></table:table-row>'
            ),
            "d.xlsb": wb.xlsb({0: {0: "订单号"}, 99_999: {1: 1.0}}, 99_999, 1),
            "e.xlsb": wb.xlsb({0: {0: "订单号", 16_383: 1e17}, 1: {0: "E1"}}, 1, 16_383),
        }
        shapes = []
        for name, data in far.items():
            (tmp_path / name).write_bytes(data)
            shapes.append(read_sources([tmp_path / name])[0].sheets[0].cells.shape)
        assert shapes == [(65_536, 5), (51, 256), (1, 2), (100_000, 2), (2, 2)]


class TestValues:
    @pytest.mark.parametrize("index", ["6 ", " 6", "\n6\n", "&#54;", "6<!-- six -->", "<![CDATA[6]]>"])
    def test_the_number_of_a_shared_text_may_be_written_in_any_way_xml_allows(
        self, index: str, read: Callable[..., RawSheet]
    ) -> None:
        xml = f'<row r="1"><c r="A1" t="s"><v>{index}</v></c><c r="B1"><v> 12.5 </v></c></row>'
        sheet = read("会员.xlsx", wb.xlsx(xml, strings=[f"M{number}" for number in range(9)]))
        assert rows(sheet) == [["M6", "12.5"]]

    @pytest.mark.parametrize("index", ["9", "x", "-1", "1.5"])
    def test_a_shared_text_that_is_not_there_is_no_other_text(self, index: str, read: Callable[..., RawSheet]) -> None:
        with pytest.raises(DataError, match=f"row 1 names the text {index}, which is not there"):
            read("会员.xlsx", wb.xlsx(f'<row r="1"><c r="A1" t="s"><v>{index}</v></c></row>', strings=["M0"]))

    @pytest.mark.parametrize(
        ("cell", "read_as"),
        [
            ('t="b"><v>true</v>', "TRUE"), ('t="b"><v>false</v>', "FALSE"), ('t="d"><v>09:05:00</v>', "09:05:00"),
            ('t="zz"><v>12</v>', "12"),
            ('t="inlineStr"><is><r><t>张</t></r><rPh><t>zhang</t></rPh><r><t>三</t></r></is>', "张三"),
            ('t="n"><v>1.38e10</v><extLst/>', "13800000000"), ("><v>1e400</v>", "1e400"),
        ],
    )  # fmt: skip
    def test_cells_of_other_makers_read_as_they_are_meant(
        self, cell: str, read_as: str, read: Callable[..., RawSheet]
    ) -> None:
        odd = '<c r="B1" t="e"><v>#SPILL!</v></c>'
        sheet = read("订单.xlsx", wb.xlsx(f'<row r="1"><c r="A1" {cell}</c>{odd}</row>'))
        assert rows(sheet)[0][0] == read_as
        assert [fault.value for fault in sheet.inspect().faults] == ["#SPILL!"]

    def test_a_time_of_day_has_no_day(self, read: Callable[..., RawSheet]) -> None:
        book = openpyxl.Workbook()
        book.active.append([dt.time(9, 5), dt.datetime(2025, 3, 1, 9, 5)])
        assert rows(read("订单.xlsx", written(book))) == [["09:05:00", "2025-03-01 09:05:00"]]

    @pytest.mark.parametrize("has_odd_cell", [False, True])
    def test_both_readers_of_a_sheet_say_the_same(self, has_odd_cell: bool, read: Callable[..., RawSheet]) -> None:
        book = openpyxl.Workbook()
        values = [
            12,
            0.1 + 0.2,
            1e-7,
            -5.5,
            99999999.99,
            123456789012345,
            1.38e10,
            True,
            "订单",
            dt.date(2025, 3, 1),
        ]
        book.active.append([*values, dt.datetime(2025, 3, 1, 9, 5, 7), dt.time(23, 59, 59), dt.datetime(1900, 2, 28)])
        data = written(book)
        if has_odd_cell:
            data = edited(data, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"<v>12</v>", b"<v>12 </v>"))
        assert rows(read("订单.xlsx", data)) == [[
            "12", "0.3", "0.0000001", "-5.5", "99999999.99", "123456789012345", "13800000000", "TRUE", "订单",
            "2025-03-01 00:00:00", "2025-03-01 09:05:07", "23:59:59", "1900-02-28 00:00:00",
        ]]  # fmt: skip


class TestDaysFrom1904:
    SECOND = b'<x15:workbookPr xmlns:x15="http://schemas.microsoft.com/office/spreadsheetml/2010/11/main"/><sheets>'

    def book(self, value: object) -> bytes:
        book = openpyxl.Workbook()
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
        for line in ([*HEADER], *(["E1", "M1", value, 1, "交易成功"] for _ in range(5))):
            book.active.append(line)
        return written(book)

    def test_a_second_element_of_the_same_name_changes_nothing(self, read: Callable[..., RawSheet]) -> None:
        data = edited(
            self.book(dt.datetime(2025, 3, 1)),
            "xl/workbook.xml",
            lambda xml: xml.replace(b"<sheets>", self.SECOND),
        )
        sheet = read("订单.xlsx", data)
        assert rows(sheet)[1][2] == "2025-03-01 00:00:00"
        assert (sheet.sheet, sheet.counts_from_1904) == ("Sheet", True)

    def test_a_foreign_element_decides_nothing(self, read: Callable[..., RawSheet]) -> None:
        second = self.SECOND.replace(b"/>", b' date1904="1"/>')
        book = openpyxl.Workbook()
        book.active.append([dt.datetime(2025, 3, 1)])
        data = edited(written(book), "xl/workbook.xml", lambda xml: xml.replace(b"<sheets>", second))
        assert rows(read("订单.xlsx", data)) == [["2025-03-01 00:00:00"]]

    @pytest.mark.parametrize("name", ["订单.xlsx", "订单.xls", "订单.xlsb"])
    def test_a_date_column_of_plain_numbers_counts_from_1904_too(self, name: str, tmp_path: Path) -> None:
        from siyu_cli import open_shop

        lines = [HEADER, *(["E1", "M1", 44255.378472222, 1.0, "交易成功"] for _ in range(5))]
        if name.endswith("xls"):
            data = old.xls({"订单": old.rows(lines)}, old.record(0x0022, b"\1\0"))
        elif name.endswith("xlsb"):
            data = wb.xlsb({row: dict(enumerate(line)) for row, line in enumerate(lines)}, 5, 4, from_1904=True)
        else:
            data = self.book(44255.378472222)
        (tmp_path / name).write_bytes(data)
        with open_shop([tmp_path / name], as_of="2026-01-01") as shop:
            members = shop.segment().members
        assert [str(day)[:10] for day in members["last_order_on"]] == ["2025-03-01"]


class TestOldWorkbooks:
    CHART = old.begin(old.BIFF8, 0x20) + old.number(0, 0, 7.0) + old.label(1, 0, "图") + old.END

    def test_a_chart_inside_a_sheet_is_none_of_its_cells(self, read: Callable[..., RawSheet]) -> None:
        inner = self.CHART[: -len(old.END)] + self.CHART + old.END
        body = old.rows([HEADER, ORDER]) + self.CHART + inner + old.label(2, 0, "E2")
        assert rows(read("订单.xls", old.xls({"订单": body}))) == [
            HEADER, [str(value) for value in ORDER], ["E2", None, None, None, None],
        ]  # fmt: skip

    @pytest.mark.parametrize("page", [None, 1252, 936, 1200, 437, 99])
    def test_texts_that_say_how_wide_they_are_need_no_code_page(
        self, page: int | None, read: Callable[..., RawSheet]
    ) -> None:
        settings = b"" if page is None else old.record(0x0042, struct.pack("<H", page))
        sheet = read("订单.xls", old.xls({"订单": old.rows([HEADER, ORDER])}, settings))
        assert (sheet.sheet, rows(sheet)[0], sheet.encoding) == ("订单", HEADER, None)

    @pytest.mark.parametrize("page", [936, None, 1252, 99])
    def test_texts_of_excel_95_are_read_under_their_code_page_or_as_the_chinese_they_are(
        self, page: int | None, read: Callable[..., RawSheet]
    ) -> None:
        settings = b"" if page is None else old.record(0x0042, struct.pack("<H", page))
        data = old.xls({"订单": old.rows([HEADER, ORDER], "gbk")}, settings, old.BIFF5, "gbk")
        sheet = read("订单.xls", data)
        assert (sheet.sheet, rows(sheet)[0], sheet.encoding) == ("订单", HEADER, "gb18030")

    def test_other_code_pages_are_believed_and_none_is_made_up(self, read: Callable[..., RawSheet]) -> None:
        greek = old.record(0x0042, struct.pack("<H", 1253))
        body = old.rows([["ΑΒΓ", "x"]], "cp1253")
        assert rows(read("a.xls", old.xls({"S": body}, greek, old.BIFF5, "ascii"))) == [["ΑΒΓ", "x"]]
        latin = old.rows([["Café", "Müller"]], "cp1252")
        with pytest.raises(InputError, match="does not say which encoding"):
            read("b.xls", old.xls({"S": latin}, b"", old.BIFF5, "ascii"))

    def test_bytes_that_are_no_text_are_told_of(self, read: Callable[..., RawSheet]) -> None:
        page = old.record(0x0042, struct.pack("<H", 936))
        body = old.rows([["订单号", "M1"]], "gbk") + old.record(0x0204, struct.pack("<HHHH", 1, 0, 0, 2) + b"A\xff")
        sheet = read("订单.xls", old.xls({"S": body}, page, old.BIFF5, "ascii"))
        assert [(fault.row, fault.column, fault.value, fault.reason) for fault in sheet.faults] == [
            (2, 0, "A\\xff", "undecodable")
        ]

    def test_two_values_in_opposite_corners_are_refused(self, read: Callable[..., RawSheet]) -> None:
        body = old.number(0, 0, 1.0) + old.number(65_535, 255, 1.0)
        with pytest.raises(InputError, match="too large to read"):
            read("a.xls", old.xls({"S": body}))

    @pytest.mark.parametrize("keep", [0.3, 0.6, 0.9])
    def test_a_sheet_that_breaks_off_is_damaged_however_it_is_packed(
        self, keep: float, read: Callable[..., RawSheet]
    ) -> None:
        stream = old.stream_of(xls())
        with pytest.raises(DataError, match="damaged or was cut off"):
            read("a.xls", old.packed(stream.rstrip(b"\0")[: int(len(stream.rstrip(b"\0")) * keep)]))

    @pytest.mark.parametrize(
        ("lock", "version"),
        [
            (struct.pack("<HHH", 0, 0x1234, 0x5678), old.BIFF8),  # XOR
            (struct.pack("<HHH", 1, 1, 1) + bytes(range(48)), old.BIFF8),  # RC4
            (struct.pack("<HHHI", 1, 2, 2, 4) + bytes(100), old.BIFF8),  # RC4 CryptoAPI
            (struct.pack("<HH", 0x1234, 0x5678), old.BIFF5),  # XOR of Excel 95
        ],
    )
    def test_a_locked_workbook_of_any_age_says_so(
        self, lock: bytes, version: int, read: Callable[..., RawSheet]
    ) -> None:
        codec = "ascii" if version == old.BIFF5 else None
        data = old.xls({"S": old.rows([["x"]], codec)}, old.record(0x002F, lock), version, codec)
        with pytest.raises(InputError, match="is protected by a password"):
            read("a.xls", data)


class TestSoundWorkbooks:
    @pytest.mark.parametrize("dimension", ["1:4", "A:E", "E9:A1", "", "#REF!", "A1:B2:C3"])
    def test_a_dimension_of_any_kind_is_passed_over(self, dimension: str, read: Callable[..., RawSheet]) -> None:
        claim = f'<dimension ref="{dimension}"/><sheetData>'.encode()
        data = edited(wb.xlsx(order_rows()), "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"<sheetData>", claim))
        assert rows(read("订单.xlsx", data))[0] == HEADER

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "gb18030", "utf-8-sig"])
    @pytest.mark.parametrize("part", ["sheet1", "workbook", "sharedStrings", "all"])
    def test_parts_in_other_encodings_are_read(self, encoding: str, part: str, read: Callable[..., RawSheet]) -> None:
        cell = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"><v>1</v></c></row>'
        members = wb.unzipped(wb.xlsx(cell, strings=["订单号"]))
        for name, xml in members.items():
            if (part in name or part == "all") and name.startswith("xl/"):
                named = {"utf-16-le": "utf-16", "utf-16-be": "utf-16", "utf-8-sig": "utf-8"}.get(encoding, encoding)
                mark = "\ufeff" if encoding in ("utf-16-le", "utf-16-be") else ""
                members[name] = (mark + xml.decode().replace("UTF-8", named)).encode(encoding)
        sheet = read("订单.xlsx", wb.zipped(members))
        assert (sheet.sheet, rows(sheet)) == ("订单", [["订单号", "1"]])

    @pytest.mark.parametrize("kind", ["xlMacrosheet", "xlIntlMacrosheet", "dialogsheet", "chartsheet"])
    def test_sheets_that_are_no_tables_stand_beside_data(self, kind: str, read: Callable[..., RawSheet]) -> None:
        members = wb.parts({"宏": "<x/>", "订单": wb.sheet_xml(order_rows())})
        members["xl/_rels/workbook.xml.rels"] = members["xl/_rels/workbook.xml.rels"].replace("worksheet", kind, 1)
        sheet = read("订单.xlsx", wb.zipped(members))
        assert (sheet.sheet, rows(sheet)[0]) == ("订单", HEADER)

    @pytest.mark.parametrize("count", ["999999999999", "4000000000", "x", "-1", "0"])
    def test_a_false_count_of_texts_takes_no_memory(self, count: str, read: Callable[..., RawSheet]) -> None:
        cell = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
        data = edited(
            wb.xlsx(cell, strings=["订单号"]),
            "xl/sharedStrings.xml",
            lambda xml: xml.replace(b"<sst ", f'<sst uniqueCount="{count}" '.encode()),
        )
        assert rows(read("订单.xlsx", data)) == [["订单号"]]


class TestOpenDocument:
    def text(self, value: str) -> str:
        return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'

    def test_the_lay_out_of_the_file_is_no_content(self, read: Callable[..., RawSheet]) -> None:
        spaced = self.text(' 张 <text:s text:c="2"/>三 ')
        row = f"\n  <table:table-row>\n    {self.text('订单号')}\n    {spaced}\n  </table:table-row>\n"
        assert rows(read("订单.ods", wb.ods(row * 2))) == [["订单号", "张   三"]] * 2

    def test_merged_cells_are_told(self, read: Callable[..., RawSheet]) -> None:
        spans = 'table:number-rows-spanned="2" table:number-columns-spanned="1"'
        merged = f'<table:table-cell {spans} office:value-type="string">'
        lines = (
            f"<table:table-row>{self.text('订单号')}{self.text('商品')}</table:table-row>"
            f"<table:table-row>{merged}<text:p>E1</text:p></table:table-cell>{self.text('上衣')}</table:table-row>"
            f"<table:table-row><table:covered-table-cell/>{self.text('裤子')}</table:table-row>"
        )
        sheet = read("订单.ods", wb.ods(lines))
        assert rows(sheet) == [["订单号", "商品"], ["E1", "上衣"], [None, "裤子"]]
        assert sheet.inspect().merged == ((1, 0, 2, 0),)

    def test_every_item_of_an_order_in_merged_cells_is_its_buyers(self, tmp_path: Path) -> None:
        from siyu_cli import open_shop

        def over(value: str) -> str:
            return self.text(value).replace("<table:table-cell", '<table:table-cell table:number-rows-spanned="3"')

        head = "".join(self.text(value) for value in HEADER)
        amounts = [self.text(str(amount)) + self.text("交易成功") for amount in (30, 50, 20)]
        lines = [over("E1") + over("M1") + over("2025-03-01") + amounts[0]]
        lines += ["<table:covered-table-cell/>" * 3 + amount for amount in amounts[1:]]
        xml = "".join(f"<table:table-row>{line}</table:table-row>" for line in (head, *lines))
        (tmp_path / "订单.ods").write_bytes(wb.ods(xml))
        with open_shop([tmp_path / "订单.ods"], as_of="2025-06-30") as shop:
            members = shop.segment().members
        assert (list(members["member_id"]), [float(total) for total in members["net_sales"]]) == (
            ["M1"],
            [100.0],
        )

    @pytest.mark.parametrize(
        ("cell", "read_as"),
        [
            ('office:value-type="time" office:time-value="PT09H05M00S"', "09:05:00"),
            ('office:value-type="time" office:time-value="PT30H00M00.5S"', "30:00:00"),
            ('office:value-type="date" office:date-value="2025-03-01T09:05:00"', "2025-03-01 09:05:00"),
            ('office:value-type="boolean" office:boolean-value="true"', "TRUE"),
            ('office:value-type="percentage" office:value="0.15"', "0.15"),
            ('office:value-type="float" office:value="691796901234567671"', "691796901234567671"),
            ('office:value-type="currency" office:value="1.38E+10"', "13800000000"),
        ],
    )  # fmt: skip
    def test_a_value_reads_as_a_person_sees_it(self, cell: str, read_as: str, read: Callable[..., RawSheet]) -> None:
        found = f"<table:table-cell {cell}><text:p>?</text:p></table:table-cell>"
        xml = f"<table:table-row>{found}{self.text('x')}</table:table-row>"
        assert rows(read("订单.ods", wb.ods(xml))) == [[read_as, "x"]]

    def test_repeated_rows_and_cells_are_all_there_and_notes_are_not(self, read: Callable[..., RawSheet]) -> None:
        note = "<office:annotation><text:p>注</text:p></office:annotation>"
        twice = 'office:value-type="string" table:number-columns-repeated="2"'
        cell = f"<table:table-cell {twice}>{note}<text:p>是</text:p></table:table-cell>"
        xml = f'<table:table-row table:number-rows-repeated="3">{cell}</table:table-row>'
        assert rows(read("订单.ods", wb.ods(xml))) == [["是", "是"]] * 3
        number = '<table:table-cell office:value-type="float" office:value="691796901234567040"/>'
        xml = f'<table:table-row table:number-rows-repeated="3">{number}{self.text("x")}</table:table-row>'
        assert [fault.row for fault in read("订单.ods", wb.ods(xml)).faults] == [1, 2, 3]

    def test_a_file_that_breaks_off_names_its_sheet_and_row(self, read: Callable[..., RawSheet]) -> None:
        row = f"<table:table-row>{self.text('订单号')}</table:table-row>"
        data = edited(wb.ods(row * 3), "content.xml", lambda xml: xml[: xml.rfind(b"</text:p>")])
        with pytest.raises(DataError) as caught:
            read("订单.ods", data)
        assert str(caught.value.where) == "订单.ods › 订单 › row 3"


def test_merged_cells_of_a_binary_workbook_are_told(read: Callable[..., RawSheet]) -> None:
    data = wb.xlsb({0: {0: "订单号"}, 1: {0: "E1", 1: "a"}, 2: {1: "b"}}, 2, 1, merged=(1, 2, 0, 0))
    assert read("订单.xlsb", data).inspect().merged == ((1, 0, 2, 0),)


def test_two_hundred_sheets_are_read_in_a_moment(tmp_path: Path) -> None:
    sheet = wb.sheet_xml(order_rows(*[ORDER] * 20))
    (tmp_path / "a.xlsx").write_bytes(wb.zipped(wb.parts({f"{day}日": sheet for day in range(200)})))
    began = time.process_time()
    assert len(read_sources([tmp_path / "a.xlsx"])[0].sheets) == 200
    assert time.process_time() - began < 3
