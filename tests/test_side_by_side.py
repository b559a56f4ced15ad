"""Two tables beside each other in one sheet are two: no refund is of the order that happens to stand in its row."""

# Rows of a table stay on one line.
# ruff: noqa: E501

from __future__ import annotations

from pathlib import Path

import pytest

from exports import opened, rejects, write_csv, write_xlsx
from test_kinds import figures, figures_of, rows_of

BESIDE = {
    "refunds that name orders": "订单号|会员编号|下单时间|实付金额||退款单号|订单号|退款时间|退款金额 / A1|m|2026-05-01|100||T1|A3|2026-05-05|70"
    " / A2|m|2026-05-02|50||T2|A1|2026-05-06|30 / A3|n|2026-05-03|70|||||",
    "refunds that name buyers": "订单号|会员编号|日期|金额||退款单号|会员编号|退款日期|退款金额 / A1|m|2026-05-01|100||T1|n|2026-05-05|70"
    " / A2|m|2026-05-02|50||T2|m|2026-05-06|30 / A3|n|2026-05-03|70|||||",
    "without a gap": "订单号|会员编号|下单时间|实付金额|退款单号|原订单号|退款时间|退款金额 / A1|m|2026-05-01|100|T1|A3|2026-05-05|70"
    " / A2|m|2026-05-02|50|T2|A1|2026-05-06|30 / A3|n|2026-05-03|70||||",
    "a wide gap, and more refunds": "订单号|会员编号|下单时间|实付金额|||退款单号|订单号|退款时间|退款金额 / A1|m|2026-05-01|100|||T1|A3|2026-05-05|70"
    " / A2|m|2026-05-02|50|||T2|A1|2026-05-06|10 / A3|n|2026-05-03|70|||T3|A1|2026-05-06|10 / ||||||T4|A2|2026-05-06|10",
}  # fmt: skip


@pytest.mark.parametrize("written", BESIDE.values(), ids=BESIDE)
def test_refunds_beside_orders_are_of_the_orders_they_name(tmp_path: Path, written: str) -> None:
    with opened(write_csv(tmp_path / "a.csv", rows_of(written))) as shop:
        assert {key: net for key, (net, _) in figures(shop).items()} == {"m": 120, "n": 0}
        assert not shop.load.report.findings
        assert any(note.facts.get("count") == 2 for note in shop.load.report.warnings)


def test_orders_in_two_columns_of_a_page_are_all_read(tmp_path: Path) -> None:
    for gap in ("||", "|"):
        written = f"""订单号|会员编号|下单时间|金额{gap}订单号|会员编号|下单时间|金额 / A1|m|2026-05-01|100{gap}B1|n|2026-05-05|30
            / A2|m|2026-05-02|50{gap}B2|n|2026-05-06|40"""
        assert figures_of(tmp_path, written) == {"m": (150, 2), "n": (70, 2)}


def test_in_a_workbook_titles_say_what_each_side_is_and_faults_keep_their_cells(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [
        ["销售明细", "", "", "", "", "退货明细", "", "", ""],
        ["单号", "会员编号", "日期", "金额", "", "单号", "会员编号", "日期", "金额"],
        ["A1", "m", "2026-05-01", "100", "", "T1", "m", "2026-05-05", "30"],
        ["A2", "m", "2026-05-02", "many", "", "T2", "n", "2026-05-06", "20"],
        ["A3", "n", "2026-05-03", "70", "", "T3", "n", "2026-05-06", "oops"],
    ])  # fmt: skip
    with opened(path) as shop:
        assert figures(shop) == {"m": (70, 1), "n": (50, 1)}
        assert [(row["row"], row["column"]) for row in rejects(shop)] == [(4, "金额"), (5, "金额")]


ONE = {
    "refunds of the row's own order": ("订单号|会员编号|下单时间|实付金额|退款单号|退款时间|退款金额 / A1|m|2026-05-01|100|T1|2026-05-05|30 / A2|n|2026-05-01|100|||", 70),
    "its own order named again": ("订单号|会员编号|下单时间|实付金额|退款单号|原订单号|退款时间|退款金额 / A1|m|2026-05-01|100|T1|A1|2026-05-05|30 / A2|n|2026-05-01|100||||", 70),
    "a blank column in the middle": ("订单号|会员编号|下单时间|实付金额||商品|数量|收货人手机号 / A1|m|2026-05-01|100||茶|1|13800000001", 100),
    "the number twice": ("订单号|会员编号|下单时间|实付金额||订单号|下单时间|商品金额 / A1|m|2026-05-01|100||A1|2026-05-01|120", 100),
    "sales and returns in turn": ("单号|类型|会员编号|日期|金额|退款单号|原订单号|退款时间|退款金额 / A1|销售|m|2026-05-01|100||||"
                                  " / A2|退货|m|2026-05-05|30|T1|A1|2026-05-05|30", 70),
}  # fmt: skip


@pytest.mark.parametrize(("written", "net"), ONE.values(), ids=ONE)
def test_one_table_is_not_cut(tmp_path: Path, written: str, net: int) -> None:
    with opened(write_csv(tmp_path / "a.csv", rows_of(written))) as shop:
        assert figures(shop)["m"][0] == net
        assert len(shop.load.report.sheets) == 1


def test_refunds_without_dates_beside_other_orders_are_a_finding(tmp_path: Path) -> None:
    written = "订单号|会员编号|下单时间|实付金额|退款单号|原订单号|退款金额 / A1|m|2026-05-01|100|T1|A2|30 / A2|n|2026-05-02|50|||"
    with opened(write_csv(tmp_path / "a.csv", rows_of(written))) as shop:
        (note,) = shop.load.report.findings
        assert (note.facts["rows"], note.facts["header"]) == (1, "原订单号")
