"""Manners of the command line: help everywhere, errors in the reader's language, no input that is a bug of ours."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands import Run, runner
from siyu_cli.cli.main import build
from siyu_cli.config.settings import Settings
from siyu_cli.render.refusal import in_language

MEMBERS = "会员编号,加入日期,等级,手机号\nm1,2025-01-01,金卡,13800138000\nm2,2025-02-01,银卡,13800138001\n"
ORDERS = "订单号,会员编号,付款时间,实付金额\no1,m1,2026-03-01,1200\no2,m2,2026-06-01,80\n"
SHOP = ("会员.csv", "订单.csv", "--as-of", "2026-06-30")
NO_TEXT = b"\xb6\xa9\xb5\xa5".decode("utf-8", "surrogateescape")  # a name in GBK, as the system hands it over
# What may stand in Latin letters in a Chinese message: names of columns, settings, options, commands and values.
LATIN_RUN = re.compile(r"[A-Za-z]{2,}(?: [A-Za-z]{2,})+")


@pytest.fixture
def run(empty_folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    (empty_folder / "会员.csv").write_text(MEMBERS, "utf-8")
    (empty_folder / "订单.csv").write_text(ORDERS, "utf-8")
    return runner(capsys)


def words_of(message: str) -> str:
    """Return a message without its examples of what to write."""
    return re.sub(
        r"(?:请写成|写法如|例如可以写).*|运算符：.*|siyu (config )?[\w-]+ --help|`.*?`|--map [\w.]+=",
        "",
        message,
    )


def commands() -> Iterator[list[str]]:
    for name, command in build().commands.items():
        yield from ([name, sub] for sub in command.commands) if hasattr(command, "commands") else [[name]]


# --- Help ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [[], *commands()], ids=" ".join)
def test_help_is_the_same_page_however_it_is_asked_for(run: Run, command: list[str]):
    page = run(*command, "--help")
    assert page.code == 0
    assert run(*command, "-h").out == run("help", *command).out == page.out
    assert "Examples:\n" in page.out


def test_options_before_the_command_hold_as_if_they_stood_behind(run: Run):
    assert run("--lang", "zh", "-h").out.startswith("用法：siyu")
    assert run("--lang=zh", "segment", "--help").out == run("segment", "--help", "--lang", "zh").out
    quiet = [run("--quiet", "segment", *SHOP), run("segment", *SHOP, "-q")]
    assert quiet[0] == quiet[1]
    assert run("segment", *SHOP).err != quiet[0].err
    assert run("-q", "config", "show").err == ""
    assert run("--lang", "xx", "segment", *SHOP).code == run("--lang").code == 2


# --- What nobody can mean -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["segmnt"], "Did you mean segment?"), (["help", "segmnt"], "Did you mean segment?"),
        (["config"], "A command is missing"), (["segment", *SHOP, "--forse"], "Did you mean --force"),
        (["segment", *SHOP, "--as-of"], "--as-of needs a value"),
        (["segment", *SHOP, "--force=yes"], "--force takes no value"),
        (["config", "show", "x"], "x: nothing is expected here"), (["segment"], "FILES... is missing"),
        (["explain"], "MEMBER is missing"), (["churn", *SHOP, "--top", "9" * 30], "not a whole number from 1 to"),
        (["churn", *SHOP, "--top", "0"], "not a whole number"),
        (["churn", *SHOP, "--horizon", "many"], "from 1 to 1000"),
        (["churn", *SHOP, "--horizon", "９"], "from 1 to 1000"),
        (["demo", "d", "--members", "-1"], "not a whole number"),
        (["demo", "d", "--seed", "1e9"], "not a whole number"),
        (["churn", *SHOP, "--cutoff", "2026-01-01"], "--cutoff needs --backtest"),
        (["churn", *SHOP, "--backtest", "--top", "3"], "--top is about the list"),
        (["segment", *SHOP[:2], "--as-of", "0001-01-01"], "years go from 1900 to 2200"),
        (["churn", *SHOP[:2], "--as-of", "9999-12-31"], "years go from 1900 to 2200"),
        (["segment", *SHOP, "--columns", " , "], "names no column"),
        (["segment", *SHOP, "--columns", "stag"], "Did you mean stage"),
        (["segment", *SHOP, "--by", "owners"], "Did you mean owner"),
        (["segment", *SHOP, "--where", ""], "is empty"),
        (["segment", *SHOP, "--format", "jso"], "Did you mean json"),
        (["segment", *SHOP, "--lang", "xx"], "does not know xx"),
        (["segment", *SHOP, "--map", "orders.nobody=x"], "no such column"),
        (["segment", *SHOP, "--map", "x"], "is not TABLE.COLUMN"),
        (["segment", *SHOP, "--password-env", "NO_SUCH_NAME"], "no such variable"),
    ],
)  # fmt: skip
def test_what_nobody_can_mean_is_a_usage_error_that_says_what_to_write(run: Run, arguments: list[str], reason: str):
    ended = run(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert reason in ended.err


def test_columns_named_twice_stand_once(run: Run):
    assert run("segment", *SHOP, "--columns", "stage,阶段,stage", "--format", "csv").out.startswith("member_id,stage\n")


@pytest.mark.parametrize("command", [
    ["segment", *SHOP, "-o"], ["churn", *SHOP, "-o"], ["check", *SHOP, "--rejects"], ["init", "-o"],
    ["referral-report", *SHOP, "-o"],
], ids=lambda command: command[0])  # fmt: skip
@pytest.mark.parametrize(("name", "reason", "other"), [
    ("a\nb", "cannot be seen (U+000A)", "ab"), ("a\x1b[31m", "cannot be seen (U+001B)", "a[31m"),
    ("\t", "cannot be seen (U+0009)", "siyu."), ("a\u202eb", "cannot be seen (U+202E)", "ab"),
    ("CON", "Windows keeps the name CON", "siyu-CON"), ("nul", "the name nul for a device", "siyu-nul"),
    ("COM1.2026", "Windows keeps the name COM1", "siyu-COM1.2026"), ("lpt9 ", "for a device", "siyu-lpt9"),
    ("AUX/分层", "Windows keeps the name AUX", "siyu-AUX"), ("a\x07b/分层", "(U+0007)", "ab"),
])  # fmt: skip
def test_a_name_that_no_file_should_have_is_refused_before_any_work(
    run: Run, command: list[str], name: str, reason: str, other: str
):
    suffix = ".toml" if command[0] == "init" else ".html" if command[0] == "referral-report" else ".xlsx"
    ended = run(*command, name + suffix)
    assert (ended.code, ended.out) == (2, "")
    assert reason in ended.err
    assert other in ended.err
    assert "看不见" in (chinese := run(*command, name + suffix, "--lang", "zh").err) or "设备名" in chinese


@pytest.mark.parametrize("name", ["nul/", "CON", "prn.csv", "a\x00b.csv", "\x9b/"])
def test_no_folder_gets_such_a_name_either(run: Run, name: str):
    assert run("segment", *SHOP, "-o", name).code == 2
    assert run("segment", *SHOP, "--debug-steps", name).code == run("demo", name).code == 2


@pytest.mark.parametrize("name", ["控制.xlsx", "console.xlsx", "com10.xlsx", "a b'c.xlsx", "家👨‍👩‍👧.xlsx"])
def test_other_names_are_those_of_files(run: Run, name: str):
    assert run("segment", *SHOP, "-o", name).code == 0
    assert Path(name).exists()


def test_a_date_before_every_order_is_a_date(run: Run):
    assert run("segment", *SHOP[:2], "--as-of", "1900-01-01").code in (0, 3)
    assert run("churn", *SHOP[:2], "--as-of", "2200-12-31").code in (0, 3)


@pytest.mark.parametrize("kind", ["fifo", "folder", "binary", "large", "missing", "/dev/zero"])
def test_settings_are_read_from_a_text_file_alone(run: Run, empty_folder: Path, kind: str):
    path = empty_folder / kind if "/" not in kind else Path(kind)
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "binary":
        path.write_bytes(bytes(range(256)))
    elif kind == "large":
        with path.open("wb") as file:
            file.truncate(2**30)
    for command in (["config", "show"], ["segment", *SHOP]):
        ended = run("--lang", "zh", *command, "--config", str(path))
        assert ended.code == 78
        assert path.name in ended.err


def test_a_folder_that_is_gone_is_named(run: Run, empty_folder: Path):
    gone = empty_folder / "gone"
    gone.mkdir()
    os.chdir(gone)
    gone.rmdir()
    ended = run("segment", *SHOP)
    assert (ended.code, "no longer there" in ended.err) == (66, True)
    assert run("segment", "-h").code in (0, 66)
    os.chdir(empty_folder)


def test_a_time_zone_of_the_computer_that_does_not_exist_changes_nothing(run: Run, monkeypatch: pytest.MonkeyPatch):
    expected = run("segment", *SHOP).out
    monkeypatch.setenv("TZ", "Nowhere/Else")
    assert run("segment", *SHOP).out == expected


@pytest.mark.parametrize(
    "option", ["--where", "--by", "--columns", "--as-of", "--format", "--map", "--password-env", "--config"]
)
def test_bytes_that_are_no_text_are_told_in_every_option(run: Run, option: str):
    ended = run("--lang", "zh", "segment", *SHOP, option, NO_TEXT)
    assert ended.code == (78 if option == "--config" else 2)
    assert not LATIN_RUN.search(words_of(ended.err))


def test_bytes_that_are_no_text_name_files_and_nobody(run: Run, empty_folder: Path, monkeypatch: pytest.MonkeyPatch):
    Path("会员.csv").rename(f"{NO_TEXT}.csv")
    files = (f"{NO_TEXT}.csv", *SHOP[1:])
    assert run("segment", *files, "-o", f"{NO_TEXT}.json").code == 0
    assert Path(f"{NO_TEXT}.json").exists()
    assert run("explain", NO_TEXT, *files).code == 66
    assert run("segment", *files, "--where", f"level = '{NO_TEXT}'").code == 2
    assert run("segment", *files, "--where", f"level like '{NO_TEXT}'").code == 2
    assert run("segment", *files, "--debug-steps", NO_TEXT).code == 73
    monkeypatch.setenv(f"SIYU_SEGMENTS__{NO_TEXT}", "net_sales > 1")
    assert run("segment", *files).code == 78


# --- Settings -----------------------------------------------------------------------------------------

VALUES = (
    "-1", '"x"', '""', "true", "nan", "inf", "1e400", "9" * 40, "1979-05-27", "07:32:00", "[]", "[[1]]", "[nan]",
    "{}", "{ a = { b = 1 } }", '"\\u0000"', '"99999999999TB"', '"0GB"', '"Asia/Nowhere"', '"/etc"',
)  # fmt: skip
FIXED = [key for key in Settings().values() if key.count(".") == 1]
# Each setting meets some of them, and each of them some settings.
SHARES = 4


def share_of(key: str, values: tuple[str, ...]) -> tuple[str, ...]:
    """Return the values that this setting meets: the next setting meets the next ones."""
    return values[FIXED.index(key) % SHARES :: SHARES]


@pytest.mark.parametrize("key", FIXED)
def test_a_setting_of_a_wrong_kind_names_line_key_and_what_is_allowed(run: Run, empty_folder: Path, key: str):
    section, _, name = key.partition(".")
    for value in share_of(key, VALUES):
        (empty_folder / "siyu.toml").write_text(f"[{section}]\n{name} = {value}\n", "utf-8")
        ended = run("--lang", "zh", "config", "show")
        assert ended.code in (0, 78), value
        if ended.code:
            assert "siyu.toml" in ended.err
            assert key in ended.err or "\\u0000" in value
            assert re.search("提示：(可以写|允许)", ended.err)
            assert "[{" not in ended.err
            assert not LATIN_RUN.search(ended.err), ended.err


@pytest.mark.parametrize("key", FIXED)
def test_a_setting_in_the_environment_is_held_to_the_same(run: Run, key: str, monkeypatch: pytest.MonkeyPatch):
    variable = "SIYU_" + key.replace(".", "__").upper()
    for value in share_of(key, ("-1", "[", "nan", "", "  ", "9" * 40, "[1, [2]]", "😀", "x" * 3_000)):
        monkeypatch.setenv(variable, value)
        ended = run("--lang", "zh", "config", "show")
        assert ended.code in (0, 78), value
        assert ended.code == 0 or variable in ended.err


def test_a_variable_with_one_underline_is_not_passed_over(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SIYU_STAGES_NEW_DAYS", "14")
    ended = run("config", "show")
    assert (ended.code, "Did you mean SIYU_STAGES__NEW_DAYS?" in ended.err) == (78, True)


@pytest.mark.parametrize(
    "text",
    [
        "[stages\n",
        "a = \n",
        "[stages]\nnew_days = 1\nnew_days = 2\n",
        "[a]\n[a]\n",
        "a = 1z\n",
        'a = "\\q"\n',
        "\0",
    ],
)
def test_a_mistake_in_the_syntax_is_told_in_the_readers_language(run: Run, empty_folder: Path, text: str):
    (empty_folder / "siyu.toml").write_text(text, "utf-8")
    ended = run("--lang", "zh", "config", "show")
    assert (ended.code, "不符合 TOML 格式" in ended.err) == (78, True)
    assert not LATIN_RUN.search(ended.err)


# --- The reader's language ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ["segmnt"], ["config"], ["config", "nothing"], ["config", "show", "x"], ["segment"],
        ["segment", *SHOP, "--forse"], ["segment", *SHOP, "--as-of"], ["segment", *SHOP, "--force=1"],
        ["churn", *SHOP, "--top", "x"], ["explain"], ["churn", *SHOP, "--horizon", "0"],
        ["churn", *SHOP, "--cutoff", "2026-01-01"], ["churn", *SHOP, "--split-by", "owner"],
        ["segment", *SHOP, "--where", "stage = 'x'"], ["segment", *SHOP, "--where", "level = 'x'"],
        ["segment", *SHOP, "--where", "net_sales"], ["segment", *SHOP, "--where", "city = 'x'"],
        ["segment", *SHOP, "--by", "x"], ["segment", *SHOP, "--columns", "x"], ["segment", *SHOP, "--map", "x"],
        ["segment", "nofile.csv"], ["segment", "."], ["segment", "~$会员.xlsx"], ["segment", "图.png"],
        ["segment", "假.xlsx"], ["segment", "空.csv"], ["segment", "断.xlsx"], ["segment", "断.zip"],
        ["segment", "x.doc"], ["segment", "x" * 300], ["segment", *SHOP, "-o", "x.doc"],
        ["segment", *SHOP, "-o", "会员.csv"], ["segment", *SHOP, "-o", "nowhere/x.csv"],
        ["segment", *SHOP, "-o", "x.csv/y.csv"], ["segment", "\0"], ["explain", "nobody", *SHOP],
        ["init", "会员.csv", "-o", "会员.csv"], ["demo", "会员.csv"], ["segment", *SHOP, "--config", "nofile.toml"],
        ["segment", *SHOP, "--password-env", "X"], ["referral-report", *SHOP],
        ["referral-report", *SHOP, "--fail-on", "joined = 'x'"], ["check", *SHOP, "--rejects", "x.doc"],
    ],
    ids=lambda arguments: " ".join(arguments)[:60],
)  # fmt: skip
def test_every_error_is_in_the_readers_language(run: Run, arguments: list[str], empty_folder: Path):
    (empty_folder / "~$会员.xlsx").write_bytes(b"\x05user" + b" " * 100)
    (empty_folder / "图.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (empty_folder / "假.xlsx").write_text("nothing of a workbook", "utf-8")
    (empty_folder / "空.csv").touch()
    (empty_folder / "断.xlsx").write_bytes(b"PK\x03\x04" + bytes(60))
    (empty_folder / "断.zip").write_bytes(b"PK\x03\x04" + bytes(60))
    (empty_folder / "x.doc").write_text("x\n", "utf-8")
    (empty_folder / "x.csv").write_text("x\n", "utf-8")
    ended = run("--lang", "zh", *arguments)
    assert ended.code in (2, 65, 66, 73, 78), ended.err
    assert "错误：" in ended.err
    assert not LATIN_RUN.search(words_of(ended.err)), ended.err


def test_why_a_library_gave_up_is_told_with_verbose(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("siyu_cli.locale._chosen", "zh")
    facts = {"reason": "Permission denied", "problem": "bad magic number", "file": "a.xlsx"}
    assert in_language(facts, is_verbose=True) == facts
    brief = in_language(facts, is_verbose=False)
    assert (brief["reason"], brief["file"]) == ("没有权限", "a.xlsx")
    assert "--verbose" in str(brief["problem"])
