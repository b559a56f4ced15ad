"""Workbooks with bytes flipped, cut, doubled and swapped: each ends in an error that names it, or in counted rows."""

from __future__ import annotations

import random
import re
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

import old_workbooks as old
import workbooks as wb
from broken import HEADER, ORDER, order_rows, xls
from siyu_cli.cli.main import main
from siyu_cli.errors import EXIT_DONE, EXIT_FINDINGS, DataError, InputError
from siyu_cli.files.read import read_sources

FILES = 40
VALUES = [
    b"",
    b"-1",
    b"0",
    b" 1 ",
    b"99999999999",
    b"x",
    b"XFD1048577",
    b"1e999",
    b"true",
    b"s",
    b"&amp;",
    b"\xff",
]


def flipped(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 8])):
        at = chance.randrange(len(changed) + 1)
        kind = chance.randrange(4)
        if kind == 0:
            changed[at : at + 1] = bytes([chance.randrange(256)])
        elif kind == 1:
            del changed[at : at + chance.choice([1, 8, 100])]
        elif kind == 2:
            changed[at:at] = changed[at : at + chance.choice([1, 20, 200])]
        else:
            del changed[at:]
    return bytes(changed)


def swapped(xml: bytes, chance: random.Random) -> bytes:
    """An attribute or a value of the XML left out or changed, or a tag."""
    pattern, is_kept = chance.choice([(rb'\s[\w:]+="([^"]*)"', False), (rb'="([^"]*)"', True), (rb">([^<>]+)<", True)])
    spots = list(re.finditer(pattern, xml))
    if not spots or chance.random() < 0.3:
        return flipped(xml, chance)
    spot = chance.choice(spots)
    start, end = spot.span(1) if is_kept else spot.span()
    return xml[:start] + (chance.choice(VALUES) if is_kept else b"") + xml[end:]


def in_a_part(packed: bytes, chance: random.Random) -> bytes:
    members = wb.unzipped(packed)
    cells = [name for name in members if "sheet" in name or "content" in name]
    name = chance.choice([*members, *cells, *cells])
    change = flipped if name.endswith(".bin") else swapped
    members[name] = change(members[name], chance)
    return wb.zipped(members)


def in_a_record(packed: bytes, chance: random.Random) -> bytes:
    stream = bytearray(old.stream_of(packed).rstrip(b"\0"))
    starts, at = [], 0
    while at + 4 <= len(stream):
        starts.append(at)
        at += 4 + struct.unpack_from("<H", stream, at + 2)[0]
    at = chance.choice(starts)
    end = at + 4 + struct.unpack_from("<H", stream, at + 2)[0]
    kind = chance.randrange(5)
    if kind == 0:
        stream[at : at + 2] = struct.pack("<H", chance.choice([0x0203, 0x00FD, 0x0006, 0x0809, 0x000A, 0x003C]))
    elif kind == 1:
        stream[at + 2 : at + 4] = struct.pack("<H", chance.choice([0, 1, end - at, 65_535]))
    elif kind == 2:
        stream[at:at] = stream[at:end]
    else:
        stream[at + 4 : end] = flipped(bytes(stream[at + 4 : end]), chance)
    return old.packed(bytes(stream))


def ods() -> bytes:
    cells = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>' for value in ORDER
    )
    return wb.ods(f"<table:table-row>{cells}</table:table-row>" * 5)


KINDS: dict[str, tuple[Callable[[], bytes], Callable[[bytes, random.Random], bytes]]] = {
    "xlsx": (lambda: wb.xlsx(order_rows(*[ORDER] * 5)), in_a_part),
    "xlsb": (lambda: wb.xlsb({0: dict(enumerate(HEADER)), 1: dict(enumerate(ORDER))}, 1, 4), in_a_part),
    "ods": (ods, in_a_part),
    "xls": (xls, in_a_record),
}


def outcome(path: Path) -> str | None:
    """What a file is refused with; None when it is read."""
    try:
        (source,) = read_sources([path])
    except (DataError, InputError) as error:
        return str(error)
    assert all(fault.row >= 1 for sheet in source.sheets for fault in sheet.inspect().faults)
    return None


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_changed_in_a_workbook_it_is_read_or_refused_by_name(
    kind: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    build, mutate = KINDS[kind]
    sound, chance, path = build(), random.Random(kind), tmp_path / f"订单.{kind}"
    refused = 0
    for number in range(FILES):
        path.write_bytes(mutate(sound, chance) if number % 5 else flipped(sound, chance) or b"PK")
        error = outcome(path)
        if error is not None:
            refused += 1
            assert path.name in error
            assert not re.search("(?i)error|calamine|xml|utf|panic|unpack requires|token|CRC", error), error
        if number % 10 == 0:
            assert main(["check", str(path), "--lang", "en"]) in (EXIT_DONE, EXIT_FINDINGS, 65, 66)
            assert "Traceback" not in capfd.readouterr().err
    assert 0 < refused < FILES
