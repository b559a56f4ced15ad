"""What was read is not read again: the next command begins with cleaned tables, and says what it would have said."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from pyarrow import parquet

from exports import AS_OF, order_lines, plain_order, write_csv, write_ods, write_parquet, write_xls, write_xlsx
from siyu_cli import open_shop
from siyu_cli.cli.main import main
from siyu_cli.files.cache.loads import TABLES
from siyu_cli.files.cache.store import Cache
from siyu_cli.remarks import take_remarks

EXAMPLES = Path(__file__).parents[1] / "examples"
FILES = ("会员.xlsx", "积分明细.xlsx", "订单.xlsx", "邀请记录.xlsx")
GENEROUS = 1024**3
HEADER = ["订单号", "会员编号", "手机号", "付款时间", "实付金额"]
READ_BEFORE = "Read before, and not again: "

Ask = Callable[..., tuple[int, str, str]]


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Ask something of the example shop, in a folder that remembers; return the exit code and what was said."""
    for name in FILES:
        shutil.copy(EXAMPLES / name, tmp_path)
    (tmp_path / "siyu.toml").write_text("")
    monkeypatch.chdir(tmp_path)

    def ask(command: str, *more: str, files: Sequence[str] = FILES) -> tuple[int, str, str]:
        code = main([*command.split(), *files, "--as-of", AS_OF, "--lang", "en", *more])
        out, err = capsys.readouterr()
        return code, out, err

    return ask


def kept(folder: Path) -> Path:
    return folder / ".siyu" / "cache"


def entries(folder: Path) -> list[Path]:
    return sorted(path for path in kept(folder).iterdir() if path.is_dir())


def everything_kept(cache: Cache) -> str:
    """Return all that an entry says to who has the key."""
    said = ""
    for one in cache.entries():
        entry = cache.find(one.key)
        assert entry is not None
        names = {file.name.partition(".")[0] for file in (cache.folder / one.key).iterdir()} - {"state"}
        said += entry.state.encode().decode("unicode_escape")
        said += "".join(str(entry.table(name).to_pydict()) for name in sorted(names))
    return said


def a_member(said: str) -> str:
    """Return a member of a list in csv whose key is no mask."""
    rows = csv.DictReader(io.StringIO(said.removeprefix("\ufeff")))
    return next(row["member_id"] for row in rows if "*" not in row["member_id"])


def read_before(said: str) -> list[str]:
    told = [line for line in said.splitlines() if line.startswith(READ_BEFORE)]
    return told[0].removeprefix(READ_BEFORE).removesuffix(".").split(", ") if told else []


# --- The same answers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [
        "segment --format csv", "segment --by owner --format json", "churn --format json", "check",
        "explain M0000066", "explain nobody", "referral-report --format json", "points --format json",
        "campaign template --format json",
        "segment --show-personal --columns phone,name,stage --format csv",
    ],
)  # fmt: skip
def test_the_next_command_says_the_same_without_reading(ask: Ask, tmp_path: Path, command: str):
    (tmp_path / "siyu.toml").write_text('[cache]\nmax_size = "0B"\n')
    fresh = ask(command)
    assert not kept(tmp_path).exists()
    shutil.rmtree(tmp_path / ".siyu", ignore_errors=True)
    (tmp_path / "siyu.toml").write_text("")
    first, again = ask(command), ask(command)
    assert first[:2] == again[:2] == fresh[:2]
    assert read_before(again[2]) == list(FILES) or "json" in command
    assert read_before(first[2]) == []


def test_a_workbook_has_the_same_bytes(ask: Ask, tmp_path: Path):
    for name in ("a.xlsx", "b.xlsx"):
        assert ask("segment", "-o", name)[0] == 0
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_what_one_command_read_serves_another(ask: Ask):
    assert read_before(ask("check")[2]) == []
    assert read_before(ask("segment", "--format", "csv")[2]) == list(FILES)


def test_rejects_are_written_from_what_is_kept(ask: Ask, tmp_path: Path):
    for name in ("a.csv", "b.csv"):
        assert ask("check", "--rejects", name)[0] == 3
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def lines(count: int, first: int = 1) -> list[list[str]]:
    return [plain_order(number, f"M{number % 7}", f"{number}.50") for number in range(first, first + count)]


PLAIN = ["订单号", "会员编号", "付款时间", "实付金额"]


def _zipped(path: Path) -> Path:
    inner = write_csv(path.with_suffix(".csv"), [PLAIN, *lines(9)])
    with zipfile.ZipFile(path, "w") as packed:
        packed.write(inner, "订单.csv")
    return path


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("订单.csv", lambda path: write_csv(path, [PLAIN, *lines(9)])),
        ("国标.csv", lambda path: write_csv(path, [PLAIN, *lines(9)], "gb18030")),
        ("坏行.csv", lambda path: write_csv(path, [PLAIN, *lines(9), ["E9", "M1", "2026-06-01", "多少"], ["E8"]])),
        ("订单.xlsx", lambda path: write_xlsx(path, [["导出的订单"], PLAIN, *lines(9), ["合计", "", "", "999"]])),
        ("订单.xls", lambda path: write_xls(path, [PLAIN, *lines(9)])),
        ("订单.ods", lambda path: write_ods(path, [PLAIN, *lines(9)])),
        ("订单.zip", _zipped),
        (
            "两张表.xlsx",
            lambda path: write_xlsx(path, [PLAIN, *lines(9), [], ["退货单号", "会员编号", "退款时间", "退款金额"]]),
        ),
    ],
)
def test_every_kind_of_file_is_what_it_was(tmp_path: Path, name: str, write: Callable[[Path], Path]):
    path, others = write(tmp_path / name), write_csv(tmp_path / "会员.csv", [["会员编号", "姓名"], ["M1", "王小明"]])
    cache = Cache(tmp_path / "cache", GENEROUS, 30)
    fresh = open_shop([path, others], as_of=AS_OF)
    open_shop([path, others], as_of=AS_OF, cache=cache).close()
    whole = open_shop([path, others], as_of=AS_OF, cache=cache)
    for one in cache.entries():
        if ", " in one.title:
            cache.drop(one.key)
    take_remarks()
    # In another place among the files, with other numbers for its sheets.
    apart = open_shop([others, path], as_of=AS_OF, cache=cache)
    assert [note.facts["files"] for note, _ in take_remarks()] == [", ".join(sorted([others.name, name]))]
    assert order_lines(whole) == order_lines(apart) == order_lines(fresh)
    assert whole.load.report == fresh.load.report
    assert sorted(map(str, apart.load.report.sheets)) == sorted(map(str, fresh.load.report.sheets))
    assert apart.load.report.warnings == fresh.load.report.warnings
    for table in TABLES:
        types = [
            shop.engine.connection.execute("describe select * from " + table).fetchall()
            for shop in (fresh, whole, apart)
        ]
        assert types[0] == types[1] == types[2], table
    assert whole.rejects().equals(fresh.rejects())


# --- Only what has not changed ------------------------------------------------------------------------


def test_a_changed_file_is_read_again_and_no_other(ask: Ask, tmp_path: Path):
    ask("segment")
    rows = [["会员编号", "姓名", "手机号", "注册时间"], ["V1", "新来的", "13800138000", "2026-06-29"]]
    write_xlsx(tmp_path / "会员.xlsx", rows)
    code, said, err = ask("segment", "--format", "csv")
    assert sorted(read_before(err)) == sorted({*FILES} - {"会员.xlsx"})
    shutil.rmtree(tmp_path / ".siyu")
    assert ask("segment", "--format", "csv")[:2] == (code, said)


def test_another_date_begins_with_the_same_files(ask: Ask, tmp_path: Path):
    ask("segment")
    code, said, err = ask("segment", "--format", "csv", "--as-of", "2026-03-31")
    assert (code, sorted(read_before(err))) == (0, sorted(FILES))
    shutil.rmtree(tmp_path / ".siyu")
    assert ask("segment", "--format", "csv", "--as-of", "2026-03-31")[1] == said


@pytest.mark.parametrize(
    ("setting", "more"),
    [
        ('[shop]\ntimezone = "America/New_York"', ()),
        ('[orders]\nmin_paid = 0\n[map]\n"orders.member_id" = "手机号"', ()),
        ("", ("--map", "orders.member_id=手机号")),
    ],
)
def test_what_decides_how_a_file_is_read_decides_whether_it_is(
    ask: Ask, tmp_path: Path, setting: str, more: Sequence[str]
):
    ask("segment")
    (tmp_path / "siyu.toml").write_text(setting)
    code, said, err = ask("segment", "--format", "csv", *more)
    assert (code, read_before(err)) == (0, [])
    shutil.rmtree(tmp_path / ".siyu")
    assert ask("segment", "--format", "csv", *more)[1] == said


def test_a_preset_of_ones_own_that_changed_counts(tmp_path: Path):
    from siyu_cli.config.settings import load_settings

    path = write_csv(tmp_path / "收银.csv", [["单子", "谁", "何时", "多少钱"], ["E1", "M1", "2026-06-01", "5"]])
    (tmp_path / "siyu.toml").write_text("")
    (tmp_path / "presets").mkdir()
    cache = Cache(tmp_path / "cache", GENEROUS, 30)
    columns = '"order_id" = ["单子"]\n"member_id" = ["谁"]\n"paid_at" = ["何时"]\n"{}" = ["多少钱"]\n'
    found = []
    for key in ("paid_amount", "refunded_amount", "paid_amount"):
        text = f'table = "orders"\nsignature = ["单子", "谁", "何时", "多少钱"]\n[columns]\n{columns.format(key)}'
        (tmp_path / "presets" / "收银.toml").write_text(text, "utf-8")
        settings = load_settings(None, tmp_path, {})
        shop = open_shop([path], as_of=AS_OF, settings=settings, cache=cache)
        found.append(sum(line["paid_amount"] or 0 for line in order_lines(shop)))
    assert found[0] == found[2] == 5 != found[1]


def test_members_are_taken_up_where_orders_stay_in_their_parquet(tmp_path: Path):
    members = write_csv(tmp_path / "会员.csv", [["会员编号", "姓名"], ["M1", "王小明"]])
    orders = write_parquet(
        tmp_path / "orders.parquet",
        {"order_id": ["E1"], "member_id": ["M1"], "paid_at": ["2026-06-01"], "paid_amount": ["5"]},
    )
    cache = Cache(tmp_path / "cache", GENEROUS, 30)
    first = order_lines(open_shop([members, orders], as_of=AS_OF, cache=cache))
    take_remarks()
    assert order_lines(open_shop([members, orders], as_of=AS_OF, cache=cache)) == first
    assert [note.facts["files"] for note, _ in take_remarks()] == ["会员.csv"]
    assert {one.title for one in cache.entries()} == {"会员.csv"}


# --- Never what is not whole, or not this shop's ------------------------------------------------------


def test_a_damaged_entry_is_told_and_the_files_are_read(ask: Ask, tmp_path: Path):
    _, said, _ = ask("segment", "--format", "csv")
    for entry in entries(tmp_path):
        for file in entry.iterdir():
            data = bytearray(file.read_bytes())
            data[len(data) // 2] ^= 1
            file.write_bytes(data)
    code, again, err = ask("segment", "--format", "csv")
    assert (code, again, read_before(err)) == (0, said, [])
    assert "is damaged: the files are read again" in err
    assert read_before(ask("segment")[2]) == list(FILES)


@pytest.mark.parametrize("what", ["gone", "cut", "empty", "folder"])
def test_a_table_that_is_not_there_whole_is_never_used(ask: Ask, tmp_path: Path, what: str):
    _, said, _ = ask("segment", "--format", "csv")
    for file in [
        file for entry in entries(tmp_path) for file in entry.iterdir() if file.name.partition(".")[0] != "state"
    ]:
        data = file.read_bytes()
        file.unlink()
        if what == "folder":
            file.mkdir()
        elif what != "gone":
            file.write_bytes(data[: len(data) // 2] if what == "cut" else b"")
    code, again, err = ask("segment", "--format", "csv")
    assert (code, again, read_before(err)) == (0, said, [])


def test_what_another_shop_kept_is_not_used(ask: Ask, tmp_path: Path):
    ask("segment")
    names = [entry.name for entry in entries(tmp_path)]
    other = tmp_path / "other"
    shutil.copytree(kept(tmp_path), other)
    shutil.rmtree(tmp_path / ".siyu")
    _, said, _ = ask("segment", "--format", "csv")
    for name in names:
        shutil.rmtree(kept(tmp_path) / name, ignore_errors=True)
        shutil.copytree(other / name, kept(tmp_path) / name)
    code, again, err = ask("segment", "--format", "csv")
    assert (code, again, read_before(err)) == (0, said, [])


def test_an_entry_under_anothers_name_is_not_used(tmp_path: Path):
    paths = [write_csv(tmp_path / f"{name}.csv", [PLAIN, *lines(3, first)]) for name, first in (("a", 1), ("b", 50))]
    cache = Cache(tmp_path / "cache", GENEROUS, 30)
    fresh = [order_lines(open_shop([path], as_of=AS_OF, cache=cache)) for path in paths]
    first, second = ([one.key for one in cache.entries() if one.title == name] for name in ("a.csv", "b.csv"))
    for own, others in zip(sorted(first), sorted(second), strict=True):
        cache.drop(own)
        shutil.copytree(cache.folder / others, cache.folder / own)
    assert [order_lines(open_shop([path], as_of=AS_OF, cache=cache)) for path in paths] == fresh


def test_what_is_kept_is_for_the_shop_alone(ask: Ask, tmp_path: Path):
    rows = [["会员编号", "姓名", "手机号"], ["V1", "欧阳一一", "13912345678"]]
    write_xlsx(tmp_path / "会员.xlsx", rows)
    ask("segment")
    files = [file for file in kept(tmp_path).rglob("*") if file.is_file()]
    assert len(files) > 10
    for file in files:
        data = file.read_bytes()
        assert not any(word in data for word in (b"13912345678", "欧阳一一".encode())), file
        assert file.stat().st_mode & 0o777 == 0o600
        if file.suffix == ".sealed":
            with pytest.raises(OSError, match="ecrypt"):
                parquet.read_table(file)
    assert {folder.stat().st_mode & 0o777 for folder in (kept(tmp_path), *entries(tmp_path))} == {0o700}


def test_id_cards_and_addresses_are_not_kept(tmp_path: Path):
    rows = [
        ["会员编号", "姓名", "身份证号", "地址", "积分余额（旧）"],
        ["M1", "王小明", "110101199003070011", "幸福路某某号", "7"],
        ["M2", "李小红", "110101199003070038", "平安街某某号", "8"],
    ]
    path = write_csv(tmp_path / "会员.csv", rows)
    orders = write_csv(tmp_path / "订单.csv", [PLAIN, *lines(3), ["E9", "M1", "2026-06-01", "多少"]])
    cache = Cache(tmp_path / "cache", GENEROUS, 30)
    open_shop([path, orders], as_of=AS_OF, cache=cache).close()
    said = everything_kept(cache)
    assert "王小明" in said
    assert not any(word in said for word in ("11010119900307", "某某号"))


def test_a_file_under_a_password_is_not_kept(ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from workbooks import locked

    monkeypatch.setenv("PW", "geheim")
    plain = (tmp_path / "会员.xlsx").read_bytes()
    (tmp_path / "会员.xlsx").write_bytes(locked(plain, "geheim"))
    for _ in range(2):
        code, _, err = ask("segment", "--password-env", "PW")
        assert (code, read_before(err)) == (0, [])
    assert not kept(tmp_path).exists()


# --- Who is left out ----------------------------------------------------------------------------------


def test_who_is_forgotten_is_in_no_answer_and_in_nothing_kept(ask: Ask, tmp_path: Path, capsys):
    listing = ("--format", "csv", "--show-personal", "--columns", "phone,stage")
    rows = csv.DictReader(io.StringIO(ask("segment", *listing)[1].removeprefix("\ufeff")))
    member, phone = next(
        (row["member_id"], row["phone"]) for row in rows if row["phone"] and row["member_id"] == "M0000066"
    )
    assert main(["forget", member, phone, "--yes", "--quiet"]) == 0
    capsys.readouterr()
    assert not kept(tmp_path).exists() or entries(tmp_path) == []
    for _ in range(2):
        assert member not in ask("segment", "--format", "csv", "--columns", "stage")[1].replace("\r", "").split(",")
    # The file still holds them, and is read anew each time: what is kept of it does not.
    said = everything_kept(Cache(kept(tmp_path), GENEROUS, 30))
    assert "M0000001" in said
    assert member not in said
    assert phone not in said


def test_who_is_excluded_from_now_on_is_in_no_answer(ask: Ask, tmp_path: Path):
    _, said, _ = ask("segment", "--format", "csv")
    member = a_member(said)
    for setting in (f'ids = ["{member}"]', 'files = ["staff.csv"]'):
        write_csv(tmp_path / "staff.csv", [["会员编号"], [member]])
        (tmp_path / "siyu.toml").write_text(f"[exclude]\n{setting}\n")
        _, again, err = ask("segment", "--format", "csv")
        assert read_before(err) == list(FILES)
        assert {row["member_id"] for row in csv.DictReader(io.StringIO(again.removeprefix("\ufeff")))} == {
            row["member_id"] for row in csv.DictReader(io.StringIO(said.removeprefix("\ufeff")))
        } - {member}
    write_csv(tmp_path / "staff.csv", [["会员编号"], ["nobody"]])
    assert member in ask("segment", "--format", "csv")[1]


# --- How much, how long -------------------------------------------------------------------------------


def test_without_a_shop_nothing_is_kept(ask: Ask, tmp_path: Path):
    (tmp_path / "siyu.toml").unlink()
    for _ in range(2):
        assert read_before(ask("segment")[2]) == []
    assert not (tmp_path / ".siyu").exists()


def test_what_was_used_longest_ago_makes_room(tmp_path: Path):
    cache = Cache(tmp_path / "cache", GENEROUS, 30)
    paths = [write_csv(tmp_path / f"{place}.csv", [PLAIN, *lines(40, 100 * place)]) for place in range(4)]
    for place, path in enumerate(paths):
        open_shop([path], as_of=AS_OF, cache=cache).close()
        for one in cache.entries():
            if one.title == path.name:
                os.utime(cache.folder / one.key, (one.used_at - 1000 + place,) * 2)
    small = Cache(tmp_path / "cache", int(4.5 * max(one.size for one in cache.entries())), 30)
    open_shop([write_csv(tmp_path / "5.csv", [PLAIN, *lines(40, 900)])], as_of=AS_OF, cache=small).close()
    assert sum(one.size for one in small.entries()) <= small.max_bytes
    assert [one.title for one in small.entries()][:2] == ["5.csv", "5.csv"]
    assert "0.csv" not in {one.title for one in small.entries()}


def test_what_was_not_used_for_long_is_neither_used_nor_kept(ask: Ask, tmp_path: Path):
    ask("segment")
    for entry in entries(tmp_path):
        os.utime(entry, (entry.stat().st_mtime - 31 * 86400,) * 2)
    assert read_before(ask("segment")[2]) == []
    assert read_before(ask("segment")[2]) == list(FILES)


def test_what_does_not_fit_is_not_kept(ask: Ask, tmp_path: Path):
    (tmp_path / "siyu.toml").write_text('[cache]\nmax_size = "1KB"\n')
    for _ in range(2):
        assert read_before(ask("segment")[2]) == []
    assert entries(tmp_path) == []


def test_what_a_killed_run_left_half_kept_goes_with_the_next(ask: Ask, tmp_path: Path):
    ask("segment")
    half = kept(tmp_path) / ".new-dead"
    half.mkdir(0o700)
    (half / "members.parquet").write_bytes(b"PAR")
    ask("segment", "--as-of", "2026-05-31")
    assert not half.exists()


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(ask: Ask, tmp_path: Path):
    ask("segment")
    shutil.rmtree(kept(tmp_path))
    kept(tmp_path).write_text("in the way")
    for _ in range(2):
        code, _, err = ask("segment")
        assert (code, read_before(err)) == (0, [])


# --- siyu cache ---------------------------------------------------------------------------------------


def test_it_is_listed_and_cleared(ask: Ask, tmp_path: Path, capsys):
    ask("segment")
    assert main(["cache", "show", "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)["kept"]
    assert {row["files"] for row in rows} == {*FILES, ", ".join(FILES)}
    assert all(row["size_mb"] >= 0 and row["used_on"] for row in rows)
    assert main(["cache", "clear", "--lang", "zh"]) == 0
    assert "已删除 5 项" in capsys.readouterr().err
    assert entries(tmp_path) == []
    assert read_before(ask("segment")[2]) == []


def test_where_nothing_is_kept_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["cache"]) == 2
    assert "siyu init" in capsys.readouterr().err
