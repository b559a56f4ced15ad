"""What stands where nothing does, and what cannot be: nobody's ids, days that are none, refunds above what was paid."""

# Rows of a table stay on one line.
# ruff: noqa: E501

from __future__ import annotations

from pathlib import Path

import pytest

from commands import Run, runner
from exports import opened, rejects, skipped, write_csv, write_parquet
from test_kinds import figures, figures_of, rows_of


@pytest.fixture
def run(empty_folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(capsys)


def test_a_zero_or_a_word_for_nobody_in_the_buyers_column_is_a_guest(tmp_path: Path) -> None:
    nobody = ("0", "00", "000000", "0.0", "-", "无", "N/A", "null", "未知", "非会员", "guest")
    rows = [["单号", "会员编号", "日期", "金额"], ["0", "m", "2026-06-01", "100"], ["A", "007", "2026-06-01", "7"]]
    rows += [[f"N{place}", word, "2026-06-02", "50"] for place, word in enumerate(nobody)]
    with opened(write_csv(tmp_path / "a.csv", rows)) as shop:
        assert figures(shop) == {"m": (100, 1), "007": (7, 1)}
        assert skipped(shop) == {"no_member": len(nobody)}


def test_a_zero_in_a_column_of_phones_or_of_a_typed_file_is_a_guest_too(tmp_path: Path) -> None:
    phones = write_csv(
        tmp_path / "a.csv", rows_of("单号|手机号|日期|金额 / 1|13800000001|2026-06-01|10 / 2|0|2026-06-02|20")
    )
    columns = {"单号": ["1", "2"], "会员编号": ["m", "0"], "日期": ["2026-06-01", "2026-06-02"], "金额": [10.0, 20.0]}
    for path in (phones, write_parquet(tmp_path / "a.parquet", columns)):
        with opened(path) as shop:
            assert [net for net, _ in figures(shop).values()] == [10]
            assert skipped(shop) == {"no_member": 1}


def test_the_first_day_of_1970_is_no_day_and_it_is_told(tmp_path: Path) -> None:
    written = """单号|会员编号|下单时间|付款时间|金额 / 1|m|2026-06-01|2026-06-01|100 / 2|m|2026-06-02|1970-01-01 08:00:00|50
        / 3|m|1970-01-01|1970-01-01|30 / 4|m|2026-06-05|2026-06-05|10"""
    with opened(write_csv(tmp_path / "a.csv", rows_of(written))) as shop:
        assert figures(shop) == {"m": (160, 3)}
        assert {(row["row"], row["reason"]) for row in rejects(shop)} == {
            (3, "placeholder_date"),
            (4, "placeholder_date"),
        }


@pytest.mark.parametrize(
    "written",
    [
        "单号|会员编号|日期|金额|退款金额 / 1|m|2026-06-01|100|900",
        "单号|类型|会员编号|日期|金额 / 1|销售|m|2026-06-01|100 / 1|退货|m|2026-06-02|900",
    ],
)
def test_a_refund_above_what_was_paid_is_told(tmp_path: Path, written: str) -> None:
    with opened(write_csv(tmp_path / "a.csv", rows_of(written))) as shop:
        (note,) = [note for note in shop.load.report.warnings if note.message.startswith("More was refunded")]
        assert (note.facts["count"], note.facts["sum"]) == (1, "800.00")


PARENTS = ("关联主单", "关联主单号", "主订单号", "父单号", "原始单号", "关联订单号", "main_order_id", "parent_order")


@pytest.mark.parametrize("header", PARENTS)
def test_a_parent_counts_once_with_its_parts_however_they_name_it(tmp_path: Path, header: str) -> None:
    family = f"订单号|{header}|会员编号|下单时间|金额 / P||m|2026-06-01|300 / C1|P|m|2026-06-01|100 / C2|P|m|2026-06-01|200 / Q||m|2026-06-02|50"
    assert figures_of(tmp_path, family) == {"m": (350, 2)}


def test_an_order_that_names_another_without_being_a_part_of_it_counts(tmp_path: Path) -> None:
    written = "订单号|原始单号|会员编号|下单时间|金额 / P||m|2026-06-01|300 / C1|P|m|2026-06-05|20"
    assert figures_of(tmp_path, written) == {"m": (320, 2)}


DOUBTFUL = {
    "order numbers without their digits": (
        "订单号,会员编号,下单时间,金额",
        "6.92E+17,m,2026-06-01,100",
        "6.92E+17,m,2026-06-02,50",
    ),
    "a refund status nobody knows": (
        "订单号,会员编号,下单时间,金额,售后状态",
        "1,m,2026-06-01,100,天知道",
        "2,m,2026-06-02,50,无",
    ),
}


@pytest.mark.parametrize("lines", DOUBTFUL.values(), ids=DOUBTFUL)
@pytest.mark.parametrize("command", ["check", "segment"])
def test_what_check_finds_doubtful_every_command_does(
    run: Run, empty_folder: Path, command: str, lines: tuple[str, ...]
) -> None:
    (empty_folder / "订单.csv").write_text("\n".join(lines), "utf-8")
    ended = run(command, "订单.csv", "--as-of", "2026-06-30")
    assert ended.code == 3
    assert "siyu check … --rejects" in ended.err
