"""The files ``siyu export`` writes: what stands in them, where they are cut, who can open them."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

import openpyxl
import pytest

import contact_shop
from commands import Run, runner
from contact_shop import DAY, PERSONAL, export, only, rows_of, told


@pytest.fixture
def shop(empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    contact_shop.write_shop(empty_folder)
    contact_shop.set_day(monkeypatch, contact_shop.DAY)
    return empty_folder


@pytest.fixture
def run(shop: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(capsys)


# --- Files --------------------------------------------------------------------------------------------


def test_an_employees_workbook_is_a_days_work(run: Run):
    export(run, "staff", "--lang", "zh")
    assert sorted(path.name for path in Path("out").iterdir()) == [
        "春季召回-2026-03-02_周强.xlsx", "春季召回-2026-03-02_李娜.xlsx", "春季召回-2026-03-02_（无）.xlsx",
    ]  # fmt: skip
    (sheet,) = openpyxl.load_workbook(only("*李娜.xlsx"))
    cells = [list(row) for row in sheet.values]
    assert cells[0][0] == "李娜 · 2026-03-02"
    header = next(row for row in cells if row[0] == "完成")
    assert header == ["完成", "姓名", "手机号", "备注/查找", "为什么联系", "说什么", "给什么", "回复"]
    first = cells[cells.index(header) + 1]
    assert first[1:4] == ["王小明", "138****8001", "小鱼 · 老客"]
    assert first[5].startswith("王小明您好")
    assert first[6] == "满100减20"
    assert cells[cells.index(header) + 2][3] == "'=1+1", "a nickname runs nowhere"
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    assert sheet.freeze_panes.endswith(str(cells.index(header) + 2))
    assert sheet.auto_filter.ref
    assert "✓" in sheet.data_validations.dataValidation[0].formula1


def test_platforms_get_hashes_of_those_who_agreed_and_nothing_else(run: Run):
    found = told(export(run, "tencent-ads", "--format", "json"))
    assert found["excluded"] == {"no_consent": 2, "opted_out": 2, "minor": 1, "no_key": 1}
    hashes = [hashlib.md5(phone.encode()).hexdigest() for phone in ("13800138001", "13800138009")]
    assert only("*.txt").read_text() == "".join(f"{one}\n" for one in hashes)


def test_phones_are_text_and_cells_unformatted_where_the_sheet_is_imported(run: Run):
    export(run, "sms-tencent")
    (sheet,) = openpyxl.load_workbook(only("*.xlsx"))
    assert [cell.value for cell in sheet[1]] == ["手机号", "变量1"]
    assert [cell.value for cell in sheet[2]] == ["13800138001", "王小明"]
    assert {cell.number_format for row in sheet.iter_rows(min_row=2) for cell in row} == {"General"}
    assert {cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row} == {"s"}


@pytest.mark.parametrize("to", ["wecom", "wecom-checklist", "csv", "weiban", "sms-huawei", "wechatpay-brand"])
def test_every_destination_writes_what_it_says(run: Run, to: str):
    from siyu_cli.destinations.model import destination

    found = told(export(run, to, "--format", "json"))
    assert found["sent"] > 0
    assert len(found["files"]) >= 1
    place = destination(to)
    if place.has_header and place.format == "csv":
        assert rows_of(only("*.csv"))[0][: len(place.columns)] == [column.header("en") for column in place.columns]


def test_one_file_per_employee_where_asked(run: Run):
    found = told(export(run, "csv", "--split-by", "owner", "--format", "json"))
    assert len(found["files"]) == 3


def test_all_files_are_for_their_owner_alone(run: Run):
    export(run, "staff", "--reasons", "原因.csv")
    written = [
        path
        for path in Path().rglob("*")
        if path.is_file() and (path.suffix in (".xlsx", ".db", "") or path.name == "原因.csv")
    ]
    assert len(written) > 4
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in written} == {0}


def test_reasons_are_listed_masked_unless_asked(run: Run):
    export(run, "sms-aliyun", "--reasons", "原因.csv")
    fates = {row[0]: row[1] for row in rows_of(Path("原因.csv"))[1:]}
    assert fates == {
        "V001": "sent", "V002": "sent", "V003": "sent", "V004": "minor", "V005": "no_consent", "V006": "no_key",
        "V007": "opted_out", "138****8009": "sent",
    }  # fmt: skip


def test_a_name_that_is_taken_leaves_neither_files_nor_contacts(run: Run):
    Path("out").mkdir()
    Path("out/春季召回-2026-03-02_李娜.xlsx").write_text("yesterday's")
    ended = export(run, "staff")
    assert ended.code == 73
    assert [path.name for path in Path("out").iterdir()] == ["春季召回-2026-03-02_李娜.xlsx"]
    assert json.loads(run("contacts", "--campaign", "春季召回", "--format", "json").out) == {"contact_history": []}
    assert run("audit", "verify").code == 0
    assert export(run, "staff", "--force").code == 0


def test_files_are_cut_exactly_at_the_limits(tmp_path: Path):
    from itertools import product

    import pyarrow as pa

    from siyu_cli.destinations.model import destination
    from siyu_cli.render.contact_files import Filing, write_contacts
    from siyu_cli.render.reader import Reader

    rows = pa.table({"phone": [f"138{number:08}" for number in range(10)], "name": ["王"] * 10, "owner": ["a"] * 10})
    for number, (encoding, limit) in enumerate(product(("utf-8", "utf-8-sig", "gb18030"), ("rows", "bytes"))):
        whole = destination("sms-huawei").model_copy(update={"encoding": encoding, "max_rows": None, "max_bytes": None})
        filing = Filing(tmp_path / f"cut{number}", "c", DAY, variables=("name",))
        one = cut_files(write_contacts, rows, whole.model_copy(update={"max_rows": 10}), filing, Reader())
        assert [rows_ for _size, rows_ in one] == [10]
        if limit == "rows":
            cut = whole.model_copy(update={"max_rows": 4})
            assert [n for _s, n in cut_files(write_contacts, rows, cut, filing, Reader())] == [4, 4, 2]
            continue
        size = one[0][0]
        exact = whole.model_copy(update={"max_bytes": size})
        assert cut_files(write_contacts, rows, exact, filing, Reader()) == [(size, 10)]
        less = whole.model_copy(update={"max_bytes": size - 1})
        found = cut_files(write_contacts, rows, less, filing, Reader())
        assert [n for _s, n in found] == [9, 1]
        assert all(one <= size - 1 for one, _n in found)


def cut_files(write, rows, place, filing, reader) -> list[tuple[int, int]]:
    import shutil

    shutil.rmtree(filing.folder, ignore_errors=True)
    filing.folder.mkdir()
    return [(one.path.stat().st_size, one.rows) for one in write(rows, place, filing, reader)]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_spreadsheet_program_shows_phones_as_text_and_runs_no_name(run: Run):
    Path("siyu.toml").write_text('[contacts]\nassessment = "P"\nquiet_days = 0\n', "utf-8")
    export(run, "sms-tencent", campaign="一")
    export(run, "staff", campaign="二")
    export(run, "csv", campaign="三")
    sheets = [str(path) for path in sorted(Path("out").iterdir()) if "李娜" in path.name or "二" not in path.name]
    office = ["soffice", "--headless", f"-env:UserInstallation={Path('office').absolute().as_uri()}"]
    shown = ["--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false", "--outdir", "shown"]
    subprocess.run([*office, *shown, *sheets], check=True, capture_output=True, timeout=120)
    texts = {path.name: path.read_text("utf-8") for path in Path("shown").iterdir()}
    assert len(texts) == 3
    for name, text in texts.items():
        assert re.search(r"13800138001|138\*{4}8001", text), f"{name}: a phone is shown with all its digits"
        assert not re.search(r"(^|,)2(,|$)", text, re.MULTILINE), f"{name}: =1+1 was worked out"
    assert "'=1+1" in next(text for name, text in texts.items() if "李娜" in name)


PLATFORMS = ("tencent-ads", "google", "tiktok")


def test_nobody_is_in_any_byte_of_what_a_platform_gets_or_a_run_leaves(run: Run, shop: Path):
    Path("siyu.toml").write_text(
        '[contacts]\nassessment = "P"\nabroad = "SCC"\nquiet_days = 0\nmax_contacts = 99\n', "utf-8"
    )
    before = {path for path in shop.rglob("*") if path.is_file()}
    said = [export(run, to, "--verbose", folder=f"out/{to}") for to in PLATFORMS]
    assert {ended.code for ended in said} == {0}
    left = {path: path.read_bytes() for path in shop.rglob("*") if path.is_file() and path not in before}
    left |= {path: path.read_bytes() for path in Path(tempfile.gettempdir()).rglob("*") if path.is_file()}
    left |= {Path(f"said of {to}"): (one.out + one.err).encode() for to, one in zip(PLATFORMS, said, strict=True)}
    assert len(left) > 2 * len(PLATFORMS)
    for path, content in left.items():
        assert [value for value in PERSONAL if value.encode() in content or value.encode("gb18030") in content] == [], (
            path
        )


# --- Locked files -------------------------------------------------------------------------------------


def test_an_employees_workbook_opens_with_the_password_alone(run: Run, monkeypatch):
    monkeypatch.setenv("PASSWORD", "春江花月夜 9")
    assert export(run, "staff", "--encrypt", "password", "--password-env", "PASSWORD").code == 0
    locked = only("*李娜.xlsx")
    assert stat.S_IMODE(locked.stat().st_mode) == 0o600
    assert "王小明".encode() not in locked.read_bytes()
    assert not locked.read_bytes().startswith(b"PK")
    assert run("check", str(locked)).code == 66
    monkeypatch.setenv("PASSWORD", "wrong")
    assert run("check", str(locked), "--password-env", "PASSWORD").code == 66
    import msoffcrypto

    with locked.open("rb") as file, Path("open.xlsx").open("wb") as opened:
        office = msoffcrypto.OfficeFile(file)
        office.load_key(password="春江花月夜 9")
        office.decrypt(opened)
    assert "王小明" in [cell.value for cell in openpyxl.load_workbook("open.xlsx").active["B"]]
    assert {row["is_there"] for row in json.loads(run("audit", "files", "--format", "json").out)["exported_files"]} == {
        "yes"
    }


def test_an_age_file_opens_for_its_recipient_alone(run: Run):
    pyrage = pytest.importorskip("pyrage")
    key = pyrage.x25519.Identity.generate()
    assert export(run, "csv", "--encrypt", str(key.to_public())).code == 0
    content = only("*.csv.age").read_bytes()
    assert content.startswith(b"age-encryption.org/v1")
    assert "王小明" in pyrage.decrypt(content, [key]).decode("utf-8-sig")
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(content, [pyrage.x25519.Identity.generate()])


@pytest.mark.parametrize(
    ("to", "how", "more", "told"),
    [
        ("staff", "password", (), "--password-env"),
        ("staff", "password", ("--password-env", "NOT_THERE"), "no such variable"),
        ("staff", "hunter2", (), "neither password nor to whom"),
        ("staff", "age1nobody", (), "no age recipient"),
        ("csv", "password", ("--password-env", "PASSWORD"), "Possible there: age"),
        ("tencent-ads", "password", ("--password-env", "PASSWORD"), "could not open them"),
    ],
)
def test_a_lock_that_cannot_be_is_refused_before_anything_is_done(run: Run, monkeypatch, to, how, more, told):
    monkeypatch.setenv("PASSWORD", "secret")
    ended = export(run, to, "--encrypt", how, *more)
    assert (ended.code, told in ended.err, Path("out").exists()) == (2, True, False)
