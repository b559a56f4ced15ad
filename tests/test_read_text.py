"""Delimited text, however a platform wrote it: encodings, separators, quotes, records of any width."""

from __future__ import annotations

import csv
import io
import os
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from broken import HEADER, ORDER, ORDERS_CSV
from reading import reader, rows
from siyu_cli.cli.main import main
from siyu_cli.errors import DataError, InputError
from siyu_cli.files.read import RawSheet, read_sources


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., RawSheet]:
    return reader(tmp_path)


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
        assert rows(read("时间.txt", "2025-03-01 09:05:00\n2025-03-02 09:05:00\n"))[0] == ["2025-03-01 09:05:00"]

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

    @pytest.mark.parametrize("line", ['E7,M7,"7', 'E7,"M7,7', '"E7,M7,7', '"E,7",M7,"7', 'E7,M7,"7,5'])
    @pytest.mark.parametrize("later", ["E{0},M{0},{0}", 'E{0},M{0},"{0}"', 'E{0},"M,{0}",{0}', '"E{0}",M{0},{0}"'])
    @pytest.mark.parametrize("place", [1, 7, 19])
    def test_every_line_is_a_row_wherever_a_quote_is_left_open(
        self, line: str, later: str, place: int, read: Callable[..., RawSheet]
    ) -> None:
        lines = ["a,b,c", *(later.format(number) for number in range(1, 20))]
        lines[place] = line
        sheet = rows(read("订单.csv", "\r\n".join(lines) + "\r\n"))
        assert len(sheet) == 20
        for number in set(range(1, 20)) - {place}:
            assert sheet[number] == next(csv.reader([later.format(number)]))

    @pytest.mark.parametrize("remark", ["一\n二", "一,二\n三", "一\n二, 三", '一\n"二"', "\n", "一\n\n,二\n三,四"])
    @pytest.mark.parametrize("place", [0, 1, 2])
    def test_a_remark_of_several_lines_is_one_value(
        self, remark: str, place: int, read: Callable[..., RawSheet]
    ) -> None:
        records = [["a", "b", "c"], *([f"E{number}", "x", "y"] for number in range(9))]
        records[5][place] = remark
        text = io.StringIO()
        csv.writer(text).writerows(records)
        assert rows(read("订单.csv", text.getvalue())) == records

    def test_marks_platforms_put_around_ids_are_left_to_the_cleaner(self, read: Callable[..., RawSheet]) -> None:
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

    def test_a_large_file_reads_the_same_with_and_without_a_title(self, read: Callable[..., RawSheet]) -> None:
        text = ORDERS_CSV + "".join(f"E{n},M{n % 7},2025-03-01,1.50,交易成功\n" for n in range(60_000))
        plain, titled = rows(read("a.csv", text)), rows(read("b.csv", "标题\n" + text + "合计,1\n"))
        assert titled[1:-1] == plain
        assert titled[0][0] == "标题"


class TestZip:
    @pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    def test_a_member_is_read_however_it_is_packed(self, method: int, tmp_path: Path) -> None:
        path = packed(tmp_path / "a.zip", method)
        assert [rows(sheet) for sheet in read_sources([path])[0].sheets] == [[HEADER, list(map(str, ORDER))]] * 2

    @pytest.mark.parametrize(("method", "name"), [(9, "Deflate64"), (98, "PPMd"), (77, "77")])
    def test_a_way_of_packing_nobody_opens_is_named(self, method: int, name: str, tmp_path: Path) -> None:
        path = packed(tmp_path / "a.zip", zipfile.ZIP_DEFLATED)
        data = path.read_bytes()
        for magic, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
            place = data.index(magic) + at
            data = data[:place] + method.to_bytes(2, "little") + data[place + 2 :]
        path.write_bytes(data)
        with pytest.raises(InputError, match=f"a.zip: 订单0.csv is packed with {name}"):
            read_sources([path])

    @pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    def test_a_damaged_member_is_told(self, method: int, tmp_path: Path) -> None:
        path = packed(tmp_path / "a.zip", method)
        data = bytearray(path.read_bytes())
        data[data.index(b"csv") + 20] ^= 0xFF
        path.write_bytes(data)
        with pytest.raises(DataError, match=r"a\.zip"):
            read_sources([path])


def packed(path: Path, method: int) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for number in range(2):
            archive.writestr(f"订单{number}.csv", ORDERS_CSV)
    return path


@pytest.mark.skipif(os.name == "nt", reason="a folder in use cannot be removed there")
def test_a_working_folder_that_is_gone_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert main(["check", "订单.csv", "--lang", "en"]) == InputError.exit_code
    assert "The folder this runs in is no longer there" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_a_csv_whose_name_is_undecodable_bytes_is_read(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xb6\xa9.csv"))
    path.write_text(ORDERS_CSV, "utf-8")
    (sheet,) = read_sources([path])[0].sheets
    assert rows(sheet) == [HEADER, list(map(str, ORDER))]
    assert sheet.file.isprintable() or "\ufffd" in sheet.file


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Return a text with some bytes changed or put in, none of them a line end."""
    text = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 5])):
        place = chance.choice([at for at, byte in enumerate(text) if byte not in b"\r\n"])
        new = chance.choice([b'"', b'""', b"\0", b"\xff", b",", b"\xe4", bytes([chance.randrange(14, 256)])])
        text[place : place + chance.choice([0, 1])] = new
    return bytes(text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "cp950"])
def test_every_line_is_a_row_whatever_bytes_are_changed_in_a_text(encoding: str, read: Callable[..., RawSheet]) -> None:
    lines = [",".join(HEADER), *(f"E{number},王小明,2025-03-01,1{number}.5,交易成功" for number in range(20))]
    lines = [line.translate(str.maketrans("订单号员编时间实额状态", "訂單號員編時間實額狀態")) for line in lines]
    data = "\n".join(lines).encode(encoding, "ignore")
    for seed in range(60):
        broken = mutated(data, random.Random(f"{encoding}-{seed}"))
        try:
            sheet = read("订单.csv", broken)
        except (DataError, InputError):
            continue
        assert sheet.cells is not None
        assert sheet.cells.num_rows == 21, seed
        assert all(1 <= fault.row <= 21 for fault in sheet.faults), seed
