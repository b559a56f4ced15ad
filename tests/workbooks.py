"""Small workbooks written byte by byte, for what no writer would write."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from html import escape

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def column(index: int) -> str:
    letters = ""
    while index >= 0:
        letters = chr(65 + index % 26) + letters
        index = index // 26 - 1
    return letters


def text_cell(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'


def number_cell(reference: str, number: object) -> str:
    return f'<c r="{reference}"><v>{number}</v></c>'


def rows_xml(rows: Sequence[Sequence[object]], first: int = 1) -> str:
    """Rows of values: str becomes text, int and float numbers, None nothing, and ready ``<c …>`` stays."""
    lines = []
    for number, row in enumerate(rows, start=first):
        cells = "".join(
            value if isinstance(value, str) and value.startswith("<c ")
            else text_cell(f"{column(place)}{number}", value) if isinstance(value, str)
            else number_cell(f"{column(place)}{number}", value)
            for place, value in enumerate(row) if value is not None
        )  # fmt: skip
        lines.append(f'<row r="{number}">{cells}</row>')
    return "".join(lines)


def sheet_xml(rows: str, dimension: str = "", after: str = "") -> str:
    claim = f'<dimension ref="{dimension}"/>' if dimension else ""
    return f'{_XML}<worksheet xmlns="{_MAIN}">{claim}<sheetData>{rows}</sheetData>{after}</worksheet>'


def parts(
    sheets: Mapping[str, str], strings: Sequence[str] = (), states: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The members of an .xlsx whose sheets have this XML."""
    listed, related = "", ""
    for number, name in enumerate(sheets, start=1):
        state = f' state="{states[name]}"' if states and name in states else ""
        listed += f'<sheet name="{escape(name)}" sheetId="{number}"{state} r:id="rId{number}"/>'
        related += f'<Relationship Id="rId{number}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{number}.xml"/>'
    found = {
        "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{related}'
        "</Relationships>",
    }
    for number, xml in enumerate(sheets.values(), start=1):
        found[f"xl/worksheets/sheet{number}.xml"] = xml
    if strings:
        items = "".join(f"<si><t>{escape(text)}</t></si>" for text in strings)
        found["xl/sharedStrings.xml"] = f'{_XML}<sst xmlns="{_MAIN}">{items}</sst>'
    return found


def zipped(members: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return packed.getvalue()


def unzipped(packed: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def xlsx(rows: str = "", **more: object) -> bytes:
    """An .xlsx of one sheet, named 订单, of this row XML; ``dimension`` and ``after`` as in sheet_xml."""
    strings = more.pop("strings", ())
    return zipped(parts({"订单": sheet_xml(rows, **more)}, strings))  # type: ignore[arg-type]


def with_declared_size(packed: bytes, member: str, size: int) -> bytes:
    """The same zip, claiming in both its headers that a member unpacks to ``size`` bytes."""
    changed = bytearray(packed)
    name = member.encode()
    for magic, size_at, name_at in ((b"PK\x03\x04", 22, 30), (b"PK\x01\x02", 24, 46)):
        at = changed.find(magic)
        while at >= 0:
            if bytes(changed[at + name_at : at + name_at + len(name)]) == name:
                struct.pack_into("<I", changed, at + size_at, size)
            at = changed.find(magic, at + 4)
    return bytes(changed)


def xlsb(
    rows: Mapping[int, Mapping[int, str | float]], last_row: int, last_column: int,
    *, merged: tuple[int, int, int, int] | None = None, from_1904: bool = False,
) -> bytes:  # fmt: skip
    """An .xlsb of one sheet, {row: {column: value}} 0-based, claiming to reach to the last row and column.

    ``merged`` is (first row, last row, first column, last column).
    """
    sheet = _record(129) + _record(148, struct.pack("<4I", 0, last_row, 0, last_column)) + _record(145)
    for row, cells in rows.items():
        sheet += _record(0, struct.pack("<IIHBBBI", row, 0, 300, 0, 0, 0, 0))
        for place, value in cells.items():
            head = struct.pack("<II", place, 0)
            is_text = isinstance(value, str)
            sheet += _record(6, head + _wide(value)) if is_text else _record(5, head + struct.pack("<d", value))
    sheet += _record(146)
    if merged:
        sheet += _record(177, struct.pack("<I", 1)) + _record(176, struct.pack("<4I", *merged)) + _record(178)
    sheet += _record(130)
    bundle = struct.pack("<II", 0, 1) + _wide("rId1") + _wide("订单")
    settings = _record(153, struct.pack("<III", int(from_1904), 0, 0))
    book = _record(131) + settings + _record(143) + _record(156, bundle) + _record(144) + _record(132)
    members: dict[str, str | bytes] = {**parts({})}
    del members["xl/workbook.xml"], members["xl/_rels/workbook.xml.rels"]
    members["xl/workbook.bin"] = book
    members["xl/_rels/workbook.bin.rels"] = (
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.bin"/></Relationships>'
    )
    members["xl/worksheets/sheet1.bin"] = sheet
    return zipped(members)


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _record(kind: int, data: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length, size = len(data), b""
    while True:
        size += bytes([length & 0x7F | (0x80 if length > 127 else 0)])
        length >>= 7
        if not length:
            return head + size + data


def ods(rows: str) -> bytes:
    """An .ods of one table, named 订单, of this row XML."""
    content = (
        f'{_XML}<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="订单">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return zipped({
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "META-INF/manifest.xml": f"{_XML}<manifest:manifest/>",
        "content.xml": content,
    })  # fmt: skip


def locked(plain: bytes, password: str) -> bytes:
    """The workbook encrypted as Excel does; made longer first, the encrypter cuts off short ones."""
    from msoffcrypto.format.ooxml import OOXMLFile

    padded, packed = io.BytesIO(plain), io.BytesIO()
    with zipfile.ZipFile(padded, "a") as archive:
        archive.writestr("xl/padding.bin", bytes(5000), zipfile.ZIP_STORED)
    OOXMLFile(padded).encrypt(password, packed)
    return packed.getvalue()


def zip_locked(name: str, data: bytes, password: bytes) -> bytes:
    """A zip of one stored member under ZipCrypto, which the standard library reads and does not write."""
    checksum = zlib.crc32(data)
    keys = [0x12345678, 0x23456789, 0x34567890]

    def update(byte: int) -> None:
        keys[0] = _crc_step(byte, keys[0])
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = _crc_step(keys[1] >> 24, keys[2])

    for byte in password:
        update(byte)
    packed = bytearray()
    for byte in bytes(11) + bytes([checksum >> 24]) + data:
        state = keys[2] | 2
        packed.append(byte ^ (state * (state ^ 1) >> 8 & 0xFF))
        update(byte)
    file = name.encode()
    facts = struct.pack("<HHHHHIIIHH", 20, 0x801, 0, 0, 0x21, checksum, len(packed), len(data), len(file), 0)
    entry = b"PK\x03\x04" + facts + file + packed
    listed = b"PK\x01\x02" + struct.pack("<H", 20) + facts + bytes(14) + file
    return entry + listed + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(listed), len(entry), 0)


def _crc_step(byte: int, crc: int) -> int:
    crc ^= byte
    for _ in range(8):
        crc = crc >> 1 ^ (0xEDB88320 if crc & 1 else 0)
    return crc
