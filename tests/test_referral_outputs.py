"""The referral report as people and machines get it: screen, page, workbook, document, Markdown."""

from __future__ import annotations

import io
import re
import stat
import warnings
from pathlib import Path

import openpyxl
import pytest

from commands import Run
from referral_files import AS_OF, FILES
from siyu_cli import open_shop
from siyu_cli.cli.main import main
from siyu_cli.render.markdown import markdown
from siyu_cli.render.reader import Reader


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_page_needs_nothing_but_itself(run: Run, lang: str):
    assert run(*FILES, "--as-of", AS_OF, "-o", "r.html", "--lang", lang).code == 0
    page = Path("r.html").read_text("utf-8")
    assert not re.search(r"<script|<link|<img|https?:|url\(", page)
    assert stat.S_IMODE(Path("r.html").stat().st_mode) == 0o600
    assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", page)


def test_what_stands_in_a_file_is_text_in_the_page(run: Run, folder: Path):
    row = '"<b onmouseover=alert(1)>春</b>",M1,M2,2026-03-09,2026-03-10'
    (folder / "坏.csv").write_text(f"活动名称,邀请人,被邀请人,邀请时间,加入时间\n{row}\n", "utf-8")
    assert run("坏.csv", "--as-of", AS_OF, "-o", "r.html").code == 0
    page = Path("r.html").read_text("utf-8")
    assert "<b onmouseover" not in page
    assert "&lt;b onmouseover" in page


def test_the_workbook_names_the_rows_to_look_at(run: Run):
    assert run(*FILES, "--as-of", AS_OF, "-o", "r.xlsx", "--lang", "zh").code == 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # openpyxl knows no data bars of its own age
        book = openpyxl.load_workbook(io.BytesIO(Path("r.xlsx").read_bytes()))
    assert {"概览", "邀请人排行", "裂变层级", "可疑明细", "口径", "数据质量"} <= set(book.sheetnames)
    rows = list(book["可疑明细"].values)
    assert ("自己邀请自己", "M4", "M4", None, "邀请.csv", None, 7) in rows


def test_nobody_is_named_in_full_on_a_page_or_in_a_workbook(run: Run, folder: Path):
    rows = ["春,王小明,欧阳若兰,2026-03-01,2026-03-02,@小鹿13812345678", "春,王小明,王小明,2026-03-01,2026-03-02,"]
    rows += ["春,z@x.com,z@x.com,2026-03-01,2026-03-02,", "春,id13800138001,id13800138001,2026-03-01,2026-03-02,"]
    (folder / "名.csv").write_text("\n".join(["活动,邀请人,被邀请人,邀请时间,加入时间,KOL", *rows]), "utf-8")
    shown = run("名.csv", "--as-of", AS_OF).out
    for suffix in ("html", "md", "xlsx"):
        run("名.csv", "--as-of", AS_OF, "-o", f"r.{suffix}")
    shown += Path("r.html").read_text("utf-8") + Path("r.md").read_text("utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        book = openpyxl.load_workbook(io.BytesIO(Path("r.xlsx").read_bytes()))
    shown += str([row for sheet in book for row in sheet.values])
    assert not [secret for secret in ("王小明", "欧阳", "z@x", "13800138001", "13812345678") if secret in shown]


def test_the_markdown_fits_into_a_message_of_a_group_robot(run: Run):
    with open_shop(FILES, as_of=AS_OF) as shop:
        text = markdown(shop.referral_report().masked().report(), Reader("zh"), is_brief=True)
    assert 200 < len(text.encode()) < 2048


def test_equal_inputs_give_equal_bytes(run: Run):
    for suffix in ("json", "html", "md"):
        texts = []
        for _time in range(2):
            run(*FILES, "--as-of", AS_OF, "-o", f"r.{suffix}", "--force")
            texts.append(Path(f"r.{suffix}").read_bytes())
        assert texts[0] == texts[1]


def test_files_without_an_invite_are_told_so(run: Run):
    told = run("订单.csv", "--as-of", AS_OF)
    assert told.code == 65
    assert "--map referrals.inviter_id" in told.err


def test_invites_alone_are_a_report_but_no_segmentation(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["referral-report", "邀请.csv", "--as-of", AS_OF, "--quiet"]) == 0
    assert main(["segment", "邀请.csv", "--as-of", AS_OF]) == 65
