"""Which amount is summed: paid before due, before totals, before goods; doubts are told with both sums."""

# Rows of a table stay on one line.
# ruff: noqa: E501

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from commands import Run, runner
from exports import listed, opened, warnings, write_csv, write_parquet
from siyu_cli.files.recognise import recognise
from test_kinds import rows_of

AS_OF = ("--as-of", "2026-03-01")


@pytest.fixture
def run(empty_folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(capsys)


def amount_of(header: str, row: str) -> str | None:
    rows = [line.split("|") for line in (header, row)]
    column = recognise(rows, file="订单.csv", sheet=None, header_map={}).column("paid_amount")
    return column.header if column else None


@pytest.mark.parametrize(
    ("headers", "row", "taken"),
    [
        ("商品总价(元)|用户应付金额(元)|商家应收金额(元)", "128|120|115", "用户应付金额(元)"),
        ("商品原价|商品金额|实收", "100|95|90", "实收"),
        ("订单金额|应付金额|优惠", "100|90|10", "应付金额"),
        ("消费总额|优惠金额|实际消费", "100|5|95", "实际消费"),
        ("吊牌金额|折后金额", "100|95", "折后金额"),
        ("应收|实收", "100|95", "实收"),
        ("Gross Sales|Net Sales|Tax", "100|90|5", "Net Sales"),
        ("Gross Sales|Net Sales|Total Collected", "100|90|95", "Total Collected"),
        ("list_price|subtotal|grand_total", "100|95|101", "grand_total"),
        ("Subtotal|Order Total|Amount Paid", "95|101|50", "Amount Paid"),
        ("实付金额|订单金额", "0|100", "订单金额"),
        ("AMOUNT|ASSET|SALES_PRICE", "2|24|30", "SALES_PRICE"),
        ("item_price|amount|total", "100.50|2|201", "total"),
        ("price|quantity|line_total", "100|2|200", "line_total"),
        ("Amount|Currency", "5|USD", "Amount"),
        ("MSRP|Price Paid", "100|95", "Price Paid"),
        ("msrp|price_paid|total", "100|95|101", "price_paid"),
        ("price|net_price_paid", "100|95", "net_price_paid"),
        ("list_price|paid_amt", "100|95", "paid_amt"),
        ("标价|实付价", "100|95", "实付价"),
        ("MSRP|Price Paid", "1.100,00|95,00", "Price Paid"),
    ],
)
def test_what_was_paid_wins_over_what_it_is_made_of(headers: str, row: str, taken: str):
    assert amount_of(f"订单号|下单时间|会员编号|{headers}", f"A1|2026-02-01|V1|{row}") == taken


def orders(folder: Path, header: str, *rows: str) -> None:
    (folder / "订单.csv").write_text("\n".join([f"订单号,下单时间,会员编号,{header}", *rows]), "utf-8")


def test_a_doubtful_choice_is_told_with_both_sums_and_the_option(run: Run, empty_folder: Path):
    orders(
        empty_folder, "商品总价,用户应付金额,商家应收金额",
        "A1,2026-02-01,V1,100,90,80", "A2,2026-02-02,V2,50,45,40",
    )  # fmt: skip
    ended = run("check", "订单.csv", *AS_OF)
    assert ended.code == 0
    assert "用户应付金额 was taken as the amount and adds up to 135.00; 商家应收金额 would give 120.00" in ended.err
    assert "商品总价 would give 150.00. To choose: --map orders.paid_amount=商品总价" in ended.err
    chosen = run("segment", "订单.csv", *AS_OF, "-o", "a.csv", "--map", "orders.paid_amount=商品总价")
    assert "net sales 150.00" in chosen.out
    assert "was taken as the amount" not in chosen.err


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        ("应付金额,实付金额", ("A1,2026-02-01,V1,100,90",)),
        ("应付金额,订单金额", ("A1,2026-02-01,V1,100,100",)),
        ("实付金额,商品原价", ("A1,2026-02-01,V1,90,100",)),
    ],
)
def test_what_is_clear_is_not_told(run: Run, empty_folder: Path, header: str, rows: tuple[str, ...]):
    orders(empty_folder, header, *rows)
    assert "was taken as the amount" not in run("check", "订单.csv", *AS_OF).err


def test_a_price_beside_how_many_is_told_both_ways(run: Run, empty_folder: Path):
    orders(empty_folder, "AMOUNT,SALES_PRICE", "A1,2026-02-01,V1,2,30", "A2,2026-02-02,V2,1,46")
    told = run("check", "订单.csv", *AS_OF).err
    assert "SALES_PRICE was taken as the amount and adds up to 76.00; SALES_PRICE × AMOUNT would give 106.00" in told
    ended = run("segment", "订单.csv", *AS_OF, "-o", "a.csv", "--map", "orders.unit_price=SALES_PRICE")
    assert "net sales 106.00" in ended.out


@pytest.mark.parametrize(
    ("header", "cell", "total"),
    [("实付金额(分)", "9990", "99.90"), ("total_cents", "9990", "99.90"), ("实付金额（元）", "9990", "9,990.00")],
)
def test_a_unit_in_the_header_counts(run: Run, empty_folder: Path, header: str, cell: str, total: str):
    orders(empty_folder, header, f"A1,2026-02-01,V1,{cell}")
    assert f"net sales {total}" in run("segment", "订单.csv", *AS_OF, "-o", "a.csv").out


@pytest.mark.parametrize(
    ("header", "cells", "total"),
    [
        ("实付金额(万元)", ("0.005", "1.2345"), 12_395),
        ("实付金额（千元）", ("0.0125", "¥1.5"), 1_512.5),
        ("实付金额(分)", ("5", "12345"), 123.5),
    ],
)
def test_no_digit_of_a_large_or_small_unit_is_lost(tmp_path: Path, header: str, cells: tuple[str, str], total: float):
    rows = [["订单号", "会员编号", "付款时间", header]]
    rows += [[f"A{at}", "m", "2026-05-01", cell] for at, cell in enumerate(cells)]
    days = [date(2026, 5, 1)] * 2
    numbers = [float(cell.lstrip("¥")) for cell in cells]
    typed = {"订单号": ["A0", "A1"], "会员编号": ["m", "m"], "付款时间": days, header: numbers}
    for path in (write_csv(tmp_path / "a.csv", rows), write_parquet(tmp_path / "a.parquet", typed)):
        with opened(path) as shop:
            (row,) = listed(shop).values()
            assert float(row["net_sales"]) == total


def test_a_price_in_cents_is_counted_in_cents(tmp_path: Path) -> None:
    written = "订单号|会员编号|付款时间|单价(分)|数量 / A1|m|2026-05-01|1250|2"
    with opened(write_csv(tmp_path / "a.csv", rows_of(written))) as shop:
        (row,) = listed(shop).values()
        assert row["net_sales"] == 25


# ---- change

CHANGE = {
    "due beside it": "单号|会员编号|日期|应收|实收|找零 / 1|m|2026-05-01|88|100|12 / 2|m|2026-05-02|50|50|0",
    "a total beside it": "单号|会员编号|日期|合计|实收金额|找零金额 / 1|m|2026-05-01|88|100|12 / 2|m|2026-05-02|50|50|",
    "received without the change": "单号|会员编号|日期|应收|实收|找零 / 1|m|2026-05-01|88|88|12 / 2|m|2026-05-02|50|50|0",
    "all the cash beside it": "单号|会员编号|日期|实收|现金|找零 / 1|m|2026-05-01|88|100|12 / 2|m|2026-05-02|50|50|0",
    "below zero": "单号|会员编号|日期|应付|实付|找零 / 1|m|2026-05-01|88|100|-12 / 2|m|2026-05-02|50|50|0",
    "in English": "receipt no|customer id|date|amount due|amount received|change / 1|m|2026-05-01|88|100|12 / 2|m|2026-05-02|50|50|0",
}  # fmt: skip


@pytest.mark.parametrize("written", CHANGE.values(), ids=CHANGE)
def test_change_is_no_part_of_a_sale(tmp_path: Path, written: str) -> None:
    with opened(write_csv(tmp_path / "a.csv", rows_of(written))) as shop:
        (row,) = listed(shop).values()
        assert (row["net_sales"], row["order_count"]) == (138, 2)
        assert not any("would give" in text for text in warnings(shop))


def test_change_that_nothing_proves_is_taken_off_and_both_sums_are_told(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "a.csv", rows_of("单号|会员编号|日期|实收|找零 / 1|m|2026-05-01|100|12 / 2|m|2026-05-02|50|0")
    )
    with opened(path) as shop:
        assert listed(shop)["m"]["net_sales"] == 138
        (note,) = [note for note in shop.load.report.warnings if "other_sum" in note.facts]
        assert (note.facts["sum"], note.facts["other_sum"]) == ("138.00", "150.00")
    with opened(path, header_map={"orders.paid_amount": "实收"}) as shop:
        assert listed(shop)["m"]["net_sales"] == 150
        assert not any("other_sum" in note.facts for note in shop.load.report.warnings)


# --- The sign of cents --------------------------------------------------------------------------------


def in_euros(folder: Path, *amounts: str, also: str = "Artikel", others: str = "x") -> None:
    rows = [f"A{at};2026-02-01;V{at};{amount};{others}" for at, amount in enumerate(amounts)]
    (folder / "订单.csv").write_text("\n".join([f"order_id;date;customer_id;price paid;{also}", *rows]), "utf-8")


@pytest.mark.parametrize("amounts", [
    ("1.234,50", "12,5", "0,99"), ("€ 1.234,50", "-12,50 €", "250,00EUR"), ("1234,50", "99,00", "-", ""),
])  # fmt: skip
def test_amounts_with_decimal_commas_throughout_are_read_and_told(
    run: Run, empty_folder: Path, amounts: tuple[str, ...]
):
    in_euros(empty_folder, *amounts)
    ended = run("check", "订单.csv", *AS_OF)
    assert "the amounts under price paid are written with a decimal comma, such as" in ended.err
    assert "not an amount" not in ended.out
    first = run("segment", "订单.csv", *AS_OF, "--format", "csv", "--columns", "net_sales").out.splitlines()[1]
    assert first == "V0,1234.50"


@pytest.mark.parametrize(("amounts", "count", "also"), [
    (("1.234,50", "12.50", "3.20"), 1, ()), (("1.234,50", "100", "3,20"), 2, ()),
    (("1.234,50", "2.100,00", "3,20"), 3, ("unit price", "12.50")),
])  # fmt: skip
def test_a_decimal_comma_that_may_be_another_sign_is_rejected_and_named(
    run: Run, empty_folder: Path, amounts: tuple[str, ...], count: int, also: tuple[str, str] | tuple[()]
):
    in_euros(empty_folder, *amounts, **dict(zip(("also", "others"), also, strict=False)))
    ended = run("check", "订单.csv", *AS_OF)
    assert ended.code == 3
    assert f"订单.csv: {count} amounts under price paid are written with a decimal comma, such as 1.234,50" in ended.err
    assert "Export again with a decimal point" in ended.err
    chinese = run("check", "订单.csv", *AS_OF, "--lang", "zh").err
    assert f"“price paid”列有 {count} 个金额用逗号作小数点，例如 1.234,50" in chinese


def test_thousands_parted_by_commas_are_no_decimals(run: Run, empty_folder: Path):
    in_euros(empty_folder, "1,234", "12,500", "1,234.50")
    ended = run("check", "订单.csv", *AS_OF)
    assert (ended.code, "decimal comma" in ended.err) == (0, False)


def test_many_small_files_are_each_asked_for_their_sign_of_cents(run: Run, empty_folder: Path):
    for at in range(20):
        text = f"order_id;date;customer_id;price paid\nA{at};2026-02-01;V{at};1.000,50\n"
        (empty_folder / f"{at}.csv").write_text(text, "utf-8")
    names = [f"{at}.csv" for at in range(20)]
    listed = run("segment", *names, *AS_OF, "--format", "csv", "--columns", "net_sales").out.splitlines()
    assert {line.split(",")[1] for line in listed[1:]} == {"1000.50"}


def test_sums_of_no_column_are_told_to_be_worked_out(run: Run, empty_folder: Path):
    rows = [f"A{at},2026-02-01,V{at},9999999999,9" for at in range(45_010)]
    (empty_folder / "订单.csv").write_text("\n".join(["order_id,date,customer_id,unit price,quantity", *rows]), "utf-8")
    ended = run("check", "订单.csv", *AS_OF)
    assert ended.code == 65
    assert "No column has these amounts, they were worked out from others" in ended.err
