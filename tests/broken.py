"""A collection of broken files: each name with the function that builds it in a folder and gives its path.

All of what operators, platforms and attackers do to exports, small enough to be built for every test. Whatever
reads files runs through CORPUS: each ends in one of siyu's errors or is read with its faults counted.
"""

from __future__ import annotations

import io
import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import workbooks as wb

Builder = Callable[[Path], Path]
MEMBERS = "会员编号,手机号,成为会员时间\nM1,13800138000,2025-03-01\nM2,13900139000,2025-03-02\n"
HEADER = ["订单号", "会员编号", "下单时间", "实付金额", "订单状态"]
ORDER = ["E1", "M1", "2025-03-01 09:05:00", 128.5, "交易成功"]
ORDERS_CSV = "\n".join(",".join(str(value) for value in row) for row in (HEADER, ORDER)) + "\n"
PASSWORD = "密码-123"
NOISE = b"".join(zlib.crc32(struct.pack("<I", number)).to_bytes(4, "little") for number in range(1500))


def order_rows(*rows: list[object], first: int = 1) -> str:
    return wb.rows_xml([HEADER, *(rows or (ORDER,))], first)


def orders_xlsx() -> bytes:
    return wb.xlsx(order_rows(*([ORDER] * 50)))


def many_orders(count: int = 3000) -> str:
    lines = (f"E{number},M{number % 99},2025-03-01 09:05:00,12.50,交易成功" for number in range(count))
    return ",".join(HEADER) + "\n" + "\n".join(lines) + "\n"


def _file(name: str, data: bytes | str | Callable[[], bytes]) -> Builder:
    def build(folder: Path) -> Path:
        content = data() if callable(data) else data
        path = folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return build


def _cut(data: Callable[[], bytes], share: float) -> Callable[[], bytes]:
    return lambda: data()[: int(len(data()) * share)]


def _edited(name: str, edit: Callable[[dict[str, str]], object]) -> Builder:
    def data() -> bytes:
        members = wb.parts({"订单": wb.sheet_xml(order_rows())})
        edit(members)
        return wb.zipped(members)

    return _file(name, data)


def _zip(name: str, members: Mapping[str, str | bytes]) -> Builder:
    return _file(name, lambda: wb.zipped(members))


def xls() -> bytes:
    import xlwt

    book, packed = xlwt.Workbook(), io.BytesIO()
    sheet = book.add_sheet("订单")
    for row, values in enumerate([HEADER, *[ORDER] * 40]):
        for place, value in enumerate(values):
            sheet.write(row, place, value)
    book.save(packed)
    return packed.getvalue()


def parquet() -> bytes:
    import pyarrow as pa
    from pyarrow import parquet as pq

    packed = io.BytesIO()
    pq.write_table(pa.table({"订单号": [f"E{number}" for number in range(500)]}), packed)
    return packed.getvalue()


def _ods_row(*texts: str) -> str:
    cells = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>' for text in texts
    )
    return f"<table:table-row>{cells}</table:table-row>"


def _zip_with_flags(flags: int, method: int | None = None) -> bytes:
    """A zip of one csv whose headers claim these flags."""
    packed = bytearray(wb.zipped({"订单.csv": ORDERS_CSV}))
    for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = packed.find(magic)
        packed[start + at] |= flags
        if method is not None:
            struct.pack_into("<H", packed, start + at + 2, method)
    return bytes(packed)


def _linked_zip() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        link = zipfile.ZipInfo("订单.csv")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return packed.getvalue()


def _lying_xlsx() -> bytes:
    """60 MB of rows that claim to be 4 KB."""
    members = wb.parts({"订单": wb.sheet_xml(wb.rows_xml([[1]] * 2) + " " * 60_000_000)})
    return wb.with_declared_size(wb.zipped(members), "xl/worksheets/sheet1.xml", 4096)


def _lying_zip() -> bytes:
    return wb.with_declared_size(wb.zipped({"订单.csv": "订单号,金额\n" + "1,2\n" * 15_000_000}), "订单.csv", 4096)


def _shared_string_bomb() -> bytes:
    rows = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, 80_000))
    return wb.xlsx(rows, strings=["长" * 32_767])


def _entity_bomb(members: dict[str, str]) -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    members["xl/workbook.xml"] = members["xl/workbook.xml"].replace(
        "<workbook", f'<!DOCTYPE workbook [<!ENTITY e0 "ha">{entities}]><workbook'
    ).replace("订单", "&e9;")  # fmt: skip


def _overlapping_zip() -> bytes:
    """Many names for the same packed bytes, so that the sum of packed sizes looks harmless."""
    packed = wb.zipped({"a.csv": "1,2\n" * 5_000_000})
    start, end = packed.find(b"PK\x01\x02"), packed.find(b"PK\x05\x06")
    entry = packed[start:end]
    tail = bytearray(packed[end:])
    struct.pack_into("<HHI", tail, 8, 60, 60, len(entry) * 60)
    return packed[:start] + entry * 60 + bytes(tail)


def _folder(folder: Path) -> Path:
    path = folder / "订单.xlsx"
    path.mkdir()
    return path


def _missing(folder: Path) -> Path:
    return folder / "没有.xlsx"


def _unreadable(folder: Path) -> Path:
    path = _file("locked-away.csv", ORDERS_CSV)(folder)
    path.chmod(0)
    return path


def _link_loop(folder: Path) -> Path:
    path = folder / "loop.csv"
    path.symlink_to(path)
    return path


def _dangling_link(folder: Path) -> Path:
    path = folder / "link.csv"
    path.symlink_to(folder / "gone.csv")
    return path


def _pipe(folder: Path) -> Path:
    path = folder / "pipe.csv"
    os.mkfifo(path)
    return path


EMPTY: dict[str, Builder] = {
    "empty xlsx": _file("a.xlsx", b""),
    "empty csv": _file("a.csv", b""),
    "empty zip of no bytes": _file("a.zip", b""),
    "zip without members": _file("a.zip", lambda: wb.zipped({})),
    "zip of an empty file": _zip("a.zip", {"a.csv": ""}),
    "csv of line ends": _file("a.csv", "\n\n\n"),
    "csv of a byte order mark": _file("a.csv", b"\xef\xbb\xbf"),
    "csv of spaces": _file("a.csv", "   \n  \n"),
    "header only csv": _file("a.csv", ",".join(HEADER)),
    "header only xlsx": _file("a.xlsx", lambda: wb.xlsx(wb.rows_xml([HEADER]))),
    "sheet without rows": _file("a.xlsx", lambda: wb.xlsx("")),
    "workbook without sheets": _file("a.xlsx", lambda: wb.zipped(wb.parts({}))),
    "one row without header": _file("a.xlsx", lambda: wb.xlsx(wb.rows_xml([ORDER]))),
    "one cell": _file("a.csv", "1"),
    "one order": _file("a.xlsx", lambda: wb.xlsx(order_rows())),
}

CUT: dict[str, Builder] = {
    "xlsx cut in half": _file("a.xlsx", _cut(orders_xlsx, 0.5)),
    "xlsx without its end": _file("a.xlsx", _cut(orders_xlsx, 0.98)),
    "xlsx of two bytes": _file("a.xlsx", b"PK"),
    "xlsx of its magic": _file("a.xlsx", b"PK\x03\x04"),
    "xls cut in half": _file("a.xls", _cut(xls, 0.5)),
    "xls of its magic": _file("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    "xls filled with zeros": _file("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096)),
    "ods cut in half": _file("a.ods", lambda: wb.ods(_ods_row(*HEADER))[:300]),
    "xlsb cut inside": _file("a.xlsb", lambda: wb.xlsb({0: {0: "订单号"}}, 0, 0)[:-60]),
    "zip cut in half": _file("a.zip", _cut(lambda: wb.zipped({"a.csv": many_orders()}), 0.5)),
    "parquet cut in half": _file("a.parquet", _cut(parquet, 0.5)),
    "parquet of its magic": _file("a.parquet", b"PAR1PAR1"),
    "csv cut inside a character": _file("a.csv", (ORDERS_CSV + "张三").encode()[:-1]),
    "csv cut inside quotes": _file("a.csv", ORDERS_CSV + 'E2,"M2'),
    "locked xlsx cut in half": _file("a.xlsx", _cut(lambda: wb.locked(orders_xlsx(), PASSWORD), 0.5)),
    "xlsx with a flipped byte": _file(
        "a.xlsx", lambda: (data := orders_xlsx())[: len(data) // 2] + b"\xaa\x55" + data[len(data) // 2 + 2 :]
    ),
    "sheet xml cut short": _edited(
        "a.xlsx", lambda m: m.update({"xl/worksheets/sheet1.xml": m["xl/worksheets/sheet1.xml"][:-60]})
    ),
    "shared strings missing": _file("a.xlsx", lambda: wb.xlsx('<row r="1"><c r="A1" t="s"><v>7</v></c></row>')),
    "sheet part missing": _edited("a.xlsx", lambda m: m.pop("xl/worksheets/sheet1.xml")),
    "relations missing": _edited("a.xlsx", lambda m: m.pop("xl/_rels/workbook.xml.rels")),
    "workbook part missing": _edited("a.xlsx", lambda m: m.pop("xl/workbook.xml")),
    "workbook part is no xml": _edited("a.xlsx", lambda m: m.update({"xl/workbook.xml": "no xml"})),
    "cell without a place": _file("a.xlsx", lambda: wb.xlsx('<row r="1"><c r="1A"><v>1</v></c></row>')),
    "cell of an unknown type": _file("a.xlsx", lambda: wb.xlsx('<row r="1"><c r="A1" t="zz"><v>1</v></c></row>')),
    "xlsb without a relation": _file(
        "a.xlsb", lambda: wb.zipped({
            name: data.replace(b"rId1", b"rId9") if name.endswith("workbook.bin.rels") else data
            for name, data in wb.unzipped(wb.xlsb({0: {0: "订单号"}}, 0, 0)).items()
        })),
    "row zero": _file("a.xlsx", lambda: wb.xlsx('<row r="0"><c r="A0"><v>1</v></c></row>')),
}  # fmt: skip

WRONG_TYPE: dict[str, Builder] = {
    "pdf named xlsx": _file("a.xlsx", b"%PDF-1.7\n" + NOISE),
    "picture named csv": _file("a.csv", b"\x89PNG\r\n\x1a\n" + NOISE),
    "web page named xls": _file("a.xls", "<html><table><tr><td>订单号</td></tr></table></html>"),
    "xml of 2003 named xls": _file(
        "a.xls", '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>'
    ),
    "web archive named xls": _file("a.xls", "MIME-Version: 1.0\nContent-Type: multipart/related\n"),
    "gzip named csv": _file("a.csv.gz", b"\x1f\x8b\x08" + NOISE),
    "rar named zip": _file("a.zip", b"Rar!\x1a\x07" + NOISE),
    "word document named xlsx": _zip("a.xlsx", {"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"}),
    "numbers document": _zip("a.numbers", {"Index/Document.iwa": "x"}),
    "noise named xlsx": _file("a.xlsx", NOISE),
    "noise named xls": _file("a.xls", NOISE),
    "noise named csv": _file("a.csv", NOISE),
    "noise named parquet": _file("a.parquet", NOISE),
    "prose named xlsx": _file("a.xlsx", "Please find the orders attached.\n"),
    "text named parquet": _file("a.parquet", ORDERS_CSV),
    "csv named xls": _file("a.xls", ORDERS_CSV.replace(",", "\t").encode("gb18030")),
    "xlsx named csv": _file("a.csv", orders_xlsx),
    "xlsx named xls": _file("a.xls", orders_xlsx),
    "xls named xlsx": _file("a.xlsx", xls),
    "zip of csv named xlsx": _zip("a.xlsx", {"a.csv": ORDERS_CSV}),
    "unknown suffix": _file("a.dat", ORDERS_CSV),
    "json": _file("a.json", '[{"订单号": 1}]'),
    "database": _file("a.csv", b"SQLite format 3\0" + NOISE),
    "excel's lock file": _file("~$a.xlsx", b"\x06admin" + b" " * 48 + b"\0" * 110),
    "ole without a workbook": _file("a.xls", lambda: wb.locked(orders_xlsx(), PASSWORD).replace(
        "EncryptionInfo".encode("utf-16-le"), "SomethingElse1".encode("utf-16-le"))),
}  # fmt: skip

WRONG_ENCODING: dict[str, Builder] = {
    "utf-16 without its mark": _file("a.csv", many_orders(20).encode("utf-16-le")),
    "utf-16 cut inside a character": _file("a.csv", ORDERS_CSV.encode("utf-16") + b"\x31"),
    "utf-16 with half a pair": _file("a.csv", ORDERS_CSV.encode("utf-16") + b"\x00\xd8\n\0"),
    "utf-8 with one bad byte": _file("a.csv", ORDERS_CSV.encode() + b"E2,M2,\xff,1,x\nE3,M3,2025-03-01,2,x\n"),
    "utf-8 mark with bad bytes": _file("a.csv", b"\xef\xbb\xbf" + ORDERS_CSV.encode() + b"\xc3\x28,1\n"),
    "gb18030 with one bad byte": _file("a.csv", ORDERS_CSV.encode("gb18030") * 3 + b"E2,\xff,1\n"),
    "two encodings in one file": _file("a.csv", ORDERS_CSV.encode() + ORDERS_CSV.encode("gb18030")),
    "latin-1": _file("a.csv", "order,name\n1,caf\xe9\n2,\xe0,\n".encode("latin-1")),
    "zero bytes in a csv": _file("a.csv", ORDERS_CSV.encode() + bytes(300)),
    "zero bytes far inside": _file("a.csv", many_orders(4000).encode() + b"E,\0,1\n"),
    "control characters": _file("a.csv", bytes(range(1, 32)) * 20),
}

BOMBS: dict[str, Builder] = {
    "zip bomb by its word": _file("a.zip", lambda: wb.zipped({"a.csv": bytes(120 << 20)})),
    "xlsx bomb by its word": _edited(
        "a.xlsx", lambda m: m.update({"xl/worksheets/sheet1.xml": wb.sheet_xml(" " * (120 << 20))})
    ),
    "xlsx bomb that lies": _file("a.xlsx", _lying_xlsx),
    "zip bomb that lies": _file("a.zip", _lying_zip),
    "zip of overlapping members": _file("a.zip", _overlapping_zip),
    "zip of many members": _file("a.zip", lambda: wb.zipped({f"{n}.csv": "a" for n in range(10_001)}, 0)),
    "values in opposite corners": _file("a.xlsx", lambda: wb.xlsx(
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
    "opposite corners, small dimension": _file("a.xlsx", lambda: wb.xlsx(
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="900000"><c r="ZZ900000"><v>1</v></c></row>',
        dimension="A1:B2")),
    "opposite corners, rows in disguise": _file("a.xlsx", lambda: wb.xlsx(
        '<row r="1"><c r="A1"><v>1</v></c><c r=\'XFD999999\'><v>1</v></c></row>')),
    "column beyond all columns": _file("a.xlsx", lambda: wb.xlsx('<row r="1"><c r="AAAAAAA1"><v>1</v></c></row>')),
    "row beyond all rows": _file("a.xlsx", lambda: wb.xlsx('<row r="9999999"><c r="A9999999"><v>1</v></c></row>')),
    "long text in every row": _file("a.xlsx", _shared_string_bomb),
    "entities in the workbook": _edited("a.xlsx", _entity_bomb),
    "xlsb in opposite corners": _file("a.xlsb", lambda: wb.xlsb({0: {0: 1.0}, 1_048_575: {16_383: 2.0}}, 1, 1)),
    "ods of repeated cells": _file("a.ods", lambda: wb.ods(
        '<table:table-row table:number-rows-repeated="1048576"><table:table-cell office:value-type="float" '
        'office:value="1" table:number-columns-repeated="16384"/></table:table-row>')),
    "zip in a zip": _file("a.zip", lambda: wb.zipped({"b.zip": wb.zipped({"a.csv": ORDERS_CSV})})),
    "zip in a zip named csv": _file("a.zip", lambda: wb.zipped({"b.csv": wb.zipped({"a.csv": ORDERS_CSV})})),
    "zip that names itself": _file("a.zip", lambda: wb.zipped({"a.zip": wb.zipped({"a.zip": b"PK\x03\x04"})})),
    "csv of 20,000 columns": _file("a.csv", ",".join(["x"] * 20_000) + "\n1,2\n"),
}  # fmt: skip

LOCKED: dict[str, Builder] = {
    "xlsx with a password": _file("a.xlsx", lambda: wb.locked(orders_xlsx(), PASSWORD)),
    "zip with a password": _file(
        "a.zip", lambda: wb.zip_locked("订单.csv", many_orders(50).encode(), PASSWORD.encode())
    ),
    "zip with a password in gbk": _file(
        "a.zip", lambda: wb.zip_locked("订单.csv", many_orders(50).encode(), PASSWORD.encode("gb18030"))
    ),
    "zip that only says it is locked": _file("a.zip", lambda: _zip_with_flags(1)),
    "zip with aes": _file("a.zip", lambda: _zip_with_flags(1, 99)),
    "zip of a locked xlsx": _file("a.zip", lambda: wb.zipped({"a.xlsx": wb.locked(orders_xlsx(), PASSWORD)})),
    "ods with a password": _file("a.ods", lambda: wb.zipped({
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": NOISE,
        "META-INF/manifest.xml": "<manifest:manifest><manifest:encryption-data/></manifest:manifest>"})),
}  # fmt: skip

ZIP_NAMES: dict[str, Builder] = {
    "zip that climbs out": _zip("a.zip", {"../../../../tmp/订单.csv": ORDERS_CSV}),
    "zip with absolute names": _zip("a.zip", {"/etc/订单.csv": ORDERS_CSV, "C:\\x\\会员.csv": MEMBERS}),
    "zip with control characters": _zip("a.zip", {"\x1b[31m订单\x07.csv": ORDERS_CSV}),
    "zip of a link": _file("a.zip", _linked_zip),
    "zip of folders": _zip("a.zip", {"订单/": ""}),
    "zip of pictures": _zip("a.zip", {"a.png": "x", "b.pdf": "x"}),
    "zip with a mac's leftovers": _zip("a.zip", {"订单.csv": ORDERS_CSV, "__MACOSX/._订单.csv": NOISE}),
    "zip of parquet": _file("a.zip", lambda: wb.zipped({"a.parquet": parquet()})),
    "zip of a broken xlsx": _file("a.zip", lambda: wb.zipped({"a.xlsx": orders_xlsx()[:500]})),
}

VALUES: dict[str, Builder] = {
    "ids as floats": _file("a.xlsx", lambda: wb.xlsx(order_rows(
        ['<c r="A2"><v>6.9179690123456704E+17</v></c>', *ORDER[1:]]))),
    "ids as numbers": _file("a.xlsx", lambda: wb.xlsx(order_rows([691796901234567891, *ORDER[1:]]))),
    "phones in scientific notation": _file("a.csv", MEMBERS.replace("13800138000", "1.38E+10")),
    "formulas never computed": _file("a.xlsx", lambda: wb.xlsx(order_rows(
        [*ORDER[:3], '<c r="D2"><f>1+1</f></c>', ORDER[4]]))),
    "error cells": _file("a.xlsx", lambda: wb.xlsx(order_rows(
        [*ORDER[:3], '<c r="D2" t="e"><v>#DIV/0!</v></c>', ORDER[4]]))),
    "merged cells": _file("a.xlsx", lambda: wb.xlsx(
        order_rows(ORDER, [None, *ORDER[1:]]), after='<mergeCells><mergeCell ref="A2:A3"/></mergeCells>')),
    "300 columns": _file("a.xlsx", lambda: wb.xlsx(wb.rows_xml([[*HEADER, *(f"备注{n}" for n in range(295))], ORDER]))),
    "the same header twice": _file("a.csv", "订单号,订单号,会员编号,下单时间,实付金额\n1,2,M1,2025-03-01,3\n"),
    "only rejects": _file("a.csv", ",".join(HEADER) + "\n" + "E1,M1,昨天,很多,？？\n" * 30),
    "only totals": _file("a.csv", ",".join(HEADER) + "\n合计,,,128.50,\n"),
    "ragged rows": _file("a.csv", ORDERS_CSV + "E2\nE3,M3\n\nE4,M4,2025-03-01,1,交易成功,多,余\n"),
    "quote never closed": _file("a.csv", ORDERS_CSV + 'E2,"M2,2025-03-01,1,交易成功\n' + ORDERS_CSV * 9),
    "wrong dimension": _file("a.xlsx", lambda: wb.xlsx(order_rows(*[ORDER] * 20), dimension="A1")),
    "no header": _file("a.csv", "1,2,3\n4,5,6\n"),
    "only a hidden sheet": _file("a.xlsx", lambda: wb.zipped(
        wb.parts({"订单": wb.sheet_xml(order_rows())}, states={"订单": "hidden"}))),
    "sheet names that are the same": _edited("a.xlsx", lambda m: m.update({"xl/workbook.xml": m[
        "xl/workbook.xml"].replace("</sheets>", '<sheet name="订单" sheetId="2" r:id="rId1"/></sheets>')})),
    "formulas as names": _file("a.csv", 'member id,name,joined on\n=1+1,"=cmd|\' /C calc\'!A0",2025-03-01\n'),
    "a value of 200,000 characters": _file("a.csv", ORDERS_CSV + f"E2,{'长' * 200_000},2025-03-01,1,x\n"),
    "a line of 20 MB": _file("a.csv", lambda: ORDERS_CSV + "长," * 5_000_000),
    "a value of two million characters": _file("a.csv", lambda: ORDERS_CSV + "x" * 2_000_000 + "\n"),
    "a value of 40,000 characters": _file("a.csv", ORDERS_CSV + f"E2,{'长' * 40_000},2025-03-01,1,x\n"),
}  # fmt: skip

PLACES: dict[str, Builder] = {
    "folder": _folder,
    "missing": _missing,
    "link to nowhere": _dangling_link,
    "link to itself": _link_loop,
    **({"pipe": _pipe} if hasattr(os, "mkfifo") else {}),
    "unreadable": _unreadable,
}

CORPUS: dict[str, Builder] = {
    **EMPTY, **CUT, **WRONG_TYPE, **WRONG_ENCODING, **BOMBS, **LOCKED, **ZIP_NAMES, **VALUES, **PLACES,
}  # fmt: skip
