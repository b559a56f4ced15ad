"""The encoding of a text: read as what it is, or refused by name; a line that does not decode is a reject."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commands import runner
from reading import reader, rows
from siyu_cli import open_shop
from siyu_cli.errors import DataError
from siyu_cli.files.loading.report import LoadReport
from siyu_cli.files.read import RawSheet

NAMES = [
    "王婷",
    "李鑫",
    "张莹琪",
    "刘一一",
    "陈怡雯",
    "囍儿",
    "赵子涵",
    "钱梓晨",
    "孙浩宇",
    "欧阳玥",
    "周彤",
    "吴璇",
]
TAIWANESE = [
    "王小明",
    "陳怡君",
    "林志豪",
    "張雅婷",
    "黃淑芬",
    "李俊傑",
    "吳佩珊",
    "劉家豪",
    "蔡宜庭",
    "楊承恩",
    "許雅雯",
    "鄭宇軒",
]


# The characters of GB 2312's first level.
FIRST_LEVEL = "".join(
    bytes((lead, trail)).decode("gb2312", "ignore") for lead in range(0xB0, 0xD8) for trail in range(0xA1, 0xFF)
)


def orders(header: str, names: list[str]) -> list[str]:
    rows = (
        f"E{number},M{number % 5},{name},2025-03-{number + 1:02d},1{number}.50" for number, name in enumerate(names)
    )
    return [header, *rows]


SIMPLIFIED = orders("订单号,会员编号,姓名,下单时间,实付金额", NAMES)
TRADITIONAL = orders("訂單編號,會員編號,姓名,訂單日期,實付金額", TAIWANESE)
JAPANESE = [
    "注文番号,会員番号,氏名,フリガナ,支払金額",
    "E1,M1,田中太郎,ﾀﾅｶ ﾀﾛｳ,100",
    "E2,M2,佐藤さくら,サトウ,200",
]
KOREAN = [
    "주문번호,회원번호,이름,주문일자,결제금액,배송상태",
    "E1,M1,김철수,2025-03-01,100,배송완료,서울특별시 강남구 테헤란로",
    "E2,M2,이영희,2025-03-02,200,취소 환불,부산광역시 해운대구 우동",
]
RUSSIAN = "Заказ;Клиент;Дата;Сумма\n1;Иванов Пётр;01.02.2026;100\n2;«Смирнова» Анна;02.02.2026;200\n"
WESTERN = ["Order ID,Name,City", "1,Zoé Müller,Köln", "2,François Noël,Orléans", "3,José Muñoz,São Paulo"]


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., RawSheet]:
    return reader(tmp_path)


def loaded(folder: Path, data: bytes) -> LoadReport:
    path = folder / "订单.csv"
    path.write_bytes(data)
    with open_shop([path], as_of="2025-06-30") as shop:
        return shop.load.report


@pytest.mark.parametrize(
    ("lines", "codec", "reported"),
    [
        (TRADITIONAL, "cp950", "big5"),
        (TRADITIONAL, "gb18030", "gb18030"),
        (SIMPLIFIED, "gb18030", "gb18030"),
        (SIMPLIFIED, "utf-16-le", "utf-16-le"),
        (SIMPLIFIED, "utf-16-be", "utf-16-be"),
        (SIMPLIFIED, "utf-32-le", "utf-32-le"),
        (SIMPLIFIED, "utf-32-be", "utf-32-be"),
        (SIMPLIFIED, "utf-32", "utf-32"),
        (JAPANESE, "cp932", "shift-jis"),
        (KOREAN, "cp949", "euc-kr"),
        (WESTERN, "cp1252", "windows-1252"),
    ],
)
def test_a_text_is_read_in_its_own_encoding(
    lines: list[str], codec: str, reported: str, read: Callable[..., RawSheet]
) -> None:
    sheet = read("订单.csv", "\r\n".join(lines).encode(codec))
    assert sheet.encoding == reported
    width = max(line.count(",") for line in lines) + 1
    assert rows(sheet) == [(line.split(",") + [None] * width)[:width] for line in lines]


@pytest.mark.parametrize("name", NAMES)
def test_one_chinese_name_in_an_english_export_is_not_taken_for_big5(name: str, read: Callable[..., RawSheet]) -> None:
    sheet = read("a.csv", f"Order ID,Name\n1,{name}\n".encode("gb18030"))
    assert (sheet.encoding, rows(sheet)[1][1]) == ("gb18030", name)


@pytest.mark.parametrize(
    ("text", "codec", "name"),
    [
        ("Order ID,Name\n1,陳小明\n", "cp950", "big5"),
        ("\n".join(JAPANESE), "euc_jp", "EUC-JP"),
        ("\n".join(JAPANESE), "iso2022_jp", "ISO-2022-JP"),
        ("order_id,name\n1,田中さくら\n", "euc_jp", "EUC-JP"),
        ("order,name\n1,タナカ\n2,サトウ\n", "euc_jp", "EUC-JP"),
        ("order_id,name,city\n1,김철수,서울\n2,이영희,부산\n", "cp949", "EUC-KR"),
        ("주문번호,이름,금액\n1,박지성,100\n", "cp949", "EUC-KR"),
        (RUSSIAN, "cp1251", "windows-1251"),
        (RUSSIAN, "koi8_r", "KOI8-R"),
        (RUSSIAN, "cp866", "cp866"),
        (RUSSIAN, "iso8859_5", "ISO-8859-5"),
        (RUSSIAN.upper(), "cp1251", "windows-1251"),
        ("order_id,customer,city\n1,Ольга,Москва\n2,Олег,Казань\n", "koi8_r", "KOI8-R"),
        ("order_id;name\n1;Алексей Кузнецов\n", "cp1251", "windows-1251"),
        ("order_id,customer,city\n1,Олена Шевченко,Київ\n2,Іван Бондаренко,Львів\n", "cp1251", "windows-1251"),
        ("order_id,customer,city\n1,Олена Шевченко,Київ\n2,Іван Бондаренко,Львів\n", "koi8_u", "KOI8-U"),
        ("Поръчка,Клиент,Сума\n1,Георги Димитров,10\n", "cp1251", "windows-1251"),
    ],
)
def test_what_cannot_be_told_for_sure_is_refused_by_name(
    text: str, codec: str, name: str, read: Callable[..., RawSheet]
) -> None:
    with pytest.raises(DataError, match=f"looks like text in {name}") as caught:
        read("a.csv", text.encode(codec, "ignore"))
    assert "UTF-8" in (caught.value.hint or "")


@given(st.lists(st.text(FIRST_LEVEL, min_size=1, max_size=6), min_size=1, max_size=6))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_common_chinese_is_taken_for_an_alphabet(read: Callable[..., RawSheet], words: list[str]) -> None:
    sheet = read("a.csv", f"Order ID,Words\n1,{' '.join(words)}\n".encode("gb18030"))
    assert sheet.encoding in ("gb18030", "utf-8")  # one or two characters may be either


def test_a_chinese_reader_is_told_what_to_do_with_cyrillic(
    empty_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (empty_folder / "a.csv").write_bytes(RUSSIAN.encode("cp1251"))
    ended = runner(capsys)("check", "a.csv", "--as-of", "2026-03-01", "--lang", "zh")
    assert ended.code == 65
    assert "windows-1251" in ended.err
    assert "UTF-8" in ended.err


def test_orders_in_big5_are_used(tmp_path: Path) -> None:
    report = loaded(tmp_path, "\r\n".join(TRADITIONAL).encode("cp950"))
    assert (report.rows_in, report.rows_used) == (12, 12)


@pytest.mark.parametrize("codec", ["ascii", "utf-8", "gb18030"])
@pytest.mark.parametrize("copies", [1, 40])
def test_one_zero_byte_is_a_bad_line_and_no_other_encoding(codec: str, copies: int, tmp_path: Path) -> None:
    header = SIMPLIFIED[0] if codec != "ascii" else "Order ID,Customer ID,Name,Order Date,Amount Paid"
    lines = [f"E{number},M1,Li,2025-03-01,{number + 1}" for number in range(10 * copies)]
    lines[5] = lines[5].replace("Li", "Li\0")
    report = loaded(tmp_path, "\n".join([header, *lines]).encode(codec))
    assert (report.rows_in, report.rows_used) == (10 * copies, 10 * copies - 1)
    assert report.rejects == (("undecodable", "row", 1),)


@pytest.mark.parametrize(("codec", "bad"), [
    ("utf-8", b"\xff\xff"), ("utf-8", b"\0"), ("gb18030", b"\xff\xff"), ("gb18030", b"\x81"),
    ("utf-16-le", b"\x00\xd8"), ("utf-8-sig", b"\xe4\xb8"),
])  # fmt: skip
@pytest.mark.parametrize("places", [[1], [2], [1, 2], [1, 3], [12], [6, 12]])
def test_a_line_that_does_not_decode_is_a_reject_wherever_it_stands(
    codec: str, bad: bytes, places: list[int], tmp_path: Path
) -> None:
    codec, mark = ("utf-8", codecs.BOM_UTF8) if codec == "utf-8-sig" else (codec, b"")
    lines = [line.encode(codec) for line in SIMPLIFIED]
    for place in places:
        lines[place] += bad
    report = loaded(tmp_path, mark + "\n".encode(codec).join(lines))
    assert (report.rows_in, report.rows_used) == (12, 12 - len(places))
    assert report.rejects == (("undecodable", "row", len(places)),)


def test_a_header_that_does_not_decode_is_told_with_its_row(tmp_path: Path) -> None:
    text = "\n".join(SIMPLIFIED).encode().replace("姓名".encode(), b"\xff\xff")
    with pytest.raises(DataError, match=r"订单\.csv, row 1, is no text in utf-8") as caught:
        loaded(tmp_path, text)
    assert caught.value.where.row == 1
