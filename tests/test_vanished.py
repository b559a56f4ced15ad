"""A whole role that vanishes is a finding: told with the header that may be the missing column, ended with 3."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import openpyxl
import pytest

from commands import Run, runner

AS_OF = ("--as-of", "2026-03-01")
MEMBERS = "会员编号,手机号,姓名,注册时间\n" + "".join(
    f"V{n},1390000{n:04d},王小明,2025-01-0{n % 9 + 1}\n" for n in range(1, 9)
)
HEADER = "订单号,下单时间,买家手机号,实付金额,订单状态"
ORDERS = "".join(
    f"NO{n},2026-02-{n % 28 + 1:02d} 10:00:00,1390000{n % 8 + 1:04d},{n}.50,已完成\n" for n in range(1, 41)
)
INVITES = "邀请人手机号,被邀请人手机号,邀请时间\n13900000001,13900000002,2026-02-01\n"


@pytest.fixture
def shop(empty_folder: Path) -> Path:
    write(empty_folder, "会员.csv", MEMBERS)
    write(empty_folder, "订单.csv", f"{HEADER}\n{ORDERS}")
    write(empty_folder, "邀请.csv", INVITES)
    return empty_folder


@pytest.fixture
def run(shop: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(capsys)


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, "utf-8")


def rename(shop: Path, name: str, header: str, new: str) -> None:
    write(shop, name, (shop / name).read_text("utf-8").replace(header, new, 1))


@pytest.mark.parametrize(
    "command",
    [
        ("segment",), ("segment", "-o", "分层.xlsx"), ("churn",), ("churn", "--backtest"), ("check",),
        ("explain", "V1"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_every_command_ends_with_3_and_names_the_header_even_when_quiet(run: Run, shop: Path, command):
    files = ("会员.csv", "订单.csv", *AS_OF, "--quiet", *(["--force"] * ("-o" in command)))
    assert run(*command, *files).code == 0
    rename(shop, "订单.csv", "买家手机号", "尊享标记")
    ended = run(*command, *files)
    assert ended.code == 3
    assert ended.err.count("--map orders.phone=尊享标记") == 1
    mended = run(*command, *files, "--map", "orders.phone=尊享标记")
    assert (mended.code, "--map" in mended.err) == (0, False)


def test_the_referral_report_says_it_in_its_one_line(run: Run, shop: Path):
    rename(shop, "会员.csv", "会员编号", "甲")
    rename(shop, "会员.csv", "手机号", "乙")
    ended = run("referral-report", "邀请.csv", "会员.csv", "订单.csv", *AS_OF, "--quiet", "-o", "裂变.html")
    assert ended.code == 3
    assert ended.err.count("--map members.phone=乙") == 1
    assert "--map members.phone=乙" in (shop / "裂变.html").read_text("utf-8")


@pytest.mark.parametrize("command", [("segment",), ("check",), ("explain", "V1"), ("churn",), ("churn", "--backtest")])
def test_documents_carry_it_among_their_warnings(run: Run, shop: Path, command):
    rename(shop, "订单.csv", "买家手机号", "尊享标记")
    ended = run(*command, "会员.csv", "订单.csv", *AS_OF, "--format", "json")
    told = json.loads(ended.out)
    notes = told.get("warnings") or told["meta"]["warnings"]
    assert (ended.code, ended.err) == (3, "")
    assert any("--map orders.phone=尊享标记" in note for note in notes)


def test_so_does_the_sheet_on_data_quality(run: Run, shop: Path):
    rename(shop, "订单.csv", "买家手机号", "尊享标记")
    assert run("segment", "会员.csv", "订单.csv", *AS_OF, "-o", "分层.xlsx", "--lang", "zh").code == 3
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # openpyxl knows no data bars of its own age
        cells = [cell for row in openpyxl.load_workbook("分层.xlsx")["数据质量"].values for cell in row if cell]
    assert any("--map orders.phone=尊享标记" in str(cell) for cell in cells)
