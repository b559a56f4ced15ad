"""Nothing of the operator's is ever overwritten: neither what is read, nor what was not named."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from commands import Run, runner
from siyu_cli.errors import OutputError, UsageError
from siyu_cli.guard import forget, will_read
from siyu_cli.render.names import name_each
from siyu_cli.render.replace import replacing, together

MEMBERS = "会员编号,手机号,入会时间,归属员工\n" + "".join(
    f"M{number},1380000{number:04},2025-01-0{number},{owner}\n"
    for number, owner in enumerate(["Li", "LI", "王/小明", "CON", ""], start=1)
)
ORDERS = "订单号,会员编号,付款时间,实付金额\n" + "".join(
    f"D{number},M{number % 5 + 1},2025-0{number % 8 + 1}-1{number % 9},{number}9.00\n" for number in range(1, 40)
)
AS_OF = ("--as-of", "2025-09-01", "--quiet")


@pytest.fixture
def shop(empty_folder: Path) -> Path:
    Path("会员.csv").write_text(MEMBERS, "utf-8")
    Path("订单.csv").write_text(ORDERS, "utf-8")
    return empty_folder


@pytest.fixture
def run(shop: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(capsys)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file() and ".siyu" not in path.parts}


@pytest.mark.parametrize("name", ["./订单.csv", "../shop/订单.csv", "hard.csv", "soft.csv", "chain.csv"])
def test_an_input_is_known_under_every_name_it_has(run: Run, shop: Path, name: str):
    os.link("订单.csv", "hard.csv")
    Path("soft.csv").symlink_to("订单.csv")
    Path("chain.csv").symlink_to("soft.csv")
    before = bytes_of(shop)
    for command in (["segment", "-o"], ["churn", "-o"], ["check", "--rejects"], ["init", "-o"]):
        ended = run(command[0], "会员.csv", "订单.csv", *AS_OF, command[1], name, "--force")
        told = "siyu writes no such files" if command[0] == "init" else "this file is read"
        assert (ended.code, told in ended.err) == (2, True)
    assert bytes_of(shop) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("-o", "mine.toml"),
        ("-o", ".siyu/snapshots/new.csv"),
        ("-o", "presets/x.json"),
        ("-o", "staff.csv"),
    ],
)
def test_settings_and_memory_are_read_too(run: Run, shop: Path, arguments: tuple[str, ...]):
    Path("staff.csv").write_text("M9\n")
    Path("mine.toml").write_text('[exclude]\nfiles = ["staff.csv"]\n')
    Path("presets").mkdir()
    run("segment", "会员.csv", "订单.csv", *AS_OF, "--config", "mine.toml")
    before = bytes_of(shop)
    ended = run("segment", "会员.csv", *AS_OF, "--config", "mine.toml", "--force", *arguments)
    assert ended.code == 2, ended.err
    assert bytes_of(shop) == before


def test_a_list_of_a_split_never_takes_the_place_of_an_input(run: Run, shop: Path):
    Path("订单.csv").rename("risk_LI.csv")
    before = bytes_of(shop)
    split = ("--all", "--split-by", "owner", "-o", "risk.csv", "--force")
    ended = run("churn", "会员.csv", "risk_LI.csv", *AS_OF, *split)
    assert (ended.code, "risk_LI.csv: this file is read" in ended.err) == (2, True)
    assert bytes_of(shop) == before


def test_all_lists_of_a_split_appear_or_none(run: Run, shop: Path):
    arguments = ("churn", "会员.csv", "订单.csv", *AS_OF, "--all", "--split-by", "owner", "-o", "risk.csv")
    Path("risk_王_小明.csv.meta.json").write_text("mine")
    before = bytes_of(shop)
    assert run(*arguments).code == 73
    assert bytes_of(shop) == before
    Path("risk_王_小明.csv.meta.json").unlink()
    assert run(*arguments).code == 0
    lists = {path.name for path in shop.glob("risk_*.csv")}
    assert lists == {"risk_(none).csv", "risk_LI.csv", "risk_Li_2.csv", "risk_王_小明.csv", "risk__CON.csv"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "-o", "a.csv", "--rejects", "./a.csv"),
        ("check", "-o", "a.csv", "--rejects", "a.csv.meta.json"),
    ],
)
def test_two_options_never_write_the_same_file(run: Run, shop: Path, arguments: tuple[str, ...]):
    before = bytes_of(shop)
    ended = run(arguments[0], "会员.csv", "订单.csv", *AS_OF, *arguments[1:], "--force")
    assert (ended.code, "-o is to write this file, too" in ended.err) == (2, True)
    assert bytes_of(shop) == before


def test_the_meta_beside_a_list_is_not_replaced_without_force(run: Run, shop: Path):
    Path("list.csv.meta.json").write_text("mine")
    ended = run("segment", "会员.csv", "订单.csv", *AS_OF, "-o", "list.csv")
    assert (ended.code, "list.csv.meta.json already exists" in ended.err) == (73, True)
    assert not Path("list.csv").exists()
    assert run("segment", "会员.csv", "订单.csv", *AS_OF, "-o", "list.csv", "--force").code == 0
    assert json.loads(Path("list.csv.meta.json").read_text())["as_of"] == "2025-09-01"


def test_the_meta_is_announced(run: Run, shop: Path):
    ended = run("segment", "会员.csv", "订单.csv", "--as-of", "2025-09-01", "-o", "list.csv")
    assert "Wrote list.csv.\n" in ended.err
    assert "Wrote list.csv.meta.json.\n" in ended.err


def test_the_tables_in_between_replace_nothing_unless_forced_and_never_an_input(run: Run, shop: Path):
    Path("stages.parquet").write_text("mine")
    steps = ("segment", "会员.csv", "订单.csv", *AS_OF, "--debug-steps", ".")
    before = bytes_of(shop)
    assert run(*steps).code == 73
    assert bytes_of(shop) == before
    assert run(*steps, "--force").code == 0
    inputs = ("segment", "members.parquet", "order_lines.parquet", *AS_OF, "--debug-steps", ".", "--force")
    before = bytes_of(shop)
    assert run(*inputs).code == 2
    assert bytes_of(shop) == before


@pytest.mark.parametrize(
    ("command", "option", "name"),
    [
        ("segment", "-o", "segment-2025-09-01.xlsx"),
        ("churn", "-o", "churn-2025-09-01.xlsx"),
        ("check", "--rejects", "check-2025-09-01.xlsx"),
        ("init", "-o", "siyu.toml"),
    ],
)
def test_in_a_folder_the_file_is_named_by_command_and_date(run: Run, shop: Path, command: str, option: str, name: str):
    Path("结果").mkdir()
    for folder in ("结果/", "结果"):
        ended = run(command, "会员.csv", "订单.csv", "--as-of", "2025-09-01", option, folder)
        assert f"结果/{name}" in ended.err
        assert ended.code == (0 if folder.endswith("/") else 73)
    assert [path.name for path in Path("结果").iterdir()] == [name]


def test_a_folder_that_is_not_there_is_made_when_its_name_ends_like_one(run: Run, shop: Path):
    assert run("segment", "会员.csv", "订单.csv", *AS_OF, "-o", "结果/").code == 0
    assert Path("结果/segment-2025-09-01.xlsx").is_file()


@pytest.mark.parametrize(
    ("values", "names"),
    [
        (["Li", "LI", "li"], ["x_Li", "x_LI_2", "x_li_3"]),
        (["a", "A_2", "A"], ["x_a", "x_A_2", "x_A_3"]),
        (["CON", "nul.txt", "com1", "COM10"], ["x__CON", "x__nul.txt", "x__com1", "x_COM10"]),
        (["é", "e\u0301"], ["x_é", "x_é_2"]),
        (["ＡＢ", "AB"], ["x_ＡＢ", "x_AB_2"]),
        (["a\nb", "a\x85b", "a\u202eb", "a/b", "a\\b"], ["x_a_b", "x_a_b_2", "x_a_b_3", "x_a_b_4", "x_a_b_5"]),
        (["王.", "王 ", "王", "..", ""], ["x_王", "x_王_2", "x_王_3", "x__", "x___2"]),
        (["a\udcffb", "../../etc"], ["x_a_b", "x__.._etc"]),
    ],
)
def test_names_of_files_are_distinct_and_safe_on_every_system(values: list[str], names: list[str]):
    assert [path.stem for path in name_each(values, Path("x.csv"))] == names


def test_long_names_are_cut_between_characters_and_stay_distinct():
    paths = name_each(["王" * 300, "王" * 299, "王" * 80 + "x" * 300], Path("名单/风险.jsonl"))
    assert len(set(paths)) == 3
    assert all(len(f"{path.name}.meta.json".encode()) <= 255 for path in paths)
    assert all(path.parent == Path("名单") for path in paths)


def write_two(first: Path, second: Path, between: Callable[[], object]) -> None:
    with together():
        for path in (first, second):
            with replacing(path, force=path == first) as temporary:
                temporary.write_text("new")
        between()


def test_files_that_belong_together_are_all_as_before_when_one_cannot_be_named(tmp_path: Path):
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_text("old")
    with pytest.raises(OutputError, match="already exists"):
        write_two(first, second, lambda: second.write_text("theirs"))
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a": "old", "b": "theirs"}


def test_whoever_writes_meets_the_guard(tmp_path: Path):
    (tmp_path / "read.csv").write_text("mine")
    will_read(tmp_path / "read.csv")
    with pytest.raises(UsageError, match="this file is read"), replacing(tmp_path / "read.csv", force=True):
        pass
    forget()
    assert [path.name for path in tmp_path.iterdir()] == ["read.csv"]


def test_a_table_of_a_step_is_not_looked_for_in_a_file(run: Run):
    told = run("segment", "会员.csv", "订单.csv", *AS_OF, "--lang", "en", "--debug-steps", "会员.csv")
    assert told.code == 2
    assert "this file is read" in told.err


def test_an_output_without_a_name_is_a_mistake_of_the_command_line(run: Run):
    assert run("segment", "会员.csv", "订单.csv", *AS_OF, "-o", "").code == 2
