"""What rows are, said under headers nobody asked: taken where all words say it, told where some do, never passed over."""

# Rows of a table stay on one line.
# ruff: noqa: E501

from __future__ import annotations

from pathlib import Path

import pytest

from exports import opened, write_csv, write_ods, write_parquet, write_xlsx
from test_kinds import Figures, figures, rows_of

TAKEN = {
    "stock movements": ("单号|会员卡号|日期|出入库类型|金额 / 1|m|2026-05-01|销售出库|100 / 2|m|2026-05-02|退货入库|30", {"m": (70, 1)}),
    "a card that was sold": ("流水号|会员卡号|时间|业务|金额 / 1|m|2026-05-01|售卡|500 / 2|m|2026-05-02|消费|100", {"m": (100, 1)}),
    "a difference given back": ("单号|会员卡号|日期|业务种类|金额 / 1|m|2026-05-01|销售|100 / 2|m|2026-05-02|退差价|10", {"m": (90, 1)}),
    "gifts among goods": ("单号|会员卡号|日期|商品|类型|金额 / 1|m|2026-05-01|茶|正品|100 / 1|m|2026-05-01|杯|赠品|20", {"m": (100, 1)}),
    "in English": ("receipt|customer id|date|posting class|amount / 1|m|2026-05-01|Sale|100 / 2|m|2026-05-02|Refund|30", {"m": (70, 1)}),
}  # fmt: skip


@pytest.mark.parametrize(("written", "wanted"), TAKEN.values(), ids=TAKEN)
def test_a_column_whose_words_all_say_what_rows_are_is_believed(
    tmp_path: Path, written: str, wanted: dict[str, Figures]
):
    with opened(write_csv(tmp_path / "a.csv", rows_of(written))) as shop:
        assert figures(shop) == wanted
        assert not shop.load.report.findings


OF_OTHERS = [
    "单号|会员卡号|日期|支付类型|金额 / 1|m|2026-05-01|充值|100 / 2|m|2026-05-02|充值|30",
    "单号|会员卡号|日期|商品类别|金额 / 1|m|2026-05-01|小样|100 / 2|m|2026-05-02|小样|30",
    "单号|会员卡号|日期|活动类型|金额 / 1|m|2026-05-01|预售|100 / 2|m|2026-05-02|秒杀|30",
    "单号|会员卡号|日期|客户类型|金额 / 1|m|2026-05-01|散客|100 / 2|m|2026-05-02|普通|30",
]


@pytest.mark.parametrize("written", OF_OTHERS)
def test_the_kind_of_something_else_is_none(tmp_path: Path, written: str) -> None:
    with opened(write_csv(tmp_path / "a.csv", rows_of(written))) as shop:
        assert figures(shop) == {"m": (130, 2)}
        assert not shop.load.report.findings


TOLD = {
    "a remark": "单号|会员卡号|日期|金额|备注 / 1|m|2026-05-01|100| / 2|m|2026-05-02|100|退货 / 3|m|2026-05-03|5|加急",
    "a note in English": "receipt|customer id|date|amount|note / 1|m|2026-05-01|100| / 2|m|2026-05-02|100|Refunded / 3|m|2026-05-03|5|rush",
    "void": "单号|会员卡号|日期|金额|说明 / 1|m|2026-05-01|100| / 2|m|2026-05-02|100|已作废 / 3|m|2026-05-03|5|",
}


@pytest.mark.parametrize("written", TOLD.values(), ids=TOLD)
def test_a_return_in_an_unused_column_is_a_finding_with_what_to_try(tmp_path: Path, written: str) -> None:
    header, word = rows_of(written)[0][-1], rows_of(written)[2][-1]
    with opened(write_csv(tmp_path / "a.csv", rows_of(written))) as shop:
        assert figures(shop) == {"m": (205, 3)}
        (note,) = shop.load.report.findings
        assert (note.facts["header"], note.facts["word"], note.facts["rows"]) == (header, word, 1)
    with opened(write_csv(tmp_path / "a.csv", rows_of(written)), header_map={"orders.kind": header}) as shop:
        assert figures(shop)["m"][1] < 3
        assert not [note for note in shop.load.report.findings if note.facts.get("word") == word]


def test_what_is_known_to_have_come_back_is_not_told_again(tmp_path: Path) -> None:
    for columns in ("退款金额|备注 / 1|m|2026-05-01|100|100|退货", "状态|备注 / 1|m|2026-05-01|100|已取消|作废"):
        written = f"单号|会员卡号|日期|金额|{columns} / 2|m|2026-05-02|5||"
        with opened(write_csv(tmp_path / "a.csv", rows_of(written))) as shop:
            assert not shop.load.report.findings


def test_every_form_of_file_is_looked_through(tmp_path: Path) -> None:
    rows = rows_of(TOLD["a remark"])
    columns = {name: [row[at] or None for row in rows[1:]] for at, name in enumerate(rows[0])}
    many = [
        write_csv(tmp_path / f"{at}.csv", [rows[0], *([f"{at}-{row[0]}", *row[1:]] for row in rows[1:])])
        for at in range(9)
    ]
    files = [[write_xlsx(tmp_path / "a.xlsx", rows)], [write_ods(tmp_path / "a.ods", rows)], many]
    files.append([write_parquet(tmp_path / "a.parquet", columns)])
    columns["金额"] = [100.0, 100.0, 5.0]
    files.append([write_parquet(tmp_path / "typed.parquet", columns)])
    for paths in files:
        with opened(*paths) as shop:
            assert [note.facts.get("word") for note in shop.load.report.findings] == ["退货"] * len(paths), paths
