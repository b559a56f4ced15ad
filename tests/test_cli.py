"""What an operator sees: every output mode in both languages, every error with its exit code, no customer in clear."""

from __future__ import annotations

import io
import json
import os
import re
import stat
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest

import corner_shop
import siyu_cli
from commands import Run, runner
from siyu_cli.cli.commands import COMMANDS, GROUPS
from siyu_cli.cli.main import build
from siyu_cli.core.lifecycle.tables import SEGMENTS, STAGES

GOLDENS = Path(__file__).parent / "goldens" / "cli"
PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
NAMES = ("王小明", "欧阳若兰", "陈静", "赵一鸣", "孙悦", "钱多多", "吴桐", "郑好", "冯程")
FILES = ("会员.csv", "订单.csv")


@pytest.fixture
def shop(empty_folder: Path) -> Path:
    """A folder with the corner shop's exports."""
    corner_shop.write_shop(empty_folder)
    return empty_folder


@pytest.fixture
def run(shop: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(capsys)


def segment(*more: str) -> list[str]:
    return ["segment", *FILES, "--as-of", corner_shop.AS_OF, *more]


def hold_to_golden(name: str, text: str) -> None:
    text = text.replace(f'"{siyu_cli.__version__}"', '"VERSION"')
    path = GOLDENS / name
    if os.environ.get("UPDATE_GOLDENS"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text("utf-8"), f"{name} changed: look at it, then run with UPDATE_GOLDENS=1"


def read_book(path: Path) -> openpyxl.Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # openpyxl knows no data bars of its own age
        return openpyxl.load_workbook(path)


def read_cells(path: Path) -> list[Any]:
    rows = (row for sheet in read_book(path) for row in sheet.iter_rows())
    return [cell for row in rows for cell in row if cell.value is not None]


# --- every output mode, in both languages -----------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_terminal_of_eighty_columns_shows_it_all(run: Run, monkeypatch: pytest.MonkeyPatch, lang: str):
    from siyu_cli.render.wrapping import width

    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    for command in (segment("--by", "store"), ["check", *FILES], ["explain", "V001", *FILES]):
        ended = run(*command, "--lang", lang)
        assert "\x1b" not in ended.out
        tables = [line for line in ended.out.splitlines() if "  " in line]
        assert max(map(width, tables)) <= 80
        assert not [line for line in tables if "…" in line]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("command", ["", *COMMANDS, *GROUPS])
def test_help(run: Run, command: str, lang: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SIYU_LANG", lang)
    ended = run(*command.split(), "--help")
    assert (ended.code, ended.err) == (0, "")
    hold_to_golden(".".join(["help", *command.split(), lang]), ended.out)


def test_every_command_shows_an_example_that_parses():
    def walk(command: object, path: str) -> None:
        lines = (command.epilog or "").strip().splitlines()
        assert any(line.split(" | ")[0].startswith(path) or f" {path}" in line for line in lines), path
        for name, sub in getattr(command, "commands", {}).items():
            walk(sub, f"{path} {name}")

    walk(build(), "siyu")


def test_without_arguments_siyu_shows_its_help(run: Run):
    assert run().out == run("--help").out


def test_python_m_siyu_cli_is_siyu(shop: Path):
    command = [sys.executable, "-m", "siyu_cli", "--version"]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ended.stdout == f"siyu {siyu_cli.__version__}\n"


# --- data on stdout, remarks on stderr --------------------------------------------------------------


def test_a_pipe_gets_csv_with_the_columns_of_the_contract(run: Run):
    ended = run(*segment())
    header, *rows = ended.out.splitlines()
    assert tuple(header.split(",")) == SEGMENTS.keys
    assert len(rows) == 9


def test_machine_formats_do_not_depend_on_the_language(run: Run):
    documents = [json.loads(run(*segment("--format", "json", "--lang", lang)).out) for lang in ("en", "zh")]
    assert documents[0] == documents[1]


def test_the_json_document_has_the_promised_shape(run: Run):
    document = json.loads(run(*segment("--format", "json", "--by", "store")).out)
    assert list(document) == [
        "meta", "stages", "rfm", "rfm_grid", "by", "movement", "splits", "windows", "load",
    ]  # fmt: skip
    assert [row["stage"] for row in document["stages"]] == list(STAGES)
    assert set(document["stages"][0]) == {"stage", "members", "member_share", "net_sales", "sales_share"}
    assert set(document["windows"]["suggested"]) >= {"dormant_after", "churned_after"}
    assert document["by"][0]["store"] in ("徐家汇店", "西湖店")
    load = document["load"]
    assert load["rows_in"] == load["rows_used"] + load["rows_rejected"] + load["rows_skipped"]
    assert {"version", "command", "as_of", "parameters", "inputs"} <= set(document["meta"])


def test_with_json_nothing_else_is_said(run: Run):
    assert run(*segment("--format", "json")).err == ""


def test_quiet_leaves_results_and_warnings(run: Run):
    ended = run(*segment("--quiet"))
    assert ended.out
    assert all(line.startswith("Warning: ") for line in ended.err.splitlines())


def test_the_as_of_date_is_echoed_when_it_was_not_given(run: Run):
    assert "today in Asia/Shanghai" in run("segment", *FILES).err
    assert "today" not in run(*segment()).err


def test_where_chooses_who_is_listed(run: Run):
    rows = run(*segment("--where", "city = '杭州'")).out.splitlines()[1:]
    assert [row.split(",")[0] for row in rows] == ["V003", "V004", "V008"]


def test_a_reader_that_goes_away_is_no_error(shop: Path):
    script = "import sys; from siyu_cli.cli.main import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", script, *segment("--format", "json", "--quiet")]
    reader, writer = os.pipe()
    os.close(reader)
    ended = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
def test_a_full_disk_is_told(shop: Path):
    script = "import sys; from siyu_cli.cli.main import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", script, *segment("--quiet")]
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ended.returncode == 73
    assert "Traceback" not in ended.stderr


# --- personal data -----------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [segment(), segment("--format", "table"), ["explain", "13800138002", *FILES]])
def test_no_phone_and_no_name_in_clear_on_the_screen(run: Run, command: list[str]):
    ended = run(*command)
    shown = ended.out + ended.err
    assert not PHONE.search(shown)
    assert not [name for name in NAMES if name in shown]


def test_a_phone_typed_by_mistake_is_masked_in_the_error(run: Run):
    ended = run("explain", "13912345678", *FILES)
    assert ended.code == 66
    assert "139****5678" in ended.err
    assert not PHONE.search(ended.err)


@pytest.mark.parametrize("name", ["list.csv", "list.jsonl", "list.parquet", "list.xlsx"])
def test_columns_cuts_the_list_down_to_what_is_asked_for_the_key_first(run: Run, name: str):
    run(*segment("--columns", "net_sales, stage,net_sales", "-o", name))
    keys = ["member_id", "net_sales", "stage"]
    if name.endswith(".parquet"):
        assert pq.read_schema(name).names == keys
    elif name.endswith(".xlsx"):
        header = next(read_book(Path(name))["Members"].iter_rows(values_only=True))
        assert header == tuple(SEGMENTS[key].title("en") for key in keys)
    else:
        first = Path(name).read_text("utf-8-sig").splitlines()[0]
        assert (list(json.loads(first)) if name.endswith(".jsonl") else first.split(",")) == keys


def test_columns_that_tell_who_a_member_is_are_masked_in_every_form(run: Run):
    run(*segment("--columns", "name,phone", "-o", "masked.xlsx"))
    rows = list(read_book(Path("masked.xlsx"))["Members"].iter_rows(min_row=2, values_only=True))
    assert all(not PHONE.search(str(row)) and not any(name in str(row) for name in NAMES) for row in rows)
    assert any("****" in str(row) for row in rows)
    assert "138****8001" in run(*segment("--columns", "phone")).out
    assert not PHONE.search(run(*segment("--columns", "phone")).out)
    assert PHONE.search(run(*segment("--columns", "phone", "--show-personal")).out)


def test_an_unknown_column_is_refused_with_the_nearest(run: Run):
    ended = run(*segment("--columns", "net_sale"))
    assert ended.code == 2
    assert "Did you mean net_sales" in ended.err


def test_show_personal_adds_phone_and_name(run: Run):
    header, first, *_rest = run(*segment("--show-personal")).out.splitlines()
    assert header.endswith(",phone,name")
    assert first.endswith(",13800138001,王小明")


def test_explain_finds_a_member_by_phone_and_shows_it_masked(run: Run):
    member = json.loads(run("explain", "13800138002", *FILES, "--format", "json").out)["member"]
    assert (member["member_id"], member["phone"], member["name"]) == ("V002", "138****8002", "欧**")


# --- files -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["csv", "json", "jsonl", "parquet", "xlsx"])
def test_the_suffix_of_the_output_decides(run: Run, shop: Path, suffix: str):
    ended = run(*segment("-o", f"out.{suffix}"))
    path = shop / f"out.{suffix}"
    assert f"Wrote out.{suffix}." in ended.err
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    if suffix == "csv":
        assert path.read_bytes().startswith(b"\xef\xbb\xbfmember_id,")
    if suffix == "json":
        assert len(json.loads(path.read_text("utf-8"))["stages"]) == len(STAGES)
    if suffix == "jsonl":
        assert len(path.read_text("utf-8").splitlines()) == 9


def test_beside_a_file_the_summary_is_printed_even_into_a_pipe(run: Run):
    assert "Churned" in run(*segment("-o", "out.csv")).out


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_value_that_looks_like_a_formula_is_inert(run: Run, shop: Path, suffix: str):
    run(*segment("-o", f"out.{suffix}"))
    if suffix == "csv":
        text = (shop / "out.csv").read_text("utf-8-sig")
        assert ",'=1+1," in text
        assert ",'-2+3," in text
        return
    cells = read_cells(shop / "out.xlsx")
    assert not [cell.value for cell in cells if cell.data_type == "f"]
    assert "'=1+1" in [cell.value for cell in cells]


def test_the_workbook_masks_people_unless_told_otherwise(run: Run, shop: Path):
    def texts(name: str) -> set[str]:
        return {str(cell.value) for cell in read_cells(shop / name)}

    run(*segment("-o", "masked.xlsx", "--lang", "zh"))
    run(*segment("-o", "clear.xlsx", "--show-personal"))
    assert {"王**", "138****8001"} <= texts("masked.xlsx")
    assert not {"王小明", "13800138001"} & texts("masked.xlsx")
    assert {"王小明", "13800138001"} <= texts("clear.xlsx")


def test_a_file_is_not_overwritten_without_force(run: Run, shop: Path):
    (shop / "out.csv").write_text("mine")
    ended = run(*segment("-o", "out.csv"))
    assert (ended.code, (shop / "out.csv").read_text()) == (73, "mine")
    assert run(*segment("-o", "out.csv", "--force")).code == 3
    assert (shop / "out.csv").read_text("utf-8-sig").startswith("member_id")


def test_an_input_is_never_overwritten(run: Run, shop: Path):
    before = (shop / "会员.csv").read_bytes()
    assert run(*segment("-o", "../shop/会员.csv", "--force")).code == 2
    assert run("check", *FILES, "--rejects", "会员.csv", "--force").code == 2
    assert (shop / "会员.csv").read_bytes() == before


@pytest.mark.parametrize("suffix", ["csv", "json", "jsonl", "parquet", "xlsx"])
def test_check_writes_every_reject(run: Run, shop: Path, suffix: str):
    ended = run("check", *FILES, "--as-of", corner_shop.AS_OF, "--rejects", f"rejects.{suffix}")
    path = shop / f"rejects.{suffix}"
    assert ended.code == 3
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    if suffix == "csv":
        rows = path.read_text("utf-8-sig").splitlines()[1:]
        assert any("很多" in row and "bad_money" in row for row in rows)
        assert any("昨天" in row and "bad_date" in row for row in rows)


def test_check_ends_with_0_when_nothing_was_rejected(run: Run):
    assert run("check", "会员.csv", "--as-of", corner_shop.AS_OF).code == 0


def test_one_bad_row_does_not_stop_segment(run: Run, shop: Path):
    (shop / "siyu.toml").write_text("[load]\nmax_rejected_share = 0.5\n")
    assert run(*segment()).code == 0


# --- memory ------------------------------------------------------------------------------------------


def test_the_next_run_tells_who_moved(run: Run, shop: Path):
    (shop / "siyu.toml").write_text("[load]\nmax_rejected_share = 0.5\n")
    first = run("segment", *FILES, "--as-of", "2026-01-20", "--format", "table")
    assert "Moves since" not in first.out
    second = run(*segment("--format", "table"))
    assert "Moves since the last snapshot" in second.out
    assert "(new)" in second.out


def test_a_condition_leaves_no_snapshot(run: Run, shop: Path):
    (shop / "siyu.toml").write_text("")
    run(*segment("--where", "city = '杭州'"))
    assert list((shop / ".siyu" / "snapshots").iterdir()) == []


def test_without_siyu_toml_nothing_is_remembered(run: Run, shop: Path):
    run(*segment())
    assert sorted(path.name for path in shop.iterdir()) == sorted(FILES)


# --- errors ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        ("segment", 2, "FILES... is missing."),
        ("segment a.csv --colour", 2, "There is no option --colour."),
        ("segment a.csv --as-of", 2, "--as-of needs a value."),
        ("segment a.csv --as-of yesterday", 2, "--as-of yesterday is not a date."),
        ("segment a.csv --as-of 2026-02-30", 2, "--as-of 2026-02-30 is not a date."),
        ("segment a.csv --by ower", 2, "Did you mean owner?"),
        ("segment a.csv --format xml", 2, "Choose one of table, csv, json, jsonl, markdown."),
        ("segment a.csv --map orders.member=客户", 2, "orders.member_id"),
        ("segment a.csv --map orders.member_id", 2, "is not TABLE.COLUMN=HEADER."),
        ("segment a.csv --password-env NOT_SET", 2, "no such variable is set"),
        ("segment a.csv -o list.docx", 2, "Choose a name that ends in"),
        ("segment 会员.csv 订单.csv --where drop", 2, "drop"),
        ("segmnt a.csv", 2, "Did you mean segment?"),
        ("config sho", 2, "Did you mean show?"),
        ("demo out --members many", 2, "--members"),
        ("segment missing.csv", 66, "missing.csv"),
        ("segment empty.csv", 65, "empty.csv"),
        ("segment 会员.csv --config none.toml", 78, "none.toml"),
        ("segment 会员.csv -o nowhere/out.csv", 73, "nowhere"),
    ],
)
def test_each_mistake_has_its_exit_code_and_says_what_to_do(run: Run, shop: Path, command: str, code: int, said: str):
    (shop / "empty.csv").touch()
    ended = run(*command.split())
    assert ended.code == code
    assert ended.out == ""
    assert said in ended.err
    assert ended.err.startswith("Error: ") or "\nError: " in ended.err
    assert "Traceback" not in ended.err


def test_errors_are_json_where_results_are(run: Run):
    ended = run("segment", "missing.csv", "--format", "json")
    error = json.loads(ended.err)
    assert (ended.code, error["code"]) == (66, "input")
    assert set(error) == {"code", "message", "hint", "where"}
    assert set(error["where"]) == {"file", "sheet", "row", "column"}


def test_errors_speak_the_operators_language(run: Run):
    assert run("segment", "missing.csv", "--lang", "zh").err.splitlines()[-2].startswith("错误：")
    assert run("segment", "--2026", "--lang=zh").err == "错误：没有选项 --2026。\n提示：请看 siyu segment --help。\n"


def test_a_bug_of_ours_is_called_one(run: Run, monkeypatch: pytest.MonkeyPatch):
    def fail(*arguments: object) -> None:
        raise ZeroDivisionError("13800138001")

    monkeypatch.setattr("siyu_cli.cli.frame.load_shop", fail)
    ended = run(*segment())
    assert ended.code == 1
    assert "bug of ours" in ended.err
    assert "--verbose" in ended.err
    assert "Traceback" not in ended.err
    assert "13800138001" not in ended.err
    assert "Traceback" in run(*segment("--verbose")).err
    assert json.loads(run(*segment("--format", "json")).err)["code"] == "bug"


def test_ctrl_c_ends_with_130(run: Run, monkeypatch: pytest.MonkeyPatch):
    def interrupt(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("siyu_cli.cli.frame.load_shop", interrupt)
    ended = run(*segment())
    assert (ended.code, ended.out, ended.err) == (130, "", "")


def test_a_locked_workbook_asks_for_its_password_where_somebody_can_type(
    run: Run, shop: Path, monkeypatch: pytest.MonkeyPatch
):
    import msoffcrypto
    from msoffcrypto.format.ooxml import OOXMLFile

    book = openpyxl.Workbook()
    for line in corner_shop.MEMBERS.splitlines()[1:]:
        book.active.append(line.split(","))
    plain, locked = io.BytesIO(), io.BytesIO()
    book.save(plain)
    plain.seek(0)
    OOXMLFile(plain).encrypt("open sesame", locked)
    assert msoffcrypto.OfficeFile(locked).is_encrypted()
    (shop / "locked.xlsx").write_bytes(locked.getvalue())

    assert run("segment", "locked.xlsx").code == 66
    monkeypatch.setenv("BOOK_PASSWORD", "open sesame")
    assert run("segment", "locked.xlsx", "--password-env", "BOOK_PASSWORD").code == 0
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr("typer.prompt", lambda *_asked, **_how: "open sesame")
    assert run("segment", "locked.xlsx").code == 0


def test_control_characters_in_a_name_do_not_steer_the_terminal(run: Run):
    assert "\x1b" not in run("segment", "\x1b[31mred.csv").err


def test_check_shows_what_it_found_even_when_nothing_can_be_used(run: Run) -> None:
    Path("库存.csv").write_text("货号,库存,进货价\nA1,直播间,100\n", "utf-8")
    ended = run("check", "库存.csv", "--format", "json", "--as-of", corner_shop.AS_OF)
    (sheet,) = json.loads(ended.out)["sheets"]
    assert (ended.code, json.loads(ended.err)["code"]) == (65, "data")
    assert (sheet["table"], sheet["rows_in"]) == (None, sheet["rows_skipped"])


def test_every_table_in_between_can_be_looked_at(run: Run, tmp_path: Path) -> None:
    run(*segment("--debug-steps", str(tmp_path / "steps"), "--quiet"))
    written = list((tmp_path / "steps").iterdir())
    wanted = {"order_lines", "purchases", "features", "norms", "rfm", "stages", "segments"}
    assert wanted <= {path.stem for path in written}
    assert {stat.S_IMODE(path.stat().st_mode) for path in written} == {0o600}


def test_a_member_first_known_by_phone_keeps_that_key_when_an_id_turns_up(run: Run) -> None:
    Path("siyu.toml").write_text("", "utf-8")
    orders = "订单号,手机号,付款时间,实付金额\nE1,13800138000,2026-01-05,100\nE2,13912345678,2026-01-06,90\n"
    Path("o.csv").write_text(orders, "utf-8")
    assert run("segment", "o.csv", "--as-of", "2026-01-31", "--format", "csv").out.count("138****8000") == 1
    members = "会员编号,手机号,注册时间\nM1,13800138000,2026-02-01\nM2,13700137000,2026-02-02\n"
    Path("m.csv").write_text(members, "utf-8")
    for day in ("2026-02-28", "2026-03-31"):
        listed = run("segment", "m.csv", "o.csv", "--as-of", day, "--format", "csv").out.splitlines()[1:]
        assert [line.split(",")[0] for line in listed] == ["138****8000", "139****5678", "M2"]
